//! Saved plans of somebody else's, for a host's document as it is.

use std::sync::{Arc, OnceLock};

use hatch_core::adapter::{
    AdapterError, Edit, HostAdapter, Outcome, Reading, Section, Unreadable, Writing,
};
use hatch_core::configuration::File;
use hatch_core::document::{Digest, Document};
use hatch_core::environment::entry;
use hatch_core::host::{Format, HostDescriptor};
use hatch_core::location::Location;
use hatch_core::plan::saved::SavedPlan;
use hatch_core::registry::Host;
use hatch_core::server::{Server, ServerName};
use serde_json::{Map, Value, json};

use crate::choices::split;
use crate::scan;

const PATH: &str = "/h/.cursor/mcp.json";

const BOM: char = '\u{feff}';

/// What a document is up to the first NUL, and behind it what a plan makes of it.
///
/// Nothing panics. A plan that may be carried out changes nothing outside the section that
/// holds the servers, expects what is there, and adds no entry that is no server.
pub fn saved_plan(data: &[u8]) {
    let (before, _) = split(data);
    let after = String::from_utf8_lossy(data.get(before.len() + 1..).unwrap_or_default());
    let plan = json!({
        "schema": "hatch.plan/1",
        "created": "2026-11-22T11:04:52Z",
        "command": "sync",
        "title": "Sync",
        "targets": [{
            "owner": "cursor",
            "files": [{
                "path": PATH,
                "shown": PATH,
                "sha256": Digest::of(before),
                "after": after,
            }],
        }],
    });
    let plan = SavedPlan::parse(plan.to_string().as_bytes()).expect("it is a plan");
    let location = Location::new(PATH, PATH);
    let found = File { location: location.clone(), bytes: Some(before.to_vec()) };
    let Ok(target) = plan.targets[0].check(host(), vec![found]) else { return };

    let [file] = &target.files[..] else { panic!("the host has one document") };
    assert_eq!(file.location, location);
    assert_eq!(file.before.as_deref(), Some(before));
    assert_eq!(file.after.as_deref(), Some(after.as_bytes()));
    let before = std::str::from_utf8(before).expect("documents are UTF-8");
    let (old, new) = (before.trim_start_matches(BOM), after.trim_start_matches(BOM));
    if old == new {
        return;
    }
    assert_eq!(others(old), others(new), "beside the servers: {new:?}");
    let unknown = |text: &str| servers(text).into_iter().filter(|(_, it)| !is_server(it));
    let known: Vec<_> = unknown(old).collect();
    for (name, entry) in unknown(new) {
        assert!(known.iter().any(|(it, _)| *it == name), "`{name}` is no server: {entry}");
    }
}

/// What stands beside the servers at the top, to the byte.
fn others(text: &str) -> Vec<&str> {
    let members = scan::root(text).and_then(|at| scan::members(text, &at)).unwrap_or_default();
    let others = members.into_iter().filter(|member| member.key != "mcpServers");
    others.map(|member| &text[member.range]).collect()
}

fn servers(text: &str) -> Vec<(String, String)> {
    let at = scan::find(text, &["mcpServers".to_owned()]);
    let members = at.and_then(|at| scan::members(text, &at)).unwrap_or_default();
    let entries = members.into_iter().map(|member| (member.key, text[member.value].to_owned()));
    entries.collect()
}

fn is_server(entry: &str) -> bool {
    let document = Document::parse(Some(entry.as_bytes()), Format::Jsonc);
    let value = document.ok().and_then(|it| it.section(&[]));
    value.and_then(|it| serde_json::from_str(&it).ok()).is_some_and(|it| parse("a", &it).is_some())
}

fn parse(name: &str, entry: &Value) -> Option<Server> {
    entry::parse(ServerName::new(name)?, entry.as_object()?).ok()
}

/// A host whose servers are in the common form.
fn host() -> &'static Host {
    static HOST: OnceLock<Host> = OnceLock::new();
    HOST.get_or_init(|| {
        let descriptor = include_str!("../../../adapters/components/cursor.json");
        Host::of(Arc::new(Plain(serde_json::from_str(descriptor).expect("a descriptor"))))
    })
}

struct Plain(HostDescriptor);

impl Plain {
    fn entries(sections: &[Section]) -> Result<Map<String, Value>, AdapterError> {
        match sections.first().and_then(|section| section.value.as_deref()) {
            Some(text) => serde_json::from_str(text)
                .map_err(|_| AdapterError::Other("the servers are no object".to_owned())),
            None => Ok(Map::new()),
        }
    }
}

impl HostAdapter for Plain {
    fn descriptor(&self) -> &HostDescriptor {
        &self.0
    }

    fn read(&self, sections: &[Section]) -> Result<Reading, AdapterError> {
        let mut reading = Reading::default();
        for (name, entry) in Plain::entries(sections)? {
            match parse(&name, &entry) {
                Some(server) => reading.servers.push(server),
                None => reading.unreadable.push(Unreadable { name, reason: String::new() }),
            }
        }
        Ok(reading)
    }

    fn write(&self, sections: &[Section], edits: &[Edit]) -> Result<Writing, AdapterError> {
        let old = Plain::entries(sections)?;
        let mut entries = old.clone();
        for edit in edits {
            match edit {
                Edit::Put(server) => {
                    entries.insert(server.name.to_string(), entry::print(server).into());
                }
                Edit::Remove(name) => drop(entries.shift_remove(name.as_str())),
            }
        }
        let changed = sections.first().filter(|_| entries != old).cloned();
        let value = Some(Value::Object(entries).to_string());
        Ok(Writing {
            sections: changed.map(|section| Section { value, ..section }).into_iter().collect(),
            outcomes: edits.iter().map(|_| Outcome::Done(Vec::new())).collect(),
        })
    }
}
