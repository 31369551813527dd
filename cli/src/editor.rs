//! The editor of the person at the terminal.
#![expect(clippy::disallowed_methods, reason = "which editor is a matter of the process")]

use std::env;
use std::io;
use std::path::Path;
use std::process::{Command, ExitStatus};

use crate::interrupt;

/// Used where neither variable names one.
const FALLBACK: &str = if cfg!(windows) { "notepad" } else { "vi" };

/// Why nothing was edited.
#[derive(Debug, thiserror::Error)]
pub enum EditorError {
    /// A variable that no shell could read.
    #[error("`{variable}` is no command: `{value}`")]
    NoCommand {
        /// `VISUAL` or `EDITOR`.
        variable: &'static str,
        /// What it holds.
        value: String,
    },
    /// The editor can't be started.
    #[error("the editor `{command}` can't be started")]
    Start {
        /// Its command.
        command: String,
        /// Why.
        source: io::Error,
    },
    /// The editor says that it failed.
    #[error("the editor `{command}` failed ({status})")]
    Failed {
        /// Its command.
        command: String,
        /// How it ended.
        status: ExitStatus,
    },
}

/// An editor's command and its first arguments.
#[derive(Debug)]
pub struct Editor(Vec<String>);

impl Editor {
    /// What `$VISUAL` says, else `$EDITOR`, else one that every system has.
    pub fn find() -> Result<Self, EditorError> {
        for variable in ["VISUAL", "EDITOR"] {
            let Some(value) = env::var_os(variable) else { continue };
            let value = value.to_string_lossy().into_owned();
            if !value.trim().is_empty() {
                return Self::split(variable, value);
            }
        }
        Ok(Editor(vec![FALLBACK.to_owned()]))
    }

    /// As a shell splits it: `code --wait`, `'/opt/my editor/bin/edit' -n`.
    fn split(variable: &'static str, value: String) -> Result<Self, EditorError> {
        // On Windows a backslash parts folders, and quotes nothing.
        let text = if cfg!(windows) { value.replace('\\', "\\\\") } else { value.clone() };
        match shlex::split(&text) {
            Some(words) if !words.is_empty() => Ok(Editor(words)),
            _ => Err(EditorError::NoCommand { variable, value }),
        }
    }

    /// Lets the person edit a file, and waits for the end of it.
    pub fn edit(&self, path: &Path) -> Result<(), EditorError> {
        let command = self.0.join(" ");
        let Some((program, arguments)) = self.0.split_first() else {
            unreachable!("an editor has a command")
        };
        // Ctrl-C is the editor's: this process has something to clean up after it.
        let status = interrupt::while_another_runs(|| {
            Command::new(program).args(arguments).arg(path).status()
        });
        match status {
            Ok(status) if status.success() => Ok(()),
            Ok(status) => Err(EditorError::Failed { command, status }),
            Err(source) => Err(EditorError::Start { command, source }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_command_is_split_as_a_shell_does() {
        let split = |value: &str| Editor::split("EDITOR", value.to_owned()).map(|it| it.0);
        assert_eq!(split("vi").unwrap(), ["vi"]);
        assert_eq!(split("code --wait").unwrap(), ["code", "--wait"]);
        assert_eq!(split("'/opt/my editor/edit' -n").unwrap(), ["/opt/my editor/edit", "-n"]);
        for bad in ["'vi", "# nothing"] {
            let error = split(bad).unwrap_err().to_string();
            assert_eq!(error, format!("`EDITOR` is no command: `{bad}`"));
        }
    }
}
