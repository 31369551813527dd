//! What becomes of documents that are put back as a backup has them.

use std::path::{Path, PathBuf};

use hatch_core::backup::{Backup, Catalogue};
use hatch_core::environment::EnvironmentName;
use hatch_core::host::Scope;
use hatch_core::location::Location;
use hatch_core::owner::Owner;
use hatch_core::plan::{FilePlan, TargetPlan, whole};
use hatch_core::registry::Host;
use hatch_core::store::Reader;

use super::backup::place;
use super::host_fault;
use crate::context::Context;
use crate::error::Fault;

/// Where a document belongs, and what is to be there.
type Placed = (PathBuf, Option<Vec<u8>>);

/// What becomes of an owner's documents. It is planned on bytes: a file that can't be read
/// any more is the very reason to put an older one back.
pub fn target(cx: &Context, backup: &Backup, owner: &Owner) -> Result<TargetPlan, Fault> {
    match owner {
        Owner::Host(id) => {
            let host = cx.registry.get(id.as_str()).map_err(|error| {
                Fault::of(&error)
                    .hint(format!("its copies are in `{}`, to be put back by hand", backup.folder))
            })?;
            let files = files(cx, host, contents(cx, backup, owner)?)?;
            Ok(whole::host(host, files))
        }
        Owner::Environment(name) => {
            let after = contents(cx, backup, owner)?.into_iter().find_map(|(_, bytes)| bytes);
            let (location, before) = read(cx, name)?;
            Ok(whole::environment(name.clone(), FilePlan { location, before, after }))
        }
    }
}

fn read(cx: &Context, name: &EnvironmentName) -> Result<(Location, Option<Vec<u8>>), Fault> {
    let found = cx
        .environment_file(name.as_str())
        .and_then(|location| cx.store.read(&location).map(|bytes| (location, bytes)));
    found.map_err(|error| Fault::because(format!("environment `{name}` can't be read"), &error))
}

/// What the backup has of an owner, each copy checked.
fn contents(cx: &Context, backup: &Backup, owner: &Owner) -> Result<Vec<Placed>, Fault> {
    let catalogue = Catalogue::new(&cx.store, &cx.home);
    let files = backup.files.iter().filter(|file| &file.owner == owner);
    let placed = |file| {
        let content = catalogue.content(backup, file).map_err(|error| {
            Fault::because(format!("the backup `{}` can't be used", backup.id), &error)
        })?;
        let unknown =
            || Fault::new(format!("where `{}` of {owner} belongs is not known here", content.name));
        Ok((place(cx, file).ok_or_else(unknown)?, content.bytes))
    };
    files.map(placed).collect()
}

/// All documents of a host where the backup's are among those that it has now; of the others,
/// which the run did not change, each stays. Where they are not, they are what the backup has.
fn files(cx: &Context, host: &Host, mut placed: Vec<Placed>) -> Result<Vec<FilePlan>, Fault> {
    let documents = [Scope::User, Scope::Project].into_iter().find_map(|scope| {
        let places = cx.places(host, scope).ok()?;
        let is_here = |(path, _): &Placed| places.iter().any(|place| &place.path == path);
        placed.iter().all(is_here).then(|| places.into_iter().map(|place| place.path))
    });
    let Some(documents) = documents else {
        return placed
            .into_iter()
            .map(|(path, after)| file(cx, host, &path, Some(after)))
            .collect();
    };
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
