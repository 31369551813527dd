//! What happens on a real terminal: the question and its answers, Ctrl-C, and the width.
#![cfg(unix)]

use std::fs::File;
use std::io::{Read, Write};
use std::process::{Child, Command};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::{Duration, Instant};

use hatch_tests::{TestHome, program};
use rustix::fs::{Mode, OFlags};
use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};
use rustix::termios::{Winsize, tcsetwinsize};

use crate::common::{CURSOR, DEV, FILES, GEMINI, assert_unchanged, has, hosts_with, state};

const SYNC: &str = "mcp sync --from-env dev --to-host all";
const QUESTION: &str = "Write these changes to 4 hosts? [y/N] ";

/// A command that runs on a terminal of its own.
pub struct Session {
    terminal: File,
    child: Child,
    shown: Arc<Mutex<Vec<u8>>>,
    reader: Option<thread::JoinHandle<()>>,
    /// Held until the command is over: a terminal without a program has no more to read.
    other_end: Option<rustix::fd::OwnedFd>,
}

impl Session {
    pub fn start(home: &TestHome, columns: u16, line: &str, variables: &[(&str, &str)]) -> Self {
        let terminal = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY).unwrap();
        grantpt(&terminal).unwrap();
        unlockpt(&terminal).unwrap();
        let size = Winsize { ws_row: 24, ws_col: columns, ws_xpixel: 0, ws_ypixel: 0 };
        let name = ptsname(&terminal, Vec::new()).unwrap().into_string().unwrap();
        let flags = OFlags::RDWR | OFlags::NOCTTY | OFlags::CLOEXEC;
        let other_end = rustix::fs::open(name.as_str(), flags, Mode::empty()).unwrap();
        tcsetwinsize(&other_end, size).unwrap();

        let mut command = Command::new(program().with_file_name("on-terminal"));
        command.arg(&name).arg(program()).args(line.split_whitespace());
        command.env_clear().env("HOME", home.path()).env("TERM", "xterm-256color");
        command.envs(variables.iter().copied()).current_dir(home.path());
        let child = command.spawn().unwrap();

        let shown = Arc::new(Mutex::new(Vec::new()));
        let mut terminal = File::from(terminal);
        let mut from = terminal.try_clone().unwrap();
        let into = Arc::clone(&shown);
        let reader = thread::spawn(move || {
            let mut buffer = [0; 4096];
            while let Ok(count @ 1..) = from.read(&mut buffer) {
                into.lock().unwrap().extend_from_slice(&buffer[..count]);
            }
        });
        terminal.flush().unwrap();
        Session { terminal, child, shown, reader: Some(reader), other_end: Some(other_end) }
    }

    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.shown.lock().unwrap()).replace("\r\n", "\n")
    }

    /// Waits until a text is shown.
    #[track_caller]
    pub fn until(&mut self, text: &str) {
        let deadline = Instant::now() + Duration::from_secs(20);
        while !self.text().contains(text) {
            assert!(Instant::now() < deadline, "`{text}` is not shown:\n{}", self.text());
            thread::sleep(Duration::from_millis(2));
        }
    }

    pub fn answer(&mut self, text: &str) {
        self.terminal.write_all(text.as_bytes()).unwrap();
    }

    /// The exit code, and all that was shown.
    pub fn end(mut self) -> (i32, String) {
        let status = self.child.wait().unwrap();
        drop(self.other_end.take());
        self.reader.take().unwrap().join().unwrap();
        (status.code().unwrap_or(-1), self.text())
    }
}

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
        session.until("cursor: `dev-tools` was changed since hatch put it there");
        session.until("Keep it as it is, or overwrite it? [k/o] ");
        has(&session.text(), &["command: mine → tools"]);
        session.answer(&format!("{}\n", answers[0]));
        session.until("gemini: `dev-tools` was changed since hatch put it there");
        session.answer(&format!("{}\n", answers[1]));
        session.until("Write these changes to 1 host? [y/N] ");
        has(&session.text(), &["and stays as it is", "and is overwritten"]);
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
        for line in [
            "mcp discover hosts",
            "mcp list hosts",
            "mcp list servers",
            "env list",
            "mcp backup list cursor",
        ] {
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
