//! What a person may miss in a host's file: servers that the host does not read, those that it
//! keeps elsewhere, and entries that say two things at once.

use serde_json::{Map, Value};

use super::Configuration;
use crate::document::Document;
use crate::host::HostDescriptor;
use crate::server::{Server, Transport};

/// Where other hosts keep their servers. Source: the tables of this repository, and the
/// documentation of Zed, Codex, OpenCode, Amp and Visual Studio Code.
const WRAPPERS: [&[&str]; 8] = [
    &["mcpServers"],
    &["servers"],
    &["mcp", "servers"],
    &["mcp"],
    &["mcp_servers"],
    &["context_servers"],
    &["amp.mcpServers"],
    &["mcp.servers"],
];

impl Configuration {
    /// What a person may miss, one sentence each. Names and keys alone are shown, no values.
    pub fn remarks(&self, descriptor: &HostDescriptor) -> Vec<String> {
        let Some(((_, document), spec)) = self.documents.first().zip(descriptor.documents.first())
        else {
            return Vec::new();
        };
        let (file, mut remarks) = (self.location(), Vec::new());
        let is_read = |path: &[&str]| {
            spec.sections
                .iter()
                .any(|section| section.iter().zip(path).all(|(declared, key)| declared == key))
        };
        for wrapper in WRAPPERS.into_iter().filter(|wrapper| !is_read(wrapper)) {
            if let Some(count) = value(document, wrapper).as_ref().and_then(servers_in) {
                let key = wrapper.join(".");
                let servers = if count == 1 { "server" } else { "servers" };
                remarks.push(format!(
                    "`{file}` has `{key}` with {count} {servers}, which {} does not read",
                    descriptor.name
                ));
            }
        }
        for place in &descriptor.elsewhere {
            let names = names_at(document, &place.path);
            if !names.is_empty() {
                let names: Vec<_> = names.iter().map(|name| format!("`{name}`")).collect();
                remarks.push(format!(
                    "hatch leaves alone {} in `{file}`: servers {}",
                    names.join(", "),
                    place.says
                ));
            }
        }
        remarks.extend(
            self.reading
                .servers
                .iter()
                .filter_map(|server| Some(format!("`{file}`: {}", says_two(server, descriptor)?))),
        );
        remarks
    }
}

/// An entry that has a command and a URL, of which one counts for nothing.
fn says_two(server: &Server, descriptor: &HostDescriptor) -> Option<String> {
    let (counts, others): (_, &[&str]) = match server.transport {
        Transport::Stdio(_) => ("command", &["url", "serverUrl", "httpUrl"]),
        _ => ("URL", &["command", "url", "httpUrl"]),
    };
    let passed_over = server.extras.iter().find_map(|extra| match extra.path.as_slice() {
        [key] if others.contains(&key.as_str()) => Some(key),
        _ => None,
    })?;
    Some(format!(
        "`{}` has a {counts} and a `{passed_over}`: {} takes the {counts}, and the `{passed_over}` \
         counts for nothing",
        server.name, descriptor.name
    ))
}

fn value(document: &Document, path: &[&str]) -> Option<Value> {
    let path: Vec<_> = path.iter().map(|&key| key.to_owned()).collect();
    serde_json::from_str(&document.section(&path)?).ok()
}

/// How many servers there are in a value, if it looks like a container of them.
fn servers_in(value: &Value) -> Option<usize> {
    let count = match value {
        Value::Object(members) => members.values().filter(|it| is_server(it)).count(),
        Value::Array(items) => items.iter().filter(|it| is_server(it)).count(),
        _ => 0,
    };
    (count > 0).then_some(count)
}

fn is_server(entry: &Value) -> bool {
    let has = |key: &str| entry.get(key).is_some_and(Value::is_string);
    ["command", "url", "serverUrl", "httpUrl"].into_iter().any(has)
        || entry.get("command").is_some_and(Value::is_array)
}

/// The names of the servers at a path; `*` stands for every key.
fn names_at(document: &Document, path: &[String]) -> Vec<String> {
    let fixed = path.iter().take_while(|key| *key != "*").count();
    let (head, rest) = path.split_at(fixed);
    let head: Vec<_> = head.iter().map(String::as_str).collect();
    let mut found = Vec::new();
    if let Some(Value::Object(members)) = value(document, &head) {
        collect(&members, rest, &mut found);
    }
    found.sort();
    found.dedup();
    found
}

fn collect(members: &Map<String, Value>, path: &[String], found: &mut Vec<String>) {
    let Some((key, rest)) = path.split_first() else {
        found.extend(members.iter().filter(|it| is_server(it.1)).map(|it| it.0.clone()));
        return;
    };
    let chosen = members.iter().filter(|(name, _)| key == "*" || *name == key);
    for inner in chosen.filter_map(|(_, value)| value.as_object()) {
        collect(inner, rest, found);
    }
}
