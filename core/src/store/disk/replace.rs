//! Giving a file new contents, all or none.

use std::io::{self, Read as _, Seek as _, Write as _};
use std::path::{Path, PathBuf};

use cap_std::fs::{Dir, File, Metadata, OpenOptions};

use crate::store::TEMPORARY_PREFIX;

/// Writes `bytes` beside the file, makes them durable, and lets the new file take the name.
/// `old` is what has the name now; its mode and owner carry over.
pub(super) fn replace(
    dir: &Dir,
    path: &Path,
    old: Option<&Metadata>,
    bytes: &[u8],
) -> io::Result<()> {
    let temporary = prepare(dir, path, old, bytes)?;
    let result = rename(dir, &temporary, path);
    if result.is_err() {
        // The failure that matters is the first one, and recovery removes what stays.
        let _ = dir.remove_file(&temporary);
    }
    result
}

/// Writes `bytes` beside the file and makes them durable. Returns the name that they have
/// there.
pub(super) fn prepare(
    dir: &Dir,
    path: &Path,
    old: Option<&Metadata>,
    bytes: &[u8],
) -> io::Result<PathBuf> {
    let temporary = path.with_file_name(temporary_name()?);
    create(dir, &temporary, old, bytes)?;
    Ok(temporary)
}

/// Writes `bytes` to a file that is not there yet, and makes them durable. Mode and owner are
/// those of `old`.
fn create(dir: &Dir, path: &Path, old: Option<&Metadata>, bytes: &[u8]) -> io::Result<()> {
    let file = create_private(dir, path)?;
    let result = fill(file, old, bytes);
    if result.is_err() {
        // The failure that matters is the first one.
        let _ = dir.remove_file(path);
    }
    result
}

/// A name that nobody else can guess and have a file or link wait under.
pub(super) fn temporary_name() -> io::Result<String> {
    let random = getrandom::u64().map_err(io::Error::other)?;
    Ok(format!("{TEMPORARY_PREFIX}{random:016x}"))
}

fn create_private(dir: &Dir, path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.read(true).write(true).create_new(true);
    #[cfg(unix)]
    {
        use cap_std::fs::OpenOptionsExt as _;
        options.mode(0o600);
    }
    dir.open_with(path, &options)
}

fn fill(mut file: File, old: Option<&Metadata>, bytes: &[u8]) -> io::Result<()> {
    file.write_all(bytes)?;
    carry_over(&file, old)?;
    // Before the rename: a name must never stand for bytes that are not on the disk.
    file.sync_all()?;
    check(&mut file, bytes)
}

/// Before the rename, too: with other bytes than it was given, a file could not be told from
/// one that somebody edited, and would not be put back.
fn check(file: &mut File, bytes: &[u8]) -> io::Result<()> {
    let mut found = Vec::with_capacity(bytes.len());
    file.rewind()?;
    file.take(bytes.len() as u64 + 1).read_to_end(&mut found)?;
    if found == bytes {
        return Ok(());
    }
    Err(io::Error::other("what was written is not what is there"))
}

#[cfg(unix)]
fn carry_over(file: &File, old: Option<&Metadata>) -> io::Result<()> {
    use cap_std::fs::{Permissions, PermissionsExt as _};
    let mode = match old {
        Some(old) => {
            keep_owner(file, old)?;
            old.permissions().mode() & 0o7777
        }
        None => 0o600,
    };
    file.set_permissions(Permissions::from_mode(mode))
}

/// Root can give the file back to its owner. Others can at most keep its group, and the
/// file is theirs already.
#[cfg(unix)]
fn keep_owner(file: &File, old: &Metadata) -> io::Result<()> {
    use cap_std::fs::MetadataExt as _;
    use rustix::fs::{Gid, Uid, fchown};
    let new = file.metadata()?;
    if (new.uid(), new.gid()) == (old.uid(), old.gid()) {
        return Ok(());
    }
    let (owner, group) = (Uid::from_raw(old.uid()), Gid::from_raw(old.gid()));
    if rustix::process::geteuid().is_root() {
        fchown(file, Some(owner), Some(group))?;
    } else if new.gid() != old.gid() {
        let _ = fchown(file, None, Some(group));
    }
    Ok(())
}

#[cfg(not(unix))]
fn carry_over(file: &File, old: Option<&Metadata>) -> io::Result<()> {
    match old {
        Some(old) => file.set_permissions(old.permissions()),
        None => Ok(()),
    }
}

#[cfg(not(windows))]
pub(super) fn rename(dir: &Dir, from: &Path, to: &Path) -> io::Result<()> {
    dir.rename(from, dir, to)
}

/// A file that a scanner or its host has open can't be replaced there for a moment.
#[cfg(windows)]
pub(super) fn rename(dir: &Dir, from: &Path, to: &Path) -> io::Result<()> {
    for pause in [10, 20, 50, 100, 200, 500] {
        match dir.rename(from, dir, to) {
            Err(error) if error.kind() == io::ErrorKind::PermissionDenied => {
                std::thread::sleep(std::time::Duration::from_millis(pause));
            }
            result => return result,
        }
    }
    dir.rename(from, dir, to)
}
