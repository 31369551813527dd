//! `hatch mcp backup`.

use clap::{Args, Subcommand};

use super::WriteArgs;

/// See and put back the copies that are kept of hosts' files
#[derive(Args, Debug)]
pub struct BackupArgs {
    #[command(subcommand)]
    pub command: BackupCommand,
}

#[derive(Debug, Subcommand)]
pub enum BackupCommand {
    List(BackupListArgs),
    Restore(BackupRestoreArgs),
}

/// List the backups of a host, the newest first
#[derive(Args, Debug)]
#[command(after_help = "Example:
  hatch mcp backup list cursor")]
pub struct BackupListArgs {
    /// The host
    pub host: String,

    /// Print JSON
    #[arg(long)]
    pub json: bool,
}

/// Put a host's file back as a backup has it
///
/// What the file holds now is backed up first.
#[derive(Args, Debug)]
#[command(after_help = "Examples:
  hatch mcp backup restore cursor
  hatch mcp backup restore cursor --backup 20261122T110452Z-0123abcd --diff")]
pub struct BackupRestoreArgs {
    /// The host
    pub host: String,

    /// Which backup, by its id [default: the newest]
    #[arg(long, value_name = "ID")]
    pub backup: Option<String>,

    #[command(flatten)]
    pub write: WriteArgs,
}
