//! The command with its adapters linked natively: the yardstick of the sandbox's cost.

use std::process::ExitCode;

fn main() -> ExitCode {
    hatch_cli::main_with(hatch_tests::native::registry)
}
