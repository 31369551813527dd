//! All files or none: a host that can't be written, runs that are killed or interrupted, and
//! runs at the same time.

use std::path::PathBuf;
use std::process::Stdio;
use std::thread;
use std::time::{Duration, Instant};

use hatch_tests::{Run, TestHome};

use crate::common::{CLAUDE, CURSOR, DEV, FILES, GEMINI, has, hosts, hosts_with, names};

/// Files that a test puts back by hand count as edited by a person.
const SYNC: &str = "mcp sync --from-env dev --to-host all --auto-approve --on-conflict overwrite";

/// The hosts' files, as they are.
fn documents(home: &TestHome) -> [Vec<u8>; 4] {
    FILES.map(|file| home.read(file))
}

/// Names of files that only a run in progress has: the journal and what is half written.
fn leftovers(home: &TestHome) -> Vec<PathBuf> {
    let of_a_run = |path: &PathBuf| {
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        name == "journal.json" || name.starts_with(".hatch-tmp-")
    };
    home.files().into_keys().filter(of_a_run).collect()
}

/// The backups that a listing shows.
fn backups(home: &TestHome) -> usize {
    let run = home.line("mcp backup list cursor --json").expect(0);
    assert_eq!(run.stderr, "");
    crate::common::json(&run)["backups"].as_array().unwrap().len()
}

/// A file that may not grow: bytes on this machine, and blocks of the shell's `ulimit -f`.
/// Permissions do not stop root, and tests run as root in containers; this limit stops
/// everyone. A run under it can copy a file of exactly this size, and can't write a longer
/// one.
#[cfg(unix)]
fn limit(home: &TestHome) -> usize {
    let probe = home.join("probe");
    let script = r#"trap "" XFSZ; ulimit -f 64; head -c 200000 /dev/zero > "$0" 2>/dev/null"#;
    let _ =
        std::process::Command::new("/bin/sh").args(["-c", script]).arg(&probe).status().unwrap();
    let size = std::fs::metadata(&probe).unwrap().len();
    std::fs::remove_file(probe).unwrap();
    assert!((1..200_000).contains(&size), "this shell sets no limit: {size}");
    usize::try_from(size).unwrap()
}

/// Runs the command with files that may have 64 blocks at most.
#[cfg(unix)]
fn run_limited(home: &TestHome, line: &str) -> hatch_tests::Run {
    let script = r#"trap "" XFSZ; ulimit -f 64; exec "$0" "$@""#;
    let mut command = home.command();
    let mut shell = std::process::Command::new("/bin/sh");
    shell.args(["-c", script]).arg(hatch_tests::program()).args(line.split_whitespace());
    shell.env_clear().envs(command.get_envs().filter_map(|(name, value)| Some((name, value?))));
    shell.current_dir(home.path()).stdin(Stdio::null());
    command = shell;
    home.run(&mut command)
}

#[cfg(unix)]
#[test]
fn a_host_that_cannot_be_written_stops_all() {
    for flags in ["", " --no-backup"] {
        let home = hosts_with("dev", DEV);
        let padding = limit(&home) - home.read(GEMINI).len() - "//\n".len();
        home.write(GEMINI, format!("//{}\n{}", "x".repeat(padding), home.text(GEMINI)));
        let before = documents(&home);
        let modes: Vec<_> = home.files().into_values().map(|found| found.1).collect();

        let run = run_limited(&home, &format!("{SYNC}{flags}")).expect(1);
        has(
            &run.stderr,
            &[
                "error: `hatch mcp sync` was stopped, and every file is as it was",
                "caused by: failed to replace `~/.gemini/settings.json`",
                "File too large",
                "putting everything back",
                "`~/.config/Claude/claude_desktop_config.json` is as it was",
                "`~/.cursor/mcp.json` is as it was",
            ],
        );
        assert!(!run.stdout.contains("Done"), "{}", run.stdout);
        assert!(documents(&home) == before);
        assert_eq!(leftovers(&home), Vec::<PathBuf>::new());
        let now = home.files();
        let kept: Vec<_> =
            now.iter().filter(|(path, _)| !path.starts_with(home.join(".hatch"))).collect();
        assert!(kept.iter().all(|(_, found)| modes.contains(&found.1)));
        assert!(!home.join(".hatch/state.json").exists(), "nothing is managed");

        // Without the limit all of it goes through.
        has(&home.line(SYNC).expect(0).stdout, &["Done: 4 hosts changed."]);
    }
}

#[cfg(unix)]
#[test]
fn one_host_alone_that_cannot_be_written() {
    let home = hosts_with("dev", DEV);
    let padding = limit(&home) - home.read(GEMINI).len() - "//\n".len();
    home.write(GEMINI, format!("//{}\n{}", "x".repeat(padding), home.text(GEMINI)));
    let before = documents(&home);
    let run = run_limited(&home, "mcp sync --from-env dev --to-host gemini --auto-approve");
    has(&run.expect(1).stderr, &["failed to replace `~/.gemini/settings.json`", "File too large"]);
    assert!(documents(&home) == before);
    assert_eq!(leftovers(&home), Vec::<PathBuf>::new());
}

#[cfg(unix)]
#[test]
fn a_backup_that_cannot_be_made_stops_all() {
    let home = hosts_with("dev", DEV);
    let padding = limit(&home);
    home.write(GEMINI, format!("//{}\n{}", "x".repeat(padding), home.text(GEMINI)));
    let before = home.files();
    let run = run_limited(&home, SYNC).expect(1);
    has(&run.stderr, &["`hatch mcp sync` was stopped", "File too large"]);
    let after = home.files();
    for file in FILES {
        assert_eq!(before[&home.join(file)], after[&home.join(file)], "{file}");
    }
    assert_eq!(leftovers(&home), Vec::<PathBuf>::new());
    assert_eq!(backups(&home), 0);
}

#[test]
fn a_folder_that_takes_no_file_stops_all() {
    // Root may write everywhere: there the limit above stands in.
    let home = hosts_with("dev", DEV);
    let folder = home.join(".gemini");
    let mut permissions = folder.metadata().unwrap().permissions();
    let writable = permissions.clone();
    permissions.set_readonly(true);
    std::fs::set_permissions(&folder, permissions).unwrap();
    let bound = std::fs::File::create(folder.join("probe")).is_err();
    let before = documents(&home);
    if bound {
        has(&home.line(SYNC).expect(1).stderr, &["~/.gemini/settings.json", "as it was"]);
        assert!(documents(&home) == before);
        assert_eq!(leftovers(&home), Vec::<PathBuf>::new());
    }
    std::fs::set_permissions(&folder, writable).unwrap();
}

/// What comes next of a small generator: rounds differ, and runs do not.
fn next(seed: &mut u64) -> u64 {
    *seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
    *seed >> 33
}

/// Waits without sleeping, which could not be as short.
fn spin(micros: u64) {
    let until = Instant::now() + Duration::from_micros(micros);
    while Instant::now() < until {
        std::hint::spin_loop();
    }
}

#[test]
fn a_run_that_is_killed_is_put_right_by_the_next() {
    let home = hosts_with("dev", DEV);
    // A command that may write, and then finds nothing to do.
    home.environment("same", r#"{ "mcpServers": { "memo": { "command": "memo" } } }"#);
    home.write(CURSOR, "{ \"mcpServers\": { \"memo\": { \"command\": \"memo\" } } }");
    let old = documents(&home);
    home.line(SYNC).ends(0);
    let new = documents(&home);
    assert!(old.iter().zip(&new).all(|(old, new)| old != new));

    let (mut seed, mut seen_old, mut seen_new, mut recovered) = (7, 0, 0, 0);
    for round in 0..60 {
        for (file, bytes) in FILES.iter().zip(&old) {
            home.write(file, bytes);
        }
        let mut command = home.command();
        command.args(SYNC.split(' ')).stdout(Stdio::null()).stderr(Stdio::null());
        let mut child = command.spawn().unwrap();
        if round % 3 == 0 {
            spin(next(&mut seed) % 60_000);
        } else {
            // From the first write to the last.
            let journal = home.join(".hatch/journal.json");
            while !journal.exists() && child.try_wait().unwrap().is_none() {}
            spin(next(&mut seed) % 12_000);
        }
        let _ = child.kill();
        let _ = child.wait().unwrap();

        // A dry run says so and writes nothing; a run that writes puts it right.
        let interrupted = home.join(".hatch/journal.json").exists();
        let left = documents(&home);
        let dry = home.line("mcp sync --from-env same --to-host cursor --dry-run").expect(0);
        assert_eq!(dry.stderr.contains("an earlier run was interrupted"), interrupted);
        assert!(documents(&home) == left, "a dry run puts nothing back");
        let run = home.line("mcp sync --from-env same --to-host cursor --auto-approve").expect(0);
        has(&run.stdout, &["Nothing to do"]);
        assert_eq!(run.stderr.contains("putting back what an interrupted run"), interrupted);

        let found = documents(&home);
        assert!(found == old || found == new, "round {round}: half a sync is left");
        seen_old += u32::from(found == old);
        seen_new += u32::from(found == new);
        recovered += u32::from(interrupted);
    }
    // What was half written outside the journal's time goes with the next run that writes.
    for (file, bytes) in FILES.iter().zip(&old) {
        home.write(file, bytes);
    }
    home.line(SYNC).ends(0);
    assert_eq!(leftovers(&home), Vec::<PathBuf>::new());
    let _ = backups(&home);
    assert!(recovered > 3, "{recovered} of the kills were in the middle ({seen_old}, {seen_new})");
}

#[cfg(unix)]
#[test]
fn an_interrupted_run_puts_everything_back_at_once() {
    use rustix::process::{Pid, Signal, kill_process};

    let home = hosts_with("dev", DEV);
    let old = documents(&home);
    home.line(SYNC).ends(0);
    let new = documents(&home);
    let (mut seed, mut stopped) = (3, 0);
    for round in 0..30 {
        for (file, bytes) in FILES.iter().zip(&old) {
            home.write(file, bytes);
        }
        let mut command = home.command();
        command.args(SYNC.split(' ')).stdout(Stdio::null()).stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        let journal = home.join(".hatch/journal.json");
        while !journal.exists() && child.try_wait().unwrap().is_none() {}
        spin(next(&mut seed) % 3_000);
        let signal = if round % 2 == 0 { Signal::INT } else { Signal::TERM };
        let _ = kill_process(Pid::from_child(&child), signal);
        let output = child.wait_with_output().unwrap();
        let stderr = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(leftovers(&home), Vec::<PathBuf>::new());
        match output.status.code() {
            Some(0) => assert!(documents(&home) == new, "round {round}"),
            Some(130) => {
                assert!(documents(&home) == old, "round {round}: {stderr}");
                stopped += u32::from(stderr.contains("every file is as it was"));
            }
            other => panic!("round {round}: {other:?}\n{stderr}"),
        }
    }
    assert!(stopped > 0, "no run was stopped while it wrote");
}

/// Runs each command line in a process of its own, all at once.
fn at_once(home: &TestHome, lines: Vec<String>) -> Vec<(String, Run)> {
    thread::scope(|scope| {
        let runs = lines.into_iter().map(|line| {
            scope.spawn(move || {
                let run = home.line(&line);
                (line, run)
            })
        });
        runs.collect::<Vec<_>>().into_iter().map(|run| run.join().unwrap()).collect()
    })
}

#[test]
fn twenty_runs_at_once_all_succeed_and_all_servers_are_there() {
    let home = hosts();
    home.environment("dev", DEV);
    let text = r#"{ "mcpServers": { "synced": { "command": "synced" } } }"#;
    home.environment("team", text);
    let configure = |n| format!("mcp configure s{n} --host cursor --command c{n} --auto-approve");
    let mut lines: Vec<_> = (0..16).map(configure).collect();
    lines.push("mcp sync --from-env team --to-host all --auto-approve".to_owned());
    lines.push("mcp remove server dev-tools --host cursor --auto-approve --json".to_owned());
    lines.extend((0..4).map(|n| format!("env add dev e{n} --command c")));
    home.line("mcp sync --from-env dev --to-host cursor --auto-approve").ends(0);
    for (line, run) in at_once(&home, lines) {
        assert_eq!(run.code, 0, "{line}: {}{}", run.stdout, run.stderr);
        // The preview is of the first plan, and is shown once.
        let (title, _) = run.stdout.split_once('\n').unwrap();
        let is_once = |text: &str| run.stdout.matches(text).count() == 1;
        let is_json = line.contains("--json");
        assert!(is_json || is_once(title) && is_once("\nDone"), "{line}: {}", run.stdout);
    }
    let names = names(&home, CURSOR);
    for server in (0..16).map(|n| format!("s{n}")).chain(["synced".to_owned()]) {
        assert!(names.contains(&server), "{server} is not in {names:?}");
    }
    assert!(!names.contains(&"dev-tools".to_owned()));
    for server in (0..4).map(|n| format!("e{n}")) {
        assert!(home.text(".hatch/envs/dev.json").contains(&format!("\"{server}\"")));
    }
    assert_eq!(leftovers(&home), Vec::<PathBuf>::new());
    // Each run is in the history, and can be undone by its own.
    assert_eq!(crate::common::runs(&home).len(), 23);
}

/// What was approved is what is written: of two runs that change one server, one is refused.
#[test]
fn runs_at_once_that_change_the_same_server_never_overwrite_each_other() {
    let mut met = false;
    for round in 0..20 {
        let home = hosts();
        home.line("mcp configure mine --host cursor --command old --auto-approve").ends(0);
        let line = |n| format!("mcp configure mine --host cursor --command c{n} --auto-approve");
        let runs = at_once(&home, (0..4).map(line).collect());
        let done: Vec<_> = runs.iter().filter(|(_, run)| run.code == 0).collect();
        assert!(!done.is_empty(), "round {round}");
        for (line, run) in runs.iter().filter(|(_, run)| run.code != 0) {
            met = true;
            assert_eq!(run.code, 1, "{line}: {}", run.stderr);
            has(
                &run.stderr,
                &["every file is as it was", "has changed since the plan was made", "hint: run `"],
            );
        }
        assert!(done.iter().any(|(line, _)| {
            let command = line.split(' ').nth(6).unwrap();
            home.text(CURSOR).contains(&format!("\"command\": \"{command}\""))
        }));
        if met {
            return;
        }
    }
    panic!("no two runs met");
}

/// As shells do that sync when they start.
#[test]
fn runs_at_once_that_do_the_same_all_succeed() {
    let home = hosts();
    home.environment("dev", DEV);
    let line = "mcp sync --from-env dev --to-host all --auto-approve";
    for (line, run) in at_once(&home, vec![line.to_owned(); 8]) {
        assert_eq!(run.code, 0, "{line}: {}", run.stderr);
    }
    assert_eq!(crate::common::runs(&home).len(), 1);
}

/// Someone edited a file between the killed run and the next: it stays, and a person is told.
#[test]
fn recovery_leaves_alone_what_someone_changed() {
    let home = hosts_with("dev", DEV);
    let old = documents(&home);
    let mut found = false;
    for micros in (0..40).map(|round| round * 250) {
        for (file, bytes) in FILES.iter().zip(&old) {
            home.write(file, bytes);
        }
        let mut command = home.command();
        command.args(SYNC.split(' ')).stdout(Stdio::null()).stderr(Stdio::null());
        let mut child = command.spawn().unwrap();
        let journal = home.join(".hatch/journal.json");
        while !journal.exists() && child.try_wait().unwrap().is_none() {}
        spin(micros);
        let _ = child.kill();
        let _ = child.wait().unwrap();
        if journal.exists() {
            found = true;
            break;
        }
    }
    assert!(found, "no run was killed in the middle");
    home.write(CLAUDE, "{ \"mine\": true }");
    let line = "mcp sync --from-env dev --to-host cursor --auto-approve";
    let run = home.line(line).expect(4);
    has(
        &run.stderr,
        &["claude_desktop_config.json` was changed", "hint: what it held before the run is in `"],
    );
    assert_eq!(home.text(CLAUDE), "{ \"mine\": true }");
    let now = documents(&home);
    assert!(now[1..] == old[1..]);
    assert_eq!(leftovers(&home), Vec::<PathBuf>::new());
    home.line(line).ends(0);
}
