//! What is offered while a command line is typed, asked as the scripts ask. The shells
//! themselves are tried in `tests/real-shells`.

use hatch_tests::{Run, TestHome};

use crate::common::{CURSOR, assert_unchanged, fails, has, hosts_with, state};

const ENVIRONMENT: &str = r#"{ "description": "What dev uses", "mcpServers": {
    "dev-tools": { "command": "tools" }, "$(reboot)": { "command": "x" }
} }"#;

/// What a shell is told, where the last word is being typed.
fn ask(home: &TestHome, shell: &str, line: &str) -> Run {
    let words: Vec<_> = line.split(' ').collect();
    let mut command = home.command();
    command.env("HATCH_COMPLETE", shell).env("_CLAP_IFS", "\n");
    command.env("_CLAP_COMPLETE_INDEX", (words.len() - 1).to_string());
    home.run(command.arg("--").args(words))
}

/// The words that bash is told, which has no descriptions.
#[track_caller]
fn offered(home: &TestHome, line: &str) -> Vec<String> {
    let before = state(home);
    let run = ask(home, "bash", line).expect(0);
    assert_eq!(run.stderr, "", "{line}");
    assert_unchanged(home, &before);
    let words = run.stdout.lines().filter(|word| !word.starts_with('-'));
    words.map(str::to_owned).collect()
}

fn home() -> TestHome {
    let home = hosts_with("dev", ENVIRONMENT);
    home.line("host add staging --adapter cursor --path staging.json").ends(0);
    home.line("mcp sync --from-env dev --to-host cursor --servers dev-tools --auto-approve")
        .ends(0);
    home
}

#[test]
fn names_are_completed_where_they_belong() {
    let home = home();
    let hosts = ["claude-desktop", "cursor", "gemini", "lmstudio", "staging"];
    let line = "hatch mcp sync --from-host ";
    assert_eq!(offered(&home, line), hosts);
    assert_eq!(offered(&home, "hatch mcp sync --to-host ")[0], "all");
    assert_eq!(offered(&home, "hatch mcp sync --to-host st"), ["staging"]);
    let after_equals = ask(&home, "bash", "hatch mcp sync --to-host=st").expect(0);
    assert_eq!(after_equals.stdout, "--to-host=staging");
    assert_eq!(offered(&home, "hatch mcp sync --to-host cursor,gem"), ["cursor,gemini"]);
    assert_eq!(offered(&home, "hatch mcp sync --from-env "), ["dev"]);
    assert_eq!(offered(&home, "hatch env show d"), ["dev"]);
    assert_eq!(offered(&home, "hatch env create d"), [""; 0]);
    assert_eq!(offered(&home, "hatch host remove "), ["staging"]);
    assert_eq!(offered(&home, "hatch schema ru"), ["run"]);
    assert_eq!(offered(&home, "hatch mcp sync --scope "), ["user", "project"]);
    assert_eq!(offered(&home, "hatch mcp backup create --host env:"), ["env:dev"]);
    assert_eq!(offered(&home, "hatch mcp backup show 20").len(), 1);
    assert_eq!(offered(&home, "hatch mcp undo ").len(), 1);
    let backups = offered(&home, "hatch mcp backup restore cursor --backup ");
    assert_eq!(backups.len(), 1);
    assert!(backups[0].starts_with("20"), "{backups:?}");
    assert_eq!(offered(&home, "hatch mcp backup restore gemini --backup "), [""; 0]);
}

/// Those of the source that was typed; a name that a shell would run is not offered.
#[test]
fn servers_are_those_of_the_source() {
    let home = home();
    let of_environment = offered(&home, "hatch mcp sync --from-env dev --servers ");
    assert_eq!(of_environment, ["dev-tools"]);
    let of_host = offered(&home, "hatch mcp sync --from-host gemini --servers ");
    assert!(!of_host.is_empty() && !of_host.contains(&"dev-tools".to_owned()), "{of_host:?}");
    assert!(offered(&home, "hatch mcp sync --servers ").len() > of_host.len());
}

#[test]
fn descriptions_say_which_is_which() {
    let home = home();
    let hosts = ask(&home, "zsh", "hatch mcp sync --from-host cu").expect(0);
    assert_eq!(hosts.stdout, "cursor:Cursor, ~/.cursor/mcp.json");
    let environments = ask(&home, "fish", "hatch mcp sync --from-env ").expect(0);
    assert_eq!(environments.stdout, "dev\tWhat dev uses\n");
}

/// Whatever is broken, a line that is being typed is not disturbed.
#[test]
fn nothing_is_said_and_nothing_written() {
    let home = TestHome::new();
    home.write(CURSOR, "{ broken");
    home.write(".hatch/settings.json", "{ broken");
    home.environment("dev", "{ broken");
    for line in [
        "hatch mcp sync --from-env ",
        "hatch mcp sync --from-env dev --servers ",
        "hatch mcp sync --from-host cursor --servers ",
        "hatch mcp backup restore nobody --backup ",
        "hatch --home /nowhere/at/all mcp sync --from-env ",
        "hatch mcp nonsense ",
        "hatch --wrong ",
    ] {
        offered(&home, line);
    }
    assert_eq!(offered(&home, "hatch mcp sync --from-host cu"), ["cursor"]);
    let run = ask(&home, "tcsh", "hatch mcp ").expect(1);
    assert_eq!((run.stdout.as_str(), run.stderr.as_str()), ("", ""));
    let mut command = home.command();
    let run = home.run(command.env("HATCH_COMPLETE", "bash").args(["--", "hatch"])).expect(1);
    assert_eq!(run.stderr, "");
}

#[test]
fn each_shell_gets_its_script() {
    let home = TestHome::new();
    for (shell, part) in [
        ("bash", "complete -o nospace"),
        ("elvish", "edit:completion:arg-completer[hatch]"),
        ("fish", "complete --keep-order --exclusive --command hatch"),
        ("powershell", "Register-ArgumentCompleter"),
        ("zsh", "#compdef hatch"),
    ] {
        let script = home.line(&format!("completions {shell}")).expect(0).stdout;
        has(&script, &[part, "HATCH_COMPLETE"]);
        assert!(!script.contains("under-test"), "the script is for `hatch`:\n{script}");
    }
    has(&fails(&home, "completions tcsh", 2), &["`<SHELL>`", "bash", "powershell"]);
    assert!(home.files().is_empty());
}

/// `--home` moves names as it moves everything else.
#[test]
fn names_are_those_of_the_home_folder_that_was_typed() {
    let home = TestHome::new();
    home.write("other/.hatch/envs/elsewhere.json", "{}");
    let line = "hatch --home other mcp sync --from-env ";
    assert_eq!(offered(&home, line), ["elsewhere"]);
    assert_eq!(offered(&home, "hatch mcp sync --from-env "), [""; 0]);
}
