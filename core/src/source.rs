//! Where a run takes its servers from.

use std::collections::BTreeMap;
use std::fmt;

use serde::{Deserialize, Serialize};

use crate::adapter::{Loss, LossKind};
use crate::environment::{Environment, EnvironmentError};
use crate::host::{HostDescriptor, HostId};
use crate::registry::Host;
use crate::server::{Extra, Server, ServerName};

/// The name of a source: what is noted of a server that came from it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Origin {
    /// An environment, by name or, where it has none, by the absolute path of its file.
    Environment(String),
    /// A host.
    Host(HostId),
}

impl Origin {
    /// The environment, if it is one.
    pub fn environment(&self) -> Option<&str> {
        match self {
            Origin::Environment(name) => Some(name),
            Origin::Host(_) => None,
        }
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Origin::Environment(name) => write!(f, "environment `{name}`"),
            Origin::Host(host) => write!(f, "host `{host}`"),
        }
    }
}

/// An environment, or a host.
#[derive(Debug)]
pub enum Source {
    /// An environment, with what it extends brought in.
    Environment {
        /// Its name or, where it has none, the absolute path of its file.
        name: String,
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
                        let detail =
                            "hatch does not know it; a host's own field goes under `hosts`";
                        lose(name, field, detail.to_owned());
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
            Source::Environment { name, .. } => Origin::Environment(name.clone()),
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
