//! `hatch adapter`: adapters from elsewhere.

mod build;
mod fetch;
mod inspect;
mod install;
mod lines;
mod list;
mod new;
mod pin;
mod proposal;
#[cfg(feature = "network")]
mod publish;
mod remove;
mod sign;
mod test;
mod trust;
mod update;
mod verify;

use hatch_core::host::HostId;
use hatch_packages::lock::LockError;
use hatch_packages::{Installed, Lock};

use crate::Hosts;
use crate::args::GlobalArgs;
use crate::args::adapter::{AdapterArgs, AdapterCommand};
use crate::context::Context;
use crate::error::{CommandError, Fault, did_you_mean};
use crate::exit::Exit;

/// `hatch adapter`.
pub fn run(global: &GlobalArgs, hosts: Hosts, args: &AdapterArgs) -> Result<Exit, CommandError> {
    let cx = Context::open(global, hosts)?;
    match &args.command {
        AdapterCommand::List(args) => list::run(&cx, args),
        AdapterCommand::Inspect(args) => inspect::run(&cx, args),
        AdapterCommand::Install(args) => install::run(&cx, args),
        AdapterCommand::Update(args) => update::run(&cx, args),
        AdapterCommand::Remove(args) => remove::run(&cx, args),
        AdapterCommand::Verify(args) => verify::run(&cx, args),
        AdapterCommand::Pin(args) => pin::run(&cx, args),
        AdapterCommand::New(args) => new::run(&cx, args),
        AdapterCommand::Build(args) => build::run(&cx, args),
        AdapterCommand::Test(args) => test::run(&cx, args),
        AdapterCommand::Sign(args) => sign::run(&cx, args),
        #[cfg(feature = "network")]
        AdapterCommand::Publish(args) => publish::run(&cx, args),
    }
}

fn lock(cx: &Context) -> Result<Lock, CommandError> {
    Ok(Lock::read(&cx.store, &cx.home)?)
}

/// The installed adapter of this name.
fn installed<'a>(lock: &'a Lock, name: &str) -> Result<(&'a HostId, &'a Installed), Fault> {
    lock.adapters.iter().find(|(id, _)| id.as_str() == name).ok_or_else(|| {
        let known: Vec<_> = lock.adapters.keys().map(ToString::to_string).collect();
        let hint = did_you_mean(&hatch_core::suggest::nearest(name, &known))
            .unwrap_or_else(|| "`hatch adapter list` shows those that are".to_owned());
        Fault::new(format!("no adapter named `{name}` is installed")).hint(hint)
    })
}

/// The installed adapters of these names, or all. Every name that none has is a fault.
fn chosen<'a>(
    lock: &'a Lock,
    names: &[String],
) -> Result<Vec<(&'a HostId, &'a Installed)>, CommandError> {
    if names.is_empty() {
        return Ok(lock.adapters.iter().collect());
    }
    let (mut found, mut faults) = (Vec::new(), Vec::new());
    for name in names {
        match installed(lock, name) {
            Ok(adapter) if found.contains(&adapter) => {}
            Ok(adapter) => found.push(adapter),
            Err(fault) => faults.push(fault),
        }
    }
    CommandError::check(faults)?;
    Ok(found)
}

impl From<LockError> for CommandError {
    fn from(error: LockError) -> Self {
        let is_broken = !matches!(error, LockError::Store(_));
        let hint = "fix the file or remove it, and install the adapters again".to_owned();
        Fault::because("the installed adapters stay as they are", &error)
            .maybe_hint(is_broken.then_some(hint))
            .failure()
    }
}
