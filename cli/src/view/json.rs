//! The published JSON shapes. They are types of their own, so that renaming a field of the
//! engine does not break a script. A shape's version is part of its name: within one,
//! members are only added.
//!
//! Their JSON Schemas are made of these types (`schemas.rs`), and the comments here are what
//! a reader of a schema sees.

use hatch_core::adapter::LossKind;
use hatch_core::plan::{Change, ChangeKind, FieldChange, FilePlan, Plan, TargetPlan};
use hatch_core::report::Report;
use hatch_core::source::Origin;
use schemars::JsonSchema;
use serde::Serialize;

use super::plan::Secrets;

/// A plan, and what became of it (every command that writes).
#[derive(Debug, JsonSchema, Serialize)]
pub struct Run {
    /// The shape's name.
    schema: &'static str,
    /// The command that made the plan.
    command: &'static str,
    /// What became of the plan.
    result: RunResult,
    /// Whether carrying the plan out would change a file, where it was only shown or saved.
    #[serde(rename = "wouldChange", skip_serializing_if = "Option::is_none")]
    would_change: Option<bool>,
    /// Where the servers came from; null where they came from nowhere else.
    source: Option<Source>,
    /// The id of what was done, which `hatch mcp undo` takes; null if nothing was written.
    operation: Option<String>,
    /// The backup that was kept; null if none was.
    backup: Option<Kept>,
    /// The hosts of the plan, and environments, whether they change or not.
    hosts: Vec<RunHost>,
    /// Where the plan was saved.
    #[serde(skip_serializing_if = "Option::is_none")]
    plan_file: Option<String>,
}

/// What became of a plan.
#[derive(Clone, Copy, Debug, JsonSchema, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum RunResult {
    /// It was shown, as was asked for.
    DryRun,
    /// There was nothing to do.
    Unchanged,
    /// A person said no.
    Declined,
    /// All of it was written.
    Applied,
    /// It was saved, to be applied later.
    Saved,
}

impl RunResult {
    /// Whether nothing was to be written from the start.
    fn is_preview(self) -> bool {
        matches!(self, RunResult::DryRun | RunResult::Saved)
    }
}

/// Where servers came from.
#[derive(Clone, Debug, JsonSchema, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Source {
    /// An environment, by name or by path.
    Environment(String),
    /// A host, by name.
    Host(String),
    /// A backup, by its id.
    Backup(String),
    /// Several backups, where each host has its own.
    Backups(Vec<String>),
    /// The run that is taken back.
    Operation(String),
    /// A file that is no environment of hatch's own; `-` for standard input.
    File(String),
}

impl From<&Origin> for Source {
    fn from(origin: &Origin) -> Self {
        match origin {
            Origin::Environment(name) => Source::Environment(name.clone()),
            Origin::File(file) => Source::Environment(file.shown().to_owned()),
            Origin::Host(host) => Source::Host(host.to_string()),
        }
    }
}

/// A backup that a run kept.
#[derive(Debug, JsonSchema, Serialize)]
struct Kept {
    /// Its id.
    id: String,
    /// Its folder.
    path: String,
}

/// A host of a plan, or an environment.
#[derive(Debug, JsonSchema, Serialize)]
struct RunHost {
    /// The host's name in command lines; `env:NAME` for an environment.
    host: String,
    /// The name that its makers write.
    name: String,
    /// Its first file.
    config_path: String,
    /// Whether any of its files changes.
    changed: bool,
    /// What happens to each server that the plan is about.
    servers: Vec<RunServer>,
    /// What a person should know before saying yes.
    warnings: Vec<String>,
    /// What has to be done for the host to notice, such as a restart.
    after_write: Option<String>,
}

/// What happens to a server on a host.
#[derive(Debug, JsonSchema, Serialize)]
struct RunServer {
    /// The server's name.
    server: String,
    /// What happens to it.
    change: RunChange,
    /// Why the host can't have it, for `refuse`.
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<String>,
    /// The fields that are set or change, for `add` and `update`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    fields: Vec<RunField>,
    /// What the host can't hold, and so does not get as it is.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    losses: Vec<RunLoss>,
    /// Whether a server that the host has already becomes hatch's by this run.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    adopted: bool,
}

/// A kind of change.
#[derive(Clone, Copy, Debug, JsonSchema, Serialize)]
#[serde(rename_all = "kebab-case")]
enum RunChange {
    /// The host did not have it, and gets it.
    Add,
    /// The host has it, and gets another.
    Update,
    /// The host has it as it should be.
    Keep,
    /// The host has it, and loses it.
    Remove,
    /// The host can't have it, and is left as it is.
    Refuse,
}

/// A field of a server.
#[derive(Debug, JsonSchema, Serialize)]
struct RunField {
    /// Its name, such as `command` or `env.LOG`.
    field: String,
    /// Its value before, secrets masked; null if it was not set.
    before: Option<String>,
    /// Its value after, secrets masked; null if it is not set any more.
    after: Option<String>,
}

/// What a host can't hold of a server.
#[derive(Debug, JsonSchema, Serialize)]
struct RunLoss {
    /// The field.
    field: String,
    /// What becomes of it.
    kind: RunLossKind,
    /// The reason, in words.
    detail: String,
}

/// What becomes of something that a host can't hold as it is.
#[derive(Clone, Copy, Debug, JsonSchema, Serialize)]
#[serde(rename_all = "kebab-case")]
enum RunLossKind {
    /// It is left out.
    Dropped,
    /// Something like it is written.
    Approximated,
    /// The value that a reference stands for is written.
    Inlined,
    /// It gets another name.
    Renamed,
}

impl From<LossKind> for RunLossKind {
    fn from(kind: LossKind) -> Self {
        match kind {
            LossKind::Dropped => RunLossKind::Dropped,
            LossKind::Approximated => RunLossKind::Approximated,
            LossKind::Inlined => RunLossKind::Inlined,
            LossKind::Renamed => RunLossKind::Renamed,
        }
    }
}

impl Run {
    /// A plan, and the report if it was applied.
    pub fn new(
        plan: &Plan,
        source: Option<Source>,
        result: RunResult,
        report: Option<&Report>,
        secrets: Secrets,
    ) -> Self {
        let kept = report.and_then(|report| report.backup.as_ref());
        Run {
            schema: "hatch.run/1",
            command: plan.command,
            result,
            would_change: result.is_preview().then(|| !plan.is_empty()),
            source,
            operation: report.map(|report| report.operation.to_string()),
            backup: kept.map(|it| Kept {
                id: it.id.to_string(),
                path: it.folder.path().display().to_string(),
            }),
            hosts: plan.targets.iter().map(|target| RunHost::new(target, secrets)).collect(),
            plan_file: None,
        }
    }

    /// A plan that was saved and not carried out.
    pub fn saved(plan: &Plan, source: Option<Source>, file: String, secrets: Secrets) -> Self {
        Run { plan_file: Some(file), ..Run::new(plan, source, RunResult::Saved, None, secrets) }
    }
}

impl RunHost {
    fn new(target: &TargetPlan, secrets: Secrets) -> Self {
        let path = target.files.first().map(|file| file.location.path().display().to_string());
        RunHost {
            host: target.owner.to_string(),
            name: target.name.clone(),
            config_path: path.unwrap_or_default(),
            changed: !target.files.iter().all(FilePlan::is_unchanged),
            servers: target.changes.iter().map(|it| RunServer::new(it, secrets)).collect(),
            warnings: target.warnings.clone(),
            after_write: target.after_write.clone(),
        }
    }
}

impl RunServer {
    fn new(change: &Change, secrets: Secrets) -> Self {
        let (kind, reason, fields): (_, _, &[FieldChange]) = match &change.kind {
            ChangeKind::Add(fields) => (RunChange::Add, None, fields),
            ChangeKind::Update(fields) => (RunChange::Update, None, fields),
            ChangeKind::Keep => (RunChange::Keep, None, &[]),
            ChangeKind::Remove => (RunChange::Remove, None, &[]),
            ChangeKind::Refuse(reason) => (RunChange::Refuse, Some(reason.clone()), &[]),
        };
        let field = |it: &FieldChange| RunField {
            field: it.field.clone(),
            before: it.before.as_ref().map(|value| secrets.show(value).to_owned()),
            after: it.after.as_ref().map(|value| secrets.show(value).to_owned()),
        };
        let losses = change.losses.iter().map(|loss| RunLoss {
            field: loss.field.clone(),
            kind: loss.kind.into(),
            detail: loss.detail.clone(),
        });
        RunServer {
            server: change.server.to_string(),
            change: kind,
            reason,
            fields: fields.iter().map(field).collect(),
            losses: losses.collect(),
            adopted: change.is_adopted,
        }
    }
}

/// The hosts that hatch knows (`hatch mcp discover hosts`).
#[derive(Debug, JsonSchema, Serialize)]
pub struct Discovered {
    /// The shape's name.
    pub schema: &'static str,
    /// Every host that hatch knows.
    pub hosts: Vec<DiscoveredHost>,
}

/// A host, there or not. Paths are absolute in JSON, and text that is not UTF-8 is replaced.
#[derive(Debug, JsonSchema, Serialize)]
pub struct DiscoveredHost {
    /// Its name in command lines.
    pub host: String,
    /// The name that its makers write.
    pub name: String,
    /// Whether its file or that file's folder exists: the user's is on this machine then.
    pub available: bool,
    /// Its first file; null where there is no place for one.
    pub config_path: Option<String>,
    /// Whether that file exists.
    pub exists: bool,
    /// Whose servers these are.
    #[schemars(extend("enum" = ["user", "project"]))]
    pub scope: &'static str,
}

/// What hosts have (`hatch mcp list hosts`, `hatch mcp list servers`).
#[derive(Debug, JsonSchema, Serialize)]
pub struct Listed {
    /// The shape's name.
    pub schema: &'static str,
    /// One for each server of each host.
    pub rows: Vec<ListedRow>,
    /// Hosts and entries that could not be read, and why.
    pub unreadable: Vec<Unreadable>,
    /// Entries beside the servers that are none.
    pub foreign: Vec<Foreign>,
}

/// A server on a host.
#[derive(Debug, JsonSchema, Serialize)]
pub struct ListedRow {
    /// The host's name in command lines.
    pub host: String,
    /// Whose servers these are.
    #[schemars(extend("enum" = ["user", "project"]))]
    pub scope: &'static str,
    /// The server's name.
    pub server: String,
    /// How the host talks to the server; `remote` leaves open which of the two ways.
    #[schemars(extend("enum" = ["stdio", "http", "sse", "remote"]))]
    pub transport: &'static str,
    /// Whether the host is to use it; null where its file does not say.
    pub enabled: Option<bool>,
    /// Whether hatch put it there.
    pub hatch_managed: bool,
    /// The environment that it came from, if hatch put it there from one.
    pub environment: Option<String>,
}

/// What could not be read.
#[derive(Debug, JsonSchema, Serialize)]
pub struct Unreadable {
    /// The host's name in command lines.
    pub host: String,
    /// Whose servers these are.
    #[schemars(extend("enum" = ["user", "project"]))]
    pub scope: &'static str,
    /// The server's name; null where none of the host can be read.
    pub server: Option<String>,
    /// The environment that the host has servers from, where it is that which cannot be read.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub environment: Option<String>,
    /// Why, in words.
    pub reason: String,
}

/// An entry beside a host's servers that is none.
#[derive(Debug, JsonSchema, Serialize)]
pub struct Foreign {
    /// The host's name in command lines.
    pub host: String,
    /// Whose file it is in.
    #[schemars(extend("enum" = ["user", "project"]))]
    pub scope: &'static str,
    /// The entry's name.
    pub entry: String,
}
