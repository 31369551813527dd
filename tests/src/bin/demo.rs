//! The main job on a sample home folder: a copy of `tests/sample` is made below `target/`,
//! and each command is shown, run by the real program, and followed by what it prints.
//!
//! Started with arguments, this is `hatch` itself.
#![expect(clippy::print_stdout, reason = "it is there to print")]

use std::error::Error;
use std::path::Path;
use std::process::{Command, ExitCode};

/// What is shown, in order.
const COMMANDS: [&str; 6] = [
    "hatch mcp discover hosts",
    "hatch env show production",
    "hatch mcp sync --from-env production --to-host all --dry-run",
    "hatch mcp sync --from-env production --to-host all --auto-approve",
    "hatch mcp sync --from-env production --to-host all --auto-approve",
    "hatch mcp backup restore cursor --auto-approve --diff",
];

fn main() -> ExitCode {
    if std::env::args_os().len() > 1 {
        return hatch_cli::main();
    }
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            println!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run() -> Result<(), Box<dyn Error>> {
    let workspace = Path::new(env!("CARGO_MANIFEST_DIR")).parent().ok_or("no workspace")?;
    let home = workspace.join("target").join("demo");
    hatch_tests::copy_sample(&home)?;
    println!("A copy of tests/sample is the home folder: {}\n", home.display());
    for line in COMMANDS {
        println!("$ {line}");
        let arguments = line.split(' ').skip(1);
        let program = std::env::current_exe()?;
        let status = Command::new(program).arg("--home").arg(&home).args(arguments).status()?;
        println!();
        if !status.success() {
            return Err(format!("`{line}` failed").into());
        }
    }
    Ok(())
}
