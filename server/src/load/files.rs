//! Models on the disk: where their roots are, which files belong to them, and their texts. The one
//! place that reads models; it must not know what they say.

use anyhow::{Context, Result, bail};
use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::fs;
use std::io::{Read, Write};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use threatline_model::workspace::FileText;
use threatline_model::{Database, Date, File, Model, Workspace};
use walkdir::{DirEntry, WalkDir};

/// The name of the file that makes a folder the root of a model.
pub const SETTINGS: &str = "threatline.toml";

/// What the name of a file begins with that is being written.
const BESIDE: &str = ".threatline-";

/// Longer than anything is written.
const HOUR: Duration = Duration::from_secs(3600);

/// Models that were read.
pub struct Loaded {
    /// The models and what they say.
    pub workspace: Workspace,
    /// What was passed over and why, a sentence each.
    pub notes: Vec<String>,
    /// The paths that were asked for, from the root of the file system.
    selected: Vec<PathBuf>,
    /// The current folder, from which the paths of files count.
    here: PathBuf,
}

impl Loaded {
    /// The database, for questions.
    pub fn db(&self) -> &Database {
        self.workspace.db()
    }

    /// Whether what stands in a file was asked for.
    pub fn is_selected(&self, path: &str) -> bool {
        let path = self.here.join(path);
        self.selected
            .iter()
            .any(|selected| path.starts_with(selected))
    }

    /// Whether there is a model file at a path or below it.
    pub fn has(&self, path: &Path) -> bool {
        let files = self
            .workspace
            .models()
            .flat_map(|model| model.files(self.db()).iter());
        files.into_iter().any(|file| {
            self.here
                .join(file.path(self.db()).as_ref())
                .starts_with(path)
        })
    }

    /// The root of a model, from the root of the file system.
    pub fn root(&self, model: Model) -> PathBuf {
        let root = self.here.join(model.root(self.db()).as_ref());
        from_root(&root).unwrap_or(root)
    }

    /// The files of a model that were asked for.
    pub fn selected_files(&self, model: Model) -> Vec<File> {
        let files = model.files(self.db()).iter().copied();
        files
            .filter(|file| self.is_selected(file.path(self.db())))
            .collect()
    }
}

/// Reads the models of some paths, each whole. Without a path, that of the current folder.
///
/// # Errors
/// When a path is not there or holds no model file.
pub fn load(paths: &[PathBuf], today: Option<Date>) -> Result<Loaded> {
    let today = today.unwrap_or_else(today_here);
    let paths: Vec<PathBuf> = if paths.is_empty() {
        vec![".".into()]
    } else {
        paths.to_vec()
    };
    let mut roots: BTreeMap<PathBuf, Vec<PathBuf>> = BTreeMap::new();
    let mut notes = Vec::new();
    let mut selected = Vec::new();
    for path in &paths {
        let absolute = absolute(path)?;
        let root = root_of(&absolute);
        let absolute = behind_link(&root, absolute);
        walk(&root, &absolute, &mut roots, &mut notes);
        let is_settings =
            absolute.file_name().is_some_and(|name| name == SETTINGS) && roots.contains_key(&root);
        if !is_settings
            && !roots
                .values()
                .flatten()
                .any(|file| file.starts_with(&absolute))
        {
            bail!(
                "there is no `.threat` file in `{}`; `threatline init` starts a model",
                path.display()
            );
        }
        selected.push(absolute);
    }
    Ok(fill(
        read_all(asked_for(roots, &selected))?,
        today,
        notes,
        selected,
    ))
}

/// Reads what there is of some paths from the root of the file system, for a comparison with
/// another state: one that is not there is empty. `root` is the root of what no `threatline.toml`
/// is around, else of each path the folder; `keeps` tells which files count.
///
/// # Errors
/// When a `threatline.toml` cannot be read.
pub fn load_state(
    paths: &[PathBuf],
    root: Option<&Path>,
    keeps: impl Fn(&Path) -> bool,
    today: Date,
) -> Result<Loaded> {
    let (mut roots, mut notes) = (BTreeMap::new(), Vec::new());
    // The model of a file that is gone is still there.
    let is_around =
        |path: &Path| is_named_as_model(path) && path.parent().is_some_and(Path::is_dir);
    for path in paths.iter().filter(|path| path.exists() || is_around(path)) {
        let root = root.map_or_else(|| root_of(path), Path::to_owned);
        walk(&root, path, &mut roots, &mut notes);
    }
    roots
        .values_mut()
        .for_each(|files: &mut Vec<PathBuf>| files.retain(|file| keeps(file)));
    roots.retain(|_, files| !files.is_empty());
    Ok(fill(
        read_all(asked_for(roots, paths))?,
        today,
        notes,
        paths.to_vec(),
    ))
}

/// The day that it is here.
pub fn today_here() -> Date {
    jiff::Zoned::now().date()
}

/// What a model is read from.
pub struct ModelTexts {
    /// Its root.
    pub root: PathBuf,
    /// The text of its `threatline.toml`.
    pub settings: Option<String>,
    /// Its files.
    pub files: Vec<(PathBuf, FileText)>,
}

/// A nested model that was not asked for is none of a call's business.
fn asked_for(
    mut roots: BTreeMap<PathBuf, Vec<PathBuf>>,
    selected: &[PathBuf],
) -> BTreeMap<PathBuf, Vec<PathBuf>> {
    roots.retain(|root, files| {
        let asked = |path: &Path| selected.iter().any(|selected| path.starts_with(selected));
        files.iter().any(|file| asked(file))
            || selected.iter().any(|selected| selected.starts_with(root))
    });
    roots
}

fn read_all(roots: BTreeMap<PathBuf, Vec<PathBuf>>) -> Result<Vec<ModelTexts>> {
    let models = roots.into_iter().map(|(root, mut files)| {
        files.sort();
        files.dedup();
        let settings = settings_of(&root)?;
        Ok(ModelTexts {
            root,
            settings,
            files: rayon_read(files),
        })
    });
    models.collect()
}

/// The models of some texts, wherever these were read.
pub fn fill(
    models: Vec<ModelTexts>,
    today: Date,
    notes: Vec<String>,
    selected: Vec<PathBuf>,
) -> Loaded {
    let mut workspace = Workspace::new(today);
    for ModelTexts {
        root,
        settings,
        files,
    } in models
    {
        let path = key(&root.join(SETTINGS));
        let model = workspace.set_model(
            &key(&root),
            settings.as_deref().map(|text| (path.as_ref(), text)),
        );
        workspace.load(
            model,
            files
                .into_iter()
                .map(|(path, text)| (key(&path), text))
                .collect(),
        );
    }
    let here = std::env::current_dir().unwrap_or_default();
    Loaded {
        workspace,
        notes: each_once(notes),
        selected,
        here,
    }
}

fn rayon_read(files: Vec<PathBuf>) -> Vec<(PathBuf, FileText)> {
    use rayon::prelude::*;
    files
        .into_par_iter()
        .filter_map(|path| read_there(&path).map(|text| (path, text)))
        .collect()
}

/// Reads a file, unless it is gone since it was found: then it is none of the model any more.
fn read_there(path: &Path) -> Option<FileText> {
    // It may come back in between, as while branches are switched.
    for _ in 0..3 {
        let text = read(path);
        if text.unreadable.is_none() {
            return Some(text);
        }
        path.symlink_metadata().ok()?;
    }
    Some(read(path))
}

/// The models below a folder: the files of each by its root, and notes on what was passed over.
pub fn discover(folder: &Path) -> (BTreeMap<PathBuf, Vec<PathBuf>>, Vec<String>) {
    let (mut roots, mut notes) = (BTreeMap::new(), Vec::new());
    walk(&root_of(folder), folder, &mut roots, &mut notes);
    (roots, each_once(notes))
}

/// The model files of some paths, for formatting: each as it was named or found, without their
/// models.
///
/// # Errors
/// When a path is not there.
pub fn list(paths: &[PathBuf]) -> Result<(Vec<PathBuf>, Vec<String>)> {
    let paths: Vec<PathBuf> = if paths.is_empty() {
        vec![".".into()]
    } else {
        paths.to_vec()
    };
    let (mut files, mut notes) = (Vec::new(), Vec::new());
    for path in paths {
        let absolute = absolute(&path)?;
        let mut roots = BTreeMap::new();
        walk(&absolute, &absolute, &mut roots, &mut notes);
        files.extend(roots.into_values().flatten().map(|file| shown(&file)));
    }
    files.sort();
    files.dedup();
    Ok((files, each_once(notes)))
}

/// Notes without those that were taken already, where paths overlap.
fn each_once(mut notes: Vec<String>) -> Vec<String> {
    let mut seen = HashSet::new();
    notes.retain(|note| seen.insert(note.clone()));
    notes
}

/// Reads one file. What cannot be read is told by what is returned.
pub fn read(path: &Path) -> FileText {
    match bytes(path, is_named_as_model) {
        Ok(bytes) => FileText::decode(bytes),
        Err(why) => FileText::failed(why),
    }
}

/// The text of a root's `threatline.toml`, if there is one.
///
/// # Errors
/// When it cannot be read.
pub fn settings_of(root: &Path) -> Result<Option<String>> {
    let path = root.join(SETTINGS);
    if !path.is_file() {
        return Ok(None);
    }
    match bytes(&path, |path| {
        path.file_name().is_some_and(|name| name == SETTINGS)
    }) {
        Ok(bytes) => Ok(Some(String::from_utf8_lossy(&bytes).into_owned())),
        Err(why) => bail!("{}: {why}", shown(&path).display()),
    }
}

/// What a file holds, or why that is not read. What it says is shown, and a link in a folder that a
/// stranger made may lead to any secret: so one with a name of ours is followed to another with
/// such a name alone.
fn bytes(path: &Path, is_ours: impl Fn(&Path) -> bool) -> Result<Vec<u8>, String> {
    let failed = |error: std::io::Error| format!("the file cannot be read: {error}");
    let metadata = fs::metadata(path).map_err(failed)?;
    if !metadata.is_file() {
        // A pipe or a device would never end.
        return Err("the path is neither a file nor a folder".to_owned());
    }
    if is_ours(path)
        && path.is_symlink()
        && !path.canonicalize().is_ok_and(|target| is_ours(&target))
    {
        return Err("this is a link to a file of another kind, and is not followed".to_owned());
    }
    let longest = threatline_syntax::LONGEST_TEXT as u64;
    let mut bytes = Vec::new();
    // Some files say nothing of their length.
    fs::File::open(path)
        .and_then(|file| file.take(longest + 1).read_to_end(&mut bytes))
        .map_err(failed)?;
    if bytes.len() as u64 > longest {
        Err(too_long())
    } else {
        Ok(bytes)
    }
}

/// Why a file that is longer than any model is not read.
pub fn too_long() -> String {
    format!(
        "the file is longer than {} MB, and is not analysed",
        threatline_syntax::LONGEST_TEXT >> 20
    )
}

/// Writes beside each file and renames when all is written, so that whoever kills us finds each old
/// text or the new one, and a disk that is full keeps all the old ones. Behind a link it is the
/// file that is replaced, not the link; its permissions stay.
///
/// # Errors
/// When a folder or a file cannot be written.
pub fn write_whole(files: &[(impl AsRef<Path>, &[u8])]) -> Result<()> {
    let failed = |path: &Path| format!("`{}` cannot be written", path.display());
    let mut written = Vec::new();
    for (path, text) in files {
        let path = path.as_ref();
        written.extend(
            write_beside(path, text)
                .with_context(|| failed(path))?
                .map(|beside| (path, beside)),
        );
    }
    for (path, (beside, target)) in written {
        beside
            .persist(target)
            .map_err(|error| error.error)
            .with_context(|| failed(path))?;
    }
    Ok(())
}

/// Writes a text beside the file whose place it is to take; to a pipe or a device, which cannot be
/// replaced, at once.
fn write_beside(
    path: &Path,
    text: &[u8],
) -> std::io::Result<Option<(tempfile::NamedTempFile, PathBuf)>> {
    let path = match path.canonicalize() {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => path.to_owned(),
        canonical => canonical?,
    };
    let there = fs::metadata(&path).ok();
    if there.as_ref().is_some_and(|there| !there.is_file()) {
        return fs::write(path, text).map(|()| None);
    }
    let folder = path
        .parent()
        .filter(|folder| !folder.as_os_str().is_empty())
        .unwrap_or(Path::new("."));
    clear_away(folder);
    let mut builder = tempfile::Builder::new();
    builder.prefix(BESIDE);
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
    let mut beside = builder.tempfile_in(folder)?;
    beside.write_all(text)?;
    if let Some(there) = there {
        beside.as_file().set_permissions(there.permissions())?;
    }
    beside.as_file().sync_all()?;
    Ok(Some((beside, path)))
}

/// Removes from a folder, once in a run, what runs that were killed left there: they are older than
/// any that still writes.
fn clear_away(folder: &Path) {
    static CLEARED: Mutex<BTreeSet<PathBuf>> = Mutex::new(BTreeSet::new());
    if !CLEARED
        .lock()
        .is_ok_and(|mut cleared| cleared.insert(folder.to_owned()))
    {
        return;
    }
    let is_left = |entry: &fs::DirEntry| {
        let name = entry.file_name();
        let random = name.to_str().and_then(|name| name.strip_prefix(BESIDE));
        let old = |metadata: &fs::Metadata| {
            metadata
                .modified()
                .ok()?
                .elapsed()
                .ok()
                .map(|age| age > HOUR)
        };
        random.is_some_and(|random| {
            random.len() == 6 && random.bytes().all(|byte| byte.is_ascii_alphanumeric())
        }) && entry
            .metadata()
            .is_ok_and(|metadata| metadata.is_file() && old(&metadata) == Some(true))
    };
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    entries
        .filter(is_left)
        .for_each(|entry| drop(fs::remove_file(entry.path())));
}

/// A path from the root of the file system, without `.` and `..`, links kept as they are.
fn absolute(path: &Path) -> Result<PathBuf> {
    fs::symlink_metadata(path).with_context(|| format!("`{}` cannot be read", path.display()))?;
    from_root(path)
}

/// The same of a path that need not be there.
///
/// # Errors
/// When the path is empty, or the current folder is not there.
pub fn from_root(path: &Path) -> Result<PathBuf> {
    let mut found = PathBuf::new();
    for part in std::path::absolute(path)?.components() {
        match part {
            std::path::Component::ParentDir => {
                found.pop();
            }
            part => found.push(part),
        }
    }
    Ok(found)
}

/// The root of the model that a path is in: the nearest folder upwards with a `threatline.toml`,
/// else the folder itself.
fn root_of(path: &Path) -> PathBuf {
    let folder = if path.is_dir() {
        path
    } else {
        path.parent().unwrap_or(path)
    };
    let root = folder
        .ancestors()
        .find(|folder| folder.join(SETTINGS).is_file());
    root.unwrap_or(folder).to_owned()
}

/// The file that a link leads to, if both are in the model: it is read there, and not twice.
fn behind_link(root: &Path, path: PathBuf) -> PathBuf {
    let inside = || {
        let target = path.canonicalize().ok().filter(|target| target.is_file())?;
        target
            .strip_prefix(root.canonicalize().ok()?)
            .ok()
            .map(|rest| root.join(rest))
    };
    if path.is_symlink() {
        inside().unwrap_or(path)
    } else {
        path
    }
}

/// Collects the model files below a root, each with the model that it belongs to.
fn walk(
    root: &Path,
    asked: &Path,
    roots: &mut BTreeMap<PathBuf, Vec<PathBuf>>,
    notes: &mut Vec<String>,
) {
    let canonical_root = root.canonicalize().unwrap_or_else(|_| root.to_owned());
    let mut nested = vec![root.to_owned()];
    for entry in entries(root) {
        let entry = match entry {
            Ok(entry) => entry,
            Err(error) => {
                notes.push(format!("passed over: {error}"));
                continue;
            }
        };
        let path = entry.path();
        while nested.last().is_some_and(|root| !path.starts_with(root)) {
            nested.pop();
        }
        let is_model_file = is_named_as_model(path);
        if entry.file_type().is_dir() {
            if entry.depth() > 0 && path.join(SETTINGS).is_file() {
                nested.push(path.to_owned());
            }
            if is_model_file {
                notes.push(format!(
                    "`{}` is a folder; the model files in it are read",
                    shown(path).display()
                ));
            }
        } else if is_model_file || (path == asked && entry.depth() == 0) {
            if entry.depth() > 0
                && entry.file_type().is_symlink()
                && is_met_elsewhere(path, &canonical_root, notes)
            {
                continue;
            }
            let root = nested.last().cloned().unwrap_or_else(|| root.to_owned());
            roots.entry(root).or_default().push(path.to_owned());
        }
    }
}

/// What is in a folder and below it, but for what is hidden and what belongs to packages.
pub fn entries(folder: &Path) -> impl Iterator<Item = walkdir::Result<DirEntry>> {
    let is_looked_into = |entry: &DirEntry| {
        entry.depth() == 0
            || !entry.file_type().is_dir()
            || !is_passed_over(&entry.file_name().to_string_lossy())
    };
    WalkDir::new(folder)
        .sort_by_file_name()
        .into_iter()
        .filter_entry(is_looked_into)
}

/// Whether a file of this name is one of a model.
pub fn is_named_as_model(path: &Path) -> bool {
    path.extension()
        .is_some_and(|extension| extension == "threat")
}

/// Whether a folder of this name is not looked into.
pub fn is_passed_over(name: &str) -> bool {
    name.starts_with('.') || name == "node_modules"
}

/// Whether a link leads to a folder, or to a model file that is read where it stands.
fn is_met_elsewhere(link: &Path, root: &Path, notes: &mut Vec<String>) -> bool {
    let Ok(target) = link.canonicalize() else {
        return false;
    };
    if target.is_dir() {
        notes.push(not_followed(link));
        return true;
    }
    target.starts_with(root) && is_named_as_model(&target)
}

/// The note on a link to a folder.
pub fn not_followed(link: &Path) -> String {
    format!(
        "`{}` is a link to a folder, and is not followed",
        shown(link).display()
    )
}

/// A path as it is shown: from the current folder, if it is in it.
pub fn shown(path: &Path) -> PathBuf {
    let here = std::env::current_dir().ok();
    match here
        .as_deref()
        .and_then(|here| path.strip_prefix(here).ok())
    {
        Some(relative) if relative.as_os_str().is_empty() => ".".into(),
        Some(relative) => relative.to_owned(),
        None => path.to_owned(),
    }
}

/// A path as the model knows it: as it is shown, with `/` between its parts.
fn key(path: &Path) -> Arc<str> {
    let shown = shown(path);
    let text = shown.to_string_lossy();
    if std::path::MAIN_SEPARATOR == '/' {
        text.into()
    } else {
        text.replace(std::path::MAIN_SEPARATOR, "/").into()
    }
}
