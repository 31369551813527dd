//! Runs the tools of a language. They say on standard error what they have to say; what they
//! print goes there too, since standard output is for hatch's results.

use std::ffi::OsStr;
use std::io;
use std::path::Path;
use std::process::{Command, Stdio};

use super::BuildError;

/// Told of what begins, in words (`Compiling with clang-22`).
pub type Progress<'a> = &'a dyn Fn(&str);

/// Runs a tool to its end.
pub(super) fn run(command: &mut Command) -> Result<(), BuildError> {
    let tool = name(command.get_program());
    command.stdin(Stdio::null()).stdout(io::stderr());
    let status =
        command.status().map_err(|source| BuildError::Start { tool: tool.clone(), source });
    if status?.success() { Ok(()) } else { Err(BuildError::ToolFailed { tool }) }
}

/// Whether a tool is there and says that it works.
pub(super) fn works(program: impl AsRef<OsStr>) -> bool {
    let mut command = Command::new(program);
    command.arg("--version").stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    command.status().is_ok_and(|status| status.success())
}

/// The first of these tools that is there.
pub(super) fn first<'a>(
    programs: &[&'a str],
    tool: &str,
    hint: &str,
) -> Result<&'a str, BuildError> {
    programs
        .iter()
        .copied()
        .find(|program| works(program))
        .ok_or_else(|| BuildError::MissingTool { tool: tool.to_owned(), hint: hint.to_owned() })
}

fn name(program: &OsStr) -> String {
    Path::new(program).file_name().unwrap_or(program).to_string_lossy().into_owned()
}
