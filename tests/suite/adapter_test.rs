//! `hatch adapter test`.

use hatch_tests::{Run, TestHome, foreign};

use crate::common::{fails, has, json};

const HEADERS: &str = r#""fields": ["env-file","headers","oauth"]"#;

/// An adapter whose descriptor does not name `headers`, which it writes.
fn forgetful() -> Vec<u8> {
    foreign::changed(&foreign::example(), &[(HEADERS, r#""fields": ["env-file","oauth"]"#)])
}

const BEFORE: &str = "{ // ours\n  \"mcpServers\": { \"a\": { \"command\": \"a\" } } }\n";
const PUT: &str =
    r#"[{ "put": { "name": "a", "command": "b", "env": { "API_KEY": "hunter2" } } }]"#;

/// A project with one case, of which the outcome alone is written.
fn project(home: &TestHome) {
    home.write("my-host/adapter.toml", "[build]\nlanguage = \"c\"\n");
    home.write("my-host/adapter.wasm", foreign::example());
    home.write("my-host/cases/one/before.json", BEFORE);
    home.write("my-host/cases/one/edits.json", PUT);
    home.write("my-host/cases/one/outcomes.json", "[{ \"done\": [] }]");
}

#[test]
fn an_adapter_that_keeps_every_promise_passes() {
    let home = TestHome::new();
    home.write("example.wasm", foreign::example());
    home.write(".example/mcp.json", "{ \"mcpServers\": 7 }");
    let shown = home.line("adapter test example.wasm").expect(0).stdout;
    has(
        &shown,
        &[
            "Example (example)\n",
            "  ✓ loads         it imports nothing",
            "  ✓ references    references are handled",
            "  ✓ many          10,000 servers",
            "20 promises kept, no cases\n",
        ],
    );
    assert!(!shown.contains('✗'), "{shown}");
    // No host's file is looked at, and nothing is installed.
    assert_eq!(home.text(".example/mcp.json"), "{ \"mcpServers\": 7 }");
    has(&home.line("adapter list").expect(0).stdout, &["No adapters are installed"]);
    // A table is tried in the same way, and so is an adapter that is built in.
    let table = hatch_tests::workspace().join("adapters/tables/windsurf").canonicalize().unwrap();
    let run = home.hatch(["adapter", "test", table.to_str().unwrap()]).expect(0);
    has(&run.stdout, &["(windsurf)", "20 promises kept", "come out as written"]);
}

#[test]
fn what_is_wrong_is_said_in_words_with_what_to_do() {
    let home = TestHome::new();
    home.write("example.wasm", forgetful());
    let shown = home.line("adapter test example.wasm").expect(1).stdout;
    has(
        &shown,
        &[
            "  ✗ fields        what is put reads back",
            "      `headers` is written and read, and `fields` does not name it\n",
            "      hint: add `headers` to the descriptor's `fields`\n",
            "1 of 20 promises broken",
        ],
    );
    let told = json(&home.line("adapter test example.wasm --json").expect(1));
    assert_eq!((&told["schema"], &told["passed"]), (&"hatch.adapter-test/1".into(), &false.into()));
    let broken: Vec<_> =
        told["checks"].as_array().unwrap().iter().filter(|it| it["passed"] == false).collect();
    assert_eq!(broken.len(), 1);
    assert_eq!(broken[0]["name"], "fields");
    assert_eq!(broken[0]["faults"][0]["advice"], "add `headers` to the descriptor's `fields`");
    // What is not asked for is not tried.
    let some =
        home.line("adapter test example.wasm --filter names --filter twice").expect(0).stdout;
    has(&some, &["✓ names", "✓ twice", "2 promises kept"]);
    let error = fails(&home, "adapter test example.wasm --filter feilds", 1);
    has(&error, &["no check and no case has `feilds` in its name", "did you mean `fields`"]);
}

#[test]
fn a_case_shows_how_it_differs_until_it_is_blessed() {
    let home = TestHome::new();
    project(&home);
    let test = |more: &str| -> Run {
        let mut command = home.command();
        command.current_dir(home.join("my-host")).args(["adapter", "test", "--filter", "one"]);
        home.run(command.args(more.split_whitespace()))
    };
    let shown = test("").expect(1).stdout;
    has(&shown, &["  ✗ one\n", "what comes out is not `after.json`", "-(no file)", "`--bless`"]);
    has(&shown, &["+    \"a\": {", "\"API_KEY\": \"•••\"", "1 of 1 case wrong"]);
    assert!(!shown.contains("hunter2"), "{shown}");
    let told = test("--json").expect(1).stdout;
    assert!(told.contains("what comes out is not") && !told.contains("hunter2"), "{told}");

    has(
        &test("--bless").expect(0).stdout,
        &["  ✓ one\n", "written: after.json", "1 case comes out"],
    );
    let after = home.text("my-host/cases/one/after.json");
    assert!(after.starts_with("{ // ours\n") && after.contains("hunter2"), "{after}");
    has(&test("").expect(0).stdout, &["1 case comes out as written"]);

    home.write("my-host/cases/one/edits.json", "[{ \"add\": 1 }]");
    let error = test("").expect(1).stderr;
    has(
        &error,
        &[
            "error: the cases can't be run",
            "one/edits.json` makes no sense",
            "hint: a case is a folder",
        ],
    );
}

#[test]
fn a_descriptor_that_is_not_the_adapters_is_found() {
    let home = TestHome::new();
    project(&home);
    let text = {
        let example = foreign::example();
        let start = example.windows(7).position(|it| it == b"{\n  \"id").unwrap();
        let end = example[start..].windows(2).position(|it| it == b"\n}").unwrap();
        String::from_utf8(example[start..start + end + 2].to_vec()).unwrap()
    };
    let test = |from: &str, to: &str| {
        assert!(text.contains(from), "{text}");
        home.write("my-host/descriptor.json", text.replacen(from, to, 1));
        home.line("adapter test my-host --filter descriptor")
    };
    has(&test("", "").expect(0).stdout, &["✓ descriptor"]);
    let typo = test("\"accepts-bom\"", "\"acceptsBom\"").expect(1).stdout;
    has(&typo, &["✗ descriptor", "`acceptsBom` that means nothing", "did you mean `accepts-bom`?"]);
    let other = test("\"Example\"", "\"Other\"").expect(1).stdout;
    has(&other, &["does not say what `descriptor.json` does", "hatch adapter build"]);
    has(&test("{", "").expect(1).stdout, &["`descriptor.json`: it describes its host wrongly"]);
}

#[test]
fn what_can_not_be_loaded_is_told_with_the_reason() {
    let home = TestHome::new();
    let newer = String::from_utf8_lossy(b"hatch:adapter/host-config@0.9.0").into_owned();
    let mut bytes = foreign::example();
    let older = newer.replace("0.9.0", "0.1.0");
    for at in 0..bytes.len() - older.len() {
        if bytes[at..].starts_with(older.as_bytes()) {
            bytes[at..at + newer.len()].copy_from_slice(newer.as_bytes());
        }
    }
    home.write("newer.wasm", &bytes);
    let shown = home.line("adapter test newer.wasm").expect(1).stdout;
    has(
        &shown,
        &[
            "  ✗ loads  it imports nothing, exports the contract, and describes its host\n",
            "it was made for version 0.9.0 of the adapter contract, and this hatch knows 0.1",
            "hint: a newer hatch may know it",
            "1 of 1 promise broken\n",
        ],
    );
    let cores = wat::parse_str("(module)").unwrap();
    home.write("core.wasm", cores);
    let shown = home.line("adapter test core.wasm").expect(1).stdout;
    has(&shown, &["it is a core module and not a component", "hint: make it a component"]);
    has(&fails(&home, "adapter test none.wasm", 1), &["there is no file `~/none.wasm`"]);
    home.write("empty/x", "");
    has(&fails(&home, "adapter test empty", 1), &["there is no `adapter.toml` in `~/empty`"]);
}
