//! `status`: how hosts compare with the environments that they were given servers from.

use hatch_tests::TestHome;

use crate::common::{CLAUDE, CURSOR, GEMINI, fails, has, json};

fn home() -> TestHome {
    let home = TestHome::new();
    home.write(CURSOR, "{}\n");
    home.write(GEMINI, "{}\n");
    home.environment("dev", &environment("a"));
    home.line("mcp sync --from-env dev --to-host cursor,gemini --auto-approve").ends(0);
    home
}

fn environment(command: &str) -> String {
    format!(
        r#"{{ "mcpServers": {{ "a": {{ "command": "{command}" }}, "b": {{ "command": "b" }} }} }}"#
    )
}

fn states(home: &TestHome, line: &str) -> Vec<String> {
    let status = json(&home.line(&format!("mcp status --json {line}")));
    let row = |row: &serde_json::Value| {
        let text = |key: &str| row[key].as_str().unwrap().to_owned();
        format!("{} {}: {}", text("host"), text("server"), text("state"))
    };
    status["rows"].as_array().unwrap().iter().map(row).collect()
}

fn edit(home: &TestHome, file: &str, from: &str, to: &str) {
    let text = home.text(file);
    assert!(text.contains(from), "{text}");
    home.write(file, text.replace(from, to));
}

#[test]
fn nothing_from_an_environment_is_nothing_to_compare() {
    let home = TestHome::new();
    home.line("mcp status").ends(0);
    let run = home.line("mcp status --check").expect(3);
    has(&run.stdout, &["Nothing to compare: hatch has put no server on a host here."]);
    // An environment that is named is compared with what is there.
    home.environment("dev", &environment("a"));
    home.write(CURSOR, "{}\n");
    assert_eq!(states(&home, "dev"), ["cursor a: absent", "cursor b: absent"]);
    home.line("mcp status dev --check").ends(3);
    home.write(CURSOR, environment("a"));
    assert_eq!(states(&home, "dev"), ["cursor a: same", "cursor b: same"]);
    home.line("mcp status dev --check").ends(0);
    home.write(CURSOR, environment("other"));
    assert_eq!(states(&home, "dev"), ["cursor a: differs", "cursor b: same"]);
    home.line("mcp status dev --check").ends(3);
}

#[test]
fn what_is_in_sync_is_said_to_be() {
    let home = home();
    let run = home.line("mcp status --check").expect(0);
    has(&run.stdout, &["a       cursor  dev     in sync", "Everything is in sync."]);
}

#[test]
fn each_side_s_change_is_told_apart() {
    let home = home();
    edit(&home, CURSOR, "\"command\": \"a\"", "\"command\": \"mine\"");
    assert_eq!(states(&home, "--host cursor"), ["cursor a: changed-on-host", "cursor b: in-sync"]);
    home.environment("dev", &environment("new"));
    assert_eq!(
        states(&home, ""),
        [
            "cursor a: changed-in-both",
            "cursor b: in-sync",
            "gemini a: changed-in-environment",
            "gemini b: in-sync"
        ]
    );
    let run = home.line("mcp status --check").expect(3);
    has(
        &run.stdout,
        &["changed in both", "changed in the environment", "2 servers are not in sync."],
    );
    home.line("mcp status").ends(0);
}

#[test]
fn what_is_missing_gone_or_new_is_told() {
    let home = home();
    edit(&home, CURSOR, "\"a\"", "\"renamed\"");
    home.environment(
        "dev",
        r#"{ "mcpServers": { "a": { "command": "a" }, "new": { "command": "n" } } }"#,
    );
    assert_eq!(
        states(&home, ""),
        [
            "cursor a: deleted",
            "cursor b: gone",
            "cursor new: absent",
            "gemini a: in-sync",
            "gemini b: gone",
            "gemini new: absent"
        ]
    );
    home.line("mcp status --check").ends(3);
    home.line("mcp sync --from-env dev --to-host cursor,gemini --prune --on-conflict overwrite --auto-approve").ends(0);
    home.line("mcp status --check").ends(0);
}

#[test]
fn a_change_that_a_host_can_t_hold_is_in_sync() {
    let home = home();
    home.environment(
        "dev",
        r#"{ "mcpServers": { "a": { "command": "a", "startupTimeout": 5 }, "b": { "command": "b" } } }"#,
    );
    home.line("mcp status --check").ends(0);
}

#[test]
fn an_environment_or_a_host_that_can_t_be_read_is_not_in_sync() {
    let home = home();
    home.environment("dev", "{");
    let run = home.line("mcp status --check").expect(3);
    has(
        &run.stderr,
        &["`dev`, which cursor has servers from, can't be read: environment `dev` can't be used"],
    );
    home.environment("dev", &environment("a"));
    home.write(CURSOR, "{");
    let run = home.line("mcp status --check").expect(3);
    has(&run.stderr, &["`~/.cursor/mcp.json` is not valid"]);
    assert_eq!(states(&home, ""), ["gemini a: in-sync", "gemini b: in-sync"]);
}

#[test]
fn filters_choose_environments_and_hosts() {
    let home = home();
    home.environment("ops", r#"{ "mcpServers": { "o": { "command": "o" } } }"#);
    home.write(CLAUDE, "{}\n");
    home.line("mcp sync --from-env ops --to-host claude-desktop --auto-approve").ends(0);
    assert_eq!(
        states(&home, "ops"),
        ["claude-desktop o: in-sync", "cursor o: absent", "gemini o: absent"]
    );
    // That other hosts never had it is no drift.
    home.line("mcp status ops --check").ends(0);
    assert_eq!(states(&home, "--host ^gem dev").len(), 2);
    let error = fails(&home, "mcp status pso", 1);
    has(&error, &["there is no environment named `pso`"]);
}

#[test]
fn an_environment_of_a_file_is_known_wherever_it_is_named_from() {
    let home = home();
    home.write("team/servers.json", r#"{ "mcpServers": { "t": { "command": "t" } } }"#);
    home.line("mcp sync --from-env ./team/servers.json --to-host cursor --auto-approve").ends(0);
    let mut elsewhere = home.command();
    elsewhere.current_dir(home.join("team")).args(["mcp", "status", "./servers.json"]);
    has(&home.run(&mut elsewhere).expect(0).stdout, &["~/team/servers.json", "in sync"]);
    has(&home.line("mcp list servers ^t$").expect(0).stdout, &["~/team/servers.json"]);
}
