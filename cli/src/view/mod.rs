//! What a command shows: results on standard output, for people or as JSON, and everything
//! else on standard error.

pub mod diff;
pub mod json;
pub mod json_adapters;
pub mod json_backups;
pub mod json_env;
pub mod json_show;
pub mod json_tested;
pub mod plan;
pub mod progress;
pub mod report;
pub mod sanitize;
pub mod schemas;
pub mod style;
pub mod table;
pub mod tested;
pub mod wrap;

use std::cell::Cell;
use std::io::{self, Write};

use hatch_core::host::Scope;
use hatch_core::secret::mask_prose;
use sanitize::sanitize;
use serde::Serialize;
use style::{DIM, WARNING};

use crate::error::CommandError;

/// Where results and remarks go.
#[derive(Debug)]
pub struct Output {
    /// The terminal's width in cells; `None` where results do not go to one.
    pub width: Option<usize>,
    /// Whether each step is said.
    pub verbose: bool,
    silent: Cell<bool>,
}

impl Output {
    /// This process's streams.
    pub fn new(verbose: bool) -> Self {
        Output { width: crate::context::width(), verbose, silent: Cell::new(false) }
    }

    /// One that makes no remarks.
    pub fn silent() -> Self {
        Output { silent: Cell::new(true), ..Output::new(false) }
    }

    /// Makes no remarks from here on, or makes them again.
    pub fn hush(&self, silent: bool) {
        self.silent.set(silent);
    }

    /// Prints a result.
    pub fn print(&self, text: &str) -> Result<(), CommandError> {
        progress::clear();
        let mut out = anstream::stdout().lock();
        out.write_all(text.as_bytes())?;
        Ok(out.flush()?)
    }

    /// Prints a result as JSON.
    pub fn json(&self, value: &impl Serialize) -> Result<(), CommandError> {
        let text = serde_json::to_string_pretty(value).map_err(io::Error::from)?;
        self.print(&format!("{}\n", sanitize::escape_json(&text)))
    }

    /// Says something that is good to know. That nobody hears it is no fault.
    pub fn note(&self, text: &str) {
        self.remark(&format!("{DIM}note{DIM:#}: {}", sanitize(&mask_prose(text))));
    }

    /// Says something that a person should look at.
    pub fn warn(&self, text: &str) {
        self.remark(&format!("{WARNING}warning{WARNING:#}: {}", sanitize(&mask_prose(text))));
    }

    /// Ends a run that did something. It is done, whether or not someone hears of it.
    pub fn told(&self, what: &str, told: Result<(), CommandError>) {
        if told.is_err_and(|error| !error.faults.is_empty()) {
            self.warn(&format!("{what}, but the report could not be printed"));
        }
    }

    /// Does something, and says what if it takes longer than a moment.
    pub fn during<T>(&self, what: &str, work: impl FnOnce() -> T) -> T {
        if self.silent.get() { work() } else { progress::during(what, work) }
    }

    fn remark(&self, line: &str) {
        if !self.silent.get() {
            progress::clear();
            let _ = writeln!(anstream::stderr(), "{line}");
        }
    }
}

/// Prints to standard error. That nobody can hear it is no fault: the exit code says it, too.
pub fn complain(text: &str) {
    let _ = anstream::stderr().lock().write_all(text.as_bytes());
}

/// `53 B`, `1.5 KiB`, `20.0 MiB`.
pub fn size(bytes: u64) -> String {
    if bytes < 1 << 10 {
        return format!("{bytes} B");
    }
    let units = [("GiB", 1u64 << 30), ("MiB", 1 << 20), ("KiB", 1 << 10)];
    let (unit, worth) = units.into_iter().find(|(_, worth)| bytes >= *worth).unwrap_or(units[2]);
    let tenths = u128::from(bytes) * 10 / u128::from(worth);
    format!("{}.{} {unit}", tenths / 10, tenths % 10)
}

/// The word that goes with a number of things.
pub fn plural<'a>(number: usize, one: &'a str, several: &'a str) -> &'a str {
    if number == 1 { one } else { several }
}

/// A scope, as options and JSON spell it.
pub fn scope_word(scope: Scope) -> &'static str {
    match scope {
        Scope::User => "user",
        Scope::Project => "project",
    }
}

/// A host in a listing: `cursor`, or `cursor (project)` for its project file.
pub fn scoped(host: &str, scope: &str) -> String {
    if scope == "project" { format!("{host} (project)") } else { host.to_owned() }
}

/// `1 host`, `2 hosts`.
pub fn count(number: usize, noun: &str) -> String {
    if number == 1 { format!("1 {noun}") } else { format!("{number} {noun}s") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_short() {
        for (bytes, shown) in [
            (0, "0 B"),
            (1023, "1023 B"),
            (1024, "1.0 KiB"),
            (1 << 20, "1.0 MiB"),
            ((1 << 20) - 1, "1023.9 KiB"),
            (5 << 29, "2.5 GiB"),
            (u64::MAX, "17179869183.9 GiB"),
        ] {
            assert_eq!(size(bytes), shown);
        }
    }
}
