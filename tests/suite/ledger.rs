//! What the ledger knows: documents and sources apart, and nothing that is not so.

use hatch_tests::TestHome;
use serde_json::Value;

use crate::common::{CURSOR, GEMINI, fails, has, json, names, runs};

/// A repository with an environment file of one server, and a folder for Cursor's file.
fn repository(home: &TestHome, name: &str, command: &str) {
    home.write(&format!("{name}/.cursor/mcp.json"), "{}\n");
    home.write(
        &format!("{name}/.git/config"),
        format!("[remote \"origin\"]\nurl = git@x.example:o/{name}.git\n"),
    );
    home.write(&format!("{name}/team.json"), team(command));
}

fn team(command: &str) -> String {
    format!(r#"{{ "mcpServers": {{ "shared": {{ "command": "{command}" }} }} }}"#)
}

fn sync(repository: &str) -> String {
    format!(
        "mcp sync --from-env ./{repository}/team.json --to-host cursor --scope project \
         --project {repository} --auto-approve"
    )
}

fn state_of(home: &TestHome, line: &str, server: &str) -> Vec<Value> {
    let status = json(&home.line(&format!("mcp status --json {line}")));
    let rows = status["rows"].as_array().unwrap().iter();
    rows.filter(|row| row["server"] == server).map(|row| row["state"].clone()).collect()
}

#[test]
fn prune_in_user_scope_leaves_what_a_person_wrote() {
    let home = TestHome::new();
    repository(&home, "one", "a");
    home.line(&sync("one")).ends(0);
    // The person's own server of that name, in the user's file.
    home.write(CURSOR, team("mine"));
    home.write("one/team.json", r#"{ "mcpServers": { "other": { "command": "o" } } }"#);
    home.line("mcp sync --from-env ./one/team.json --to-host cursor --prune --auto-approve")
        .ends(0);
    assert_eq!(names(&home, CURSOR), ["shared", "other"]);
    // In the project's file it is hatch's, and goes.
    home.line(&format!("{} --prune", sync("one"))).ends(0);
    assert_eq!(names(&home, "one/.cursor/mcp.json"), ["other"]);
}

#[test]
fn prune_with_a_version_1_ledger_removes_only_what_hatch_wrote() {
    let home = TestHome::new();
    home.environment("dev", &team("a"));
    home.write(CURSOR, "{}\n");
    home.line("mcp sync --from-env dev --to-host cursor --auto-approve").ends(0);
    let ledger: Value = serde_json::from_str(&home.text(".hatch/state.json")).unwrap();
    let record = &ledger["documents"][0]["servers"]["shared"];
    let older = serde_json::json!({ "version": 1, "servers": { "cursor": {
        "shared": { "environment": "dev", "digest": record["digest"],
                    "definition": record["definition"], "at": record["at"] } } } });
    home.write(".hatch/state.json", older.to_string());
    assert_eq!(state_of(&home, "--scope user", "shared"), ["in-sync"]);

    home.environment("dev", r#"{ "mcpServers": { "other": { "command": "o" } } }"#);
    let prune = "mcp sync --from-env dev --to-host cursor --prune --auto-approve";
    let written = home.text(CURSOR);
    home.write(CURSOR, team("mine"));
    home.line(prune).ends(0);
    assert_eq!(names(&home, CURSOR), ["shared", "other"], "it may never have been hatch's");

    home.write(".hatch/state.json", older.to_string());
    home.write(CURSOR, written);
    home.line(prune).ends(0);
    assert_eq!(names(&home, CURSOR), ["other"]);
    assert!(home.text(".hatch/state.json").contains("\"version\": 2"));
}

#[test]
fn repositories_with_a_server_of_one_name_do_not_block_each_other() {
    let home = TestHome::new();
    home.write(CURSOR, "{}\n");
    for (name, command) in [("one", "a"), ("two", "b")] {
        repository(&home, name, command);
        home.line(&sync(name)).ends(0);
    }
    home.line("mcp sync --from-env ./one/team.json --to-host cursor --auto-approve").ends(0);
    // Each goes on by itself, and what is removed in a project is still known of the user's file.
    for name in ["one", "two"] {
        home.write(&format!("{name}/team.json"), team("new"));
        home.line(&sync(name)).ends(0);
    }
    let remove =
        "mcp remove server shared --host cursor --scope project --project one --auto-approve";
    home.line(remove).ends(0);
    assert_eq!(state_of(&home, "--scope user", "shared"), ["changed-in-environment"]);
    assert_eq!(state_of(&home, "--scope project --project two", "shared"), ["in-sync"]);
}

#[test]
fn repository_that_is_moved_or_cloned_again_is_known() {
    let home = TestHome::new();
    home.write(CURSOR, "{}\n");
    repository(&home, "one", "a");
    home.line("mcp sync --from-env ./one/team.json --to-host cursor --auto-approve").ends(0);
    std::fs::rename(home.join("one"), home.join("moved")).unwrap();
    let lost = home.line("mcp status --check").expect(3);
    has(
        &lost.stderr,
        &["`~/one/team.json` was not found; if `x.example/o/one` is in another folder"],
    );
    assert!(!lost.stderr.contains("cursor can't be read"), "it is not the host: {}", lost.stderr);
    assert_eq!(state_of(&home, "./moved/team.json --scope user", "shared"), ["in-sync"]);

    // Another clone, by another way of writing the remote.
    home.write("clone/team.json", r#"{ "mcpServers": { "new": { "command": "n" } } }"#);
    home.write("clone/.git/config", "[remote \"origin\"]\nurl = https://me:pw@x.example/o/one\n");
    let line = "mcp sync --from-env ./clone/team.json --to-host cursor --prune --auto-approve";
    home.line(line).ends(0);
    assert_eq!(names(&home, CURSOR), ["new"]);
    assert!(!home.text(".hatch/state.json").contains("pw"), "what signs in is not noted");
    // Another repository's file is another source.
    repository(&home, "two", "b");
    home.line("mcp sync --from-env ./two/team.json --to-host cursor --prune --auto-approve")
        .ends(0);
    assert_eq!(names(&home, CURSOR), ["new", "shared"]);
}

#[test]
fn equal_server_is_adopted_without_a_question_or_a_write() {
    let home = TestHome::new();
    home.write(CURSOR, team("a"));
    home.write(GEMINI, "{}\n");
    home.line("env create dev --from-host cursor").ends(0);
    let before = home.read(CURSOR);
    let sync = "mcp sync --from-env dev --to-host cursor";
    let shown = home.line(&format!("{sync} --dry-run")).expect(0).stdout;
    has(&shown, &["  = 1 unchanged, 1 of them adopted\n", "Nothing to do"]);
    assert!(!home.join(".hatch/state.json").exists(), "a dry run notes nothing");

    // No terminal is there to ask on, and none is needed.
    home.line(sync).ends(0);
    assert_eq!(home.read(CURSOR), before);
    assert_eq!(runs(&home)[0]["command"], "env create", "a note is no run");
    assert_eq!(state_of(&home, "--scope user", "shared"), ["in-sync"]);
    let again = json(&home.line(&format!("{sync} --json")).expect(0));
    assert!(again["hosts"][0]["servers"][0].get("adopted").is_none(), "{again}");

    // It is hatch's now: what the environment loses, a prune takes.
    home.environment("dev", r#"{ "mcpServers": { "n": { "command": "n" } } }"#);
    home.line(&format!("{sync} --prune --auto-approve")).ends(0);
    assert_eq!(names(&home, CURSOR), ["n"]);
}

#[test]
fn check_needs_no_ledger_and_says_whether_anything_would_change() {
    let home = TestHome::new();
    home.write("ci/team.json", team("a"));
    home.write("ci/.cursor/mcp.json", team("old"));
    let check = "mcp sync --from-env ./ci/team.json --to-host cursor --scope project --project ci";
    let checked = home.line(&format!("{check} --check")).expect(3);
    has(&checked.stdout, &["command: old → a", "1 host would change; nothing was written."]);
    let shown = json(&home.line(&format!("{check} --check --json")).expect(3));
    assert_eq!((&shown["wouldChange"], &shown["result"]), (&true.into(), &"dry-run".into()));
    assert_eq!(
        json(&home.line(&format!("{check} --dry-run --json")).expect(0))["wouldChange"],
        true
    );
    assert!(!home.join(".hatch").exists(), "nothing is written");

    home.write("ci/.cursor/mcp.json", team("a"));
    home.line(&format!("{check} --check")).ends(0);
    let shown = json(&home.line(&format!("{check} --check --json")).expect(0));
    assert_eq!(shown["result"], "unchanged");
    assert!(!home.join(".hatch").exists(), "nothing is noted");

    // A change by hand is drift, and no question.
    home.line(&format!("{check} --auto-approve")).ends(0);
    home.write("ci/.cursor/mcp.json", team("by hand"));
    home.line(&format!("{check} --check")).ends(3);
    home.write(".hatch/state.json", "{");
    home.line(&format!("{check} --check")).ends(3);
    let usage = fails(&home, &format!("{check} --check --auto-approve"), 2);
    has(&usage, &["--check", "--auto-approve"]);
}

/// The file of a host that replaced each reference by its value.
fn written_out(home: &TestHome) {
    let text = home.text(GEMINI);
    assert!(text.contains("${MYTOK}"), "{text}");
    home.write(GEMINI, text.replace("${MYTOK}", "the-value-0123456789"));
}

#[test]
fn references_that_a_host_wrote_out_are_no_edit_of_a_person() {
    let home = TestHome::new();
    home.write(GEMINI, "{}\n");
    home.write(CURSOR, "{}\n");
    let environment = r#"{ "mcpServers": { "a": { "url": "https://a.example/mcp",
        "headers": { "Authorization": "Bearer ${env:MYTOK}" } } } }"#;
    home.environment("dev", environment);
    let run = |line: &str| {
        let mut command = home.command();
        command.env("MYTOK", "the-value-0123456789").args(line.split_whitespace());
        home.run(&mut command)
    };
    let sync = "mcp sync --from-env dev --to-host gemini --auto-approve";
    run(sync).ends(0);
    written_out(&home);
    let shown = run("mcp status --scope user").expect(0).stdout;
    has(&shown, &["the host wrote out the value of ${MYTOK}"]);
    assert!(!shown.contains("the-value"), "{shown}");
    for line in [
        "mcp sync --from-host gemini --to-host cursor --dry-run",
        "env create x --from-host gemini",
    ] {
        let warned = run(line).expect(0);
        has(&warned.stderr, &["wrote out the value of ${MYTOK} in `a`", "carries the secret"]);
        assert!(!format!("{}{}", warned.stdout, warned.stderr).contains("the-value"));
    }

    // The reference comes back without a question.
    has(&run(sync).expect(0).stdout, &["Gemini CLI wrote out the value of ${MYTOK} in `a`"]);
    assert!(home.text(GEMINI).contains("${MYTOK}"));

    // Any other value is a person's.
    home.write(GEMINI, home.text(GEMINI).replace("${MYTOK}", "another"));
    has(&run(sync).expect(1).stderr, &["`a` on gemini was changed after hatch wrote it"]);
}
