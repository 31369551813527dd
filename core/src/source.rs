//! Where a run takes its servers from.

use crate::environment::{Environment, EnvironmentError};
use crate::registry::Host;
use crate::server::Server;

/// An environment, or a host.
#[derive(Debug)]
pub enum Source {
    /// An environment, with what it extends brought in.
    Environment {
        /// What its user calls it.
        name: String,
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

    /// The environment's name, if it is one.
    pub fn environment(&self) -> Option<&str> {
        match self {
            Source::Environment { name, .. } => Some(name),
            Source::Host { .. } => None,
        }
    }
}
