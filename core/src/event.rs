//! What is happening, as it happens.

use jiff::Timestamp;

use crate::location::Location;
use crate::operation::OperationId;
use crate::owner::Owner;

/// A step of a run, for whoever watches it.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Event {
    /// No other hatch can write now.
    Locked,
    /// Every file is as the plan expects it.
    Compared,
    /// The copies of this many files are kept.
    BackedUp {
        /// How many.
        files: usize,
        /// In which folder.
        folder: Location,
    },
    /// A folder was made for a new document.
    MadeFolder(Location),
    /// A document is about to be written or taken away.
    Writing {
        /// Whose.
        owner: Owner,
        /// Which.
        location: Location,
    },
    /// A document was written, or taken away, and read back.
    Wrote {
        /// Whose.
        owner: Owner,
        /// Which.
        location: Location,
    },
    /// All documents are changed, for good.
    Committed,
    /// All documents are changed, but the system could not say that this lasts: if the computer
    /// stops before it does, all of them may be as they were again.
    MayNotLast {
        /// Why.
        reason: String,
    },
    /// What was put where could not be noted, so listings will not show it.
    NotNoted {
        /// Why.
        reason: String,
    },
    /// What this run wrote is about to be put back.
    RollingBack,
    /// What a dead run left is about to be put back.
    Recovering {
        /// The run.
        operation: OperationId,
        /// When it began.
        started: Timestamp,
    },
    /// A document is again as it was.
    Restored {
        /// Whose.
        owner: Owner,
        /// Which.
        location: Location,
    },
    /// Someone changed a document since: it stays as it is.
    LeftAlone {
        /// Whose.
        owner: Owner,
        /// Which.
        location: Location,
    },
}
