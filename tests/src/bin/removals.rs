//! Takes out of a copy of the engine what its promise rests on, one thing at a time, and runs
//! the engine's tests: each removal has to make one fail, or nothing holds it.
#![expect(clippy::disallowed_methods, reason = "it copies the sources")]
#![expect(clippy::print_stdout, reason = "it is there to print")]

use std::error::Error;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};

use hatch_tests::tally::tally;
use hatch_tests::workspace;

/// Something that is taken out.
struct Removal {
    what: &'static str,
    file: &'static str,
    /// Texts that are there, and what stands there instead.
    edits: &'static [(&'static str, &'static str)],
}

const REMOVALS: &[Removal] = &[
    Removal {
        what: "the sync of each changed folder",
        file: "transaction/mod.rs",
        edits: &[(
            "        for folder in &folders {\n",
            "        for folder in folders.iter().take(0) {\n",
        )],
    },
    Removal {
        what: "the sync of hatch's folder after the journal",
        file: "transaction/journal.rs",
        edits: &[(
            "        write_json(store, &home.journal(), self)?;\n        store.sync_folder(home.folder())",
            "        write_json(store, &home.journal(), self)",
        )],
    },
    Removal {
        what: "the sync of hatch's folder after the commit",
        file: "transaction/journal.rs",
        edits: &[(
            "        store.remove(&home.journal())?;\n        store.sync_folder(home.folder())",
            "        store.remove(&home.journal())",
        )],
    },
    Removal {
        what: "the sync of the copies' folder",
        file: "transaction/journal.rs",
        edits: &[("        store.sync_folder(copies.folder())?;\n", "")],
    },
    Removal {
        what: "the comparison of all files before the first write",
        file: "transaction/mod.rs",
        edits: &[("    compare_all(plan, store)?;\n", "")],
    },
    Removal {
        what: "the comparison of each file before its write",
        file: "transaction/mod.rs",
        edits: &[(
            "        let expected = Expected::Bytes(file.before.as_deref());\n",
            "        let found = self.store.read(&location).ok().flatten();\n        \
             let expected = Expected::Bytes(found.as_deref());\n",
        )],
    },
    Removal {
        what: "the look at what the new file took the name of",
        file: "store/disk/exchange.rs",
        edits: &[(
            "            Ok(true) if self.is_expected(new)? => self.discard(new),\n",
            "            Ok(true) if !self.name.as_os_str().is_empty() => self.discard(new),\n",
        )],
    },
    Removal {
        what: "the journal",
        file: "transaction/mod.rs",
        edits: &[(
            "        journal.write(self.store, self.home).map_err(ApplyError::journal)?;\n",
            "",
        )],
    },
    Removal {
        what: "the read-back of each file",
        file: "transaction/mod.rs",
        edits: &[("        self.read_back(owner, file)?;\n", "")],
    },
    Removal {
        what: "the comparison before a file is put back",
        file: "transaction/rollback.rs",
        edits: &[
            ("        _ => State::Foreign,\n", "        _ => State::New,\n"),
            (
                "store.exchange(at, Expected::Digest(file.after()), old.as_deref())",
                "store.replace(at, &old.unwrap_or_default())",
            ),
        ],
    },
    Removal {
        what: "the look at a copy before it is used",
        file: "backup/manifest.rs",
        edits: &[(
            "if Some(&Digest::of(&bytes)) == self.before() {",
            "if self.before().is_some() {",
        )],
    },
    Removal {
        what: "the look for a journal that is there already",
        file: "transaction/mod.rs",
        edits: &[(
            "    if has_journal(home, store).map_err(|source| ApplyError::Lock { source })? {",
            "    if false {",
        )],
    },
    Removal {
        what: "the lock",
        file: "transaction/mod.rs",
        edits: &[(
            "    let _guard = store::lock_home(store, home)",
            "    let _ = store::lock_home(store, home)",
        )],
    },
    Removal {
        what: "the check that an adapter touched no other server",
        file: "configuration/check.rs",
        edits: &[("    check_untouched(&old, &new, &edited)?;\n", "")],
    },
    Removal {
        what: "the check that an adapter wrote what it was asked to",
        file: "configuration/check.rs",
        edits: &[(
            "                check_put(asked, new.get(&asked.name).copied(), losses)?;\n",
            "",
        )],
    },
];

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            println!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run() -> Result<(), Box<dyn Error>> {
    let target = std::env::var_os("CARGO_TARGET_DIR").map(PathBuf::from);
    let target = target.unwrap_or_else(|| workspace().join("target"));
    let copy = target.join("removals");
    copy_engine(&copy)?;
    if let Some(test) = failing_test(&copy)? {
        return Err(format!("with nothing taken out, `{test}` fails").into());
    }
    let mut unnoticed = Vec::new();
    for removal in REMOVALS {
        let path = copy.join("core/src").join(removal.file);
        let text = fs::read_to_string(&path)?;
        let mut without = text.clone();
        for (from, to) in removal.edits {
            if without.matches(from).count() != 1 {
                return Err(format!("{}: not once in {}", removal.what, removal.file).into());
            }
            without = without.replace(from, to);
        }
        fs::write(&path, without)?;
        let failed = failing_test(&copy)?;
        fs::write(&path, text)?;
        match failed {
            Some(test) => tally("removals", removal.what, 1, &format!("`{test}` fails")),
            None => unnoticed.push(removal.what),
        }
    }
    match unnoticed.is_empty() {
        true => Ok(()),
        false => {
            Err(format!("no test notices that these are gone: {}", unnoticed.join(", ")).into())
        }
    }
}

/// The engine as a workspace of its own, whose build is kept from one time to the next.
fn copy_engine(to: &Path) -> Result<(), Box<dyn Error>> {
    let from = workspace();
    if to.join("core").exists() {
        fs::remove_dir_all(to.join("core"))?;
    }
    fs::create_dir_all(to)?;
    let manifest = fs::read_to_string(from.join("Cargo.toml"))?;
    let (head, rest) = manifest.split_once("members = [").ok_or("no members")?;
    let (_, tail) = rest.split_once(']').ok_or("no end of members")?;
    fs::write(to.join("Cargo.toml"), format!("{head}members = [\"core\"]{tail}"))?;
    fs::copy(from.join("Cargo.lock"), to.join("Cargo.lock"))?;
    for part in ["Cargo.toml", "src", "tests"] {
        copy_all(&from.join("core").join(part), &to.join("core").join(part))?;
    }
    copy_all(&from.join("tests/fixtures"), &to.join("tests/fixtures"))
}

fn copy_all(from: &Path, to: &Path) -> Result<(), Box<dyn Error>> {
    if !from.is_dir() {
        to.parent().map_or(Ok(()), fs::create_dir_all)?;
        fs::copy(from, to)?;
        return Ok(());
    }
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        copy_all(&entry.path(), &to.join(entry.file_name()))?;
    }
    Ok(())
}

/// Runs the engine's tests, and returns the name of the first that fails.
fn failing_test(copy: &Path) -> Result<Option<String>, Box<dyn Error>> {
    let output = Command::new(std::env::var_os("CARGO").unwrap_or("cargo".into()))
        .args(["test", "--quiet", "--features", "testing", "--lib"])
        .args(["--test", "drift", "--test", "exchange", "--test", "faults", "--test", "disk"])
        // It counts syncs, so it notices at once; but what a sync is for is held by others.
        .args(["--", "--skip", "a_run_syncs_as_often_as_it_says"])
        .env("CARGO_TARGET_DIR", copy.join("target"))
        .current_dir(copy)
        .output()?;
    if output.status.success() {
        return Ok(None);
    }
    let text = String::from_utf8_lossy(&output.stdout);
    let name =
        text.lines().find_map(|line| line.strip_prefix("---- ")?.strip_suffix(" stdout ----"));
    match name {
        Some(name) => Ok(Some(name.to_owned())),
        None => {
            Err(format!("it does not build:\n{}", String::from_utf8_lossy(&output.stderr)).into())
        }
    }
}
