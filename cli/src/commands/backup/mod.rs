//! `hatch mcp backup`.

pub mod clean;
pub mod create;
pub mod list;
pub mod restore;
pub mod scope;
pub mod show;

use hatch_core::backup::{
    Backup, BackupError, BackupFile, BackupId, Catalogue, Damaged, Listing, Taken,
};
use hatch_core::environment::EnvironmentName;
use hatch_core::host::Scope;
use hatch_core::owner::Owner;
use hatch_core::store::Reader;

use super::host;
use crate::context::Context;
use crate::error::Fault;

/// What the older tool's backups say of their command.
const OLDER: &str = "older hatch";

/// All backups, the newest first. What can't be read is warned of.
pub fn all(cx: &Context) -> Result<Vec<Backup>, Fault> {
    Ok(listed(cx)?.backups)
}

/// As [`all`], with those that can't be read.
pub fn listed(cx: &Context) -> Result<Listing, Fault> {
    let listing = Catalogue::new(&cx.store, &cx.home).list().map_err(|it| Fault::of(&it))?;
    for damaged in &listing.damaged {
        cx.output.warn(&format!("a backup is left out: {}", damaged.error));
    }
    Ok(listing)
}

/// Refuses to take a backup for the newest where a newer one can't be read: it may be the one
/// that is meant.
pub fn refuse_unread(taken: &Backup, damaged: &[Damaged], hint: &str) -> Result<(), Fault> {
    let Some(newer) = damaged.iter().find(|it| it.may_be_newer_than(taken)) else {
        return Ok(());
    };
    let what = format!("the newest backup can't be told: `{}` can't be read", newer.id);
    Err(Fault::because(what, &newer.error).hint(hint))
}

/// The backup that a person names.
pub fn open(cx: &Context, id: &str, hint: &str) -> Result<Backup, Fault> {
    let opened = Catalogue::new(&cx.store, &cx.home).open(&BackupId::new(id));
    opened.map_err(|error| match &error {
        BackupError::Ambiguous { alike, .. } => {
            let some: Vec<_> = alike.iter().take(3).map(|it| format!("`{it}`")).collect();
            let more = if alike.len() > 3 { ", ..." } else { "" };
            Fault::of(&error).hint(format!("say more of it: {}{more}", some.join(", ")))
        }
        _ => Fault::of(&error).hint(hint),
    })
}

/// Whose documents a name stands for. A host that hatch no longer knows may have backups.
pub fn owner(cx: &Context, name: &str, backups: &[Backup]) -> Result<Owner, Fault> {
    let name = name.trim();
    match Owner::parse(name) {
        Ok(owner) if backups.iter().any(|backup| backup.has(&owner)) => Ok(owner),
        Ok(Owner::Environment(name)) => existing_environment(cx, name),
        _ if name.starts_with("env:") => {
            let name = name.trim_start_matches("env:");
            let name = EnvironmentName::new(name).map_err(|error| Fault::of(&error))?;
            existing_environment(cx, name)
        }
        _ => Ok(Owner::Host(host(cx, name)?.id.clone())),
    }
}

/// An environment whose file is there.
fn existing_environment(cx: &Context, name: EnvironmentName) -> Result<Owner, Fault> {
    let known = cx.environment_names().map_err(|error| Fault::of(&error))?;
    if known.iter().any(|it| it == name.as_str()) {
        return Ok(Owner::Environment(name));
    }
    Err(cx.no_environment(name.as_str()))
}

/// Names of a command line: without blanks, each once.
pub fn names(list: &[String]) -> Vec<&str> {
    let mut names = Vec::new();
    for name in list.iter().map(|name| name.trim()).filter(|name| !name.is_empty()) {
        if !names.contains(&name) {
            names.push(name);
        }
    }
    names
}

/// What a person calls an owner: `Cursor (cursor)`, or as a word in a sentence.
pub fn label(cx: &Context, owner: &Owner) -> String {
    match owner {
        Owner::Host(id) => match cx.registry.get(id.as_str()) {
            Ok(host) => format!("{} ({id})", host.name()),
            Err(_) => id.to_string(),
        },
        Owner::Environment(name) => format!("environment `{name}`"),
    }
}

/// The size of a file's copy, if there is one. The older tool wrote no sizes down.
fn copy_size(cx: &Context, file: &BackupFile) -> Option<u64> {
    file.size.or_else(|| {
        let copy = cx.store.read(file.copy.as_ref()?).ok()??;
        u64::try_from(copy.len()).ok()
    })
}

/// When a backup was made, as it is shown.
fn made(backup: &Backup) -> String {
    match backup.taken {
        Taken::At(moment) => format!("{moment:.0}"),
        Taken::Local(time) => format!("{time:.0}"),
    }
}

/// The command that made a backup.
fn command(backup: &Backup) -> String {
    backup.run().map_or(OLDER.to_owned(), |run| run.command.clone())
}

/// Where a file of a backup belongs; `None` where no host says so.
pub fn place(cx: &Context, file: &BackupFile) -> Option<std::path::PathBuf> {
    match (&file.location, &file.owner) {
        (_, Owner::Environment(name)) => Some(cx.home.environment(name.as_str()).path().to_owned()),
        (Some(location), Owner::Host(_)) => Some(cx.as_written(location)),
        (None, Owner::Host(id)) => {
            let host = cx.registry.get(id.as_str()).ok()?;
            let places = cx.places(host, Scope::User).ok()?;
            let paths = || places.iter().map(|place| &place.path);
            let same = paths().find(|path| path.file_name().is_some_and(|it| *it == *file.name));
            same.or_else(|| paths().next()).cloned()
        }
    }
}
