//! Adapters from elsewhere: components that work, under names and with grants of their own.

use std::fs;

use crate::workspace;

/// The adapter of Cursor as somebody else might have made it: for a host named `example`,
/// whose servers are in `.example/mcp.json`.
///
/// What it says of itself is changed in the component's own bytes: its description is JSON
/// there, in which spaces fill up what is left over.
///
/// # Panics
///
/// Panics where the component does not say what is to be changed.
pub fn example() -> Vec<u8> {
    let path = workspace().join("adapters/components/cursor.wasm");
    let cursor = fs::read(path).expect("a committed component");
    changed(
        &cursor,
        &[
            (r#""id": "cursor","#, r#""id":"example","#),
            (r#""name": "Cursor","#, r#""name":"Example","#),
            (
                r#""root": "home",
          "path": ".cursor/mcp.json""#,
                r#""root": "home",
          "path":".example/mcp.json""#,
            ),
            (
                r#""root": "project",
          "path": ".cursor/mcp.json""#,
                r#""root": "project",
          "path":".example/mcp.json""#,
            ),
        ],
    )
}

/// As [`example`], with a version of its own.
///
/// # Panics
///
/// As [`example`].
pub fn example_of(version: &str) -> Vec<u8> {
    let homepage = r#""homepage": "https://cursor.com/docs/mcp","#;
    let with_version = format!(r#""homepage":"h","version":"{version}","#);
    changed(&example(), &[(homepage, &with_version)])
}

/// As [`example_of`], which asks for `~/.more.json` where the project's file was.
///
/// # Panics
///
/// As [`example`].
pub fn greedy(version: &str) -> Vec<u8> {
    let project = r#""scope": "project",
          "systems": [],
          "root": "project",
          "path":".example/mcp.json""#;
    let more = r#""scope":"user","systems":[],"root":"home","path":".more.json""#;
    changed(&example_of(version), &[(project, more)])
}

/// Replaces text in a component by text that is no longer, filled up with spaces.
///
/// # Panics
///
/// Panics where the text is not there once, or its replacement is longer.
pub fn changed(component: &[u8], changes: &[(&str, &str)]) -> Vec<u8> {
    let mut bytes = component.to_vec();
    for (from, to) in changes {
        let found: Vec<_> = bytes
            .windows(from.len())
            .enumerate()
            .filter(|(_, window)| window == &from.as_bytes())
            .map(|(at, _)| at)
            .collect();
        let [at] = found[..] else { panic!("`{from}` is there {} times", found.len()) };
        assert!(to.len() <= from.len(), "`{to}` is longer than `{from}`");
        let filled = format!("{to:<width$}", width = from.len());
        bytes[at..at + from.len()].copy_from_slice(filled.as_bytes());
    }
    bytes
}
