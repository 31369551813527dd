//! `hatch mcp sync`.

mod conflicts;

pub use conflicts::lost;

use std::collections::{BTreeMap, BTreeSet};

use hatch_core::filter::{Filter, FilterError};
use hatch_core::ledger::{self, Ledger, LedgerError};
use hatch_core::plan::Plan;
use hatch_core::plan::conflict::{self, HostServers};
use hatch_core::plan::planner::{self, Target};
use hatch_core::plan::prepare::Bridge;
use hatch_core::server::ServerName;
use hatch_core::source::Source;

use super::planning::{exit, unplanned};
use super::read::{LeftOut, left_out};
use super::targets::{self, Absent, LOOKED_FOR, available};
use super::write::{begin, carry_out};
use super::{apply, host, host_fault, lookup, pattern, read, sources};
use crate::args::WriteArgs;
use crate::args::sync::SyncArgs;
use crate::context::Context;
use crate::error::{CommandError, Fault, did_you_mean};
use crate::exit::Exit;
use crate::view::json;

/// Resolves, plans, previews, confirms, applies and reports.
pub fn run(cx: &mut Context, args: &SyncArgs) -> Result<Exit, CommandError> {
    cx.look_in(&args.place);
    let write = WriteArgs { dry_run: args.write.dry_run || args.check, ..args.write };
    begin(cx, &write)?;
    let request = Request::resolve(cx, args)?;
    let plan = match args.check {
        true => request.plan(cx, args, &HostServers::new())?,
        false => request.decided_plan(cx, args)?,
    };
    args.fit.check(&plan)?;
    let origin = request.source.origin();
    if args.check {
        carry_out(cx, &plan, Some(&json::Source::from(&origin)), &write)?;
        return Ok(if plan.is_empty() { exit(&plan) } else { Exit::NotInSync });
    }
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
    /// What hatch put where, as far as it can be read.
    ledger: Result<Ledger, LedgerError>,
    /// What `--prune` takes away.
    stale: HostServers,
}

impl Request {
    /// Checks everything that can be wrong before anything is planned, and says all of it.
    fn resolve(cx: &Context, args: &SyncArgs) -> Result<Self, CommandError> {
        let mut faults = Vec::new();
        let mut keep = |fault: Fault| faults.push(fault);
        // Before the documents: what another run writes in between must not look like a server
        // that hatch put there and someone deleted.
        let ledger = match args.check && !args.prune {
            true => Ok(Ledger::default()),
            false => cx.ledger(),
        };
        let filter = filter(args).map_err(&mut keep).ok();
        let bridge = args.fit.bridge().map_err(&mut keep);
        let source = source(cx, args).map_err(&mut keep).ok();
        let (source, left_out) = source.map_or((None, Vec::new()), |(it, left)| (Some(it), left));
        let selected = match (&source, &filter) {
            (Some(source), Some(filter)) => {
                select(source, filter, args.prune, &left_out).map_err(&mut keep).ok()
            }
            _ => None,
        };
        let from = match &source {
            Some(Source::Host { host, .. }) => Some(&host.id),
            _ => None,
        };
        let absent = Absent::of(args.create);
        let targets = targets::resolve(cx, &args.to_hosts, from, args.place.scope.into(), absent);
        let targets = targets.map_err(|them| faults.extend(them)).ok();
        CommandError::check(faults)?;
        match (source, selected, targets, bridge) {
            (Some(source), Some(selected), Some(targets), Ok(bridge)) => {
                let commands = args.fit.commands(cx, &source.servers().unwrap_or_default());
                let stale = match (args.prune, &filter) {
                    (true, Some(filter)) => stale(&ledger, &source, &targets, filter, &left_out)?,
                    _ => HostServers::new(),
                };
                Ok(Request { source, selected, targets, bridge, commands, ledger, stale })
            }
            _ => unreachable!("what is missing left a fault"),
        }
    }

    /// The plan, with a decision on every server that someone changed on its host.
    fn decided_plan(&self, cx: &Context, args: &SyncArgs) -> Result<Plan, CommandError> {
        let mut plan = self.plan(cx, args, &HostServers::new())?;
        let unknown = Ledger::default();
        let ledger = self.ledger.as_ref().unwrap_or_else(|error| {
            cx.warn_of_ledger(error);
            &unknown
        });
        let variables = &cx.roots.variables;
        let found = conflict::find(&plan, &self.source, &self.targets, ledger, variables)
            .map_err(|error| Fault::of(&error).failure())?;
        if !found.is_empty() {
            let kept = conflicts::decide(args, &plan, &found)?;
            if let Some(kept) = kept.as_ref().filter(|kept| !kept.is_empty()) {
                plan = self.plan(cx, args, kept)?;
            }
            conflicts::mention(&mut plan, &found, kept.as_ref());
        }
        conflict::mark_adopted(&mut plan, &self.source.origin(), ledger);
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

/// The source, and the entries of it that are not servers or can't be read.
fn source(cx: &Context, args: &SyncArgs) -> Result<(Source, Vec<LeftOut>), Fault> {
    if let Some(name) = &args.source.from_env {
        let environment = cx.environment_as(name, args.as_host.as_deref())?;
        for host in environment.overrides.keys() {
            if cx.registry.get(host.as_str()).is_err() {
                cx.output.note(&format!(
                    "`hosts.{host}` of environment `{name}` is no host that hatch knows"
                ));
            }
        }
        let (origin, shown) = (cx.environment_origin(name), name.clone());
        return Ok((Source::Environment { origin, shown, environment }, Vec::new()));
    }
    let name = args.source.from_host.as_deref().unwrap_or_default();
    let host = host(cx, name)?;
    let places = available(cx, host, args.place.scope.into()).map_err(|it| it.hint(LOOKED_FOR))?;
    let configuration =
        cx.configuration(host, &places).map_err(|error| host_fault(host, &error))?;
    read::mention_remarks(cx, host, &configuration);
    let left_out = left_out(&configuration.reading);
    for entry in &left_out {
        cx.output.warn(&format!("{}: `{}` is left out: it {}", host.id, entry.name, entry.reason));
    }
    let scope = args.place.scope.into();
    let target = Target { host: host.clone(), configuration, project: cx.project(scope) };
    sources::warn_of_written_out(cx, &target, scope);
    let servers = target.configuration.reading.servers;
    Ok((Source::Host { host: target.host, servers }, left_out))
}

/// The servers that are asked for. A source without any has something to say only where
/// what it no longer has is taken away.
fn select(
    source: &Source,
    filter: &Filter,
    prunes: bool,
    left_out: &[LeftOut],
) -> Result<Vec<ServerName>, Fault> {
    let servers = source.servers().map_err(|error| Fault::of(&error))?;
    named_and_left_out(source, filter, left_out)?;
    if servers.is_empty() {
        return match (prunes, left_out) {
            (true, _) => Ok(Vec::new()),
            (false, []) => Err(Fault::new("the source has no servers")),
            (false, _) => Err(Fault::new("the source has no servers that can be read")),
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

/// Names of a command line that are there, and are no servers that could be taken.
fn named_and_left_out(source: &Source, filter: &Filter, left_out: &[LeftOut]) -> Result<(), Fault> {
    let Filter::Names(names) = filter else { return Ok(()) };
    let named: Vec<_> = left_out
        .iter()
        .filter(|entry| names.contains(&entry.name))
        .map(|entry| format!("`{}` is there, and {}", entry.name, entry.reason))
        .collect();
    match &*named {
        [] => Ok(()),
        named => Err(Fault::new(format!("{}: {}", source.label(), named.join("; ")))),
    }
}

/// What hatch put on a target from this source, and the source no longer has.
fn stale(
    ledger: &Result<Ledger, LedgerError>,
    source: &Source,
    targets: &[Target],
    filter: &Filter,
    left_out: &[LeftOut],
) -> Result<HostServers, CommandError> {
    let ledger = ledger.as_ref().map_err(|error| {
        Fault::because("--prune has to know what is hatch's", error)
            .hint("nothing was written; without --prune the rest can be synced")
            .failure()
    })?;
    let servers = source.servers().map_err(|error| Fault::of(&error).failure())?;
    let has: BTreeSet<_> = servers.into_iter().map(|server| server.name).collect();
    let origin = source.origin();
    let mut stale = HostServers::new();
    for target in targets {
        let at = target.destination();
        let on_host = target.configuration.reading.servers.iter();
        let mut gone = BTreeSet::new();
        let is_left_out = |name: &ServerName| left_out.iter().any(|it| it.name == name.as_str());
        let is_stale = |name: &ServerName| !has.contains(name) && !is_left_out(name);
        for server in on_host.filter(|server| is_stale(&server.name)) {
            let name = &server.name;
            let record = ledger.get(at, name).filter(|record| record.is_from(&origin));
            // Of a ledger that knew no documents, only what is as hatch wrote it is hatch's.
            let is_ours = record.is_some_and(|record| {
                ledger.is_placed(at, name) || record.digest == ledger::digest(server)
            });
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
