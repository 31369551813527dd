//! What is said of hatch as a whole: its exit codes, its files and the variables that it
//! looks at. The long help and the man page are made of it.

use std::fmt::Write as _;

use crate::exit::Exit;

/// A list of terms, each with what it means.
#[derive(Clone, Copy, Debug)]
pub struct Topic {
    /// Its heading.
    pub title: &'static str,
    /// Terms and meanings.
    pub entries: &'static [(&'static str, &'static str)],
}

/// How a run ended, as a script sees it.
pub const EXIT_CODES: Topic = Topic {
    title: "Exit codes",
    entries: &[
        (Exit::Success.digits(), "Done, or nothing to do"),
        (Exit::Failure.digits(), "Failed, and nothing was changed"),
        (Exit::Usage.digits(), "The command line makes no sense"),
        (Exit::NotInSync.digits(), "Not in sync, where `--check` asks for it"),
        (
            Exit::NeedsPerson.digits(),
            "Not everything could be put back: the message says what to do",
        ),
        (Exit::Bug.digits(), "A bug in hatch"),
        (Exit::Interrupted.digits(), "Interrupted by Ctrl-C or a signal; everything is as it was"),
    ],
};

/// What hatch keeps.
pub const FILES: Topic = Topic {
    title: "Files",
    entries: &[
        ("~/.hatch", "Hatch's own folder; HATCH_HOME names another"),
        ("~/.hatch/envs/NAME.json", "An environment, to be read, edited and committed by people"),
        ("~/.hatch/backups", "Copies of what runs replaced, readable by their owner only"),
        ("~/.hatch/settings.json", "The current environment, and the hosts that were named"),
        ("~/.hatch/state.json", "Which server hatch put on which host, and from where"),
        ("~/.hatch/journal.json", "There only while files are written, or after a run was killed"),
    ],
};

/// What hatch looks at in the process environment.
pub const VARIABLES: Topic = Topic {
    title: "Environment variables",
    entries: &[
        ("HATCH_HOME", "Hatch's own folder, instead of ~/.hatch"),
        ("HATCH_AUTO_APPROVE", "`1`, `true` or `yes`: write without asking (--auto-approve)"),
        ("NO_COLOR", "If set to anything: no colours"),
        ("CLICOLOR_FORCE", "If set to anything but `0`: colours without a terminal, too"),
        ("HOME", "The home folder, below which hosts' files are looked for"),
        (
            "XDG_CONFIG_HOME, XDG_DATA_HOME, APPDATA, LOCALAPPDATA",
            "Programs' settings and data, where the system has them",
        ),
        ("VISUAL, EDITOR", "The editor that an environment is edited with"),
        ("PATH", "Where servers' commands are looked for, to warn of missing ones"),
    ],
};

/// What scripts can rely on.
pub const SCRIPTS: &str = "\
Results go to standard output, everything else to standard error. With
--json a result is JSON, also where there is nothing to show; its first
member names its schema, which `hatch schema` prints. An error is text on
standard error, and standard output is then empty, but for a plan of which
every server is refused.";

/// What stands below the long help of `hatch`.
pub fn below_help() -> String {
    let examples = "Examples:
  hatch mcp discover hosts
  hatch env create production --from-host cursor
  hatch mcp sync --from-env production --to-host all";
    let scripts = SCRIPTS.replace('\n', "\n  ");
    let codes = below(&EXIT_CODES);
    let variables = below(&VARIABLES);
    format!(
        "{examples}\n\nIn scripts:\n  {scripts}\n\n{codes}\n{variables}\n`hatch man` prints all of this, and what is kept where, as a manual page."
    )
}

fn below(topic: &Topic) -> String {
    let mut text = format!("{}:\n", topic.title);
    let width = topic.entries.iter().map(|(term, _)| term.len()).filter(|it| *it <= 20).max();
    for (term, meaning) in topic.entries {
        match width {
            Some(width) if term.len() <= width => {
                let _ = writeln!(text, "  {term:width$}  {meaning}");
            }
            width => {
                let column = " ".repeat(width.unwrap_or_default());
                let _ = writeln!(text, "  {term}\n  {column}  {meaning}");
            }
        }
    }
    text
}
