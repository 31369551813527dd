//! A private copy of a document, for a person to work on.

use crate::home::HatchHome;
use crate::location::Location;
use crate::store::{self, Store, StoreError};

/// What the name of every such file begins with.
const PREFIX: &str = "edit-";

/// A file in hatch's own folder that is its owner's alone, has a name that nobody can guess,
/// and goes away when this does.
pub struct Scratch<'a> {
    store: &'a dyn Store,
    at: Location,
}

/// Why there is no private copy.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ScratchError {
    /// The system has no random numbers.
    #[error("no random numbers can be had")]
    NoRandom(#[source] getrandom::Error),
    /// The file can't be written.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl<'a> Scratch<'a> {
    /// Writes `bytes` to a new file. `name` is part of the file's name, for its reader.
    ///
    /// # Errors
    ///
    /// Fails where the file can't be written.
    pub fn new(
        store: &'a dyn Store,
        home: &HatchHome,
        name: &str,
        bytes: &[u8],
    ) -> Result<Self, ScratchError> {
        let random = getrandom::u64().map_err(ScratchError::NoRandom)?;
        let at = home.folder().join(&format!("{PREFIX}{random:016x}-{name}"));
        store::save(store, home, &at, bytes)?;
        Ok(Scratch { store, at })
    }

    /// Where it is.
    pub fn location(&self) -> &Location {
        &self.at
    }

    /// What it holds now; `None` where someone took it away.
    ///
    /// # Errors
    ///
    /// Fails where it can't be read.
    pub fn read(&self) -> Result<Option<Vec<u8>>, StoreError> {
        self.store.read(&self.at)
    }
}

impl Drop for Scratch<'_> {
    fn drop(&mut self) {
        // It is private, and what can't be removed can't be helped here.
        let _ = self.store.remove(&self.at);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::Reader as _;
    use crate::store::memory::MemoryStore;

    #[test]
    fn it_is_there_until_it_is_let_go() {
        let store = MemoryStore::new();
        store.put_folder("/h");
        let home = HatchHome::new(Location::new("/h/.hatch", "~/.hatch"));
        let scratch = Scratch::new(&store, &home, "dev.json", b"one").unwrap();
        let other = Scratch::new(&store, &home, "dev.json", b"two").unwrap();
        assert_ne!(scratch.location(), other.location());
        assert!(scratch.location().to_string().ends_with("-dev.json"));
        assert_eq!(scratch.read().unwrap().as_deref(), Some(&b"one"[..]));
        drop((scratch, other));
        assert!(store.list(home.folder()).unwrap().is_empty());
    }
}
