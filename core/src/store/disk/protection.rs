//! Files that their owner protected from being written.
//!
//! A file is replaced by a new one that takes its name, which only needs a writable folder. A
//! program that writes in place is stopped by a file's mode, so hatch asks for it as well.

use std::fmt;
#[cfg(unix)]
use std::io;
#[cfg(unix)]
use std::path::Path;

#[cfg(unix)]
use cap_std::fs::Dir;
use cap_std::fs::Metadata;

/// Why a file is not to be written. Displayed, it completes the sentence "the file ...".
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Protection {
    /// Its mode, which is this, lets not even its owner write it.
    Mode(u32),
    /// This user may not write it. It has this mode.
    Denied(u32),
    /// The file system is mounted read-only, or the file is marked as immutable.
    FileSystem,
    /// Its read-only attribute is set (Windows).
    Attribute,
}

impl fmt::Display for Protection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Protection::Mode(mode) => write!(f, "is read-only (mode {mode:04o})"),
            Protection::Denied(mode) => write!(f, "is not writable by you (mode {mode:04o})"),
            Protection::FileSystem => f.write_str("is on a read-only file system, or immutable"),
            Protection::Attribute => f.write_str("has the read-only attribute"),
        }
    }
}

/// Whether a file is protected. The mode is looked at first: root may write any file, and is
/// to respect a read-only one all the same. Everything else, such as other users' files and
/// access lists, is the system's answer.
#[cfg(unix)]
pub(super) fn protection(
    dir: &Dir,
    path: &Path,
    metadata: &Metadata,
) -> io::Result<Option<Protection>> {
    use cap_std::fs::MetadataExt as _;
    use rustix::fs::{Access, AtFlags, accessat};
    use rustix::io::Errno;

    let mode = metadata.mode() & 0o7777;
    let user = rustix::process::geteuid();
    let acts_as_owner = user.is_root() || user.as_raw() == metadata.uid();
    if acts_as_owner && mode & 0o200 == 0 {
        return Ok(Some(Protection::Mode(mode)));
    }
    match accessat(dir, path, Access::WRITE_OK, AtFlags::EACCESS) {
        Ok(()) => Ok(None),
        Err(Errno::ACCESS) => Ok(Some(Protection::Denied(mode))),
        Err(Errno::PERM | Errno::ROFS) => Ok(Some(Protection::FileSystem)),
        Err(error) => Err(error.into()),
    }
}

/// Whether a file is protected, by its attribute.
#[cfg(not(unix))]
pub(super) fn protection(metadata: &Metadata) -> Option<Protection> {
    metadata.permissions().readonly().then_some(Protection::Attribute)
}
