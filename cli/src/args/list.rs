//! `hatch mcp discover` and `hatch mcp list`.

use clap::{Args, Subcommand};

/// Find out which hosts are on this machine
#[derive(Args, Debug)]
pub struct DiscoverArgs {
    #[command(subcommand)]
    pub command: DiscoverCommand,
}

#[derive(Debug, Subcommand)]
pub enum DiscoverCommand {
    Hosts(DiscoverHostsArgs),
}

/// List every host that hatch knows, where its file is, and whether it is there
#[derive(Args, Debug)]
pub struct DiscoverHostsArgs {
    /// Only hosts whose name this regular expression finds
    #[arg(value_name = "REGEX")]
    pub name: Option<String>,

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
pub struct ListHostsArgs {
    /// Only hosts whose name this regular expression finds
    #[arg(value_name = "REGEX")]
    pub name: Option<String>,

    /// Only servers whose name this regular expression finds
    #[arg(long, value_name = "REGEX")]
    pub server: Option<String>,

    /// Print JSON
    #[arg(long)]
    pub json: bool,
}

/// List servers, and the hosts that have them
#[derive(Args, Debug)]
pub struct ListServersArgs {
    /// Only servers whose name this regular expression finds
    #[arg(value_name = "REGEX")]
    pub name: Option<String>,

    /// Only hosts whose name this regular expression finds
    #[arg(long, value_name = "REGEX")]
    pub host: Option<String>,

    /// Print JSON
    #[arg(long)]
    pub json: bool,
}
