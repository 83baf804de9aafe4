//! Writes files whole or not at all: what the file was otherwise (its owner, its permissions, its
//! other names) it stays, and what somebody else saved meanwhile is not lost. It must not know what
//! is in the files.

use crate::load::place::{Access, Folder, Place, check_way, folder_of};
use anyhow::{Context, Result, anyhow, bail};
use std::collections::BTreeSet;
use std::collections::hash_map::RandomState;
use std::ffi::{OsStr, OsString};
use std::fs::{self, File, Metadata};
use std::hash::{BuildHasher, Hasher};
use std::io::{self, ErrorKind, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::time::Duration;

/// What the name of a file begins with that is being written, and how many letters follow.
const TEMPORARY_PREFIX: &str = ".threatline-";
const RANDOM_LETTERS: usize = 6;

/// How many names for it are tried.
const MAX_NAMES: usize = 64;

/// Longer than anything is written.
const HOUR: Duration = Duration::from_secs(3600);

/// Writes next to each file and renames when all is written, so that whoever kills us finds each
/// old text or the new one, and a disk that is full keeps all the old ones.
///
/// # Errors
/// When a folder or a file cannot be written; a link that leads out of its folder is not.
pub fn write_whole(files: &[(impl AsRef<Path>, &[u8])]) -> Result<()> {
    let failed = |path: &Path| format!("cannot write `{}`", path.display());
    let mut prepared = Vec::new();
    for (path, text) in files {
        let path = path.as_ref();
        clear_away(path.parent().unwrap_or(path));
        let written = check_way(&folder_of(path))
            .and_then(|()| Place::named(path))
            .and_then(|place| Prepared::new(place, text, None));
        prepared.push((path, written.with_context(|| failed(path))?));
    }
    for (path, written) in prepared {
        written.commit().with_context(|| failed(path))?;
    }
    Ok(())
}

/// Makes a folder that is named to be written to, with those around it.
///
/// # Errors
/// When it cannot be made, or a link on the way leads out of where its name begins.
pub fn make_folder(folder: &Path) -> Result<()> {
    let made = check_way(folder).and_then(|()| Ok(fs::create_dir_all(folder)?));
    made.with_context(|| format!("cannot create the folder `{}`", folder.display()))
}

/// Replaces what a file says that is below a folder or named by itself, if it still says what it
/// said.
///
/// # Errors
/// When it does not, cannot be written, or is a link that leads out of what was named.
pub fn replace(path: &Path, place: Place, old: &[u8], new: &[u8]) -> Result<()> {
    clear_away(path.parent().unwrap_or(path));
    let replaced = Prepared::new(place, new, Some(old)).and_then(Prepared::commit);
    replaced.map_err(|error| {
        if error.is::<io::Error>() {
            error.context("cannot write the file")
        } else {
            error
        }
    })
}

/// A text that is written as far as it can be without a change to the file.
struct Prepared<'t> {
    place: Place,
    text: &'t [u8],
    /// What the file has to say, where that matters.
    old: Option<&'t [u8]>,
    way: Way,
}

/// How a text gets into its file.
enum Way {
    /// By a new file in its folder, which then takes its name.
    Rename(TemporaryFile),
    /// Into the file itself, since another could not be what it is: its owner, its attributes or
    /// its other names would be lost. Meanwhile the text is in a file next to it.
    InPlace(File, TemporaryFile),
    /// Into a pipe or a device.
    Stream(File),
}

impl<'t> Prepared<'t> {
    fn new(place: Place, text: &'t [u8], old: Option<&'t [u8]>) -> Result<Prepared<'t>> {
        let way = match place.open() {
            Ok(existing) => Prepared::over(&place, &existing.metadata()?, text)?,
            Err(error) if error.kind() == ErrorKind::NotFound && old.is_none() => {
                let temporary = TemporaryFile::new(&place, text)?;
                Way::Rename(temporary)
            }
            // It may be written all the same, as a pipe may.
            Err(error) if error.kind() == ErrorKind::PermissionDenied && old.is_none() => {
                Way::Stream(stream(&place)?)
            }
            Err(error) => bail!(error),
        };
        Ok(Prepared {
            place,
            text,
            old,
            way,
        })
    }

    fn over(place: &Place, existing: &Metadata, text: &[u8]) -> Result<Way> {
        if existing.is_dir() {
            bail!("it is a folder");
        }
        if !existing.is_file() {
            return Ok(Way::Stream(stream(place)?));
        }
        if existing.permissions().readonly() {
            bail!("it is read-only");
        }
        // Who may not write the file may not replace it, though the folder would allow it.
        let file = place.folder().open_file(place.name(), Access::Change)?;
        let temporary = TemporaryFile::new(place, text)?;
        if temporary.becomes_like(&file)? {
            Ok(Way::Rename(temporary))
        } else {
            Ok(Way::InPlace(file, temporary))
        }
    }

    fn commit(self) -> Result<()> {
        match self.way {
            Way::Stream(mut file) => Ok(file.write_all(self.text)?),
            Way::InPlace(mut file, _copy) => {
                if let Some(old) = self.old {
                    compare(&mut file, old)?;
                }
                file.seek(SeekFrom::Start(0))?;
                file.write_all(self.text)?;
                file.set_len(self.text.len() as u64)?;
                Ok(file.sync_all()?)
            }
            Way::Rename(temporary) => match self.old {
                None => Ok(temporary.take_place(&self.place)?),
                Some(old) => {
                    compare(&mut self.place.open()?, old)?;
                    temporary.swap_places(&self.place, old)
                }
            },
        }
    }
}

fn stream(place: &Place) -> Result<File> {
    let file = place.folder().open_file(place.name(), Access::Write)?;
    if file.metadata()?.is_file() {
        bail!("permission to read it is denied");
    }
    Ok(file)
}

/// Fails if the content of a file has changed.
fn compare(file: &mut File, old: &[u8]) -> Result<()> {
    let mut now = Vec::new();
    file.take(old.len() as u64 + 1).read_to_end(&mut now)?;
    if now == old { Ok(()) } else { Err(changed()) }
}

fn changed() -> anyhow::Error {
    anyhow!("it was changed in the meantime; the saved text was kept")
}

/// A file next to another, which goes when nothing needs it.
struct TemporaryFile {
    folder: Folder,
    name: OsString,
    file: File,
    is_there: bool,
}

impl TemporaryFile {
    /// Writes a text to a file of its own in the folder of a place.
    fn new(place: &Place, text: &[u8]) -> io::Result<TemporaryFile> {
        let folder = place.folder().again()?;
        let mut last = None;
        for _ in 0..MAX_NAMES {
            let name = OsString::from(format!("{TEMPORARY_PREFIX}{}", random_letters()));
            match folder.open_file(&name, Access::Create) {
                Ok(file) => {
                    let mut temporary = TemporaryFile {
                        folder,
                        name,
                        file,
                        is_there: true,
                    };
                    temporary.file.write_all(text)?;
                    temporary.file.sync_all()?;
                    return Ok(temporary);
                }
                Err(error) if error.kind() == ErrorKind::AlreadyExists => last = Some(error),
                Err(error) => return Err(error),
            }
        }
        Err(last.unwrap_or_else(|| ErrorKind::AlreadyExists.into()))
    }

    /// Gives it the metadata of another file, and returns whether that succeeded.
    fn becomes_like(&self, file: &File) -> io::Result<bool> {
        self.file.set_permissions(file.metadata()?.permissions())?;
        identity::copy(file, &self.file)
    }

    /// Takes the name of a file, whatever that says.
    fn take_place(mut self, place: &Place) -> io::Result<()> {
        self.folder.rename(&self.name, place.name())?;
        self.is_there = false;
        Ok(())
    }

    /// Takes the name of a file that is unchanged; one that was saved at the last moment gets
    /// its name back.
    fn swap_places(self, place: &Place, old: &[u8]) -> Result<()> {
        match self.folder.swap(&self.name, place.name()) {
            Err(error) if error.kind() == ErrorKind::Unsupported => {
                return Ok(self.take_place(place)?);
            }
            swapped => swapped?,
        }
        let mut replaced = self.folder.open_file(&self.name, Access::Read)?;
        if compare(&mut replaced, old).is_err() {
            self.folder.swap(&self.name, place.name())?;
            return Err(changed());
        }
        Ok(())
    }
}

impl Drop for TemporaryFile {
    fn drop(&mut self) {
        if self.is_there {
            let _ = self.folder.remove(&self.name);
        }
    }
}

/// Unexpected characters.
fn random_letters() -> String {
    let mut number = RandomState::new().build_hasher().finish();
    let letters = (0..RANDOM_LETTERS).map(|_| {
        let letter = b'a' + (number % 26) as u8;
        number /= 26;
        char::from(letter)
    });
    letters.collect()
}

/// Removes from a folder, once in a run, what runs that were killed left there: it is older than
/// any that still writes.
fn clear_away(folder: &Path) {
    static CLEARED: Mutex<BTreeSet<PathBuf>> = Mutex::new(BTreeSet::new());
    let folder = if folder.as_os_str().is_empty() {
        Path::new(".")
    } else {
        folder
    };
    let is_cleared = CLEARED
        .lock()
        .map_or(true, |mut cleared| !cleared.insert(folder.to_owned()));
    if is_cleared {
        return;
    }
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    for entry in entries.filter(is_left_over) {
        let _ = fs::remove_file(entry.path());
    }
}

fn is_left_over(entry: &fs::DirEntry) -> bool {
    is_temporary_name(&entry.file_name())
        && entry
            .metadata()
            .is_ok_and(|metadata| metadata.is_file() && is_old(&metadata))
}

fn is_temporary_name(name: &OsStr) -> bool {
    name.to_str()
        .and_then(|name| name.strip_prefix(TEMPORARY_PREFIX))
        .is_some_and(|random| {
            random.len() == RANDOM_LETTERS
                && random.bytes().all(|byte| byte.is_ascii_alphanumeric())
        })
}

fn is_old(metadata: &Metadata) -> bool {
    let modified = metadata.modified().ok();
    modified
        .and_then(|modified| modified.elapsed().ok())
        .is_some_and(|age| age > HOUR)
}

/// The metadata of a file other than its permissions.
#[cfg(unix)]
mod identity {
    use rustix::fs::{Gid, Uid, XattrFlags, fchown, fgetxattr, flistxattr, fsetxattr};
    use rustix::io::Errno;
    use std::collections::BTreeMap;
    use std::fs::File;
    use std::io;
    use std::os::unix::fs::MetadataExt;

    /// More than any file system keeps.
    const MAX_ATTRIBUTE: usize = 64 << 10;

    /// Gives a file the owner, group and attributes of another, and returns whether that succeeded.
    /// One with several names cannot be another.
    pub fn copy(from: &File, to: &File) -> io::Result<bool> {
        let (original, own) = (from.metadata()?, to.metadata()?);
        if original.nlink() > 1 {
            return Ok(false);
        }
        if (original.uid(), original.gid()) != (own.uid(), own.gid()) {
            let (user, group) = (Uid::from_raw(original.uid()), Gid::from_raw(original.gid()));
            if fchown(to, Some(user), Some(group)).is_err() {
                return Ok(false);
            }
            // A change of the owner takes some of them away.
            to.set_permissions(original.permissions())?;
        }
        let wanted = attributes(from)?;
        let given = attributes(to)?;
        for (name, value) in &wanted {
            if given.get(name) != Some(value)
                && fsetxattr(to, name.as_slice(), value, XattrFlags::empty()).is_err()
            {
                return Ok(false);
            }
        }
        Ok(attributes(to)? == wanted && to.metadata()?.mode() == original.mode())
    }

    fn attributes(file: &File) -> io::Result<BTreeMap<Vec<u8>, Vec<u8>>> {
        let mut names = vec![0; MAX_ATTRIBUTE];
        let length = match flistxattr(file, names.as_mut_slice()) {
            Ok(length) => length,
            Err(Errno::NOTSUP | Errno::NOSYS) => 0,
            Err(error) => return Err(error.into()),
        };
        let mut attributes = BTreeMap::new();
        for name in names[..length].split(|byte| *byte == 0) {
            if name.is_empty() {
                continue;
            }
            let mut value = vec![0; MAX_ATTRIBUTE];
            let length = fgetxattr(file, name, value.as_mut_slice())?;
            value.truncate(length);
            attributes.insert(name.to_owned(), value);
        }
        Ok(attributes)
    }
}

/// The metadata of a file other than its permissions.
#[cfg(not(unix))]
mod identity {
    use std::fs::File;
    use std::io;

    /// Nothing more can be asked here.
    pub fn copy(_: &File, _: &File) -> io::Result<bool> {
        Ok(true)
    }
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;
    use std::os::unix::fs::MetadataExt;

    fn place(folder: &Path) -> Place {
        Place::below(folder, &folder.join("a.threat")).expect("the folder is there")
    }

    fn names(folder: &Path) -> Vec<OsString> {
        let entries = fs::read_dir(folder).expect("it is a folder").flatten();
        entries.map(|entry| entry.file_name()).collect()
    }

    #[test]
    fn what_was_saved_meanwhile_stays() {
        let folder = tempfile::tempdir().expect("a folder");
        let (folder, file) = (folder.path(), folder.path().join("a.threat"));
        fs::write(&file, "saved").expect("it is written");
        let error = replace(&file, place(folder), b"old", b"new").expect_err("it was changed");
        assert!(
            error.to_string().contains("changed in the meantime"),
            "{error}"
        );
        // Saved between the look at it and the change of names.
        let temporary = TemporaryFile::new(&place(folder), b"new").expect("it is written");
        let error = temporary.swap_places(&place(folder), b"old");
        assert!(error.is_err());
        assert_eq!(fs::read(&file).expect("it is there"), b"saved");
        replace(&file, place(folder), b"saved", b"new").expect("it says what it said");
        assert_eq!(fs::read(&file).expect("it is there"), b"new");
        assert_eq!(names(folder), ["a.threat"]);
    }

    #[test]
    fn a_file_with_two_names_keeps_both() {
        let folder = tempfile::tempdir().expect("a folder");
        let (folder, file) = (folder.path(), folder.path().join("a.threat"));
        fs::write(&file, "an old text").expect("it is written");
        fs::hard_link(&file, folder.join("b.threat")).expect("a second name");
        let before = fs::metadata(&file).expect("it is there").ino();
        replace(&file, place(folder), b"an old text", b"new").expect("it is replaced");
        assert_eq!(
            fs::read(folder.join("b.threat")).expect("it is there"),
            b"new"
        );
        assert_eq!(fs::metadata(&file).expect("it is there").ino(), before);
        assert_eq!(names(folder).len(), 2);
    }

    #[test]
    fn attributes_stay() {
        use rustix::fs::{XattrFlags, getxattr, setxattr};
        let folder = tempfile::tempdir_in(".").expect("a folder");
        let (folder, file) = (folder.path(), folder.path().join("a.threat"));
        fs::write(&file, "old").expect("it is written");
        setxattr(&file, "user.origin", b"here", XattrFlags::empty())
            .expect("the file system has attributes");
        replace(&file, place(folder), b"old", b"new").expect("it is replaced");
        let mut value = [0; 16];
        let length = getxattr(&file, "user.origin", &mut value).expect("it has the attribute");
        assert_eq!(&value[..length], b"here");
    }

    #[test]
    fn no_link_is_followed_on_the_way_down() {
        let folder = tempfile::tempdir().expect("a folder");
        let folder = folder.path();
        fs::create_dir_all(folder.join("out")).expect("a folder");
        fs::create_dir_all(folder.join("named")).expect("a folder");
        fs::write(folder.join("out/a.threat"), "out").expect("it is written");
        std::os::unix::fs::symlink("../out", folder.join("named/in")).expect("a link");
        let named = folder.join("named");
        assert!(Place::below(&named, &named.join("in/a.threat")).is_err());
    }
}
