//! Processes that are killed while they write, and processes that write at the same time.

#![expect(clippy::disallowed_methods, reason = "a child is told its folder by the environment")]
#![expect(clippy::unwrap_used, reason = "a test that can't go on should say where")]

mod world;

use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;
use std::{env, fs, thread};

use hatch_core::store::{DiskStore, is_temporary};
use hatch_core::transaction::{self, ApplyError, Keep};
use world::World;

const FOLDER: &str = "HATCH_TEST_FOLDER";
const DOCUMENTS: [(&str, &str); 3] =
    [("cursor", "a/mcp.json"), ("kiro", "b/mcp.json"), ("codex", "c/config.toml")];

/// What the killed process does until it is killed.
fn write_for_ever(folder: &Path) {
    let world = World::at(folder);
    let documents = DOCUMENTS.map(|(host, name)| (host, world.admit(name).unwrap()));
    for generation in 0_u32.. {
        let text = format!("{}{}", "x".repeat(4096), generation);
        let files = documents.each_ref().map(|(host, at)| (*host, at, Some(text.as_str())));
        world.apply(&world.plan(&files), Keep::Nothing).unwrap();
    }
}

#[test]
fn a_killed_process_leaves_all_or_nothing() {
    // The process that is killed is this test again.
    if let Some(folder) = env::var_os(FOLDER) {
        return write_for_ever(Path::new(&folder));
    }
    let world = World::new();
    for (_, name) in DOCUMENTS {
        world.put(name, "old");
    }
    let mut recovered = 0;
    for round in 0..40 {
        let before = world.text("a/mcp.json");
        let mut child = spawn(world.path());
        wait_until(|| world.text("a/mcp.json") != before);
        thread::sleep(Duration::from_millis(round * 7 % 41));
        child.kill().unwrap();
        child.wait().unwrap();
        recovered += u32::from(recover(world.path()));
        let texts = DOCUMENTS.map(|(_, name)| world.text(name));
        assert!(texts.iter().all(|text| text == &texts[0]), "round {round}");
        for folder in ["a", "b", "c"] {
            assert_eq!(world.names(folder).len(), 1, "round {round}");
        }
    }
    assert!(recovered > 0, "no process was killed in the middle");
}

fn wait_until(condition: impl Fn() -> bool) {
    for _ in 0..20_000 {
        if condition() {
            return;
        }
        thread::sleep(Duration::from_millis(1));
    }
    panic!("the process should have written by now");
}

fn spawn(folder: &Path) -> Child {
    Command::new(env::current_exe().unwrap())
        .args(["--exact", "a_killed_process_leaves_all_or_nothing"])
        .env(FOLDER, folder)
        .stdout(Stdio::null())
        .spawn()
        .unwrap()
}

/// What the next command does first. Returns whether there was something to do.
fn recover(folder: &Path) -> bool {
    let store = DiskStore::open(&folder.join("share/hatch"), "~/share/hatch").unwrap();
    let home = store.home().clone();
    let Some(locations) = transaction::journal_locations(&home, &store).unwrap() else {
        return false;
    };
    for at in locations {
        store.admit(at.path(), &at.to_string()).unwrap();
    }
    let recovery = transaction::recover(&home, &store, &mut |_| ()).unwrap().unwrap();
    assert!(recovery.left_alone.is_empty());
    true
}

#[test]
fn of_two_runs_with_one_plan_one_takes_place() {
    let owner = World::new();
    for (_, name) in DOCUMENTS {
        owner.put(name, "old");
    }
    let folder = owner.path();
    let outcomes = thread::scope(|scope| {
        let runs = ["one", "two"].map(|text| {
            let world = World::at(folder);
            let documents = DOCUMENTS.map(|(host, name)| (host, world.admit(name).unwrap()));
            let files = documents.each_ref().map(|(host, at)| (*host, at, Some(text)));
            let plan = world.plan(&files);
            scope.spawn(move || world.apply(&plan, Keep::Nothing).map(|_| text))
        });
        runs.map(|run| run.join().unwrap())
    });
    let won: Vec<_> = outcomes.iter().filter_map(|outcome| outcome.as_ref().ok()).collect();
    assert_eq!(won.len(), 1);
    assert!(outcomes.iter().any(|outcome| matches!(outcome, Err(ApplyError::Drifted { .. }))));
    for (_, name) in DOCUMENTS {
        assert_eq!(&owner.text(name), won[0]);
    }
    let names = fs::read_dir(folder.join("a")).unwrap();
    let mut names = names.map(|entry| entry.unwrap().file_name().into_string().unwrap());
    assert!(names.all(|name| !is_temporary(&name)));
}
