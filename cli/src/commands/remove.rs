//! `hatch mcp remove`.

use hatch_core::adapter::{Edit, Reading};
use hatch_core::plan::Plan;
use hatch_core::plan::planner::{self, Target};
use hatch_core::plan::prepare::Preparation;
use hatch_core::server::ServerName;
use hatch_core::suggest::nearest;

use super::planning::{self, on_hosts};
use super::server::server_name;
use super::targets::{self, Absent};
use super::write::{begin, carry_out};
use crate::args::remove::{RemoveHostArgs, RemoveServerArgs};
use crate::context::Context;
use crate::error::{CommandError, Fault, did_you_mean};
use crate::exit::Exit;

/// Takes one server away from hosts.
pub fn server(cx: &mut Context, args: &RemoveServerArgs) -> Result<Exit, CommandError> {
    cx.look_in(&args.place);
    begin(cx, &args.write)?;
    let name = server_name(&args.server).map_err(Fault::usage)?;
    let scope = args.place.scope.into();
    let targets = targets::resolve(cx, &args.hosts, None, scope, Absent::Fail);
    let targets = targets.map_err(|faults| CommandError { exit: Exit::Failure, faults })?;
    let (having, without): (Vec<_>, Vec<_>) =
        targets.into_iter().partition(|target| entries(target).any(|it| it == name.as_str()));
    if having.is_empty() {
        return Err(nowhere(&name, &without).failure());
    }
    for target in without {
        let id = target.host.id.as_str();
        if args.hosts.iter().any(|named| named.trim() == id) {
            cx.output.note(&format!("{id} has no server named `{name}`"));
        }
    }
    let planned = planning::each(cx, &having, |target| {
        planner::edit(target, [Edit::Remove(name.clone())], Preparation::default())
    })?;
    let title = format!("Remove `{name}` from {}", on_hosts(&planned));
    let plan = Plan { targets: planned, ..Plan::new("remove server", title) };
    carry_out(cx, &plan, None, &args.write)?;
    Ok(Exit::Success)
}

/// Takes every server away from a host.
pub fn host(cx: &mut Context, args: &RemoveHostArgs) -> Result<Exit, CommandError> {
    cx.look_in(&args.place);
    begin(cx, &args.write)?;
    let name = std::slice::from_ref(&args.host);
    let targets = targets::resolve(cx, name, None, args.place.scope.into(), Absent::Fail);
    let targets = targets.map_err(|faults| CommandError { exit: Exit::Failure, faults })?;
    let mut planned = planning::each(cx, &targets, |target| {
        let names: Vec<_> = entries(target).filter_map(ServerName::new).collect();
        planner::edit(target, names.into_iter().map(Edit::Remove), Preparation::default())
    })?;
    for (target, planned) in targets.iter().zip(&mut planned) {
        planned.warnings.extend(that_stay(&target.configuration.reading));
    }
    let title = format!("Remove every server from {}", on_hosts(&planned));
    let plan = Plan { targets: planned, ..Plan::new("remove host", title) };
    carry_out(cx, &plan, None, &args.write)?;
    Ok(Exit::Success)
}

/// The names of all entries that are servers, or should be.
fn entries(target: &Target) -> impl Iterator<Item = &str> {
    let reading = &target.configuration.reading;
    let unreadable = reading.unreadable.iter().map(|entry| entry.name.as_str());
    reading.servers.iter().map(|server| server.name.as_str()).chain(unreadable)
}

/// What is in the same place and is no server.
fn that_stay(reading: &Reading) -> Option<String> {
    let names: Vec<_> = reading.foreign.iter().map(|name| format!("`{name}`")).collect();
    (!names.is_empty()).then(|| format!("not servers, and left alone: {}", names.join(", ")))
}

fn nowhere(name: &ServerName, targets: &[Target]) -> Fault {
    let mut known: Vec<String> = targets.iter().flat_map(entries).map(str::to_owned).collect();
    known.sort();
    known.dedup();
    let hosts: Vec<_> = targets.iter().map(|target| target.host.id.as_str()).collect();
    let is_foreign = |target: &&Target| {
        target.configuration.reading.foreign.iter().any(|entry| entry == name.as_str())
    };
    if let Some(target) = targets.iter().find(is_foreign) {
        let host = &target.host.id;
        return Fault::new(format!("`{name}` is on {host}, and is not a server"));
    }
    let hint = did_you_mean(&nearest(name.as_str(), &known))
        .unwrap_or_else(|| "`hatch mcp list servers` shows which host has what".to_owned());
    Fault::new(format!("there is no server named `{name}` on {}", hosts.join(", "))).hint(hint)
}
