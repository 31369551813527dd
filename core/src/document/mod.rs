//! Documents: the bytes of a host's file, read as sections and edited by the byte.
//!
//! [`Document::section`] hands out a part of a file as JSON text, and [`Document::edit`]
//! takes new values for such parts and makes the smallest change of the text that yields
//! them. What it leaves alone (comments, order, spacing, line ends, escapes, spellings of
//! numbers, the last newline or its absence) stays to the byte.
//!
//! ```text
//! bytes ─ json.rs ─► tree.rs ─► value.rs ─► section text ─► (adapter)
//!                       │                                       │
//! bytes ◄─ json.rs ◄─ reconcile.rs ◄────── section.rs ◄─────────┘
//! ```
//!
//! A format is one module, which parses a text into a tree and turns changes of the tree into
//! edits of the text. All between is shared.
//!
//! # Invariants
//!
//! * No edit that changes no value changes a byte.
//! * What [`Document::edit`] returns was parsed again and compared with what was asked;
//!   everything outside the sections is there verbatim.
//! * No error holds a document's content beyond a character: documents hold secrets.

mod cause;
mod check;
mod digest;
mod json;
mod number;
mod position;
mod reconcile;
mod scalars;
mod section;
mod splice;
mod tree;
mod value;

use std::fmt;

pub use self::digest::{Digest, InvalidDigest};
pub use self::scalars::{Scalar, ScalarValue, Step};
use self::section::Patch;
use self::splice::TextEdit;
use self::tree::{Kind, Member, Node};
use self::value::Value;
use crate::host::Format;

/// The character that some Windows editors put at the start of a file.
const BOM: char = '\u{feff}';

/// A file's text and what it says.
#[derive(Clone)]
pub struct Document {
    /// Without the byte order mark.
    text: String,
    has_bom: bool,
    format: Format,
    /// `None` where there is no value: an absent or empty file.
    root: Option<Node>,
}

/// A new value for a section of a document.
#[derive(Clone, PartialEq, Eq)]
pub struct SectionChange {
    /// The keys from the document's top down to the value; empty for the whole document.
    pub path: Vec<String>,
    /// JSON text; `None` takes the key away.
    pub value: Option<String>,
}

/// Why a document could not be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message} at line {line}, column {column}")]
pub struct SyntaxError {
    /// Counts from one.
    pub line: usize,
    /// In characters; counts from one.
    pub column: usize,
    /// What is wrong, without a place.
    pub message: String,
}

/// Why a document was not edited.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum EditError {
    /// The new value of a section is no JSON text.
    #[error("the new value of {} is not JSON", show(path))]
    NotJson {
        /// The section.
        path: Vec<String>,
        /// What is wrong with it.
        source: SyntaxError,
    },
    /// A value stands where the section's members would have to be.
    #[error("{} is not an object", show(path))]
    NotAnObject {
        /// The keys down to that value.
        path: Vec<String>,
    },
    /// The new value would nest arrays and objects deeper than documents may.
    #[error("the new value of {} is nested too deep", show(path))]
    TooDeep {
        /// The section.
        path: Vec<String>,
    },
    /// The edit went wrong, and its result was thrown away.
    #[error("internal error: the edited document would not hold exactly what was asked")]
    Unsound,
}

impl Document {
    /// Reads a file's bytes; `None` stands for an absent file. A file that is absent, empty
    /// or nothing but white space counts as an empty object.
    ///
    /// # Errors
    ///
    /// Fails where the text breaks the format's rules in any way.
    pub fn parse(bytes: Option<&[u8]>, format: Format) -> Result<Document, SyntaxError> {
        let bytes = bytes.unwrap_or_default();
        let document = Self::parse_bytes(bytes, format);
        document.map_err(|error| match cause::of_bytes(bytes) {
            Some(message) => position::error_at("", 0, message),
            None => error,
        })
    }

    fn parse_bytes(bytes: &[u8], format: Format) -> Result<Document, SyntaxError> {
        let text = std::str::from_utf8(bytes).map_err(|error| not_utf8(bytes, &error))?;
        let (has_bom, text) = match text.strip_prefix(BOM) {
            Some(text) => (true, text),
            None => (false, text),
        };
        let root = parse_text(text, format)?;
        Ok(Document { text: text.to_owned(), has_bom, format, root })
    }

    /// The value at the key path as compact JSON text, with keys in the document's order and
    /// numbers as they are spelt; of duplicate keys the last counts. `None` where the key is
    /// absent or something on the way is no object. An empty path is the whole document.
    pub fn section(&self, path: &[String]) -> Option<String> {
        let Some(root) = &self.root else {
            return path.is_empty().then(|| "{}".to_owned());
        };
        let node = path.iter().try_fold(root, |node, key| Some(&node.live(key)?.value))?;
        Some(Value::from_node(node).print())
    }

    /// Keys that are there several times, at the top or one level below: of each only the last
    /// counts.
    pub fn repeated_keys(&self) -> Vec<String> {
        let Some(Node { kind: Kind::Object(top), .. }) = &self.root else { return Vec::new() };
        let mut repeated = Vec::new();
        let inner = top.iter().filter_map(|member| match &member.value.kind {
            Kind::Object(members) => Some(members),
            _ => None,
        });
        for members in [top].into_iter().chain(inner) {
            let live = tree::live_members(members);
            let is_last = |(at, member): &(usize, &Member)| live[member.key.as_str()] == *at;
            let others = members.iter().enumerate().filter(|it| !is_last(it));
            repeated.extend(others.map(|(_, member)| member.key.clone()));
        }
        repeated
    }

    /// The document's new bytes once each section has its new value; later changes go before
    /// earlier ones of the same path. Parents that are absent or `null` are made objects, and
    /// parents that become empty stay. If no value changes, the bytes are the old ones, byte
    /// order mark included; else the mark stays if `keep_bom` says so. Without its value the
    /// whole document becomes an empty object.
    ///
    /// A member that is added and taken away again leaves no trace, but for an empty container
    /// that held blanks and no comment: it ends as `{}`.
    ///
    /// # Errors
    ///
    /// Fails for a value that is no JSON text, and where a parent of a section has a value
    /// that is no object.
    pub fn edit(&self, changes: &[SectionChange], keep_bom: bool) -> Result<Vec<u8>, EditError> {
        Ok(self.edited(changes, keep_bom)?.bytes())
    }

    /// As [`Document::edit`], and keeps the result open for reading.
    ///
    /// # Errors
    ///
    /// As [`Document::edit`].
    pub fn edited(&self, changes: &[SectionChange], keep_bom: bool) -> Result<Self, EditError> {
        let Some(patch) = Patch::new(changes)? else { return Ok(self.clone()) };
        let edits = self.text_edits(&patch)?;
        if edits.is_empty() {
            return Ok(self.clone());
        }
        let edited = Document {
            text: splice::apply(&self.text, edits),
            has_bom: self.has_bom && keep_bom,
            format: self.format,
            root: None,
        };
        let root = parse_text(&edited.text, self.format).map_err(|_| EditError::Unsound)?;
        let edited = Document { root, ..edited };
        if check::upheld(self, &edited, &patch) { Ok(edited) } else { Err(EditError::Unsound) }
    }

    /// The document as a file's bytes.
    pub fn bytes(&self) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(self.text.len() + BOM.len_utf8());
        if self.has_bom {
            bytes.extend_from_slice(BOM.to_string().as_bytes());
        }
        bytes.extend_from_slice(self.text.as_bytes());
        bytes
    }

    /// Whether the file begins with a byte order mark.
    pub fn has_bom(&self) -> bool {
        self.has_bom
    }

    fn text_edits(&self, patch: &Patch) -> Result<Vec<TextEdit>, EditError> {
        let Some(root) = &self.root else {
            // It counts as an empty object already.
            let empty = Value::Object(Vec::new());
            let value = patch.materialise().filter(|value| *value != empty);
            return Ok(value.map(|value| json::create(&self.text, &value)).into_iter().collect());
        };
        let changes = reconcile::reconcile(root, patch)?;
        Ok(match self.format {
            Format::Json | Format::Jsonc | Format::JsoncNoTrailingCommas => {
                json::edits(&self.text, root, &changes)
            }
            // No document of these formats can be made.
            Format::Toml | Format::Yaml => Vec::new(),
        })
    }
}

/// The comments of a file's text, in order; none in a format without comments, and of bytes that are
/// no text.
pub fn comments(bytes: Option<&[u8]>, format: Format) -> Vec<&str> {
    let text = bytes.and_then(|bytes| std::str::from_utf8(bytes).ok());
    match format {
        Format::Jsonc | Format::JsoncNoTrailingCommas => {
            text.map(json::comments).unwrap_or_default()
        }
        Format::Json | Format::Toml | Format::Yaml => Vec::new(),
    }
}

impl fmt::Debug for Document {
    /// The shape alone: documents hold secrets.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Document")
            .field("format", &self.format)
            .field("bytes", &self.text.len())
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for SectionChange {
    /// Everything but the value, which holds secrets.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SectionChange").field("path", &self.path).finish_non_exhaustive()
    }
}

fn parse_text(text: &str, format: Format) -> Result<Option<Node>, SyntaxError> {
    match format {
        Format::Json | Format::Jsonc | Format::JsoncNoTrailingCommas => json::parse(text, format),
        Format::Toml => Err(position::error_at(text, 0, "hatch does not read TOML yet")),
        Format::Yaml => Err(position::error_at(text, 0, "hatch does not read YAML yet")),
    }
}

fn not_utf8(bytes: &[u8], error: &std::str::Utf8Error) -> SyntaxError {
    let valid = String::from_utf8_lossy(&bytes[..error.valid_up_to()]);
    let text = valid.strip_prefix(BOM).unwrap_or(&valid);
    position::error_at(text, text.len(), "the text is not valid UTF-8")
}

/// A key path as a person writes it.
fn show(path: &[String]) -> String {
    if path.is_empty() { "the whole document".to_owned() } else { format!("`{}`", path.join(".")) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(bytes: &[u8]) -> Document {
        Document::parse(Some(bytes), Format::Json).unwrap()
    }

    fn path(keys: &[&str]) -> Vec<String> {
        keys.iter().map(|key| (*key).to_owned()).collect()
    }

    #[test]
    fn sections_are_compact_json() {
        let document = parse(br#"{ "a": { "b" : [1.50, "\u00e9"], "b": [ 2 ] }, "n": null }"#);
        for (keys, expected) in [
            (&["a"][..], Some(r#"{"b":[2]}"#)),
            (&["a", "b"], Some("[2]")),
            (&["a", "b", "c"], None),
            (&["a", "x"], None),
            (&["n"], Some("null")),
            (&["n", "x"], None),
            (&[], Some(r#"{"a":{"b":[2]},"n":null}"#)),
        ] {
            assert_eq!(document.section(&path(keys)).as_deref(), expected, "{keys:?}");
        }
        for bytes in [None, Some(&b""[..]), Some(b" \r\n\t"), Some(b"\xEF\xBB\xBF")] {
            let document = Document::parse(bytes, Format::Json).unwrap();
            assert_eq!(document.section(&[]).as_deref(), Some("{}"));
            assert_eq!(document.section(&path(&["a"])), None);
        }
    }

    #[test]
    fn keys_that_are_there_twice_are_found() {
        let document =
            parse(br#"{"a": {"x": 1, "y": 2, "x": 3}, "b": {"c": {"d": 1, "d": 2}}, "a": 1}"#);
        assert_eq!(document.repeated_keys(), ["a", "x"]);
        assert_eq!(parse(b"[1]").repeated_keys(), [""; 0]);
    }

    #[test]
    fn a_byte_order_mark_stays_only_where_it_may() {
        let document = parse(b"\xEF\xBB\xBF{\"a\":1}");
        assert!(document.has_bom());
        let change =
            |value: &str| [SectionChange { path: path(&["a"]), value: Some(value.to_owned()) }];
        for (value, keep_bom, expected) in [
            ("1", false, "\u{feff}{\"a\":1}"),
            ("2", false, "{\"a\":2}"),
            ("2", true, "\u{feff}{\"a\":2}"),
        ] {
            assert_eq!(document.edit(&change(value), keep_bom).unwrap(), expected.as_bytes());
        }
        assert_eq!(document.edit(&[], false).unwrap(), "\u{feff}{\"a\":1}".as_bytes());
    }

    #[test]
    fn bytes_that_are_no_utf_8_have_a_place() {
        for (bytes, line, column) in [
            (&b"\xFF"[..], 1, 1),
            (b"{\"\xC3\xA9\": \"\xE9\"}", 1, 8),
            (b"\xEF\xBB\xBF{\r\n \xC3", 2, 2),
            (b"{\0\xFE\xFF", 1, 3),
        ] {
            let error = Document::parse(Some(bytes), Format::Jsonc).unwrap_err();
            assert_eq!((error.line, error.column), (line, column));
            assert_eq!(error.message, "the text is not valid UTF-8");
        }
    }

    #[test]
    fn other_formats_are_refused_clearly() {
        for (format, name) in [(Format::Toml, "TOML"), (Format::Yaml, "YAML")] {
            let error = Document::parse(Some(b"a = 1"), format).unwrap_err();
            let expected = format!("hatch does not read {name} yet at line 1, column 1");
            assert_eq!(error.to_string(), expected);
        }
    }

    #[test]
    fn the_whole_document_can_be_set_and_emptied() {
        let document = parse(b"{ \"a\": 1 }\n");
        for (value, expected) in [
            (Some("{\"a\":2}"), "{ \"a\": 2 }\n"),
            (Some("[]"), "[]\n"),
            (Some("{}"), "{}\n"),
            (None, "{}\n"),
        ] {
            let change = SectionChange { path: vec![], value: value.map(str::to_owned) };
            assert_eq!(document.edit(&[change], true).unwrap(), expected.as_bytes());
        }
    }

    #[test]
    fn several_sections_are_edited_at_once() {
        let document = parse(b"{\n  \"a\": { \"x\": 1 },\n  \"b\": 2\n}\n");
        let change = |keys: &[&str], value: Option<&str>| SectionChange {
            path: path(keys),
            value: value.map(str::to_owned),
        };
        let changes = [
            change(&["new", "one"], Some("1")),
            change(&["a", "x"], Some("2")),
            change(&["b"], None),
            change(&["new", "two"], Some("[]")),
            change(&["a", "y"], Some("3")),
        ];
        let expected = "{\n  \"a\": { \"x\": 2, \"y\": 3 },\n  \"new\": {\n    \"one\": 1,\n    \"two\": []\n  }\n}\n";
        assert_eq!(document.edit(&changes, true).unwrap(), expected.as_bytes());
    }

    #[test]
    fn printing_shows_no_content() {
        let document = parse(br#"{"key": "s3cret"}"#);
        let change = SectionChange { path: path(&["a"]), value: Some("\"s3cret\"".to_owned()) };
        let broken = Document::parse(Some(b"{\"key\": \"s3cret\" x}"), Format::Json).unwrap_err();
        for printed in
            [format!("{document:?}"), format!("{change:?}"), format!("{broken:?} {broken}")]
        {
            assert!(!printed.contains("s3cret"), "{printed}");
        }
    }
}
