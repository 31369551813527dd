//! Files in memory, with a disk below that loses what was not synced.
//!
//! What a file's bytes are is durable at once, as [`Store::replace`] promises. Which names
//! are in a folder is so only after [`Store::sync_folder`], and until then a crash keeps any
//! of them or none: those of one folder in any order, those of one file up to some moment.
//! A folder that is lost takes along what is in it. Every location may be read and written.

use std::collections::{BTreeMap, BTreeSet};
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::{Expected, Guard, Reader, Store, StoreError, TEMPORARY_PREFIX};
use crate::location::Location;

/// What a crash takes along.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Loss {
    /// Nothing: only the program ended.
    Nothing,
    /// Every name that was not synced.
    Unsynced,
    /// Some of the names that were not synced: others for another number.
    Some(u64),
}

/// Files in memory.
#[derive(Default)]
pub struct MemoryStore {
    state: Mutex<State>,
    /// The locks that are held.
    locked: Locked,
}

type Locked = Arc<Mutex<BTreeSet<PathBuf>>>;

#[derive(Clone, Default)]
struct State {
    live: BTreeMap<PathBuf, Node>,
    durable: BTreeMap<PathBuf, Node>,
    /// What happened to names since their folder was synced.
    unsynced: Vec<(PathBuf, Option<Node>)>,
    replaced: u64,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Node {
    File(Vec<u8>),
    Folder,
}

impl MemoryStore {
    /// Without any file or folder but the top.
    pub fn new() -> Self {
        Self::default()
    }

    /// Another store with the same files, and the same to lose.
    #[must_use]
    pub fn fork(&self) -> Self {
        MemoryStore { state: Mutex::new(self.state().clone()), locked: Arc::default() }
    }

    /// Puts a file there for good, and its folders, as another program would.
    pub fn put(&self, path: impl AsRef<Path>, bytes: &[u8]) {
        let mut state = self.state();
        for folder in path.as_ref().ancestors().skip(1).filter(|folder| *folder != Path::new("/")) {
            state.put(folder, Node::Folder);
        }
        state.put(path.as_ref(), Node::File(bytes.to_vec()));
    }

    /// Makes a folder for good, as another program would.
    pub fn put_folder(&self, path: impl AsRef<Path>) {
        self.put(path.as_ref().join("x"), b"");
        self.delete(path.as_ref().join("x"));
    }

    /// Takes a file away for good, as another program would.
    pub fn delete(&self, path: impl AsRef<Path>) {
        let mut state = self.state();
        state.live.remove(path.as_ref());
        state.durable.remove(path.as_ref());
        state.unsynced.retain(|(changed, _)| changed != path.as_ref());
    }

    /// The bytes of a file, if there is one.
    pub fn get(&self, path: impl AsRef<Path>) -> Option<Vec<u8>> {
        match self.state().live.get(path.as_ref()) {
            Some(Node::File(bytes)) => Some(bytes.clone()),
            _ => None,
        }
    }

    /// Every file and folder.
    pub fn paths(&self) -> Vec<PathBuf> {
        self.state().live.keys().cloned().collect()
    }

    /// Ends the program, or the power, and begins anew: no lock is held any more.
    pub fn crash(&self, loss: Loss) {
        self.state().crash(loss);
        self.locked.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn put(&mut self, path: &Path, node: Node) {
        self.unsynced.retain(|(changed, _)| changed != path);
        self.live.insert(path.to_owned(), node.clone());
        self.durable.insert(path.to_owned(), node);
    }

    fn change(&mut self, path: &Path, node: Option<Node>) {
        set(&mut self.live, path, node.clone());
        self.unsynced.push((path.to_owned(), node));
    }

    /// A name beside a file that nothing has.
    fn temporary(&mut self, at: &Location) -> PathBuf {
        self.replaced += 1;
        at.path().with_file_name(format!("{TEMPORARY_PREFIX}{:016x}", self.replaced))
    }

    fn has_folder(&self, path: &Path) -> bool {
        path == Path::new("/") || self.live.get(path) == Some(&Node::Folder)
    }

    fn is_empty(&self, folder: &Path) -> bool {
        self.live.keys().all(|path| path.parent() != Some(folder))
    }

    fn crash(&mut self, loss: Loss) {
        let mut by_name: BTreeMap<PathBuf, Vec<Option<Node>>> = BTreeMap::new();
        for (path, node) in std::mem::take(&mut self.unsynced) {
            by_name.entry(path).or_default().push(node);
        }
        for (path, mut nodes) in by_name {
            nodes.truncate(survivors(loss, &path, nodes.len()));
            if let Some(last) = nodes.pop() {
                set(&mut self.durable, &path, last);
            }
        }
        let all = self.durable.clone();
        self.durable.retain(|path, _| {
            path.ancestors()
                .skip(1)
                .all(|folder| folder == Path::new("/") || all.get(folder) == Some(&Node::Folder))
        });
        self.live = self.durable.clone();
    }
}

fn set(tree: &mut BTreeMap<PathBuf, Node>, path: &Path, node: Option<Node>) {
    match node {
        Some(node) => tree.insert(path.to_owned(), node),
        None => tree.remove(path),
    };
}

/// How many of the changes to a name outlive a crash.
fn survivors(loss: Loss, path: &Path, changes: usize) -> usize {
    match loss {
        Loss::Nothing => changes,
        Loss::Unsynced => 0,
        Loss::Some(seed) => {
            let mut hasher = DefaultHasher::new();
            (seed, path).hash(&mut hasher);
            usize::try_from(hasher.finish() % (changes as u64 + 1)).unwrap_or(0)
        }
    }
}

impl Reader for MemoryStore {
    fn read(&self, at: &Location) -> Result<Option<Vec<u8>>, StoreError> {
        match self.state().live.get(at.path()) {
            Some(Node::File(bytes)) => Ok(Some(bytes.clone())),
            Some(Node::Folder) => Err(StoreError::NotAFile { at: at.clone(), found: "a folder" }),
            None => Ok(None),
        }
    }

    fn read_private(&self, at: &Location) -> Result<Option<Vec<u8>>, StoreError> {
        self.read(at)
    }

    fn list(&self, folder: &Location) -> Result<Vec<String>, StoreError> {
        let state = self.state();
        let entries = state.live.keys().filter(|path| path.parent() == Some(folder.path()));
        Ok(entries.filter_map(|path| Some(path.file_name()?.to_str()?.to_owned())).collect())
    }

    fn has_folder(&self, folder: &Location) -> Result<bool, StoreError> {
        Ok(self.state().has_folder(folder.path()))
    }
}

impl Store for MemoryStore {
    fn make_folder(&self, at: &Location) -> Result<bool, StoreError> {
        let mut state = self.state();
        check_folder_of(&state, at, "make")?;
        if state.has_folder(at.path()) {
            return Ok(false);
        }
        state.change(at.path(), Some(Node::Folder));
        Ok(true)
    }

    fn replace(&self, at: &Location, bytes: &[u8]) -> Result<(), StoreError> {
        let mut state = self.state();
        check_folder_of(&state, at, "replace")?;
        if state.has_folder(at.path()) {
            return Err(StoreError::NotAFile { at: at.clone(), found: "a folder" });
        }
        let temporary = state.temporary(at);
        state.change(&temporary, Some(Node::File(bytes.to_vec())));
        state.change(&temporary, None);
        state.change(at.path(), Some(Node::File(bytes.to_vec())));
        Ok(())
    }

    fn exchange(
        &self,
        at: &Location,
        expected: Expected<'_>,
        bytes: Option<&[u8]>,
    ) -> Result<(), StoreError> {
        let found = self.read(at)?;
        if !expected.is(found.as_deref()) {
            return Err(StoreError::Changed(at.clone()));
        }
        let mut state = self.state();
        check_folder_of(&state, at, "replace")?;
        let temporary = state.temporary(at);
        if let Some(bytes) = bytes {
            state.change(&temporary, Some(Node::File(bytes.to_vec())));
        }
        if found.is_some() || bytes.is_some() {
            // Both names change at once, and then the old file goes.
            state.change(&temporary, found.map(Node::File));
            state.change(at.path(), bytes.map(|bytes| Node::File(bytes.to_vec())));
            state.change(&temporary, None);
        }
        Ok(())
    }

    fn remove(&self, at: &Location) -> Result<(), StoreError> {
        let mut state = self.state();
        if state.live.contains_key(at.path()) {
            state.change(at.path(), None);
        }
        Ok(())
    }

    fn remove_folder(&self, at: &Location) -> Result<(), StoreError> {
        let mut state = self.state();
        if !state.is_empty(at.path()) {
            return Err(failed("remove", at, io::ErrorKind::DirectoryNotEmpty));
        }
        if state.has_folder(at.path()) {
            state.change(at.path(), None);
        }
        Ok(())
    }

    fn sync_folder(&self, at: &Location) -> Result<(), StoreError> {
        let state = &mut *self.state();
        let changes = std::mem::take(&mut state.unsynced);
        let (synced, unsynced): (Vec<_>, Vec<_>) =
            changes.into_iter().partition(|(path, _)| path.parent() == Some(at.path()));
        for (path, node) in synced {
            set(&mut state.durable, &path, node);
        }
        state.unsynced = unsynced;
        Ok(())
    }

    fn lock(&self, at: &Location) -> Result<Box<dyn Guard>, StoreError> {
        check_folder_of(&self.state(), at, "lock")?;
        let path = at.path().to_owned();
        if !self.locked.lock().unwrap_or_else(PoisonError::into_inner).insert(path.clone()) {
            return Err(StoreError::Locked(at.clone()));
        }
        Ok(Box::new(MemoryGuard { locked: Arc::clone(&self.locked), path }))
    }
}

struct MemoryGuard {
    locked: Locked,
    path: PathBuf,
}

impl Guard for MemoryGuard {}

impl Drop for MemoryGuard {
    fn drop(&mut self) {
        self.locked.lock().unwrap_or_else(PoisonError::into_inner).remove(&self.path);
    }
}

fn check_folder_of(state: &State, at: &Location, intent: &'static str) -> Result<(), StoreError> {
    match at.path().parent() {
        Some(folder) if state.has_folder(folder) => Ok(()),
        _ => Err(failed(intent, at, io::ErrorKind::NotFound)),
    }
}

fn failed(intent: &'static str, at: &Location, kind: io::ErrorKind) -> StoreError {
    StoreError::Io { intent, at: at.clone(), source: kind.into() }
}
