//! `hatch mcp undo`.

use hatch_core::backup::{Backup, FileRecord, Now};
use hatch_core::document::Digest;
use hatch_core::history::{self, Entry};
use hatch_core::location::Location;
use hatch_core::owner::Owner;
use hatch_core::plan::{FilePlan, Plan, RecordPolicy, TargetPlan};

use super::backup::{listed, open, refuse_unread};
use super::put_back;
use super::write::{begin, carry_out};
use crate::args::history::UndoArgs;
use crate::context::Context;
use crate::error::{CommandError, Fault};
use crate::exit::Exit;
use crate::view::json::Source;

/// What to do where a run can't be taken back.
const HISTORY: &str = "`hatch mcp history` shows the runs that there were";

/// Takes a run back: all of it, or nothing.
pub fn run(cx: &Context, args: &UndoArgs) -> Result<Exit, CommandError> {
    begin(cx, &args.write)?;
    let listing = listed(cx).map_err(Fault::failure)?;
    let entries = history::entries(&listing.backups);
    let entry = choose(cx, &entries, args.id.as_deref()).map_err(Fault::failure)?;
    if args.id.is_none() {
        let hint = "name the run that you mean: `hatch mcp history` shows those that can be read";
        refuse_unread(entry.backup, &listing.damaged, hint).map_err(Fault::failure)?;
    }
    refuse_cleaned(entry).map_err(Fault::failure)?;
    let mut targets = targets(cx, entry.backup)?;
    if args.write.force {
        warn_of_changed(entry, &mut targets);
    } else {
        refuse_changed(entry, &entries, &targets)?;
    }
    if let Some(by) = &entry.undone_by {
        cx.output.note(&format!("the run {} was undone already, by {by}", entry.run.operation));
    }
    let plan = Plan {
        undoes: Some(entry.run.operation.clone()),
        records: RecordPolicy::Restored(Some(entry.run.ledger.clone())),
        targets,
        ..Plan::new("undo", history::title(entry.run, &entries))
    };
    let source = Source::Operation(entry.run.operation.to_string());
    carry_out(cx, &plan, Some(&source), &args.write)?;
    Ok(Exit::Success)
}

/// The run that is named, or the newest that stands.
fn choose<'a, 'b>(
    cx: &Context,
    entries: &'b [Entry<'a>],
    id: Option<&str>,
) -> Result<&'b Entry<'a>, Fault> {
    let Some(id) = id else {
        let nothing = || Fault::new("there is no run to undo").hint(HISTORY);
        return history::latest(entries).ok_or_else(nothing);
    };
    if let Some(entry) = entries.iter().find(|it| it.run.operation.as_str() == id) {
        return Ok(entry);
    }
    let backup = open(cx, id, HISTORY)?;
    entries.iter().find(|it| it.backup.id == backup.id).ok_or_else(|| {
        Fault::new(format!("the backup `{}` is not of a run that changed files", backup.id)).hint(
            format!(
                "`hatch mcp backup restore all --scope all --backup {}` puts back what is in it",
                backup.id
            ),
        )
    })
}

/// A run of which only a part is left can't be undone as a whole.
fn refuse_cleaned(entry: &Entry<'_>) -> Result<(), Fault> {
    let cleaned: Vec<_> = entry.backup.cleaned.iter().map(ToString::to_string).collect();
    if cleaned.is_empty() {
        return Ok(());
    }
    let (run, backup) = (&entry.run.operation, &entry.backup.id);
    Err(Fault::new(format!(
        "the run {run} can't be undone: the copies of {} were cleaned away",
        cleaned.join(", ")
    ))
    .hint(format!(
        "`hatch mcp backup restore all --scope all --backup {backup}` puts back what is left"
    )))
}

fn targets(cx: &Context, backup: &Backup) -> Result<Vec<TargetPlan>, CommandError> {
    let mut faults = Vec::new();
    let mut targets = Vec::new();
    for owner in backup.owners() {
        match put_back::targets(cx, backup, owner) {
            Ok(found) => targets.extend(found),
            Err(fault) => faults.push(fault),
        }
    }
    CommandError::check(faults)?;
    Ok(targets)
}

/// Files that are neither as the run left them nor as they were before it stop everything.
fn refuse_changed(
    entry: &Entry<'_>,
    entries: &[Entry<'_>],
    targets: &[TargetPlan],
) -> Result<(), CommandError> {
    let files = targets.iter().flat_map(|target| target.files.iter().map(|it| (&target.owner, it)));
    let changed = files.filter(|(owner, file)| is_changed(entry, owner, file));
    let mut faults: Vec<_> =
        changed.map(|(owner, file)| was_changed(entry, entries, owner, file)).collect();
    if let Some(last) = faults.pop() {
        faults.push(last.hint("--force puts it back all the same, and backs up what is there now"));
    }
    CommandError::check(faults)
}

/// What `--force` overwrites is said.
fn warn_of_changed(entry: &Entry<'_>, targets: &mut [TargetPlan]) {
    for target in targets {
        let changed = target.files.iter().filter(|file| is_changed(entry, &target.owner, file));
        target.warnings.extend(changed.map(|file| {
            format!("`{}` was changed since the run; that goes with it", file.location)
        }));
    }
}

/// Whether a file is neither as the run left it nor as it was before.
fn is_changed(entry: &Entry<'_>, owner: &Owner, file: &FilePlan) -> bool {
    let records = records(entry, owner, &file.location);
    let is_known = |it: &&FileRecord| {
        matches!(it.compare(file.before.as_deref()), Now::AsBefore | Now::AsAfter)
    };
    !file.is_unchanged() && !records.iter().any(is_known)
}

/// How a run knew a document. One that is reached by another way by now counts as any of its
/// owner's.
fn records<'a>(entry: &Entry<'a>, owner: &Owner, location: &Location) -> Vec<&'a FileRecord> {
    let of_owner: Vec<_> =
        entry.run.files.iter().filter(|record| record.owner() == owner).collect();
    let here: Vec<_> =
        of_owner.iter().copied().filter(|it| it.shown() == location.to_string()).collect();
    if here.is_empty() { of_owner } else { here }
}

/// What is wrong with a file, and which run made it so, if one did.
fn was_changed(entry: &Entry<'_>, entries: &[Entry<'_>], owner: &Owner, file: &FilePlan) -> Fault {
    let run = &entry.run.operation;
    let what = match &file.before {
        None => format!("`{}` is gone since the run {run}", file.location),
        Some(_) => format!("`{}` is not as the run {run} left it", file.location),
    };
    let now = file.before.as_deref().map(Digest::of);
    let newer = entries.iter().take_while(|it| it.run.operation != *run);
    let by = newer.clone().find(|it| {
        let records = records(it, owner, &file.location);
        records.into_iter().any(|record| record.after() == now.as_ref())
    });
    match by {
        Some(by) => Fault::new(format!("{what}: it is as the run {} left it", by.run.operation))
            .hint(format!("`hatch mcp undo {}` takes that back first", by.run.operation)),
        None => Fault::new(format!("{what}: someone changed it")),
    }
}
