//! Watches the disk for clients that do not. It must not read a file, nor know what one means.

use crate::load::disk;
use crate::load::paths::{is_model_file, is_settings};
use notify::{RecommendedWatcher, RecursiveMode, Watcher};
use std::collections::HashSet;
use std::path::PathBuf;

/// A watch over folders.
pub struct Watch {
    watcher: RecommendedWatcher,
    watched: HashSet<PathBuf>,
}

impl Watch {
    /// A watch over nothing yet. What changes is reported by its path, and with an empty path that
    /// anything may have.
    ///
    /// # Errors
    /// When the system lets nothing be watched.
    pub fn new(report: impl Fn(PathBuf) + Send + 'static) -> notify::Result<Watch> {
        let on_event = move |event: notify::Result<notify::Event>| {
            let Ok(event) = event else { return };
            if event.need_rescan() {
                // More happened than the system can report.
                report(PathBuf::new());
            }
            if event.kind.is_access() {
                return;
            }
            for path in event.paths {
                // A deleted folder cannot be distinguished from a file without an extension.
                if is_model_file(&path)
                    || is_settings(&path)
                    || path.is_dir()
                    || path.extension().is_none()
                {
                    report(path);
                }
            }
        };
        Ok(Watch {
            watcher: notify::recommended_watcher(on_event)?,
            watched: HashSet::new(),
        })
    }

    /// Watches these folders and those below them, and no others. Whether some are new: what
    /// happened in them before has not been seen.
    pub fn set(&mut self, folders: &[PathBuf]) -> bool {
        let wanted: HashSet<PathBuf> = folders
            .iter()
            .flat_map(|folder| disk::folders_in(folder))
            .collect();
        for gone in self.watched.difference(&wanted) {
            let _ = self.watcher.unwatch(gone);
        }
        // One that cannot be watched may be gone again; there may also be too many, and then the
        // first are.
        self.watched.retain(|folder| wanted.contains(folder));
        let before = self.watched.len();
        for new in wanted {
            if !self.watched.contains(&new)
                && self
                    .watcher
                    .watch(&new, RecursiveMode::NonRecursive)
                    .is_ok()
            {
                self.watched.insert(new);
            }
        }
        self.watched.len() > before
    }
}
