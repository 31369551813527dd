//! Hatch's own folder: made at the first write, and written so that it lasts.

use super::{Guard, Reader, Store, StoreError};
use crate::home::HatchHome;
use crate::location::Location;

/// Creates hatch's own folder if it does not exist, and makes its name durable.
///
/// # Errors
///
/// Fails where the folder cannot be created.
pub fn make_home(store: &dyn Store, home: &HatchHome) -> Result<(), StoreError> {
    make_lasting(store, home.folder())
}

/// Waits for the lock that a run holds while it writes. Creates hatch's own folder if it does
/// not exist.
///
/// # Errors
///
/// Fails with [`StoreError::Locked`] while another hatch is writing, and where hatch's own
/// folder cannot be used.
pub fn lock_home(store: &dyn Store, home: &HatchHome) -> Result<Box<dyn Guard>, StoreError> {
    make_home(store, home)?;
    store.lock(&home.lock())
}

/// Writes one of hatch's own files, such as an environment, and makes it durable. Its folder
/// is hatch's own or directly below.
///
/// # Errors
///
/// Fails where the file cannot be written.
pub fn save(
    store: &dyn Store,
    home: &HatchHome,
    at: &Location,
    bytes: &[u8],
) -> Result<(), StoreError> {
    make_home(store, home)?;
    let Some(folder) = at.folder() else { return Err(StoreError::NotAdmitted(at.clone())) };
    if &folder != home.folder() {
        make_lasting(store, &folder)?;
    }
    store.replace(at, bytes)?;
    store.sync_folder(&folder)
}

/// Whether a run was killed, or is going on: its journal is there.
///
/// # Errors
///
/// Fails where hatch's own folder cannot be read.
pub fn has_journal(home: &HatchHome, reader: &dyn Reader) -> Result<bool, StoreError> {
    Ok(reader.read(&home.journal())?.is_some())
}

/// Makes a folder and, if this call made it, makes its name durable.
fn make_lasting(store: &dyn Store, folder: &Location) -> Result<(), StoreError> {
    if store.make_folder(folder)?
        && let Some(parent) = folder.folder()
    {
        store.sync_folder(&parent)?;
    }
    Ok(())
}
