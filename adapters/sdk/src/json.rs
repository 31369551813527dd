//! JSON as a host's file spells it.
//!
//! Objects keep the order of their keys and numbers keep their digits, so that a section
//! that goes through an adapter comes back as it was but for what was asked. The parser is
//! our own because a number's spelling must survive without switching a mode of a JSON
//! library on for every crate of the workspace.

mod parse;

use std::collections::BTreeMap;
use std::fmt::Write as _;

use parse::Parser;

/// Members of an object whose names are compared with each other sooner than sorted.
const FEW: usize = 8;

/// A JSON value.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    /// `null`.
    Null,
    /// `true` or `false`.
    Bool(bool),
    /// A number, as it is spelt.
    Number(String),
    /// A string, without its escapes.
    String(String),
    /// A list.
    Array(Vec<Value>),
    /// An object.
    Object(Object),
}

/// A JSON object that keeps the order of its keys. Of equal keys the last one counts, as
/// in JavaScript.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Object(Vec<(String, Value)>);

impl Value {
    /// Reads strict JSON.
    ///
    /// # Errors
    ///
    /// Says what is wrong and at which byte, without showing any of the text.
    pub fn parse(text: &str) -> Result<Value, String> {
        Parser::new(text).document()
    }

    /// Reads JSON with comments and trailing commas.
    ///
    /// # Errors
    ///
    /// As [`Value::parse`].
    pub fn parse_relaxed(text: &str) -> Result<Value, String> {
        Parser::relaxed(text).document()
    }

    /// Text, as a value.
    pub fn string(text: impl Into<String>) -> Value {
        Value::String(text.into())
    }

    /// The object, if it is one.
    pub fn as_object(&self) -> Option<&Object> {
        match self {
            Value::Object(object) => Some(object),
            _ => None,
        }
    }

    /// The text, if it is a string.
    pub fn as_str(&self) -> Option<&str> {
        match self {
            Value::String(text) => Some(text),
            _ => None,
        }
    }

    /// The list, if it is one.
    pub fn as_array(&self) -> Option<&[Value]> {
        match self {
            Value::Array(items) => Some(items),
            _ => None,
        }
    }

    /// The strings of a list, if it is a list of nothing else.
    pub fn as_strings(&self) -> Option<Vec<String>> {
        self.as_array()?.iter().map(|item| item.as_str().map(str::to_owned)).collect()
    }

    /// The number, if it is a whole one that fits, however it is spelt (`1500.0`, `15e2`).
    pub fn as_u64(&self) -> Option<u64> {
        let Value::Number(digits) = self else { return None };
        digits.parse().ok().or_else(|| whole(digits))
    }

    /// The text that a string, a number or a boolean stands for where a host wants text.
    pub fn as_scalar_text(&self) -> Option<String> {
        match self {
            Value::String(text) | Value::Number(text) => Some(text.clone()),
            Value::Bool(flag) => Some(flag.to_string()),
            _ => None,
        }
    }

    /// The word for its kind, for messages.
    pub fn kind(&self) -> &'static str {
        match self {
            Value::Null => "null",
            Value::Bool(_) => "a boolean",
            Value::Number(_) => "a number",
            Value::String(_) => "a string",
            Value::Array(_) => "a list",
            Value::Object(_) => "an object",
        }
    }

    /// The value as compact JSON.
    pub fn to_text(&self) -> String {
        let mut text = String::new();
        self.print(&mut text);
        text
    }

    /// The value as JSON with two spaces of indentation; a list without objects stays on
    /// one line.
    pub fn to_pretty(&self) -> String {
        let mut text = String::new();
        self.print_pretty(0, &mut text);
        text
    }

    fn print_pretty(&self, depth: usize, out: &mut String) {
        let is_object = |item: &Value| item.as_object().is_some();
        let (open, close, items): (_, _, Vec<(Option<&str>, &Value)>) = match self {
            Value::Object(object) if !object.is_empty() => {
                ('{', '}', object.iter().map(|(key, value)| (Some(key), value)).collect())
            }
            Value::Array(items) if items.iter().any(is_object) => {
                ('[', ']', items.iter().map(|item| (None, item)).collect())
            }
            other => return other.print(out),
        };
        out.push(open);
        for (at, (key, value)) in items.into_iter().enumerate() {
            out.push_str(if at > 0 { ",\n" } else { "\n" });
            out.push_str(&"  ".repeat(depth + 1));
            if let Some(key) = key {
                print_string(key, out);
                out.push_str(": ");
            }
            value.print_pretty(depth + 1, out);
        }
        out.push('\n');
        out.push_str(&"  ".repeat(depth));
        out.push(close);
    }

    fn print(&self, out: &mut String) {
        match self {
            Value::Null => out.push_str("null"),
            Value::Bool(flag) => out.push_str(if *flag { "true" } else { "false" }),
            Value::Number(digits) => out.push_str(digits),
            Value::String(text) => print_string(text, out),
            Value::Array(items) => {
                out.push('[');
                for (at, item) in items.iter().enumerate() {
                    if at > 0 {
                        out.push(',');
                    }
                    item.print(out);
                }
                out.push(']');
            }
            Value::Object(object) => object.print(out),
        }
    }
}

/// The value of a JSON number that is whole and not negative, in whatever way it is spelt.
///
/// In decimal, as it stands there: what parses floats would be the largest table in a
/// component's memory, and rounds.
fn whole(number: &str) -> Option<u64> {
    let (mantissa, exponent) = number.split_once(['e', 'E']).unwrap_or((number, "0"));
    let (integer, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let is_negative = integer.starts_with('-');
    let digits = [integer.trim_start_matches('-'), fraction].concat();
    let digits = digits.trim_start_matches('0');
    if digits.is_empty() {
        return Some(0);
    }
    let significant = digits.trim_end_matches('0');
    let zeros = i64::try_from(digits.len() - significant.len()).ok()?;
    let places = i64::try_from(fraction.len()).ok()?;
    let power = exponent.parse::<i32>().map(i64::from).ok()? + zeros - places;
    let scale = 10_u64.checked_pow(u32::try_from(power).ok()?)?;
    significant.parse::<u64>().ok().filter(|_| !is_negative)?.checked_mul(scale)
}

impl Object {
    /// An object without members.
    pub fn new() -> Object {
        Object::default()
    }

    /// The value of the last member of that name.
    pub fn get(&self, key: &str) -> Option<&Value> {
        self.0.iter().rev().find(|(name, _)| name == key).map(|(_, value)| value)
    }

    /// As [`Object::get`], and `null` counts as absent.
    pub fn given(&self, key: &str) -> Option<&Value> {
        self.get(key).filter(|value| **value != Value::Null)
    }

    /// Changes the member of that name in place, or adds it at the end.
    pub fn set(&mut self, key: &str, value: Value) {
        match self.0.iter_mut().rev().find(|(name, _)| name == key) {
            Some((_, old)) => *old = value,
            None => self.0.push((key.to_owned(), value)),
        }
    }

    /// Takes every member of that name away.
    pub fn remove(&mut self, key: &str) {
        self.0.retain(|(name, _)| name != key);
    }

    /// Adds a member without looking for one of the same name.
    pub fn push(&mut self, key: String, value: Value) {
        self.0.push((key, value));
    }

    /// Of members of the same name, puts the last one's value in the first one's place.
    fn settle(&mut self) {
        if self.0.len() <= FEW && !self.has_repeats() {
            return;
        }
        let mut places = BTreeMap::new();
        let mut repeats = Vec::new();
        for (at, (name, _)) in self.0.iter().enumerate() {
            let first = *places.entry(name.as_str()).or_insert(at);
            if first != at {
                repeats.push((first, at));
            }
        }
        for &(first, repeat) in &repeats {
            self.0[first].1 = std::mem::replace(&mut self.0[repeat].1, Value::Null);
        }
        let mut repeats = repeats.into_iter().map(|(_, at)| at).peekable();
        let mut at = 0;
        self.0.retain(|_| {
            let is_repeat = repeats.next_if_eq(&at).is_some();
            at += 1;
            !is_repeat
        });
    }

    /// Compares every name with those before it.
    fn has_repeats(&self) -> bool {
        let mut members = self.0.iter().enumerate();
        members.any(|(at, (name, _))| self.0[..at].iter().any(|(other, _)| other == name))
    }

    /// Whether there are no members.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The members in order, repeated names included.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = (&str, &Value)> {
        self.0.iter().map(|(name, value)| (name.as_str(), value))
    }

    /// The members in order.
    pub fn into_members(self) -> Vec<(String, Value)> {
        self.0
    }

    /// What stands at the end of a path of keys.
    pub fn at_path(&self, path: &[String]) -> Option<&Value> {
        let (first, rest) = path.split_first()?;
        let value = self.get(first)?;
        if rest.is_empty() { Some(value) } else { value.as_object()?.at_path(rest) }
    }

    /// Puts a value at the end of a path of keys, and objects on the way where there are
    /// none.
    pub fn set_path(&mut self, path: &[String], value: Value) {
        let Some((first, rest)) = path.split_first() else { return };
        if rest.is_empty() {
            return self.set(first, value);
        }
        if self.get(first).and_then(Value::as_object).is_none() {
            self.set(first, Value::Object(Object::new()));
        }
        let inner = self.0.iter_mut().rev().find(|(name, _)| name == first);
        if let Some((_, Value::Object(inner))) = inner {
            inner.set_path(rest, value);
        }
    }

    fn print(&self, out: &mut String) {
        out.push('{');
        for (at, (name, value)) in self.0.iter().enumerate() {
            if at > 0 {
                out.push(',');
            }
            print_string(name, out);
            out.push(':');
            value.print(out);
        }
        out.push('}');
    }
}

impl FromIterator<(String, Value)> for Object {
    fn from_iter<I: IntoIterator<Item = (String, Value)>>(members: I) -> Object {
        Object(members.into_iter().collect())
    }
}

fn print_string(text: &str, out: &mut String) {
    out.push('"');
    let mut plain = 0;
    for (at, byte) in text.bytes().enumerate() {
        if !parse::is_special(byte) {
            continue;
        }
        out.push_str(&text[plain..at]);
        plain = at + 1;
        match byte {
            b'"' => out.push_str("\\\""),
            b'\\' => out.push_str("\\\\"),
            b'\n' => out.push_str("\\n"),
            b'\r' => out.push_str("\\r"),
            b'\t' => out.push_str("\\t"),
            _ => {
                // Writing to a string can't fail.
                let _ = write!(out, "\\u{byte:04x}");
            }
        }
    }
    out.push_str(&text[plain..]);
    out.push('"');
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn spelling_survives() {
        for text in [
            r#"{"b":1.50,"a":-0,"big":123456789012345678901234567890,"e":1E+2,"s":"ü\n\u0001"}"#,
            r#"[[],{},"",null,true,false]"#,
        ] {
            assert_eq!(Value::parse(text).unwrap().to_text(), text);
        }
        assert_eq!(Value::parse(r#""\ud83d\ude00\/""#).unwrap(), Value::string("😀/"));
    }

    #[test]
    fn whole_numbers_are_known_in_any_spelling() {
        for (text, number) in [
            ("0", Some(0)),
            ("-0", Some(0)),
            ("-0.00e99", Some(0)),
            ("1500", Some(1500)),
            ("1500.0", Some(1500)),
            ("15e2", Some(1500)),
            ("0.015E+5", Some(1500)),
            ("150000e-2", Some(1500)),
            ("18446744073709551615", Some(u64::MAX)),
            ("1844674407370955161.50e1", Some(u64::MAX)),
            ("18446744073709551616", None),
            ("1e20", None),
            ("1e99999999999", None),
            ("1.5", None),
            ("15e-2", None),
            ("1.00000000000000000001", None),
            ("-1", None),
            ("-1e0", None),
        ] {
            assert_eq!(Value::Number(text.to_owned()).as_u64(), number, "{text}");
        }
    }

    #[test]
    fn what_is_no_json_is_an_error() {
        for text in [
            "",
            "{",
            "[1,]",
            "{\"a\":1,}",
            "01",
            "-",
            "1.",
            "1e",
            "tru",
            "\"",
            "\"\\x\"",
            "\"\\ud800\"",
            "\"\n\"",
            "[1] 2",
            "// x\n1",
            "{1:2}",
            "\"\\u12",
            "+1",
        ] {
            assert!(Value::parse(text).is_err(), "{text}");
        }
        assert!(Value::parse(&"[".repeat(100_000)).is_err());
    }

    #[test]
    fn relaxed_json_has_comments_and_trailing_commas() {
        let text = "{ // a\n \"a\": [1, /* b */ 2,], }";
        assert_eq!(Value::parse_relaxed(text).unwrap().to_text(), r#"{"a":[1,2]}"#);
    }

    #[test]
    fn the_last_of_equal_keys_counts() {
        let value = Value::parse(r#"{"a":1,"b":2,"a":3,"a":4,"c":5}"#).unwrap();
        assert_eq!(value.to_text(), r#"{"a":4,"b":2,"c":5}"#);
    }

    proptest! {
        #[test]
        fn reading_never_panics(text in r#"[\[\]{}",:\\u0-9eE.+tfn a-dé/*-]{0,40}"#) {
            if let Ok(value) = Value::parse(&text) {
                prop_assert_eq!(Value::parse(&value.to_text()).unwrap(), value);
            }
            let _ = Value::parse_relaxed(&text);
        }
    }
}
