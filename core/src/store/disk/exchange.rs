//! A new file takes the place of an old one that is known, and of no other.
//!
//! Between a look at the old file and a rename over it, its host may write it anew, and that
//! would be lost. So the two files trade names, in one step, and only then it is looked at what
//! came out. If that is not what was expected, they trade back. Where the system can't do this,
//! it is looked at right before the rename.
//!
//! What is still not caught is a host that has the old file open, and writes to it afterwards.

use std::io;
use std::path::Path;

use cap_std::fs::Dir;

use super::replace::{holds, rename};

/// Gives the file at `new`, which holds `bytes`, the name `path`, if what has that name holds
/// `before`, or nothing has it where that is `None`. Returns whether that was so. If it was not,
/// all has the name that it had, and `new` may go.
pub(super) fn take_place(
    dir: &Dir,
    new: &Path,
    path: &Path,
    before: Option<&[u8]>,
    bytes: &[u8],
) -> io::Result<bool> {
    let Some(before) = before else {
        return match rename_to_free(dir, new, path) {
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(false),
            result => result.map(|()| true),
        };
    };
    if !holds(dir, path, before)? {
        return Ok(false);
    }
    if !trade(dir, new, path)? {
        return rename(dir, new, path).map(|()| true);
    }
    if holds(dir, new, before).unwrap_or(false) {
        return dir.remove_file(new).map(|()| true);
    }
    trade(dir, new, path)?;
    if !holds(dir, new, bytes)? {
        // It was written once more in between. The later one stays.
        trade(dir, new, path)?;
    }
    Ok(false)
}

/// Takes the file at `path` away if it holds `before`; returns whether that was so. It gets the
/// name `aside` first, which nothing has, so that what it holds can't be another any more when
/// it is looked at.
pub(super) fn take_away(dir: &Dir, path: &Path, aside: &Path, before: &[u8]) -> io::Result<bool> {
    if !holds(dir, path, before)? {
        return Ok(false);
    }
    rename_to_free(dir, path, aside)?;
    if holds(dir, aside, before).unwrap_or(false) {
        return dir.remove_file(aside).map(|()| true);
    }
    match rename_to_free(dir, aside, path) {
        // It was written once more in between. The later one stays.
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => dir.remove_file(aside)?,
        result => result?,
    }
    Ok(false)
}

/// Lets two files in one folder have each other's name. Returns whether the system can.
#[cfg(any(target_os = "linux", target_os = "macos"))]
fn trade(dir: &Dir, one: &Path, other: &Path) -> io::Result<bool> {
    match rename_with(dir, one, other, rustix::fs::RenameFlags::EXCHANGE) {
        Err(error) if is_unsupported(&error) => Ok(false),
        result => result.map(|()| true),
    }
}

#[cfg(not(any(target_os = "linux", target_os = "macos")))]
fn trade(_: &Dir, _: &Path, _: &Path) -> io::Result<bool> {
    Ok(false)
}

/// Renames a file to a name that nothing has.
#[cfg(any(target_os = "linux", target_os = "macos"))]
fn rename_to_free(dir: &Dir, from: &Path, to: &Path) -> io::Result<()> {
    match rename_with(dir, from, to, rustix::fs::RenameFlags::NOREPLACE) {
        Err(error) if is_unsupported(&error) => rename_to_missing(dir, from, to),
        result => result,
    }
}

#[cfg(not(any(target_os = "linux", target_os = "macos")))]
fn rename_to_free(dir: &Dir, from: &Path, to: &Path) -> io::Result<()> {
    rename_to_missing(dir, from, to)
}

fn rename_to_missing(dir: &Dir, from: &Path, to: &Path) -> io::Result<()> {
    match super::absent_is_none(dir.symlink_metadata(to))? {
        Some(_) => Err(io::ErrorKind::AlreadyExists.into()),
        None => rename(dir, from, to),
    }
}

#[cfg(any(target_os = "linux", target_os = "macos"))]
fn rename_with(
    dir: &Dir,
    from: &Path,
    to: &Path,
    flags: rustix::fs::RenameFlags,
) -> io::Result<()> {
    use std::os::fd::AsFd as _;
    let folder = match to.parent().filter(|folder| !folder.as_os_str().is_empty()) {
        Some(folder) => dir.open_dir(folder)?,
        None => dir.try_clone()?,
    };
    let [Some(from), Some(to)] = [from.file_name(), to.file_name()] else {
        return Err(io::ErrorKind::InvalidInput.into());
    };
    Ok(rustix::fs::renameat_with(folder.as_fd(), from, folder.as_fd(), to, flags)?)
}

/// Whether it is the file system or the system that can't.
#[cfg(any(target_os = "linux", target_os = "macos"))]
fn is_unsupported(error: &io::Error) -> bool {
    use rustix::io::Errno;
    let code = error.raw_os_error().map(Errno::from_raw_os_error);
    matches!(code, Some(Errno::INVAL | Errno::NOSYS | Errno::NOTSUP))
}
