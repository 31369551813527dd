//! Putting edits into a text, all at once.

use std::ops::Range;

/// Text that takes the place of a range of bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct TextEdit {
    pub(crate) range: Range<usize>,
    pub(crate) text: String,
}

impl TextEdit {
    pub(crate) fn insert(at: usize, text: impl Into<String>) -> Self {
        TextEdit { range: at..at, text: text.into() }
    }

    pub(crate) fn delete(range: Range<usize>) -> Self {
        TextEdit { range, text: String::new() }
    }

    pub(crate) fn replace(range: Range<usize>, text: impl Into<String>) -> Self {
        TextEdit { range, text: text.into() }
    }
}

/// The text with all edits made. Insertions at one place keep their order and come before
/// what is deleted from there on; deletions may overlap.
pub(crate) fn apply(text: &str, mut edits: Vec<TextEdit>) -> String {
    edits.sort_by_key(|edit| (edit.range.start, edit.range.end));
    let grown: usize = edits.iter().map(|edit| edit.text.len()).sum();
    let mut result = String::with_capacity(text.len() + grown);
    let mut copied = 0;
    for edit in edits {
        result.push_str(text.get(copied..edit.range.start).unwrap_or_default());
        result.push_str(&edit.text);
        copied = copied.max(edit.range.end);
    }
    result.push_str(&text[copied..]);
    result
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn edits_are_made_in_the_order_of_the_text() {
        let edits = vec![
            TextEdit::delete(6..8),
            TextEdit::insert(2, "X"),
            TextEdit::delete(5..7),
            TextEdit::insert(5, "1"),
            TextEdit::insert(5, "2"),
            TextEdit::replace(0..1, "__"),
        ];
        assert_eq!(apply("abcdefghij", edits), "__bXcde12ij");
    }
}
