//! Both sides of the contract, held against the same case folders: each adapter's own cases,
//! with whole documents through the engine, the adapter once linked in and once in the
//! sandbox. All of it gives the same answers, and those that the case names.
#![expect(clippy::disallowed_methods, reason = "cases are test data, and not users' files")]
#![expect(clippy::unwrap_used, reason = "a test that can't go on should say where")]

use std::fs;
use std::path::{Path, PathBuf};

use hatch_adapter_sdk::case::{edit_from, server_from};
use hatch_adapter_sdk::json::Value;
use hatch_adapters::BUILTIN;
use hatch_core::adapter::{Edit, HostAdapter, LossKind, Outcome, Reading};
use hatch_core::configuration::{Configuration, ConfigurationError, File};
use hatch_core::server::Server;
use hatch_core::store::Location;
use hatch_sandbox::{SandboxedAdapter, compile};
use hatch_tests::native::{self, NativeAdapter};
use hatch_tests::workspace;

fn linked(id: &str) -> Box<dyn HostAdapter> {
    match id {
        "claude-desktop" => {
            Box::new(NativeAdapter::<hatch_adapter_claude_desktop::ClaudeDesktop>::new().unwrap())
        }
        "cursor" => Box::new(NativeAdapter::<hatch_adapter_cursor::Cursor>::new().unwrap()),
        "gemini" => Box::new(NativeAdapter::<hatch_adapter_gemini::Gemini>::new().unwrap()),
        "lmstudio" => Box::new(NativeAdapter::<hatch_adapter_lmstudio::LmStudio>::new().unwrap()),
        _ => panic!("`{id}` is built in and not linked into this test"),
    }
}

/// A case folder.
struct Case {
    name: String,
    folder: PathBuf,
}

impl Case {
    fn all(host: &str) -> Vec<Case> {
        let folder = workspace().join("adapters/hosts").join(host).join("cases");
        let mut cases: Vec<_> = fs::read_dir(&folder)
            .unwrap()
            .map(|entry| entry.unwrap())
            .filter(|entry| entry.path().is_dir())
            .map(|entry| Case {
                name: format!("{host}/{}", entry.file_name().to_string_lossy()),
                folder: entry.path(),
            })
            .collect();
        cases.sort_by(|a, b| a.name.cmp(&b.name));
        cases
    }

    fn bytes(&self, file: &str) -> Option<Vec<u8>> {
        let path = self.folder.join(file);
        path.exists().then(|| fs::read(path).unwrap())
    }

    fn value(&self, file: &str) -> Option<Value> {
        self.bytes(file).map(|bytes| value(&bytes))
    }

    fn edits(&self, adapter: &dyn HostAdapter) -> Option<Vec<Edit>> {
        let edits = self.value("edits.json")?;
        let edits = edits.as_array().unwrap().iter().map(|it| edit_from(it).unwrap()).collect();
        Some(native::edits(edits, &adapter.descriptor().id).unwrap())
    }

    fn servers(&self, adapter: &dyn HostAdapter) -> Option<Vec<Server>> {
        let reading = self.value("reading.json")?;
        let servers = reading.as_object()?.get("servers")?.as_array()?.iter();
        let servers = servers.map(|it| server_from(it).unwrap()).collect();
        Some(native::servers(servers, &adapter.descriptor().id).unwrap())
    }

    fn configuration(&self, adapter: &dyn HostAdapter) -> Result<Configuration, String> {
        let bytes = self.bytes("before.json");
        let location = Location::new(Path::new("/case/file.json"), "file.json");
        Configuration::read(adapter, vec![File { location, bytes }]).map_err(reason)
    }
}

fn value(bytes: &[u8]) -> Value {
    Value::parse_relaxed(std::str::from_utf8(bytes).unwrap()).unwrap()
}

/// An error's reason, as cases spell one.
fn reason(error: ConfigurationError) -> String {
    use hatch_core::adapter::AdapterError;
    match error {
        ConfigurationError::Adapter { source, .. } => match source {
            AdapterError::UnexpectedShape { path, reason } => {
                format!("{}: {reason}", path.join("."))
            }
            other => other.to_string(),
        },
        other => panic!("{other}: {:?}", std::error::Error::source(&other)),
    }
}

/// What came of a case.
#[derive(Debug, PartialEq)]
enum Answer {
    Fails(String),
    Reads(Reading),
    Edits { reading: Reading, outcomes: Vec<Outcome>, after: Option<Vec<u8>>, then: Reading },
}

fn answer(case: &Case, adapter: &dyn HostAdapter) -> Answer {
    let configuration = match case.configuration(adapter) {
        Ok(configuration) => configuration,
        Err(reason) => return Answer::Fails(reason),
    };
    let reading = configuration.reading.clone();
    let Some(edits) = case.edits(adapter) else { return Answer::Reads(reading) };
    match configuration.edit(adapter, &edits) {
        Ok(edited) => Answer::Edits {
            reading,
            outcomes: edited.outcomes,
            after: edited.files.into_iter().next().and_then(|file| file.after),
            then: edited.reading,
        },
        Err(error) => Answer::Fails(reason(error)),
    }
}

/// Spells outcomes as cases do.
fn spelt(outcomes: &[Outcome]) -> Value {
    let outcome = |outcome: &Outcome| match outcome {
        Outcome::Refused(reason) => serde_json::json!({ "refused": reason }),
        Outcome::Done(losses) => {
            let losses = losses.iter().map(|loss| {
                let kind = match loss.kind {
                    LossKind::Dropped => "dropped",
                    LossKind::Approximated => "approximated",
                    LossKind::Inlined => "inlined",
                    LossKind::Renamed => "renamed",
                };
                serde_json::json!({ "field": loss.field, "kind": kind, "detail": loss.detail })
            });
            serde_json::json!({ "done": losses.collect::<Vec<_>>() })
        }
    };
    let outcomes: Vec<_> = outcomes.iter().map(outcome).collect();
    Value::parse(&serde_json::Value::Array(outcomes).to_string()).unwrap()
}

#[test]
fn cases_come_out_the_same_natively_and_in_the_sandbox() {
    let mut run = 0;
    for builtin in BUILTIN {
        let (linked, sandboxed) = (linked(builtin.id), builtin.adapter().unwrap());
        for case in Case::all(builtin.id) {
            let answered = answer(&case, &sandboxed);
            assert_eq!(answered, answer(&case, &*linked), "{}", case.name);
            let (reading, rest) = match answered {
                Answer::Fails(reason) => {
                    let error = Value::string(&reason);
                    let found = case.value("outcomes.json").or_else(|| case.value("reading.json"));
                    let found = found.unwrap();
                    assert_eq!(found.as_object().unwrap().get("error"), Some(&error));
                    run += 1;
                    continue;
                }
                Answer::Reads(reading) => (reading, None),
                Answer::Edits { reading, outcomes, after, then } => {
                    (reading, Some((outcomes, after, then)))
                }
            };
            if let Some(expected) = case.servers(&sandboxed) {
                assert_eq!(reading.servers, expected, "{}", case.name);
            }
            if let Some((outcomes, after, _)) = rest {
                let expected = case.value("outcomes.json").unwrap();
                assert_eq!(spelt(&outcomes), expected, "{}", case.name);
                let after = after.map(|bytes| value(&bytes));
                assert_eq!(after, case.value("after.json"), "{}", case.name);
            }
            run += 1;
        }
    }
    assert!(run > 50, "{run} cases were run");
}

/// What no case has to say: made once more, the edits change nothing.
#[test]
fn edits_that_were_made_change_nothing_again() {
    for builtin in BUILTIN {
        let adapter = builtin.adapter().unwrap();
        for case in Case::all(builtin.id) {
            let Answer::Edits { after, .. } = answer(&case, &adapter) else { continue };
            let edits = case.edits(&adapter).unwrap();
            let location = Location::new(Path::new("/case/file.json"), "file.json");
            let file = File { location, bytes: after.clone() };
            let configuration = Configuration::read(&adapter, vec![file]).map_err(reason).unwrap();
            let again = configuration.edit(&adapter, &edits).map_err(reason).unwrap();
            let show = |bytes: &Option<Vec<u8>>| {
                bytes.as_deref().map(|it| String::from_utf8_lossy(it).into_owned())
            };
            assert_eq!(show(&again.files[0].after), show(&after), "{}", case.name);
        }
    }
}

#[test]
fn descriptors_that_are_kept_are_those_that_components_give() {
    for builtin in BUILTIN {
        let path = workspace().join(format!("adapters/components/{}.wasm", builtin.id));
        let compiled = compile(&fs::read(path).unwrap()).unwrap();
        let described = SandboxedAdapter::describe(compiled, builtin.id).unwrap();
        let embedded = builtin.adapter().unwrap();
        assert_eq!(described.descriptor(), embedded.descriptor());
        assert_eq!(linked(builtin.id).descriptor(), embedded.descriptor());
        assert_eq!(embedded.descriptor().id.as_str(), builtin.id);
    }
}

#[test]
fn every_host_has_an_adapter_that_is_built_in() {
    let folders = fs::read_dir(workspace().join("adapters/hosts")).unwrap();
    let folders = folders.map(|entry| entry.unwrap().path()).filter(|path| path.is_dir());
    let mut hosts: Vec<_> =
        folders.map(|it| it.file_name().unwrap().to_str().unwrap().to_owned()).collect();
    hosts.sort();
    assert_eq!(BUILTIN.iter().map(|it| it.id).collect::<Vec<_>>(), hosts);
}
