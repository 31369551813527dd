//! One writing hatch at a time.
//!
//! The system lets go of the lock when its owner ends, however it ends, so a lock that a
//! dead run left is none. The file stays: taking it away would let two owners hold two files
//! of one name.

use std::fs::{File, TryLockError};
use std::io;
use std::path::Path;
use std::thread;
use std::time::{Duration, Instant};

use cap_std::fs::{Dir, OpenOptions};

use super::failed_to;
use crate::location::Location;
use crate::store::{Guard, StoreError};

/// How long to wait: enough for twenty runs that were started at once on a slow disk, each of
/// which holds the lock for less than a second.
const PATIENCE: Duration = Duration::from_secs(30);
const PAUSE: Duration = Duration::from_millis(20);

/// Waits for the lock.
pub(super) fn lock(dir: &Dir, path: &Path, at: &Location) -> Result<Box<dyn Guard>, StoreError> {
    let file = open(dir, path).map_err(failed_to("lock", at))?;
    let begun = Instant::now();
    loop {
        match file.try_lock() {
            Ok(()) => return Ok(Box::new(FileGuard { _file: file })),
            Err(TryLockError::Error(error)) => return Err(failed_to("lock", at)(error)),
            Err(TryLockError::WouldBlock) if begun.elapsed() > PATIENCE => {
                return Err(StoreError::Locked(at.clone()));
            }
            Err(TryLockError::WouldBlock) => thread::sleep(PAUSE),
        }
    }
}

/// Takes the lock if nobody has it.
pub(super) fn try_lock(
    dir: &Dir,
    path: &Path,
    at: &Location,
) -> Result<Option<Box<dyn Guard>>, StoreError> {
    let file = open(dir, path).map_err(failed_to("lock", at))?;
    match file.try_lock() {
        Ok(()) => Ok(Some(Box::new(FileGuard { _file: file }))),
        Err(TryLockError::WouldBlock) => Ok(None),
        Err(TryLockError::Error(error)) => Err(failed_to("lock", at)(error)),
    }
}

struct FileGuard {
    /// Locked for as long as it is open.
    _file: File,
}

impl Guard for FileGuard {}

fn open(dir: &Dir, path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.read(true).write(true).create(true);
    #[cfg(unix)]
    {
        use cap_std::fs::OpenOptionsExt as _;
        options.mode(0o600);
    }
    let file = dir.open_with(path, &options)?;
    #[cfg(unix)]
    {
        use cap_std::fs::{Permissions, PermissionsExt as _};
        // The umask may have taken bits away, even the owner's.
        let private = Permissions::from_mode(0o600);
        if file.metadata()?.permissions().mode() & 0o777 != private.mode() {
            file.set_permissions(private)?;
        }
    }
    Ok(file.into_std())
}
