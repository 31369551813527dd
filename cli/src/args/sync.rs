//! `hatch mcp sync`.

use clap::Args;

use super::{FitArgs, PlaceArgs, WriteArgs};

/// Carry servers from an environment or a host to other hosts
///
/// Shows what would change in each host and asks before it writes. If any host cannot be
/// written, every host is put back as it was.
#[derive(Args, Debug)]
#[command(after_help = "Examples:
  hatch mcp sync --from-env production --to-host claude-desktop,cursor
  hatch mcp sync --from-host claude-desktop --to-host all --dry-run
  hatch mcp sync --from-env dev --to-host cursor --pattern '^(?!test-).*'
  hatch mcp sync --from-env ./team.json --to-host cursor --scope project")]
pub struct SyncArgs {
    #[command(flatten)]
    pub source: SourceArgs,

    /// Host to write to, or `all` (can be repeated, or separated by commas)
    #[arg(long = "to-host", value_name = "HOST", required = true, value_delimiter = ',')]
    pub to_hosts: Vec<String>,

    /// Take only these servers, by name (can be repeated, or separated by commas)
    #[arg(long, value_name = "NAME", value_delimiter = ',', conflicts_with = "pattern")]
    pub servers: Option<Vec<String>>,

    /// Take only servers whose name a regular expression matches, from its start
    #[arg(long, value_name = "REGEX")]
    pub pattern: Option<String>,

    /// Write to hosts that are not there yet, too
    #[arg(long)]
    pub create: bool,

    #[command(flatten)]
    pub place: PlaceArgs,

    #[command(flatten)]
    pub fit: FitArgs,

    #[command(flatten)]
    pub write: WriteArgs,
}

#[derive(Args, Debug)]
#[group(required = true, multiple = false)]
pub struct SourceArgs {
    /// Take servers from this environment: a name, or the path of a file
    #[arg(long, value_name = "ENV")]
    pub from_env: Option<String>,

    /// Take servers from this host
    #[arg(long, value_name = "HOST")]
    pub from_host: Option<String>,
}
