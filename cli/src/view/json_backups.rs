//! The published JSON shapes of backups and of the history.

use schemars::JsonSchema;
use serde::Serialize;

/// The backups that there are (`hatch mcp backup list`).
#[derive(Debug, JsonSchema, Serialize)]
pub struct Backups {
    /// The shape's name.
    pub schema: &'static str,
    /// The host or environment that was asked for, if one was.
    pub host: Option<String>,
    /// The backups, the newest first.
    pub backups: Vec<BackupRow>,
}

/// A backup, or the part of one that is a host's.
#[derive(Debug, JsonSchema, Serialize)]
pub struct BackupRow {
    /// Its id, which `hatch mcp backup restore --backup` takes.
    pub id: String,
    /// The first of its files.
    pub file: String,
    /// When it was made; of the older tool's backups in local time, without a zone.
    pub created: String,
    /// Of all its files; null where there is no copy.
    pub size_bytes: Option<u64>,
    /// Its age, in whole days.
    pub age_days: i64,
    /// The command that made it.
    pub command: String,
    /// Whose files are in the backup: hosts, and environments as `env:NAME`.
    pub hosts: Vec<String>,
    /// Whose servers the hosts' files keep: the user's, a project's, or both; null where only
    /// environments are in the backup.
    #[schemars(extend("enum" = ["user", "project", "all", null]))]
    pub scope: Option<&'static str>,
    /// The owners, as people are shown them.
    #[serde(skip)]
    pub owners: Vec<String>,
    /// How many files there are.
    pub files: usize,
    /// What that command did, in words; null where nobody wrote it down.
    pub title: Option<String>,
}

/// A backup and its files (`hatch mcp backup create`, `hatch mcp backup show`).
#[derive(Debug, JsonSchema, Serialize)]
pub struct BackupDetail {
    /// The shape's name.
    pub schema: &'static str,
    /// Its id.
    pub id: String,
    /// Its folder.
    pub path: String,
    /// When it was made; of the older tool's backups in local time, without a zone.
    pub created: String,
    /// The command that made it.
    pub command: String,
    /// What that command did, in words; null where nobody wrote it down.
    pub title: Option<String>,
    /// The id of what was done; null for the older tool's.
    pub operation: Option<String>,
    /// The id of what it took back, if it is an undo.
    pub undoes: Option<String>,
    /// Its files.
    pub files: Vec<BackupFileRow>,
    /// Whose copies were cleaned away.
    pub cleaned: Vec<String>,
}

/// One file of a backup.
#[derive(Debug, JsonSchema, Serialize)]
pub struct BackupFileRow {
    /// Whose file: a host, or `env:NAME` for an environment.
    pub host: String,
    /// Whose servers it keeps; null for an environment.
    #[schemars(extend("enum" = ["user", "project", null]))]
    pub scope: Option<&'static str>,
    /// Where the file is.
    pub path: String,
    /// The copy's size; null where there was no file.
    pub size_bytes: Option<u64>,
    /// The copy; null where there was no file.
    pub copy: Option<String>,
    /// What has become of the file since.
    #[schemars(extend("enum" = ["as-in-backup", "as-run-left-it", "changed", "gone", "unknown"]))]
    pub now: &'static str,
    /// What is wrong with the copy or the file.
    pub problem: Option<String>,
}

/// What was cleaned away (`hatch mcp backup clean`).
#[derive(Debug, JsonSchema, Serialize)]
pub struct Cleaned {
    /// The shape's name.
    pub schema: &'static str,
    /// What became of it.
    #[schemars(extend("enum" = ["dry-run", "unchanged", "declined", "applied"]))]
    pub result: &'static str,
    /// The backups of which something goes.
    pub backups: Vec<CleanedRow>,
    /// The size of all copies that go.
    pub freed_bytes: u64,
}

/// What goes of one backup.
#[derive(Debug, JsonSchema, Serialize)]
pub struct CleanedRow {
    /// The backup's id.
    pub id: String,
    /// Whose copies go.
    pub hosts: Vec<String>,
    /// Whose copies stay in it; where there are none, it goes as a whole.
    pub staying: Vec<String>,
    /// How many copies go.
    pub copies: usize,
    /// Their size.
    pub size_bytes: u64,
}

/// The runs that changed files (`hatch mcp history`).
#[derive(Debug, JsonSchema, Serialize)]
pub struct History {
    /// The shape's name.
    pub schema: &'static str,
    /// The runs, the newest first.
    pub runs: Vec<HistoryRow>,
}

/// A run that changed files.
#[derive(Debug, JsonSchema, Serialize)]
pub struct HistoryRow {
    /// The run's id, which `hatch mcp undo` takes.
    pub operation: String,
    /// When it began, in UTC.
    pub time: String,
    /// The command.
    pub command: String,
    /// What it did, in words.
    pub title: String,
    /// Whose files it changed: hosts, and environments as `env:NAME`.
    pub hosts: Vec<String>,
    /// How many files it changed.
    pub files: usize,
    /// The backup that it kept.
    pub backup: String,
    /// The run that it took back, if it is an undo.
    pub undoes: Option<String>,
    /// The run that took it back, if one did.
    pub undone_by: Option<String>,
    /// Of `hosts`, those whose copies were cleaned away: such a run can't be undone.
    pub cleaned: Vec<String>,
}
