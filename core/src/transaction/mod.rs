//! Carries out a [`Plan`]: all of its files change, or none.
//!
//! Every choice was made before; what is decided here is only whether the files are still
//! those that the plan was made for. The journal has no states of its own. While it is on
//! the disk it says "undo me", and removing it is the commit:
//!
//! ```text
//! lock, compare all, copy, journal, then for each file: compare and exchange, read back;
//! then remove the journal
//! ```
//!
//! Copies, manifest and journal are read back, too, before a document depends on them.
//!
//! A run that fails puts back what it wrote, the last first. A run that is killed leaves its
//! journal to the next one, which does the same: see [`recover`].
//!
//! # Invariants
//!
//! * Nothing is overwritten or put back that is not what this run expects there.
//! * Without changes, no file is touched: no lock, no copy, no journal.
//! * Under every [`ApplyError`] but [`ApplyError::RollbackIncomplete`], all files are as
//!   they were.
//!
//! # Syncs
//!
//! A file that was written and a folder whose names matter are synced once each, and only
//! before a step that relies on them:
//!
//! | before | is synced | for three files that exist |
//! | --- | --- | --- |
//! | the first replacement | each copy, the manifest, the journal | 3 + 1 + 1 |
//! | | the backup's folder, the folder of backups, hatch's own | 3 |
//! | each rename | the new file | 3 |
//! | the commit | each folder that has a changed file or a new folder in it | 3, or fewer |
//! | the end | hatch's own folder, without the journal | 1 |
//!
//! That is 15. A file that is new needs no copy, which saves one; a folder that is new costs
//! one if nothing else changed in the folder around it; `--no-backup` saves the manifest.

mod error;
mod journal;
mod record;
mod recover;
mod rollback;

pub use crate::operation::{Keep, Operation, OperationId};
pub use error::{ApplyError, Incomplete, RecoverError, Stuck};
pub use record::note;
pub use recover::{LeftAlone, Recovery, journal_locations, recover};

use std::collections::BTreeSet;

use crate::backup::{self, FileRecord, KeptBackup, KeptCopies, RunRecord};
use crate::event::Event;
use crate::home::HatchHome;
use crate::ledger::{Ledger, LedgerError};
use crate::location::Location;
use crate::owner::Owner;
use crate::plan::{FilePlan, Plan};
use crate::report::{FileReport, Outcome, Report, TargetReport};
use crate::scratch;
use crate::store::{self, Expected, Reader, Store, StoreError, has_journal};
use journal::Journal;

/// Carries out `plan`, or leaves everything as it was.
///
/// `interrupted` is asked before each file; once it says yes, the run is undone.
///
/// # Errors
///
/// Fails if a file is not what the plan expects, if one can't be written, or if the run is
/// interrupted. All is as it was then, unless the error is
/// [`ApplyError::RollbackIncomplete`].
pub fn apply(
    plan: &Plan,
    home: &HatchHome,
    store: &dyn Store,
    operation: &Operation,
    keep: Keep,
    interrupted: &dyn Fn() -> bool,
    on_event: &mut dyn FnMut(Event),
) -> Result<Report, ApplyError> {
    if plan.is_empty() {
        return Ok(report(plan, operation, None, Vec::new()));
    }
    let _guard = store::lock_home(store, home).map_err(|source| ApplyError::Lock { source })?;
    apply_locked(plan, home, store, operation, keep, interrupted, on_event)
}

/// As [`apply`], for a caller that holds [`store::lock_home`] already: it made the plan while no
/// other hatch could write.
///
/// # Errors
///
/// As [`apply`].
pub fn apply_locked(
    plan: &Plan,
    home: &HatchHome,
    store: &dyn Store,
    operation: &Operation,
    keep: Keep,
    interrupted: &dyn Fn() -> bool,
    on_event: &mut dyn FnMut(Event),
) -> Result<Report, ApplyError> {
    if plan.is_empty() {
        return Ok(report(plan, operation, None, Vec::new()));
    }
    check_each_once(plan)?;
    on_event(Event::Locked);
    if has_journal(home, store).map_err(|source| ApplyError::Lock { source })? {
        return Err(ApplyError::PendingJournal { journal: home.journal() });
    }
    backup::sweep(store, home);
    scratch::sweep(store, home);
    compare_all(plan, store)?;
    on_event(Event::Compared);

    let files: Vec<_> = changed_files(plan).collect();
    let ledger = Ledger::read(store, home);
    let noted = ledger.as_ref().map(|ledger| record::before(plan, ledger)).unwrap_or_default();
    let preparation = Preparation { plan, files: &files, ledger: noted, home, store };
    let journal = preparation.prepare(operation, keep, on_event)?;
    let mut run = Run { home, store, files, journal, attempted: 0, on_event };
    match run.carry_out(interrupted) {
        Ok(()) => {
            run.note(plan, ledger, operation);
            Ok(run.finish(plan, operation))
        }
        Err(cause) => Err(run.roll_back(cause)),
    }
}

/// A run between its journal and its end.
struct Run<'a> {
    home: &'a HatchHome,
    store: &'a dyn Store,
    files: Vec<(&'a Owner, &'a FilePlan)>,
    journal: Journal,
    /// How many files may have been written.
    attempted: usize,
    on_event: &'a mut dyn FnMut(Event),
}

impl Run<'_> {
    fn carry_out(&mut self, interrupted: &dyn Fn() -> bool) -> Result<(), ApplyError> {
        self.journal.secure_copies(self.store, self.home).map_err(ApplyError::backup)?;
        self.make_folders()?;
        for (owner, file) in self.files.clone() {
            if interrupted() {
                return Err(ApplyError::Interrupted);
            }
            self.change(owner, file)?;
        }
        let folders = self.journal.folders_to_sync(self.journal.files());
        for folder in &folders {
            self.store.sync_folder(folder).map_err(|source| ApplyError::Commit { source })?;
        }
        self.commit()
    }

    fn make_folders(&mut self) -> Result<(), ApplyError> {
        for folder in self.journal.folders() {
            let made = self.store.make_folder(&folder);
            if made.map_err(|source| ApplyError::MakeFolder { source })? {
                (self.on_event)(Event::MadeFolder(folder));
            }
        }
        Ok(())
    }

    fn change(&mut self, owner: &Owner, file: &FilePlan) -> Result<(), ApplyError> {
        let location = file.location.clone();
        (self.on_event)(Event::Writing { owner: owner.clone(), location: location.clone() });
        let expected = Expected::Bytes(file.before.as_deref());
        match self.store.exchange(&location, expected, file.after.as_deref()) {
            // What is there now is another's, and not to be put back.
            Err(StoreError::Changed(location)) => {
                return Err(ApplyError::Drifted { owner: owner.clone(), location });
            }
            outcome => {
                self.attempted += 1;
                outcome.map_err(|source| ApplyError::Replace { owner: owner.clone(), source })?;
            }
        }
        self.read_back(owner, file)?;
        (self.on_event)(Event::Wrote { owner: owner.clone(), location });
        Ok(())
    }

    /// Writing said that it worked; this is whether it did.
    fn read_back(&self, owner: &Owner, file: &FilePlan) -> Result<(), ApplyError> {
        let found = self
            .store
            .read(&file.location)
            .map_err(|source| ApplyError::ReadBack { owner: owner.clone(), source })?;
        if found == file.after {
            return Ok(());
        }
        Err(ApplyError::Verify { owner: owner.clone(), location: file.location.clone() })
    }

    /// Takes the journal away. Where that fails it may be gone by now, or may come back; and it
    /// has to be there for as long as files are being put back. Where it can't be written again
    /// and is gone, nothing is put back: every document is as planned, and stays so.
    fn commit(&mut self) -> Result<(), ApplyError> {
        let Err(source) = Journal::remove(self.store, self.home) else { return Ok(()) };
        let is_back = self.journal.write(self.store, self.home).is_ok();
        if is_back || has_journal(self.home, self.store).unwrap_or(true) {
            return Err(ApplyError::Commit { source });
        }
        (self.on_event)(Event::MayNotLast { reason: source.to_string() });
        Ok(())
    }

    /// Notes what was put where. A ledger that could not be read is not overwritten: it may be
    /// a newer hatch's, or be repaired.
    fn note(&mut self, plan: &Plan, ledger: Result<Ledger, LedgerError>, operation: &Operation) {
        let written = ledger.and_then(|ledger| match record::after(plan, &ledger, operation) {
            Some(ledger) => record::write(&ledger, self.home, self.store),
            None => Ok(()),
        });
        if let Err(error) = written {
            (self.on_event)(Event::NotNoted { reason: error.to_string() });
        }
    }

    fn finish(self, plan: &Plan, operation: &Operation) -> Report {
        (self.on_event)(Event::Committed);
        let copies = self.journal.copies(self.home);
        let backup = match self.journal.keep() {
            Keep::Backup => {
                Some(KeptBackup { id: operation.backup_id(), folder: copies.folder().clone() })
            }
            Keep::Nothing => {
                // What stays for some reason is swept by the next run.
                let _ = copies.discard(self.store);
                None
            }
        };
        report(plan, operation, backup, self.journal.folders())
    }

    fn roll_back(self, cause: ApplyError) -> ApplyError {
        (self.on_event)(Event::RollingBack);
        let touched = &self.journal.files()[..self.attempted];
        let undone =
            rollback::put_back(self.store, self.home, &self.journal, touched, self.on_event);
        if undone.stuck.is_empty() && undone.left_alone.is_empty() {
            if undone.is_clean {
                // Where this fails, the next run finds a journal and nothing to put back.
                let _ = rollback::close(self.store, self.home, &self.journal);
            }
            return cause;
        }
        ApplyError::RollbackIncomplete(Box::new(Incomplete {
            cause: Some(cause),
            stuck: undone.stuck,
            left_alone: undone.left_alone.into_iter().map(|left| left.location).collect(),
            journal: self.home.journal(),
            backup: self.journal.copies(self.home).folder().clone(),
        }))
    }
}

fn changed_files(plan: &Plan) -> impl Iterator<Item = (&Owner, &FilePlan)> {
    let changed = plan.files().filter(|(_, file)| !file.is_unchanged());
    changed.map(|(target, file)| (&target.owner, file))
}

fn check_each_once(plan: &Plan) -> Result<(), ApplyError> {
    let mut seen = BTreeSet::new();
    for (_, file) in changed_files(plan) {
        if !seen.insert(file.location.path()) {
            return Err(ApplyError::Twice { location: file.location.clone() });
        }
    }
    Ok(())
}

/// Compares the files that stay, too: if one of them was edited, the plan says of it what is
/// no longer so.
fn compare_all(plan: &Plan, store: &dyn Store) -> Result<(), ApplyError> {
    plan.files().try_for_each(|(target, file)| compare(&target.owner, file, store))
}

fn compare(owner: &Owner, file: &FilePlan, store: &dyn Store) -> Result<(), ApplyError> {
    let found = store
        .read(&file.location)
        .map_err(|source| ApplyError::Compare { owner: owner.clone(), source })?;
    if found == file.before {
        return Ok(());
    }
    Err(ApplyError::Drifted { owner: owner.clone(), location: file.location.clone() })
}

/// What is needed to make a run undoable.
struct Preparation<'a> {
    plan: &'a Plan,
    files: &'a [(&'a Owner, &'a FilePlan)],
    ledger: Ledger,
    home: &'a HatchHome,
    store: &'a dyn Store,
}

impl Preparation<'_> {
    /// Copies what will be replaced, then writes down how to undo the run.
    fn prepare(
        self,
        operation: &Operation,
        keep: Keep,
        on_event: &mut dyn FnMut(Event),
    ) -> Result<Journal, ApplyError> {
        let (home, store) = (self.home, self.store);
        let copies = KeptCopies::new(home, &operation.backup_id());
        let prepared = self.write(&copies, operation, keep);
        match &prepared {
            Ok(journal) => {
                let copied = journal.files().iter().filter(|file| FileRecord::has_copy(file));
                let folder = copies.folder().clone();
                on_event(Event::BackedUp { files: copied.count(), folder });
            }
            Err(_) => {
                // No document was touched. What can't be removed now is a journal that undoes
                // nothing, or copies that the next run sweeps.
                if Journal::remove(store, home).is_ok() {
                    let _ = copies.discard(store);
                }
            }
        }
        prepared
    }

    fn write(
        self,
        copies: &KeptCopies,
        operation: &Operation,
        keep: Keep,
    ) -> Result<Journal, ApplyError> {
        let files = copies.take(self.store, self.home, self.files).map_err(ApplyError::backup)?;
        let folders = missing_folders(self.files, self.store).map_err(ApplyError::journal)?;
        let run = RunRecord {
            operation: operation.id.clone(),
            command: self.plan.command.to_owned(),
            title: self.plan.title.clone(),
            undoes: self.plan.undoes.clone(),
            time: operation.started,
            ledger: self.ledger,
            files,
        };
        let journal = Journal::new(operation.backup_id(), keep, run, &folders);
        journal.write(self.store, self.home).map_err(ApplyError::journal)?;
        Ok(journal)
    }
}

/// The folders that new documents need, the outer before the inner.
fn missing_folders(
    files: &[(&Owner, &FilePlan)],
    store: &dyn Reader,
) -> Result<Vec<Location>, StoreError> {
    let mut missing: Vec<Location> = Vec::new();
    for (_, file) in files.iter().filter(|(_, file)| file.after.is_some()) {
        let mut inner_first = Vec::new();
        let mut folder = file.location.folder();
        while let Some(here) = folder {
            if missing.iter().any(|known| known.path() == here.path()) || store.has_folder(&here)? {
                break;
            }
            folder = here.folder();
            inner_first.push(here);
        }
        missing.extend(inner_first.into_iter().rev());
    }
    Ok(missing)
}

fn report(
    plan: &Plan,
    operation: &Operation,
    backup: Option<KeptBackup>,
    made_folders: Vec<Location>,
) -> Report {
    let file_report = |file: &FilePlan| FileReport {
        location: file.location.clone(),
        outcome: match (&file.before, &file.after) {
            _ if file.is_unchanged() => Outcome::Unchanged,
            (None, _) => Outcome::Created,
            (_, None) => Outcome::Removed,
            _ => Outcome::Replaced,
        },
    };
    let targets = plan.targets.iter().map(|target| TargetReport {
        owner: target.owner.clone(),
        name: target.name.clone(),
        files: target.files.iter().map(file_report).collect(),
        after_write: target
            .after_write
            .clone()
            .filter(|_| target.files.iter().any(|file| !file.is_unchanged())),
    });
    Report { operation: operation.id.clone(), backup, targets: targets.collect(), made_folders }
}
