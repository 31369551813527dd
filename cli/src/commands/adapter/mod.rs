//! `hatch adapter`: adapters for hosts that hatch does not know by itself.

mod build;
mod new;

use crate::Hosts;
use crate::args::GlobalArgs;
use crate::args::adapter::{AdapterArgs, AdapterCommand};
use crate::context::Context;
use crate::error::CommandError;
use crate::exit::Exit;

/// `hatch adapter`.
pub fn run(global: &GlobalArgs, hosts: Hosts, args: &AdapterArgs) -> Result<Exit, CommandError> {
    let cx = Context::open(global, hosts)?;
    match &args.command {
        AdapterCommand::New(args) => new::run(&cx, args),
        AdapterCommand::Build(args) => build::run(&cx, args),
    }
}
