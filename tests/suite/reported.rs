//! Situations that people reported of hosts' files: what is pasted, switched off, misplaced or
//! said twice.

use serde_json::json;

use crate::common::{CLAUDE, CURSOR, GEMINI, has, json as printed};
use hatch_tests::{Run, TestHome, workspace};

fn with(files: &[(&str, &str)]) -> TestHome {
    let home = TestHome::new();
    for (file, text) in files {
        home.write(file, text);
    }
    home
}

/// Runs a line with the adapters of these tables.
fn with_tables(home: &TestHome, tables: &[&str], line: &str) -> Run {
    let table = |id: &&str| workspace().join(format!("adapters/tables/{id}/adapter.toml"));
    let paths: Vec<_> = tables.iter().map(|id| table(id).display().to_string()).collect();
    let mut arguments = vec!["mcp"];
    arguments.extend(paths.iter().flat_map(|path| ["--adapter", path.as_str()]));
    arguments.extend(line.split_whitespace());
    home.hatch(arguments).expect(0)
}

fn entry(home: &TestHome, file: &str, name: &str) -> serde_json::Value {
    let file: serde_json::Value = serde_json::from_str(&home.text(file)).unwrap();
    file["mcpServers"][name].clone()
}

#[test]
fn removing_a_server_leaves_a_commented_out_neighbour_alone() {
    let before = "{\n  \"mcpServers\": {\n    \"first\": { \"command\": \"f\" },\n    // \"old\": { \"command\": \"o\" },\n    // of last, key=abc\n    \"last\": { \"command\": \"l\" }\n  }\n}\n";
    let home = with(&[(CURSOR, before)]);
    let run = home.line("mcp remove server last --host cursor --auto-approve").expect(0);
    has(&run.stdout, &["! this comment is removed, too: `// of last, key= •••`"]);
    assert!(!run.stdout.contains("old"), "what stays is not named:\n{}", run.stdout);
    assert_eq!(
        home.text(CURSOR),
        "{\n  \"mcpServers\": {\n    \"first\": { \"command\": \"f\" }\n    // \"old\": { \"command\": \"o\" },\n  }\n}\n"
    );
}

#[test]
fn a_change_of_a_host_s_own_lists_is_named() {
    let file = r#"{ "mcpServers": { "a": { "command": "a" } }, "mcp": { "allowed": ["a", "b"], "excluded": ["n"] } }"#;
    let home = with(&[(GEMINI, file)]);
    let line = "mcp configure n --host gemini --command n --enabled --dry-run";
    let run = home.line(line).expect(0);
    has(
        &run.stdout,
        &[
            "! `mcp.allowed` changes, too: it adds `n`",
            "! `mcp.excluded` changes, too: it loses `n`",
        ],
    );
    let run = home.line("mcp remove server a --host gemini --dry-run --json").expect(0);
    assert_eq!(
        printed(&run)["hosts"][0]["warnings"],
        json!(["`mcp.allowed` changes, too: it loses `a`"])
    );
}

#[test]
fn a_transport_beside_a_url_is_understood() {
    let cursor = r#"{"mcpServers": {"t": {"transport": "sse", "url": "https://t.example/sse"}}}"#;
    let windsurf = ".codeium/windsurf/mcp_config.json";
    let cline = ".cline/data/settings/cline_mcp_settings.json";
    let home = with(&[(CURSOR, cursor), (windsurf, cursor), (cline, "{}"), (".claude.json", "{}")]);
    for from in ["cursor", "windsurf"] {
        let line = format!("sync --from-host {from} --to-host cline,claude-code --auto-approve");
        with_tables(&home, &["cline", "claude-code", "windsurf"], &line);
        assert_eq!(entry(&home, cline, "t")["type"], "sse", "{from}");
        assert_eq!(entry(&home, ".claude.json", "t")["type"], "sse", "{from}");
        home.write(cline, "{}");
        home.write(".claude.json", "{}");
    }
}

#[test]
fn a_reference_that_its_host_does_not_expand_is_carried_to_one_that_does() {
    let text = |value: &str| {
        format!(r#"{{"mcpServers": {{"t": {{"command": "t", "env": {{"X": "{value}"}}}}}}}}"#)
    };
    for (file, from, value) in [
        (GEMINI, "gemini", "${env:X}"),
        (CLAUDE, "claude-desktop", "${env:X}"),
        (CLAUDE, "claude-desktop", "${X}"),
    ] {
        let home = with(&[(file, &text(value)), (CURSOR, "{}")]);
        let line = format!("mcp sync --from-host {from} --to-host cursor --auto-approve");
        let run = home.line(&line).expect(0);
        let remark = format!("! env.X: {from} does not expand the reference to `X`");
        has(&run.stdout, &[&remark]);
        assert_eq!(entry(&home, CURSOR, "t")["env"]["X"], "${env:X}", "{from} {value}");
    }
    let home = with(&[(CURSOR, &text("${X}")), (GEMINI, "{}")]);
    let run = home.line("mcp sync --from-host cursor --to-host gemini --auto-approve").expect(0);
    has(&run.stdout, &["! env.X: cursor does not expand the reference to `X`"]);
    assert_eq!(entry(&home, GEMINI, "t")["env"]["X"], "${X}");
}

#[test]
fn a_server_with_a_command_and_a_url_is_named() {
    let both = r#"{"mcpServers": {"b": {"command": "b", "url": "https://b.example/?key=s3cret"}}}"#;
    let home = with(&[(CURSOR, both), (CLAUDE, "{}")]);
    let said = "`b` has a command and a `url`: Cursor takes the command, and the `url` counts for \
                nothing";
    for line in ["mcp list hosts", "mcp sync --from-host cursor --to-host claude-desktop --dry-run"]
    {
        let run = home.line(line).expect(0);
        has(&run.stderr, &["note: `~/.cursor/mcp.json`: ", said]);
        assert!(!run.stderr.contains("s3cret"), "{}", run.stderr);
    }
}

#[test]
fn servers_that_a_host_does_not_read_are_pointed_out() {
    let entry = r#"{"a": {"command": "a"}, "b": {"url": "https://b.example"}}"#;
    for (text, key, count) in [
        (format!(r#"{{"servers": {entry}}}"#), "servers", "2 servers"),
        (format!(r#"{{"mcp": {{"servers": {entry}}}}}"#), "mcp.servers", "2 servers"),
        (format!(r#"{{"context_servers": {entry}}}"#), "context_servers", "2 servers"),
        (r#"{"mcp": {"a": {"command": ["a", "b"]}}}"#.to_owned(), "mcp", "1 server"),
    ] {
        let home = with(&[(CURSOR, &text)]);
        let run = home.line("mcp list hosts").expect(0);
        assert_eq!(run.stdout, "No servers found.\n");
        let said =
            format!("note: `~/.cursor/mcp.json` has `{key}` with {count}, which Cursor does");
        has(&run.stderr, &[&said]);
    }
    // Gemini CLI's own settings under `mcp` are no servers.
    let home = with(&[(GEMINI, r#"{"mcp": {"allowed": ["a"]}, "servers": {"port": 1}}"#)]);
    assert_eq!(home.line("mcp list hosts").expect(0).stderr, "");
}

#[test]
fn servers_of_single_folders_are_pointed_out() {
    let state = r#"{"projects": {"/srv/x": {"mcpServers": {"local": {"command": "l"}}, "n": 1}}}"#;
    let home = with(&[(".claude.json", state)]);
    let run = with_tables(&home, &["claude-code"], "list hosts");
    has(
        &run.stderr,
        &["hatch leaves alone `local` in `~/.claude.json`: servers for one folder alone"],
    );
}

#[test]
fn names_that_a_host_refuses_or_confuses_are_named() {
    let servers = r#"{ "mcpServers": { "github.com/o/r": { "command": "c" }, "workspace": { "command": "c" }, "fine_1": { "command": "c" } } }"#;
    let home = with(&[(".claude.json", "{}"), (".copilot/mcp-config.json", "{}")]);
    home.environment("team", servers);
    let line = "sync --from-env team --to-host claude-code,copilot-cli --dry-run --json";
    let run = printed(&with_tables(&home, &["claude-code", "copilot-cli"], line));
    let warnings = |at: usize| run["hosts"][at]["warnings"].as_array().unwrap().clone();
    assert_eq!(
        warnings(0),
        [json!(
            "`workspace`: Claude Code keeps this name for itself, and skips a server that has it"
        )]
    );
    assert_eq!(
        warnings(1),
        [json!(
            "`github.com/o/r`: older releases of Copilot CLI take letters, digits, `-` and `_` in a \
             name and nothing else"
        )]
    );
}

/// With a PATH: without one no command is looked for.
fn with_path(home: &TestHome, line: &str) -> Run {
    home.run(home.command().env("PATH", home.path()).args(line.split_whitespace()))
}

#[test]
fn a_whole_command_line_in_command_is_named_and_taken_apart() {
    let home = with(&[(CLAUDE, "{}")]);
    home.environment(
        "team",
        r#"{ "mcpServers": { "b": { "command": "nosuchcmd -y p --name 'a b' --token=hunter2" } } }"#,
    );
    let run = with_path(&home, "mcp sync --from-env team --to-host claude-desktop --dry-run");
    let run = run.expect(0);
    let text = run.stdout.split_whitespace().collect::<Vec<_>>().join(" ");
    has(
        &text,
        &["+ b \"nosuchcmd -y p --name 'a b' --token=•••\" ! `b`: `nosuchcmd -y p --name 'a b' \
             '--token=•••'` is a whole command line, and Claude Desktop looks for a program of \
             that name; split it into the command `nosuchcmd` and the arguments `-y p --name 'a b' \
             '--token=•••'`"],
    );
}

#[test]
fn a_relative_command_of_a_project_is_looked_for_in_the_project() {
    let home = with(&[("proj/bin/srv", ""), ("proj/.cursor/mcp.json", "{}"), (CURSOR, "{}")]);
    home.environment(
        "team",
        r#"{ "mcpServers": { "s": { "command": "./bin/srv" }, "gone": { "command": "./bin/gone" } } }"#,
    );
    let project = home.join("proj");
    let line = format!(
        "mcp sync --from-env team --to-host cursor --scope project --project {} --dry-run",
        project.display()
    );
    let run = with_path(&home, &line).expect(0);
    has(&run.stdout, &["`gone`: the command `./bin/gone` was not found here"]);
    assert!(!run.stdout.contains("`s`: "), "{}", run.stdout);
    let run = with_path(&home, "mcp sync --from-env team --to-host cursor --dry-run").expect(0);
    let text = run.stdout.split_whitespace().collect::<Vec<_>>().join(" ");
    has(&text, &["`s`: `./bin/srv` is looked for below the folder that Cursor happens to be"]);
}

#[test]
fn vscode_keeps_the_byte_order_mark_that_it_reads() {
    const FILE: &str = ".config/Code/User/mcp.json";
    let home = with(&[(FILE, "\u{feff}{\"servers\": {}}")]);
    let line = "configure a --host vscode --command a --auto-approve";
    let run = with_tables(&home, &["vscode"], line);
    assert!(!run.stdout.contains("byte order mark"), "{}", run.stdout);
    assert!(home.text(FILE).starts_with("\u{feff}{"), "{}", home.text(FILE));
}

#[test]
fn adding_and_removing_restores_a_file_unless_it_had_no_servers_container() {
    let add = "mcp configure x --host cursor --command x --auto-approve";
    for (before, after) in [
        ("{\"mcpServers\": {}}", "{\"mcpServers\": {}}"),
        ("{\"mcpServers\": {\"a\": {\"command\": \"a\"}}}", ""),
        ("{ // mine\n}", "{ // mine\n  \"mcpServers\": {}\n}"),
        // The new container stays, and the blanks that it replaced can't come back: `{}` and
        // `{ }` look the same with it in them.
        ("{}", "{\n  \"mcpServers\": {}\n}"),
        ("{\r\n\t}", "{\r\n  \"mcpServers\": {}\r\n}"),
        ("null", "{\n  \"mcpServers\": {}\n}"),
        ("", "{\n  \"mcpServers\": {}\n}\n"),
        ("\r\n", "{\r\n  \"mcpServers\": {}\r\n}\r\n"),
    ] {
        let home = with(&[(CURSOR, before)]);
        home.line(add).ends(0);
        home.line("mcp remove server x --host cursor --auto-approve").ends(0);
        let after = if after.is_empty() { before } else { after };
        assert_eq!(home.text(CURSOR), after, "{before:?}");

        // What `undo` puts back is the file as it was.
        home.write(CURSOR, before);
        home.line(add).ends(0);
        home.line("mcp undo --auto-approve").ends(0);
        assert_eq!(home.text(CURSOR), before);
    }
}
