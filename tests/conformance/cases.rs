//! Case folders, and what is written as what is expected.

use std::fs;

use hatch_adapter_kit::conformance::Fault;
use hatch_adapter_kit::conformance::cases::Case;
use hatch_sandbox::failed;
use serde_json::json;
use tempfile::TempDir;

use crate::wrong::{Wrong, written};

/// A folder with one case, which goes away with the test.
fn case(files: &[(&str, &str)]) -> (TempDir, Case) {
    let folder = tempfile::tempdir().unwrap();
    let case = folder.path().join("one");
    fs::create_dir(&case).unwrap();
    for (name, text) in files {
        fs::write(case.join(name), text).unwrap();
    }
    let case = Case::all(folder.path()).unwrap().pop().unwrap();
    (folder, case)
}

const BEFORE: (&str, &str) =
    ("before.json", r#"{ "theme": 1, /* ours */ "mcpServers": { "a": { "command": "a" } } }"#);
const EDITS: (&str, &str) = ("edits.json", r#"[{ "put": { "name": "a", "command": "b" } }]"#);
const AFTER: (&str, &str) =
    ("after.json", r#"{ "theme": 1, "mcpServers": { "a": { "command": "b" } } }"#);
const OUTCOMES: (&str, &str) = ("outcomes.json", r#"[{ "done": [] }]"#);

fn what(faults: &[Fault]) -> Vec<&str> {
    faults.iter().map(|fault| fault.what.as_str()).collect()
}

#[test]
fn a_case_comes_out_as_written_or_says_what_differs() {
    let honest = Wrong::honest();
    let (_folder, good) = case(&[BEFORE, EDITS, AFTER, OUTCOMES]);
    assert_eq!(good.check(&honest).unwrap(), []);

    let wrong = (AFTER.0, AFTER.1.replace("\"b\"", "\"c\""));
    let (_folder, wrong) = case(&[BEFORE, EDITS, (wrong.0, &wrong.1)]);
    let faults = wrong.check(&honest).unwrap();
    assert_eq!(
        what(&faults),
        ["what comes out is not `after.json`", "what comes out is not `outcomes.json`"]
    );
    let difference = faults[0].difference.as_ref().unwrap();
    assert!(difference.expected.contains("\"command\": \"c\""), "{difference:?}");
    assert!(difference.found.contains("\"command\": \"b\""), "{difference:?}");
    assert_eq!(faults[1].difference.as_ref().unwrap().expected, "(no file)\n");

    let (_folder, empty) = case(&[BEFORE]);
    assert_eq!(
        what(&empty.check(&honest).unwrap()),
        ["there is neither `edits.json` nor `reading.json`"]
    );
    let (_folder, senseless) = case(&[BEFORE, ("edits.json", r#"[{ "add": "a" }]"#)]);
    let error = senseless.check(&honest).unwrap_err().to_string();
    assert!(
        error.ends_with("makes no sense: an edit is neither a `put` nor a `remove`"),
        "{error}"
    );
    let (_folder, broken) = case(&[("before.json", "{"), EDITS, AFTER, OUTCOMES]);
    let faults = broken.check(&honest).unwrap();
    assert!(faults[0].what.contains("is not valid: ") && faults.len() == 1, "{faults:?}");
}

#[test]
fn an_adapters_own_errors_can_be_expected_and_others_not() {
    let list = ("before.json", r#"{ "mcpServers": [] }"#);
    let error = r#"{ "error": "mcpServers: it is a list, not an object of servers" }"#;
    let after = ("after.json", list.1);
    let (_folder, expected) =
        case(&[list, EDITS, after, ("outcomes.json", error), ("reading.json", error)]);
    assert_eq!(expected.check(&Wrong::honest()).unwrap(), []);

    let traps = Wrong::reads(|inner, _| Err(failed(&inner.descriptor().id, "it trapped")));
    let faults = expected.check(&traps).unwrap();
    assert!(faults[0].what.ends_with("the `gemini` adapter failed: it trapped"), "{faults:?}");
    let (blessed, faults) = expected.bless(&traps).unwrap();
    assert_eq!((blessed.len(), faults.len()), (0, 1), "what breaks is not blessed: {faults:?}");

    let touches = Wrong::writes(|inner, sections, edits| {
        Ok(written(inner.write(sections, edits)?, |section| {
            section["b"] = json!({ "command": "b" });
        }))
    });
    let (_folder, good) = case(&[BEFORE, EDITS, AFTER, OUTCOMES]);
    let faults = good.check(&touches).unwrap();
    assert!(faults[0].what.ends_with("it changed `b`, which it was not asked to"), "{faults:?}");

    let grows = Wrong::writes(|inner, sections, edits| {
        let mut writing = inner.write(sections, edits)?;
        if writing.sections.is_empty() {
            writing.sections = vec![sections[0].clone()];
        }
        Ok(written(writing, |section| {
            section["a"]["x"] = json!(section["a"]["x"].as_u64().unwrap_or(0) + 1);
        }))
    });
    let faults = good.check(&grows).unwrap();
    assert!(faults[0].what.contains("made a second time"), "{faults:?}");
}

#[test]
fn what_comes_out_is_written_on_request() {
    let honest = Wrong::honest();
    let (folder, one) =
        case(&[BEFORE, EDITS, ("reading.json", "{}"), ("outcomes.json", "[{\"done\" : []}]")]);
    let (written, faults) = one.bless(&honest).unwrap();
    assert_eq!((&written[..], &faults[..]), (&["reading.json", "after.json"][..], &[][..]));
    let text = |file: &str| fs::read_to_string(folder.path().join("one").join(file)).unwrap();
    let after = text("after.json");
    assert!(after.starts_with(r#"{ "theme": 1, /* ours */ "mcpServers""#), "{after}");
    assert_eq!(text("outcomes.json"), "[{\"done\" : []}]", "what says the same stays");
    assert_eq!(one.check(&honest).unwrap(), []);
    assert_eq!(one.bless(&honest).unwrap(), (vec![], vec![]));

    // Without a document, and with nothing to be done, there is none afterwards.
    let remove = ("edits.json", r#"[{ "remove": "a" }]"#);
    let (folder, none) = case(&[remove, AFTER, OUTCOMES]);
    assert_eq!(none.bless(&honest).unwrap().0, ["after.json"]);
    assert!(!folder.path().join("one/after.json").exists());
    assert_eq!(none.check(&honest).unwrap(), []);
}
