//! Which server on which host was put there from where: `state.json`.
//!
//! It fills columns of listings, marks hand edits, and tells `status` and `--prune` what is
//! hatch's. Losing it loses those, never data, so a file that can't be read counts as empty.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::document::Digest;
use crate::environment::entry;
use crate::host::HostId;
use crate::plan::{Change, ChangeKind, Noting, Plan};
use crate::server::{Server, ServerName};
use crate::source::Origin;

/// The version of the file that this program writes.
const VERSION: u32 = 1;

/// What hatch put where.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Managed(BTreeMap<HostId, Records>);

/// What hatch put on one host, by name.
pub type Records = BTreeMap<String, Record>;

/// One server that hatch put on a host.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Record {
    /// Where it came from; `None` where it was configured on the host itself.
    #[serde(flatten)]
    pub origin: Option<Origin>,
    /// A digest of its definition then, as its host had it.
    pub digest: String,
    /// A digest of what the origin said of it then.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub definition: Option<String>,
    /// When, in UTC.
    pub at: Timestamp,
}

impl Record {
    /// The environment that it came from, if it did.
    pub fn environment(&self) -> Option<&str> {
        self.origin.as_ref().and_then(Origin::environment)
    }
}

#[derive(Serialize, Deserialize)]
struct File {
    version: u32,
    servers: Managed,
}

impl Managed {
    /// Reads the file; one that is not there, broken or newer counts as empty.
    pub fn parse(bytes: Option<&[u8]>) -> Self {
        let file = bytes.and_then(|bytes| serde_json::from_slice::<File>(bytes).ok());
        file.filter(|file| file.version == VERSION).map(|file| file.servers).unwrap_or_default()
    }

    /// The file's bytes.
    pub fn print(&self) -> Vec<u8> {
        let file = File { version: VERSION, servers: self.clone() };
        let mut bytes = serde_json::to_vec_pretty(&file).unwrap_or_default();
        bytes.push(b'\n');
        bytes
    }

    /// Whether nothing is known.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// What is known of a host's server.
    pub fn get(&self, host: &HostId, server: &ServerName) -> Option<&Record> {
        self.0.get(host)?.get(server.as_str())
    }

    /// All that hatch put on hosts.
    pub fn hosts(&self) -> impl Iterator<Item = (&HostId, &Records)> {
        self.0.iter()
    }

    /// What hatch put on a host.
    pub fn of(&self, host: &HostId) -> impl Iterator<Item = (&String, &Record)> {
        self.0.get(host).into_iter().flatten()
    }

    /// Whether hatch put the server there and someone changed it since.
    pub fn was_edited(&self, host: &HostId, server: &Server) -> bool {
        self.get(host, &server.name).is_some_and(|record| record.digest != digest(server))
    }

    /// What is known of the hosts that a plan changes: it is kept with the backup, since it
    /// belongs to what the documents hold before.
    #[must_use]
    pub fn before(&self, plan: &Plan) -> Managed {
        let changed = plan.files().filter(|(_, file)| !file.is_unchanged());
        self.only(changed.filter_map(|(target, _)| target.owner.host()))
    }

    /// What is known of some hosts.
    #[must_use]
    pub fn only<'a>(&self, hosts: impl Iterator<Item = &'a HostId>) -> Managed {
        Managed(hosts.filter_map(|host| Some((host.clone(), self.0.get(host)?.clone()))).collect())
    }

    /// Adds what is known of other hosts.
    pub fn extend(&mut self, other: Managed) {
        self.0.extend(other.0);
    }

    /// Notes what a plan that was applied put where.
    pub fn record(&mut self, plan: &Plan, at: Timestamp) {
        for target in &plan.targets {
            let Some(host) = target.owner.host() else { continue };
            let records = self.0.entry(host.clone()).or_default();
            if let Noting::Restored(Some(then)) = &plan.noting {
                *records = then.0.get(host).cloned().unwrap_or_default();
                continue;
            }
            for change in &target.changes {
                note(records, change, &plan.noting, at);
            }
        }
        self.0.retain(|_, records| !records.is_empty());
    }
}

fn note(records: &mut Records, change: &Change, noting: &Noting, at: Timestamp) {
    let name = change.server.as_str();
    let (ChangeKind::Add(_) | ChangeKind::Update(_) | ChangeKind::Keep, Some(server)) =
        (&change.kind, &change.after)
    else {
        if change.kind == ChangeKind::Remove {
            records.remove(name);
        }
        return;
    };
    let is_new = matches!(change.kind, ChangeKind::Add(_));
    let known = records.get(name);
    let origin = match noting {
        Noting::From(origin) => {
            // What was there before, and is as it should be, does not become hatch's.
            let is_ours = known.is_some_and(|record| record.origin.as_ref() == Some(origin));
            if change.kind == ChangeKind::Keep && !is_ours {
                return;
            }
            Some(origin.clone())
        }
        // A change on one host is a change since the server came there.
        Noting::Edited if is_new => None,
        Noting::Edited => return,
        Noting::Restored(_) => {
            if known.is_some_and(|record| record.digest != digest(server)) {
                records.remove(name);
            }
            return;
        }
    };
    let record =
        Record { origin, digest: digest(server), definition: change.definition.clone(), at };
    let same =
        |known: &Record| known.digest == record.digest && known.definition == record.definition;
    if change.kind != ChangeKind::Keep || !known.is_some_and(same) {
        records.insert(name.to_owned(), record);
    }
}

/// A digest of everything that a definition says, extras included.
pub fn digest(server: &Server) -> String {
    let mut text = serde_json::Value::Object(entry::print(server)).to_string();
    for extra in &server.extras {
        text.push_str(&format!("\n{}={}", extra.path.join("."), extra.value));
    }
    Digest::of(text.as_bytes()).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plan::TargetPlan;
    use crate::server::local;

    fn server(command: &str) -> Server {
        local("a", command)
    }

    fn host() -> HostId {
        HostId::new("cursor").unwrap()
    }

    fn plan(noting: Noting, kind: ChangeKind, after: Option<Server>) -> Plan {
        let server = ServerName::new("a").unwrap();
        let change = Change {
            server,
            kind,
            losses: vec![],
            after,
            definition: Some("d".to_owned()),
            hidden: Default::default(),
        };
        let target = TargetPlan {
            owner: host().into(),
            name: "Cursor".to_owned(),
            files: vec![],
            changes: vec![change],
            warnings: vec![],
            after_write: None,
        };
        Plan { noting, targets: vec![target], ..Plan::new("sync", "Sync") }
    }

    fn from(environment: &str) -> Noting {
        Noting::From(Origin::Environment(environment.to_owned()))
    }

    fn environment(managed: &Managed) -> Option<&str> {
        managed.get(&host(), &server("x").name)?.environment()
    }

    const AT: Timestamp = Timestamp::UNIX_EPOCH;

    #[test]
    fn what_was_put_is_known_until_it_is_removed() {
        let mut managed = Managed::default();
        let add = ChangeKind::Add(vec![]);
        managed.record(&plan(from("dev"), add.clone(), Some(server("x"))), AT);
        assert_eq!(environment(&managed), Some("dev"));
        assert!(!managed.was_edited(&host(), &server("x")));
        assert!(managed.was_edited(&host(), &server("y")));
        assert_eq!(Managed::parse(Some(&managed.print())), managed);

        managed.record(&plan(Noting::Edited, ChangeKind::Remove, None), AT);
        assert_eq!(managed, Managed::default());

        managed.record(&plan(Noting::Edited, add, Some(server("x"))), AT);
        assert!(managed.get(&host(), &server("x").name).is_some());
        assert_eq!(environment(&managed), None);
    }

    #[test]
    fn what_was_there_already_is_not_taken_over() {
        let mut managed = Managed::default();
        managed.record(&plan(from("dev"), ChangeKind::Keep, Some(server("x"))), AT);
        assert_eq!(managed, Managed::default());
        let update = ChangeKind::Update(vec![]);
        managed.record(&plan(Noting::Edited, update, Some(server("x"))), AT);
        assert_eq!(managed, Managed::default());
    }

    #[test]
    fn what_is_put_back_is_known_as_it_was() {
        let mut managed = Managed::default();
        managed.record(&plan(from("dev"), ChangeKind::Add(vec![]), Some(server("x"))), AT);
        let then = managed.clone();
        let update = ChangeKind::Update(vec![]);
        managed.record(&plan(from("prod"), update.clone(), Some(server("y"))), AT);
        assert_eq!(environment(&managed), Some("prod"));

        let mut exact = managed.clone();
        let noting = Noting::Restored(Some(then.clone()));
        exact.record(&plan(noting, update.clone(), Some(server("x"))), AT);
        assert_eq!(exact, then);

        // Without a note of how it was, what is not known any more is nobody's.
        managed.record(&plan(Noting::Restored(None), update, Some(server("x"))), AT);
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
