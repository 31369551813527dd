//! Where an adapter keeps a server: found by its name, since only the adapter knows the shape.

use hatch_core::adapter::{Edit, Outcome, Section};
use hatch_core::server::{Server, ServerName};
use serde_json::{Value, json};

use super::asked::{changed, one_of_each};
use super::trial::Trial;

/// How deep in a section entries are looked for.
const DEEPEST: usize = 4;
/// A key that no host has.
const UNKNOWN: &str = "x-hatch-unknown";

/// A server's entry.
pub(super) struct Entry {
    /// Which of the sections it is in.
    pub(super) section: usize,
    /// Where in it, as a JSON pointer.
    pub(super) pointer: String,
    pub(super) value: Value,
}

/// Finds the object under a server's name, or the one in a list that has the name in it.
pub(super) fn find(sections: &[Section], name: &ServerName) -> Option<Entry> {
    sections.iter().enumerate().find_map(|(section, it)| {
        let value: Value = serde_json::from_str(it.value.as_deref()?).ok()?;
        let pointer = find_in(&value, name.as_str(), DEEPEST)?;
        let value = value.pointer(&pointer)?.clone();
        Some(Entry { section, pointer, value })
    })
}

fn find_in(value: &Value, name: &str, depth: usize) -> Option<String> {
    let deeper = |key: &str, value: &Value| {
        let inner = find_in(value, name, depth.checked_sub(1)?)?;
        Some(format!("/{}{inner}", key.replace('~', "~0").replace('/', "~1")))
    };
    match value {
        Value::Object(members) => match members.get(name) {
            Some(Value::Object(_)) => Some(format!("/{name}")),
            _ => members.iter().find_map(|(key, value)| deeper(key, value)),
        },
        Value::Array(items) => {
            let is_it = |item: &Value| {
                item.as_object().is_some_and(|it| it.values().any(|value| value == name))
            };
            match items.iter().position(is_it) {
                Some(at) => Some(format!("/{at}")),
                None => {
                    items.iter().enumerate().find_map(|(at, item)| deeper(&at.to_string(), item))
                }
            }
        }
        _ => None,
    }
}

/// The sections with another value at an entry's place, or at one inside.
pub(super) fn replaced(
    sections: &[Section],
    entry: &Entry,
    change: impl FnOnce(&mut Value),
) -> Vec<Section> {
    let mut sections = sections.to_vec();
    let section = &mut sections[entry.section];
    let value = section.value.as_deref().and_then(|text| serde_json::from_str(text).ok());
    let mut value: Value = value.unwrap_or(Value::Null);
    if let Some(place) = value.pointer_mut(&entry.pointer) {
        change(place);
    }
    section.value = Some(value.to_string());
    sections
}

/// The sections with keys that no adapter knows in the entries of these servers.
pub(super) fn with_unknown_keys(sections: &[Section], servers: &[Server]) -> Vec<Section> {
    let mut sections = sections.to_vec();
    for server in servers {
        if let Some(entry) = find(&sections, &server.name) {
            sections = replaced(&sections, &entry, |entry| entry[UNKNOWN] = unknown());
        }
    }
    sections
}

fn unknown() -> Value {
    json!({ "kept": [1, true, null, "x"] })
}

/// A key that the adapter does not know, in an entry that is put again with another command.
pub(super) fn unknown_keys(trial: &mut Trial<'_>) {
    for server in one_of_each(trial.descriptor(), "hatch") {
        let written = trial.with(std::slice::from_ref(&server));
        if find(&written, &server.name).is_none() {
            trial.untried(format!("there is no object by the name of `{}`", server.name));
            continue;
        }
        let sections = with_unknown_keys(&written, std::slice::from_ref(&server));
        for (asked, what) in [(changed(&server), "with a change"), (server.clone(), "as it was")] {
            let edit = [Edit::Put(asked.clone())];
            let doing = format!("`{}` {what}, over an entry with an unknown key", asked.name);
            let Some(after) = trial.write(&doing, &sections, &edit) else { continue };
            if matches!(after.outcomes[..], [Outcome::Refused(_)]) {
                continue;
            }
            let entry = find(&after.sections, &server.name);
            if entry.is_none_or(|entry| entry.value.get(UNKNOWN) != Some(&unknown())) {
                trial.differs(
                    format!(
                        "a put of `{}` {what} took the unknown key `{UNKNOWN}` away",
                        asked.name
                    ),
                    "start from the entry that is there, and set in it what is asked; keep all \
                     else",
                    &sections,
                    &after.sections,
                );
            }
        }
    }
}
