//! `hatch completions`.

use clap::{Args, ValueEnum};

/// Print the script that makes a shell complete hatch's command lines
///
/// Commands, options and the names of hosts, servers, environments, backups and operations
/// are completed. The script asks `hatch`, which has to be on the PATH, each time; print it
/// anew after an upgrade.
#[derive(Args, Debug)]
#[command(after_help = "Examples, each to be put into the shell's start-up file:
  source <(hatch completions bash)                                 bash: ~/.bashrc
  source <(hatch completions zsh)                                  zsh: ~/.zshrc, after compinit
  hatch completions fish | source                                  fish: config.fish
  hatch completions powershell | Out-String | Invoke-Expression    PowerShell: $PROFILE
  eval (hatch completions elvish | slurp)                          elvish: rc.elv")]
pub struct CompletionsArgs {
    /// The shell
    pub shell: Shell,
}

/// A shell that can complete.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Shell {
    /// GNU Bash
    Bash,
    /// Elvish
    Elvish,
    /// Fish
    Fish,
    /// PowerShell
    Powershell,
    /// Z shell
    Zsh,
}
