//! From a text that people have at hand to JSON: without the fence of a Markdown block, with the
//! braces that a README left out, from Codex's TOML.

use serde_json::{Map, Value};

use crate::document::{Document, SyntaxError};
use crate::host::Format;

/// An object, and the keys in it of which only the last counts.
#[derive(Debug)]
pub(super) struct Object {
    pub(super) members: Map<String, Value>,
    pub(super) repeated: Vec<String>,
}

/// The object that a JSON text is, with comments and trailing commas let through.
pub(super) fn object(text: &str) -> Result<Object, SyntaxError> {
    let document = Document::parse(Some(text.as_bytes()), Format::Jsonc)?;
    let section = document.section(&[]).unwrap_or_default();
    // Of what is no object nothing can be taken, as of an empty one.
    let members = serde_json::from_str(&section).unwrap_or_default();
    Ok(Object { members, repeated: document.repeated_keys() })
}

/// The object that a text stands for.
pub(super) fn read(text: &str) -> Result<Object, SyntaxError> {
    let error = match object(text) {
        Ok(object) => return Ok(object),
        Err(error) => error,
    };
    if let Some(members) = codex(text) {
        return Ok(Object { members, repeated: Vec::new() });
    }
    if !text.trim_start().starts_with('"') {
        return Err(error);
    }
    // Members without the braces around them; of nested ones a closing brace may be left.
    let members = text.trim_end().trim_end_matches(',');
    let closed = object(&format!("{{{members}\n}}"));
    let open = || object(&format!("{{{members}"));
    closed.or_else(|error| open().map_err(|_| moved(error)))
}

/// The place of a fault in the text without the brace that was put before it.
fn moved(mut error: SyntaxError) -> SyntaxError {
    if error.line == 1 {
        error.column = error.column.saturating_sub(1).max(1);
    }
    error
}

/// Codex's file, or a part of it.
fn codex(text: &str) -> Option<Map<String, Value>> {
    if !text.contains("mcp_servers") {
        return None;
    }
    let Value::Object(top) = toml::from_str(text).ok()? else { return None };
    top.contains_key("mcp_servers").then_some(top)
}

/// The code blocks of a Markdown text.
pub(super) fn blocks(text: &str) -> Vec<&str> {
    let mut blocks = Vec::new();
    let mut open: Option<(usize, &str)> = None;
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        let fence = ["```", "~~~"].into_iter().find(|fence| line.trim_start().starts_with(fence));
        match (open, fence) {
            (Some((start, mark)), Some(fence)) if fence == mark => {
                blocks.push(&text[start..at]);
                open = None;
            }
            (None, Some(fence)) => open = Some((at + line.len(), fence)),
            _ => {}
        }
        at += line.len();
    }
    blocks.extend(open.map(|(start, _)| &text[start..]));
    blocks
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn braces_are_put_where_they_are_missing() {
        let expected = json!({"a": {"command": "x"}});
        for text in [
            r#"{"a": {"command": "x"}}"#,
            r#""a": {"command": "x"}"#,
            "\n \"a\": {\"command\": \"x\"}, \n",
            "\"a\": {\"command\": \"x\"}\n}",
            "\"a\": { // here\n \"command\": \"x\", } // and there",
        ] {
            assert_eq!(Value::Object(read(text).unwrap().members), expected, "{text}");
        }
        for (text, message) in [
            ("\"a\": {\"command\" \"x\"}", "expected a colon after a key at line 1, column 17"),
            ("{\"a\": {", "`{` without its `}` at line 1, column 7"),
        ] {
            assert_eq!(read(text).unwrap_err().to_string(), message, "{text}");
        }
    }

    #[test]
    fn codex_s_toml_is_read() {
        let read = read("[mcp_servers.a]\ncommand = \"x\"\nargs = [\"-y\"]\n").unwrap();
        assert_eq!(
            Value::Object(read.members),
            json!({"mcp_servers": {"a": {"command": "x", "args": ["-y"]}}})
        );
    }

    #[test]
    fn blocks_are_what_fences_hold() {
        for (text, expected) in [
            ("no fence", vec![]),
            ("Add:\n```json\n{}\n```\nand\n~~~\n[]\n~~~\n", vec!["{}\n", "[]\n"]),
            ("  ```\n{}", vec!["{}"]),
        ] {
            assert_eq!(blocks(text), expected, "{text}");
        }
    }
}
