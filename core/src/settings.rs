//! Hatch's own settings: which environment is the current one, and the hosts that its user
//! named.
//!
//! ```json
//! {
//!   "version": 1,
//!   "current-environment": "production",
//!   "hosts": { "staging": { "adapter": "cursor", "paths": ["/srv/staging/.cursor/mcp.json"] } }
//! }
//! ```

use std::collections::BTreeMap;
use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use crate::environment::EnvironmentName;
use crate::home::HatchHome;
use crate::host::HostId;
use crate::location::Location;
use crate::store::{self, Store, StoreError};

/// The version of the file that this program writes.
const VERSION: u32 = 1;

/// What is kept in `settings.json`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Settings {
    /// What a command means that can be given an environment and is given none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub current_environment: Option<EnvironmentName>,
    /// Hosts beside those that adapters know by themselves.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub hosts: BTreeMap<HostId, NamedHost>,
}

/// A host that its user named: an adapter's format, in another place.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct NamedHost {
    /// The adapter that knows the format.
    pub adapter: HostId,
    /// Absolute paths, one for each document that the adapter declares, in its order.
    pub paths: Vec<PathBuf>,
}

/// Settings that can't be used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SettingsError {
    /// It is not what this program writes.
    #[error("it is damaged")]
    Damaged(#[from] serde_json::Error),
    /// A newer hatch wrote it.
    #[error("it has version {0}, which this hatch does not know")]
    OtherVersion(u32),
}

#[derive(Serialize, Deserialize)]
struct File {
    version: u32,
    #[serde(flatten)]
    settings: Settings,
}

/// The one field that every version has.
#[derive(Deserialize)]
struct Versioned {
    version: u32,
}

impl Settings {
    /// Reads the file; one that is not there says nothing.
    ///
    /// # Errors
    ///
    /// Fails for a file that is broken or newer: what its user named is not to be lost.
    pub fn parse(bytes: Option<&[u8]>) -> Result<Self, SettingsError> {
        let Some(bytes) = bytes else { return Ok(Settings::default()) };
        let Versioned { version } = serde_json::from_slice(bytes)?;
        if version != VERSION {
            return Err(SettingsError::OtherVersion(version));
        }
        Ok(serde_json::from_slice::<File>(bytes)?.settings)
    }

    /// The file's bytes.
    ///
    /// # Errors
    ///
    /// Fails for a path that is not Unicode, which JSON can't hold.
    pub fn print(&self) -> Result<Vec<u8>, serde_json::Error> {
        let file = File { version: VERSION, settings: self.clone() };
        let mut bytes = serde_json::to_vec_pretty(&file)?;
        bytes.push(b'\n');
        Ok(bytes)
    }
}

/// Why settings were not changed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ChangeError {
    /// What is there can't be read, and must not be lost.
    #[error("hatch's settings, `{at}`, can't be used")]
    Unusable {
        /// Their file.
        at: Location,
        /// What is wrong with it.
        source: SettingsError,
    },
    /// They hold what the file can't.
    #[error("hatch's settings, `{at}`, can't be written")]
    Unprintable {
        /// Their file.
        at: Location,
        /// What it can't hold.
        source: serde_json::Error,
    },
    /// The file can't be read or written, or another hatch is writing.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Changes the settings as they are now, while no other hatch writes. Returns what `change`
/// returns; where it leaves the settings as they are, nothing is written.
///
/// # Errors
///
/// Fails, with the settings as they were, where they can't be read or written.
pub fn change<T>(
    store: &dyn Store,
    home: &HatchHome,
    change: impl FnOnce(&mut Settings) -> T,
) -> Result<T, ChangeError> {
    let _guard = store::lock_home(store, home)?;
    let at = home.settings();
    let before = Settings::parse(store.read(&at)?.as_deref())
        .map_err(|source| ChangeError::Unusable { at: at.clone(), source })?;
    let mut settings = before.clone();
    let answer = change(&mut settings);
    if settings != before {
        let bytes = settings
            .print()
            .map_err(|source| ChangeError::Unprintable { at: at.clone(), source })?;
        store::save(store, home, &at, &bytes)?;
    }
    Ok(answer)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::Reader as _;
    use crate::store::memory::MemoryStore;

    #[test]
    fn printing_and_reading_are_inverse() {
        let host = NamedHost {
            adapter: HostId::new("cursor").unwrap(),
            paths: vec![PathBuf::from("/srv/mcp.json")],
        };
        let settings = Settings {
            current_environment: Some(EnvironmentName::new("dev").unwrap()),
            hosts: [(HostId::new("staging").unwrap(), host)].into(),
        };
        assert_eq!(Settings::parse(Some(&settings.print().unwrap())).unwrap(), settings);
        assert_eq!(Settings::parse(None).unwrap(), Settings::default());
    }

    #[test]
    fn a_broken_or_newer_file_is_an_error() {
        for (text, message) in [
            ("{", "it is damaged"),
            ("{}", "it is damaged"),
            (r#"{"version": 1, "hosts": {"A b": {}}}"#, "it is damaged"),
            (r#"{"version": 1, "current-environment": "../x"}"#, "it is damaged"),
            (r#"{"version": 7}"#, "it has version 7, which this hatch does not know"),
        ] {
            assert_eq!(Settings::parse(Some(text.as_bytes())).unwrap_err().to_string(), message);
        }
    }

    fn home() -> (MemoryStore, HatchHome) {
        let store = MemoryStore::new();
        store.put_folder("/h");
        (store, HatchHome::new(Location::new("/h/.hatch", "~/.hatch")))
    }

    fn name(name: &str) -> EnvironmentName {
        EnvironmentName::new(name).unwrap()
    }

    #[test]
    fn a_change_is_made_of_what_is_there_now() {
        let (store, home) = home();
        let read = || Settings::parse(store.read(&home.settings()).unwrap().as_deref()).unwrap();
        let set = |to: Option<&str>| {
            change(&store, &home, |it| std::mem::replace(&mut it.current_environment, to.map(name)))
        };
        assert_eq!(set(None).unwrap(), None);
        assert_eq!(store.read(&home.settings()).unwrap(), None, "nothing changed");
        assert_eq!(set(Some("dev")).unwrap(), None);
        let named =
            NamedHost { adapter: HostId::new("cursor").unwrap(), paths: vec!["/srv".into()] };
        let staging = HostId::new("staging").unwrap();
        change(&store, &home, |it| it.hosts.insert(staging, named)).unwrap();
        assert_eq!(set(Some("prod")).unwrap(), Some(name("dev")));
        assert_eq!((read().current_environment, read().hosts.len()), (Some(name("prod")), 1));
    }

    #[test]
    fn no_change_is_made_beside_another_or_over_a_broken_file() {
        let (store, home) = home();
        store::make_home(&store, &home).unwrap();
        let guard = store.lock(&home.lock()).unwrap();
        let error = change(&store, &home, |_| ()).unwrap_err();
        assert!(matches!(error, ChangeError::Store(StoreError::Locked(_))), "{error}");
        drop(guard);
        store.put("/h/.hatch/settings.json", b"{");
        let error = change(&store, &home, |it| *it = Settings::default()).unwrap_err();
        assert_eq!(error.to_string(), "hatch's settings, `~/.hatch/settings.json`, can't be used");
        assert_eq!(store.read(&home.settings()).unwrap().as_deref(), Some(&b"{"[..]));
    }
}
