//! What people have at hand: a block of a server's README, a host's file, one entry, a line to
//! type.
//!
//! | shape | known by |
//! | --- | --- |
//! | an environment, or any file with the common map | `mcpServers` |
//! | VS Code's `mcp.json`, and its older `settings.json` | `servers`, or `servers` in `mcp` |
//! | Zed's, OpenCode's, Codex's, Amp's, ... | `context_servers`, `mcp`, `mcp_servers`, ... |
//! | a list of servers | the same keys, and `name` in each item |
//! | one server | `command` or `url` at the top |
//! | a bare map of servers | a member that is a server |
//! | a line of a shell | `PROGRAM mcp add`, `npx`, `uvx`, an address, ... |
//!
//! Comments and trailing commas are let through, fences of Markdown are taken off, and braces
//! that are missing are added: READMEs have all of these.

mod line;
mod reference;
mod shape;
mod text;

use serde_json::{Map, Value};

pub use self::line::LineError;
pub use self::reference::{foreign_references, references_in};
use self::shape::{Form, Parts, sort};
use super::{
    Entry, Environment, EnvironmentError, entries, entry, names, overrides, shape as wrong,
};
use crate::adapter::{AdapterError, HostAdapter, Section};
use crate::configuration;
use crate::document::{Document, SyntaxError};
use crate::host::Format;
use crate::server::ServerName;
use crate::suggest::nearest_key;

/// What a text gives.
#[derive(Debug, Default)]
pub struct Pasted {
    /// The servers, and what else it says of an environment.
    pub environment: Environment,
    /// What is left out, in words: keys at the top, and fields that the common form does
    /// not know.
    pub not_taken: Vec<String>,
    /// Servers that are left out, each with what is wrong with it.
    pub skipped: Vec<EnvironmentError>,
    /// The host whose form the text has, where that is not the common one.
    pub form: Option<&'static str>,
}

/// Why a text gives nothing.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum PasteError {
    /// It is no JSON, not even with comments.
    #[error(transparent)]
    Syntax(#[from] SyntaxError),
    /// It is a line of a shell that adds no server.
    #[error(transparent)]
    Line(#[from] LineError),
    /// It is JSON of no shape that has servers.
    #[error("it has no servers{}", .near.as_ref().map(|it| format!("; {it}")).unwrap_or_default())]
    NoServers {
        /// A key that is nearly one which holds servers, in words.
        near: Option<String>,
    },
    /// Several code blocks have servers.
    #[error("{0} of its code blocks have servers")]
    Blocks(usize),
    /// One server, and nobody said what it is called.
    #[error("it is one server without a name")]
    NoName,
    /// A name was given for servers that have theirs.
    #[error("its servers have names of their own")]
    Named,
    /// The host that it is read as can't make sense of it.
    #[error(transparent)]
    Adapter(#[from] AdapterError),
    /// These parts of it are wrong, and nothing else is in it.
    #[error("{} of its parts are wrong", .0.len())]
    Parts(Vec<EnvironmentError>),
}

/// Reads a text. `name` is what its one server is to be called, if it is one. Servers that are
/// wrong are left out if there are others.
///
/// # Errors
///
/// [`PasteError::Syntax`] and [`PasteError::Line`] where the text can't be read, `NoServers` and
/// `Blocks` where it is not clear which servers are meant, `NoName` and `Named` where `name` does
/// not fit, and `Parts` where no server is good, or what an environment has besides is wrong.
pub fn read(bytes: &[u8], name: Option<ServerName>) -> Result<Pasted, PasteError> {
    let parts = parts(bytes, name)?;
    let mut pasted = Pasted { form: parts.form.map(Form::name), ..Pasted::default() };
    let faults = pasted.take(parts);
    let has_more = !pasted.environment.servers.is_empty() || !pasted.environment.extends.is_empty();
    if !faults.is_empty() || (!has_more && !pasted.skipped.is_empty()) {
        pasted.skipped.extend(faults);
        return Err(PasteError::Parts(pasted.skipped));
    }
    if !has_more {
        return Err(PasteError::NoServers { near: None });
    }
    pasted.leave_unknown_fields();
    Ok(pasted)
}

/// Reads a text as the host of `adapter` reads its own file: with its references, its transports
/// and its units of time. A text of another shape is taken for that host's servers.
///
/// # Errors
///
/// As [`read`], and [`PasteError::Adapter`] where the adapter can't read the text.
pub fn read_as(
    bytes: &[u8],
    name: Option<ServerName>,
    adapter: &dyn HostAdapter,
) -> Result<Pasted, PasteError> {
    let descriptor = adapter.descriptor();
    let Some(spec) = descriptor.documents.first() else { return read(bytes, name) };
    let container = spec.sections.first().map(Vec::as_slice).unwrap_or_default();
    let own = Document::parse(Some(bytes), Format::Jsonc).ok();
    let own = own.filter(|document| name.is_none() && document.section(container).is_some());
    let servers = match &own {
        Some(_) => None,
        None => Some(Value::Object(parts(bytes, name)?.servers).to_string()),
    };
    let mut sections = Vec::new();
    for document in &descriptor.documents {
        sections.extend(document.sections.iter().map(|path| {
            let is_first = document.id == spec.id;
            let value = match &own {
                Some(own) => own.section(path).filter(|_| is_first),
                None => servers.clone().filter(|_| is_first && path == container),
            };
            Section { document: document.id.clone(), path: path.clone(), value }
        }));
    }
    let reading = configuration::reading(adapter, &sections)?;
    let skipped = reading.unreadable.into_iter();
    let skipped = skipped
        .map(|entry| EnvironmentError::Unreadable { server: entry.name, reason: entry.reason });
    let skipped: Vec<_> = skipped.collect();
    if reading.servers.is_empty() {
        return Err(match skipped.is_empty() {
            true => PasteError::NoServers { near: None },
            false => PasteError::Parts(skipped),
        });
    }
    let environment = Environment::from_servers(&descriptor.id, &reading.servers);
    let repeated = own.map(|own| own.repeated_keys()).unwrap_or_default().into_iter();
    let not_taken = repeated.map(|key| format!("an earlier `{key}` of the same name")).collect();
    Ok(Pasted { environment, skipped, not_taken, form: None })
}

/// The parts of a text: of a command line, of an object, or of the one code block that has any.
fn parts(bytes: &[u8], name: Option<ServerName>) -> Result<Parts, PasteError> {
    let Some(text) =
        std::str::from_utf8(bytes).ok().map(|text| text.trim_start_matches('\u{feff}'))
    else {
        Document::parse(Some(bytes), Format::Jsonc)?;
        return Err(PasteError::NoServers { near: None });
    };
    let blocks = text::blocks(text);
    if blocks.is_empty() {
        return one(text, name);
    }
    let mut read: Vec<_> = blocks.into_iter().map(|block| one(block, name.clone())).collect();
    let good = || read.iter().filter_map(|it| it.as_ref().ok());
    // One server in several forms, as READMEs have it for several hosts, is one server.
    let differ = good().zip(good().skip(1)).any(|(a, b)| a.servers != b.servers);
    if differ {
        return Err(PasteError::Blocks(good().count()));
    }
    read.swap_remove(read.iter().position(Result::is_ok).unwrap_or(0))
}

fn one(text: &str, name: Option<ServerName>) -> Result<Parts, PasteError> {
    let Some(lines) = line::read(text) else {
        let object = text::read(text)?;
        let parts = sort(object.members, name)?;
        return Ok(Parts { repeated: object.repeated, ..parts });
    };
    let mut lines = lines?;
    if let ([line], Some(_)) = (lines.as_mut_slice(), &name) {
        line.name = None;
    }
    let mut servers = Map::new();
    for line in lines {
        let own = line.name.as_deref().and_then(ServerName::new).or_else(|| name.clone());
        let own = own.ok_or(PasteError::NoName)?;
        servers.insert(own.as_str().to_owned(), Value::Object(line.entry));
    }
    Ok(Parts { servers, ..Parts::default() })
}

impl Pasted {
    /// Takes all parts that are good, and returns what is wrong with those that are no servers.
    fn take(&mut self, parts: Parts) -> Vec<EnvironmentError> {
        let mut faults = Vec::new();
        let mut left = Vec::new();
        for (name, value) in parts.servers {
            match checked(name.clone(), value) {
                Ok(server) => self.environment.servers.push(server),
                Err(fault) => {
                    left.push(name);
                    self.skipped.push(fault);
                }
            }
        }
        for (key, value) in parts.known {
            if let Err(fault) = self.take_known(&key, value) {
                faults.push(fault);
            }
        }
        // What is left out can't be overridden.
        for changes in self.environment.overrides.values_mut() {
            changes.retain(|(name, _)| !left.iter().any(|it| it == name.as_str()));
        }
        for host in self.environment.overrides.keys() {
            faults.extend(self.environment.servers_for(&[host]).err());
        }
        let repeated = parts.repeated.into_iter();
        self.not_taken.extend(repeated.map(|key| format!("an earlier `{key}` of the same name")));
        self.not_taken.extend(parts.other.into_iter().map(|key| format!("`{key}`")));
        faults
    }

    fn take_known(&mut self, key: &str, value: Value) -> Result<(), EnvironmentError> {
        match key {
            "description" => {
                let text = value.as_str().ok_or_else(|| wrong("description", "a text"))?;
                self.environment.description = Some(text.to_owned());
            }
            "extends" => self.environment.extends = names(&value)?,
            "hosts" => self.environment.overrides = overrides(value)?,
            "mcpServers" => return Err(wrong("mcpServers", "an object")),
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
                    let near = nearest_key(field, &entry::FIELDS);
                    let near =
                        near.map(|it| format!(" (did you mean `{it}`?)")).unwrap_or_default();
                    self.not_taken.push(format!("`{field}` of server `{name}`{near}"));
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
    use serde_json::json;

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
            (
                "```\n{\"servers\":{\"a\":{\"command\":\"x\",\"args\":[]}}}\n```\n```\nclaude mcp add a -- x\n```",
                vec!["a"],
                vec![],
            ),
            ("```\nnpm install p\n```\n```\n{\"a\": {\"command\": \"x\"}}\n```", vec!["a"], vec![]),
            ("\u{feff}{\"extends\": [\"base\"]}", vec![], vec![]),
            (r#""a": {"command": "x"}"#, vec!["a"], vec![]),
            (r#""mcpServers": {"a": {"command": "x"}}"#, vec!["a"], vec![]),
            (
                "Add this:\n```json\n\"a\": {\"command\": \"x\"}\n```\nThen restart.",
                vec!["a"],
                vec![],
            ),
            ("```\nclaude mcp add a -- npx -y p\n```\n", vec!["a"], vec![]),
            ("claude mcp add a -- x\nclaude mcp add b -- y\n", vec!["a", "b"], vec![]),
            (r#"{"mcpServers": [{"name": "a", "command": "x"}]}"#, vec!["a"], vec![]),
            (
                r#"{"mcpServers": {"a": {"command": "x"}}, "mcpServers": {"b": {"command": "y"}}}"#,
                vec!["b"],
                vec!["an earlier `mcpServers` of the same name"],
            ),
            (r#"{"amp.mcpServers": {"a": {"command": "x"}}}"#, vec!["a"], vec![]),
            (r#"{"mcp": {"mcpServers": {"a": {"command": "x"}}}}"#, vec!["a"], vec![]),
        ] {
            let pasted = paste(text).unwrap_or_else(|error| panic!("{text}: {error}"));
            assert_eq!(names(&pasted), servers, "{text}");
            assert_eq!(pasted.not_taken, not_taken, "{text}");
        }
        let name = ServerName::new("b");
        assert_eq!(names(&read(br#"{"command": "x"}"#, name).unwrap()), ["b"]);
    }

    #[test]
    fn other_hosts_forms_are_the_common_one() {
        let entry = |text: &str| {
            let pasted = paste(text).unwrap_or_else(|error| panic!("{text}: {error}"));
            (pasted.form, Value::Object(pasted.environment.servers[0].1.clone()))
        };
        for (text, form, expected) in [
            (
                r#"{"context_servers": {"a": {"source": "custom",
                    "command": {"path": "npx", "args": ["-y"], "env": null}}}}"#,
                "Zed",
                json!({"command": "npx", "args": ["-y"]}),
            ),
            (
                r#"{"mcp": {"a": {"type": "local", "command": ["npx", "-y", "p"], "enabled": true,
                    "environment": {"K": "{env:K}", "L": "${L}"}}}}"#,
                "OpenCode",
                json!({"type": "local", "command": "npx", "enabled": true, "args": ["-y", "p"],
                       "env": {"K": "${env:K}", "L": "$${L}"}}),
            ),
            (
                "[mcp_servers.a]\nurl = \"https://a.example/\"\nbearer_token_env_var = \"T\"\n\
                 startup_timeout_sec = 20\n",
                "Codex",
                json!({"url": "https://a.example/", "startupTimeout": 20000,
                       "headers": {"Authorization": "Bearer ${env:T}"}}),
            ),
        ] {
            let (found, read) = entry(text);
            let sorted = |it: Value| -> Value { serde_json::from_str(&it.to_string()).unwrap() };
            assert_eq!((found, sorted(read)), (Some(form), sorted(expected)), "{text}");
        }
    }

    #[test]
    fn one_bad_server_is_left_out_and_named() {
        let pasted = paste(
            r#"{"mcpServers": {"a": {"command": "a"}, "b": {"type": "ws", "url": "u"}, "c": 1},
                "hosts": {"cursor": {"b": {"cwd": "/"}, "a": {"cwd": "/"}}}}"#,
        )
        .unwrap();
        assert_eq!(names(&pasted), ["a"]);
        let skipped: Vec<_> = pasted.skipped.iter().map(ToString::to_string).collect();
        assert_eq!(skipped, ["server `b` is not valid", "`mcpServers.c` should be an object"]);
        Environment::parse(&pasted.environment.print()).unwrap();
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
            ("", "it has no servers"),
            ("[]", "it has no servers"),
            (
                r#"{"mcpServer": {}}"#,
                "it has no servers; did you mean `mcpServers` by `mcpServer`?",
            ),
            (
                "```\n{\"a\":{\"url\":\"u\"}}\n```\n```\nclaude mcp add a -- x\n```",
                "2 of its code blocks have servers",
            ),
            ("npx -y p", "it is one server without a name"),
            ("npx -y p install q", "the command line installs something, and starts no server"),
            ("a:\n  command: x", "this looks like YAML, not JSON at line 1, column 1"),
            ("{}", "it has no servers"),
            (r#"{"mcpServers": {}}"#, "it has no servers"),
            (r#"{"a": {"b": {"command": "x"}}}"#, "it has no servers"),
            (r#"{"command": "x"}"#, "it is one server without a name"),
            ("{\n \"a\" }", "expected a colon after a key at line 2, column 6"),
        ] {
            assert_eq!(paste(text).unwrap_err().to_string(), message, "{text}");
        }
        let error = read(br#"{"a": {"command": "x"}}"#, ServerName::new("b")).unwrap_err();
        assert_eq!(error.to_string(), "its servers have names of their own");
    }
}
