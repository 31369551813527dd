//! Adapters that lie, under the whole command: it ends with an error that names the adapter,
//! and nothing is written.

use hatch_tests::TestHome;
use hatch_tests::tally::tally;

use crate::canned::Canned;
use crate::made::{DESCRIPTOR, component};

const DOCUMENT: &str = ".hostile/mcp.json";
/// Odd spaces, to be seen to stay.
const BEFORE: &str = "{ \"mcpServers\":{ \"old\" : {\"command\":\"old\"} } , \"theme\": 1 }";
const OLD: (&str, &str) = ("old", "old");
const NEW: (&str, &str) = ("new", "new~");
const WRITTEN: (&str, &str, &str) =
    ("d", "mcpServers", r#"{"old":{"command":"old"},"new":{"command":"new~"}}"#);

/// Does what it is asked, if that is to put the server `new`.
const HONEST: Canned = Canned {
    descriptor: DESCRIPTOR,
    before: &[OLD],
    after: &[OLD, NEW],
    sections: &[WRITTEN],
    done: 1,
};

fn home(adapter: &[u8]) -> TestHome {
    let home = TestHome::new();
    home.write(DOCUMENT, BEFORE);
    home.environment("dev", r#"{ "mcpServers": { "new": { "command": "new~" } } }"#);
    home.write("hostile.wasm", adapter);
    home
}

const SYNC: &str =
    "mcp sync --adapter hostile.wasm --from-env dev --to-host hostile --auto-approve";

#[test]
fn what_is_asked_is_written() {
    let home = home(&HONEST.encode());
    home.line(SYNC).ends(0);
    let after = home.text(DOCUMENT);
    let start = "{ \"mcpServers\":{ \"old\" : {\"command\":\"old\"}";
    assert!(after.starts_with(start) && after.ends_with(", \"theme\": 1 }"), "{after}");
    assert!(after.contains("new~"), "{after}");
}

/// Runs every command that calls an adapter, and looks at every file afterwards.
#[track_caller]
fn writes_nothing(what: &str, adapter: &[u8], reason: &str) {
    let home = home(adapter);
    let before = home.files();
    for line in [SYNC, &SYNC.replace("--auto-approve", "--dry-run")] {
        let run = home.line(line).expect(1);
        let names = run.stderr.contains("`hostile`") || run.stderr.contains("`hostile.wasm`");
        assert!(names && run.stderr.contains(reason), "{what}: {}", run.stderr);
        assert!(!run.stderr.contains("mend the file"), "{what}: {}", run.stderr);
        assert!(!run.stderr.contains('\u{1b}'), "{what}: {:?}", run.stderr);
    }
    let mut after = home.files();
    after.retain(|path, _| !path.starts_with(home.join(".hatch/cache")));
    assert_eq!(after, before, "{what}");
}

#[test]
fn lies_change_nothing() {
    let changed = ("d", "mcpServers", r#"{"old":{"command":"evil"},"new":{"command":"new~"}}"#);
    let lies = [
        ("a server is lost", Canned { after: &[NEW], ..HONEST }, "it changed `old`"),
        (
            "a server is renamed",
            Canned { after: &[("older", "old"), NEW], ..HONEST },
            "which it was not asked to",
        ),
        (
            "a server is invented",
            Canned { after: &[OLD, NEW, ("evil", "evil")], ..HONEST },
            "it changed `evil`",
        ),
        (
            "another server is changed",
            Canned { after: &[("old", "evil"), NEW], sections: &[changed], ..HONEST },
            "it changed `old`",
        ),
        (
            "the server is written otherwise",
            Canned { after: &[OLD, ("new", "evil~")], ..HONEST },
            "it wrote `new`, but not its `command`",
        ),
        ("the server is not written", Canned { sections: &[], ..HONEST }, "it wrote `new`, but"),
        (
            "the section is as it was",
            Canned { sections: &[("d", "mcpServers", r#"{"old":{"command":"old"}}"#)], ..HONEST },
            "it wrote `new`, but not its `name`",
        ),
        ("no edit has an outcome", Canned { done: 0, ..HONEST }, "1 edits and told of 0"),
        ("one has two", Canned { done: 2, ..HONEST }, "1 edits and told of 2"),
        (
            "another section",
            Canned { sections: &[WRITTEN, ("d", "theme", "2")], ..HONEST },
            "it changed a section that is not its own: `theme` of `d`",
        ),
        (
            "another document",
            Canned { sections: &[("e", "mcpServers", "{}")], ..HONEST },
            "it changed a section that is not its own: `mcpServers` of `e`",
        ),
        (
            "a section twice",
            Canned { sections: &[WRITTEN, WRITTEN], ..HONEST },
            "it changed a section twice",
        ),
        (
            "no JSON",
            Canned { sections: &[("d", "mcpServers", "{\"new\":~")], ..HONEST },
            "it wrote what is not JSON",
        ),
        (
            "more than JSON",
            Canned { sections: &[("d", "mcpServers", "{\"new\":\"~\"} }")], ..HONEST },
            "it wrote what is not JSON",
        ),
        ("a server is read twice", Canned { before: &[OLD, OLD], ..HONEST }, "`old` twice"),
        ("one is afterwards", Canned { after: &[OLD, NEW, OLD], ..HONEST }, "`old` twice"),
        ("one has no name", Canned { before: &[("", "x")], ..HONEST }, "without a name"),
        ("one has none afterwards", Canned { after: &[OLD, NEW, ("", "x")], ..HONEST }, "without"),
    ];
    for (what, lie, reason) in &lies {
        writes_nothing(what, &lie.encode(), reason);
    }
    let outcomes = format!("{} errors, nothing written", lies.len());
    tally("components", "lies under the command", lies.len(), &outcomes);
}

#[test]
fn faults_change_nothing() {
    let described = |fields: &str| {
        // What is said of the host comes from an honest one.
        let text = crate::made::escaped(DESCRIPTOR.as_bytes());
        let length = u32::try_from(DESCRIPTOR.len()).unwrap().to_le_bytes();
        let place = crate::made::escaped(&[2048_u32.to_le_bytes(), length].concat());
        component(&format!(
            r#"(data (i32.const 512) "{place}") (data (i32.const 2048) "{text}")
            (func $describe (result i32) (i32.const 512)) {fields}"#
        ))
    };
    let read = |body: &str| described(&format!("(func $read (param i32 i32) (result i32) {body})"));
    let faults = [
        ("a trap", read("(unreachable)"), "it trapped: unreachable code"),
        ("a loop", read("(loop $l (br $l)) (unreachable)"), "it ran for more than 2 s"),
        (
            "memory",
            read("(drop (memory.grow (i32.const 60000))) (unreachable)"),
            "it asked for more than 64 MiB of memory",
        ),
        (
            "a trap when it writes",
            described("(func $write (param i32 i32 i32 i32) (result i32) (unreachable))"),
            "it trapped: unreachable code",
        ),
        ("no description", component(""), "it describes its host wrongly"),
        (
            "a place that it may not have",
            Canned { descriptor: &DESCRIPTOR.replace(".hostile", ".."), ..HONEST }.encode(),
            "it asks for a path that it may not have: `../mcp.json`",
        ),
        (
            "an import",
            crate::imports::that_imports("wasi:filesystem", "types", "0.2.0"),
            "wasi:filesystem/types@0.2.0",
        ),
        ("half a component", component("")[..500].to_vec(), "damaged"),
    ];
    for (what, adapter, reason) in &faults {
        writes_nothing(what, adapter, reason);
    }
    let outcomes = format!("{} errors, nothing written", faults.len());
    tally("components", "faults under the command", faults.len(), &outcomes);
}
