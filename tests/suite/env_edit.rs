//! `hatch env edit`: what a person writes is checked, kept whole, and never half kept.
#![cfg(unix)]

use std::os::unix::fs::PermissionsExt;

use hatch_tests::{Run, TestHome};

use crate::common::{assert_unchanged, has, state};
use hatch_tests::session::Session;

const BEFORE: &str =
    "{\n  \"$schema\": \"x\",\n  \"mcpServers\": { \"a\": { \"command\": \"a\" } }\n}\n";

fn home() -> TestHome {
    let home = TestHome::new();
    home.environment("dev", BEFORE);
    home
}

/// An editor: a shell script that is given the file's path.
fn editor(home: &TestHome, script: &str) -> String {
    home.write("my editor", format!("#!/bin/sh\n{script}\n"));
    let path = home.join("my editor");
    std::fs::set_permissions(&path, PermissionsExt::from_mode(0o755)).unwrap();
    format!("'{}' --flag", path.display())
}

fn edit(home: &TestHome, editor: &str, options: &[&str]) -> Run {
    let mut command = home.command();
    command.args(["env", "edit", "dev"]).args(options);
    home.run(command.env("PATH", "/usr/bin:/bin").env("EDITOR", editor))
}

/// Nothing of the private copy stays.
#[track_caller]
fn no_copy_stays(home: &TestHome) {
    let left: Vec<_> = std::fs::read_dir(home.join(".hatch")).unwrap().collect();
    let left: Vec<_> = left.into_iter().map(|it| it.unwrap().file_name()).collect();
    assert!(!left.iter().any(|name| name.to_string_lossy().contains("edit-")), "{left:?}");
}

#[test]
fn what_is_written_is_kept_as_it_is() {
    let home = home();
    // The copy is private, beside hatch's own files, and named after the environment.
    let script =
        "test \"$1\" = --flag && case \"$2\" in */.hatch/edit-*-dev.json) ;; *) exit 9;; esac
test $(stat -c %a \"$2\") = 600 || exit 8
sed -i 's/\"command\": \"a\"/\"command\":   \"b\"/' \"$2\"";
    let run = edit(&home, &editor(&home, script), &[]).expect(0);
    has(
        &run.stdout,
        &["Edit environment `dev`\n", "  ~ a\n      command: a → b\n", "\nDone. Backup: "],
    );
    assert_eq!(home.text(".hatch/envs/dev.json"), BEFORE.replace(": \"a\" }", ":   \"b\" }"));
    no_copy_stays(&home);
}

/// What is in hatch's own folder of a copy that is being edited.
fn copies(home: &TestHome) -> Vec<String> {
    let names = std::fs::read_dir(home.join(".hatch")).unwrap();
    let names = names.map(|it| it.unwrap().file_name().into_string().unwrap());
    names.filter(|name| name.contains("edit-")).collect()
}

#[test]
fn copy_that_a_killed_edit_left_is_removed_by_the_next_run_that_writes() {
    let home = home();
    // Two editors that do not end; one of them keeps a file of its own beside the copy.
    let editor = editor(&home, "cp \"$2\" \"$2~\"; touch \"$2.open\"; exec sleep 600");
    let start = || {
        let mut command = home.command();
        command.args(["env", "edit", "dev"]).env("PATH", "/usr/bin:/bin").env("EDITOR", &editor);
        command.stdout(std::process::Stdio::null()).stderr(std::process::Stdio::null());
        command.spawn().unwrap()
    };
    let opened = |number| {
        while copies(&home).iter().filter(|name| name.ends_with(".open")).count() < number {
            std::thread::sleep(std::time::Duration::from_millis(10));
        }
    };
    let mut killed = start();
    opened(1);
    killed.kill().unwrap();
    killed.wait().unwrap();
    let left = copies(&home);
    assert_eq!(left.len(), 4, "{left:?}");
    let mut alive = start();
    opened(1);

    // A run that only reads removes nothing; the next that writes does, and leaves alone what
    // is being edited.
    home.line("env list").ends(0);
    home.line("mcp sync --from-env dev --to-host cursor --create --dry-run").ends(0);
    home.line("env create other").ends(0);
    let kept = copies(&home);
    assert!(kept.iter().all(|name| !left.contains(name)), "{left:?}, {kept:?}");
    assert_eq!(kept.len(), 4, "{kept:?}");
    alive.kill().unwrap();
    alive.wait().unwrap();
    home.line("env create another").ends(0);
    no_copy_stays(&home);
}

#[test]
fn what_did_not_change_is_nothing_to_do() {
    let home = home();
    let before = home.text(".hatch/envs/dev.json");
    has(&edit(&home, "true", &[]).expect(0).stdout, &["Nothing to do."]);
    assert_eq!(home.text(".hatch/envs/dev.json"), before);
    assert!(!home.join(".hatch/backups").exists());
    no_copy_stays(&home);
}

#[test]
fn a_dry_run_shows_the_change_and_keeps_none() {
    let home = home();
    let run = edit(&home, &editor(&home, "sed -i 's/\"a\" }/\"b\" }/' \"$2\""), &["--dry-run"]);
    has(&run.expect(0).stdout, &["command: a → b", "nothing was written"]);
    assert_eq!(home.text(".hatch/envs/dev.json"), BEFORE);
}

#[test]
fn a_fault_is_said_and_changes_nothing() {
    let home = home();
    for (script, said) in [
        (
            "echo '{' > \"$2\"",
            vec!["what was written can't be environment `dev`", "`{` without its `}`"],
        ),
        ("echo '{\"mcpServers\": {\"x\": {}}}' > \"$2\"", vec!["server `x` is not valid"]),
        ("echo '{\"extends\": [\"gone\"]}' > \"$2\"", vec!["it extends `gone`"]),
        ("rm \"$2\"", vec!["the edited file is gone"]),
        (
            "echo x > \"$2\"; exit 3",
            vec!["the editor that `$EDITOR` names failed (exit status: 3)", "hint: set VISUAL"],
        ),
    ] {
        let run = edit(&home, &editor(&home, script), &[]).expect(1);
        has(&run.stderr, &said);
        assert_eq!(home.text(".hatch/envs/dev.json"), BEFORE, "{script}");
        no_copy_stays(&home);
    }
    has(
        &edit(&home, "/no/such/editor", &[]).expect(1).stderr,
        &["cannot start the editor that `$EDITOR` names"],
    );
    has(&edit(&home, "'open", &[]).expect(1).stderr, &["cannot read `$EDITOR` as a command"]);
    let before = state(&home);
    let run = home.line("env edit devs").expect(1);
    has(&run.stderr, &["did you mean `dev`?", "`hatch env create devs` makes it"]);
    assert_unchanged(&home, &before);
}

#[test]
fn visual_goes_before_editor() {
    let home = home();
    let mut command = home.command();
    command.args(["env", "edit", "dev"]).env("VISUAL", "true").env("EDITOR", "false");
    home.run(command.env("PATH", "/usr/bin:/bin")).ends(0);
}

#[test]
fn a_change_in_between_stops_it() {
    let home = home();
    let script = format!(
        "sed -i 's/\"a\" }}/\"b\" }}/' \"$2\"; echo '{{}}' > '{}'",
        home.join(".hatch/envs/dev.json").display()
    );
    let run = edit(&home, &editor(&home, &script), &[]).expect(1);
    has(&run.stderr, &["has changed since", "hint: run `hatch env edit` again"]);
    assert_eq!(home.text(".hatch/envs/dev.json"), "{}\n");
}

#[test]
fn on_a_terminal_it_can_be_edited_again() {
    for (answer, code, command) in [("y\n", 0, "\"b\""), ("n\n", 1, "\"a\"")] {
        let home = home();
        // Broken the first time, good the second.
        let script = "if grep -q broken \"$2\"; then
  printf '{\"mcpServers\": {\"a\": {\"command\": \"b\"}}}' > \"$2\"
else echo broken > \"$2\"; fi";
        let editor = editor(&home, script);
        let variables = [("EDITOR", editor.as_str()), ("PATH", "/usr/bin:/bin")];
        let mut session = Session::start(&home, 80, "env edit dev", &variables);
        session.until("Edit again? [y/N] ");
        has(&session.text(), &["line 1, column 1"]);
        session.answer(answer);
        let (ended, text) = session.end();
        assert_eq!(ended, code, "{text}");
        has(&home.text(".hatch/envs/dev.json"), &[command]);
        no_copy_stays(&home);
    }
}

#[test]
fn ctrl_c_in_the_editor_is_the_editor_s() {
    let home = home();
    let script =
        "trap 'sed -i s/x/y/ \"$2\"; exit 0' INT; echo ready; while :; do sleep 0.05; done";
    let editor = editor(&home, script);
    let variables = [("EDITOR", editor.as_str()), ("PATH", "/usr/bin:/bin")];
    let mut session = Session::start(&home, 80, "env edit dev", &variables);
    session.until("ready");
    session.answer("\u{3}");
    let (code, text) = session.end();
    assert_eq!(code, 0, "{text}");
    has(&home.text(".hatch/envs/dev.json"), &["\"$schema\": \"y\""]);
    no_copy_stays(&home);
}
