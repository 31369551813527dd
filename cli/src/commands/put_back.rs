//! What becomes of documents that are put back as a backup has them.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use hatch_core::backup::{Backup, BackupFile, Catalogue};
use hatch_core::environment::EnvironmentName;
use hatch_core::location::Location;
use hatch_core::owner::Owner;
use hatch_core::plan::{FilePlan, TargetPlan, whole};
use hatch_core::registry::Host;
use hatch_core::store::Reader;

use super::backup::{place, scope};
use super::host_fault;
use crate::context::Context;
use crate::error::Fault;

/// Where a document belongs, and what is to be there.
type Placed = (PathBuf, Option<Vec<u8>>);

/// What happens to an owner's documents: the user's, and each project's on their own. It is
/// planned on bytes: a file that cannot be read any more is the very reason to put an older
/// one back.
pub fn targets(cx: &Context, backup: &Backup, owner: &Owner) -> Result<Vec<TargetPlan>, Fault> {
    match owner {
        Owner::Host(id) => {
            let host = cx.registry.get(id.as_str()).map_err(|error| {
                Fault::of(&error)
                    .hint(format!("its copies are in `{}`, to be put back by hand", backup.folder))
            })?;
            let mut by_project: BTreeMap<Option<PathBuf>, Vec<&BackupFile>> = BTreeMap::new();
            for file in backup.files.iter().filter(|file| &file.owner == owner) {
                by_project.entry(scope::project_of(cx, file)).or_default().push(file);
            }
            let target = |(project, copies): (Option<PathBuf>, Vec<_>)| {
                let placed = contents(cx, backup, owner, &copies)?;
                let files = files(cx, host, project.as_deref(), placed)?;
                Ok(TargetPlan { project, ..whole::host(host, files) })
            };
            by_project.into_iter().map(target).collect()
        }
        Owner::Environment(name) => {
            let copies: Vec<_> = backup.files.iter().filter(|file| &file.owner == owner).collect();
            let after = contents(cx, backup, owner, &copies)?;
            let after = after.into_iter().find_map(|(_, bytes)| bytes);
            let (location, before) = read(cx, name)?;
            Ok(vec![whole::environment(name.clone(), FilePlan { location, before, after })])
        }
    }
}

fn read(cx: &Context, name: &EnvironmentName) -> Result<(Location, Option<Vec<u8>>), Fault> {
    let found = cx
        .environment_file(name.as_str())
        .and_then(|location| cx.store.read(&location).map(|bytes| (location, bytes)));
    found.map_err(|error| Fault::because(format!("environment `{name}` can't be read"), &error))
}

/// What the backup has of an owner's files, each copy checked.
fn contents(
    cx: &Context,
    backup: &Backup,
    owner: &Owner,
    files: &[&BackupFile],
) -> Result<Vec<Placed>, Fault> {
    let catalogue = Catalogue::new(&cx.store, &cx.home);
    let placed = |file: &&BackupFile| {
        let content = catalogue.content(backup, file).map_err(|error| {
            Fault::because(format!("the backup `{}` can't be used", backup.id), &error)
        })?;
        let unknown =
            || Fault::new(format!("where `{}` of {owner} belongs is not known here", content.name));
        Ok((place(cx, file).ok_or_else(unknown)?, content.bytes))
    };
    files.iter().map(placed).collect()
}

/// All documents of a host where the backup's are among those that it has now; of the others,
/// which the run did not change, each stays. Where they are not, they are what the backup has.
fn files(
    cx: &Context,
    host: &Host,
    project: Option<&Path>,
    mut placed: Vec<Placed>,
) -> Result<Vec<FilePlan>, Fault> {
    let places = cx.places_in(host, project).unwrap_or_default();
    let is_here = |(path, _): &Placed| places.iter().any(|place| &place.path == path);
    if !placed.iter().all(is_here) {
        return placed
            .into_iter()
            .map(|(path, after)| file(cx, host, &path, Some(after)))
            .collect();
    }
    let documents = places.into_iter().map(|place| place.path);
    documents
        .map(|path| {
            let at = placed.iter().position(|(other, _)| *other == path);
            let after = at.map(|at| placed.remove(at).1);
            file(cx, host, &path, after)
        })
        .collect()
}

/// One document; without an `after` it stays.
fn file(
    cx: &Context,
    host: &Host,
    path: &Path,
    after: Option<Option<Vec<u8>>>,
) -> Result<FilePlan, Fault> {
    let found = cx.document(host, path).map_err(|error| host_fault(host, &error))?;
    let after = after.unwrap_or_else(|| found.bytes.clone());
    Ok(FilePlan { location: found.location, before: found.bytes, after })
}
