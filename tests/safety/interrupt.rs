//! Ctrl-C and other signals, at every call that a run makes: all is as it was and the exit code
//! says so, or all is as planned.

use std::os::unix::process::ExitStatusExt;
use std::process::Stdio;
use std::sync::Mutex;
use std::thread;

use hatch_tests::TestHome;
use hatch_tests::session::Session;
use hatch_tests::tally::tally;

use crate::trace::{Fault, Kind, of_the_loader, run_with, tool, traced, under};
use crate::world::{Case, Effect, Found, Picture, World, hosts};

const SYNC: &str = "mcp sync --from-env dev --to-host claude-desktop,cursor,gemini,lmstudio \
                    --create --auto-approve";

/// Calls before and after which a run is in another state.
const CALLS: [&str; 8] =
    ["write", "openat2", "fsync", "renameat", "renameat2", "mkdirat", "unlinkat", "flock"];

/// Interrupted, as a shell says it too of a process that a signal ended.
const INTERRUPTED: i32 = 130;
const TERMINATED: i32 = 128 + 15;

/// Runs a command with a signal at each of its calls.
fn interrupt(case: &Case, kinds: &[Kind]) {
    let first = World::new(case);
    first.reset();
    let (run, calls) = traced(&first.home, &CALLS.join(","), case.line);
    run.ends(0);
    let mut jobs = Vec::new();
    for call in CALLS {
        let calls: Vec<_> = calls.iter().filter(|it| it.name == call).collect();
        let points = of_the_loader(&calls) + 1..=calls.len();
        jobs.extend(
            points.flat_map(|nth| kinds.iter().map(move |&kind| Fault { call, kind, nth })),
        );
    }
    let (queue, counts) = (Mutex::new(jobs.iter()), Mutex::new([0; 2]));
    thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| {
                let world = World::new(case);
                while let Some(fault) = { queue.lock().unwrap().next() } {
                    let found = try_one(&world, fault);
                    counts.lock().unwrap()[usize::from(found == Found::New)] += 1;
                }
            });
        }
    });
    let [old, new] = counts.into_inner().unwrap();
    assert!(old > 0 && new > 0, "{}: {old} and {new}", case.name);
    let outcomes = format!("{old} as it was, {new} as planned, 0 lost");
    let kinds: Vec<_> = kinds.iter().map(ToString::to_string).collect();
    tally("interrupts", &format!("{}: {}", case.name, kinds.join(", ")), jobs.len(), &outcomes);
}

fn try_one(world: &World, fault: &Fault) -> Found {
    let name = format!("{}: {fault}", world.case.name);
    world.reset();
    let run = run_with(&world.home, fault, world.case.line);
    let found = match run.code {
        0 => Found::New,
        INTERRUPTED | TERMINATED => Found::Old,
        code => panic!("{name}: ends with {code}: {}", run.stderr),
    };
    assert!(world.has_documents_of(found), "{name}: ends with {}: {}", run.code, run.stderr);
    assert!(!world.is_pending(), "{name}: the journal stays");
    for text in [&run.stdout, &run.stderr] {
        assert!(text.is_empty() || text.ends_with('\n'), "{name}: half a line: {text:?}");
        assert!(!text.contains("panicked"), "{name}: {text}");
    }
    assert_eq!(world.recover(&name), found, "{name}");
    found
}

#[test]
fn a_signal_at_any_call_leaves_all_or_nothing() {
    let effect = Effect::Changes { keeps: true };
    let sync = Case { name: "sync", line: SYNC, prepare: |_| (), effect };
    interrupt(&sync, &[Kind::Signal("INT"), Kind::Signal("TERM")]);
    // Again at each call from then on, so also while everything is put back.
    interrupt(&sync, &[Kind::Signals("INT")]);
    let line = "mcp configure other --host claude-desktop,cursor,gemini --command c --auto-approve";
    let configure = Case { name: "configure", line, prepare: |_| (), effect };
    interrupt(&configure, &[Kind::Signal("INT"), Kind::Signals("TERM")]);
}

/// On a terminal, with a disk that is slow: the line that says what is going on goes away.
#[test]
fn ctrl_c_while_files_are_written_takes_everything_back() {
    let home = hosts();
    let before = Picture::of(home.path());
    let strace = tool("strace");
    let program = hatch_tests::program();
    let slow = ["-qq", "-o", "/dev/null", "-e", "trace=fsync", "-e"];
    let delay = ["inject=fsync:delay_enter=150000", program.to_str().unwrap()];
    let line: Vec<_> = SYNC.split_whitespace().collect();
    let arguments = [&slow[..], &delay, &line].concat();
    let mut session = Session::of(&strace, &arguments, &home, 100, &[("NO_COLOR", "1")]);
    session.until("Writing ...");
    session.answer("\u{3}\u{3}");
    let (code, text) = session.end();
    assert_eq!(code, INTERRUPTED, "{text}");
    assert!(text.contains("every file is as it was"), "{text}");
    let last = text.trim_end_matches('\r').lines().last().unwrap_or_default();
    assert!(text.ends_with(['\n', '\r']) && !last.contains("..."), "{text:?}");
    assert!(Picture::of(home.path()).documents() == before.documents());
    assert!(!home.join(".hatch/journal.json").exists());
    tally("interrupts", "Ctrl-C, twice, on a terminal and a slow disk", 1, "1 as it was");
}

/// What was to be printed has no reader any more, at each write of a run that changes files.
#[test]
fn an_output_that_breaks_off_leaves_all_or_nothing() {
    let effect = Effect::Changes { keeps: true };
    let case = Case { name: "sync", line: SYNC, prepare: |_| (), effect };
    let world = World::new(&case);
    world.reset();
    let (run, calls) = traced(&world.home, "write", SYNC);
    run.ends(0);
    let (mut old, mut new) = (0, 0);
    let count = calls.iter().filter(|it| it.text.starts_with("write(1<")).count();
    for printed in 0..=count {
        world.reset();
        let found = cut_off(&world.home, printed);
        assert!(world.has_documents_of(found), "after {printed} writes");
        assert_eq!(world.recover("a pipe"), found, "after {printed} writes");
        if found == Found::Old { old += 1 } else { new += 1 }
    }
    assert!(old > 0 && new > 0, "{old} and {new}");
    let outcomes = format!("{old} as it was, {new} as planned, 0 lost");
    tally("interrupts", "sync: its reader goes away", count + 1, &outcomes);
}

/// Runs a sync whose standard output breaks off after so many writes of its.
fn cut_off(home: &TestHome, printed: usize) -> Found {
    let inject = format!("inject=write:error=EPIPE:signal=PIPE:when={}+", printed + 1);
    let strace = ["-qq", "-o", "/dev/null", "-P", "/dev/null", "-e", "trace=write", "-e", &inject];
    let mut command = home.command();
    let mut command = under("strace", &strace, command.args(SYNC.split_whitespace()));
    let output = command.stdout(Stdio::null()).stderr(Stdio::piped()).output().unwrap();
    assert_eq!(output.status.signal(), None, "it died of a closed pipe");
    match output.status.code() {
        Some(0) => Found::New,
        code => {
            let stderr = String::from_utf8_lossy(&output.stderr);
            assert_eq!(code, Some(1), "{stderr}");
            Found::Old
        }
    }
}
