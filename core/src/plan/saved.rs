//! Plans in files: saved by one run, looked at, and carried out by another.
//!
//! A saved plan is readable JSON:
//!
//! ```json
//! {
//!   "schema": "hatch.plan/1",
//!   "created": "2026-11-22T11:04:52Z",
//!   "command": "sync",
//!   "title": "Sync 1 server from environment `dev`",
//!   "origin": { "environment": "dev" },
//!   "targets": [
//!     {
//!       "owner": "cursor",
//!       "definitions": { "files": "<digest of what the source says>" },
//!       "files": [ { "path": "/home/ana/.cursor/mcp.json", "shown": "~/.cursor/mcp.json",
//!                    "sha256": "<digest of what is there>", "after": "{ ... }\n" } ]
//!     }
//!   ]
//! }
//! ```
//!
//! It may come from someone else, so it is not believed: [`SavedTarget::check`] lets it
//! change nothing but servers, in the declared sections of a host's own documents, that are
//! still as the plan expects them.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::besides::{Sections, changes_besides};
use super::diff::Spelling;
use super::hidden::Hidden;
use super::whole::{self, AFTER, BEFORE};
use super::{Change, ChangeKind, FilePlan, Plan, TargetPlan, planner, remark};
use crate::adapter::{Edit, Reading};
use crate::configuration::{Configuration, ConfigurationError, File};
use crate::document::{Digest, Document, SectionChange};
use crate::host::DocumentSpec;
use crate::location::Location;
use crate::owner::Owner;
use crate::registry::Host;
use crate::source::Origin;

/// What a saved plan's schema begins with, and the version that this program writes.
const NAME: &str = "hatch.plan/";
const VERSION: u32 = 1;

/// A plan, as it is in a file.
#[derive(Clone, Serialize, Deserialize)]
pub struct SavedPlan {
    schema: String,
    /// When it was made.
    pub created: Timestamp,
    /// What the run was that made it.
    pub command: String,
    /// What it does, for people.
    pub title: String,
    /// Where its servers come from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub origin: Option<Origin>,
    /// The project's folder, where it is for a project's documents.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub project: Option<PathBuf>,
    /// Whose documents change, and how.
    pub targets: Vec<SavedTarget>,
}

/// What the documents of one owner are to become.
#[derive(Clone, Serialize, Deserialize)]
pub struct SavedTarget {
    /// Whose documents.
    pub owner: Owner,
    /// Digests of what the source said of the servers that were asked for.
    #[serde(default)]
    definitions: BTreeMap<String, String>,
    /// Fields whose values were taken from the process environment, server by server.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    inlined: BTreeMap<String, Vec<String>>,
    files: Vec<SavedFile>,
}

/// What one document is to become.
#[derive(Clone, Serialize, Deserialize)]
struct SavedFile {
    /// Where it really is, links followed.
    path: PathBuf,
    /// How its user writes that.
    shown: String,
    /// The digest of what is there; nothing where nothing is.
    sha256: Option<Digest>,
    /// Its new text; nothing where there is to be no file.
    after: Option<String>,
}

/// Why a plan can't be saved, or a saved one not be used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SavedPlanError {
    /// A path or a document that JSON can't hold.
    #[error("`{0}` is not Unicode, which a plan's file has to be")]
    NotUnicode(Location),
    /// It is no JSON, or lacks something.
    #[error("not a plan saved by hatch")]
    NoPlan(#[from] serde_json::Error),
    /// It is JSON of something else.
    #[error("not a plan: its schema is `{0}`")]
    OtherSchema(String),
    /// A newer hatch saved it.
    #[error("its schema is `{0}`: a newer hatch saved it, and has to apply it")]
    Newer(String),
    /// Another number of documents than the host has.
    #[error("it has {found} of the host's {expected} documents")]
    DocumentCount {
        /// How many the host has.
        expected: usize,
        /// How many the plan has.
        found: usize,
    },
    /// A document that is not where the host keeps its own.
    #[error("it writes to `{shown}`, and the host's document is `{expected}`")]
    OtherPlace {
        /// Where the plan says.
        shown: String,
        /// Where the host says.
        expected: Location,
    },
    /// A document that was changed since.
    #[error("`{0}` has changed since the plan was made")]
    MovedOn(Location),
    /// A document that can't be read before or after.
    #[error(transparent)]
    Configuration(#[from] ConfigurationError),
    /// More than the sections that hold servers would change.
    #[error("it changes more of `{0}` than the servers in it")]
    OutsideSections(Location),
    /// An entry is added that is no server, and so would not be seen in the preview.
    #[error("it adds `{entry}` to `{location}`, but the result is not a server entry")]
    NoServer {
        /// Which entry.
        entry: String,
        /// Where.
        location: Location,
    },
}

impl SavedPlan {
    /// A plan as it is to be saved; `project` is the folder whose documents it is for, if it
    /// is for a project's.
    ///
    /// # Errors
    ///
    /// Fails for what is not Unicode.
    pub fn new(
        plan: &Plan,
        origin: Option<Origin>,
        project: Option<&Path>,
        created: Timestamp,
    ) -> Result<Self, SavedPlanError> {
        let targets = plan.targets.iter().map(SavedTarget::new).collect::<Result<_, _>>()?;
        Ok(SavedPlan {
            schema: format!("{NAME}{VERSION}"),
            created,
            command: plan.command.to_owned(),
            title: plan.title.clone(),
            origin,
            project: project.map(Path::to_owned),
            targets,
        })
    }

    /// Reads a plan's file.
    ///
    /// # Errors
    ///
    /// Fails for what is no plan, or a newer hatch's.
    pub fn parse(bytes: &[u8]) -> Result<Self, SavedPlanError> {
        #[derive(Deserialize)]
        struct Named {
            schema: String,
        }
        let Named { schema } = serde_json::from_slice(bytes)?;
        match schema.strip_prefix(NAME).map(str::parse::<u32>) {
            Some(Ok(VERSION)) => Ok(serde_json::from_slice(bytes)?),
            Some(Ok(newer)) if newer > VERSION => Err(SavedPlanError::Newer(schema)),
            _ => Err(SavedPlanError::OtherSchema(schema)),
        }
    }

    /// The file's bytes.
    ///
    /// # Errors
    ///
    /// Fails for a project's folder that is not Unicode.
    pub fn print(&self) -> Result<Vec<u8>, serde_json::Error> {
        let mut bytes = serde_json::to_vec_pretty(self)?;
        bytes.push(b'\n');
        Ok(bytes)
    }
}

impl SavedTarget {
    fn new(target: &TargetPlan) -> Result<Self, SavedPlanError> {
        let asked = |change: &&Change| !matches!(change.kind, ChangeKind::Refuse(_));
        let definition =
            |change: &Change| Some((change.server.to_string(), change.definition.clone()?));
        let inlined = |change: &Change| {
            let fields: Vec<_> = change.hidden.fields().map(str::to_owned).collect();
            (!fields.is_empty()).then(|| (change.server.to_string(), fields))
        };
        Ok(SavedTarget {
            owner: target.owner.clone(),
            definitions: target.changes.iter().filter(asked).filter_map(definition).collect(),
            inlined: target.changes.iter().filter(asked).filter_map(inlined).collect(),
            files: target.files.iter().map(SavedFile::new).collect::<Result<_, _>>()?,
        })
    }

    /// What the documents of its owner become, if the plan may do that. `found` is what is
    /// there now: one for each document that the host declares, in that order.
    ///
    /// # Errors
    ///
    /// Fails with everything that stands in the way.
    pub fn check(&self, host: &Host, found: Vec<File>) -> Result<TargetPlan, Vec<SavedPlanError>> {
        let documents = &host.adapter.descriptor().documents;
        if self.files.len() != documents.len() || found.len() != documents.len() {
            let (expected, found) = (documents.len(), self.files.len());
            return Err(vec![SavedPlanError::DocumentCount { expected, found }]);
        }
        let pairs = self.files.iter().zip(&found);
        let moved: Vec<_> = pairs.filter_map(|(saved, found)| saved.check_place(found)).collect();
        if !moved.is_empty() {
            return Err(moved);
        }
        let plan = |(saved, found): (&SavedFile, File)| FilePlan {
            location: found.location,
            before: found.bytes,
            after: saved.after.as_ref().map(|text| text.as_bytes().to_vec()),
        };
        let files: Vec<_> = self.files.iter().zip(found).map(plan).collect();
        let one = |error| vec![error];
        let read = |side| whole::read(host, &files, side).map_err(|error| one(error.into()));
        let (before, changed) = (read(BEFORE)?, read(AFTER)?);
        let after = &changed.reading;
        let outside = documents.iter().zip(&files).filter(|(spec, file)| !is_inside(spec, file));
        let outside: Vec<_> =
            outside.map(|(_, it)| SavedPlanError::OutsideSections(it.location.clone())).collect();
        if !outside.is_empty() {
            return Err(outside);
        }
        if let Some(entry) = no_server(&before.reading, after) {
            let location = files[0].location.clone();
            return Err(one(SavedPlanError::NoServer { entry, location }));
        }
        let hidden = self.hidden(&[&before.reading, after]);
        let all: Hidden = hidden.values().fold(Hidden::default(), Hidden::and);
        let mut changes = planner::differences(&before.reading, after, &all, Spelling::Host);
        for change in &mut changes {
            change.hidden = hidden.get(change.server.as_str()).cloned().unwrap_or_default();
        }
        let is_all_told = is_all_told(&changes, host, &before, &files);
        let changes = self.changes(changes);
        let descriptor = host.adapter.descriptor();
        let sections = Sections { before: before.sections(), after: changed.sections() };
        let mut warnings = remark::plain_secrets(descriptor, &changes);
        warnings.extend(changes.iter().filter_map(taken_from_variables));
        warnings.extend(changes_besides(descriptor, &files, sections, &changes));
        if !is_all_told {
            warnings.push("its entries change in more than is told here: see --diff".to_owned());
        }
        Ok(whole::target(host, files, changes, warnings))
    }

    /// What the run that made the plan took from its environment, server by server.
    fn hidden(&self, readings: &[&Reading]) -> BTreeMap<&str, Hidden> {
        let hidden = |(name, fields): (&String, &Vec<String>)| {
            let mut hidden = Hidden::new(fields.iter().cloned());
            let servers = readings.iter().flat_map(|reading| &reading.servers);
            servers
                .filter(|server| server.name.as_str() == name)
                .for_each(|server| hidden.notice(server));
            hidden
        };
        self.inlined.iter().map(|entry| (entry.0.as_str(), hidden(entry))).collect()
    }

    /// The changes as the run that made the plan knew them: with what the source said, and
    /// without servers that nobody asked about.
    fn changes(&self, mut changes: Vec<Change>) -> Vec<Change> {
        for change in &mut changes {
            change.definition = self.definitions.get(change.server.as_str()).cloned();
        }
        changes.retain(|it| it.definition.is_some() || it.kind != ChangeKind::Keep);
        changes
    }
}

impl SavedFile {
    fn new(file: &FilePlan) -> Result<Self, SavedPlanError> {
        let not_unicode = || SavedPlanError::NotUnicode(file.location.clone());
        file.location.path().to_str().ok_or_else(not_unicode)?;
        let text = |bytes: &Vec<u8>| String::from_utf8(bytes.clone()).map_err(|_| not_unicode());
        Ok(SavedFile {
            path: file.location.path().to_owned(),
            shown: file.location.to_string(),
            sha256: file.before.as_deref().map(Digest::of),
            after: file.after.as_ref().map(text).transpose()?,
        })
    }

    fn check_place(&self, found: &File) -> Option<SavedPlanError> {
        if self.path != found.location.path() {
            let (shown, expected) = (self.path.display().to_string(), found.location.clone());
            return Some(SavedPlanError::OtherPlace { shown, expected });
        }
        let now = found.bytes.as_deref().map(Digest::of);
        (now != self.sha256).then(|| SavedPlanError::MovedOn(found.location.clone()))
    }
}

/// Whether nothing outside the declared sections changes: giving the sections their new
/// values, as the engine does it, has to make the same bytes.
fn is_inside(spec: &DocumentSpec, file: &FilePlan) -> bool {
    let parse = |bytes: &Option<Vec<u8>>| Document::parse(bytes.as_deref(), spec.format).ok();
    let (Some(before), Some(after)) = (parse(&file.before), parse(&file.after)) else {
        return false;
    };
    let changed = spec.sections.iter().filter_map(|path| {
        let value = after.section(path);
        (value != before.section(path)).then(|| SectionChange { path: path.clone(), value })
    });
    let changed: Vec<_> = changed.collect();
    if changed.is_empty() {
        return file.is_unchanged();
    }
    let made = before.edit(&changed, spec.accepts_bom).ok();
    made.is_some() && made == file.after
}

/// Whether the changes of servers that a person is told of are all that changes: whether the
/// host's adapter makes the same documents of them. It need not, where an entry holds more
/// than its adapter reads.
fn is_all_told(
    changes: &[Change],
    host: &Host,
    before: &Configuration,
    files: &[FilePlan],
) -> bool {
    // A host may note somewhere else that a server is on, and its adapter may read that as
    // nothing worth saying.
    [None, Some(true)].into_iter().any(|enabled| {
        let edit = |change: &Change| match (&change.kind, &change.after) {
            (ChangeKind::Add(_) | ChangeKind::Update(_), Some(server)) => {
                let mut server = server.clone();
                server.enabled = server.enabled.or(enabled);
                Some(Edit::Put(server))
            }
            (ChangeKind::Remove, _) => Some(Edit::Remove(change.server.clone())),
            _ => None,
        };
        let edits: Vec<_> = changes.iter().filter_map(edit).collect();
        let made = before.edit(&*host.adapter, &edits);
        let after =
            |files: &[FilePlan]| files.iter().map(|it| it.after.clone()).collect::<Vec<_>>();
        made.is_ok_and(|made| after(&made.files) == after(files))
    })
}

/// A plan may come from someone else: that it masks a value more is said.
fn taken_from_variables(change: &Change) -> Option<String> {
    if !matches!(change.kind, ChangeKind::Add(_) | ChangeKind::Update(_)) {
        return None;
    }
    let fields: Vec<_> = change.hidden.fields().map(|field| format!("`{field}`")).collect();
    (!fields.is_empty()).then(|| {
        format!(
            "`{}`: {} came from the environment of the run that made the plan; --show-secrets \
             shows what is written",
            change.server,
            fields.join(", ")
        )
    })
}

/// An entry that was not there before and is no server.
fn no_server(before: &Reading, after: &Reading) -> Option<String> {
    let others = |reading: &Reading| -> BTreeSet<String> {
        let unreadable = reading.unreadable.iter().map(|entry| entry.name.clone());
        reading.foreign.iter().cloned().chain(unreadable).collect()
    };
    others(after).difference(&others(before)).next().cloned()
}
