//! How a document is written: what new text has to look like to fit in.

use super::trivia::{Gaps, TokenKind};
use crate::document::tree::{Kind, Node};

/// The habits of one document.
#[derive(Clone, Debug)]
pub(super) struct Style {
    /// One level of indentation.
    pub(super) unit: String,
    pub(super) line_break: &'static str,
    /// What stands between key and value.
    pub(super) colon: String,
    /// What follows a comma within a line.
    pub(super) gap: String,
    /// What stands inside the braces of an object on one line.
    pub(super) object_padding: String,
    /// The same for an array.
    pub(super) array_padding: String,
    /// Whether arrays of scalars stand on one line where they fit.
    pub(super) short_arrays: bool,
    /// Whether the last of many lines has a comma too.
    pub(super) trailing_commas: bool,
    /// Whether the whole document is one line, and not an empty one.
    pub(super) one_line: bool,
}

/// More containers than these are not looked at: habits show early.
const MOST_CONTAINERS: usize = 10_000;

impl Style {
    /// The style of new documents.
    pub(super) fn fresh(line_break: &'static str) -> Self {
        Style {
            unit: "  ".to_owned(),
            line_break,
            colon: ": ".to_owned(),
            gap: " ".to_owned(),
            object_padding: " ".to_owned(),
            array_padding: String::new(),
            short_arrays: true,
            trailing_commas: false,
            one_line: false,
        }
    }

    /// Looks at the whole document.
    pub(super) fn of(text: &str, root: &Node) -> Self {
        let mut survey = Survey { text, ..Survey::default() };
        survey.visit(root);
        let colon = survey.colon.unwrap_or(": ").to_owned();
        let space = if colon.ends_with(' ') { " " } else { "" };
        Style {
            unit: most_frequent(&survey.units).unwrap_or("  ").to_owned(),
            line_break: majority_line_break(text),
            gap: survey.gap.unwrap_or(space).to_owned(),
            object_padding: survey.object_padding.unwrap_or(space).to_owned(),
            array_padding: survey.array_padding.unwrap_or_default().to_owned(),
            colon,
            short_arrays: survey.short_arrays >= survey.long_arrays,
            trailing_commas: survey.with_trailing_comma > survey.without_trailing_comma,
            one_line: root.len() > 0 && !text.trim_end().contains(['\n', '\r']),
        }
    }
}

/// The blanks at the start of the line that `offset` is in.
pub(super) fn line_indent(text: &str, offset: usize) -> &str {
    let line = &text[line_start(text, offset)..];
    &line[..line.len() - line.trim_start_matches([' ', '\t']).len()]
}

/// Whether nothing but blanks stands before `offset` on its line.
pub(super) fn begins_line(text: &str, offset: usize) -> bool {
    let before = text[..offset].trim_end_matches([' ', '\t']);
    before.is_empty() || before.ends_with(['\n', '\r'])
}

fn line_start(text: &str, offset: usize) -> usize {
    text[..offset].rfind(['\n', '\r']).map_or(0, |at| at + 1)
}

/// The line end that the document uses most; `\n` if it has none.
pub(super) fn majority_line_break(text: &str) -> &'static str {
    let (mut line_feeds, mut pairs, mut returns) = (0_usize, 0_usize, 0_usize);
    let bytes = text.as_bytes();
    for (at, byte) in bytes.iter().enumerate() {
        match byte {
            b'\n' if at > 0 && bytes[at - 1] == b'\r' => pairs += 1,
            b'\n' => line_feeds += 1,
            b'\r' if bytes.get(at + 1) != Some(&b'\n') => returns += 1,
            _ => {}
        }
    }
    match line_feeds {
        _ if pairs > line_feeds && pairs >= returns => "\r\n",
        _ if returns > line_feeds => "\r",
        _ => "\n",
    }
}

/// What was seen so far.
#[derive(Default)]
struct Survey<'a> {
    text: &'a str,
    containers: usize,
    units: Vec<(&'a str, usize)>,
    colon: Option<&'a str>,
    gap: Option<&'a str>,
    object_padding: Option<&'a str>,
    array_padding: Option<&'a str>,
    short_arrays: usize,
    long_arrays: usize,
    with_trailing_comma: usize,
    without_trailing_comma: usize,
}

impl<'a> Survey<'a> {
    fn visit(&mut self, node: &Node) {
        if node.len() == 0 || self.containers == MOST_CONTAINERS {
            return;
        }
        self.containers += 1;
        let first = node.child_range(0).start;
        if begins_line(self.text, first) {
            self.many_lines(node, first);
        } else {
            self.one_line(node, first);
        }
        if let Kind::Object(members) = &node.kind {
            let colon = &self.text[members[0].key_range.end..members[0].value.range.start];
            let plain = colon.bytes().all(|byte| matches!(byte, b' ' | b'\t' | b':'));
            self.colon = self.colon.or(plain.then_some(colon));
        }
        for index in 0..node.len() {
            self.visit(node.child(index));
        }
    }

    fn many_lines(&mut self, node: &Node, first: usize) {
        let outer = line_indent(self.text, node.range.start);
        let inner = line_indent(self.text, first);
        if let Some(unit) = inner.strip_prefix(outer).filter(|unit| !unit.is_empty()) {
            match self.units.iter_mut().find(|(known, _)| *known == unit) {
                Some((_, votes)) => *votes += 1,
                None => self.units.push((unit, 1)),
            }
        }
        match (Gaps { text: self.text, container: node }).trailing_comma() {
            Some(_) => self.with_trailing_comma += 1,
            None => self.without_trailing_comma += 1,
        }
        self.long_arrays += usize::from(is_array_of_scalars(node));
    }

    fn one_line(&mut self, node: &Node, first: usize) {
        self.short_arrays += usize::from(is_array_of_scalars(node));
        let padding = &self.text[node.range.start + 1..first];
        if padding.bytes().all(|byte| byte == b' ') {
            match node.kind {
                Kind::Object(_) => self.object_padding = self.object_padding.or(Some(padding)),
                _ => self.array_padding = self.array_padding.or(Some(padding)),
            }
        }
        if node.len() > 1 && self.gap.is_none() {
            self.gap = gap_after_comma(self.text, node, 1);
        }
    }
}

/// What stands between a comma and the child after it, if that is blanks alone.
pub(super) fn gap_after_comma<'a>(
    text: &'a str,
    container: &Node,
    index: usize,
) -> Option<&'a str> {
    let gaps = Gaps { text, container };
    let tokens = gaps.tokens(index);
    let comma = tokens.iter().position(|token| token.kind == TokenKind::Comma)?;
    match &tokens[comma + 1..] {
        [] => Some(""),
        [space] if space.kind == TokenKind::Space => Some(&text[space.range.clone()]),
        _ => None,
    }
}

fn is_array_of_scalars(node: &Node) -> bool {
    match &node.kind {
        Kind::Array(items) => {
            let is_scalar = |item: &Node| !matches!(item.kind, Kind::Array(_) | Kind::Object(_));
            items.iter().all(is_scalar)
        }
        _ => false,
    }
}

/// Of equals the first.
fn most_frequent<'a>(votes: &[(&'a str, usize)]) -> Option<&'a str> {
    votes.iter().rev().max_by_key(|(_, votes)| *votes).map(|(unit, _)| *unit)
}
