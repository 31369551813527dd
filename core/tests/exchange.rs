//! What another program writes while hatch changes a file is not lost.
#![expect(clippy::disallowed_methods, reason = "its subject is the store on a disk")]

mod world;

use hatch_core::document::Digest;
use hatch_core::location::Location;
use hatch_core::store::{Expected, Reader as _, Store as _, StoreError};
use world::World;

const OLD: Expected<'_> = Expected::Bytes(Some(b"old"));
const ABSENT: Expected<'_> = Expected::Bytes(None);

fn exchange(world: &World, at: &Location, expected: Expected<'_>, new: Option<&str>) -> bool {
    match world.store.exchange(at, expected, new.map(str::as_bytes)) {
        Ok(()) => true,
        Err(StoreError::Changed(changed)) => {
            assert_eq!(&changed, at);
            false
        }
        Err(error) => panic!("{error}"),
    }
}

#[test]
fn what_is_expected_changes() {
    let world = World::new();
    let at = world.put("a/mcp.json", "old");
    assert!(exchange(&world, &at, OLD, Some("new")));
    assert_eq!(world.text("a/mcp.json"), "new");
    assert!(exchange(&world, &at, Expected::Digest(Some(&Digest::of(b"new"))), None));
    assert!(exchange(&world, &at, Expected::Digest(None), None));
    assert!(exchange(&world, &at, ABSENT, Some("again")));
    assert_eq!(world.text("a/mcp.json"), "again");
    assert_eq!(world.names("a"), ["mcp.json"]);
}

#[test]
fn what_is_not_stays() {
    let world = World::new();
    let at = world.put("a/mcp.json", "another's");
    let other = Digest::of(b"old");
    for expected in [OLD, ABSENT, Expected::Digest(Some(&other)), Expected::Digest(None)] {
        for new in [Some("new"), None] {
            assert!(!exchange(&world, &at, expected, new), "{expected:?} {new:?}");
            assert_eq!(world.text("a/mcp.json"), "another's");
            assert_eq!(world.names("a"), ["mcp.json"]);
        }
    }
    let none = world.admit("a/none.json").unwrap_or_else(|error| panic!("{error}"));
    for new in [Some("new"), None] {
        assert!(!exchange(&world, &none, OLD, new));
        assert_eq!(world.names("a"), ["mcp.json"]);
    }
}

/// Two that start from the same contents, a hundred times: the later one is told.
#[test]
fn two_hatches_take_turns_without_a_lock() {
    use hatch_core::store::DiskStore;

    let world = World::new();
    let at = world.put("a/mcp.json", ".");
    let write = |writer: usize| {
        let store = DiskStore::open(&world.path().join("share/hatch"), "~/share/hatch");
        let store = store.unwrap_or_else(|error| panic!("{error}"));
        store.admit(at.path(), "~/a/mcp.json").unwrap_or_else(|error| panic!("{error}"));
        let mut made = 0;
        while made < 50 {
            let Ok(Some(before)) = store.read(&at) else { continue };
            let next = format!("{}{writer}", String::from_utf8_lossy(&before));
            let expected = Expected::Bytes(Some(&before));
            made += usize::from(store.exchange(&at, expected, Some(next.as_bytes())).is_ok());
        }
    };
    std::thread::scope(|scope| {
        scope.spawn(|| write(0));
        scope.spawn(|| write(1));
    });
    let text = world.text("a/mcp.json");
    assert_eq!(text.len(), 101, "none was lost: {text}");
    assert_eq!(world.names("a"), ["mcp.json"]);
}

/// Another program puts its file in the place of ours again and again, while hatch does what
/// it does for every change: read, and exchange what it read for what it makes of it. In the
/// end hatch's last change has to be one of what the other wrote last.
#[cfg(target_os = "linux")]
#[test]
fn the_last_word_of_another_program_is_never_lost() {
    use std::collections::HashMap;
    use std::path::Path;
    use std::sync::atomic::{AtomicBool, Ordering};
    use std::thread;

    // In memory, where a sync takes no time and moments meet.
    let memory = Some(Path::new("/dev/shm")).filter(|folder| folder.is_dir());
    let folder = memory.map_or_else(tempfile::tempdir, tempfile::tempdir_in);
    let folder = folder.unwrap_or_else(|error| panic!("{error}"));
    let world = World::at(folder.path());
    let at = world.put("a/mcp.json", "0");
    let (mut made, mut refused) = (0, 0);
    for round in 0..300 {
        let last = format!("{round}.9");
        let ended = AtomicBool::new(false);
        let mut based_on = HashMap::new();
        thread::scope(|scope| {
            scope.spawn(|| {
                for number in 0..10 {
                    another_writes(at.path(), &format!("{round}.{number}"));
                }
                ended.store(true, Ordering::SeqCst);
            });
            loop {
                let is_over = ended.load(Ordering::SeqCst);
                let found = world.store.read(&at).ok().flatten();
                let found = found.and_then(|it| String::from_utf8(it).ok()).unwrap_or_default();
                let new = format!("{found}+");
                if exchange(&world, &at, Expected::Bytes(Some(found.as_bytes())), Some(&new)) {
                    made += 1;
                    based_on.insert(new, found);
                } else {
                    refused += 1;
                }
                if is_over {
                    break;
                }
            }
        });
        let mut value = world.text("a/mcp.json");
        while let Some(before) = based_on.get(&value) {
            value.clone_from(before);
        }
        assert_eq!(value, last, "what was written last was lost");
        assert_eq!(world.names("a"), ["mcp.json"]);
    }
    assert!(made > 300 && refused > 30, "{made} exchanges were made, and {refused} refused");
}

#[cfg(target_os = "linux")]
#[expect(clippy::disallowed_methods, reason = "this is the other program")]
fn another_writes(path: &std::path::Path, text: &str) {
    let beside = path.with_file_name("another");
    std::fs::write(&beside, text)
        .and_then(|()| std::fs::rename(&beside, path))
        .unwrap_or_else(|error| panic!("the other program can't write: {error}"));
}
