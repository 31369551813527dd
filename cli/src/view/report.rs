//! What was done, for people.

use std::fmt::Write as _;

use hatch_core::event::Event;
use hatch_core::report::{Outcome, Report};

use super::plan::Totals;
use super::sanitize::sanitize_line;
use super::style::{ADD, DIM};
use super::{Output, count};

/// The last lines of a run that wrote.
pub fn summary(report: &Report, totals: &Totals) -> String {
    let changed: Vec<_> = report
        .targets
        .iter()
        .filter(|target| target.files.iter().any(|file| file.outcome != Outcome::Unchanged))
        .collect();
    // What changed in one environment is all in the lines above.
    if totals.hosts == 0 && totals.environments == 1 {
        let backup = report.backup.as_ref().map(|it| format!(" Backup: {}", it.id));
        return format!("{ADD}Done{ADD:#}.{}\n", backup.unwrap_or_default());
    }
    let mut text = format!("{ADD}Done{ADD:#}: {} changed{}.\n", totals.targets(), totals.remarks());
    if let Some(backup) = &report.backup {
        let folder = backup.folder.to_string();
        let _ = writeln!(text, "Backup: {} {DIM}({}){DIM:#}", backup.id, sanitize_line(&folder));
    }
    for target in changed {
        if let Some(todo) = &target.after_write {
            let _ =
                writeln!(text, "{}: {}.", target.name, sanitize_line(todo).trim_end_matches('.'));
        }
    }
    text
}

/// What is worth saying while it happens: what went wrong and, if asked for, each step.
pub fn event(output: &Output, event: &Event) {
    match event {
        Event::RollingBack => output.warn("putting everything back"),
        Event::Recovering { started, .. } => {
            output.warn(&format!("putting back what an interrupted run of {started:.0} left"));
        }
        Event::MayNotLast { reason } => output.warn(&format!(
            "every change was written, but should the computer stop now, the next run may take \
             all of it back: {reason}"
        )),
        Event::NotNoted { reason } => {
            output.warn(&format!("what was put where could not be noted: {reason}"));
        }
        Event::Restored { location, .. } => output.note(&format!("`{location}` is as it was")),
        Event::LeftAlone { location, .. } => {
            output.warn(&format!("`{location}` was changed since, and stays as it is"));
        }
        event if output.verbose => output.note(&step(event)),
        _ => {}
    }
}

fn step(event: &Event) -> String {
    match event {
        Event::Locked => "no other hatch can write now".to_owned(),
        Event::Compared => "every file is as it was planned for".to_owned(),
        Event::BackedUp { files, folder } => {
            format!("{} backed up in `{folder}`", count(*files, "file"))
        }
        Event::MadeFolder(folder) => format!("made `{folder}`"),
        Event::Writing { location, .. } => format!("writing `{location}`"),
        Event::Wrote { location, .. } => format!("wrote `{location}`, and read it back"),
        Event::Committed => "all changes are made".to_owned(),
        other => format!("{other:?}"),
    }
}
