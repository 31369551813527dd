//! `hatch man`.

use std::path::PathBuf;

use clap::Args;

/// Print the manual page of hatch, or write those of all commands
///
/// Without a folder the page of `hatch` itself goes to standard output. With one, a page for
/// each command is written there: hatch.1, hatch-mcp-sync.1 and so on. A file of such a name
/// that is no manual page is never overwritten.
#[derive(Args, Debug)]
#[command(after_help = "Examples:
  hatch man | man -l -
  hatch man ~/.local/share/man/man1")]
pub struct ManArgs {
    /// The folder to write all pages to; it is made if it is not there
    pub dir: Option<PathBuf>,
}
