//! An adapter's case folders, run with whole documents through the engine.
#![expect(clippy::disallowed_methods, reason = "cases are test data, and not users' files")]
#![expect(clippy::unwrap_used, reason = "a test that can't go on should say where")]

use std::fs;
use std::path::{Path, PathBuf};

use hatch_adapter_sdk::case::{edit_from, server_from};
use hatch_adapter_sdk::json::Value;
use hatch_core::adapter::{AdapterError, Edit, HostAdapter, LossKind, Outcome, Reading};
use hatch_core::configuration::{Configuration, ConfigurationError, File};
use hatch_core::server::Server;
use hatch_core::store::Location;

use crate::native;

/// A case folder.
#[derive(Debug)]
pub struct Case {
    /// Its name, for messages.
    pub name: String,
    folder: PathBuf,
}

impl Case {
    /// Every case of a folder.
    ///
    /// # Panics
    ///
    /// Panics where there is no such folder.
    pub fn all(folder: &Path) -> Vec<Case> {
        let mut cases: Vec<_> = fs::read_dir(folder)
            .unwrap()
            .map(|entry| entry.unwrap().path())
            .filter(|path| path.is_dir())
            .map(|path| Case { name: path.display().to_string(), folder: path })
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

    /// Runs it: the whole document, through the engine.
    ///
    /// # Panics
    ///
    /// Panics where the case is malformed.
    pub fn answer(&self, adapter: &dyn HostAdapter) -> Answer {
        let configuration = match self.configuration(adapter) {
            Ok(configuration) => configuration,
            Err(reason) => return Answer::Fails(reason),
        };
        let reading = configuration.reading.clone();
        let Some(edits) = self.edits(adapter) else { return Answer::Reads(reading) };
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

    /// Writes what came out as what is expected, unless the file says so already.
    fn bless(&self, file: &str, found: &Value) {
        if self.value(file).as_ref() != Some(found) {
            fs::write(self.folder.join(file), found.to_pretty() + "\n").unwrap();
        }
    }

    /// Holds an answer against what the case names; with `HATCH_BLESS` in the process
    /// environment, what became of the edits is written as what is expected.
    ///
    /// # Panics
    ///
    /// Panics, as a test does, where it is another one.
    pub fn check(&self, adapter: &dyn HostAdapter, answer: Answer) {
        let (reading, rest) = match answer {
            Answer::Fails(reason) => {
                if std::env::var_os("HATCH_BLESS").is_some() {
                    let error = serde_json::json!({ "error": reason });
                    self.bless("outcomes.json", &Value::parse(&error.to_string()).unwrap());
                }
                let found = self.value("outcomes.json").or_else(|| self.value("reading.json"));
                let found = found.unwrap_or_else(|| panic!("{}: {reason}", self.name));
                let error = Value::string(&reason);
                assert_eq!(found.as_object().unwrap().get("error"), Some(&error), "{}", self.name);
                return;
            }
            Answer::Reads(reading) => (reading, None),
            Answer::Edits { reading, outcomes, after, .. } => (reading, Some((outcomes, after))),
        };
        if let Some(expected) = self.servers(adapter) {
            assert_eq!(reading.servers, expected, "{}", self.name);
        }
        if let Some((outcomes, after)) = rest {
            if std::env::var_os("HATCH_BLESS").is_some() {
                self.bless("outcomes.json", &spelt(&outcomes));
                after.iter().for_each(|bytes| self.bless("after.json", &value(bytes)));
            }
            let expected = self.value("outcomes.json").unwrap();
            assert_eq!(spelt(&outcomes), expected, "{}", self.name);
            let after = after.map(|bytes| value(&bytes));
            assert_eq!(after, self.value("after.json"), "{}", self.name);
        }
    }
}

fn value(bytes: &[u8]) -> Value {
    Value::parse_relaxed(std::str::from_utf8(bytes).unwrap()).unwrap()
}

/// An error's reason, as cases spell one.
fn reason(error: ConfigurationError) -> String {
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
    /// The adapter gave up, for this reason.
    Fails(String),
    /// What was read; the case has no edits.
    Reads(Reading),
    /// What was read, and what became of the edits.
    #[expect(missing_docs, reason = "the fields say it")]
    Edits { reading: Reading, outcomes: Vec<Outcome>, after: Option<Vec<u8>>, then: Reading },
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

/// Makes the edits of every case of a folder twice: the second time, nothing changes.
///
/// # Panics
///
/// Panics, as a test does, where something does.
pub fn change_nothing_again(folder: &Path, adapter: &dyn HostAdapter) {
    for case in Case::all(folder) {
        let Answer::Edits { after, .. } = case.answer(adapter) else { continue };
        let edits = case.edits(adapter).unwrap();
        let location = Location::new(Path::new("/case/file.json"), "file.json");
        let file = File { location, bytes: after.clone() };
        let configuration = Configuration::read(adapter, vec![file]).map_err(reason).unwrap();
        let again = configuration.edit(adapter, &edits).map_err(reason).unwrap();
        let show = |bytes: &Option<Vec<u8>>| {
            bytes.as_deref().map(|it| String::from_utf8_lossy(it).into_owned())
        };
        assert_eq!(show(&again.files[0].after), show(&after), "{}", case.name);
    }
}
