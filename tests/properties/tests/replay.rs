//! Every input that a fuzzer found, and those that it begins with, given to its property again.
#![expect(clippy::disallowed_methods, reason = "it reads inputs")]
#![expect(clippy::unwrap_used, reason = "a test that can't go on should say where")]

use std::collections::BTreeSet;
use std::fs;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};

use hatch_properties::{ALL, journal};

fn fuzz(folder: &str) -> PathBuf {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../fuzz")).join(folder)
}

fn names(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).into_iter().flatten();
    let mut names: Vec<_> =
        entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

#[test]
fn what_was_found_once_holds_now() {
    let mut tried = 0;
    let mut broken = Vec::new();
    for (target, property) in ALL {
        for folder in ["regressions", "seeds"] {
            let folder = fuzz(folder).join(target);
            for name in names(&folder) {
                let data = fs::read(folder.join(&name)).unwrap();
                tried += 1;
                if catch_unwind(AssertUnwindSafe(|| property(&data))).is_err() {
                    broken.push(format!("{}", folder.join(&name).display()));
                }
            }
        }
    }
    assert!(tried > 10, "{tried} inputs were found");
    assert!(broken.is_empty(), "do not hold any more:\n{}", broken.join("\n"));
}

/// Hosts' own files are what the fuzzer begins with; each holds with choices of all kinds.
#[test]
fn the_hosts_own_files_hold() {
    let hosts = fuzz("../fixtures/hosts");
    for host in names(&hosts) {
        for name in names(&hosts.join(&host)) {
            let text = fs::read(hosts.join(&host).join(name)).unwrap();
            for seed in 0..8_u8 {
                let choices = (0..64_u8).map(|at| at.wrapping_mul(37).wrapping_add(seed) ^ seed);
                let data: Vec<u8> = text.iter().copied().chain([0]).chain(choices).collect();
                ALL.iter().for_each(|(_, property)| property(&data));
            }
        }
    }
}

/// With `HATCH_BLESS=1` in the process environment they are written anew.
#[test]
fn seeds_are_in_step_with_what_runs_write() {
    for (name, bytes) in journal::written() {
        let path = fuzz("seeds").join(name).join(format!("{name}.json"));
        if std::env::var_os("HATCH_BLESS").is_some() {
            fs::write(&path, &bytes).unwrap();
        }
        let found = fs::read(&path).unwrap_or_default();
        let path = path.display();
        assert!(found == bytes, "{path} is out of step: run with HATCH_BLESS=1 to write it anew");
    }
}

#[test]
fn every_property_has_a_target_and_every_input_a_property() {
    let known: BTreeSet<_> = ALL.iter().map(|(name, _)| (*name).to_owned()).collect();
    let targets = names(&fuzz("targets")).into_iter();
    let targets: BTreeSet<_> =
        targets.map(|name| name.trim_end_matches(".rs").to_owned()).collect();
    assert_eq!(targets, known);
    for folder in ["regressions", "seeds"] {
        for name in names(&fuzz(folder)) {
            assert!(known.contains(&name), "{folder}/{name} is no property's");
        }
    }
}
