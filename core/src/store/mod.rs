//! The outside world, as the engine sees it: files that can be read, and files that can be
//! replaced as a whole.
//!
//! Reading and writing are two traits, so that a preview is handed something that cannot
//! write. Durability is explicit: [`Store::replace`] makes the bytes durable and
//! [`Store::sync_folder`] the names, so that a transaction can be seen to sync as often as
//! its promise needs and no more.

pub mod disk;
#[cfg(feature = "testing")]
pub mod faulty;
#[cfg(feature = "testing")]
pub mod memory;
mod own;

pub use disk::{DiskStore, Protection};
pub use own::{has_journal, lock_home, make_home, save};

use std::io;

use crate::document::Digest;
use crate::location::Location;

/// Reads the files that hatch was given, and no others.
pub trait Reader {
    /// Returns the bytes at `at`, or `None` if nothing is there.
    ///
    /// # Errors
    ///
    /// Fails where the file can't be read, is larger than the limit, or is no regular file.
    fn read(&self, at: &Location) -> Result<Option<Vec<u8>>, StoreError>;

    /// As [`Reader::read`], of a file that is this user's own and that nobody else may read or
    /// write; `None` for any other. On Windows, where a file has no mode, all files count.
    ///
    /// # Errors
    ///
    /// As [`Reader::read`].
    fn read_private(&self, at: &Location) -> Result<Option<Vec<u8>>, StoreError>;

    /// The names in a folder, sorted; none where there is no such folder. Names that are
    /// not Unicode are left out: hatch gives none.
    ///
    /// # Errors
    ///
    /// Fails where the folder can't be read.
    fn list(&self, folder: &Location) -> Result<Vec<String>, StoreError>;

    /// Whether there is such a folder.
    ///
    /// # Errors
    ///
    /// Fails where the system does, or if something else has the folder's name.
    fn has_folder(&self, folder: &Location) -> Result<bool, StoreError>;
}

/// A [`Reader`] that may also write.
pub trait Store: Reader {
    /// Makes a folder in one that exists, for its owner alone. A folder that is there
    /// already is no error; returns whether this call made it.
    ///
    /// # Errors
    ///
    /// Fails where the folder can't be made.
    fn make_folder(&self, at: &Location) -> Result<bool, StoreError>;

    /// Puts `bytes` at `at`, durably: the whole file or, on failure, none of it. An existing
    /// file's mode (and owner, for root) stay; a new file is its owner's alone. The file's
    /// name is durable only after [`Store::sync_folder`].
    ///
    /// # Errors
    ///
    /// Fails where the file can't be written.
    fn replace(&self, at: &Location, bytes: &[u8]) -> Result<(), StoreError>;

    /// Gives a file other contents, or with `None` takes it away, if it is what is expected:
    /// another program may write it at any time, and what it wrote is not to be lost. In all
    /// else as [`Store::replace`] and [`Store::remove`].
    ///
    /// # Errors
    ///
    /// Fails with [`StoreError::Changed`] where something else is there, which stays as it
    /// is, and where the file can't be written.
    fn exchange(
        &self,
        at: &Location,
        expected: Expected<'_>,
        bytes: Option<&[u8]>,
    ) -> Result<(), StoreError>;

    /// Takes a file away. One that is not there is no error.
    ///
    /// # Errors
    ///
    /// Fails where the file can't be removed.
    fn remove(&self, at: &Location) -> Result<(), StoreError>;

    /// Takes an empty folder away. One that is not there is no error.
    ///
    /// # Errors
    ///
    /// Fails where the folder can't be removed, or is not empty
    /// ([`io::ErrorKind::DirectoryNotEmpty`]).
    fn remove_folder(&self, at: &Location) -> Result<(), StoreError>;

    /// Makes durable which names are in a folder, and what they stand for. A folder that is
    /// not there has none, and is no error.
    ///
    /// # Errors
    ///
    /// Fails where the system does.
    fn sync_folder(&self, at: &Location) -> Result<(), StoreError>;

    /// Waits a moment for the lock at `at`, and holds it until the guard is dropped.
    ///
    /// # Errors
    ///
    /// Fails with [`StoreError::Locked`] where another process keeps it.
    fn lock(&self, at: &Location) -> Result<Box<dyn Guard>, StoreError>;

    /// As [`Store::lock`], without waiting; `None` where another process holds the lock.
    ///
    /// # Errors
    ///
    /// Fails where the system does.
    fn try_lock(&self, at: &Location) -> Result<Option<Box<dyn Guard>>, StoreError> {
        match self.lock(at) {
            Ok(guard) => Ok(Some(guard)),
            Err(StoreError::Locked(_)) => Ok(None),
            Err(error) => Err(error),
        }
    }
}

/// What a file has to be for [`Store::exchange`] to change it; `None` is no file.
#[derive(Clone, Copy, Debug)]
pub enum Expected<'a> {
    /// These bytes.
    Bytes(Option<&'a [u8]>),
    /// Bytes with this digest.
    Digest(Option<&'a Digest>),
}

impl Expected<'_> {
    /// Whether a file is expected, rather than none.
    pub fn is_file(&self) -> bool {
        matches!(self, Expected::Bytes(Some(_)) | Expected::Digest(Some(_)))
    }

    /// Whether this is what was found.
    pub fn is(&self, found: Option<&[u8]>) -> bool {
        match self {
            Expected::Bytes(bytes) => *bytes == found,
            Expected::Digest(digest) => *digest == found.map(Digest::of).as_ref(),
        }
    }
}

/// A lock that is held. Dropping it lets go.
pub trait Guard {}

/// Why a file could not be read or written.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StoreError {
    /// The system said no.
    #[error("failed to {intent} `{at}`")]
    Io {
        /// What was tried, as a verb: `read`, `replace`, `remove`, ...
        intent: &'static str,
        /// With which file or folder.
        at: Location,
        /// The system's reason.
        source: io::Error,
    },
    /// A folder, a device, a pipe or a socket where a file should be.
    #[error("`{at}` is {found}, not a regular file")]
    NotAFile {
        /// Which file.
        at: Location,
        /// What it is, with its article.
        found: &'static str,
    },
    /// A file that is too large to be a configuration.
    #[error("`{at}` has {size} bytes, and hatch reads {limit} at most")]
    TooLarge {
        /// Which file.
        at: Location,
        /// Its size in bytes.
        size: u64,
        /// The limit in bytes.
        limit: u64,
    },
    /// A link that leads nowhere, or in a circle.
    #[error("`{at}` is a link that {fault}")]
    BadLink {
        /// Which link, as its user writes the file's name.
        at: String,
        /// What is wrong with it.
        fault: &'static str,
    },
    /// Writing it said that it worked, and it did not.
    #[error("`{0}` was written, and then had other contents")]
    NotWritten(Location),
    /// A location that this store was never handed.
    #[error("`{0}` was not opened for this run")]
    NotAdmitted(Location),
    /// Another program wrote the file in the meantime.
    #[error("`{0}` is not what it was")]
    Changed(Location),
    /// Another hatch is writing.
    #[error("another hatch is writing, and holds `{0}`")]
    Locked(Location),
}

impl StoreError {
    /// Whether the system's reason is this one.
    pub fn is_io(&self, kind: io::ErrorKind) -> bool {
        matches!(self, StoreError::Io { source, .. } if source.kind() == kind)
    }
}

/// What the name of every file begins with that is written beside another, to take its
/// place. A run that was killed may leave such a file; recovery takes it away.
pub const TEMPORARY_PREFIX: &str = ".hatch-tmp-";

/// Whether a name is one that [`Store::replace`] gives to a file on its way.
pub fn is_temporary(name: &str) -> bool {
    name.strip_prefix(TEMPORARY_PREFIX)
        .is_some_and(|rest| rest.len() == 16 && rest.bytes().all(|b| b.is_ascii_hexdigit()))
}

/// Takes away what a killed run left half written in `folder`.
///
/// # Errors
///
/// Fails where the folder can't be read or a file can't be removed.
pub fn remove_temporaries(store: &dyn Store, folder: &Location) -> Result<(), StoreError> {
    for name in store.list(folder)?.iter().filter(|name| is_temporary(name)) {
        store.remove(&folder.join(name))?;
    }
    Ok(())
}

/// Writes a file that its user asked for, where there is none, and makes it durable. Only its
/// owner can read it, since it may hold secrets. Returns whether there was none; a file that is
/// there stays as it is.
///
/// # Errors
///
/// Fails where the file cannot be written.
pub fn create(store: &dyn Store, at: &Location, bytes: &[u8]) -> Result<bool, StoreError> {
    match store.exchange(at, Expected::Bytes(None), Some(bytes)) {
        Err(StoreError::Changed(_)) => return Ok(false),
        outcome => outcome?,
    }
    if let Some(folder) = at.folder() {
        store.sync_folder(&folder)?;
    }
    Ok(true)
}

/// Writes a file that its user asked for, in place of an earlier one of the same making.
///
/// # Errors
///
/// Fails where the file can't be written.
pub fn renew(store: &dyn Store, at: &Location, bytes: &[u8]) -> Result<(), StoreError> {
    store.replace(at, bytes)?;
    at.folder().map_or(Ok(()), |folder| store.sync_folder(&folder))
}

/// Writes one of hatch's own files, so that a person can read it.
pub(crate) fn write_json(
    store: &dyn Store,
    at: &Location,
    value: &impl serde::Serialize,
) -> Result<(), StoreError> {
    let mut json = serde_json::to_vec_pretty(value).map_err(|error| StoreError::Io {
        intent: "write",
        at: at.clone(),
        source: error.into(),
    })?;
    json.push(b'\n');
    replace_and_check(store, at, &json)
}

/// Replaces a file that something will rely on, and reads it back.
pub(crate) fn replace_and_check(
    store: &dyn Store,
    at: &Location,
    bytes: &[u8],
) -> Result<(), StoreError> {
    store.replace(at, bytes)?;
    match store.read(at)? {
        Some(found) if found == bytes => Ok(()),
        _ => Err(StoreError::NotWritten(at.clone())),
    }
}
