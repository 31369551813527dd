//! `hatch mcp sync`: every form of the specification.

use hatch_tests::TestHome;

use crate::common::{
    CLAUDE, CURSOR, FILES, GEMINI, LMSTUDIO, NAMES, assert_unchanged, empty_hosts_with, fails, has,
    names, state,
};

fn home() -> TestHome {
    empty_hosts_with("production", NAMES)
}

/// Runs a sync with `--auto-approve`, and checks which hosts have which servers then.
#[track_caller]
fn check(arguments: &[&str], servers: &[&str], hosts: &[&str]) {
    let home = home();
    let line: Vec<_> = ["mcp", "sync"].iter().chain(arguments).copied().collect();
    // Shown first, and nothing written.
    let before = state(&home);
    let dry = home.hatch(line.iter().chain(&["--dry-run"])).expect(0);
    assert_unchanged(&home, &before);
    has(&dry.stdout, &["would change; nothing was written."]);
    for server in servers {
        has(&dry.stdout, &[&format!("  + {server}")]);
    }

    let run = home.hatch(line.iter().chain(&["--auto-approve"])).expect(0);
    let preview = |text: &str| text.split("\n\n").next().unwrap_or_default().to_owned();
    assert_eq!(preview(&run.stdout), preview(&dry.stdout), "the preview is the change");
    for file in FILES {
        let expected: &[&str] = if hosts.contains(&file) { servers } else { &[] };
        assert_eq!(names(&home, file), expected, "{file}");
    }
    assert_eq!(home.files().keys().filter(|it| it.ends_with("manifest.json")).count(), 1);

    // And again: nothing to do, and not a file is touched.
    let before = state(&home);
    let again = home.hatch(line.iter().chain(&["--auto-approve"])).expect(0);
    has(&again.stdout, &["Nothing to do"]);
    assert_unchanged(&home, &before);
    let asked = home.hatch(&line).expect(0);
    has(&asked.stdout, &["Nothing to do"]);
    assert_unchanged(&home, &before);
}

const ALL: &[&str] =
    &["filesystem-server", "database-server", "dev-api", "prod-web", "production-web", "test-api"];

#[test]
fn from_an_environment_to_one_host() {
    check(&["--from-env", "production", "--to-host", "claude-desktop"], ALL, &[CLAUDE]);
}

#[test]
fn from_an_environment_to_several_hosts() {
    let line = ["--from-env", "production", "--to-host", "claude-desktop,cursor"];
    check(&line, ALL, &[CLAUDE, CURSOR]);
}

#[test]
fn a_target_can_be_named_by_a_repeated_flag_and_twice() {
    let line = ["--from-env", "production", "--to-host", "gemini", "--to-host", "cursor, gemini"];
    check(&line, ALL, &[CURSOR, GEMINI]);
}

#[test]
fn from_an_environment_to_all_hosts() {
    check(&["--from-env", "production", "--to-host", "all"], ALL, &FILES);
}

#[test]
fn all_takes_in_what_is_named_too() {
    check(&["--from-env", "production", "--to-host", "cursor,all"], ALL, &FILES);
}

#[test]
fn servers_can_be_named() {
    let line = ["--from-env", "production", "--to-host", "cursor", "--servers"];
    let named = |names: &'static str| [line.as_slice(), &[names]].concat();
    check(
        &named("filesystem-server,database-server"),
        &["filesystem-server", "database-server"],
        &[CURSOR],
    );
    // The source's order, whatever the order of the names.
    check(&named("test-api, filesystem-server"), &["filesystem-server", "test-api"], &[CURSOR]);
    let repeated = [named("dev-api").as_slice(), &["--servers", "test-api"]].concat();
    check(&repeated, &["dev-api", "test-api"], &[CURSOR]);
}

#[test]
fn patterns_of_the_specification_select_what_they_say() {
    for (pattern, servers) in [
        (".*api.*", ["dev-api", "test-api"].as_slice()),
        ("^dev-", &["dev-api"]),
        ("(prod|production)-.*", &["prod-web", "production-web"]),
        (
            "^(?!test-).*",
            &["filesystem-server", "database-server", "dev-api", "prod-web", "production-web"],
        ),
        // From the start of the name, not to its end, as Python's `re.match`.
        ("prod", &["prod-web", "production-web"]),
        (".*-server$", &["filesystem-server", "database-server"]),
    ] {
        let line = ["--from-env", "production", "--to-host", "cursor", "--pattern", pattern];
        check(&line, servers, &[CURSOR]);
    }
}

#[test]
fn a_pattern_and_all_hosts_go_together() {
    check(
        &["--from-env", "production", "--to-host", "all", "--pattern", "^dev-"],
        &["dev-api"],
        &FILES,
    );
}

/// A home with servers in Claude Desktop alone.
fn with_source() -> TestHome {
    let home = home();
    home.line("mcp sync --from-env production --to-host claude-desktop --auto-approve").ends(0);
    home
}

#[track_caller]
fn check_from_host(targets: &str, hosts: &[&str]) {
    let home = with_source();
    let source = home.read(CLAUDE);
    let line = format!("mcp sync --from-host claude-desktop --to-host {targets}");
    let before = state(&home);
    home.line(&format!("{line} --dry-run")).ends(0);
    assert_unchanged(&home, &before);
    let run = home.line(&format!("{line} --auto-approve")).expect(0);
    has(&run.stdout, &["Sync 6 servers from Claude Desktop (claude-desktop)"]);
    for file in [CURSOR, GEMINI, LMSTUDIO] {
        let expected: &[&str] = if hosts.contains(&file) { ALL } else { &[] };
        assert_eq!(names(&home, file), expected, "{file}");
    }
    assert_eq!(home.read(CLAUDE), source, "the source is read only");
    let before = state(&home);
    has(&home.line(&format!("{line} --auto-approve")).expect(0).stdout, &["Nothing to do"]);
    assert_unchanged(&home, &before);
}

#[test]
fn from_a_host_to_one_host() {
    check_from_host("cursor", &[CURSOR]);
}

#[test]
fn from_a_host_to_several_hosts() {
    check_from_host("cursor,lmstudio,gemini", &[CURSOR, LMSTUDIO, GEMINI]);
}

#[test]
fn from_a_host_to_all_others() {
    check_from_host("all", &[CURSOR, LMSTUDIO, GEMINI]);
}

#[test]
fn an_environment_can_be_a_file_of_any_place() {
    let home = home();
    home.write("team/servers.json", NAMES);
    for name in ["team/servers.json", "./team/servers.json"] {
        let line = format!("mcp sync --from-env {name} --to-host cursor --dry-run");
        has(&home.line(&line).expect(0).stdout, &["+ dev-api", "1 host would change"]);
    }
    let absolute = home.join("team/servers.json").display().to_string();
    let line = ["mcp", "sync", "--from-env", &absolute, "--to-host", "cursor", "--auto-approve"];
    home.hatch(line).ends(0);
    assert_eq!(names(&home, CURSOR), ALL);
}

#[test]
fn without_a_backup_none_is_kept() {
    let home = home();
    let line = "mcp sync --from-env production --to-host all --no-backup --auto-approve";
    let run = home.line(line).expect(0);
    assert!(!run.stdout.contains("Backup:"), "{}", run.stdout);
    assert_eq!(names(&home, GEMINI), ALL);
    let kept: Vec<_> =
        home.files().into_keys().filter(|it| it.starts_with(home.join(".hatch/backups"))).collect();
    assert!(kept.is_empty(), "{kept:?}");
    assert!(!home.join(".hatch/journal.json").exists());
    has(&home.line("mcp backup list cursor").expect(0).stdout, &["No backups"]);
}

#[test]
fn a_backup_holds_each_file_as_it_was() {
    let home = home();
    let before = home.read(CURSOR);
    let run = home.line("mcp sync --from-env production --to-host cursor,gemini --auto-approve");
    let run = run.expect(0);
    has(&run.stdout, &["Done: 2 hosts changed.\n", "Backup: "]);
    let copies: Vec<_> = home
        .files()
        .into_iter()
        .filter(|(path, _)| path.starts_with(home.join(".hatch/backups")))
        .collect();
    let names: Vec<_> =
        copies.iter().map(|(path, _)| path.file_name().unwrap().to_str().unwrap()).collect();
    assert_eq!(names, ["cursor--mcp.json", "gemini--settings.json", "manifest.json"]);
    assert_eq!(copies[0].1.0, before);
}

/// A run that would only have read creates nothing, not even hatch's own folder.
#[test]
fn reading_creates_no_folder_of_hatch() {
    let home = TestHome::new();
    for file in FILES {
        home.write(file, "{}\n");
    }
    home.write("e.json", NAMES);
    let before = state(&home);
    for line in [
        "mcp sync --from-env ./e.json --to-host all --dry-run",
        "mcp sync --from-env ./e.json --to-host all --dry-run --json --diff",
        "mcp sync --from-env ./e.json --to-host cursor --auto-approve --dry-run --no-backup",
        "mcp discover hosts",
        "mcp list hosts",
        "mcp list servers",
        "mcp backup list cursor",
        "env list",
    ] {
        home.line(line).ends(0);
        assert_unchanged(&home, &before);
    }
    assert!(!home.join(".hatch").exists());
}

#[test]
fn what_a_host_cannot_have_is_counted_and_decides_the_exit_code() {
    let home = empty_hosts_with(
        "remote",
        r#"{ "mcpServers": {
            "local": { "command": "x" },
            "far": { "type": "http", "url": "https://far.example/mcp" }
        } }"#,
    );
    // Something else was done.
    let run = home.line("mcp sync --from-env remote --to-host claude-desktop --auto-approve");
    has(&run.expect(0).stdout, &["! far  left out:\n", "Done: 1 host changed, 1 server left out."]);
    assert_eq!(names(&home, CLAUDE), ["local"]);
    // Nothing was needed.
    let run = home.line("mcp sync --from-env remote --to-host claude-desktop --auto-approve");
    has(&run.expect(0).stdout, &["Nothing to do, 1 server left out."]);
    // Nothing could be done.
    let before = state(&home);
    let line = "mcp sync --from-env remote --to-host claude-desktop --servers far --auto-approve";
    home.line(line).ends(1);
    assert_unchanged(&home, &before);
}

#[test]
fn a_listing_and_a_sync_live_without_the_state() {
    let home = home();
    let line = "mcp sync --from-env production --to-host cursor --auto-approve";
    home.line(line).ends(0);
    has(&home.line("mcp list hosts cursor").expect(0).stdout, &["dev-api", "production"]);
    std::fs::remove_file(home.join(".hatch/state.json")).unwrap();
    has(&home.line("mcp list hosts cursor").expect(0).stdout, &["dev-api"]);
    for unusable in ["no JSON", r#"{"version": 99, "documents": []}"#] {
        home.write(".hatch/state.json", unusable);
        let run = home.line(line).expect(0);
        has(&run.stdout, &["Nothing to do"]);
        has(&run.stderr, &["warning: what is hatch's is not known", "~/.hatch/state.json"]);
        // A change is written, and the note that cannot be made is said to be missing.
        let run = home.line("mcp configure n --host cursor --command n --auto-approve").expect(0);
        has(&run.stderr, &["~/.hatch/state.json"]);
        home.line("mcp remove server n --host cursor --auto-approve").ends(0);
        let error = fails(&home, &format!("{line} --prune"), 1);
        has(&error, &["--prune has to know what is hatch's"]);
        has(&fails(&home, "mcp status", 1), &["what is hatch's is not known"]);
        has(&fails(&home, "mcp repair", 1), &["what was lost is not known"]);
        assert_eq!(home.text(".hatch/state.json"), unusable, "it is never overwritten");
    }
}
