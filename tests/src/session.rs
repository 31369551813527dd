//! A terminal of a test's own, and a program that runs on it.

use std::fs::File;
use std::io::{Read, Write};
use std::path::Path;
use std::process::{Child, Command};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::{Duration, Instant};

use rustix::fs::{Mode, OFlags};
use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};
use rustix::termios::{Winsize, tcsetwinsize};

use crate::{TestHome, program};

/// A program that runs on a terminal of its own.
#[derive(Debug)]
pub struct Session {
    terminal: File,
    child: Child,
    shown: Arc<Mutex<Vec<u8>>>,
    reader: Option<thread::JoinHandle<()>>,
    /// Held until the command is over: a terminal without a program has no more to read.
    other_end: Option<rustix::fd::OwnedFd>,
}

impl Session {
    /// Starts `hatch` with these arguments, plain words.
    ///
    /// # Panics
    ///
    /// Panics where no terminal can be had, as every function here does.
    pub fn start(home: &TestHome, columns: u16, line: &str, variables: &[(&str, &str)]) -> Self {
        let arguments: Vec<_> = line.split_whitespace().collect();
        Self::of(&program(), &arguments, home, columns, variables)
    }

    /// Starts any program.
    pub fn of(
        program_path: &Path,
        arguments: &[&str],
        home: &TestHome,
        columns: u16,
        variables: &[(&str, &str)],
    ) -> Self {
        let terminal = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY).expect("a terminal");
        grantpt(&terminal).expect("a terminal");
        unlockpt(&terminal).expect("a terminal");
        let size = Winsize { ws_row: 24, ws_col: columns, ws_xpixel: 0, ws_ypixel: 0 };
        let name =
            ptsname(&terminal, Vec::new()).expect("a terminal").into_string().expect("a terminal");
        let flags = OFlags::RDWR | OFlags::NOCTTY | OFlags::CLOEXEC;
        let other_end = rustix::fs::open(name.as_str(), flags, Mode::empty()).expect("a terminal");
        tcsetwinsize(&other_end, size).expect("a terminal");

        let mut command = Command::new(program().with_file_name("on-terminal"));
        command.arg(&name).arg(program_path).args(arguments);
        command.env_clear().env("HOME", home.path()).env("TERM", "xterm-256color");
        command.envs(variables.iter().copied()).current_dir(home.path());
        let child = command.spawn().expect("a terminal");

        let shown = Arc::new(Mutex::new(Vec::new()));
        let mut terminal = File::from(terminal);
        let mut from = terminal.try_clone().expect("a terminal");
        let into = Arc::clone(&shown);
        let reader = thread::spawn(move || {
            let mut buffer = [0; 4096];
            while let Ok(count @ 1..) = from.read(&mut buffer) {
                into.lock().expect("a terminal").extend_from_slice(&buffer[..count]);
            }
        });
        terminal.flush().expect("a terminal");
        Session { terminal, child, shown, reader: Some(reader), other_end: Some(other_end) }
    }

    /// All that was shown so far.
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.shown.lock().expect("a terminal")).replace("\r\n", "\n")
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

    /// Types.
    pub fn answer(&mut self, text: &str) {
        self.terminal.write_all(text.as_bytes()).expect("a terminal");
    }

    /// The exit code, and all that was shown.
    pub fn end(mut self) -> (i32, String) {
        let status = self.child.wait().expect("a terminal");
        drop(self.other_end.take());
        self.reader.take().expect("a terminal").join().expect("a terminal");
        (status.code().unwrap_or(-1), self.text())
    }
}
