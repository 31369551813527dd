//! `hatch mcp remove`: servers go, and nothing else of a host's file does.

use std::fs;

use serde_json::json;

use crate::common::{
    CLAUDE, CURSOR, GEMINI, LMSTUDIO, assert_unchanged, fails, fails_with, has, hosts,
    json as printed, names, state,
};

#[test]
fn one_server_goes_from_one_host() {
    let home = hosts();
    let text = home.text(LMSTUDIO);
    let part = "    \"playwright\": {\n      \"command\": \"npx\",\n      \"args\": [\n        \"@playwright/mcp@latest\"\n      ]\n    },\n";
    assert!(text.contains(part));
    let line = "mcp remove server playwright --host lmstudio";
    let before = state(&home);
    let dry = home.line(&format!("{line} --dry-run")).expect(0);
    has(
        &dry.stdout,
        &[
            "Remove `playwright` from LM Studio (lmstudio)\n\nlmstudio  ~/.lmstudio/mcp.json\n  - playwright\n",
            "1 host would change; nothing was written.",
        ],
    );
    assert_unchanged(&home, &before);
    has(&fails(&home, line, 1), &["there is no terminal to ask on"]);
    let run = home.line(&format!("{line} --auto-approve")).expect(0);
    has(&run.stdout, &["Done: 1 host changed.\nBackup: "]);
    assert_eq!(home.text(LMSTUDIO), text.replace(part, ""));
    home.line("mcp backup restore lmstudio --auto-approve").ends(0);
    assert_eq!(home.text(LMSTUDIO), text);
}

#[test]
fn hosts_without_it_are_noted_and_all_means_those_with_it() {
    let home = hosts();
    let line = "mcp remove server docs --host cursor,gemini --auto-approve";
    let run = home.line(line).expect(0);
    has(&run.stderr, &["note: gemini has no server named `docs`"]);
    assert_eq!(names(&home, CURSOR), ["legacy sse", "メモ"]);

    home.line("mcp configure docs --host cursor,claude-desktop --command d --auto-approve").ends(0);
    let run = home.line("mcp remove server docs --host all --auto-approve --json").expect(0);
    assert!(run.stderr.is_empty(), "{}", run.stderr);
    let run = printed(&run);
    assert_eq!((&run["command"], &run["result"]), (&json!("remove server"), &json!("applied")));
    let hosts: Vec<_> = run["hosts"].as_array().unwrap().iter().map(|it| &it["host"]).collect();
    assert_eq!(hosts, ["claude-desktop", "cursor"]);
    assert_eq!(run["hosts"][0]["servers"], json!([{"server": "docs", "change": "remove"}]));
    assert_eq!(names(&home, CLAUDE), ["sqlite", "old-notes"]);
}

#[test]
fn a_server_that_no_host_has_is_an_error() {
    let home = hosts();
    for (line, parts) in [
        (
            "playwrite --host all",
            [
                "no server named `playwrite` on claude-desktop, cursor,",
                "did you mean `playwright`?",
            ],
        ),
        (
            "playwright --host cursor,gemini",
            ["no server named `playwright` on cursor, gemini", "hint: `hatch mcp list servers`"],
        ),
        ("x --host emacs,curser", ["no host named `emacs`", "did you mean `cursor`?"]),
    ] {
        has(&fails(&home, &format!("mcp remove server {line} --auto-approve"), 1), &parts);
    }
    for line in ["mcp remove server docs", "mcp remove server --host cursor", "mcp remove host"] {
        has(&fails(&home, line, 2), &["required"]);
    }
    has(
        &fails_with(&home, &["mcp", "remove", "server", "", "--host", "all"], 2),
        &["is not empty"],
    );
    has(&fails(&home, "mcp remove host curser", 1), &["did you mean `cursor`?"]);
    fs::remove_dir_all(home.join(".lmstudio")).unwrap();
    let error = fails(&home, "mcp remove host lmstudio", 1);
    has(&error, &["LM Studio (lmstudio) is not on this machine"]);
    home.write(CURSOR, "{ oh");
    has(&fails(&home, "mcp remove host cursor", 1), &["Cursor (cursor) can't be read"]);
    has(
        &home.hatch(["mcp", "remove", "host", "--help"]).expect(0).stdout,
        &["`hatch host remove`"],
    );
}

#[test]
fn gemini_s_lists_forget_the_server() {
    let home = hosts();
    let text = home.text(GEMINI);
    home.line("mcp remove server experimental-server --host gemini --auto-approve").ends(0);
    let expected = text
        .replace("[\"experimental-server\"]", "[]")
        .replace(",\n    \"experimental-server\": { \"command\": \"./bin/exp\" }", "");
    assert_eq!(home.text(GEMINI), expected);
    home.line("mcp remove server httpServer --host gemini --auto-approve").ends(0);
    has(&home.text(GEMINI), &["\"allowed\": [\"pythonTools\", \"legacyHttp\"]"]);
}

#[test]
fn every_server_goes_from_a_host_and_the_rest_of_its_file_stays() {
    let home = hosts();
    for (file, host) in
        [(CLAUDE, "claude-desktop"), (CURSOR, "cursor"), (GEMINI, "gemini"), (LMSTUDIO, "lmstudio")]
    {
        let text = home.text(file);
        let count = {
            let dry = home.line(&format!("mcp remove host {host} --dry-run")).expect(0);
            assert_eq!(home.text(file), text);
            dry.stdout.lines().filter(|line| line.starts_with("  - ")).count()
        };
        let run = home.line(&format!("mcp remove host {host} --auto-approve")).expect(0);
        has(&run.stdout, &["Remove every server from ", "Backup: "]);
        assert_eq!(
            count,
            if host == "gemini" {
                5
            } else if host == "claude-desktop" {
                2
            } else {
                3
            }
        );
        let (before, rest) = text.split_once("\"mcpServers\": {").unwrap();
        let after = home.text(file);
        let emptied = |text: &str| {
            text.replace("[\"pythonTools\", \"httpServer\", \"legacyHttp\"]", "[\"legacyHttp\"]")
                .replace("[\"experimental-server\"]", "[]")
        };
        // An `mcp.allowed` without names would turn every later server on, so one stays.
        assert!(after.starts_with(&format!("{}\"mcpServers\": {{}}", emptied(before))), "{after}");
        let tail = match host {
            "gemini" => ",\n  \"telemetry\": { \"enabled\": false }\n}\n",
            _ => &rest[rest.rfind('}').unwrap()..],
        };
        assert!(after.ends_with(tail), "{after}");
        let before = state(&home);
        has(&home.line(&format!("mcp remove host {host}")).expect(0).stdout, &["Nothing to do."]);
        assert_unchanged(&home, &before);
        home.line(&format!("mcp backup restore {host} --auto-approve")).ends(0);
        assert_eq!(home.text(file), text);
    }
}

#[test]
fn entries_that_can_t_be_understood_go_too() {
    let home = hosts();
    let text = r#"{ "theme": "dark", "mcpServers": { "odd": 5, "worse": { "x": 1 }, "ok": { "command": "c" } } }"#;
    home.write(CURSOR, text);
    home.line("mcp remove server odd --host cursor --auto-approve").ends(0);
    assert_eq!(names(&home, CURSOR), ["worse", "ok"]);
    let run = home.line("mcp remove host cursor --auto-approve").expect(0);
    has(&run.stdout, &["  - ok\n", "  - worse\n"]);
    assert_eq!(home.text(CURSOR), r#"{ "theme": "dark", "mcpServers": {} }"#);
}

#[test]
fn what_was_removed_is_not_remembered_as_hatch_s() {
    let home = hosts();
    home.environment("dev", r#"{ "mcpServers": { "a": { "command": "a" } } }"#);
    home.line("mcp sync --from-env dev --to-host cursor,lmstudio --auto-approve").ends(0);
    home.line("mcp remove server a --host all --auto-approve").ends(0);
    assert!(!home.text(".hatch/state.json").contains("\"a\""));
}
