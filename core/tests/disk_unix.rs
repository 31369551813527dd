//! Modes, links and names, as Unix has them.

#![cfg(unix)]
#![expect(clippy::unwrap_used, reason = "a test that can't go on should say where")]

mod world;

use std::ffi::OsStr;
use std::fs::{self, Permissions};
use std::os::unix::ffi::OsStrExt as _;
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _, symlink};
use std::path::Path;

use hatch_core::owner::Owner;
use hatch_core::store::{Reader as _, Store as _, StoreError};
use hatch_core::transaction::Keep;
use world::World;

fn mode(path: &Path) -> u32 {
    fs::symlink_metadata(path).unwrap().permissions().mode() & 0o7777
}

#[test]
fn a_file_keeps_its_mode() {
    for expected in [0o600, 0o640, 0o644, 0o755, 0o444] {
        let world = World::new();
        let at = world.put("a/mcp.json", "old");
        fs::set_permissions(at.path(), Permissions::from_mode(expected)).unwrap();
        world.apply(&world.plan(&[("cursor", &at, Some("new"))]), Keep::Backup).unwrap();
        assert_eq!(mode(at.path()), expected, "{expected:o}");
        assert_eq!(world.text("a/mcp.json"), "new");
    }
}

#[test]
fn a_new_file_is_its_owners_alone() {
    let world = World::new();
    let at = world.admit("b/mcp.json").unwrap();
    world.apply(&world.plan(&[("cursor", &at, Some("new"))]), Keep::Backup).unwrap();
    assert_eq!(mode(at.path()), 0o600);
    assert_eq!(mode(&world.path().join("b")), 0o700);
}

#[test]
fn a_file_keeps_its_owner() {
    let world = World::new();
    let at = world.put("a/mcp.json", "old");
    if std::os::unix::fs::chown(at.path(), Some(4321), Some(4322)).is_err() {
        return; // Only root can have a file that is another's.
    }
    world.apply(&world.plan(&[("cursor", &at, Some("new"))]), Keep::Backup).unwrap();
    let metadata = fs::metadata(at.path()).unwrap();
    assert_eq!((metadata.uid(), metadata.gid()), (4321, 4322));
}

#[test]
fn a_private_file_is_ones_own_and_nobody_elses_to_touch() {
    let world = World::new();
    let at = world.put("a/mcp.json", "text");
    for (mode, is_private) in [
        (0o600, true),
        (0o400, true),
        (0o700, true),
        (0o640, false),
        (0o602, false),
        (0o666, false),
    ] {
        fs::set_permissions(at.path(), Permissions::from_mode(mode)).unwrap();
        let found = world.store.read_private(&at).unwrap();
        assert_eq!(found.is_some(), is_private, "{mode:o}");
        assert!(world.store.read(&at).unwrap().is_some());
    }
    fs::set_permissions(at.path(), Permissions::from_mode(0o600)).unwrap();
    if std::os::unix::fs::chown(at.path(), Some(4321), None).is_ok() {
        assert_eq!(world.store.read_private(&at).unwrap(), None);
    }
}

#[test]
fn a_link_to_a_file_stays_one() {
    let world = World::new();
    world.put("dotfiles/cursor.json", "old");
    fs::create_dir(world.path().join(".cursor")).unwrap();
    symlink("../dotfiles/cursor.json", world.path().join(".cursor/mcp.json")).unwrap();
    let at = world.admit(".cursor/mcp.json").unwrap();
    assert_eq!(at.to_string(), "~/.cursor/mcp.json");
    world.apply(&world.plan(&[("cursor", &at, Some("new"))]), Keep::Backup).unwrap();
    assert_eq!(world.text("dotfiles/cursor.json"), "new");
    let link = fs::read_link(world.path().join(".cursor/mcp.json")).unwrap();
    assert_eq!(link, Path::new("../dotfiles/cursor.json"));
}

#[test]
fn a_linked_folder_stays_one() {
    let world = World::new();
    world.put("dotfiles/cursor/mcp.json", "old");
    symlink(world.path().join("dotfiles/cursor"), world.path().join(".cursor")).unwrap();
    let at = world.admit(".cursor/mcp.json").unwrap();
    let new = world.admit(".cursor/sub/new.json").unwrap();
    let plan = world.plan(&[("cursor", &at, Some("new")), ("kiro", &new, Some("made"))]);
    world.apply(&plan, Keep::Backup).unwrap();
    assert_eq!(world.text("dotfiles/cursor/mcp.json"), "new");
    assert_eq!(world.text("dotfiles/cursor/sub/new.json"), "made");
    assert!(fs::symlink_metadata(world.path().join(".cursor")).unwrap().is_symlink());
}

#[test]
fn hatchs_own_folder_may_be_a_link() {
    let world = World::new();
    fs::create_dir(world.path().join("elsewhere")).unwrap();
    fs::create_dir(world.path().join("share")).unwrap();
    symlink("../elsewhere", world.path().join("share/hatch")).unwrap();
    let mut world = world;
    world.reopen();
    let at = world.put("a/mcp.json", "old");
    world.apply(&world.plan(&[("cursor", &at, Some("new"))]), Keep::Backup).unwrap();
    assert_eq!(world.names("elsewhere"), ["backups", "hatch.lock"]);
}

#[test]
fn a_link_to_a_missing_file_is_one_to_make_it_through() {
    let world = World::new();
    fs::create_dir(world.path().join("dotfiles")).unwrap();
    symlink("dotfiles/new.json", world.path().join("mcp.json")).unwrap();
    let at = world.admit("mcp.json").unwrap();
    assert_eq!(world.store.read(&at).unwrap(), None);
    world.apply(&world.plan(&[("cursor", &at, Some("new"))]), Keep::Backup).unwrap();
    assert_eq!(world.text("dotfiles/new.json"), "new");
}

#[test]
fn a_link_into_a_missing_folder_is_an_error() {
    let world = World::new();
    symlink("/nowhere/at/all.json", world.path().join("mcp.json")).unwrap();
    symlink("unmounted", world.path().join(".cursor")).unwrap();
    for name in ["mcp.json", ".cursor/mcp.json"] {
        let error = world.admit(name).unwrap_err();
        let expected = format!("`~/{name}` is a link that leads to a folder that is not there");
        assert_eq!(error.to_string(), expected);
    }
}

#[test]
fn a_link_in_a_circle_is_an_error() {
    let world = World::new();
    symlink("b", world.path().join("a")).unwrap();
    symlink("a", world.path().join("b")).unwrap();
    let error = world.admit("a").unwrap_err();
    assert_eq!(error.to_string(), "`~/a` is a link that leads in a circle");
}

#[test]
fn a_link_that_appears_later_is_not_followed() {
    let world = World::new();
    let secret = world.put("secret.json", "secret");
    let at = world.put("a/mcp.json", "old");
    world.store.remove(&at).unwrap();
    symlink(secret.path(), at.path()).unwrap();
    assert!(matches!(world.store.read(&at), Err(StoreError::NotAFile { found: "a link", .. })));
    assert!(world.store.replace(&at, b"new").is_err());
    assert_eq!(world.text("secret.json"), "secret");
}

#[test]
fn another_name_of_a_file_keeps_the_old_bytes() {
    let world = World::new();
    let at = world.put("a/mcp.json", "old");
    fs::hard_link(at.path(), world.path().join("twin.json")).unwrap();
    world.apply(&world.plan(&[("cursor", &at, Some("new"))]), Keep::Backup).unwrap();
    assert_eq!((world.text("a/mcp.json"), world.text("twin.json")), ("new".into(), "old".into()));
}

#[test]
fn a_pipe_is_no_file_and_nobody_waits_for_it() {
    let world = World::new();
    let path = world.path().join("mcp.json");
    let status = std::process::Command::new("mkfifo").arg(&path).status();
    assert!(status.unwrap().success());
    let at = world.admit("mcp.json").unwrap();
    assert!(matches!(world.store.read(&at), Err(StoreError::NotAFile { found: "a pipe", .. })));
    assert!(matches!(world.store.replace(&at, b""), Err(StoreError::NotAFile { .. })));
}

#[test]
fn a_file_in_place_of_a_folder_is_an_error() {
    let world = World::new();
    world.put("a", "a file");
    assert!(matches!(world.admit("a/mcp.json"), Err(StoreError::Io { .. })));
    let late = world.admit("b/mcp.json").unwrap();
    world.put("b", "a file");
    let plan = world.plan_of_new("kiro", &late, "new");
    assert!(world.apply(&plan, Keep::Backup).is_err());
    assert_eq!(world.text("b"), "a file");
    assert_eq!(world.names("share/hatch"), ["hatch.lock"]);
}

#[test]
fn a_name_that_is_no_unicode_is_fine() {
    let world = World::new();
    let folder = world.path().join(OsStr::from_bytes(b"caf\xe9"));
    if fs::create_dir(&folder).is_err() {
        return; // This file system has no such names.
    }
    let path = folder.join(OsStr::from_bytes(b"mcp\xff.json"));
    fs::copy(world.put("old.json", "old").path(), &path).unwrap();
    let at = world.store.admit(&path, "~/caf?/mcp?.json").unwrap();
    world.apply(&world.plan(&[("cursor", &at, Some("new"))]), Keep::Backup).unwrap();
    assert_eq!(world.store.read(&at).unwrap().as_deref(), Some(&b"new"[..]));
    let catalogue = hatch_core::backup::Catalogue::new(&world.store, world.store.home());
    let cursor = Owner::parse("cursor").unwrap();
    let backups = catalogue.of(&cursor).unwrap();
    let contents = catalogue.contents(&backups[0], &cursor).unwrap();
    assert_eq!(contents[0].location.as_ref(), Some(&at));
    assert_eq!(contents[0].bytes.as_deref(), Some(&b"old"[..]));
}
