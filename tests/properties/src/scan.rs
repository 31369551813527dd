//! A second, much smaller reader of JSON with comments, for texts that are known to be good.
//!
//! It only says where things stand. What an edit left alone is compared byte by byte with its
//! help, so that no fault of the engine's own parser hides a fault of its editor.

use std::ops::Range;

/// A key and its value, where they stand.
#[derive(Clone, Debug)]
pub struct Member {
    /// Its escapes resolved.
    pub key: String,
    /// From the key's quote to the value's end.
    pub range: Range<usize>,
    /// The value alone.
    pub value: Range<usize>,
}

/// What is between tokens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Piece {
    Blank,
    Comment,
    String,
    /// Any other byte.
    Other,
}

/// Pieces of a text, one after the other.
struct Pieces<'a> {
    text: &'a str,
    at: usize,
}

impl Iterator for Pieces<'_> {
    type Item = (Piece, Range<usize>);

    fn next(&mut self) -> Option<Self::Item> {
        let rest = &self.text[self.at..];
        let first = rest.chars().next()?;
        let (piece, length) = match first {
            ' ' | '\t' | '\r' | '\n' => (Piece::Blank, 1),
            '"' => (Piece::String, string_length(rest)),
            '/' if rest.starts_with("/*") => {
                (Piece::Comment, rest[2..].find("*/").map_or(rest.len(), |at| at + 4))
            }
            '/' => (Piece::Comment, rest.find(['\n', '\r']).unwrap_or(rest.len())),
            _ => (Piece::Other, first.len_utf8()),
        };
        let start = self.at;
        self.at += length;
        Some((piece, start..self.at))
    }
}

fn string_length(text: &str) -> usize {
    let mut escaped = false;
    for (at, byte) in text.bytes().enumerate().skip(1) {
        match byte {
            b'"' if !escaped => return at + 1,
            b'\\' => escaped = !escaped,
            _ => escaped = false,
        }
    }
    text.len()
}

fn pieces(text: &str, at: usize) -> Pieces<'_> {
    Pieces { text, at }
}

/// Where the text's value stands, if it has one.
pub fn root(text: &str) -> Option<Range<usize>> {
    let start = first(text, 0)?;
    Some(start..value_end(text, start))
}

/// The members of the object that stands there; `None` if another value does.
pub fn members(text: &str, at: &Range<usize>) -> Option<Vec<Member>> {
    if !text[at.clone()].starts_with('{') {
        return None;
    }
    let mut members = Vec::new();
    let mut from = at.start + 1;
    while let Some(start) = first(text, from).filter(|start| *start < at.end) {
        match text.as_bytes()[start] {
            b'}' => break,
            b',' => from = start + 1,
            _ => {
                let key = start..start + string_length(&text[start..]);
                let colon = first(text, key.end)?;
                let value = first(text, colon + 1)?;
                let value = value..value_end(text, value);
                from = value.end;
                let key = serde_json::from_str(&text[key]).ok()?;
                members.push(Member { key, range: start..value.end, value });
            }
        }
    }
    Some(members)
}

/// Where the value at these keys stands; of duplicate keys the last counts.
pub fn find(text: &str, path: &[String]) -> Option<Range<usize>> {
    path.iter().try_fold(root(text)?, |at, key| {
        let members = members(text, &at)?;
        members.into_iter().rfind(|member| member.key == *key).map(|member| member.value)
    })
}

/// The comments there, in order.
pub fn comments<'a>(text: &'a str, at: &Range<usize>) -> Vec<&'a str> {
    let part = &text[at.clone()];
    let comments = pieces(part, 0).filter(|(piece, _)| *piece == Piece::Comment);
    comments.map(|(_, range)| &part[range]).collect()
}

/// The text without blanks between its tokens.
pub fn without_blanks(text: &str) -> String {
    let kept = pieces(text, 0).filter(|(piece, _)| *piece != Piece::Blank);
    kept.map(|(_, range)| &text[range]).collect()
}

/// The numbers in the text as they are spelt, in order.
pub fn numbers(text: &str) -> Vec<String> {
    let mut numbers = vec![String::new()];
    for (piece, range) in pieces(text, 0) {
        let part = &text[range];
        let continues = numbers.last().is_some_and(|number| !number.is_empty());
        let begins = part.starts_with(|c: char| c == '-' || c.is_ascii_digit());
        let is_part = begins || continues && matches!(part, "." | "e" | "E" | "+");
        match numbers.last_mut() {
            Some(number) if piece == Piece::Other && is_part => number.push_str(part),
            _ if continues => numbers.push(String::new()),
            _ => {}
        }
    }
    numbers.retain(|number| !number.is_empty());
    numbers
}

/// Where the first token from there on begins.
fn first(text: &str, from: usize) -> Option<usize> {
    pieces(text, from)
        .find(|(piece, _)| matches!(piece, Piece::String | Piece::Other))
        .map(|(_, range)| range.start)
}

/// Where the value that begins there ends.
fn value_end(text: &str, start: usize) -> usize {
    let mut depth = 0_usize;
    for (piece, range) in pieces(text, start) {
        match (piece, &text[range.clone()]) {
            (Piece::Other, "{" | "[") => depth += 1,
            (Piece::Other, "}" | "]") if depth == 0 => return range.start,
            (Piece::Other, "}" | "]") if depth == 1 => return range.end,
            (Piece::Other, "}" | "]") => depth -= 1,
            (Piece::Other, ",") | (Piece::Blank | Piece::Comment, _) if depth == 0 => {
                return range.start;
            }
            (Piece::String, _) if depth == 0 => return range.end,
            _ => {}
        }
    }
    text.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str =
        "// x\n{ \"a\": [1, -2.5e+3 /* 4 */], \"\\u00e9\" : {\"b\":\"}\\\"\"},\"a\":0\n}";

    fn path(keys: &[&str]) -> Vec<String> {
        keys.iter().map(|key| (*key).to_owned()).collect()
    }

    #[test]
    fn things_are_where_they_stand() {
        let at = |keys: &[&str]| find(TEXT, &path(keys)).map(|at| &TEXT[at]);
        assert_eq!(at(&["é", "b"]), Some("\"}\\\"\""));
        assert_eq!(at(&["a"]), Some("0"));
        assert_eq!(at(&["a", "x"]), None);
        let members = members(TEXT, &root(TEXT).unwrap()).unwrap();
        let texts: Vec<_> = members.iter().map(|member| &TEXT[member.range.clone()]).collect();
        let expected =
            ["\"a\": [1, -2.5e+3 /* 4 */]", "\"\\u00e9\" : {\"b\":\"}\\\"\"}", "\"a\":0"];
        assert_eq!(texts, expected);
        assert_eq!(comments(TEXT, &(0..TEXT.len())), ["// x", "/* 4 */"]);
        assert_eq!(numbers(TEXT), ["1", "-2.5e+3", "0"]);
        assert_eq!(without_blanks("[ 1,\n\" \" ]"), "[1,\" \"]");
    }
}
