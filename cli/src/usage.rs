//! Faults that the parser of command lines finds, in the look of all others.

use std::ffi::OsString;

use clap::CommandFactory;
use clap::error::{ContextKind, ContextValue, ErrorKind};

use crate::args::server::join_args;
use crate::args::{Cli, Color};
use crate::error::Fault;
use crate::exit::Exit;
use crate::view::complain;

/// Says why a command line could not be parsed, or prints the help that it asks for.
pub fn report(error: &clap::Error) -> Exit {
    color().apply();
    match error.kind() {
        ErrorKind::DisplayHelp
        | ErrorKind::DisplayVersion
        | ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand => {
            let _ = error.print();
        }
        _ => {
            let words: Vec<_> = std::env::args_os().collect();
            complain(&fault(&without_values(error, &words)).usage().render());
        }
    }
    if error.use_stderr() { Exit::Usage } else { Exit::Success }
}

/// What `--color` says on a command line that is wrong somewhere else.
fn color() -> Color {
    let parsed =
        Cli::command().ignore_errors(true).try_get_matches_from(join_args(std::env::args_os()));
    let color = parsed.ok().and_then(|it| it.try_get_one::<Color>("color").ok().flatten().copied());
    color.unwrap_or(Color::Auto)
}

/// What the parser says, without the values that were typed: one may be a secret in the wrong
/// place. An argument that nothing takes is told by its place in `words`.
fn without_values(error: &clap::Error, words: &[OsString]) -> String {
    let text = error.render().to_string();
    let context = |kind| match error.get(kind) {
        Some(ContextValue::String(value)) if !value.is_empty() => Some(value.as_str()),
        _ => None,
    };
    let text = match context(ContextKind::InvalidValue) {
        Some(value) => text.replacen(&format!(" '{value}' for "), " for ", 1),
        None => text,
    };
    match context(ContextKind::InvalidArg) {
        Some(argument)
            if error.kind() == ErrorKind::UnknownArgument && !argument.starts_with('-') =>
        {
            let place = words.iter().position(|word| word == argument);
            let place = place.map_or(String::new(), |at| format!(": word {at} after `hatch`"));
            text.replacen(&format!(" '{argument}' found"), &format!(" found{place}"), 1)
        }
        _ => text,
    }
}

/// Takes the parser's text apart: its first lines are what is wrong, then there are tips and
/// the usage.
fn fault(text: &str) -> Fault {
    let mut message: Vec<String> = Vec::new();
    let mut hints = Vec::new();
    let mut usage: Vec<&str> = Vec::new();
    for line in text.lines().map(str::trim).filter(|line| !line.is_empty()) {
        if let Some(tip) = line.strip_prefix("tip: ") {
            hints.push(quoted(tip));
        } else if let Some(values) = line.strip_prefix('[').and_then(|it| it.strip_suffix(']')) {
            hints.push(quoted(values));
        } else if let Some(form) = line.strip_prefix("Usage: ") {
            usage.push(form);
        } else if line.starts_with("For more information") {
            // A hint of our own says so.
        } else if usage.is_empty() {
            message.push(quoted(line.strip_prefix("error: ").unwrap_or(line)));
        } else {
            usage.push(line);
        }
    }
    let command = command_of(usage.first().copied().unwrap_or_default());
    let mut fault = Fault::new(message.join("\n"));
    for form in usage {
        fault = fault.form(form);
    }
    hints.push(format!("`{command} --help` says more"));
    hints.into_iter().fold(fault, Fault::hint)
}

/// The command in its usage: the words before the first that stands for something.
fn command_of(usage: &str) -> String {
    let is_name =
        |word: &&str| !word.is_empty() && word.chars().all(|c| c.is_ascii_lowercase() || c == '-');
    let words: Vec<_> =
        usage.split(' ').take_while(|it| is_name(it) && !it.starts_with('-')).collect();
    if words.is_empty() { "hatch".to_owned() } else { words.join(" ") }
}

/// Names are in backticks everywhere else.
fn quoted(text: &str) -> String {
    let chars: Vec<char> = text.chars().collect();
    let at = |at: Option<usize>| at.and_then(|at| chars.get(at)).copied().unwrap_or(' ');
    let mark = |(index, c): (usize, &char)| {
        let opens = matches!(at(index.checked_sub(1)), ' ' | '(');
        let closes = matches!(at(index.checked_add(1)), ' ' | ',' | ':' | ';' | '.' | '?' | ')');
        if *c == '\'' && (opens || closes) { '`' } else { *c }
    };
    chars.iter().enumerate().map(mark).collect()
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::*;

    fn said(line: &str) -> String {
        said_of(&line.split(' ').collect::<Vec<_>>())
    }

    fn said_of(words: &[&str]) -> String {
        let error = Cli::try_parse_from(words).unwrap_err();
        let words: Vec<_> = words.iter().map(OsString::from).collect();
        let text = fault(&without_values(&error, &words)).usage().render();
        anstream::adapter::strip_str(&text).to_string()
    }

    #[test]
    fn no_value_that_was_typed_is_repeated() {
        for (words, expected) in [
            (
                &["mcp", "list", "hosts", "--color", "hunter2"][..],
                "invalid value for `--color <WHEN>`",
            ),
            (&["mcp", "list", "hosts", "--json=hunter2"], "unexpected value for `--json` found"),
            (
                &["mcp", "history", "--limit", "hunter2"],
                "invalid value for `--limit <N>`: invalid digit",
            ),
            (
                &["mcp", "list", "hosts", "a", "hunter2"],
                "unexpected argument found: word 5 after `hatch`",
            ),
            (&["mcp", "list", "hosts", "--tokn=hunter2"], "unexpected argument `--tokn` found"),
            (&["mcp", "list", "hosts", "-zhunter2"], "unexpected argument `-z` found"),
            (&["mcp", "sync", "--scope", "hunter2\nhunter2' for"], "invalid value for `--scope"),
        ] {
            let text = said_of(&[&["hatch"], words].concat());
            assert!(text.contains(expected), "{text}");
            assert!(!text.contains("hunter2"), "{text}");
        }
    }

    #[test]
    fn faults_look_as_ours_do() {
        assert_eq!(
            said("hatch mcp synk"),
            "error: unrecognized subcommand `synk`\n\
             usage: hatch mcp [OPTIONS] <COMMAND>\n\
             hint: a similar subcommand exists: `sync`\n\
             hint: `hatch mcp --help` says more\n"
        );
        assert_eq!(
            said("hatch mcp list hosts --color red"),
            "error: invalid value for `--color <WHEN>`\n\
             hint: possible values: auto, always, never\n\
             hint: `hatch --help` says more\n"
        );
    }

    #[test]
    fn all_that_is_missing_is_said_at_once() {
        let text = said("hatch mcp sync");
        for part in ["--to-host <HOST>", "--from-env <ENV>", "--from-host <HOST>"] {
            assert!(text.contains(part), "{text}");
        }
        assert!(text.contains("hint: `hatch mcp sync --help` says more"), "{text}");
    }

    #[test]
    fn quotes_around_names_are_backticks_and_others_stay() {
        assert_eq!(quoted("the '--x <Y>' can't be 'it's'"), "the `--x <Y>` can't be `it's`");
    }
}
