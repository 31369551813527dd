//! `hatch mcp backup restore`.

use hatch_core::backup::Backup;
use hatch_core::ledger::Ledger;
use hatch_core::owner::Owner;
use hatch_core::plan::{Plan, RecordPolicy, TargetPlan};

use super::scope::Selection;
use super::{label, listed, names, open, owner, refuse_unread};
use crate::args::backup::BackupRestoreArgs;
use crate::commands::put_back;
use crate::commands::write::{begin, carry_out};
use crate::context::Context;
use crate::error::{CommandError, Fault};
use crate::exit::Exit;
use crate::view::count;
use crate::view::json::Source;

/// More owners than this are counted, not named.
const NAMED: usize = 3;

/// Puts files back as backups have them.
pub fn run(cx: &mut Context, args: &BackupRestoreArgs) -> Result<Exit, CommandError> {
    cx.look_in_project(args.place.project.as_deref())?;
    begin(cx, &args.write)?;
    let selection = Selection::new(args.place.scope, args.place.project.as_deref());
    let listing = listed(cx).map_err(Fault::failure)?;
    let backups: Vec<_> = listing.backups.iter().map(|it| selection.part_of(cx, it)).collect();
    let named = args.backup.as_deref();
    let names = names(&args.hosts);
    let named = named.map(|id| open(cx, id, &hint(&names))).transpose().map_err(Fault::failure)?;
    let named = named.map(|backup| selection.part_of(cx, &backup));
    let chosen = choose(cx, &names, named.as_ref(), &backups, &selection)?;
    for (_, backup) in chosen.iter().filter(|_| named.is_none()) {
        refuse_unread(backup, &listing.damaged, "name the one that you mean with --backup")
            .map_err(Fault::failure)?;
    }
    let mut faults = Vec::new();
    let mut targets = Vec::new();
    let mut noted = Some(Ledger::default());
    for (owner, backup) in &chosen {
        match put_back::targets(cx, backup, owner) {
            Ok(found) => {
                noted = noted.and_then(|noted| note(noted, backup, &found));
                targets.extend(found);
            }
            Err(fault) => faults.push(fault),
        }
    }
    CommandError::check(faults)?;
    let title = title(cx, &chosen, &selection);
    let plan =
        Plan { records: RecordPolicy::Restored(noted), targets, ..Plan::new("restore", title) };
    carry_out(cx, &plan, Some(&source(&chosen)), &args.write)?;
    Ok(Exit::Success)
}

/// Where the backups are shown among which one should choose.
fn hint(names: &[&str]) -> String {
    match names {
        [one] if *one != "all" => format!("`hatch mcp backup list {one}` shows what there is"),
        _ => "`hatch mcp backup list` shows what there is".to_owned(),
    }
}

/// Whose documents are put back, and from which backup.
type Chosen<'a> = Vec<(Owner, &'a Backup)>;

fn choose<'a>(
    cx: &Context,
    names: &[&str],
    named: Option<&'a Backup>,
    backups: &'a [Backup],
    selection: &Selection,
) -> Result<Chosen<'a>, CommandError> {
    let mut faults = Vec::new();
    let mut chosen = Chosen::new();
    for name in names {
        let found = if *name == "all" {
            everything(cx, named, backups, selection)
        } else {
            one(cx, name, named, backups, selection).map(|found| vec![found])
        };
        match found {
            Ok(found) => {
                for (owner, backup) in found {
                    if chosen.iter().all(|(other, _)| *other != owner) {
                        chosen.push((owner, backup));
                    }
                }
            }
            Err(fault) => faults.push(fault),
        }
    }
    if chosen.is_empty() && faults.is_empty() {
        faults.push(Fault::new("there is no host to restore").hint("name one, or `all`"));
    }
    CommandError::check(faults)?;
    Ok(chosen)
}

/// All that is in the backup that is named, or in the newest.
fn everything<'a>(
    cx: &Context,
    named: Option<&'a Backup>,
    backups: &'a [Backup],
    selection: &Selection,
) -> Result<Chosen<'a>, Fault> {
    let newest = || backups.iter().find(|backup| !backup.files.is_empty());
    let Some(backup) = named.or_else(newest) else {
        return Err(selection.hint(Fault::new(selection.of(cx, "there is no backup"))));
    };
    if backup.files.is_empty() && backup.cleaned.is_empty() {
        let what = format!("the backup `{}` has nothing of what is asked for", backup.id);
        return Err(selection.hint(Fault::new(what)));
    }
    Ok(backup.owners().into_iter().map(|owner| (owner.clone(), backup)).collect())
}

/// One owner, from the backup that is named or from its newest.
fn one<'a>(
    cx: &Context,
    name: &str,
    named: Option<&'a Backup>,
    backups: &'a [Backup],
    selection: &Selection,
) -> Result<(Owner, &'a Backup), Fault> {
    let owner = owner(cx, name, backups)?;
    let Some(backup) = named else {
        let newest = backups.iter().find(|backup| backup.has(&owner));
        let none = || {
            let label = selection.of(cx, &label(cx, &owner));
            selection.hint(Fault::new(format!("there is no backup of {label}")))
        };
        return newest.map(|backup| (owner.clone(), backup)).ok_or_else(none);
    };
    if backup.has(&owner) {
        return Ok((owner, backup));
    }
    let cleaned = backup.cleaned.contains(&owner);
    let why = if cleaned { ": its copies were cleaned away" } else { "" };
    let what = selection.of(cx, &owner.to_string());
    let fault = Fault::new(format!("the backup `{}` has nothing of {what}{why}", backup.id));
    Err(selection.hint(fault.hint(hint(&[name]))))
}

/// Adds what was noted of documents when their backup was made. Of the older tool's backups
/// that is not known, and then nothing is taken for known.
fn note(mut noted: Ledger, backup: &Backup, targets: &[TargetPlan]) -> Option<Ledger> {
    let destinations = targets.iter().filter_map(TargetPlan::destination);
    noted.extend(backup.run()?.ledger.only(destinations));
    Some(noted)
}

fn title(cx: &Context, chosen: &Chosen<'_>, selection: &Selection) -> String {
    let labels: Vec<_> = chosen.iter().map(|(owner, _)| label(cx, owner)).collect();
    let what = if labels.len() <= NAMED { labels.join(", ") } else { counted(chosen) };
    let what = selection.of(cx, &what);
    match ids(chosen).as_slice() {
        [one] => format!("Restore {what} from the backup {one}"),
        _ if labels.len() <= NAMED => {
            let each = chosen.iter().zip(&labels);
            let each: Vec<_> =
                each.map(|((_, backup), label)| format!("{label} from {}", backup.id)).collect();
            format!("Restore {}", each.join(", "))
        }
        _ => format!("Restore {what}, each from its newest backup"),
    }
}

fn counted(chosen: &Chosen<'_>) -> String {
    let hosts = chosen.iter().filter(|(owner, _)| owner.host().is_some()).count();
    let environments = chosen.len() - hosts;
    let parts = [(hosts, "host"), (environments, "environment")];
    let parts = parts.into_iter().filter(|(number, _)| *number > 0);
    parts.map(|(number, noun)| count(number, noun)).collect::<Vec<_>>().join(" and ")
}

fn source(chosen: &Chosen<'_>) -> Source {
    match ids(chosen).as_slice() {
        [one] => Source::Backup(one.clone()),
        several => Source::Backups(several.to_vec()),
    }
}

/// The backups that are used, each once.
fn ids(chosen: &Chosen<'_>) -> Vec<String> {
    let mut ids: Vec<String> = Vec::new();
    for (_, backup) in chosen {
        let id = backup.id.to_string();
        if !ids.contains(&id) {
            ids.push(id);
        }
    }
    ids
}
