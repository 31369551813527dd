//! `hatch adapter`.

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};
use hatch_adapter_kit::new::Template;

/// Write adapters for further hosts
#[derive(Args, Debug)]
#[command(arg_required_else_help = true)]
pub struct AdapterArgs {
    #[command(subcommand)]
    pub command: AdapterCommand,
}

#[derive(Debug, Subcommand)]
pub enum AdapterCommand {
    New(AdapterNewArgs),
    Build(AdapterBuildArgs),
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
