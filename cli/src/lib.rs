//! The command: what is typed, what is shown, what is asked. Every decision about files is
//! the engine's.

mod adapters;
mod args;
mod commands;
mod context;
mod error;
mod exit;
mod interrupt;
mod prompt;
mod view;

use std::process::ExitCode;
use std::thread;

use clap::Parser;

use args::{Cli, Color, Command};
use error::CommandError;
use exit::Exit;

/// Room for the sandbox, whose guests may use a mebibyte of it, and for deep documents. The
/// main thread of some systems has less.
const STACK: usize = 16 << 20;

/// Runs the command line of this process.
pub fn main() -> ExitCode {
    let worker = thread::Builder::new().name("hatch".to_owned()).stack_size(STACK).spawn(run);
    // A panic has printed its message already.
    worker.ok().and_then(|worker| worker.join().ok()).unwrap_or(Exit::Bug).into()
}

fn run() -> Exit {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => {
            let _ = error.print();
            return if error.use_stderr() { Exit::Usage } else { Exit::Success };
        }
    };
    match cli.global.color {
        Color::Auto => {}
        Color::Always => anstream::ColorChoice::Always.write_global(),
        Color::Never => anstream::ColorChoice::Never.write_global(),
    }
    let result = match &cli.command {
        Command::CompileAdapter => return adapters::compile_child(),
        Command::Mcp(args) => commands::mcp(&cli.global, args),
        Command::Env(args) => commands::env::run(&cli.global, args),
    };
    result.unwrap_or_else(|error: CommandError| {
        anstream::eprint!("{}", error.render());
        error.exit
    })
}
