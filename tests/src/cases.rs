//! Case folders, through the engine and an adapter.
#![expect(clippy::disallowed_methods, reason = "cases are test data, and not users' files")]
#![expect(clippy::unwrap_used, reason = "a case that can't be read should say where")]
#![expect(clippy::missing_panics_doc, reason = "as tests do, where a case is not as it should be")]

use std::fs;
use std::path::{Path, PathBuf};

use hatch_adapter_sdk::case::{edit_from, server_from};
use hatch_adapter_sdk::json::Value;
use hatch_core::adapter::{Edit, HostAdapter, LossKind, Outcome, Reading, Unreadable};
use hatch_core::configuration::{Configuration, ConfigurationError, File};
use hatch_core::server::Server;
use hatch_core::store::Location;

use crate::{native, workspace};

/// A case folder.
#[derive(Debug)]
pub struct Case {
    /// Where it is, below its adapter.
    pub name: String,
    folder: PathBuf,
}

impl Case {
    /// Those of an adapter's folder, such as `adapters/hosts/cursor`.
    pub fn all(adapter: &str) -> Vec<Case> {
        let folder = workspace().join(adapter).join("cases");
        let mut cases: Vec<_> = fs::read_dir(&folder)
            .unwrap()
            .map(|entry| entry.unwrap())
            .filter(|entry| entry.path().is_dir())
            .map(|entry| Case {
                name: format!("{adapter}/{}", entry.file_name().to_string_lossy()),
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

    /// The value in one of its files.
    pub fn value(&self, file: &str) -> Option<Value> {
        self.bytes(file).map(|bytes| value(&bytes))
    }

    /// What is asked for.
    pub fn edits(&self, adapter: &dyn HostAdapter) -> Option<Vec<Edit>> {
        let edits = self.value("edits.json")?;
        let edits = edits.as_array().unwrap().iter().map(|it| edit_from(it).unwrap()).collect();
        Some(native::edits(edits, &adapter.descriptor().id).unwrap())
    }

    /// What should be read.
    pub fn servers(&self, adapter: &dyn HostAdapter) -> Option<Vec<Server>> {
        let reading = self.value("reading.json")?;
        let servers = reading.as_object()?.get("servers")?.as_array()?.iter();
        let servers = servers.map(|it| server_from(it).unwrap()).collect();
        Some(native::servers(servers, &adapter.descriptor().id).unwrap())
    }

    /// Entries that should be read as none of its servers.
    fn others(&self) -> (Vec<String>, Vec<Unreadable>) {
        let reading = self.value("reading.json").unwrap();
        let list = |key| reading.as_object()?.get(key)?.as_array();
        let text = |entry: &Value, key| {
            let text = entry.as_object().and_then(|it| it.get(key)).and_then(Value::as_str);
            text.unwrap_or_default().to_owned()
        };
        let foreign = list("foreign").unwrap_or_default().iter();
        let unreadable = list("unreadable").unwrap_or_default().iter();
        let entry = |it| Unreadable { name: text(it, "name"), reason: text(it, "reason") };
        (
            foreign.map(|it| it.as_str().unwrap().to_owned()).collect(),
            unreadable.map(entry).collect(),
        )
    }

    /// Writes what came out as what is expected, where that says something else.
    fn bless(&self, outcomes: &[Outcome], after: Option<&[u8]>) {
        let after = after.map(value);
        for (file, new) in [("outcomes.json", Some(spelt(outcomes))), ("after.json", after)] {
            if self.value(file) != new {
                let path = self.folder.join(file);
                match new {
                    Some(new) => fs::write(path, new.to_pretty() + "\n").unwrap(),
                    None => fs::remove_file(path).unwrap(),
                }
            }
        }
    }

    fn configuration(&self, adapter: &dyn HostAdapter) -> Result<Configuration, String> {
        let bytes = self.bytes("before.json");
        let location = Location::new(Path::new("/case/file.json"), "file.json");
        Configuration::read(adapter, vec![File { location, bytes }]).map_err(reason)
    }

    /// Holds an answer against what the case says.
    pub fn expect(&self, adapter: &dyn HostAdapter, answer: Answer) {
        let (reading, edits) = match answer {
            Answer::Fails(reason) => {
                let found = self.value("outcomes.json").or_else(|| self.value("reading.json"));
                let error = Value::string(&reason);
                assert_eq!(found.unwrap().as_object().unwrap().get("error"), Some(&error));
                return;
            }
            Answer::Reads(reading) => (reading, None),
            Answer::Edits { reading, outcomes, after, .. } => (reading, Some((outcomes, after))),
        };
        if let Some(expected) = self.servers(adapter) {
            assert_eq!(reading.servers, expected, "{}", self.name);
            assert_eq!(self.others(), (reading.foreign, reading.unreadable), "{}", self.name);
        }
        if let Some((outcomes, after)) = edits {
            if std::env::var_os("HATCH_BLESS").is_some() {
                self.bless(&outcomes, after.as_deref());
            }
            let expected = self.value("outcomes.json").unwrap();
            assert_eq!(spelt(&outcomes), expected, "{}", self.name);
            let after = after.map(|bytes| value(&bytes));
            assert_eq!(after, self.value("after.json"), "{}", self.name);
        }
    }

    /// Made once more, the edits change nothing.
    pub fn expect_no_more(&self, adapter: &dyn HostAdapter) {
        let Answer::Edits { after, .. } = answer(self, adapter) else { return };
        let edits = self.edits(adapter).unwrap();
        let location = Location::new(Path::new("/case/file.json"), "file.json");
        let file = File { location, bytes: after.clone() };
        let configuration = Configuration::read(adapter, vec![file]).map_err(reason).unwrap();
        let again = configuration.edit(adapter, &edits).map_err(reason).unwrap();
        let show = |bytes: &Option<Vec<u8>>| {
            bytes.as_deref().map(|it| String::from_utf8_lossy(it).into_owned())
        };
        assert_eq!(show(&again.files[0].after), show(&after), "{}", self.name);
    }
}

/// JSON with comments.
pub fn value(bytes: &[u8]) -> Value {
    Value::parse_relaxed(std::str::from_utf8(bytes).unwrap()).unwrap()
}

/// An error's reason, as cases spell one.
pub fn reason(error: ConfigurationError) -> String {
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
pub enum Answer {
    /// Nothing, for a reason.
    Fails(String),
    /// What was read, where there is nothing to edit.
    Reads(Reading),
    /// What was read and written.
    Edits {
        /// What was read before.
        reading: Reading,
        /// One for each edit.
        outcomes: Vec<Outcome>,
        /// The document after the edits.
        after: Option<Vec<u8>>,
        /// What was read after.
        then: Reading,
    },
}

/// Puts a case through the engine and an adapter.
pub fn answer(case: &Case, adapter: &dyn HostAdapter) -> Answer {
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
pub fn spelt(outcomes: &[Outcome]) -> Value {
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
