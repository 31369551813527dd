//! The ledger: which server hatch put into which document, when, and from which source.
//!
//! It is `state.json`. It fills columns of listings, and tells `status`, `repair` and `--prune`
//! what is hatch's. Losing it loses those, never a server.
//!
//! Records are kept per document, since a host has several: the user's, and one in each
//! project. A document that is reached as the user's and as a project's is one document, so
//! its project is noted beside the key and is not a part of it.
//!
//! A file that cannot be read, or that a newer hatch wrote, is an error and never overwritten.

mod legacy;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::document::Digest;
use crate::environment::entry;
use crate::home::HatchHome;
use crate::host::HostId;
use crate::location::{Location, RecordedLocation};
use crate::operation::OperationId;
use crate::server::{Server, ServerName};
use crate::source::Origin;
use crate::store::{Reader, StoreError};

/// The version of the file that this program writes.
const VERSION: u32 = 2;

/// The document of a host that servers are put into.
#[derive(Clone, Copy, Debug)]
pub struct Destination<'a> {
    /// Whose document.
    pub host: &'a HostId,
    /// Where it really is, links followed.
    pub location: &'a Location,
    /// The project's root; `None` for the user's document.
    pub project: Option<&'a Path>,
}

/// What hatch put where.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "legacy::AnyLedger", into = "Vec<DocumentEntry>")]
pub struct Ledger {
    documents: BTreeMap<(HostId, PathBuf), DocumentRecords>,
    /// What version 1 of the file knew: it had hosts, and no documents. It counts for the
    /// user's document of a host until that is written again.
    unplaced: BTreeMap<HostId, Records>,
    /// Documents of another system, whose paths mean nothing here. They are kept as they are.
    elsewhere: Vec<DocumentEntry>,
}

/// What hatch put into one document, by the server's name.
pub type Records = BTreeMap<String, Record>;

/// What hatch put into one document.
#[derive(Clone, Debug, PartialEq, Eq)]
struct DocumentRecords {
    shown: String,
    project: Option<RecordedLocation>,
    servers: Records,
}

/// One server that hatch put into a document, or found there as it should be.
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
    /// The run that wrote it; `None` where a run found it as it should be.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub operation: Option<OperationId>,
}

impl Record {
    /// Whether the server came from this source.
    pub fn is_from(&self, origin: &Origin) -> bool {
        self.origin.as_ref().is_some_and(|known| known.is_same(origin))
    }
}

/// The records of one document, as the file has them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct DocumentEntry {
    host: HostId,
    /// Nothing where only the host is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    document: Option<RecordedLocation>,
    /// The project's root; nothing for the user's document.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    project: Option<RecordedLocation>,
    servers: Records,
}

#[derive(Serialize)]
struct File<'a> {
    version: u32,
    documents: &'a Ledger,
}

/// Why the ledger cannot be used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum LedgerError {
    /// The file cannot be read.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// It is not a ledger.
    #[error("`{at}` is damaged")]
    Damaged {
        /// The file.
        at: Location,
        /// What is wrong with it.
        source: serde_json::Error,
    },
    /// A newer hatch wrote it.
    #[error("`{at}` has version {version}, which this hatch does not know")]
    Newer {
        /// The file.
        at: Location,
        /// Its version.
        version: u32,
    },
    /// It cannot be spelt as JSON.
    #[error("`{at}` cannot be written")]
    Unprintable {
        /// The file.
        at: Location,
        /// Why.
        source: serde_json::Error,
    },
}

impl Ledger {
    /// Reads hatch's own ledger; a file that does not exist is an empty one.
    ///
    /// # Errors
    ///
    /// Fails where the file cannot be read, is damaged, or was written by a newer hatch.
    pub fn read(reader: &dyn Reader, home: &HatchHome) -> Result<Self, LedgerError> {
        let at = home.state();
        let Some(bytes) = reader.read(&at)? else { return Ok(Ledger::default()) };
        Ledger::parse(&bytes, &at)
    }

    /// Reads a ledger's bytes, of this version or an earlier one; `at` is where they are.
    ///
    /// # Errors
    ///
    /// Fails where they are damaged, or were written by a newer hatch.
    pub fn parse(bytes: &[u8], at: &Location) -> Result<Self, LedgerError> {
        legacy::parse(bytes, at)
    }

    /// The file's bytes.
    ///
    /// # Errors
    ///
    /// Fails with what JSON cannot hold.
    pub fn print(&self, at: &Location) -> Result<Vec<u8>, LedgerError> {
        let file = File { version: VERSION, documents: self };
        let mut bytes = serde_json::to_vec_pretty(&file)
            .map_err(|source| LedgerError::Unprintable { at: at.clone(), source })?;
        bytes.push(b'\n');
        Ok(bytes)
    }

    /// Whether nothing is known.
    pub fn is_empty(&self) -> bool {
        self == &Ledger::default()
    }

    /// What is known of a server in a document.
    pub fn get(&self, at: Destination<'_>, server: &ServerName) -> Option<&Record> {
        let placed = self.placed(at).and_then(|records| records.get(server.as_str()));
        placed.or_else(|| self.unplaced(at)?.get(server.as_str()))
    }

    /// All that is known of a document, by the server's name.
    pub fn records(&self, at: Destination<'_>) -> BTreeMap<&str, &Record> {
        let unplaced = self.unplaced(at).into_iter().flatten();
        let placed = self.placed(at).into_iter().flatten();
        unplaced.chain(placed).map(|(name, record)| (name.as_str(), record)).collect()
    }

    /// Whether hatch is known to have put the server into this very document. A ledger of
    /// version 1 knew the host alone.
    pub fn is_placed(&self, at: Destination<'_>, server: &ServerName) -> bool {
        self.placed(at).is_some_and(|records| records.contains_key(server.as_str()))
    }

    /// Every record, with its host.
    pub fn all(&self) -> impl Iterator<Item = (&HostId, &str, &Record)> {
        let placed = self.documents.iter().map(|((host, _), records)| (host, &records.servers));
        placed.chain(&self.unplaced).flat_map(|(host, records)| {
            records.iter().map(move |(name, record)| (host, name.as_str(), record))
        })
    }

    /// Notes a server of a document, in place of what was known of it.
    pub fn set(&mut self, at: Destination<'_>, server: &str, record: Record) {
        self.forget_unplaced(at, server);
        let records = self.documents.entry(key(at)).or_insert_with(|| DocumentRecords {
            shown: String::new(),
            project: None,
            servers: Records::new(),
        });
        records.shown = at.location.to_string();
        records.project = at.project.map(project);
        records.servers.insert(server.to_owned(), record);
    }

    /// Forgets a server of a document.
    pub fn remove(&mut self, at: Destination<'_>, server: &str) {
        self.forget_unplaced(at, server);
        if let Some(records) = self.documents.get_mut(&key(at)) {
            records.servers.remove(server);
        }
        self.documents.retain(|_, records| !records.servers.is_empty());
    }

    /// Takes all that another ledger knows of a document in place of what this one does.
    pub fn replace(&mut self, at: Destination<'_>, then: &Ledger) {
        let key = key(at);
        match then.documents.get(&key) {
            Some(records) => self.documents.insert(key, records.clone()),
            None => self.documents.remove(&key),
        };
        if at.project.is_none() {
            match then.unplaced.get(at.host) {
                Some(records) => self.unplaced.insert(at.host.clone(), records.clone()),
                None => self.unplaced.remove(at.host),
            };
        }
    }

    /// The part that is about some documents.
    #[must_use]
    pub fn only<'a>(&self, destinations: impl Iterator<Item = Destination<'a>>) -> Ledger {
        let mut part = Ledger::default();
        destinations.for_each(|at| part.replace(at, self));
        part
    }

    /// The part that is about some hosts.
    #[must_use]
    pub fn of_hosts(&self, hosts: &[&HostId]) -> Ledger {
        let mut part = self.clone();
        part.documents.retain(|(host, _), _| hosts.contains(&host));
        part.unplaced.retain(|host, _| hosts.contains(&host));
        part.elsewhere.retain(|entry| hosts.contains(&&entry.host));
        part
    }

    /// Adds what is known of other documents.
    pub fn extend(&mut self, other: Ledger) {
        self.documents.extend(other.documents);
        self.unplaced.extend(other.unplaced);
        self.elsewhere.extend(other.elsewhere);
    }

    /// The project of a document that something is known of; `None` for a user's document.
    pub fn project_of(&self, host: &HostId, location: &Location) -> Option<PathBuf> {
        let records = self.documents.get(&(host.clone(), location.path().to_owned()))?;
        Some(records.project.as_ref()?.location()?.path().to_owned())
    }

    fn placed(&self, at: Destination<'_>) -> Option<&Records> {
        self.documents.get(&key(at)).map(|records| &records.servers)
    }

    fn unplaced(&self, at: Destination<'_>) -> Option<&Records> {
        if at.project.is_some() { None } else { self.unplaced.get(at.host) }
    }

    fn forget_unplaced(&mut self, at: Destination<'_>, server: &str) {
        if at.project.is_some() {
            return;
        }
        if let Some(records) = self.unplaced.get_mut(at.host) {
            records.remove(server);
        }
        self.unplaced.retain(|_, records| !records.is_empty());
    }
}

fn key(at: Destination<'_>) -> (HostId, PathBuf) {
    (at.host.clone(), at.location.path().to_owned())
}

fn project(root: &Path) -> RecordedLocation {
    RecordedLocation::from(&Location::new(root, root.display().to_string()))
}

impl From<Ledger> for Vec<DocumentEntry> {
    fn from(ledger: Ledger) -> Self {
        let placed = ledger.documents.into_iter().map(|((host, path), records)| {
            let location = Location::new(path, records.shown);
            DocumentEntry {
                host,
                document: Some(RecordedLocation::from(&location)),
                project: records.project,
                servers: records.servers,
            }
        });
        let unplaced = ledger.unplaced.into_iter().map(|(host, servers)| DocumentEntry {
            host,
            document: None,
            project: None,
            servers,
        });
        placed.chain(unplaced).chain(ledger.elsewhere).collect()
    }
}

impl From<Vec<DocumentEntry>> for Ledger {
    fn from(entries: Vec<DocumentEntry>) -> Self {
        let mut ledger = Ledger::default();
        for entry in entries {
            match &entry.document {
                None => {
                    ledger.unplaced.insert(entry.host, entry.servers);
                }
                Some(document) => match document.location() {
                    None => ledger.elsewhere.push(entry),
                    Some(location) => {
                        let records = DocumentRecords {
                            shown: location.to_string(),
                            project: entry.project,
                            servers: entry.servers,
                        };
                        let key = (entry.host, location.path().to_owned());
                        ledger.documents.insert(key, records);
                    }
                },
            }
        }
        ledger
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
mod tests;
