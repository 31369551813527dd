//! A run that is held up right after a chosen system call, for as long as a test needs it to be.

use std::fs;
use std::process::{Child, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use hatch_tests::TestHome;
use rustix::process::{Pid, Signal, kill_process};
use tempfile::NamedTempFile;

use crate::trace::under;

/// A run that stands still.
pub struct Held {
    child: Child,
    pid: Pid,
    _trace: NamedTempFile,
}

impl Held {
    /// Starts a command line, and returns when its call `nth` of this name is over.
    pub fn after(home: &TestHome, call: &str, nth: usize, line: &str) -> Self {
        let trace = NamedTempFile::new().unwrap();
        let name = trace.path().to_str().unwrap();
        let (traced, inject) =
            (format!("trace={call}"), format!("inject={call}:signal=STOP:when={nth}"));
        let strace = ["-f", "-o", name, "-e", &traced, "-e", &inject];
        let mut command = home.command();
        let mut command = under("strace", &strace, command.args(line.split_whitespace()));
        let child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let pid = stopped(trace.path());
        Held { child, pid, _trace: trace }
    }

    /// Lets it run to its end, and returns its exit code and what it said.
    pub fn go_on(self) -> (i32, String) {
        kill_process(self.pid, Signal::CONT).unwrap();
        let output = self.child.wait_with_output().unwrap();
        let stderr = String::from_utf8_lossy(&output.stderr).into_owned();
        (output.status.code().unwrap_or(-1), stderr)
    }

    /// Kills it where it stands.
    pub fn kill(mut self) {
        kill_process(self.pid, Signal::KILL).unwrap();
        self.child.wait().unwrap();
    }
}

/// The process that a trace says has stopped.
fn stopped(trace: &std::path::Path) -> Pid {
    let deadline = Instant::now() + Duration::from_secs(30);
    loop {
        let text = fs::read_to_string(trace).unwrap();
        if let Some(line) = text.lines().find(|line| line.contains("stopped by SIGSTOP")) {
            let pid = line.split_whitespace().next().unwrap().parse().unwrap();
            return Pid::from_raw(pid).unwrap();
        }
        assert!(Instant::now() < deadline, "it does not stop:\n{text}");
        thread::sleep(Duration::from_millis(2));
    }
}
