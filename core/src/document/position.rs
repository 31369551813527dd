//! Places in a text, as editors count them.

use super::SyntaxError;

/// An error at a byte of `text`.
pub(crate) fn error_at(text: &str, offset: usize, message: impl Into<String>) -> SyntaxError {
    let (line, column) = line_and_column(&text[..offset]);
    SyntaxError { line, column, message: message.into() }
}

/// The place right behind `before`: lines end with `\n`, `\r\n` or `\r`, columns are
/// characters, and both count from one.
pub(crate) fn line_and_column(before: &str) -> (usize, usize) {
    let mut line = 1;
    let mut column = 1;
    let mut characters = before.chars().peekable();
    while let Some(character) = characters.next() {
        match character {
            '\r' if characters.peek() == Some(&'\n') => column += 1,
            '\n' | '\r' => (line, column) = (line + 1, 1),
            _ => column += 1,
        }
    }
    (line, column)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_and_columns_count_from_one() {
        for (before, expected) in [
            ("", (1, 1)),
            ("äß", (1, 3)),
            ("a\n", (2, 1)),
            ("a\r\nb", (2, 2)),
            ("a\rb", (2, 2)),
            ("\n\n\r\n", (4, 1)),
        ] {
            assert_eq!(line_and_column(before), expected, "{before:?}");
        }
    }
}
