//! `hatch mcp backup restore`.

use hatch_core::backup::Backup;
use hatch_core::ledger::Ledger;
use hatch_core::owner::Owner;
use hatch_core::plan::{Plan, RecordPolicy};

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
pub fn run(cx: &Context, args: &BackupRestoreArgs) -> Result<Exit, CommandError> {
    begin(cx, &args.write)?;
    let listing = listed(cx).map_err(Fault::failure)?;
    let backups = listing.backups;
    let named = args.backup.as_deref();
    let names = names(&args.hosts);
    let named = named.map(|id| open(cx, id, &hint(&names))).transpose().map_err(Fault::failure)?;
    let chosen = choose(cx, &names, named.as_ref(), &backups)?;
    for (_, backup) in chosen.iter().filter(|_| named.is_none()) {
        refuse_unread(backup, &listing.damaged, "name the one that you mean with --backup")
            .map_err(Fault::failure)?;
    }
    let mut faults = Vec::new();
    let mut targets = Vec::new();
    for (owner, backup) in &chosen {
        match put_back::target(cx, backup, owner) {
            Ok(target) => targets.push(target),
            Err(fault) => faults.push(fault),
        }
    }
    CommandError::check(faults)?;
    let records = RecordPolicy::Restored(noted(&chosen));
    let plan = Plan { records, targets, ..Plan::new("restore", title(cx, &chosen)) };
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
) -> Result<Chosen<'a>, CommandError> {
    let mut faults = Vec::new();
    let mut chosen = Chosen::new();
    for name in names {
        let found = if *name == "all" {
            everything(named, backups)
        } else {
            one(cx, name, named, backups).map(|found| vec![found])
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
fn everything<'a>(named: Option<&'a Backup>, backups: &'a [Backup]) -> Result<Chosen<'a>, Fault> {
    let backup = named.or(backups.first()).ok_or_else(|| Fault::new("there is no backup"))?;
    Ok(backup.owners().into_iter().map(|owner| (owner.clone(), backup)).collect())
}

/// One owner, from the backup that is named or from its newest.
fn one<'a>(
    cx: &Context,
    name: &str,
    named: Option<&'a Backup>,
    backups: &'a [Backup],
) -> Result<(Owner, &'a Backup), Fault> {
    let owner = owner(cx, name, backups)?;
    let Some(backup) = named else {
        let newest = backups.iter().find(|backup| backup.has(&owner));
        let none = || Fault::new(format!("there is no backup of {}", label(cx, &owner)));
        return newest.map(|backup| (owner.clone(), backup)).ok_or_else(none);
    };
    if backup.has(&owner) {
        return Ok((owner, backup));
    }
    let cleaned = backup.cleaned.contains(&owner);
    let why = if cleaned { ": its copies were cleaned away" } else { "" };
    Err(Fault::new(format!("the backup `{}` has nothing of {owner}{why}", backup.id))
        .hint(hint(&[name])))
}

/// What was noted of the hosts when the backups were made. Of the older tool's nobody knows,
/// and then nothing is taken for known.
fn noted(chosen: &Chosen<'_>) -> Option<Ledger> {
    let mut noted = Ledger::default();
    for (owner, backup) in chosen {
        noted.extend(backup.run()?.ledger.of_hosts(&Vec::from_iter(owner.host())));
    }
    Some(noted)
}

fn title(cx: &Context, chosen: &Chosen<'_>) -> String {
    let labels: Vec<_> = chosen.iter().map(|(owner, _)| label(cx, owner)).collect();
    let what = if labels.len() <= NAMED { labels.join(", ") } else { counted(chosen) };
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
