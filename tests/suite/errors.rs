//! What can be wrong with a sync: each fault has a clear message, a hint and an exit code,
//! and leaves every file as it was.

use std::fs;

use hatch_tests::TestHome;

use crate::common::{CURSOR, DEV, GEMINI, LMSTUDIO, fails, fails_with, has, hosts_with};

fn home() -> TestHome {
    hosts_with("production", DEV)
}

/// Runs a sync that would write, if it could.
#[track_caller]
fn check(home: &TestHome, line: &str, code: i32, parts: &[&str]) {
    let error = fails(home, &format!("mcp sync --auto-approve {line}"), code);
    has(&error, parts);
}

#[test]
fn an_unknown_environment() {
    let home = home();
    check(
        &home,
        "--from-env prodction --to-host cursor",
        1,
        &["error: there is no environment named `prodction`", "hint: did you mean `production`?"],
    );
    check(
        &home,
        "--from-env zzz --to-host cursor",
        1,
        &["there is no environment named `zzz`", "hint: `hatch env list` shows"],
    );
    check(
        &home,
        "--from-env no/such.json --to-host cursor",
        1,
        &["there is no file `no/such.json`"],
    );
    check(&home, "--from-env a!b --to-host cursor", 1, &["a!b"]);
}

#[test]
fn an_unknown_host() {
    let home = home();
    check(
        &home,
        "--from-env production --to-host cursr",
        1,
        &["error: there is no host named `cursr`", "hint: did you mean `cursor`?"],
    );
    check(
        &home,
        "--from-env production --to-host emacs",
        1,
        &["there is no host named `emacs`", "hint: the hosts are claude-desktop, cursor, gemini"],
    );
    check(
        &home,
        "--from-host lmstudo --to-host cursor",
        1,
        &["there is no host named `lmstudo`", "did you mean `lmstudio`?"],
    );
    check(&home, "--from-env production --to-host ,", 1, &["there is no host to write to"]);
}

#[test]
fn an_unknown_server() {
    let home = home();
    check(
        &home,
        "--from-env production --to-host cursor --servers dev-tols,other",
        1,
        &["error: the source has no server named `dev-tols`, `other`", "did you mean `dev-tools`?"],
    );
    check(
        &home,
        "--from-env production --to-host cursor --pattern prod",
        1,
        &[
            "no server matches the pattern `prod`",
            "begin it with `.*`",
            "the servers are dev-tools",
        ],
    );
    check(
        &home,
        "--from-env production --to-host cursor --servers dev-tools,nothing",
        1,
        &["the source has no server named `nothing`"],
    );
}

#[test]
fn a_source_without_servers() {
    let home = home();
    home.environment("empty", "{}");
    check(&home, "--from-env empty --to-host cursor", 1, &["error: the source has no servers"]);
    home.write(LMSTUDIO, "{}");
    check(&home, "--from-host lmstudio --to-host cursor", 1, &["the source has no servers"]);
}

#[test]
fn usage_that_makes_no_sense_has_an_exit_code_of_its_own() {
    let home = home();
    let both = "--from-env production --from-host cursor --to-host gemini";
    check(
        &home,
        both,
        2,
        &["`--from-env <ENV>` cannot be used with `--from-host <HOST>`", "usage:"],
    );
    check(&home, "--to-host cursor", 2, &["--from-env <ENV>|--from-host <HOST>", "required"]);
    check(&home, "--from-env production", 2, &["--to-host <HOST>"]);
    let filters = "--from-env production --to-host cursor --servers a --pattern b";
    check(&home, filters, 2, &["cannot be used with `--pattern <REGEX>`"]);
    check(&home, "--from-env production --to-host cursor --dryrun", 2, &["--dry-run"]);
    check(
        &home,
        "--from-env production --to-host cursor --scope team",
        2,
        &["hint: possible values: "],
    );
}

#[test]
fn a_bad_pattern_is_marked_where_it_goes_wrong() {
    let home = home();
    let line = ["mcp", "sync", "--from-env", "production", "--to-host", "cursor", "--pattern"];
    for (pattern, marked) in [
        ("(prod", "  (prod\n       ^\n"),
        ("[a-", "  [a-\n  "),
        ("é(x", "  é(x\n     ^\n"),
        ("a{2", ""),
    ] {
        let arguments = [line.as_slice(), &[pattern]].concat();
        if marked.is_empty() {
            continue;
        }
        let error = fails_with(&home, &arguments, 1);
        has(
            &error,
            &["invalid regular expression in --pattern:", marked, "caused by: ", "hint: `.*`"],
        );
    }
    has(&fails(&home, "mcp list hosts (", 2), &["invalid regular expression", "^"]);
    has(&fails(&home, "mcp list servers --host (", 2), &["invalid regular expression"]);
    has(&fails(&home, "mcp discover hosts (", 2), &["invalid regular expression"]);
}

#[test]
fn a_pattern_that_runs_away_ends() {
    let home = home();
    let name = "x".repeat(60);
    home.environment("x", &format!(r#"{{ "mcpServers": {{ "{name}": {{ "command": "c" }} }} }}"#));
    let started = std::time::Instant::now();
    for pattern in ["(x|xx)+(?<=z)", "(?=x)(x|xx)+z(?=q)", "(?:x+x+)+(?!.*)(?=z)"] {
        let line = format!("--from-env x --to-host cursor --pattern {pattern}");
        check(&home, &line, 1, &["runs away on the name `xxx", "hint: a simpler pattern does not"]);
    }
    assert!(started.elapsed().as_secs() < 10, "{:?}", started.elapsed());
}

#[test]
fn a_target_that_is_not_there() {
    let home = home();
    fs::remove_dir_all(home.join(".lmstudio")).unwrap();
    check(
        &home,
        "--from-env production --to-host lmstudio,cursor",
        1,
        &[
            "error: LM Studio (lmstudio) is not on this machine",
            "`~/.lmstudio/mcp.json`",
            "hint: --create",
        ],
    );
    // A source that is not there can't be made.
    let parts = ["LM Studio (lmstudio) is not on", "hint: `hatch mcp discover hosts`"];
    check(&home, "--from-host lmstudio --to-host cursor", 1, &parts);
    let home = TestHome::new();
    home.environment("production", DEV);
    check(
        &home,
        "--from-env production --to-host all",
        1,
        &["there is no host to write to", "hint: `hatch mcp discover hosts`"],
    );
}

#[test]
fn the_source_as_target() {
    let home = home();
    for targets in ["cursor", "gemini,cursor"] {
        let line = format!("--from-host cursor --to-host {targets}");
        check(&home, &line, 1, &["`cursor` is the source, and can't be a target too"]);
    }
}

#[test]
fn a_file_that_is_a_folder() {
    let home = home();
    fs::remove_file(home.join(CURSOR)).unwrap();
    fs::create_dir(home.join(CURSOR)).unwrap();
    let parts =
        ["error: Cursor (cursor) can't be read", "`~/.cursor/mcp.json` is a folder", "hint: "];
    check(&home, "--from-env production --to-host cursor", 1, &parts);
    check(&home, "--from-env production --to-host all", 1, &parts);
    check(&home, "--from-host cursor --to-host gemini", 1, &parts);
    // Listings go on with the others.
    let listed = home.line("mcp list hosts").expect(0);
    has(&listed.stdout, &["gemini", "lmstudio"]);
    has(&listed.stderr, &["warning: cursor can't be read: `~/.cursor/mcp.json` is a folder"]);
}

#[test]
fn a_folder_that_is_a_file() {
    let home = home();
    fs::remove_dir_all(home.join(".cursor")).unwrap();
    home.write(".cursor", "a file");
    let line = "--from-env production --to-host cursor";
    check(&home, line, 1, &["Cursor (cursor) is not on this machine", "~/.cursor/mcp.json"]);
    check(&home, &format!("{line} --create"), 1, &["Cursor (cursor) can't be read", "hint: "]);
}

#[test]
fn a_malformed_file_is_shown_by_line_and_column() {
    for (text, place) in [
        ("{\n  \"mcpServers\": {,\n}\n", "at line 2, column 18"),
        ("{\n\t\"é\": \"x\" oops\n}", "at line 2, column 10"),
        ("{ \"a\": 1", "at line 1, column"),
        ("{} {}", "at line 1, column 4"),
        ("{\r\n\"a\": 01\r\n}", "at line 2, column"),
    ] {
        let home = home();
        home.write(GEMINI, text);
        let parts = ["Gemini CLI (gemini) can't be read", "settings.json` is not valid", place];
        check(&home, "--from-env production --to-host all", 1, &parts);
        check(&home, "--from-env production --to-host all", 1, &["hint: fix the file by hand"]);
    }
    // Comments and trailing commas are faults where the host knows none.
    for text in ["{ // no\n}", "{ \"mcpServers\": {}, }"] {
        let home = home();
        home.write(LMSTUDIO, text);
        check(&home, "--from-env production --to-host lmstudio", 1, &["at line 1, column"]);
    }
    let home = home();
    home.write(LMSTUDIO, b"{ \"a\": \"\xff\" }");
    check(
        &home,
        "--from-env production --to-host lmstudio",
        1,
        &["LM Studio (lmstudio) can't be read"],
    );
}

#[test]
fn a_file_of_another_shape() {
    let home = home();
    for text in ["[]", "{ \"mcpServers\": [] }", "{ \"mcpServers\": 5 }", "5"] {
        home.write(CURSOR, text);
        check(&home, "--from-env production --to-host cursor", 1, &["Cursor (cursor) can't be"]);
    }
}

#[test]
fn all_faults_are_reported_at_once() {
    let home = home();
    home.write(GEMINI, "{");
    fs::remove_dir_all(home.join(".lmstudio")).unwrap();
    let error = fails(
        &home,
        "mcp sync --auto-approve --from-env prod --to-host gemini,lmstudio,foo --pattern [ --bridge x",
        1,
    );
    has(
        &error,
        &[
            "invalid regular expression in --pattern",
            "there is no environment named `prod`",
            "there is no host named `foo`",
            "LM Studio (lmstudio) is not on this machine",
            "Gemini CLI (gemini) can't be read",
            "--bridge",
        ],
    );
    assert!(error.matches("error: ").count() >= 6, "{error}");
}

#[test]
fn hatch_s_own_folder_that_is_a_file() {
    let home = hosts_with("production", DEV);
    home.write("team.json", DEV);
    fs::remove_dir_all(home.join(".hatch")).unwrap();
    home.write(".hatch", "a file");
    let error = fails(&home, "mcp sync --from-env ./team.json --to-host cursor --auto-approve", 1);
    has(&error, &["error: ", ".hatch"]);
}

#[test]
fn no_home_folder_is_said() {
    let home = home();
    let mut command = home.command();
    let run = home
        .run(command.env("HOME", "relative").env("USERPROFILE", "relative").arg("env").arg("list"));
    has(&run.expect(1).stderr, &["the home folder is not known", "hint: set HOME, or pass --home"]);
}
