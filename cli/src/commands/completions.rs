//! `hatch completions`.

use crate::args::completions::CompletionsArgs;
use crate::complete;
use crate::error::CommandError;
use crate::exit::Exit;
use crate::view::Output;

/// Prints a shell's script. Looks at no file.
pub fn run(output: &Output, args: &CompletionsArgs) -> Result<Exit, CommandError> {
    output.print(&String::from_utf8_lossy(&complete::script(args.shell)?))?;
    Ok(Exit::Success)
}
