//! Every system call that a command makes fails once, fails from then on, or is its last.
//!
//! One call after the other, until a run goes through untouched. After each run the documents
//! have to be what its exit code says, and after the next one that writes, all old or all new.

use std::collections::BTreeMap;
use std::sync::Mutex;
use std::thread;

use hatch_tests::TestHome;
use hatch_tests::tally::tally;

use crate::trace::{Call, Fault, KILLED, Kind, of_the_loader, only_looks, run_with, traced};
use crate::world::{Case, Effect, Found, World};

/// How many runs go on at the same time.
const WORKERS: usize = 2;

/// Calls of one kind, and what can go wrong with them. An interrupted call is to be made again.
const FAULTS: &[(&[&str], &[Kind])] = &[
    (
        &["openat", "openat2", "open"],
        &[
            Kind::Fails("EACCES"),
            Kind::Fails("EIO"),
            Kind::Fails("EMFILE"),
            Kind::Fails("EINTR"),
            Kind::Breaks("EROFS"),
            KILL,
        ],
    ),
    (
        &["write", "pwrite64", "writev"],
        &[
            Kind::Fails("ENOSPC"),
            Kind::Fails("EIO"),
            Kind::Fails("EDQUOT"),
            Kind::Fails("EINTR"),
            Kind::Breaks("ENOSPC"),
            Kind::Lies,
            KILL,
        ],
    ),
    (
        &["fsync", "fdatasync"],
        &[
            Kind::Fails("EIO"),
            Kind::Fails("ENOSPC"),
            Kind::Fails("EINTR"),
            Kind::Breaks("EIO"),
            KILL,
        ],
    ),
    (
        &["rename", "renameat", "renameat2"],
        &[
            Kind::Fails("EIO"),
            Kind::Fails("EACCES"),
            Kind::Fails("ENOSPC"),
            // What a file system says that can't do what is asked: there is another way.
            Kind::Fails("EINVAL"),
            Kind::Breaks("EROFS"),
            KILL,
        ],
    ),
    (
        &["unlink", "unlinkat", "rmdir"],
        &[Kind::Fails("EIO"), Kind::Fails("EACCES"), Kind::Breaks("EROFS"), KILL],
    ),
    (&["link", "linkat", "symlink", "symlinkat"], &[Kind::Fails("EIO"), KILL]),
    (
        &["mkdir", "mkdirat"],
        &[Kind::Fails("EACCES"), Kind::Fails("EIO"), Kind::Fails("ENOSPC"), KILL],
    ),
    (
        &["chmod", "fchmod", "fchmodat", "fchmodat2"],
        &[Kind::Fails("EPERM"), Kind::Fails("EIO"), KILL],
    ),
    (&["chown", "fchown", "fchownat"], &[Kind::Fails("EPERM"), KILL]),
    (&["truncate", "ftruncate", "fallocate"], &[Kind::Fails("ENOSPC"), KILL]),
    (&["flock"], &[Kind::Fails("EIO"), Kind::Fails("ENOLCK"), Kind::Fails("EINTR"), KILL]),
    (&["getrandom"], &[Kind::Fails("EIO"), Kind::Fails("EINTR")]),
    (&["read", "pread64", "readv"], &[Kind::Fails("EIO"), Kind::Fails("EINTR")]),
    (&["statx", "newfstatat", "fstat", "stat", "lstat"], &[Kind::Fails("EIO")]),
    (&["getdents64"], &[Kind::Fails("EIO")]),
    (&["readlink", "readlinkat"], &[Kind::Fails("EIO")]),
];

const KILL: Kind = Kind::Signal("KILL");

/// How thorough a case is.
#[derive(Clone, Copy)]
enum Depth {
    /// Every fault, at every call.
    All,
    /// The first fault of each call, those that last, and a kill; of calls that only look, each
    /// so many.
    Some(usize),
}

/// What came of the runs with one call's faults.
#[derive(Default)]
struct Outcomes {
    tried: usize,
    old: usize,
    new: usize,
    partly: usize,
    /// Runs that could not put everything back, and left that to the next.
    left: usize,
}

/// Puts every fault into a case's command, one a run.
fn hold(case: &Case, depth: Depth) {
    let (jobs, unused) = jobs(case, depth);
    let queue = Mutex::new(jobs.iter());
    let outcomes = Mutex::new(BTreeMap::new());
    thread::scope(|scope| {
        for _ in 0..WORKERS {
            scope.spawn(|| {
                let world = World::new(case);
                while let Some(job) = { queue.lock().unwrap().next() } {
                    let mut outcome = Outcomes::default();
                    try_one(&world, job, &mut outcome);
                    add(&mut outcomes.lock().unwrap(), &job.fault, &outcome);
                }
            });
        }
    });
    for ((call, kind), of) in outcomes.into_inner().unwrap() {
        let lost = of.tried - of.old - of.new - of.partly;
        assert_eq!(lost, 0, "{call} {kind}");
        let mut text = format!("{} as it was, {} as planned, {lost} lost", of.old, of.new);
        if of.partly > 0 {
            text += &format!("; {} partly cleaned, each backup whole", of.partly);
        }
        if of.left > 0 {
            text += &format!("; {} put back by the next run", of.left);
        }
        let thinly = match depth {
            Depth::Some(step) if only_looks(&call) => format!(" (each {step}th that only looks)"),
            _ => String::new(),
        };
        tally("faults", &format!("{}: {call} {kind}{thinly}", case.name), of.tried, &text);
    }
    tally("faults", &format!("{}: {}", case.name, unused.join(", ")), 0, "never called");
}

type ByCall = BTreeMap<(String, String), Outcomes>;

fn add(all: &mut ByCall, fault: &Fault, of: &Outcomes) {
    let kind = match fault.kind {
        Kind::Fails(_) => "fails once".to_owned(),
        Kind::Breaks(_) => "fails from then on".to_owned(),
        Kind::Lies => "writes nothing and says 1 byte".to_owned(),
        Kind::Signal(signal) | Kind::Signals(signal) => format!("is the last, SIG{signal}"),
    };
    let sum = all.entry((fault.call.to_owned(), kind)).or_default();
    sum.tried += of.tried;
    sum.old += of.old;
    sum.new += of.new;
    sum.partly += of.partly;
    sum.left += of.left;
}

/// A fault to try.
struct Job {
    fault: Fault,
    /// Whether it is put after the last call, where nothing may come of it.
    is_beyond: bool,
}

/// All faults to try, and the calls that the command never makes.
fn jobs(case: &Case, depth: Depth) -> (Vec<Job>, Vec<&'static str>) {
    let world = World::new(case);
    world.reset();
    let all: Vec<_> = FAULTS.iter().flat_map(|(calls, _)| calls.iter().copied()).collect();
    let (run, calls) = traced(&world.home, &all.join(","), case.line);
    run.ends(0);
    let (mut jobs, mut unused) = (Vec::new(), Vec::new());
    for (names, kinds) in FAULTS {
        for &call in *names {
            let calls: Vec<_> = calls.iter().filter(|it| it.name == call).collect();
            if calls.is_empty() {
                unused.push(call);
                continue;
            }
            for &kind in *kinds {
                let points = points(&calls, kind, kind == kinds[0], depth);
                jobs.extend(points.into_iter().map(|nth| {
                    let is_beyond = nth > calls.len();
                    Job { fault: Fault { call, kind, nth }, is_beyond }
                }));
            }
        }
    }
    (jobs, unused)
}

/// At which of a command's calls of one name a fault is tried; after the last one, too, where
/// nothing may come of it.
fn points(calls: &[&Call], kind: Kind, is_first: bool, depth: Depth) -> Vec<usize> {
    let own = of_the_loader(calls);
    let makes = |nth: usize| calls[nth - 1].text.contains("O_CREAT");
    let is_tried = |nth: &usize| match depth {
        // What is made by opening is gone or there at the next call: only then it matters.
        _ if kind == KILL && calls[0].name.starts_with("open") => makes(*nth),
        // The standard library's own, for hash tables: it can't go on without.
        _ if calls[nth - 1].text.contains("GRND_") => false,
        Depth::All => true,
        Depth::Some(_) if matches!(kind, Kind::Fails(_) | Kind::Lies) && !is_first => false,
        Depth::Some(step) => !only_looks(&calls[0].name) || makes(*nth) || nth.is_multiple_of(step),
    };
    let mut points: Vec<_> = (own + 1..=calls.len()).filter(is_tried).collect();
    if !points.is_empty() {
        points.push(calls.len() + 1);
    }
    points
}

/// Runs the command with one fault in it, then what recovers, and checks everything.
fn try_one(world: &World, job: &Job, outcomes: &mut Outcomes) {
    let fault = &job.fault;
    let name = format!("{}: {fault}", world.case.name);
    world.reset();
    let run = run_with(&world.home, fault, world.case.line);
    assert!(!run.stderr.contains("panicked"), "{name}: {}", run.stderr);
    let is_killed = fault.kind == KILL && !job.is_beyond;
    assert!(!job.is_beyond || run.code == 0, "{name}: it was not met: {}", run.stderr);
    assert_eq!(run.code == KILLED, is_killed, "{name}: {}", run.stderr);
    let cleans = world.case.effect == Effect::Cleans;
    let now = match run.code {
        // What could not be noted is said, and is no failure.
        0 | 1 if world.case.effect == Effect::Notes => None,
        0 => Some(Found::New),
        1 if !cleans => Some(Found::Old),
        1 | 4 | KILLED => None,
        code => panic!("{name}: ends with {code}: {}", run.stderr),
    };
    if let Some(found) = now {
        let ended = format!("{name}: ends with {}: {}", run.code, run.stderr);
        assert!(world.has_documents_of(found), "{ended}");
    }
    if world.is_pending() {
        let list = world.home.line("mcp list hosts").expect(0);
        assert!(list.stderr.contains("an earlier run was interrupted"), "{name}: {}", list.stderr);
    }
    let found = world.recover(&name);
    assert!(now.is_none_or(|now| now == found), "{name}: first {now:?}, then {found:?}");
    outcomes.tried += 1;
    outcomes.left += usize::from(run.code == 4);
    match found {
        Found::Old => outcomes.old += 1,
        Found::New => outcomes.new += 1,
        Found::Some => outcomes.partly += 1,
    }
}

fn synced(home: &TestHome) {
    home.line(SYNC).ends(0);
}

const SYNC: &str = "mcp sync --from-env dev --to-host claude-desktop,cursor,gemini,lmstudio \
                    --create --auto-approve";

/// A sync, and another one with other servers.
fn synced_twice(home: &TestHome) {
    synced(home);
    home.environment("dev", &crate::world::DEV.replace("--fast", "--slow"));
    synced(home);
}

#[test]
fn a_sync() {
    let effect = Effect::Changes { keeps: true };
    hold(&Case { name: "sync", line: SYNC, prepare: |_| (), effect }, Depth::All);
}

#[test]
fn a_sync_without_a_backup() {
    let line = "mcp sync --from-env dev --to-host claude-desktop,cursor,gemini,lmstudio \
                --create --auto-approve --no-backup";
    let effect = Effect::Changes { keeps: false };
    let case = Case { name: "sync --no-backup", line, prepare: |_| (), effect };
    hold(&case, Depth::Some(8));
}

#[test]
fn the_other_commands_that_change_hosts() {
    let effect = Effect::Changes { keeps: true };
    let commands = [
        ("backup restore", "mcp backup restore all --auto-approve", synced_twice as fn(&TestHome)),
        ("undo", "mcp undo --auto-approve", synced),
        (
            "configure",
            "mcp configure other --host claude-desktop,cursor,gemini --command c --auto-approve",
            |_| (),
        ),
        ("remove server", "mcp remove server dev-tools --host all --auto-approve", synced),
        ("env add", "env add dev other --command other", |_| ()),
        ("apply", "mcp apply .hatch/plan.json --auto-approve", |home| {
            home.line(&format!("{SYNC} --out .hatch/plan.json")).ends(0);
        }),
    ];
    for (name, line, prepare) in commands {
        hold(&Case { name, line, prepare, effect }, Depth::Some(8));
    }
}

/// One host lost its file, and another all that hatch had put there.
fn lost(home: &TestHome) {
    synced(home);
    std::fs::remove_file(home.join(crate::world::LMSTUDIO)).unwrap();
    let gemini = "{ \"theme\": \"dark\" }\n";
    std::fs::write(home.join(crate::world::GEMINI), gemini).unwrap();
}

#[test]
fn a_repair() {
    let effect = Effect::Changes { keeps: true };
    let line = "mcp repair --auto-approve";
    hold(&Case { name: "repair", line, prepare: lost, effect }, Depth::Some(8));
}

#[test]
fn an_adoption() {
    let prepare = |home: &TestHome| home.line("env create own --from-host cursor").ends(0);
    let line = "mcp sync --from-env own --to-host cursor";
    hold(&Case { name: "adoption", line, prepare, effect: Effect::Notes }, Depth::Some(8));
}

#[test]
fn backups_themselves() {
    let line = "mcp backup create --host all";
    let case = Case { name: "backup create", line, prepare: |_| (), effect: Effect::Copies };
    hold(&case, Depth::Some(8));
    for (name, line) in [
        ("backup clean", "mcp backup clean --keep-count 0 --auto-approve"),
        ("backup clean of one host", "mcp backup clean cursor --keep-count 0 --auto-approve"),
    ] {
        let effect = Effect::Cleans;
        hold(&Case { name, line, prepare: synced_twice, effect }, Depth::Some(8));
    }
}
