//! Compiled forms of foreign components, kept so that only the first run compiles.
//!
//! Loading compiled code is running it. So an entry is believed only where nobody but this
//! user can have made it: its file is the user's own and nobody else may touch it, and it
//! begins with a keyed hash over the engine, the component and the code, whose key lies
//! beside it, as private. All of that is checked on the very bytes that are loaded. Whatever
//! differs is compiled anew and takes the entry's place; without a folder to write to,
//! everything is compiled every time.

use std::hash::{Hash, Hasher};

use hatch_core::home::HatchHome;
use hatch_core::location::Location;
use hatch_core::store::{self, Store, StoreError};
use hmac::{Hmac, KeyInit, Mac};
use sha2::{Digest, Sha256};

use crate::code::Compiled;
use crate::engine::{TARGET, engine};
use crate::error::ComponentError;

/// Bytes of the key: a block of SHA-256.
const KEY: usize = 64;
/// Bytes of a keyed hash.
const SEAL: usize = 32;
/// Entries that are kept. There is one for each version of each adapter that is tried.
const MAX_ENTRIES: usize = 64;

/// The compiled forms that are kept in hatch's own folder.
pub struct Cache<'a> {
    store: &'a dyn Store,
    home: &'a HatchHome,
}

impl<'a> Cache<'a> {
    /// The cache of hatch's own folder. It is made with its first entry.
    pub fn new(store: &'a dyn Store, home: &'a HatchHome) -> Self {
        Cache { store, home }
    }

    /// The compiled form of a component: the one that is kept, or what `compile` makes of it,
    /// which is kept from then on. What is kept was checked by this same engine before it was
    /// compiled.
    ///
    /// # Errors
    ///
    /// Fails where `compile` does. A cache that can't be used is no error.
    pub fn compiled(
        &self,
        component: &[u8],
        compile: impl FnOnce() -> Result<Compiled, ComponentError>,
    ) -> Result<Compiled, ComponentError> {
        if let Some(code) = self.kept(component) {
            return Ok(code);
        }
        let code = compile()?;
        self.put(component, &code);
        Ok(code)
    }

    /// The compiled form that is kept of a component, if there is one that can be believed.
    pub fn kept(&self, component: &[u8]) -> Option<Compiled> {
        self.find(&Entry::of(component, self.home)?).ok()?
    }

    /// Keeps a compiled form. What can't be kept is compiled again by the next run, and works
    /// as well.
    pub fn put(&self, component: &[u8], code: &Compiled) {
        if let Some(entry) = Entry::of(component, self.home) {
            let _ = self.keep(&entry, code);
        }
    }

    fn find(&self, entry: &Entry) -> Result<Option<Compiled>, StoreError> {
        let Some(key) = self.key()? else { return Ok(None) };
        let Some(mut bytes) = self.store.read_private(&entry.at)? else { return Ok(None) };
        if bytes.len() < SEAL {
            return Ok(None);
        }
        let code = bytes.split_off(SEAL);
        let is_ours = entry.seal(&key, &code).verify_slice(&bytes).is_ok();
        Ok(is_ours.then(|| Compiled::trusted(code)))
    }

    fn keep(&self, entry: &Entry, code: &Compiled) -> Result<(), StoreError> {
        let Some(key) = self.key_or_new()? else { return Ok(()) };
        let seal = entry.seal(&key, code.as_bytes()).finalize().into_bytes();
        // A file that is replaced keeps its mode and owner, which may be what is wrong with it.
        self.store.remove(&entry.at)?;
        store::save(self.store, self.home, &entry.at, &[&seal, code.as_bytes()].concat())?;
        self.trim(&entry.at)
    }

    fn key(&self) -> Result<Option<[u8; KEY]>, StoreError> {
        let bytes = self.store.read_private(&self.home.cache_key())?;
        Ok(bytes.and_then(|bytes| bytes.try_into().ok()))
    }

    /// Where two processes make a key at once, the later one stays, and what was sealed with
    /// the other is compiled once more.
    fn key_or_new(&self) -> Result<Option<[u8; KEY]>, StoreError> {
        let at = self.home.cache_key();
        if let Ok(Some(key)) = self.key() {
            return Ok(Some(key));
        }
        let mut key = [0; KEY];
        if getrandom::fill(&mut key).is_err() {
            return Ok(None);
        }
        self.store.remove(&at)?;
        store::save(self.store, self.home, &at, &key)?;
        Ok(Some(key))
    }

    /// Takes entries away, whichever, where there are too many.
    fn trim(&self, newest: &Location) -> Result<(), StoreError> {
        let folder = self.home.cache();
        let mut entries = self.store.list(&folder)?;
        entries.retain(|name| name.ends_with(ENDING));
        let too_many = entries.len().saturating_sub(MAX_ENTRIES);
        let others = entries.iter().map(|name| folder.join(name)).filter(|at| at != newest);
        others.take(too_many).try_for_each(|at| self.store.remove(&at))
    }
}

const ENDING: &str = ".compiled";

/// Which component was compiled, and by which engine.
struct Entry {
    at: Location,
    engine: [u8; 32],
    component: [u8; 32],
}

impl Entry {
    fn of(component: &[u8], home: &HatchHome) -> Option<Entry> {
        let component: [u8; 32] = Sha256::digest(component).into();
        let digits: String = component.iter().map(|byte| format!("{byte:02x}")).collect();
        let at = home.cache().join(&(digits + ENDING));
        Some(Entry { at, engine: engine_digest()?, component })
    }

    fn seal(&self, key: &[u8; KEY], code: &[u8]) -> Hmac<Sha256> {
        let mut seal = Hmac::<Sha256>::new(key.into());
        seal.update(&self.engine);
        seal.update(&self.component);
        seal.update(code);
        seal
    }
}

/// Differs between engines that can't load each other's code, and between versions of hatch.
fn engine_digest() -> Option<[u8; 32]> {
    let mut hasher = Sha256Hasher(Sha256::new());
    (env!("CARGO_PKG_VERSION"), TARGET).hash(&mut hasher);
    engine().ok()?.precompile_compatibility_hash().hash(&mut hasher);
    Some(hasher.0.finalize().into())
}

struct Sha256Hasher(Sha256);

impl Hasher for Sha256Hasher {
    fn write(&mut self, bytes: &[u8]) {
        self.0.update(bytes);
    }

    fn finish(&self) -> u64 {
        let digest: [u8; 32] = self.0.clone().finalize().into();
        digest.iter().take(8).fold(0, |value, byte| (value << 8) | u64::from(*byte))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use hatch_core::store::memory::MemoryStore;

    #[test]
    fn code_of_another_engine_is_not_found() {
        let store = MemoryStore::new();
        store.put_folder("/h");
        let home = HatchHome::new(Location::new("/h/.hatch", "~/.hatch"));
        let cache = Cache::new(&store, &home);
        let entry = || Entry::of(b"component", &home).unwrap();
        cache.keep(&entry(), &Compiled::trusted(b"code".to_vec())).unwrap();
        let found = cache.find(&entry()).unwrap().unwrap();
        assert_eq!(found.as_bytes(), b"code");
        let other = Entry { engine: [0; 32], ..entry() };
        assert!(cache.find(&other).unwrap().is_none());
    }

    #[test]
    fn engines_differ_in_what_they_hash() {
        let digest = |value: &dyn Fn(&mut Sha256Hasher)| {
            let mut hasher = Sha256Hasher(Sha256::new());
            value(&mut hasher);
            hasher.finish()
        };
        let run = digest(&|hasher| engine().unwrap().precompile_compatibility_hash().hash(hasher));
        assert_eq!(
            run,
            digest(&|hasher| engine().unwrap().precompile_compatibility_hash().hash(hasher))
        );
        let mut config = crate::engine::config(crate::engine::Purpose::Run).unwrap();
        config.epoch_interruption(false);
        let other = wasmtime::Engine::new(&config).unwrap();
        assert_ne!(run, digest(&|hasher| other.precompile_compatibility_hash().hash(hasher)));
    }
}
