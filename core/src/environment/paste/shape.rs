//! Which shape an object has, and its servers in the common form.

use serde_json::{Map, Value};

use super::super::{Entry, KEYS, older};
use super::PasteError;
use super::reference::{Spelling, translate};
use crate::server::ServerName;
use crate::suggest::near_miss;

/// A text's parts, whatever its shape.
#[derive(Default)]
pub(super) struct Parts {
    pub(super) servers: Map<String, Value>,
    /// What an environment has besides.
    pub(super) known: Map<String, Value>,
    pub(super) other: Vec<String>,
    /// Keys of which only the last counts.
    pub(super) repeated: Vec<String>,
    /// The host whose form it is, where that is not the common one.
    pub(super) form: Option<Form>,
}

/// A form that differs from the common one in more than the name of the map.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Form {
    Codex,
    OpenCode,
    Zed,
}

impl Form {
    pub(super) fn name(self) -> &'static str {
        match self {
            Form::Codex => "Codex",
            Form::OpenCode => "OpenCode",
            Form::Zed => "Zed",
        }
    }
}

/// Keys at the top that hold servers. The later ones are each one key, dots included.
/// Sources: hosts' own documentation; `adapters/tables`.
const CONTAINERS: [(&str, Option<Form>); 8] = [
    ("mcpServers", None),
    ("servers", None),
    ("context_servers", Some(Form::Zed)),
    ("mcp_servers", Some(Form::Codex)),
    ("mcp.servers", None),
    ("amp.mcpServers", None),
    ("ai-features.mcp.mcpServers", None),
    ("zencoder.mcpServers", None),
];

/// Finds out which shape it is. `name` is what its one server is to be called, if it is one.
pub(super) fn sort(
    mut top: Map<String, Value>,
    name: Option<ServerName>,
) -> Result<Parts, PasteError> {
    if is_server(&top) {
        let own = top.shift_remove("name");
        let own = own.as_ref().and_then(Value::as_str).and_then(ServerName::new);
        let name = name.or(own).ok_or(PasteError::NoName)?;
        let servers = [(name.as_str().to_owned(), common(top, None))].into_iter().collect();
        return Ok(Parts { servers, ..Parts::default() });
    }
    if name.is_some() {
        return Err(PasteError::Named);
    }
    let mut parts = Parts::default();
    let found = CONTAINERS.iter().find_map(|(key, form)| Some((container(&mut top, key)?, *form)));
    if let Some((servers, form)) = found.or_else(|| nested(&mut top)) {
        (parts.servers, parts.form) = (servers, form);
    } else if !top.get("extends").is_some_and(Value::is_array) {
        if !top.values().any(|value| value.as_object().is_some_and(is_server)) {
            let containers = CONTAINERS.map(|(key, _)| key);
            let near = near_miss(top.keys().map(String::as_str), &containers);
            return Err(PasteError::NoServers { near });
        }
        let (servers, other): (Map<_, _>, Map<_, _>) =
            top.into_iter().partition(|(_, value)| value.is_object());
        parts.other = other.keys().cloned().collect();
        (parts.servers, top) = (servers, Map::new());
    }
    let form = parts.form;
    let servers = parts.servers.into_iter().map(|(name, value)| match value {
        Value::Object(entry) => (name, common(entry, form)),
        other => (name, other),
    });
    parts.servers = servers.collect();
    for (key, value) in top {
        match KEYS.contains(&key.as_str()) {
            true => drop(parts.known.insert(key, value)),
            false => parts.other.push(key),
        }
    }
    Ok(parts)
}

/// A map of servers under `key`, or a list of them with their names; a server that is called so
/// is none.
fn container(top: &mut Map<String, Value>, key: &str) -> Option<Map<String, Value>> {
    if top.get(key)?.as_object().is_some_and(is_server) {
        return None;
    }
    match top.shift_remove(key)? {
        Value::Object(servers) => Some(servers),
        Value::Array(items) if items.iter().all(has_name) => {
            let named = items.into_iter().filter_map(|mut item| {
                let name = item.as_object_mut()?.shift_remove("name")?;
                Some((name.as_str()?.to_owned(), item))
            });
            Some(named.collect())
        }
        other => {
            top.insert(key.to_owned(), other);
            None
        }
    }
}

fn has_name(item: &Value) -> bool {
    item.get("name").is_some_and(Value::is_string)
}

/// `mcp` of VS Code's settings, which holds the map, or of OpenCode's, which is the map.
fn nested(top: &mut Map<String, Value>) -> Option<(Map<String, Value>, Option<Form>)> {
    let inner = top.get_mut("mcp")?.as_object_mut().filter(|inner| !is_server(inner))?;
    let servers = ["servers", "mcpServers"].into_iter().find_map(|key| container(inner, key));
    let found = match servers {
        Some(servers) => (servers, None),
        None if inner.values().any(|it| it.as_object().is_some_and(is_server)) => {
            (std::mem::take(inner), Some(Form::OpenCode))
        }
        None => return None,
    };
    top.shift_remove("mcp");
    Some(found)
}

fn is_server(entry: &Entry) -> bool {
    let command = entry.get("command");
    command.is_some_and(|it| it.is_string() || is_words(it) || it.get("path").is_some())
        || ["url", "httpUrl", "serverUrl"]
            .iter()
            .any(|key| entry.get(*key).is_some_and(Value::is_string))
}

fn is_words(value: &Value) -> bool {
    let items = value.as_array().map(Vec::as_slice).unwrap_or_default();
    !items.is_empty() && items.iter().all(Value::is_string)
}

/// An entry in the common form.
fn common(mut entry: Entry, form: Option<Form>) -> Value {
    // `["npx", "-y", "p"]`, as OpenCode has it.
    if let Some(Value::Array(words)) = entry.get_mut("command").filter(|it| is_words(it)) {
        let mut args = words.split_off(1);
        let command = words.remove(0);
        entry.insert("command".to_owned(), command);
        if let Some(Value::Array(more)) = entry.get("args") {
            args.extend(more.iter().cloned());
        }
        entry.insert("args".to_owned(), args.into());
    }
    // `{"path": "npx", "args": ["-y"], "env": {}}`, as Zed had it.
    if let Some(Value::Object(command)) = entry.get_mut("command").filter(|it| it.is_object()) {
        let parts = std::mem::take(command);
        let parts = parts.into_iter().filter(|(_, value)| !value.is_null());
        entry.extend(parts.map(|(key, value)| match key.as_str() {
            "path" => ("command".to_owned(), value),
            _ => (key, value),
        }));
    }
    match form {
        Some(Form::OpenCode) => {
            if let Some(variables) = entry.shift_remove("environment") {
                entry.insert("env".to_owned(), variables);
            }
            translate(&mut entry, Spelling::OpenCode);
        }
        Some(Form::Codex) => {
            let (known, own) = older::sort(&entry);
            entry = known.into_iter().chain(own).collect();
        }
        // It says where the entry comes from, and nothing of the server.
        Some(Form::Zed) => drop(entry.shift_remove("source")),
        None => {}
    }
    Value::Object(entry)
}
