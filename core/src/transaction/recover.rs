//! What the next run does with a journal that it finds.

use jiff::Timestamp;

use super::journal::Journal;
use super::rollback::{self, Undone};
use super::{Incomplete, OperationId, RecoverError};
use crate::backup::FileRecord;
use crate::event::Event;
use crate::home::HatchHome;
use crate::location::Location;
use crate::owner::Owner;
use crate::store::{Reader, Store, StoreError, has_journal};

/// A dead run that was undone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Recovery {
    /// The run.
    pub operation: OperationId,
    /// What it was: `sync`, `restore`, ...
    pub command: String,
    /// When it began.
    pub started: Timestamp,
    /// What had to be put back.
    pub restored: Vec<Location>,
    /// What someone changed since, and so stays as it is. If there is any, a person has to
    /// look at it.
    pub left_alone: Vec<LeftAlone>,
}

/// A document with contents that are neither the old nor the new ones.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LeftAlone {
    /// Whose it is.
    pub owner: Owner,
    /// Which document.
    pub location: Location,
    /// The copy of its old contents; `None` if there was no file.
    pub copy: Option<Location>,
}

/// The documents that [`recover`] may have to put back, and the folders that it may have to
/// remove: a store has to be handed all of them first. `None` if there is nothing to recover.
///
/// # Errors
///
/// Fails if the journal can't be read.
pub fn journal_locations(
    home: &HatchHome,
    reader: &dyn Reader,
) -> Result<Option<Vec<Location>>, RecoverError> {
    let journal = Journal::read(home, reader)?;
    Ok(journal.map(|journal| {
        let files = journal.files().iter().filter_map(FileRecord::location);
        files.chain(journal.folders()).collect()
    }))
}

/// Undoes what a dead run left, if one did. It may be killed at any point itself, and be
/// called again.
///
/// # Errors
///
/// Fails with [`StoreError::Locked`] while another hatch is writing, and with
/// [`RecoverError::Incomplete`] if a file can't be put back; the journal and the copies stay
/// then.
pub fn recover(
    home: &HatchHome,
    store: &dyn Store,
    on_event: &mut dyn FnMut(Event),
) -> Result<Option<Recovery>, RecoverError> {
    if !has_journal(home, store)? {
        return Ok(None);
    }
    let _guard = store.lock(&home.lock())?;
    // Read only now: its owner may have been alive, and have ended since.
    let Some(journal) = Journal::read(home, store)? else { return Ok(None) };
    let (operation, started) = (journal.operation().clone(), journal.started());
    on_event(Event::Recovering { operation: operation.clone(), started });
    let undone = rollback::put_back(store, home, &journal, journal.files(), on_event);
    let Undone { restored, left_alone, stuck, is_clean } = undone;
    if !stuck.is_empty() || !is_clean {
        return Err(RecoverError::Incomplete(Box::new(Incomplete {
            cause: None,
            stuck,
            left_alone: left_alone.into_iter().map(|left| left.location).collect(),
            journal: home.journal(),
            backup: journal.copies(home).folder().clone(),
        })));
    }
    if left_alone.is_empty() {
        rollback::close(store, home, &journal)?;
    } else {
        keep_copies(store, home, &journal)?;
        Journal::remove(store, home)?;
    }
    let command = journal.command().to_owned();
    Ok(Some(Recovery { operation, command, started, restored, left_alone }))
}

/// Makes a backup of the copies even if the run was to keep none: someone will want to
/// compare.
fn keep_copies(store: &dyn Store, home: &HatchHome, journal: &Journal) -> Result<(), StoreError> {
    let copies = journal.copies(home);
    copies.write_manifest(store, &journal.manifest())?;
    store.sync_folder(copies.folder())?;
    store.sync_folder(&home.backups())
}
