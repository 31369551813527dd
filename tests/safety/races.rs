//! Several that write at the same time: hatch and hatch, a host and hatch, and whoever moves
//! folders about.

use std::fs;
use std::os::unix::fs::symlink;
use std::process::{Child, Stdio};
use std::time::{Duration, Instant};

use hatch_tests::TestHome;
use hatch_tests::tally::tally;
use serde_json::Value;

use crate::held::Held;
use crate::trace::traced;
use crate::world::{CLAUDE, CURSOR, GEMINI, LMSTUDIO, hosts};

const FILES: [&str; 4] = [CLAUDE, CURSOR, GEMINI, LMSTUDIO];

/// How many run at the same time.
const PROCESSES: usize = 8;

const SYNC: &str = "mcp sync --from-env dev --to-host claude-desktop,cursor,gemini,lmstudio \
                    --create --auto-approve";

/// What a host writes that comes between: a server of its own of the name that the run adds, so
/// that the run may not go on with what was approved.
const TAKEN: &str = "{ \"mcpServers\": { \"dev-tools\": { \"command\": \"the host's\" } } }";

/// The call that gives a document its new contents. Nothing else is renamed with it.
const PLACES: &str = "renameat2";

/// The rename after which the journal is there: three copies come before.
const JOURNAL: usize = 4;

/// Four hosts' files without comments, which a test can read.
fn plain_hosts() -> TestHome {
    let home = TestHome::in_memory();
    for file in FILES {
        home.write(file, "{\n  \"mcpServers\": {}\n}\n");
    }
    home
}

fn has(home: &TestHome, file: &str, server: &str) -> bool {
    let value: Value = serde_json::from_slice(&home.read(file)).expect("a whole document");
    value["mcpServers"].get(server).is_some()
}

/// Every file below hatch's folders and the hosts' that no run should leave.
fn assert_nothing_half_written(home: &TestHome) {
    let left = home.files().into_keys().find(|path| {
        let name = path.file_name().unwrap().to_string_lossy();
        name.starts_with(".hatch-tmp-") || name == "journal.json"
    });
    assert_eq!(left, None);
}

/// Syncs a server of its own for each process, all at once. Returns what each server's run
/// came to.
fn at_once(home: &TestHome, round: usize, folder: fn(usize) -> &'static str) -> Vec<(String, i32)> {
    let start = |process: usize| -> (String, Child) {
        let server = format!("s{round}-{process}");
        let json = format!("{{ \"mcpServers\": {{ \"{server}\": {{ \"command\": \"c\" }} }} }}");
        home.write(&format!("envs/{server}.json"), json);
        let line = format!("mcp sync --from-env envs/{server}.json --to-host all --auto-approve");
        let mut command = home.command();
        command.env("HATCH_HOME", home.join(folder(process))).args(line.split_whitespace());
        let child = command.stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
        (server, child)
    };
    let children: Vec<_> = (0..PROCESSES).map(start).collect();
    let end = |(server, child): (String, Child)| {
        let output = child.wait_with_output().unwrap();
        let stderr = String::from_utf8_lossy(&output.stderr).into_owned();
        let code = output.status.code().unwrap_or(-1);
        let is_known = match code {
            0 => true,
            1 => ["has changed since the plan", "another hatch is writing", "had other contents"]
                .iter()
                .any(|reason| stderr.contains(reason)),
            4 => stderr.contains("has changed since") || stderr.contains("was changed after"),
            _ => false,
        };
        assert!(is_known, "{server} ends with {code}: {stderr}");
        (server, code)
    };
    children.into_iter().map(end).collect()
}

#[test]
fn of_runs_at_the_same_time_none_is_lost() {
    let home = plain_hosts();
    let mut done = 0;
    for round in 0.. {
        for (server, code) in at_once(&home, round, |_| ".hatch") {
            assert_eq!(code, 0, "{server}");
            for file in FILES {
                assert!(has(&home, file, &server), "{server} in {file}");
            }
            done += 1;
        }
        assert_nothing_half_written(&home);
        if done >= 100 {
            break;
        }
    }
    let outcomes = format!("{done} are in all 4 files, 0 refused, 0 lost");
    tally("races", "8 syncs at the same time", done, &outcomes);
}

/// Twenty commands that were started at once, as a script may.
#[test]
fn twenty_configures_at_once_are_all_there() {
    let home = plain_hosts();
    let start = |process: usize| -> Child {
        let line = format!("mcp configure s{process} --host cursor --command c --auto-approve");
        let mut command = home.command();
        command.args(line.split_whitespace()).stdout(Stdio::null()).stderr(Stdio::piped());
        command.spawn().unwrap()
    };
    let children: Vec<_> = (0..20).map(start).collect();
    for (process, child) in children.into_iter().enumerate() {
        let output = child.wait_with_output().unwrap();
        let stderr = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(0), "s{process}: {stderr}");
    }
    for server in (0..20).map(|process| format!("s{process}")) {
        assert!(has(&home, CURSOR, &server), "{server} is lost");
    }
    assert_nothing_half_written(&home);
    tally("races", "20 configures at the same time", 20, "20 are there, 0 refused, 0 lost");
}

#[test]
fn a_host_that_writes_after_the_plan_stops_the_run() {
    let home = hosts();
    let before = [CLAUDE, GEMINI].map(|file| home.read(file));
    let held = Held::after(&home, "flock", 1, SYNC);
    home.write(CURSOR, TAKEN);
    let (code, stderr) = held.go_on();
    assert_eq!(code, 1, "{stderr}");
    assert!(stderr.contains("`~/.cursor/mcp.json` has changed since the plan"), "{stderr}");
    assert!([CLAUDE, GEMINI].map(|file| home.read(file)) == before);
    assert_eq!(home.text(CURSOR), TAKEN);
    assert!(!home.join(LMSTUDIO).exists());
    assert_nothing_half_written(&home);
    tally("races", "a host writes between plan and write", 1, "1 as it was, 0 lost");
}

/// What it wrote is something else: the same changes are made to the file as it is now.
#[test]
fn a_host_that_writes_something_else_after_the_plan_is_planned_for_again() {
    for (call, nth) in [("flock", 1), (PLACES, 1)] {
        let home = hosts();
        let held = Held::after(&home, call, nth, SYNC);
        home.write(CURSOR, "{ \"mcpServers\": {}, \"by\": \"the host\" }");
        let (code, stderr) = held.go_on();
        assert_eq!(code, 0, "{call}: {stderr}");
        assert!(FILES.iter().all(|file| home.text(file).contains("dev-tools")), "{call}");
        assert!(home.text(CURSOR).contains("\"by\": \"the host\""), "{call}");
        assert_nothing_half_written(&home);
    }
    tally("races", "a host writes something else after the plan", 2, "2 as planned, 0 lost");
}

#[test]
fn a_host_that_writes_between_two_files_stops_the_run() {
    let order = [CLAUDE, CURSOR, GEMINI, LMSTUDIO];
    for (written, next) in (1..order.len()).map(|it| (it, order[it])) {
        let home = hosts();
        let before: Vec<_> = order.map(|file| fs::read(home.join(file)).ok()).into();
        let held = Held::after(&home, PLACES, written, SYNC);
        assert!(Some(home.read(order[written - 1])) != before[written - 1], "{next}: too soon");
        home.write(next, TAKEN);
        let (code, stderr) = held.go_on();
        assert_eq!(code, 1, "{next}: {stderr}");
        assert_eq!(home.text(next), TAKEN, "what the host wrote stays");
        for (file, before) in order.iter().zip(&before).filter(|(file, _)| **file != next) {
            assert!(fs::read(home.join(file)).ok() == *before, "{file} is put back");
        }
        assert_nothing_half_written(&home);
    }
    tally("races", "a host writes between two files", 3, "3 as it was, 0 lost");
}

/// Which call of a sync is the last of its name before the document at this place in the plan
/// gets its new contents.
fn last_before_placing(call: &str, document: usize) -> usize {
    last_before(&hosts(), SYNC, call, document)
}

fn last_before(home: &TestHome, line: &str, call: &str, document: usize) -> usize {
    let (run, calls) = traced(home, &format!("{call},{PLACES}"), line);
    run.ends(0);
    let places = calls.iter().enumerate().filter(|(_, it)| it.name == PLACES);
    let (at, _) = { places }.nth(document).expect("a document");
    calls[..at].iter().filter(|it| it.name == call).count()
}

/// As most hosts write: a new file takes the name.
fn write_as_a_host(home: &TestHome, file: &str, text: &str) {
    home.write(&format!("{file}.new"), text);
    fs::rename(home.join(format!("{file}.new")), home.join(file)).unwrap();
}

/// The new bytes are on the disk and about to get the name: after they were synced, and after
/// the last look at the old file, which can still be seen.
#[test]
fn a_host_that_writes_at_the_last_moment_is_not_overwritten() {
    for (document, file) in [CLAUDE, CURSOR, GEMINI].into_iter().enumerate() {
        for call in ["fsync", "openat2"] {
            let nth = last_before_placing(call, document);
            let home = hosts();
            let before = [CLAUDE, CURSOR, GEMINI].map(|file| home.read(file));
            let held = Held::after(&home, call, nth, SYNC);
            assert!(home.read(file) == before[document], "{file}, {call}: too late");
            write_as_a_host(&home, file, TAKEN);
            let (code, stderr) = held.go_on();
            assert_eq!(code, 1, "{file}, {call}: {stderr}");
            assert!(stderr.contains("has changed since the plan was made"), "{stderr}");
            assert_eq!(home.text(file), TAKEN);
            let others = [CLAUDE, CURSOR, GEMINI].into_iter().zip(before);
            for (other, before) in others.filter(|(other, _)| *other != file) {
                assert!(home.read(other) == before, "{file}, {call}: {other}");
            }
            assert!(!home.join(LMSTUDIO).exists());
            assert_nothing_half_written(&home);
        }
    }
    tally("races", "a host writes right before the rename", 6, "6 as it was, 0 lost");
}

#[test]
fn a_host_that_makes_its_file_at_the_last_moment_keeps_it() {
    let home = hosts();
    let held = Held::after(&home, "fsync", last_before_placing("fsync", 3), SYNC);
    assert!(!home.join(LMSTUDIO).exists(), "too late");
    write_as_a_host(&home, LMSTUDIO, TAKEN);
    let (code, stderr) = held.go_on();
    assert_eq!(code, 1, "{stderr}");
    assert_eq!(home.text(LMSTUDIO), TAKEN);
    assert_nothing_half_written(&home);
    tally("races", "a host makes its file right before the rename", 1, "1 as it was, 0 lost");
}

/// Undoing a sync takes the file away that it made, unless its host has written it by then.
#[test]
fn a_host_that_writes_while_its_file_is_taken_away_keeps_it() {
    let undo = "mcp undo --auto-approve";
    for call in ["fsync", "openat2"] {
        let synced = || {
            let home = hosts();
            home.line(SYNC).ends(0);
            home
        };
        let nth = last_before(&synced(), undo, call, 3);
        let home = synced();
        let before = [CLAUDE, CURSOR, GEMINI].map(|file| home.read(file));
        let held = Held::after(&home, call, nth, undo);
        assert!(home.join(LMSTUDIO).exists(), "{call}: too late");
        write_as_a_host(&home, LMSTUDIO, "{}");
        let (code, stderr) = held.go_on();
        assert_eq!(code, 1, "{call}: {stderr}");
        assert!(stderr.contains("`~/.lmstudio/mcp.json` has changed since"), "{stderr}");
        assert_eq!(home.text(LMSTUDIO), "{}", "{call}");
        assert!([CLAUDE, CURSOR, GEMINI].map(|file| home.read(file)) == before, "{call}");
        assert_nothing_half_written(&home);
    }
    tally("races", "a host writes right before its file is removed", 2, "2 as it was, 0 lost");
}

/// What is there after the rename is the host's, and nobody can say what it was made from: the
/// rest is put back, and a person is told.
#[test]
fn a_host_that_writes_right_after_the_rename_is_left_alone() {
    let order = [CLAUDE, CURSOR, GEMINI];
    for (at, file) in order.into_iter().enumerate() {
        let home = hosts();
        let before = order.map(|file| home.read(file));
        let held = Held::after(&home, PLACES, at + 1, SYNC);
        assert!(home.read(file) != before[at], "{file}: too soon");
        write_as_a_host(&home, file, "{}");
        let (code, stderr) = held.go_on();
        assert_eq!(code, 4, "{file}: {stderr}");
        // The next run says it once more, with the copy's name, and then it is settled.
        let told = home.line("env create after").expect(4).stderr;
        assert!(told.contains("what it held before the run is in"), "{told}");
        home.line("env create after").ends(0);
        for (other, before) in order.iter().zip(&before) {
            let expected = if *other == file { &b"{}"[..] } else { before };
            assert!(home.read(other) == expected, "{file}: {other}");
        }
        assert!(!home.join(LMSTUDIO).exists(), "{file}");
        assert_nothing_half_written(&home);
        let copies = home
            .files()
            .into_iter()
            .filter(|(path, _)| path.starts_with(home.join(".hatch/backups")));
        assert!(copies.into_iter().any(|(_, (bytes, ..))| bytes == before[at]), "{file}: no copy");
    }
    tally("races", "a host writes right after the rename", 3, "3 left alone and told, 0 lost");
}

/// No lock is between them: what each finds is all that it knows of the other.
#[test]
fn of_two_hatches_with_folders_of_their_own_none_overwrites_the_other() {
    let home = plain_hosts();
    let folder = |process: usize| [".hatch", ".other"][process % 2];
    let (mut done, mut refused, mut left) = (0, 0, 0);
    for round in 0.. {
        for (server, code) in at_once(&home, round, folder) {
            let found = FILES.iter().filter(|file| has(&home, file, &server)).count();
            match code {
                0 => {
                    assert_eq!(found, FILES.len(), "{server} is lost");
                    done += 1;
                }
                1 => {
                    assert_eq!(found, 0, "{server} stays");
                    refused += 1;
                }
                _ => left += 1,
            }
        }
        if done + refused + left >= 100 {
            break;
        }
    }
    for folder in [".hatch", ".other"] {
        let recover = || {
            let mut command = home.command();
            command.env("HATCH_HOME", home.join(folder)).args(["env", "create", "after"]);
            home.run(&mut command)
        };
        let first = recover();
        assert!([0, 4].contains(&first.code), "{}", first.stderr);
        assert!(first.code == 0 || recover().code == 0, "{folder} does not recover");
    }
    assert_nothing_half_written(&home);
    let outcomes = format!(
        "{done} are in all 4 files, {refused} refused and in none, {left} met another's half \
         and said so, 0 lost"
    );
    tally("races", "8 syncs from 2 folders of hatch's own", done + refused + left, &outcomes);
}

#[test]
fn a_lock_of_a_dead_run_holds_nobody_up() {
    let home = hosts();
    Held::after(&home, "flock", 1, SYNC).kill();
    let begun = Instant::now();
    home.line(SYNC).ends(0);
    assert!(begun.elapsed() < Duration::from_secs(4), "it waited for a dead run");
    tally("races", "a lock whose owner was killed", 1, "1 as planned");
}

#[test]
fn a_lock_of_a_live_run_is_waited_for_and_named() {
    let home = hosts();
    let held = Held::after(&home, "flock", 1, SYNC);
    let run = home.line("env add dev other --command other").expect(1);
    let expected = "another hatch is writing, and holds `~/.hatch/hatch.lock`";
    assert!(run.stderr.contains(expected), "{}", run.stderr);
    let (code, stderr) = held.go_on();
    assert_eq!(code, 0, "{stderr}");
    home.line("env add dev other --command other").ends(0);
    tally("races", "a lock that is held for more than 30 s", 1, "1 as it was");
}

/// What is written stays in the folder that was opened, wherever that is by now.
#[test]
fn a_folder_that_is_swapped_for_a_link_leads_nowhere() {
    let elsewhere = TestHome::in_memory();
    elsewhere.write("mcp.json", "{ \"mcpServers\": {} }");
    for (call, nth) in [("flock", 1), ("renameat", JOURNAL), (PLACES, 1)] {
        let home = hosts();
        let held = Held::after(&home, call, nth, SYNC);
        fs::rename(home.join(".cursor"), home.join("moved")).unwrap();
        symlink(elsewhere.path(), home.join(".cursor")).unwrap();
        let (code, stderr) = held.go_on();
        let is_written = home.text("moved/mcp.json").contains("dev-tools");
        assert_eq!(code, i32::from(!is_written), "{stderr}");
        assert_eq!(elsewhere.text("mcp.json"), "{ \"mcpServers\": {} }");
        assert_eq!(elsewhere.files().len(), 1);
    }
    tally("races", "a folder is swapped for a link", 3, "0 written elsewhere");
}

#[test]
fn a_link_in_place_of_a_folder_to_be_made_is_not_followed_outside() {
    let elsewhere = TestHome::in_memory();
    let home = hosts();
    let before = [CLAUDE, CURSOR, GEMINI].map(|file| home.read(file));
    let held = Held::after(&home, "renameat", JOURNAL, SYNC);
    symlink(elsewhere.path(), home.join(".lmstudio")).unwrap();
    let (code, stderr) = held.go_on();
    assert_eq!(code, 1, "{stderr}");
    assert!(elsewhere.files().is_empty());
    assert!([CLAUDE, CURSOR, GEMINI].map(|file| home.read(file)) == before);
    tally("races", "a link appears where a folder was to be made", 1, "1 as it was");
}

/// A clock that was wrong, and is right again: runs from the future are in the history.
#[test]
fn a_clock_that_went_back_costs_nothing() {
    let home = hosts();
    let first = home.read(CURSOR);
    home.line(SYNC).ends(0);
    let id = fs::read_dir(home.join(".hatch/backups")).unwrap().next().unwrap().unwrap();
    let id = id.file_name().into_string().unwrap();
    let (year, future) = (&id[..4], format!("2999{}", &id[4..]));
    let folder = format!(".hatch/backups/{future}");
    fs::rename(home.join(".hatch/backups").join(&id), home.join(&folder)).unwrap();
    let manifest = home.text(&format!("{folder}/manifest.json"));
    home.write(
        &format!("{folder}/manifest.json"),
        manifest.replace(&format!("\"{year}-"), "\"2999-"),
    );
    home.environment("dev", &crate::world::DEV.replace("--fast", "--slow"));
    let second = home.read(CURSOR);
    home.line(SYNC).ends(0);
    let third = home.read(CURSOR);

    // The run of the future counts as the last, and is not as it left the files.
    let run = home.line("mcp undo --auto-approve").expect(1);
    assert!(run.stderr.contains("changed"), "{}", run.stderr);
    assert!(home.read(CURSOR) == third, "nothing is undone by guessing");
    let listed = home.line("mcp history --json").expect(0);
    let listed: Value = serde_json::from_str(&listed.stdout).unwrap();
    let runs: Vec<_> = listed["runs"].as_array().unwrap().iter().collect();
    assert_eq!(runs.len(), 2);
    let named = |at: usize| runs[at]["operation"].as_str().unwrap().to_owned();
    home.line(&format!("mcp undo {} --auto-approve", named(1))).ends(0);
    assert!(home.read(CURSOR) == second);
    home.line(&format!("mcp undo {} --auto-approve", named(0))).ends(0);
    assert!(home.read(CURSOR) == first);
    tally("races", "a clock that went back", 1, "both runs undone by name, 0 lost");
}
