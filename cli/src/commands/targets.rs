//! Which hosts a command writes to, and where.

use hatch_core::host::{HostId, Scope};
use hatch_core::locate::{LocateError, Place};
use hatch_core::plan::planner::Target;
use hatch_core::registry::Host;

use super::{host, host_fault};
use crate::context::Context;
use crate::error::Fault;

/// What to do about a host that is named and not on this machine.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Absent {
    /// Say where it was looked for.
    Fail,
    /// Write its file all the same.
    Create,
}

/// What to do about a host that is not there.
pub const LOOKED_FOR: &str = "`hatch mcp discover hosts` shows where each was looked for";

/// A host's places, if it is there.
pub fn available(cx: &Context, host: &Host, scope: Scope) -> Result<Vec<Place>, Fault> {
    let places = cx.places(host, scope);
    let places = places.map_err(|error| host_fault(host, &error.into()))?;
    match places.iter().find(|place| !place.exists && !place.folder_exists) {
        None => Ok(places),
        Some(place) => Err(Fault::new(format!(
            "{} ({}) is not on this machine: there is no `{}`",
            host.name(),
            host.id,
            cx.roots.shown(&place.path)
        ))),
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
            add_all(cx, scope, source, &mut hosts, &mut faults);
            continue;
        }
        match named(cx, name, source, scope, absent) {
            Ok(found) => add(&mut hosts, found),
            Err(fault) => faults.push(fault),
        }
    }
    if hosts.is_empty() && faults.is_empty() {
        faults.push(Fault::new("there is no host to write to").hint(LOOKED_FOR));
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

/// Every available host but the source.
fn add_all(
    cx: &Context,
    scope: Scope,
    source: Option<&HostId>,
    hosts: &mut Vec<(Host, Vec<Place>)>,
    faults: &mut Vec<Fault>,
) {
    for host in cx.registry.hosts().iter().filter(|host| Some(&host.id) != source) {
        match cx.places(host, scope) {
            Ok(places) if places.iter().all(|place| place.exists || place.folder_exists) => {
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
        Absent::Fail => available(cx, host, scope)
            .map_err(|fault| fault.hint("--create writes its file all the same"))?,
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
