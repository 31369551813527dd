//! Comments: where they are, and which of them hold a member that someone switched off.
//!
//! `// "old": { "command": "x" },` is no remark on the member below it. It is a member that its
//! owner means to bring back, so it stays when a neighbour goes.

use std::ops::Range;

use super::trivia::Token;

/// The comments of a text, in order.
pub(crate) fn comments(text: &str) -> Vec<&str> {
    let bytes = text.as_bytes();
    let mut comments = Vec::new();
    let mut at = 0;
    while at < bytes.len() {
        let rest = &bytes[at..];
        let length = match rest {
            [b'"', body @ ..] => string_length(body) + 1,
            [b'/', b'/', ..] => {
                rest.iter().position(|byte| matches!(byte, b'\r' | b'\n')).unwrap_or(rest.len())
            }
            [b'/', b'*', body @ ..] => {
                body.windows(2).position(|pair| pair == b"*/").map_or(rest.len(), |end| end + 4)
            }
            _ => 1,
        };
        if rest[0] == b'/' && length > 1 {
            comments.push(&text[at..at + length]);
        }
        at += length;
    }
    comments
}

/// Of the comments in a stretch of text, those that hold a commented-out member or a part of one,
/// by their place in `tokens`.
pub(super) fn that_hold_members(text: &str, tokens: &[Token]) -> Vec<usize> {
    let mut lines = Vec::new();
    for (at, token) in tokens.iter().enumerate().filter(|(_, token)| token.kind.is_comment()) {
        lines.extend(content(text, token.range.clone()).map(|line| (at, line)));
    }
    let mut holding = Vec::new();
    let mut rest = lines.as_slice();
    while let Some(((_, line), behind)) = rest.split_first() {
        let count = if begins_member(line) { lines_of_member(rest) } else { 0 };
        holding.extend(rest[..count].iter().map(|(at, _)| *at));
        rest = if count == 0 { behind } else { &rest[count..] };
    }
    holding.dedup();
    holding
}

/// The lines of a comment, without its marks.
fn content(text: &str, range: Range<usize>) -> impl Iterator<Item = &str> {
    let comment = &text[range];
    let body = comment.strip_prefix("//").unwrap_or_else(|| {
        comment.strip_prefix("/*").and_then(|it| it.strip_suffix("*/")).unwrap_or(comment)
    });
    body.lines().map(|line| line.trim().trim_start_matches(['*', '/']).trim())
}

/// Whether a line begins with a key, a colon and what a value may begin with.
fn begins_member(line: &str) -> bool {
    let Some(body) = line.strip_prefix('"') else { return false };
    let Some(value) = body.get(string_length(body.as_bytes())..) else { return false };
    let Some(value) = value.trim_start().strip_prefix(':') else { return false };
    let value = value.trim_start();
    let word = value.split(|c: char| !c.is_ascii_alphanumeric()).next().unwrap_or_default();
    value.starts_with(['{', '[', '"', '-'])
        || matches!(word, "true" | "false" | "null")
        || (!word.is_empty() && word.bytes().all(|byte| byte.is_ascii_digit()))
}

/// How many lines a member takes: up to where its brackets are closed or, if they never are,
/// all that there are.
fn lines_of_member(lines: &[(usize, &str)]) -> usize {
    let mut depth = 0_usize;
    for (count, (_, line)) in lines.iter().enumerate() {
        let mut rest = line.as_bytes();
        while let [first, behind @ ..] = rest {
            rest = behind;
            match first {
                b'"' => rest = &behind[string_length(behind)..],
                b'{' | b'[' => depth += 1,
                b'}' | b']' => depth = depth.saturating_sub(1),
                _ => {}
            }
        }
        if depth == 0 {
            return count + 1;
        }
    }
    lines.len()
}

/// How long the rest of a string is, closing quote included.
fn string_length(body: &[u8]) -> usize {
    let mut at = 0;
    while let Some(byte) = body.get(at) {
        match byte {
            b'"' => return at + 1,
            b'\\' => at += 2,
            _ => at += 1,
        }
    }
    body.len()
}

#[cfg(test)]
mod tests {
    use super::super::trivia::tokens;
    use super::*;

    fn holding(text: &str) -> Vec<&str> {
        let tokens = tokens(text, 0..text.len());
        let found = that_hold_members(text, &tokens);
        found.into_iter().map(|at| &text[tokens[at].range.clone()]).collect()
    }

    #[test]
    fn commented_out_members_are_told_from_remarks() {
        for (text, expected) in [
            ("// \"old\": {\"command\": \"x\"},", 1),
            ("//\"old\":{},", 1),
            ("/* \"old\": { \"a\": [1] }, */", 1),
            ("/*\n * \"old\": {\n *   \"a\": 1\n * }\n */", 1),
            ("// \"old\": {\n//   \"args\": [\"}\"]\n// },\n// of last", 3),
            ("// off\n// \"old\": {},\n// too", 1),
            ("// \"a\": 1\n// \"b\": true,\n// \"c\": -1\n// \"d\": \"x\"", 4),
            ("// \"old\": {\n// never closed", 2),
            ("// of last", 0),
            ("// \"old\" was removed", 0),
            ("// \"see\": the docs", 0),
            ("// see https://example.com/\"x\": {}", 0),
            ("// \"unclosed", 0),
        ] {
            assert_eq!(holding(text).len(), expected, "{text:?}");
        }
    }

    #[test]
    fn comments_are_found_outside_of_strings() {
        let text = "// a\n{\"u\": \"http://x/*\", /* b\n*/ \"v\\\"//\": 1 // c\r\n}/* d";
        assert_eq!(comments(text), ["// a", "/* b\n*/", "// c", "/* d"]);
    }
}
