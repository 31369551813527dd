//! A document's text with its secrets masked, on all lines, whoever wrote them.
//!
//! What is a secret is decided on the parsed document: by the keys that lead to a value, by its
//! place in a list of arguments, and by its look. Between the values are comments, which may
//! hold a server that is switched off. Those, and documents that can't be parsed, are scanned
//! (`loose.rs`).

mod loose;

use self::loose::Loose;
use super::Shown;
use super::hidden::Hidden;
use super::references::mask_around_references;
use crate::document::{Document, Scalar, ScalarValue, Step};
use crate::environment::entry;
use crate::host::Format;
use crate::secret::{MASK, Place, Secret, is_secret_name, mask_at};

/// The text of a document, with as many lines as it has. Bytes that are not UTF-8 are replaced.
pub fn document(bytes: &[u8], format: Format, hidden: &Hidden) -> String {
    // JSONC is the most lenient of its kind: a comment in a strict document is no reason to
    // mask all of it.
    let format = match format {
        Format::Json | Format::Jsonc | Format::JsoncNoTrailingCommas => Format::Jsonc,
        other => other,
    };
    match Document::parse(Some(bytes), format) {
        Ok(parsed) => {
            let mark = if parsed.has_bom() { "\u{feff}" } else { "" };
            mark.to_owned() + &masked(&parsed, hidden)
        }
        Err(_) => Loose::broken(hidden).mask(&String::from_utf8_lossy(bytes)),
    }
}

/// A text that may be JSON, or prose with JSON in it: of an adapter's tests.
pub fn prose(text: &str) -> String {
    match Document::parse(Some(text.as_bytes()), Format::Jsonc) {
        Ok(parsed) => masked(&parsed, &Hidden::default()),
        Err(_) => Loose::comments(&Hidden::default()).mask(text),
    }
}

fn masked(document: &Document, hidden: &Hidden) -> String {
    let text = document.text();
    let mut masked = String::with_capacity(text.len());
    let mut end = 0;
    let mut option = None;
    for scalar in document.scalars() {
        masked.push_str(&Loose::comments(hidden).mask(&text[end..scalar.range.start]));
        let spelt = &text[scalar.range.clone()];
        match replacement(&scalar, spelt, &mut option, hidden) {
            None => masked.push_str(spelt),
            Some(shown) => {
                match scalar.value {
                    ScalarValue::Text(_) => {
                        masked.push_str(&serde_json::Value::from(shown).to_string());
                    }
                    _ => masked.push_str(&shown),
                }
                // A text of several lines has as many when it is masked.
                masked.extend(spelt.chars().filter(|&c| c == '\n'));
            }
        }
        end = scalar.range.end;
    }
    masked + &Loose::comments(hidden).mask(&text[end..])
}

/// Where the value of an option with a secret's name would be.
type OptionValue<'a> = Option<Vec<Step<'a>>>;

/// The values below a key of a document, each with the rest of its path.
pub(super) fn values(document: &Document, key: &str) -> Vec<(Vec<String>, Shown)> {
    let mut option = None;
    let mut values = Vec::new();
    for scalar in document.scalars() {
        let spelt = &document.text()[scalar.range.clone()];
        let masked = replacement(&scalar, spelt, &mut option, &Hidden::default());
        let [Step::Key(first), rest @ ..] = &*scalar.path else { continue };
        if *first != key {
            continue;
        }
        let clear = match scalar.value {
            ScalarValue::Text(text) => text,
            ScalarValue::Other | ScalarValue::Null => spelt,
        };
        let shown =
            Shown { masked: masked.unwrap_or_else(|| clear.to_owned()), clear: Secret::new(clear) };
        values.push((rest.iter().map(ToString::to_string).collect(), shown));
    }
    values
}

/// What stands for a value that is not shown as it is spelt.
fn replacement<'a>(
    scalar: &Scalar<'a>,
    spelt: &str,
    option: &mut OptionValue<'a>,
    hidden: &Hidden,
) -> Option<String> {
    let is_option_value = option.take().is_some_and(|place| place == scalar.path);
    let name = name(&scalar.path);
    let is_named = is_option_value || in_container_of_secrets(&scalar.path);
    let ScalarValue::Text(text) = scalar.value else {
        let is_secret = is_named || name.is_some_and(is_secret_field) || hidden.mask(spelt) == MASK;
        return (scalar.value != ScalarValue::Null && is_secret).then(|| MASK.to_owned());
    };
    if let [parents @ .., Step::Item(at)] = &*scalar.path
        && is_option(text)
    {
        *option = Some(parents.iter().copied().chain([Step::Item(at + 1)]).collect());
    }
    let is_header = is_header(&scalar.path);
    let mask = |literal: &str| match name {
        _ if is_named => MASK.to_owned(),
        Some(name) if is_header => mask_at(Place::Header(name), literal),
        Some(name) if is_secret_field(name) => mask_at(Place::Named(name), literal),
        _ => mask_at(Place::Value, literal),
    };
    let shown = mask_around_references(&hidden.mask(text), mask);
    (shown != text).then_some(shown)
}

/// The nearest key: items of a list are named by the key of the list.
fn name<'a>(path: &[Step<'a>]) -> Option<&'a str> {
    path.iter().rev().find_map(|step| match step {
        Step::Key(key) => Some(*key),
        Step::Item(_) => None,
    })
}

/// Whether a value under this key is a secret. An OAuth client's addresses are none, though
/// `tokenUrl` sounds like one.
fn is_secret_field(key: &str) -> bool {
    let is_address = entry::OAUTH.contains(&key) && key != "clientSecret";
    is_secret_name(key) && !is_address
}

/// Whether a value is inside of an object that holds nothing else but secrets.
fn in_container_of_secrets(path: &[Step<'_>]) -> bool {
    const CONTAINERS: [&str; 4] = ["secrets", "credentials", "tokens", "passwords"];
    let Some((_, parents)) = path.split_last() else { return false };
    parents.iter().any(|step| match step {
        Step::Key(key) => CONTAINERS.iter().any(|word| key.to_lowercase().ends_with(word)),
        Step::Item(_) => false,
    })
}

/// Whether a value is a member of an object of headers.
fn is_header(path: &[Step<'_>]) -> bool {
    match path {
        [.., Step::Key(parent), Step::Key(_)] => parent.to_lowercase().ends_with("headers"),
        _ => false,
    }
}

/// An option whose value follows it and is a secret.
pub(super) fn is_option(text: &str) -> bool {
    text.starts_with('-') && !text.contains('=') && is_secret_name(text)
}

#[cfg(test)]
mod tests;
