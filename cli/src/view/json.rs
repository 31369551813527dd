//! The published JSON shapes. They are types of their own, so that renaming a field of the
//! engine does not break a script. A shape's version is part of its name: within one,
//! members are only added.

use hatch_core::adapter::LossKind;
use hatch_core::plan::{Change, ChangeKind, FieldChange, FilePlan, Plan, TargetPlan};
use hatch_core::report::Report;
use hatch_core::source::Origin;
use serde::Serialize;

use super::plan::Secrets;

/// A plan, and what became of it.
#[derive(Debug, Serialize)]
pub struct Run {
    schema: &'static str,
    command: &'static str,
    /// `dry-run`, `unchanged`, `declined` or `applied`.
    pub result: &'static str,
    source: Option<Source>,
    operation: Option<String>,
    backup: Option<Kept>,
    hosts: Vec<RunHost>,
}

/// Where servers came from.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Source {
    Environment(String),
    Host(String),
    Backup(String),
    /// A file that is no environment of hatch's own; `-` for standard input.
    File(String),
}

impl From<&Origin> for Source {
    fn from(origin: &Origin) -> Self {
        match origin {
            Origin::Environment(name) => Source::Environment(name.clone()),
            Origin::Host(host) => Source::Host(host.to_string()),
        }
    }
}

#[derive(Debug, Serialize)]
struct Kept {
    id: String,
    path: String,
}

#[derive(Debug, Serialize)]
struct RunHost {
    host: String,
    name: String,
    config_path: String,
    changed: bool,
    servers: Vec<RunServer>,
    warnings: Vec<String>,
    after_write: Option<String>,
}

#[derive(Debug, Serialize)]
struct RunServer {
    server: String,
    /// `add`, `update`, `keep`, `remove` or `refuse`.
    change: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    fields: Vec<RunField>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    losses: Vec<RunLoss>,
}

#[derive(Debug, Serialize)]
struct RunField {
    field: String,
    before: Option<String>,
    after: Option<String>,
}

#[derive(Debug, Serialize)]
struct RunLoss {
    field: String,
    kind: &'static str,
    detail: String,
}

impl Run {
    /// A plan, and the report if it was applied.
    pub fn new(
        plan: &Plan,
        source: Option<Source>,
        result: &'static str,
        report: Option<&Report>,
        secrets: Secrets,
    ) -> Self {
        let kept = report.and_then(|report| report.backup.as_ref());
        Run {
            schema: "hatch.run/1",
            command: plan.command,
            result,
            source,
            operation: report.map(|report| report.operation.to_string()),
            backup: kept.map(|it| Kept {
                id: it.id.to_string(),
                path: it.folder.path().display().to_string(),
            }),
            hosts: plan.targets.iter().map(|target| RunHost::new(target, secrets)).collect(),
        }
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
        let (word, reason, fields): (_, _, &[FieldChange]) = match &change.kind {
            ChangeKind::Add(fields) => ("add", None, fields),
            ChangeKind::Update(fields) => ("update", None, fields),
            ChangeKind::Keep => ("keep", None, &[]),
            ChangeKind::Remove => ("remove", None, &[]),
            ChangeKind::Refuse(reason) => ("refuse", Some(reason.clone()), &[]),
        };
        let field = |it: &FieldChange| RunField {
            field: it.field.clone(),
            before: it.before.as_ref().map(|value| secrets.show(value).to_owned()),
            after: it.after.as_ref().map(|value| secrets.show(value).to_owned()),
        };
        let losses = change.losses.iter().map(|loss| RunLoss {
            field: loss.field.clone(),
            kind: match loss.kind {
                LossKind::Dropped => "dropped",
                LossKind::Approximated => "approximated",
                LossKind::Inlined => "inlined",
                LossKind::Renamed => "renamed",
            },
            detail: loss.detail.clone(),
        });
        RunServer {
            server: change.server.to_string(),
            change: word,
            reason,
            fields: fields.iter().map(field).collect(),
            losses: losses.collect(),
        }
    }
}

/// `hatch mcp discover hosts`.
#[derive(Debug, Serialize)]
pub struct Discovered {
    /// The shape's name.
    pub schema: &'static str,
    /// Every host that hatch knows.
    pub hosts: Vec<DiscoveredHost>,
}

/// A host, there or not. Paths are absolute in JSON, and text that is not UTF-8 is replaced.
#[derive(Debug, Serialize)]
pub struct DiscoveredHost {
    pub host: String,
    pub name: String,
    pub available: bool,
    pub config_path: Option<String>,
    pub exists: bool,
    pub scope: &'static str,
}

/// `hatch mcp list hosts` and `hatch mcp list servers`.
#[derive(Debug, Serialize)]
pub struct Listed {
    /// The shape's name.
    pub schema: &'static str,
    /// One for each server of each host.
    pub rows: Vec<ListedRow>,
    /// Hosts and entries that could not be read, and why.
    pub unreadable: Vec<Unreadable>,
}

/// A server on a host.
#[derive(Debug, Serialize)]
pub struct ListedRow {
    pub host: String,
    pub server: String,
    pub transport: &'static str,
    pub enabled: Option<bool>,
    pub hatch_managed: bool,
    pub environment: Option<String>,
}

/// What could not be read.
#[derive(Debug, Serialize)]
pub struct Unreadable {
    pub host: String,
    pub server: Option<String>,
    pub reason: String,
}

/// `hatch mcp backup list`.
#[derive(Debug, Serialize)]
pub struct Backups {
    pub schema: &'static str,
    pub host: String,
    pub backups: Vec<BackupRow>,
}

/// A backup of a host.
#[derive(Debug, Serialize)]
pub struct BackupRow {
    pub id: String,
    pub file: String,
    pub created: String,
    pub size_bytes: Option<u64>,
    pub age_days: i64,
    pub command: String,
}
