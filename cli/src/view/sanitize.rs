//! Text from files and adapters, made safe for a terminal.

use std::borrow::Cow;

/// Shows control characters instead of obeying them. Names, paths and values pass through
/// here; line breaks are shown too, unless the text is a message of our own.
pub fn sanitize(text: &str) -> Cow<'_, str> {
    sanitize_but(text, |c| c == '\n')
}

/// As [`sanitize`], for text that must stay on its line.
pub fn sanitize_line(text: &str) -> Cow<'_, str> {
    sanitize_but(text, |_| false)
}

fn sanitize_but(text: &str, keep: impl Fn(char) -> bool) -> Cow<'_, str> {
    let unsafe_here = |c: char| is_unsafe(c) && !keep(c);
    if !text.contains(unsafe_here) {
        return Cow::Borrowed(text);
    }
    let shown = text.chars().map(|c| match c {
        c if !unsafe_here(c) => c.to_string(),
        '\n' => "\\n".to_owned(),
        '\r' => "\\r".to_owned(),
        '\t' => "\\t".to_owned(),
        c => format!("\\u{{{:x}}}", u32::from(c)),
    });
    Cow::Owned(shown.collect())
}

/// JSON in which nothing but its line ends is a character that a terminal obeys: such a
/// character is inside a text, and can be escaped there without being another.
pub fn escape_json(json: &str) -> String {
    let escape = |c: char| {
        if c == '\n' || !is_unsafe(c) {
            return c.to_string();
        }
        c.encode_utf16(&mut [0; 2]).iter().map(|unit| format!("\\u{unit:04x}")).collect()
    };
    json.chars().map(escape).collect()
}

/// Control characters, and those that change the direction or hide the presence of text.
fn is_unsafe(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}')
        || matches!(c, '\u{61c}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn control_characters_are_shown() {
        for (text, shown) in [
            ("plain é 日本語", "plain é 日本語"),
            ("a\u{1b}[31mb", "a\\u{1b}[31mb"),
            ("a\r\tb", "a\\r\\tb"),
            ("a\u{202e}b\u{200b}", "a\\u{202e}b\\u{200b}"),
            ("\u{9b}0m", "\\u{9b}0m"),
        ] {
            assert_eq!(sanitize(text), shown);
        }
        assert_eq!(sanitize("a\nb"), "a\nb");
        assert_eq!(sanitize_line("a\nb"), "a\\nb");
    }
}
