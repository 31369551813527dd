//! What belongs to a member or item besides its own text: its comma, the comments on lines
//! directly above it, and a comment at the end of its line.

use std::ops::Range;

use super::commented::that_hold_members;
use crate::document::tree::Node;

/// A piece of what stands between values.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Token {
    pub(super) kind: TokenKind,
    pub(super) range: Range<usize>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum TokenKind {
    /// Blanks within a line.
    Space,
    /// One line end.
    LineBreak,
    LineComment,
    BlockComment,
    Comma,
}

impl TokenKind {
    pub(super) fn is_comment(self) -> bool {
        matches!(self, TokenKind::LineComment | TokenKind::BlockComment)
    }
}

/// Cuts the text between two values into pieces.
pub(super) fn tokens(text: &str, range: Range<usize>) -> Vec<Token> {
    let bytes = &text.as_bytes()[..range.end];
    let mut tokens = Vec::new();
    let mut at = range.start;
    while at < range.end {
        let rest = &bytes[at..];
        let run = |stop: fn(&u8) -> bool| rest.iter().position(stop).unwrap_or(rest.len());
        let (kind, length) = match rest {
            [b'\r', b'\n', ..] => (TokenKind::LineBreak, 2),
            [b'\r' | b'\n', ..] => (TokenKind::LineBreak, 1),
            [b',', ..] => (TokenKind::Comma, 1),
            [b'/', b'/', ..] => (TokenKind::LineComment, run(|byte| matches!(byte, b'\r' | b'\n'))),
            [b'/', b'*', body @ ..] => {
                let end = body.windows(2).position(|pair| pair == b"*/");
                (TokenKind::BlockComment, end.map_or(rest.len(), |end| end + 4))
            }
            _ => (TokenKind::Space, run(|byte| !matches!(byte, b' ' | b'\t')).max(1)),
        };
        tokens.push(Token { kind, range: at..at + length });
        at += length;
    }
    tokens
}

/// A container's text: where its children and the gaps between them are.
#[derive(Clone, Copy)]
pub(super) struct Gaps<'a> {
    pub(super) text: &'a str,
    pub(super) container: &'a Node,
}

/// A child with all that belongs to it.
#[derive(Clone, Debug)]
pub(super) struct Slot {
    /// From its first own comment to its last, comma included; without a comma that stands on
    /// a later line.
    pub(super) own: Range<usize>,
    /// The child itself.
    pub(super) child: Range<usize>,
    pub(super) comma: Option<usize>,
    /// The blanks before it, if nothing else stands before it on its line.
    pub(super) indent: Option<Range<usize>>,
}

impl<'a> Gaps<'a> {
    /// Right behind the opening bracket.
    pub(super) fn open(self) -> usize {
        self.container.range.start + 1
    }

    /// The closing bracket.
    pub(super) fn close(self) -> usize {
        self.container.range.end - 1
    }

    /// How many children there are.
    pub(super) fn len(self) -> usize {
        self.container.len()
    }

    /// What stands before the child of this index; before the closing bracket for the last.
    pub(super) fn gap(self, index: usize) -> Range<usize> {
        let start = match index.checked_sub(1) {
            Some(before) => self.container.child_range(before).end,
            None => self.open(),
        };
        let end =
            if index < self.len() { self.container.child_range(index).start } else { self.close() };
        start..end
    }

    pub(super) fn tokens(self, index: usize) -> Vec<Token> {
        tokens(self.text, self.gap(index))
    }

    /// The comma after the last child.
    pub(super) fn trailing_comma(self) -> Option<usize> {
        (self.len() > 0).then(|| trailing(&self.tokens(self.len()), 0).comma).flatten()
    }

    pub(super) fn slot(self, index: usize) -> Slot {
        let child = self.container.child_range(index);
        let before = self.tokens(index);
        let boundary = match index.checked_sub(1) {
            None => self.open(),
            Some(previous) => {
                let end = self.container.child_range(previous).end;
                let trailing = trailing(&before, end);
                trailing.comma.map_or(trailing.end, |comma| trailing.end.max(comma + 1))
            }
        };
        let leading: Vec<_> =
            before.into_iter().filter(|token| token.range.start >= boundary).collect();
        let (start, indent) = leading_start(&leading, index == 0, child.start);
        let trailing = trailing(&self.tokens(index + 1), child.end);
        Slot { own: start..trailing.end, child, comma: trailing.comma, indent }
    }

    /// What goes when the child of this index goes: its slot, without comments that hold a
    /// member, and without what stands beyond those.
    pub(super) fn removable(self, index: usize) -> Slot {
        let mut slot = self.slot(index);
        let before = tokens(self.text, slot.own.start..slot.child.start);
        if let Some(last) = that_hold_members(self.text, &before).last() {
            let behind = before[last + 1..].iter().find(|token| token.kind.is_comment());
            slot.own.start = behind.map_or(slot.child.start, |token| token.range.start);
        }
        let after = tokens(self.text, slot.child.end..slot.own.end);
        if let Some(first) = that_hold_members(self.text, &after).first() {
            let kept = after[..*first].iter().rfind(|token| token.kind != TokenKind::Space);
            slot.own.end = kept.map_or(slot.child.end, |token| token.range.end);
        }
        slot
    }
}

struct Trailing {
    /// Where what belongs to the child before the gap ends.
    end: usize,
    comma: Option<usize>,
}

/// What belongs to the child that ends where the gap begins: comments on its line up to the
/// comma, and those after the comma if the line ends with them. (If it does not, they stand
/// before the next child and are that one's, or the container's.)
fn trailing(gap: &[Token], child_end: usize) -> Trailing {
    let mut end = child_end;
    let mut behind_comma = child_end;
    let mut comma = None;
    for token in gap {
        match token.kind {
            TokenKind::Space => {}
            TokenKind::LineBreak => {
                end = end.max(behind_comma);
                break;
            }
            TokenKind::Comma => {
                comma = Some(token.range.start);
                end = token.range.end;
            }
            _ if comma.is_some() => behind_comma = token.range.end,
            _ => end = token.range.end,
        }
    }
    let late = || gap.iter().find(|token| token.kind == TokenKind::Comma);
    let comma = comma.or_else(|| late().map(|token| token.range.start));
    Trailing { end, comma }
}

/// Where what belongs to the next child begins, and the indentation of that place.
///
/// `tokens` are those after the previous child with its comments and comma. Comments on the
/// line of the opening bracket belong to the container.
fn leading_start(
    tokens: &[Token],
    is_first: bool,
    child_start: usize,
) -> (usize, Option<Range<usize>>) {
    let first_comment = |line: &[Token]| {
        line.iter().find(|token| token.kind.is_comment()).map(|token| token.range.start)
    };
    let lines: Vec<&[Token]> = tokens.split(|token| token.kind == TokenKind::LineBreak).collect();
    let [_, above @ .., last] = lines.as_slice() else {
        let line = if is_first { &[] } else { tokens };
        return (first_comment(line).unwrap_or(child_start), None);
    };
    let mut start = first_comment(last).unwrap_or(child_start);
    for line in above.iter().rev() {
        match first_comment(line) {
            Some(comment) => start = comment,
            None => break,
        }
    }
    let line_start = tokens
        .iter()
        .rfind(|token| token.kind == TokenKind::LineBreak && token.range.end <= start)
        .map_or(start, |line_break| line_break.range.end);
    (start, Some(line_start..start))
}
