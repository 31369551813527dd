//! What can be typed. The doc comments here are the help texts.

pub mod adapter;
pub mod apply;
pub mod backup;
pub mod completions;
pub mod configure;
pub mod env;
pub mod history;
pub mod host;
pub mod list;
pub mod man;
pub mod remove;
pub mod repair;
pub mod schema;
pub mod server;
pub mod status;
pub mod sync;
pub mod topics;

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};
use hatch_core::host::Scope;

/// Carry MCP server definitions between the programs that use them
///
/// Hosts (Claude Desktop, Cursor, LM Studio, Gemini CLI, ...) keep their servers in files of
/// their own. hatch puts servers from a named environment, or from one host, into others: it
/// shows what would change, asks, keeps a backup, and changes all files or none.
#[derive(Debug, Parser)]
#[command(name = "hatch", bin_name = "hatch", version, disable_help_subcommand = true)]
#[command(styles = crate::view::style::HELP)]
#[command(after_help = "`hatch COMMAND --help` shows what a command takes")]
#[command(after_long_help = topics::below_help())]
pub struct Cli {
    #[command(flatten)]
    pub global: GlobalArgs,

    #[command(subcommand)]
    pub command: Command,
}

#[derive(Args, Debug)]
pub struct GlobalArgs {
    /// Take this folder for the home folder, and nothing from the process environment
    ///
    /// Hosts and hatch's own folder (`.hatch`) are looked for below it. Variables that move
    /// them, such as XDG_CONFIG_HOME and HATCH_HOME, are not looked at.
    #[arg(long, value_name = "DIR", global = true, help_heading = "Global options")]
    pub home: Option<PathBuf>,

    /// Say each step of a run that writes
    #[arg(long, short, global = true, help_heading = "Global options")]
    pub verbose: bool,

    /// When to use colours
    #[arg(
        long,
        value_name = "WHEN",
        default_value = "auto",
        global = true,
        help_heading = "Global options"
    )]
    pub color: Color,
}

/// When to use colours.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Color {
    /// On a terminal, unless NO_COLOR is set
    Auto,
    /// Always
    Always,
    /// Never
    Never,
}

impl Color {
    /// Holds from here on, for both streams.
    pub fn apply(self) {
        match self {
            Color::Auto => {}
            Color::Always => anstream::ColorChoice::Always.write_global(),
            Color::Never => anstream::ColorChoice::Never.write_global(),
        }
    }
}

#[derive(Debug, Subcommand)]
pub enum Command {
    Mcp(McpArgs),
    Env(env::EnvArgs),
    Host(host::HostArgs),
    Adapter(adapter::AdapterArgs),
    Schema(schema::SchemaArgs),
    Completions(completions::CompletionsArgs),
    Man(man::ManArgs),
    /// Compile an adapter from standard input to standard output, within limits
    #[command(name = "__compile-adapter", hide = true)]
    CompileAdapter,
}

/// Work with the servers of hosts
#[derive(Args, Debug)]
#[command(arg_required_else_help = true)]
pub struct McpArgs {
    /// Load a host adapter from a component file, for this run (can be repeated)
    ///
    /// The adapter runs in a sandbox and sees the sections that it declares, which are shown
    /// before it is used. It stands in for a built-in or installed adapter of the same id.
    #[arg(long = "adapter", value_name = "FILE", global = true, help_heading = "Global options")]
    pub adapters: Vec<PathBuf>,

    #[command(subcommand)]
    pub command: McpCommand,
}

#[derive(Debug, Subcommand)]
pub enum McpCommand {
    Sync(sync::SyncArgs),
    Status(status::StatusArgs),
    Repair(repair::RepairArgs),
    Discover(list::DiscoverArgs),
    List(list::ListArgs),
    Show(list::ShowArgs),
    Configure(Box<configure::ConfigureArgs>),
    Remove(remove::RemoveArgs),
    Backup(backup::BackupArgs),
    History(history::HistoryArgs),
    Undo(history::UndoArgs),
    Apply(apply::ApplyArgs),
}

/// Whose servers a run concerns, on hosts that keep some for each project
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum ScopeArg {
    /// The user's, for every project
    User,
    /// Those of one project
    Project,
}

/// Where a host's servers are looked for
#[derive(Args, Debug)]
pub struct PlaceArgs {
    /// Which servers of each host, where it keeps some for each project
    #[arg(long, value_name = "SCOPE", default_value = "user")]
    pub scope: ScopeArg,

    /// The project's folder, for `--scope project` [default: the current folder]
    #[arg(long, value_name = "DIR")]
    pub project: Option<PathBuf>,
}

/// Whose servers are looked at, on hosts that keep some for each project
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum ScopeFilter {
    /// The user's, for every project
    User,
    /// Those of one project
    Project,
    /// Both
    All,
}

/// Where hosts' servers are looked at
#[derive(Args, Debug)]
pub struct ListPlaceArgs {
    /// Which servers of each host, where it keeps some for each project
    #[arg(long, value_name = "SCOPE", default_value = "all")]
    pub scope: ScopeFilter,

    /// The project's folder [default: the current folder]
    #[arg(long, value_name = "DIR")]
    pub project: Option<PathBuf>,
}

impl ScopeFilter {
    /// The scopes to look at, in their order.
    pub fn scopes(self) -> &'static [Scope] {
        match self {
            ScopeFilter::User => &[Scope::User],
            ScopeFilter::Project => &[Scope::Project],
            ScopeFilter::All => &[Scope::User, Scope::Project],
        }
    }
}

/// Whose files are backed up or put back
#[derive(Args, Debug)]
pub struct BackupPlaceArgs {
    /// Whose files, where a host keeps some for each project
    #[arg(long, value_name = "SCOPE", default_value = "user")]
    pub scope: ScopeFilter,

    /// The project's folder [default: the current folder]
    #[arg(long, value_name = "DIR")]
    pub project: Option<PathBuf>,
}

impl ListPlaceArgs {
    /// The scopes to look at, in their order.
    pub fn scopes(&self) -> &'static [Scope] {
        self.scope.scopes()
    }
}

/// What is done about what a host can't hold
#[derive(Args, Debug)]
pub struct FitArgs {
    /// Stop if a host cannot hold all that is said of a server
    #[arg(long)]
    pub strict: bool,

    /// Write the values of variables into hosts that expand no references
    #[arg(long)]
    pub resolve_env: bool,

    /// Write the full path of each command, for apps that do not have the shell's PATH
    #[arg(long)]
    pub absolute_commands: bool,

    /// Reach remote servers through a command, on hosts that only start local ones
    ///
    /// `{url}` stands for the server's address, and a word `{headers}` for its headers:
    /// 'npx -y mcp-remote {url} {headers}'.
    #[arg(long, value_name = "COMMAND")]
    pub bridge: Option<String>,
}

/// Options of every command that changes an environment: it is hatch's own, and can be
/// undone, so nothing is asked
#[derive(Args, Debug)]
pub struct EnvWriteArgs {
    /// Show what would change, and change nothing
    #[arg(long)]
    pub dry_run: bool,

    /// Do not mask what looks like a secret
    #[arg(long)]
    pub show_secrets: bool,

    /// Change a file that is read-only too
    #[arg(long)]
    pub force: bool,

    /// Print JSON
    #[arg(long)]
    pub json: bool,
}

impl From<&EnvWriteArgs> for WriteArgs {
    fn from(args: &EnvWriteArgs) -> Self {
        WriteArgs {
            dry_run: args.dry_run,
            auto_approve: true,
            no_backup: false,
            diff: false,
            show_secrets: args.show_secrets,
            force: args.force,
            json: args.json,
        }
    }
}

/// Options of every command that writes
#[derive(Args, Clone, Copy, Debug)]
pub struct WriteArgs {
    /// Show what would change, and change nothing
    #[arg(long)]
    pub dry_run: bool,

    /// Write without asking
    #[arg(long)]
    pub auto_approve: bool,

    /// Keep no backup once everything is written
    #[arg(long)]
    pub no_backup: bool,

    /// Show the change of each file's text too, secrets masked
    #[arg(long)]
    pub diff: bool,

    /// Do not mask what looks like a secret
    #[arg(long)]
    pub show_secrets: bool,

    /// Change files that are read-only too
    #[arg(long)]
    pub force: bool,

    /// Print JSON
    #[arg(long)]
    pub json: bool,
}
