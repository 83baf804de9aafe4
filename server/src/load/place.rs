//! The place of a file: its folder, held open, and its name in it. So the file that is read or
//! written is the one that was asked for, whatever becomes of the path meanwhile. It must not know
//! what is in the file.

use anyhow::{Result, bail};
use std::ffi::{OsStr, OsString};
use std::fs::File;
use std::io;
use std::path::{Component, Path, PathBuf};

/// A file, there or not, by its folder and its name.
pub struct Place {
    folder: Folder,
    name: OsString,
}

impl Place {
    /// The place of a file that was named by itself.
    ///
    /// # Errors
    /// When its folder is not there, or it is a link that leads out of its folder.
    pub fn named(path: &Path) -> Result<Place> {
        let folder = folder_of(path);
        if !path.is_symlink() {
            return Ok(Place::in_folder(&folder, path)?);
        }
        match (path.canonicalize(), folder.canonicalize()) {
            // A pipe or a device, as `/dev/stdout` is.
            (Ok(target), _) if is_no_file(&target) => {
                Ok(Place::in_folder(&folder_of(&target), &target)?)
            }
            (Ok(target), Ok(folder)) if target.starts_with(&folder) => {
                Place::below(&folder, &target)
            }
            (Err(error), _) if error.kind() != io::ErrorKind::NotFound => bail!(error),
            _ => bail!("it is a symbolic link out of its folder; pass the file that it points to"),
        }
    }

    /// The place of a file that was found below a folder. No link is followed on the way down.
    ///
    /// # Errors
    /// When the way down is not there, or there is a link on it.
    pub fn below(folder: &Path, path: &Path) -> Result<Place> {
        let mut opened = Folder::open(folder)?;
        let way = path.strip_prefix(folder)?;
        let mut parts = way.components().map(|part| part.as_os_str()).peekable();
        while let Some(part) = parts.next() {
            if parts.peek().is_none() {
                return Ok(Place {
                    folder: opened,
                    name: part.to_owned(),
                });
            }
            opened = opened.folder(part)?;
        }
        bail!("it is a folder");
    }

    fn in_folder(folder: &Path, path: &Path) -> io::Result<Place> {
        Ok(Place {
            folder: Folder::open(folder)?,
            name: path.file_name().unwrap_or_default().to_owned(),
        })
    }

    /// The folder of the file.
    pub fn folder(&self) -> &Folder {
        &self.folder
    }

    /// The name of the file in its folder.
    pub fn name(&self) -> &OsStr {
        &self.name
    }

    /// Opens the file to be read, unless it is a link.
    ///
    /// # Errors
    /// When it is not there, is a link, or may not be read.
    pub fn open(&self) -> io::Result<File> {
        self.folder.open_file(&self.name, Access::Read)
    }
}

/// Fails if a name leads through a link out of where it begins, which is the current folder or one
/// above it: a clone may have a link in place of a folder that is written to. A path from the root
/// is what it is.
///
/// # Errors
/// When it does, or the folder where it begins cannot be found.
pub fn check_way(folder: &Path) -> Result<()> {
    if folder.has_root() {
        return Ok(());
    }
    let goes_up = |part: &Component| matches!(part, Component::ParentDir | Component::CurDir);
    let mut start = PathBuf::from(".");
    start.extend(folder.components().take_while(goes_up));
    let way: PathBuf = folder.components().skip_while(goes_up).collect();
    if way.components().any(|part| goes_up(&part)) {
        return Ok(());
    }
    // What is not there yet will be a folder.
    let mut existing = way.ancestors().map(|part| start.join(part));
    let Some(existing) = existing.find(|folder| folder.symlink_metadata().is_ok()) else {
        return Ok(());
    };
    if !existing.canonicalize()?.starts_with(start.canonicalize()?) {
        bail!(
            "a folder on the way is a symbolic link out of its folder; pass the one that it \
             points to"
        );
    }
    Ok(())
}

/// Opens a file by its path, unless that is a link.
///
/// # Errors
/// When it is not there, is a link, or may not be read.
pub fn open_unless_link(path: &Path) -> io::Result<File> {
    Folder::open(&folder_of(path))?.open_file(path.file_name().unwrap_or_default(), Access::Read)
}

/// Opens what a path leads to, without a wait for a pipe.
///
/// # Errors
/// When it is not there, or may not be read.
pub fn open_at_once(path: &Path) -> io::Result<File> {
    imp::open_at_once(path)
}

/// The folder of a path, which is the current one for a mere name.
pub fn folder_of(path: &Path) -> PathBuf {
    match path.parent() {
        Some(folder) if folder.as_os_str().is_empty() => PathBuf::from("."),
        Some(folder) => folder.to_owned(),
        None => path.to_owned(),
    }
}

fn is_no_file(path: &Path) -> bool {
    path.metadata()
        .is_ok_and(|metadata| !metadata.is_file() && !metadata.is_dir())
}

/// What a file is opened for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Access {
    /// To be read.
    Read,
    /// To be read, and written where it is.
    Change,
    /// To be written alone, as a pipe is.
    Write,
    /// To be made, where there is none.
    Create,
}

/// A folder that is held open.
pub struct Folder(imp::Folder);

impl Folder {
    /// Opens a folder by its path, links in which are followed.
    ///
    /// # Errors
    /// When it is not there or may not be read.
    pub fn open(path: &Path) -> io::Result<Folder> {
        imp::open(path).map(Folder)
    }

    /// The same folder once more.
    ///
    /// # Errors
    /// When too much is open.
    pub fn again(&self) -> io::Result<Folder> {
        imp::again(&self.0).map(Folder)
    }

    /// Opens a folder in it, unless that is a link.
    ///
    /// # Errors
    /// When it is not there, is a link, or may not be read.
    pub fn folder(&self, name: &OsStr) -> io::Result<Folder> {
        imp::open_in(&self.0, name).map(Folder)
    }

    /// Opens a file in it, unless that is a link. It waits for no pipe.
    ///
    /// # Errors
    /// When it is not there (or is there, where it is to be made), is a link, or access is denied.
    pub fn open_file(&self, name: &OsStr, access: Access) -> io::Result<File> {
        imp::open_file(&self.0, name, access)
    }

    /// Gives a file in it the name of another, which is no more.
    ///
    /// # Errors
    /// When it cannot.
    pub fn rename(&self, from: &OsStr, to: &OsStr) -> io::Result<()> {
        imp::rename(&self.0, from, to)
    }

    /// Swaps the names of two files in it, at once.
    ///
    /// # Errors
    /// When it cannot; [`io::ErrorKind::Unsupported`] where no file system or system does.
    pub fn swap(&self, one: &OsStr, other: &OsStr) -> io::Result<()> {
        imp::swap(&self.0, one, other)
    }

    /// Removes a file in it.
    ///
    /// # Errors
    /// When it cannot.
    pub fn remove(&self, name: &OsStr) -> io::Result<()> {
        imp::remove(&self.0, name)
    }
}

#[cfg(unix)]
mod imp {
    use super::Access;
    use rustix::fs::{AtFlags, Mode, OFlags, openat, renameat, unlinkat};
    use std::ffi::OsStr;
    use std::fs::File;
    use std::io;
    use std::os::fd::OwnedFd;
    use std::path::Path;

    pub type Folder = OwnedFd;

    const FOLDER: OFlags = OFlags::RDONLY
        .union(OFlags::DIRECTORY)
        .union(OFlags::CLOEXEC);

    pub fn open(path: &Path) -> io::Result<Folder> {
        Ok(rustix::fs::open(path, FOLDER, Mode::empty())?)
    }

    pub fn open_at_once(path: &Path) -> io::Result<File> {
        let flags = OFlags::RDONLY | OFlags::NONBLOCK | OFlags::CLOEXEC | OFlags::NOCTTY;
        Ok(rustix::fs::open(path, flags, Mode::empty())?.into())
    }

    pub fn again(folder: &Folder) -> io::Result<Folder> {
        folder.try_clone()
    }

    pub fn open_in(folder: &Folder, name: &OsStr) -> io::Result<Folder> {
        Ok(openat(
            folder,
            name,
            FOLDER | OFlags::NOFOLLOW,
            Mode::empty(),
        )?)
    }

    pub fn open_file(folder: &Folder, name: &OsStr, access: Access) -> io::Result<File> {
        let flags = match access {
            Access::Read => OFlags::RDONLY | OFlags::NONBLOCK,
            Access::Change => OFlags::RDWR | OFlags::NONBLOCK,
            Access::Write => OFlags::WRONLY,
            Access::Create => OFlags::RDWR | OFlags::CREATE | OFlags::EXCL,
        };
        let flags = flags | OFlags::NOFOLLOW | OFlags::CLOEXEC | OFlags::NOCTTY;
        Ok(openat(folder, name, flags, Mode::from_raw_mode(0o666))?.into())
    }

    pub fn rename(folder: &Folder, from: &OsStr, to: &OsStr) -> io::Result<()> {
        Ok(renameat(folder, from, folder, to)?)
    }

    #[cfg(any(target_os = "linux", target_os = "android", target_vendor = "apple"))]
    pub fn swap(folder: &Folder, one: &OsStr, other: &OsStr) -> io::Result<()> {
        use rustix::fs::{RenameFlags, renameat_with};
        use rustix::io::Errno;
        renameat_with(folder, one, folder, other, RenameFlags::EXCHANGE).map_err(
            |error| match error {
                Errno::INVAL | Errno::NOSYS | Errno::NOTSUP => io::ErrorKind::Unsupported.into(),
                error => error.into(),
            },
        )
    }

    #[cfg(not(any(target_os = "linux", target_os = "android", target_vendor = "apple")))]
    pub fn swap(_: &Folder, _: &OsStr, _: &OsStr) -> io::Result<()> {
        Err(io::ErrorKind::Unsupported.into())
    }

    pub fn remove(folder: &Folder, name: &OsStr) -> io::Result<()> {
        Ok(unlinkat(folder, name, AtFlags::empty())?)
    }
}

/// Where a folder cannot be held open, its path stands for it.
#[cfg(not(unix))]
mod imp {
    use super::Access;
    use std::ffi::OsStr;
    use std::fs::{self, File, OpenOptions};
    use std::io;
    use std::path::{Path, PathBuf};

    pub type Folder = PathBuf;

    pub fn open(path: &Path) -> io::Result<Folder> {
        fs::read_dir(path).map(|_| path.to_owned())
    }

    pub fn open_at_once(path: &Path) -> io::Result<File> {
        File::open(path)
    }

    pub fn again(folder: &Folder) -> io::Result<Folder> {
        Ok(folder.clone())
    }

    fn unless_link(path: PathBuf) -> io::Result<PathBuf> {
        if path.is_symlink() {
            return Err(io::Error::other("it is a symbolic link"));
        }
        Ok(path)
    }

    pub fn open_in(folder: &Folder, name: &OsStr) -> io::Result<Folder> {
        open(&unless_link(folder.join(name))?)
    }

    pub fn open_file(folder: &Folder, name: &OsStr, access: Access) -> io::Result<File> {
        let mut options = OpenOptions::new();
        match access {
            Access::Read => options.read(true),
            Access::Change => options.read(true).write(true),
            Access::Write => options.write(true),
            Access::Create => options.read(true).write(true).create_new(true),
        };
        options.open(unless_link(folder.join(name))?)
    }

    pub fn rename(folder: &Folder, from: &OsStr, to: &OsStr) -> io::Result<()> {
        fs::rename(folder.join(from), folder.join(to))
    }

    pub fn swap(_: &Folder, _: &OsStr, _: &OsStr) -> io::Result<()> {
        Err(io::ErrorKind::Unsupported.into())
    }

    pub fn remove(folder: &Folder, name: &OsStr) -> io::Result<()> {
        fs::remove_file(folder.join(name))
    }
}
