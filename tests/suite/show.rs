//! `show hosts`, `show servers` and `discover servers`: all that there is, secrets masked.

use hatch_tests::TestHome;

use crate::common::{CURSOR, GEMINI, LMSTUDIO, hosts_with, json};

const SECRETS: &str = r#"{ "mcpServers": {
    "files": { "command": "fs", "args": ["--token", "hunter2hunter2"], "env": { "API_KEY": "k3y-0f-mine" } },
    "news": { "type": "http", "url": "https://user:pw@news.example/mcp",
              "headers": { "Authorization": "Bearer ${env:NEWS}", "X-Own": "opaque" } }
} }"#;

const PLANTED: [&str; 4] = ["hunter2hunter2", "k3y-0f-mine", "user:pw", "opaque"];

fn home() -> TestHome {
    let home = TestHome::new();
    home.environment("prod", SECRETS);
    home.write(CURSOR, r#"{ "mcpServers": { "own": { "command": "o" } } }"#);
    home.write(GEMINI, "{}\n");
    home.line("mcp sync --from-env prod --to-host cursor --auto-approve").ends(0);
    home
}

#[test]
fn a_host_is_shown_in_full() {
    let home = home();
    let shown = home.line("mcp show hosts cursor").expect(0).stdout;
    for part in [
        "cursor  Cursor\n",
        "  file: ~/.cursor/mcp.json\n",
        "  last change: 20",
        "  backups: 1\n",
        "  servers: 3\n",
        "\n  own\n    transport: stdio\n    command: o\n",
        "\n  files\n    from: environment `prod`, 20",
        "    args: --token •••\n    env.API_KEY: •••\n",
        "    url: https://•••@news.example/mcp\n",
        "    headers.Authorization: Bearer ${env:NEWS}\n    headers.X-Own: •••\n",
    ] {
        assert!(shown.contains(part), "{part:?} is missing in\n{shown}");
    }
    assert!(!shown.contains("gemini"));
}

#[test]
fn secrets_are_shown_to_who_asks_for_them() {
    let home = home();
    for line in [
        "mcp show hosts",
        "mcp show servers",
        "mcp discover servers",
        "mcp show hosts --json",
        "mcp show servers --json",
        "mcp discover servers --json",
    ] {
        let masked = home.line(line).expect(0).stdout;
        assert!(!PLANTED.iter().any(|secret| masked.contains(secret)), "{line}:\n{masked}");
        let clear = home.line(&format!("{line} --show-secrets")).expect(0).stdout;
        assert!(clear.contains("user:pw"), "{line}:\n{clear}");
    }
}

#[test]
fn a_server_is_shown_on_every_host_that_has_it() {
    let home = home();
    home.line("mcp sync --from-host cursor --to-host gemini --servers own --auto-approve").ends(0);
    let shown = home.line("mcp show servers own").expect(0).stdout;
    let expected = "own  on 2 hosts\n\n  cursor\n    transport: stdio\n    command: o\n\n  gemini\n    \
                    from: hatch, ";
    assert!(shown.starts_with(expected), "{shown}");

    let shown = json(&home.line("mcp show servers own --json").expect(0));
    assert_eq!(shown["servers"][0]["hosts"][1]["host"], "gemini");
    assert_eq!(shown["servers"][0]["hosts"][1]["hatch_managed"], true);
    assert_eq!(shown["servers"][0]["hosts"][0]["command"], "o");
}

#[test]
fn filters_choose_hosts_and_servers() {
    let home = home();
    let shown = home.line("mcp show hosts --server ^ow").expect(0).stdout;
    assert!(shown.contains("\n  own\n") && !shown.contains("files"), "{shown}");
    assert!(!shown.contains("gemini"), "a host without such a server is left out:\n{shown}");
    let shown = home.line("mcp show servers --host gemini").expect(0).stdout;
    assert_eq!(shown, "No servers found.\n");
    assert_eq!(home.line("mcp show hosts nothing").expect(0).stdout, "No hosts found.\n");
    for line in ["mcp show hosts [ --server (", "mcp list servers [ --host ("] {
        let error = home.line(line).expect(2).stderr;
        assert_eq!(error.matches("invalid regular expression").count(), 2, "{error}");
    }
}

#[test]
fn what_is_no_server_and_what_can_t_be_read_is_named() {
    let home = home();
    home.write(LMSTUDIO, "{ broken");
    home.write(CURSOR, r#"{ "mcpServers": { "bad": { "args": 1 }, "own": { "command": "o" } } }"#);
    let run = home.line("mcp show hosts").expect(0);
    assert!(run.stderr.contains("warning: lmstudio can't be read: "), "{}", run.stderr);
    assert!(run.stderr.contains("warning: `bad` on cursor can't be read: "), "{}", run.stderr);
    assert!(run.stderr.contains("note: 2 items could not be read"), "{}", run.stderr);
    let shown = json(&home.line("mcp show hosts --json").expect(0));
    assert_eq!(shown["unreadable"].as_array().unwrap().len(), 2);
}

#[test]
fn environments_servers_are_discovered() {
    let home = hosts_with("dev", r#"{ "mcpServers": { "a": { "command": "a", "args": ["x"] } } }"#);
    home.environment("prod", r#"{ "mcpServers": { "b": { "url": "https://b.example/" } } }"#);
    let all = home.line("mcp discover servers").expect(0).stdout;
    assert_eq!(
        all,
        "Server  Environment  Transport  Command or URL\n\
         a       dev          stdio      a x\n\
         b       prod         remote     https://b.example/\n"
    );
    let one = home.line("mcp discover servers --env prod").expect(0).stdout;
    assert!(one.contains("b       prod") && !one.contains("dev"), "{one}");
    assert_eq!(
        home.line("mcp discover servers ^x --env dev").expect(0).stdout,
        "No servers found.\n"
    );
    let rows = json(&home.line("mcp discover servers ^a --json").expect(0));
    assert_eq!(rows["rows"][0]["environment"], "dev");
    assert_eq!(rows["rows"][0]["args"][0], "x");
    let error = home.line("mcp discover servers --env pord").expect(1).stderr;
    assert!(error.contains("did you mean `prod`?"), "{error}");
}
