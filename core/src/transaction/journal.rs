//! What it takes to undo the run in progress.
//!
//! The journal has locations, digests and the names of copies in it, and no contents.

use jiff::Timestamp;
use serde::{Deserialize, Serialize, de};

use super::{Keep, OperationId, RecoverError};
use crate::backup::{BackupId, FileRecord, KeptCopies, Manifest, RunRecord};
use crate::home::HatchHome;
use crate::location::{Location, RecordedLocation};
use crate::store::{Reader, Store, StoreError, write_json};

const VERSION: u32 = 1;

/// How to undo a run.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) struct Journal {
    version: u32,
    keep: Keep,
    backup: BackupId,
    #[serde(flatten)]
    run: RunRecord,
    /// Folders that were not there, the outer before the inner.
    folders: Vec<RecordedLocation>,
}

/// The one field that every version has.
#[derive(Deserialize)]
struct Versioned {
    version: u32,
}

impl Journal {
    pub(super) fn new(backup: BackupId, keep: Keep, run: RunRecord, folders: &[Location]) -> Self {
        let folders = folders.iter().map(RecordedLocation::from).collect();
        Journal { version: VERSION, keep, backup, run, folders }
    }

    /// The journal that is there, if any is.
    pub(super) fn read(
        home: &HatchHome,
        reader: &dyn Reader,
    ) -> Result<Option<Self>, RecoverError> {
        let at = home.journal();
        let Some(bytes) = reader.read(&at)? else { return Ok(None) };
        let damaged = |source| RecoverError::Damaged { journal: at.clone(), source };
        let Versioned { version } = serde_json::from_slice(&bytes).map_err(damaged)?;
        if version != VERSION {
            return Err(RecoverError::OtherVersion { journal: at, version });
        }
        let journal: Journal = serde_json::from_slice(&bytes).map_err(damaged)?;
        journal.run.check().map_err(damaged)?;
        if journal.backup != journal.run.backup_id() {
            return Err(damaged(de::Error::custom("its copies are another run's")));
        }
        journal.check(home)?;
        Ok(Some(journal))
    }

    /// From here on, the run is undone unless it commits.
    pub(super) fn write(&self, store: &dyn Store, home: &HatchHome) -> Result<(), StoreError> {
        write_json(store, &home.journal(), self)?;
        store.sync_folder(home.folder())
    }

    /// From here on, what was done stays.
    pub(super) fn remove(store: &dyn Store, home: &HatchHome) -> Result<(), StoreError> {
        store.remove(&home.journal())?;
        store.sync_folder(home.folder())
    }

    /// Makes the copies findable after a crash. Together with the journal they have to be
    /// before the first document changes, and not earlier; so it is only now, under the
    /// journal, that a manifest makes a backup of them. Copies without one are a dead run's.
    pub(super) fn secure_copies(
        &self,
        store: &dyn Store,
        home: &HatchHome,
    ) -> Result<(), StoreError> {
        let copies = self.copies(home);
        if self.keep == Keep::Backup {
            copies.write_manifest(store, &self.manifest())?;
        }
        store.sync_folder(copies.folder())?;
        store.sync_folder(&home.backups())
    }

    pub(super) fn manifest(&self) -> Manifest {
        Manifest::new(self.run.clone())
    }

    pub(super) fn operation(&self) -> &OperationId {
        &self.run.operation
    }

    pub(super) fn command(&self) -> &str {
        &self.run.command
    }

    pub(super) fn started(&self) -> Timestamp {
        self.run.time
    }

    pub(super) fn keep(&self) -> Keep {
        self.keep
    }

    pub(super) fn copies(&self, home: &HatchHome) -> KeptCopies {
        KeptCopies::new(home, &self.backup)
    }

    pub(super) fn files(&self) -> &[FileRecord] {
        &self.run.files
    }

    pub(super) fn folders(&self) -> Vec<Location> {
        self.folders.iter().filter_map(RecordedLocation::location).collect()
    }

    /// Where names change: around each of these files and around each new folder.
    pub(super) fn folders_to_sync(&self, files: &[FileRecord]) -> Vec<Location> {
        let files = files.iter().filter_map(FileRecord::location);
        let mut folders: Vec<Location> = Vec::new();
        for folder in files.chain(self.folders()).filter_map(|location| location.folder()) {
            if folders.iter().all(|known| known.path() != folder.path()) {
                folders.push(folder);
            }
        }
        folders
    }

    /// A journal from another system names files that this one can't.
    fn check(&self, home: &HatchHome) -> Result<(), RecoverError> {
        let files = self.run.files.iter().all(|file| file.location().is_some());
        let folders = self.folders.iter().all(|folder| folder.location().is_some());
        if files && folders {
            return Ok(());
        }
        Err(RecoverError::OtherSystem { journal: home.journal() })
    }
}
