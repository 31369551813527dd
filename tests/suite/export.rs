//! `hatch env export`: the shapes, the links, and what they leave out.

use hatch_tests::TestHome;
use serde_json::{Value, json};

use crate::common::{CLAUDE, fails, has, json as printed};

const TEAM: &str = r#"{
  "description": "The team's", "extends": ["base"],
  "mcpServers": {
    "files": { "command": "npx", "args": ["-y", "files-mcp", "--token", "tok-1"],
               "env": { "API_KEY": "s3cret", "LOG": "info" }, "timeout": 5000, "icon": "f" },
    "news": { "type": "http", "url": "https://news.example/mcp",
              "headers": { "Authorization": "Bearer s3cret-2" } }
  },
  "hosts": { "cursor": { "files": { "env": { "LOG": "debug" } } } }
}"#;

const BASE: &str = r#"{ "mcpServers": { "clock": { "command": "clock", "args": ["${TZ}"] } } }"#;

fn team() -> TestHome {
    let home = TestHome::new();
    home.environment("team", TEAM);
    home.environment("base", BASE);
    home
}

fn export(home: &TestHome, options: &str) -> Value {
    let run = home.line(&format!("env export team {options}")).expect(0);
    assert!(!run.stdout.contains("s3cret") && !run.stdout.contains("tok-1"), "{}", run.stdout);
    printed(&run)
}

#[test]
fn secrets_are_replaced_and_the_variables_are_named() {
    let home = team();
    let run = home.line("env export team").expect(0);
    assert_eq!(
        printed(&run),
        json!({"mcpServers": {
            "clock": {"command": "clock", "args": ["${TZ}"]},
            "files": {"command": "npx",
                      "args": ["-y", "files-mcp", "--token", "${env:FILES_TOKEN}"],
                      "env": {"API_KEY": "${env:API_KEY}", "LOG": "info"}, "timeout": 5000},
            "news": {"type": "http", "url": "https://news.example/mcp",
                     "headers": {"Authorization": "Bearer ${env:NEWS_AUTHORIZATION}"}}}})
    );
    has(
        &run.stderr,
        &[
            "--show-secrets writes it as it is\n",
            "  FILES_TOKEN: `args.3` of server `files`\n",
            "  API_KEY: `env.API_KEY` of server `files`\n",
            "  NEWS_AUTHORIZATION: `headers.Authorization` of server `news`\n",
            "`icon` of server `files` is ignored by hatch: left out",
        ],
    );
    let clear = home.line("env export team --show-secrets").expect(0);
    has(&clear.stdout, &["\"s3cret\"", "Bearer s3cret-2", "tok-1"]);
    assert!(!clear.stderr.contains("variable"), "{}", clear.stderr);
}

#[test]
fn what_is_exported_can_be_imported_again() {
    let home = team();
    for format in ["mcp-servers", "vscode", "map", "hatch"] {
        let line = format!("env export team --show-secrets --format {format} --out {format}.json");
        home.line(&line).ends(0);
        home.line(&format!("env import of-{format} --from-file {format}.json")).ends(0);
        let shown = |name: &str| {
            let shown = home.line(&format!("env show {name} --json --show-secrets")).expect(0);
            printed(&shown)["servers"].clone()
        };
        let (there, here) = (shown("team"), shown(&format!("of-{format}")));
        for (at, name) in ["clock", "files", "news"].into_iter().enumerate() {
            let mut fields = there[at]["fields"].clone();
            if format == "vscode" {
                fields.as_object_mut().unwrap().remove("timeouts.request");
            }
            assert_eq!(here[at]["name"], name, "{format}");
            assert_eq!(here[at]["fields"], fields, "{format}");
        }
    }
    let own = export(&home, "--format hatch");
    assert_eq!(own["description"], "The team's");
    assert!(own.get("extends").is_none());
    assert_eq!(own["hosts"]["cursor"]["files"]["env"]["LOG"], "debug");
}

#[test]
fn some_servers_can_be_chosen() {
    let home = team();
    let map = export(&home, "--format map --server news,clock");
    assert_eq!(map.as_object().unwrap().keys().collect::<Vec<_>>(), ["clock", "news"]);
    let one = export(&home, "--format server --server clock");
    assert_eq!(one, json!({"command": "clock", "args": ["${TZ}"]}));
    let error = fails(&home, "env export team --format server", 1);
    has(&error, &["there are 3 servers", "choose one with --server: clock, files, news"]);
    let error = fails(&home, "env export team --server flies --format curser", 1);
    has(&error, &["did you mean `cursor`?", "no server named `flies`", "did you mean `files`?"]);
}

#[test]
fn vs_code_is_told_what_its_file_has_no_place_for() {
    let home = team();
    let run = home.line("env export team --format vscode").expect(0);
    let servers = &printed(&run)["servers"];
    assert_eq!(
        (&servers["files"]["type"], &servers["news"]["type"]),
        (&json!("stdio"), &json!("http"))
    );
    has(&run.stderr, &["warning: `timeout` of server `files`: VS Code's file has no place for it"]);
}

#[test]
fn links_hold_what_the_program_itself_would_write() {
    let home = team();
    let run = home.line("env export team --format cursor --show-secrets").expect(0);
    let lines: Vec<_> = run.stdout.lines().collect();
    assert_eq!(lines.len(), 3, "{}", run.stdout);
    // {"command":"clock","args":["${TZ}"]}
    assert_eq!(
        lines[0],
        "cursor://anysphere.cursor-deeplink/mcp/install?name=clock&config=\
         eyJjb21tYW5kIjoiY2xvY2siLCJhcmdzIjpbIiR7VFp9Il19"
    );
    // The override for Cursor is in its link: `"LOG":"debug"}}`.
    assert!(lines[1].ends_with("IkxPRyI6ImRlYnVnIn19"), "{}", lines[1]);
    has(&run.stderr, &["warning: `timeouts.request` of server `files`"]);
    let run = home.line("env export team --format lmstudio --server news").expect(0);
    // {"url":"https://news.example/mcp","headers":{"Authorization":"Bearer ${env:NEWS_AUTHORIZATION}"}}
    assert_eq!(
        run.stdout,
        "lmstudio://add_mcp?name=news&config=eyJ1cmwiOiJodHRwczovL25ld3MuZXhhbXBsZS9tY3AiLCJoZWFk\
         ZXJzIjp7IkF1dGhvcml6YXRpb24iOiJCZWFyZXIgJHtlbnY6TkVXU19BVVRIT1JJWkFUSU9OfSJ9fQ%3D%3D\n"
    );
    has(&run.stderr, &["LM Studio expands no references"]);
    let run = home.line("env export team --format vscode-link --server clock").expect(0);
    assert_eq!(
        run.stdout,
        "vscode:mcp/install?%7B%22name%22%3A%22clock%22%2C%22type%22%3A%22stdio%22%2C%22command%22\
         %3A%22clock%22%2C%22args%22%3A%5B%22%24%7BTZ%7D%22%5D%7D\n"
    );
}

#[test]
fn a_host_s_new_file_is_what_a_sync_would_write() {
    let home = team();
    let run = home.line("env export team --format host:claude-desktop --show-secrets").expect(0);
    has(&run.stderr, &["warning: `news` is left out"]);
    home.line("mcp sync --from-env team --to-host claude-desktop --create --auto-approve").ends(0);
    assert_eq!(run.stdout, home.text(CLAUDE));

    let line = ["env", "export", "team", "--format", "host:claude-desktop", "--server", "news"];
    let run = home.hatch(line).expect(1);
    has(&run.stderr, &["can have none of it"]);
    let bridge = ["--bridge", "npx -y mcp-remote {url} {headers}"];
    let run = home.hatch(line.into_iter().chain(bridge)).expect(0);
    has(&run.stdout, &["mcp-remote", "Authorization:Bearer ${env:NEWS_AUTHORIZATION}"]);
    has(
        &fails(&home, "env export team --format map --resolve-env --bridge npx", 1),
        &["`--resolve-env` is for", "`--bridge` is for", "a bridge needs `{url}`"],
    );
    has(&fails(&home, "env export team --format host:curser", 1), &["did you mean `cursor`?"]);
}

#[test]
fn a_file_is_written_for_its_owner_and_only_where_none_is() {
    let home = team();
    let run = home.line("env export team --out out.json").expect(0);
    assert_eq!(run.stdout, "");
    has(&run.stderr, &["note: written to `out.json`"]);
    assert_eq!(home.text("out.json"), home.line("env export team").expect(0).stdout);
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        let mode = home.join("out.json").metadata().unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
    }
    let error = fails(&home, "env export team --out out.json", 1);
    has(&error, &["there is a file `out.json` already"]);
    has(&fails(&home, "env export team --out no/such/out.json", 1), &["can't be written"]);
    has(&fails(&home, "env export tem", 1), &["did you mean `team`?"]);
    home.environment("none", "{}");
    has(&fails(&home, "env export none", 1), &["environment `none` has no servers"]);
}
