//! `hatch mcp sync`.

use std::collections::BTreeMap;

use hatch_core::filter::{Filter, FilterError};
use hatch_core::plan::planner::{self, Target};
use hatch_core::plan::prepare::{Bridge, Preparation};
use hatch_core::plan::{ChangeKind, Plan};
use hatch_core::server::{Server, ServerName};
use hatch_core::source::Source;

use super::targets::{self, Absent, LOOKED_FOR, available};
use super::write::{begin, carry_out};
use super::{apply, host, host_fault, pattern};
use crate::args::sync::SyncArgs;
use crate::context::{self, Context};
use crate::error::{CommandError, Fault, did_you_mean};
use crate::exit::Exit;
use crate::view::json;

/// Resolves, plans, previews, confirms, applies and reports.
pub fn run(cx: &mut Context, args: &SyncArgs) -> Result<Exit, CommandError> {
    if let Some(project) = &args.project {
        cx.roots.project = cx.absolute(project);
    }
    begin(cx, &args.write)?;
    let request = Request::resolve(cx, args)?;
    let plan = request.plan(cx, args)?;
    if args.strict {
        refuse_losses(&plan)?;
    }
    let origin = request.source.origin();
    if let Some(out) = &args.out {
        apply::save(cx, &plan, origin, args.scope.into(), out, &args.write)?;
    } else {
        carry_out(cx, &plan, Some(&json::Source::from(&origin)), &args.write)?;
    }
    let refused = plan.targets.iter().flat_map(|target| &target.changes);
    let all_refused = refused.clone().all(|it| matches!(it.kind, ChangeKind::Refuse(_)));
    Ok(if all_refused && refused.count() > 0 { Exit::Failure } else { Exit::Success })
}

/// A command line with every name resolved.
struct Request {
    source: Source,
    selected: Vec<ServerName>,
    targets: Vec<Target>,
    bridge: Option<Bridge>,
}

impl Request {
    /// Checks everything that can be wrong before anything is planned, and says all of it.
    fn resolve(cx: &Context, args: &SyncArgs) -> Result<Self, CommandError> {
        let mut faults = Vec::new();
        let mut keep = |fault: Fault| faults.push(fault);
        let filter = filter(args).map_err(&mut keep).ok();
        let bridge = args.bridge.as_deref().map(Bridge::new).transpose();
        let bridge = bridge.map_err(|error| {
            keep(
                Fault::of(&error).hint("for example: --bridge 'npx -y mcp-remote {url} {headers}'"),
            );
        });
        let source = source(cx, args).map_err(&mut keep).ok();
        let selected = match (&source, &filter) {
            (Some(source), Some(filter)) => select(source, filter).map_err(&mut keep).ok(),
            _ => None,
        };
        let from = match &source {
            Some(Source::Host { host, .. }) => Some(&host.id),
            _ => None,
        };
        let absent = if args.create { Absent::Create } else { Absent::Fail };
        let targets = targets::resolve(cx, &args.to_hosts, from, args.scope.into(), absent);
        let targets = targets.map_err(|them| faults.extend(them)).ok();
        CommandError::check(faults)?;
        match (source, selected, targets, bridge) {
            (Some(source), Some(selected), Some(targets), Ok(bridge)) => {
                Ok(Request { source, selected, targets, bridge })
            }
            _ => unreachable!("what is missing left a fault"),
        }
    }

    fn plan(&self, cx: &Context, args: &SyncArgs) -> Result<Plan, CommandError> {
        let how = Preparation {
            bridge: self.bridge.as_ref(),
            inline: args.resolve_env.then_some(&cx.roots.variables),
        };
        let plan = planner::sync(&self.source, &self.selected, &self.targets, how);
        let mut plan = plan.map_err(|errors| {
            let fault = |(at, error): (usize, planner::PlanError)| {
                let host = &self.targets[at].host;
                Fault::because(format!("{} ({}) can't be changed", host.name(), host.id), &error)
            };
            CommandError { exit: Exit::Failure, faults: errors.into_iter().map(fault).collect() }
        })?;
        self.warn_of_hand_edits(cx, &mut plan);
        self.warn_of_missing_commands(cx, &mut plan);
        Ok(plan)
    }

    /// Marks entries that hatch put there and someone changed since.
    fn warn_of_hand_edits(&self, cx: &Context, plan: &mut Plan) {
        let Ok(managed) = cx.managed() else { return };
        for (target, planned) in self.targets.iter().zip(&mut plan.targets) {
            let found = by_name(&target.configuration.reading.servers);
            for change in &planned.changes {
                let ChangeKind::Update(_) = change.kind else { continue };
                let Some(server) = found.get(change.server.as_str()) else { continue };
                if managed.was_edited(&target.host.id, server) {
                    planned.warnings.push(format!(
                        "`{}` was changed by hand since hatch put it there",
                        change.server
                    ));
                }
            }
        }
    }

    /// A command that is not found here will not be found by the host.
    fn warn_of_missing_commands(&self, cx: &Context, plan: &mut Plan) {
        let mut known: BTreeMap<String, bool> = BTreeMap::new();
        for planned in &mut plan.targets {
            for change in &planned.changes {
                let (ChangeKind::Add(fields) | ChangeKind::Update(fields)) = &change.kind else {
                    continue;
                };
                let command = fields.iter().find(|field| field.field == "command");
                let Some(command) = command.and_then(|field| field.after.as_ref()) else {
                    continue;
                };
                let command = command.clear.expose();
                let is_plain = !command.contains(['$', ' ', '%', '{']) && !command.is_empty();
                let is_found = is_plain
                    && *known
                        .entry(command.to_owned())
                        .or_insert_with(|| context::is_on_path(command, &cx.roots));
                if is_plain
                    && !is_found
                    && cx.roots.variables.contains_key(std::ffi::OsStr::new("PATH"))
                {
                    planned.warnings.push(format!(
                        "`{}`: the command `{command}` was not found here",
                        change.server
                    ));
                }
            }
        }
    }
}

fn by_name(servers: &[Server]) -> BTreeMap<&str, &Server> {
    servers.iter().map(|server| (server.name.as_str(), server)).collect()
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
        return Ok(Source::Environment { name: name.clone(), environment });
    }
    let name = args.source.from_host.as_deref().unwrap_or_default();
    let host = host(cx, name)?;
    let places = available(cx, host, args.scope.into()).map_err(|it| it.hint(LOOKED_FOR))?;
    let configuration =
        cx.configuration(host, &places).map_err(|error| host_fault(host, &error))?;
    for entry in &configuration.reading.unreadable {
        cx.output.warn(&format!("{}: `{}` is left out: {}", host.id, entry.name, entry.reason));
    }
    Ok(Source::Host { host: host.clone(), servers: configuration.reading.servers })
}

fn select(source: &Source, filter: &Filter) -> Result<Vec<ServerName>, Fault> {
    let servers = source.servers().map_err(|error| Fault::of(&error))?;
    if servers.is_empty() {
        return Err(Fault::new("the source has no servers"));
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

/// `--strict`: what a host can't hold ends the run.
fn refuse_losses(plan: &Plan) -> Result<(), CommandError> {
    let mut faults = Vec::new();
    for target in &plan.targets {
        for change in &target.changes {
            let what = format!("{} can't hold all of `{}`", target.owner, change.server);
            if let ChangeKind::Refuse(reason) = &change.kind {
                faults.push(Fault::new(format!("{what}: {reason}")));
            }
            for loss in &change.losses {
                faults.push(Fault::new(format!("{what}: {}: {}", loss.field, loss.detail)));
            }
        }
    }
    CommandError::check(faults)
}
