//! Secrets are in documents, environments and backup copies, and nowhere else.

use hatch_tests::{Run, TestHome};

use crate::common::{FILES, empty_hosts_with, has, hosts_with};

/// One of each kind, under names and in places where they are to be recognised.
const PLANTED: [&str; 10] = [
    "plantedEnvironment",
    "plantedHeader",
    "plantedPassword",
    "plantedArgument",
    "plantedOption",
    "plantedQuery",
    "plantedAlone",
    "plantedClient",
    "plantedCookie",
    "ghp_plantedByItsLook0123456789",
];

const FIRST: &str = r#"{ "mcpServers": {
    "local": {
        "command": "tool",
        "args": ["--token", "plantedArgument", "--api-key=plantedOption", "-y",
                 "--header", "Authorization: Bearer plantedAlone", "ghp_plantedByItsLook0123456789"],
        "env": { "API_TOKEN": "plantedEnvironment", "LOG": "shown" }
    },
    "remote": {
        "type": "http",
        "url": "https://me:plantedPassword@far.example/mcp?api_key=plantedQuery&page=shown",
        "headers": { "Authorization": "Bearer plantedHeader", "Cookie": "sid=plantedCookie" },
        "oauth": { "clientId": "id", "clientSecret": "plantedClient" }
    }
} }"#;

/// The same servers with other secrets, so that changes are shown too.
fn second() -> String {
    FIRST.replace("planted", "Planted2nd")
}

#[track_caller]
fn clean(what: &str, run: &Run) {
    for text in [&run.stdout, &run.stderr] {
        for planted in PLANTED {
            for secret in [planted.to_owned(), planted.replace("planted", "Planted2nd")] {
                assert!(!text.contains(&secret), "`{what}` shows {secret}:\n{text}");
            }
        }
    }
}

fn home() -> TestHome {
    let home = empty_hosts_with("first", FIRST);
    home.environment("second", &second());
    home
}

#[test]
fn no_output_holds_a_secret() {
    for verbose in ["", " -v"] {
        no_output_holds_one(verbose);
    }
}

fn no_output_holds_one(verbose: &str) {
    let home = home();
    home.write("first.json", FIRST);
    let sync = "mcp sync --to-host all --auto-approve --from-env";
    let mut shown = 0;
    for line in [
        "env show first".to_owned(),
        "env show first --json".to_owned(),
        "env show ./first.json".to_owned(),
        "env list --json".to_owned(),
        "env create copy --from-file first.json --json".to_owned(),
        "mcp sync --from-env first --to-host all --dry-run --diff".to_owned(),
        "mcp sync --from-env first --to-host all --dry-run --diff --json".to_owned(),
        "mcp sync --from-env first --to-host all --dry-run --strict".to_owned(),
        "mcp sync --from-env first --to-host all".to_owned(),
        "mcp sync --from-env first --to-host claude-desktop --dry-run --diff --bridge npx:{url}:{headers}"
            .replace(':', " "),
        format!("{sync} first --diff"),
        format!("{sync} second --dry-run --json"),
        format!("{sync} second --dry-run --diff"),
        format!("{sync} second"),
        format!("{sync} first --json"),
        "mcp sync --from-host cursor --to-host gemini --dry-run --diff".to_owned(),
        "mcp list hosts".to_owned(),
        "mcp list servers --json".to_owned(),
        "mcp backup list cursor --json".to_owned(),
        "mcp backup restore cursor --dry-run --diff".to_owned(),
        "mcp backup restore cursor --auto-approve --json".to_owned(),
        "env create taken --from-host cursor --json".to_owned(),
    ] {
        let run = home.line(&(line.clone() + verbose));
        clean(&line, &run);
        shown += usize::from(run.stdout.contains("•••"));
    }
    assert!(shown > 5, "masks were seen in {shown} outputs");
    // On request they are shown: the values were there to be masked.
    let clear = home.line("env show first --show-secrets").expect(0).stdout;
    has(&clear, &PLANTED);
    let clear =
        home.line("mcp sync --from-env first --to-host cursor --dry-run --diff --show-secrets");
    has(&clear.expect(0).stdout, &["Planted2ndEnvironment", "plantedHeader", "plantedArgument"]);
}

#[test]
fn a_bridge_s_arguments_are_masked() {
    let home = home();
    let line = [
        "mcp",
        "sync",
        "--from-env",
        "first",
        "--to-host",
        "claude-desktop",
        "--bridge",
        "npx -y mcp-remote {url} {headers}",
    ];
    for more in [["--dry-run", "--diff"], ["--dry-run", "--json"], ["--auto-approve", "--diff"]] {
        let run = home.hatch(line.iter().chain(&more)).expect(0);
        clean("--bridge", &run);
        has(&run.stdout, &["mcp-remote"]);
    }
    has(&home.text(FILES[0]), &["plantedHeader", "plantedPassword"]);
}

#[test]
fn values_that_are_written_out_are_masked() {
    let home = empty_hosts_with(
        "refs",
        r#"{ "mcpServers": { "a": { "command": "c", "env": { "MY_TOKEN": "${env:MY_TOKEN}" } } } }"#,
    );
    let line = ["mcp", "sync", "--from-env", "refs", "--to-host", "lmstudio", "--resolve-env"];
    for more in [["--dry-run", "--diff"], ["--dry-run", "--json"], ["--auto-approve", "--diff"]] {
        let mut command = home.command();
        command.args(line).args(more).env("MY_TOKEN", "plantedEnvironment");
        let run = home.run(&mut command).expect(0);
        clean("--resolve-env", &run);
    }
    has(&home.text(FILES[3]), &["plantedEnvironment"]);
}

/// Texts over many lines, as other tools write them: a name on one line, its value on another.
#[test]
fn a_diff_masks_values_on_lines_of_their_own() {
    let home = home();
    home.write(
        ".cursor/mcp.json",
        "{\n  \"mcpServers\": {\n    \"old\": {\n      \"command\": \"x\",\n      \"args\": [\n        \
         \"--token\",\n        \"plantedArgument\"\n      ],\n      \"env\": {\n        \
         \"API_TOKEN\":\n          \"plantedEnvironment\"\n      }\n    }\n  }\n}\n",
    );
    home.environment(
        "more",
        r#"{ "mcpServers": { "old": { "command": "y", "args": ["--token", "plantedOption"] } } }"#,
    );
    let run = home.line("mcp sync --from-env more --to-host cursor --dry-run --diff").expect(0);
    clean("--diff", &run);
    has(&run.stdout, &["\"y\"", "•••"]);
}

#[test]
fn no_error_holds_a_secret() {
    let home = home();
    let broken = "{ \"mcpServers\": { \"a\": { \"command\": \"c\", \"env\": { \"API_TOKEN\": \"plantedEnvironment\" oops } } } }";
    home.write(".cursor/mcp.json", broken);
    home.environment("broken", broken);
    home.environment(
        "wrong",
        r#"{ "mcpServers": { "a": { "command": ["plantedArgument"], "env": "plantedEnvironment" } } }"#,
    );
    home.write(".lmstudio/mcp.json", r#"{ "mcpServers": { "a": { "command": ["plantedArgument"] }, "b": "plantedEnvironment" } }"#);
    for line in [
        "mcp sync --from-env first --to-host cursor",
        "mcp sync --from-env broken --to-host gemini",
        "mcp sync --from-env wrong --to-host gemini",
        "mcp sync --from-host lmstudio --to-host gemini --dry-run",
        "mcp list hosts",
        "mcp list hosts --json",
        "env show broken",
        "env show wrong",
        "env list --json",
    ] {
        clean(line, &home.line(line));
    }
}

/// What hatch keeps for itself names no value; copies and environments are its owner's.
#[cfg(unix)]
#[test]
fn hatch_s_own_files_hold_none_and_are_private() {
    use std::os::unix::fs::PermissionsExt;

    let home = home();
    std::fs::remove_dir_all(home.join(".hatch")).unwrap();
    home.write("first.json", FIRST);
    home.write("second.json", second());
    // With nothing masked, so that what is private is so of itself.
    let umask = |line: &str| {
        let mut shell = std::process::Command::new("/bin/sh");
        shell.args(["-c", "umask 0; exec \"$0\" \"$@\""]).arg(hatch_tests::program());
        shell.args(line.split_whitespace()).env_clear().env("HOME", home.path());
        home.run(shell.current_dir(home.path())).ends(0);
    };
    umask("env create first --from-file first.json");
    umask("mcp sync --from-env first --to-host all --auto-approve");
    umask("mcp sync --from-env ./second.json --to-host all --auto-approve");
    umask("mcp backup restore gemini --auto-approve");

    let (mut copies, mut folders) = (0, vec![home.join(".hatch")]);
    while let Some(folder) = folders.pop() {
        let mode = folder.metadata().unwrap().permissions().mode() & 0o777;
        assert_eq!(mode, 0o700, "{}", folder.display());
        for entry in std::fs::read_dir(&folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            let mode = path.metadata().unwrap().permissions().mode() & 0o777;
            assert_eq!(mode, 0o600, "{}", path.display());
            let text = std::fs::read_to_string(&path).unwrap();
            let name = path.file_name().unwrap().to_str().unwrap();
            if ["state.json", "manifest.json", "journal.json", "hatch.lock"].contains(&name) {
                for planted in PLANTED {
                    let other = planted.replace("planted", "Planted2nd");
                    assert!(!text.contains(planted) && !text.contains(&other), "{name}: {text}");
                }
            } else {
                copies += usize::from(text.contains("plantedEnvironment"));
            }
        }
    }
    assert!(copies >= 4, "{copies} copies hold what they copy");
}

/// A panic says what its values are, and here they would be a host's whole section.
#[test]
fn a_fault_of_hatch_s_own_says_none() {
    let home = home();
    for file in FILES {
        home.write(file, FIRST);
    }
    let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_hatch-at-fault"));
    command.env_clear().env("HOME", home.path()).current_dir(home.path());
    command.env("RUST_BACKTRACE", "1").args(["mcp", "list", "hosts"]);
    let run = home.run(&mut command).expect(70);
    clean("a fault", &run);
    has(&run.stderr, &["error: hatch has a fault of its own, at ", "hatch-at-fault.rs:", "report"]);
}

#[test]
fn hosts_own_secrets_stay_masked_too() {
    let home = hosts_with("dev", FIRST);
    let run =
        home.line("mcp sync --from-host lmstudio --to-host cursor --dry-run --diff").expect(0);
    assert!(!run.stdout.contains("Bearer EXAMPLE"), "{}", run.stdout);
}
