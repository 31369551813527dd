//! `hatch mcp discover`, `hatch mcp list` and `hatch mcp show`.

use clap::{Args, Subcommand};

use super::ListPlaceArgs;

/// Find out which hosts are on this machine, and which servers environments have
#[derive(Args, Debug)]
pub struct DiscoverArgs {
    #[command(subcommand)]
    pub command: DiscoverCommand,
}

#[derive(Debug, Subcommand)]
pub enum DiscoverCommand {
    Hosts(DiscoverHostsArgs),
    Servers(DiscoverServersArgs),
}

/// List the servers that environments have
///
/// Without `--env` that is the current environment (`hatch env use`) or, if there is none,
/// every environment. What hosts have is listed by `hatch mcp list servers`.
#[derive(Args, Debug)]
#[command(after_help = "Examples:
  hatch mcp discover servers
  hatch mcp discover servers '^db-' --env production")]
pub struct DiscoverServersArgs {
    /// Only servers whose name this regular expression finds
    #[arg(value_name = "REGEX")]
    pub name: Option<String>,

    /// The environment: a name, or the path of a file
    #[arg(long, value_name = "ENV")]
    pub env: Option<String>,

    /// Do not mask what looks like a secret
    #[arg(long)]
    pub show_secrets: bool,

    /// Print JSON
    #[arg(long)]
    pub json: bool,
}

/// Show what hosts have, in full
#[derive(Args, Debug)]
pub struct ShowArgs {
    #[command(subcommand)]
    pub command: ShowCommand,
}

#[derive(Debug, Subcommand)]
pub enum ShowCommand {
    Hosts(ShowHostsArgs),
    Servers(ShowServersArgs),
}

/// Show each host: its file, its backups, and its servers field by field
#[derive(Args, Debug)]
#[command(after_help = "Examples:
  hatch mcp show hosts
  hatch mcp show hosts cursor --server 'weather.*'")]
pub struct ShowHostsArgs {
    /// Only hosts whose name this regular expression finds
    #[arg(value_name = "REGEX")]
    pub name: Option<String>,

    /// Only servers whose name this regular expression finds, and the hosts that have one
    #[arg(long, value_name = "REGEX")]
    pub server: Option<String>,

    #[command(flatten)]
    pub place: ListPlaceArgs,

    /// Do not mask what looks like a secret
    #[arg(long)]
    pub show_secrets: bool,

    /// Print JSON
    #[arg(long)]
    pub json: bool,
}

/// Show each server field by field, on every host that has it
#[derive(Args, Debug)]
#[command(after_help = "Examples:
  hatch mcp show servers
  hatch mcp show servers weather --host 'claude.*'")]
pub struct ShowServersArgs {
    /// Only servers whose name this regular expression finds
    #[arg(value_name = "REGEX")]
    pub name: Option<String>,

    /// Only hosts whose name this regular expression finds
    #[arg(long, value_name = "REGEX")]
    pub host: Option<String>,

    #[command(flatten)]
    pub place: ListPlaceArgs,

    /// Do not mask what looks like a secret
    #[arg(long)]
    pub show_secrets: bool,

    /// Print JSON
    #[arg(long)]
    pub json: bool,
}

/// List every host that hatch knows, where its file is, and whether it is there
#[derive(Args, Debug)]
#[command(after_help = "Examples:
  hatch mcp discover hosts
  hatch mcp discover hosts '^claude' --json")]
pub struct DiscoverHostsArgs {
    /// Only hosts whose name this regular expression finds
    #[arg(value_name = "REGEX")]
    pub name: Option<String>,

    #[command(flatten)]
    pub place: ListPlaceArgs,

    /// Print JSON
    #[arg(long)]
    pub json: bool,
}

/// List what hosts have
#[derive(Args, Debug)]
pub struct ListArgs {
    #[command(subcommand)]
    pub command: ListCommand,
}

#[derive(Debug, Subcommand)]
pub enum ListCommand {
    Hosts(ListHostsArgs),
    Servers(ListServersArgs),
}

/// List the servers of each available host
#[derive(Args, Debug)]
#[command(after_help = "Examples:
  hatch mcp list hosts
  hatch mcp list hosts cursor --server '^db-'
  hatch mcp list hosts --scope project --project ~/src/app")]
pub struct ListHostsArgs {
    /// Only hosts whose name this regular expression finds
    #[arg(value_name = "REGEX")]
    pub name: Option<String>,

    /// Only servers whose name this regular expression finds
    #[arg(long, value_name = "REGEX")]
    pub server: Option<String>,

    #[command(flatten)]
    pub place: ListPlaceArgs,

    /// Print JSON
    #[arg(long)]
    pub json: bool,
}

/// List servers, and the hosts that have them
#[derive(Args, Debug)]
#[command(after_help = "Examples:
  hatch mcp list servers
  hatch mcp list servers weather --host '^(cursor|gemini)$'")]
pub struct ListServersArgs {
    /// Only servers whose name this regular expression finds
    #[arg(value_name = "REGEX")]
    pub name: Option<String>,

    /// Only hosts whose name this regular expression finds
    #[arg(long, value_name = "REGEX")]
    pub host: Option<String>,

    #[command(flatten)]
    pub place: ListPlaceArgs,

    /// Print JSON
    #[arg(long)]
    pub json: bool,
}
