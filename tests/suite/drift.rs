//! A person with two repositories, a user scope and three hosts: from an empty home to drift,
//! loss, deletion, repair, prune and undo, with every state seen once.

use std::collections::BTreeSet;

use hatch_tests::{Run, TestHome};

use crate::common::{CLAUDE, CURSOR, GEMINI, fails, has, json, names};

/// What the person has, and every state that was seen.
struct Walk {
    home: TestHome,
    seen: BTreeSet<String>,
}

impl Walk {
    fn run(&self, line: &str) -> Run {
        let mut command = self.home.command();
        command.env("MYTOK", "the-value-0123456789").args(line.split_whitespace());
        self.home.run(&mut command)
    }

    /// The states of a listing, as `host (scope) server: state`.
    fn status(&mut self, line: &str) -> Vec<String> {
        let status = json(&self.run(&format!("mcp status --json {line}")));
        let rows = status["rows"].as_array().unwrap();
        let text = |row: &serde_json::Value, key: &str| row[key].as_str().unwrap().to_owned();
        self.seen.extend(rows.iter().map(|row| text(row, "state")));
        let row = |row| {
            let (host, scope) = (text(row, "host"), text(row, "scope"));
            format!("{host} ({scope}) {}: {}", text(row, "server"), text(row, "state"))
        };
        rows.iter().map(row).collect()
    }

    fn replace(&self, file: &str, from: &str, to: &str) {
        let text = self.home.text(file);
        assert!(text.contains(from), "{text}");
        self.home.write(file, text.replace(from, to));
    }
}

const USER: &str = r#"{ "mcpServers": {
    "files": { "command": "files" },
    "notes": { "command": "notes", "env": { "TOKEN": "${env:MYTOK}" } },
    "search": { "command": "search" }
} }"#;

fn walk() -> Walk {
    let home = TestHome::new();
    home.write(CURSOR, "{}\n");
    home.write(GEMINI, "{ \"theme\": \"dark\" }\n");
    home.write(
        CLAUDE,
        r#"{ "mcpServers": { "files": { "command": "files" }, "search": { "command": "own" } } }"#,
    );
    for name in ["shop", "blog"] {
        home.write(&format!("{name}/.cursor/mcp.json"), "{}\n");
        home.write(
            &format!("{name}/.git/config"),
            format!("[remote \"origin\"]\nurl = https://x.example/{name}\n"),
        );
        home.write(
            &format!("{name}/team.json"),
            format!(r#"{{ "mcpServers": {{ "db": {{ "command": "{name}" }} }} }}"#),
        );
    }
    home.environment("user", USER);
    Walk { home, seen: BTreeSet::new() }
}

const SYNC: &str = "mcp sync --from-env user --to-host cursor,gemini --auto-approve";

fn project(name: &str) -> String {
    format!(
        "mcp sync --from-env ./{name}/team.json --to-host cursor --scope project --project {name} --auto-approve"
    )
}

#[test]
fn every_state_is_seen_from_an_empty_home_to_an_undo() {
    let mut walk = walk();
    begin(&mut walk);
    drift(&mut walk);
    loss(&mut walk);
    prune_and_undo(&mut walk);
    let all = [
        "absent",
        "changed-in-both",
        "changed-in-environment",
        "changed-on-host",
        "deleted",
        "differs",
        "gone",
        "in-sync",
        "lost",
        "refused",
        "same",
        "written-out",
    ];
    assert_eq!(walk.seen.iter().map(String::as_str).collect::<Vec<_>>(), all);
}

/// Nothing is hatch's; then two hosts and two projects are.
fn begin(walk: &mut Walk) {
    walk.run("mcp status --check").ends(3);
    assert_eq!(
        walk.status("user --host claude"),
        [
            "claude-desktop (user) files: same",
            "claude-desktop (user) notes: absent",
            "claude-desktop (user) search: differs"
        ]
    );
    walk.run(SYNC).ends(0);
    for name in ["shop", "blog"] {
        walk.run(&project(name)).ends(0);
    }
    has(&walk.run("mcp status --check --project shop").expect(0).stdout, &["cursor (project)"]);
    assert_eq!(walk.status("--scope project --project blog"), ["cursor (project) db: in-sync"]);
}

/// Hands and hosts change files, and the environment changes.
fn drift(walk: &mut Walk) {
    walk.replace(CURSOR, "\"command\": \"files\"", "\"command\": \"mine\"");
    walk.replace(GEMINI, "${MYTOK}", "the-value-0123456789");
    walk.home.environment("user", &USER.replace("\"search\" }", "\"search2\" }"));
    assert_eq!(
        walk.status("--scope user"),
        [
            "cursor (user) files: changed-on-host",
            "cursor (user) notes: in-sync",
            "cursor (user) search: changed-in-environment",
            "gemini (user) files: in-sync",
            "gemini (user) notes: written-out",
            "gemini (user) search: changed-in-environment"
        ]
    );
    walk.home.environment("user", &USER.replace("\"files\" }", "\"files2\" }"));
    let states = walk.status("--scope user --host cursor");
    assert_eq!(states[0], "cursor (user) files: changed-in-both");
    let error = fails(&walk.home, SYNC, 1);
    has(&error, &["`files` on cursor was changed after hatch wrote it on 20", "--on-conflict"]);
    walk.home.environment("user", USER);
    walk.run(&format!("{SYNC} --on-conflict overwrite")).ends(0);

    // A deletion is a person's, and comes back only if that is asked for.
    walk.run("mcp configure own --host cursor --command own --auto-approve").ends(0);
    let deleted = walk.home.text(CURSOR).replace("\"search\"", "\"other\"");
    walk.home.write(CURSOR, deleted);
    assert!(walk.status("--scope user").contains(&"cursor (user) search: deleted".to_owned()));
    has(
        &fails(&walk.home, SYNC, 1),
        &["`search` on cursor was deleted after hatch wrote it on 20"],
    );
    let preview = walk.run("mcp sync --from-env user --to-host cursor --dry-run").expect(0).stdout;
    has(
        &preview,
        &["someone deleted `search` after hatch wrote it on 20", "whether it comes back"],
    );
    let kept = walk.run(&format!("{SYNC} --on-conflict keep")).expect(0).stdout;
    has(&kept, &["someone deleted `search`", "; it stays deleted"]);
    let repaired = walk.run("mcp repair --auto-approve").expect(0).stdout;
    has(&repaired, &["no host lost a server"]);
    let back = walk.run(&format!("{SYNC} --on-conflict overwrite")).expect(0).stdout;
    has(&back, &["+ search", "; it is put back"]);
}

/// A host loses its file, another all that hatch put there, and a repair puts both back.
fn loss(walk: &mut Walk) {
    let before = [CURSOR, GEMINI].map(|file| names(&walk.home, file));
    std::fs::remove_file(walk.home.join(CURSOR)).unwrap();
    walk.home.write(GEMINI, "{ \"theme\": \"dark\", \"mcpServers\": {} }\n");
    let states = walk.status("--scope user");
    assert_eq!(states.iter().filter(|state| state.ends_with(": lost")).count(), 6, "{states:?}");
    let shown = walk.run("mcp status --scope user").expect(0).stdout;
    has(&shown, &["lost since 20", "`hatch mcp repair` puts back what was lost."]);
    let preview = walk.run("mcp repair --dry-run").expect(0);
    has(
        &preview.stdout,
        &["which the run ", " wrote on 20", "its file is gone", "are gone at once", "+ files"],
    );
    // What was configured on the host itself has no other source.
    has(
        &preview.stderr,
        &["`own` was configured on cursor itself", "hatch mcp backup restore cursor"],
    );
    walk.run("mcp repair --host gemini --auto-approve").ends(0);
    walk.run("mcp repair --auto-approve").ends(0);
    assert_eq!(names(&walk.home, GEMINI), before[1]);
    assert_eq!(names(&walk.home, CURSOR), ["files", "notes", "search"]);
    walk.run("mcp undo --auto-approve").ends(0);
    assert!(!walk.home.join(CURSOR).exists(), "one undo takes the repair back");
    assert!(walk.status("--scope user").contains(&"cursor (user) files: lost".to_owned()));
    walk.run("mcp repair --auto-approve").ends(0);
    has(&walk.run("mcp status").expect(0).stdout, &["Everything is in sync."]);
}

/// What an environment loses is pruned, and comes back with an undo; a host refuses a server.
fn prune_and_undo(walk: &mut Walk) {
    walk.home.environment(
        "user",
        r#"{ "mcpServers": { "files": { "command": "files" }, "notes": { "command": "notes", "env": { "TOKEN": "${env:MYTOK}" } },
            "far": { "url": "https://far.example/mcp" } } }"#,
    );
    assert!(walk.status("--scope user").contains(&"cursor (user) search: gone".to_owned()));
    assert!(
        walk.status("user --host claude")
            .contains(&"claude-desktop (user) far: refused".to_owned())
    );
    walk.run(&format!("{SYNC} --prune")).ends(0);
    assert_eq!(names(&walk.home, CURSOR), ["files", "notes", "far"]);
    walk.run("mcp undo --auto-approve").ends(0);
    assert_eq!(names(&walk.home, CURSOR), ["files", "notes", "search"]);
    assert!(walk.status("--scope user").contains(&"cursor (user) search: gone".to_owned()));
    // The projects were never touched.
    assert_eq!(walk.status("--scope project --project shop"), ["cursor (project) db: in-sync"]);
}
