//! Documents that are larger than any honest one.

use hatch_tests::TestHome;
use hatch_tests::tally::tally;

use crate::world::CURSOR;

const CONFIGURE: &str = "mcp configure new --host cursor --command tool --auto-approve";

/// Adds a server to a document and takes that back. Every other byte stays.
fn there_and_back(what: &str, document: &str) {
    let home = TestHome::in_memory();
    home.write(CURSOR, document);
    home.line(CONFIGURE).ends(0);
    let after = home.text(CURSOR);
    let added = after.len() - document.len();
    assert!((1..200).contains(&added), "{what}: {added} bytes were added");
    let at = after.bytes().zip(document.bytes()).position(|(new, old)| new != old).unwrap();
    assert!(after[..at] == document[..at] && after[at + added..] == document[at..], "{what}");
    home.line("mcp undo --auto-approve").ends(0);
    assert!(home.text(CURSOR) == document, "{what}");
    tally("size", what, 1, "1 changed and undone, 0 lost");
}

#[test]
fn a_document_of_100_mb_is_edited_where_it_has_to_be() {
    let history = "x".repeat(100_000_000);
    there_and_back(
        "a document of 100 MB",
        &format!(
            "{{\"mcpServers\":{{\"a\":{{\"command\":\"x\"}}}},\"history\":[\"{history}\"]}}\n"
        ),
    );
}

#[test]
fn many_servers_are_no_more_than_slow() {
    let count = if cfg!(feature = "slow-safety") { 1_000_000 } else { 10_000 };
    let servers: Vec<_> = (0..count)
        .map(|at| format!("\"server-{at}\":{{\"command\":\"npx\",\"args\":[\"-y\",\"tool\"]}}"))
        .collect();
    there_and_back(
        &format!("{count} servers"),
        &format!("{{\"mcpServers\":{{{}}}}}\n", servers.join(",")),
    );
}
