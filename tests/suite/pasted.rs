//! What people have at hand, taken as they have it: READMEs' blocks and lines to type, files of
//! other hosts, files that are broken in known ways, values that can't work.

use hatch_tests::TestHome;
use serde_json::{Value, json};

use crate::common::{CURSOR, GEMINI, assert_unchanged, fails, has, json as printed, state};

fn environment(home: &TestHome, name: &str) -> Value {
    serde_json::from_slice(&home.read(&format!(".hatch/envs/{name}.json"))).unwrap()
}

/// The servers that a text on standard input becomes.
#[track_caller]
fn imported(text: &str, options: &str) -> Value {
    let home = TestHome::new();
    let line = format!("env import x --from-file - {options}");
    home.with_input(&line, text.as_bytes()).ends(0);
    environment(&home, "x")["mcpServers"].clone()
}

/// Case 6: what READMEs say to paste.
#[test]
fn what_readmes_say_to_paste_is_taken() {
    let weather = json!({"weather": {"command": "uvx", "args": ["w"]}});
    for text in [
        r#""weather": {"command": "uvx", "args": ["w"]}"#,
        r#""mcpServers": {"weather": {"command": "uvx", "args": ["w"]}}"#,
        "Add it:\n\n```json\n{\n  \"mcpServers\": {\n    \"weather\": {\"command\": \"uvx\", \"args\": [\"w\"]}\n  }\n}\n```\n",
        "claude mcp add weather -- uvx w",
        "cursor://anysphere.cursor-deeplink/mcp/install?name=weather&config=eyJjb21tYW5kIjoidXZ4IiwiYXJncyI6WyJ3Il19",
        "$ claude mcp add -s user weather uvx w",
        r#"{"context_servers": {"weather": {"source": "custom", "command": "uvx", "args": ["w"]}}}"#,
        r#"{"context_servers": {"weather": {"command": {"path": "uvx", "args": ["w"]}}}}"#,
        r#"{"servers": {"weather": {"command": "uvx", "args": ["w"]}}, "inputs": []}"#,
        r#"{"mcp": {"servers": {"weather": {"command": "uvx", "args": ["w"]}}}}"#,
        r#"{"mcp": {"weather": {"command": ["uvx", "w"]}}}"#,
        "[mcp_servers.weather]\ncommand = \"uvx\"\nargs = [\"w\"]\n",
    ] {
        assert_eq!(imported(text, ""), weather, "{text}");
    }
    assert_eq!(imported("uvx w", "--name weather"), weather);
    assert_eq!(
        imported(
            "claude mcp add -t http news https://news.example/mcp -H 'Authorization: Bearer $TOKEN'",
            ""
        ),
        json!({"news": {"type": "http", "url": "https://news.example/mcp",
                        "headers": {"Authorization": "Bearer ${env:TOKEN}"}}})
    );
    assert_eq!(
        imported("claude mcp add foo -e LOG=debug -e 'KEY=${KEY}' -- npx -y foo", ""),
        json!({"foo": {"command": "npx", "args": ["-y", "foo"],
                       "env": {"LOG": "debug", "KEY": "${env:KEY}"}}})
    );
}

#[test]
fn what_can_not_be_taken_says_what_was_seen() {
    let home = TestHome::new();
    for (text, said) in [
        ("npx -y foo", &["it is one server without a name", "--name SERVER"][..]),
        ("mcpServers:\n  a:\n    command: x\n", &["this looks like YAML, not JSON"]),
        ("claude mcp add --odd x -- npx", &["unknown option `--odd` in the command line"]),
        (
            "```\n{\"a\": {\"command\": \"x\"}}\n```\n```\n{\"a\": {\"command\": \"y\"}}\n```\n",
            &["2 of its code blocks have servers", "paste one of them"],
        ),
        (
            r#"{"mcpServer": {"a": {"command": "x"}}}"#,
            &["it has no servers; did you mean `mcpServers` by `mcpServer`?"],
        ),
    ] {
        let run = home.with_input("env import x --from-file -", text.as_bytes()).expect(1);
        has(&run.stderr, said);
    }
    let named =
        home.with_input("env import x --from-file -", br#"{"mcp": {"a": {"command": ["x"]}}}"#);
    has(&named.expect(0).stderr, &["standard input has the form of OpenCode's file"]);
}

/// Case 7: one bad server of ten.
#[test]
fn one_bad_server_of_ten_is_left_out_and_named() {
    let home = TestHome::new();
    let mut servers: serde_json::Map<String, Value> =
        (0..9).map(|at| (format!("s{at}"), json!({"command": "x"}))).collect();
    servers.insert("bad".to_owned(), json!({"type": "ws", "url": "wss://x.example"}));
    home.write("ten.json", json!({ "mcpServers": servers }).to_string());
    let before = state(&home);
    let strict = home.line("env import x --from-file ten.json --strict").expect(1);
    has(&strict.stderr, &["server `bad` is not valid", "unknown transport `ws`"]);
    assert_unchanged(&home, &before);
    let run = home.line("env import x --from-file ten.json").expect(0);
    has(&run.stdout, &["! left out: server `bad` is not valid: unknown transport `ws`"]);
    assert_eq!(environment(&home, "x")["mcpServers"].as_object().unwrap().len(), 9);
    // The same of a host's own file, and of a file that is read as one.
    home.write(CURSOR, r#"{"mcpServers": {"a": {"command": "x"}, "bad": {"serverUrl": "x"}}}"#);
    has(&fails(&home, "env import y --from-host cursor --strict", 1), &["left out: `bad`"]);
    for source in ["--from-host cursor", "--from-file .cursor/mcp.json"] {
        let run = home.line(&format!("env import y {source} --replace")).expect(0);
        has(
            &run.stdout,
            &["! left out: ", "`bad` cannot be read: ", "did you mean `url` by `serverUrl`?"],
        );
    }
}

/// Case 2: a timeout in seconds.
#[test]
fn a_timeout_in_seconds_is_doubted_and_read_as_its_host_does() {
    let home = TestHome::new();
    let file =
        r#"{"mcpServers": {"w": {"type": "sse", "url": "https://w.example/sse", "timeout": 60}}}"#;
    home.write("w.json", file);
    home.write("cline_mcp_settings.json", file);
    let run = home.line("env import plain --from-file w.json").expect(0);
    has(
        &run.stdout,
        &["timeouts.request: + 60 ms", "! `w`: `timeouts.request` is 60 ms, less than a second"],
    );
    has(&run.stderr, &["--as HOST reads the file with that host's units, as --as cline"]);
    for source in ["w.json --as cline", "cline_mcp_settings.json"] {
        let run = home.line(&format!("env import cline --from-file {source} --replace")).expect(0);
        assert!(!run.stdout.contains('!'), "{}", run.stdout);
        assert_eq!(environment(&home, "cline")["mcpServers"]["w"]["timeout"], 60_000, "{source}");
    }
    home.write(GEMINI, "{}");
    let sync = "mcp sync --to-host gemini --auto-approve --from-env";
    let run = home.line(&format!("{sync} ./w.json --dry-run")).expect(0);
    has(&run.stdout, &["! `w`: `timeouts.request` is 60 ms, less than a second"]);
    home.line(&format!("{sync} ./w.json --as cline")).ends(0);
    has(&home.text(GEMINI), &["\"timeout\": 60000"]);
    has(&fails(&home, &format!("{sync} plain --as cline"), 1), &["needs the path of a file"]);
}

/// Case 10: a Claude Code file as an environment.
#[test]
fn a_file_of_claude_code_keeps_its_references() {
    let home = TestHome::new();
    let file = r#"{"mcpServers": {
        "w": {"type": "http", "url": "https://w.example/mcp",
              "headers": {"Authorization": "Bearer ${API_TOKEN}"}},
        "l": {"command": "x", "args": ["${DIR:-/srv}"]}}}"#;
    home.write(".mcp.json", file);
    home.write("claude.json", file);
    home.write(CURSOR, "{}");
    for source in [".mcp.json", "claude.json --as claude-code"] {
        home.line(&format!("env import x --from-file {source} --replace")).ends(0);
        let servers = environment(&home, "x")["mcpServers"].clone();
        assert_eq!(servers["w"]["headers"]["Authorization"], "Bearer ${env:API_TOKEN}", "{source}");
        assert_eq!(servers["l"]["args"], json!(["${env:DIR:-/srv}"]));
    }
    let run = home.line("env import own --from-file .mcp.json --as hatch").expect(0);
    has(&run.stderr, &["taken as plain text: `${API_TOKEN}`", "--as claude-code"]);
    let run = home
        .line("mcp sync --from-env ./.mcp.json --servers w --to-host cursor --auto-approve")
        .expect(0);
    has(&run.stderr, &["`./.mcp.json` is read as Claude Code (claude-code) reads it"]);
    has(&home.text(CURSOR), &["\"Authorization\": \"Bearer ${env:API_TOKEN}\""]);
    // One that is wrong is no source to take others away by.
    home.write(
        ".mcp.json",
        r#"{"mcpServers": {"a": {"command": "x"}, "b": {"type": "ws", "url": "u"}}}"#,
    );
    has(
        &fails(&home, "mcp sync --from-env ./.mcp.json --to-host cursor", 1),
        &["server `b` cannot be read", "`hatch env import` leaves out what cannot be read"],
    );
}

#[test]
fn every_table_that_comes_with_hatch_can_read_a_file() {
    let tables = std::fs::read_dir(hatch_tests::workspace().join("adapters/tables")).unwrap();
    let ids: Vec<_> = tables.map(|it| it.unwrap().file_name().into_string().unwrap()).collect();
    assert!(ids.len() >= 10, "{ids:?}");
    for id in ids {
        let servers = imported(
            r#"{"mcpServers": {"w": {"command": "uvx", "args": ["w"]}}}"#,
            &format!("--as {id}"),
        );
        assert_eq!(servers, json!({"w": {"command": "uvx", "args": ["w"]}}), "{id}");
        let servers = imported(r#"{"command": "uvx"}"#, &format!("--as {id} --name w"));
        assert_eq!(servers["w"]["command"], "uvx", "{id}");
    }
    let home = TestHome::new();
    home.write("x.json", "{}");
    let error = fails(&home, "env import x --from-file x.json --as nothing", 1);
    has(&error, &["no host named `nothing`", "`--as hatch` is hatch's own form"]);
}

/// Case 12: the commonest hosts.
#[test]
fn the_way_to_a_host_that_is_not_built_in_is_said() {
    let home = TestHome::new();
    home.environment("e", r#"{ "mcpServers": { "a": { "command": "x" } } }"#);
    let to = |host: &str| fails(&home, &format!("mcp sync --from-env e --to-host {host}"), 1);
    for host in ["claude-code", "vscode", "windsurf", "cline", "kiro"] {
        let error = to(host);
        has(&error, &["is not installed", &format!("`hatch adapter install {host}` installs it")]);
        assert!(!error.contains("did you mean"), "{error}");
    }
    has(&to("code"), &["hatch adapter install vscode"]);
    has(&to("codex"), &["hatch does not support Codex (codex) yet", "hatch adapter new codex"]);
    has(&to("zed"), &["hatch does not support Zed (zed) yet"]);
    has(&to("gemini-cli"), &["did you mean `gemini`?"]);
    has(&to("claude"), &["`claude-desktop`", "`claude-code`"]);
    has(&to("claud-code"), &["did you mean `claude-code`"]);
    has(&to("nothing-like-it"), &["the hosts are claude-desktop, cursor"]);

    has(
        &fails(&home, "host add mine --adapter claude-code --path x.json", 1),
        &["no adapter named `claude-code`", "`hatch adapter install claude-code` installs it"],
    );
    has(&fails(&home, "adapter install claud-code", 1), &["did you mean `claude-code`?"]);
    has(&fails(&home, "adapter install codex", 1), &["hatch does not support Codex (codex) yet"]);
    let listed = home.line("mcp discover hosts claude-code").expect(0);
    has(&listed.stderr, &["`hatch adapter install claude-code` installs it"]);

    home.line("adapter install claude-code --auto-approve").ends(0);
    assert_eq!(home.line("mcp discover hosts claude-code").expect(0).stderr, "");
    home.write(".claude.json", "{}");
    home.line("mcp sync --from-env e --to-host claude-code --auto-approve").ends(0);
    has(&home.text(".claude.json"), &["\"command\": \"x\""]);
    let listed = printed(&home.line("adapter list --json").expect(0));
    assert_eq!(listed["adapters"][0]["source"], "hatch:claude-code");
    has(&home.line("adapter update").expect(0).stdout, &["claude-code is up to date"]);
}

/// Case 16: near misses of keys.
#[test]
fn keys_that_are_nearly_right_are_named() {
    let home = TestHome::new();
    home.write(CURSOR, r#"{"mcpServers": {"s": {"serverUrl": "https://s.example"}}}"#);
    home.write(GEMINI, r#"{"mcpServers": {"h": {"httpUrl ": "https://h.example"}}}"#);
    let listed = home.line("mcp list servers").expect(0);
    let said = format!("{}{}", listed.stdout, listed.stderr);
    has(
        &said,
        &["did you mean `url` by `serverUrl`?", "the key `httpUrl ` begins or ends with a space"],
    );
    // Such an entry is in nobody's way.
    let run = home.hatch([
        "mcp",
        "configure",
        "new",
        "--host",
        "cursor",
        "--command",
        "x",
        "--auto-approve",
    ]);
    run.ends(0);
    has(&home.text(CURSOR), &["serverUrl", "\"new\""]);
    home.write(CURSOR, "{}");
    for (entry, said) in [
        (r#"{"comand": "x"}"#, "did you mean `command` by `comand`?"),
        (r#"{"Url": "https://x.example"}"#, "did you mean `url` by `Url`?"),
    ] {
        home.write("bad.json", format!(r#"{{"mcpServers": {{"a": {entry}}}}}"#));
        has(&fails(&home, "env import x --from-file bad.json", 1), &[said]);
        home.environment("bad", &format!(r#"{{"mcpServers": {{"a": {entry}}}}}"#));
        has(&fails(&home, "mcp sync --from-env bad --to-host cursor", 1), &[said]);
    }
    let text =
        r#"{"mcpServers": {"a": {"command": "x", "arg": ["y"], "environment": {"A": "1"}}}}"#;
    home.write("a.json", text);
    has(
        &home.line("env import x --from-file a.json").expect(0).stderr,
        &[
            "`arg` of server `a` (did you mean `args`?)",
            "`environment` of server `a` (did you mean `env`?)",
        ],
    );
    has(
        &home.line("mcp sync --from-env ./a.json --to-host cursor --dry-run").expect(0).stdout,
        &["! arg left out: hatch does not know it; did you mean `args`?"],
    );
}

/// Case 17: broken files of known causes.
#[test]
fn broken_files_are_refused_with_their_cause() {
    let wide = |text: &str| -> Vec<u8> { text.encode_utf16().flat_map(u16::to_le_bytes).collect() };
    let home = TestHome::new();
    home.environment("e", r#"{ "mcpServers": { "a": { "command": "x" } } }"#);
    for (bytes, cause) in [
        (wide("\u{feff}{\"mcpServers\": {}}"), "UTF-16, as PowerShell's `>` writes it"),
        (wide("{\"mcpServers\": {}}"), "UTF-16, as PowerShell's `>` writes it"),
        (br#"{"mcpServers": {"a": {"command": "C:\Users\x"}}}"#.to_vec(), "a single backslash"),
        ("{“mcpServers”: {}}".into(), "a curly quote"),
        (b"{\"mcpServers\": {}}\nmore".to_vec(), "text after the end of the value"),
        (b"{'mcpServers': {}}".to_vec(), "strings need double quotes"),
        (b"{'mcpServers': None}".to_vec(), "this looks like a Python dict"),
        (b"mcpServers:\n  a:\n".to_vec(), "this looks like YAML"),
        (b"[mcp]\na = 1\n".to_vec(), "this looks like TOML"),
        (
            b"{\n<<<<<<< HEAD\n\"mcpServers\": {}\n=======\n\"mcpServers\": {}\n>>>>>>> b\n}"
                .to_vec(),
            "an unresolved merge conflict",
        ),
    ] {
        home.write(CURSOR, &bytes);
        home.write("broken.json", &bytes);
        for line in [
            "mcp sync --from-env e --to-host cursor",
            "env import x --from-file broken.json",
            "mcp sync --from-env ./broken.json --to-host gemini",
        ] {
            has(&fails(&home, line, 1), &[cause]);
        }
    }
}

/// Case 18: values that can't work.
#[test]
fn values_that_can_not_work_are_doubted_wherever_they_are_carried() {
    let home = TestHome::new();
    home.write(CURSOR, "{}");
    let text = r#"{"mcpServers": {
        "none": {"command": ""},
        "padded": {"command": "npx ", "args": ["-y"]},
        "bare": {"url": "w.example/mcp"},
        "empty": {"url": ""},
        "key": {"command": "x", "env": {"K": "YOUR_API_KEY"}}}}"#;
    let doubts = [
        "! `none`: `command` is empty",
        "! `padded`: `command` begins or ends with a space",
        "! `bare`: `url` has no scheme: it should begin with `https://`",
        "! `empty`: `url` is empty",
        "! `key`: `env.K` looks like a placeholder",
    ];
    home.write("odd.json", text);
    has(&home.line("env import odd --from-file odd.json").expect(0).stdout, &doubts);
    let sync = "mcp sync --from-env odd --to-host cursor --auto-approve";
    has(&home.line(sync).expect(0).stdout, &doubts);
    // What is there already was said.
    assert!(!home.line(sync).expect(0).stdout.contains('!'));
    for line in [
        &["env", "add", "odd", "new"][..],
        &["mcp", "configure", "new", "--host", "cursor", "--auto-approve"],
    ] {
        let said = ["--command", "npx", "--env-var", "KEY=x ", "--timeout", "30"];
        let run = home.hatch([line, &said].concat()).expect(0);
        has(&run.stdout, &["! `new`: `env.KEY` begins or ends with a space"]);
        // Cursor has no timeout, and says so.
        has(&run.stdout, &["timeouts.request"]);
    }
}
