//! Environments: named sets of servers that hatch keeps, one readable JSON file each.
//!
//! ```json
//! {
//!   "description": "What production uses",
//!   "extends": ["base"],
//!   "mcpServers": { "files": { "command": "npx", "args": ["-y", "files-mcp"] } },
//!   "hosts": { "cursor": { "files": { "env": { "LOG": "debug" } } } }
//! }
//! ```
//!
//! `extends` brings in other environments' servers, in order; one of the same name replaces
//! what came before. `hosts` overrides fields of a server for one host: `env`, `headers` and `oauth`
//! member by member, everything else whole, and `null` takes a field away. A field there
//! that the common form does not know is the host's own.

pub mod conceal;
pub mod edit;
pub mod entry;
pub mod export;
pub mod link;
pub mod older;
pub mod paste;
mod resolve;
mod rewrite;

use std::collections::BTreeMap;
use std::fmt;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::device::is_device;
use crate::document::{Document, SyntaxError};
use crate::host::{Format, HostId};
use crate::server::{Extra, Server, ServerName};
use entry::EntryError;

/// What the older tool calls the file of all its environments, which is among ours.
const OLDER_FILE: &str = "environments";

/// The name of an environment: letters, digits, `-`, `_` and `.`, not beginning with a dot,
/// so that it is a file's name on every system, and not that of the older tool's file.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct EnvironmentName(String);

impl EnvironmentName {
    /// Checks the name.
    ///
    /// # Errors
    ///
    /// Fails for a name that could not be a file's on every system
    /// ([`EnvironmentError::BadName`], [`EnvironmentError::DeviceName`]), and for the older
    /// tool's ([`EnvironmentError::ReservedName`]).
    pub fn new(name: impl Into<String>) -> Result<Self, EnvironmentError> {
        let name = name.into();
        if name.to_lowercase() == OLDER_FILE {
            return Err(EnvironmentError::ReservedName(name));
        }
        if is_device(&name) {
            return Err(EnvironmentError::DeviceName(name));
        }
        let fits = |c: char| c.is_alphanumeric() || matches!(c, '-' | '_' | '.');
        let good = !name.is_empty() && name.len() <= 100 && name.chars().all(fits);
        if good && !name.starts_with(['.', '-']) && !name.ends_with('.') {
            Ok(EnvironmentName(name))
        } else {
            Err(EnvironmentError::BadName(name))
        }
    }

    /// The name as it is spelt.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for EnvironmentName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl TryFrom<String> for EnvironmentName {
    type Error = EnvironmentError;

    fn try_from(name: String) -> Result<Self, Self::Error> {
        EnvironmentName::new(name)
    }
}

impl From<EnvironmentName> for String {
    fn from(name: EnvironmentName) -> String {
        name.0
    }
}

/// The JSON Schema of an environment's file, for editors.
pub const SCHEMA: &str = include_str!("schema.json");

/// What some editors put at the start of a file.
const BOM: &str = "\u{feff}";

/// The keys at the top of an environment's file.
const KEYS: [&str; 5] = ["$schema", "description", "extends", "mcpServers", "hosts"];

/// An entry in the common form, as it stands in a file.
pub type Entry = Map<String, Value>;

/// What one environment's file says, before others are brought in.
#[derive(Clone, Default, PartialEq)]
pub struct Environment {
    /// A person's note.
    pub description: Option<String>,
    /// Environments whose servers come first.
    pub extends: Vec<String>,
    /// The servers, in the file's order.
    pub servers: Vec<(ServerName, Entry)>,
    /// What one host is given instead.
    pub overrides: BTreeMap<HostId, Vec<(ServerName, Entry)>>,
}

impl fmt::Debug for Environment {
    /// Names alone: entries hold secrets.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<_> = self.servers.iter().map(|(name, _)| name).collect();
        f.debug_struct("Environment").field("servers", &names).finish_non_exhaustive()
    }
}

/// Why an environment can't be used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum EnvironmentError {
    /// A name that can't be a file's.
    #[error("`{0}` is no environment name: use letters, digits, `-`, `_` and `.`")]
    BadName(String),
    /// A name whose file is the older tool's.
    #[error("`{0}` is no environment name: the older hatch keeps its environments in that file")]
    ReservedName(String),
    /// A name that Windows reserves.
    #[error("invalid environment name `{0}`: Windows reserves it for a device")]
    DeviceName(String),
    /// The file is no JSON.
    #[error("line {line}, column {column}: {reason}")]
    Syntax {
        /// Counted from one.
        line: usize,
        /// Counted from one.
        column: usize,
        /// What the parser says.
        reason: String,
    },
    /// The file is JSON of another shape.
    #[error("`{path}` should be {expected}")]
    Shape {
        /// Keys from the top down.
        path: String,
        /// What it should be, with its article.
        expected: &'static str,
    },
    /// A key at the top that means nothing.
    #[error(
        "unknown key `{0}` in environment: expected `description`, `extends`, `mcpServers` or `hosts`"
    )]
    UnknownKey(String),
    /// One server is wrong.
    #[error("server `{server}` is not valid")]
    Entry {
        /// Which server.
        server: ServerName,
        /// What is wrong with it.
        source: EntryError,
    },
    /// One server can't be read by the host that it is said to be of.
    #[error("server `{server}` cannot be read: {reason}")]
    Unreadable {
        /// Which server.
        server: String,
        /// Why.
        reason: String,
    },
    /// An environment that extends itself.
    #[error("it extends itself: {}", .0.join(" → "))]
    Cycle(Vec<String>),
    /// One that is extended can't be had.
    #[error("it extends `{name}`, which can't be used: {reason}")]
    Extended {
        /// Which one.
        name: String,
        /// Why.
        reason: String,
    },
    /// Overrides for a server that is not there.
    #[error("`hosts.{host}.{server}` overrides a server that the environment does not have")]
    NothingToOverride {
        /// For which host.
        host: HostId,
        /// Which server.
        server: ServerName,
    },
}

impl Environment {
    /// Reads an environment's file.
    ///
    /// # Errors
    ///
    /// Fails where it is no JSON, has keys or shapes that mean nothing, or a bad entry.
    pub fn parse(bytes: &[u8]) -> Result<Self, EnvironmentError> {
        let text = bytes.strip_prefix(BOM.as_bytes()).unwrap_or(bytes);
        let value = serde_json::from_slice(text).map_err(|error| syntax(text, &error))?;
        let Value::Object(top) = value else { return Err(shape("the file", "an object")) };
        let mut environment = Environment::default();
        for (key, value) in top {
            match key.as_str() {
                "description" => {
                    let text = value.as_str().ok_or_else(|| shape("description", "a text"))?;
                    environment.description = Some(text.to_owned());
                }
                "extends" => environment.extends = names(&value)?,
                "mcpServers" => environment.servers = entries("mcpServers", value)?,
                "hosts" => environment.overrides = overrides(value)?,
                "$schema" => {}
                _ => return Err(EnvironmentError::UnknownKey(key)),
            }
        }
        environment.check()?;
        Ok(environment)
    }

    /// The file's bytes: two-space JSON with a final newline.
    pub fn print(&self) -> Vec<u8> {
        let mut top = Map::new();
        if let Some(description) = &self.description {
            top.insert("description".to_owned(), description.clone().into());
        }
        if !self.extends.is_empty() {
            top.insert("extends".to_owned(), self.extends.clone().into());
        }
        let object = |entries: &[(ServerName, Entry)]| -> Value {
            let member = |(name, entry): &(ServerName, Entry)| {
                (name.as_str().to_owned(), Value::Object(entry.clone()))
            };
            Value::Object(entries.iter().map(member).collect())
        };
        top.insert("mcpServers".to_owned(), object(&self.servers));
        if !self.overrides.is_empty() {
            let member = |(host, entries): (&HostId, &Vec<_>)| (host.to_string(), object(entries));
            top.insert("hosts".to_owned(), self.overrides.iter().map(member).collect());
        }
        let mut text = format!("{:#}", Value::Object(top)).into_bytes();
        text.push(b'\n');
        text
    }

    /// An environment of what a host of `adapter` has.
    pub fn from_servers(adapter: &HostId, servers: &[Server]) -> Self {
        let mut environment = Environment::default();
        let mut own = Vec::new();
        for server in servers {
            environment.servers.push((server.name.clone(), entry::print(server)));
            if !server.extras.is_empty() {
                own.push((server.name.clone(), print_extras(&server.extras)));
            }
        }
        if !own.is_empty() {
            environment.overrides.insert(adapter.clone(), own);
        }
        environment
    }

    /// The servers, as hosts of `adapter` under the name `host` are to have them; without a
    /// host, as the environment itself has them.
    ///
    /// # Errors
    ///
    /// Fails where an override makes an entry bad.
    pub fn servers_for(&self, hosts: &[&HostId]) -> Result<Vec<Server>, EnvironmentError> {
        let mut overrides: BTreeMap<&ServerName, Vec<&Entry>> = BTreeMap::new();
        for (name, change) in hosts.iter().filter_map(|host| self.overrides.get(host)).flatten() {
            overrides.entry(name).or_default().push(change);
        }
        self.servers
            .iter()
            .map(|(name, entry)| {
                let mut entry = entry.clone();
                let mut extras: Vec<Extra> = Vec::new();
                for change in overrides.get(name).into_iter().flatten() {
                    override_fields(&mut entry, change);
                    let own = parse_extras(change);
                    extras.retain(|extra| own.iter().all(|new| new.path != extra.path));
                    extras.extend(own);
                }
                let server = entry::parse(name.clone(), &entry);
                let mut server = server
                    .map_err(|source| EnvironmentError::Entry { server: name.clone(), source })?;
                server.extras = extras;
                Ok(server)
            })
            .collect()
    }

    /// Fields of entries that no host is given, since the common form does not know them.
    pub fn unknown_fields(&self) -> Vec<(&ServerName, String)> {
        let mut unknown = Vec::new();
        for (name, entry) in &self.servers {
            let own = parse_extras(entry).into_iter().filter(|extra| extra.value != "null");
            unknown.extend(own.map(|extra| (name, extra.field())));
        }
        unknown
    }

    /// Every entry must make sense, alone and with each host's overrides.
    fn check(&self) -> Result<(), EnvironmentError> {
        self.servers_for(&[])?;
        self.overrides.keys().try_for_each(|host| self.servers_for(&[host]).map(drop))
    }
}

fn override_fields(entry: &mut Entry, change: &Entry) {
    for (field, value) in change {
        match (entry.get_mut(field), value) {
            (_, Value::Null) => {
                entry.shift_remove(field);
            }
            (Some(Value::Object(members)), Value::Object(changes))
                if matches!(field.as_str(), "env" | "headers" | "oauth") =>
            {
                override_fields(members, changes);
            }
            _ => {
                entry.insert(field.clone(), value.clone());
            }
        }
    }
}

/// Fields of an override that the common form does not know, as the host's own.
fn parse_extras(change: &Entry) -> Vec<Extra> {
    let extra = |path: &[&str], value: &Value| Extra {
        path: path.iter().map(|key| (*key).to_owned()).collect(),
        value: value.to_string(),
    };
    let mut extras = Vec::new();
    for (key, value) in change {
        match value {
            Value::Object(members) if key == "oauth" => {
                let own = members.iter().filter(|(it, _)| !entry::OAUTH.contains(&it.as_str()));
                extras.extend(own.map(|(member, value)| extra(&[key, member], value)));
            }
            _ if entry::FIELDS.contains(&key.as_str()) => {}
            _ => extras.push(extra(&[key], value)),
        }
    }
    extras
}

fn print_extras(extras: &[Extra]) -> Entry {
    let mut entry = Map::new();
    for extra in extras {
        let value = serde_json::from_str(&extra.value).unwrap_or(Value::Null);
        let Some((last, parents)) = extra.path.split_last() else { continue };
        let mut members = &mut entry;
        for key in parents {
            let child = members.entry(key.clone()).or_insert_with(|| Value::Object(Map::new()));
            if !child.is_object() {
                *child = Value::Object(Map::new());
            }
            let Value::Object(child) = child else { unreachable!("it was made an object") };
            members = child;
        }
        members.insert(last.clone(), value);
    }
    entry
}

fn names(value: &Value) -> Result<Vec<String>, EnvironmentError> {
    let items = value.as_array().ok_or_else(|| shape("extends", "a list of names"))?;
    let name = |item: &Value| item.as_str().map(str::to_owned);
    items.iter().map(|item| name(item).ok_or_else(|| shape("extends", "a list of names"))).collect()
}

fn overrides(value: Value) -> Result<BTreeMap<HostId, Vec<(ServerName, Entry)>>, EnvironmentError> {
    let Value::Object(hosts) = value else { return Err(shape("hosts", "an object")) };
    let host = |(host, value): (String, Value)| {
        let path = format!("hosts.{host}");
        let host = HostId::new(host).map_err(|_| shape(&path, "named after a host"))?;
        Ok((host, entries(&path, value)?))
    };
    hosts.into_iter().map(host).collect()
}

fn entries(path: &str, value: Value) -> Result<Vec<(ServerName, Entry)>, EnvironmentError> {
    let Value::Object(members) = value else { return Err(shape(path, "an object")) };
    let entry = |(name, value): (String, Value)| {
        let at = format!("{path}.{name}");
        let name = ServerName::new(name).ok_or_else(|| shape(&at, "named"))?;
        let Value::Object(entry) = value else { return Err(shape(&at, "an object")) };
        Ok((name, entry))
    };
    members.into_iter().map(entry).collect()
}

fn shape(path: &str, expected: &'static str) -> EnvironmentError {
    EnvironmentError::Shape { path: path.to_owned(), expected }
}

/// The fault in the words of documents, which know common causes; the two parsers agree but for
/// an empty text, which a document may be.
fn syntax(bytes: &[u8], error: &serde_json::Error) -> EnvironmentError {
    if let Err(SyntaxError { line, column, message }) = Document::parse(Some(bytes), Format::Json) {
        return EnvironmentError::Syntax { line, column, reason: message };
    }
    let text = error.to_string();
    let reason = text.split(" at line ").next().unwrap_or(&text).to_owned();
    EnvironmentError::Syntax { line: error.line(), column: error.column(), reason }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::server::Transport;
    use crate::template::Template;

    const EXAMPLE: &str = r#"{
  "description": "What production uses",
  "extends": ["base"],
  "mcpServers": {
    "files": { "command": "npx", "args": ["-y", "files-mcp"], "env": { "LOG": "info", "A": "1" } },
    "news": { "type": "http", "url": "https://news.example/mcp" }
  },
  "hosts": {
    "cursor": { "files": { "env": { "LOG": "debug", "A": null } } },
    "gemini": { "news": { "trust": true, "oauth": { "clientId": "x", "tokenParamName": "t" } } }
  }
}"#;

    fn parse(text: &str) -> Result<Environment, EnvironmentError> {
        Environment::parse(text.as_bytes())
    }

    fn host(id: &str) -> HostId {
        HostId::new(id).unwrap()
    }

    #[test]
    fn printing_and_reading_are_inverse() {
        let environment = parse(EXAMPLE).unwrap();
        assert_eq!(Environment::parse(&environment.print()).unwrap(), environment);
        // Notepad's mark at the start is no part of it.
        assert_eq!(parse(&format!("\u{feff}{EXAMPLE}")).unwrap(), environment);
    }

    #[test]
    fn a_host_is_given_its_overrides() {
        let environment = parse(EXAMPLE).unwrap();
        let cursor = environment.servers_for(&[&host("cursor")]).unwrap();
        let Transport::Stdio(files) = &cursor[0].transport else { panic!("stdio") };
        assert_eq!(files.env, [("LOG".to_owned(), Template::literal("debug"))]);
        assert!(cursor[1].extras.is_empty());

        let gemini = environment.servers_for(&[&host("gemini")]).unwrap();
        let paths: Vec<_> = gemini[1].extras.iter().map(|extra| extra.path.join(".")).collect();
        assert_eq!(paths, ["trust", "oauth.tokenParamName"]);
        assert!(gemini[1].transport.remote().unwrap().oauth.is_some());
    }

    #[test]
    fn of_two_overrides_of_a_field_the_later_counts() {
        let text = r#"{
          "mcpServers": { "a": { "command": "x" } },
          "hosts": {
            "cursor": { "a": { "cwd": "/c", "mode": 1, "own": true } },
            "staging": { "a": { "cwd": "/s", "mode": 2 } }
          }
        }"#;
        let servers = parse(text).unwrap();
        let servers = servers.servers_for(&[&host("cursor"), &host("staging")]).unwrap();
        let Transport::Stdio(stdio) = &servers[0].transport else { panic!("stdio") };
        assert_eq!(stdio.cwd, Some(Template::literal("/s")));
        let extras = servers[0].extras.iter();
        let extras: Vec<_> = extras.map(|it| (it.path.join("."), it.value.as_str())).collect();
        assert_eq!(extras, [("own".to_owned(), "true"), ("mode".to_owned(), "2")]);
    }

    #[test]
    fn every_fault_is_named() {
        for (text, message) in [
            ("", "line 1, column 0: EOF while parsing a value"),
            (
                "{\n  \"mcpServers\": {,}",
                "line 2, column 18: expected a key in double quotes or `}`",
            ),
            (
                "{\"mcpServers\": \u{a0}{}}",
                "line 1, column 16: a space that is not a plain one, as web pages have them: replace it",
            ),
            ("[]", "`the file` should be an object"),
            (
                r#"{"mcpServer": {}}"#,
                "unknown key `mcpServer` in environment: expected `description`, `extends`, \
                 `mcpServers` or `hosts`",
            ),
            (r#"{"mcpServers": []}"#, "`mcpServers` should be an object"),
            (r#"{"mcpServers": {"": {}}}"#, "`mcpServers.` should be named"),
            (r#"{"mcpServers": {"a": 1}}"#, "`mcpServers.a` should be an object"),
            (
                r#"{"mcpServers": {"a": {}}}"#,
                "server `a` is not valid: it has neither a `command` nor a `url`",
            ),
            (r#"{"extends": "base"}"#, "`extends` should be a list of names"),
            (r#"{"hosts": {"A B": {}}}"#, "`hosts.A B` should be named after a host"),
        ] {
            let error = parse(text).unwrap_err();
            let cause = std::error::Error::source(&error).map(|cause| format!(": {cause}"));
            let error = format!("{error}{}", cause.unwrap_or_default());
            assert_eq!(error, message, "{text}");
        }
    }

    #[test]
    fn names_are_file_names_everywhere() {
        for good in ["production", "dev-tools", "a.b_c", "prüfung"] {
            assert!(EnvironmentName::new(good).is_ok(), "{good}");
        }
        for bad in [
            "",
            ".x",
            "-x",
            "a/b",
            "a b",
            "..",
            "x.",
            "a\\b",
            "a:b",
            "environments",
            "Environments",
            "con",
            "NUL.x",
            "com1",
            "aux",
            "prn",
            "lpt1",
        ] {
            assert!(EnvironmentName::new(bad).is_err(), "{bad}");
        }
    }
}
