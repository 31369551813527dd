//! `hatch mcp backup`.

use clap::{Args, Subcommand};

use super::{BackupPlaceArgs, ListPlaceArgs, WriteArgs};

/// Make, see, put back and clean away the copies that are kept of files
#[derive(Args, Debug)]
#[command(arg_required_else_help = true)]
pub struct BackupArgs {
    #[command(subcommand)]
    pub command: BackupCommand,
}

#[derive(Debug, Subcommand)]
pub enum BackupCommand {
    Create(BackupCreateArgs),
    List(BackupListArgs),
    Show(BackupShowArgs),
    Restore(BackupRestoreArgs),
    Clean(BackupCleanArgs),
}

/// Copy hosts' files as they are now
///
/// Every run that writes makes such a backup of what it changes by itself. If one of the files
/// cannot be read, no backup is made.
#[derive(Args, Debug)]
#[command(after_help = "Examples:
  hatch mcp backup create --host all
  hatch mcp backup create --host cursor,env:production
  hatch mcp backup create --host all --scope project --project ~/src/app")]
pub struct BackupCreateArgs {
    /// Host whose file to copy, or `all` (can be repeated, or separated by commas)
    ///
    /// `env:NAME` stands for an environment, and `all` for every available host.
    #[arg(long = "host", value_name = "HOST", required = true, value_delimiter = ',')]
    pub hosts: Vec<String>,

    #[command(flatten)]
    pub place: BackupPlaceArgs,

    /// Print JSON
    #[arg(long)]
    pub json: bool,
}

/// List backups, the newest first
///
/// Backups of every project are listed, or with `--project` those of one. The backups that the
/// older hatch made are listed too.
#[derive(Args, Debug)]
#[command(after_help = "Examples:
  hatch mcp backup list
  hatch mcp backup list cursor --json")]
pub struct BackupListArgs {
    /// Only backups of this host, or of an environment (`env:NAME`)
    #[arg(value_name = "HOST")]
    pub host: Option<String>,

    #[command(flatten)]
    pub place: ListPlaceArgs,

    /// Print JSON
    #[arg(long)]
    pub json: bool,
}

/// Show a backup: the run that made it, each file, and what has become of it since
#[derive(Args, Debug)]
#[command(after_help = "Examples:
  hatch mcp backup show 20261122T110452Z-0123abcd
  hatch mcp backup show 0123abcd")]
pub struct BackupShowArgs {
    /// The backup's id, or a part of it that no other has
    pub id: String,

    /// Print JSON
    #[arg(long)]
    pub json: bool,
}

/// Put files back as a backup has them
///
/// What the files hold now is backed up first. A file that was not there when the backup was
/// made is removed. Without --backup, the newest backup of each host is used, and for `all` the
/// newest backup as a whole.
///
/// Only the user's files are put back: `--scope project` puts back those of one project, and
/// `--scope all` every file that the backup has, or with `--project` the user's and that project's.
#[derive(Args, Debug)]
#[command(after_help = "Examples:
  hatch mcp backup restore cursor
  hatch mcp backup restore cursor,gemini --backup 0123abcd --dry-run
  hatch mcp backup restore all --backup 20261122T110452Z-0123abcd
  hatch mcp backup restore cursor --scope project --project ~/src/app
  hatch mcp backup restore env:production")]
pub struct BackupRestoreArgs {
    /// Host to restore, or `all` (can be repeated, or separated by commas)
    ///
    /// `env:NAME` stands for an environment, and `all` for everything in the backup.
    #[arg(value_name = "HOST", required = true, value_delimiter = ',')]
    pub hosts: Vec<String>,

    /// Which backup, by its id or a part of it; one of the older hatch by its file's name
    #[arg(long, short = 'f', visible_alias = "backup-file", value_name = "ID")]
    pub backup: Option<String>,

    #[command(flatten)]
    pub place: BackupPlaceArgs,

    #[command(flatten)]
    pub write: WriteArgs,
}

/// Remove backups that were kept for long enough
///
/// With both options, a copy goes only if it is older and one too many: the newest N of each
/// host stay, however old they are. What is cleaned away can no longer be restored or undone,
/// and a run whose backup is gone is no longer part of `hatch mcp history`. The backups that
/// the older hatch made are never removed.
#[derive(Args, Debug)]
#[command(after_help = "Examples:
  hatch mcp backup clean --older-than-days 90 --keep-count 5
  hatch mcp backup clean cursor --keep-count 10 --dry-run")]
pub struct BackupCleanArgs {
    /// Only copies of this host, or of an environment (`env:NAME`)
    #[arg(value_name = "HOST")]
    pub host: Option<String>,

    #[command(flatten)]
    pub retention: RetentionArgs,

    /// Show what would be removed, and remove nothing
    #[arg(long)]
    pub dry_run: bool,

    /// Remove without asking
    #[arg(long)]
    pub auto_approve: bool,

    /// Print JSON
    #[arg(long)]
    pub json: bool,
}

#[derive(Args, Debug)]
#[group(required = true, multiple = true)]
pub struct RetentionArgs {
    /// Remove copies that were made more than N days ago
    #[arg(long, value_name = "N")]
    pub older_than_days: Option<u32>,

    /// Remove copies beyond the newest N of each host
    #[arg(long, value_name = "N")]
    pub keep_count: Option<usize>,
}
