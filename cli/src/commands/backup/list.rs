//! `hatch mcp backup list`.

use hatch_core::backup::{Backup, BackupFile, Taken};
use hatch_core::owner::Owner;

use super::scope::{self, Selection};
use super::{all, command, copy_size, label, made, owner};
use crate::args::backup::BackupListArgs;
use crate::context::{self, Context};
use crate::error::{CommandError, Fault};
use crate::exit::Exit;
use crate::view::json_backups::{BackupRow, Backups};
use crate::view::size;
use crate::view::table::Table;

/// All backups, or those of a host, the newest first.
pub fn run(cx: &mut Context, args: &BackupListArgs) -> Result<Exit, CommandError> {
    let backups = all(cx).map_err(Fault::failure)?;
    let wanted = args.host.as_ref().map(|name| owner(cx, name, &backups));
    let wanted = wanted.transpose().map_err(Fault::failure)?;
    cx.look_in_project(args.place.project.as_deref())?;
    let selection = Selection::new(args.place.scope, args.place.project.as_deref());
    let parts = backups.iter().map(|backup| selection.part_of(cx, backup));
    let rows: Vec<_> = parts.filter_map(|it| row(cx, &it, wanted.as_ref())).collect();
    if args.json {
        let host = wanted.map(|owner| owner.to_string());
        cx.output.json(&Backups { schema: "hatch.backups/1", host, backups: rows })?;
        return Ok(Exit::Success);
    }
    if rows.is_empty() {
        let of = wanted.map(|owner| format!(" of {}", label(cx, &owner))).unwrap_or_default();
        cx.output.print(&format!("{}.\n", selection.of(cx, &format!("No backups{of}"))))?;
        return Ok(Exit::Success);
    }
    let text = match wanted {
        Some(_) => table_of_one(cx, rows),
        None => table_of_all(rows),
    };
    cx.output.print(&text.render(cx.output.width))?;
    Ok(Exit::Success)
}

/// A host's rows say which file it was.
fn table_of_one(cx: &Context, rows: Vec<BackupRow>) -> Table {
    let mut table = Table::new(&["Backup", "Made", "By", "Size", "File"]);
    for row in rows {
        let file = cx.roots.shown(std::path::Path::new(&row.file));
        table.row([row.id, minute(&row.created), row.command, shown_size(row.size_bytes), file]);
    }
    table
}

fn table_of_all(rows: Vec<BackupRow>) -> Table {
    let mut table = Table::new(&["Backup", "Made", "By", "Of", "Files", "Size"]).whole(&["Size"]);
    for row in rows {
        let (of, files) = (row.owners.join(", "), row.files.to_string());
        let (made, size) = (minute(&row.created), shown_size(row.size_bytes));
        table.row([row.id, made, row.command, of, files, size]);
    }
    table
}

/// A time to the minute: the id of a backup has it to the second.
fn minute(time: &str) -> String {
    time.get(..16).unwrap_or(time).replace('T', " ")
}

/// A size, where there was something to copy.
pub fn shown_size(bytes: Option<u64>) -> String {
    bytes.map_or("no file".to_owned(), size)
}

fn row(cx: &Context, backup: &Backup, wanted: Option<&Owner>) -> Option<BackupRow> {
    let is_wanted = |file: &&BackupFile| wanted.is_none_or(|owner| &file.owner == owner);
    let files: Vec<_> = backup.files.iter().filter(is_wanted).collect();
    let first = files.first()?;
    let sizes: Vec<_> = files.iter().filter_map(|file| copy_size(cx, file)).collect();
    let run = backup.run();
    Some(BackupRow {
        id: backup.id.to_string(),
        file: match &first.location {
            Some(location) => location.path().display().to_string(),
            None => first.name.clone(),
        },
        created: made(backup),
        size_bytes: (!sizes.is_empty()).then(|| sizes.iter().sum()),
        age_days: age_days(backup),
        command: command(backup),
        hosts: backup.owners().iter().map(ToString::to_string).collect(),
        scope: scope_of(cx, &files),
        owners: owners(cx, backup),
        files: files.len(),
        title: run.map(|run| run.title.clone()).filter(|title| !title.is_empty()),
    })
}

/// Whose files these are: of one scope, or of both.
fn scope_of(cx: &Context, files: &[&BackupFile]) -> Option<&'static str> {
    let mut words: Vec<_> = files.iter().filter_map(|file| scope::word(cx, file)).collect();
    words.dedup();
    if words.len() > 1 { Some("all") } else { words.pop() }
}

/// Whose files a backup has, for people, each once.
fn owners(cx: &Context, backup: &Backup) -> Vec<String> {
    let mut owners: Vec<String> = Vec::new();
    for owner in backup.files.iter().map(|file| scope::owner(cx, file)) {
        if !owners.contains(&owner) {
            owners.push(owner);
        }
    }
    owners
}

fn age_days(backup: &Backup) -> i64 {
    match backup.taken {
        Taken::At(moment) => context::now().duration_since(moment).as_hours() / 24,
        Taken::Local(time) => {
            let now = jiff::tz::TimeZone::UTC.to_datetime(context::now());
            time.duration_until(now).as_hours() / 24
        }
    }
}
