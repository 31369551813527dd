//! `hatch env remove-server` and `hatch env remove`.

use std::collections::{BTreeMap, BTreeSet};

use hatch_core::environment::{Environment, EnvironmentName, edit};
use hatch_core::plan::{FilePlan, Plan, whole};
use hatch_core::server::ServerName;
use hatch_core::source::Origin;
use hatch_core::suggest::nearest;

use super::super::server::server_name;
use super::super::write::{begin, carry_out, change_settings};
use super::add::{file, own_name};
use crate::args::WriteArgs;
use crate::args::env::{EnvRemoveArgs, EnvRemoveServerArgs};
use crate::context::Context;
use crate::error::{CommandError, Fault, did_you_mean};
use crate::exit::Exit;

/// Takes a server out of an environment.
pub fn server(cx: &Context, args: &EnvRemoveServerArgs) -> Result<Exit, CommandError> {
    let write = WriteArgs::from(&args.write);
    begin(cx, &write)?;
    let name = own_name(&args.env)?;
    let server = server_name(&args.server).map_err(Fault::usage)?;
    let own = cx.read_environment(name.as_str()).map_err(Fault::failure)?;
    if !has(&own, &server) {
        return Err(not_its_own(cx, &name, &own, &server).failure());
    }
    let (location, bytes) = file(cx, &name)?;
    let after = edit::remove(&bytes, &server).map_err(|error| {
        let what = format!("`{server}` can't be taken out of environment `{name}`");
        Fault::because(what, &error).failure()
    })?;
    check_others(cx, &name, &after)?;
    if let Some(base) = inherited_from(cx, &own, &server) {
        cx.output.note(&format!("`{name}` still has the `{server}` of `{base}`, which it extends"));
    }
    let file = FilePlan { location, before: Some(bytes), after: Some(after) };
    let title = format!("Take `{server}` out of environment `{name}`");
    let targets = vec![whole::environment(name, file)];
    let plan = Plan { targets, ..Plan::new("env remove-server", title) };
    carry_out(cx, &plan, None, &write)?;
    Ok(Exit::Success)
}

/// Removes an environment.
pub fn environment(cx: &Context, args: &EnvRemoveArgs) -> Result<Exit, CommandError> {
    begin(cx, &args.write)?;
    let name = own_name(&args.env)?;
    let (location, bytes) = file(cx, &name)?;
    refuse_link(cx, &name)?;
    refuse_if_extended(cx, &name)?;
    let file = FilePlan { location, before: Some(bytes), after: None };
    let mut target = whole::environment(name.clone(), file);
    target.warnings.extend(servers_on_hosts(cx, &name)?);
    let is_current = cx.settings.current_environment.as_ref() == Some(&name);
    if is_current {
        target.warnings.push("it is the current environment; there is none then".to_owned());
    }
    let title = format!("Remove environment `{name}`");
    let plan = Plan { targets: vec![target], ..Plan::new("env remove", title) };
    let report = carry_out(cx, &plan, None, &args.write)?;
    if report.is_some() && is_current {
        change_settings(cx, |it| it.current_environment = None)
            .map_err(|error| Fault::of(&error).failure())?;
    }
    Ok(Exit::Success)
}

/// Removing the real file would leave the link, and the file may be there for others too.
fn refuse_link(cx: &Context, name: &EnvironmentName) -> Result<(), CommandError> {
    let link = cx.home.environment(name.as_str());
    if !link.path().is_symlink() {
        return Ok(());
    }
    let real = cx.environment_file(name.as_str());
    let real = real.map(|at| cx.roots.shown(at.path())).unwrap_or_default();
    Err(Fault::new(format!("environment `{name}` is a link to `{real}`, and is not removed"))
        .hint(format!("remove the link yourself: `{link}`"))
        .failure())
}

fn has(environment: &Environment, server: &ServerName) -> bool {
    environment.servers.iter().any(|(name, _)| name == server)
}

/// Why a server that is not in an environment's own file can't be taken out of it.
fn not_its_own(
    cx: &Context,
    name: &EnvironmentName,
    own: &Environment,
    server: &ServerName,
) -> Fault {
    if let Some(base) = inherited_from(cx, own, server) {
        return Fault::new(format!(
            "`{server}` is not in `{name}` itself: it comes from `{base}`, which `{name}` extends"
        ))
        .hint(format!("`hatch env remove-server {base} {server}` takes it out there"));
    }
    let known: Vec<_> = own.servers.iter().map(|(name, _)| name.to_string()).collect();
    let hint = did_you_mean(&nearest(server.as_str(), &known))
        .unwrap_or_else(|| format!("`hatch env show {name}` shows its servers"));
    Fault::new(format!("environment `{name}` has no server named `{server}`")).hint(hint)
}

/// Which environment that this one extends has the server in its own file. The last one
/// counts.
fn inherited_from(cx: &Context, own: &Environment, server: &ServerName) -> Option<String> {
    own.extends.iter().rev().find_map(|base| {
        // Where they go in a circle, the whole can't be had, so none is followed.
        let has_it = has(&cx.environment(base).ok()?, server);
        let environment = cx.read_environment(base).ok().filter(|_| has_it)?;
        match has(&environment, server) {
            true => Some(base.clone()),
            false => inherited_from(cx, &environment, server),
        }
    })
}

/// No environment that makes sense now may stop to, such as by an override of the server.
fn check_others(cx: &Context, name: &EnvironmentName, after: &[u8]) -> Result<(), CommandError> {
    let changed = Environment::parse(after).map_err(|error| Fault::of(&error).failure())?;
    let names = cx.environment_names().map_err(|error| Fault::of(&error).failure())?;
    let mut faults = Vec::new();
    for other in names.iter().filter(|other| cx.environment(other).is_ok()) {
        let mut load = |base: &str| match base == name.as_str() {
            true => Ok(changed.clone()),
            false => cx.read_environment(base).map_err(|fault| fault.one_line()),
        };
        let resolved = load(other).map(|own| own.resolve(other, &mut load));
        if let Ok(Err(error)) = resolved {
            faults.push(
                Fault::because(format!("environment `{other}` could not be used then"), &error)
                    .hint(format!("`hatch env show {other}` shows it as it is now")),
            );
        }
    }
    CommandError::check(faults)
}

fn refuse_if_extended(cx: &Context, name: &EnvironmentName) -> Result<(), CommandError> {
    let names = cx.environment_names().map_err(|error| Fault::of(&error).failure())?;
    let extends_it = |other: &&String| {
        let other = cx.read_environment(other);
        other.is_ok_and(|other| other.extends.iter().any(|base| base == name.as_str()))
    };
    let others: Vec<_> =
        names.iter().filter(extends_it).map(|other| format!("`{other}`")).collect();
    if others.is_empty() {
        return Ok(());
    }
    let verb = if others.len() == 1 { "extends" } else { "extend" };
    Err(Fault::new(format!("environment `{name}` is needed: {} {verb} it", others.join(", ")))
        .hint(format!("take `{name}` out of `extends` there first"))
        .failure())
}

/// What hosts have of the environment, and keep.
fn servers_on_hosts(cx: &Context, name: &EnvironmentName) -> Result<Vec<String>, CommandError> {
    let ledger = cx.ledger_or_empty();
    let origin = Origin::Environment(name.to_string());
    let mut kept = BTreeMap::<_, BTreeSet<String>>::new();
    for (host, server, _) in ledger.all().filter(|(_, _, record)| record.is_from(&origin)) {
        kept.entry(host).or_default().insert(format!("`{server}`"));
    }
    let kept = kept.into_iter().map(|(host, servers)| {
        let servers = servers.into_iter().collect::<Vec<_>>().join(", ");
        format!("{host} keeps {servers}; `hatch mcp remove server` removes servers there")
    });
    Ok(kept.collect())
}
