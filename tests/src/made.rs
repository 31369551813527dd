//! Documents that are made for a size.

use std::fmt::Write as _;

/// A document with a map of servers in the common form, local and remote ones.
pub fn document(prefix: &str, servers: usize) -> String {
    print((0..servers).map(|at| entry(prefix, at, at % 3 == 2)))
}

/// The same with local servers only, which every host takes.
pub fn stdio_document(prefix: &str, servers: usize) -> String {
    print((0..servers).map(|at| entry(prefix, at, false)))
}

/// A document of so many bytes, or a little more.
pub fn document_of_size(bytes: usize) -> String {
    let mut size = 0;
    print((0..).map(|at| entry("made", at, at % 3 == 2)).take_while(|entry| {
        let is_short = size < bytes;
        size += entry.len() + 6;
        is_short
    }))
}

fn print(entries: impl Iterator<Item = String>) -> String {
    let mut text = String::from("{\n  \"mcpServers\": {");
    for (at, entry) in entries.enumerate() {
        let _ = write!(text, "{}\n    {entry}", if at > 0 { "," } else { "" });
    }
    text.push_str("\n  }\n}\n");
    text
}

fn entry(prefix: &str, at: usize, is_remote: bool) -> String {
    if is_remote {
        format!(
            r#""{prefix}-{at}": {{ "url": "https://host-{at}.example.com/mcp", "headers": {{ "X-Number": "{at}" }} }}"#
        )
    } else {
        format!(
            r#""{prefix}-{at}": {{ "command": "npx", "args": ["-y", "server-{at}@1.2.3", "--root", "/srv/data/{at}"], "env": {{ "LOG_LEVEL": "info", "NUMBER": "{at}" }} }}"#
        )
    }
}
