//! A folder with documents in it, and a store that was handed them.

#![expect(clippy::disallowed_methods, reason = "what the user does, and what is found after")]
#![expect(clippy::unwrap_used, reason = "a test that can't go on should say where")]
#![allow(dead_code, unreachable_pub, reason = "each test file uses a part")]

use std::fs;
use std::path::{Path, PathBuf};

use hatch_core::location::Location;
use hatch_core::owner::Owner;
use hatch_core::plan::{FilePlan, Plan, TargetPlan};
use hatch_core::report::Report;
use hatch_core::store::{DiskStore, Reader as _, Store, StoreError};
use hatch_core::transaction::{self, ApplyError, Keep, Operation, OperationId};
use tempfile::TempDir;

pub struct World {
    path: PathBuf,
    /// Removed with the world; `None` if it is another's.
    _folder: Option<TempDir>,
    pub store: DiskStore,
}

impl World {
    pub fn new() -> Self {
        let folder = TempDir::new().unwrap();
        let world = World::at(folder.path());
        World { _folder: Some(folder), ..world }
    }

    /// In a folder that is another's.
    pub fn at(folder: &Path) -> Self {
        let store = DiskStore::open(&folder.join("share/hatch"), "~/share/hatch").unwrap();
        World { path: folder.to_owned(), _folder: None, store }
    }

    /// What the next process has: nothing open but hatch's own folder.
    pub fn reopen(&mut self) {
        let path = self.path().join("share/hatch");
        self.store = DiskStore::open(&path, "~/share/hatch").unwrap();
    }

    pub fn path(&self) -> &Path {
        &self.path
    }

    pub fn admit(&self, name: &str) -> Result<Location, StoreError> {
        self.store.admit(&self.path().join(name), &format!("~/{name}"))
    }

    pub fn put(&self, name: &str, text: &str) -> Location {
        let path = self.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
        self.admit(name).unwrap()
    }

    pub fn text(&self, name: &str) -> String {
        fs::read_to_string(self.path().join(name)).unwrap()
    }

    pub fn plan(&self, files: &[(&str, &Location, Option<&str>)]) -> Plan {
        let target = |(host, location, after): &(&str, &Location, Option<&str>)| {
            target(host, location, self.store.read(location).unwrap(), *after)
        };
        Plan { targets: files.iter().map(target).collect(), ..Plan::new("sync", "Sync") }
    }

    pub fn plan_of_new(&self, host: &str, location: &Location, after: &str) -> Plan {
        let mut plan = self.plan(&[]);
        plan.targets.push(target(host, location, None, Some(after)));
        plan
    }

    pub fn apply(&self, plan: &Plan, keep: Keep) -> Result<Report, ApplyError> {
        self.apply_with(&self.store, plan, keep)
    }

    pub fn apply_with(
        &self,
        store: &dyn Store,
        plan: &Plan,
        keep: Keep,
    ) -> Result<Report, ApplyError> {
        let operation = Operation {
            id: OperationId::try_from("0123abcd".to_owned()).unwrap(),
            started: "2026-11-22T11:04:52Z".parse().unwrap(),
        };
        let home = self.store.home();
        transaction::apply(plan, home, store, &operation, keep, &|| false, &mut |_| ())
    }

    pub fn names(&self, folder: &str) -> Vec<String> {
        let mut names: Vec<_> = fs::read_dir(self.path().join(folder))
            .unwrap()
            .map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned())
            .collect();
        names.sort();
        names
    }
}

fn target(
    host: &str,
    location: &Location,
    before: Option<Vec<u8>>,
    after: Option<&str>,
) -> TargetPlan {
    let after = after.map(|text| text.as_bytes().to_vec());
    TargetPlan {
        owner: Owner::parse(host).unwrap(),
        name: host.to_owned(),
        project: None,
        files: vec![FilePlan { location: location.clone(), before, after }],
        changes: Vec::new(),
        warnings: Vec::new(),
        after_write: None,
    }
}
