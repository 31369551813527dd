//! The command, under a name that does not collide: Cargo gives tests the path of their own
//! package's programs only.

use std::process::ExitCode;

fn main() -> ExitCode {
    hatch_cli::main()
}
