//! What a run asks.
//!
//! Questions go to standard error, so that standard output stays data, and answers are lines
//! of standard input.

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

/// What a person wants of a server that was changed on its host.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Choice {
    /// It stays as it is.
    Keep,
    /// It becomes what the source says.
    Overwrite,
    /// There was no answer.
    Stop,
}

/// Whether there is somebody to ask.
pub fn can_ask() -> bool {
    io::stdin().is_terminal()
}

/// Asks whether to go on. An empty line and the end of the input are no.
///
/// # Errors
///
/// Fails without a terminal: there is nobody to ask.
pub fn confirm(question: &str) -> Result<Answer, CommandError> {
    if !can_ask() {
        return Err(Fault::new("there is no terminal to ask on, so nothing was written")
            .hint("pass --auto-approve (or set HATCH_AUTO_APPROVE=1) to write without asking")
            .hint("pass --dry-run to see what would change")
            .failure());
    }
    let answers = [(&["y", "yes"][..], Answer::Yes), (&["", "n", "no"], Answer::No)];
    let answer = ask(&format!("{question} [y/N]"), &answers, "Please answer y or n.")?;
    Ok(answer.unwrap_or(Answer::No))
}

/// Asks whether an adapter may have what it asks for.
///
/// # Errors
///
/// Fails without a terminal: there is nobody to ask.
pub fn consent(question: &str) -> Result<Answer, CommandError> {
    if can_ask() {
        return confirm(question);
    }
    Err(Fault::new("there is no terminal to ask on, so nothing was installed")
        .hint("pass --auto-approve to grant what the adapter asks for")
        .hint("pass --dry-run to see what that is")
        .failure())
}

/// Asks for a password, which is not shown.
///
/// # Errors
///
/// Fails without a terminal.
pub fn password(question: &str) -> Result<String, CommandError> {
    if !can_ask() {
        return Err(Fault::new("there is no terminal to ask for the password on").failure());
    }
    progress::clear();
    Ok(rpassword::prompt_password(format!("{question}: "))?)
}

/// Asks what is to become of one server.
///
/// # Errors
///
/// Fails where the terminal does.
pub fn keep_or_overwrite(question: &str) -> Result<Choice, CommandError> {
    let answers = [(&["k", "keep"][..], Choice::Keep), (&["o", "overwrite"], Choice::Overwrite)];
    let answer = ask(&format!("{question} [k/o]"), &answers, "Please answer k or o.")?;
    Ok(answer.unwrap_or(Choice::Stop))
}

/// Asks until there is an answer; `None` at the end of the input.
fn ask<T: Copy>(
    question: &str,
    answers: &[(&[&str], T)],
    otherwise: &str,
) -> io::Result<Option<T>> {
    let mut input = io::stdin().lock();
    loop {
        progress::clear();
        write!(anstream::stderr(), "{question} ")?;
        io::stderr().flush()?;
        let mut line = String::new();
        if input.read_line(&mut line)? == 0 {
            writeln!(io::stderr())?;
            return Ok(None);
        }
        let answer = line.trim().to_lowercase();
        let found = answers.iter().find(|(words, _)| words.contains(&answer.as_str()));
        if let Some((_, answer)) = found {
            return Ok(Some(*answer));
        }
        writeln!(io::stderr(), "{otherwise}")?;
    }
}
