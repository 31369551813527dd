//! What a component says of its host: read strictly, bounded, and held against the rules
//! before anybody is asked to agree to it.

use hatch_core::adapter::HostAdapter;
use hatch_sandbox::{SandboxedAdapter, compile};
use hatch_tests::tally::tally;

use crate::made::{DESCRIPTOR, that_says};

#[track_caller]
fn describe_fails(text: &str, reason: &str) {
    let code = compile(&that_says(text)).unwrap();
    let error = SandboxedAdapter::describe(code, "new.wasm").unwrap_err().to_string();
    assert!(error.starts_with("the `new.wasm` adapter failed: "), "{error}");
    assert!(error.contains(reason), "{error}");
    assert!(!error.contains(char::is_control), "{error:?}");
}

#[test]
fn members_that_nobody_knows_are_passed_over() {
    let text = DESCRIPTOR.replace(r#""scope":"#, r#""later": [{}], "scope":"#);
    let text = text.replacen('{', r#"{ "since": { "later": null },"#, 1);
    let adapter = SandboxedAdapter::describe(compile(&that_says(&text)).unwrap(), "new.wasm");
    let value: serde_json::Value = serde_json::from_str(DESCRIPTOR).unwrap();
    assert_eq!(serde_json::to_value(adapter.unwrap().descriptor()).unwrap(), value);
}

#[test]
fn descriptors_are_read_strictly() {
    let cases = [
        (DESCRIPTOR, "", "EOF while parsing a value at line 1 column 0"),
        (DESCRIPTOR, "hello", "expected value at line 1 column 1"),
        (DESCRIPTOR, "[]", "invalid length 0"),
        (r#""processes":[]}"#, r#""processes":[]} {}"#, "trailing characters at line 5"),
        (r#""id":"hostile""#, r#""id":"No Host""#, "`id`: `No Host` is no host name"),
        (r#""id":"hostile""#, r#""id":"a/../b""#, "is no host name"),
        (r#""id":"hostile""#, r#""id":"a\u001b[2J""#, "`a[2J` is no host name"),
        (r#""id":"hostile""#, r#""id":"hästlich""#, "is no host name"),
        (r#""id":"hostile""#, r#""id":"""#, "is no host name"),
        (r#""id":"hostile","#, "", "missing field `id` at line 5"),
        (r#""id":"hostile","#, r#""id":"a","id":"b","#, "duplicate field `id` at line 1"),
        (r#""name":"Hostile""#, r#""name":7"#, "`name`: invalid type: integer `7`"),
        (r#""root":"home","#, "", "`documents[0].locations[0]`: missing field `root`"),
        (r#""root":"home""#, r#""root":"disk""#, "`documents[0].locations[0].root`: unknown"),
        (r#""root":"home""#, r#""root":{"env":"A","pointer":"b"}"#, "locations[0].root`"),
        (r#"[["mcpServers"]]"#, r"[[0]]", "`documents[0].sections[0][0]`: invalid type"),
        (r#""transports":["stdio"]"#, r#""transports":null"#, "`transports`: invalid type: null"),
    ];
    for (from, to, reason) in cases {
        assert!(DESCRIPTOR.contains(from), "{from}");
        describe_fails(&DESCRIPTOR.replacen(from, to, 1), reason);
    }
    let tried = cases.len();
    tally("components", "descriptors that are none", tried, &format!("{tried} refused"));
}

#[test]
fn descriptors_ask_for_nothing_but_places_below_their_roots() {
    const PATH: &str = "it asks for a path that it may not have";
    let paths = [
        "/etc/passwd",
        "../x",
        "a/../../x",
        "a/..",
        "./x",
        "a//x",
        "a/",
        "C:x",
        "C:/x",
        r"a\\..\\x",
        r"\\\\server\\share",
        "*/*/x",
        "a*b*c/x",
        "a/*",
        "a/*.json",
        "**/x",
        "a/x.",
        "a /x",
        "a/x|y",
        "a/x?",
        "file:///etc/passwd",
    ];
    for path in paths {
        describe_fails(&DESCRIPTOR.replace(".hostile/mcp.json", path), PATH);
    }
    for (from, to, reason) in [
        (".hostile/mcp.json", "", "it gives a path that can't be"),
        (".hostile/mcp.json", r"a\u0000b", "it gives a path that can't be"),
        (".hostile/mcp.json", r"a\nb", "it gives a path that can't be"),
        (".hostile/mcp.json", r"a\u202eb", "it gives a path that can't be"),
        (r#""home""#, r#"{"env":""}"#, "it asks for a variable that can't be"),
        (r#""home""#, r#"{"env":"HOME=/etc"}"#, "it asks for a variable that can't be"),
        (r#""home""#, r#"{"env":"PATH:HOME"}"#, "it asks for a variable that can't be"),
        (r#""home""#, r#"{"env":"1HOME"}"#, "it asks for a variable that can't be"),
        (r#""home""#, r#"{"env":"A\u0000"}"#, "it asks for a variable that can't be"),
        (r#""home""#, r#"{"pointer":"/etc/hostname"}"#, PATH),
        (r#""home""#, r#"{"pointer":"../x"}"#, PATH),
        (r#""home""#, r#"{"pointer":"a/*/x"}"#, PATH),
    ] {
        assert!(DESCRIPTOR.contains(from), "{from}");
        describe_fails(&DESCRIPTOR.replacen(from, to, 1), reason);
    }
    let tried = paths.len() + 12;
    tally("components", "places of descriptors", tried, &format!("{tried} refused"));
}

#[test]
fn descriptors_make_sense() {
    for (from, to, reason) in [
        (r#"[["mcpServers"]]"#, "[]", "has no location or no section"),
        (r#"[["mcpServers"]]"#, r#"[["a"],["a"]]"#, "has sections that overlap"),
        (r#"[["mcpServers"]]"#, r#"[["a"],["a","b"]]"#, "has sections that overlap"),
        (r#"[["mcpServers"]]"#, r#"[["a","b"],[]]"#, "has sections that overlap"),
        (r#"[["mcpServers"]]"#, r#"[[""]]"#, "it gives a key of a section that can't be"),
        (r#"["stdio"]"#, "[]", "a host without a transport"),
        (r#""name":"Hostile""#, r#""name":"""#, "it gives a name that can't be"),
        (r#""name":"Hostile""#, r#""name":"A\u001b]0;x""#, "it gives a name that can't be"),
        (
            r#""after-write":null"#,
            r#""after-write":"\u0007""#,
            "it gives a word on what to do after a change that",
        ),
    ] {
        assert!(DESCRIPTOR.contains(from), "{from}");
        describe_fails(&DESCRIPTOR.replacen(from, to, 1), reason);
    }
}

#[test]
fn descriptors_are_bounded() {
    let opening = r#"{"id":"d","format""#;
    let document = {
        let from = DESCRIPTOR.find(opening).unwrap();
        let to = DESCRIPTOR.find(r#"],"transports""#).unwrap();
        &DESCRIPTOR[from..to]
    };
    let documents: Vec<_> =
        (0..17).map(|at| document.replace(r#""id":"d""#, &format!(r#""id":"d{at}""#))).collect();
    describe_fails(&DESCRIPTOR.replace(document, &documents.join(",")), "17 documents");
    let twice = format!("{document},{document}");
    describe_fails(&DESCRIPTOR.replace(document, &twice), "it describes two documents as `d`");
    let names =
        |count: usize| (0..count).map(|at| format!(r#""p{at}""#)).collect::<Vec<_>>().join(",");
    for (from, to, reason) in [
        (r#""processes":[]"#, format!(r#""processes":[{}]"#, names(65)), "65 processes"),
        (r#""extras":[]"#, format!(r#""extras":[{}]"#, names(257)), "257 extra fields"),
        (r#"[["mcpServers"]]"#, format!("[[{}]]", names(65)), "65 keys of a section"),
        (r#"[["mcpServers"]]"#, format!("[[{}]]", names(65).replace(',', "],[")), "65 sections"),
        (r#""name":"Hostile""#, format!(r#""name":"{}""#, "x".repeat(4097)), "it gives a name"),
    ] {
        assert!(DESCRIPTOR.contains(from), "{from}");
        describe_fails(&DESCRIPTOR.replacen(from, &to, 1), reason);
    }
    let deep = format!(r#"{{"name":{}"#, "[".repeat(10_000));
    describe_fails(&deep, "`name`: invalid type: sequence, expected a string");
    let deep = format!(r#"{{"later":{}{}}}"#, "[".repeat(10_000), "]".repeat(10_000));
    describe_fails(&deep, "missing field `id`");
    let large = format!(r#"{{"later":"{}"}}"#, "x".repeat(2 << 20));
    describe_fails(&large, "bytes of description, and the limit is 1048576");
}
