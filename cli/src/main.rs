//! The `hatch` command.

use std::process::ExitCode;

fn main() -> ExitCode {
    hatch_cli::main()
}
