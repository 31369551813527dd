//! Sentences that fit the terminal, with the lines after the first indented.

use unicode_width::UnicodeWidthStr;

/// Breaks `text`, which begins at column `indent`, between words. A word that is wider than
/// a line stays whole. Without a width nothing is broken.
pub fn wrap(text: &str, indent: usize, width: Option<usize>) -> String {
    let room = match width {
        Some(width) if width > indent + 10 => width - indent,
        _ => return text.to_owned(),
    };
    let mut wrapped = String::new();
    let mut used = 0;
    for word in text.split(' ') {
        if used > 0 && used + 1 + word.width() > room {
            wrapped.push('\n');
            wrapped.push_str(&" ".repeat(indent));
            used = 0;
        } else if used > 0 {
            wrapped.push(' ');
            used += 1;
        }
        wrapped.push_str(word);
        used += word.width();
    }
    wrapped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_break_between_words() {
        assert_eq!(wrap("one two three", 2, Some(13)), "one two\n  three");
        assert_eq!(wrap("one two three", 2, None), "one two three");
        assert_eq!(wrap("a-word-too-long x", 2, Some(14)), "a-word-too-long\n  x");
        assert_eq!(wrap("one two three", 9, Some(12)), "one two three");
    }
}
