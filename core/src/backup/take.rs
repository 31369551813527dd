//! Making copies.

use std::collections::HashSet;

use super::manifest::{FileRecord, MANIFEST, Manifest, RunRecord};
use super::{BackupError, BackupId, KeptBackup};
use crate::configuration::FilePlan;
use crate::home::HatchHome;
use crate::ledger::Ledger;
use crate::location::Location;
use crate::operation::Operation;
use crate::owner::Owner;
use crate::store::{self, Store, StoreError, remove_temporaries, replace_and_check, write_json};

/// The command that only copies, and changes nothing.
pub const BACKUP: &str = "backup";

/// The longest that the part of a copy's name may be that comes from the document.
const MAX_NAME: usize = 120;

/// The copies of one run.
pub(crate) struct KeptCopies {
    folder: Location,
}

impl KeptCopies {
    /// Under this name, whether they are there yet or not.
    pub(crate) fn new(home: &HatchHome, id: &BackupId) -> Self {
        KeptCopies { folder: home.backups().join(id.as_str()) }
    }

    pub(crate) fn folder(&self) -> &Location {
        &self.folder
    }

    /// Copies what the plan saw, which is what was just compared. A copy that is not one is
    /// noticed now, while nothing depends on it.
    pub(crate) fn take(
        &self,
        store: &dyn Store,
        home: &HatchHome,
        files: &[(&Owner, &FilePlan)],
    ) -> Result<Vec<FileRecord>, StoreError> {
        store.make_folder(&home.backups())?;
        store.make_folder(&self.folder)?;
        let mut names = HashSet::from([MANIFEST.to_owned()]);
        let mut records = Vec::new();
        for (owner, file) in files {
            let before = file.before.as_deref();
            let name = before.map(|_| unused_name(owner, &file.location, &mut names));
            if let (Some(bytes), Some(name)) = (before, &name) {
                replace_and_check(store, &self.folder.join(name), bytes)?;
            }
            let after = file.after.as_deref();
            records.push(FileRecord::new(owner, &file.location, before, after, name));
        }
        Ok(records)
    }

    /// Makes a backup of the copies.
    pub(crate) fn write_manifest(
        &self,
        store: &dyn Store,
        manifest: &Manifest,
    ) -> Result<(), StoreError> {
        write_json(store, &self.folder.join(MANIFEST), manifest)
    }

    pub(crate) fn copy_of(&self, file: &FileRecord) -> Option<Location> {
        file.copy_in(&self.folder)
    }

    /// The contents of a copy; `None` if there was no file.
    pub(crate) fn contents(
        &self,
        store: &dyn Store,
        file: &FileRecord,
    ) -> Result<Option<Vec<u8>>, BackupError> {
        file.contents(store, &self.folder)
    }

    /// Makes the copies no backup any more.
    pub(crate) fn remove_manifest(&self, store: &dyn Store) -> Result<(), StoreError> {
        store.remove(&self.folder.join(MANIFEST))?;
        store.sync_folder(&self.folder)
    }

    /// Takes the copies away, which have no manifest.
    pub(crate) fn discard(&self, store: &dyn Store) -> Result<(), StoreError> {
        for name in store.list(&self.folder)? {
            store.remove(&self.folder.join(&name))?;
        }
        store.remove_folder(&self.folder)
    }
}

/// Makes a backup of documents that nothing is about to change. Documents that are not there
/// are noted as such.
///
/// # Errors
///
/// Fails if another hatch is writing, or a file can't be read or written. There is no new
/// backup then.
pub fn create(
    store: &dyn Store,
    home: &HatchHome,
    operation: &Operation,
    documents: &[(Owner, Location)],
) -> Result<KeptBackup, BackupError> {
    let _guard = store::lock_home(store, home)?;
    if store::has_journal(home, store)? {
        return Err(BackupError::PendingJournal { journal: home.journal() });
    }
    let id = operation.backup_id();
    let copies = KeptCopies::new(home, &id);
    let created = write(store, home, operation, documents, &copies);
    if let Err(error) = created {
        // Without a manifest, the next run sweeps what stays.
        let _ = copies.remove_manifest(store).and_then(|()| copies.discard(store));
        return Err(error.into());
    }
    Ok(KeptBackup { id, folder: copies.folder })
}

fn write(
    store: &dyn Store,
    home: &HatchHome,
    operation: &Operation,
    documents: &[(Owner, Location)],
    copies: &KeptCopies,
) -> Result<(), StoreError> {
    let mut files = Vec::new();
    for (owner, location) in documents {
        let bytes = store.read(location)?;
        files.push((
            owner,
            FilePlan { location: location.clone(), before: bytes.clone(), after: bytes },
        ));
    }
    let files: Vec<_> = files.iter().map(|(owner, file)| (*owner, file)).collect();
    let records = copies.take(store, home, &files)?;
    store.sync_folder(&copies.folder)?;
    // A backup is taken of documents; what cannot be read of the ledger is not known of them.
    let ledger = Ledger::read(store, home).unwrap_or_default();
    let hosts: Vec<_> = documents.iter().filter_map(|(owner, _)| owner.host()).collect();
    let run = RunRecord {
        operation: operation.id.clone(),
        command: BACKUP.to_owned(),
        title: "Back up".to_owned(),
        undoes: None,
        time: operation.started,
        ledger: ledger.of_hosts(&hosts),
        files: records,
    };
    copies.write_manifest(store, &Manifest::new(run))?;
    store.sync_folder(&copies.folder)?;
    store.sync_folder(&home.backups())?;
    store.sync_folder(home.folder())
}

/// Takes away what dead runs left before they came to write a journal, or after they removed
/// it: copies without a manifest, and half-written files. To be called under the lock, and
/// without a journal there. What can't be removed now is left to a later run.
pub(crate) fn sweep(store: &dyn Store, home: &HatchHome) {
    for folder in [home.folder().clone(), home.envs()] {
        let _ = remove_temporaries(store, &folder);
    }
    for name in store.list(&home.backups()).unwrap_or_default() {
        let id = BackupId::new(name);
        let copies = KeptCopies::new(home, &id);
        let names = store.list(&copies.folder);
        let Some(names) = names.ok().filter(|_| BackupId::is_ours(id.as_str())) else { continue };
        if names.iter().any(|name| name == MANIFEST) {
            let _ = remove_temporaries(store, &copies.folder);
        } else {
            let _ = copies.discard(store);
        }
    }
}

/// What the names of an owner's copies begin with.
pub(super) fn copy_prefix(owner: &Owner) -> String {
    format!("{}--", owner.to_string().replace(':', "-"))
}

/// A name by which a person knows what the copy is of. Two documents of one host may have
/// the same.
fn unused_name(owner: &Owner, location: &Location, taken: &mut HashSet<String>) -> String {
    let name = location.path().file_name().unwrap_or_default().to_string_lossy();
    let name: String = name.chars().filter(|c| !c.is_control()).collect();
    let name = &name[..name.floor_char_boundary(MAX_NAME)];
    let prefix = copy_prefix(owner);
    let first = format!("{prefix}{name}");
    let numbered = (2..).map(|number| format!("{prefix}{number}--{name}"));
    let unused = std::iter::once(first).chain(numbered).find(|name| !taken.contains(name));
    let unused = unused.unwrap_or_default();
    taken.insert(unused.clone());
    unused
}
