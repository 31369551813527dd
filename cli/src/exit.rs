//! How a run ended, as a script sees it. The numbers are a public contract.

use std::process::ExitCode;

/// How a run ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[repr(u8)]
pub enum Exit {
    /// Done, or nothing to do.
    Success = 0,
    /// Failed, and nothing changed.
    Failure = 1,
    /// The command line makes no sense.
    Usage = 2,
    /// `--check` found something that is not in sync.
    NotInSync = 3,
    /// A rollback could not finish, or found a file that someone else changed: the journal or
    /// the backups say what to do.
    NeedsPerson = 4,
    /// A bug in hatch.
    Bug = 70,
    /// Ctrl-C or a signal; everything is as it was.
    Interrupted = 130,
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> ExitCode {
        ExitCode::from(exit as u8)
    }
}
