//! Where output goes: closed pipes, colours, and the shapes of JSON.

use std::process::{Command, Stdio};

use hatch_tests::TestHome;

use crate::common::{
    CURSOR, DEV, FILES, assert_unchanged, fails, has, hosts_with, json, keys, names, state,
};

/// A pipe that nobody reads.
fn closed() -> Stdio {
    let (reader, writer) = std::io::pipe().unwrap();
    drop(reader);
    writer.into()
}

/// Runs a command whose output nobody reads, and gives its exit code and standard error.
fn unheard(home: &TestHome, line: &str, stderr: Stdio) -> (i32, String) {
    let mut command: Command = home.command();
    command.args(line.split_whitespace()).stdout(closed()).stderr(stderr);
    let output = command.spawn().unwrap().wait_with_output().unwrap();
    let code = output.status.code().unwrap_or(-1);
    (code, String::from_utf8_lossy(&output.stderr).into_owned())
}

#[test]
fn a_reader_that_went_away_is_no_fault() {
    let home = hosts_with("dev", DEV);
    let before = state(&home);
    for line in [
        "mcp discover hosts",
        "mcp discover hosts --json",
        "mcp list hosts",
        "mcp list servers --json",
        "mcp backup list cursor",
        "mcp backup list --json",
        "mcp history",
        "mcp sync --from-env dev --to-host all --dry-run --diff",
        "mcp sync --from-env dev --to-host all --dry-run --json",
        "env list",
        "env show dev",
        "--help",
        "mcp sync --help",
        "--version",
    ] {
        let (code, stderr) = unheard(&home, line, Stdio::piped());
        assert_eq!((code, stderr.as_str()), (0, ""), "{line}");
        assert_eq!(unheard(&home, line, closed()).0, 0, "{line}");
    }
    for (line, code) in [
        ("mcp sync --from-env nope --to-host all", 1),
        ("mcp sync --to-host all", 2),
        ("mcp sync --from-env dev --to-host all", 1),
    ] {
        assert_eq!(unheard(&home, line, closed()).0, code, "{line}");
    }
    assert_unchanged(&home, &before);
}

#[test]
fn what_nobody_saw_is_not_written() {
    let home = hosts_with("dev", DEV);
    let before = state(&home);
    let line = "mcp sync --from-env dev --to-host all --auto-approve";
    let (code, stderr) = unheard(&home, line, Stdio::piped());
    assert_eq!(code, 1);
    has(&stderr, &["error: the preview could not be shown", "nothing was written", "hint: "]);
    assert_eq!(unheard(&home, line, closed()).0, 1);
    assert_unchanged(&home, &before);
}

/// A disk that is full, and a log on it.
#[cfg(target_os = "linux")]
#[test]
fn an_error_that_can_t_be_printed_keeps_its_exit_code() {
    let home = hosts_with("dev", DEV);
    let before = state(&home);
    let full = || Stdio::from(std::fs::File::options().write(true).open("/dev/full").unwrap());
    for (line, code) in [
        ("mcp sync --from-env nope --to-host all", 1),
        ("mcp sync --from-env dev --to-host all --auto-approve", 1),
        ("mcp list hosts", 1),
        ("mcp sync --to-host all", 2),
    ] {
        let mut command = home.command();
        command.args(line.split_whitespace()).stdout(full()).stderr(full());
        assert_eq!(command.status().unwrap().code(), Some(code), "{line}");
    }
    assert_unchanged(&home, &before);
}

/// With `--json` all is printed at the end: what was done is done, and noted.
#[test]
fn what_was_written_is_noted_though_nobody_hears_of_it() {
    let home = hosts_with("dev", DEV);
    let line = "mcp sync --from-env dev --to-host all --auto-approve --json";
    assert_eq!(unheard(&home, line, Stdio::piped()), (0, String::new()));
    for file in FILES {
        assert!(home.text(file).contains("dev-tools"), "{file}");
    }
    has(&home.text(".hatch/state.json"), &["dev-tools"]);
    has(&home.line(line).expect(0).stdout, &["\"unchanged\""]);
}

#[test]
fn colours_are_for_terminals_unless_asked_for() {
    let home = hosts_with("dev", DEV);
    let sync = "mcp sync --from-env dev --to-host all --dry-run --diff";
    let lines = [
        sync,
        "mcp list hosts",
        "mcp show hosts",
        "mcp status",
        "mcp discover hosts",
        "env show dev",
        "schema",
        "--help",
        "mcp sync --help",
        "mcp synk",
        "mcp sync --from-env nope --to-host all",
    ];
    for line in lines {
        let plain = home.line(line);
        assert!(!(plain.stdout.clone() + &plain.stderr).contains('\u{1b}'), "{line}");
        let coloured = home.line(&format!("{line} --color always"));
        let never = home.line(&format!("{line} --color never"));
        assert_eq!((&never.stdout, &never.stderr), (&plain.stdout, &plain.stderr));
        let strip = |text: &str| {
            let parts = text.split("\u{1b}[");
            let rest = |(at, part): (usize, &str)| match (at, part.split_once('m')) {
                (0, _) | (_, None) => part.to_owned(),
                (_, Some((_, rest))) => rest.to_owned(),
            };
            parts.enumerate().map(rest).collect::<String>()
        };
        assert_eq!(strip(&coloured.stdout), plain.stdout, "{line}: only colours differ");
        assert_eq!(strip(&coloured.stderr), plain.stderr, "{line}: only colours differ");
    }
    let coloured = home.line(&format!("{sync} --color always")).expect(0);
    assert!(coloured.stdout.contains("\u{1b}["), "{}", coloured.stdout);
    fails(&home, "mcp list hosts --color sometimes", 2);
}

#[test]
fn each_command_s_json_has_a_name_and_its_keys() {
    let home = hosts_with("dev", DEV);
    let run = |line: &str| {
        let run = home.line(line).expect(0);
        assert_eq!(run.stderr, "", "{line}");
        json(&run)
    };
    let found = run("mcp discover hosts --json");
    assert_eq!(found["schema"], "hatch.hosts/1");
    assert_eq!(keys(&found), ["schema", "hosts"]);
    let host = ["host", "name", "available", "config_path", "exists", "scope"];
    assert_eq!(keys(&found["hosts"][0]), host);
    let ids: Vec<_> = found["hosts"].as_array().unwrap().iter().map(|it| &it["host"]).collect();
    assert_eq!(ids, ["claude-desktop", "cursor", "gemini", "lmstudio"]);

    for line in ["mcp list hosts --json", "mcp list servers --json"] {
        let listed = run(line);
        assert_eq!(listed["schema"], "hatch.servers/1");
        assert_eq!(keys(&listed), ["schema", "rows", "unreadable", "foreign"]);
        let row = ["host", "scope", "server", "transport", "enabled", "hatch_managed"];
        assert_eq!(keys(&listed["rows"][0]), [&row[..], &["environment"]].concat());
    }

    let members = ["schema", "command", "result", "source", "operation", "backup", "hosts"];
    let dry = run("mcp sync --from-env dev --to-host all --dry-run --json");
    let shown = ["schema", "command", "result", "wouldChange"];
    assert_eq!(keys(&dry), [&shown[..], &members[3..]].concat());
    assert_eq!(dry["wouldChange"], true);
    assert_eq!((&dry["schema"], &dry["result"]), (&"hatch.run/1".into(), &"dry-run".into()));
    assert_eq!(dry["source"]["environment"], "dev");
    assert!(dry["operation"].is_null() && dry["backup"].is_null());
    let host = ["host", "name", "config_path", "changed", "servers", "warnings", "after_write"];
    assert_eq!(keys(&dry["hosts"][0]), host);
    assert_eq!(dry["hosts"][0]["servers"][0]["change"], "add");

    let done = run("mcp sync --from-env dev --to-host all --auto-approve --json");
    assert_eq!(keys(&done), members);
    assert_eq!((&done["result"], &done["hosts"][1]["changed"]), (&"applied".into(), &true.into()));
    assert_eq!(keys(&done["backup"]), ["id", "path"]);
    assert!(done["backup"]["id"].as_str().unwrap().ends_with(done["operation"].as_str().unwrap()));
    let again = run("mcp sync --from-host cursor --to-host lmstudio --servers dev-tools --json");
    assert_eq!(
        (&again["result"], &again["source"]["host"]),
        (&"unchanged".into(), &"cursor".into())
    );

    let backups = run("mcp backup list cursor --json");
    assert_eq!(keys(&backups), ["schema", "host", "backups"]);
    assert_eq!(backups["schema"], "hatch.backups/1");
    let backup = ["id", "file", "created", "size_bytes", "age_days", "command"];
    let more = ["hosts", "scope", "files", "title"];
    assert_eq!(keys(&backups["backups"][0]), [&backup[..], &more].concat());
    assert_eq!(backups["backups"][0]["id"], done["backup"]["id"]);
    let restored = run("mcp backup restore cursor --auto-approve --json");
    assert_eq!(keys(&restored), members);
    assert_eq!(restored["command"], "restore");
    assert_eq!(restored["source"]["backup"], done["backup"]["id"]);

    let environments = run("env list --json");
    assert_eq!(keys(&environments), ["schema", "environments"]);
    assert_eq!(environments["schema"], "hatch.environments/1");
    let environment =
        ["name", "description", "servers", "extends", "path", "problem", "is_current"];
    assert_eq!(keys(&environments["environments"][0]), environment);
    let shown = run("env show dev --json");
    assert_eq!(
        keys(&shown),
        ["schema", "name", "description", "extends", "path", "servers", "is_current", "overrides"]
    );
    assert_eq!(shown["schema"], "hatch.environment/1");
    assert_eq!(keys(&shown["servers"][0]), ["name", "transport", "fields", "from"]);
    let created = run("env create new --from-host cursor --json");
    assert_eq!(keys(&created), members);
    assert_eq!(
        (&created["schema"], &created["command"]),
        (&"hatch.run/1".into(), &"env create".into())
    );
    let used = run("env use dev --json");
    assert_eq!(keys(&used), ["schema", "environment", "before"]);
    let current = run("env current --json");
    assert_eq!(keys(&current), ["schema", "environment"]);
    assert_eq!(current["schema"], "hatch.current-environment/1");
}

#[test]
fn without_a_terminal_nothing_is_asked_and_nothing_written() {
    let home = hosts_with("dev", DEV);
    for line in
        ["mcp sync --from-env dev --to-host all", "mcp sync --from-env dev --to-host all --json"]
    {
        let error = fails(&home, line, 1);
        has(&error, &["there is no terminal to ask on", "--auto-approve", "--dry-run"]);
    }
    // A yes that is piped in is no person's.
    let before = state(&home);
    let run = home.with_input("mcp sync --from-env dev --to-host all", b"y\n").expect(1);
    has(&run.stderr, &["--auto-approve"]);
    for answer in ["0", "", "no"] {
        let mut command = home.command();
        command.args(["mcp", "sync", "--from-env", "dev", "--to-host", "all"]);
        home.run(command.env("HATCH_AUTO_APPROVE", answer)).ends(1);
    }
    assert_unchanged(&home, &before);
    let mut command = home.command();
    command.args(["mcp", "sync", "--from-env", "dev", "--to-host", "cursor"]);
    home.run(command.env("HATCH_AUTO_APPROVE", "1")).ends(0);
    assert!(names(&home, CURSOR).contains(&"dev-tools".to_owned()));
}
