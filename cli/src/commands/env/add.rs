//! `hatch env add`.

use hatch_core::environment::{EnvironmentName, edit, entry};
use hatch_core::host::HostId;
use hatch_core::location::Location;
use hatch_core::plan::{FilePlan, Plan, remark, whole};
use hatch_core::server::Extra;
use hatch_core::store::Reader;

use super::super::server::{Said, unpatched};
use super::super::write::{begin, carry_out};
use crate::args::WriteArgs;
use crate::args::env::EnvAddArgs;
use crate::context::Context;
use crate::error::{CommandError, Fault};
use crate::exit::Exit;

/// Adds a server to an environment, or changes it there.
pub fn run(cx: &Context, args: &EnvAddArgs) -> Result<Exit, CommandError> {
    let write = WriteArgs::from(&args.write);
    begin(cx, &write)?;
    let said = Said::read(&args.server, &args.server_args);
    let said = said.map_err(|faults| CommandError { exit: Exit::Usage, faults })?;
    put(cx, &args.env, &said, &write)
}

/// Writes what is said of a server into an environment's file. Nothing is asked: it is
/// hatch's own, and can be undone.
pub fn put(
    cx: &Context,
    environment: &str,
    said: &Said,
    write: &WriteArgs,
) -> Result<Exit, CommandError> {
    let name = own_name(environment)?;
    let own = cx.read_environment(name.as_str()).map_err(Fault::failure)?;
    let whole = cx.environment(name.as_str()).map_err(Fault::failure)?;
    let cannot = |error: &dyn std::error::Error| {
        let what = format!("`{}` can't be written to environment `{name}`", said.name);
        Fault::because(what, error).failure()
    };
    let found = whole.servers.iter().find(|(known, _)| *known == said.name);
    let present = found.map(|(known, entry)| entry::parse(known.clone(), entry)).transpose();
    let present = present.map_err(|error| cannot(&error))?;
    let server = said.anywhere().apply(&said.name, present.as_ref()).map_err(|error| {
        let known: Vec<_> = whole.servers.iter().map(|(name, _)| name.to_string()).collect();
        unpatched(&format!("environment `{name}`"), &error, &known).failure()
    })?;
    let inherited = found.filter(|_| own.servers.iter().all(|(known, _)| *known != said.name));
    if inherited.is_some() {
        cx.output.note(&format!(
            "`{}` comes from an environment that `{name}` extends; `{name}` gets one of its own",
            said.name
        ));
    }
    let (location, bytes) = file(cx, &name)?;
    let fields = own_fields(cx, said);
    let after = edit::put(&bytes, &server, inherited.map(|(_, entry)| entry), &fields)
        .map_err(|error| cannot(&error))?;
    let file = FilePlan { location, before: Some(bytes), after: Some(after) };
    let title = format!("Configure `{}` in environment `{name}`", said.name);
    let mut target = whole::environment(name, file);
    target.warnings.extend(fields.iter().map(|(adapter, extra)| {
        format!("{adapter} is given `{}: {}` with it", extra.path.join("."), extra.value)
    }));
    remark::secrets(&mut target);
    target.warnings.extend(said.remarks());
    let plan = Plan { targets: vec![target], ..Plan::new("env add", title) };
    carry_out(cx, &plan, None, &WriteArgs { auto_approve: true, ..*write })?;
    Ok(Exit::Success)
}

/// The name of an environment that hatch keeps.
pub fn own_name(name: &str) -> Result<EnvironmentName, CommandError> {
    EnvironmentName::new(name).map_err(|error| {
        let fault = Fault::bad_name(&error);
        match name.contains(['/', '\\']) {
            true => fault.hint("a file that hatch does not keep is changed with an editor").usage(),
            false => fault.usage(),
        }
    })
}

/// An environment's file, which is there.
pub fn file(cx: &Context, name: &EnvironmentName) -> Result<(Location, Vec<u8>), CommandError> {
    let found = cx
        .environment_file(name.as_str())
        .and_then(|location| Ok(cx.store.read(&location)?.map(|bytes| (location, bytes))));
    match found.map_err(|error| Fault::of(&error).failure())? {
        Some(found) => Ok(found),
        None => Err(cx.no_environment(name.as_str()).failure()),
    }
}

/// Fields that only one adapter's hosts know, with the adapter.
fn own_fields(cx: &Context, said: &Said) -> Vec<(HostId, Extra)> {
    let mut fields: Vec<(HostId, Extra)> = Vec::new();
    for host in cx.registry.hosts() {
        let adapter = host.adapter.descriptor();
        if let Some(extra) = said.own(adapter)
            && fields.iter().all(|(known, _)| *known != adapter.id)
        {
            fields.push((adapter.id.clone(), extra));
        }
    }
    fields
}
