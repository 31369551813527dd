//! `hatch env`.

use std::path::PathBuf;

use clap::{Args, Subcommand};

use super::server::ServerArgs;
use super::{EnvWriteArgs, WriteArgs};

/// Work with environments: named sets of servers that hatch keeps
#[derive(Args, Debug)]
#[command(arg_required_else_help = true)]
pub struct EnvArgs {
    #[command(subcommand)]
    pub command: EnvCommand,
}

#[derive(Debug, Subcommand)]
pub enum EnvCommand {
    Create(EnvCreateArgs),
    List(EnvListArgs),
    Show(EnvShowArgs),
    Add(Box<EnvAddArgs>),
    RemoveServer(EnvRemoveServerArgs),
    Remove(EnvRemoveArgs),
}

/// Create an environment
#[derive(Args, Debug)]
#[command(after_help = "Examples:
  hatch env create production --from-file servers.json --description 'What production uses'
  hatch env create laptop --from-host cursor")]
pub struct EnvCreateArgs {
    /// Its name: letters, digits, `-`, `_` and `.`
    pub name: String,

    /// Take its servers from a JSON file (`-` for standard input)
    ///
    /// The file is an environment, or has a map of servers under `mcpServers` or `servers`.
    #[arg(long, value_name = "FILE", conflicts_with = "from_host")]
    pub from_file: Option<PathBuf>,

    /// Take its servers from a host
    #[arg(long, value_name = "HOST")]
    pub from_host: Option<String>,

    /// What it is for
    #[arg(long, short = 'D', value_name = "TEXT")]
    pub description: Option<String>,

    /// Print JSON
    #[arg(long)]
    pub json: bool,
}

/// List all environments
#[derive(Args, Debug)]
pub struct EnvListArgs {
    /// Print JSON
    #[arg(long)]
    pub json: bool,
}

/// Show an environment and its servers
#[derive(Args, Debug)]
#[command(after_help = "Examples:
  hatch env show production
  hatch env show ./team.json --json")]
pub struct EnvShowArgs {
    /// Its name, or the path of a file
    pub name: String,

    /// Do not mask what looks like a secret
    #[arg(long)]
    pub show_secrets: bool,

    /// Print JSON
    #[arg(long)]
    pub json: bool,
}

/// Add a server to an environment, or change what is named of it
///
/// A server that is there already keeps what is not named, and its file keeps its formatting.
/// Nothing is asked: `hatch mcp undo` takes it back.
#[derive(Args, Debug)]
#[command(after_help = "Examples:
  hatch env add production files --command npx --args '-y files-mcp /srv'
  hatch env add production news --http-url https://news.example/mcp \\
      --header 'Authorization: Bearer ${env:NEWS_TOKEN}'
  hatch env add production files --env-var LOG=debug --disabled")]
pub struct EnvAddArgs {
    /// The environment
    pub env: String,

    /// The server's name
    pub server: String,

    #[command(flatten)]
    pub write: EnvWriteArgs,

    // Last, since its heading is that of all that follows.
    #[command(flatten)]
    pub server_args: ServerArgs,
}

/// Take a server out of an environment
///
/// What hosts are given of it instead goes too. Hosts that have the server keep it: there is
/// `hatch mcp remove server` for them. Nothing is asked: `hatch mcp undo` takes it back.
#[derive(Args, Debug)]
#[command(after_help = "Examples:
  hatch env remove-server production files
  hatch env remove-server production files --dry-run")]
pub struct EnvRemoveServerArgs {
    /// The environment
    pub env: String,

    /// The server's name
    pub server: String,

    #[command(flatten)]
    pub write: EnvWriteArgs,
}

/// Remove an environment
///
/// Hosts that have servers of it keep them. One that another environment extends is not
/// removed.
#[derive(Args, Debug)]
#[command(after_help = "Examples:
  hatch env remove staging
  hatch env remove staging --dry-run")]
pub struct EnvRemoveArgs {
    /// The environment
    pub env: String,

    #[command(flatten)]
    pub write: WriteArgs,
}
