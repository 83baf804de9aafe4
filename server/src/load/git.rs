//! Models as a revision of a git repository holds them. The command `git` reads it, without a
//! checkout: nothing is written, nothing is fetched, and nothing runs that a repository may name,
//! since these are its plumbing commands and no others. It must not know what the models say.

use crate::load::files::{
    self, Loaded, ModelTexts, SETTINGS, fill, is_named_as_model, is_passed_over, shown, too_long,
};
use anyhow::{Context, Result, bail};
use std::collections::{BTreeMap, HashSet};
use std::io::{BufRead, BufReader, Read, Write};
use std::path::{Component, Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use threatline_model::Date;
use threatline_model::workspace::FileText;

/// The repository around a folder.
pub struct Repository {
    /// Its top folder, as the paths of this call reach it.
    pub top: PathBuf,
}

/// A commit, by its id.
pub struct Commit(String);

/// Runs `git` in a folder. What a repository's own settings could start is turned off.
fn git(folder: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new("git");
    command
        .current_dir(folder)
        .args(["--no-pager", "--no-replace-objects", "--no-optional-locks"])
        .args([
            "-c",
            "core.fsmonitor=false",
            "-c",
            "core.hooksPath=/dev/null",
        ])
        .args([
            "-c",
            "protocol.allow=never",
            "-c",
            "safe.bareRepository=explicit",
        ])
        .args(arguments)
        .env("LC_ALL", "C")
        .env("GIT_NO_LAZY_FETCH", "1")
        .env("GIT_TERMINAL_PROMPT", "0")
        .stdin(Stdio::null());
    // Set where a hook of git runs us, and of the folder that the hook was started in.
    for name in ["GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_PREFIX"] {
        command.env_remove(name);
    }
    command
}

/// What a run of `git` printed, if it went well; else what it complained of.
fn output(mut command: Command) -> Result<Result<Vec<u8>, String>> {
    let output = command
        .output()
        .context("`git` cannot be run, which reads revisions")?;
    if output.status.success() {
        return Ok(Ok(output.stdout));
    }
    Ok(Err(String::from_utf8_lossy(&output.stderr)
        .trim()
        .trim_start_matches("fatal: ")
        .to_owned()))
}

fn line(bytes: &[u8]) -> &[u8] {
    bytes.strip_suffix(b"\n").unwrap_or(bytes)
}

impl Repository {
    /// The repository that a path is in, which need not be there.
    ///
    /// # Errors
    /// When there is none, or `git` cannot be run.
    pub fn around(path: &Path) -> Result<Repository> {
        let folder = path
            .ancestors()
            .find(|folder| folder.is_dir())
            .unwrap_or(path);
        let prefix = match output(git(folder, &["rev-parse", "--show-prefix"]))? {
            Ok(prefix) => to_path(line(&prefix)),
            Err(why) if why.contains("not a git repository") => {
                bail!("`{}` is in no git repository", shown(folder).display())
            }
            Err(why) => bail!("git: {why}"),
        };
        let mut top = folder.to_owned();
        for _ in prefix.components() {
            top.pop();
        }
        let real = output(git(folder, &["rev-parse", "--show-toplevel"]))?
            .map_err(|why| anyhow::anyhow!("git: {why}"))?;
        if top.canonicalize().ok() != to_path(line(&real)).canonicalize().ok() {
            bail!(
                "`{}` is a link into a repository; name the folder that it leads to",
                shown(folder).display()
            );
        }
        Ok(Repository { top })
    }

    /// The commit that a revision means.
    ///
    /// # Errors
    /// When `git` cannot be run.
    pub fn commit(&self, revision: &str) -> Result<Option<Commit>> {
        let wanted = format!("{revision}^{{commit}}");
        let found = output(git(
            &self.top,
            &[
                "rev-parse",
                "--verify",
                "--quiet",
                "--end-of-options",
                &wanted,
            ],
        ))?;
        let id = found
            .ok()
            .map(|id| String::from_utf8_lossy(line(&id)).into_owned());
        Ok(id
            .filter(|id| !id.is_empty() && id.bytes().all(|byte| byte.is_ascii_hexdigit()))
            .map(Commit))
    }

    /// Why a revision may not be here, and what to do about it.
    ///
    /// # Errors
    /// When `git` cannot be run.
    pub fn why_missing(&self, revision: &str) -> Result<String> {
        if revision.contains("..") {
            return Ok(format!(
                "`{revision}` is a range; name its two ends apart, as in `threatline diff main topic`"
            ));
        }
        let is_shallow = output(git(&self.top, &["rev-parse", "--is-shallow-repository"]))?;
        let is_shallow = is_shallow.is_ok_and(|answer| line(&answer) == b"true");
        let remote = format!("origin/{revision}");
        let hint = match self.commit(&remote)? {
            Some(_) => format!("; did you mean `{remote}`?"),
            None if is_shallow => "; if the name is right, it is older than this clone, which is shallow: `git fetch \
                                   --unshallow` gets the rest, in GitHub Actions `fetch-depth: 0` of actions/checkout"
                .to_owned(),
            None => String::new(),
        };
        Ok(format!(
            "`{revision}` is neither a revision of this repository nor a folder{hint}"
        ))
    }

    /// The files of the working tree that are the repository's, or would be if they were added.
    ///
    /// # Errors
    /// When `git` cannot be run.
    pub fn files(&self) -> Result<HashSet<PathBuf>> {
        let list = git(
            &self.top,
            &[
                "ls-files",
                "-z",
                "--cached",
                "--others",
                "--exclude-standard",
                "--",
                "*.threat",
            ],
        );
        let list = output(list)?.map_err(|why| anyhow::anyhow!("git: {why}"))?;
        Ok(list
            .split(|byte| *byte == 0)
            .filter(|path| !path.is_empty())
            .map(|path| self.top.join(to_path(path)))
            .collect())
    }

    /// Reads the models of some paths, as a commit has them. The paths are from the root of the
    /// file system.
    ///
    /// # Errors
    /// When `git` cannot read the commit.
    pub fn load(&self, commit: &Commit, paths: &[PathBuf], today: Date) -> Result<Loaded> {
        let tree = self.tree(commit)?;
        let mut blobs = Blobs::open(&self.top)?;
        let mut found = Found::default();
        for path in paths {
            let Ok(path) = path.strip_prefix(&self.top) else {
                bail!(
                    "`{}` is not in the repository `{}`",
                    shown(path).display(),
                    self.top.display()
                );
            };
            tree.walk(path, &mut blobs, &mut found)?;
        }
        let is_asked = |path: &Path| {
            paths
                .iter()
                .any(|asked| self.top.join(path).starts_with(asked))
        };
        let mut models = Vec::new();
        for (root, files) in found.roots {
            let is_around = paths
                .iter()
                .any(|asked| asked.starts_with(self.top.join(&root)));
            if !is_around && !files.keys().any(|file| is_asked(file)) {
                continue;
            }
            let settings = match tree.meant(&root.join(SETTINGS), &mut blobs)? {
                Meant::File { id, .. } => Some(blobs.read(&id)?.text.to_string()),
                Meant::Folder | Meant::Nothing(_) => None,
            };
            let mut texts = Vec::with_capacity(files.len());
            for (file, id) in files {
                let text = match id {
                    Ok(id) => blobs.read(&id)?,
                    Err(why) => FileText::failed(format!("the file cannot be read: {why}")),
                };
                texts.push((self.top.join(file), text));
            }
            models.push(ModelTexts {
                root: self.top.join(root),
                settings,
                files: texts,
            });
        }
        let link = |path: &PathBuf| files::not_followed(&self.top.join(path));
        Ok(fill(
            models,
            today,
            found.links.iter().map(link).collect(),
            paths.to_vec(),
        ))
    }

    fn tree(&self, commit: &Commit) -> Result<Tree> {
        let list = output(git(
            &self.top,
            &["ls-tree", "-r", "-z", "--full-tree", &commit.0],
        ))?;
        let list = list.map_err(|why| anyhow::anyhow!("git: {why}"))?;
        let mut tree = Tree(BTreeMap::new());
        for entry in list.split(|byte| *byte == 0) {
            // `MODE TYPE ID\tPATH`
            let Some(tab) = entry.iter().position(|byte| *byte == b'\t') else {
                continue;
            };
            let head = String::from_utf8_lossy(&entry[..tab]).into_owned();
            let mut words = head.split(' ');
            let (Some(mode), Some(_), Some(id)) = (words.next(), words.next(), words.next()) else {
                continue;
            };
            let kind = match mode {
                "120000" => Kind::Link,
                "160000" => continue,
                _ => Kind::File,
            };
            tree.0
                .insert(to_path(&entry[tab + 1..]), (kind, id.to_owned()));
        }
        Ok(tree)
    }
}

#[cfg(unix)]
fn to_path(bytes: &[u8]) -> PathBuf {
    <std::ffi::OsStr as std::os::unix::ffi::OsStrExt>::from_bytes(bytes).into()
}

#[cfg(not(unix))]
fn to_path(bytes: &[u8]) -> PathBuf {
    String::from_utf8_lossy(bytes).into_owned().into()
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    File,
    Link,
}

/// The files and links of a commit, by their paths from the top.
struct Tree(BTreeMap<PathBuf, (Kind, String)>);

/// What a path means, behind links.
enum Meant {
    File { path: PathBuf, id: String },
    Folder,
    Nothing(&'static str),
}

/// How many links in a row are followed.
const MOST_LINKS: usize = 8;

impl Tree {
    fn below(&self, folder: &Path) -> impl Iterator<Item = &PathBuf> {
        let folder = folder.to_owned();
        let from = self.0.range(folder.clone()..);
        from.map(|(path, _)| path)
            .take_while(move |path| path.starts_with(&folder))
    }

    /// Collects the model files below the root of a path, each with the model that it belongs to,
    /// as `files` does on a disk.
    fn walk(&self, asked: &Path, blobs: &mut Blobs, found: &mut Found) -> Result<()> {
        let is_file = self.0.contains_key(asked)
            || is_named_as_model(asked) && self.below(asked).next().is_none();
        let folder = if is_file {
            asked.parent().unwrap_or(asked)
        } else {
            asked
        };
        let has_settings = |folder: &Path| self.0.contains_key(&folder.join(SETTINGS));
        let root = folder
            .ancestors()
            .find(|folder| has_settings(folder))
            .unwrap_or(folder);
        for path in self.below(root) {
            let within = path.strip_prefix(root).unwrap_or(path);
            let mut folders = within.parent().into_iter().flat_map(Path::components);
            let is_model_file = is_named_as_model(path);
            let is_asked = path == asked && !path.ends_with(SETTINGS);
            if folders.any(|part| is_passed_over(&part.as_os_str().to_string_lossy()))
                || !(is_model_file || is_asked)
            {
                continue;
            }
            let id = match self.meant(path, blobs)? {
                Meant::File { path: file, id }
                    if file == *path || !is_asked && !is_read_there(&file, root) =>
                {
                    Ok(id)
                }
                Meant::File { .. } => continue,
                Meant::Folder => {
                    found.links.push(path.clone());
                    continue;
                }
                Meant::Nothing(why) => Err(why),
            };
            let mut around = path
                .ancestors()
                .skip(1)
                .take_while(|folder| folder.starts_with(root));
            let own = around.find(|folder| has_settings(folder)).unwrap_or(root);
            found
                .roots
                .entry(own.to_owned())
                .or_default()
                .insert(path.clone(), id);
        }
        Ok(())
    }

    fn meant(&self, path: &Path, blobs: &mut Blobs) -> Result<Meant> {
        let mut path = path.to_owned();
        for _ in 0..MOST_LINKS {
            match self.0.get(&path) {
                Some((Kind::File, id)) => {
                    return Ok(Meant::File {
                        path,
                        id: id.clone(),
                    });
                }
                Some((Kind::Link, id)) => {
                    match behind(&path, Path::new(blobs.read(id)?.text.as_ref())) {
                        Some(target) => path = target,
                        None => return Ok(Meant::Nothing("it is a link out of the repository")),
                    }
                }
                None if self.below(&path).next().is_some() => return Ok(Meant::Folder),
                None => return Ok(Meant::Nothing("there is no such file")),
            }
        }
        Ok(Meant::Nothing("it is a link to a link, and so on"))
    }
}

/// Whether the file behind a link is read where it stands.
fn is_read_there(file: &Path, root: &Path) -> bool {
    file.starts_with(root) && is_named_as_model(file)
}

/// Model files by the root of their model: the id of each, or why it cannot be read.
#[derive(Default)]
struct Found {
    roots: BTreeMap<PathBuf, BTreeMap<PathBuf, Result<String, &'static str>>>,
    /// Links to folders, which are not followed.
    links: Vec<PathBuf>,
}

/// The path that a link leads to, if it is in the repository.
fn behind(link: &Path, target: &Path) -> Option<PathBuf> {
    let mut path = link.parent()?.to_owned();
    for part in target.components() {
        match part {
            Component::CurDir => {}
            Component::ParentDir => {
                if !path.pop() {
                    return None;
                }
            }
            Component::Normal(name) => path.push(name),
            Component::RootDir | Component::Prefix(_) => return None,
        }
    }
    Some(path)
}

/// Contents by their ids, read by one `git` for all of them.
struct Blobs {
    git: Child,
    ask: ChildStdin,
    answer: BufReader<ChildStdout>,
}

impl Blobs {
    fn open(folder: &Path) -> Result<Blobs> {
        let mut command = git(folder, &["cat-file", "--batch"]);
        let mut git = command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()?;
        let (ask, answer) = (git.stdin.take(), git.stdout.take());
        let (ask, answer) = (
            ask.context("no pipe to `git`")?,
            answer.context("no pipe from `git`")?,
        );
        Ok(Blobs {
            git,
            ask,
            answer: BufReader::new(answer),
        })
    }

    /// The text of a blob. What is too long is passed over.
    fn read(&mut self, id: &str) -> Result<FileText> {
        writeln!(self.ask, "{id}")?;
        let mut head = String::new();
        self.answer.read_line(&mut head)?;
        // `ID blob SIZE`, or `ID missing`.
        let Some(size) = head
            .trim_end()
            .split(' ')
            .nth(2)
            .and_then(|size| size.parse::<u64>().ok())
        else {
            bail!(
                "git does not have the file {id}: a partial clone has to fetch it first, as `git cat-file blob {id}` does"
            );
        };
        if size > threatline_syntax::LONGEST_TEXT as u64 {
            std::io::copy(
                &mut self.answer.by_ref().take(size + 1),
                &mut std::io::sink(),
            )?;
            return Ok(FileText::failed(too_long()));
        }
        let mut bytes = vec![0; size as usize + 1];
        self.answer.read_exact(&mut bytes)?;
        bytes.pop();
        Ok(FileText::decode(bytes))
    }
}

impl Drop for Blobs {
    fn drop(&mut self) {
        // It ends by itself where nothing more is asked; one that is in the middle of an answer
        // does not.
        let _ = self.git.kill();
        let _ = self.git.wait();
    }
}
