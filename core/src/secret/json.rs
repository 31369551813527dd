//! JSON text inside a value, as `OPENAPI_MCP_HEADERS` and `--config` hold it.

use std::ops::Range;

use serde::de::IgnoredAny;

use super::Place;
use super::names::{is_secret_name, member_name};

/// A string or a number of JSON text.
pub(super) struct Scalar<'a> {
    /// Where it is, without its quotes.
    pub range: Range<usize>,
    /// What it is the value of.
    pub place: Place<'a>,
    /// The string, where it is written with escapes.
    pub unescaped: Option<String>,
}

/// The strings and numbers that are values in JSON text, each with its key or the option
/// before it; `None` if it is no object or list in JSON.
pub(super) fn strings(text: &str) -> Option<Vec<Scalar<'_>>> {
    let is_whole = text.trim_start().starts_with(['{', '[']);
    if !is_whole || serde_json::from_str::<IgnoredAny>(text).is_err() {
        return None;
    }
    let mut scalars = Vec::new();
    // The name of the value that comes, for each object and list that is open.
    let mut keys = vec![""];
    let mut option = "";
    let mut at = 0;
    while at < text.len() {
        let rest = &text[at..];
        let (length, next) = match rest.as_bytes()[0] {
            b'"' => {
                let length = quoted(rest);
                (length, &text[at + 1..at + length - 1])
            }
            b'-' | b'0'..=b'9' => {
                let length =
                    rest.find([',', '}', ']', ' ', '\n', '\r', '\t']).unwrap_or(rest.len());
                (length, &rest[..length])
            }
            mark => {
                match mark {
                    b'{' | b'[' => keys.push(keys.last().copied().unwrap_or_default()),
                    b'}' | b']' => drop(keys.pop()),
                    _ => {}
                }
                at += rest.chars().next().map_or(1, char::len_utf8);
                continue;
            }
        };
        let is_string = rest.starts_with('"');
        let is_key = is_string && text[at + length..].trim_start().starts_with(':');
        if is_key {
            let container = keys.len().checked_sub(2).map_or("", |at| keys[at]);
            if let Some(key) = keys.last_mut() {
                *key = member_name(container, next);
            }
            option = "";
        } else {
            let quote = usize::from(is_string);
            let name = if option.is_empty() { *keys.last().unwrap_or(&"") } else { option };
            let unescaped = next.contains('\\').then(|| serde_json::from_str(&rest[..length]));
            scalars.push(Scalar {
                range: at + quote..at + length - quote,
                place: Place::Named(name),
                unescaped: unescaped.and_then(Result::ok),
            });
            let is_option = next.starts_with('-') && !next.contains('=') && is_secret_name(next);
            option = if is_option { next } else { "" };
        }
        at += length;
    }
    Some(scalars)
}

/// The length of the string at the start of JSON text, with its quotes.
fn quoted(text: &str) -> usize {
    let mut escaped = false;
    for (at, c) in text.char_indices().skip(1) {
        match c {
            '"' if !escaped => return at + 1,
            '\\' => escaped = !escaped,
            _ => escaped = false,
        }
    }
    text.len()
}
