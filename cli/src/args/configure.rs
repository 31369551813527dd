//! `hatch mcp configure`.

use clap::{ArgGroup, Args};

use super::server::ServerArgs;
use super::{FitArgs, PlaceArgs, WriteArgs};

/// Add a server to hosts, or change what is named of it
///
/// A server that a host has already keeps what is not named. Another transport takes the
/// fields of the old one away. What a host can't hold is left out, and the preview says so.
#[derive(Args, Debug)]
#[command(
    group(ArgGroup::new("where").required(true).args(["hosts", "env"])),
    after_help = "Examples:
  hatch mcp configure files --host cursor --command npx --args '-y files-mcp /srv'
  hatch mcp configure files --host cursor,gemini --command npx -- -y files-mcp /srv
  hatch mcp configure news --host all --http-url https://news.example/mcp \\
      --header 'Authorization: Bearer ${env:NEWS_TOKEN}'
  hatch mcp configure news --host gemini --timeout 30s --exclude-tools post,delete
  hatch mcp configure files --env production --env-var LOG=debug"
)]
pub struct ConfigureArgs {
    /// The server's name
    pub server: String,

    /// Host to write to, or `all` (can be repeated, or separated by commas)
    #[arg(long = "host", value_name = "HOST", value_delimiter = ',')]
    pub hosts: Vec<String>,

    /// Write to an environment instead [default: the current one]
    #[arg(
        long,
        value_name = "ENV",
        num_args = 0..=1,
        default_missing_value = "",
        conflicts_with_all = [
            "create", "scope", "project", "strict", "resolve_env", "absolute_commands", "bridge",
        ]
    )]
    pub env: Option<String>,

    /// Write to hosts that are not there yet, too
    #[arg(long)]
    pub create: bool,

    #[command(flatten)]
    pub place: PlaceArgs,

    #[command(flatten)]
    pub fit: FitArgs,

    #[command(flatten)]
    pub write: WriteArgs,

    // Last, since its heading is that of all that follows.
    #[command(flatten)]
    pub server_args: ServerArgs,
}
