//! What a failed command says: what failed, why, and what to do next.
//!
//! The engine's errors are typed and know nothing of people. Here, and only here, each
//! becomes a message with hints and an exit code.

use std::error::Error;
use std::fmt::Write as _;
use std::io;

use hatch_core::environment::EnvironmentError;

use crate::exit::Exit;
use crate::view::sanitize::sanitize;
use crate::view::style::{CAUSE, ERROR, HINT};

/// Why a command ended without doing what it was asked. Holds every fault that was found,
/// not just the first.
#[derive(Debug)]
pub struct CommandError {
    /// The exit code.
    pub exit: Exit,
    /// What was found; empty where there is nothing to say (a closed pipe).
    pub faults: Vec<Fault>,
}

/// One thing that is wrong.
#[derive(Debug)]
pub struct Fault {
    message: String,
    causes: Vec<String>,
    usage: Vec<String>,
    hints: Vec<String>,
}

impl Fault {
    /// A fault without a cause.
    pub fn new(message: impl Into<String>) -> Self {
        Fault { message: message.into(), causes: Vec::new(), usage: Vec::new(), hints: Vec::new() }
    }

    /// A fault that another error caused.
    pub fn because(message: impl Into<String>, cause: &dyn Error) -> Self {
        Fault { causes: chain(cause), ..Fault::new(message) }
    }

    /// The engine's error as it stands.
    pub fn of(error: &dyn Error) -> Self {
        let mut causes = chain(error);
        let message = causes.remove(0);
        Fault { causes, ..Fault::new(message) }
    }

    /// Adds a cause in words.
    #[must_use]
    pub fn cause(mut self, cause: impl Into<String>) -> Self {
        self.causes.push(cause.into());
        self
    }

    /// Adds a form that the command line could have.
    #[must_use]
    pub fn form(mut self, form: impl Into<String>) -> Self {
        self.usage.push(form.into());
        self
    }

    /// A name that no environment has.
    pub fn bad_name(error: &EnvironmentError) -> Self {
        let hint = "`hatch env import --from-hatch-py` makes environments of it";
        let is_older = matches!(error, EnvironmentError::ReservedName(_));
        Fault::of(error).maybe_hint(is_older.then(|| hint.to_owned()))
    }

    /// Adds what to do next.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hints.push(hint.into());
        self
    }

    /// Adds what to do next, if there is something.
    #[must_use]
    pub fn maybe_hint(mut self, hint: Option<String>) -> Self {
        self.hints.extend(hint);
        self
    }

    /// Takes another fault's hints, too.
    #[must_use]
    pub fn hints_of(mut self, other: Fault) -> Self {
        self.hints.extend(other.hints);
        self
    }

    /// The message and its causes, without hints.
    pub fn one_line(&self) -> String {
        [std::slice::from_ref(&self.message), self.causes.as_slice()].concat().join(": ")
    }

    /// Ends a run that changed nothing.
    pub fn failure(self) -> CommandError {
        CommandError { exit: Exit::Failure, faults: vec![self] }
    }

    /// Ends a run whose command line makes no sense.
    pub fn usage(self) -> CommandError {
        CommandError { exit: Exit::Usage, faults: vec![self] }
    }
}

/// An error and what caused it, outermost first. A cause that its error repeats is left out.
fn chain(error: &dyn Error) -> Vec<String> {
    let mut messages = vec![error.to_string()];
    let mut next = error.source();
    while let Some(cause) = next {
        let message = cause.to_string();
        if messages.last() != Some(&message) {
            messages.push(message);
        }
        next = cause.source();
    }
    messages
}

impl CommandError {
    /// Ends a run with everything that was found, if anything was.
    pub fn check(faults: Vec<Fault>) -> Result<(), CommandError> {
        if faults.is_empty() { Ok(()) } else { Err(CommandError { exit: Exit::Failure, faults }) }
    }

    /// The message, styled; a terminal that takes no styles strips them.
    pub fn render(&self) -> String {
        let mut text = String::new();
        for fault in &self.faults {
            let mut line = |style: anstyle::Style, label: &str, message: &str| {
                let message = sanitize(message).replace('\n', "\n  ");
                let _ = writeln!(text, "{style}{label}{style:#}: {message}");
            };
            line(ERROR, "error", &fault.message);
            for cause in &fault.causes {
                line(CAUSE, "caused by", cause);
            }
            for form in &fault.usage {
                line(HINT, "usage", form);
            }
            for hint in &fault.hints {
                line(HINT, "hint", hint);
            }
        }
        text
    }
}

impl From<io::Error> for CommandError {
    /// A reader that went away is no fault of ours: the run ends, and nothing more is said.
    fn from(error: io::Error) -> Self {
        if error.kind() == io::ErrorKind::BrokenPipe {
            return CommandError { exit: Exit::Success, faults: Vec::new() };
        }
        Fault::because("failed to print", &error).failure()
    }
}

/// "did you mean", with up to three names.
pub fn did_you_mean(nearest: &[String]) -> Option<String> {
    let quoted: Vec<_> = nearest.iter().map(|name| format!("`{name}`")).collect();
    match quoted.as_slice() {
        [] => None,
        [one] => Some(format!("did you mean {one}?")),
        [first @ .., last] => Some(format!("did you mean {} or {last}?", first.join(", "))),
    }
}
