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

    /// Notes what a plan that was applied put where.
    pub fn record(&mut self, plan: &Plan, environment: Option<&str>, at: jiff::Timestamp) {
        for target in &plan.targets {
            let servers = self.0.entry(target.host.clone()).or_default();
            for change in &target.changes {
                let name = change.server.as_str();
                match (&change.kind, &change.after) {
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plan::{Change, TargetPlan};
    use crate::server::local;

    fn server(command: &str) -> Server {
        local("a", command)
    }

    fn plan(kind: ChangeKind, after: Option<Server>) -> Plan {
        let change = Change { server: ServerName::new("a").unwrap(), kind, losses: vec![], after };
        let target = TargetPlan {
            host: HostId::new("cursor").unwrap(),
            name: "Cursor".to_owned(),
            files: vec![],
            changes: vec![change],
            warnings: vec![],
            after_write: None,
        };
        Plan { command: "sync", targets: vec![target] }
    }

    #[test]
    fn what_was_put_is_known_until_it_is_removed() {
        let host = HostId::new("cursor").unwrap();
        let mut managed = Managed::default();
        let at = jiff::Timestamp::UNIX_EPOCH;
        managed.record(&plan(ChangeKind::Add(vec![]), Some(server("x"))), Some("dev"), at);
        assert_eq!(
            managed.get(&host, &server("x").name).unwrap().environment.as_deref(),
            Some("dev")
        );
        assert!(!managed.was_edited(&host, &server("x")));
        assert!(managed.was_edited(&host, &server("y")));
        assert_eq!(Managed::parse(Some(&managed.print())), managed);

        managed.record(&plan(ChangeKind::Remove, None), None, at);
        assert_eq!(managed, Managed::default());
    }

    #[test]
    fn a_broken_or_newer_file_counts_as_empty() {
        for bytes in [&b"{"[..], b"{}", br#"{"version": 99, "servers": {}}"#] {
            assert_eq!(Managed::parse(Some(bytes)), Managed::default());
        }
        assert_eq!(Managed::parse(None), Managed::default());
    }
}
