//! Which server on which host was put there by which environment: `state.json`.
//!
//! It fills columns of listings and marks hand edits. Losing it loses those, never data, so
//! a file that can't be read counts as empty.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::document::Digest;
use crate::environment::entry;
use crate::host::HostId;
use crate::plan::{ChangeKind, Plan};
use crate::server::{Server, ServerName};

/// The version of the file that this program writes.
const VERSION: u32 = 1;

/// What hatch put where.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Managed(BTreeMap<HostId, BTreeMap<String, Record>>);

/// One server that hatch put on a host.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Record {
    /// The environment that it came from; `None` where it came from another host.
    pub environment: Option<String>,
    /// A digest of its definition then, as its host had it.
    pub digest: String,
    /// When, in UTC.
    pub at: jiff::Timestamp,
}

#[derive(Serialize, Deserialize)]
struct File {
    version: u32,
    servers: BTreeMap<HostId, BTreeMap<String, Record>>,
}

impl Managed {
    /// Reads the file; one that is not there, broken or newer counts as empty.
    pub fn parse(bytes: Option<&[u8]>) -> Self {
        let file = bytes.and_then(|bytes| serde_json::from_slice::<File>(bytes).ok());
        Managed(
            file.filter(|file| file.version == VERSION).map_or_else(BTreeMap::new, |it| it.servers),
        )
    }

    /// The file's bytes.
    pub fn print(&self) -> Vec<u8> {
        let file = File { version: VERSION, servers: self.0.clone() };
        let mut bytes = serde_json::to_vec_pretty(&file).unwrap_or_default();
        bytes.push(b'\n');
        bytes
    }

    /// What is known of a host's server.
    pub fn get(&self, host: &HostId, server: &ServerName) -> Option<&Record> {
        self.0.get(host)?.get(server.as_str())
    }

    /// Whether hatch put the server there and someone changed it since.
    pub fn was_edited(&self, host: &HostId, server: &Server) -> bool {
        self.get(host, &server.name).is_some_and(|record| record.digest != digest(server))
    }

    /// Notes what a plan that was applied put where. `after` finds a server as its host has
    /// it now.
    pub fn record<'a>(
        &mut self,
        plan: &Plan,
        environment: Option<&str>,
        at: jiff::Timestamp,
        after: impl Fn(&HostId, &ServerName) -> Option<&'a Server>,
    ) {
        for target in &plan.targets {
            let servers = self.0.entry(target.host.clone()).or_default();
            for change in &target.changes {
                let name = change.server.as_str();
                match (&change.kind, after(&target.host, &change.server)) {
                    (ChangeKind::Remove, _) => {
                        servers.remove(name);
                    }
                    (ChangeKind::Add(_) | ChangeKind::Update(_), Some(server)) => {
                        let environment = environment.map(str::to_owned);
                        let record = Record { environment, digest: digest(server), at };
                        servers.insert(name.to_owned(), record);
                    }
                    _ => {}
                }
            }
        }
        self.0.retain(|_, servers| !servers.is_empty());
    }
}

/// A digest of everything that a definition says, extras included.
fn digest(server: &Server) -> String {
    let mut text = serde_json::Value::Object(entry::print(server)).to_string();
    for extra in &server.extras {
        text.push_str(&format!("\n{}={}", extra.path.join("."), extra.value));
    }
    Digest::of(text.as_bytes()).to_string()
}
