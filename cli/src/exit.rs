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

impl Exit {
    /// The number, as it is written.
    pub const fn digits(self) -> &'static str {
        match self {
            Exit::Success => "0",
            Exit::Failure => "1",
            Exit::Usage => "2",
            Exit::NotInSync => "3",
            Exit::NeedsPerson => "4",
            Exit::Bug => "70",
            Exit::Interrupted => "130",
        }
    }
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> ExitCode {
        ExitCode::from(exit as u8)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::args::topics::EXIT_CODES;

    #[test]
    fn digits_are_the_number_and_every_code_is_documented() {
        let all = [
            Exit::Success,
            Exit::Failure,
            Exit::Usage,
            Exit::NotInSync,
            Exit::NeedsPerson,
            Exit::Bug,
            Exit::Interrupted,
        ];
        assert_eq!(all.map(Exit::digits), all.map(|it| (it as u8).to_string()));
        assert_eq!(
            Vec::from(all.map(Exit::digits)),
            EXIT_CODES.entries.iter().map(|it| it.0).collect::<Vec<_>>()
        );
    }
}
