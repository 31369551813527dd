//! What the README shows is what is printed, and its table is what the adapters say.
#![cfg(unix)]
#![expect(clippy::disallowed_methods, reason = "tests make and look at files of their own")]
#![expect(clippy::unwrap_used, reason = "a test that can't go on has failed")]

use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use hatch_adapters::BUILTIN;
use hatch_core::host::{
    Candidate, Field, HostDescriptor, Os, Reference, Root, Scope, TransportKind,
};
use hatch_tests::{TestHome, program, workspace};

const TEAM: &str = r#"{ "mcpServers": { "db": { "command": "npx", "args": ["-y", "db-mcp"],
    "env": { "DB_TOKEN": "${env:DB_TOKEN}" } } } }"#;
const TEAM_OLD: &str =
    r#"{ "mcpServers": { "db": { "command": "npx", "args": ["-y", "db-mcp@1"] } } }"#;

/// One page after the other, since each has a current folder of its own.
#[test]
fn every_console_block_runs() {
    let folder = workspace().join("docs/guide");
    let mut pages: Vec<_> =
        fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    pages.sort();
    assert!(pages.len() >= 7, "{pages:?}");
    pages.push(workspace().join("README.md"));
    pages.iter().for_each(|page| runs(&page.canonicalize().unwrap()));
}

/// A page's console blocks run one after the other, on a copy of `tests/sample` of its own
/// and in that folder, so that files which they make are in it too. `TRYCMD=overwrite` writes
/// what is printed into the page.
fn runs(page: &Path) {
    let home = TestHome::sample();
    let copy = home.join("page.md");
    fs::copy(page, &copy).unwrap();
    std::env::set_current_dir(home.path()).unwrap();
    // What somebody else wrote, to be imported.
    home.write("snippet.md", "Add this:\n\n```json\n\"weather\": {\"command\": \"uvx\"}\n```\n");
    let theirs = r#"{"mcpServers": {"wiki": {"type": "http", "url": "https://wiki.example/mcp",
        "headers": {"Authorization": "Bearer ${WIKI_TOKEN}"}}, "odd": {"serverUrl": "x"}}}"#;
    home.write("team/.mcp.json", theirs);
    // The commands that the pages name are looked for before they are written.
    for command in ["npx", "uvx", "uv"] {
        home.write(&format!("bin/{command}"), "");
    }
    // A team's repository, whose committed file is out of step.
    home.write("team.json", TEAM);
    home.write("shop/.cursor/mcp.json", TEAM_OLD);
    let folder = |relative: &str| home.join(relative).display().to_string();
    trycmd::TestCases::new()
        .register_bin("hatch", program())
        .env("HOME", folder(""))
        .env("PATH", folder("bin"))
        .env("XDG_CONFIG_HOME", folder(".config"))
        .env("GEMINI_CLI_HOME", folder(""))
        .env("HATCH_HOME", folder(".hatch"))
        .case(&copy)
        .run();
    if std::env::var_os("TRYCMD").is_some() {
        fs::copy(copy, page).unwrap();
    }
}

/// `HATCH_BLESS=1 cargo test --test readme` writes the table anew.
#[test]
fn the_table_of_hosts_is_what_the_adapters_say() {
    const BEGIN: &str = "<!-- hosts: generated from the adapters' descriptors -->\n";
    const END: &str = "<!-- end of hosts -->";
    let path = workspace().join("README.md");
    let readme = fs::read_to_string(&path).unwrap();
    let (before, rest) = readme.split_once(BEGIN).expect("the mark before the table");
    let (table, after) = rest.split_once(END).expect("the mark after the table");
    let expected = hosts_table();
    if std::env::var_os("HATCH_BLESS").is_some() {
        fs::write(path, format!("{before}{BEGIN}{expected}{END}{after}")).unwrap();
    } else {
        assert_eq!(table, expected, "run with HATCH_BLESS=1 to write it anew");
    }
}

fn hosts_table() -> String {
    let mut text =
        "| host | name to use | where its servers are | transports | its file can also say | \
                    expands |\n| --- | --- | --- | --- | --- | --- |\n"
            .to_owned();
    for builtin in BUILTIN {
        let host: HostDescriptor = serde_json::from_str(builtin.descriptor).unwrap();
        let places: Vec<_> =
            host.documents.iter().flat_map(|it| &it.locations).map(place).collect();
        let _ = writeln!(
            text,
            "| [{}]({}) | `{}` | {} | {} | {} | {} |",
            host.name,
            host.homepage,
            host.id,
            places.join("<br>"),
            join(host.transports.iter().map(|it| transport(*it))),
            join(host.fields.iter().map(|it| field(*it))),
            join(host.references.iter().map(|it| reference(*it))),
        );
    }
    text
}

fn join<'a>(words: impl Iterator<Item = &'a str>) -> String {
    let words: Vec<_> = words.collect();
    if words.is_empty() { "-".to_owned() } else { words.join(", ") }
}

fn place(candidate: &Candidate) -> String {
    let root = match &candidate.root {
        Root::Home => "~".to_owned(),
        Root::Config => "*config*".to_owned(),
        Root::LocalData => "*local data*".to_owned(),
        Root::Project => "*project*".to_owned(),
        Root::Env(name) => format!("${name}"),
        Root::Pointer(file) => format!("*the folder named in* `~/{file}`"),
    };
    let systems: Vec<_> = candidate
        .systems
        .iter()
        .map(|system| match system {
            Os::Linux => "Linux",
            Os::Macos => "macOS",
            Os::Windows => "Windows",
        })
        .collect();
    let scope = if candidate.scope == Scope::Project { " (`--scope project`)" } else { "" };
    let systems =
        if systems.is_empty() { String::new() } else { format!(" ({})", systems.join(", ")) };
    let path = candidate.path.replace('*', "\\*");
    format!("{root}/{path}{systems}{scope}")
}

fn transport(kind: TransportKind) -> &'static str {
    match kind {
        TransportKind::Stdio => "stdio",
        TransportKind::StreamableHttp => "http",
        TransportKind::Sse => "sse",
    }
}

fn field(field: Field) -> &'static str {
    match field {
        Field::EnvForward => "forwarded variables",
        Field::EnvFile => "env file",
        Field::Cwd => "cwd",
        Field::Headers => "headers",
        Field::Oauth => "OAuth",
        Field::Enabled => "off",
        Field::Description => "description",
        Field::RequestTimeout => "timeout",
        Field::StartupTimeout => "start-up timeout",
        Field::ToolTimeout => "tool timeout",
        Field::ToolAllow => "allowed tools",
        Field::ToolDeny => "denied tools",
        Field::ToolAutoApprove => "approved tools",
    }
}

fn reference(reference: Reference) -> &'static str {
    match reference {
        Reference::Env => "variables",
        Reference::EnvDefault => "with defaults",
        Reference::Input => "inputs",
        Reference::File => "files",
        Reference::UserHome => "home folder",
        Reference::WorkspaceFolder => "workspace folder",
    }
}
