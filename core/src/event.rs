//! What is happening, as it happens.

use jiff::Timestamp;

use crate::host::HostId;
use crate::store::Location;
use crate::transaction::OperationId;

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
        host: HostId,
        /// Which.
        location: Location,
    },
    /// A document was written, or taken away, and read back.
    Wrote {
        /// Whose.
        host: HostId,
        /// Which.
        location: Location,
    },
    /// All documents are changed, for good.
    Committed,
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
        host: HostId,
        /// Which.
        location: Location,
    },
    /// Someone changed a document since: it stays as it is.
    LeftAlone {
        /// Whose.
        host: HostId,
        /// Which.
        location: Location,
    },
}
