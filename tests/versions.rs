//! The contract's versions: the released one stays as it is, what was built for it loads for
//! ever, the next one runs beside it, and others are refused by their number.
#![expect(clippy::disallowed_methods, reason = "it reads committed files")]
#![expect(clippy::unwrap_used, reason = "a test that can't go on has failed")]

#[allow(dead_code, reason = "the hostile components need the rest")]
#[path = "hostile/made.rs"]
mod made;

use std::fs;
use std::path::Path;

use hatch_core::adapter::{Edit, HostAdapter, Outcome, Section};
use hatch_core::document::Digest;
use hatch_core::server::{Server, ServerName, Stdio, Timeouts, ToolFilter, Transport};
use hatch_core::template::Template;
use hatch_sandbox::{ComponentError, SandboxedAdapter, check, compile, compile_in_child};
use hatch_tests::workspace;
use made::{CONTRACT, DESCRIPTOR, Made, descriptor, escaped};
use serde_json::{Value, json};

/// Each file of a frozen version, and the digest of its bytes.
const FROZEN: &[(&str, &str)] = &[
    (
        "0.1/descriptor.schema.json",
        "e187edd35f7a80bfb7ceac1b38758969dce502e347cb92c0dc5dc0d537d319a0",
    ),
    ("0.1/host-adapter.wit", "a779c839c06b90ced28c81cafb9407c0bf5e81868d6b49941f7452457b25746c"),
];

/// The adapter of LM Studio, as it was built when 0.1 was frozen. It is never built anew.
const KEPT: &[u8] = include_bytes!("components/contract-0.1.0.wasm");
const KEPT_DIGEST: &str = "7767c6873fbcfb5168884fee3e22cd7ff19054d06ee66cc18a3011c9364580b5";

/// The draft of the next version.
const DRAFT: &str = include_str!("../wit/0.2/host-adapter.wit");

#[test]
fn a_frozen_version_never_changes() {
    for (file, digest) in FROZEN {
        let bytes = fs::read(workspace().join("wit").join(file)).unwrap();
        let why = "a frozen version does not change: make a new one, see docs/contract.md";
        assert_eq!(Digest::of(&bytes).to_string(), *digest, "wit/{file}: {why}");
    }
    let folder = fs::read_dir(workspace().join("wit/0.1")).unwrap();
    assert_eq!(folder.count(), FROZEN.len(), "wit/0.1 has the frozen files and no others");
    assert_eq!(Digest::of(KEPT).to_string(), KEPT_DIGEST, "the kept component is another");
}

/// A server that is started with a command.
fn local(name: &str, command: &str) -> Server {
    let stdio = Stdio { command: Template::literal(command), ..Stdio::default() };
    Server {
        name: ServerName::new(name).unwrap(),
        transport: Transport::Stdio(stdio),
        enabled: None,
        description: None,
        timeouts: Timeouts::default(),
        tools: ToolFilter::default(),
        extras: vec![],
    }
}

fn section(document: &str, servers: &Value) -> Section {
    let (document, path) = (document.to_owned(), vec!["mcpServers".to_owned()]);
    Section { document, path, value: Some(servers.to_string()) }
}

fn value(section: &Section) -> Value {
    serde_json::from_str(section.value.as_ref().unwrap()).unwrap()
}

fn kept() -> SandboxedAdapter {
    SandboxedAdapter::describe(compile(KEPT).unwrap(), "kept").unwrap()
}

#[test]
fn what_was_built_for_0_1_0_loads_and_reads_and_writes() {
    let adapter = kept();
    let host = adapter.descriptor();
    assert_eq!((host.id.as_str(), &*host.documents[0].id), ("lmstudio", "config"));
    assert_eq!(host.documents[0].sections, [["mcpServers"]]);

    let far = json!({ "url": "https://far.example/mcp", "headers": { "X-Team": "web" } });
    let near = json!({ "command": "near", "args": ["--fast"], "note": [1.5] });
    let given = [section("config", &json!({ "far": far, "near": near, "broken": 5 }))];
    let reading = adapter.read(&given).unwrap();
    let labels = reading.servers.iter().map(|it| (it.name.as_str(), it.transport.label()));
    assert_eq!(labels.collect::<Vec<_>>(), [("far", "remote"), ("near", "stdio")]);
    assert_eq!(reading.servers[1].extras[0].value, "[1.5]");
    assert_eq!(reading.unreadable[0].name, "broken");

    let mut asked = local("near", "nearer");
    asked.enabled = Some(false);
    let edits = [Edit::Put(asked), Edit::Remove(ServerName::new("far").unwrap())];
    let writing = adapter.write(&given, &edits).unwrap();
    let near = json!({ "command": "nearer", "args": [], "note": [1.5] });
    assert_eq!(value(&writing.sections[0]), json!({ "near": near, "broken": 5 }));
    let [Outcome::Done(losses), Outcome::Done(none)] = &writing.outcomes[..] else {
        panic!("{:?}", writing.outcomes)
    };
    assert_eq!((&*losses[0].field, losses.len(), none.len()), ("enabled", 1, 0));

    let error = adapter.read(&[section("config", &json!(7))]).unwrap_err().to_string();
    assert_eq!(
        error,
        "`mcpServers` has an unexpected shape: it is a number, not an object of servers"
    );
}

/// An adapter of the draft. It reads the server `draft`, and traps unless it is asked for one
/// put that clears nothing.
fn draft() -> SandboxedAdapter {
    let mut server = [0_u32; 56];
    (server[0], server[1]) = (2048, 5);
    (server[3], server[4]) = (2112, 1);
    let command = [0_u32, 2048, 5, 0, 0, 0];
    let bytes = |words: &[u32]| {
        escaped(&words.iter().flat_map(|word| word.to_le_bytes()).collect::<Vec<_>>())
    };
    let fields = format!(
        r#"(memory $memory 4)
        (data (i32.const 2048) "draft")
        (data (i32.const 2112) "{command}")
        (data (i32.const 2176) "{server}")
        (data (i32.const 3072) "{reading}")
        (data (i32.const 3136) "{writing}")
        (func $read (param i32 i32) (result i32) (i32.const 3072))
        (func $write (param i32 i32) (param $edits i32) (param $count i32) (result i32)
          (if (i32.ne (local.get $count) (i32.const 1)) (then (unreachable)))
          (if (i32.load8_u (local.get $edits)) (then (unreachable)))
          ;; The name's length, and after the server's 224 bytes how many fields are cleared.
          (if (i32.ne (i32.load offset=12 (local.get $edits)) (i32.const 5)) (then (unreachable)))
          (if (i32.load offset=236 (local.get $edits)) (then (unreachable)))
          (i32.const 3136))"#,
        command = bytes(&command),
        server = bytes(&server),
        reading = bytes(&[0, 2176, 1, 0, 0, 0, 0]),
        // No section changes, and the one edit is done: the zeros at 1024 are its outcome.
        writing = bytes(&[0, 0, 0, 1024, 1]),
    );
    let bytes = Made { fields: &fields, contract: DRAFT, version: "0.2.0", ..Made::default() };
    SandboxedAdapter::new(compile(&bytes.encode()).unwrap(), descriptor())
}

#[test]
fn two_versions_run_beside_each_other() {
    let (kept, draft) = (kept(), draft());
    let (old, new) =
        (section("config", &json!({ "kept": { "command": "kept" } })), made::sections());
    for _ in 0..2 {
        let here = kept.read(std::slice::from_ref(&old)).unwrap().servers;
        let there = draft.read(&new).unwrap().servers;
        assert_eq!(
            (&here[..], &there[..]),
            (&[local("kept", "kept")][..], &[local("draft", "draft")][..])
        );
        // What the one reads goes to the other.
        let writing =
            kept.write(std::slice::from_ref(&old), &[Edit::Put(there[0].clone())]).unwrap();
        assert_eq!(value(&writing.sections[0])["draft"]["command"], "draft");
        let writing = draft.write(&new, &[Edit::Put(local("kept5", "kept"))]).unwrap();
        assert_eq!(writing.outcomes, [Outcome::Done(vec![])]);
    }
    let error = draft.write(&new, &[Edit::Remove(ServerName::new("a").unwrap())]).unwrap_err();
    assert!(error.to_string().contains("unreachable code"), "{error}");
}

#[test]
fn a_component_of_the_draft_is_described() {
    let fields = format!(
        r#"(memory $memory 4)
        (data (i32.const 512) "{}")
        (data (i32.const 2048) "{}")
        (func $describe (result i32) (i32.const 512))"#,
        escaped(
            &[2048_u32.to_le_bytes(), u32::try_from(DESCRIPTOR.len()).unwrap().to_le_bytes()]
                .concat()
        ),
        escaped(DESCRIPTOR.as_bytes()),
    );
    let of = |contract: &str| {
        let made = Made { fields: &fields, contract, version: "0.2.0", ..Made::default() };
        SandboxedAdapter::describe(compile(&made.encode()).unwrap(), "draft.wasm")
    };
    assert_eq!(of(DRAFT).unwrap().descriptor(), &descriptor());
    // The types of another version under this one's name are found out.
    let error = of(&CONTRACT.replace("@0.1.0", "@0.2.0")).unwrap_err().to_string();
    assert!(error.contains("failed to convert function to given type"), "{error}");
}

/// A component of the contract at a version that is not known.
fn of_version(version: &str) -> Vec<u8> {
    let contract = CONTRACT.replace("@0.1.0", &format!("@{version}"));
    Made { contract: &contract, version, ..Made::default() }.encode()
}

#[test]
fn other_versions_are_refused_before_they_are_compiled() {
    let newer = Some("a newer hatch may know it; or ask for the adapter at an older version");
    for (version, hint) in [("0.9.0", newer), ("2.0.0", newer), ("0.0.4", None), ("0.1.0-rc", None)]
    {
        let bytes = of_version(version);
        let expected = format!(
            "it was made for version {version} of the adapter contract, and this hatch knows 0.1 and 0.2"
        );
        // There is no such program: it is not asked.
        let in_child = compile_in_child(Path::new("no/such/program"), &[], &bytes);
        for error in
            [check(&bytes).unwrap_err(), in_child.unwrap_err(), compile(&bytes).unwrap_err()]
        {
            assert!(matches!(error, ComponentError::UnknownVersion { .. }), "{error}");
            assert_eq!((error.to_string(), error.hint()), (expected.clone(), hint));
        }
    }
    let error = compile_in_child(Path::new("no/such/program"), &[], KEPT).unwrap_err();
    assert!(error.to_string().contains("could not be started"), "{error}");
}

/// So that an author can serve hatches of different ages with one component.
#[test]
fn a_known_version_beside_an_unknown_one_is_used() {
    let both = "package test:both@0.0.1; world host-adapter {
        export hatch:adapter/host-config@0.1.0; export hatch:adapter/host-config@0.9.0; }";
    let newer = CONTRACT.replace("@0.1.0", "@0.9.0");
    let fields = r#"(func $unknown (param i32 i32) (result i32) (unreachable))
        (func $unknown4 (param i32 i32 i32 i32) (result i32) (unreachable))
        (func $unknown0 (result i32) (unreachable))
        (func $describe (result i32) (i32.const 1024))
        (func $read (param i32 i32) (result i32) (i32.const 1024))
        (func $write (param i32 i32 i32 i32) (result i32) (i32.const 1024))
        (export "hatch:adapter/host-config@0.1.0#describe" (func $describe))
        (export "hatch:adapter/host-config@0.1.0#read" (func $read))
        (export "hatch:adapter/host-config@0.1.0#write" (func $write))
        (export "hatch:adapter/host-config@0.9.0#describe" (func $unknown0))
        (export "hatch:adapter/host-config@0.9.0#read" (func $unknown))
        (export "hatch:adapter/host-config@0.9.0#write" (func $unknown4))"#;
    let packages = [CONTRACT.to_owned(), newer];
    let made = Made { fields, contract: both, packages: &packages, ..Made::default() };
    let adapter = SandboxedAdapter::new(compile(&made.encode()).unwrap(), descriptor());
    assert_eq!(adapter.read(&made::sections()).unwrap().servers, []);
}

#[test]
fn only_tests_know_the_draft() {
    let mut switched_on = Vec::new();
    let mut look = |manifest: &str| {
        let text = fs::read_to_string(workspace().join(manifest)).unwrap();
        if text.contains("\"draft-contract\"") {
            switched_on.push(manifest.to_owned());
        }
    };
    look("Cargo.toml");
    let manifest = fs::read_to_string(workspace().join("Cargo.toml")).unwrap();
    let members = manifest.split_once("members = [").unwrap().1.split_once(']').unwrap().0;
    for member in members.split('"').skip(1).step_by(2) {
        look(&format!("{member}/Cargo.toml"));
    }
    assert_eq!(switched_on, ["tests/Cargo.toml"]);
}
