//! Cleaning backups away: with a fault in each call, and with a stop at each call, every
//! backup is whole, or gone, or without the owner whose copies were to go.

#![expect(clippy::unwrap_used, reason = "a test that can't go on should say where")]

mod model;

use hatch_core::backup::{self, Backup, BackupError, Catalogue, CleanError, Removal, Retention};
use hatch_core::owner::Owner;
use hatch_core::store::faulty::{Fault, FaultyStore};
use hatch_core::store::memory::{Loss, MemoryStore};
use hatch_core::store::{Reader as _, Store};
use hatch_core::transaction::{Operation, OperationId};
use model::*;

/// Three backups of all documents, a day after each other.
fn backups() -> MemoryStore {
    let store = world();
    for (day, id) in [(22, "00000001"), (23, "00000002"), (24, "00000003")] {
        let operation = Operation {
            id: OperationId::try_from(id.to_owned()).unwrap(),
            started: format!("2026-11-{day}T11:04:52Z").parse().unwrap(),
        };
        let documents: Vec<_> = FILES
            .iter()
            .map(|(host, path, ..)| (Owner::parse(host).unwrap(), location(path)))
            .collect();
        backup::create(&store, &home(), &operation, &documents).unwrap();
    }
    store.crash(Loss::Nothing);
    store
}

/// The oldest goes as a whole where all are meant.
fn retention(keep: usize, only: Option<&str>) -> Retention {
    Retention {
        older_than_days: None,
        keep: Some(keep),
        only: only.map(|owner| Owner::parse(owner).unwrap()),
        now: "2026-11-25T00:00:00Z".parse().unwrap(),
    }
}

fn list(store: &MemoryStore) -> Vec<Backup> {
    let listing = Catalogue::new(store, &home()).list().unwrap();
    assert!(listing.damaged.is_empty(), "{:?}", listing.damaged);
    listing.backups
}

fn planned(retention: &Retention) -> Vec<Removal> {
    retention.choose(&list(&backups()))
}

fn clean(store: &dyn Store, retention: &Retention) -> Result<(), CleanError> {
    backup::clean(store, &home(), retention, &planned(retention), &|| false)
}

/// Every copy that a manifest names is there, and checks.
#[track_caller]
fn check_whole(store: &MemoryStore, backups: &[Backup], case: &str) {
    for backup in backups {
        for owner in backup.owners() {
            let contents = Catalogue::new(store, &home()).contents(backup, owner);
            let contents = contents.unwrap_or_else(|error| panic!("{case}: {error}"));
            let before = FILES.iter().find(|(host, ..)| *host == owner.to_string()).unwrap().2;
            assert_eq!(contents[0].bytes.as_deref(), before.map(str::as_bytes), "{case}");
        }
    }
}

/// What hatch's folder holds besides what manifests name.
fn strays(store: &MemoryStore) -> Vec<String> {
    let named: Vec<_> = list(store)
        .iter()
        .flat_map(|backup| {
            let copies = backup.files.iter().filter_map(|file| file.copy.clone());
            copies.chain([backup.folder.join("manifest.json"), backup.folder.clone()])
        })
        .chain([home().backups()])
        .map(|location| location.path().to_owned())
        .collect();
    let paths = store.paths().into_iter().filter(|path| path.starts_with("/h/.hatch/backups"));
    paths.filter(|path| !named.contains(path)).map(|path| path.display().to_string()).collect()
}

#[test]
fn what_was_chosen_goes_and_the_rest_stays() {
    let store = backups();
    clean(&store, &retention(1, None)).unwrap();
    store.crash(Loss::Unsynced);
    let left = list(&store);
    assert_eq!(left.len(), 1);
    assert!(left[0].id.as_str().ends_with("00000003"));
    assert_eq!(strays(&store), [""; 0]);

    let store = backups();
    clean(&store, &retention(1, Some("gemini"))).unwrap();
    store.crash(Loss::Unsynced);
    let left = list(&store);
    let gemini = Owner::parse("gemini").unwrap();
    assert_eq!(left.iter().map(|it| it.has(&gemini)).collect::<Vec<_>>(), [true, false, false]);
    assert_eq!(left[1].owners().len(), 3);
    assert_eq!(left[1].cleaned, [gemini]);
    check_whole(&store, &left, "no fault");
    assert_eq!(strays(&store), [""; 0]);
}

#[test]
fn owner_after_owner_the_backup_goes_at_last() {
    let store = backups();
    for (host, ..) in FILES {
        let retention = retention(0, Some(host));
        let planned = retention.choose(&list(&store));
        assert_eq!(planned.len(), 3);
        backup::clean(&store, &home(), &retention, &planned, &|| false).unwrap();
    }
    store.crash(Loss::Unsynced);
    assert!(list(&store).is_empty());
    assert_eq!(store.list(&home().backups()).unwrap(), [""; 0]);
}

#[test]
fn a_fault_or_a_stop_leaves_each_backup_whole_or_gone() {
    let faults: [fn(usize) -> Fault; 3] = [Fault::FailsAt, Fault::LiesAt, Fault::StopsAt];
    for only in [None, Some("gemini"), Some("kiro")] {
        let retention = retention(1, only);
        let mut count = 0;
        for fault in faults {
            for nth in 0.. {
                let killed = backups();
                let faulty = FaultyStore::new(&killed, fault(nth));
                let outcome = clean(&faulty, &retention);
                for loss in LOSSES {
                    let case = format!("{:?} {loss:?} {only:?}", fault(nth));
                    let store = killed.fork();
                    store.crash(loss);
                    check(&store, only, outcome.is_ok(), &case);
                    count += 1;
                }
                if !faulty.tripped() {
                    break;
                }
            }
        }
        assert!(count > 300, "{count}");
    }
}

/// After a fault or a stop, and after the cleaning that follows.
#[track_caller]
fn check(store: &MemoryStore, only: Option<&str>, is_done: bool, case: &str) {
    let found = list(store);
    check_whole(store, &found, case);
    let newest = found.first().unwrap_or_else(|| panic!("{case}: all went"));
    assert!(newest.id.as_str().ends_with("00000003") && newest.owners().len() == 4, "{case}");
    for backup in &found[1..] {
        let owners: Vec<_> = backup.owners().iter().map(ToString::to_string).collect();
        let rest = FILES.map(|(host, ..)| host).into_iter().filter(|it| Some(*it) != only);
        let is_without = only.is_some() && owners == rest.collect::<Vec<_>>();
        assert!(owners.len() == 4 || is_without, "{case}: {owners:?}");
        assert!(!is_done || is_without, "{case}: it said that it was done");
    }
    let expected = if only.is_some() { 3 } else { 1 };
    assert!(!is_done || found.len() == expected, "{case}");

    let retention = retention(1, only);
    let planned = retention.choose(&found);
    backup::clean(store, &home(), &retention, &planned, &|| false)
        .unwrap_or_else(|error| panic!("{case}: the next: {error}"));
    let left = list(store);
    check_whole(store, &left, case);
    assert_eq!(left.len(), expected, "{case}");
    assert_eq!(strays(store), [""; 0], "{case}");
}

#[test]
fn what_a_journal_needs_stays() {
    let store = backups();
    store.put("/h/.hatch/journal.json", b"{}");
    let error = clean(&store, &retention(0, None)).unwrap_err();
    assert!(matches!(error, CleanError::Backup(BackupError::PendingJournal { .. })), "{error}");
    assert_eq!(list(&store).len(), 3);
}

#[test]
fn other_backups_than_those_that_were_shown_stop_it() {
    let store = backups();
    let retention = retention(1, None);
    let mut fewer = planned(&retention);
    fewer.pop();
    let error = backup::clean(&store, &home(), &retention, &fewer, &|| false).unwrap_err();
    assert!(matches!(error, CleanError::Changed), "{error}");
    assert_eq!(list(&store).len(), 3);
}

#[test]
fn a_stop_between_two_backups_is_said() {
    let store = backups();
    let retention = retention(0, None);
    let asked = std::cell::Cell::new(0);
    let interrupted = || asked.replace(asked.get() + 1) == 1;
    let planned = planned(&retention);
    let error = backup::clean(&store, &home(), &retention, &planned, &interrupted).unwrap_err();
    assert!(matches!(error, CleanError::Interrupted { done: 1, all: 3 }), "{error}");
    assert_eq!(list(&store).len(), 2);
}
