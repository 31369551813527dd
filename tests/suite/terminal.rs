//! What happens on a real terminal: the question and its answers, Ctrl-C, and the width.
#![cfg(unix)]

use hatch_tests::TestHome;
use hatch_tests::session::Session;

use crate::common::{CURSOR, DEV, FILES, GEMINI, assert_unchanged, has, hosts_with, state};

const SYNC: &str = "mcp sync --from-env dev --to-host all";
const QUESTION: &str = "Write these changes to 4 hosts? [y/N] ";

/// Runs a sync, and answers its question.
#[track_caller]
fn answered(home: &TestHome, answer: &str) -> (i32, String) {
    let mut session = Session::start(home, 100, SYNC, &[]);
    session.until(QUESTION);
    has(&session.text(), &["Sync 1 server", "dev-tools"]);
    session.answer(answer);
    session.end()
}

#[test]
fn yes_writes() {
    for answer in ["y\n", "YES\n", " y \n"] {
        let home = hosts_with("dev", DEV);
        let (code, text) = answered(&home, answer);
        assert_eq!(code, 0, "{text}");
        has(&text, &["Done", "4 hosts changed."]);
        for file in FILES {
            assert!(home.text(file).contains("dev-tools"), "{file}");
        }
    }
}

#[test]
fn anything_but_yes_writes_nothing() {
    // The last is the end of the input, Ctrl-D.
    for answer in ["n\n", "no\n", "\n", "\u{4}"] {
        let home = hosts_with("dev", DEV);
        let before = state(&home);
        let (code, text) = answered(&home, answer);
        assert_eq!(code, 0, "{text}");
        has(&text, &["Nothing was written."]);
        assert_unchanged(&home, &before);
    }
}

#[test]
fn what_is_neither_is_asked_again() {
    let home = hosts_with("dev", DEV);
    let before = state(&home);
    let mut session = Session::start(&home, 100, SYNC, &[]);
    session.until(QUESTION);
    session.answer("maybe\n");
    session.until("Please answer y or n.");
    session.answer("n\n");
    let (code, text) = session.end();
    assert_eq!((code, text.matches("[y/N]").count()), (0, 2), "{text}");
    assert_unchanged(&home, &before);
}

#[test]
fn each_conflict_is_asked_about() {
    let sync = "mcp sync --from-env dev --to-host cursor,gemini";
    for (answers, kept) in [(["k", "o"], [true, false]), (["o", "keep"], [false, true])] {
        let home = hosts_with("dev", DEV);
        home.line(&format!("{sync} --auto-approve")).ends(0);
        for file in [CURSOR, GEMINI] {
            home.write(file, home.text(file).replace("\"tools\"", "\"mine\""));
        }
        let mut session = Session::start(&home, 100, sync, &[]);
        session.until("cursor: someone changed `dev-tools` after hatch wrote it on ");
        session.until("Keep it as it is, or overwrite it? [k/o] ");
        has(&session.text(), &["command: mine → tools"]);
        session.answer(&format!("{}\n", answers[0]));
        session.until("gemini: someone changed `dev-tools` after hatch wrote it on ");
        session.answer(&format!("{}\n", answers[1]));
        session.until("Write these changes to 1 host? [y/N] ");
        has(&session.text(), &["; it stays as it is", "; it is overwritten"]);
        session.answer("y\n");
        let (code, text) = session.end();
        assert_eq!(code, 0, "{text}");
        assert_eq!([CURSOR, GEMINI].map(|file| home.text(file).contains("\"mine\"")), kept);
    }
}

#[test]
fn a_conflict_that_nobody_decides_writes_nothing() {
    let home = hosts_with("dev", DEV);
    let sync = "mcp sync --from-env dev --to-host cursor";
    home.line(&format!("{sync} --auto-approve")).ends(0);
    home.write(CURSOR, home.text(CURSOR).replace("\"tools\"", "\"mine\""));
    let before = state(&home);
    let mut session = Session::start(&home, 100, sync, &[]);
    session.until("[k/o] ");
    session.answer("\u{4}");
    let (code, text) = session.end();
    assert_eq!(code, 1, "{text}");
    has(&text, &["nothing was decided, so nothing was written"]);
    assert_unchanged(&home, &before);
}

#[test]
fn ctrl_c_at_the_question_writes_nothing() {
    let home = hosts_with("dev", DEV);
    let before = state(&home);
    let (code, text) = answered(&home, "\u{3}");
    assert_eq!(code, 130, "{text}");
    assert_unchanged(&home, &before);
}

#[test]
fn a_file_that_changes_during_the_question_stops_all() {
    let home = hosts_with("dev", DEV);
    let mut session = Session::start(&home, 100, SYNC, &[]);
    session.until(QUESTION);
    home.write(CURSOR, "{ \"mcpServers\": {} }");
    let before = FILES.map(|file| home.read(file));
    session.answer("y\n");
    let (code, text) = session.end();
    assert_eq!(code, 1, "{text}");
    has(&text, &["`~/.cursor/mcp.json` has changed", "run `hatch mcp sync` again"]);
    assert!(FILES.map(|file| home.read(file)) == before);
}

#[test]
fn nothing_is_asked_where_nothing_is_to_do_or_it_was_answered_before() {
    let home = hosts_with("dev", DEV);
    let dry = Session::start(&home, 100, &format!("{SYNC} --dry-run"), &[]).end();
    let done = Session::start(&home, 100, &format!("{SYNC} --auto-approve"), &[]).end();
    let again = Session::start(&home, 100, SYNC, &[]).end();
    for (code, text) in [dry, done, again] {
        assert_eq!(code, 0, "{text}");
        assert!(!text.contains("[y/N]"), "{text}");
    }
}

#[test]
fn a_terminal_gets_colours_unless_it_wants_none() {
    let home = hosts_with("dev", DEV);
    let line = &format!("{SYNC} --dry-run");
    let coloured = |line: &str, variables: &[(&str, &str)]| {
        Session::start(&home, 100, line, variables).end().1.contains("\u{1b}[")
    };
    assert!(coloured(line, &[]));
    assert!(!coloured(line, &[("NO_COLOR", "1")]));
    assert!(!coloured(line, &[("TERM", "dumb")]));
    assert!(!coloured(&format!("{line} --color never"), &[]));
    let wrong = "mcp sync --from-env nope --to-host all";
    assert!(coloured(wrong, &[]) && !coloured(wrong, &[("NO_COLOR", "1")]));
}

#[test]
fn a_narrow_terminal_gets_lines_that_fit() {
    let home = hosts_with("an-environment-with-a-long-name", DEV);
    let line = "mcp sync --from-env an-environment-with-a-long-name --to-host all --auto-approve";
    home.line(line).ends(0);
    for columns in [40, 24] {
        // A name that is longer than a line stays whole.
        let history = (columns == 40).then_some("mcp history");
        for line in [
            "mcp discover hosts",
            "mcp list hosts",
            "mcp list servers",
            "env list",
            "mcp backup list cursor",
            "mcp backup list",
        ]
        .into_iter()
        .chain(history)
        {
            let session = Session::start(&home, columns, line, &[("NO_COLOR", "1")]);
            let (code, text) = session.end();
            assert_eq!(code, 0, "{text}");
            for shown in text.lines() {
                let width = shown.chars().count();
                assert!(width <= usize::from(columns), "{line}, {columns}: {width}: {shown}");
            }
            assert!(text.lines().count() > 1, "{text}");
        }
    }
    let help = Session::start(&home, 40, "mcp sync --help", &[]).end().1;
    has(&help, &["--auto-approve", "--pattern"]);
}

/// A file with far more in it than servers, as hosts that keep their history there have.
fn large(megabytes: usize) -> String {
    let line = format!("\"{}\",\n", "x".repeat(60)).repeat(megabytes << 14);
    format!("{{ \"history\": [\n{line}\"end\"\n], \"mcpServers\": {{}} }}\n")
}

/// What is seen in the end: what follows a carriage return is written over what was there.
fn seen(text: &str) -> String {
    let line = |line: &str| {
        let mut cells: Vec<char> = Vec::new();
        for part in line.split('\r') {
            let part: Vec<char> = part.chars().collect();
            let rest = cells.split_off(part.len().min(cells.len()));
            cells = [part, rest].concat();
        }
        cells.into_iter().collect::<String>().trim_end().to_owned()
    };
    text.split('\n').map(line).collect::<Vec<_>>().join("\n")
}

#[test]
fn what_takes_long_is_named_until_it_is_done() {
    let home = hosts_with("dev", DEV);
    let line = "mcp sync --from-env dev --to-host cursor --dry-run --json";
    // How much takes long depends on the machine.
    for megabytes in [32, 64, 128, 256] {
        home.write(CURSOR, large(megabytes));
        let (code, text) = Session::start(&home, 100, line, &[("NO_COLOR", "1")]).end();
        assert_eq!(code, 0, "{text}");
        if !text.contains("Reading Cursor ...\r") {
            continue;
        }
        let seen = seen(&text);
        assert!(serde_json::from_str::<serde_json::Value>(&seen).is_ok(), "{seen}");
        assert_eq!(home.line(line).expect(0).stderr, "", "without a terminal nothing is said");
        return;
    }
    panic!("a file of 256 MB was read within a moment");
}

#[test]
fn what_is_quick_is_not_named() {
    let home = hosts_with("dev", DEV);
    let (code, text) = Session::start(&home, 100, &format!("{SYNC} --auto-approve"), &[]).end();
    assert_eq!(code, 0, "{text}");
    assert!(!text.contains(" ...") && !text.contains('\r'), "{text}");
}

#[test]
fn ctrl_c_takes_the_line_away() {
    let home = hosts_with("dev", DEV);
    home.write(CURSOR, large(128));
    let before = state(&home);
    let line = "mcp sync --from-env dev --to-host cursor --auto-approve";
    let mut session = Session::start(&home, 100, line, &[]);
    session.until("ing ...");
    session.answer("\u{3}");
    let (code, text) = session.end();
    assert_eq!(code, 130, "{text}");
    assert!(text.ends_with('\r'), "the cursor is not at the start of an empty line: {text:?}");
    assert_unchanged(&home, &before);
}
