//! JSON as a host's file spells it.
//!
//! Objects keep the order of their keys and numbers keep their digits, so that a section
//! that goes through an adapter comes back as it was but for what was asked. The parser is
//! our own because a number's spelling must survive without switching a mode of a JSON
//! library on for every crate of the workspace.

use std::fmt::Write as _;

/// How deep values may be nested: far more than any host's file needs, and little enough
/// for the stack of a sandbox.
const DEPTH: usize = 512;

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
        Parser { text, at: 0, relaxed: false }.document()
    }

    /// Reads JSON with comments and trailing commas.
    ///
    /// # Errors
    ///
    /// As [`Value::parse`].
    pub fn parse_relaxed(text: &str) -> Result<Value, String> {
        Parser { text, at: 0, relaxed: true }.document()
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
        digits.parse().ok().or_else(|| {
            // Floats hold whole numbers exactly up to 2^53.
            let float: f64 = digits.parse().ok()?;
            (float >= 0.0 && float <= 9_007_199_254_740_992.0 && float.fract() == 0.0)
                .then_some(float as u64)
        })
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
        if byte >= b' ' && byte != b'"' && byte != b'\\' {
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

struct Parser<'a> {
    text: &'a str,
    at: usize,
    relaxed: bool,
}

impl Parser<'_> {
    fn document(mut self) -> Result<Value, String> {
        let value = self.value(0)?;
        self.skip_space();
        if self.at == self.text.len() { Ok(value) } else { self.fail("text after the value") }
    }

    fn value(&mut self, depth: usize) -> Result<Value, String> {
        self.skip_space();
        if depth > DEPTH {
            return self.fail("values nested too deep");
        }
        match self.peek() {
            Some(b'{') => self.object(depth),
            Some(b'[') => self.array(depth),
            Some(b'"') => self.string().map(Value::String),
            Some(b'-' | b'0'..=b'9') => self.number(),
            _ => {
                for (word, value) in [
                    ("true", Value::Bool(true)),
                    ("false", Value::Bool(false)),
                    ("null", Value::Null),
                ] {
                    if self.text[self.at..].starts_with(word) {
                        self.at += word.len();
                        return Ok(value);
                    }
                }
                self.fail("no value")
            }
        }
    }

    fn object(&mut self, depth: usize) -> Result<Value, String> {
        let mut object = Object::new();
        self.at += 1;
        while self.another(b'}', object.is_empty())? {
            if self.peek() != Some(b'"') {
                return self.fail("no key");
            }
            let key = self.string()?;
            self.skip_space();
            if !self.eat(b':') {
                return self.fail("no colon");
            }
            let value = self.value(depth + 1)?;
            object.push(key, value);
        }
        Ok(Value::Object(object))
    }

    fn array(&mut self, depth: usize) -> Result<Value, String> {
        let mut items = Vec::new();
        self.at += 1;
        while self.another(b']', items.is_empty())? {
            items.push(self.value(depth + 1)?);
        }
        Ok(Value::Array(items))
    }

    /// Steps to the next member, or over the bracket that closes the list.
    fn another(&mut self, close: u8, first: bool) -> Result<bool, String> {
        self.skip_space();
        if self.eat(close) {
            return Ok(false);
        }
        if !first {
            if !self.eat(b',') {
                return self.fail("no comma");
            }
            self.skip_space();
            if self.relaxed && self.eat(close) {
                return Ok(false);
            }
        }
        Ok(true)
    }

    fn number(&mut self) -> Result<Value, String> {
        let start = self.at;
        self.eat(b'-');
        let whole = self.digits();
        let zero_first = self.text.as_bytes().get(self.at - whole) == Some(&b'0');
        let mut sound = whole == 1 || (whole > 1 && !zero_first);
        if self.eat(b'.') {
            sound &= self.digits() > 0;
        }
        if self.eat(b'e') || self.eat(b'E') {
            let _sign = self.eat(b'+') || self.eat(b'-');
            sound &= self.digits() > 0;
        }
        if sound {
            Ok(Value::Number(self.text[start..self.at].to_owned()))
        } else {
            self.fail("no number")
        }
    }

    fn digits(&mut self) -> usize {
        let start = self.at;
        while self.peek().is_some_and(|byte| byte.is_ascii_digit()) {
            self.at += 1;
        }
        self.at - start
    }

    fn string(&mut self) -> Result<String, String> {
        self.at += 1;
        let mut text = String::new();
        loop {
            let start = self.at;
            while self.peek().is_some_and(|byte| byte >= b' ' && byte != b'"' && byte != b'\\') {
                self.at += 1;
            }
            text.push_str(&self.text[start..self.at]);
            if self.eat(b'"') {
                return Ok(text);
            }
            if !self.eat(b'\\') {
                return self.fail("a string that does not end");
            }
            let character = self.escape()?;
            text.push(character);
        }
    }

    fn escape(&mut self) -> Result<char, String> {
        let Some(letter) = self.peek() else { return self.fail("a string that does not end") };
        self.at += 1;
        Ok(match letter {
            b'"' | b'\\' | b'/' => char::from(letter),
            b'b' => '\u{8}',
            b'f' => '\u{c}',
            b'n' => '\n',
            b'r' => '\r',
            b't' => '\t',
            b'u' => return self.unicode(),
            _ => return self.fail("an unknown escape"),
        })
    }

    fn unicode(&mut self) -> Result<char, String> {
        let mut code = self.hex()?;
        if (0xd800..0xdc00).contains(&code) && self.text[self.at..].starts_with("\\u") {
            self.at += 2;
            let low = self.hex()?;
            if (0xdc00..0xe000).contains(&low) {
                code = 0x10000 + ((code - 0xd800) << 10) + (low - 0xdc00);
            }
        }
        match char::from_u32(code) {
            Some(character) => Ok(character),
            None => self.fail("half a character"),
        }
    }

    fn hex(&mut self) -> Result<u32, String> {
        let digits = self.text.as_bytes().get(self.at..self.at + 4).unwrap_or_default();
        if digits.len() < 4 || !digits.iter().all(u8::is_ascii_hexdigit) {
            return self.fail("an unknown escape");
        }
        let code = digits
            .iter()
            .fold(0, |code, digit| code * 16 + char::from(*digit).to_digit(16).unwrap_or_default());
        self.at += 4;
        Ok(code)
    }

    fn skip_space(&mut self) {
        loop {
            while matches!(self.peek(), Some(b' ' | b'\t' | b'\r' | b'\n')) {
                self.at += 1;
            }
            let rest = &self.text[self.at..];
            if self.relaxed && rest.starts_with("//") {
                self.at += rest.find('\n').unwrap_or(rest.len());
            } else if self.relaxed && rest.starts_with("/*") {
                self.at += rest.find("*/").map_or(rest.len(), |end| end + 2);
            } else {
                return;
            }
        }
    }

    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn eat(&mut self, byte: u8) -> bool {
        let found = self.peek() == Some(byte);
        self.at += usize::from(found);
        found
    }

    fn fail<T>(&self, what: &str) -> Result<T, String> {
        Err(format!("{what} at byte {}", self.at))
    }
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
        let value = Value::parse(r#"{"a":1,"b":2,"a":3}"#).unwrap();
        let mut object = value.as_object().unwrap().clone();
        assert_eq!(object.get("a"), Some(&Value::Number("3".into())));
        object.remove("a");
        assert_eq!(Value::Object(object).to_text(), r#"{"b":2}"#);
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
