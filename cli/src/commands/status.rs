//! `hatch mcp status`.

use std::collections::BTreeSet;

use hatch_core::host::Scope;
use hatch_core::managed::Managed;
use hatch_core::plan::planner::Target;
use hatch_core::registry::Host;
use hatch_core::source::{Origin, Source};
use hatch_core::status::{State, compare};

use super::host_fault;
use super::read::{Wanted, mention_unreadable};
use super::targets::available;
use crate::args::status::StatusArgs;
use crate::context::Context;
use crate::error::{CommandError, Fault};
use crate::exit::Exit;
use crate::view::json::Unreadable;
use crate::view::json_show::{Status, StatusRow};
use crate::view::table::Table;
use crate::view::{count, plural};

/// How what hosts have compares with the environments that it came from.
pub fn run(cx: &Context, args: &StatusArgs) -> Result<Exit, CommandError> {
    cx.mention_unfinished();
    let hosts = Wanted::new(args.host.as_deref())?;
    let wanted = args.env.as_deref().map(|name| cx.environment_origin(name));
    if let Some(name) = &args.env {
        cx.environment(name).map_err(Fault::failure)?;
    }
    let managed = cx.managed().map_err(|error| Fault::of(&error).failure())?;
    let mut rows = Vec::new();
    let mut unreadable = Vec::new();
    for host in cx.registry.hosts() {
        if !hosts.has(host.id.as_str())? {
            continue;
        }
        let environments = environments(&managed, host);
        for name in environments.iter().filter(|name| wanted.as_ref().is_none_or(|it| it == *name))
        {
            match states(cx, host, name, &managed) {
                Ok(found) => rows.extend(found),
                Err(fault) => unreadable.push(Unreadable {
                    host: host.id.to_string(),
                    server: None,
                    reason: fault.one_line(),
                }),
            }
        }
    }
    let in_sync = unreadable.is_empty() && rows.iter().all(|row| row.state.is_in_sync());
    let status = Status { schema: "hatch.status/1", in_sync, rows, unreadable };
    match args.json {
        true => cx.output.json(&status)?,
        false => show(cx, &status)?,
    }
    Ok(if args.check && !status.in_sync { Exit::NotInSync } else { Exit::Success })
}

/// The environments that a host has servers from.
fn environments(managed: &Managed, host: &Host) -> BTreeSet<String> {
    let records = managed.of(&host.id).filter_map(|(_, record)| record.environment());
    records.map(str::to_owned).collect()
}

fn states(
    cx: &Context,
    host: &Host,
    name: &str,
    managed: &Managed,
) -> Result<Vec<StatusRow>, Fault> {
    let shown = cx.environment_shown(name);
    let environment = cx.environment(name)?;
    let places = available(cx, host, Scope::User)?;
    let configuration =
        cx.configuration(host, &places).map_err(|error| host_fault(host, &error))?;
    let target = Target { host: host.clone(), configuration };
    let source = Source::Environment { name: name.to_owned(), shown, environment };
    let states = compare(&source, &target, managed).map_err(|error| {
        Fault::because(format!("{} ({}) can't be compared", host.name(), host.id), &error)
    })?;
    let Origin::Environment(environment) = source.origin() else { return Ok(Vec::new()) };
    let row = |(server, state): (hatch_core::server::ServerName, State)| StatusRow {
        host: host.id.to_string(),
        server: server.to_string(),
        environment: environment.clone(),
        state,
    };
    Ok(states.into_iter().map(row).collect())
}

fn show(cx: &Context, status: &Status) -> Result<(), CommandError> {
    if status.rows.is_empty() && status.unreadable.is_empty() {
        return cx.output.print("No host has a server from an environment yet.\n");
    }
    let mut table = Table::new(&["Server", "Host", "Environment", "State"]);
    for row in &status.rows {
        let environment = cx.environment_shown(&row.environment);
        table.row([row.server.clone(), row.host.clone(), environment, words(row.state).to_owned()]);
    }
    if !status.rows.is_empty() {
        cx.output.print(&table.render(cx.output.width))?;
    }
    mention_unreadable(cx, &status.unreadable);
    let out = status.rows.iter().filter(|row| !row.state.is_in_sync()).count();
    let text = match (out, status.in_sync) {
        (_, true) => "\nEverything is in sync.\n".to_owned(),
        (0, false) => String::new(),
        _ => format!("\n{} {} not in sync.\n", count(out, "server"), plural(out, "is", "are")),
    };
    cx.output.print(&text)
}

fn words(state: State) -> &'static str {
    match state {
        State::InSync => "in sync",
        State::ChangedHere => "changed on the host",
        State::ChangedInEnvironment => "changed in the environment",
        State::ChangedInBoth => "changed in both",
        State::Missing => "missing on the host",
        State::Gone => "gone from the environment",
        State::NotThereYet => "not there yet",
    }
}
