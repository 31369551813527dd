//! All files change, or none: with a fault in each call, and with a stop at each call. What
//! others do meanwhile is in `drift.rs`.

mod model;

use hatch_core::backup;
use hatch_core::backup::Catalogue;
use hatch_core::owner::Owner;
use hatch_core::store::StoreError;
use hatch_core::store::faulty::{Fault, FaultyStore};
use hatch_core::store::memory::{Loss, MemoryStore};
use hatch_core::transaction::{ApplyError, Keep};
use model::*;

/// Runs `case` for 0, 1, 2, ... until it says that its fault did not come any more. Returns
/// how many there were.
fn each_call(mut case: impl FnMut(usize) -> bool) -> usize {
    (0..10_000).find(|nth| !case(*nth)).expect("a run should end")
}

/// What was found after each case.
#[derive(Default)]
struct Tally {
    old: usize,
    new: usize,
}

impl Tally {
    fn count(&mut self, found: Found) {
        match found {
            Found::Old => self.old += 1,
            Found::New => self.new += 1,
        }
    }

    /// Says what was tried, in the form that `cargo safety` reads.
    #[expect(clippy::print_stdout, reason = "how much was tried; shown with --nocapture")]
    fn say(&self, what: &str) {
        let Tally { old, new } = self;
        let tried = old + new;
        println!(
            "tally: faults in memory: {what}: {tried} tried: {old} as it was, {new} as planned, 0 lost"
        );
    }
}

#[test]
fn without_a_fault_all_is_new() {
    for keep in [Keep::Backup, Keep::Nothing] {
        let store = world();
        let report = apply(&store, keep).unwrap();
        assert_eq!(report.backup.is_some(), keep == Keep::Backup);
        store.crash(Loss::Unsynced);
        assert_eq!(settled(&store, "no fault"), Found::New);
        check_backup(&store, keep, Found::New, "no fault");
    }
}

#[test]
fn a_call_that_fails_undoes_the_run() {
    let faults: [fn(usize) -> Fault; 2] = [Fault::FailsAt, Fault::LiesAt];
    let mut tally = Tally::default();
    for (fault, keep) in faults.iter().flat_map(|f| [(f, Keep::Backup), (f, Keep::Nothing)]) {
        each_call(|nth| {
            let case = format!("{:?} {keep:?}", fault(nth));
            let store = world();
            let faulty = FaultyStore::new(&store, fault(nth));
            let outcome = apply(&faulty, keep);
            let expected = match &outcome {
                Ok(_) => Found::New,
                Err(error) => {
                    assert!(error.is_undone(), "{case}: {error}");
                    Found::Old
                }
            };
            check_documents_now(&store, expected, &case);
            store.crash(Loss::Unsynced);
            recover(&store).unwrap();
            assert_eq!(settled(&store, &case), expected, "{case}");
            check_backup(&store, keep, expected, &case);
            tally.count(expected);
            faulty.tripped()
        });
    }
    tally.say("a call fails");
}

/// What could not be put back, the next run puts back, when the disk takes it again.
#[test]
fn a_disk_that_takes_no_more_leaves_all_or_nothing() {
    let mut tally = Tally::default();
    for keep in [Keep::Backup, Keep::Nothing] {
        each_call(|nth| {
            let case = format!("{:?} {keep:?}", Fault::BreaksAt(nth));
            let store = world();
            let faulty = FaultyStore::new(&store, Fault::BreaksAt(nth));
            let outcome = apply(&faulty, keep);
            let expected = match &outcome {
                Ok(_) => Some(Found::New),
                Err(error) => error.is_undone().then_some(Found::Old),
            };
            if let Some(expected) = expected {
                check_documents_now(&store, expected, &case);
            }
            recover(&store).unwrap();
            let found = settled(&store, &case);
            assert!(expected.is_none_or(|it| it == found), "{case}: {outcome:?}, then {found:?}");
            tally.count(found);
            faulty.tripped()
        });
    }
    tally.say("the disk takes no more from a call on");
}

#[test]
fn a_stop_at_any_call_leaves_all_or_nothing() {
    let mut tally = Tally::default();
    for keep in [Keep::Backup, Keep::Nothing] {
        each_call(|nth| {
            let store = world();
            let faulty = FaultyStore::new(&store, Fault::StopsAt(nth));
            let is_done = apply(&faulty, keep).is_ok();
            for loss in LOSSES {
                let case = format!("stop at {nth}, {loss:?}, {keep:?}");
                let store = store.fork();
                store.crash(loss);
                recover(&store).unwrap();
                let found = settled(&store, &case);
                assert!(found == Found::New || !is_done, "{case}: undone after the commit");
                check_backup(&store, keep, found, &case);
                check_next_run(&store, found, &case);
                tally.count(found);
            }
            faulty.tripped()
        });
    }
    tally.say("the process stops at a call");
}

/// The next run works, and takes along whatever the dead one left.
#[track_caller]
fn check_next_run(store: &MemoryStore, found: Found, case: &str) {
    if found == Found::New {
        return;
    }
    apply(store, Keep::Nothing).unwrap_or_else(|error| panic!("{case}: next run: {error}"));
    assert_eq!(settled(store, case), Found::New, "{case}");
    let left = store.paths().into_iter().filter(|path| path.starts_with("/h/.hatch"));
    let left: Vec<_> = left.map(|path| path.display().to_string()).collect();
    assert_eq!(left, ["/h/.hatch", "/h/.hatch/backups"], "{case}");
}

#[test]
fn a_stop_during_recovery_too_leaves_all_or_nothing() {
    let mut tally = Tally::default();
    each_call(|nth| {
        let killed = world();
        let faulty = FaultyStore::new(&killed, Fault::StopsAt(nth));
        let is_done = apply(&faulty, Keep::Backup).is_ok();
        for first in LOSSES {
            each_call(|again| {
                let store = killed.fork();
                store.crash(first);
                let faulty = FaultyStore::new(&store, Fault::StopsAt(again));
                // What it says is nobody's to hear.
                let _ = recover(&faulty);
                for second in [Loss::Nothing, Loss::Unsynced, Loss::Some(7), Loss::Some(8)] {
                    let case = format!("stop at {nth}, {first:?}, then at {again}, {second:?}");
                    let store = store.fork();
                    store.crash(second);
                    recover(&store).unwrap();
                    let found = settled(&store, &case);
                    assert!(found == Found::New || !is_done, "{case}: undone after the commit");
                    check_backup(&store, Keep::Backup, found, &case);
                    tally.count(found);
                }
                faulty.tripped()
            });
        }
        faulty.tripped()
    });
    tally.say("it stops, and so does its recovery");
}

#[test]
fn a_stop_while_a_failed_run_is_undone_leaves_all_or_nothing() {
    let mut tally = Tally::default();
    each_call(|nth| {
        let mut was_tripped = false;
        each_call(|stop| {
            let store = world();
            let failing = FaultyStore::new(&store, Fault::FailsAt(nth));
            let stopping = FaultyStore::new(&failing, Fault::StopsAt(nth + 1 + stop));
            let is_done = apply(&stopping, Keep::Backup).is_ok();
            was_tripped |= failing.tripped();
            for loss in LOSSES {
                let case = format!("failure at {nth}, stop {stop} calls later, {loss:?}");
                let store = store.fork();
                store.crash(loss);
                recover(&store).unwrap();
                let found = settled(&store, &case);
                assert!(found == Found::New || !is_done, "{case}: undone after the commit");
                check_backup(&store, Keep::Backup, found, &case);
                tally.count(found);
            }
            stopping.tripped()
        });
        was_tripped
    });
    tally.say("a call fails, and it stops while that is undone");
}

#[test]
fn a_recovery_that_fails_can_be_tried_again() {
    let faults: [fn(usize) -> Fault; 2] = [Fault::FailsAt, Fault::LiesAt];
    for fault in faults {
        each_call(|nth| {
            let store = half_written();
            let faulty = FaultyStore::new(&store, fault(nth));
            let _ = recover(&faulty);
            recover(&store).unwrap();
            assert_eq!(settled(&store, &format!("{:?}", fault(nth))), Found::Old);
            faulty.tripped()
        });
    }
}

#[test]
fn a_stop_while_copies_are_made_leaves_a_whole_backup_or_none() {
    let documents: Vec<_> = FILES
        .iter()
        .map(|(host, path, ..)| (Owner::parse(host).unwrap(), location(path)))
        .collect();
    each_call(|nth| {
        let store = world();
        let faulty = FaultyStore::new(&store, Fault::StopsAt(nth));
        let is_done = backup::create(&faulty, &home(), &operation(), &documents).is_ok();
        for loss in LOSSES {
            let case = format!("stop at {nth}, {loss:?}");
            let store = store.fork();
            store.crash(loss);
            let listed = Catalogue::new(&store, &home()).list().unwrap().backups.len();
            assert!(listed == 1 || !is_done, "{case}");
            let found = if listed == 1 { Found::New } else { Found::Old };
            check_backup(&store, Keep::Backup, found, &case);
            assert_eq!(settled(&store, &case), Found::Old);
        }
        faulty.tripped()
    });
}

#[test]
fn a_write_that_did_not_happen_is_noticed() {
    let (mut noticed, mut before) = (0, 0);
    each_call(|nth| {
        let store = world();
        let faulty = FaultyStore::new(&store, Fault::ForgetsAt(nth));
        match apply(&faulty, Keep::Backup) {
            Ok(_) => {
                let case = format!("call {nth}");
                check_documents_now(&store, Found::New, &case);
                check_backup(&store, Keep::Backup, Found::New, &case);
            }
            Err(ApplyError::Verify { .. }) => {
                noticed += 1;
                assert_eq!(settled(&store, &format!("call {nth}")), Found::Old);
            }
            Err(error) => {
                let is_named = matches!(
                    &error,
                    ApplyError::Backup { source: StoreError::NotWritten(_) }
                        | ApplyError::Journal { source: StoreError::NotWritten(_) }
                );
                assert!(is_named, "call {nth}: {error}");
                before += 1;
                assert_eq!(settled(&store, &format!("call {nth}")), Found::Old);
            }
        }
        faulty.tripped()
    });
    assert_eq!(noticed, FILES.len(), "each document");
    assert_eq!(before, 4, "two copies, the manifest and the journal");
}
