//! Compiled forms that are kept: what was not sealed by this user for this engine is never
//! executed, and compiled anew.
#![expect(clippy::disallowed_methods, reason = "it opens hatch's own folder as a run does")]

use std::cell::Cell;
use std::path::PathBuf;

use hatch_core::adapter::HostAdapter;
use hatch_core::store::DiskStore;
use hatch_sandbox::{Cache, Compiled, SandboxedAdapter, compile};
use hatch_tests::TestHome;
use hatch_tests::tally::tally;

use crate::made::{DESCRIPTOR, component, that_says};

/// A home with a cache.
struct Cached {
    home: TestHome,
    component: Vec<u8>,
}

impl Cached {
    /// Whose cache has one component.
    fn new() -> Self {
        let cached = Cached { home: TestHome::new(), component: that_says(DESCRIPTOR) };
        assert_eq!(cached.compiles(), 1);
        assert_eq!(cached.compiles(), 0, "it is kept");
        cached
    }

    /// How often the component is compiled by a run. What the run gets is what the compiler
    /// gives, and it answers as it should.
    fn compiles(&self) -> usize {
        let (code, count) = self.run(&self.component);
        assert_eq!(code.as_bytes(), compile(&self.component).unwrap().as_bytes());
        let adapter = SandboxedAdapter::describe(code, "kept.wasm").unwrap();
        assert_eq!(adapter.descriptor().id.as_str(), "hostile");
        count
    }

    fn run(&self, component: &[u8]) -> (Compiled, usize) {
        let store = DiskStore::open(&self.home.join(".hatch"), "~/.hatch").unwrap();
        let count = Cell::new(0);
        let compile = || {
            count.set(count.get() + 1);
            compile(component)
        };
        let code = Cache::new(&store, store.home()).compiled(component, compile).unwrap();
        (code, count.get())
    }

    fn entries(&self) -> Vec<PathBuf> {
        let is_entry = |path: &PathBuf| path.extension().is_some_and(|it| it == "compiled");
        self.home.files().into_keys().filter(is_entry).collect()
    }

    fn entry(&self) -> PathBuf {
        let entries = self.entries();
        assert_eq!(entries.len(), 1);
        entries[0].clone()
    }

    fn key(&self) -> PathBuf {
        self.home.join(".hatch/cache/key")
    }
}

#[expect(clippy::disallowed_methods, reason = "a test's own file")]
fn change(path: &PathBuf, change: impl FnOnce(&mut Vec<u8>)) {
    let mut bytes = std::fs::read(path).unwrap();
    change(&mut bytes);
    std::fs::write(path, bytes).unwrap();
}

#[test]
fn entries_that_were_changed_are_compiled_anew() {
    let cached = Cached::new();
    let whole = cached.home.files()[&cached.entry()].0.len();
    // In the seal, in the code's head, and all over the code.
    let places = (0..40).chain((40..whole).step_by(whole / 60)).chain([whole - 1]);
    let mut tried = 0;
    for at in places {
        change(&cached.entry(), |bytes| bytes[at] ^= 1);
        assert_eq!(cached.compiles(), 1, "byte {at}");
        assert_eq!(cached.compiles(), 0, "the entry is mended");
        tried += 1;
    }
    for length in [0, 1, 31, 32, 33, whole / 2, whole - 1] {
        change(&cached.entry(), |bytes| bytes.truncate(length));
        assert_eq!(cached.compiles(), 1, "{length} bytes");
        tried += 1;
    }
    change(&cached.entry(), |bytes| bytes.push(0));
    assert_eq!(cached.compiles(), 1);
    assert_eq!(cached.compiles(), 0);
    let outcomes = format!("{} compiled anew, 0 executed", tried + 1);
    tally("components", "kept code that was changed", tried + 1, &outcomes);
}

#[test]
fn keys_that_were_changed_open_nothing() {
    let cached = Cached::new();
    change(&cached.key(), |bytes| bytes[0] ^= 1);
    assert_eq!(cached.compiles(), 1);
    assert_eq!(cached.compiles(), 0);
    for length in [0, 32, 63] {
        change(&cached.key(), |bytes| bytes.truncate(length));
        assert_eq!(cached.compiles(), 1, "{length} bytes");
        assert_eq!(cached.home.files()[&cached.key()].0.len(), 64, "there is a new key");
    }
    // Whoever knows no key has no seal.
    let other = Cached::new();
    let foreign = other.home.files()[&other.entry()].0.clone();
    change(&cached.entry(), |bytes| *bytes = foreign);
    assert_eq!(cached.compiles(), 1);
}

#[test]
fn an_entry_is_for_one_component() {
    let cached = Cached::new();
    let other = component("(func $other (nop))");
    assert_eq!(cached.run(&other).1, 1);
    assert_eq!(cached.run(&other).1, 0);
    let entries = cached.entries();
    assert_eq!(entries.len(), 2);
    // Each takes the other's place, with a seal of the right key.
    let files = cached.home.files();
    change(&entries[0], |bytes| *bytes = files[&entries[1]].0.clone());
    change(&entries[1], |bytes| *bytes = files[&entries[0]].0.clone());
    assert_eq!((cached.compiles(), cached.run(&other).1), (1, 1));
}

#[test]
fn what_may_not_be_compiled_is_not_kept_either() {
    let cached = Cached::new();
    let store = DiskStore::open(&cached.home.join(".hatch"), "~/.hatch").unwrap();
    let imports = crate::imports::that_imports("wasi:io", "streams", "0.2.0");
    let error = Cache::new(&store, store.home()).compiled(&imports, || compile(&imports));
    assert!(error.unwrap_err().to_string().contains("wasi:io/streams@0.2.0"));
    assert_eq!(cached.entries().len(), 1);
}

#[test]
fn old_entries_make_room() {
    let cached = Cached::new();
    for at in 0..70 {
        cached.home.write(&format!(".hatch/cache/{at:064}.compiled"), "old");
    }
    let other = component("(func $other (nop))");
    assert_eq!(cached.run(&other).1, 1);
    assert_eq!(cached.entries().len(), 64);
    assert_eq!(cached.run(&other).1, 0, "the newest stays");
}

#[test]
fn two_at_once_are_safe() {
    let cached = Cached { home: TestHome::new(), component: that_says(DESCRIPTOR) };
    std::thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(|| {
                for _ in 0..4 {
                    let _ = cached.compiles();
                }
            });
        }
    });
    // Whichever key was made last.
    let _ = cached.compiles();
    assert_eq!(cached.compiles(), 0);
}

#[cfg(unix)]
mod unix {
    use std::fs::Permissions;
    use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _, chown, symlink};

    use super::*;

    #[test]
    fn files_are_the_users_own() {
        let cached = Cached::new();
        let folder = cached.home.join(".hatch/cache");
        assert_eq!(folder.metadata().unwrap().mode() & 0o777, 0o700);
        for path in [cached.key(), cached.entry()] {
            assert_eq!(path.metadata().unwrap().mode() & 0o777, 0o600);
        }
        for mode in [0o660, 0o606, 0o640, 0o604, 0o666, 0o777] {
            for path in [cached.entry(), cached.key()] {
                std::fs::set_permissions(&path, Permissions::from_mode(mode)).unwrap();
                assert_eq!(cached.compiles(), 1, "{mode:o} {path:?}");
                assert_eq!(path.metadata().unwrap().mode() & 0o777, 0o600, "it is replaced");
                assert_eq!(cached.compiles(), 0);
            }
        }
        tally("components", "kept files that others may touch", 12, "12 replaced, 0 executed");
    }

    #[test]
    fn files_of_others_count_for_nothing() {
        let cached = Cached::new();
        let user = cached.entry().metadata().unwrap().uid();
        for path in [cached.entry(), cached.key()] {
            // Only root may give a file away.
            if chown(&path, Some(user + 1), None).is_err() {
                return;
            }
            assert_eq!(cached.compiles(), 1, "{path:?}");
            assert_eq!(path.metadata().unwrap().uid(), user, "it is replaced");
            assert_eq!(cached.compiles(), 0);
        }
        tally("components", "kept files of others", 2, "2 replaced, 0 executed");
    }

    #[test]
    #[expect(clippy::disallowed_methods, reason = "a test's own files")]
    fn links_are_not_followed() {
        let cached = Cached::new();
        for path in [cached.entry(), cached.key()] {
            let elsewhere = cached.home.join("elsewhere");
            std::fs::rename(&path, &elsewhere).unwrap();
            symlink(&elsewhere, &path).unwrap();
            assert_eq!(cached.compiles(), 1, "{path:?}");
            assert!(!path.symlink_metadata().unwrap().is_symlink());
            assert_eq!(cached.compiles(), 0);
        }
    }

    #[test]
    fn a_home_that_can_not_be_written_to_has_no_cache() {
        let cached = Cached { home: TestHome::new(), component: that_says(DESCRIPTOR) };
        // A file where the folder should be: not even root makes one there.
        cached.home.write(".hatch/cache", "no folder");
        assert_eq!((cached.compiles(), cached.compiles()), (1, 1));
        assert_eq!(cached.home.text(".hatch/cache"), "no folder");
    }

    /// The program that compiles is taken away while it runs, as no other could be.
    #[test]
    #[cfg(target_os = "linux")]
    fn the_second_run_of_the_command_compiles_nothing() {
        let home = TestHome::new();
        home.write("new.wasm", that_says(DESCRIPTOR));
        home.write(".hostile/mcp.json", "{}");
        let without_program = || {
            let copy = home.join("hatch");
            std::fs::copy(hatch_tests::program(), &copy).unwrap();
            let line =
                r#"exec 3<"$1"; rm "$1"; exec /proc/self/fd/3 mcp list hosts --adapter new.wasm"#;
            let mut command = std::process::Command::new("/bin/sh");
            command.args(["-c", line, "sh"]).arg(&copy).env_clear();
            command.env("HOME", home.path()).env("PATH", "/usr/bin:/bin");
            home.run(command.current_dir(home.path()))
        };
        let run = without_program().expect(1);
        assert!(run.stderr.contains("could not be started"), "{}", run.stderr);
        home.line("mcp list hosts --adapter new.wasm").ends(0);
        let run = without_program().expect(0);
        assert!(run.stderr.contains("adapter for Hostile"), "{}", run.stderr);
    }
}
