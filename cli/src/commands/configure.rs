//! `hatch mcp configure`.

use hatch_core::adapter::Edit;
use hatch_core::patch::PatchError;
use hatch_core::plan::planner::{self, Target};
use hatch_core::plan::prepare::Bridge;
use hatch_core::plan::{ChangeKind, Plan, TargetPlan};
use hatch_core::server::Server;

use super::planning::{self, exit, on_hosts};
use super::server::{self, Said};
use super::targets::{self, Absent};
use super::write::{begin, carry_out};
use super::{env, lookup};
use crate::args::configure::ConfigureArgs;
use crate::context::Context;
use crate::error::{CommandError, Fault};
use crate::exit::Exit;

/// Adds a server to hosts, or to an environment, or changes it there.
pub fn run(cx: &mut Context, args: &ConfigureArgs) -> Result<Exit, CommandError> {
    cx.look_in(&args.place);
    begin(cx, &args.write)?;
    let said = Said::read(&args.server, &args.server_args);
    if let Some(name) = &args.env {
        let said = said.map_err(|faults| CommandError { exit: Exit::Usage, faults })?;
        return env::add::put(cx, &environment(cx, name)?, &said, &args.write);
    }
    let (said, wrong) = match said {
        Ok(said) => (Some(said), Vec::new()),
        Err(faults) => (None, faults),
    };
    let mut faults = Vec::new();
    let bridge = args.fit.bridge().map_err(|fault| faults.push(fault));
    let absent = Absent::of(args.create);
    let targets = targets::resolve(cx, &args.hosts, None, args.place.scope.into(), absent);
    let targets = targets.map_err(|them| faults.extend(them));
    server::check(wrong, faults)?;
    let (Some(said), Ok(bridge), Ok(targets)) = (said, bridge, targets) else {
        unreachable!("what is missing left a fault")
    };
    let mut plan = plan(cx, args, &said, targets, bridge.as_ref())?;
    lookup::warn(cx, &mut plan);
    args.fit.check(&plan)?;
    carry_out(cx, &plan, None, &args.write)?;
    Ok(exit(&plan))
}

/// The environment that is meant.
fn environment(cx: &Context, name: &str) -> Result<String, CommandError> {
    if !name.is_empty() {
        return Ok(name.to_owned());
    }
    let current = cx.settings.current_environment.as_ref().map(ToString::to_string);
    current.ok_or_else(|| {
        Fault::new("there is no current environment, and --env names none")
            .hint("`hatch env use NAME` sets it, or pass --env NAME")
            .usage()
    })
}

fn plan(
    cx: &Context,
    args: &ConfigureArgs,
    said: &Said,
    mut targets: Vec<Target>,
    bridge: Option<&Bridge>,
) -> Result<Plan, CommandError> {
    skip_those_without(cx, args, said, &mut targets);
    let servers = servers(said, &targets)?;
    let commands = args.fit.commands(cx, &servers);
    let how = args.fit.preparation(cx, bridge, commands.as_ref());
    let mut servers = servers.into_iter();
    let planned = planning::each(cx, &targets, |target| {
        let mut planned = planner::edit(target, servers.next().map(Edit::Put), how)?;
        remark(&mut planned, target, said);
        Ok(planned)
    })?;
    let title = format!("Configure `{}` on {}", said.name, on_hosts(&planned));
    Ok(Plan { targets: planned, ..Plan::new("configure", title) })
}

/// The server as each target is to have it.
fn servers(said: &Said, targets: &[Target]) -> Result<Vec<Server>, CommandError> {
    let mut servers = Vec::new();
    let mut failed: Vec<(PatchError, Vec<&Target>)> = Vec::new();
    for target in targets {
        let patch = said.on(target.host.adapter.descriptor());
        match patch.apply(&said.name, present(target, said)) {
            Ok(server) => servers.push(server),
            Err(error) => match failed.iter_mut().find(|(known, _)| *known == error) {
                Some((_, targets)) => targets.push(target),
                None => failed.push((error, vec![target])),
            },
        }
    }
    let faults = failed.iter().map(|(error, targets)| {
        let hosts: Vec<_> = targets.iter().map(|target| target.host.id.as_str()).collect();
        let known = targets.iter().flat_map(|target| &target.configuration.reading.servers);
        let known: Vec<_> = known.map(|server| server.name.to_string()).collect();
        server::unpatched(&hosts.join(", "), error, &known)
    });
    CommandError::check(faults.collect())?;
    Ok(servers)
}

fn present<'a>(target: &'a Target, said: &Said) -> Option<&'a Server> {
    target.configuration.reading.servers.iter().find(|server| server.name == said.name)
}

/// Where every host is meant and a change can make no new server, it concerns the hosts that
/// have it, if there are any.
fn skip_those_without(cx: &Context, args: &ConfigureArgs, said: &Said, targets: &mut Vec<Target>) {
    let is_named =
        |target: &Target| args.hosts.iter().any(|name| name.trim() == target.host.id.as_str());
    let has_it = |target: &Target| present(target, said).is_some();
    if said.anywhere().transport.is_some() || !targets.iter().any(has_it) {
        return;
    }
    targets.retain(|target| {
        let stays = has_it(target) || is_named(target);
        if !stays {
            cx.output.note(&format!("{} has no server named `{}`", target.host.id, said.name));
        }
        stays
    });
}

/// Adds what the engine does not know: what this host was not told.
fn remark(planned: &mut TargetPlan, target: &Target, said: &Said) {
    for change in &mut planned.changes {
        if !matches!(change.kind, ChangeKind::Refuse(_)) {
            change.losses.extend(said.lost(target.host.adapter.descriptor()));
        }
    }
    planned.warnings.extend(said.remarks());
}
