//! `hatch schema`.

use clap::Args;

/// Print the JSON Schema of what a command prints with `--json`
///
/// The first member of such JSON, `schema`, is the shape's id: `hatch.NAME/VERSION`. Within a
/// version members are only added. Without a name all schemas are listed. The schema of an
/// environment's file is another: `hatch env schema` prints it.
#[derive(Args, Debug)]
#[command(after_help = "Examples:
  hatch schema
  hatch schema run
  hatch schema run > run.schema.json")]
pub struct SchemaArgs {
    /// The schema's name or id, such as `run` or `hatch.run/1`
    pub name: Option<String>,

    /// Print the list as JSON
    #[arg(long, conflicts_with = "name")]
    pub json: bool,
}
