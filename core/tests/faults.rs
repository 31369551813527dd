//! All files change, or none: with a fault in each call, and with a stop at each call.

#![expect(clippy::unwrap_used, reason = "a test that can't go on should say where")]

use std::cell::{Cell, RefCell};

use hatch_core::backup::{self, Catalogue};
use hatch_core::event::Event;
use hatch_core::home::HatchHome;
use hatch_core::host::HostId;
use hatch_core::plan::{FilePlan, Plan, TargetPlan};
use hatch_core::report::Report;
use hatch_core::store::faulty::{Fault, FaultyStore};
use hatch_core::store::memory::{Loss, MemoryStore};
use hatch_core::store::{Guard, Location, Reader, Store, StoreError, is_temporary};
use hatch_core::transaction::{
    self, ApplyError, Keep, Operation, OperationId, RecoverError, Recovery,
};

/// A document to change, one to make, one to make in folders to make, one to take away.
const FILES: [(&str, &str, Option<&str>, Option<&str>); 4] = [
    ("cursor", "/h/.cursor/mcp.json", Some("old cursor"), Some("new cursor")),
    ("kiro", "/h/.kiro/mcp.json", None, Some("new kiro")),
    ("codex", "/h/.codex/deep/config.toml", None, Some("new codex")),
    ("gemini", "/h/.cursor/gemini.json", Some("old gemini"), None),
];

const LOSSES: [Loss; 8] = [
    Loss::Nothing,
    Loss::Unsynced,
    Loss::Some(1),
    Loss::Some(2),
    Loss::Some(3),
    Loss::Some(4),
    Loss::Some(5),
    Loss::Some(6),
];

fn home() -> HatchHome {
    HatchHome::new(Location::new("/h/.hatch", "~/.hatch"))
}

fn location(path: &str) -> Location {
    Location::new(path, path.replace("/h/", "~/"))
}

fn world() -> MemoryStore {
    let store = MemoryStore::new();
    store.put_folder("/h/.kiro");
    for (_, path, before, _) in FILES {
        if let Some(text) = before {
            store.put(path, text.as_bytes());
        }
    }
    store
}

fn plan() -> Plan {
    let bytes = |text: Option<&str>| text.map(|text| text.as_bytes().to_vec());
    let target = |(host, path, before, after): (&str, &str, _, _)| TargetPlan {
        host: HostId::new(host).unwrap(),
        name: host.to_owned(),
        files: vec![FilePlan {
            location: location(path),
            before: bytes(before),
            after: bytes(after),
        }],
        changes: Vec::new(),
        warnings: Vec::new(),
        after_write: None,
    };
    Plan { command: "sync", targets: FILES.map(target).into() }
}

fn apply(store: &dyn Store, keep: Keep) -> Result<Report, ApplyError> {
    apply_and_watch(store, keep, &|| false, &mut |_| ())
}

fn apply_and_watch(
    store: &dyn Store,
    keep: Keep,
    interrupted: &dyn Fn() -> bool,
    on_event: &mut dyn FnMut(Event),
) -> Result<Report, ApplyError> {
    apply_plan(&plan(), store, keep, interrupted, on_event)
}

fn apply_plan(
    plan: &Plan,
    store: &dyn Store,
    keep: Keep,
    interrupted: &dyn Fn() -> bool,
    on_event: &mut dyn FnMut(Event),
) -> Result<Report, ApplyError> {
    transaction::apply(plan, &home(), store, &operation(), keep, interrupted, on_event)
}

fn operation() -> Operation {
    Operation {
        id: OperationId::try_from("0123abcd".to_owned()).unwrap(),
        started: "2026-11-22T11:04:52Z".parse().unwrap(),
    }
}

fn recover(store: &dyn Store) -> Result<Option<Recovery>, RecoverError> {
    transaction::recover(&home(), store, &mut |_| ())
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Found {
    Old,
    New,
}

/// What all documents are; fails if they are not all the same, or if something stayed that
/// should not.
#[track_caller]
fn settled(store: &MemoryStore, case: &str) -> Found {
    let texts: Vec<_> = FILES.iter().map(|(_, path, ..)| store.get(path)).collect();
    let old = FILES.map(|(_, _, before, _)| before.map(|text| text.as_bytes().to_vec()));
    let new = FILES.map(|(_, _, _, after)| after.map(|text| text.as_bytes().to_vec()));
    let found = match texts {
        texts if texts == old => Found::Old,
        texts if texts == new => Found::New,
        texts => {
            let texts = texts.iter().map(|text| text.as_deref().map(String::from_utf8_lossy));
            panic!("{case}: half a run: {:?}", texts.collect::<Vec<_>>());
        }
    };
    for path in store.paths() {
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        let in_hatch = path.starts_with("/h/.hatch");
        assert!(in_hatch || !is_temporary(&name), "{case}: left {}", path.display());
        assert_ne!(name, "journal.json", "{case}: a journal was left");
        assert!(found == Found::New || !path.starts_with("/h/.codex"), "{case}: left a folder");
    }
    found
}

/// The backup is whole if the run took place, and is not there if it did not.
#[track_caller]
fn check_backup(store: &MemoryStore, keep: Keep, found: Found, case: &str) {
    let home = home();
    let catalogue = Catalogue::new(store, &home);
    let listing = catalogue.list().unwrap();
    assert!(listing.damaged.is_empty(), "{case}: {:?}", listing.damaged);
    let expected = usize::from(keep == Keep::Backup && found == Found::New);
    assert_eq!(listing.backups.len(), expected, "{case}");
    for backup in listing.backups {
        for (host, path, before, _) in FILES {
            let contents = catalogue.contents(&backup, &HostId::new(host).unwrap()).unwrap();
            assert_eq!(contents[0].location, Some(location(path)), "{case}");
            assert_eq!(contents[0].bytes.as_deref(), before.map(str::as_bytes), "{case}");
        }
    }
}

/// Runs `case` for 0, 1, 2, ... until it says that its fault did not come any more. Returns
/// how many there were.
fn each_call(mut case: impl FnMut(usize) -> bool) -> usize {
    (0..10_000).find(|nth| !case(*nth)).expect("a run should end")
}

#[expect(clippy::print_stdout, reason = "how much was tried; shown with --nocapture")]
fn say(what: &str, count: usize) {
    println!("{what}: {count}");
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
    for (fault, keep) in faults.iter().flat_map(|f| [(f, Keep::Backup), (f, Keep::Nothing)]) {
        let count = each_call(|nth| {
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
            faulty.tripped()
        });
        say("calls that failed", count);
    }
}

/// Before any recovery: the documents, and nothing of hatch's beside them.
#[track_caller]
fn check_documents_now(store: &MemoryStore, expected: Found, case: &str) {
    for (_, path, before, after) in FILES {
        let text = if expected == Found::Old { before } else { after };
        assert_eq!(store.get(path).as_deref(), text.map(str::as_bytes), "{case}: {path}");
    }
}

#[test]
fn a_stop_at_any_call_leaves_all_or_nothing() {
    for keep in [Keep::Backup, Keep::Nothing] {
        let count = each_call(|nth| {
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
            }
            faulty.tripped()
        });
        say("calls at which the process stopped, times 8", count);
    }
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
    let mut cases = 0;
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
                    cases += 1;
                }
                faulty.tripped()
            });
        }
        faulty.tripped()
    });
    say("stops in a run and in its recovery", cases);
}

#[test]
fn a_stop_while_a_failed_run_is_undone_leaves_all_or_nothing() {
    let mut cases = 0;
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
                cases += 1;
            }
            stopping.tripped()
        });
        was_tripped
    });
    say("failures with a stop after them", cases);
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

/// A run that was killed after it wrote some files, and not all.
fn half_written() -> MemoryStore {
    for nth in 0.. {
        let store = world();
        let _ = apply(&FaultyStore::new(&store, Fault::StopsAt(nth)), Keep::Nothing);
        if store.get(FILES[1].1).is_some() {
            store.crash(Loss::Nothing);
            return store;
        }
    }
    unreachable!("the second file is written at some call");
}

#[test]
fn a_stop_while_copies_are_made_leaves_a_whole_backup_or_none() {
    let documents: Vec<_> = FILES
        .iter()
        .map(|(host, path, ..)| (HostId::new(*host).unwrap(), location(path)))
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
    let mut noticed = 0;
    each_call(|nth| {
        let store = world();
        let faulty = FaultyStore::new(&store, Fault::ForgetsAt(nth));
        let outcome = apply(&faulty, Keep::Backup);
        if let Err(error) = outcome {
            assert!(matches!(error, ApplyError::Verify { .. }), "call {nth}: {error}");
            noticed += 1;
            assert_eq!(settled(&store, &format!("call {nth}")), Found::Old);
        } else {
            check_documents_now(&store, Found::New, &format!("call {nth}"));
        }
        faulty.tripped()
    });
    assert_eq!(noticed, 3, "each document that is written");
}

#[test]
fn an_edit_after_the_plan_stops_the_run() {
    for (host, path, ..) in FILES {
        let store = world();
        store.put(path, b"edited");
        let mut events = Vec::new();
        let error = apply_and_watch(&store, Keep::Backup, &|| false, &mut |e| events.push(e));
        let error = error.unwrap_err();
        assert_eq!(events, [Event::Locked], "nothing is even copied");
        assert!(
            matches!(&error, ApplyError::Drifted { host: found, .. } if found.as_str() == host)
        );
        assert_eq!(store.get(path).as_deref(), Some(&b"edited"[..]));
        let rest = FILES.iter().filter(|(_, other, ..)| *other != path);
        for (_, path, before, _) in rest {
            assert_eq!(store.get(path).as_deref(), before.map(str::as_bytes));
        }
        assert_eq!(store.get("/h/.hatch/journal.json"), None);
    }
}

#[test]
fn an_edit_of_a_document_that_stays_stops_the_run_too() {
    let store = world();
    let mut plan = plan();
    plan.targets[0].files[0].after = plan.targets[0].files[0].before.clone();
    store.put(FILES[0].1, b"edited");
    let error = apply_plan(&plan, &store, Keep::Backup, &|| false, &mut |_| ()).unwrap_err();
    assert!(matches!(error, ApplyError::Drifted { .. }), "{error}");
    assert_eq!(store.get(FILES[1].1), None);
}

#[test]
fn a_document_is_in_a_plan_once() {
    let store = world();
    let mut plan = plan();
    plan.targets.push(plan.targets[0].clone());
    let error = apply_plan(&plan, &store, Keep::Backup, &|| false, &mut |_| ()).unwrap_err();
    assert!(matches!(error, ApplyError::Twice { .. }), "{error}");
}

#[test]
fn an_edit_between_two_files_undoes_the_run_and_stays() {
    for (edited, (_, path, ..)) in FILES.iter().enumerate().skip(1) {
        let store = world();
        let wrote = RefCell::new(0);
        let error = apply_and_watch(&store, Keep::Backup, &|| false, &mut |event| {
            if matches!(event, Event::Wrote { .. }) {
                *wrote.borrow_mut() += 1;
                if *wrote.borrow() == edited {
                    store.put(path, b"edited");
                }
            }
        });
        let error = error.unwrap_err();
        assert!(matches!(error, ApplyError::Drifted { .. }), "{error}");
        assert_eq!(store.get(path).as_deref(), Some(&b"edited"[..]));
        for (_, other, before, _) in FILES.iter().filter(|(_, other, ..)| other != path) {
            assert_eq!(store.get(other).as_deref(), before.map(str::as_bytes), "{path}: {other}");
        }
        assert_eq!(store.get("/h/.hatch/journal.json"), None);
    }
}

#[test]
fn an_edit_after_the_write_stays_and_is_reported() {
    let store = world();
    let path = FILES[0].1;
    let error = apply_and_watch(&store, Keep::Nothing, &|| false, &mut |event| {
        if matches!(event, Event::Writing { host, .. } if host.as_str() == "kiro") {
            store.put(path, b"edited");
            store.put(FILES[2].1, b"edited too");
        }
    });
    let ApplyError::RollbackIncomplete(incomplete) = error.unwrap_err() else {
        panic!("the first file can't be put back");
    };
    assert_eq!(incomplete.left_alone, [location(path)]);
    assert_eq!(store.get(path).as_deref(), Some(&b"edited"[..]));
    assert_eq!(store.get(FILES[1].1), None);
    assert!(store.get(incomplete.journal.path()).is_some());
    let copy = incomplete.backup.join("cursor--mcp.json");
    assert_eq!(store.get(copy.path()).as_deref(), Some(&b"old cursor"[..]));
    let text = incomplete.to_string();
    for part in ["`~/.cursor/mcp.json`", "`~/.hatch/journal.json`", "~/.hatch/backups/2026"] {
        assert!(text.contains(part), "{text}");
    }
}

#[test]
fn an_edit_after_a_crash_stays_and_its_copy_is_kept() {
    let store = half_written();
    store.put(FILES[0].1, b"edited");
    let pending = transaction::journal_locations(&home(), &store).unwrap().unwrap();
    assert!(pending.contains(&location(FILES[0].1)));
    let recovery = recover(&store).unwrap().unwrap();
    assert_eq!(recovery.restored, [location(FILES[1].1)]);
    assert_eq!(recovery.left_alone.len(), 1);
    let copy = recovery.left_alone[0].copy.clone().unwrap();
    assert_eq!(store.get(copy.path()).as_deref(), Some(&b"old cursor"[..]));
    assert_eq!(store.get(FILES[0].1).as_deref(), Some(&b"edited"[..]));
    assert_eq!(store.get(FILES[1].1), None);
    assert!(!transaction::pending(&home(), &store).unwrap());
    // Not even the next run takes the copy away.
    apply(&store, Keep::Nothing).unwrap_err();
    let listing = Catalogue::new(&store, &home()).list().unwrap();
    assert_eq!(listing.backups.len(), 1);
}

#[test]
fn an_interruption_between_files_undoes_the_run() {
    for after in 0..FILES.len() {
        let store = world();
        let asked = RefCell::new(0);
        let interrupted = || {
            *asked.borrow_mut() += 1;
            *asked.borrow() > after
        };
        let outcome = apply_and_watch(&store, Keep::Backup, &interrupted, &mut |_| ());
        assert!(matches!(outcome, Err(ApplyError::Interrupted)));
        assert_eq!(settled(&store, "interrupted"), Found::Old);
        check_backup(&store, Keep::Backup, Found::Old, "interrupted");
    }
}

#[test]
fn a_run_does_not_begin_over_a_journal_or_a_lock() {
    let store = half_written();
    assert!(matches!(apply(&store, Keep::Backup), Err(ApplyError::PendingJournal { .. })));
    let store = world();
    home().prepare(&store).unwrap();
    let guard = store.lock(&home().lock()).unwrap();
    assert!(matches!(apply(&store, Keep::Backup), Err(ApplyError::Lock { .. })));
    drop(guard);
    apply(&store, Keep::Backup).unwrap();
}

#[test]
fn a_damaged_copy_is_not_put_back() {
    let store = half_written();
    let path = "/h/.hatch/backups/20261122T110452Z-0123abcd/cursor--mcp.json";
    assert!(store.get(path).is_some());
    store.put(path, b"rotten");
    let Err(RecoverError::Incomplete(incomplete)) = recover(&store) else {
        panic!("a damaged copy was put back");
    };
    assert_eq!(incomplete.stuck[0].location, location(FILES[0].1));
    assert_eq!(store.get(FILES[0].1).as_deref(), Some(&b"new cursor"[..]));
    store.put(path, b"old cursor");
    recover(&store).unwrap();
    assert_eq!(settled(&store, "mended"), Found::Old);
}

#[test]
fn a_journal_that_is_none_is_left_for_a_person() {
    let store = world();
    store.put("/h/.hatch/journal.json", b"{\"version\": 1}");
    assert!(matches!(recover(&store), Err(RecoverError::Damaged { .. })));
    store.put("/h/.hatch/journal.json", b"{\"version\": 9, \"more\": 1}");
    assert!(matches!(recover(&store), Err(RecoverError::OtherVersion { version: 9, .. })));
    assert!(store.get("/h/.hatch/journal.json").is_some());
}

#[test]
fn the_journal_has_no_contents_in_it() {
    let store = half_written();
    let journal = store.get("/h/.hatch/journal.json").unwrap();
    let journal = String::from_utf8(journal).unwrap();
    assert!(!journal.contains("old ") && !journal.contains("new "), "{journal}");
}

/// What makes something durable, counted.
struct Counting<'a> {
    inner: &'a MemoryStore,
    syncs: Cell<usize>,
}

impl Counting<'_> {
    fn count(&self) -> &MemoryStore {
        self.syncs.set(self.syncs.get() + 1);
        self.inner
    }
}

impl Reader for Counting<'_> {
    fn read(&self, at: &Location) -> Result<Option<Vec<u8>>, StoreError> {
        self.inner.read(at)
    }

    fn list(&self, folder: &Location) -> Result<Vec<String>, StoreError> {
        self.inner.list(folder)
    }

    fn has_folder(&self, folder: &Location) -> Result<bool, StoreError> {
        self.inner.has_folder(folder)
    }
}

impl Store for Counting<'_> {
    fn make_folder(&self, at: &Location) -> Result<bool, StoreError> {
        self.inner.make_folder(at)
    }

    fn replace(&self, at: &Location, bytes: &[u8]) -> Result<(), StoreError> {
        self.count().replace(at, bytes)
    }

    fn remove(&self, at: &Location) -> Result<(), StoreError> {
        self.inner.remove(at)
    }

    fn remove_folder(&self, at: &Location) -> Result<(), StoreError> {
        self.inner.remove_folder(at)
    }

    fn sync_folder(&self, at: &Location) -> Result<(), StoreError> {
        self.count().sync_folder(at)
    }

    fn lock(&self, at: &Location) -> Result<Box<dyn Guard>, StoreError> {
        self.inner.lock(at)
    }
}

#[test]
fn a_run_syncs_as_often_as_it_says() {
    for (keep, expected) in [(Keep::Backup, 15), (Keep::Nothing, 14)] {
        let store = MemoryStore::new();
        store.put_folder("/h/.hatch");
        let mut plan = plan();
        plan.targets.truncate(3);
        for target in &mut plan.targets {
            let file = &mut target.files[0];
            file.before = Some(b"old".to_vec());
            store.put(file.location.path(), b"old");
        }
        let counting = Counting { inner: &store, syncs: Cell::new(0) };
        apply_plan(&plan, &counting, keep, &|| false, &mut |_| ()).unwrap();
        assert_eq!(counting.syncs.get(), expected, "{keep:?}");
    }
}
