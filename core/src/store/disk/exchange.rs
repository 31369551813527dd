//! Giving a file new contents only while it has the old ones.
//!
//! Another program may write the file at any moment. Comparing it first and renaming after
//! leaves a moment in which what it wrote would be lost. So where the system can exchange two
//! names at once, as Linux and macOS do on most of their file systems, what had the name is
//! looked at again *after* it has lost it, and is given it back if it is not what was
//! expected. Elsewhere the comparison is the last thing before the rename.

use std::io;
use std::path::{Path, PathBuf};

use cap_std::fs::Dir;

use super::{failed_to, read_file, replace};
use crate::location::Location;
use crate::store::{Expected, StoreError};

/// How often another program may write the file while it is given back, which takes
/// microseconds.
const ROUNDS: u32 = 100;

/// A file that is to change if it is what is expected.
pub(super) struct Exchange<'a> {
    /// The folder that the file is in itself: no path leads through it.
    pub(super) folder: Dir,
    pub(super) name: PathBuf,
    pub(super) at: &'a Location,
    pub(super) expected: Expected<'a>,
}

/// What renaming does to a file that has the new name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Way {
    /// It gets the old one.
    Exchange,
    /// It stays, and nothing is renamed ([`io::ErrorKind::AlreadyExists`]).
    KeepIt,
}

impl Exchange<'_> {
    /// Gives the file these contents, or takes it away.
    pub(super) fn with(&self, bytes: Option<&[u8]>) -> Result<(), StoreError> {
        let failed = |error| failed_to("replace", self.at)(error);
        let beside = match bytes {
            Some(bytes) => {
                let old = super::absent_is_none(self.folder.symlink_metadata(&self.name));
                let old = old.map_err(failed)?;
                replace::prepare(&self.folder, &self.name, old.as_ref(), bytes)
            }
            None => replace::temporary_name().map(PathBuf::from),
        };
        let beside = beside.map_err(failed)?;
        let was_expected = self.is_expected(&self.name);
        if !matches!(was_expected, Ok(true)) {
            self.discard(&beside)?;
            return was_expected.and_then(|_| self.changed());
        }
        match (self.expected.is_file(), bytes) {
            (false, None) => Ok(()),
            (false, Some(_)) => self.appear(&beside),
            (true, Some(bytes)) => self.swap(&beside, bytes),
            (true, None) => self.take(&beside),
        }
    }

    /// The new file takes a name that nothing has.
    fn appear(&self, new: &Path) -> Result<(), StoreError> {
        match rename(&self.folder, new, &self.name, Way::KeepIt) {
            Ok(_) => Ok(()),
            Err(error) => {
                self.discard(new)?;
                match error.kind() {
                    io::ErrorKind::AlreadyExists => self.changed(),
                    _ => Err(failed_to("replace", self.at)(error)),
                }
            }
        }
    }

    /// The new file and the old one change names.
    fn swap(&self, new: &Path, bytes: &[u8]) -> Result<(), StoreError> {
        match rename(&self.folder, new, &self.name, Way::Exchange) {
            Ok(true) if self.is_expected(new)? => self.discard(new),
            Ok(true) => self.swap_back(new, bytes),
            Ok(false) => Ok(()),
            Err(error) => {
                self.discard(new)?;
                match error.kind() {
                    io::ErrorKind::NotFound => self.changed(),
                    _ => Err(failed_to("replace", self.at)(error)),
                }
            }
        }
    }

    /// Gives the name back to what had it, which was not what was expected. What has the name
    /// then should be what hatch put there, `placed`: if it is not, it is newer than what was
    /// put back, and is to have the name instead.
    fn swap_back(&self, taken: &Path, placed: &[u8]) -> Result<(), StoreError> {
        let mut placed = Some(placed.to_vec());
        for _ in 0..ROUNDS {
            let back = self.read(taken)?;
            rename(&self.folder, taken, &self.name, Way::Exchange)
                .map_err(failed_to("put back", self.at))?;
            if self.read(taken)? == placed {
                break;
            }
            placed = back;
        }
        self.discard(taken)?;
        self.changed()
    }

    /// The old file takes a name of hatch's own, and goes; if it is not what was expected, it
    /// gets its name back, unless something newer has it.
    fn take(&self, aside: &Path) -> Result<(), StoreError> {
        match rename(&self.folder, &self.name, aside, Way::KeepIt) {
            Ok(_) if self.is_expected(aside)? => self.discard(aside),
            Ok(_) => match rename(&self.folder, aside, &self.name, Way::KeepIt) {
                Err(error) if error.kind() != io::ErrorKind::AlreadyExists => {
                    Err(failed_to("put back", self.at)(error))
                }
                _ => self.discard(aside).and_then(|()| self.changed()),
            },
            Err(error) if error.kind() == io::ErrorKind::NotFound => self.changed(),
            Err(error) => Err(failed_to("remove", self.at)(error)),
        }
    }

    fn is_expected(&self, name: &Path) -> Result<bool, StoreError> {
        // What is no file is never expected.
        let found = self.read(name)?;
        Ok(self.expected.is(found.as_deref()))
    }

    /// The bytes of a file; none where something else has its name.
    fn read(&self, name: &Path) -> Result<Option<Vec<u8>>, StoreError> {
        match read_file(&self.folder, name, self.at) {
            Err(StoreError::NotAFile { .. } | StoreError::TooLarge { .. }) => Ok(None),
            outcome => outcome,
        }
    }

    fn discard(&self, name: &Path) -> Result<(), StoreError> {
        let removed = super::absent_is_none(self.folder.remove_file(name));
        removed.map(|_| ()).map_err(failed_to("clear up beside", self.at))
    }

    fn changed(&self) -> Result<(), StoreError> {
        Err(StoreError::Changed(self.at.clone()))
    }
}

/// Renames a file. Where the system knows no such way, it is renamed plainly, which is
/// returned as `false`.
#[cfg(any(target_os = "linux", target_os = "android", target_vendor = "apple"))]
fn rename(folder: &Dir, from: &Path, to: &Path, way: Way) -> io::Result<bool> {
    use rustix::fs::{RenameFlags, renameat_with};
    use rustix::io::Errno;
    let flags = match way {
        Way::Exchange => RenameFlags::EXCHANGE,
        Way::KeepIt => RenameFlags::NOREPLACE,
    };
    match renameat_with(folder, from, folder, to, flags) {
        Ok(()) => Ok(true),
        Err(Errno::INVAL | Errno::NOSYS | Errno::NOTSUP) => {
            replace::rename(folder, from, to).map(|()| false)
        }
        Err(error) => Err(error.into()),
    }
}

/// As above.
#[cfg(not(any(target_os = "linux", target_os = "android", target_vendor = "apple")))]
fn rename(folder: &Dir, from: &Path, to: &Path, _: Way) -> io::Result<bool> {
    replace::rename(folder, from, to).map(|()| false)
}
