//! The published JSON shapes of backups and of the history.

use serde::Serialize;

/// `hatch mcp backup list`.
#[derive(Debug, Serialize)]
pub struct Backups {
    pub schema: &'static str,
    /// The host or environment that was asked for, if one was.
    pub host: Option<String>,
    pub backups: Vec<BackupRow>,
}

/// A backup, or the part of one that is a host's.
#[derive(Debug, Serialize)]
pub struct BackupRow {
    pub id: String,
    /// The first of its files.
    pub file: String,
    pub created: String,
    /// Of all its files; `null` where there is no copy.
    pub size_bytes: Option<u64>,
    pub age_days: i64,
    pub command: String,
    /// Whose files are in the backup: hosts, and environments as `env:NAME`.
    pub hosts: Vec<String>,
    /// How many files there are.
    pub files: usize,
    pub title: Option<String>,
}

/// `hatch mcp backup create` and `hatch mcp backup show`.
#[derive(Debug, Serialize)]
pub struct BackupDetail {
    pub schema: &'static str,
    pub id: String,
    pub path: String,
    pub created: String,
    pub command: String,
    pub title: Option<String>,
    pub operation: Option<String>,
    pub undoes: Option<String>,
    pub files: Vec<BackupFileRow>,
    /// Whose copies were cleaned away.
    pub cleaned: Vec<String>,
}

/// One file of a backup.
#[derive(Debug, Serialize)]
pub struct BackupFileRow {
    pub host: String,
    pub path: String,
    /// `null` where there was no file.
    pub size_bytes: Option<u64>,
    pub copy: Option<String>,
    /// `as-in-backup`, `as-run-left-it`, `changed`, `gone` or `unknown`.
    pub now: &'static str,
    /// What is wrong with the copy or the file.
    pub problem: Option<String>,
}

/// `hatch mcp backup clean`.
#[derive(Debug, Serialize)]
pub struct Cleaned {
    pub schema: &'static str,
    /// `dry-run`, `unchanged`, `declined` or `applied`.
    pub result: &'static str,
    pub backups: Vec<CleanedRow>,
    pub freed_bytes: u64,
}

/// What goes of one backup.
#[derive(Debug, Serialize)]
pub struct CleanedRow {
    pub id: String,
    pub hosts: Vec<String>,
    /// Whose copies stay in it; where there are none, it goes as a whole.
    pub staying: Vec<String>,
    pub copies: usize,
    pub size_bytes: u64,
}

/// `hatch mcp history`.
#[derive(Debug, Serialize)]
pub struct History {
    pub schema: &'static str,
    pub runs: Vec<HistoryRow>,
}

/// A run that changed files.
#[derive(Debug, Serialize)]
pub struct HistoryRow {
    pub operation: String,
    pub time: String,
    pub command: String,
    pub title: String,
    /// Whose files it changed: hosts, and environments as `env:NAME`.
    pub hosts: Vec<String>,
    pub files: usize,
    pub backup: String,
    pub undoes: Option<String>,
    pub undone_by: Option<String>,
    /// Of `hosts`, those whose copies were cleaned away: such a run can't be undone.
    pub cleaned: Vec<String>,
}
