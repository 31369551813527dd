//! `hatch mcp configure`: what is named of a server changes, and nothing else does.

use hatch_tests::TestHome;
use serde_json::{Value, json};

use crate::common::{
    CLAUDE, CURSOR, FILES, GEMINI, LMSTUDIO, assert_unchanged, empty_hosts_with, fails, fails_with,
    has, hosts, hosts_with, json as printed, names, state,
};

const NONE: &str = r#"{ "mcpServers": {} }"#;

/// A home folder whose hosts have no server yet.
fn empty() -> TestHome {
    empty_hosts_with("dev", NONE)
}

/// Runs a `configure` that writes.
#[track_caller]
fn configure(home: &TestHome, arguments: &[&str]) -> hatch_tests::Run {
    let line = ["mcp", "configure", "--auto-approve"].iter().chain(arguments);
    home.hatch(line).expect(0)
}

fn entry(home: &TestHome, file: &str, server: &str) -> Value {
    serde_json::from_slice::<Value>(&home.read(file)).unwrap()["mcpServers"][server].clone()
}

/// Configures a server on a host with its real file, and checks that the text is the same but
/// for these parts, that a second run has nothing to do, and that a dry run writes nothing.
#[track_caller]
fn check_bytes(file: &str, arguments: &[&str], parts: &[(&str, &str)]) {
    let home = hosts();
    let mut expected = home.text(file);
    for (old, new) in parts {
        assert_eq!(expected.matches(old).count(), 1, "{old}");
        expected = expected.replace(old, new);
    }
    let line: Vec<_> = ["mcp", "configure"].iter().chain(arguments).copied().collect();
    let before = state(&home);
    home.hatch(["mcp", "configure", "--dry-run"].iter().chain(arguments)).ends(0);
    assert_unchanged(&home, &before);
    configure(&home, arguments);
    assert_eq!(home.text(file), expected);
    let before = state(&home);
    has(&home.hatch(&line).expect(0).stdout, &["Nothing to do"]);
    assert_unchanged(&home, &before);
}

const LOCAL: &[&str] = &[
    "s",
    "--host",
    "all",
    "--command",
    "cmd",
    "--args",
    "-y 'a b'",
    "--env-var",
    "LOG=info",
    "--env-file",
    "/e/.env",
    "--cwd",
    "/srv",
    "--timeout",
    "30s",
    "--startup-timeout",
    "5",
    "--tool-timeout",
    "1.5",
    "--include-tools",
    "a,b",
    "--exclude-tools",
    "c",
    "--exclude-tools",
    "d",
    "--auto-approve-tools",
    "e",
    "--trust",
    "--disabled",
    "--description",
    "What it is",
    "--",
    "-- as is",
];

#[test]
fn every_flag_of_a_local_server_is_written_where_it_can_be_and_a_loss_where_not() {
    let home = empty();
    let run = configure(&home, LOCAL);
    let args = json!(["-y", "a b", "-- as is"]);
    let common = json!({"command": "cmd", "args": args, "env": {"LOG": "info"}});
    assert_eq!(entry(&home, CLAUDE, "s"), common);
    assert_eq!(entry(&home, LMSTUDIO, "s"), common);
    let mut cursor = common.clone();
    cursor["envFile"] = json!("/e/.env");
    let mut found = entry(&home, CURSOR, "s");
    // Cursor's own marker of a server that is started.
    found.as_object_mut().unwrap().remove("type");
    assert_eq!(found, cursor);
    assert_eq!(
        entry(&home, GEMINI, "s"),
        json!({"command": "cmd", "args": args, "env": {"LOG": "info"}, "cwd": "/srv",
            "description": "What it is", "timeout": 30000, "includeTools": ["a", "b"],
            "excludeTools": ["c", "d"], "trust": true})
    );
    has(&home.text(GEMINI), &["\"excluded\""]);

    let block = |host: &str| {
        let start = run.stdout.find(&format!("\n{host}  ~")).unwrap();
        run.stdout[start..].split("\n\n").next().unwrap().to_owned()
    };
    for host in ["claude-desktop", "cursor", "lmstudio"] {
        for field in [
            "cwd",
            "description",
            "enabled",
            "timeouts.request",
            "timeouts.startup",
            "timeouts.tool-call",
            "tools.allow",
            "tools.deny",
            "tools.auto-approve",
            "trust",
        ] {
            has(&block(host), &[&format!("      ! {field} left out: ")]);
        }
    }
    assert!(!block("cursor").contains("! env-file"));
    has(&block("claude-desktop"), &["! env-file left out: "]);
    let gemini = block("gemini");
    has(
        &gemini,
        &[
            "  + s  cmd -y 'a b' '-- as is'\n",
            "      cwd: + /srv\n",
            "      enabled: + false\n",
            "      timeouts.request: + 30000 ms\n",
            "      tools.deny: + c, d\n",
            "      trust: + true\n",
            "      ! env-file left out: ",
            "      ! timeouts.startup left out: ",
            "      ! timeouts.tool-call left out: ",
            "      ! tools.auto-approve left out: ",
        ],
    );
    assert_eq!(gemini.matches(" left out: ").count(), 4, "{gemini}");

    // Turned on again, with lists that name nothing.
    let line = ["s", "--host", "gemini", "--enabled", "--include-tools", "", "--args="];
    configure(&home, &line);
    let found = entry(&home, GEMINI, "s");
    assert_eq!((&found["includeTools"], &found["args"]), (&json!([]), &json!([])));
    assert_eq!(found["cwd"], "/srv");
    assert!(!home.text(GEMINI).contains("\"s\"\n    ]"), "{}", home.text(GEMINI));
}

#[test]
fn remote_servers_are_written_as_each_host_spells_them() {
    for (flag, kind) in [("--url", None), ("--http-url", Some("http")), ("--sse", Some("sse"))] {
        let home = empty();
        let line = [
            "r",
            "--host",
            "cursor,gemini,lmstudio",
            flag,
            "https://x.example/mcp",
            "--header",
            "X-Team: a=b",
            "--header",
            "Accept=text/plain",
        ];
        configure(&home, &line);
        let headers = json!({"X-Team": "a=b", "Accept": "text/plain"});
        for file in [CURSOR, LMSTUDIO, GEMINI] {
            let found = entry(&home, file, "r");
            assert_eq!(found["url"], "https://x.example/mcp", "{flag} {file}");
            assert_eq!(found["headers"], headers, "{flag} {file}");
        }
        let marker = entry(&home, GEMINI, "r").get("type").cloned();
        assert_eq!(marker, kind.map(Value::from), "{flag}");
    }
}

#[test]
fn a_host_that_starts_local_servers_only_refuses_or_is_given_a_bridge() {
    let home = empty();
    let before = state(&home);
    let line = "mcp configure r --host claude-desktop --url https://x.example/mcp --auto-approve";
    let run = home.line(line).expect(1);
    assert_unchanged(&home, &before);
    has(&run.stdout, &["! r  left out:\n", "Nothing to do, 1 server left out."]);
    let strict = format!("{line} --strict");
    has(&fails(&home, &strict, 1), &["claude-desktop can't hold all of `r`: "]);
    let bridge = ["npx -y mcp-remote {url}"];
    let line: Vec<_> = line.split(' ').chain(["--bridge"]).chain(bridge).collect();
    home.hatch(line).ends(0);
    assert_eq!(entry(&home, CLAUDE, "r")["args"][2], "https://x.example/mcp");
}

#[test]
fn partial_updates_keep_every_other_byte() {
    check_bytes(
        GEMINI,
        &["pythonTools", "--host", "gemini", "--timeout", "20s", "--env-var", "API_KEY=${env:K}"],
        &[("15000", "20000"), ("${EXTERNAL_API_KEY:-none}", "${K}")],
    );
    check_bytes(
        GEMINI,
        &["httpServer", "--host", "gemini", "--trust", "--header", "authorization: Basic x"],
        &[("\"trust\": false", "\"trust\": true"), ("Bearer ${TOKEN}", "Basic x")],
    );
    check_bytes(
        GEMINI,
        &["legacyHttp", "--host", "gemini", "--http-url", "https://new.example/mcp"],
        &[("http://localhost:3000/mcp", "https://new.example/mcp")],
    );
    check_bytes(
        GEMINI,
        &["experimental-server", "--host", "gemini", "--enabled"],
        &[
            ("[\"experimental-server\"]", "[]"),
            ("\"legacyHttp\"]", "\"legacyHttp\", \"experimental-server\"]"),
        ],
    );
    check_bytes(
        CURSOR,
        &["メモ", "--host", "cursor", "--command", "memo", "--args", "--lang", "--args=en"],
        &[("memo-mcp", "memo"), ("日本語", "en")],
    );
    check_bytes(
        CURSOR,
        &["legacy sse", "--host", "cursor", "--url", "http://localhost:1/sse"],
        &[("http://localhost:8931/sse", "http://localhost:1/sse")],
    );
    check_bytes(
        LMSTUDIO,
        &["docs-mcp-server", "--host", "lmstudio", "--env-var", "OPENAI_API_BASE=http://h/v1"],
        &[("http://localhost:1234/v1", "http://h/v1")],
    );
    check_bytes(
        LMSTUDIO,
        &["hf-mcp-server", "--host", "lmstudio", "--header", "X-A=1"],
        &[("\"Bearer EXAMPLE\"\n", "\"Bearer EXAMPLE\",\n        \"X-A\": \"1\"\n")],
    );
    check_bytes(
        CLAUDE,
        &["old-notes", "--host", "claude-desktop", "--env-var", "NOTES_DIR=E:\\N"],
        &[("D:\\\\Notes", "E:\\\\N")],
    );
    check_bytes(
        CLAUDE,
        &["sqlite", "--host", "claude-desktop", "--args=--db-path", "--", "C:\\x.db"],
        &[("C:\\\\Users\\\\Ana Ruiz\\\\datos\\\\año.db", "C:\\\\x.db")],
    );
}

#[test]
fn another_transport_takes_the_old_fields_away_and_says_so() {
    let home = hosts();
    let line = ["httpServer", "--host", "gemini", "--command", "srv", "--cwd", "/"];
    let run = configure(&home, &line);
    has(
        &run.stdout,
        &[
            "  ~ httpServer\n      transport: http → stdio\n      command: + srv\n",
            "      url: - https://api.example.com/mcp\n",
            "      headers.Authorization: - Bearer ${env:TOKEN}\n",
        ],
    );
    let text = home.text(GEMINI);
    let after = text.split("\"httpServer\": {").nth(1).unwrap().split('}').next().unwrap();
    let after: Value = serde_json::from_str(&format!("{{{after}}}")).unwrap();
    // What is of no transport stays, and so does what hatch does not know.
    assert_eq!(after, json!({"timeout": 5000, "trust": false, "command": "srv", "cwd": "/"}));

    configure(&home, &["メモ", "--host", "cursor", "--http-url", "https://memo.example/mcp"]);
    let found = entry(&home, CURSOR, "メモ");
    assert_eq!(found["url"], "https://memo.example/mcp");
    assert_eq!(found["x-team"], json!({"owner": "platform", "reviewed": "2026-03-01"}));
    assert!(found.get("command").is_none() && found.get("args").is_none(), "{found}");
}

#[test]
fn what_hatch_does_not_know_survives() {
    let home = hosts();
    configure(&home, &["old-notes", "--host", "claude-desktop", "--command", "npx"]);
    let found = entry(&home, CLAUDE, "old-notes");
    assert_eq!((&found["icon"], &found["disabled"]), (&json!("notes.png"), &json!(true)));
    let before = home.text(CURSOR);
    configure(&home, &["メモ", "--host", "cursor", "--env-var", "A=1"]);
    let part = "\"x-team\": {\n\t\t\t\t\"owner\": \"platform\",\n\t\t\t\t\"reviewed\": \"2026-03-01\"\n\t\t\t}";
    assert!(before.contains(part) && home.text(CURSOR).contains(part));
    assert_eq!(entry(&home, CURSOR, "メモ")["env"]["A"], "1");
}

#[test]
fn a_change_that_no_host_can_hold_is_shown_and_nothing_to_do() {
    let home = hosts();
    let before = state(&home);
    let line = "mcp configure playwright --host lmstudio --timeout 5 --trust";
    let run = home.line(line).expect(0);
    has(
        &run.stdout,
        &[
            "  = playwright\n      ! timeouts.request left out: LM Studio has no timeout in its file\n",
            "      ! trust left out: LM Studio has no such field in its file\n",
            "Nothing to do.\n",
        ],
    );
    let run = printed(&home.line(&format!("{line} --json")).expect(0));
    let losses = &run["hosts"][0]["servers"][0]["losses"];
    assert_eq!(
        (&losses[0]["field"], &losses[0]["kind"]),
        (&json!("timeouts.request"), &json!("dropped"))
    );
    assert_eq!(losses[1]["field"], "trust");
    assert_unchanged(&home, &before);
    let error = fails(&home, &format!("{line} --strict"), 1);
    has(&error, &["lmstudio can't hold all of `playwright`: trust: ", "timeouts.request: "]);
}

#[test]
fn secrets_are_masked_and_pointed_out_where_they_are_new() {
    let home = empty();
    let line = ["s", "--host", "cursor", "--command", "c", "--env-var", "API_KEY=hunter2hunter2"];
    let run = configure(&home, &line);
    has(
        &run.stdout,
        &["env.API_KEY: + •••", "`env.API_KEY` is a secret in plain text; `${env:API_KEY}`"],
    );
    let json = ["--json", "--dry-run", "--env-var", "B_TOKEN=hunter3hunter3"];
    let line: Vec<_> =
        ["mcp", "configure", "s", "--host", "cursor"].into_iter().chain(json).collect();
    let again = home.hatch(&line).expect(0);
    for text in [&run.stdout, &run.stderr, &again.stdout] {
        assert!(!text.contains("hunter"), "{text}");
    }
    let warnings = &printed(&again)["hosts"][0]["warnings"];
    assert_eq!(warnings.as_array().unwrap().len(), 1, "of what is new alone: {warnings}");
    let shown = home.hatch(line.iter().chain(&["--show-secrets"])).expect(0);
    has(&shown.stdout, &["hunter3hunter3"]);
    // A bad variable may be a secret that lost its name.
    let line = ["mcp", "configure", "s", "--host", "cursor", "--env-var", "ghp_0123456789abcdef"];
    has(&fails_with(&home, &line, 2), &["invalid --env-var: expected `NAME=VALUE` or `NAME`"]);
}

#[test]
fn all_hosts_are_those_that_have_it_where_none_can_be_made() {
    let home = hosts();
    let run = configure(&home, &["playwright", "--host", "all", "--args", "x"]);
    has(
        &run.stderr,
        &["note: claude-desktop has no server named `playwright`", "note: gemini has"],
    );
    has(&run.stdout, &["Configure `playwright` on LM Studio (lmstudio)"]);
    assert_eq!(entry(&home, LMSTUDIO, "playwright")["args"], json!(["x"]));
    // A host that is named is meant.
    let error = fails(&home, "mcp configure playwright --host all,cursor --args x", 1);
    has(
        &error,
        &["`playwright` can't be written to cursor", "there is no server named `playwright` yet"],
    );
    // With a transport, every host is given one.
    configure(&home, &["p", "--host", "all", "--command", "p"]);
    for file in [CLAUDE, CURSOR, LMSTUDIO] {
        assert_eq!(entry(&home, file, "p")["command"], "p", "{file}");
    }
}

#[test]
fn every_fault_of_a_command_line_is_said() {
    let home = hosts();
    let line = [
        "mcp",
        "configure",
        "s",
        "--host",
        "curser,lmstudio",
        "--env-var",
        "A b",
        "--env-var",
        "=B",
        "--header",
        "C",
        "--url",
        "x.example",
        "--timeout",
        "soon",
        "--args",
        "'",
        "--bridge",
        "x",
    ];
    let error = fails_with(&home, &line, 2);
    has(
        &error,
        &[
            "error: invalid --env-var: expected `NAME=VALUE` or `NAME`",
            "error: invalid --header: expected `NAME=VALUE` or `NAME: VALUE`",
            "error: invalid URL for --url",
            "error: invalid duration for --timeout",
            "error: cannot split --args: expected a closing quote",
            "error: a bridge needs `{url}`",
            "error: there is no host named `curser`",
            "hint: did you mean `cursor`?",
        ],
    );
    assert_eq!(error.matches("error: ").count(), 8, "{error}");
}

#[test]
fn what_makes_no_sense_is_an_error_with_a_way_out() {
    let home = hosts();
    for (line, code, parts) in [
        ("s --host cursor", 2, ["error: nothing is said of the server", "--include-tools"]),
        ("s --command c", 2, ["<--host <HOST>|--env [<ENV>]>", "required"]),
        ("--host cursor --command c", 2, ["<SERVER>", "required"]),
        ("s --host cursor --env dev --command c", 2, ["cannot be used with", "--env"]),
        (
            "s --env dev --command c --absolute-commands",
            2,
            ["cannot be used", "--absolute-commands"],
        ),
        ("s --env dev --command c --create", 2, ["cannot be used with", "--create"]),
        (
            "s --env dev --command c --absolute-commands",
            2,
            ["cannot be used", "--absolute-commands"],
        ),
        ("s --host cursor --command c --url https://x/", 2, ["cannot be used with", "--url"]),
        (
            "s --host cursor --command c --enabled --disabled",
            2,
            ["cannot be used with", "--disabled"],
        ),
        ("s --host emacs --command c", 1, ["no host named `emacs`", "hint: the hosts are"]),
        ("s --host cursor --timeout 5", 1, ["there is no server named `s` yet", "--http-url"]),
        ("memo --host cursor --timeout 5", 1, ["there is no server named `memo` yet", "hint: say"]),
        ("dcs --host cursor --timeout 5", 1, ["no server named `dcs` yet", "did you mean `docs`?"]),
        ("docs --host cursor --header A=b", 1, ["`docs` is started by a command", "`headers`"]),
        (
            "hf-mcp-server --host lmstudio --args x --cwd /",
            1,
            ["reached at a URL", "`args` and `cwd`"],
        ),
        ("s --host cursor --url https://x/ --env-var A=b", 1, ["reached at a URL", "has `env`"]),
        ("s --host cursor --command c --timeout -5", 2, ["unexpected argument `-5`", "usage"]),
    ] {
        has(&fails(&home, &format!("mcp configure {line}"), code), &parts);
    }
    let line = ["mcp", "configure", "", "--host", "cursor", "--command", "c"];
    has(&fails_with(&home, &line, 2), &["a server's name is not empty"]);
    let line = "mcp configure s --host cursor --command c";
    has(&fails(&home, line, 1), &["there is no terminal to ask on", "--auto-approve"]);
    std::fs::remove_dir_all(home.join(".lmstudio")).unwrap();
    let line = "mcp configure s --host lmstudio --command c --auto-approve";
    has(&fails(&home, line, 1), &["LM Studio (lmstudio) is not on this machine", "--create"]);
    home.line(&format!("{line} --create")).ends(0);
    assert_eq!(names(&home, LMSTUDIO), ["s"]);
    home.write(CURSOR, "{");
    let line = "mcp configure s --host cursor --command c --auto-approve";
    has(&fails(&home, line, 1), &["Cursor (cursor) can't be read", "fix the file by hand"]);
}

#[test]
fn an_entry_that_is_no_server_is_written_over_and_said() {
    let home = empty();
    home.write(CURSOR, r#"{ "mcpServers": { "odd": { "note": 1 }, "ok": { "command": "k" } } }"#);
    let run = configure(&home, &["odd", "--host", "cursor", "--command", "c"]);
    has(&run.stdout, &["  + odd  c", "`odd` has an entry that can't be understood ("]);
    let found = entry(&home, CURSOR, "odd");
    assert_eq!((&found["command"], &found["note"]), (&json!("c"), &json!(1)));
}

#[test]
fn a_project_s_file_can_be_meant() {
    let home = empty();
    let line = ["s", "--host", "cursor", "--scope", "project", "--project", "app", "--create"];
    configure(&home, &[&line[..], &["--command", "c"]].concat());
    assert_eq!(names(&home, "app/.cursor/mcp.json"), ["s"]);
    assert_eq!(names(&home, CURSOR), [""; 0]);
}

#[test]
fn it_is_backed_up_and_where_a_server_came_from_is_remembered() {
    let home = hosts_with("production", r#"{ "mcpServers": { "a": { "command": "a" } } }"#);
    let before = home.read(LMSTUDIO);
    let run = configure(&home, &["p", "--host", "lmstudio", "--command", "p"]);
    has(&run.stdout, &["Done: 1 host changed.\nBackup: "]);
    home.line("mcp backup restore lmstudio --auto-approve").ends(0);
    assert_eq!(home.read(LMSTUDIO), before);

    home.line("mcp sync --from-env production --to-host lmstudio --auto-approve").ends(0);
    configure(&home, &["a", "--host", "lmstudio", "--args", "x"]);
    let rows = printed(&home.line("mcp list hosts lmstudio --server ^a$ --json").expect(0));
    assert_eq!(rows["rows"][0]["environment"], "production");
    // The next sync sees that it is not as it was put there.
    let line =
        "mcp sync --from-env production --to-host lmstudio --dry-run --on-conflict overwrite";
    has(&home.line(line).expect(0).stdout, &["~ a", "args: - x"]);
}

#[test]
fn values_stand_for_references_where_it_is_asked() {
    let home = empty();
    let line = [
        "mcp",
        "configure",
        "s",
        "--host",
        "lmstudio",
        "--command",
        "c",
        "--env-var",
        "HERE=${env:HERE}",
        "--resolve-env",
        "--auto-approve",
    ];
    let run = home.run(home.command().args(line).env("HERE", "there")).expect(0);
    has(&run.stdout, &["env.HERE written out: "]);
    assert_eq!(entry(&home, LMSTUDIO, "s")["env"]["HERE"], "there");
    has(&home.hatch(line).expect(1).stdout, &["! s  left out:", "`env.HERE` needs `HERE`"]);
}

#[test]
fn a_run_is_json_too() {
    let home = empty();
    let line = ["mcp", "configure", "s", "--host", "all", "--command", "c", "--json"];
    let run = printed(&home.hatch(line.iter().chain(&["--auto-approve"])).expect(0));
    assert_eq!((&run["schema"], &run["result"]), (&json!("hatch.run/1"), &json!("applied")));
    assert_eq!(run["command"], "configure");
    assert_eq!(run["hosts"].as_array().unwrap().len(), FILES.len());
    assert_eq!(run["hosts"][1]["servers"][0]["fields"][1]["after"], "c");
}
