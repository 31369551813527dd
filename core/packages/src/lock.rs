//! `adapters.lock`: which adapters are installed, and what their user agreed to.
//!
//! ```json
//! {
//!   "version": 1,
//!   "adapters": {
//!     "example": {
//!       "version": "1.0.0",
//!       "source": "oci://registry.example/adapters/example:1.0.0",
//!       "digest": "sha256:...",
//!       "form": "component",
//!       "key": "RW...",
//!       "signature": "untrusted comment: ...",
//!       "descriptor": { "id": "example", "documents": [], "...": "..." }
//!     }
//!   }
//! }
//! ```
//!
//! The descriptor is what the adapter said of its host when it was installed; its documents
//! are what was granted. Runs believe it, and not what the adapter says later.

use std::collections::BTreeMap;

use hatch_core::home::HatchHome;
use hatch_core::host::{HostDescriptor, HostId};
use hatch_core::location::Location;
use hatch_core::store::{self, Reader, Store, StoreError};
use serde::{Deserialize, Serialize};

use crate::digest::ContentDigest;
use crate::source::{Form, Source};

/// The version of the file that this program writes.
const VERSION: u32 = 1;

/// The adapters that are installed, by id.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Lock {
    /// One for each id.
    pub adapters: BTreeMap<HostId, Installed>,
}

/// One adapter.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Installed {
    /// The version that its author or its source gives it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub version: Option<String>,
    /// The newest version that was installed in its place, if it is older than that. An update
    /// is held against it, so that nobody can pass an old version off as a new one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub newest: Option<String>,
    /// Where it came from.
    pub source: Source,
    /// What it is, to the byte.
    pub digest: ContentDigest,
    /// What it is made of.
    pub form: Form,
    /// Whether it stays as it is when others are updated.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub pinned: bool,
    /// The public key that it has to be signed with from now on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub key: Option<String>,
    /// Its signature.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub signature: Option<String>,
    /// What it said of its host. The documents are what was granted.
    pub descriptor: HostDescriptor,
}

/// Why the lock can't be read or changed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum LockError {
    /// It is not what this program writes.
    #[error("`{at}` is damaged")]
    Damaged {
        /// The file.
        at: Location,
        /// What is wrong.
        source: serde_json::Error,
    },
    /// An entry says that it is another adapter.
    #[error("`{at}` is damaged: the entry `{id}` describes `{found}`")]
    Mismatch {
        /// The file.
        at: Location,
        /// The entry.
        id: HostId,
        /// What its descriptor says.
        found: HostId,
    },
    /// A newer hatch wrote it.
    #[error("`{at}` has version {version}, which this hatch does not know")]
    OtherVersion {
        /// The file.
        at: Location,
        /// Its version.
        version: u32,
    },
    /// The system said no.
    #[error(transparent)]
    Store(#[from] StoreError),
}

#[derive(Serialize, Deserialize)]
struct File {
    version: u32,
    adapters: BTreeMap<HostId, Installed>,
}

/// The one field that every version has.
#[derive(Deserialize)]
struct Versioned {
    version: u32,
}

impl Lock {
    /// Reads the lock; where there is none, nothing is installed.
    ///
    /// # Errors
    ///
    /// Fails for a file that is broken or newer.
    pub fn read(reader: &dyn Reader, home: &HatchHome) -> Result<Self, LockError> {
        let at = home.adapters_lock();
        let Some(bytes) = reader.read(&at)? else { return Ok(Lock::default()) };
        let damaged = |source| LockError::Damaged { at: at.clone(), source };
        let Versioned { version } = serde_json::from_slice(&bytes).map_err(damaged)?;
        if version != VERSION {
            return Err(LockError::OtherVersion { at, version });
        }
        let File { adapters, .. } = serde_json::from_slice(&bytes).map_err(damaged)?;
        for (id, installed) in &adapters {
            let found = &installed.descriptor.id;
            if found != id {
                return Err(LockError::Mismatch { at, id: id.clone(), found: found.clone() });
            }
        }
        Ok(Lock { adapters })
    }

    /// Changes the lock as it is now, while no other hatch writes. Files that no entry needs
    /// any more are taken away after it.
    ///
    /// # Errors
    ///
    /// Fails, with the lock as it was, where it can't be read or written, and where `change`
    /// does.
    pub fn change<T, E: From<LockError>>(
        store: &dyn Store,
        home: &HatchHome,
        change: impl FnOnce(&mut Lock) -> Result<T, E>,
    ) -> Result<T, E> {
        let store_error = |error| E::from(LockError::Store(error));
        let _guard = store::lock_home(store, home).map_err(store_error)?;
        let before = Lock::read(store, home)?;
        let mut lock = before.clone();
        let answer = change(&mut lock)?;
        if lock != before {
            store::save(store, home, &home.adapters_lock(), &lock.print()).map_err(store_error)?;
        }
        // What is left over costs room, and nothing else.
        let _ = lock.sweep(store, home);
        Ok(answer)
    }

    fn print(&self) -> Vec<u8> {
        let file = File { version: VERSION, adapters: self.adapters.clone() };
        // Strings and maps with strings for keys: there is nothing that JSON can't hold.
        let mut bytes = serde_json::to_vec_pretty(&file).unwrap_or_default();
        bytes.push(b'\n');
        bytes
    }

    /// Takes adapters' files away that no entry names.
    fn sweep(&self, store: &dyn Store, home: &HatchHome) -> Result<(), StoreError> {
        let folder = home.adapters();
        let needed: Vec<_> = self.adapters.values().map(Installed::file_name).collect();
        for name in store.list(&folder)? {
            let ours = [Form::Component, Form::Table].map(Form::extension);
            let is_ours = name
                .rsplit_once('.')
                .is_some_and(|(stem, extension)| stem.len() == 64 && ours.contains(&extension));
            if is_ours && !needed.contains(&name) {
                store.remove(&folder.join(&name))?;
            }
        }
        Ok(())
    }
}

/// Why an installed adapter's file can't be used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum FileError {
    /// It is not there.
    #[error("its file `{0}` is gone")]
    Missing(Location),
    /// It is not what was installed.
    #[error("its file `{0}` is not what was installed")]
    Changed(Location),
    /// The system said no.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Installed {
    /// The name of its file in the folder of adapters.
    pub fn file_name(&self) -> String {
        format!("{}.{}", self.digest.hex(), self.form.extension())
    }

    /// Its file.
    pub fn file(&self, home: &HatchHome) -> Location {
        home.adapters().join(&self.file_name())
    }

    /// Writes its file, so that it lasts.
    ///
    /// # Errors
    ///
    /// Fails where the file can't be written.
    pub fn save(
        &self,
        store: &dyn Store,
        home: &HatchHome,
        bytes: &[u8],
    ) -> Result<(), StoreError> {
        store::save(store, home, &self.file(home), bytes)
    }

    /// Its bytes, which are those that were installed.
    ///
    /// # Errors
    ///
    /// Fails where they are not, and where they can't be read.
    pub fn bytes(&self, reader: &dyn Reader, home: &HatchHome) -> Result<Vec<u8>, FileError> {
        let at = self.file(home);
        match reader.read(&at)? {
            None => Err(FileError::Missing(at)),
            Some(bytes) if ContentDigest::of(&bytes) != self.digest => Err(FileError::Changed(at)),
            Some(bytes) => Ok(bytes),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::grants::tests::descriptor;
    use hatch_core::store::memory::MemoryStore;

    fn home() -> (MemoryStore, HatchHome) {
        let store = MemoryStore::new();
        store.put_folder("/h");
        (store, HatchHome::new(Location::new("/h/.hatch", "~/.hatch")))
    }

    fn installed(bytes: &[u8]) -> Installed {
        Installed {
            version: Some("1.0.0".into()),
            newest: None,
            source: Source::parse("/tmp/a.wasm").unwrap(),
            digest: ContentDigest::of(bytes),
            form: Form::of(bytes),
            pinned: false,
            key: None,
            signature: None,
            descriptor: descriptor(&[".example.json"], &[&["servers"]]),
        }
    }

    fn put(store: &MemoryStore, home: &HatchHome, bytes: &[u8]) -> Result<(), LockError> {
        Lock::change(store, home, |lock| {
            let entry = installed(bytes);
            entry.save(store, home, bytes)?;
            lock.adapters.insert(entry.descriptor.id.clone(), entry);
            Ok(())
        })
    }

    #[test]
    fn what_was_written_is_read_and_old_files_go() {
        let (store, home) = home();
        assert_eq!(Lock::read(&store, &home).unwrap(), Lock::default());
        put(&store, &home, b"\0asm one").unwrap();
        let first = installed(b"\0asm one");
        assert_eq!(first.bytes(&store, &home).unwrap(), b"\0asm one");
        put(&store, &home, b"name = 'two'").unwrap();
        assert_eq!(store.list(&home.adapters()).unwrap(), [installed(b"name = 'two'").file_name()]);
        assert!(matches!(first.bytes(&store, &home), Err(FileError::Missing(_))));
    }

    #[test]
    fn changed_bytes_are_refused() {
        let (store, home) = home();
        put(&store, &home, b"\0asm one").unwrap();
        let entry = installed(b"\0asm one");
        store.replace(&entry.file(&home), b"\0asm two").unwrap();
        assert!(matches!(entry.bytes(&store, &home), Err(FileError::Changed(_))));
    }

    #[test]
    fn a_broken_or_newer_lock_is_an_error_and_stays() {
        let (store, home) = home();
        put(&store, &home, b"\0asm one").unwrap();
        let good = store.read(&home.adapters_lock()).unwrap().unwrap();
        let good = String::from_utf8(good).unwrap();
        for (bad, message) in [
            ("{", "`~/.hatch/adapters.lock` is damaged"),
            (&good.replace("sha256:", "md5:"), "`~/.hatch/adapters.lock` is damaged"),
            (
                &good.replace("\"version\": 1,", "\"version\": 2,"),
                "`~/.hatch/adapters.lock` has version 2, which this hatch does not know",
            ),
            (
                &good.replace("\"example\": {", "\"other\": {"),
                "`~/.hatch/adapters.lock` is damaged: the entry `other` describes `example`",
            ),
        ] {
            store.put("/h/.hatch/adapters.lock", bad.as_bytes());
            assert_eq!(Lock::read(&store, &home).unwrap_err().to_string(), message);
            assert!(put(&store, &home, b"\0asm two").is_err());
            assert_eq!(store.read(&home.adapters_lock()).unwrap().unwrap(), bad.as_bytes());
        }
    }
}
