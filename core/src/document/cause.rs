//! Why a file that should be JSON is not: the common causes, told apart by what is there.
//!
//! A parser says where a text stops making sense. These say what a person did, where that can
//! be told: saved as UTF-16, pasted a Windows path, kept both sides of a merge. They are looked
//! for only after a text was refused, so a file that can be read costs nothing.
//!
//! No message holds text of the document beyond a character: documents hold secrets.

use super::SyntaxError;
use super::position::error_at;

const CURLY: &str = "a curly quote, as word processors write it: JSON needs straight quotes (`\"`)";
const BACKSLASH: &str = "a single backslash in a string: write it twice, as in `C:\\\\Users`";
const PYTHON: &str =
    "this looks like a Python dict, not JSON: use double quotes, `true`, `false` and `null`";

/// What is wrong with a file's bytes, if it is their encoding.
pub(super) fn of_bytes(bytes: &[u8]) -> Option<&'static str> {
    const WIDE: &str = "the file is UTF-16, as PowerShell's `>` writes it: save it as UTF-8";
    let looked_at = &bytes[..bytes.len().min(64) & !1];
    let zeros =
        |first: usize| looked_at.iter().skip(first).step_by(2).filter(|byte| **byte == 0).count();
    // Without a mark: a zero beside nearly every letter.
    let wide = |zeros: usize, letters: usize| letters == 0 && zeros * 3 > looked_at.len();
    match bytes {
        [0xFF, 0xFE, 0, 0, ..] | [0, 0, 0xFE, 0xFF, ..] => {
            Some("the file is UTF-32: save it as UTF-8")
        }
        [0xFF, 0xFE, ..] | [0xFE, 0xFF, ..] => Some(WIDE),
        [0x1F, 0x8B, ..] | [b'P', b'K', 3, 4, ..] => {
            Some("the file is compressed: unpack it first")
        }
        _ if wide(zeros(0), zeros(1)) || wide(zeros(1), zeros(0)) => Some(WIDE),
        _ => None,
    }
}

/// The error of a JSON parser, with its cause in place of `message` where that is known.
pub(super) fn explain(text: &str, offset: usize, message: &str) -> SyntaxError {
    if let Some(at) = conflict(text) {
        return error_at(text, at, "an unresolved merge conflict: keep one side of it");
    }
    if let Some((at, message)) = other_language(text) {
        return error_at(text, at, message);
    }
    let cause = near(text, offset, message);
    error_at(text, offset, cause.unwrap_or(message))
}

/// Where the first side of a merge conflict begins.
fn conflict(text: &str) -> Option<usize> {
    let marker = |mark: &str| match text.strip_prefix(mark) {
        Some(_) => Some(0),
        None => text.find(&format!("\n{mark}")).map(|at| at + 1),
    };
    let first = marker("<<<<<<< ")?;
    marker(">>>>>>> ").map(|_| first)
}

/// A language that the whole text may be written in, by its first line that says something.
fn other_language(text: &str) -> Option<(usize, &'static str)> {
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        let said = line.trim();
        if said.is_empty() || said.starts_with('#') {
            at += line.len();
            continue;
        }
        let message = language(said, text.contains('='))?;
        return Some((at + line.len() - line.trim_start().len(), message));
    }
    None
}

fn language(line: &str, assigns: bool) -> Option<&'static str> {
    const YAML: &str = "this looks like YAML, not JSON";
    const TOML: &str = "this looks like TOML, not JSON";
    let is_word = |word: &str| {
        let fits = |c: char| c.is_alphanumeric() || matches!(c, '_' | '-' | '.' | '"' | '\'' | ' ');
        word.starts_with(|c: char| c.is_alphabetic() || c == '_') && word.chars().all(fits)
    };
    if line.starts_with('<') && line.contains('>') {
        return Some("this is a web page (HTML), not JSON: fetch the raw file");
    }
    let inner = line.strip_prefix('[').and_then(|it| it.split_once(']')).map(|(inner, _)| inner);
    if assigns && inner.is_some_and(|inner| is_word(inner.trim_matches('['))) {
        return Some(TOML);
    }
    if line == "---" || line.starts_with("- ") {
        return Some(YAML);
    }
    match line.split_once(['=', ':']) {
        Some((key, _)) if !is_word(key.trim_end()) => None,
        Some((key, _)) if line[key.len()..].starts_with('=') => Some(TOML),
        Some((_, rest)) if rest.is_empty() || rest.starts_with(' ') => Some(YAML),
        _ => None,
    }
}

/// What a person most likely meant by what stands at the fault.
fn near(text: &str, offset: usize, message: &str) -> Option<&'static str> {
    let rest = &text[offset..];
    // `\x41` is Python's or JavaScript's, `C:\users` a path: both need another backslash.
    let in_path = text[..offset].ends_with(|c: char| c == ':' || c.is_alphanumeric());
    if message == "unknown escape in a string" || (message.starts_with("`\\u`") && in_path) {
        return Some(BACKSLASH);
    }
    let is_curly = |c: char| matches!(c, '“' | '”' | '„' | '‟' | '‘' | '’' | '«' | '»');
    let has_word = |word: &str| text.split(|c: char| !c.is_alphanumeric()).any(|it| it == word);
    match rest.chars().next() {
        Some(character) if is_curly(character) => Some(CURLY),
        _ if message.contains("string") && whole_line(text, offset).contains(is_curly) => {
            Some(CURLY)
        }
        Some('\'') if ["True", "False", "None"].into_iter().any(has_word) => Some(PYTHON),
        Some('\'' | '`') => Some("strings need double quotes"),
        Some('T' | 'F' | 'N') if starts_with_word(rest, &["True", "False", "None"]) => Some(PYTHON),
        Some('\0') if !message.contains("string") => {
            Some("a zero byte, as a crash while writing leaves them")
        }
        Some('#') => Some("a `#` comment: JSON has none, and some hosts allow `//`"),
        Some('.') if rest.starts_with("...") => Some("`...` stands for something left out"),
        Some('…') => Some("`…` stands for something left out"),
        Some('\u{a0}' | '\u{2000}'..='\u{200a}' | '\u{202f}' | '\u{3000}') => {
            Some("a space that is not a plain one, as web pages have them: replace it")
        }
        Some('\u{200b}'..='\u{200f}' | '\u{2028}' | '\u{2029}' | '\u{2060}' | '\u{feff}') => {
            Some("an invisible character, as web pages have them: remove it")
        }
        Some(':') if text.trim_start().starts_with('"') => {
            Some("expected nothing after the value: are the outer braces missing?")
        }
        Some('{' | '[') if message == AFTER => Some("a second value after the first"),
        Some('}' | ']') if message == AFTER => Some("a closing bracket too many"),
        Some(_) if message == AFTER => Some("text after the end of the value"),
        _ => None,
    }
}

/// What the parser says of anything that follows the value.
pub(super) const AFTER: &str = "expected nothing after the value";

fn starts_with_word(text: &str, words: &[&str]) -> bool {
    let end = text.find(|c: char| !c.is_alphanumeric()).unwrap_or(text.len());
    words.contains(&&text[..end])
}

/// The line that an offset is in, or right behind.
fn whole_line(text: &str, offset: usize) -> &str {
    let start = text[..offset].rfind('\n').map_or(0, |at| at + 1);
    text[start..].lines().next().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use crate::document::Document;
    use crate::host::Format;

    fn refused(bytes: &[u8]) -> String {
        Document::parse(Some(bytes), Format::Jsonc).unwrap_err().to_string()
    }

    fn wide(text: &str, mark: bool, bytes: fn(u16) -> [u8; 2]) -> Vec<u8> {
        let mark = mark.then_some('\u{feff}');
        let text: String = mark.into_iter().chain(text.chars()).collect();
        text.encode_utf16().flat_map(bytes).collect()
    }

    #[test]
    fn encodings_are_named() {
        let text = "{\"mcpServers\": {\"a\": {\"command\": \"über\"}}}";
        for bytes in [
            wide(text, true, u16::to_le_bytes),
            wide(text, true, u16::to_be_bytes),
            wide(text, false, u16::to_le_bytes),
            wide(text, false, u16::to_be_bytes),
        ] {
            assert_eq!(
                refused(&bytes),
                "the file is UTF-16, as PowerShell's `>` writes it: save it as UTF-8 at line 1, \
                 column 1"
            );
        }
        for (bytes, cause) in [
            (&b"\xff\xfe\0\0{\0\0\0"[..], "the file is UTF-32"),
            (b"\x1f\x8b\x08\0", "the file is compressed"),
            (b"PK\x03\x04", "the file is compressed"),
            (b"{\"a\": \"\xe9\"}", "the text is not valid UTF-8"),
            // One zero does not make a text wide.
            (
                b"{\"a\": \0\"b\", \"c\": \"d\"}",
                "a zero byte, as a crash while writing leaves them",
            ),
            (b"\0\0\0\0", "a zero byte"),
        ] {
            assert!(refused(bytes).starts_with(cause), "{}", refused(bytes));
        }
    }

    #[test]
    fn causes_are_named_where_they_are() {
        for (text, expected) in [
            (
                r#"{"a": "C:\Users"}"#,
                "a single backslash in a string: write it twice, as in `C:\\\\Users` at line 1, column 10",
            ),
            (
                r#"{"a": "C:\users"}"#,
                "a single backslash in a string: write it twice, as in `C:\\\\Users` at line 1, column 10",
            ),
            (
                "{\n  “a”: 1}",
                "a curly quote, as word processors write it: JSON needs straight quotes (`\"`) at line 2, column 3",
            ),
            (
                "{\"a\": \"b”\n}",
                "a curly quote, as word processors write it: JSON needs straight quotes (`\"`) at line 1, column 7",
            ),
            ("{'a': 1}", "strings need double quotes at line 1, column 2"),
            (
                "{'a': True}",
                "this looks like a Python dict, not JSON: use double quotes, `true`, `false` and `null` at line 1, column 2",
            ),
            (
                "{\"a\": None}",
                "this looks like a Python dict, not JSON: use double quotes, `true`, `false` and `null` at line 1, column 7",
            ),
            (
                "mcpServers:\n  a:\n    command: x\n",
                "this looks like YAML, not JSON at line 1, column 1",
            ),
            ("# yes\n---\na: 1", "this looks like YAML, not JSON at line 2, column 1"),
            (
                "[mcp_servers.a]\ncommand = \"x\"",
                "this looks like TOML, not JSON at line 1, column 1",
            ),
            ("\nmodel = \"x\"", "this looks like TOML, not JSON at line 2, column 1"),
            (
                "<!DOCTYPE html>\n",
                "this is a web page (HTML), not JSON: fetch the raw file at line 1, column 1",
            ),
            (
                "{\n<<<<<<< HEAD\n\"a\": 1\n=======\n\"a\": 2\n>>>>>>> x\n}",
                "an unresolved merge conflict: keep one side of it at line 2, column 1",
            ),
            ("{}\nand so on", "text after the end of the value at line 2, column 1"),
            ("{} }", "a closing bracket too many at line 1, column 4"),
            ("{} {}", "a second value after the first at line 1, column 4"),
            (
                "\"a\": {}",
                "expected nothing after the value: are the outer braces missing? at line 1, column 4",
            ),
            (
                "{\u{a0}\"a\": 1}",
                "a space that is not a plain one, as web pages have them: replace it at line 1, column 2",
            ),
            (
                "{\u{200b}\"a\": 1}",
                "an invisible character, as web pages have them: remove it at line 1, column 2",
            ),
            (
                "{# x\n}",
                "a `#` comment: JSON has none, and some hosts allow `//` at line 1, column 2",
            ),
            ("{\"a\": 1, ...}", "`...` stands for something left out at line 1, column 10"),
            // What none of them explains stays as it is.
            ("{a: 1}", "expected a key in double quotes at line 1, column 2"),
            ("[1 2]", "expected a comma at line 1, column 3"),
        ] {
            assert_eq!(refused(text.as_bytes()), expected, "{text}");
        }
    }

    #[test]
    fn no_cause_repeats_the_document() {
        for text in
            ["{'s3cret': True}", "{\"a\": \"\\s3cret\"}", "s3cret: x", "[s3cret]\na=1", "{} s3cret"]
        {
            assert!(!refused(text.as_bytes()).contains("s3cret"), "{text}");
        }
    }
}
