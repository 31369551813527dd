//! The hosts that a run knows, by name.

use std::path::PathBuf;
use std::sync::Arc;

use crate::adapter::HostAdapter;
use crate::host::HostId;
use crate::suggest::nearest;

/// A host: an adapter, under the name that its user gives.
#[derive(Clone)]
pub struct Host {
    /// What its user calls it: the adapter's id, unless the host was named.
    pub id: HostId,
    /// What knows its format.
    pub adapter: Arc<dyn HostAdapter>,
    /// Where its documents are, if its user said so; empty where its adapter knows.
    pub paths: Vec<PathBuf>,
}

impl Host {
    /// The host that an adapter is for.
    pub fn of(adapter: Arc<dyn HostAdapter>) -> Self {
        Host { id: adapter.descriptor().id.clone(), adapter, paths: Vec::new() }
    }

    /// The name that its makers write.
    pub fn name(&self) -> &str {
        &self.adapter.descriptor().name
    }
}

impl std::fmt::Debug for Host {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Host").field("id", &self.id).finish_non_exhaustive()
    }
}

/// All the hosts that there are, in the order of listings.
#[derive(Debug, Default)]
pub struct Registry(Vec<Host>);

/// A name that no host has.
#[derive(Debug, thiserror::Error)]
#[error("there is no host named `{name}`")]
pub struct UnknownHost {
    /// The name.
    pub name: String,
    /// Names that are like it.
    pub nearest: Vec<String>,
    /// All names.
    pub known: Vec<String>,
}

impl Registry {
    /// Adds a host. One of the same name is replaced: a component that is loaded by hand
    /// stands in for the built-in one.
    pub fn add(&mut self, host: Host) {
        match self.0.iter_mut().find(|known| known.id == host.id) {
            Some(known) => *known = host,
            None => self.0.push(host),
        }
    }

    /// All hosts.
    pub fn hosts(&self) -> &[Host] {
        &self.0
    }

    /// The host of this name.
    ///
    /// # Errors
    ///
    /// Fails for a name that no host has, with the nearest ones.
    pub fn get(&self, name: &str) -> Result<&Host, UnknownHost> {
        self.0.iter().find(|host| host.id.as_str() == name).ok_or_else(|| {
            let known: Vec<_> = self.0.iter().map(|host| host.id.to_string()).collect();
            UnknownHost { name: name.to_owned(), nearest: nearest(name, &known), known }
        })
    }
}
