//! Text without a tree: what stands between the values of a document, and documents that can't
//! be parsed.

use super::super::hidden::Hidden;
use super::super::references::mask_around_references;
use super::is_option;
use crate::secret::{MASK, is_secret_name, mask_text};

/// A scan of text, word by word and quote by quote. It errs towards hiding.
pub(super) struct Loose<'a> {
    hidden: &'a Hidden,
    /// Whether all is masked but keys in quotes.
    is_broken: bool,
    /// Whether a key with a secret's name came last, and what it names has not ended.
    named: Option<Named>,
    /// Whether an option came last whose value is a secret.
    after_option: bool,
    last: Last,
}

/// What came last, blanks aside.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Last {
    Colon,
    Value,
    Other,
}

/// How far what a key names reaches.
enum Named {
    /// To the end of the line: a key without quotes.
    Line,
    /// To the end of the value, which is inside of so many brackets.
    Value(usize),
    /// To what ends a value, of which something was seen already.
    Rest,
}

impl<'a> Loose<'a> {
    /// Of comments: prose, and values that were switched off.
    pub(super) fn comments(hidden: &'a Hidden) -> Self {
        Loose { hidden, is_broken: false, named: None, after_option: false, last: Last::Other }
    }

    /// Of a document that can't be parsed.
    pub(super) fn broken(hidden: &'a Hidden) -> Self {
        Loose { is_broken: true, ..Loose::comments(hidden) }
    }

    /// The text, with as many lines as it has.
    pub(super) fn mask(mut self, text: &str) -> String {
        let is_broken = self.is_broken;
        let mut masked = String::with_capacity(text.len());
        for line in text.split_inclusive('\n') {
            // Of a line with an odd quote nobody knows what is inside of quotes and what is not.
            self.is_broken = is_broken || line.matches('"').count() % 2 == 1;
            self.line(line, &mut masked);
        }
        masked
    }

    fn line(&mut self, line: &str, masked: &mut String) {
        let mut rest = line;
        while let Some(first) = rest.chars().next() {
            let (part, shown) = match first {
                '"' => self.quoted(rest),
                c if c.is_whitespace() || "[]{},".contains(c) => {
                    self.punctuation(c);
                    (&rest[..c.len_utf8()], c.to_string())
                }
                _ => self.word(rest),
            };
            masked.push_str(&shown);
            rest = &rest[part.len()..];
        }
    }

    fn punctuation(&mut self, c: char) {
        // A text without its second quote ends with its line.
        if !c.is_whitespace() || (c == '\n' && self.last == Last::Value) {
            self.last = Last::Other;
        }
        self.named = match (self.named.take(), c) {
            (Some(Named::Line | Named::Rest), '\n') => None,
            (Some(Named::Rest), ',' | ']' | '}') => None,
            (Some(Named::Value(depth)), '[' | '{') => Some(Named::Value(depth + 1)),
            (Some(Named::Value(1)), ']' | '}') => None,
            // At the outset none has ended: the value is still to come.
            (Some(Named::Value(depth)), ']' | '}') => Some(Named::Value(depth.saturating_sub(1))),
            (named, _) => named,
        };
    }

    /// A text in quotes, to the end of its line where it has no second one.
    fn quoted<'t>(&mut self, text: &'t str) -> (&'t str, String) {
        let mut escaped = false;
        let is_end = |(_, c): &(usize, char)| {
            let ends = (*c == '"' && !escaped) || *c == '\n';
            escaped = *c == '\\' && !escaped;
            ends
        };
        let (end, close) = match text[1..].char_indices().find(is_end) {
            Some((at, '"')) => (at + 2, "\""),
            Some((at, _)) => (at + 1, ""),
            None => (text.len(), ""),
        };
        let (part, rest) = text.split_at(end);
        let inside = &part[1..end - close.len()];
        // What looks like a key where none can be is a value.
        let may_be_key = match self.is_broken {
            true => self.last == Last::Other && !self.after_option,
            false => self.last != Last::Colon || self.named.is_none(),
        };
        self.last = Last::Value;
        if may_be_key && !close.is_empty() && rest.trim_start().starts_with(':') {
            self.named = is_secret_name(inside).then_some(Named::Value(0));
            return (part, part.to_owned());
        }
        (part, format!("\"{}{close}", self.value(inside)))
    }

    /// Text to the next blank, bracket or quote.
    fn word<'t>(&mut self, text: &'t str) -> (&'t str, String) {
        let end = text.find(|c: char| c.is_whitespace() || "[]{},\"".contains(c));
        let (part, rest) = text.split_at(end.unwrap_or(text.len()));
        let is_mark = !part.contains(|c: char| c.is_alphanumeric());
        self.last = match (is_mark, part.ends_with(':')) {
            (_, true) => Last::Colon,
            (true, false) => Last::Other,
            (false, false) => Last::Value,
        };
        if is_mark {
            return (part, part.to_owned());
        }
        let name = part.trim_end_matches([':', '=']);
        let is_key = name != part || rest.trim_start_matches(' ').starts_with([':', '=']);
        if is_key && !self.is_broken && mask_text(part) == part {
            self.named = is_secret_name(name).then_some(Named::Line);
            return (part, part.to_owned());
        }
        let is_scheme = ["bearer", "basic"].contains(&part.to_lowercase().as_str());
        let shown = self.value(part);
        self.after_option |= is_scheme;
        (part, shown)
    }

    fn value(&mut self, text: &str) -> String {
        let is_secret = self.after_option || self.named.is_some();
        if matches!(self.named, Some(Named::Value(0))) {
            self.named = Some(Named::Rest);
        }
        self.after_option = is_option(text);
        if self.is_broken && !text.is_empty() {
            return MASK.to_owned();
        }
        mask_around_references(&self.hidden.mask(text), |literal| match is_secret {
            true => MASK.to_owned(),
            false => mask_text(literal),
        })
    }
}
