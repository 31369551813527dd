//! The names inside hatch's own folder.

use crate::store::{Location, Store, StoreError};

/// Hatch's own folder: what is kept where.
///
/// ```text
/// ~/.hatch/
/// ├── hatch.lock                  held by the one hatch that writes
/// ├── journal.json                there only while files are being changed
/// ├── state.json                  what hatch put where
/// ├── settings.json               the current environment, and named hosts
/// ├── backups/<time>-<id>/        copies of what a run replaced
/// ├── envs/<name>.json            environments
/// ├── adapters.lock               which adapters are installed, and what was agreed to
/// ├── adapters/                   their files
/// ├── cache/                      compiled forms of adapters that are not built in
/// └── mcp_host_config_backups/    backups of the older tool: read, never written
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HatchHome(Location);

impl HatchHome {
    /// The names below `folder`.
    pub fn new(folder: Location) -> Self {
        HatchHome(folder)
    }

    /// The folder itself.
    pub fn folder(&self) -> &Location {
        &self.0
    }

    /// While it is there, a run is going on or was killed.
    pub fn journal(&self) -> Location {
        self.0.join("journal.json")
    }

    /// What the hatch that writes keeps locked. Its contents mean nothing.
    pub fn lock(&self) -> Location {
        self.0.join("hatch.lock")
    }

    /// Which server on which host was put there by which environment.
    pub fn state(&self) -> Location {
        self.0.join("state.json")
    }

    /// The current environment, and the hosts that were named.
    pub fn settings(&self) -> Location {
        self.0.join("settings.json")
    }

    /// The folder of all backups.
    pub fn backups(&self) -> Location {
        self.0.join("backups")
    }

    /// The folder of all environments.
    pub fn envs(&self) -> Location {
        self.0.join("envs")
    }

    /// The file of one environment.
    pub fn environment(&self, name: &str) -> Location {
        self.envs().join(&format!("{name}.json"))
    }

    /// Where the older tool keeps all its environments, in the folder of ours.
    pub fn older_environments(&self) -> Location {
        self.envs().join("environments.json")
    }

    /// Which adapters are installed, and what their user agreed to.
    pub fn adapters_lock(&self) -> Location {
        self.0.join("adapters.lock")
    }

    /// The folder of installed adapters.
    pub fn adapters(&self) -> Location {
        self.0.join("adapters")
    }

    /// The folder of compiled forms. Losing it costs time, and nothing else.
    pub fn cache(&self) -> Location {
        self.0.join("cache")
    }

    /// What compiled forms are sealed with.
    pub fn cache_key(&self) -> Location {
        self.cache().join("key")
    }

    /// Where the older tool keeps its backups.
    pub fn older_backups(&self) -> Location {
        self.0.join("mcp_host_config_backups")
    }

    /// Makes the folder if it is not there yet, so that its name lasts.
    ///
    /// # Errors
    ///
    /// Fails where the folder can't be made.
    pub fn prepare(&self, store: &dyn Store) -> Result<(), StoreError> {
        make_lasting(store, &self.0)
    }

    /// Writes one of hatch's own files, such as an environment, so that it lasts. Its folder
    /// is this one or directly below.
    ///
    /// # Errors
    ///
    /// Fails where the file can't be written.
    pub fn save(&self, store: &dyn Store, at: &Location, bytes: &[u8]) -> Result<(), StoreError> {
        self.prepare(store)?;
        let Some(folder) = at.folder() else { return Err(StoreError::NotAdmitted(at.clone())) };
        if folder != self.0 {
            make_lasting(store, &folder)?;
        }
        store.replace(at, bytes)?;
        store.sync_folder(&folder)
    }
}

/// Makes a folder and, if this call made it, makes its name durable.
fn make_lasting(store: &dyn Store, folder: &Location) -> Result<(), StoreError> {
    if store.make_folder(folder)?
        && let Some(parent) = folder.folder()
    {
        store.sync_folder(&parent)?;
    }
    Ok(())
}
