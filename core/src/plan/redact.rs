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

/// Masks the literal text of a value, and shows its references: they say where a secret is,
/// and not which. A reference's default may be one.
pub(super) fn mask_around_references(text: &str, mask_literal: impl Fn(&str) -> String) -> String {
    let mask = |literal: &str| match literal {
        "" | MASK => literal.to_owned(),
        other => mask_literal(other),
    };
    let (mut shown, mut literal, mut rest) = (String::new(), 0, text);
    while let Some(at) = rest.find(['$', '{']) {
        let start = text.len() - rest.len() + at;
        let Some(reference) = Reference::at(&text[start..]) else {
            let length = text[start..].chars().next().map_or(1, char::len_utf8);
            rest = &text[start + length..];
            continue;
        };
        shown.push_str(&mask(&text[literal..start]));
        shown.push_str(reference.name);
        if let Some(default) = reference.default {
            shown.push_str(&mask(default));
            shown.push('}');
        }
        literal = start + reference.length;
        rest = &text[literal..];
    }
    shown + &mask(&text[literal..])
}

/// A reference at the start of a text, in any spelling that some host has: `${NAME}`,
/// `${env:NAME}`, `${NAME:-default}`, `{env:NAME}`. Not `$NAME`, which is text to most hosts,
/// and may be a password.
struct Reference<'a> {
    /// All of it, or what comes before its default.
    name: &'a str,
    default: Option<&'a str>,
    length: usize,
}

impl<'a> Reference<'a> {
    fn at(text: &'a str) -> Option<Self> {
        let open = match text.strip_prefix("${") {
            Some(_) => 2,
            None => ["{env:", "{file:", "{input:"].iter().any(|it| text.starts_with(it)).into(),
        };
        let close = text.find('}').filter(|_| open > 0)?;
        let body = &text[open..close];
        let (name, default) = match body.split_once(":-") {
            Some((name, default)) => (name, Some(default)),
            None => (body, None),
        };
        let is_word = |c: char| c.is_alphanumeric() || "_.-()/\\ ~:".contains(c);
        let begins = name.starts_with(|c: char| c.is_alphabetic() || c == '_' || c == '/');
        if !begins || !name.chars().all(is_word) {
            return None;
        }
        let end = if default.is_some() { open + name.len() + 2 } else { close + 1 };
        Some(Reference { name: &text[..end], default, length: close + 1 })
    }
}

#[cfg(test)]
mod tests;
