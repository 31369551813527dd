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

pub mod edit;
pub mod entry;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::host::HostId;
use crate::server::{Extra, Server, ServerName};
use entry::EntryError;

/// The name of an environment: letters, digits, `-`, `_` and `.`, not beginning with a dot,
/// so that it is a file's name on every system.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct EnvironmentName(String);

impl EnvironmentName {
    /// Checks the name.
    ///
    /// # Errors
    ///
    /// Fails for a name that could not be a file's on every system.
    pub fn new(name: impl Into<String>) -> Result<Self, EnvironmentError> {
        let name = name.into();
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
        "`{0}` is no key of an environment: there are `description`, `extends`, `mcpServers` and `hosts`"
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
        let value: Value = serde_json::from_slice(bytes).map_err(|error| syntax(&error))?;
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

    /// Reads a file that is not hatch's own: an environment, or any JSON with a map of
    /// servers in the common form under `mcpServers` or `servers`. Returns the keys at its
    /// top that are not part of an environment too.
    ///
    /// # Errors
    ///
    /// As [`Environment::parse`], and where there is no map of servers.
    pub fn import(bytes: &[u8]) -> Result<(Self, Vec<String>), EnvironmentError> {
        let value: Value = serde_json::from_slice(bytes).map_err(|error| syntax(&error))?;
        let Value::Object(mut top) = value else { return Err(shape("the file", "an object")) };
        if let Some(servers) = top.shift_remove("servers")
            && !top.contains_key("mcpServers")
        {
            top.insert("mcpServers".to_owned(), servers);
        }
        if !top.contains_key("mcpServers") {
            return Err(shape("mcpServers", "there, with a map of servers"));
        }
        let (known, other): (Map<_, _>, Map<_, _>) =
            top.into_iter().partition(|(key, _)| KEYS.contains(&key.as_str()));
        let environment = Environment::parse(Value::Object(known).to_string().as_bytes())?;
        Ok((environment, other.into_iter().map(|(key, _)| key).collect()))
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

    /// Brings in the environments that this one extends. `load` reads one by name.
    ///
    /// # Errors
    ///
    /// Fails where one can't be had, where they go in a circle, and where an override has no
    /// server.
    pub fn resolve(
        &self,
        name: &str,
        load: &mut dyn FnMut(&str) -> Result<Environment, String>,
    ) -> Result<Environment, EnvironmentError> {
        let resolved = self.merge(&mut vec![name.to_owned()], load)?;
        let known: BTreeSet<_> = resolved.servers.iter().map(|(name, _)| name).collect();
        for (host, overrides) in &resolved.overrides {
            for (server, _) in overrides {
                if !known.contains(server) {
                    let (host, server) = (host.clone(), server.clone());
                    return Err(EnvironmentError::NothingToOverride { host, server });
                }
            }
        }
        Ok(resolved)
    }

    fn merge(
        &self,
        trail: &mut Vec<String>,
        load: &mut dyn FnMut(&str) -> Result<Environment, String>,
    ) -> Result<Environment, EnvironmentError> {
        let mut merged = Environment { description: self.description.clone(), ..Self::default() };
        for name in &self.extends {
            let seen = trail.contains(name);
            trail.push(name.clone());
            if seen {
                return Err(EnvironmentError::Cycle(trail.clone()));
            }
            let base = load(name)
                .map_err(|reason| EnvironmentError::Extended { name: name.clone(), reason })?;
            merged.take(base.merge(trail, load)?);
            trail.pop();
        }
        merged.take(Environment { extends: Vec::new(), ..self.clone() });
        Ok(merged)
    }

    /// Puts another environment's servers over this one's.
    fn take(&mut self, other: Environment) {
        put_all(&mut self.servers, other.servers);
        for (host, entries) in other.overrides {
            put_all(self.overrides.entry(host).or_default(), entries);
        }
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
                let mut extras = Vec::new();
                for change in overrides.get(name).into_iter().flatten() {
                    override_fields(&mut entry, change);
                    extras.extend(parse_extras(change));
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
    pub fn unknown_fields(&self) -> Vec<(&ServerName, &str)> {
        let unknown = |(name, entry)| {
            let keys: Vec<_> = <&Entry as IntoIterator>::into_iter(entry)
                .map(|(key, _)| key.as_str())
                .filter(|key| !entry::FIELDS.contains(key))
                .map(|key| (name, key))
                .collect();
            keys
        };
        self.servers.iter().map(|(name, entry)| (name, entry)).flat_map(unknown).collect()
    }

    /// Every entry must make sense, alone and with each host's overrides.
    fn check(&self) -> Result<(), EnvironmentError> {
        self.servers_for(&[])?;
        self.overrides.keys().try_for_each(|host| self.servers_for(&[host]).map(drop))
    }
}

fn put_all(entries: &mut Vec<(ServerName, Entry)>, others: Vec<(ServerName, Entry)>) {
    let mut places: BTreeMap<ServerName, usize> =
        entries.iter().enumerate().map(|(at, (name, _))| (name.clone(), at)).collect();
    for (name, entry) in others {
        match places.get(&name) {
            Some(at) => entries[*at].1 = entry,
            None => {
                places.insert(name.clone(), entries.len());
                entries.push((name, entry));
            }
        }
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

fn syntax(error: &serde_json::Error) -> EnvironmentError {
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
    fn what_extends_comes_after_what_it_extends() {
        let base = parse(
            r#"{"mcpServers": {"files": {"command": "old"}, "clock": {"command": "clock"}}}"#,
        )
        .unwrap();
        let resolved = parse(EXAMPLE).unwrap().resolve("prod", &mut |_| Ok(base.clone())).unwrap();
        let names: Vec<_> = resolved.servers.iter().map(|(name, _)| name.as_str()).collect();
        assert_eq!(names, ["files", "clock", "news"]);
        assert_eq!(resolved.servers[0].1["command"], "npx");
    }

    #[test]
    fn circles_and_missing_bases_are_errors() {
        let again = parse(r#"{"extends": ["prod"], "mcpServers": {}}"#).unwrap();
        let error = parse(EXAMPLE).unwrap().resolve("prod", &mut |_| Ok(again.clone()));
        assert_eq!(error.unwrap_err().to_string(), "it extends itself: prod → base → prod");
        let error = parse(EXAMPLE).unwrap().resolve("prod", &mut |_| Err("no such".to_owned()));
        assert_eq!(
            error.unwrap_err().to_string(),
            "it extends `base`, which can't be used: no such"
        );
    }

    #[test]
    fn every_fault_is_named() {
        for (text, message) in [
            ("", "line 1, column 0: EOF while parsing a value"),
            ("{\n  \"mcpServers\": {,}", "line 2, column 18: key must be a string"),
            ("[]", "`the file` should be an object"),
            (
                r#"{"mcpServer": {}}"#,
                "`mcpServer` is no key of an environment: there are \
              `description`, `extends`, `mcpServers` and `hosts`",
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
    fn a_host_s_file_can_be_imported() {
        let text = br#"{"preferences": {}, "mcpServers": {"a": {"command": "a", "icon": "x"}}}"#;
        let (environment, other) = Environment::import(text).unwrap();
        assert_eq!((environment.servers.len(), other), (1, vec!["preferences".to_owned()]));
        assert_eq!(environment.unknown_fields()[0].1, "icon");
        let (environment, _) = Environment::import(br#"{"servers": {"a": {"url": "u"}}}"#).unwrap();
        assert_eq!(environment.servers.len(), 1);
        assert!(Environment::import(b"{}").is_err());
    }

    #[test]
    fn names_are_file_names_everywhere() {
        for good in ["production", "dev-tools", "a.b_c", "prüfung"] {
            assert!(EnvironmentName::new(good).is_ok(), "{good}");
        }
        for bad in ["", ".x", "-x", "a/b", "a b", "..", "x.", "a\\b", "a:b"] {
            assert!(EnvironmentName::new(bad).is_err(), "{bad}");
        }
    }
}
