//! Compiling in a process with limits.
//!
//! A component of 15 KB can keep the compiler busy for 38 s and in 541 MiB of memory, and no
//! check of its bytes tells it from an honest one. So foreign components are compiled by a
//! process of this same program, [`child_main`], which limits itself, and which its parent,
//! [`compile_in_child`], ends when it takes too long.

use std::io::{self, Read, Write};
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use crate::code::Compiled;
use crate::component::{MAX_SIZE, check, compile};
use crate::error::ComponentError;

/// Time of the processor; 10.3 s is what the largest honest component was seen to need, and
/// other machines are slower.
const CPU_SECONDS: u64 = 40;
/// Time on the clock, in case the child waits for something.
const WALL: Duration = Duration::from_secs(80);
/// Address space; 316 MiB is what the largest honest component was seen to need.
#[cfg(unix)]
const MEMORY: u64 = 1536 << 20;
/// Bytes of compiled code.
const MAX_CODE: usize = 96 << 20;

/// The first byte of what the child says: compiled code follows, or a message does.
const CODE: u8 = 0;
const MESSAGE: u8 = 1;

/// Checks a component and has it compiled by a process of `program`, which is called with
/// `arguments` and has to do as [`child_main`] does.
///
/// # Errors
///
/// As [`compile`], and where the child reaches a limit or does not end well.
pub fn compile_in_child(
    program: &Path,
    arguments: &[&str],
    component: &[u8],
) -> Result<Compiled, ComponentError> {
    check(component)?;
    let mut child = Command::new(program)
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .map_err(|error| failed(format!("could not be started: {error}")))?;
    let said = converse(&mut child, component, WALL);
    // Where it said all that it had to say, it is at its end anyway.
    let killed = if said.is_none() { child.kill() } else { Ok(()) };
    let status = killed.and_then(|()| child.wait()).map_err(|error| failed(error.to_string()))?;
    understand(said, status)
}

/// Compiles standard input to standard output, within limits. The program that
/// [`compile_in_child`] starts calls this and does nothing else.
///
/// # Errors
///
/// Fails where its parent has gone. What is wrong with the component is said to the parent.
pub fn child_main(input: impl Read, mut output: impl Write) -> io::Result<()> {
    limit_this_process()?;
    let mut component = Vec::new();
    input.take(MAX_SIZE as u64 + 1).read_to_end(&mut component)?;
    match compile(&component) {
        Ok(code) => {
            output.write_all(&[CODE])?;
            output.write_all(code.as_bytes())?;
        }
        Err(error) => {
            output.write_all(&[MESSAGE])?;
            output.write_all(error.to_string().as_bytes())?;
        }
    }
    output.flush()
}

#[cfg(unix)]
fn limit_this_process() -> io::Result<()> {
    use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

    // A limit that is there already may be lower, and can't be raised.
    let limit = |resource, limit: u64| {
        let maximum = getrlimit(resource).maximum.unwrap_or(u64::MAX);
        let lower = |limit: u64| Some(limit.min(maximum));
        setrlimit(resource, Rlimit { current: lower(limit), maximum: lower(limit) })
    };
    limit(Resource::Cpu, CPU_SECONDS)?;
    limit(Resource::Core, 0)?;
    limit(Resource::As, MEMORY)?;
    Ok(())
}

/// Where there are no such limits, the parent's clock alone ends a compilation.
#[cfg(not(unix))]
fn limit_this_process() -> io::Result<()> {
    Ok(())
}

/// Hands the component over and returns what the child said before the time was over, or
/// `None`. Says no more than it has to: the end of the child ends both threads.
fn converse(child: &mut Child, component: &[u8], wall: Duration) -> Option<Vec<u8>> {
    let (mut input, output) = (child.stdin.take()?, child.stdout.take()?);
    let component = component.to_vec();
    // A child that ends early takes no more input; its status tells why.
    thread::spawn(move || input.write_all(&component));
    let (sender, receiver) = mpsc::channel();
    thread::spawn(move || {
        let mut said = Vec::new();
        let result = output.take(MAX_CODE as u64 + 2).read_to_end(&mut said);
        // Nobody listens once the time is over.
        let _ = sender.send(result.map(|_| said));
    });
    receiver.recv_timeout(wall).ok()?.ok()
}

fn understand(said: Option<Vec<u8>>, status: ExitStatus) -> Result<Compiled, ComponentError> {
    let Some(mut said) = said else {
        return Err(failed(format!("took longer than {} s", WALL.as_secs())));
    };
    if said.len() > MAX_CODE + 1 {
        return Err(failed(format!("gave more than {} MiB of code", MAX_CODE >> 20)));
    }
    if !status.success() {
        return Err(failed(end_in_words(status)));
    }
    match said.first() {
        Some(&CODE) => Ok(Compiled::trusted(said.split_off(1))),
        Some(&MESSAGE) => {
            let message = String::from_utf8_lossy(&said[1..]);
            Err(ComponentError::Compiler(crate::clean(&message)))
        }
        _ => Err(failed("ended without a result".to_owned())),
    }
}

#[cfg(unix)]
fn end_in_words(status: ExitStatus) -> String {
    use rustix::process::Signal;
    use std::os::unix::process::ExitStatusExt;

    let is = |signal: Signal| status.signal() == Some(signal.as_raw());
    if is(Signal::XCPU) || is(Signal::KILL) {
        format!("took more than {CPU_SECONDS} s of processor time")
    } else if is(Signal::ABORT) {
        format!("needed more than {} MiB of memory", MEMORY >> 20)
    } else {
        format!("did not end well: {status}")
    }
}

#[cfg(not(unix))]
fn end_in_words(status: ExitStatus) -> String {
    format!("did not end well: {status}")
}

fn failed(words: String) -> ComponentError {
    ComponentError::Child(words)
}
