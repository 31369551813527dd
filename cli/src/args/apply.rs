//! `hatch mcp apply`.

use std::path::PathBuf;

use clap::Args;

use super::WriteArgs;

/// Carry out a plan that `hatch mcp sync --out` saved
///
/// The plan is refused if a file has changed since it was made, and if it would change
/// anything but servers of hosts that are known here.
#[derive(Args, Debug)]
#[command(after_help = "Examples:
  hatch mcp sync --from-env production --to-host all --out plan.json
  hatch mcp apply plan.json")]
pub struct ApplyArgs {
    /// The plan
    #[arg(value_name = "FILE")]
    pub file: PathBuf,

    #[command(flatten)]
    pub write: WriteArgs,
}
