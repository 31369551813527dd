//! Which hosts a command writes to, and where.

use hatch_core::host::{HostId, Scope};
use hatch_core::locate::{LocateError, Place};
use hatch_core::plan::planner::Target;
use hatch_core::registry::Host;

use super::{host, host_fault};
use crate::context::Context;
use crate::error::Fault;

/// What to do about a host whose file does not exist, nor the folder for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Absent {
    /// Say where it was looked for.
    Fail,
    /// Say so, and that `--create` writes it.
    Offer,
    /// Write its file all the same.
    Create,
}

impl Absent {
    /// Of a command that has `--create`.
    pub fn of(create: bool) -> Self {
        if create { Absent::Create } else { Absent::Offer }
    }
}

/// What to do about a host that is not there.
pub const LOOKED_FOR: &str = "`hatch mcp discover hosts` shows where each was looked for";

/// A host's places, if it is there.
pub fn available(cx: &Context, host: &Host, scope: Scope) -> Result<Vec<Place>, Fault> {
    let places = cx.places(host, scope);
    let places = places.map_err(|error| host_fault(host, &error.into()))?;
    match places.iter().find(|place| !place.exists && !place.folder_exists) {
        None => Ok(places),
        Some(place) => Err(missing(cx, host, scope, place)),
    }
}

/// A file that does not exist. A project without one does not mean that the host is missing.
fn missing(cx: &Context, host: &Host, scope: Scope, place: &Place) -> Fault {
    let (name, id, path) = (host.name(), &host.id, cx.roots.shown(&place.path));
    Fault::new(match scope {
        Scope::User => format!("{name} ({id}) is not on this machine: there is no `{path}`"),
        Scope::Project => {
            format!("{name} ({id}) has no file in this project: it would be `{path}`")
        }
    })
}

/// What `--create` does about a missing file.
fn offer(scope: Scope) -> &'static str {
    match scope {
        Scope::User => "--create writes its file all the same",
        Scope::Project => "--create creates it",
    }
}

/// The targets of a command line, read. `source` is never one of them.
pub fn resolve(
    cx: &Context,
    names: &[String],
    source: Option<&HostId>,
    scope: Scope,
    absent: Absent,
) -> Result<Vec<Target>, Vec<Fault>> {
    let mut faults = Vec::new();
    let mut hosts: Vec<(Host, Vec<Place>)> = Vec::new();
    for name in names.iter().map(|name| name.trim()).filter(|name| !name.is_empty()) {
        if name == "all" {
            add_all(cx, scope, source, absent, &mut hosts, &mut faults);
            continue;
        }
        match named(cx, name, source, scope, absent) {
            Ok(found) => add(&mut hosts, found),
            Err(fault) => faults.push(fault),
        }
    }
    if hosts.is_empty() && faults.is_empty() {
        faults.push(no_host(cx, scope, absent));
    }
    let mut targets = Vec::new();
    for (host, places) in hosts {
        mention_others(cx, &host, &places);
        match cx.configuration(&host, &places) {
            Ok(configuration) => {
                targets.push(Target { host, configuration, project: cx.project(scope) });
            }
            Err(error) => faults.push(host_fault(&host, &error)),
        }
    }
    faults.extend(shared_file(&targets));
    if faults.is_empty() { Ok(targets) } else { Err(faults) }
}

/// No host has a file where `all` looks for one.
fn no_host(cx: &Context, scope: Scope, absent: Absent) -> Fault {
    let fault = match scope {
        Scope::User => Fault::new("there is no host to write to"),
        Scope::Project => {
            let project = cx.roots.shown(&cx.roots.project);
            Fault::new(format!("no host has a file in the project `{project}`"))
        }
    };
    match absent {
        Absent::Offer if scope == Scope::Project => {
            fault.hint("--create creates one for each host that keeps project files")
        }
        _ => fault.hint(LOOKED_FOR),
    }
}

/// Every host but the source: those that are available, or with `--create` all that have a
/// file of this scope.
fn add_all(
    cx: &Context,
    scope: Scope,
    source: Option<&HostId>,
    absent: Absent,
    hosts: &mut Vec<(Host, Vec<Place>)>,
    faults: &mut Vec<Fault>,
) {
    for host in cx.registry.hosts().iter().filter(|host| Some(&host.id) != source) {
        match cx.places(host, scope) {
            Ok(places)
                if absent == Absent::Create
                    || places.iter().all(|place| place.exists || place.folder_exists) =>
            {
                add(hosts, (host.clone(), places));
            }
            Err(error @ LocateError::BadPointer { .. }) => {
                faults.push(host_fault(host, &error.into()));
            }
            _ => {}
        }
    }
}

fn named(
    cx: &Context,
    name: &str,
    source: Option<&HostId>,
    scope: Scope,
    absent: Absent,
) -> Result<(Host, Vec<Place>), Fault> {
    let host = host(cx, name)?;
    if Some(&host.id) == source {
        return Err(Fault::new(format!("`{name}` is the source, and can't be a target too")));
    }
    let places = match absent {
        Absent::Create => {
            cx.places(host, scope).map_err(|error| host_fault(host, &error.into()))?
        }
        Absent::Offer => available(cx, host, scope).map_err(|fault| fault.hint(offer(scope)))?,
        Absent::Fail => available(cx, host, scope).map_err(|fault| fault.hint(LOOKED_FOR))?,
    };
    Ok((host.clone(), places))
}

fn add(hosts: &mut Vec<(Host, Vec<Place>)>, found: (Host, Vec<Place>)) {
    if hosts.iter().all(|(host, _)| host.id != found.0.id) {
        hosts.push(found);
    }
}

/// Two hosts whose files are one, through a link, can't both be planned for.
fn shared_file(targets: &[Target]) -> Option<Fault> {
    let path = |target: &Target| target.configuration.location().path().to_owned();
    for (at, target) in targets.iter().enumerate() {
        if let Some(other) = targets[..at].iter().find(|other| path(other) == path(target)) {
            return Some(
                Fault::new(format!(
                    "`{}` and `{}` keep their servers in one file, `{}`",
                    other.host.id,
                    target.host.id,
                    target.configuration.location()
                ))
                .hint("name one of them"),
            );
        }
    }
    None
}

/// Says where else a host might look.
fn mention_others(cx: &Context, host: &Host, places: &[Place]) {
    for place in places.iter().filter(|place| !place.also.is_empty()) {
        let others: Vec<_> = place.also.iter().map(|path| cx.roots.shown(path)).collect();
        cx.output.warn(&format!(
            "{} has more than one folder: `{}` is used, not {}",
            host.name(),
            cx.roots.shown(&place.path),
            others.join(", ")
        ));
    }
}
