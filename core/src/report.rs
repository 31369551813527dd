//! What a run did.

use crate::backup::KeptBackup;
use crate::location::Location;
use crate::operation::OperationId;
use crate::owner::Owner;

/// What was done, after everything was.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Report {
    /// The run, as its backup and the history name it.
    pub operation: OperationId,
    /// The copies of what was replaced; `None` if nothing was, or none were to be kept.
    pub backup: Option<KeptBackup>,
    /// One for each target of the plan, in its order.
    pub targets: Vec<TargetReport>,
    /// The folders that were made for new documents.
    pub made_folders: Vec<Location>,
}

/// What was done for one host.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TargetReport {
    /// The host.
    pub owner: Owner,
    /// Its name for people.
    pub name: String,
    /// Its documents.
    pub files: Vec<FileReport>,
    /// What a person must do now, if a document changed.
    pub after_write: Option<String>,
}

/// What was done to one document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FileReport {
    /// Which document.
    pub location: Location,
    /// What became of it.
    pub outcome: Outcome,
}

/// What became of a document.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// It was not there, and is now.
    Created,
    /// It has new bytes.
    Replaced,
    /// It was taken away.
    Removed,
    /// It needed no change, and was not touched.
    Unchanged,
}
