//! The names inside hatch's own folder.

use std::path::{Path, PathBuf};

use crate::location::Location;

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

    /// Whether a file, its links followed, is one of hatch's own: it is in the folder. On
    /// Windows and macOS, where names usually differ in more than their case, case is ignored.
    pub fn contains(&self, path: &Path) -> bool {
        let fold = |path: &Path| match cfg!(any(windows, target_os = "macos")) {
            true => PathBuf::from(path.to_string_lossy().to_lowercase()),
            false => path.to_owned(),
        };
        fold(path).starts_with(fold(self.0.path()))
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
}
