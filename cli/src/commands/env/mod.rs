//! `hatch env`.

pub mod add;
mod current;
mod edit;
mod export;
mod import;
mod list;
mod older;
mod remove;
mod show;
mod take;

pub use export::FORMATS;

use hatch_core::environment::{Environment, EnvironmentName};
use hatch_core::plan::{FilePlan, TargetPlan, remark, whole};
use hatch_core::store::Reader;

use super::write::with_retries;
use crate::Hosts;
use crate::adapters;
use crate::args::GlobalArgs;
use crate::args::env::{EnvArgs, EnvCommand};
use crate::context::Context;
use crate::error::{CommandError, Fault};
use crate::exit::Exit;

/// The JSON Schema of an environment's file.
const SCHEMA: &str = hatch_core::environment::SCHEMA;

/// `hatch env`.
pub fn run(global: &GlobalArgs, hosts: Hosts, args: &EnvArgs) -> Result<Exit, CommandError> {
    let mut cx = Context::open(global, hosts)?;
    adapters::add_installed(&mut cx)?;
    cx.add_named_hosts();
    match &args.command {
        EnvCommand::Create(args) => import::create(&mut cx, args),
        EnvCommand::List(args) => list::run(&cx, args),
        EnvCommand::Show(args) => show::run(&cx, args),
        EnvCommand::Add(args) => with_retries(&mut cx, |cx| add::run(cx, args)),
        EnvCommand::RemoveServer(args) => with_retries(&mut cx, |cx| remove::server(cx, args)),
        EnvCommand::Remove(args) => remove::environment(&cx, args),
        EnvCommand::Use(args) => current::set(&cx, args),
        EnvCommand::Current(args) => current::show(&cx, args),
        EnvCommand::Import(args) => with_retries(&mut cx, |cx| import::run(cx, args)),
        EnvCommand::Export(args) => export::run(&cx, args),
        EnvCommand::Edit(args) => edit::run(&cx, args),
        EnvCommand::Schema => cx.output.print(SCHEMA).map(|()| Exit::Success),
    }
}

/// A name of the command line.
fn environment_name(name: &str) -> Result<EnvironmentName, Fault> {
    EnvironmentName::new(name).map_err(|error| Fault::bad_name(&error))
}

/// The bytes of an environment's own file; `None` where there is none.
fn file_of(cx: &Context, name: &EnvironmentName) -> Result<Option<Vec<u8>>, Fault> {
    let bytes = cx.environment_file(name.as_str()).and_then(|at| cx.store.read(&at));
    bytes.map_err(|error| Fault::because(format!("environment `{name}` can't be read"), &error))
}

/// What it extends must be there, and no circle.
fn check(cx: &Context, name: &EnvironmentName, environment: &Environment) -> Result<(), Fault> {
    let resolved = environment.resolve(name.as_str(), &mut |base| {
        cx.read_environment(base).map_err(|fault| fault.one_line())
    });
    let cannot = format!("environment `{name}` can't be as asked");
    resolved.map(drop).map_err(|error| Fault::because(cannot, &error))
}

/// What becomes of an environment's file, with remarks on the servers that come to it.
fn target(
    cx: &Context,
    name: EnvironmentName,
    before: Option<Vec<u8>>,
    after: Vec<u8>,
) -> Result<TargetPlan, Fault> {
    let location = cx.environment_file(name.as_str()).map_err(|error| {
        Fault::because(format!("environment `{name}` cannot be written"), &error)
    })?;
    let mut target = whole::environment(name, FilePlan { location, before, after: Some(after) });
    remark::secrets(&mut target);
    remark::entries(&mut target);
    Ok(target)
}
