//! Writes new values in a document's style.

use super::style::Style;
use crate::document::value::{Value, print_string};

/// The widest line on which an array of scalars may end.
const WIDEST_LINE: usize = 80;

/// How a new value is laid out.
#[derive(Clone, Copy)]
pub(super) enum Layout<'a> {
    OneLine,
    /// A line for each member; the text is the indentation of the line that it begins on.
    ManyLines(&'a str),
}

/// A member or item: an optional key, and a value.
pub(super) fn print_entry(
    key: Option<&str>,
    value: &Value,
    style: &Style,
    layout: Layout<'_>,
) -> String {
    let mut text = String::new();
    Printer { style, text: &mut text }.entry(key, value, layout);
    text
}

struct Printer<'a> {
    style: &'a Style,
    text: &'a mut String,
}

impl Printer<'_> {
    fn entry(&mut self, key: Option<&str>, value: &Value, layout: Layout<'_>) {
        let start = self.text.len();
        if let Some(key) = key {
            print_string(key, self.text);
            self.text.push_str(&self.style.colon);
        }
        match (value, layout) {
            (value, _) if !value.is_filled() => self.empty(value),
            (value, Layout::OneLine) => self.one_line(value),
            (Value::Array(items), Layout::ManyLines(indent)) if self.is_short(items) => {
                let behind_key = self.text.len();
                self.one_line(value);
                if columns(indent) + columns(&self.text[start..]) + 1 > WIDEST_LINE {
                    self.text.truncate(behind_key);
                    self.many_lines(value, indent);
                }
            }
            (value, Layout::ManyLines(indent)) => self.many_lines(value, indent),
        }
    }

    fn is_short(&self, items: &[Value]) -> bool {
        self.style.short_arrays && items.iter().all(|item| !item.is_container())
    }

    fn empty(&mut self, value: &Value) {
        match value {
            Value::Array(_) => self.text.push_str("[]"),
            Value::Object(_) => self.text.push_str("{}"),
            scalar => scalar.print_scalar(self.text),
        }
    }

    fn one_line(&mut self, value: &Value) {
        let (open, close, padding) = brackets(value, self.style);
        self.text.push(open);
        self.text.push_str(padding);
        for (at, (key, value)) in entries(value).enumerate() {
            if at > 0 {
                self.text.push(',');
                self.text.push_str(&self.style.gap);
            }
            self.entry(key, value, Layout::OneLine);
        }
        self.text.push_str(padding);
        self.text.push(close);
    }

    fn many_lines(&mut self, value: &Value, indent: &str) {
        let (open, close, _) = brackets(value, self.style);
        let inner = format!("{indent}{}", self.style.unit);
        self.text.push(open);
        for (at, (key, value)) in entries(value).enumerate() {
            if at > 0 {
                self.text.push(',');
            }
            self.text.push_str(self.style.line_break);
            self.text.push_str(&inner);
            self.entry(key, value, Layout::ManyLines(&inner));
        }
        if self.style.trailing_commas {
            self.text.push(',');
        }
        self.text.push_str(self.style.line_break);
        self.text.push_str(indent);
        self.text.push(close);
    }
}

fn brackets<'a>(value: &Value, style: &'a Style) -> (char, char, &'a str) {
    match value {
        Value::Array(_) => ('[', ']', &style.array_padding),
        _ => ('{', '}', &style.object_padding),
    }
}

fn entries(value: &Value) -> Box<dyn Iterator<Item = (Option<&str>, &Value)> + '_> {
    match value {
        Value::Array(items) => Box::new(items.iter().map(|item| (None, item))),
        Value::Object(entries) => {
            Box::new(entries.iter().map(|(key, value)| (Some(key.as_str()), value)))
        }
        _ => Box::new(std::iter::empty()),
    }
}

/// The width of a text, with tabs as wide as four characters.
fn columns(text: &str) -> usize {
    text.chars().map(|character| if character == '\t' { 4 } else { 1 }).sum()
}
