//! The scripts of `hatch completions`, in the shells that they are for: a person types, and
//! presses the Tab key.
#![cfg(unix)]
#![expect(clippy::unwrap_used, reason = "a test that can't go on should say where")]

use std::path::{Path, PathBuf};
use std::process::Command;

use hatch_tests::session::Session;
use hatch_tests::{TestHome, program};

/// A home folder with hosts, an environment and a backup, and `hatch` on its `PATH`.
fn home() -> TestHome {
    let home = TestHome::sample();
    home.line("mcp sync --from-env production --to-host cursor --auto-approve").ends(0);
    std::fs::create_dir(home.join("bin")).unwrap();
    std::os::unix::fs::symlink(program(), home.join("bin/hatch")).unwrap();
    home
}

fn path(home: &TestHome) -> String {
    format!("{}:/usr/local/bin:/usr/bin:/bin", home.join("bin").display())
}

/// A shell that has to be there.
fn shell(name: &str) -> PathBuf {
    let folders = ["/usr/local/bin", "/usr/bin", "/bin", "/opt/homebrew/bin"].iter();
    let mut places = folders.map(|folder| Path::new(folder).join(name));
    let found = places.find(|path| path.is_file());
    found.unwrap_or_else(|| panic!("`{name}` is not there; install it to run this test"))
}

/// What is typed and what the line is then, where one Tab completes it.
const LINES: &[(&str, &str)] = &[
    ("hatch mcp sy", "hatch mcp sync"),
    ("hatch mcp sync --to-host cur", "hatch mcp sync --to-host cursor"),
    ("hatch mcp sync --to-host cursor,gem", "hatch mcp sync --to-host cursor,gemini"),
    ("hatch mcp sync --to-host al", "hatch mcp sync --to-host all"),
    ("hatch mcp sync --from-env pro", "hatch mcp sync --from-env production"),
    (
        "hatch mcp sync --from-env production --servers news",
        "hatch mcp sync --from-env production --servers news-api",
    ),
    ("hatch mcp backup restore cursor --backup 2", "hatch mcp backup restore cursor --backup 20"),
];

/// Types each line into an interactive shell, and looks at what becomes of it.
fn complete_all(home: &TestHome, shell: &Path, arguments: &[&str], prepare: &[&str]) {
    let path = path(home);
    let variables = [("PATH", path.as_str()), ("TERM", "dumb"), ("HISTFILE", "/dev/null")];
    let mut session = Session::of(shell, arguments, home, 200, &variables);
    for (at, line) in prepare.iter().enumerate() {
        session.answer(&format!("{line}; echo prepared-$(({at}+100))\n"));
        session.until(&format!("prepared-{}", at + 100));
    }
    for (at, (typed, completed)) in LINES.iter().enumerate() {
        // Tab completes, Ctrl-A goes to the start of the line, and the line prints itself.
        session.answer(&format!("{typed}\t\u{1}echo line-$(({at}+100)) \n"));
        session.until(&format!("line-{} {completed}", at + 100));
    }
    session.answer("exit\n");
    let (_, text) = session.end();
    for wrong in ["error", "not found", "panicked"] {
        assert!(!text.contains(wrong), "`{wrong}` is in\n{text}");
    }
}

#[test]
fn bash_completes() {
    let home = home();
    let arguments = ["--norc", "--noprofile", "-i"];
    let prepare = ["bind 'set enable-bracketed-paste off'", "source <(hatch completions bash)"];
    complete_all(&home, &shell("bash"), &arguments, &prepare);
}

#[test]
fn zsh_completes() {
    let home = home();
    let prepare =
        ["PROMPT='> '", "autoload -Uz compinit; compinit -u -D", "source <(hatch completions zsh)"];
    complete_all(&home, &shell("zsh"), &["-f", "-i"], &prepare);
}

/// From a folder of `fpath`, as a package would install it.
#[test]
fn zsh_completes_with_an_installed_script() {
    let home = home();
    let script = home.line("completions zsh").expect(0).stdout;
    home.write("site-functions/_hatch", script);
    let prepare =
        ["PROMPT='> '", "fpath=(~/site-functions $fpath)", "autoload -Uz compinit; compinit -u -D"];
    complete_all(&home, &shell("zsh"), &["-f", "-i"], &prepare);
}

/// Asked without a terminal: fish says what it would offer.
#[test]
fn fish_completes() {
    let home = home();
    for (typed, completed) in LINES {
        let completed = completed.rsplit(' ').next().unwrap();
        let script = format!("hatch completions fish | source; complete -C '{typed}'");
        let mut command = Command::new(shell("fish"));
        command.args(["--no-config", "-c", &script]).current_dir(home.path());
        command.env_clear().env("HOME", home.path()).env("PATH", path(&home));
        let run = home.run(&mut command).expect(0);
        assert_eq!(run.stderr, "", "{typed}");
        let found = run.stdout.lines().any(|line| line.starts_with(completed));
        assert!(found, "`{typed}` does not become `{completed}`:\n{}", run.stdout);
    }
}
