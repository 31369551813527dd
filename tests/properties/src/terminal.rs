//! What a terminal is shown of any text.

#[path = "../../../cli/src/view/sanitize.rs"]
mod sanitize;

use self::sanitize::{escape_json, sanitize, sanitize_line};

/// No character that a terminal obeys, or that hides or turns others, is shown as it is; but
/// for line ends where they may be. Escaped JSON says what it said before.
pub fn terminal(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    let bad = |c: &char| {
        c.is_control()
            || matches!(c, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
    };
    let shown = sanitize(&text);
    assert_eq!(shown.chars().find(|c| *c != '\n' && bad(c)), None, "{shown:?}");
    let line = sanitize_line(&text);
    assert_eq!(line.chars().find(bad), None, "{line:?}");
    if let Ok(value) = serde_json::from_str::<serde_json::Value>(&text) {
        for json in [value.to_string(), format!("{value:#}")] {
            let escaped = escape_json(&json);
            assert_eq!(escaped.chars().find(|c| *c != '\n' && bad(c)), None, "{escaped:?}");
            let read = serde_json::from_str::<serde_json::Value>(&escaped).expect("JSON still");
            assert_eq!(read, value);
        }
    }
}
