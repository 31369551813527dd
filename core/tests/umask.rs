//! Hatch's own files are their owner's alone, whatever the umask. In a process of its own,
//! since a umask is a process's.

#![cfg(unix)]
#![expect(clippy::unwrap_used, reason = "a test that can't go on should say where")]

mod world;

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use hatch_core::transaction::Keep;
use rustix::fs::Mode;
use world::World;

#[test]
fn hatchs_own_files_are_private_whatever_the_umask() {
    for umask in [0o000, 0o077, 0o777] {
        let world = World::new();
        let at = world.put("a/mcp.json", "old");
        fs::set_permissions(at.path(), fs::Permissions::from_mode(0o644)).unwrap();
        let before = rustix::process::umask(Mode::from_bits_truncate(umask));
        let outcome = world.apply(&world.plan(&[("cursor", &at, Some("new"))]), Keep::Backup);
        let saved = world.admit("plan.json").unwrap();
        let created = hatch_core::store::create(&world.store, &saved, b"plan");
        rustix::process::umask(before);
        outcome.unwrap();
        created.unwrap();
        check(saved.path(), umask);
        check(&world.path().join("share"), umask);
        let mode = fs::metadata(at.path()).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o644, "{umask:o}");
    }
}

fn check(path: &Path, umask: u32) {
    let metadata = fs::metadata(path).unwrap();
    let expected = if metadata.is_dir() { 0o700 } else { 0o600 };
    let mode = metadata.permissions().mode() & 0o777;
    assert_eq!(mode, expected, "{} with umask {umask:o}", path.display());
    if metadata.is_dir() {
        for entry in fs::read_dir(path).unwrap() {
            check(&entry.unwrap().path(), umask);
        }
    }
}
