//! What the topics share: a home folder with the four hosts' fixtures, and what to look for.

use std::collections::BTreeMap;
use std::path::PathBuf;

use hatch_tests::{Found, Run, TestHome};

pub const CLAUDE: &str = ".config/Claude/claude_desktop_config.json";
pub const CURSOR: &str = ".cursor/mcp.json";
pub const GEMINI: &str = ".gemini/settings.json";
pub const LMSTUDIO: &str = ".lmstudio/mcp.json";

/// The hosts' files, in the order in which hatch writes them.
pub const FILES: [&str; 4] = [CLAUDE, CURSOR, GEMINI, LMSTUDIO];

/// One server that every host can hold in full.
pub const DEV: &str = r#"{ "mcpServers": {
    "dev-tools": { "command": "tools", "args": ["--fast"], "env": { "LEVEL": "3" } }
} }"#;

/// Servers whose names are those of the specification's patterns.
pub const NAMES: &str = r#"{ "mcpServers": {
    "filesystem-server": { "command": "fs" },
    "database-server": { "command": "db" },
    "dev-api": { "command": "da" },
    "prod-web": { "command": "pw" },
    "production-web": { "command": "pnw" },
    "test-api": { "command": "ta" }
} }"#;

/// A home folder with a real file of each host: CRLF and an indentation of four, tabs and
/// no last newline, comments, plain.
pub fn hosts() -> TestHome {
    let home = TestHome::new();
    home.fixture("claude-desktop/windows-crlf.json", CLAUDE);
    home.fixture("cursor/project-tabs.json", CURSOR);
    home.fixture("gemini/settings-commented.json", GEMINI);
    home.fixture("lmstudio/typical.json", LMSTUDIO);
    home
}

/// [`hosts`], and an environment.
pub fn hosts_with(name: &str, environment: &str) -> TestHome {
    let home = hosts();
    home.environment(name, environment);
    home
}

/// A home folder with a file without servers for each host, and an environment.
pub fn empty_hosts_with(name: &str, environment: &str) -> TestHome {
    let home = TestHome::new();
    for file in FILES {
        home.write(file, "{}\n");
    }
    home.environment(name, environment);
    home
}

/// The names of a host's servers, in the file's order.
pub fn names(home: &TestHome, file: &str) -> Vec<String> {
    let value: serde_json::Value = serde_json::from_slice(&home.read(file)).unwrap();
    let servers = value.get("mcpServers").and_then(|it| it.as_object());
    servers.map(|it| it.keys().cloned().collect()).unwrap_or_default()
}

/// What a command printed as JSON.
#[track_caller]
pub fn json(run: &Run) -> serde_json::Value {
    serde_json::from_str(&run.stdout).unwrap_or_else(|error| panic!("{error}: {}", run.stdout))
}

/// The ids of all backups, or of a host's, the newest first.
pub fn backup_ids(home: &TestHome, host: &str) -> Vec<String> {
    let listed = json(&home.line(&format!("mcp backup list {host} --json")).expect(0));
    let backups = listed["backups"].as_array().unwrap().iter();
    backups.map(|it| it["id"].as_str().unwrap().to_owned()).collect()
}

/// The runs of the history, the newest first.
pub fn runs(home: &TestHome) -> Vec<serde_json::Value> {
    let listed = json(&home.line("mcp history --json").expect(0));
    listed["runs"].as_array().unwrap().clone()
}

/// The newest run's name.
pub fn newest_run(home: &TestHome) -> String {
    runs(home)[0]["operation"].as_str().unwrap().to_owned()
}

/// The keys of a JSON object, in order.
pub fn keys(value: &serde_json::Value) -> Vec<&str> {
    value.as_object().map(|it| it.keys().map(String::as_str).collect()).unwrap_or_default()
}

/// Runs a command line that fails, and changes nothing at all. Its standard error is
/// returned: every line of it begins with a label or goes on with one, and nothing is on
/// standard output unless a plan was shown.
#[track_caller]
pub fn fails(home: &TestHome, line: &str, code: i32) -> String {
    fails_with(home, &line.split_whitespace().collect::<Vec<_>>(), code)
}

/// As [`fails`], of arguments.
#[track_caller]
pub fn fails_with(home: &TestHome, arguments: &[&str], code: i32) -> String {
    let before = state(home);
    let run = home.hatch(arguments).expect(code);
    assert_unchanged(home, &before);
    assert!(run.stderr.contains("error: "), "no error is named:\n{}", run.stderr);
    assert!(!run.stderr.contains("panicked"), "{}", run.stderr);
    run.stderr
}

/// Everything below the home folder, folders included.
pub struct State {
    files: BTreeMap<PathBuf, Found>,
    folders: Vec<PathBuf>,
}

/// Notes everything below the home folder.
pub fn state(home: &TestHome) -> State {
    State { files: home.files(), folders: folders(home) }
}

fn folders(home: &TestHome) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut open = vec![home.path().to_owned()];
    while let Some(folder) = open.pop() {
        for entry in std::fs::read_dir(&folder).unwrap() {
            let entry = entry.unwrap();
            if entry.file_type().unwrap().is_dir() {
                open.push(entry.path());
            }
        }
        found.push(folder);
    }
    found.sort();
    found
}

/// Not a byte, a mode, a time or a folder is another.
#[track_caller]
pub fn assert_unchanged(home: &TestHome, before: &State) {
    let after = state(home);
    assert_eq!(before.folders, after.folders, "folders");
    let names = |files: &BTreeMap<PathBuf, Found>| files.keys().cloned().collect::<Vec<_>>();
    assert_eq!(names(&before.files), names(&after.files), "files");
    for (path, found) in &before.files {
        let (bytes, mode, time) = &after.files[path];
        let shown = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        assert_eq!(shown(&found.0), shown(bytes), "{}", path.display());
        assert_eq!(found.1, *mode, "mode of {}", path.display());
        assert_eq!(found.2, *time, "time of {}", path.display());
    }
}

/// Checks that each of these is somewhere in a text.
#[track_caller]
pub fn has(text: &str, parts: &[&str]) {
    for part in parts {
        assert!(text.contains(part), "`{part}` is not in\n{text}");
    }
}
