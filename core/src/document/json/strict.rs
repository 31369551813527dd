//! What `jsonc-parser` lets through and JSON does not: control characters in strings, white
//! space other than the four characters that JSON names, and nesting without an end.

use crate::document::tree::DEEPEST;

pub(super) const TOO_DEEP: &str = "arrays and objects are nested more than 256 levels deep";

/// A place where a text breaks the rules.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Fault {
    pub(super) offset: usize,
    pub(super) message: &'static str,
}

/// The first such fault. Strings and comments are followed as the parser follows them, so up
/// to the first fault of any kind both see the same tokens.
pub(super) fn first_fault(text: &str) -> Option<Fault> {
    let bytes = text.as_bytes();
    let mut depth = 0_usize;
    let mut at = 0;
    while let Some(&byte) = bytes.get(at) {
        let mut message = "";
        let mut next = at + 1;
        match byte {
            b'"' => match string_end(bytes, next) {
                Ok(end) => next = end,
                Err(fault) => return Some(fault),
            },
            b'/' => next = comment_end(bytes, at),
            b'{' | b'[' => {
                depth += 1;
                if depth > DEEPEST {
                    message = TOO_DEEP;
                }
            }
            b'}' | b']' => depth = depth.saturating_sub(1),
            b' ' | b'\t' | b'\n' | b'\r' | 0x21..=0x7E => {}
            _ => message = "unexpected character",
        }
        if !message.is_empty() {
            return Some(Fault { offset: at, message });
        }
        at = next;
    }
    None
}

/// Right behind the closing quote, or the end of the text.
fn string_end(bytes: &[u8], start: usize) -> Result<usize, Fault> {
    let mut at = start;
    while let Some(&byte) = bytes.get(at) {
        match byte {
            b'"' => return Ok(at + 1),
            b'\\' => at += 1,
            0..=0x1F => {
                let message = match byte {
                    b'\n' | b'\r' => "a line break in a string",
                    _ => "a control character in a string",
                };
                return Err(Fault { offset: at, message });
            }
            _ => {}
        }
        at += 1;
    }
    Ok(bytes.len())
}

/// Right behind a comment, or behind the slash if it begins none.
fn comment_end(bytes: &[u8], start: usize) -> usize {
    let body = &bytes[start + 1..];
    let length = match body.first() {
        Some(b'/') => body.iter().position(|byte| matches!(byte, b'\n' | b'\r')),
        Some(b'*') => body[1..].windows(2).position(|pair| pair == b"*/").map(|at| at + 3),
        _ => Some(0),
    };
    start + 1 + length.unwrap_or(body.len())
}
