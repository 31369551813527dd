//! One host's documents as they are, read once: bytes, sections and servers.
//!
//! This is where the three parts meet: documents give sections, the adapter gives them
//! meaning, and what it hands back is reconciled with the text and held against what was
//! asked. Nothing here touches a disk.

pub mod check;
mod near;

pub use check::Unsound;

use crate::adapter::{AdapterError, Edit, HostAdapter, Outcome, Reading, Section};
use crate::document::{Document, EditError, SectionChange, SyntaxError};
use crate::host::HostDescriptor;
use crate::location::Location;

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
            sections.extend(spec.sections.iter().map(|path| Section {
                document: spec.id.clone(),
                path: path.clone(),
                value: document.section(path),
            }));
            documents.push((file, document));
        }
        let mut configuration = Configuration { documents, sections, reading: Reading::default() };
        configuration.reading = reading(adapter, &configuration.sections)
            .map_err(|source| configuration.adapter_error(source))?;
        Ok(configuration)
    }

    /// The document that holds the servers.
    pub fn location(&self) -> &Location {
        &self.documents[0].0.location
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
        let files = self.files(descriptor, &changed)?;
        let reading = if files.iter().all(FilePlan::is_unchanged) {
            self.reading.clone()
        } else {
            reading(adapter, &self.sections_after(&changed)).map_err(error)?
        };
        check::answer(&self.reading, &reading, edits, &writing.outcomes).map_err(unsound)?;
        Ok(Edited { files, outcomes: writing.outcomes, reading })
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

    fn sections_after(&self, changed: &[Section]) -> Vec<Section> {
        let after = |section: &Section| {
            changed.iter().find(|it| same_place(it, section)).unwrap_or(section).clone()
        };
        self.sections.iter().map(after).collect()
    }

    fn files(
        &self,
        descriptor: &HostDescriptor,
        changed: &[Section],
    ) -> Result<Vec<FilePlan>, ConfigurationError> {
        let plan = |((file, document), spec): (&(File, Document), &crate::host::DocumentSpec)| {
            let location = file.location.clone();
            let changes: Vec<_> = changed
                .iter()
                .filter(|section| section.document == spec.id)
                .map(|section| SectionChange {
                    path: section.path.clone(),
                    value: section.value.clone(),
                })
                .collect();
            if changes.is_empty() {
                let (before, after) = (file.bytes.clone(), file.bytes.clone());
                return Ok(FilePlan { location, before, after });
            }
            match document.edit(&changes, spec.accepts_bom) {
                Ok(bytes) => Ok(FilePlan {
                    before: file.bytes.clone(),
                    after: (file.bytes.is_some() || !bytes.is_empty()).then_some(bytes),
                    location,
                }),
                Err(source) => Err(ConfigurationError::Edit { location, source }),
            }
        };
        self.documents.iter().zip(&descriptor.documents).map(plan).collect()
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

fn same_place(a: &Section, b: &Section) -> bool {
    a.document == b.document && a.path == b.path
}
