//! Answers that are too large, lie where no memory is, are no text, or are no answers.

use hatch_core::adapter::{Edit, HostAdapter};
use hatch_core::server::ServerName;
use hatch_tests::tally::tally;

use crate::limits::read_fails;
use crate::made::{adapter, escaped, fields, sections};

/// A `read` whose answer's six words, from 1028 on, are these: where its servers, foreign
/// names and unreadable entries lie, and how many of each there are.
fn reading(words: [u32; 6], more: &str) -> String {
    let bytes: Vec<u8> = words.iter().flat_map(|word| word.to_le_bytes()).collect();
    format!(
        "(func $read (param i32 i32) (result i32) (i32.const 1024))
        (data (i32.const 1028) \"{}\") {more}",
        escaped(&bytes)
    )
}

#[test]
fn answers_are_bounded() {
    const LARGE: &str = "its answer is larger than 16 MiB";
    read_fails(&adapter(&fields("huge-list")), LARGE);
    read_fails(&adapter(&fields("huge-string")), LARGE);
    // Names without a letter, which take nothing but their places in a list.
    let memory = "(memory $memory 200)";
    read_fails(&adapter(&reading([0, 0, 65536, 1_500_000, 0, 0], memory)), LARGE);
    // One server's name that is as long as the memory, over and over.
    let names = format!(
        "{memory} {}",
        r#"(data (i32.const 512) "\00\00\01\00\00\00\c0\00\00\00\01\00\00\00\c0\00")"#
    );
    read_fails(&adapter(&reading([0, 0, 512, 2, 0, 0], &names)), LARGE);
    tally("components", "answers that are large", 4, "4 errors");
}

#[test]
fn answers_lie_in_the_components_memory() {
    let end = 4 * 65536;
    let cases = [
        ("an answer past the end", fields("answer-out-of-bounds"), "its answer is wrong"),
        ("a list past the end", reading([0, 0, end, 1, 0, 0], ""), "its answer is wrong"),
        ("a list over the end", reading([0, 0, end - 8, 2, 0, 0], ""), "its answer is wrong"),
        ("a list of every size", reading([0, 0, 8, u32::MAX, 0, 0], ""), "its answer is wrong"),
        ("servers of every size", reading([8, u32::MAX, 0, 0, 0, 0], ""), "its answer is wrong"),
        ("servers that overflow", reading([8, 0x1249_2493, 0, 0, 0, 0], ""), "its answer is wrong"),
        ("an unaligned list", reading([0, 0, 513, 1, 0, 0], ""), "its answer is wrong"),
        ("an unaligned server", reading([1036, 1, 0, 0, 0, 0], ""), "its answer is wrong"),
        ("the last address", reading([0, 0, u32::MAX - 3, 1, 0, 0], ""), "its answer is wrong"),
        (
            "text over the end",
            reading([0, 0, 2048, 1, 0, 0], r#"(data (i32.const 2048) "\ff\ff\03\00\02\00\00\00")"#),
            "its answer is wrong",
        ),
        (
            "text of every size",
            reading([0, 0, 2048, 1, 0, 0], r#"(data (i32.const 2048) "\00\00\00\00\ff\ff\ff\ff")"#),
            "its answer is wrong",
        ),
        ("nothing past the end", reading([0, 0, 0xffff_fffc, 0, 0, 0], ""), "its answer is wrong"),
        (
            "no case of a variant",
            "(func $read (param i32 i32) (result i32) (i32.const 512)) (data (i32.const 512) \"\\07\")".to_owned(),
            "its answer is wrong",
        ),
        (
            "an unaligned answer",
            "(func $read (param i32 i32) (result i32) (i32.const 1025))".to_owned(),
            "its answer is wrong",
        ),
    ];
    for (what, fields, reason) in &cases {
        let error = adapter(fields).read(&sections()).unwrap_err().to_string();
        assert!(
            error.contains("`hostile` adapter failed") && error.contains(reason),
            "{what}: {error}"
        );
    }
    let tried = cases.len();
    tally("components", "places of answers", tried, &format!("{tried} errors"));
}

#[test]
fn text_is_text() {
    let texts: [&[u8]; 8] = [
        b"\xff\xfe",
        b"a\x80",
        // Half of a pair of UTF-16, a slash that is too long, and what Unicode does not reach.
        b"\xed\xa0\x80",
        b"\xc0\xaf",
        b"\xf4\x90\x80\x80",
        b"\xe2\x82",
        b"\xf8\x88\x80\x80\x80",
        b"\xc0\x80",
    ];
    for text in texts {
        let place = [512_u32.to_le_bytes(), u32::try_from(text.len()).unwrap().to_le_bytes()];
        let more = format!(
            "(data (i32.const 2048) \"{}\") (data (i32.const 512) \"{}\")",
            escaped(&place.concat()),
            escaped(text)
        );
        read_fails(&adapter(&reading([0, 0, 2048, 1, 0, 0], &more)), "its answer is wrong");
    }
    read_fails(&adapter(&fields("not-text")), "its answer is wrong");
    let tried = texts.len() + 1;
    tally("components", "text that is none", tried, &format!("{tried} errors"));
}

#[track_caller]
fn write_fails(name: &str, reason: &str) {
    let edits = [Edit::Remove(ServerName::new("a").unwrap())];
    let error = adapter(&fields(name)).write(&sections(), &edits).unwrap_err().to_string();
    assert!(error.contains("`hostile` adapter failed") && error.contains(reason), "{error}");
}

#[test]
fn lies_are_errors() {
    read_fails(&adapter(&fields("duplicate-servers")), "it listed the server `a` twice");
    read_fails(&adapter(&fields("nameless-server")), "it listed a server without a name");
    write_fails("too-few-outcomes", "it was given 1 edits and told of 0");
    write_fails("undeclared-section", "it changed a section that is not its own: `other` of `d`");
    write_fails("not-json", "it wrote what is not JSON to `mcpServers` of `d`");
}

#[test]
fn messages_are_harmless() {
    let error = adapter(&fields("terminal-tricks")).read(&sections()).unwrap_err();
    assert_eq!(error.to_string(), "a[2Jbcd");
}
