//! `hatch mcp backup clean`.

use std::fmt::Write as _;

use hatch_core::backup::{CleanError, Removal, Retention};
use hatch_core::owner::Owner;

use super::{all, label, owner};
use crate::args::backup::{BackupCleanArgs, RetentionArgs};
use crate::commands::write::{clean_backups, recover};
use crate::context::{self, Context};
use crate::error::{CommandError, Fault};
use crate::exit::Exit;
use crate::interrupt;
use crate::prompt::{Answer, confirm};
use crate::view::json_backups::{Cleaned, CleanedRow};
use crate::view::style::{ADD, REMOVE};
use crate::view::table::Table;
use crate::view::wrap::wrap;
use crate::view::{count, plural, size};

/// Removes what was kept for long enough: chooses, shows, asks, removes.
pub fn run(cx: &Context, args: &BackupCleanArgs) -> Result<Exit, CommandError> {
    if args.dry_run {
        cx.mention_unfinished();
    } else {
        recover(cx)?;
    }
    let backups = all(cx).map_err(Fault::failure)?;
    let only = args.host.as_ref().map(|name| owner(cx, name, &backups)).transpose();
    let retention = Retention {
        older_than_days: args.retention.older_than_days,
        keep: args.retention.keep_count,
        only: only.map_err(Fault::failure)?,
        now: context::now(),
    };
    let removals = retention.choose(&backups);
    let older = backups
        .iter()
        .filter(|it| it.run().is_none())
        .filter(|it| retention.only.as_ref().is_none_or(|owner| it.has(owner)));
    mention_older(cx, older.count());
    if !args.json {
        cx.output.print(&preview(cx, &args.retention, &retention, &removals))?;
    }
    let result = decide(cx, args, &retention, &removals)?;
    let told = if args.json {
        cx.output.json(&report(result, &removals))
    } else {
        cx.output.print(&summary(result, &removals))
    };
    if result != "applied" {
        told?;
        return Ok(Exit::Success);
    }
    cx.output.told("the copies were removed", told);
    Ok(Exit::Success)
}

/// What became of it, in a line.
fn summary(result: &str, removals: &[Removal]) -> String {
    let freed = size(freed(removals));
    let copies = counted_copies(removals);
    match result {
        "unchanged" => "Nothing to remove.\n".to_owned(),
        "dry-run" => format!("{copies} would be removed, {freed}; nothing was.\n"),
        "declined" => "Nothing was removed.\n".to_owned(),
        _ => format!("{ADD}Done{ADD:#}: {copies} removed, {freed} freed.\n"),
    }
}

/// Asks if that is needed, and removes what was chosen. Returns what became of it.
fn decide(
    cx: &Context,
    args: &BackupCleanArgs,
    retention: &Retention,
    removals: &[Removal],
) -> Result<&'static str, CommandError> {
    if removals.is_empty() {
        return Ok("unchanged");
    }
    if args.dry_run {
        return Ok("dry-run");
    }
    interrupt::listen();
    if !args.auto_approve && !context::approves() {
        let question = "Remove these copies for good?";
        if confirm(question)? == Answer::No {
            return Ok("declined");
        }
    }
    clean_backups(cx, retention, removals).map_err(|error| failed(&error))?;
    Ok("applied")
}

fn failed(error: &CleanError) -> CommandError {
    let again = "run it again to go on";
    let (exit, fault) = match error {
        CleanError::Backup(_) => (Exit::Failure, Fault::because("no backup was removed", error)),
        CleanError::Changed => {
            let fault = Fault::because("no backup was removed", error);
            (Exit::Failure, fault.hint("run it again to see what would be removed now"))
        }
        CleanError::Interrupted { .. } => (
            Exit::Interrupted,
            Fault::because("the cleaning was stopped, and each backup is whole or gone", error)
                .hint(again),
        ),
        _ => (
            Exit::Failure,
            Fault::because("not every backup could be removed; each is whole or gone", error)
                .hint(again),
        ),
    };
    CommandError { exit, faults: vec![fault] }
}

/// The older tool's backups are its user's.
fn mention_older(cx: &Context, older: usize) {
    if older > 0 {
        let are = plural(older, "is", "are");
        let folder = cx.home.older_backups();
        cx.output.note(&format!(
            "{} of the older hatch {are} left alone, in `{folder}`",
            count(older, "backup")
        ));
    }
}

fn preview(
    cx: &Context,
    args: &RetentionArgs,
    retention: &Retention,
    removals: &[Removal],
) -> String {
    let of = retention.only.as_ref().map(|owner| format!(" of {}", label(cx, owner)));
    let each = if of.is_some() { "" } else { " of each host and environment" };
    let days = args
        .older_than_days
        .map(|days| format!("made more than {} ago", count(days as usize, "day")));
    let beyond = args.keep_count.map(|keep| format!("beyond the newest {keep}{each}"));
    let rule: Vec<_> = days.into_iter().chain(beyond).collect();
    let title = format!("Clean backups{}: {}", of.unwrap_or_default(), rule.join(" and "));
    let mut text = format!("{}\n\n", wrap(&title, 0, cx.output.width));
    if removals.is_empty() {
        return text;
    }
    let mut table = Table::new(&["Backup", "Goes", "Stays", "Copies", "Size"]);
    for removal in removals {
        let stays = match removal.staying.as_slice() {
            [] => "-".to_owned(),
            staying => list(staying),
        };
        table.row([
            removal.backup.to_string(),
            list(&removal.owners),
            stays,
            removal.copies.to_string(),
            size(removal.bytes),
        ]);
    }
    let whole = removals.iter().filter(|it| it.staying.is_empty()).count();
    let _ = writeln!(text, "{}", table.render(cx.output.width));
    if whole > 0 {
        let goes = plural(whole, "goes", "go");
        let gone = format!(
            "{} {goes} as a whole; such a run is no longer in the history, nor can it be undone",
            count(whole, "backup")
        );
        let _ = writeln!(text, "{REMOVE}-{REMOVE:#} {}\n", wrap(&gone, 2, cx.output.width));
    }
    text
}

fn list(owners: &[Owner]) -> String {
    owners.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")
}

/// `1 copy`, `2 copies`.
fn counted_copies(removals: &[Removal]) -> String {
    let copies = removals.iter().map(|it| it.copies).sum();
    format!("{copies} {}", plural(copies, "copy", "copies"))
}

fn freed(removals: &[Removal]) -> u64 {
    removals.iter().map(|it| it.bytes).sum()
}

fn report(result: &'static str, removals: &[Removal]) -> Cleaned {
    let names = |owners: &[Owner]| owners.iter().map(ToString::to_string).collect();
    let row = |it: &Removal| CleanedRow {
        id: it.backup.to_string(),
        hosts: names(&it.owners),
        staying: names(&it.staying),
        copies: it.copies,
        size_bytes: it.bytes,
    };
    Cleaned {
        schema: "hatch.clean/1",
        result,
        backups: removals.iter().map(row).collect(),
        freed_bytes: freed(removals),
    }
}
