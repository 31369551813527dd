//! Values without a place: what a section is to become.
//!
//! The text of a section is JSON, whatever the document's format. Numbers keep their
//! spelling, since not every one fits into a machine's number.

use super::json;
use super::tree::{Kind, Node, live_members};
use super::{SyntaxError, position};
use crate::host::Format;

/// A JSON value. The keys of an object are all different.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Value {
    Null,
    Bool(bool),
    /// As it is spelt.
    Number(String),
    String(String),
    Array(Vec<Value>),
    Object(Vec<(String, Value)>),
}

impl Value {
    /// Reads strict JSON.
    pub(crate) fn parse(text: &str) -> Result<Value, SyntaxError> {
        match json::parse(text, Format::Json)? {
            Some(node) => Ok(Value::from_node(&node)),
            None => Err(position::error_at(text, text.len(), "expected a value")),
        }
    }

    /// The value of a part of a document. Of duplicate keys the last value counts, in the
    /// place of the first, as in JavaScript.
    pub(crate) fn from_node(node: &Node) -> Value {
        match &node.kind {
            Kind::Null => Value::Null,
            Kind::Bool(value) => Value::Bool(*value),
            Kind::Number(spelling) => Value::Number(spelling.clone()),
            Kind::String(text) => Value::String(text.clone()),
            Kind::Array(items) => Value::Array(items.iter().map(Value::from_node).collect()),
            Kind::Object(members) => {
                let mut live = live_members(members);
                let entries = members.iter().filter_map(|member| {
                    let index = live.remove(member.key.as_str())?;
                    Some((member.key.clone(), Value::from_node(&members[index].value)))
                });
                Value::Object(entries.collect())
            }
        }
    }

    /// Whether it has members or items.
    pub(crate) fn is_filled(&self) -> bool {
        match self {
            Value::Array(items) => !items.is_empty(),
            Value::Object(entries) => !entries.is_empty(),
            _ => false,
        }
    }

    /// Whether it has members or items, or could have.
    pub(crate) fn is_container(&self) -> bool {
        matches!(self, Value::Array(_) | Value::Object(_))
    }

    /// How many arrays and objects are nested in each other.
    pub(crate) fn depth(&self) -> usize {
        match self {
            Value::Array(items) => 1 + items.iter().map(Value::depth).max().unwrap_or(0),
            Value::Object(entries) => {
                1 + entries.iter().map(|(_, value)| value.depth()).max().unwrap_or(0)
            }
            _ => 0,
        }
    }

    /// Prints compact JSON.
    pub(crate) fn print(&self) -> String {
        let mut text = String::new();
        self.print_to(&mut text);
        text
    }

    fn print_to(&self, text: &mut String) {
        match self {
            Value::Array(items) => {
                text.push('[');
                for (at, item) in items.iter().enumerate() {
                    if at > 0 {
                        text.push(',');
                    }
                    item.print_to(text);
                }
                text.push(']');
            }
            Value::Object(entries) => {
                text.push('{');
                for (at, (key, value)) in entries.iter().enumerate() {
                    if at > 0 {
                        text.push(',');
                    }
                    print_string(key, text);
                    text.push(':');
                    value.print_to(text);
                }
                text.push('}');
            }
            scalar => scalar.print_scalar(text),
        }
    }

    /// Prints anything but an array or object.
    pub(crate) fn print_scalar(&self, text: &mut String) {
        match self {
            Value::Bool(true) => text.push_str("true"),
            Value::Bool(false) => text.push_str("false"),
            Value::Number(spelling) => text.push_str(spelling),
            Value::String(value) => print_string(value, text),
            Value::Null | Value::Array(_) | Value::Object(_) => text.push_str("null"),
        }
    }
}

/// Prints a string with only the escapes that JSON asks for.
pub(crate) fn print_string(value: &str, text: &mut String) {
    text.push('"');
    let mut plain = 0;
    for (at, byte) in value.bytes().enumerate() {
        let escape = match byte {
            b'"' => "\\\"",
            b'\\' => "\\\\",
            b'\n' => "\\n",
            b'\r' => "\\r",
            b'\t' => "\\t",
            0x08 => "\\b",
            0x0C => "\\f",
            0..=0x1F => "",
            _ => continue,
        };
        text.push_str(&value[plain..at]);
        plain = at + 1;
        if escape.is_empty() {
            text.push_str(&format!("\\u{byte:04x}"));
        } else {
            text.push_str(escape);
        }
    }
    text.push_str(&value[plain..]);
    text.push('"');
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn printing_keeps_order_spelling_and_the_last_of_duplicates() {
        for (text, expected) in [
            (r#" { "b" : 1.50 , "a" : [ ] } "#, r#"{"b":1.50,"a":[]}"#),
            (r#"{"a":1,"b":2,"a":3}"#, r#"{"a":3,"b":2}"#),
            (r#"[12345678901234567890123,-0,1E+2]"#, "[12345678901234567890123,-0,1E+2]"),
            (r#""\u00e9\/\u0001\u0008\"\\""#, r#""é/\u0001\b\"\\""#),
            ("[true,false,null,{}]", "[true,false,null,{}]"),
        ] {
            assert_eq!(Value::parse(text).unwrap().print(), expected, "{text}");
        }
    }

    #[test]
    fn nothing_is_no_value() {
        for text in ["", "  ", "// x"] {
            assert!(Value::parse(text).is_err(), "{text}");
        }
    }
}
