//! Runs a program on the terminal that the first argument names: as the first process of a
//! session whose terminal it is, so that Ctrl-C reaches it as it reaches what a shell starts.

#[cfg(unix)]
fn main() -> std::io::Result<()> {
    use std::fs::OpenOptions;
    use std::os::unix::process::CommandExt;
    use std::process::Command;

    let mut arguments = std::env::args_os().skip(1);
    let (Some(terminal), Some(program)) = (arguments.next(), arguments.next()) else {
        return Err(std::io::Error::other("usage: on-terminal TERMINAL PROGRAM [ARGUMENT ...]"));
    };
    rustix::process::setsid()?;
    // Opened by a session that has none, it becomes the session's terminal.
    let terminal = OpenOptions::new().read(true).write(true).open(terminal)?;
    let mut command = Command::new(program);
    command.args(arguments);
    command.stdin(terminal.try_clone()?).stdout(terminal.try_clone()?).stderr(terminal);
    Err(command.exec())
}

#[cfg(not(unix))]
fn main() {}
