//! Why a plan was not carried out, or a dead run not undone.

use std::fmt;

use crate::backup::BackupError;
use crate::ledger::LedgerError;
use crate::location::Location;
use crate::owner::Owner;
use crate::store::StoreError;

/// Why a plan was not carried out. All files are as they were, unless this is
/// [`ApplyError::RollbackIncomplete`].
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ApplyError {
    /// Two targets have one document.
    #[error("`{location}` is in the plan twice")]
    Twice {
        /// Which document.
        location: Location,
    },
    /// Another hatch is writing, or hatch's own folder can't be used.
    #[error("failed to begin")]
    Lock {
        /// Why.
        source: StoreError,
    },
    /// A dead run was not undone yet.
    #[error("`{journal}` is there: an earlier run has to be undone first")]
    PendingJournal {
        /// Where its journal is.
        journal: Location,
    },
    /// A document can't be read.
    #[error("failed to compare a document of {owner} with the plan")]
    Compare {
        /// Whose document.
        owner: Owner,
        /// Why.
        source: StoreError,
    },
    /// A document is not what the plan was made for.
    #[error("`{location}` has changed since the plan was made")]
    Drifted {
        /// Whose document.
        owner: Owner,
        /// Which document.
        location: Location,
    },
    /// The old documents can't be copied.
    #[error("failed to back up what would be replaced")]
    Backup {
        /// Why.
        source: StoreError,
    },
    /// How to undo the run can't be written down.
    #[error("failed to write the journal")]
    Journal {
        /// Why.
        source: StoreError,
    },
    /// A new document's folder can't be made.
    #[error("failed to make a folder")]
    MakeFolder {
        /// Why.
        source: StoreError,
    },
    /// A document can't be written.
    #[error("failed to change a document of {owner}")]
    Replace {
        /// Whose document.
        owner: Owner,
        /// Why.
        source: StoreError,
    },
    /// A document that was written can't be read.
    #[error("failed to check a document of {owner}")]
    ReadBack {
        /// Whose document.
        owner: Owner,
        /// Why.
        source: StoreError,
    },
    /// A document that was written has other bytes.
    #[error("`{location}` was written, and then had other contents")]
    Verify {
        /// Whose document.
        owner: Owner,
        /// Which document.
        location: Location,
    },
    /// The ledger cannot be read or written.
    #[error("failed to note what is hatch's")]
    Ledger {
        /// Why.
        source: LedgerError,
    },
    /// The new documents could not be made to last.
    #[error("failed to finish")]
    Commit {
        /// Why.
        source: StoreError,
    },
    /// The user said stop.
    #[error("interrupted")]
    Interrupted,
    /// The run failed, and not everything could be put back.
    #[error(transparent)]
    RollbackIncomplete(Box<Incomplete>),
}

impl ApplyError {
    pub(super) fn backup(source: StoreError) -> Self {
        ApplyError::Backup { source }
    }

    pub(super) fn ledger(source: LedgerError) -> Self {
        ApplyError::Ledger { source }
    }

    pub(super) fn journal(source: StoreError) -> Self {
        ApplyError::Journal { source }
    }

    /// Whether all files are as they were.
    pub fn is_undone(&self) -> bool {
        !matches!(self, ApplyError::RollbackIncomplete(_))
    }
}

/// Why a dead run was not undone.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum RecoverError {
    /// Another hatch is writing, or a file of hatch's own can't be used.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The journal is no journal.
    #[error("`{journal}` is damaged")]
    Damaged {
        /// Where it is.
        journal: Location,
        /// What is wrong with it.
        source: serde_json::Error,
    },
    /// A newer hatch wrote the journal.
    #[error("`{journal}` has version {version}: the hatch that wrote it has to undo its run")]
    OtherVersion {
        /// Where it is.
        journal: Location,
        /// Its version.
        version: u32,
    },
    /// The journal names files as this system does not.
    #[error("`{journal}` was written on another system")]
    OtherSystem {
        /// Where it is.
        journal: Location,
    },
    /// Not everything could be put back. The next run will try again.
    #[error(transparent)]
    Incomplete(Box<Incomplete>),
}

/// What could not be put back. The journal and the copies are still there.
#[derive(Debug)]
pub struct Incomplete {
    /// Why anything had to be put back; `None` for a run that was killed.
    pub cause: Option<ApplyError>,
    /// What could not be put back, and why.
    pub stuck: Vec<Stuck>,
    /// What someone changed in the meantime, and so stays as it is.
    pub left_alone: Vec<Location>,
    /// The journal, for the next run.
    pub journal: Location,
    /// The folder with the old contents.
    pub backup: Location,
}

/// A file, or the names in a folder, that could not be put back for good.
#[derive(Debug)]
pub struct Stuck {
    /// Whose document; `None` for a folder.
    pub owner: Option<Owner>,
    /// Which.
    pub location: Location,
    /// Why.
    pub reason: BackupError,
}

impl fmt::Display for Incomplete {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "could not put everything back:")?;
        for stuck in &self.stuck {
            write!(f, " `{}` failed;", stuck.location)?;
        }
        for location in &self.left_alone {
            write!(f, " `{location}` has changed since;")?;
        }
        write!(
            f,
            " the old contents are in `{}`, and the journal is `{}`",
            self.backup, self.journal
        )
    }
}

impl std::error::Error for Incomplete {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match (&self.cause, self.stuck.first()) {
            (Some(cause), _) => Some(cause),
            (None, Some(stuck)) => Some(&stuck.reason),
            (None, None) => None,
        }
    }
}
