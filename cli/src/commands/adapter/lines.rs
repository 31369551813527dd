//! Lines about an adapter, most of which it or its source says of itself.

use std::fmt::Write as _;

use crate::view::sanitize::sanitize_line;
use crate::view::wrap::wrap;

/// Lines of which none can pass for another one, whatever is said in it: each is sanitised, and
/// what does not fit beside the terminal's edge goes on further to the right.
pub struct Lines {
    text: String,
    width: Option<usize>,
}

impl Lines {
    /// None yet, for a terminal of this width.
    pub fn new(width: Option<usize>) -> Self {
        Lines { text: String::new(), width }
    }

    /// Adds a line. It and what it goes on with begin `indent` cells from the left.
    pub fn push(&mut self, indent: usize, text: &str) {
        let text = wrap(&visible(text), indent + 2, self.width);
        let _ = writeln!(self.text, "{:indent$}{text}", "");
    }

    /// Adds a name, in as many cells as the others have, and what it stands for.
    pub fn field(&mut self, cells: usize, label: &str, value: &str) {
        let value = wrap(&visible(value), cells + 5, self.width);
        let _ = writeln!(self.text, "  {label:<cells$} {value}");
    }

    /// All of them.
    pub fn text(self) -> String {
        self.text
    }
}

/// The text with all that is invisible shown, but single-byte spaces, where lines may break.
fn visible(text: &str) -> String {
    let text = sanitize_line(text);
    let is_blank = |c: char| {
        c != ' ' && (c.is_whitespace() || matches!(c, '\u{115f}' | '\u{1160}' | '\u{2800}'))
            || matches!(c, '\u{3164}' | '\u{ffa0}')
    };
    let shown = |c: char| match is_blank(c) {
        true => format!("\\u{{{:x}}}", u32::from(c)),
        false => c.to_string(),
    };
    text.chars().map(shown).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_line_passes_for_another() {
        let mut lines = Lines::new(Some(40));
        lines.push(0, "Example\n  Signed    yes");
        lines.field(9, "Version", "1.0.0\r\u{1b}[2K\u{3000}\u{2800}x");
        lines.field(9, "Authors", &format!("me{}Signed    yes", " ".repeat(60)));
        let text = lines.text();
        let starts: Vec<_> = text.lines().filter(|line| line.starts_with("  Signed")).collect();
        assert!(starts.is_empty() && !text.contains('\u{1b}'), "{text}");
        assert!(text.contains(r"1.0.0\r\u{1b}[2K\u{3000}\u{2800}x"), "{text}");
        assert!(text.lines().all(|line| line.chars().count() <= 40), "{text}");
    }
}
