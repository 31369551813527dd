//! Case folders: whole documents through the engine, edits, and what must come of them.
//!
//! A case is a folder with the files that [`hatch_adapter_sdk::case`] describes. There they
//! are run natively, by section; here the document is read and edited as a sync does it, by
//! any [`HostAdapter`], so that what the engine refuses is a fault, too. Edits are made a
//! second time, which no case has to ask for.

use std::error::Error;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use hatch_adapter_sdk::json::Value;
use hatch_core::adapter::{Edit, HostAdapter, Outcome, Reading};
use hatch_core::configuration::{Configuration, ConfigurationError, File};
use hatch_core::location::Location;

use super::{Difference, Fault, spelling};

const BEFORE: &str = "before.json";
const EDITS: &str = "edits.json";
const AFTER: &str = "after.json";
const OUTCOMES: &str = "outcomes.json";
const READING: &str = "reading.json";

/// A case folder.
#[derive(Clone, Debug)]
pub struct Case {
    /// The folder's name.
    pub name: String,
    folder: PathBuf,
}

/// Why a case can't be run.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum CaseError {
    /// A file can't be read or written.
    #[error("`{file}` can't be used")]
    File {
        /// Which file.
        file: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// A file does not say what it should.
    #[error("`{file}` makes no sense: {reason}")]
    Sense {
        /// Which file.
        file: PathBuf,
        /// What is wrong with it.
        reason: String,
    },
}

/// What came of a case.
#[derive(Clone, Debug, PartialEq)]
pub struct Answer {
    /// What the adapter read in the document, or why it could not.
    pub reading: Result<Reading, ErrorInWords>,
    /// What came of the edits, where there are any.
    pub edited: Option<Result<Edited, ErrorInWords>>,
}

/// What came of a case's edits.
#[derive(Clone, Debug, PartialEq)]
pub struct Edited {
    /// What became of each edit.
    pub outcomes: Vec<Outcome>,
    /// The document's bytes then; `None` where there still is no file.
    pub after: Option<Vec<u8>>,
    /// The document's bytes once the edits were made again.
    pub again: Option<Vec<u8>>,
}

/// An error of the adapter, or of the engine about it.
#[derive(Clone, Debug, PartialEq)]
pub enum ErrorInWords {
    /// One that a case may expect, as it spells it.
    Expected(Value),
    /// One that no adapter may cause.
    Broken(String),
}

/// What a file of a case should hold: a value, and the bytes that are written where it is
/// blessed. None is no file.
struct Expectation {
    file: &'static str,
    found: Option<(Value, Vec<u8>)>,
}

impl Case {
    /// The cases in a folder, by name. There are none without the folder.
    ///
    /// # Errors
    ///
    /// Fails where the folder can't be listed.
    pub fn all(folder: &Path) -> Result<Vec<Case>, CaseError> {
        let failed = |source| CaseError::File { file: folder.to_owned(), source };
        if !folder.is_dir() {
            return Ok(Vec::new());
        }
        let mut cases = Vec::new();
        for entry in folder.read_dir().map_err(failed)? {
            let entry = entry.map_err(failed)?;
            if entry.path().is_dir() {
                let name = entry.file_name().to_string_lossy().into_owned();
                cases.push(Case { name, folder: entry.path() });
            }
        }
        cases.sort_by(|a, b| a.name.cmp(&b.name));
        Ok(cases)
    }

    /// Runs the case and holds what comes out against its files.
    ///
    /// # Errors
    ///
    /// Fails where the case itself can't be used.
    pub fn check(&self, adapter: &dyn HostAdapter) -> Result<Vec<Fault>, CaseError> {
        let answer = self.answer(adapter)?;
        let mut faults = broken(&answer);
        for Expectation { file, found } in self.expectations(&answer, adapter)? {
            let expected = self.value(file)?;
            let found = found.map(|(value, _)| value);
            if expected != found {
                let show = |value: Option<&Value>| {
                    value.map_or_else(|| "(no file)".to_owned(), Value::to_pretty) + "\n"
                };
                faults.push(Fault {
                    what: format!("what comes out is not `{file}`"),
                    advice: "mend the adapter; or, if what comes out is right, write it as what \
                             is expected with `--bless`"
                        .to_owned(),
                    difference: Some(Difference {
                        expected: show(expected.as_ref()),
                        found: show(found.as_ref()),
                    }),
                });
            }
        }
        if answer.edited.is_none() && self.value(READING)?.is_none() {
            faults.push(fault(
                format!("there is neither `{EDITS}` nor `{READING}`"),
                format!("say what is asked, in `{EDITS}`, or what should be read, in `{READING}`"),
            ));
        }
        Ok(faults)
    }

    /// Runs the case and writes what comes out as what is expected. Files that say the same
    /// stay as they are, comments included. Returns the names of those that were written or
    /// taken away, and what is wrong whatever is expected.
    ///
    /// # Errors
    ///
    /// Fails where the case itself can't be used, and where a file can't be written.
    pub fn bless(
        &self,
        adapter: &dyn HostAdapter,
    ) -> Result<(Vec<&'static str>, Vec<Fault>), CaseError> {
        let answer = self.answer(adapter)?;
        let mut written = Vec::new();
        for Expectation { file, found } in self.expectations(&answer, adapter)? {
            if self.value(file).ok().flatten().as_ref() != found.as_ref().map(|(value, _)| value) {
                self.write(file, found.map(|(_, bytes)| bytes))?;
                written.push(file);
            }
        }
        Ok((written, broken(&answer)))
    }

    /// Runs the case.
    ///
    /// # Errors
    ///
    /// Fails where the case itself can't be used.
    pub fn answer(&self, adapter: &dyn HostAdapter) -> Result<Answer, CaseError> {
        let edits = self.edits(adapter)?;
        let configuration = match read(adapter, self.bytes(BEFORE)?) {
            Ok(configuration) => configuration,
            Err(error) => {
                let error = in_words(&error);
                return Ok(Answer {
                    reading: Err(error.clone()),
                    edited: edits.map(|_| Err(error)),
                });
            }
        };
        let edited = edits.map(|edits| edit(adapter, &configuration, &edits));
        Ok(Answer { reading: Ok(configuration.reading), edited })
    }

    /// What the case's files should hold, by what came of it. `reading.json` is compared
    /// where it is there.
    fn expectations(
        &self,
        answer: &Answer,
        adapter: &dyn HostAdapter,
    ) -> Result<Vec<Expectation>, CaseError> {
        let value = |file, value: Value| {
            let bytes = (value.to_pretty() + "\n").into_bytes();
            Expectation { file, found: Some((value, bytes)) }
        };
        let mut all = Vec::new();
        if self.path(READING).exists() {
            match &answer.reading {
                Ok(reading) => {
                    let reading = spelling::reading(reading, &adapter.descriptor().id)
                        .map_err(|reason| CaseError::Sense { file: self.path(READING), reason })?;
                    all.push(value(READING, reading));
                }
                Err(ErrorInWords::Expected(error)) => all.push(value(READING, error.clone())),
                Err(ErrorInWords::Broken(_)) => {}
            }
        }
        let after = |bytes: Option<Vec<u8>>| {
            let found = bytes.map(|bytes| Ok((self.parse(AFTER, &bytes)?, bytes))).transpose()?;
            Ok(Expectation { file: AFTER, found })
        };
        match &answer.edited {
            Some(Ok(edited)) => {
                all.push(after(edited.after.clone())?);
                all.push(value(OUTCOMES, spelling::outcomes(&edited.outcomes)));
            }
            Some(Err(ErrorInWords::Expected(error))) => {
                all.push(after(self.bytes(BEFORE)?)?);
                all.push(value(OUTCOMES, error.clone()));
            }
            Some(Err(ErrorInWords::Broken(_))) | None => {}
        }
        Ok(all)
    }

    fn edits(&self, adapter: &dyn HostAdapter) -> Result<Option<Vec<Edit>>, CaseError> {
        let Some(value) = self.value(EDITS)? else { return Ok(None) };
        let edits = spelling::edits(&value, &adapter.descriptor().id);
        edits.map(Some).map_err(|reason| CaseError::Sense { file: self.path(EDITS), reason })
    }

    fn path(&self, file: &str) -> PathBuf {
        self.folder.join(file)
    }

    fn value(&self, file: &str) -> Result<Option<Value>, CaseError> {
        self.bytes(file)?.map(|bytes| self.parse(file, &bytes)).transpose()
    }

    fn parse(&self, file: &str, bytes: &[u8]) -> Result<Value, CaseError> {
        let text = str::from_utf8(bytes).map_err(|error| error.to_string());
        let value = text.and_then(Value::parse_relaxed);
        value.map_err(|reason| CaseError::Sense { file: self.path(file), reason })
    }

    #[expect(clippy::disallowed_methods, reason = "cases are their author's, and no host's files")]
    fn bytes(&self, file: &str) -> Result<Option<Vec<u8>>, CaseError> {
        let file = self.path(file);
        match fs::read(&file) {
            Ok(bytes) => Ok(Some(bytes)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(source) => Err(CaseError::File { file, source }),
        }
    }

    #[expect(clippy::disallowed_methods, reason = "cases are their author's, and no host's files")]
    fn write(&self, file: &str, bytes: Option<Vec<u8>>) -> Result<(), CaseError> {
        let file = self.path(file);
        let done = match bytes {
            Some(bytes) => fs::write(&file, bytes),
            None => fs::remove_file(&file),
        };
        done.map_err(|source| CaseError::File { file, source })
    }
}

/// The first of a host's documents, and nothing of the others.
fn read(
    adapter: &dyn HostAdapter,
    bytes: Option<Vec<u8>>,
) -> Result<Configuration, ConfigurationError> {
    let mut bytes = bytes;
    let files = adapter.descriptor().documents.iter().map(|document| {
        let location = Location::new(format!("/case/{}", document.id), document.id.as_str());
        File { location, bytes: bytes.take() }
    });
    Configuration::read(adapter, files.collect())
}

fn edit(
    adapter: &dyn HostAdapter,
    configuration: &Configuration,
    edits: &[Edit],
) -> Result<Edited, ErrorInWords> {
    let after = |configuration: &Configuration| {
        let edited = configuration.edit(adapter, edits).map_err(|error| in_words(&error))?;
        Ok((edited.files.into_iter().next().and_then(|file| file.after), edited.outcomes))
    };
    let (once, outcomes) = after(configuration)?;
    let written = read(adapter, once.clone()).map_err(|error| in_words(&error))?;
    let (again, _) = after(&written)?;
    Ok(Edited { outcomes, after: once, again })
}

fn in_words(error: &ConfigurationError) -> ErrorInWords {
    let expected = match error {
        ConfigurationError::Adapter { source, .. } => spelling::error(source),
        _ => None,
    };
    let whole = || match error.source() {
        Some(source) => format!("{error}: {source}"),
        None => error.to_string(),
    };
    expected.map_or_else(|| ErrorInWords::Broken(whole()), ErrorInWords::Expected)
}

/// What is wrong with an answer, whatever was expected.
fn broken(answer: &Answer) -> Vec<Fault> {
    let failed = match (&answer.reading, &answer.edited) {
        (Err(ErrorInWords::Broken(reason)), _) | (_, Some(Err(ErrorInWords::Broken(reason)))) => {
            Some(reason)
        }
        _ => None,
    };
    let mut faults: Vec<_> = failed
        .map(|reason| {
            fault(
                reason.clone(),
                "hatch would stop here and write nothing: do what the edits ask and nothing \
                 else, and own up to what is lost",
            )
        })
        .into_iter()
        .collect();
    if let Some(Ok(edited)) = &answer.edited
        && edited.again != edited.after
    {
        let text = |bytes: &Option<Vec<u8>>| {
            String::from_utf8_lossy(bytes.as_deref().unwrap_or_default()).into_owned()
        };
        faults.push(Fault {
            difference: Some(Difference {
                expected: text(&edited.after),
                found: text(&edited.again),
            }),
            ..fault(
                "the edits were made a second time, and that changed the document again",
                "write only what differs from what an entry says already",
            )
        });
    }
    faults
}

fn fault(what: impl Into<String>, advice: impl Into<String>) -> Fault {
    Fault { what: what.into(), advice: advice.into(), difference: None }
}
