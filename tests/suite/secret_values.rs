//! Secrets in unusual places, and values that were to be secrets: what is masked, what is
//! replaced, what is remarked, and what no error repeats.

use hatch_tests::{Run, TestHome};
use serde_json::json;

use crate::common::{CURSOR, empty_hosts_with, fails_with, has, json as printed};

/// Secrets inside JSON inside values, and behind an option that only their look gives away.
const NESTED: &str = r#"{ "mcpServers": {
    "n": { "command": "npx",
           "args": ["--config", "{\"apiKey\":\"sk-proj-abc123def456\",\"region\":\"eu\"}"],
           "env": { "OPENAPI_MCP_HEADERS": "{\"Authorization\":\"Bearer ntn_5839aaaaaaaa\"}" } },
    "supa": { "command": "npx",
              "args": ["supa", "--access-token=sbp_0123456789abcdef0123456789abcdef01234567"],
              "env": { "DB_PASSWORD": 987654321,
                       "CONFIG": "{\"password\":\"nestedWord\",\"args\":[\"--token\",\"nestedArg\"]}" } },
    "far": { "url": "https://far.example/mcp?config=%7B%22apiKey%22%3A%22nestedQuery%22%7D",
             "headers": { "X-Custom": "nestedHeader99" } }
} }"#;

const HIDDEN: [&str; 8] = [
    "abc123def456",
    "5839aaaaaaaa",
    "0123456789abcdef",
    "987654321",
    "nestedWord",
    "nestedArg",
    "nestedQuery",
    "nestedHeader99",
];

#[track_caller]
fn clean(what: &str, run: &Run) {
    for text in [&run.stdout, &run.stderr] {
        for secret in HIDDEN {
            assert!(!text.contains(secret), "`{what}` shows {secret}:\n{text}");
        }
    }
}

#[test]
fn secrets_inside_json_and_behind_options_are_masked_everywhere() {
    let home = empty_hosts_with("n", NESTED);
    home.write("n.json", NESTED);
    for line in [
        "env show n",
        "env show n --json",
        "env create copy --from-file n.json --json",
        "env create copy --from-file n.json --dry-run --diff",
        "mcp sync --from-env n --to-host cursor --dry-run",
        "mcp sync --from-env n --to-host cursor --dry-run --json",
        "mcp sync --from-env n --to-host cursor --auto-approve",
        "mcp list servers --json",
        "mcp show servers",
        "mcp show servers --json",
        "mcp show hosts cursor",
        "mcp discover servers --env n",
        "mcp discover servers --env n --json",
        "env import taken --from-host cursor",
    ] {
        clean(line, &home.line(line));
    }
    let shown = home.line("env show n").expect(0).stdout;
    has(
        &shown,
        &[
            r#"--config '{"apiKey":"•••","region":"eu"}'"#,
            r#"env.OPENAPI_MCP_HEADERS: {"Authorization":"Bearer •••"}"#,
            "supa --access-token=•••",
        ],
    );
    has(&home.text(CURSOR), &["abc123def456", "nestedArg"]);
}

#[test]
fn an_export_replaces_what_is_masked_under_a_name_that_says_what_it_is() {
    let home = empty_hosts_with("n", NESTED);
    let run = home.line("env export n").expect(0);
    clean("env export", &run);
    let servers = &printed(&run)["mcpServers"];
    assert_eq!(servers["n"]["args"][1], r#"{"apiKey":"${env:N_API_KEY}","region":"eu"}"#);
    assert_eq!(
        servers["n"]["env"]["OPENAPI_MCP_HEADERS"],
        r#"{"Authorization":"Bearer ${env:N_AUTHORIZATION}"}"#
    );
    assert_eq!(servers["supa"]["args"], json!(["supa", "--access-token=${env:SUPA_ACCESS_TOKEN}"]));
    assert_eq!(servers["supa"]["env"]["DB_PASSWORD"], "${env:DB_PASSWORD}");
    assert_eq!(servers["far"]["headers"]["X-Custom"], "${env:FAR_X_CUSTOM}");
    has(
        &run.stderr,
        &[
            "  N_API_KEY: `args.1` of server `n`\n",
            "  SUPA_ACCESS_TOKEN: `args.1` of server `supa`\n",
        ],
    );
}

#[test]
fn an_import_remarks_on_plain_secrets_and_on_what_is_no_reference() {
    let home = TestHome::new();
    let block = r#"{"mcpServers": {"a": {"command": "x",
        "args": ["--token=abc", "$REGION"], "env": {"API_KEY": "k1", "B_TOKEN": "", "C": "${C}"}},
        "b": {"url": "https://b.example/?key=k2"}, "c": {"command": "x", "env": {"LOG": "info"}}}}"#;
    let run = home.with_input("env import team --from-file -", block.as_bytes()).expect(0);
    let remarks: Vec<_> = run.stdout.lines().filter(|line| line.starts_with("  ! ")).collect();
    assert_eq!(
        remarks,
        [
            "  ! `a`: `args.0` is a secret in plain text; `${env:A_TOKEN}` could stand for it",
            "  ! `a`: `env.API_KEY` is a secret in plain text; `${env:API_KEY}` could stand for it",
            "  ! `b`: `url` is a secret in plain text; `${env:B_KEY}` could stand for it",
            "  ! `a`: `args.1`: `$REGION` is taken as plain text; a reference is `${env:REGION}`",
            "  ! `a`: `env.C`: `${C}` is taken as plain text; a reference is `${env:C}`",
            "  ! `a`: `env.B_TOKEN` is empty; `${env:B_TOKEN}` takes the value from the environment",
        ]
    );
    assert!(!run.stdout.contains("k1") && !run.stdout.contains("k2"), "{}", run.stdout);
}

/// An environment's file may hold what another tool expands.
#[test]
fn a_sync_remarks_on_what_it_writes_as_plain_text() {
    let home = empty_hosts_with(
        "dev",
        r#"{"mcpServers": {"a": {"command": "x", "args": ["--to=$HOST", "$${HOME}"],
            "env": {"TOKEN": "${TOKEN}"}}}}"#,
    );
    let run = home.line("mcp sync --from-env dev --to-host cursor --auto-approve").expect(0);
    has(
        &run.stdout,
        &[
            "  ! `a`: `args.0`: `$HOST` is taken as plain text; a reference is `${env:HOST}`\n",
            "  ! `a`: `env.TOKEN`: `${TOKEN}` is taken as plain text; a reference is `${env:TOKEN}`\n",
        ],
    );
    assert_eq!(run.stdout.matches("  ! ").count(), 2, "a doubled dollar is meant so");
    let again = home.line("mcp sync --from-env dev --to-host cursor --auto-approve").expect(0);
    assert!(!again.stdout.contains("plain text"), "{}", again.stdout);
}

#[test]
fn a_value_that_a_shell_emptied_is_remarked_wherever_it_is_typed() {
    let home = empty_hosts_with("dev", "{}");
    let typed = ["--command", "c", "--env-var", "TOKEN=", "--env-var", "B=${B}", "--args=--key="];
    for start in
        [["env", "add", "dev", "s"].as_slice(), &["mcp", "configure", "s", "--host", "cursor"]]
    {
        let run = home.hatch([start, &typed].concat().iter().chain(&["--dry-run"])).expect(0);
        has(
            &run.stdout,
            &[
                "  ! `s`: `env.TOKEN` is empty; a shell makes nothing of a reference without single \
                 quotes: `--env-var 'TOKEN=${env:TOKEN}'`, or `--env-var TOKEN`\n",
                "  ! `s`: `env.B`: `${B}` is taken as plain text; a reference is `${env:B}`\n",
                "  ! `s`: `args.0` is empty; ",
            ],
        );
    }
    let remote = ["--url", "https://x.example/", "--header", "Authorization: Bearer "];
    let run = home.hatch(["env", "add", "dev", "s"].iter().chain(&remote)).expect(0);
    has(&run.stdout, &["`--header 'Authorization: Bearer ${env:AUTHORIZATION}'`"]);
}

#[test]
fn a_variable_s_name_alone_is_a_reference_to_it() {
    let home = empty_hosts_with("dev", "{}");
    let typed = ["--command", "c", "--env-var", "MY_TOKEN"];
    for start in [
        ["env", "add", "dev", "s"].as_slice(),
        &["mcp", "configure", "s", "--env", "dev"],
        &["mcp", "configure", "s", "--auto-approve", "--host", "cursor"],
    ] {
        let run = home.hatch([start, &typed].concat()).expect(0);
        assert!(!run.stdout.contains("in plain text"), "{}", run.stdout);
    }
    has(&home.text(".hatch/envs/dev.json"), &[r#""MY_TOKEN": "${env:MY_TOKEN}""#]);
    has(&home.text(CURSOR), &[r#""MY_TOKEN": "${env:MY_TOKEN}""#]);
}

/// A token that its service marks, and a word that nothing gives away.
const TYPED: [&str; 2] = ["ghp_7Rk2mQx9LzT4vB8nC1sD6fG3hJ5kP0wYaE2u", "hunter2hunter"];

#[test]
fn no_error_repeats_a_secret_that_was_typed() {
    let home = empty_hosts_with("dev", NESTED);
    for secret in TYPED {
        let configure = ["mcp", "configure", "s", "--host", "cursor", "--command", "c"];
        let header = format!("Authorization Bearer {secret}");
        let lines = format!("A: {secret}\nB: c");
        let args = format!("--args='--token {secret}");
        for option in [
            ["--header", header.as_str()].as_slice(),
            &["--header", &lines],
            &[&args],
            &["--timeout", secret],
            &["--startup-timeout", secret],
            &["--tool-timeout", secret],
            &["--env-var", &format!("{secret}!")],
            &["--env-var", &format!("MY TOKEN={secret}")],
            &["--scope", secret],
            &["--color", secret],
            &[&format!("--json={secret}")],
            &[secret],
        ] {
            let line = [configure.as_slice(), option].concat();
            let error = fails_with(&home, &line, 2);
            assert!(!error.contains(secret), "{option:?} is repeated:\n{error}");
        }
        let url = ["mcp", "configure", "s", "--host", "cursor", "--url", secret];
        assert!(!fails_with(&home, &url, 2).contains(secret));
        for variable in ["EDITOR", "VISUAL"] {
            for value in [format!("'{secret}"), format!("/no/such --token {secret}")] {
                let mut command = home.command();
                command.args(["env", "edit", "dev"]).env(variable, value);
                let run = home.run(&mut command).expect(1);
                assert!(!run.stderr.contains(secret), "{variable}: {}", run.stderr);
            }
        }
    }
}

/// Names are repeated, so that a typing error can be seen; unless they look like a secret.
#[test]
fn a_name_that_looks_like_a_secret_is_masked_in_errors() {
    let home = empty_hosts_with("dev", NESTED);
    let secret = TYPED[0];
    for line in [
        vec!["mcp", "sync", "--from-env", secret, "--to-host", "cursor"],
        vec!["mcp", "sync", "--from-env", "dev", "--to-host", secret],
        vec!["mcp", "sync", "--from-env", "dev", "--to-host", "cursor", "--servers", secret],
        vec!["mcp", "sync", "--from-env", "dev", "--to-host", "cursor", "--pattern", secret],
        vec!["env", "show", secret],
        vec!["env", "import", "a", "--from-file", secret],
        vec!["env", "export", "dev", "--format", secret],
        vec!["mcp", "undo", secret],
        vec!["host", "remove", secret],
        vec!["adapter", "remove", secret],
        vec!["schema", secret],
        vec!["mcp", secret],
    ] {
        let run = home.hatch(&line);
        assert!(!run.stderr.contains(secret), "{line:?}: {}", run.stderr);
        has(&run.stderr, &["error: ", "•••"]);
    }
}

/// Hatch's own files, and others that are given for them: what is wrong is told without the
/// text, whatever it is.
#[test]
fn no_error_repeats_the_text_of_a_file() {
    let home = empty_hosts_with("dev", NESTED);
    let secret = TYPED[1];
    home.write("plan.json", format!(r#"{{"schema": "hatch.plan/1", "targets": "{secret}"}}"#));
    home.write("old.json", format!(r#"{{"a": {{"packages": "{secret}"}}}}"#));
    home.write("env.json", format!(r#"{{"mcpServers": {{"a": {{"command": "{secret}" oops}}}}}}"#));
    home.write(
        "types.json",
        format!(r#"{{"mcpServers": {{"a": {{"command": {{"x": "{secret}"}}}}}}}}"#),
    );
    home.write(
        ".cursor/mcp.json",
        format!(r#"{{"mcpServers": {{"a": {{"type": "{}", "url": "https://x/"}}}}}}"#, TYPED[0]),
    );
    for line in [
        "mcp apply plan.json --auto-approve",
        "env import --from-hatch-py old.json",
        "env import a --from-file env.json",
        "env import a --from-file types.json",
        "mcp sync --from-env ./env.json --to-host cursor",
        "mcp list hosts --json",
        "mcp show hosts cursor",
    ] {
        let run = home.line(line);
        for secret in TYPED {
            assert!(!run.stderr.contains(secret), "{line}: {}", run.stderr);
            assert!(!run.stdout.contains(secret), "{line}: {}", run.stdout);
        }
    }
    home.write(".hatch/settings.json", format!(r#"{{"version": "{secret}"}}"#));
    let run = home.line("env current").expect(1);
    has(&run.stderr, &["error: ", "unexpected value at line 1"]);
    assert!(!run.stderr.contains(secret), "{}", run.stderr);
}
