//! A private copy of a document, for a person to work on.
//!
//! ```text
//! ~/.hatch/edit-0123456789abcdef-dev.json    the copy
//! ~/.hatch/edit-0123456789abcdef.lock        locked for as long as its run is alive
//! ```
//!
//! A run that is killed leaves both. `sweep` removes what no living run has locked, and so
//! never the copy that someone is editing.

use crate::home::HatchHome;
use crate::location::Location;
use crate::store::{self, Guard, Store, StoreError};

/// What the name of every such file begins with.
const PREFIX: &str = "edit-";
/// Hexadecimal digits after the prefix.
const DIGITS: usize = 16;

/// A file in hatch's own folder that is its owner's alone, has a name that nobody can guess,
/// and is removed when this is dropped, with what an editor left beside it.
pub struct Scratch<'a> {
    store: &'a dyn Store,
    home: HatchHome,
    stem: String,
    at: Location,
    /// Says that the run is alive.
    _guard: Box<dyn Guard>,
}

/// Why a private copy could not be made.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ScratchError {
    /// The system has no random numbers.
    #[error("could not get random bytes from the system")]
    NoRandom(#[source] getrandom::Error),
    /// The file cannot be written.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl<'a> Scratch<'a> {
    /// Writes `bytes` to a new file. `name` is part of the file's name, for its reader.
    ///
    /// # Errors
    ///
    /// Fails with [`ScratchError::Store`] where the file cannot be written, and while another
    /// hatch is writing.
    pub fn new(
        store: &'a dyn Store,
        home: &HatchHome,
        name: &str,
        bytes: &[u8],
    ) -> Result<Self, ScratchError> {
        let random = getrandom::u64().map_err(ScratchError::NoRandom)?;
        let stem = format!("{PREFIX}{random:016x}");
        // Under the lock of all runs, so that no sweep sees the copy before its own lock.
        let _turn = store::lock_home(store, home)?;
        sweep(store, home);
        let guard = store.lock(&lock_of(home, &stem))?;
        let at = home.folder().join(&format!("{stem}-{name}"));
        let scratch = Scratch { store, home: home.clone(), stem, at, _guard: guard };
        store::save(store, home, &scratch.at, bytes)?;
        Ok(scratch)
    }

    /// Where it is.
    pub fn location(&self) -> &Location {
        &self.at
    }

    /// What it holds now; `None` where someone removed it.
    ///
    /// # Errors
    ///
    /// Fails where it cannot be read.
    pub fn read(&self) -> Result<Option<Vec<u8>>, StoreError> {
        self.store.read(&self.at)
    }
}

impl Drop for Scratch<'_> {
    fn drop(&mut self) {
        // It is private, and the next run tries again.
        let _ = remove(self.store, &self.home, &self.stem);
    }
}

/// Removes the copies of runs that were killed, for a caller that holds [`store::lock_home`].
/// What cannot be removed is left for the next run.
pub(crate) fn sweep(store: &dyn Store, home: &HatchHome) {
    for stem in stems(store, home) {
        if let Ok(Some(_guard)) = store.try_lock(&lock_of(home, &stem)) {
            let _ = remove(store, home, &stem);
        }
    }
}

/// The copies that are there, by what all of their files' names begin with.
fn stems(store: &dyn Store, home: &HatchHome) -> Vec<String> {
    let names = store.list(home.folder()).unwrap_or_default();
    let mut stems: Vec<_> = names.iter().filter_map(|name| stem(name)).map(str::to_owned).collect();
    stems.sort();
    stems.dedup();
    stems
}

/// The part of a file's name that tells one copy from another. Editors keep files of their own
/// beside the one that they edit: `.NAME.swp`, `#NAME#`, `NAME~`.
fn stem(name: &str) -> Option<&str> {
    let name = name.trim_start_matches(['.', '#']);
    let digits = name.strip_prefix(PREFIX)?.get(..DIGITS)?;
    let is_ours = digits.bytes().all(|byte| byte.is_ascii_hexdigit());
    name.get(..PREFIX.len() + DIGITS).filter(|_| is_ours)
}

fn lock_of(home: &HatchHome, stem: &str) -> Location {
    home.folder().join(&format!("{stem}.lock"))
}

/// Removes a copy and what is beside it, its lock last.
fn remove(store: &dyn Store, home: &HatchHome, of: &str) -> Result<(), StoreError> {
    let lock = lock_of(home, of);
    for name in store.list(home.folder())?.iter().filter(|name| stem(name) == Some(of)) {
        let at = home.folder().join(name);
        if at != lock {
            store.remove(&at)?;
        }
    }
    store.remove(&lock)
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

    #[test]
    fn sweep_removes_what_a_killed_run_left_and_nothing_else() {
        let store = MemoryStore::new();
        store.put_folder("/h");
        let home = HatchHome::new(Location::new("/h/.hatch", "~/.hatch"));
        let alive = Scratch::new(&store, &home, "dev.json", b"mine").unwrap();
        let dead = [
            "edit-0123456789abcdef-dev.json",
            "edit-0123456789abcdef-dev.json~",
            "edit-0123456789abcdef.lock",
            ".edit-0123456789abcdef-dev.json.swp",
            "edit-fedcba9876543210-of-an-earlier-version.json",
        ];
        let others = ["edit-me.json", "edit-0123-short.json", "settings.json"];
        for name in dead.iter().chain(&others) {
            store.put(format!("/h/.hatch/{name}"), b"a secret");
        }
        sweep(&store, &home);
        let mut left = others.map(str::to_owned).to_vec();
        left.push(alive.location().path().file_name().unwrap().to_str().unwrap().to_owned());
        left.sort();
        assert_eq!(store.list(home.folder()).unwrap(), left);
    }
}
