//! The one question that a run asks.

use std::io::{self, BufRead, IsTerminal, Write};

use crate::error::{CommandError, Fault};
use crate::view::progress;

/// Whether a person said yes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Answer {
    /// Go on.
    Yes,
    /// Stop; nothing was changed.
    No,
}

/// Asks on standard error, so that standard output stays data, and reads a line of standard
/// input. An empty line, the end of the input and anything but yes is no, after a second
/// chance for what is neither.
///
/// # Errors
///
/// Fails without a terminal: there is nobody to ask.
pub fn confirm(question: &str) -> Result<Answer, CommandError> {
    if !io::stdin().is_terminal() {
        return Err(Fault::new("there is no terminal to ask on, so nothing was written")
            .hint("pass --auto-approve (or set HATCH_AUTO_APPROVE=1) to write without asking")
            .hint("pass --dry-run to see what would change")
            .failure());
    }
    let mut input = io::stdin().lock();
    loop {
        progress::clear();
        write!(io::stderr(), "{question} [y/N] ")?;
        io::stderr().flush()?;
        let mut line = String::new();
        let end = input.read_line(&mut line)? == 0;
        match line.trim().to_lowercase().as_str() {
            "y" | "yes" => return Ok(Answer::Yes),
            "" | "n" | "no" => {
                if end {
                    writeln!(io::stderr())?;
                }
                return Ok(Answer::No);
            }
            _ => writeln!(io::stderr(), "Please answer y or n.")?,
        }
    }
}
