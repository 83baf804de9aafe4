//! Writes files whole or not at all. It must not know what is in them.

use anyhow::{Context, Result};
use std::collections::BTreeSet;
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::time::Duration;
use tempfile::NamedTempFile;

/// What the name of a file begins with that is being written, and how many random letters follow.
const BESIDE: &str = ".threatline-";
const RANDOM_LETTERS: usize = 6;

/// Longer than anything is written.
const HOUR: Duration = Duration::from_secs(3600);

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
        let beside = write_beside(path, text).with_context(|| failed(path))?;
        written.extend(beside.map(|beside| (path, beside)));
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
fn write_beside(path: &Path, text: &[u8]) -> std::io::Result<Option<(NamedTempFile, PathBuf)>> {
    let path = match path.canonicalize() {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => path.to_owned(),
        canonical => canonical?,
    };
    let old = fs::metadata(&path).ok();
    if old.as_ref().is_some_and(|old| !old.is_file()) {
        return fs::write(path, text).map(|()| None);
    }
    let folder = path
        .parent()
        .filter(|folder| !folder.as_os_str().is_empty())
        .unwrap_or(Path::new("."));
    clear_away(folder);
    let mut builder = tempfile::Builder::new();
    builder.prefix(BESIDE).rand_bytes(RANDOM_LETTERS);
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
    let mut beside = builder.tempfile_in(folder)?;
    beside.write_all(text)?;
    if let Some(old) = old {
        beside.as_file().set_permissions(old.permissions())?;
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
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    for entry in entries.filter(is_left_over) {
        let _ = fs::remove_file(entry.path());
    }
}

fn is_left_over(entry: &fs::DirEntry) -> bool {
    let name = entry.file_name();
    let is_named_so = name
        .to_str()
        .and_then(|name| name.strip_prefix(BESIDE))
        .is_some_and(|random| {
            random.len() == RANDOM_LETTERS
                && random.bytes().all(|byte| byte.is_ascii_alphanumeric())
        });
    is_named_so
        && entry
            .metadata()
            .is_ok_and(|metadata| metadata.is_file() && is_old(&metadata))
}

fn is_old(metadata: &fs::Metadata) -> bool {
    let modified = metadata.modified().ok();
    modified
        .and_then(|modified| modified.elapsed().ok())
        .is_some_and(|age| age > HOUR)
}
