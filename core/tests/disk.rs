//! Files on a real disk: links, what is no file, and whole runs. What Unix alone has is in
//! `disk_unix.rs`.
#![expect(clippy::disallowed_methods, reason = "its subject is the store on a disk")]

mod world;

use std::fs;
use std::thread;
use std::time::Duration;

use hatch_core::backup::Catalogue;
use hatch_core::location::Location;
use hatch_core::owner::Owner;
use hatch_core::store::faulty::{Fault, FaultyStore};
use hatch_core::store::{self, DiskStore, Reader as _, Store as _, StoreError, is_temporary};
use hatch_core::transaction::{self, Keep};
use world::World;

#[test]
fn what_is_there_is_never_created_again() {
    let world = World::new();
    let at = world.admit("plan.json").unwrap();
    assert!(store::create(&world.store, &at, b"first").unwrap());
    assert!(!store::create(&world.store, &at, b"second").unwrap());
    assert_eq!(world.text("plan.json"), "first");
    let nowhere = world.admit("no/such/plan.json").unwrap();
    assert!(store::create(&world.store, &nowhere, b"x").is_err());
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
    let backups = catalogue.of(&Owner::parse("cursor").unwrap()).unwrap();
    let contents = catalogue.contents(&backups[0], &Owner::parse("cursor").unwrap()).unwrap();
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

#[test]
fn a_run_that_is_killed_is_undone_by_the_next() {
    for nth in 0.. {
        let mut world = World::new();
        let old = world.put("a/mcp.json", "old");
        let new = world.admit("b/c/mcp.json").unwrap();
        let plan = world.plan(&[("cursor", &old, Some("A")), ("kiro", &new, Some("B"))]);
        let faulty = FaultyStore::new(&world.store, Fault::StopsAt(nth));
        let is_done = world.apply_with(&faulty, &plan, Keep::Backup).is_ok();
        let tripped = faulty.tripped();

        world.reopen();
        let home = world.store.home().clone();
        for at in transaction::journal_locations(&home, &world.store).unwrap().unwrap_or_default() {
            let again = world.store.admit(at.path(), &at.to_string()).unwrap();
            assert_eq!(again, at);
        }
        transaction::recover(&home, &world.store, &mut |_| ()).unwrap();
        let found = (world.text("a/mcp.json"), world.path().join("b").exists());
        if is_done || found.1 {
            assert_eq!((found.0.as_str(), world.text("b/c/mcp.json").as_str()), ("A", "B"));
        } else {
            assert_eq!(found, ("old".into(), false), "call {nth}");
        }
        assert_eq!(world.names("a"), ["mcp.json"], "call {nth}");
        assert!(!world.path().join("share/hatch/journal.json").exists(), "call {nth}");
        if !tripped {
            return;
        }
    }
}

#[test]
fn only_what_was_admitted_can_be_used() {
    let world = World::new();
    let admitted = world.put("a/mcp.json", "old");
    let path = world.path().join("a/other.json");
    fs::copy(admitted.path(), &path).unwrap();
    let other = Location::new(&path, "~/a/other.json");
    assert!(matches!(world.store.read(&other), Err(StoreError::NotAdmitted(_))));
    assert!(matches!(world.store.replace(&other, b""), Err(StoreError::NotAdmitted(_))));
    let sibling = admitted.folder().unwrap().folder().unwrap().join("z");
    assert!(matches!(world.store.make_folder(&sibling), Err(StoreError::NotAdmitted(_))));
    let out = world.store.home().environment("../../../a/other");
    assert!(matches!(world.store.read(&out), Err(StoreError::NotAdmitted(_))));
}

#[test]
fn a_relative_path_is_none() {
    let world = World::new();
    assert!(world.store.admit("mcp.json".as_ref(), "mcp.json").is_err());
}

#[test]
fn spaces_and_other_letters_are_fine() {
    let world = World::new();
    let old = world.put("Application Support/Zoë's/mcp config.json", "old");
    world.apply(&world.plan(&[("cursor", &old, Some("new"))]), Keep::Backup).unwrap();
    assert_eq!(world.text("Application Support/Zoë's/mcp config.json"), "new");
}

#[test]
fn a_folder_in_place_of_a_file_is_none() {
    let world = World::new();
    fs::create_dir(world.path().join("mcp.json")).unwrap();
    let at = world.admit("mcp.json").unwrap();
    let found = world.store.read(&at).unwrap_err();
    assert_eq!(found.to_string(), "`~/mcp.json` is a folder, not a regular file");
    assert!(matches!(world.store.replace(&at, b""), Err(StoreError::NotAFile { .. })));
}

#[test]
fn a_file_that_is_too_large_is_not_read() {
    let world = World::new();
    let at = world.put("big.json", "");
    let file = fs::OpenOptions::new().write(true).open(at.path()).unwrap();
    file.set_len(256 * 1024 * 1024 + 1).unwrap();
    assert!(matches!(world.store.read(&at), Err(StoreError::TooLarge { .. })));
}

#[test]
fn an_environment_makes_its_own_folders() {
    let world = World::new();
    let home = world.store.home();
    let at = home.environment("dev");
    assert_eq!(world.store.read(&at).unwrap(), None);
    assert!(world.store.list(&home.envs()).unwrap().is_empty());
    store::save(&world.store, home, &at, b"{}").unwrap();
    assert_eq!(world.store.list(&home.envs()).unwrap(), ["dev.json"]);
    assert_eq!(world.store.read(&at).unwrap().as_deref(), Some(&b"{}"[..]));
}

#[test]
fn a_lock_is_waited_for() {
    let world = World::new();
    let home = world.store.home();
    store::make_home(&world.store, home).unwrap();
    let guard = world.store.lock(&home.lock()).unwrap();
    let path = home.folder().path().to_owned();
    let waiting = thread::spawn(move || {
        let other = DiskStore::open(&path, "~/share/hatch").unwrap();
        other.lock(&other.home().lock()).is_ok()
    });
    thread::sleep(Duration::from_millis(200));
    assert!(!waiting.is_finished());
    drop(guard);
    assert!(waiting.join().unwrap());
}

#[test]
fn a_lock_is_not_waited_for_for_ever() {
    let world = World::new();
    let home = world.store.home();
    store::make_home(&world.store, home).unwrap();
    let _guard = world.store.lock(&home.lock()).unwrap();
    let other = DiskStore::open(home.folder().path(), "~/share/hatch").unwrap();
    assert!(matches!(other.lock(&home.lock()), Err(StoreError::Locked(_))));
}

#[test]
fn the_older_tools_backups_are_listed_and_read() {
    let world = World::new();
    let folder = "share/hatch/mcp_host_config_backups/cursor";
    world.put(&format!("{folder}/mcp.json.cursor.20261122_110452_112773"), "older");
    world.put(&format!("{folder}/mcp.json.MCPHostType.CURSOR.20250101_000000_000001"), "oldest");
    world.put(&format!("{folder}/notes.txt"), "mine");
    let cursor = Owner::parse("cursor").unwrap();
    let catalogue = Catalogue::new(&world.store, world.store.home());
    let backups = catalogue.of(&cursor).unwrap();
    let contents = backups.iter().map(|backup| catalogue.contents(backup, &cursor).unwrap());
    let contents: Vec<_> = contents.map(|contents| contents[0].bytes.clone().unwrap()).collect();
    assert_eq!(contents, [b"older".to_vec(), b"oldest".to_vec()]);
    let opened = catalogue.open(&backups[1].id).unwrap();
    assert_eq!((opened.files[0].name.as_str(), &opened.files[0].location), ("mcp.json", &None));
}

#[test]
fn a_backup_says_which_copy_is_damaged() {
    let world = World::new();
    let old = world.put("a/mcp.json", "old");
    let report = world.apply(&world.plan(&[("cursor", &old, Some("A"))]), Keep::Backup).unwrap();
    let folder = report.backup.unwrap().folder;
    world.put("share/hatch/backups/20261122T110452Z-0123abcd/cursor--mcp.json", "rotten");
    let catalogue = Catalogue::new(&world.store, world.store.home());
    let backup = catalogue.open(&hatch_core::backup::BackupId::new("0123abcd")).unwrap();
    assert_eq!(backup.folder, folder);
    let error = catalogue.contents(&backup, &Owner::parse("cursor").unwrap()).unwrap_err();
    assert!(error.to_string().contains("0123abcd/cursor--mcp.json` is damaged"), "{error}");
}
