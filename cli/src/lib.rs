//! The command: what is typed, what is shown, what is asked. Every decision about files is
//! the engine's.

mod adapters;
mod args;
mod bug;
mod commands;
mod complete;
mod context;
mod dialect;
mod editor;
mod error;
mod exit;
mod interrupt;
mod prompt;
mod usage;
mod view;

pub use adapters::builtin;

use std::error::Error;
use std::process::ExitCode;
use std::thread;

use clap::{CommandFactory, Parser};

use args::server::join_args;
use args::{Cli, Command};
use error::CommandError;
use exit::Exit;
use hatch_core::registry::Registry;

/// Room for the sandbox, whose guests may use a mebibyte of it, and for deep documents. The
/// main thread of some systems has less.
const STACK: usize = 8 << 20;

/// Where the hosts of a run come from.
pub type Hosts = fn() -> Result<Registry, Box<dyn Error>>;

/// What can be typed, for what is made of it: references and tests.
pub fn command() -> clap::Command {
    let mut command = Cli::command();
    command.build();
    command
}

/// Runs the command line of this process, with the adapters that are built in.
pub fn main() -> ExitCode {
    main_with(adapters::builtin)
}

/// Runs the command line of this process with other adapters than those that are built in:
/// what the sandbox costs is measured against the same command without it.
pub fn main_with(hosts: Hosts) -> ExitCode {
    bug::report_panics();
    let exit = if has_room() {
        std::panic::catch_unwind(|| run(hosts)).ok()
    } else {
        let worker = thread::Builder::new().name("hatch".to_owned()).stack_size(STACK);
        worker.spawn(move || run(hosts)).ok().and_then(|worker| worker.join().ok())
    };
    // A panic has been reported already.
    exit.unwrap_or(Exit::Bug).into()
}

/// Whether this thread, the main one, may use as much stack as a worker gets. Without a
/// worker a short command starts sooner: its memory grows in larger steps too.
#[cfg(target_os = "linux")]
fn has_room() -> bool {
    let limit = rustix::process::getrlimit(rustix::process::Resource::Stack);
    limit.current.is_none_or(|bytes| bytes >= STACK as u64)
}

/// Elsewhere the main thread's stack is small, or its size is not known.
#[cfg(not(target_os = "linux"))]
fn has_room() -> bool {
    false
}

fn run(hosts: Hosts) -> Exit {
    if let Some(exit) = complete::answer(hosts) {
        return exit;
    }
    let cli = match Cli::try_parse_from(join_args(std::env::args_os())) {
        Ok(cli) => cli,
        Err(error) => return usage::report(&error),
    };
    cli.global.color.apply();
    let result = match &cli.command {
        Command::CompileAdapter => return adapters::compile_child(),
        Command::Mcp(args) => commands::mcp(&cli.global, hosts, args),
        Command::Env(args) => commands::env::run(&cli.global, hosts, args),
        Command::Completions(args) => commands::completions::run(&view::Output::new(false), args),
        Command::Man(args) => commands::man::run(&view::Output::new(false), args),
        Command::Schema(args) => commands::schema::run(&view::Output::new(false), args),
        Command::Adapter(args) => commands::adapter::run(&cli.global, hosts, args),
        Command::Host(args) => commands::host::run(&cli.global, hosts, args),
    };
    result.unwrap_or_else(|error: CommandError| {
        view::complain(&error.render());
        error.exit
    })
}
