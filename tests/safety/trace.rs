//! The command under `strace`, which counts its system calls, holds them up, and makes them
//! fail.
//!
//! Calls are counted for each thread. The main one touches the files: what else runs waits for
//! signals, or for the adapters' time to be over.

use std::fmt;
use std::path::{Path, PathBuf};
use std::process::Command;

use hatch_tests::{Run, TestHome};

/// What happens at a system call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// It fails, once.
    Fails(&'static str),
    /// It fails, and from then on each time.
    Breaks(&'static str),
    /// It says that it did a part, and did nothing.
    Lies,
    /// A signal comes, and it is not carried out if that ends the process.
    Signal(&'static str),
}

/// A fault that is put into one run.
#[derive(Clone, Copy, Debug)]
pub struct Fault {
    pub call: &'static str,
    pub kind: Kind,
    /// At which call of that name, the first being 1.
    pub nth: usize,
}

impl Fault {
    /// As `strace` is told.
    fn injection(&self) -> String {
        let Fault { call, kind, nth } = self;
        match kind {
            Kind::Fails(error) => format!("inject={call}:error={error}:when={nth}"),
            Kind::Breaks(error) => format!("inject={call}:error={error}:when={nth}+"),
            Kind::Lies => format!("inject={call}:retval=1:when={nth}"),
            Kind::Signal(signal) => format!("inject={call}:signal={signal}:when={nth}"),
        }
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {} {}", self.call, self.nth, self.kind)
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Kind::Fails(error) => write!(f, "fails with {error}"),
            Kind::Breaks(error) => write!(f, "fails with {error} from then on"),
            Kind::Lies => write!(f, "writes nothing and says 1 byte"),
            Kind::Signal(signal) => write!(f, "gets SIG{signal}"),
        }
    }
}

/// The exit code of a run that was killed by SIGKILL.
pub const KILLED: i32 = 128 + 9;

/// Runs a command line with a fault in it.
#[must_use = "a command that failed is a test that should"]
pub fn run_with(home: &TestHome, fault: &Fault, line: &str) -> Run {
    let (trace, inject) = (format!("trace={}", fault.call), fault.injection());
    // Other calls don't stop it, which takes a third of the time; but signals don't come then.
    let quick: &[&str] = match fault.kind {
        Kind::Signal(_) => &[],
        _ => &["-f", "--seccomp-bpf"],
    };
    strace(home, &[quick, &["-o", "/dev/null", "-e", &trace, "-e", &inject]].concat(), line)
}

/// Runs a command line under `strace`, with no other processes to be seen: hatch looks for
/// hosts that run, and would make more calls the more there are.
fn strace(home: &TestHome, arguments: &[&str], line: &str) -> Run {
    let strace = tool("strace");
    let alone = ["--pid", "--fork", "--mount-proc", strace.to_str().expect("a name"), "-qq"];
    let arguments = [&alone, arguments].concat();
    let command = &mut home.command();
    home.run(&mut under("unshare", &arguments, command.args(line.split_whitespace())))
}

/// A command, started by another program.
pub fn under(wrapper: &str, arguments: &[&str], command: &Command) -> Command {
    let mut wrapped = Command::new(tool(wrapper));
    wrapped.args(arguments).arg(command.get_program()).args(command.get_args());
    wrapped.env_clear();
    wrapped.envs(command.get_envs().filter_map(|(name, value)| Some((name, value?))));
    wrapped.current_dir(command.get_current_dir().expect("tests run in their home"));
    wrapped.stdin(std::process::Stdio::null());
    wrapped
}

/// A program that has to be installed.
pub fn tool(name: &str) -> PathBuf {
    let folders = ["/usr/local/bin", "/usr/bin", "/bin", "/usr/sbin", "/sbin"];
    let found = folders.iter().map(|it| Path::new(it).join(name)).find(|it| it.is_file());
    found.unwrap_or_else(|| {
        panic!("`{name}` is not there; install it: apt-get install strace util-linux e2fsprogs")
    })
}

/// One system call of a traced run, as `strace` prints it.
#[derive(Debug)]
pub struct Call {
    pub name: String,
    pub text: String,
}

/// Whether nothing is another after a call of this name, unless it makes a file.
pub fn only_looks(name: &str) -> bool {
    ["openat", "openat2", "read", "statx", "newfstatat", "fstat", "readlinkat"].contains(&name)
}

/// Runs a command line, and lists those of its system calls that are in `names`.
pub fn traced(home: &TestHome, names: &str, line: &str) -> (Run, Vec<Call>) {
    let file = tempfile::NamedTempFile::new().expect("a file");
    let path = file.path().to_str().expect("a plain name");
    // Names that this system does not have are none of the program's.
    let trace = format!("trace=?{}", names.replace(',', ",?"));
    let run =
        strace(home, &["-y", "-s", "200", "-o", path, "-e", &trace, "-e", "signal=none"], line);
    let calls = std::fs::read_to_string(path).expect("a trace");
    let call = |text: &str| {
        let (name, _) = text.split_once('(')?;
        Some(Call { name: name.to_owned(), text: text.to_owned() })
    };
    (run, calls.lines().filter_map(call).collect())
}

/// How many of these calls, all of one name, are the loader's, and come before the program's
/// own.
pub fn of_the_loader(calls: &[&Call]) -> usize {
    let last = calls.iter().rposition(|call| call.text.contains(".so"));
    last.map_or(0, |at| at + 1)
}
