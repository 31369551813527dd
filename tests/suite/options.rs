//! What changes how servers are written: bridges, values of variables, strictness, adapters
//! from files, and diffs.

use hatch_tests::{TestHome, workspace};

use crate::common::{
    CLAUDE, CURSOR, DEV, LMSTUDIO, empty_hosts_with, fails, fails_with, has, hosts_with, json,
    names,
};

const REMOTE: &str = r#"{ "mcpServers": {
    "far": { "type": "http", "url": "https://far.example/mcp",
             "headers": { "X-Team": "web", "X-User": "${env:USER_NAME}" } },
    "near": { "command": "near", "env": { "WHO": "${env:USER_NAME}" } }
} }"#;

fn value(home: &TestHome, file: &str) -> serde_json::Value {
    serde_json::from_slice(&home.read(file)).unwrap()
}

#[test]
fn a_bridge_reaches_remote_servers_where_a_host_only_starts_local_ones() {
    let home = empty_hosts_with("remote", REMOTE);
    let sync = ["mcp", "sync", "--from-env", "remote", "--to-host", "claude-desktop,cursor"];
    let bridge = ["--bridge", "npx -y mcp-remote {url} {headers}", "--auto-approve"];
    let run = home.hatch(sync.iter().chain(&bridge)).expect(0);
    has(&run.stdout, &["+ far  npx -y mcp-remote https://far.example/mcp"]);
    let far = &value(&home, CLAUDE)["mcpServers"]["far"];
    assert_eq!(far["command"], "npx");
    let args: Vec<_> =
        far["args"].as_array().unwrap().iter().map(|it| it.as_str().unwrap()).collect();
    assert_eq!(args[..3], ["-y", "mcp-remote", "https://far.example/mcp"]);
    assert!(args.contains(&"X-Team: web") || args.contains(&"X-Team:web"), "{args:?}");
    // A host that takes remote servers gets them as they are.
    assert_eq!(value(&home, CURSOR)["mcpServers"]["far"]["url"], "https://far.example/mcp");
    let again = home.hatch(sync.iter().chain(&bridge)).expect(0);
    has(&again.stdout, &["Nothing to do"]);

    let error = fails_with(&home, &[sync.as_slice(), &["--bridge", "npx mcp-remote"]].concat(), 1);
    has(&error, &["hint: for example: --bridge 'npx -y mcp-remote {url} {headers}'"]);
}

#[test]
fn values_of_variables_are_written_on_request_only() {
    let home = empty_hosts_with("remote", REMOTE);
    let sync = "mcp sync --from-env remote --to-host lmstudio,cursor --auto-approve";
    has(&home.line(sync).expect(0).stdout, &["--resolve-env writes the value"]);
    assert_eq!(value(&home, LMSTUDIO)["mcpServers"]["near"]["env"]["WHO"], "${env:USER_NAME}");

    let mut command = home.command();
    command.args(sync.split(' ')).arg("--resolve-env").env("USER_NAME", "Ana $HOME");
    has(&home.run(&mut command).expect(0).stdout, &["written out"]);
    let servers = &value(&home, LMSTUDIO)["mcpServers"];
    assert_eq!(servers["near"]["env"]["WHO"], "Ana $HOME");
    assert_eq!(servers["far"]["headers"]["X-User"], "Ana $HOME");
    // Where the host expands references, they stay.
    assert_eq!(value(&home, CURSOR)["mcpServers"]["near"]["env"]["WHO"], "${env:USER_NAME}");
}

#[test]
fn strict_stops_at_what_a_host_cannot_hold() {
    let home = empty_hosts_with("remote", REMOTE);
    let line =
        "mcp sync --from-env remote --to-host claude-desktop,lmstudio --strict --auto-approve";
    let error = fails(&home, line, 1);
    has(
        &error,
        &[
            "claude-desktop can't hold all of `far`",
            "claude-desktop can't hold all of `near`: env.WHO",
            "lmstudio can't hold all of `far`: headers.X-User",
        ],
    );
    home.line("mcp sync --from-env remote --to-host cursor --strict --auto-approve").ends(0);
}

#[test]
fn a_diff_is_of_the_text_that_is_written() {
    let home = hosts_with("dev", DEV);
    let run = home.line("mcp sync --from-env dev --to-host cursor --dry-run --diff").expect(0);
    has(
        &run.stdout,
        &[
            "--- ~/.cursor/mcp.json\n+++ ~/.cursor/mcp.json\n@@ -",
            "+\t\t\"dev-tools\": {\n",
            " \t}\n",
        ],
    );
    let plain = home.line("mcp sync --from-env dev --to-host cursor --dry-run").expect(0);
    assert!(!plain.stdout.contains("@@"), "{}", plain.stdout);
}

fn component(host: &str) -> String {
    workspace().join(format!("adapters/components/{host}.wasm")).display().to_string()
}

#[test]
fn an_adapter_from_a_file_stands_in_for_the_built_in_one() {
    let home = hosts_with("dev", DEV);
    home.line("mcp sync --from-env dev --to-host cursor --auto-approve").ends(0);
    let expected = home.read(CURSOR);

    let home = hosts_with("dev", DEV);
    let adapter = component("cursor");
    let line = ["mcp", "--adapter", &adapter, "sync", "--from-env", "dev", "--to-host", "cursor"];
    let run = home.hatch(line.iter().chain(&["--auto-approve"])).expect(0);
    // What it may touch is shown.
    has(
        &run.stderr,
        &["adapter for Cursor (cursor), from a file", "`mcpServers` in ~/.cursor/mcp.json"],
    );
    assert_eq!(home.read(CURSOR), expected);

    // After the command's name, and on every other one.
    let gemini = component("gemini");
    for line in [
        ["mcp", "discover", "hosts", "--json", "--adapter", &adapter].as_slice(),
        &["mcp", "list", "hosts", "--json", "--adapter", &adapter, "--adapter", &gemini],
        &["mcp", "backup", "list", "cursor", "--json", "--adapter", &adapter],
    ] {
        let run = home.hatch(line).expect(0);
        assert!(json(&run).is_object());
        has(&run.stderr, &["from a file"]);
    }
    let found = json(&home.hatch(["mcp", "discover", "hosts", "--json", "--adapter", &adapter]));
    assert_eq!(found["hosts"].as_array().unwrap().len(), 4, "none is there twice");
}

#[test]
fn an_adapter_that_is_none_is_an_error() {
    let home = hosts_with("dev", DEV);
    home.write("text.wasm", "not a component");
    home.write("empty.wasm", "");
    let whole = std::fs::read(component("cursor")).unwrap();
    home.write("half.wasm", &whole[..whole.len() / 2]);
    home.write("module.wasm", b"\0asm\x01\0\0\0");
    // A component that wants something of the outside.
    let imports = "(component (import \"wasi:cli/environment@0.2.0\" (instance)))";
    home.write("imports.wasm", wat::parse_str(imports).unwrap());
    std::fs::create_dir(home.join("folder.wasm")).unwrap();
    for file in ["text", "empty", "half", "module", "imports", "folder"] {
        let line = format!(
            "mcp sync --from-env dev --to-host cursor --auto-approve --adapter {file}.wasm"
        );
        let error = fails(&home, &line, 1);
        has(&error, &[&format!("error: the adapter `{file}.wasm` can't be loaded"), "caused by: "]);
    }
    has(&fails(&home, "mcp list hosts --adapter imports.wasm", 1), &["wasi:cli/environment"]);
    has(
        &fails(&home, "mcp list hosts --adapter no.wasm", 1),
        &["there is no adapter file `no.wasm`"],
    );
}

#[test]
fn listings_can_be_narrowed() {
    let home = hosts_with("dev", DEV);
    home.line("mcp sync --from-env dev --to-host cursor,gemini --auto-approve").ends(0);
    let rows = |line: &str| {
        let listed = json(&home.line(&format!("{line} --json")).expect(0));
        let rows = listed["rows"].as_array().unwrap().iter();
        rows.map(|row| format!("{}/{}", row["host"], row["server"]).replace('"', ""))
            .collect::<Vec<_>>()
    };
    assert_eq!(rows("mcp list servers dev-tools"), ["cursor/dev-tools", "gemini/dev-tools"]);
    assert_eq!(rows("mcp list servers dev --host gem"), ["gemini/dev-tools"]);
    assert_eq!(rows("mcp list hosts ^cursor$ --server tools"), ["cursor/dev-tools"]);
    has(&home.line("mcp list hosts nothing").expect(0).stdout, &["No servers found."]);
    let managed = json(&home.line("mcp list servers dev-tools --json").expect(0));
    assert_eq!(managed["rows"][0]["hatch_managed"], true);
    assert_eq!(managed["rows"][0]["environment"], "dev");
    assert!(names(&home, CURSOR).len() > 1);
}
