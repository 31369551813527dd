//! Where a file is: the path to use, and the path to show.

mod recorded;

pub(crate) use recorded::RecordedLocation;

use std::fmt;
use std::path::{Path, PathBuf};

/// A file or folder: where it really is, links followed, and how its user writes it.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Location {
    path: PathBuf,
    shown: String,
}

impl Location {
    /// `path` is absolute and has no link in it; `shown` is what people read.
    pub fn new(path: impl Into<PathBuf>, shown: impl Into<String>) -> Self {
        Location { path: path.into(), shown: shown.into() }
    }

    /// Where it really is.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The entry `name` of this folder.
    #[must_use]
    pub fn join(&self, name: &str) -> Self {
        Location { path: self.path.join(name), shown: format!("{}/{name}", self.shown) }
    }

    /// The folder that it is in; `None` at the top of a file system.
    pub fn folder(&self) -> Option<Self> {
        let path = self.path.parent()?.to_owned();
        let shown = match self.shown.rsplit_once(['/', '\\']) {
            Some((folder, _)) if !folder.is_empty() => folder.to_owned(),
            _ => path.display().to_string(),
        };
        Some(Location { path, shown })
    }
}

impl fmt::Display for Location {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.shown)
    }
}
