//! The published JSON shapes of backups and of the history.

use schemars::JsonSchema;
use serde::Serialize;

/// Backups, the newest first (`hatch mcp backup list`).
#[derive(Debug, JsonSchema, Serialize)]
pub struct Backups {
    /// The shape's name.
    pub schema: &'static str,
    /// The host or environment that was asked for, if one was.
    pub host: Option<String>,
    /// The backups.
    pub backups: Vec<BackupRow>,
}

/// A backup, or the part of one that is a host's.
#[derive(Debug, JsonSchema, Serialize)]
pub struct BackupRow {
    /// Its id, which `--backup` takes.
    pub id: String,
    /// The first of its files.
    pub file: String,
    /// When it was made; of the older tool's backups in local time, without a zone.
    pub created: String,
    /// Of all its files; `null` where there is no copy.
    pub size_bytes: Option<u64>,
    /// Its age, in whole days.
    pub age_days: i64,
    /// The command of the run that made it.
    pub command: String,
    /// Whose files are in the backup: hosts, and environments as `env:NAME`.
    pub hosts: Vec<String>,
    /// How many files there are.
    pub files: usize,
    /// What that run was, for people.
    pub title: Option<String>,
}

/// One backup (`hatch mcp backup create`, `hatch mcp backup show`).
#[derive(Debug, JsonSchema, Serialize)]
pub struct BackupDetail {
    /// The shape's name.
    pub schema: &'static str,
    /// Its id, which `--backup` takes.
    pub id: String,
    /// Its folder.
    pub path: String,
    /// When it was made; of the older tool's backups in local time, without a zone.
    pub created: String,
    /// The command of the run that made it.
    pub command: String,
    /// What that run was, for people.
    pub title: Option<String>,
    /// The id of that run.
    pub operation: Option<String>,
    /// The run that it took back, if it did.
    pub undoes: Option<String>,
    /// Its files.
    pub files: Vec<BackupFileRow>,
    /// Whose copies were cleaned away.
    pub cleaned: Vec<String>,
}

/// One file of a backup.
#[derive(Debug, JsonSchema, Serialize)]
pub struct BackupFileRow {
    /// Whose it is: a host, or an environment as `env:NAME`.
    pub host: String,
    /// Where it belongs.
    pub path: String,
    /// The copy's size; null where there was no file.
    pub size_bytes: Option<u64>,
    /// The copy; null where there was no file.
    pub copy: Option<String>,
    /// What has become of the file since.
    #[schemars(extend("enum" = NOW))]
    pub now: &'static str,
    /// What is wrong with the copy or the file.
    pub problem: Option<String>,
}

/// What was cleaned away, or would be (`hatch mcp backup clean`).
#[derive(Debug, JsonSchema, Serialize)]
pub struct Cleaned {
    /// The shape's name.
    pub schema: &'static str,
    /// What became of it.
    #[schemars(extend("enum" = ["dry-run", "unchanged", "declined", "applied"]))]
    pub result: &'static str,
    /// The backups that something goes of.
    pub backups: Vec<CleanedRow>,
    /// How many bytes of copies that is.
    pub freed_bytes: u64,
}

/// What goes of one backup.
#[derive(Debug, JsonSchema, Serialize)]
pub struct CleanedRow {
    /// Its id, which `--backup` takes.
    pub id: String,
    /// Whose copies go: hosts, and environments as `env:NAME`.
    pub hosts: Vec<String>,
    /// Whose copies stay in it; where there are none, it goes as a whole.
    pub staying: Vec<String>,
    /// How many copies go.
    pub copies: usize,
    /// How many bytes that is.
    pub size_bytes: u64,
}

/// Runs that changed files, the newest first (`hatch mcp history`).
#[derive(Debug, JsonSchema, Serialize)]
pub struct History {
    /// The shape's name.
    pub schema: &'static str,
    /// The runs.
    pub runs: Vec<HistoryRow>,
}

/// A run that changed files.
#[derive(Debug, JsonSchema, Serialize)]
pub struct HistoryRow {
    /// Its id, which `hatch mcp undo` takes.
    pub operation: String,
    /// When it began, in UTC.
    pub time: String,
    /// The command of the run that made it.
    pub command: String,
    /// What it was, for people.
    pub title: String,
    /// Whose files it changed: hosts, and environments as `env:NAME`.
    pub hosts: Vec<String>,
    /// How many files it changed.
    pub files: usize,
    /// Its backup.
    pub backup: String,
    /// The run that it took back, if it did.
    pub undoes: Option<String>,
    /// The run that took it back, if one did.
    pub undone_by: Option<String>,
    /// Of `hosts`, those whose copies were cleaned away: such a run can't be undone.
    pub cleaned: Vec<String>,
}

/// What can have become of a file since a backup was made.
const NOW: [&str; 5] = ["as-in-backup", "as-run-left-it", "changed", "gone", "unknown"];
