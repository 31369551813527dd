//! Edits of JSON text, as tables: the document, what is asked, the document afterwards.

use crate::document::{Document, EditError, SectionChange};
use crate::host::Format;

/// Sets the value at a dotted path (`a.b`); `None` takes it away.
fn edit(document: &str, format: Format, path: &str, value: Option<&str>) -> String {
    let keys = path.split('.').filter(|key| !key.is_empty()).map(str::to_owned).collect();
    let change = SectionChange { path: keys, value: value.map(str::to_owned) };
    let document = Document::parse(Some(document.as_bytes()), format).unwrap();
    String::from_utf8(document.edit(&[change], true).unwrap()).unwrap()
}

fn check(cases: &[(&str, &str, Option<&str>, &str)]) {
    for (before, path, value, after) in cases {
        let edited = edit(before, Format::Jsonc, path, *value);
        assert_eq!(&edited, after, "{before:?}: `{path}` to {value:?}");
    }
}

/// Adds a member and takes it away again.
fn check_there_and_back(cases: &[(&str, &str, &str, &str)]) {
    for (before, path, value, after) in cases {
        let added = edit(before, Format::Jsonc, path, Some(value));
        assert_eq!(&added, after, "{before:?}: `{path}` to {value}");
        let removed = edit(&added, Format::Jsonc, path, None);
        assert_eq!(&removed, before, "{added:?}: without `{path}`");
    }
}

#[test]
fn equal_values_keep_their_spelling() {
    for (text, path, value) in [
        ("{ \"a\" : 1.50 }", "a", "1.5"),
        ("{\"a\":1e3}", "a", "1000"),
        ("{\"a\":-0}", "a", "0"),
        ("{\"a\":12345678901234567890123}", "a", "1.2345678901234568e22"),
        (r#"{"a":"\u00e9\/"}"#, "a", r#""é/""#),
        ("{\"a\":{\"x\":1,\"y\":[ ]}}", "a", r#"{"y":[],"x":1}"#),
        ("{\"a\":1,\"a\":2}", "a", "2"),
        ("  \n", "", "{}"),
    ] {
        let document = Document::parse(Some(text.as_bytes()), Format::Json).unwrap();
        let keys = path.split('.').filter(|key| !key.is_empty()).map(str::to_owned).collect();
        let change = SectionChange { path: keys, value: Some(value.to_owned()) };
        let edited = document.edit(&[change], true).unwrap();
        assert_eq!(edited, text.as_bytes(), "{value}");
    }
}

#[test]
fn a_scalar_is_replaced_in_place() {
    check(&[
        ("{ \"a\" : 1 , \"b\":2}", "a", Some("true"), "{ \"a\" : true , \"b\":2}"),
        ("{\"a\":1, \"a\":2}", "a", Some("3"), "{\"a\":1, \"a\":3}"),
        ("{\"a\":\"\\u00e9\"}", "a", Some("\"\\u00e8\\n\""), "{\"a\":\"è\\n\"}"),
        ("// c\n1 // d", "", Some("2"), "// c\n2 // d"),
    ]);
}

#[test]
fn a_value_of_another_type_is_replaced_whole() {
    check(&[
        ("{\n\t\"a\": 1\n}", "a", Some(r#"{"x":[]}"#), "{\n\t\"a\": {\n\t\t\"x\": []\n\t}\n}"),
        ("{\"a\": {\"b\": 1}}", "a", Some("[1,2]"), "{\"a\": [1, 2]}"),
        ("{\n  \"a\": null\n}", "a.b", Some("1"), "{\n  \"a\": {\n    \"b\": 1\n  }\n}"),
        ("null\n", "a", Some("1"), "{\n  \"a\": 1\n}\n"),
    ]);
}

#[test]
fn a_new_member_goes_last_in_the_style_of_its_neighbours() {
    check_there_and_back(&[
        ("{\"a\":1}", "b", "2", "{\"a\":1,\"b\":2}"),
        ("{ \"a\": 1 }", "b", "2", "{ \"a\": 1, \"b\": 2 }"),
        ("{\"a\": 1}", "b", r#"{"x":[1,2]}"#, "{\"a\": 1, \"b\": {\"x\": [1, 2]}}"),
        ("{\n  \"a\": 1\n}", "b", "2", "{\n  \"a\": 1,\n  \"b\": 2\n}"),
        ("{\r\n\t\"a\" : 1\r\n}\r\n", "b", "2", "{\r\n\t\"a\" : 1,\r\n\t\"b\" : 2\r\n}\r\n"),
        ("{\n  \"a\": 1,\n}", "b", "2", "{\n  \"a\": 1,\n  \"b\": 2,\n}"),
        ("{ \"a\": 1, }", "b", "2", "{ \"a\": 1, \"b\": 2, }"),
        ("{\n  \"a\": 1 // one\n}", "b", "2", "{\n  \"a\": 1, // one\n  \"b\": 2\n}"),
        ("{\n  \"a\": 1 /* one */\n}", "b", "2", "{\n  \"a\": 1, /* one */\n  \"b\": 2\n}"),
        ("{\n  \"a\": 1, // one\n}", "b", "2", "{\n  \"a\": 1, // one\n  \"b\": 2,\n}"),
        ("{\n  \"a\": 1  \n  // end\n}", "b", "2", "{\n  \"a\": 1,  \n  \"b\": 2\n  // end\n}"),
        ("{ \"a\": 1 // one\n}", "b", "2", "{ \"a\": 1, // one\n  \"b\": 2\n}"),
        ("{ \"a\": 1 /* c */ }", "b", "2", "{ \"a\": 1 /* c */, \"b\": 2 }"),
        ("{ \"a\": 1, /* c */\n}", "b", "2", "{ \"a\": 1, /* c */\n  \"b\": 2,\n}"),
        ("{ \"a\": 1, /* c */ }", "b", "2", "{ \"a\": 1, \"b\": 2, /* c */ }"),
        ("{ \"a\": 1,\n  \"b\": 2 }", "c", "3", "{ \"a\": 1,\n  \"b\": 2,\n  \"c\": 3 }"),
        ("{ \"a\": 1\n, \"b\": 2\n}", "c", "3", "{ \"a\": 1\n, \"b\": 2, \"c\": 3\n}"),
        ("{ \"a\": 1\n, }", "c", "3", "{ \"a\": 1\n, \"c\": 3, }"),
        ("{\n  \"a\": 1\n\n}", "b", "2", "{\n  \"a\": 1,\n  \"b\": 2\n\n}"),
    ]);
}

#[test]
fn an_empty_container_opens_up() {
    check_there_and_back(&[
        ("{}", "a", "1", "{\n  \"a\": 1\n}"),
        ("{\n  \"a\": {}\n}", "a.b", "1", "{\n  \"a\": {\n    \"b\": 1\n  }\n}"),
        ("{\"a\":{}}", "a.b", "1", "{\"a\":{\"b\":1}}"),
        (
            "{\n\t\"a\": { \"x\": 1, \"b\": {} }\n}",
            "a.b.c",
            "1",
            "{\n\t\"a\": { \"x\": 1, \"b\": { \"c\": 1 } }\n}",
        ),
        ("{\n  // none\n}", "a", "1", "{\n  \"a\": 1\n  // none\n}"),
        ("{ // none\n}", "a", "1", "{ // none\n  \"a\": 1\n}"),
        ("{ /* none */ }", "a", "1", "{ /* none */ \"a\": 1 }"),
    ]);
    // Blanks alone are not kept.
    check(&[
        ("{ }\n", "a", Some("1"), "{\n  \"a\": 1\n}\n"),
        ("{\n}\n", "a", Some("1"), "{\n  \"a\": 1\n}\n"),
    ]);
}

#[test]
fn a_removed_member_takes_its_own_comments_along() {
    check(&[
        ("{\n  \"a\": 1\n}", "a", None, "{}"),
        ("{ \"a\": 1 }", "a", None, "{}"),
        ("{ \"a\": 1, \"b\": 2 }", "a", None, "{ \"b\": 2 }"),
        ("{\"a\":1,\"b\":2,\"c\":3}", "b", None, "{\"a\":1,\"c\":3}"),
        (
            "{\n  // of a\n  \"a\": 1, // a\n  // of b\n  /* too */\n  \"b\": 2, // b\n  \"c\": 3\n}",
            "b",
            None,
            "{\n  // of a\n  \"a\": 1, // a\n  \"c\": 3\n}",
        ),
        (
            "{\n  \"a\": 1,\n  // apart\n\n  \"b\": 2\n  // end\n}",
            "b",
            None,
            "{\n  \"a\": 1\n  // apart\n\n  // end\n}",
        ),
        ("{\n \"a\": 1,\n \"b\": 2,  \n \"c\": 3\n}", "b", None, "{\n \"a\": 1,\n \"c\": 3\n}"),
        ("{\n \"a\": 1,\n \"b\": 2,\r\n \"c\": 3\n}", "b", None, "{\n \"a\": 1,\r\n \"c\": 3\n}"),
        ("{ // head\n  \"a\": 1\n}", "a", None, "{ // head\n}"),
        ("{ \"a\": 1, // a\n  \"b\": 2 }", "b", None, "{ \"a\": 1 // a\n  }"),
        ("{ \"a\": 1,\n  \"b\": 2,\n  \"c\": 3 }", "a", None, "{ \"b\": 2,\n  \"c\": 3 }"),
        ("{\n \"a\": 1,\n \"x\": 1, \"c\": 3\n}", "x", None, "{\n \"a\": 1,\n \"c\": 3\n}"),
        ("{\"a\":1,\"b\":2,\"a\":3}", "a", None, "{\"b\":2}"),
        ("{ \"a\": 1\n, \"b\": 2\n, \"c\": 3\n}", "c", None, "{ \"a\": 1\n, \"b\": 2\n\n}"),
    ]);
}

#[test]
fn a_member_that_is_commented_out_stays_when_its_neighbour_goes() {
    check(&[
        (
            "{\n  \"a\": 1,\n  // \"old\": {\"command\": \"x\"},\n  \"b\": 2\n}",
            "b",
            None,
            "{\n  \"a\": 1\n  // \"old\": {\"command\": \"x\"},\n}",
        ),
        (
            "{\n  // slow\n  // \"old\": {\n  //   \"x\": 1\n  // },\n  // of b\n  \"b\": 2,\n  \"c\": 3\n}",
            "b",
            None,
            "{\n  // slow\n  // \"old\": {\n  //   \"x\": 1\n  // },\n  \"c\": 3\n}",
        ),
        (
            "{\n  \"a\": 1, // \"old\": 0,\n  \"b\": 2\n}",
            "a",
            None,
            "{\n  // \"old\": 0,\n  \"b\": 2\n}",
        ),
        (
            "{\n  \"a\": 1,\n  \"b\": 2 // \"old\": 0\n}",
            "b",
            None,
            "{\n  \"a\": 1\n  // \"old\": 0\n}",
        ),
        ("{ /* \"old\": {}, */ \"a\": 1 }", "a", None, "{ /* \"old\": {}, */ }"),
        (
            "{\n  /* \"old\": {}, */ \"a\": 1,\n  \"b\": 2\n}",
            "a",
            None,
            "{\n  /* \"old\": {}, */ \"b\": 2\n}",
        ),
        (
            "{\n  \"a\": 1 /* \"old\": 0 */,\n  \"b\": 2\n}",
            "a",
            None,
            "{\n  /* \"old\": 0 */\n  \"b\": 2\n}",
        ),
        (
            "{\n  \"a\": 1,\n  // \"x\": 1,\n  \"b\": 2,\n  // \"y\": 1,\n  \"c\": 3\n}",
            "",
            Some(r#"{"a":1}"#),
            "{\n  \"a\": 1\n  // \"x\": 1,\n  // \"y\": 1,\n}",
        ),
    ]);
}

#[test]
fn arrays_are_edited_by_item() {
    check(&[
        ("[\"-y\", \"x\"]", "", Some(r#"["-y","z"]"#), "[\"-y\", \"z\"]"),
        ("[1,2,3]", "", Some("[1,3]"), "[1,3]"),
        ("[1, 2]", "", Some("[0,1,2,3]"), "[0, 1, 2, 3]"),
        ("[ 1, 2 ]", "", Some("[]"), "[]"),
        ("[\n  1, // one\n  2\n]", "", Some("[1,5,2]"), "[\n  1, // one\n  5,\n  2\n]"),
        ("[\n  1, // one\n  2\n]", "", Some("[0,1,2]"), "[\n  0,\n  1, // one\n  2\n]"),
        ("[ /* head */ 1,2]", "", Some("[0,1,2]"), "[ /* head */ 0,1,2]"),
        ("[ /* head */ 1,2]", "", Some("[2]"), "[ /* head */ 2]"),
        ("[ /* head */ 1]", "", Some("[{}]"), "[ /* head */ {}]"),
        ("[\n  1, // one\n  2\n]", "", Some("[2]"), "[\n  2\n]"),
        (
            "[\n  {\"name\": \"a\", \"x\": 1}, // a\n  {\"name\": \"b\", \"x\": 2} // b\n]",
            "",
            Some(r#"[{"name":"b","x":3}]"#),
            "[\n  {\"name\": \"b\", \"x\": 3} // b\n]",
        ),
        ("{\n\t\"a\": []\n}", "a", Some(r#"["x","y"]"#), "{\n\t\"a\": [\"x\", \"y\"]\n}"),
    ]);
}

#[test]
fn line_ends_are_those_of_the_neighbours() {
    check_there_and_back(&[
        (
            "{\n \"a\": 1,\n\r\n \"b\": 2\n}",
            "c",
            "3",
            "{\n \"a\": 1,\n\r\n \"b\": 2,\r\n \"c\": 3\n}",
        ),
        ("{\r \"a\": 1\r}", "b", "2", "{\r \"a\": 1,\r \"b\": 2\r}"),
        (
            "{\r\n \"a\": {},\n \"b\": 2\r\n}",
            "a.x",
            "1",
            "{\r\n \"a\": {\r\n  \"x\": 1\r\n },\n \"b\": 2\r\n}",
        ),
    ]);
}

#[test]
fn arrays_of_scalars_stand_on_one_line_where_they_fit() {
    let long = format!("[\"{}\",1]", "x".repeat(80));
    let long_lines = format!("[\n    \"{}\",\n    1\n  ]", "x".repeat(80));
    check(&[
        ("{\n  \"a\": 1\n}", "a", Some("[1,null]"), "{\n  \"a\": [1, null]\n}"),
        ("{\n  \"a\": 1\n}", "a", Some("[[1],{}]"), "{\n  \"a\": [\n    [1],\n    {}\n  ]\n}"),
        ("{\n  \"a\": 1\n}", "a", Some(&long), &format!("{{\n  \"a\": {long_lines}\n}}")),
        ("{\"a\": 1}", "a", Some(&long), &format!("{{\"a\": {}}}", long.replace(',', ", "))),
        (
            "{\n  \"x\": [\n    1\n  ],\n  \"a\": 1\n}",
            "a",
            Some("[1]"),
            "{\n  \"x\": [\n    1\n  ],\n  \"a\": [\n    1\n  ]\n}",
        ),
    ]);
}

#[test]
fn all_children_can_be_exchanged() {
    check(&[
        ("{ \"a\": 1 }", "", Some(r#"{"b":2}"#), "{ \"b\": 2 }"),
        ("{\n  \"a\": 1\n}", "", Some(r#"{"b":2,"c":3}"#), "{\n  \"b\": 2,\n  \"c\": 3\n}"),
        ("{\n  \"a\": 1,\n}", "", Some(r#"{"b":2}"#), "{\n  \"b\": 2,\n}"),
        ("{ \"a\": 1, }", "", Some(r#"{"b":2}"#), "{ \"b\": 2, }"),
        ("{\"a\":1,\"c\":3}", "", Some(r#"{"b":2}"#), "{\"b\":2}"),
    ]);
}

#[test]
fn absent_and_empty_documents_become_pretty() {
    let change = SectionChange {
        path: vec!["mcpServers".to_owned()],
        value: Some(r#"{"a":{"command":"npx","args":["-y","x"],"env":{}}}"#.to_owned()),
    };
    let expected = r#"{
  "mcpServers": {
    "a": {
      "command": "npx",
      "args": ["-y", "x"],
      "env": {}
    }
  }
}
"#;
    for before in [None, Some(""), Some(" \n\t")] {
        let document = Document::parse(before.map(str::as_bytes), Format::Json).unwrap();
        let edited = document.edit(std::slice::from_ref(&change), true).unwrap();
        assert_eq!(String::from_utf8(edited).unwrap(), expected, "{before:?}");
    }
    let document = Document::parse(None, Format::Json).unwrap();
    let nothing = SectionChange { path: vec!["a".to_owned()], value: None };
    assert_eq!(document.edit(&[nothing], true).unwrap(), b"");
    check(&[(
        "// only\r\n// words",
        "a",
        Some("1"),
        "// only\r\n// words\r\n{\r\n  \"a\": 1\r\n}\r\n",
    )]);
}

#[test]
fn a_scalar_is_no_place_for_members() {
    let document = Document::parse(Some(br#"{"a":{"b":1}}"#), Format::Json).unwrap();
    let path = ["a", "b", "c"].map(str::to_owned).to_vec();
    let change = SectionChange { path: path.clone(), value: Some("1".to_owned()) };
    let error = document.edit(&[change], true).unwrap_err();
    assert!(matches!(&error, EditError::NotAnObject { path } if path == &["a", "b"]));
    assert_eq!(error.to_string(), "`a.b` is not an object");
    let removal = SectionChange { path, value: None };
    assert_eq!(document.edit(&[removal], true).unwrap(), br#"{"a":{"b":1}}"#);
}
