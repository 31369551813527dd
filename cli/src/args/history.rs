//! `hatch mcp history` and `hatch mcp undo`.

use clap::Args;

use super::WriteArgs;

/// List the runs that changed files, the newest first
///
/// A run is known by the backup that it kept: one that was made with --no-backup, or whose
/// backup was cleaned away, is not listed.
#[derive(Args, Debug)]
#[command(after_help = "Examples:
  hatch mcp history
  hatch mcp history --limit 1 --json")]
pub struct HistoryArgs {
    /// List only the newest N runs
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    pub limit: Option<u32>,

    /// Print JSON
    #[arg(long)]
    pub json: bool,
}

/// Take back what a run changed
///
/// Every file of the run is put back as it was before, or none. Without an ID, the newest run
/// is meant that is no undo and was not undone yet, so that undoing again goes further back.
/// An undo can be undone by its own ID, which does the run again. A file that was changed since
/// the run is not overwritten without --force. What the files hold now is backed up first.
#[derive(Args, Debug)]
#[command(after_help = "Examples:
  hatch mcp undo
  hatch mcp undo --dry-run
  hatch mcp undo 0123abcd")]
#[command(mut_arg("force", |arg| arg.help("Put back files that were changed since the run, or are read-only, too")))]
pub struct UndoArgs {
    /// The run, as `hatch mcp history` names it
    pub id: Option<String>,

    #[command(flatten)]
    pub write: WriteArgs,
}
