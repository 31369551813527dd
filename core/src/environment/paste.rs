//! JSON that people have at hand: a block of a server's README, a host's file, one entry.
//!
//! | shape | known by |
//! | --- | --- |
//! | an environment, or any file with the common map | `mcpServers` |
//! | VS Code's `mcp.json`, and its older `settings.json` | `servers`, or `servers` in `mcp` |
//! | one server | `command` or `url` at the top |
//! | a bare map of servers | a member that is a server |
//!
//! Comments and trailing commas are let through: READMEs have them.

use std::collections::BTreeSet;

use serde_json::{Map, Value};

use super::{Entry, Environment, EnvironmentError, KEYS, entries, entry, names, overrides, shape};
use crate::document::{Document, SyntaxError};
use crate::host::Format;
use crate::server::ServerName;

/// What a text gives.
#[derive(Debug)]
pub struct Pasted {
    /// The servers, and what else it says of an environment.
    pub environment: Environment,
    /// What is left out, in words: keys at the top, and fields that the common form does
    /// not know.
    pub not_taken: Vec<String>,
}

/// Why a text gives nothing.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum PasteError {
    /// It is no JSON, not even with comments.
    #[error(transparent)]
    Syntax(#[from] SyntaxError),
    /// It is JSON of no shape that has servers.
    #[error("it holds no servers")]
    NoServers,
    /// One server, and nobody said what it is called.
    #[error("it is one server without a name")]
    NoName,
    /// A name was given for servers that have theirs.
    #[error("its servers have names of their own")]
    Named,
    /// These parts of it are wrong.
    #[error("{} of its parts are wrong", .0.len())]
    Parts(Vec<EnvironmentError>),
}

/// Reads a text. `name` is what its one server is to be called, if it is one.
///
/// # Errors
///
/// Fails where the text is no JSON, has no servers, or has a bad one: with all that are bad.
pub fn read(bytes: &[u8], name: Option<ServerName>) -> Result<Pasted, PasteError> {
    let document = Document::parse(Some(bytes), Format::Jsonc)?;
    let text = document.section(&[]).unwrap_or_default();
    let Ok(Value::Object(top)) = serde_json::from_str(&text) else {
        return Err(PasteError::NoServers);
    };
    let mut pasted = Pasted { environment: Environment::default(), not_taken: Vec::new() };
    let faults = pasted.take(sort(top, name)?);
    if !faults.is_empty() {
        return Err(PasteError::Parts(faults));
    }
    let Environment { servers, extends, .. } = &pasted.environment;
    if servers.is_empty() && extends.is_empty() {
        return Err(PasteError::NoServers);
    }
    pasted.leave_unknown_fields();
    Ok(pasted)
}

/// Values of a text that another host would take for references, as they are spelt: hatch
/// takes them for plain text.
pub fn foreign_references(environment: &Environment) -> BTreeSet<String> {
    fn visit(value: &Value, found: &mut BTreeSet<String>) {
        match value {
            Value::String(text) => found.extend(references_in(text)),
            Value::Array(items) => items.iter().for_each(|item| visit(item, found)),
            Value::Object(members) => members.values().for_each(|member| visit(member, found)),
            _ => {}
        }
    }
    let mut found = BTreeSet::new();
    let own = environment.servers.iter();
    for (_, entry) in own.chain(environment.overrides.values().flatten()) {
        entry.values().for_each(|value| visit(value, &mut found));
    }
    found
}

/// `${NAME}`, `${NAME:-default}` and `$NAME`, but neither hatch's own references nor an
/// escaped dollar. A bare name is a variable's only in capitals: `$5` and `$ref` are text.
fn references_in(text: &str) -> Vec<String> {
    let is_name = |name: &str, capitals: bool| {
        name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
            && name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_')
            && !(capitals && name.bytes().any(|b| b.is_ascii_lowercase()))
    };
    let mut found = Vec::new();
    let mut rest = text;
    while let Some(at) = rest.find('$') {
        let run = rest[at..].len() - rest[at..].trim_start_matches('$').len();
        let after = &rest[at + run..];
        if run == 1 {
            let body = after.strip_prefix('{').and_then(|it| it.split_once('}')).map(|it| it.0);
            let end = after.find(|c: char| !c.is_ascii_alphanumeric() && c != '_');
            let bare = &after[..end.unwrap_or(after.len())];
            match body {
                Some("userHome" | "workspaceFolder") => {}
                Some(body) if is_name(body.split(":-").next().unwrap_or(body), false) => {
                    found.push(format!("${{{body}}}"));
                }
                None if is_name(bare, true) => found.push(format!("${bare}")),
                _ => {}
            }
        }
        rest = after;
    }
    found
}

/// A text's parts, whatever its shape.
#[derive(Default)]
struct Parts {
    servers: Map<String, Value>,
    /// What an environment has besides.
    known: Map<String, Value>,
    other: Vec<String>,
}

/// Finds out which shape it is.
fn sort(mut top: Map<String, Value>, name: Option<ServerName>) -> Result<Parts, PasteError> {
    if is_server(&top) {
        let own = top.shift_remove("name");
        let own = own.as_ref().and_then(Value::as_str).and_then(ServerName::new);
        let name = name.or(own).ok_or(PasteError::NoName)?;
        let servers = [(name.as_str().to_owned(), Value::Object(top))].into_iter().collect();
        return Ok(Parts { servers, ..Parts::default() });
    }
    if name.is_some() {
        return Err(PasteError::Named);
    }
    let mut parts = Parts::default();
    if let Some(servers) = container(&mut top, "mcpServers") {
        parts.servers = servers;
    } else if let Some(servers) = container(&mut top, "servers") {
        parts.servers = servers;
    } else if let Some(servers) = top.get_mut("mcp").and_then(nested_container) {
        parts.servers = servers;
        top.shift_remove("mcp");
    } else if !top.get("extends").is_some_and(Value::is_array) {
        if !top.values().any(|value| value.as_object().is_some_and(is_server)) {
            return Err(PasteError::NoServers);
        }
        let (servers, other) = top.into_iter().partition(|(_, value)| value.is_object());
        let other: Map<_, _> = other;
        return Ok(Parts { servers, other: other.keys().cloned().collect(), ..parts });
    }
    for (key, value) in top {
        match KEYS.contains(&key.as_str()) {
            true => drop(parts.known.insert(key, value)),
            false => parts.other.push(key),
        }
    }
    Ok(parts)
}

/// A map of servers under `key`; a server that is called so is none.
fn container(top: &mut Map<String, Value>, key: &str) -> Option<Map<String, Value>> {
    if top.get(key)?.as_object().is_some_and(is_server) {
        return None;
    }
    match top.shift_remove(key)? {
        Value::Object(servers) => Some(servers),
        other => {
            top.insert(key.to_owned(), other);
            None
        }
    }
}

fn nested_container(value: &mut Value) -> Option<Map<String, Value>> {
    container(value.as_object_mut()?, "servers")
}

fn is_server(entry: &Entry) -> bool {
    ["command", "url", "httpUrl", "serverUrl"]
        .iter()
        .any(|key| entry.get(*key).is_some_and(Value::is_string))
}

impl Pasted {
    /// Takes all parts that are good, and returns what is wrong with the others.
    fn take(&mut self, parts: Parts) -> Vec<EnvironmentError> {
        let mut faults = Vec::new();
        for (name, value) in parts.servers {
            match checked(name, value) {
                Ok(server) => self.environment.servers.push(server),
                Err(fault) => faults.push(fault),
            }
        }
        for (key, value) in parts.known {
            if let Err(fault) = self.take_known(&key, value) {
                faults.push(fault);
            }
        }
        for host in self.environment.overrides.keys() {
            faults.extend(self.environment.servers_for(&[host]).err());
        }
        self.not_taken.extend(parts.other.into_iter().map(|key| format!("`{key}`")));
        faults
    }

    fn take_known(&mut self, key: &str, value: Value) -> Result<(), EnvironmentError> {
        match key {
            "description" => {
                let text = value.as_str().ok_or_else(|| shape("description", "a text"))?;
                self.environment.description = Some(text.to_owned());
            }
            "extends" => self.environment.extends = names(&value)?,
            "hosts" => self.environment.overrides = overrides(value)?,
            "mcpServers" => return Err(shape("mcpServers", "an object")),
            _ => {}
        }
        Ok(())
    }

    /// What means nothing to hatch would be said again by every sync.
    fn leave_unknown_fields(&mut self) {
        for (name, entry) in &mut self.environment.servers {
            entry.retain(|field, _| {
                let known = entry::FIELDS.contains(&field.as_str());
                if !known {
                    self.not_taken.push(format!("`{field}` of server `{name}`"));
                }
                known
            });
        }
    }
}

fn checked(name: String, value: Value) -> Result<(ServerName, Entry), EnvironmentError> {
    let one = Value::Object([(name, value)].into_iter().collect());
    let (name, entry) = entries("mcpServers", one)?.remove(0);
    entry::parse(name.clone(), &entry)
        .map_err(|source| EnvironmentError::Entry { server: name.clone(), source })?;
    Ok((name, entry))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn paste(text: &str) -> Result<Pasted, PasteError> {
        read(text.as_bytes(), None)
    }

    fn names(pasted: &Pasted) -> Vec<&str> {
        pasted.environment.servers.iter().map(|(name, _)| name.as_str()).collect()
    }

    #[test]
    fn every_shape_gives_its_servers() {
        for (text, servers, not_taken) in [
            (r#"{"mcpServers": {"a": {"command": "a"}}}"#, vec!["a"], vec![]),
            (
                r#"{"theme": 1, "mcpServers": {"a": {"command": "a", "icon": "x"}}, "servers": {}}"#,
                vec!["a"],
                vec!["`theme`", "`servers`", "`icon` of server `a`"],
            ),
            (
                r#"{"servers": {"a": {"type": "http", "url": "u"}}, "inputs": []}"#,
                vec!["a"],
                vec!["`inputs`"],
            ),
            (r#"{"mcp": {"servers": {"a": {"url": "u"}}}}"#, vec!["a"], vec![]),
            (r#"{"a": {"command": "a"}, "servers": {"url": "u"}}"#, vec!["a", "servers"], vec![]),
            (r#"{"a": {"command": "a"}, "$schema": "x"}"#, vec!["a"], vec!["`$schema`"]),
            (r#"{"name": "a", "command": "x", "args": []}"#, vec!["a"], vec![]),
            (
                "// here\n{ \"mcpServers\": { /* it is */ \"a\": { \"command\": \"a\", }, }, }",
                vec!["a"],
                vec![],
            ),
            ("\u{feff}{\"extends\": [\"base\"]}", vec![], vec![]),
        ] {
            let pasted = paste(text).unwrap_or_else(|error| panic!("{text}: {error}"));
            assert_eq!(names(&pasted), servers, "{text}");
            assert_eq!(pasted.not_taken, not_taken, "{text}");
        }
        let name = ServerName::new("b");
        assert_eq!(names(&read(br#"{"command": "x"}"#, name).unwrap()), ["b"]);
    }

    #[test]
    fn an_environment_is_taken_whole() {
        let text = r#"{"$schema": "s", "description": "d", "extends": ["base"],
            "mcpServers": {"a": {"command": "a"}}, "hosts": {"cursor": {"a": {"own": 1}}}}"#;
        let pasted = paste(text).unwrap();
        assert_eq!(pasted.environment, Environment::parse(text.as_bytes()).unwrap());
        assert!(pasted.not_taken.is_empty());
    }

    #[test]
    fn all_that_is_wrong_is_said() {
        let text = r#"{"mcpServers": {"a": {"args": []}, "b": 1, "": {}, "c": {"command": "c"}},
            "hosts": {"cursor": {"c": {"command": 5}}}, "extends": "x"}"#;
        let Err(PasteError::Parts(faults)) = paste(text) else { panic!("it is wrong") };
        let faults: Vec<_> = faults.iter().map(ToString::to_string).collect();
        assert_eq!(
            faults,
            [
                "server `a` is not valid",
                "`mcpServers.b` should be an object",
                "`mcpServers.` should be named",
                "`extends` should be a list of names",
                "server `c` is not valid"
            ]
        );
        for (text, message) in [
            ("", "it holds no servers"),
            ("[]", "it holds no servers"),
            ("{}", "it holds no servers"),
            (r#"{"mcpServers": {}}"#, "it holds no servers"),
            (r#"{"a": {"b": {"command": "x"}}}"#, "it holds no servers"),
            (r#"{"command": "x"}"#, "it is one server without a name"),
            ("{\n \"a\" }", "expected a colon after a key at line 2, column 6"),
        ] {
            assert_eq!(paste(text).unwrap_err().to_string(), message, "{text}");
        }
        let error = read(br#"{"a": {"command": "x"}}"#, ServerName::new("b")).unwrap_err();
        assert_eq!(error.to_string(), "its servers have names of their own");
    }

    #[test]
    fn other_hosts_references_are_seen() {
        for (text, found) in [
            ("${API_KEY}", vec!["${API_KEY}"]),
            ("Bearer $TOKEN!", vec!["$TOKEN"]),
            ("${a:-b}/$HOME", vec!["${a:-b}", "$HOME"]),
            ("${env:X} ${input:x} ${userHome} $${X} $5 $ref $", vec![]),
        ] {
            assert_eq!(references_in(text), found, "{text}");
        }
        let pasted = paste(r#"{"a": {"command": "x", "env": {"A": "${A}"}, "args": ["$B"]}}"#);
        let found = foreign_references(&pasted.unwrap().environment);
        assert_eq!(found.into_iter().collect::<Vec<_>>(), ["$B", "${A}"]);
    }
}
