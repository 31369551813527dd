//! `hatch mcp status`.

use clap::Args;

/// Compare what hosts have with the environments that it came from
///
/// Every server that hatch put on a host from an environment is in sync, changed on the host,
/// changed in the environment, changed in both, missing on the host, or gone from the
/// environment. Servers that the environment has and that were never put on the host are
/// listed as not there yet; they do not count as out of sync.
#[derive(Args, Debug)]
#[command(after_help = "Examples:
  hatch mcp status
  hatch mcp status production --host cursor
  hatch mcp status --check --json")]
pub struct StatusArgs {
    /// Only servers of this environment: a name, or the path of a file
    #[arg(value_name = "ENV")]
    pub env: Option<String>,

    /// Only hosts whose name this regular expression finds
    #[arg(long, value_name = "REGEX")]
    pub host: Option<String>,

    /// Exit with code 3 if something is not in sync
    #[arg(long)]
    pub check: bool,

    /// Print JSON
    #[arg(long)]
    pub json: bool,
}
