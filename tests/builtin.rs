//! The built-in adapters: what is embedded runs, and says what the same code says natively.
#![expect(clippy::unwrap_used, reason = "a test that can't go on has failed")]

use hatch_adapters::BUILTIN;
use hatch_core::adapter::{Edit, HostAdapter, Section};
use hatch_core::server::ServerName;
use hatch_sandbox::{SandboxedAdapter, check_descriptor, compile, read_descriptor};
use hatch_tests::native::NativeAdapter;
use serde_json::{Value, json};

fn sections(adapter: &dyn HostAdapter, value: &str) -> Vec<Section> {
    let document = &adapter.descriptor().documents[0];
    let section = |path: &Vec<String>| Section {
        document: document.id.clone(),
        path: path.clone(),
        value: path.last().is_some_and(|key| key == "mcpServers").then(|| value.to_owned()),
    };
    document.sections.iter().map(section).collect()
}

fn native() -> Vec<Box<dyn HostAdapter>> {
    vec![
        Box::new(NativeAdapter::<hatch_adapter_claude_desktop::ClaudeDesktop>::new().unwrap()),
        Box::new(NativeAdapter::<hatch_adapter_cursor::Cursor>::new().unwrap()),
        Box::new(NativeAdapter::<hatch_adapter_gemini::Gemini>::new().unwrap()),
        Box::new(NativeAdapter::<hatch_adapter_lmstudio::LmStudio>::new().unwrap()),
    ]
}

const SERVERS: &str = r#"{
    "files": { "command": "files-mcp", "args": ["--root", "${userHome}"], "env": { "A": "b" } },
    "search": { "url": "https://example.com/mcp", "headers": { "X": "${env:TOKEN}" } },
    "broken": 5
}"#;

#[test]
fn each_answers_as_its_code_does_natively() {
    let native = native();
    assert_eq!(native.len(), BUILTIN.len());
    for (native, builtin) in native.iter().zip(BUILTIN) {
        let sandboxed = builtin.adapter().unwrap();
        assert_eq!(sandboxed.descriptor(), native.descriptor(), "{}", builtin.id);
        assert_eq!(sandboxed.descriptor().id.as_str(), builtin.id);
        let given = sections(&sandboxed, SERVERS);
        let (here, there) = (sandboxed.read(&given).unwrap(), native.read(&given).unwrap());
        assert!(!here.servers.is_empty());
        assert_eq!(here, there);

        let mut edits: Vec<Edit> = here.servers.into_iter().map(Edit::Put).collect();
        edits.push(Edit::Remove(ServerName::new("files").unwrap()));
        for given in [given, sections(&sandboxed, "{}")] {
            let (here, there) = (sandboxed.write(&given, &edits), native.write(&given, &edits));
            assert_eq!(here.unwrap(), there.unwrap());
        }
    }
}

/// Compiling is nobody's to do here: `hatch_sandbox` has a test that its engine can't.
#[test]
fn only_adapters_that_are_called_are_loaded() {
    let registry = hatch_cli::builtin().unwrap();
    let ready = || -> Vec<&str> {
        let ready = registry.hosts().iter().filter(|host| host.adapter.is_ready());
        ready.map(|host| host.id.as_str()).collect()
    };
    assert!(!registry.hosts().is_empty());
    assert_eq!(ready(), [""; 0], "names and places are known without their code");
    let cursor = registry.get("cursor").unwrap();
    cursor.adapter.read(&sections(&*cursor.adapter, SERVERS)).unwrap();
    assert_eq!(ready(), ["cursor"]);
}

#[test]
fn each_descriptor_keeps_the_rules_for_foreign_ones() {
    for builtin in BUILTIN {
        let adapter = builtin.adapter().unwrap();
        assert_eq!(check_descriptor(adapter.descriptor()), Ok(()), "{}", builtin.id);
    }
}

const SCHEMA: &str = include_str!("../wit/0.1/descriptor.schema.json");

/// Calls with every member of every object in a value, as a pointer to the object and a key.
fn each_member(value: &Value, at: &str, call: &mut impl FnMut(&str, &str)) {
    match value {
        Value::Object(members) => {
            for (key, member) in members {
                call(at, key);
                each_member(member, &format!("{at}/{key}"), call);
            }
        }
        Value::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                each_member(item, &format!("{at}/{index}"), call);
            }
        }
        _ => {}
    }
}

/// The schema and the reader agree on what is a descriptor: on those that are built in, and on
/// what is left of them without any one member, or with another in its place.
#[test]
fn descriptors_keep_to_the_published_schema() {
    let schema = jsonschema::validator_for(&serde_json::from_str(SCHEMA).unwrap()).unwrap();
    let reads = |value: &Value| {
        read_descriptor(&value.to_string()).and_then(|it| check_descriptor(&it)).is_ok()
    };
    let (mut changed, mut refused) = (0, 0);
    for builtin in BUILTIN {
        let whole: Value = serde_json::from_str(builtin.descriptor).unwrap();
        assert!(schema.is_valid(&whole) && reads(&whole), "{}", builtin.id);
        let mut try_at = |object: &str, key: &str, new: Option<Value>| {
            let mut other = whole.clone();
            let members = other.pointer_mut(object).unwrap().as_object_mut().unwrap();
            match new {
                Some(new) => members[key] = new,
                None => drop(members.shift_remove(key)),
            }
            assert_eq!(schema.is_valid(&other), reads(&other), "{}: {object}/{key}", builtin.id);
            changed += 1;
            refused += usize::from(!reads(&other));
        };
        each_member(&whole, "", &mut |object, key| {
            for new in [json!(7), json!(""), json!([]), json!({}), json!(null), json!([[[""]]])] {
                try_at(object, key, Some(new));
            }
            try_at(object, key, None);
        });
    }
    assert!(refused > 100 && changed - refused > 20, "{refused} of {changed}");
}

#[test]
#[expect(clippy::disallowed_methods, reason = "a test's own file")]
fn each_says_what_was_kept_of_it() {
    for builtin in BUILTIN {
        let folder =
            std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../adapters/components");
        let wasm = std::fs::read(folder.join(format!("{}.wasm", builtin.id))).unwrap();
        let described = SandboxedAdapter::describe(compile(&wasm).unwrap(), builtin.id).unwrap();
        assert_eq!(described.descriptor(), builtin.adapter().unwrap().descriptor());
    }
}

#[test]
fn many_threads_may_begin_with_the_same_adapter() {
    let Some(builtin) = BUILTIN.first() else { return };
    std::thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(|| {
                let adapter = builtin.adapter().unwrap();
                assert!(adapter.read(&sections(&adapter, SERVERS)).is_ok());
            });
        }
    });
}
