//! `hatch mcp sync`.

mod conflicts;

use std::collections::{BTreeMap, BTreeSet};

use hatch_core::filter::{Filter, FilterError};
use hatch_core::plan::conflict::HostServers;
use hatch_core::plan::planner::{self, Target};
use hatch_core::plan::prepare::Bridge;
use hatch_core::plan::{Plan, conflict};
use hatch_core::server::ServerName;
use hatch_core::source::Source;

use super::planning::{exit, unplanned};
use super::targets::{self, Absent, LOOKED_FOR, available};
use super::write::{begin, carry_out};
use super::{apply, host, host_fault, lookup, pattern, read};
use crate::args::sync::SyncArgs;
use crate::context::Context;
use crate::error::{CommandError, Fault, did_you_mean};
use crate::exit::Exit;
use crate::view::json;

/// Resolves, plans, previews, confirms, applies and reports.
pub fn run(cx: &mut Context, args: &SyncArgs) -> Result<Exit, CommandError> {
    cx.look_in(&args.place);
    begin(cx, &args.write)?;
    let request = Request::resolve(cx, args)?;
    let plan = request.decided_plan(cx, args)?;
    args.fit.check(&plan)?;
    let origin = request.source.origin();
    if let Some(out) = &args.out {
        apply::save(cx, &plan, origin, args.place.scope.into(), out, &args.write)?;
    } else {
        carry_out(cx, &plan, Some(&json::Source::from(&origin)), &args.write)?;
    }
    Ok(exit(&plan))
}

/// A command line with every name resolved.
struct Request {
    source: Source,
    selected: Vec<ServerName>,
    targets: Vec<Target>,
    bridge: Option<Bridge>,
    /// Where commands are, for `--absolute-commands`.
    commands: Option<BTreeMap<String, Option<String>>>,
    /// What `--prune` takes away.
    stale: HostServers,
}

impl Request {
    /// Checks everything that can be wrong before anything is planned, and says all of it.
    fn resolve(cx: &Context, args: &SyncArgs) -> Result<Self, CommandError> {
        let mut faults = Vec::new();
        let mut keep = |fault: Fault| faults.push(fault);
        let filter = filter(args).map_err(&mut keep).ok();
        let bridge = args.fit.bridge().map_err(&mut keep);
        let source = source(cx, args).map_err(&mut keep).ok();
        let selected = match (&source, &filter) {
            (Some(source), Some(filter)) => {
                select(source, filter, args.prune).map_err(&mut keep).ok()
            }
            _ => None,
        };
        let from = match &source {
            Some(Source::Host { host, .. }) => Some(&host.id),
            _ => None,
        };
        let absent = if args.create { Absent::Create } else { Absent::Fail };
        let targets = targets::resolve(cx, &args.to_hosts, from, args.place.scope.into(), absent);
        let targets = targets.map_err(|them| faults.extend(them)).ok();
        CommandError::check(faults)?;
        match (source, selected, targets, bridge) {
            (Some(source), Some(selected), Some(targets), Ok(bridge)) => {
                let commands = args.fit.commands(cx, &source.servers().unwrap_or_default());
                let stale = match (args.prune, &filter) {
                    (true, Some(filter)) => stale(cx, &source, &targets, filter)?,
                    _ => HostServers::new(),
                };
                Ok(Request { source, selected, targets, bridge, commands, stale })
            }
            _ => unreachable!("what is missing left a fault"),
        }
    }

    /// The plan, with a decision on every server that someone changed on its host.
    fn decided_plan(&self, cx: &Context, args: &SyncArgs) -> Result<Plan, CommandError> {
        let mut plan = self.plan(cx, args, &HostServers::new())?;
        let managed = cx.managed().unwrap_or_default();
        let found = conflict::conflicts(&plan, &self.targets, &managed);
        if !found.is_empty() {
            let kept = conflicts::decide(args, &plan, &found)?;
            if let Some(kept) = kept.as_ref().filter(|kept| !kept.is_empty()) {
                plan = self.plan(cx, args, kept)?;
            }
            conflicts::mention(&mut plan, &found, kept.as_ref());
        }
        lookup::warn(cx, &mut plan);
        Ok(plan)
    }

    fn plan(
        &self,
        cx: &Context,
        args: &SyncArgs,
        kept: &HostServers,
    ) -> Result<Plan, CommandError> {
        let how = args.fit.preparation(cx, self.bridge.as_ref(), self.commands.as_ref());
        let wanted = planner::Sync {
            source: &self.source,
            selected: &self.selected,
            targets: &self.targets,
            how,
            stale: &self.stale,
            kept,
        };
        let plan = cx.output.during("Planning", || planner::sync(wanted));
        plan.map_err(|errors| unplanned(&self.targets, &errors))
    }
}

fn filter(args: &SyncArgs) -> Result<Filter, Fault> {
    match (&args.servers, &args.pattern) {
        (Some(names), _) => {
            let names = names.iter().map(|name| name.trim()).filter(|name| !name.is_empty());
            Ok(Filter::Names(names.map(str::to_owned).collect()))
        }
        (None, Some(text)) => pattern("--pattern", text).map(Filter::Pattern),
        (None, None) => Ok(Filter::All),
    }
}

fn source(cx: &Context, args: &SyncArgs) -> Result<Source, Fault> {
    if let Some(name) = &args.source.from_env {
        let environment = cx.environment(name)?;
        for (server, field) in environment.unknown_fields() {
            cx.output.note(&format!(
                "`{field}` of server `{server}` means nothing to hatch, and goes to no host"
            ));
        }
        for host in environment.overrides.keys() {
            if cx.registry.get(host.as_str()).is_err() {
                cx.output.note(&format!(
                    "`hosts.{host}` of environment `{name}` is no host that hatch knows"
                ));
            }
        }
        let (name, shown) = (cx.environment_origin(name), name.clone());
        return Ok(Source::Environment { name, shown, environment });
    }
    let name = args.source.from_host.as_deref().unwrap_or_default();
    let host = host(cx, name)?;
    let places = available(cx, host, args.place.scope.into()).map_err(|it| it.hint(LOOKED_FOR))?;
    let configuration =
        cx.configuration(host, &places).map_err(|error| host_fault(host, &error))?;
    read::mention_remarks(cx, host, &configuration);
    for entry in &configuration.reading.unreadable {
        cx.output.warn(&format!("{}: `{}` is left out: {}", host.id, entry.name, entry.reason));
    }
    Ok(Source::Host { host: host.clone(), servers: configuration.reading.servers })
}

/// The servers that are asked for. A source without any has something to say only where
/// what it no longer has is taken away.
fn select(source: &Source, filter: &Filter, prunes: bool) -> Result<Vec<ServerName>, Fault> {
    let servers = source.servers().map_err(|error| Fault::of(&error))?;
    if servers.is_empty() {
        return match prunes {
            true => Ok(Vec::new()),
            false => Err(Fault::new("the source has no servers")),
        };
    }
    let selected = filter.select(servers).map_err(|error| {
        let fault = Fault::of(&error);
        match &error {
            FilterError::UnknownNames(unknown) => {
                let nearest: Vec<_> = unknown.iter().flat_map(|it| it.nearest.clone()).collect();
                fault.maybe_hint(did_you_mean(&nearest))
            }
            FilterError::NothingMatches { known, .. } => fault
                .hint("a pattern is matched from the start of a name: begin it with `.*` to find text anywhere")
                .hint(format!("the servers are {}", known.join(", "))),
            _ => fault.hint("a simpler pattern does not: avoid nested repetition, such as `(x+)+`"),
        }
    })?;
    Ok(selected.into_iter().map(|server| server.name).collect())
}

/// What hatch put on a target from this source, and the source no longer has.
fn stale(
    cx: &Context,
    source: &Source,
    targets: &[Target],
    filter: &Filter,
) -> Result<HostServers, CommandError> {
    let managed = cx.managed().map_err(|error| Fault::of(&error).failure())?;
    let servers = source.servers().map_err(|error| Fault::of(&error).failure())?;
    let has: BTreeSet<_> = servers.into_iter().map(|server| server.name).collect();
    let origin = source.origin();
    let mut stale = HostServers::new();
    for target in targets {
        let on_host = target.configuration.reading.servers.iter().map(|server| &server.name);
        let mut gone = BTreeSet::new();
        for name in on_host.filter(|name| !has.contains(name)) {
            let record = managed.get(&target.host.id, name);
            let is_ours = record.is_some_and(|record| record.origin.as_ref() == Some(&origin));
            let is_meant = match filter {
                Filter::Pattern(pattern) => pattern.matches(name.as_str()),
                _ => Ok(true),
            };
            if is_ours && is_meant.map_err(|error| Fault::of(&error).failure())? {
                gone.insert(name.clone());
            }
        }
        stale.insert(target.host.id.clone(), gone);
    }
    Ok(stale)
}
