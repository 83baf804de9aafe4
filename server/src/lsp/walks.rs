//! Walks over the disk, on a thread of their own: which models are in some folders, and what their
//! files hold. It must not know what is in a text, nor what the session makes of it.

use super::faults::message_of;
use super::trace::Trace;
use super::watch::Watch;
use crate::load::disk::{self, Roots};
use crate::load::limits::{MAX_BYTES, MAX_FILES, MAX_MODELS};
use crate::load::names::Names;
use crate::load::paths::{SETTINGS, key};
use rayon::prelude::*;
use std::collections::HashSet;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::time::Instant;
use threatline_model::FileText;
use tracing::error;

/// How often folders are walked again at once, which came while they were walked.
const MAX_REPEATS: usize = 3;

/// The thread that walks, one walk at a time.
pub struct Walks {
    jobs: Sender<Job>,
    results: Receiver<Option<Walk>>,
    is_running: bool,
}

/// What is looked for.
pub struct Request {
    /// The folders of the workspace.
    pub folders: Vec<PathBuf>,
    /// The open documents, which are not read.
    pub open: HashSet<Arc<str>>,
}

/// What there is.
#[derive(Default)]
pub struct Walk {
    /// The models, by root.
    pub models: Vec<ModelOnDisk>,
    /// Why some files were left out, if they were.
    pub limit: Option<String>,
    /// Whether a file was left out, or has a name that another has on some systems: what there is
    /// can then change with any file.
    pub is_partial: bool,
}

/// A model as the disk has it.
pub struct ModelOnDisk {
    /// Its root.
    pub root: Arc<str>,
    /// Its `threatline.toml`: the path and the text, or why there is none.
    pub settings: Option<(Arc<str>, FileText)>,
    /// The paths of all its files.
    pub paths: Vec<Arc<str>>,
    /// Those that are not open, with their texts.
    pub files: Vec<(Arc<str>, FileText)>,
}

enum Job {
    Watch(Watch),
    Walk(Request),
}

impl Walks {
    /// A thread that waits. The end of each walk is reported.
    pub fn new(trace: Trace, report: impl Fn() + Send + 'static) -> Walks {
        let (jobs, received) = channel();
        let (to_session, results) = channel();
        let work = move || {
            let mut watch = None;
            for job in received {
                match job {
                    Job::Watch(new) => watch = Some(new),
                    Job::Walk(request) => {
                        let walk = AssertUnwindSafe(|| walk(&request, watch.as_mut()));
                        let walk = trace.within(|| catch_unwind(walk));
                        let walk = walk.inspect_err(|panic| {
                            error!("reading the disk failed: {}", message_of(&**panic));
                        });
                        if to_session.send(walk.ok()).is_err() {
                            return;
                        }
                        report();
                    }
                }
            }
        };
        // Without it nothing is read, which the first walk notes.
        let _ = std::thread::Builder::new()
            .name("disk".to_owned())
            .spawn(work);
        Walks {
            jobs,
            results,
            is_running: false,
        }
    }

    /// Watches the folders that are walked from now on.
    pub fn watch(&self, watch: Watch) {
        let _ = self.jobs.send(Job::Watch(watch));
    }

    /// Whether one is on its way.
    pub fn is_running(&self) -> bool {
        self.is_running
    }

    /// Starts a walk. None may be on its way.
    pub fn start(&mut self, request: Request) {
        self.is_running = self.jobs.send(Job::Walk(request)).is_ok();
    }

    /// The walk that was started, if it ends by then.
    pub fn wait(&mut self, until: Option<Instant>) -> Option<Walk> {
        if !self.is_running {
            return None;
        }
        let walk = match until {
            Some(until) => {
                let patience = until.saturating_duration_since(Instant::now());
                self.results.recv_timeout(patience)
            }
            None => self.results.recv().map_err(RecvTimeoutError::from),
        };
        self.is_running = matches!(walk, Err(RecvTimeoutError::Timeout));
        walk.ok().flatten()
    }
}

fn walk(request: &Request, mut watch: Option<&mut Watch>) -> Walk {
    for _ in 0..MAX_REPEATS {
        // What happens after this is seen, and what is new was not seen before.
        let has_new = watch.as_mut().map(|watch| watch.set(&request.folders));
        if has_new != Some(true) {
            break;
        }
    }
    let mut roots = Roots::new();
    for folder in &request.folders {
        for (root, files) in disk::models_in(folder) {
            roots.entry(root).or_default().extend(files);
        }
    }
    add_models_of_documents(&mut roots, &request.open);
    let mut reader = Reader::new(&request.open);
    for (number, (root, mut files)) in roots.into_iter().enumerate() {
        if number == MAX_MODELS {
            reader.reach(format!("{MAX_MODELS} models"));
            break;
        }
        files.sort();
        files.dedup();
        let model = reader.read(&root, files);
        reader.walk.models.push(model);
    }
    reader.walk
}

/// Reads models one after the other, up to the limits.
struct Reader<'request> {
    open: &'request HashSet<Arc<str>>,
    names: Names,
    /// The files that were met, of which one may be in two folders.
    met: HashSet<PathBuf>,
    bytes: u64,
    walk: Walk,
}

impl Reader<'_> {
    fn new(open: &HashSet<Arc<str>>) -> Reader<'_> {
        Reader {
            open,
            names: Names::default(),
            met: HashSet::new(),
            bytes: 0,
            walk: Walk::default(),
        }
    }

    /// Notes that there is more than is read.
    fn reach(&mut self, limit: String) {
        self.walk.is_partial = true;
        self.walk.limit.get_or_insert_with(|| {
            format!(
                "the workspace has more than {limit}; the rest was not read, so results are \
                 incomplete"
            )
        });
    }

    fn read(&mut self, root: &Path, files: Vec<PathBuf>) -> ModelOnDisk {
        let (within, beyond) = self.within_limits(files);
        let is_open = |path: &PathBuf| self.open.contains(&key(path));
        let texts: Vec<(PathBuf, Option<FileText>)> = within
            .into_par_iter()
            .filter_map(|path| {
                let text = if is_open(&path) {
                    None
                } else {
                    Some(disk::read_if_there(&path)?)
                };
                Some((path, text))
            })
            .collect();
        let (mut paths, mut files) = (Vec::new(), Vec::new());
        for (path, text) in texts {
            let is_open = text.is_none();
            let text = text.unwrap_or_else(|| FileText::new(""));
            let was_read = text.unreadable.is_none();
            let (name, text) = self.names.name(&path, text);
            self.walk.is_partial |= was_read && text.unreadable.is_some();
            let name = if is_open { key(&path) } else { name };
            paths.push(name.clone());
            if !is_open {
                files.push((name, text));
            }
        }
        // It stands for all that are left out, so that the model counts as incomplete.
        if let (Some(path), Some(limit)) = (beyond, &self.walk.limit) {
            let name = key(&path);
            paths.push(name.clone());
            files.push((name, FileText::failed(limit.clone())));
        }
        let settings = disk::settings_of(root);
        ModelOnDisk {
            root: key(root),
            settings: settings.map(|text| (key(&root.join(SETTINGS)), text)),
            paths,
            files,
        }
    }

    /// The files that are not more than is read, and the first of the others that is not open.
    fn within_limits(&mut self, files: Vec<PathBuf>) -> (Vec<PathBuf>, Option<PathBuf>) {
        let mut within = Vec::new();
        let mut files = files.into_iter();
        for path in files.by_ref() {
            if self.met.contains(&path) {
                continue;
            }
            let metadata = path.metadata();
            let size = metadata.map_or(0, |metadata| metadata.len().min(MAX_BYTES as u64));
            if self.met.len() == MAX_FILES {
                self.reach(format!("{MAX_FILES} model files"));
            } else if self.bytes + size > MAX_BYTES as u64 {
                self.reach(format!("{} MB in model files", MAX_BYTES >> 20));
            } else {
                self.bytes += size;
                self.met.insert(path.clone());
                within.push(path);
                continue;
            }
            let others = [path].into_iter().chain(files);
            let mut others = others.filter(|path| !self.open.contains(&key(path)));
            return (within, others.next());
        }
        (within, None)
    }
}

/// Adds the models of open documents that are not below the folders, or in a model whose other
/// files the disk does not have.
fn add_models_of_documents(roots: &mut Roots, open: &HashSet<Arc<str>>) {
    let paths = open.iter().map(|path| Path::new(&**path));
    let mut paths: Vec<&Path> = paths.filter(|path| path.is_absolute()).collect();
    // A folder without settings is a model with what is below it.
    paths.sort_by_key(|path| path.components().count());
    for path in paths {
        let (root, has_settings) = disk::root_of(path);
        let is_known = if has_settings {
            roots.contains_key(&root)
        } else {
            roots.keys().any(|root| path.starts_with(root))
        };
        if !is_known {
            roots.extend(models_around(path));
        }
    }
}

/// The model on the disk that a path is in, and those in it.
fn models_around(path: &Path) -> Roots {
    let (root, has_settings) = disk::root_of(path);
    if has_settings {
        let mut roots = disk::models_in(&root);
        roots.entry(root).or_default();
        return roots;
    }
    let files = disk::files_directly_in(&root);
    [(root, files)].into()
}
