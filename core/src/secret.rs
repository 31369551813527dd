//! What must not be shown, and how it is recognised.
//!
//! A value is hidden by its type ([`Secret`], [`crate::template::Template`]); which text
//! deserves it is decided here, and nowhere else: by the name that it has
//! ([`is_secret_name`]), by the prefix that its service gave it, and by a look that only a
//! random generator gives ([`looks_like_token`]). Masks, exports and warnings all ask
//! [`find`]. The rules err towards hiding; how often they err is counted over a corpus, in
//! this module's tests.

mod json;
mod looks;
mod names;
mod search;

use std::fmt;

pub use looks::looks_like_token;
pub use names::{is_secret_name, member_name};
use search::find_in_prose;
pub use search::{Found, find};

/// Stands where a secret is not shown.
pub const MASK: &str = "•••";

/// Stands for a reference in a text that is searched: see [`crate::disclosure`].
pub const OPAQUE: char = '\u{fffc}';

/// Text that prints as [`MASK`].
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

impl Secret {
    /// Hides `text`.
    pub fn new(text: impl Into<String>) -> Self {
        Secret(text.into())
    }

    /// The text itself: for files and for `--show-secrets`.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(MASK)
    }
}

impl fmt::Display for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(MASK)
    }
}

/// Where a text stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place<'a> {
    /// Where nothing says what it is: an argument, a URL, a sentence.
    Value,
    /// Under a name: a variable's, an option's, a key's.
    Named(&'a str),
    /// In a header of this name. A header that is not known to be harmless holds a secret.
    Header(&'a str),
    /// A whole header: `Name: value` or `Name=value`.
    HeaderLine,
}

impl<'a> Place<'a> {
    /// The name that it stands under; empty where there is none.
    pub fn name(self) -> &'a str {
        match self {
            Place::Named(name) | Place::Header(name) => name,
            Place::Value | Place::HeaderLine => "",
        }
    }
}

/// Masks what is secret inside running text.
pub fn mask_text(text: &str) -> String {
    mask_at(Place::Value, text)
}

/// Masks what is secret in the text of a place.
pub fn mask_at(place: Place<'_>, text: &str) -> String {
    masked(text, find(place, text))
}

/// Masks what looks like a secret in a sentence of hatch's own, such as an error.
pub fn mask_prose(text: &str) -> String {
    masked(text, find_in_prose(text))
}

fn masked(text: &str, secrets: Vec<Found>) -> String {
    let mut masked = String::with_capacity(text.len());
    let mut end = 0;
    for found in secrets {
        masked.push_str(&text[end..found.range.start]);
        masked.push_str(MASK);
        end = found.range.end;
    }
    masked + &text[end..]
}

/// A name for a variable from any other: `--access-token` gives `ACCESS_TOKEN`.
pub fn variable_name(name: &str) -> String {
    let joined = names::words(name).join("_").to_uppercase();
    let name: String = joined.chars().filter(|c| c.is_ascii_alphanumeric() || *c == '_').collect();
    match name.starts_with(|c: char| c.is_ascii_digit()) || name.is_empty() {
        true => format!("_{name}"),
        false => name,
    }
}

#[cfg(test)]
mod tests;
