//! Taking copies away that were kept for long enough.
//!
//! Of a backup from which some owner's copies go, the manifest is written anew before they
//! do; of one that goes as a whole, the manifest goes first. So at every moment a backup is
//! whole, or gone, or without that owner.

use super::catalogue::Catalogue;
use super::manifest::{MANIFEST, Manifest};
use super::retention::{Removal, Retention};
use super::take::{KeptCopies, copy_prefix, sweep};
use super::{Backup, BackupError};
use crate::home::HatchHome;
use crate::store::{self, Store, StoreError};

/// Why not all was cleaned away.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum CleanError {
    /// Nothing was removed: a backup can't be used, or a run has to be undone first.
    #[error(transparent)]
    Backup(#[from] BackupError),
    /// Nothing was removed: there are other backups than before.
    #[error("backups were made or removed since this was planned")]
    Changed,
    /// The user said stop. What was removed by then is gone.
    #[error("interrupted after {done} of {all} backups")]
    Interrupted {
        /// How many backups were dealt with.
        done: usize,
        /// Of how many.
        all: usize,
    },
    /// A file can't be removed. What was removed by then is gone.
    #[error("stopped after {done} of {all} backups")]
    Stopped {
        /// How many backups were dealt with.
        done: usize,
        /// Of how many.
        all: usize,
        /// Why.
        source: BackupError,
    },
}

/// Removes `planned`, which is what `retention` chose. `interrupted` is asked before each
/// backup.
///
/// # Errors
///
/// Fails if another hatch is writing, if a dead run was not undone yet, if there are other
/// backups by now, or if a file can't be removed.
pub fn clean(
    store: &dyn Store,
    home: &HatchHome,
    retention: &Retention,
    planned: &[Removal],
    interrupted: &dyn Fn() -> bool,
) -> Result<(), CleanError> {
    let _guard = store::lock_home(store, home).map_err(BackupError::from)?;
    if store::has_journal(home, store).map_err(BackupError::from)? {
        return Err(BackupError::PendingJournal { journal: home.journal() }.into());
    }
    sweep(store, home);
    let listing = Catalogue::new(store, home).list()?;
    if retention.choose(&listing.backups) != planned {
        return Err(CleanError::Changed);
    }
    for backup in listing.backups.iter().filter(|backup| backup.run().is_some()) {
        remove_strays(store, home, backup).map_err(BackupError::from)?;
    }
    let all = planned.len();
    for (done, removal) in planned.iter().enumerate() {
        if interrupted() {
            return Err(CleanError::Interrupted { done, all });
        }
        remove(store, home, removal).map_err(|source| CleanError::Stopped { done, all, source })?;
    }
    Ok(())
}

fn remove(store: &dyn Store, home: &HatchHome, removal: &Removal) -> Result<(), BackupError> {
    let copies = KeptCopies::new(home, &removal.backup);
    if removal.staying.is_empty() {
        copies.remove_manifest(store)?;
        copies.discard(store)?;
        return Ok(store.sync_folder(&home.backups())?);
    }
    let folder = copies.folder();
    let Some(manifest) = Manifest::read(store, folder)? else { return Ok(()) };
    let (going, manifest) = (manifest.run.files.clone(), manifest.without(&removal.owners));
    copies.write_manifest(store, &manifest)?;
    store.sync_folder(folder)?;
    let going = going.iter().filter(|file| removal.owners.contains(file.owner()));
    for copy in going.filter_map(|file| file.copy_in(folder)) {
        store.remove(&copy)?;
    }
    Ok(store.sync_folder(folder)?)
}

/// Takes away what an earlier cleaning was killed before it could: copies of owners that
/// the manifest does not have any more. A half-written manifest was swept by now.
fn remove_strays(store: &dyn Store, home: &HatchHome, backup: &Backup) -> Result<(), StoreError> {
    let copies = KeptCopies::new(home, &backup.id);
    let kept = |name: &str| {
        let records = backup.files.iter().filter_map(|file| file.record());
        name == MANIFEST || records.into_iter().any(|it| it.copy_name() == Some(name))
    };
    for name in store.list(copies.folder())? {
        let is_cleaned = backup.cleaned.iter().any(|owner| name.starts_with(&copy_prefix(owner)));
        if is_cleaned && !kept(&name) {
            store.remove(&copies.folder().join(&name))?;
        }
    }
    Ok(())
}
