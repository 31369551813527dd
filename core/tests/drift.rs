//! What others do to the files of a run, and what hatch's own files say of it.

mod model;

use std::cell::{Cell, RefCell};

use hatch_core::backup::Catalogue;
use hatch_core::event::Event;
use hatch_core::location::Location;
use hatch_core::store::memory::MemoryStore;
use hatch_core::store::{self, Expected, Guard, Reader, Store, StoreError};
use hatch_core::transaction::{self, ApplyError, Keep, RecoverError};
use model::*;

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
            matches!(&error, ApplyError::Drifted { owner: found, .. } if found.to_string() == host)
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
        if matches!(event, Event::Writing { owner, .. } if owner.to_string() == "kiro") {
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
    assert!(!store::has_journal(&home(), &store).unwrap());
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
    store::make_home(&store, &home()).unwrap();
    let guard = store.lock(&home().lock()).unwrap();
    assert!(matches!(apply(&store, Keep::Backup), Err(ApplyError::Lock { .. })));
    drop(guard);
    apply(&store, Keep::Backup).unwrap();
}

#[test]
fn the_lock_is_held_from_the_comparison_to_the_end() {
    let store = world();
    let mut events = 0;
    let mut check = |event: Event| {
        events += 1;
        let another = store.lock(&home().lock());
        assert!(matches!(another, Err(StoreError::Locked(_))), "not held at {event:?}");
    };
    apply_and_watch(&store, Keep::Backup, &|| false, &mut check).unwrap();
    assert!(events > FILES.len(), "{events} events were seen");
    assert!(store.lock(&home().lock()).is_ok());
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

    fn read_private(&self, at: &Location) -> Result<Option<Vec<u8>>, StoreError> {
        self.inner.read_private(at)
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

    fn exchange(
        &self,
        at: &Location,
        expected: Expected<'_>,
        bytes: Option<&[u8]>,
    ) -> Result<(), StoreError> {
        self.count().exchange(at, expected, bytes)
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
