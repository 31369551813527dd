//! `hatch mcp sync`.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

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
  hatch mcp sync --from-env ./team.json --to-host cursor --scope project
  hatch mcp sync --from-env production --to-host all --prune --on-conflict keep
  hatch mcp sync --from-env production --to-host all --out plan.json
  hatch mcp sync --from-env ./team.json --to-host cursor --scope project --check")]
pub struct SyncArgs {
    #[command(flatten)]
    pub source: SourceArgs,

    /// Read the file of --from-env as this host reads its own: its references, its units of time
    #[arg(long = "as", value_name = "HOST", requires = "from_env")]
    pub as_host: Option<String>,

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

    /// Remove what an earlier sync from this source put there and the source no longer has
    ///
    /// Servers that hatch did not put there, or that came from elsewhere, stay. With
    /// `--pattern`, only servers that it matches are removed.
    #[arg(long, conflicts_with = "servers")]
    pub prune: bool,

    /// What to do about servers that someone changed or deleted since hatch put them there
    #[arg(long, value_name = "WHAT", default_value = "ask")]
    pub on_conflict: OnConflict,

    #[command(flatten)]
    pub fit: FitArgs,

    /// Exit with code 3 if the run would change anything, and change nothing
    ///
    /// It compares the files with the source alone. What earlier runs did is not looked at, so it
    /// says the same on a machine where hatch never ran, such as a CI runner.
    #[arg(long, conflicts_with_all = ["out", "dry_run", "auto_approve", "no_backup", "on_conflict"])]
    pub check: bool,

    /// Save the plan to a new file for `hatch mcp apply`, and write to no host
    ///
    /// The file holds the hosts' documents in the clear, and can be read by its owner alone.
    #[arg(long, value_name = "FILE", conflicts_with_all = ["dry_run", "no_backup"])]
    pub out: Option<PathBuf>,

    #[command(flatten)]
    pub write: WriteArgs,
}

/// What happens to a server that someone changed or deleted on its host.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum OnConflict {
    /// Ask for each; without a terminal, stop before anything is written
    Ask,
    /// Leave it as it is: changed, or deleted
    Keep,
    /// Write what the source says
    Overwrite,
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
