//! What a command shows: results on standard output, for people or as JSON, and everything
//! else on standard error.

pub mod diff;
pub mod json;
pub mod json_env;
pub mod json_show;
pub mod plan;
pub mod report;
pub mod sanitize;
pub mod style;
pub mod table;
pub mod wrap;

use std::io::{self, Write};

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
}

impl Output {
    /// This process's streams.
    pub fn new(verbose: bool) -> Self {
        Output { width: crate::context::width(), verbose }
    }

    /// Prints a result.
    pub fn print(&self, text: &str) -> Result<(), CommandError> {
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
        let _ = writeln!(anstream::stderr(), "{DIM}note{DIM:#}: {}", sanitize(text));
    }

    /// Says something that a person should look at.
    pub fn warn(&self, text: &str) {
        let _ = writeln!(anstream::stderr(), "{WARNING}warning{WARNING:#}: {}", sanitize(text));
    }
}

/// The word that goes with a number of things.
pub fn plural<'a>(number: usize, one: &'a str, several: &'a str) -> &'a str {
    if number == 1 { one } else { several }
}

/// `1 host`, `2 hosts`.
pub fn count(number: usize, noun: &str) -> String {
    if number == 1 { format!("1 {noun}") } else { format!("{number} {noun}s") }
}
