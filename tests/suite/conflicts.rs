//! Servers that someone changed since hatch put them there, what a source no longer has, and
//! commands with their full path.

use hatch_tests::TestHome;

use crate::common::{CURSOR, GEMINI, assert_unchanged, fails, has, json, names, state};

const SYNC: &str = "mcp sync --from-env dev --to-host cursor";

/// Two servers of an environment on a host, one of which someone changed there since.
fn edited() -> TestHome {
    let home = TestHome::new();
    home.write(CURSOR, "{}\n");
    home.write(GEMINI, "{}\n");
    home.environment(
        "dev",
        r#"{ "mcpServers": { "a": { "command": "a" }, "b": { "command": "b" } } }"#,
    );
    home.line(&format!("{SYNC} --auto-approve")).ends(0);
    home.write(CURSOR, home.text(CURSOR).replace("\"command\": \"a\"", "\"command\": \"mine\""));
    home.environment(
        "dev",
        r#"{ "mcpServers": { "a": { "command": "a" }, "b": { "command": "b2" } } }"#,
    );
    home
}

#[test]
fn without_anyone_to_ask_nothing_is_written() {
    let home = edited();
    for line in [SYNC.to_owned(), format!("{SYNC} --auto-approve"), format!("{SYNC} --json")] {
        let error = fails(&home, &line, 1);
        has(
            &error,
            &["`a` on cursor was changed after hatch wrote it on 20", "--on-conflict keep"],
        );
    }
}

#[test]
fn a_dry_run_says_what_would_be_asked() {
    let home = edited();
    let before = state(&home);
    let shown = home.line(&format!("{SYNC} --dry-run")).expect(0).stdout;
    has(
        &shown,
        &[
            "command: mine → a",
            "! someone changed `a` after hatch wrote it on 20",
            "; a sync asks what",
        ],
    );
    assert_unchanged(&home, &before);
}

#[test]
fn what_was_changed_is_kept_or_overwritten_as_asked() {
    let home = edited();
    let shown = home.line(&format!("{SYNC} --on-conflict keep --auto-approve")).expect(0).stdout;
    has(&shown, &["someone changed `a` after hatch wrote it", "; it stays as it is", "b → b2"]);
    let text = home.text(CURSOR);
    assert!(text.contains("\"mine\"") && text.contains("\"b2\""), "{text}");

    let shown =
        home.line(&format!("{SYNC} --on-conflict overwrite --auto-approve")).expect(0).stdout;
    has(&shown, &["mine → a", "; it is overwritten"]);
    assert!(!home.text(CURSOR).contains("mine"));
    has(&home.line(SYNC).expect(0).stdout, &["Nothing to do"]);
}

#[test]
fn a_change_that_is_what_the_source_says_is_no_conflict() {
    let home = edited();
    home.environment(
        "dev",
        r#"{ "mcpServers": { "a": { "command": "mine" }, "b": { "command": "b" } } }"#,
    );
    has(&home.line(SYNC).expect(0).stdout, &["Nothing to do"]);
}

#[test]
fn what_the_source_no_longer_has_is_taken_away_where_it_is_asked_for() {
    let home = edited();
    home.write(CURSOR, home.text(CURSOR).replace("mine", "a"));
    home.line("mcp sync --from-host cursor --to-host gemini --auto-approve").ends(0);
    home.environment("other", r#"{ "mcpServers": { "o": { "command": "o" } } }"#);
    home.line("mcp sync --from-env other --to-host cursor --auto-approve").ends(0);
    let own = home.text(CURSOR).replacen('{', "{ \"x\": 1,", 1);
    home.write(CURSOR, own.replace("\"o\": {", "\"own\": { \"command\": \"own\" },\n    \"o\": {"));
    home.environment("dev", r#"{ "mcpServers": { "a": { "command": "a" } } }"#);

    // Without the flag nothing is taken away.
    has(&home.line(SYNC).expect(0).stdout, &["Nothing to do"]);
    let shown = home.line(&format!("{SYNC},gemini --prune --auto-approve")).expect(0).stdout;
    has(&shown, &["  - b\n"]);
    assert_eq!(names(&home, CURSOR), ["a", "own", "o"]);
    // What came from another source stays.
    assert_eq!(names(&home, GEMINI), ["a", "b"]);
    let listed = json(&home.line("mcp list hosts cursor --json").expect(0));
    assert_eq!(listed["rows"].as_array().unwrap().len(), 3);
    has(&home.line(&format!("{SYNC} --prune")).expect(0).stdout, &["Nothing to do"]);
}

#[test]
fn a_pattern_says_what_may_be_taken_away() {
    let home = edited();
    home.write(CURSOR, home.text(CURSOR).replace("mine", "a"));
    home.environment("dev", r#"{ "mcpServers": {} }"#);
    let error = fails(&home, &format!("{SYNC} --auto-approve"), 1);
    has(&error, &["the source has no servers"]);
    home.environment("dev", r#"{ "mcpServers": { "z": { "command": "z" } } }"#);
    let line = format!("{SYNC} --prune --pattern [az] --auto-approve");
    home.line(&line).ends(0);
    assert_eq!(names(&home, CURSOR), ["b", "z"]);
    home.environment("dev", r#"{ "mcpServers": {} }"#);
    home.line(&format!("{SYNC} --prune --auto-approve")).ends(0);
    assert!(names(&home, CURSOR).is_empty());
    let usage = fails(&home, &format!("{SYNC} --prune --servers a"), 2);
    has(&usage, &["--prune", "--servers"]);
}

#[test]
fn taking_away_what_someone_changed_is_a_conflict_too() {
    let home = edited();
    home.environment("dev", r#"{ "mcpServers": { "b": { "command": "b" } } }"#);
    let error = fails(&home, &format!("{SYNC} --prune --auto-approve"), 1);
    has(&error, &["`a` on cursor was changed after hatch wrote it"]);
    home.line(&format!("{SYNC} --prune --on-conflict keep --auto-approve")).ends(0);
    assert_eq!(names(&home, CURSOR), ["a", "b"]);
}

#[cfg(unix)]
#[test]
fn commands_are_written_with_their_full_path() {
    let home = edited();
    home.environment(
        "dev",
        r#"{ "mcpServers": { "n": { "command": "npx" }, "l": { "command": "lost" }, "p": { "command": "/own/x" } } }"#,
    );
    home.write(".nvm/versions/node/v22/bin/npx", "");
    let run = |line: &str| {
        let bin = home.join(".nvm/versions/node/v22/bin");
        home.run(home.command().env("PATH", bin).args(line.split_whitespace())).expect(0).stdout
    };
    let shown = run(&format!("{SYNC} --absolute-commands --auto-approve"));
    has(&shown, &["! command: `lost` was not found here", "is nvm's"]);
    let written: serde_json::Value = serde_json::from_slice(&home.read(CURSOR)).unwrap();
    let npx = home.join(".nvm/versions/node/v22/bin/npx");
    assert_eq!(written["mcpServers"]["n"]["command"], npx.display().to_string());
    assert_eq!(written["mcpServers"]["l"]["command"], "lost");
    assert_eq!(written["mcpServers"]["p"]["command"], "/own/x");
    has(&run(&format!("{SYNC} --absolute-commands")), &["Nothing to do"]);

    // Without the flag, a version manager's command is warned of.
    let shown = run("mcp sync --from-env dev --to-host gemini --dry-run");
    has(&shown, &["! `npx` is nvm's: apps that are not started from a shell may not find it"]);
}
