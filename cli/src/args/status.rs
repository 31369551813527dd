//! `hatch mcp status`.

use clap::Args;

use super::ListPlaceArgs;

/// Compare what hosts have with where it came from
///
/// Without ENV, every server that hatch put on a host is compared with its own source, and the
/// current environment with the hosts that have something of it. With ENV, that environment is
/// compared with every host, whether hatch put anything there or not. What each state says is in
/// the guide, under "What status says".
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

    /// Exit with code 3 if something is not in sync, or if there is nothing to compare
    #[arg(long)]
    pub check: bool,

    #[command(flatten)]
    pub place: ListPlaceArgs,

    /// Print JSON
    #[arg(long)]
    pub json: bool,
}
