//! Putting back what a run wrote.
//!
//! Nothing that is not ours is overwritten: a file is put back only if it has the run's new
//! contents, and only as long as it has them. If it has the old ones there is nothing to do,
//! and if it has others, someone edited it since.

use std::io::ErrorKind;

use super::journal::Journal;
use super::{LeftAlone, Stuck};
use crate::backup::{BackupError, FileRecord, KeptCopies};
use crate::document::Digest;
use crate::event::Event;
use crate::home::HatchHome;
use crate::location::Location;
use crate::store::{Expected, Store, StoreError, remove_temporaries};

/// What putting back came to.
pub(super) struct Undone {
    pub(super) restored: Vec<Location>,
    /// Files that have neither the old nor the new contents.
    pub(super) left_alone: Vec<LeftAlone>,
    /// Files that could not be put back for good.
    pub(super) stuck: Vec<Stuck>,
    /// Whether no temporary file and no folder of the run stayed.
    pub(super) is_clean: bool,
}

/// Puts `files` back, the last first, and makes that last. Where the run came to no other
/// files of the journal, their folders are left alone, whatever has become of them.
pub(super) fn put_back(
    store: &dyn Store,
    home: &HatchHome,
    journal: &Journal,
    files: &[FileRecord],
    on_event: &mut dyn FnMut(Event),
) -> Undone {
    let copies = journal.copies(home);
    let mut undone =
        Undone { restored: Vec::new(), left_alone: Vec::new(), stuck: Vec::new(), is_clean: true };
    for file in files.iter().rev() {
        put_back_one(store, &copies, file, &mut undone, on_event);
    }
    undone.is_clean = remove_traces(store, home, journal, files).is_ok();
    // Also where nothing had to be put back: an earlier attempt may have been killed before
    // what it put back would last.
    for folder in journal.folders_to_sync(files) {
        if let Err(source) = store.sync_folder(&folder) {
            undone.stuck.push(Stuck { owner: None, location: folder, reason: source.into() });
        }
    }
    undone
}

/// Removes the journal, and the copies, which nobody needs any more. The manifest goes before
/// the journal, for good: copies without either are swept, whenever this is killed.
pub(super) fn close(
    store: &dyn Store,
    home: &HatchHome,
    journal: &Journal,
) -> Result<(), StoreError> {
    let copies = journal.copies(home);
    copies.remove_manifest(store)?;
    Journal::remove(store, home)?;
    copies.discard(store)
}

enum State {
    Old,
    New,
    Foreign,
}

fn put_back_one(
    store: &dyn Store,
    copies: &KeptCopies,
    file: &FileRecord,
    undone: &mut Undone,
    on_event: &mut dyn FnMut(Event),
) {
    let Some(location) = file.location() else { return };
    let owner = file.owner().clone();
    let outcome = state(store, file, &location).and_then(|state| match state {
        State::New => restore(store, copies, file, &location),
        state => Ok(state),
    });
    match outcome {
        Ok(State::Old) => {}
        Ok(State::New) => {
            on_event(Event::Restored { owner, location: location.clone() });
            undone.restored.push(location);
        }
        Ok(State::Foreign) => {
            on_event(Event::LeftAlone { owner: owner.clone(), location: location.clone() });
            undone.left_alone.push(LeftAlone { owner, location, copy: copies.copy_of(file) });
        }
        Err(reason) => undone.stuck.push(Stuck { owner: Some(owner), location, reason }),
    }
}

fn state(store: &dyn Store, file: &FileRecord, at: &Location) -> Result<State, BackupError> {
    let found = match store.read(at) {
        Ok(bytes) => bytes.map(|bytes| Digest::of(&bytes)),
        // Hatch puts nothing of the sort there.
        Err(StoreError::NotAFile { .. } | StoreError::TooLarge { .. }) => {
            return Ok(State::Foreign);
        }
        Err(error) => return Err(error.into()),
    };
    Ok(match found.as_ref() {
        found if found == file.before() => State::Old,
        found if found == file.after() => State::New,
        _ => State::Foreign,
    })
}

/// Puts a file back that has the run's contents. Returns what it had.
fn restore(
    store: &dyn Store,
    copies: &KeptCopies,
    file: &FileRecord,
    at: &Location,
) -> Result<State, BackupError> {
    let old = copies.contents(store, file)?;
    match store.exchange(at, Expected::Digest(file.after()), old.as_deref()) {
        Err(StoreError::Changed(_)) => return Ok(State::Foreign),
        outcome => outcome?,
    }
    match state(store, file, at)? {
        State::Old => Ok(State::New),
        _ => Err(BackupError::NotRestored { location: at.clone() }),
    }
}

/// Takes away half-written files and the folders that the run made, if nothing else is in
/// them by now.
fn remove_traces(
    store: &dyn Store,
    home: &HatchHome,
    journal: &Journal,
    files: &[FileRecord],
) -> Result<(), StoreError> {
    remove_temporaries(store, home.folder())?;
    // The copies stay where a file was left alone; what was half written beside them does not.
    remove_temporaries(store, journal.copies(home).folder())?;
    for folder in files.iter().filter_map(FileRecord::location) {
        if let Some(folder) = folder.folder() {
            remove_temporaries(store, &folder)?;
        }
    }
    for folder in journal.folders().iter().rev() {
        match store.remove_folder(folder) {
            Ok(()) => {}
            // Someone else's things are in it, or have its name.
            Err(error) if error.is_io(ErrorKind::DirectoryNotEmpty) => {}
            Err(error) if error.is_io(ErrorKind::NotADirectory) => {}
            Err(error) => return Err(error),
        }
    }
    Ok(())
}
