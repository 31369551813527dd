//! What a failed command says: what failed, why, and what to do next.
//!
//! The engine's errors are typed and know nothing of people. Here, and only here, each
//! becomes a message with hints and an exit code.
//!
//! No message repeats a secret. Those about a value that was typed do not repeat the value;
//! names and paths are repeated, unless they look like a secret; and what a library says of a
//! file is told without the file's text.

use std::error::Error;
use std::fmt::Write as _;
use std::io;

use hatch_core::environment::EnvironmentError;
use hatch_core::secret::mask_prose;

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
    let mut messages = vec![message(error)];
    let mut next = error.source();
    while let Some(cause) = next {
        let message = message(cause);
        if messages.last() != Some(&message) {
            messages.push(message);
        }
        next = cause.source();
    }
    messages
}

/// What an error says, without the values that it read: serde repeats one, and `toml` the
/// line. The place stays.
fn message(error: &dyn Error) -> String {
    const REPEAT: [&str; 5] = [
        "invalid type: ",
        "invalid value: ",
        "invalid length ",
        "unknown variant ",
        "unknown field ",
    ];
    let text = error.to_string();
    if text.starts_with("TOML parse error at ") {
        return text.lines().next().unwrap_or_default().to_owned();
    }
    if !REPEAT.iter().any(|start| text.starts_with(start)) {
        return text;
    }
    match text.rfind(" at line ") {
        Some(at) => format!("unexpected value{}", &text[at..]),
        None => "unexpected value".to_owned(),
    }
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
                let message = mask_prose(message);
                let message = sanitize(&message).replace('\n', "\n  ");
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_library_says_of_a_file_is_told_without_its_text() {
        let error = serde_json::from_str::<u32>("\n \"hunter2\"").unwrap_err();
        assert!(error.to_string().contains("hunter2"));
        let fault = Fault::because("cannot read it", &error);
        assert_eq!(fault.one_line(), "cannot read it: unexpected value at line 2 column 10");
        let error = serde_json::from_str::<u32>("1 x").unwrap_err();
        assert_eq!(Fault::of(&error).one_line(), "trailing characters at line 1 column 3");
    }

    #[test]
    fn what_looks_like_a_secret_is_masked_in_every_line_of_an_error() {
        let token = "ghp_7Rk2mQx9LzT4vB8nC1sD6fG3hJ5kP0wYaE2u";
        let cause = io::Error::other(format!("no `{token}`"));
        let fault = Fault::because(format!("no host named `{token}`"), &cause);
        let text = fault.hint(format!("run `hatch {token}`")).form(token).failure().render();
        assert!(!text.contains("ghp_"), "{text}");
        assert_eq!(text.matches("•••").count(), 4, "{text}");
    }
}
