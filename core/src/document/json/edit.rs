//! From changes to edits of JSON text.

use super::children;
use super::print::{Layout, print_entry};
use super::style::{Style, begins_line, line_indent, majority_line_break};
use crate::document::reconcile::{Change, Replacement};
use crate::document::splice::TextEdit;
use crate::document::tree::Node;
use crate::document::value::Value;

/// The edits that make the changes in the text.
pub(crate) fn edits(text: &str, root: &Node, changes: &[Change<'_>]) -> Vec<TextEdit> {
    if changes.is_empty() {
        return Vec::new();
    }
    let style = Style::of(text, root);
    let mut edits = Vec::new();
    for change in changes {
        match change {
            Change::Replace(replacement) => edits.push(replace(text, &style, replacement)),
            Change::Children(change) => children::edit(text, &style, change, &mut edits),
        }
    }
    edits
}

/// The edit that gives a text without a value its first one. Comments stay above it.
pub(crate) fn create(text: &str, value: &Value) -> TextEdit {
    let style = Style::fresh(majority_line_break(text));
    let mut printed = print_entry(None, value, &style, Layout::ManyLines(""));
    printed.push_str(style.line_break);
    if text.trim().is_empty() {
        return TextEdit::replace(0..text.len(), printed);
    }
    if !text.ends_with(['\n', '\r']) {
        printed.insert_str(0, style.line_break);
    }
    TextEdit::insert(text.len(), printed)
}

fn replace(text: &str, style: &Style, replacement: &Replacement<'_>) -> TextEdit {
    let layout = layout_at(text, style, replacement.holder);
    let printed = print_entry(None, &replacement.value, style, layout);
    TextEdit::replace(replacement.node.range.clone(), printed)
}

/// The layout of a value whose member, or itself, begins at `holder`.
pub(super) fn layout_at<'a>(text: &'a str, style: &Style, holder: usize) -> Layout<'a> {
    if !style.one_line && begins_line(text, holder) {
        Layout::ManyLines(line_indent(text, holder))
    } else {
        Layout::OneLine
    }
}
