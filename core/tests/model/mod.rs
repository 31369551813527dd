//! Four documents in memory, a plan to change them, and what may be found afterwards.

#![allow(dead_code, unreachable_pub, reason = "each test file uses a part")]
#![expect(clippy::unwrap_used, reason = "a test that can't go on should say where")]

use hatch_core::backup::Catalogue;
use hatch_core::event::Event;
use hatch_core::home::HatchHome;
use hatch_core::location::Location;
use hatch_core::owner::Owner;
use hatch_core::plan::{FilePlan, Plan, TargetPlan};
use hatch_core::report::Report;
use hatch_core::store::faulty::{Fault, FaultyStore};
use hatch_core::store::memory::{Loss, MemoryStore};
use hatch_core::store::{Store, is_temporary};
use hatch_core::transaction::{
    self, ApplyError, Keep, Operation, OperationId, RecoverError, Recovery,
};

/// A document to change, one to make, one to make in folders to make, one to take away.
pub const FILES: [(&str, &str, Option<&str>, Option<&str>); 4] = [
    ("cursor", "/h/.cursor/mcp.json", Some("old cursor"), Some("new cursor")),
    ("kiro", "/h/.kiro/mcp.json", None, Some("new kiro")),
    ("codex", "/h/.codex/deep/config.toml", None, Some("new codex")),
    ("gemini", "/h/.cursor/gemini.json", Some("old gemini"), None),
];

pub const LOSSES: [Loss; 8] = [
    Loss::Nothing,
    Loss::Unsynced,
    Loss::Some(1),
    Loss::Some(2),
    Loss::Some(3),
    Loss::Some(4),
    Loss::Some(5),
    Loss::Some(6),
];

pub fn home() -> HatchHome {
    HatchHome::new(Location::new("/h/.hatch", "~/.hatch"))
}

pub fn location(path: &str) -> Location {
    Location::new(path, path.replace("/h/", "~/"))
}

pub fn world() -> MemoryStore {
    let store = MemoryStore::new();
    store.put_folder("/h/.kiro");
    for (_, path, before, _) in FILES {
        if let Some(text) = before {
            store.put(path, text.as_bytes());
        }
    }
    store
}

pub fn plan() -> Plan {
    let bytes = |text: Option<&str>| text.map(|text| text.as_bytes().to_vec());
    let target = |(host, path, before, after): (&str, &str, _, _)| TargetPlan {
        owner: Owner::parse(host).unwrap(),
        name: host.to_owned(),
        project: None,
        files: vec![FilePlan {
            location: location(path),
            before: bytes(before),
            after: bytes(after),
        }],
        changes: Vec::new(),
        warnings: Vec::new(),
        after_write: None,
    };
    Plan { targets: FILES.map(target).into(), ..Plan::new("sync", "Sync") }
}

pub fn apply(store: &dyn Store, keep: Keep) -> Result<Report, ApplyError> {
    apply_and_watch(store, keep, &|| false, &mut |_| ())
}

pub fn apply_and_watch(
    store: &dyn Store,
    keep: Keep,
    interrupted: &dyn Fn() -> bool,
    on_event: &mut dyn FnMut(Event),
) -> Result<Report, ApplyError> {
    apply_plan(&plan(), store, keep, interrupted, on_event)
}

pub fn apply_plan(
    plan: &Plan,
    store: &dyn Store,
    keep: Keep,
    interrupted: &dyn Fn() -> bool,
    on_event: &mut dyn FnMut(Event),
) -> Result<Report, ApplyError> {
    transaction::apply(plan, &home(), store, &operation(), keep, interrupted, on_event)
}

pub fn operation() -> Operation {
    Operation {
        id: OperationId::try_from("0123abcd".to_owned()).unwrap(),
        started: "2026-11-22T11:04:52Z".parse().unwrap(),
    }
}

pub fn recover(store: &dyn Store) -> Result<Option<Recovery>, RecoverError> {
    transaction::recover(&home(), store, &mut |_| ())
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Found {
    Old,
    New,
}

/// What all documents are; fails if they are not all the same, or if something stayed that
/// should not.
#[track_caller]
pub fn settled(store: &MemoryStore, case: &str) -> Found {
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
pub fn check_backup(store: &MemoryStore, keep: Keep, found: Found, case: &str) {
    let home = home();
    let catalogue = Catalogue::new(store, &home);
    let listing = catalogue.list().unwrap();
    assert!(listing.damaged.is_empty(), "{case}: {:?}", listing.damaged);
    let expected = usize::from(keep == Keep::Backup && found == Found::New);
    assert_eq!(listing.backups.len(), expected, "{case}");
    for backup in listing.backups {
        for (host, path, before, _) in FILES {
            let contents = catalogue.contents(&backup, &Owner::parse(host).unwrap()).unwrap();
            assert_eq!(contents[0].location, Some(location(path)), "{case}");
            assert_eq!(contents[0].bytes.as_deref(), before.map(str::as_bytes), "{case}");
        }
    }
}

/// Before any recovery: the documents, and nothing of hatch's beside them.
#[track_caller]
pub fn check_documents_now(store: &MemoryStore, expected: Found, case: &str) {
    for (_, path, before, after) in FILES {
        let text = if expected == Found::Old { before } else { after };
        assert_eq!(store.get(path).as_deref(), text.map(str::as_bytes), "{case}: {path}");
    }
}

/// A run that was killed after it wrote some files, and not all.
pub fn half_written() -> MemoryStore {
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
