//! Tables: any text as one, and any that is one in the place of an adapter.

use hatch_adapter_sdk::{Adapter, Section};
use hatch_adapter_table::{DOCUMENT, Table as Generic};
use hatch_core::document::Document;
use hatch_core::host::Format;
use hatch_sandbox::Table;

use crate::adapter::generate::any_server;
use crate::adapter::{check_add_and_remove, check_put, check_put_of_what_was_read, check_reading};
use crate::choices::{Choices, split};

/// A host's document, or the map of servers in it, up to the first NUL, and choices: the table,
/// and what is asked.
///
/// The text is read as a table as well, which never panics; an error is about a line that is
/// there.
pub fn table(data: &[u8]) {
    let (text, mut choices) = split(data);
    check_text(&String::from_utf8_lossy(text));
    let sections = sections(&any_table(&mut choices), text);
    check_reading::<Generic>(&sections);
    if Generic::read(&sections).is_ok() {
        check_put_of_what_was_read::<Generic>(&sections);
        let server = any_server(&mut choices);
        check_put::<Generic>(&sections, &server);
        check_add_and_remove::<Generic>(&sections, &server);
    }
}

/// Text is a table, or there is a place in it where it is none.
pub fn check_text(text: &str) {
    let Err(error) = Table::parse(text) else { return };
    assert!(error.line <= text.matches('\n').count() + 1, "{error}");
    let line = text.split('\n').nth(error.line - 1).unwrap_or_default();
    assert!(error.column <= line.chars().count() + 1, "{error}");
    assert!(!error.reason.is_empty() && !error.reason.ends_with('.'), "{error}");
}

/// What the adapter of tables is handed: the servers of a document first, as every adapter is.
pub fn sections(table: &str, document: &[u8]) -> Vec<Section> {
    let parsed = Document::parse(Some(document), Format::Jsonc).ok();
    let path = vec!["servers".to_owned()];
    let servers = parsed.and_then(|it| it.section(&path).or_else(|| it.section(&[])));
    let servers = servers.unwrap_or_else(|| String::from_utf8_lossy(document).into_owned());
    vec![
        Section { document: "config".to_owned(), path, value: Some(servers) },
        Section { document: DOCUMENT.to_owned(), path: vec![], value: Some(dialect(table)) },
    ]
}

/// The dialect of a table that is one.
pub fn dialect(table: &str) -> String {
    let table = Table::parse(table).unwrap_or_else(|error| panic!("{error}\n{table}"));
    table.dialect().to_owned()
}

/// A table that makes sense.
pub fn any_table(choices: &mut Choices<'_>) -> String {
    let (transports, transport) = choices.one_of(&TRANSPORTS);
    let mut text = format!(
        r#"id = "example"
name = "Example"
homepage = "https://example.com"
transports = {transports}
[[documents]]
id = "config"
format = "json"
prefer = "existing-file"
sections = [["servers"]]
locations = [{{ scope = "user", root = "home", path = ".example.json" }}]
[dialect]
{}
"#,
        choices.one_of(&SWITCHES)
    );
    for lines in [&STDIO[..], &REMOTE, &OAUTH, &TIMEOUTS, &TOOLS, &REFERENCES, &OTHERS] {
        text.push_str(choices.one_of(lines));
        text.push('\n');
    }
    text.push_str(transport);
    text
}

const ALL: &str = r#"["stdio", "streamable-http", "sse"]"#;
const HTTP: &str = r#"["stdio", "streamable-http"]"#;

const TRANSPORTS: [(&str, &str); 8] = [
    (ALL, ""),
    (HTTP, ""),
    (r#"["stdio"]"#, ""),
    (ALL, r#"transport = { key = "type", http = "http", sse = "sse", bare-url = "detected" }"#),
    (
        ALL,
        r#"transport = { key = "type", http = "streamable-http", sse = "sse", bare-url = "error" }"#,
    ),
    (ALL, r#"transport = { key = "transport", sse = "sse", bare-url = "http" }"#),
    (
        ALL,
        r#"transport = { key = "type", stdio = ["local", "stdio"], http = ["http", "streamable-http"], sse = "events", stdio-is-marked = true, bare-url = "sse" }"#,
    ),
    (
        HTTP,
        r#"transport = { key = "type", http = ["http"], stdio-is-marked = true, bare-url = "error" }"#,
    ),
];

const SWITCHES: [&str; 4] =
    ["", r#"disabled = "disabled""#, r#"enabled = "enabled""#, r#"cannot-disable = "it can't""#];

const STDIO: [&str; 3] = [
    "",
    r#"stdio = { cwd = "cwd", env-file = "envFile" }"#,
    r#"stdio = { command = "command", args = "x-args", env-forward = "envForward" }"#,
];

const REMOTE: [&str; 3] =
    ["", r#"remote = { url = "serverUrl", also-url = "url" }"#, r#"remote = { headers = "auth" }"#];

const OAUTH: [&str; 3] = [
    "",
    r#"oauth = { object = "oauth", client-id = "clientId" }"#,
    r#"oauth = { object = "oauth", client-id = "clientId", client-secret = "secret", scopes = "scopes", authorization-url = "a", token-url = "t", redirect-uri = "r" }"#,
];

const TIMEOUTS: [&str; 4] = [
    "",
    r#"timeouts = { request = { key = "timeout", unit = "ms" } }"#,
    r#"timeouts = { request = { key = "timeout", unit = "s", min = 1, max = 3600 } }"#,
    r#"timeouts = { request = { key = "timeout", unit = "ms", only-if-there = true }, startup = { key = "startup", unit = "s" }, tool-call = { key = "toolTimeout", unit = "ms", min = 1000 } }"#,
];

const TOOLS: [&str; 3] = [
    "",
    r#"tools = { allow = "includeTools", deny = "excludeTools" }"#,
    r#"tools = { allow = "includeTools", auto-approve = "autoApprove", patterns = true }"#,
];

const REFERENCES: [&str; 6] = [
    "",
    r#"references = { env = "${env:NAME}", file = "${file:PATH}" }"#,
    r#"references = { env = ["${NAME}", "$NAME"], env-default = "${NAME:-DEFAULT}" }"#,
    r#"references = { env = "$NAME", in = ["env", "headers"] }"#,
    r#"references = { env = ["%NAME%", "{env:NAME}"], input = "${input:ID}", native = "$(TEXT)" }"#,
    r#"references = { workspace-folder = "${workspaceFolder}", user-home = "~", native = ["${/}", "${TEXT}"] }"#,
];

const OTHERS: [&str; 3] =
    ["", r#"description = "description""#, "foreign = [\"tcp\"]\nstate = [\"trust\"]"];
