//! `hatch mcp sync`.

use std::path::PathBuf;

use clap::Args;

use super::{ScopeArg, WriteArgs};

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
  hatch mcp sync --from-env production --to-host all --out plan.json")]
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

    /// Stop if a host cannot hold all that the source says of a server
    #[arg(long)]
    pub strict: bool,

    /// Write to hosts that are not there yet, too
    #[arg(long)]
    pub create: bool,

    /// Which servers of each host, where it keeps some for each project
    #[arg(long, value_name = "SCOPE", default_value = "user")]
    pub scope: ScopeArg,

    /// The project's folder, for `--scope project` [default: the current folder]
    #[arg(long, value_name = "DIR")]
    pub project: Option<PathBuf>,

    /// Write the values of variables into hosts that expand no references
    #[arg(long)]
    pub resolve_env: bool,

    /// Reach remote servers through a command, on hosts that only start local ones
    ///
    /// `{url}` stands for the server's address, and a word `{headers}` for its headers:
    /// 'npx -y mcp-remote {url} {headers}'.
    #[arg(long, value_name = "COMMAND")]
    pub bridge: Option<String>,

    /// Save the plan to a new file for `hatch mcp apply`, and write to no host
    ///
    /// The file holds the hosts' documents in the clear, and can be read by its owner alone.
    #[arg(long, value_name = "FILE", conflicts_with_all = ["dry_run", "no_backup"])]
    pub out: Option<PathBuf>,

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
