//! Files on a real disk: modes, links, what is no file, and whole runs.

use std::fs;
use std::path::Path;

use hatch_core::backup::Catalogue;
use hatch_core::host::HostId;
use hatch_core::plan::{FilePlan, Plan, TargetPlan};
use hatch_core::report::Report;
use hatch_core::store::{DiskStore, Location, Reader as _, StoreError, is_temporary};
use hatch_core::transaction::{self, ApplyError, Keep, Operation, OperationId};
use tempfile::TempDir;

struct World {
    folder: TempDir,
    store: DiskStore,
}

impl World {
    fn new() -> Self {
        let folder = TempDir::new().unwrap();
        let store = DiskStore::open(&folder.path().join("share/hatch"), "~/share/hatch").unwrap();
        World { folder, store }
    }

    fn path(&self) -> &Path {
        self.folder.path()
    }

    fn admit(&self, name: &str) -> Result<Location, StoreError> {
        self.store.admit(&self.path().join(name), &format!("~/{name}"))
    }

    fn put(&self, name: &str, text: &str) -> Location {
        let path = self.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
        self.admit(name).unwrap()
    }

    fn text(&self, name: &str) -> String {
        fs::read_to_string(self.path().join(name)).unwrap()
    }

    fn plan(&self, files: &[(&str, &Location, Option<&str>)]) -> Plan {
        let target = |(host, location, after): &(&str, &Location, Option<&str>)| TargetPlan {
            host: HostId::new(*host).unwrap(),
            name: (*host).to_owned(),
            files: vec![FilePlan {
                location: (*location).clone(),
                before: self.store.read(location).unwrap(),
                after: after.map(|text| text.as_bytes().to_vec()),
            }],
            changes: Vec::new(),
            warnings: Vec::new(),
            after_write: None,
        };
        Plan { command: "sync", targets: files.iter().map(target).collect() }
    }

    fn apply(&self, plan: &Plan, keep: Keep) -> Result<Report, ApplyError> {
        let operation = Operation {
            id: OperationId::try_from("0123abcd".to_owned()).unwrap(),
            started: "2026-11-22T11:04:52Z".parse().unwrap(),
        };
        let home = self.store.home();
        transaction::apply(plan, home, &self.store, &operation, keep, &|| false, &mut |_| ())
    }

    fn names(&self, folder: &str) -> Vec<String> {
        let mut names: Vec<_> = fs::read_dir(self.path().join(folder))
            .unwrap()
            .map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned())
            .collect();
        names.sort();
        names
    }
}

#[test]
fn a_run_changes_all_and_keeps_copies() {
    let world = World::new();
    let old = world.put("a/mcp.json", "old");
    let new = world.admit("b/c/mcp.json").unwrap();
    let plan = world.plan(&[("cursor", &old, Some("A")), ("kiro", &new, Some("B"))]);
    let report = world.apply(&plan, Keep::Backup).unwrap();

    assert_eq!((world.text("a/mcp.json"), world.text("b/c/mcp.json")), ("A".into(), "B".into()));
    let made: Vec<_> = report.made_folders.iter().map(ToString::to_string).collect();
    assert_eq!(made, ["~/b", "~/b/c"]);
    let folder = "share/hatch/backups/20261122T110452Z-0123abcd";
    assert_eq!(world.names(folder), ["cursor--mcp.json", "manifest.json"]);
    assert_eq!(world.text(&format!("{folder}/cursor--mcp.json")), "old");
    assert_eq!(world.names("share/hatch"), ["backups", "hatch.lock"]);

    let catalogue = Catalogue::new(&world.store, world.store.home());
    let backups = catalogue.of_host(&HostId::new("cursor").unwrap()).unwrap();
    let contents = catalogue.contents(&backups[0], &HostId::new("cursor").unwrap()).unwrap();
    assert_eq!(contents[0].bytes.as_deref(), Some(&b"old"[..]));
    assert_eq!(contents[0].location.as_ref(), Some(&old));
}

#[test]
fn nothing_to_change_touches_nothing() {
    let world = World::new();
    let same = world.put("a/mcp.json", "same");
    let plan = world.plan(&[("cursor", &same, Some("same"))]);
    world.apply(&plan, Keep::Backup).unwrap();
    assert!(!world.path().join("share").exists());
}

#[test]
fn no_backup_leaves_no_copy() {
    let world = World::new();
    let old = world.put("a/mcp.json", "old");
    let report = world.apply(&world.plan(&[("cursor", &old, Some("A"))]), Keep::Nothing).unwrap();
    assert_eq!(report.backup, None);
    assert_eq!(world.text("a/mcp.json"), "A");
    assert!(world.names("share/hatch/backups").is_empty());
    assert!(world.names("a").iter().all(|name| !is_temporary(name)));
}
