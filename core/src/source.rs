//! Where a run takes its servers from.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::environment::{Environment, EnvironmentError};
use crate::host::HostId;
use crate::references;
use crate::registry::Host;
use crate::server::Server;

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
                    let from = &host.adapter.descriptor().id;
                    servers.iter_mut().for_each(|server| references::mark(server, from));
                    servers.iter_mut().for_each(|server| server.extras.clear());
                }
                Ok(servers)
            }
        }
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
