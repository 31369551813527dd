//! `hatch mcp backup show`.

use hatch_core::backup::{Backup, BackupFile, Catalogue, Now};

use super::list::shown_size;
use super::scope;
use super::{command, copy_size, made, open, place};
use crate::args::backup::BackupShowArgs;
use crate::context::Context;
use crate::error::{CommandError, Fault};
use crate::exit::Exit;
use crate::view::json_backups::{BackupDetail, BackupFileRow};
use crate::view::sanitize::sanitize_line;
use crate::view::style::DIM;
use crate::view::table::Table;
use crate::view::wrap::wrap;

/// Which columns a table of a backup's files has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Columns {
    /// What was copied just now.
    Made,
    /// What became of the files since, too.
    Now,
}

/// A backup's run, its files, and what became of them.
pub fn run(cx: &Context, args: &BackupShowArgs) -> Result<Exit, CommandError> {
    let hint = "`hatch mcp backup list` shows what there is";
    let backup = open(cx, &args.id, hint).map_err(Fault::failure)?;
    let detail = detail(cx, &backup);
    for file in &detail.files {
        if let Some(problem) = &file.problem {
            cx.output.warn(&format!("{}: {problem}", file.host));
        }
    }
    if args.json {
        cx.output.json(&detail)?;
        return Ok(Exit::Success);
    }
    cx.output.print(&format!("{}\n{}", head(cx, &backup), files(cx, &backup, Columns::Now)))?;
    Ok(Exit::Success)
}

fn head(cx: &Context, backup: &Backup) -> String {
    let mut lines = vec![("Backup", backup.id.to_string()), ("Made", made(backup))];
    lines.push(("By", command(backup)));
    if let Some(run) = backup.run() {
        lines.push(("Run", run.operation.to_string()));
        lines.push(("What", run.title.clone()));
        lines.extend(run.undoes.iter().map(|id| ("Takes back", id.to_string())));
    }
    lines.push(("Folder", backup.folder.to_string()));
    if !backup.cleaned.is_empty() {
        let owners: Vec<_> = backup.cleaned.iter().map(ToString::to_string).collect();
        lines.push(("Cleaned away", owners.join(", ")));
    }
    let column = lines.iter().map(|(name, _)| name.len()).max().unwrap_or_default() + 2;
    let line = |(name, value): (&str, String)| {
        let value = sanitize_line(&value).into_owned();
        let blanks = " ".repeat(column - name.len());
        format!("{DIM}{name}{DIM:#}{blanks}{}\n", wrap(&value, column, cx.output.width))
    };
    lines.into_iter().filter(|(_, value)| !value.is_empty()).map(line).collect()
}

/// A table of a backup's files.
pub fn files(cx: &Context, backup: &Backup, columns: Columns) -> String {
    let mut table = match columns {
        Columns::Made => Table::new(&["Of", "Size", "File"]),
        Columns::Now => Table::new(&["Of", "Size", "Now", "File"]).whole(&["Now"]),
    };
    for file in &backup.files {
        let (of, size) = (scope::owner(cx, file), shown_size(copy_size(cx, file)));
        let path = file.location.as_ref().map_or(file.name.clone(), ToString::to_string);
        match columns {
            Columns::Made => table.row([of, size, path]),
            Columns::Now => {
                let now = match now(cx, file) {
                    Ok(now) => words(now).1.to_owned(),
                    Err(_) => "not known".to_owned(),
                };
                table.row([of, size, now, path]);
            }
        }
    }
    table.render(cx.output.width)
}

/// A backup as it is published.
pub fn detail(cx: &Context, backup: &Backup) -> BackupDetail {
    let run = backup.run();
    BackupDetail {
        schema: "hatch.backup/1",
        id: backup.id.to_string(),
        path: backup.folder.path().display().to_string(),
        created: made(backup),
        command: command(backup),
        title: run.map(|run| run.title.clone()).filter(|title| !title.is_empty()),
        operation: run.map(|run| run.operation.to_string()),
        undoes: run.and_then(|run| run.undoes.as_ref()).map(ToString::to_string),
        files: backup.files.iter().map(|file| row(cx, backup, file)).collect(),
        cleaned: backup.cleaned.iter().map(ToString::to_string).collect(),
    }
}

fn row(cx: &Context, backup: &Backup, file: &BackupFile) -> BackupFileRow {
    let catalogue = Catalogue::new(&cx.store, &cx.home);
    let damage = catalogue.content(backup, file).err().map(|error| error.to_string());
    let (now, problem) = match now(cx, file) {
        Ok(now) => (words(now).0, damage),
        Err(reason) => ("unknown", damage.or(Some(reason))),
    };
    let path = file.location.as_ref().map(|it| it.path().display().to_string());
    BackupFileRow {
        host: file.owner.to_string(),
        scope: scope::word(cx, file),
        path: path.unwrap_or_else(|| file.name.clone()),
        size_bytes: copy_size(cx, file),
        copy: file.copy.as_ref().map(|copy| copy.path().display().to_string()),
        now,
        problem,
    }
}

/// What became of a file since; or why that is not known.
fn now(cx: &Context, file: &BackupFile) -> Result<Now, String> {
    let path = place(cx, file).ok_or("where the file belongs is not known")?;
    let found = cx.file(&path).map_err(|error| Fault::of(&error).one_line())?.bytes;
    match (file.record(), &file.copy, &found) {
        (Some(record), _, found) => Ok(record.compare(found.as_deref())),
        (None, _, None) => Ok(Now::Gone),
        // The older tool wrote no digests down.
        (None, copy, Some(found)) => {
            use hatch_core::store::Reader as _;
            let copy = copy.as_ref().map(|copy| cx.store.read(copy));
            let is_same = matches!(copy, Some(Ok(Some(copy))) if &copy == found);
            Ok(if is_same { Now::AsBefore } else { Now::Changed })
        }
    }
}

/// For scripts, and for people.
fn words(now: Now) -> (&'static str, &'static str) {
    match now {
        Now::AsBefore => ("as-in-backup", "as in the backup"),
        Now::AsAfter => ("as-run-left-it", "as the run left it"),
        Now::Changed => ("changed", "changed since"),
        Now::Gone => ("gone", "gone"),
    }
}
