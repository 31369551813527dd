//! Help texts: that each command and option has one, and what is made of them, the
//! reference and the manual pages.

use std::fmt::Write as _;

use clap::Command;
use hatch_tests::{TestHome, committed};

use crate::common::{fails, has};

/// Every visible command with its path, the outermost first.
fn commands() -> Vec<(String, Command)> {
    fn collect(command: &Command, path: &str, found: &mut Vec<(String, Command)>) {
        found.push((path.to_owned(), command.clone()));
        for inner in command.get_subcommands().filter(|inner| !inner.is_hide_set()) {
            collect(inner, &format!("{path} {}", inner.get_name()), found);
        }
    }
    let mut found = Vec::new();
    collect(&hatch_cli::command(), "hatch", &mut found);
    found
}

fn is_leaf(command: &Command) -> bool {
    command.get_subcommands().all(Command::is_hide_set)
}

/// What is wrong with the first line of a text.
fn first_line(text: Option<String>) -> Option<&'static str> {
    let text = text.unwrap_or_default();
    let line = text.lines().next().unwrap_or_default().trim();
    match line.chars().next() {
        None => Some("has no help text"),
        Some(first) if first.is_lowercase() => Some("does not begin with a capital letter"),
        Some(_) if line.ends_with('.') => Some("ends its first line with a full stop"),
        Some(_) if line.chars().count() > 100 => Some("has a first line that is too long"),
        Some(_) => None,
    }
}

#[test]
fn every_command_and_option_is_explained() {
    let mut wrong = Vec::new();
    for (path, command) in commands() {
        let about = command.get_about().map(ToString::to_string);
        wrong.extend(first_line(about).map(|it| format!("`{path}` {it}")));
        for arg in command.get_arguments().filter(|arg| !arg.is_hide_set()) {
            let help = arg.get_help().map(ToString::to_string);
            wrong.extend(first_line(help).map(|it| format!("`{path}`: `{arg}` {it}")));
            // A heading must not run on into options that others have, too.
            let is_common = ["json", "dry_run"].contains(&arg.get_id().as_str());
            if is_common && arg.get_help_heading().is_some() {
                wrong.push(format!("`{path}`: `{arg}` is under `{:?}`", arg.get_help_heading()));
            }
        }
        let own = command.get_arguments().filter(|arg| !arg.is_global_set());
        let takes_any =
            own.filter(|arg| !["help", "version", "json"].contains(&arg.get_id().as_str()));
        let below = command.get_after_help().map(ToString::to_string).unwrap_or_default();
        if is_leaf(&command) && takes_any.count() > 0 && !below.contains("Example") {
            wrong.push(format!("`{path}` takes arguments and shows no examples"));
        }
        if below.contains("Example") && !below.contains(&path) {
            wrong.push(format!("`{path}` shows examples of other commands only"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// What examples show can be typed: the parser takes each.
#[test]
fn examples_can_be_typed() {
    let mut count = 0;
    for (_, command) in commands() {
        let below = command.get_after_help().map(ToString::to_string).unwrap_or_default();
        let below = below.replace("\\\n", " ");
        let below = below.split_once("Example").unwrap_or_default().1;
        for line in below.lines().map(str::trim).filter(|line| line.starts_with("hatch ")) {
            let line = line.split(" | ").next().unwrap_or_default();
            let line = line.split(" > ").next().unwrap_or_default();
            let words = words(line);
            let parsed = hatch_cli::command().try_get_matches_from(&words);
            assert!(parsed.is_ok(), "{line}: {}", parsed.unwrap_err());
            count += 1;
        }
    }
    assert!(count > 5, "{count} examples were found");
}

/// Splits as a shell does, as far as examples need it.
fn words(line: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let mut quote = None;
    for c in line.chars() {
        match (quote, c) {
            (None, '\'' | '"') => quote = Some(c),
            (Some(open), c) if open == c => quote = None,
            (None, ' ') => words.push(String::new()),
            (_, c) => words.last_mut().unwrap().push(c),
        }
    }
    words.retain(|word| !word.is_empty());
    words
}

/// `HATCH_BLESS=1 cargo test --test suite reference` writes it anew.
#[test]
fn the_reference_is_what_the_help_texts_say() {
    let mut text = "# Command reference\n\n\
        Made of the help texts, which `--help` prints. Every command takes the options of \
        `hatch` itself, and every command of `hatch mcp` those of `hatch mcp`, too.\n\n"
        .to_owned();
    for (path, _) in commands() {
        let indent = "  ".repeat(path.matches(' ').count());
        let _ = writeln!(text, "{indent}- [`{path}`](#{})", path.replace(' ', "-"));
    }
    for (path, command) in commands() {
        let about = command.get_long_about().or(command.get_about());
        let about = about.map(ToString::to_string).unwrap_or_default();
        let is_inner = path.contains(' ');
        let shown = command.mut_args(|arg| match arg.is_global_set() && is_inner {
            true => arg.hide(true),
            false => arg,
        });
        let mut shown =
            shown.term_width(96).help_template("{usage-heading} {usage}\n\n{all-args}{after-help}");
        let help = shown.render_long_help().to_string();
        let help: Vec<_> = help.trim_end().lines().map(str::trim_end).collect();
        let _ = write!(text, "\n## {path}\n\n{about}\n\n```text\n{}\n```\n", help.join("\n"));
    }
    committed("docs/reference.md", &text);
}

#[test]
fn the_long_help_names_exit_codes_and_variables() {
    let home = TestHome::new();
    let help = home.line("--help").expect(0).stdout;
    has(&help, &["Exit codes:", "130", "Not in sync", "HATCH_AUTO_APPROVE", "NO_COLOR", "--json"]);
    let short = home.line("-h").expect(0).stdout;
    assert!(!short.contains("Exit codes:") && short.contains("--help"), "{short}");
    for line in ["", "mcp", "env"] {
        let run = home.line(line).expect(2);
        assert_eq!(run.stdout, "");
        has(&run.stderr, &["Usage: hatch"]);
    }
}

#[test]
fn every_command_has_a_manual_page() {
    let home = TestHome::new();
    let printed = home.line("man").expect(0).stdout;
    has(&printed, &[".TH hatch 1", ".SH \"EXIT CODES\"", "HATCH_HOME", ".SH FILES", "NO_COLOR"]);
    has(&home.line("man pages/man1").expect(0).stdout, &["pages to pages/man1"]);
    assert_eq!(home.text("pages/man1/hatch.1"), printed);
    let commands = commands();
    for (path, _) in &commands {
        let page = home.text(&format!("pages/man1/{}.1", path.replace(' ', "-")));
        has(&page, &[".TH ", ".SH NAME", ".SH SYNOPSIS"]);
    }
    assert_eq!(home.files().len(), commands.len(), "hidden commands have none");
    home.line("man pages/man1").ends(0);
}

#[test]
fn what_is_no_manual_page_is_not_overwritten() {
    let home = TestHome::new();
    home.write("pages/hatch.1", "mine");
    home.write("pages/hatch-mcp.1", "mine too");
    let error = fails(&home, "man pages", 1);
    has(&error, &["`pages/hatch.1` is no manual page", "`pages/hatch-mcp.1`", "hint: "]);
    let error = fails(&home, "man pages/hatch.1", 1);
    has(&error, &["pages/hatch.1"]);
}

#[test]
fn faults_of_the_parser_look_as_ours_do() {
    let home = TestHome::new();
    let error = fails(&home, "mcp synk", 2);
    has(&error, &["error: unrecognized subcommand `synk`\n", "hint: ", "`sync`"]);
    let error = fails(&home, "mcp sync --from-env a --to-hots b", 2);
    has(&error, &["error: unexpected argument `--to-hots` found\n", "`--to-host`"]);
    has(&error, &["usage: hatch mcp sync"]);
    let error = fails(&home, "mcp sync", 2);
    has(&error, &["--to-host <HOST>", "--from-env <ENV>|--from-host <HOST>"]);
    assert!(!error.contains("tip:") && !error.contains("Usage:"), "{error}");
    let mut command = home.command();
    let coloured = home.run(command.args(["--color", "always", "mcp", "synk"])).expect(2);
    assert!(coloured.stderr.contains('\u{1b}'), "{}", coloured.stderr);
}
