//! `hatch mcp backup list` and `hatch mcp backup restore`.

use hatch_core::backup::{Backup, BackupId, Catalogue, Content, Taken};
use hatch_core::host::Scope;
use hatch_core::plan::{FilePlan, Noting, Plan, TargetPlan, whole};
use hatch_core::registry::Host;
use hatch_core::store::Reader;

use super::write::{begin, carry_out};
use super::{host, host_fault};
use crate::args::backup::{BackupListArgs, BackupRestoreArgs};
use crate::context::{self, Context};
use crate::error::{CommandError, Fault};
use crate::exit::Exit;
use crate::view::json::{self, BackupRow, Backups};
use crate::view::table::Table;

/// The backups of a host, the newest first.
pub fn list(cx: &Context, args: &BackupListArgs) -> Result<Exit, CommandError> {
    let host = host(cx, &args.host).map_err(Fault::failure)?;
    let listing = Catalogue::new(&cx.store, &cx.home).list();
    let listing = listing.map_err(|error| Fault::of(&error).failure())?;
    for error in &listing.damaged {
        cx.output.warn(&error.to_string());
    }
    let rows: Vec<_> = listing.backups.iter().filter_map(|it| row(cx, it, host)).collect();
    if args.json {
        let host = host.id.to_string();
        cx.output.json(&Backups { schema: "hatch.backups/1", host, backups: rows })?;
        return Ok(Exit::Success);
    }
    if rows.is_empty() {
        cx.output.print(&format!("No backups of {} ({}).\n", host.name(), host.id))?;
        return Ok(Exit::Success);
    }
    let mut table = Table::new(&["Backup", "Made", "By", "Size", "File"]);
    for row in rows {
        let size = row.size_bytes.map_or("no file".to_owned(), |bytes| format!("{bytes} B"));
        let file = cx.roots.shown(std::path::Path::new(&row.file));
        table.row([row.id, row.created, row.command, size, file]);
    }
    cx.output.print(&table.render(cx.output.width))?;
    Ok(Exit::Success)
}

fn row(cx: &Context, backup: &Backup, host: &Host) -> Option<BackupRow> {
    let file = backup.files.iter().find(|file| file.owner.host() == Some(&host.id))?;
    // The older tool wrote no sizes down.
    let size = file.size.or_else(|| {
        let copy = cx.store.read(file.copy.as_ref()?).ok()??;
        u64::try_from(copy.len()).ok()
    });
    let (created, age_days) = match backup.taken {
        Taken::At(moment) => {
            (format!("{moment:.0}"), context::now().duration_since(moment).as_hours() / 24)
        }
        Taken::Local(time) => {
            let now = jiff::tz::TimeZone::UTC.to_datetime(context::now());
            (format!("{time:.0}"), time.duration_until(now).as_hours() / 24)
        }
    };
    Some(BackupRow {
        id: backup.id.to_string(),
        file: match &file.location {
            Some(location) => location.path().display().to_string(),
            None => file.name.clone(),
        },
        created,
        size_bytes: size,
        age_days,
        command: backup.run().map_or("older hatch".to_owned(), |run| run.command.clone()),
    })
}

/// Puts a host's files back as a backup has them.
pub fn restore(cx: &Context, args: &BackupRestoreArgs) -> Result<Exit, CommandError> {
    begin(cx, &args.write)?;
    let host = host(cx, &args.host).map_err(Fault::failure)?;
    let catalogue = Catalogue::new(&cx.store, &cx.home);
    let backup = choose(&catalogue, host, args.backup.as_deref()).map_err(Fault::failure)?;
    let contents = catalogue.contents(&backup, &host.id.clone().into()).map_err(|error| {
        Fault::because(format!("the backup `{}` can't be used", backup.id), &error).failure()
    })?;
    let target = plan(cx, host, contents).map_err(Fault::failure)?;
    let title = format!("Restore {} ({}) from the backup {}", host.name(), host.id, backup.id);
    let noting = Noting::Restored(backup.run().map(|run| run.managed.clone()));
    let plan = Plan { noting, targets: vec![target], ..Plan::new("restore", title) };
    let source = Some(json::Source::Backup(backup.id.to_string()));
    carry_out(cx, &plan, source.as_ref(), &args.write)?;
    Ok(Exit::Success)
}

fn choose(catalogue: &Catalogue<'_>, host: &Host, id: Option<&str>) -> Result<Backup, Fault> {
    let hint = format!("`hatch mcp backup list {}` shows what there is", host.id);
    let Some(id) = id else {
        let newest = catalogue.of(&host.id.clone().into()).map_err(|error| Fault::of(&error))?;
        let none = || Fault::new(format!("there is no backup of {} ({})", host.name(), host.id));
        return newest.into_iter().next().ok_or_else(none);
    };
    let backup = catalogue.open(&BackupId::new(id));
    let backup = backup.map_err(|error| Fault::of(&error).hint(hint.clone()))?;
    if backup.has(&host.id.clone().into()) {
        Ok(backup)
    } else {
        Err(Fault::new(format!("the backup `{}` has nothing of {}", backup.id, host.id)).hint(hint))
    }
}

/// What restoring changes. It is planned on bytes: a file that can't be read any more is the
/// very reason to restore it.
fn plan(cx: &Context, host: &Host, contents: Vec<Content>) -> Result<TargetPlan, Fault> {
    let mut files = Vec::new();
    for content in contents {
        let path = match &content.location {
            Some(location) => location.path().to_owned(),
            None => {
                let places = cx.places(host, Scope::User);
                let places = places.map_err(|error| host_fault(host, &error.into()))?;
                places.into_iter().next().map(|place| place.path).unwrap_or_default()
            }
        };
        let location = cx.store.admit(&path, &cx.roots.shown(&path));
        let location = location.map_err(|error| host_fault(host, &error.into()))?;
        let before = cx.store.read(&location).map_err(|error| host_fault(host, &error.into()))?;
        files.push(FilePlan { location, before, after: content.bytes });
    }
    Ok(whole::host(host, files))
}
