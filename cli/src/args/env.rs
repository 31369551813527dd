//! `hatch env`.

use std::path::PathBuf;

use clap::{Args, Subcommand};

use super::server::ServerArgs;
use super::{EnvWriteArgs, PlaceArgs, WriteArgs};

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
    Use(EnvUseArgs),
    Current(EnvCurrentArgs),
    Import(EnvImportArgs),
    Export(EnvExportArgs),
    Edit(EnvEditArgs),
    /// Print the JSON Schema of an environment's file
    Schema,
}

/// Create an environment
#[derive(Args, Debug)]
#[command(after_help = "Examples:
  hatch env create production --from-file servers.json --description 'What production uses'
  hatch env create laptop --from-host cursor")]
pub struct EnvCreateArgs {
    /// Its name: letters, digits, `-`, `_` and `.`
    pub name: String,

    #[command(flatten)]
    pub source: EnvSourceArgs,

    #[command(flatten)]
    pub reading: ReadingArgs,

    #[command(flatten)]
    pub place: PlaceArgs,

    /// What it is for
    #[arg(long, short = 'D', value_name = "TEXT")]
    pub description: Option<String>,

    #[command(flatten)]
    pub write: EnvWriteArgs,
}

/// Where an environment's servers come from
#[derive(Args, Debug)]
#[group(id = "content", multiple = false)]
pub struct EnvSourceArgs {
    /// Take its servers from a JSON file (`-` for standard input)
    ///
    /// The file is an environment, or has a map of servers under `mcpServers`, `servers` and the
    /// like, or is such a map, or is one server. Comments and trailing commas are let through.
    #[arg(long, value_name = "FILE")]
    pub from_file: Option<PathBuf>,

    /// Take its servers from a host
    #[arg(long, value_name = "HOST")]
    pub from_host: Option<String>,
}

/// How a file is read
#[derive(Args, Debug)]
pub struct ReadingArgs {
    /// Read the file as this host reads its own: its references, its transports, its units of time
    ///
    /// A file whose name or place is a host's is read so anyway; `hatch` stands for hatch's own
    /// form. Hosts whose adapter comes with hatch count, installed or not.
    #[arg(long = "as", value_name = "HOST", requires = "from_file")]
    pub as_host: Option<String>,

    /// Write nothing if any server of the source cannot be read
    #[arg(long)]
    pub strict: bool,
}

/// List all environments
#[derive(Args, Debug)]
#[command(after_help = "Examples:
  hatch env list
  hatch env list '^prod' --json")]
pub struct EnvListArgs {
    /// Only environments whose name this regular expression finds
    #[arg(value_name = "REGEX")]
    pub name: Option<String>,

    /// The same, as the older hatch has it
    #[arg(long, value_name = "REGEX", hide = true, conflicts_with = "name")]
    pub pattern: Option<String>,

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
    /// Its name, or the path of a file [default: the current environment]
    pub name: Option<String>,

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

/// Set the current environment
///
/// It is what commands mean that can be given an environment and are given none.
#[derive(Args, Debug)]
#[command(after_help = "Examples:
  hatch env use production
  hatch env use --none")]
pub struct EnvUseArgs {
    /// Its name
    #[arg(required_unless_present = "none")]
    pub name: Option<String>,

    /// Have no current environment
    #[arg(long, conflicts_with = "name")]
    pub none: bool,

    /// Show what would change, and change nothing
    #[arg(long)]
    pub dry_run: bool,

    /// Print JSON
    #[arg(long)]
    pub json: bool,
}

/// Print the name of the current environment
#[derive(Args, Debug)]
pub struct EnvCurrentArgs {
    /// Print JSON
    #[arg(long)]
    pub json: bool,
}

/// Bring servers into an environment from a file, a host or the older hatch
///
/// What the source has and an environment does not is named, and left out, as are servers that
/// cannot be read. If none can, nothing is written.
#[derive(Args, Debug)]
#[command(after_help = "Examples:
  hatch env import team --from-file README-block.json
  pbpaste | hatch env import team --from-file - --merge
  hatch env import team --from-file cline_mcp_settings.json --as cline
  hatch env import team --from-file one-server.json --name weather --merge
  hatch env import laptop --from-host cursor --replace
  hatch env import team --from-host cursor --scope project
  hatch env import --from-hatch-py")]
pub struct EnvImportArgs {
    /// The environment's name; with --from-hatch-py, the one to take [default there: all]
    #[arg(value_name = "NAME", required_unless_present = "from_hatch_py")]
    pub environment: Option<String>,

    #[command(flatten)]
    pub source: EnvImportSourceArgs,

    #[command(flatten)]
    pub place: PlaceArgs,

    /// What the one server of the file is called
    #[arg(long = "name", value_name = "SERVER", conflicts_with_all = ["from_host", "from_hatch_py"])]
    pub server: Option<String>,

    #[command(flatten)]
    pub reading: ReadingArgs,

    /// Add to an environment that is there; servers of the same name are replaced
    #[arg(long)]
    pub merge: bool,

    /// Replace what an environment has that is there
    #[arg(long, conflicts_with = "merge")]
    pub replace: bool,

    #[command(flatten)]
    pub write: EnvWriteArgs,
}

#[derive(Args, Debug)]
#[group(id = "import-source", required = true, multiple = false)]
pub struct EnvImportSourceArgs {
    /// Take servers from a JSON file (`-` for standard input)
    ///
    /// The file is an environment, or has a map of servers under `mcpServers`, `servers`,
    /// `context_servers`, `mcp` or the like, or is such a map, or is one server with --name. A
    /// code block of a README is taken as it stands, without braces too, and so is a line to
    /// type such as `claude mcp add NAME -- npx -y PACKAGE`. Codex's TOML is read, too.
    #[arg(long, value_name = "FILE")]
    pub from_file: Option<PathBuf>,

    /// Take servers from a host
    #[arg(long, value_name = "HOST")]
    pub from_host: Option<String>,

    /// Take the environments that the older hatch keeps in a file
    ///
    /// Without PATH that is envs/environments.json in hatch's own folder. Each of its packages
    /// becomes a server. The file is never changed.
    #[arg(long, value_name = "PATH", num_args = 0..=1)]
    pub from_hatch_py: Option<Option<PathBuf>>,
}

/// Print an environment's servers for others to use
///
/// Literal values that look like secrets are replaced by references, and the variables are
/// named.
#[derive(Args, Debug)]
#[command(after_help = "Examples:
  hatch env export production --out servers.json
  hatch env export production --format cursor --server weather
  hatch env export production --format host:gemini")]
pub struct EnvExportArgs {
    /// The environment: a name, or the path of a file
    pub name: String,

    /// The shape to print
    #[arg(
        long,
        value_name = "FORMAT",
        default_value = "mcp-servers",
        long_help = "The shape to print:
  mcp-servers  {\"mcpServers\": ...}, as most hosts and READMEs have it
  vscode       {\"servers\": ...}, as VS Code has it
  map          the bare map of servers
  server       one bare server
  hatch        an environment, with what it extends
  cursor, vscode-link, lmstudio
               a link for each server that makes the program offer to add it
  host:HOST    a new file of that host"
    )]
    pub format: String,

    /// Print only this server (can be repeated, or separated by commas)
    #[arg(long = "server", value_name = "NAME", value_delimiter = ',')]
    pub servers: Vec<String>,

    /// Write a new file, for its owner alone, instead of printing
    #[arg(long, value_name = "FILE")]
    pub out: Option<PathBuf>,

    /// Do not replace what looks like a secret
    #[arg(long)]
    pub show_secrets: bool,

    /// Write the values of variables, for hosts that expand no references
    #[arg(long)]
    pub resolve_env: bool,

    /// Reach remote servers through a command, for hosts that only start local ones
    ///
    /// As `hatch mcp sync` has it: 'npx -y mcp-remote {url} {headers}'.
    #[arg(long, value_name = "COMMAND")]
    pub bridge: Option<String>,
}

/// Edit an environment's file in $VISUAL or $EDITOR
///
/// What was written is checked before it is kept.
#[derive(Args, Debug)]
#[command(after_help = "Example:
  hatch env edit production")]
pub struct EnvEditArgs {
    /// Its name
    pub name: String,

    #[command(flatten)]
    pub write: EnvWriteArgs,
}
