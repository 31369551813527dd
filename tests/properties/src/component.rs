//! Components: any bytes that somebody hands out as an adapter.

use std::error::Error;

use hatch_sandbox::check;

/// Looking at bytes never panics, takes no longer than they are long, and says what is wrong
/// without a character that a terminal would obey.
pub fn component(data: &[u8]) {
    let Err(error) = check(data) else { return };
    let mut next: Option<&dyn Error> = Some(&error);
    while let Some(error) = next {
        let shown = error.to_string();
        assert!(!shown.chars().any(char::is_control), "{shown:?}");
        assert!(shown.len() < 10_000, "{} bytes", shown.len());
        next = error.source();
    }
}
