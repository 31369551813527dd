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
    /// A variable that no shell could read. What it holds is not repeated: it may be a secret
    /// that was put into the wrong variable.
    #[error(
        "cannot read `${variable}` as a command: expected a program and its arguments, quotes closed"
    )]
    NoCommand {
        /// `VISUAL` or `EDITOR`.
        variable: &'static str,
    },
    /// The editor can't be started.
    #[error("cannot start the editor that {named_by} names")]
    Start {
        /// What names it.
        named_by: String,
        /// Why.
        source: io::Error,
    },
    /// The editor says that it failed.
    #[error("the editor that {named_by} names failed ({status})")]
    Failed {
        /// What names it.
        named_by: String,
        /// How it ended.
        status: ExitStatus,
    },
}

/// An editor.
pub struct Editor {
    /// Its command and its first arguments.
    words: Vec<String>,
    /// The variable that names it; hatch itself where none does.
    variable: Option<&'static str>,
}

impl Editor {
    /// What `$VISUAL` says, else `$EDITOR`, else one that every system has.
    pub fn find() -> Result<Self, EditorError> {
        for variable in ["VISUAL", "EDITOR"] {
            let Some(value) = env::var_os(variable) else { continue };
            let value = value.to_string_lossy().into_owned();
            if !value.trim().is_empty() {
                return Self::split(variable, &value);
            }
        }
        Ok(Editor { words: vec![FALLBACK.to_owned()], variable: None })
    }

    /// As a shell splits it: `code --wait`, `'/opt/my editor/bin/edit' -n`.
    fn split(variable: &'static str, value: &str) -> Result<Self, EditorError> {
        // On Windows a backslash parts folders, and quotes nothing.
        let text = if cfg!(windows) { value.replace('\\', "\\\\") } else { value.to_owned() };
        match shlex::split(&text) {
            Some(words) if !words.is_empty() => Ok(Editor { words, variable: Some(variable) }),
            _ => Err(EditorError::NoCommand { variable }),
        }
    }

    /// Lets the person edit a file, and waits for the end of it.
    pub fn edit(&self, path: &Path) -> Result<(), EditorError> {
        let named_by = match self.variable {
            Some(variable) => format!("`${variable}`"),
            None => format!("hatch itself (`{FALLBACK}`)"),
        };
        let Some((program, arguments)) = self.words.split_first() else {
            unreachable!("an editor has a command")
        };
        // Ctrl-C is the editor's: this process has something to clean up after it.
        let status = interrupt::while_another_runs(|| {
            Command::new(program).args(arguments).arg(path).status()
        });
        match status {
            Ok(status) if status.success() => Ok(()),
            Ok(status) => Err(EditorError::Failed { named_by, status }),
            Err(source) => Err(EditorError::Start { named_by, source }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_command_is_split_as_a_shell_does() {
        let split = |value: &str| Editor::split("EDITOR", value).map(|it| it.words);
        assert_eq!(split("vi").unwrap(), ["vi"]);
        assert_eq!(split("code --wait").unwrap(), ["code", "--wait"]);
        assert_eq!(split("'/opt/my editor/edit' -n").unwrap(), ["/opt/my editor/edit", "-n"]);
        for bad in ["'vi", "# nothing"] {
            let error = split(bad).unwrap_err().to_string();
            let said = "cannot read `$EDITOR` as a command: expected a program and its arguments, \
                        quotes closed";
            assert_eq!(error, said);
        }
    }
}
