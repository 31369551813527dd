//! Where a run takes its servers from.

use std::collections::BTreeMap;
use std::fmt;

use serde::{Deserialize, Serialize};

use crate::adapter::{Loss, LossKind};
use crate::environment::{Environment, EnvironmentError, EnvironmentName, entry};
use crate::host::{HostDescriptor, HostId};
use crate::location::{Location, RecordedLocation};
use crate::references;
use crate::registry::Host;
use crate::repository::RepositoryFile;
use crate::server::{Extra, Server, ServerName};
use crate::suggest::nearest_key;

/// The identity of a source: what is noted of a server that came from it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", from = "RecordedOrigin")]
pub enum Origin {
    /// An environment, by name.
    Environment(String),
    /// An environment in a file of its user's.
    File(EnvironmentFile),
    /// A host.
    Host(HostId),
}

/// An environment in a file that its user names.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct EnvironmentFile {
    /// Where it was when it was read.
    #[serde(flatten)]
    path: RecordedLocation,
    /// Its place in a repository, which survives a move and a fresh clone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    repository: Option<RepositoryFile>,
}

impl EnvironmentFile {
    /// A file, and its place in a repository if it is in one.
    pub fn new(location: &Location, repository: Option<RepositoryFile>) -> Self {
        EnvironmentFile { path: RecordedLocation::from(location), repository }
    }

    /// Where it was when it was read; `None` if that was on another system.
    pub fn location(&self) -> Option<Location> {
        self.path.location()
    }

    /// Where it was, as its user writes it.
    pub fn shown(&self) -> &str {
        self.path.shown()
    }

    /// The repository that it is in.
    pub fn repository(&self) -> Option<&RepositoryFile> {
        self.repository.as_ref()
    }

    /// Whether both are one file: of one repository, or in one place.
    fn is_same(&self, other: &Self) -> bool {
        self.path.location().is_some_and(|here| {
            other.path.location().is_some_and(|there| here.path() == there.path())
        }) || (self.repository.is_some() && self.repository == other.repository)
    }
}

/// An origin as files have it. Ledgers of version 1 and plans of that time name an
/// environment's file where an environment's name stands.
#[derive(Deserialize)]
#[serde(rename_all = "kebab-case")]
enum RecordedOrigin {
    Environment(String),
    File(EnvironmentFile),
    Host(HostId),
}

impl From<RecordedOrigin> for Origin {
    fn from(origin: RecordedOrigin) -> Self {
        match origin {
            RecordedOrigin::Environment(name) if EnvironmentName::new(name.as_str()).is_err() => {
                let location = Location::new(name.as_str(), name.as_str());
                Origin::File(EnvironmentFile::new(&location, None))
            }
            RecordedOrigin::Environment(name) => Origin::Environment(name),
            RecordedOrigin::File(file) => Origin::File(file),
            RecordedOrigin::Host(host) => Origin::Host(host),
        }
    }
}

impl Origin {
    /// The environment, if it is one: its name, or the path of its file.
    pub fn environment(&self) -> Option<&str> {
        match self {
            Origin::Environment(name) => Some(name),
            Origin::File(file) => Some(file.path.shown()),
            Origin::Host(_) => None,
        }
    }

    /// Whether both are one source, as far as can be told.
    pub fn is_same(&self, other: &Self) -> bool {
        match (self, other) {
            (Origin::File(here), Origin::File(there)) => here.is_same(there),
            _ => self == other,
        }
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Origin::Environment(name) => write!(f, "environment `{name}`"),
            Origin::File(file) => write!(f, "environment `{}`", file.path.shown()),
            Origin::Host(host) => write!(f, "host `{host}`"),
        }
    }
}

/// An environment, or a host.
#[derive(Debug)]
pub enum Source {
    /// An environment, with what it extends brought in.
    Environment {
        /// Its identity.
        origin: Origin,
        /// What its user calls it.
        shown: String,
        /// What it holds.
        environment: Environment,
    },
    /// What a host has now.
    Host {
        /// The host.
        host: Host,
        /// Its servers.
        servers: Vec<Server>,
    },
}

impl Source {
    /// The servers, before any host's overrides.
    ///
    /// # Errors
    ///
    /// Fails where an entry of the environment is bad.
    pub fn servers(&self) -> Result<Vec<Server>, EnvironmentError> {
        match self {
            Source::Environment { environment, .. } => environment.servers_for(&[]),
            Source::Host { servers, .. } => Ok(servers.clone()),
        }
    }

    /// The servers as `target` is to have them. Fields that only one adapter's hosts know
    /// stay with those.
    ///
    /// # Errors
    ///
    /// Fails where an override makes an entry bad.
    pub fn servers_for(&self, target: &Host) -> Result<Vec<Server>, EnvironmentError> {
        let adapter = &target.adapter.descriptor().id;
        match self {
            Source::Environment { environment, .. } if *adapter == target.id => {
                environment.servers_for(&[adapter])
            }
            Source::Environment { environment, .. } => {
                environment.servers_for(&[adapter, &target.id])
            }
            Source::Host { host, servers } => {
                let mut servers = servers.clone();
                if host.adapter.descriptor().id != *adapter {
                    let from = &host.adapter.descriptor().id;
                    servers.iter_mut().for_each(|server| references::mark(server, from));
                    servers.iter_mut().for_each(|server| server.extras.clear());
                }
                Ok(servers)
            }
        }
    }

    /// What `target` is not given of each server, because only another host knows it or nobody
    /// does. [`Source::servers_for`] leaves these fields out.
    pub fn left_out_for(&self, target: &Host) -> BTreeMap<ServerName, Vec<Loss>> {
        let mut lost: BTreeMap<ServerName, Vec<Loss>> = BTreeMap::new();
        let mut lose = |server: &ServerName, field: String, detail: String| {
            let loss = Loss { field, kind: LossKind::Dropped, detail };
            lost.entry(server.clone()).or_default().push(loss);
        };
        match self {
            Source::Environment { environment, .. } => {
                let unknown = environment.unknown_fields();
                if unknown.is_empty() {
                    return lost;
                }
                let given = self.servers_for(target).unwrap_or_default();
                for (name, field) in unknown {
                    let server = given.iter().find(|server| server.name == *name);
                    // An override for this host may say it after all.
                    if server.is_none_or(|it| it.extras.iter().all(|it| it.field() != field)) {
                        let detail = match nearest_key(&field, &entry::FIELDS) {
                            Some(near) => format!("hatch does not know it; did you mean `{near}`?"),
                            None => "hatch does not know it; a host's own field goes under `hosts`"
                                .to_owned(),
                        };
                        lose(name, field, detail);
                    }
                }
            }
            Source::Host { host, servers } => {
                let descriptor = host.adapter.descriptor();
                if descriptor.id == target.adapter.descriptor().id {
                    return lost;
                }
                for server in servers {
                    for extra in &server.extras {
                        lose(&server.name, extra.field(), why_left_out(extra, descriptor));
                    }
                }
            }
        }
        lost
    }

    /// What a person calls it.
    pub fn label(&self) -> String {
        match self {
            Source::Environment { shown, .. } => format!("environment `{shown}`"),
            Source::Host { host, .. } => format!("{} ({})", host.name(), host.id),
        }
    }

    /// Its name.
    pub fn origin(&self) -> Origin {
        match self {
            Source::Environment { origin, .. } => origin.clone(),
            Source::Host { host, .. } => Origin::Host(host.id.clone()),
        }
    }
}

/// Why a field of one host's file does not go to another host.
fn why_left_out(extra: &Extra, of: &HostDescriptor) -> String {
    match of.extras.contains(&extra.field()) {
        true => format!("only {} knows it", of.name),
        // An unknown key, or a known one with a value of the wrong type.
        false => format!("{}'s file has a field or value there that hatch does not know", of.name),
    }
}
