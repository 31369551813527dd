//! One host's documents as they are, read once: bytes, sections and servers.
//!
//! This is where the three parts meet: documents give sections, the adapter gives them
//! meaning, and what it hands back is reconciled with the text and held against what was
//! asked. Nothing here touches a disk.

pub mod check;
mod near;
mod remarks;

pub use check::Unsound;

use crate::adapter::{AdapterError, Edit, HostAdapter, Outcome, Reading, Section};
use crate::document::{Document, EditError, SectionChange, SyntaxError};
use crate::host::{DocumentSpec, HostDescriptor};
use crate::location::Location;
use crate::secret::mask_prose;

/// A document's bytes, where they are.
#[derive(Clone)]
pub struct File {
    /// Where it is, or would be.
    pub location: Location,
    /// What is there; `None` where nothing is.
    pub bytes: Option<Vec<u8>>,
}

/// What one document will become.
#[derive(Clone)]
pub struct FilePlan {
    /// Which document.
    pub location: Location,
    /// What the planner saw: applying stops if the file no longer matches. `None` where
    /// there was no file.
    pub before: Option<Vec<u8>>,
    /// The exact bytes to write; `None` to take the file away.
    pub after: Option<Vec<u8>>,
}

impl FilePlan {
    /// Whether the document stays as it is.
    pub fn is_unchanged(&self) -> bool {
        self.before == self.after
    }
}

impl std::fmt::Debug for FilePlan {
    /// The location alone: documents hold secrets.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("FilePlan").field("location", &self.location).finish_non_exhaustive()
    }
}

/// One host's documents, and what its adapter reads in them.
pub struct Configuration {
    documents: Vec<(File, Document)>,
    sections: Vec<Section>,
    /// The servers that the host has.
    pub reading: Reading,
}

/// Why a host's documents can't be read or changed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ConfigurationError {
    /// A document breaks its own syntax.
    #[error("`{location}` is not valid")]
    Syntax {
        /// Which document.
        location: Location,
        /// Where and how.
        source: SyntaxError,
    },
    /// A document can't hold what the adapter wants to write.
    #[error("`{location}` can't be edited")]
    Edit {
        /// Which document.
        location: Location,
        /// Why.
        source: EditError,
    },
    /// The adapter gave no answer.
    #[error("`{location}` can't be understood")]
    Adapter {
        /// The document that holds the servers.
        location: Location,
        /// Why.
        source: AdapterError,
    },
    /// The adapter did something else than it was asked.
    #[error("the `{adapter}` adapter can't be trusted with this change")]
    Unsound {
        /// Which adapter.
        adapter: String,
        /// What it did.
        source: Unsound,
    },
}

/// What edits would make of a host's documents.
pub struct Edited {
    /// Every document, changed or not.
    pub files: Vec<FilePlan>,
    /// What became of each edit.
    pub outcomes: Vec<Outcome>,
    /// What the documents say then in the sections that the adapter sees.
    pub sections: Vec<Section>,
    /// The servers that the host has then.
    pub reading: Reading,
}

impl Configuration {
    /// Parses a host's documents, one for each that its descriptor declares and in that
    /// order, and has the adapter read them.
    ///
    /// # Errors
    ///
    /// Fails where a document breaks its syntax or the adapter can't read it.
    pub fn read(adapter: &dyn HostAdapter, files: Vec<File>) -> Result<Self, ConfigurationError> {
        let descriptor = adapter.descriptor();
        let mut documents = Vec::new();
        let mut sections = Vec::new();
        for (spec, file) in descriptor.documents.iter().zip(files) {
            let document =
                Document::parse(file.bytes.as_deref(), spec.format).map_err(|source| {
                    ConfigurationError::Syntax { location: file.location.clone(), source }
                })?;
            sections.extend(declared(spec, &document));
            documents.push((file, document));
        }
        let mut configuration = Configuration { documents, sections, reading: Reading::default() };
        let reading = reading(adapter, &configuration.sections)
            .map_err(|source| configuration.adapter_error(source))?;
        configuration.reading = without_secrets(reading);
        Ok(configuration)
    }

    /// The document that holds the servers.
    pub fn location(&self) -> &Location {
        &self.documents[0].0.location
    }

    /// Whether the document that holds the servers is a file.
    pub fn has_file(&self) -> bool {
        self.documents[0].0.bytes.is_some()
    }

    /// Whether that file has the section that holds the servers, be it empty.
    pub fn has_container(&self) -> bool {
        let value = self.sections.first().and_then(|section| section.value.as_deref());
        value.is_some_and(|value| value.trim() != "null")
    }

    /// What the documents say in the sections that the adapter sees.
    pub fn sections(&self) -> &[Section] {
        &self.sections
    }

    /// Plans `edits`: asks the adapter, reconciles its answer with the text, and checks that
    /// it did what was asked and nothing else.
    ///
    /// # Errors
    ///
    /// Fails where the adapter does, where its answer does not fit the document, and where
    /// it changed something else.
    pub fn edit(
        &self,
        adapter: &dyn HostAdapter,
        edits: &[Edit],
    ) -> Result<Edited, ConfigurationError> {
        let error = |source| self.adapter_error(source);
        let writing = adapter.write(&self.sections, edits).map_err(error)?;
        let descriptor = adapter.descriptor();
        let unsound =
            |source| ConfigurationError::Unsound { adapter: descriptor.id.to_string(), source };
        let changed = self.changed_sections(writing.sections).map_err(unsound)?;
        let (files, sections) = self.files(descriptor, &changed)?;
        let reading = if files.iter().all(FilePlan::is_unchanged) {
            self.reading.clone()
        } else {
            without_secrets(reading(adapter, &sections).map_err(error)?)
        };
        check::answer(&self.reading, &reading, edits, &writing.outcomes).map_err(unsound)?;
        let outcomes = writing.outcomes.into_iter().map(outcome_without_secrets).collect();
        Ok(Edited { files, outcomes, sections, reading })
    }

    /// Of the sections that an adapter handed back, those that it changed. It can change
    /// none that it did not declare.
    fn changed_sections(&self, sections: Vec<Section>) -> Result<Vec<Section>, Unsound> {
        if let Some(other) =
            sections.iter().find(|it| !self.sections.iter().any(|known| same_place(known, it)))
        {
            let (document, path) = (other.document.clone(), other.path.clone());
            return Err(Unsound::Undeclared { document, path });
        }
        Ok(sections.into_iter().filter(|section| !self.sections.contains(section)).collect())
    }

    /// What the documents become, and the sections that they have then. Those are read from the
    /// edited text, not from the adapter's answer: it may name one place twice, and what counts is
    /// what the host will read.
    fn files(
        &self,
        descriptor: &HostDescriptor,
        changed: &[Section],
    ) -> Result<(Vec<FilePlan>, Vec<Section>), ConfigurationError> {
        let mut files = Vec::with_capacity(self.documents.len());
        let mut sections = Vec::with_capacity(self.sections.len());
        for ((file, document), spec) in self.documents.iter().zip(&descriptor.documents) {
            let changes: Vec<_> = changed
                .iter()
                .filter(|section| section.document == spec.id)
                .map(|section| SectionChange {
                    path: section.path.clone(),
                    value: section.value.clone(),
                })
                .collect();
            let (location, before) = (file.location.clone(), file.bytes.clone());
            if changes.is_empty() {
                let of_document = |section: &&Section| section.document == spec.id;
                sections.extend(self.sections.iter().filter(of_document).cloned());
                files.push(FilePlan { location, after: before.clone(), before });
                continue;
            }
            let edited = document.edited(&changes, spec.accepts_bom).map_err(|source| {
                ConfigurationError::Edit { location: location.clone(), source }
            })?;
            sections.extend(declared(spec, &edited));
            let bytes = edited.bytes();
            let after = (before.is_some() || !bytes.is_empty()).then_some(bytes);
            files.push(FilePlan { location, before, after });
        }
        Ok((files, sections))
    }

    fn adapter_error(&self, source: AdapterError) -> ConfigurationError {
        ConfigurationError::Adapter { location: self.location().clone(), source }
    }
}

/// What an adapter reads in sections. Of entries that it can't understand, a key that is nearly
/// right is named.
///
/// # Errors
///
/// As [`HostAdapter::read`].
pub fn reading(adapter: &dyn HostAdapter, sections: &[Section]) -> Result<Reading, AdapterError> {
    let mut reading = adapter.read(sections)?;
    near::explain(&mut reading.unreadable, sections);
    Ok(reading)
}

/// What an adapter says of an entry may repeat a value of it.
fn without_secrets(mut reading: Reading) -> Reading {
    for entry in &mut reading.unreadable {
        entry.reason = mask_prose(&entry.reason);
    }
    reading
}

fn outcome_without_secrets(outcome: Outcome) -> Outcome {
    match outcome {
        Outcome::Refused(reason) => Outcome::Refused(mask_prose(&reason)),
        Outcome::Done(mut losses) => {
            losses.iter_mut().for_each(|loss| loss.detail = mask_prose(&loss.detail));
            Outcome::Done(losses)
        }
    }
}

/// The sections of a document that its adapter may see.
fn declared(spec: &DocumentSpec, document: &Document) -> impl Iterator<Item = Section> {
    spec.sections.iter().map(|path| Section {
        document: spec.id.clone(),
        path: path.clone(),
        value: document.section(path),
    })
}

fn same_place(a: &Section, b: &Section) -> bool {
    a.document == b.document && a.path == b.path
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::*;
    use crate::adapter::Writing;
    use crate::host::{Format, HostId, Preference, TransportKind};
    use crate::server::{ServerName, local};

    /// Reads a map from names to commands, and answers with these values of its one section.
    struct Answering {
        descriptor: HostDescriptor,
        values: Vec<&'static str>,
    }

    impl HostAdapter for Answering {
        fn descriptor(&self) -> &HostDescriptor {
            &self.descriptor
        }

        fn read(&self, sections: &[Section]) -> Result<Reading, AdapterError> {
            let text = sections[0].value.as_deref().unwrap_or("{}");
            let Ok(Value::Object(map)) = serde_json::from_str(text) else { panic!("a map") };
            let server =
                |(name, command): (&String, &Value)| local(name, command.as_str().unwrap());
            Ok(Reading { servers: map.iter().map(server).collect(), ..Reading::default() })
        }

        fn write(&self, sections: &[Section], edits: &[Edit]) -> Result<Writing, AdapterError> {
            let answer =
                |value: &&str| Section { value: Some((*value).to_owned()), ..sections[0].clone() };
            let outcomes = edits.iter().map(|_| Outcome::Done(vec![])).collect();
            Ok(Writing { sections: self.values.iter().map(answer).collect(), outcomes })
        }
    }

    /// What becomes of a file with one server when a second one is put.
    fn put_second(values: &[&'static str]) -> Result<Edited, ConfigurationError> {
        let document = DocumentSpec {
            id: "config".to_owned(),
            format: Format::Json,
            locations: vec![],
            prefer: Preference::ExistingFile,
            sections: vec![vec!["servers".to_owned()]],
            accepts_bom: false,
        };
        let descriptor = HostDescriptor {
            id: HostId::new("host").unwrap(),
            name: "Host".to_owned(),
            homepage: String::new(),
            version: None,
            documents: vec![document],
            transports: vec![TransportKind::Stdio],
            fields: vec![],
            extras: vec![],
            references: vec![],
            after_write: None,
            processes: vec![],
            names: vec![],
            elsewhere: vec![],
        };
        let adapter = Answering { descriptor, values: values.to_vec() };
        let bytes = Some(br#"{"servers": {"a": "a"}}"#.to_vec());
        let file = File { location: Location::new("/x", "x"), bytes };
        let configuration = Configuration::read(&adapter, vec![file]).unwrap();
        configuration.edit(&adapter, &[Edit::Put(local("b", "b"))])
    }

    #[test]
    fn of_two_answers_for_a_section_the_one_that_is_written_is_checked() {
        const ASKED: &str = r#"{"a": "a", "b": "b"}"#;
        const EVIL: &str = r#"{"a": "evil", "b": "b"}"#;
        let edited = put_second(&[EVIL, ASKED]).unwrap();
        assert_eq!(
            edited.files[0].after.as_deref(),
            Some(&br#"{"servers": {"a": "a", "b": "b"}}"#[..])
        );
        assert_eq!(edited.reading.servers.len(), 2);
        let Err(ConfigurationError::Unsound { source, .. }) = put_second(&[ASKED, EVIL]) else {
            panic!("what is written has `evil` in it");
        };
        assert_eq!(source, Unsound::Touched(ServerName::new("a").unwrap()));
    }
}
