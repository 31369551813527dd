//! `hatch env`.

use std::path::PathBuf;

use clap::{Args, Subcommand};

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
