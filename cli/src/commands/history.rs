//! `hatch mcp history`.

use std::fmt::Write as _;

use hatch_core::history::{self, Entry};
use hatch_core::owner::Owner;

use super::backup::all;
use crate::args::history::HistoryArgs;
use crate::context::Context;
use crate::error::{CommandError, Fault};
use crate::exit::Exit;
use crate::view::json_backups::{History, HistoryRow};
use crate::view::sanitize::sanitize_line;
use crate::view::style::{DIM, HOST, WARNING};
use crate::view::wrap::wrap;

/// The runs that changed files, the newest first.
pub fn run(cx: &Context, args: &HistoryArgs) -> Result<Exit, CommandError> {
    cx.mention_unfinished();
    let backups = all(cx).map_err(Fault::failure)?;
    let entries = history::entries(&backups);
    let limit = args.limit.and_then(|limit| usize::try_from(limit).ok());
    let entries = &entries[..entries.len().min(limit.unwrap_or(usize::MAX))];
    if args.json {
        let runs = entries.iter().map(row).collect();
        cx.output.json(&History { schema: "hatch.history/1", runs })?;
    } else if entries.is_empty() {
        cx.output.print("No runs are known that changed a file.\n")?;
    } else {
        let blocks: Vec<_> = entries.iter().map(|it| block(it, cx.output.width)).collect();
        cx.output.print(&blocks.concat())?;
    }
    Ok(Exit::Success)
}

/// One run: what it is called and when, what it did, and whose files it changed.
fn block(entry: &Entry<'_>, width: Option<usize>) -> String {
    let run = entry.run;
    // An id and a time, side by side where there is room.
    let gap = if width.is_some_and(|width| width < 32) { "\n    " } else { "  " };
    let mut text = format!("{HOST}{}{HOST:#}{gap}{DIM}{:.0}{DIM:#}\n", run.operation, run.time);
    let mut line = |line: &str| {
        let _ = writeln!(text, "    {}", wrap(&sanitize_line(line), 4, width));
    };
    line(if run.title.is_empty() { &run.command } else { &run.title });
    let left = entry.backup.owners().into_iter().map(ToString::to_string);
    let cleaned = entry.backup.cleaned.iter().map(|owner| format!("{owner} (cleaned away)"));
    line(&left.chain(cleaned).collect::<Vec<_>>().join(", "));
    if let Some(by) = &entry.undone_by {
        let _ = writeln!(text, "    {WARNING}undone by {by}{WARNING:#}");
    }
    text
}

/// Whose files a run changed, those included whose copies were cleaned away.
fn owners<'a>(entry: &'a Entry<'_>) -> Vec<&'a Owner> {
    let mut owners = entry.backup.owners();
    owners.extend(&entry.backup.cleaned);
    owners
}

fn row(entry: &Entry<'_>) -> HistoryRow {
    let run = entry.run;
    HistoryRow {
        operation: run.operation.to_string(),
        time: run.time.to_string(),
        command: run.command.clone(),
        title: run.title.clone(),
        hosts: owners(entry).iter().map(ToString::to_string).collect(),
        files: run.files.len(),
        backup: entry.backup.id.to_string(),
        undoes: run.undoes.as_ref().map(ToString::to_string),
        undone_by: entry.undone_by.as_ref().map(ToString::to_string),
        cleaned: entry.backup.cleaned.iter().map(ToString::to_string).collect(),
    }
}
