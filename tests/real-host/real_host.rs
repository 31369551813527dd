//! Gemini CLI itself connects to the servers that hatch wrote into its settings.
//!
//! `.real-hosts/` holds the programs; `docs/contributing.md` says how they get there.

#![expect(clippy::print_stdout, reason = "what Gemini CLI says is worth a look")]

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use hatch_tests::{TestHome, workspace};
use serde_json::{Value, json};

/// What Gemini CLI needs to start unattended, among things of its user's own.
const SETTINGS: &str = r#"{
  // signs in without a browser
  "security": { "auth": { "selectedType": "gemini-api-key" } },
  "ui": { "theme": "GitHub", "hideBanner": true /* noisy */ },
  "telemetry": { "enabled": false }
}
"#;

const SETTINGS_FILE: &str = ".gemini/settings.json";

fn installed(script: &str) -> PathBuf {
    let path = workspace().join(".real-hosts/node_modules").join(script);
    let path = path.canonicalize();
    path.expect("`npm ci` has put the programs into .real-hosts; see docs/contributing.md")
}

fn gemini() -> PathBuf {
    installed(".bin/gemini")
}

/// The script of the server that everybody tests with.
fn everything() -> Value {
    path(&installed("@modelcontextprotocol/server-everything/dist/index.js"))
}

fn path(path: &Path) -> Value {
    Value::from(path.to_str().expect("a checkout whose path is text"))
}

/// A home folder with Gemini CLI in it, and the environment `everything`.
fn home(servers: &Value) -> TestHome {
    let home = TestHome::new();
    home.write(SETTINGS_FILE, SETTINGS);
    home.write("servers.json", json!({ "mcpServers": servers }).to_string());
    home.line("env create everything --from-file servers.json").expect(0);
    home
}

fn sync(home: &TestHome) {
    home.line("mcp sync --from-env everything --to-host gemini --create --auto-approve").expect(0);
}

/// What `gemini mcp list` says, with the user's folder at `gemini_home`.
fn list(home: &TestHome, gemini_home: &Path, variables: &[(&str, &str)]) -> String {
    let mut command = Command::new("node");
    command.arg(gemini()).args(["mcp", "list"]);
    command.env("HOME", home.path()).env("USERPROFILE", home.path());
    command.env("GEMINI_CLI_HOME", gemini_home).env("GEMINI_CLI_TRUST_WORKSPACE", "true");
    command.env("NO_COLOR", "1").envs(variables.iter().copied());
    let output = command.current_dir(home.path()).stdin(Stdio::null()).output().expect("node");
    let text = [output.stdout, output.stderr].concat();
    let text = String::from_utf8_lossy(&text).into_owned();
    assert!(output.status.success(), "{text}");
    println!("{text}");
    text
}

/// What the list says of one server, in its last word.
fn state(list: &str, server: &str) -> String {
    let start = format!("{server}: ");
    let mut lines = list.lines().filter(|line| line.contains(&start));
    let line = lines.next().unwrap_or_else(|| panic!("no `{server}` in:\n{list}"));
    line.rsplit(' ').next().unwrap_or_default().to_owned()
}

/// Whether every line of the settings that were there is still there, in order.
fn keeps_settings(home: &TestHome) -> bool {
    let text = home.text(SETTINGS_FILE);
    let mut lines = text.lines();
    SETTINGS.lines().filter(|line| line.len() > 1).all(|line| {
        let kept = line.trim_end_matches(',');
        lines.any(|line| line.trim_end_matches(',') == kept)
    })
}

#[test]
fn a_server_from_an_environment_is_connected() {
    let home =
        home(&json!({ "everything": { "command": "node", "args": [everything(), "stdio"] } }));
    sync(&home);
    assert!(keeps_settings(&home), "{}", home.text(SETTINGS_FILE));
    let written = home.read(SETTINGS_FILE);
    let list = list(&home, home.path(), &[]);
    assert_eq!(state(&list, "everything"), "Connected");
    assert_eq!(home.read(SETTINGS_FILE), written, "Gemini CLI changed what hatch wrote");
}

#[test]
fn a_disabled_server_is_not_started() {
    let server = |enabled: bool| {
        json!({
            "everything": { "command": "node", "args": [everything(), "stdio"], "enabled": enabled },
            "other": { "command": "node", "args": [everything(), "stdio"] }
        })
    };
    let home = home(&server(false));
    sync(&home);
    let off = list(&home, home.path(), &[]);
    assert_eq!(state(&off, "everything"), "Blocked");
    assert_eq!(state(&off, "other"), "Connected");

    let environment = json!({ "mcpServers": server(true) }).to_string();
    home.environment("everything", &environment);
    sync(&home);
    let on = list(&home, home.path(), &[]);
    assert_eq!(state(&on, "everything"), "Connected");
    assert_eq!(state(&on, "other"), "Connected");
}

#[test]
fn a_reference_reaches_the_server_as_a_value() {
    let script = workspace().join("tests/real-host/needs-token.mjs").canonicalize();
    let script = path(&script.expect("the script"));
    let home = home(&json!({
        "everything": {
            "command": "node",
            "args": [script, everything(), "stdio"],
            "env": { "TOKEN": "${env:HATCH_TEST_TOKEN}" }
        }
    }));
    sync(&home);
    assert!(!home.text(SETTINGS_FILE).contains("sesame"));
    let with = list(&home, home.path(), &[("HATCH_TEST_TOKEN", "sesame")]);
    assert_eq!(state(&with, "everything"), "Connected");
    let without = list(&home, home.path(), &[("HATCH_TEST_TOKEN", "other")]);
    assert_eq!(state(&without, "everything"), "Disconnected");
}

#[test]
fn both_look_where_a_variable_says() {
    let home =
        home(&json!({ "everything": { "command": "node", "args": [everything(), "stdio"] } }));
    let elsewhere = home.join("with spaces");
    home.write("with spaces/.gemini/settings.json", SETTINGS);
    let mut command = home.command();
    command.env("GEMINI_CLI_HOME", &elsewhere);
    command.args("mcp sync --from-env everything --to-host gemini --auto-approve".split(' '));
    home.run(&mut command).expect(0);
    assert_eq!(home.text(SETTINGS_FILE), SETTINGS, "the other file was written");
    let list = list(&home, &elsewhere, &[]);
    assert_eq!(state(&list, "everything"), "Connected");
}
