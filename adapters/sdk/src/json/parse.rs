//! JSON text, read.

use super::{Object, Value};

/// How deep values may be nested: far more than any host's file needs, and little enough
/// for the stack of a sandbox.
const DEPTH: usize = 512;

pub(super) struct Parser<'a> {
    text: &'a str,
    at: usize,
    relaxed: bool,
}

impl<'a> Parser<'a> {
    /// For strict JSON.
    pub(super) fn new(text: &'a str) -> Self {
        Parser { text, at: 0, relaxed: false }
    }

    /// For JSON with comments and trailing commas.
    pub(super) fn relaxed(text: &'a str) -> Self {
        Parser { text, at: 0, relaxed: true }
    }

    /// Reads one value and nothing after it.
    pub(super) fn document(mut self) -> Result<Value, String> {
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
        object.settle();
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
            let rest = &self.text[self.at..];
            let plain = rest.bytes().position(is_special).unwrap_or(rest.len());
            text.push_str(&rest[..plain]);
            self.at += plain;
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
            let rest = &self.text[self.at..];
            let is_space = |byte| matches!(byte, b' ' | b'\t' | b'\r' | b'\n');
            let space = rest.bytes().position(|byte| !is_space(byte)).unwrap_or(rest.len());
            self.at += space;
            let rest = &rest[space..];
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

/// Whether a byte of a string stands for anything but itself.
pub(super) fn is_special(byte: u8) -> bool {
    byte < b' ' || byte == b'"' || byte == b'\\'
}
