//! The files of a run, as commands hold them: readable, and writable in this folder alone.
//!
//! The store inside [`Files`] can be reached from `commands/write/` and nowhere else, so every
//! write of a command is one of the functions here or a transaction of [`super`].

use std::io;
use std::path::Path;

use hatch_core::backup::{self, CleanError, KeptBackup, Removal, Retention};
use hatch_core::home::HatchHome;
use hatch_core::location::Location;
use hatch_core::operation::Operation;
use hatch_core::owner::Owner;
use hatch_core::scratch::{Scratch, ScratchError};
use hatch_core::settings::{self, ChangeError, Settings};
use hatch_core::store::{self, DiskStore, Protection, Reader, Store, StoreError};
use hatch_packages::lock::LockError;
use hatch_packages::{Installed, Lock};
use hatch_sandbox::Cache;

use crate::context::Context;
use crate::interrupt;

/// The files that a run may read. A clone is allowed the same files.
#[derive(Clone)]
pub struct Files(DiskStore);

impl Files {
    /// Opens hatch's own folder, or remembers where to create it at the first write.
    ///
    /// # Errors
    ///
    /// As [`DiskStore::open`].
    #[expect(clippy::disallowed_methods, reason = "the one place where a store is opened")]
    pub fn open(hatch_home: &Path, shown: &str) -> Result<Self, StoreError> {
        DiskStore::open(hatch_home, shown).map(Files)
    }

    /// The names in hatch's own folder.
    pub fn home(&self) -> &HatchHome {
        self.0.home()
    }

    /// Follows the links to a file that the user or a host named, so that it can be read.
    ///
    /// # Errors
    ///
    /// As [`DiskStore::admit`].
    pub fn admit(&self, path: &Path, shown: &str) -> Result<Location, StoreError> {
        self.0.admit(path, shown)
    }

    /// Whether a file is protected from being written, as [`DiskStore::protection`].
    ///
    /// # Errors
    ///
    /// As [`DiskStore::protection`].
    pub fn protection(&self, at: &Location) -> Result<Option<Protection>, StoreError> {
        self.0.protection(at)
    }

    /// What can write them.
    pub(super) fn store(&self) -> &dyn Store {
        &self.0
    }
}

impl Reader for Files {
    fn read(&self, at: &Location) -> Result<Option<Vec<u8>>, StoreError> {
        self.0.read(at)
    }

    fn read_private(&self, at: &Location) -> Result<Option<Vec<u8>>, StoreError> {
        self.0.read_private(at)
    }

    fn list(&self, folder: &Location) -> Result<Vec<String>, StoreError> {
        self.0.list(folder)
    }

    fn has_folder(&self, folder: &Location) -> Result<bool, StoreError> {
        self.0.has_folder(folder)
    }
}

/// Changes hatch's own settings, as [`settings::change`].
pub fn change_settings<T>(
    cx: &Context,
    change: impl FnOnce(&mut Settings) -> T,
) -> Result<T, ChangeError> {
    settings::change(cx.store.store(), &cx.home, change)
}

/// Changes which adapters are installed, as [`Lock::change`].
pub fn change_adapters<T, E: From<LockError>>(
    cx: &Context,
    change: impl FnOnce(&mut Lock) -> Result<T, E>,
) -> Result<T, E> {
    Lock::change(cx.store.store(), &cx.home, change)
}

/// Writes an adapter's file.
pub fn save_adapter(cx: &Context, adapter: &Installed, bytes: &[u8]) -> Result<(), StoreError> {
    adapter.save(cx.store.store(), &cx.home, bytes)
}

/// The compiled forms of adapters. They are kept by runs that otherwise only read, too.
pub fn compile_cache<'a>(files: &'a Files, home: &'a HatchHome) -> Cache<'a> {
    Cache::new(files.store(), home)
}

/// A private copy of a document, for a person to edit.
pub fn create_scratch<'a>(
    cx: &'a Context,
    name: &str,
    bytes: &[u8],
) -> Result<Scratch<'a>, ScratchError> {
    Scratch::new(cx.store.store(), &cx.home, name, bytes)
}

/// Copies documents that nothing is about to change, as [`backup::create`].
pub fn create_backup(
    cx: &Context,
    operation: &Operation,
    documents: &[(Owner, Location)],
) -> Result<KeptBackup, backup::BackupError> {
    backup::create(cx.store.store(), &cx.home, operation, documents)
}

/// Removes backups, as [`backup::clean`], until the user says stop.
pub fn clean_backups(
    cx: &Context,
    retention: &Retention,
    removals: &[Removal],
) -> Result<(), CleanError> {
    let store = cx.store.store();
    interrupt::while_writing(|| {
        backup::clean(store, &cx.home, retention, removals, &interrupt::is_requested)
    })
}

/// Writes a new file that the user asked for, as [`store::create`].
pub fn create_file(cx: &Context, at: &Location, bytes: &[u8]) -> Result<bool, StoreError> {
    store::create(cx.store.store(), at, bytes)
}

/// Writes a file that the user asked for in place of an earlier one, as [`store::renew`].
pub fn renew_file(cx: &Context, at: &Location, bytes: &[u8]) -> Result<(), StoreError> {
    store::renew(cx.store.store(), at, bytes)
}

/// Writes manual pages, each a name and its text, to a folder that is created if it does not
/// exist. They are of no host, so no backup is made.
#[expect(clippy::disallowed_methods, reason = "the user names a folder outside of any host")]
pub fn write_pages(folder: &Path, pages: &[(String, String)]) -> io::Result<()> {
    std::fs::create_dir_all(folder)?;
    pages.iter().try_for_each(|(name, page)| std::fs::write(folder.join(name), page))
}
