//! `hatch adapter`.

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};
use hatch_adapter_kit::new::Template;

/// Install, make and publish host adapters
///
/// An adapter teaches hatch a host that it does not know by itself. It runs in a sandbox: it
/// sees the parts of the files that you grant it, and can do nothing else.
#[derive(Args, Debug)]
#[command(arg_required_else_help = true)]
pub struct AdapterArgs {
    #[command(subcommand)]
    pub command: AdapterCommand,
}

#[derive(Debug, Subcommand)]
pub enum AdapterCommand {
    List(ListArgs),
    Inspect(InspectArgs),
    Install(InstallArgs),
    Update(UpdateArgs),
    Remove(RemoveArgs),
    Verify(VerifyArgs),
    Pin(PinArgs),
    New(AdapterNewArgs),
    Build(AdapterBuildArgs),
    Test(TestArgs),
    Sign(SignArgs),
    #[cfg(feature = "network")]
    Publish(PublishArgs),
}

/// List the adapters that are installed
///
/// `hatch mcp discover hosts` lists the hosts of all adapters, those that are built in too.
#[derive(Args, Debug)]
pub struct ListArgs {
    /// Print JSON
    #[arg(long)]
    pub json: bool,
}

/// Show what an adapter is and asks for, before it is installed or after
///
/// Says what it would read and change on this computer, and whether those files are there.
/// Nothing is installed.
#[derive(Args, Debug)]
#[command(after_help = "Examples:
  hatch adapter inspect ./example.wasm
  hatch adapter inspect oci://registry.example/adapters/example:1.0.0
  hatch adapter inspect example")]
pub struct InspectArgs {
    /// A file, a folder, an https:// or oci:// address, or the name of an installed adapter
    #[arg(value_name = "SOURCE")]
    pub source: String,

    /// Print JSON
    #[arg(long)]
    pub json: bool,
}

/// Install an adapter
///
/// Shows which parts of which files it asks for, and asks. What is granted, and the adapter's
/// digest, are written to `adapters.lock`: nothing else is run from then on.
#[derive(Args, Debug)]
#[command(after_help = "Examples:
  hatch adapter install ./my-host
  hatch adapter install https://example.com/example.wasm --key example.pub
  hatch adapter install oci://registry.example/adapters/example:1.0.0")]
pub struct InstallArgs {
    /// A file, a folder with a built adapter, or an https:// or oci:// address
    #[arg(value_name = "SOURCE")]
    pub source: String,

    /// The minisign key that it has to be signed with: a file, or the key itself
    ///
    /// Without this, the key that is published beside the adapter is trusted when it is first
    /// seen. Every later version has to be signed with the same key.
    #[arg(long, value_name = "KEY")]
    pub key: Option<String>,

    /// Let it take the place of an adapter that is built in
    #[arg(long)]
    pub replace: bool,

    #[command(flatten)]
    pub consent: ConsentArgs,
}

/// How what an adapter asks for is agreed to
#[derive(Args, Clone, Copy, Debug)]
pub struct ConsentArgs {
    /// Show what it asks for, and change nothing
    #[arg(long)]
    pub dry_run: bool,

    /// Grant what it asks for without asking
    #[arg(long)]
    pub auto_approve: bool,

    /// Print JSON
    #[arg(long)]
    pub json: bool,
}

/// Fetch newer versions of installed adapters
///
/// An adapter from a registry is updated to the newest version that its repository has a tag
/// for, or to what its tag names now; one from a file or an address is fetched again. A
/// version that wants more than was granted asks.
#[derive(Args, Debug)]
#[command(after_help = "Examples:
  hatch adapter update
  hatch adapter update example --dry-run")]
pub struct UpdateArgs {
    /// Which adapters [default: all that are not pinned]
    #[arg(value_name = "ADAPTER")]
    pub adapters: Vec<String>,

    /// The minisign key to trust from now on: a file, or the key itself
    #[arg(long, value_name = "KEY")]
    pub key: Option<String>,

    #[command(flatten)]
    pub consent: ConsentArgs,
}

/// Remove an installed adapter
///
/// The files of its host stay as they are.
#[derive(Args, Debug)]
#[command(after_help = "Example:
  hatch adapter remove example")]
pub struct RemoveArgs {
    /// Which adapter
    #[arg(value_name = "ADAPTER")]
    pub adapter: String,

    /// Print JSON
    #[arg(long)]
    pub json: bool,
}

/// Check that installed adapters are what was installed
///
/// Compares digests, checks signatures, and asks each adapter again what it says of its host.
#[derive(Args, Debug)]
#[command(after_help = "Examples:
  hatch adapter verify
  hatch adapter verify example")]
pub struct VerifyArgs {
    /// Which adapters [default: all]
    #[arg(value_name = "ADAPTER")]
    pub adapters: Vec<String>,

    /// Print JSON
    #[arg(long)]
    pub json: bool,
}

/// Keep an adapter at the version that is installed
#[derive(Args, Debug)]
#[command(after_help = "Examples:
  hatch adapter pin example
  hatch adapter pin example --off")]
pub struct PinArgs {
    /// Which adapter
    #[arg(value_name = "ADAPTER")]
    pub adapter: String,

    /// Let it be updated again
    #[arg(long)]
    pub off: bool,

    /// Print JSON
    #[arg(long)]
    pub json: bool,
}

/// Try an adapter on what every adapter has to keep, and on its own cases
///
/// Runs it in the sandbox, as a sync does: with servers and sections that are made up, and with
/// the documents in its folder `cases`. Nothing is installed, and no host's file is touched.
/// What is wrong is said in words, with what to do about it.
#[derive(Args, Debug)]
#[command(after_help = "Examples:
  hatch adapter test
  hatch adapter test my-host --filter references --filter remote
  hatch adapter test my-host --bless")]
pub struct TestArgs {
    /// The adapter: the folder that it is written in, or its file [default: the current folder]
    #[arg(value_name = "FILE")]
    pub adapter: Option<PathBuf>,

    /// Only checks and cases with this in their names (can be repeated)
    #[arg(long, value_name = "TEXT")]
    pub filter: Vec<String>,

    /// Write what comes out of the cases as what is expected of them
    ///
    /// Look at the difference before you commit it: what comes out need not be right.
    #[arg(long)]
    pub bless: bool,

    /// Print JSON
    #[arg(long)]
    pub json: bool,
}

/// Sign an adapter with minisign
///
/// Writes the signature to FILE.minisig and the public key to FILE.pub, beside the adapter.
/// The keys are those of minisign itself.
#[derive(Args, Debug)]
#[command(after_help = "Examples:
  hatch adapter sign --new-key hatch.key
  hatch adapter sign my-host --key hatch.key")]
pub struct SignArgs {
    /// The adapter: its file, or the folder that it is built in
    #[arg(value_name = "FILE", required_unless_present = "new_key")]
    pub adapter: Option<PathBuf>,

    /// The file of the secret key
    #[arg(long, value_name = "FILE", required_unless_present = "new_key")]
    pub key: Option<PathBuf>,

    /// Make a new key pair instead: the secret key in this file, the public one beside it
    ///
    /// On a terminal a password is asked for; without one, the secret key is not encrypted.
    #[arg(long, value_name = "FILE", conflicts_with_all = ["adapter", "key"])]
    pub new_key: Option<PathBuf>,
}

/// Publish an adapter in a registry
///
/// Components are laid out as `wkg` and its kin do, so that they can be fetched with those
/// too. A signature and a public key beside the file (`hatch adapter sign`) go with it.
/// Logins are those of `docker login`.
#[cfg(feature = "network")]
#[derive(Args, Debug)]
#[command(after_help = "Examples:
  hatch adapter publish my-host oci://registry.example/adapters/my-host:1.0.0
  hatch adapter publish example.wasm oci://localhost:5000/example:0.1.0")]
pub struct PublishArgs {
    /// The adapter: its file, or the folder that it is built in
    #[arg(value_name = "FILE")]
    pub adapter: PathBuf,

    /// Where to: oci://REGISTRY/NAME:TAG
    #[arg(value_name = "REFERENCE")]
    pub reference: String,

    /// Print JSON
    #[arg(long)]
    pub json: bool,
}

/// Begin an adapter, in a folder of its own
///
/// Makes a folder of this name with an adapter that works, for a host that is made up:
/// change it into one for a real host. Its tests are there as well, as pairs of documents.
#[derive(Args, Debug)]
#[command(after_help = "Examples:
  hatch adapter new my-editor --lang js
  cd my-editor
  hatch adapter build")]
pub struct AdapterNewArgs {
    /// The host's id: lower-case letters, digits and single hyphens
    pub name: String,

    /// What to write it in
    #[arg(long, value_name = "LANGUAGE")]
    pub lang: Lang,

    /// Print JSON
    #[arg(long)]
    pub json: bool,
}

/// What an adapter can be written in
#[derive(Clone, Copy, Debug, ValueEnum)]
pub enum Lang {
    /// Rust: the smallest and fastest, with everything that hatch's own adapters use
    Rust,
    /// JavaScript
    #[value(alias = "javascript")]
    Js,
    /// Python
    #[value(name = "python", alias = "py")]
    Python,
    /// C
    C,
    /// No language: a table of the host's names for things
    Table,
}

impl From<Lang> for Template {
    fn from(lang: Lang) -> Template {
        match lang {
            Lang::Rust => Template::Rust,
            Lang::Js => Template::Javascript,
            Lang::Python => Template::Python,
            Lang::C => Template::C,
            Lang::Table => Template::Table,
        }
    }
}

/// Build an adapter from its sources
///
/// Runs the tools of the language that `adapter.toml` names (cargo, componentize-js,
/// componentize-py or clang) in the folder, and makes `adapter.wasm` there: a component that
/// imports nothing. What the tools say goes to standard error.
#[derive(Args, Debug)]
#[command(after_help = "Examples:
  hatch adapter build
  hatch adapter build ../my-editor")]
pub struct AdapterBuildArgs {
    /// The adapter's folder
    #[arg(value_name = "FOLDER", default_value = ".")]
    pub folder: PathBuf,

    /// Print JSON
    #[arg(long)]
    pub json: bool,
}
