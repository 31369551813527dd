//! Servers in the shapes that others read: the common map, bare or wrapped, and VS Code's.

use serde_json::{Map, Value};

use super::{Entry, entry};
use crate::server::{Server, ServerName, Transport};
use crate::template::{Segment, Template};

/// The fields of an entry that VS Code's schema has, of those that the common form knows.
const VSCODE_FIELDS: [&str; 9] =
    ["type", "command", "args", "env", "envFile", "cwd", "url", "headers", "oauth"];

/// Something that a shape can't say.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lost {
    /// The server.
    pub server: ServerName,
    /// The field, in the common form's spelling.
    pub field: String,
    /// What became of it.
    pub detail: &'static str,
}

/// One entry in the common form.
pub fn one(server: &Server) -> Entry {
    entry::print(server).into_iter().map(|(field, value)| (field, unescaped(value))).collect()
}

/// A bare map of servers in the common form.
pub fn map(servers: &[Server]) -> Value {
    let member = |server: &Server| (server.name.to_string(), one(server).into());
    Value::Object(servers.iter().map(member).collect())
}

/// `{"mcpServers": …}`, as READMEs and most hosts have it.
pub fn mcp_servers(servers: &[Server]) -> Value {
    wrap("mcpServers", map(servers))
}

/// VS Code's `mcp.json`, and what it can't say.
pub fn vscode(servers: &[Server]) -> (Value, Vec<Lost>) {
    let mut lost = Vec::new();
    let members = servers.iter().map(|server| {
        let (entry, of_this) = vscode_entry(server);
        lost.extend(of_this);
        (server.name.to_string(), Value::Object(entry))
    });
    let members = Value::Object(members.collect());
    (wrap("servers", members), lost)
}

/// One entry of VS Code's `mcp.json`, and what it can't say.
pub fn vscode_entry(server: &Server) -> (Entry, Vec<Lost>) {
    let kind = match &server.transport {
        Transport::Stdio(_) => "stdio",
        Transport::Sse(_) => "sse",
        // VS Code tries the older transport where the newer one is not spoken.
        Transport::StreamableHttp(_) | Transport::RemoteAuto(_) => "http",
    };
    let mut written = Entry::new();
    written.insert("type".to_owned(), kind.into());
    let mut lost = Vec::new();
    let mut lose = |field: &str, detail| {
        lost.push(Lost { server: server.name.clone(), field: field.to_owned(), detail });
    };
    for (field, value) in one(server) {
        if field == "type" {
            continue;
        }
        if !VSCODE_FIELDS.contains(&field.as_str()) {
            lose(&field, "VS Code's file has no place for it");
            continue;
        }
        if holds_strange_reference(&value) {
            lose(&field, "VS Code does not expand a reference in it");
        }
        written.insert(field, value);
    }
    if let Some(Value::Object(oauth)) = written.get_mut("oauth") {
        oauth.retain(|member, _| {
            let known = member == "clientId";
            if !known {
                lose(&format!("oauth.{member}"), "VS Code's file has no place for it");
            }
            known
        });
        if oauth.is_empty() {
            written.shift_remove("oauth");
        }
    }
    (written, lost)
}

/// VS Code expands variables, inputs and folders; its spelling of them is the canonical one.
fn holds_strange_reference(value: &Value) -> bool {
    match value {
        Value::String(text) => Template::parse(text).segments().iter().any(|segment| {
            matches!(
                segment,
                Segment::Env { default: Some(_), .. } | Segment::File(_) | Segment::Native { .. }
            )
        }),
        Value::Array(items) => items.iter().any(holds_strange_reference),
        Value::Object(members) => members.values().any(holds_strange_reference),
        _ => false,
    }
}

/// Plain text as it is, where hatch reads it as plain text all the same: only hatch knows
/// that `$${X}` stands for `${X}`.
fn unescaped(value: Value) -> Value {
    match value {
        Value::String(text) => {
            let template = Template::parse(&text);
            match template.as_literal() {
                Some(plain) if Template::parse(plain) == template => plain.into(),
                _ => text.into(),
            }
        }
        Value::Array(items) => items.into_iter().map(unescaped).collect(),
        Value::Object(members) => {
            members.into_iter().map(|(key, value)| (key, unescaped(value))).collect()
        }
        other => other,
    }
}

fn wrap(key: &str, value: Value) -> Value {
    let mut top = Map::new();
    top.insert(key.to_owned(), value);
    Value::Object(top)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn servers(value: &Value) -> Vec<Server> {
        let environment = json!({ "mcpServers": value }).to_string();
        super::super::Environment::parse(environment.as_bytes()).unwrap().servers_for(&[]).unwrap()
    }

    #[test]
    fn the_common_shapes_are_read_again_as_they_were() {
        let servers = servers(&json!({
            "b": {"command": "b", "args": ["-x", "${X}", "$${env:X}", "${env:X}"], "enabled": false},
            "a": {"httpUrl": "https://a/", "description": "d"}}));
        let text = mcp_servers(&servers).to_string();
        let again = super::super::Environment::parse(text.as_bytes()).unwrap();
        assert_eq!(again.servers_for(&[]).unwrap(), servers);
        assert_eq!(mcp_servers(&servers)["mcpServers"], map(&servers));
        assert_eq!(one(&servers[0])["args"], json!(["-x", "${X}", "$${env:X}", "${env:X}"]));
        assert!(text.find("\"b\"") < text.find("\"a\""), "{text}");
    }

    #[test]
    fn vs_code_is_given_what_its_file_has_a_place_for() {
        let servers = servers(&json!({
            "a": {"command": "a", "env": {"X": "${env:X:-d}"}, "cwd": "/", "timeout": 5},
            "b": {"url": "https://b/", "oauth": {"clientId": "i", "scopes": ["s"]}},
            "c": {"type": "sse", "url": "https://c/", "oauth": {"clientSecret": "s"}}}));
        let (value, lost) = vscode(&servers);
        assert_eq!(
            value,
            json!({"servers": {
                "a": {"type": "stdio", "command": "a", "args": [], "env": {"X": "${env:X:-d}"},
                      "cwd": "/"},
                "b": {"type": "http", "url": "https://b/", "oauth": {"clientId": "i"}},
                "c": {"type": "sse", "url": "https://c/"}}})
        );
        let lost: Vec<_> = lost.iter().map(|it| format!("{} {}", it.server, it.field)).collect();
        assert_eq!(lost, ["a env", "a timeout", "b oauth.scopes", "c oauth.clientSecret"]);
    }
}
