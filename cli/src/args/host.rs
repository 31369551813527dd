//! `hatch host`.

use std::path::PathBuf;

use clap::{Args, Subcommand};

/// Name further hosts: a known format in another place
#[derive(Args, Debug)]
#[command(arg_required_else_help = true)]
pub struct HostArgs {
    #[command(subcommand)]
    pub command: HostCommand,
}

#[derive(Debug, Subcommand)]
pub enum HostCommand {
    Add(HostAddArgs),
    Remove(HostRemoveArgs),
    List(HostListArgs),
}

/// Name a host
///
/// From then on it can be read and written as any other, and `all` includes it. Its file is
/// the user's, in every project: it has no project files. It is not touched, and need not exist.
#[derive(Args, Debug)]
#[command(after_help = "Examples:
  hatch host add staging-host --adapter cursor --path /srv/staging/.cursor/mcp.json
  hatch mcp sync --from-host production-host --to-host staging-host")]
pub struct HostAddArgs {
    /// What to call it: lower-case letters, digits and single hyphens
    pub name: String,

    /// The adapter that knows its format, by the name of the host that it is for
    #[arg(long, value_name = "ADAPTER")]
    pub adapter: String,

    /// Where its file is (repeated for an adapter with several files, in its order)
    #[arg(long = "path", value_name = "FILE", required = true)]
    pub paths: Vec<PathBuf>,

    /// Print JSON
    #[arg(long)]
    pub json: bool,
}

/// Forget a host that was named
///
/// Its file stays as it is. To take the servers out of a host's file, use
/// `hatch mcp remove host`.
#[derive(Args, Debug)]
#[command(after_help = "Example:
  hatch host remove staging-host")]
pub struct HostRemoveArgs {
    /// Its name
    pub name: String,

    /// Print JSON
    #[arg(long)]
    pub json: bool,
}

/// List the hosts that were named
///
/// `hatch mcp discover hosts` lists all hosts.
#[derive(Args, Debug)]
pub struct HostListArgs {
    /// Print JSON
    #[arg(long)]
    pub json: bool,
}
