//! Journals and manifests: any bytes in the place of what hatch wrote there itself.

use std::collections::BTreeMap;
use std::path::{Component, Path, PathBuf};
use std::sync::OnceLock;

use hatch_core::backup::{Catalogue, Retention};
use hatch_core::document::Digest;
use hatch_core::home::HatchHome;
use hatch_core::location::Location;
use hatch_core::owner::Owner;
use hatch_core::plan::{FilePlan, Plan, TargetPlan};
use hatch_core::store::Store;
use hatch_core::store::faulty::{Fault, FaultyStore};
use hatch_core::store::memory::{Loss, MemoryStore};
use hatch_core::transaction::{self, Keep, Operation, OperationId};
use hatch_core::{backup, history};
use serde_json::Value;

/// A document to change, one to make, one to make in a folder to make, one to take away.
const FILES: [(&str, &str, Option<&str>, Option<&str>); 4] = [
    ("cursor", "/h/.cursor/mcp.json", Some("old cursor"), Some("new cursor")),
    ("gemini", "/h/.gemini/settings.json", Some("old gemini"), None),
    ("kiro", "/h/.kiro/mcp.json", None, Some("new kiro")),
    ("env:dev", "/h/.hatch/envs/dev.json", None, Some("{}")),
];

/// Bytes in the place of the journal that a killed run left.
///
/// Nothing panics. Recovery gives a document the contents of a copy whose digest the journal
/// has, or takes it away where the journal says that there was none; it removes nothing of
/// hatch's own but the run's journal and copies, and of other runs' nothing at all.
pub fn journal(data: &[u8]) {
    let store = killed().fork();
    let home = home();
    store.put(home.journal().path(), data);
    let before = files(&store);
    let _ = transaction::journal_locations(&home, &store);
    let _ = transaction::recover(&home, &store, &mut |_| ());
    let after = files(&store);

    let journal = serde_json::from_slice(data).unwrap_or_default();
    for (path, old) in &before {
        let new = after.get(path);
        let is_runs_own = path == home.journal().path() || path.starts_with(copies(OPERATION));
        if new == Some(old) || is_runs_own {
            continue;
        }
        let records = records(&journal, path);
        let may = match new {
            None => records.iter().any(|record| record["absent"] == true),
            Some(bytes) => {
                // Digits of either case are the same digest.
                let digest = |record: &Value| record["sha256"].as_str()?.parse::<Digest>().ok();
                records.iter().any(|record| digest(record) == Some(Digest::of(bytes)))
            }
        };
        assert!(may, "`{}` became {new:?}", path.display());
    }
    for path in after.keys().filter(|path| !before.contains_key(*path)) {
        let is_told =
            !records(&journal, path).is_empty() || path.starts_with(home.backups().path());
        assert!(is_told, "`{}` came to be", path.display());
    }
}

/// Bytes in the place of a backup's manifest.
///
/// Nothing panics. What is handed out as a backup's contents has the digest that the manifest
/// has, and no copy is looked for, or cleaned away, but beside the manifest.
pub fn manifest(data: &[u8]) {
    let store = finished().fork();
    let home = home();
    let folder = copies(OPERATION);
    store.put(folder.join("manifest.json"), data);
    let before = files(&store);
    let catalogue = Catalogue::new(&store, &home);
    let listing = catalogue.list().expect("a damaged backup is listed as one");
    assert_eq!(listing.backups.len() + listing.damaged.len(), 2, "both are there");
    for backup in &listing.backups {
        for file in &backup.files {
            if let Some(copy) = &file.copy {
                let name = copy.path().strip_prefix(backup.folder.path()).expect("beside it");
                let parts: Vec<_> = name.components().collect();
                assert!(matches!(parts[..], [Component::Normal(_)]), "`{copy}`");
            }
            let Ok(content) = catalogue.content(backup, file) else { continue };
            let digest = content.bytes.as_deref().map(Digest::of);
            let record = file.record().expect("hatch's own backup");
            assert_eq!(digest.as_ref(), record.before(), "`{copy:?}`", copy = file.copy);
        }
    }
    let entries = history::entries(&listing.backups);
    let _ = history::latest(&entries).map(|entry| history::title(entry.run, &entries));

    let only = Owner::parse("cursor").ok();
    let now = operation(OPERATION).started;
    for only in [only, None] {
        let retention = Retention { older_than_days: None, keep: Some(0), only, now };
        let planned = retention.choose(&catalogue.list().expect("as before").backups);
        let _ = backup::clean(&store, &home, &retention, &planned, &|| false);
    }
    for path in before.keys().filter(|path| !path.starts_with(home.backups().path())) {
        assert!(store.get(path).is_some(), "`{}` was cleaned away", path.display());
    }
}

/// What stands in both places where runs write it, by the name of the property.
pub fn written() -> [(&'static str, Vec<u8>); 2] {
    let store = killed().fork();
    let journal = store.get(home().journal().path()).expect("a run that was killed");
    let recovered = transaction::recover(&home(), &store, &mut |_| ()).expect("it can be undone");
    assert_eq!(recovered.map(|it| it.restored.len()), Some(3), "there is something to undo");
    let manifest = finished().get(copies(OPERATION).join("manifest.json")).expect("a backup");
    [("journal", journal), ("manifest", manifest)]
}

/// What a journal says of the file at a path.
fn records<'a>(journal: &'a Value, path: &Path) -> Vec<&'a Value> {
    let files = journal["files"].as_array().into_iter().flatten();
    files.filter(|record| record["path"].as_str().map(Path::new) == Some(path)).collect()
}

fn files(store: &MemoryStore) -> BTreeMap<PathBuf, Vec<u8>> {
    let paths = store.paths().into_iter();
    paths.filter_map(|path| Some((path.clone(), store.get(&path)?))).collect()
}

/// The run whose journal or manifest is another, and the one before it.
const OPERATION: (&str, &str) = ("0123abcd", "2026-11-22T11:04:52Z");
const EARLIER: (&str, &str) = ("89ab4567", "2026-11-20T08:00:00Z");

fn operation((id, started): (&str, &str)) -> Operation {
    let id = OperationId::try_from(id.to_owned()).expect("an id");
    Operation { id, started: started.parse().expect("a time") }
}

/// The folder of a run's copies.
fn copies(run: (&str, &str)) -> PathBuf {
    home().backups().join(operation(run).backup_id().as_str()).path().to_owned()
}

/// A home folder after an earlier run.
fn world() -> MemoryStore {
    let store = MemoryStore::new();
    for folder in ["/h/.kiro", "/h/.hatch/envs", "/h/.lmstudio"] {
        store.put_folder(folder);
    }
    store.put("/h/.hatch/envs/other.json", b"{}");
    store.put("/h/.hatch/settings.json", b"{\"version\": 1}");
    for (_, path, before, _) in FILES {
        if let Some(text) = before {
            store.put(path, text.as_bytes());
        }
    }
    let earlier = [("lmstudio", "/h/.lmstudio/mcp.json", None, Some("lmstudio"))];
    apply(&store, &plan(&earlier), EARLIER).expect("nothing is in its way");
    store
}

/// The same after a run that was killed when it had written three files of four.
fn killed() -> &'static MemoryStore {
    static KILLED: OnceLock<MemoryStore> = OnceLock::new();
    KILLED.get_or_init(|| {
        for nth in 0.. {
            let store = world();
            let _ = apply(&FaultyStore::new(&store, Fault::StopsAt(nth)), &plan(&FILES), OPERATION);
            if store.get(FILES[2].1).is_some() {
                store.crash(Loss::Nothing);
                return store;
            }
        }
        unreachable!("the third file is written at some call")
    })
}

/// The same after a run that came to its end.
fn finished() -> &'static MemoryStore {
    static FINISHED: OnceLock<MemoryStore> = OnceLock::new();
    FINISHED.get_or_init(|| {
        let store = world();
        apply(&store, &plan(&FILES), OPERATION).expect("nothing is in its way");
        store
    })
}

fn apply(
    store: &dyn Store,
    plan: &Plan,
    run: (&str, &str),
) -> Result<hatch_core::report::Report, transaction::ApplyError> {
    let operation = operation(run);
    transaction::apply(plan, &home(), store, &operation, Keep::Backup, &|| false, &mut |_| ())
}

fn plan(files: &[(&str, &str, Option<&str>, Option<&str>)]) -> Plan {
    let bytes = |text: Option<&str>| text.map(|text| text.as_bytes().to_vec());
    let target = |(owner, path, before, after): &(&str, &str, _, _)| TargetPlan {
        owner: Owner::parse(owner).expect("an owner"),
        name: (*owner).to_owned(),
        project: None,
        files: vec![FilePlan {
            location: Location::new(*path, path.replace("/h/", "~/")),
            before: bytes(*before),
            after: bytes(*after),
        }],
        changes: Vec::new(),
        warnings: Vec::new(),
        after_write: None,
    };
    Plan { targets: files.iter().map(target).collect(), ..Plan::new("sync", "Sync") }
}

fn home() -> HatchHome {
    HatchHome::new(Location::new("/h/.hatch", "~/.hatch"))
}
