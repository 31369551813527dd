//! Copies of what a run replaced, for whoever wants them back.
//!
//! A backup is a folder, `backups/<UTC time>-<id>/`. In it are a `manifest.json` that says
//! what is what, and plain copies, named so that a person can put one back with `cp`. A
//! folder without a manifest is what a dead run left, and no backup. The backups of the older
//! tool are listed and read as well, and never written.
//!
//! Putting a backup back is a [`crate::plan::Plan`] like any other; [`Catalogue::contents`]
//! says what it has to consist of.

mod catalogue;
mod clean;
mod manifest;
mod older;
mod retention;
mod take;

pub use catalogue::{Catalogue, Content, Damaged, Listing};
pub use clean::{CleanError, clean};
pub use manifest::{FileRecord, Manifest, Now, RunRecord};
pub use retention::{Removal, Retention};
pub use take::{BACKUP, create};
pub(crate) use take::{KeptCopies, sweep};

use jiff::Timestamp;
use jiff::civil::DateTime;

use crate::location::Location;
pub use crate::operation::BackupId;
use crate::owner::Owner;
use crate::store::StoreError;

/// A backup that a run kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeptBackup {
    /// Its name, for `--backup`.
    pub id: BackupId,
    /// Its folder.
    pub folder: Location,
}

/// One kept copy, or several from one run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Backup {
    /// Its name.
    pub id: BackupId,
    /// Who made it.
    pub origin: Origin,
    /// When.
    pub taken: Taken,
    /// The folder that its copies are in.
    pub folder: Location,
    /// What was copied.
    pub files: Vec<BackupFile>,
    /// Whose copies were cleaned away since.
    pub cleaned: Vec<Owner>,
}

impl Backup {
    /// The run that made it; `None` for the older tool's.
    pub fn run(&self) -> Option<&RunRecord> {
        match &self.origin {
            Origin::Hatch(run) => Some(run),
            Origin::OlderTool => None,
        }
    }

    /// Whether there is anything of this host in it.
    pub fn has(&self, owner: &Owner) -> bool {
        self.files.iter().any(|file| &file.owner == owner)
    }

    /// Whose documents are in it, each once.
    pub fn owners(&self) -> Vec<&Owner> {
        let mut owners: Vec<&Owner> = Vec::new();
        for file in &self.files {
            if !owners.contains(&&file.owner) {
                owners.push(&file.owner);
            }
        }
        owners
    }
}

/// Who made a backup.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Origin {
    /// This program, in this run.
    Hatch(Box<RunRecord>),
    /// The older tool of the same name.
    OlderTool,
}

/// When a backup was made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Taken {
    /// At this moment.
    At(Timestamp),
    /// When clocks where it was made showed this; the older tool wrote down no more.
    Local(DateTime),
}

impl Taken {
    /// What backups are sorted by. Between one with a moment and one without, it may be off
    /// by a time zone.
    fn order(self) -> DateTime {
        match self {
            Taken::At(moment) => jiff::tz::TimeZone::UTC.to_datetime(moment),
            Taken::Local(time) => time,
        }
    }
}

/// One document in a backup.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BackupFile {
    /// Whose document.
    pub owner: Owner,
    /// Where it was; `None` for the older tool's, which did not write that down.
    pub location: Option<Location>,
    /// The document's own name.
    pub name: String,
    /// Its size in bytes; `None` if there was no file, or if nobody wrote it down.
    pub size: Option<u64>,
    /// Its copy; `None` if there was no file.
    pub copy: Option<Location>,
    /// How the run knew it, to check a copy by.
    record: Option<FileRecord>,
}

impl BackupFile {
    /// How the run knew it; `None` for the older tool's.
    pub fn record(&self) -> Option<&FileRecord> {
        self.record.as_ref()
    }
}

/// Why a backup could not be made, found or read.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum BackupError {
    /// A file can't be used.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// A dead run was not undone yet, so documents may be half changed.
    #[error("`{journal}` is there: an earlier run has to be undone first")]
    PendingJournal {
        /// Where its journal is.
        journal: Location,
    },
    /// There is no such backup.
    #[error("there is no backup `{0}`")]
    Unknown(BackupId),
    /// Several backups have this in their names.
    #[error("more than one backup has `{part}` in its name")]
    Ambiguous {
        /// What was asked for.
        part: BackupId,
        /// All that have it, the newest first.
        alike: Vec<BackupId>,
    },
    /// A manifest is no manifest.
    #[error("`{manifest}` is damaged")]
    DamagedManifest {
        /// Which.
        manifest: Location,
        /// What is wrong with it.
        source: serde_json::Error,
    },
    /// A newer hatch wrote the manifest.
    #[error("`{manifest}` has version {version}, which this hatch does not know")]
    OtherVersion {
        /// Which.
        manifest: Location,
        /// Its version.
        version: u32,
    },
    /// A copy is not what was copied.
    #[error("`{copy}` is damaged: its contents are not what was backed up")]
    DamagedCopy {
        /// Which.
        copy: Location,
    },
    /// A copy is not there.
    #[error("`{copy}` is missing")]
    MissingCopy {
        /// Which.
        copy: Location,
    },
    /// A document was put back, and was not what was put there.
    #[error("`{location}` was put back, and then had other contents")]
    NotRestored {
        /// Which.
        location: Location,
    },
}
