//! `hatch mcp repair`.

use clap::Args;

use super::{ListPlaceArgs, WriteArgs};

/// Put back what hosts lost
///
/// A host lost a server if its file is gone, the part of the file that holds servers, or at
/// once all servers that hatch had put there. Each comes back from where it came from. What
/// someone deleted or changed by hand stays as it is: `hatch mcp sync` asks about that.
#[derive(Args, Debug)]
#[command(after_help = "Examples:
  hatch mcp repair
  hatch mcp repair --host claude-code,codex --dry-run")]
pub struct RepairArgs {
    /// Only these hosts (can be repeated, or separated by commas)
    #[arg(long = "host", value_name = "HOST", value_delimiter = ',')]
    pub hosts: Vec<String>,

    #[command(flatten)]
    pub place: ListPlaceArgs,

    #[command(flatten)]
    pub write: WriteArgs,
}
