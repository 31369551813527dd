//! `hatch mcp remove`.

use clap::{Args, Subcommand};

use super::{PlaceArgs, WriteArgs};

/// Take servers away from hosts
#[derive(Args, Debug)]
#[command(arg_required_else_help = true)]
pub struct RemoveArgs {
    #[command(subcommand)]
    pub command: RemoveCommand,
}

#[derive(Debug, Subcommand)]
pub enum RemoveCommand {
    Server(RemoveServerArgs),
    Host(RemoveHostArgs),
}

/// Take one server away from hosts
#[derive(Args, Debug)]
#[command(after_help = "Examples:
  hatch mcp remove server weather --host cursor,gemini
  hatch mcp remove server weather --host all --dry-run")]
pub struct RemoveServerArgs {
    /// The server's name
    pub server: String,

    /// Host to take it from, or `all` that have it (can be repeated, or separated by commas)
    #[arg(long = "host", value_name = "HOST", required = true, value_delimiter = ',')]
    pub hosts: Vec<String>,

    #[command(flatten)]
    pub place: PlaceArgs,

    #[command(flatten)]
    pub write: WriteArgs,
}

/// Take every server away from a host
///
/// The host's file stays, with everything in it that is not about servers. To make hatch
/// forget a host that you named yourself, there is `hatch host remove`.
#[derive(Args, Debug)]
#[command(after_help = "Examples:
  hatch mcp remove host lmstudio --dry-run
  hatch mcp remove host cursor --scope project --project ~/src/app")]
pub struct RemoveHostArgs {
    /// The host, or `all`
    pub host: String,

    #[command(flatten)]
    pub place: PlaceArgs,

    #[command(flatten)]
    pub write: WriteArgs,
}
