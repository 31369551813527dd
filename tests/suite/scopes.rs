//! The user's files and a project's: which of them a command looks at, and that it says so.

use std::fs;

use hatch_tests::TestHome;

use crate::common::{CURSOR, DEV, FILES, assert_unchanged, fails, has, json, names, state};

const PROJECT: &str = "src/app/.cursor/mcp.json";
const IN_PROJECT: &str = "--scope project --project src/app";

fn servers(name: &str) -> String {
    format!(r#"{{ "mcpServers": {{ "{name}": {{ "command": "{name}" }} }} }}"#)
}

/// Cursor with a server of the user and one of a project.
fn home() -> TestHome {
    let home = TestHome::new();
    home.write(CURSOR, servers("mine"));
    home.write(PROJECT, servers("ours"));
    home.environment("dev", DEV);
    home
}

#[track_caller]
fn stdout(home: &TestHome, line: &str) -> String {
    home.line(line).expect(0).stdout
}

#[test]
fn listings_show_both_scopes_and_say_which() {
    let home = home();
    assert_eq!(
        stdout(&home, "mcp list hosts --project src/app"),
        "Host              Server  Transport  Hatch  Environment\n\
         cursor            mine    stdio      -      -\n\
         cursor (project)  ours    stdio      -      -\n"
    );
    assert_eq!(
        stdout(&home, &format!("mcp list servers {IN_PROJECT}")),
        "Server  Host              Transport  Hatch  Environment\n\
         ours    cursor (project)  stdio      -      -\n"
    );
    assert_eq!(
        stdout(&home, "mcp list servers --project src/app --scope user"),
        "Server  Host    Transport  Hatch  Environment\n\
         mine    cursor  stdio      -      -\n"
    );
    assert_eq!(
        stdout(&home, "mcp discover hosts ^(cursor|lmstudio|gemini)$ --project src/app"),
        "Host              Status       Config path\n\
         cursor            ✓ available  ~/.cursor/mcp.json\n\
         cursor (project)  ✓ available  ~/src/app/.cursor/mcp.json\n\
         gemini            ✗ not found  ~/.gemini/settings.json\n\
         gemini (project)  - no file    ~/src/app/.gemini/settings.json\n\
         lmstudio          ✗ not found  ~/.lmstudio/mcp.json\n"
    );
    let shown = stdout(&home, "mcp show hosts --project src/app");
    has(
        &shown,
        &["cursor  Cursor\n", "cursor (project)  Cursor\n  file: ~/src/app/.cursor/mcp.json"],
    );
    has(&stdout(&home, "mcp show servers ours --project src/app"), &["\n  cursor (project)\n"]);
}

#[test]
fn json_of_listings_has_the_scope() {
    let home = home();
    for (line, list, at) in [
        ("mcp list hosts", "rows", "/1/scope"),
        ("mcp list servers", "rows", "/1/scope"),
        ("mcp show hosts", "hosts", "/1/scope"),
        ("mcp show servers ours", "servers", "/0/hosts/0/scope"),
        ("mcp discover hosts ^cursor$", "hosts", "/1/scope"),
    ] {
        let printed = json(&home.line(&format!("{line} --project src/app --json")).expect(0));
        assert_eq!(printed[list].pointer(at).unwrap(), "project", "{line}");
    }
    home.write(PROJECT, "{ broken");
    let printed = home.line("mcp list hosts --project src/app --json").expect(0);
    assert_eq!(json(&printed)["unreadable"][0]["scope"], "project");
    let run = home.line("mcp list hosts --project src/app").expect(0);
    has(&run.stderr, &["warning: cursor (project) can't be read: "]);
}

#[test]
fn file_of_a_project_that_is_the_home_folder_is_listed_once() {
    let home = home();
    home.line("mcp sync --from-env dev --to-host cursor --auto-approve").ends(0);
    for line in ["mcp list hosts ^cursor$ --server dev", "mcp status --host ^cursor$"] {
        let rows = json(&home.line(&format!("{line} --json")).expect(0));
        assert_eq!(rows["rows"].as_array().unwrap().len(), 1, "{line}");
        assert_eq!(rows["rows"][0]["scope"], "user", "{line}");
    }
    fs::remove_file(home.join(CURSOR)).unwrap();
    let run = home.line("mcp repair --dry-run").expect(0);
    has(&run.stdout, &["Repair 1 server on Cursor (cursor)", "1 host would change"]);
}

#[test]
fn all_with_create_is_every_host_that_keeps_such_files() {
    let home = home();
    let before = home.text(CURSOR);
    fs::create_dir_all(home.join("src/new")).unwrap();
    let line = "mcp sync --from-env dev --to-host all --auto-approve --scope project";
    let error = fails(&home, &format!("{line} --project src/new"), 1);
    has(&error, &["no host has a file in the project `~/src/new`", "hint: --create creates one"]);
    home.line(&format!("{line} --project src/new --create")).ends(0);
    for file in [".cursor/mcp.json", ".gemini/settings.json"] {
        assert_eq!(names(&home, &format!("src/new/{file}")), ["dev-tools"], "{file}");
    }
    assert_eq!(home.text(CURSOR), before);
    assert!(!home.join(".gemini").exists());

    home.line("mcp sync --from-env dev --to-host all --auto-approve --create").ends(0);
    for file in FILES {
        assert!(names(&home, file).contains(&"dev-tools".to_owned()), "{file}");
    }
}

#[test]
fn missing_file_of_a_project_is_no_word_about_the_machine() {
    let home = home();
    let sync = "mcp sync --from-env dev --to-host gemini --auto-approve --scope project";
    let error = fails(&home, &format!("{sync} --project src/app"), 1);
    has(
        &error,
        &[
            "Gemini CLI (gemini) has no file in this project: it would be \
             `~/src/app/.gemini/settings.json`",
            "hint: --create creates it",
        ],
    );
    for line in [
        "mcp remove server dev-tools --host gemini",
        "mcp sync --from-host gemini --to-host cursor",
        "mcp backup create --host gemini",
        "env import dev --merge --from-host gemini",
    ] {
        let error = fails(&home, &format!("{line} {IN_PROJECT}"), 1);
        has(&error, &["has no file in this project", "`hatch mcp discover hosts` shows"]);
        assert!(!error.contains("on this machine") && !error.contains("--create"), "{error}");
    }
    for line in ["mcp list hosts", "mcp discover hosts", "mcp status", "mcp backup list"] {
        let error = fails(&home, &format!("{line} --project src/typo"), 1);
        has(&error, &["the project folder `~/src/typo` was not found"]);
    }
}

#[test]
fn restoring_one_scope_leaves_the_other_alone() {
    let home = home();
    let (mine, ours) = (home.text(CURSOR), home.text(PROJECT));
    let sync = "mcp sync --from-env dev --to-host cursor --auto-approve";
    home.line(sync).ends(0);
    home.line(&format!("{sync} {IN_PROJECT}")).ends(0);
    let (mine_synced, ours_synced) = (home.text(CURSOR), home.text(PROJECT));

    // The newest backup is the project's, and is not the user's.
    let run = home.line("mcp backup restore cursor --auto-approve").expect(0);
    has(&run.stdout, &["cursor  ~/.cursor/mcp.json", "Done: 1 host changed."]);
    assert_eq!((home.text(CURSOR), home.text(PROJECT)), (mine.clone(), ours_synced.clone()));
    // What is known of the project's file is as it was.
    let rows = json(&home.line("mcp status --project src/app --json").expect(0));
    assert_eq!(rows["rows"].as_array().unwrap().len(), 1, "{rows}");
    assert_eq!(
        (&rows["rows"][0]["scope"], &rows["rows"][0]["state"]),
        (&"project".into(), &"in-sync".into())
    );

    home.line(sync).ends(0);
    let run =
        home.line(&format!("mcp backup restore cursor {IN_PROJECT} --auto-approve")).expect(0);
    has(&run.stdout, &["Restore Cursor (cursor) in the project `~/src/app` from the backup "]);
    assert_eq!((home.text(CURSOR), home.text(PROJECT)), (mine_synced, ours));
    let rows = json(&home.line("mcp status --project src/app --json").expect(0));
    assert_eq!(rows["rows"].as_array().unwrap().len(), 1, "{rows}");
    assert_eq!(rows["rows"][0]["scope"], "user");

    // A project that has no backup takes none of another.
    fs::create_dir_all(home.join("src/web/.cursor")).unwrap();
    let line = "mcp backup restore cursor --scope project --project src/web --auto-approve";
    let error = fails(&home, line, 1);
    has(
        &error,
        &["there is no backup of Cursor (cursor) in the project `~/src/web`", "--scope user"],
    );
}

#[test]
fn backups_say_whose_files_they_have() {
    let home = home();
    let before = home.text(PROJECT);
    let made = home.line("mcp backup create --host cursor --scope all --project src/app --json");
    let made = json(&made.expect(0));
    let scopes: Vec<_> = made["files"].as_array().unwrap().iter().map(|it| &it["scope"]).collect();
    assert_eq!(scopes, ["user", "project"]);
    let id = made["id"].as_str().unwrap();
    has(&stdout(&home, &format!("mcp backup show {id}")), &["cursor  ", "cursor (project)  "]);
    has(&stdout(&home, "mcp backup list"), &["cursor, cursor (project)"]);
    let listed = |options: &str| {
        json(&home.line(&format!("mcp backup list cursor --json {options}")).expect(0))
    };
    assert_eq!(listed("")["backups"][0]["scope"], "all");
    assert_eq!(listed(IN_PROJECT)["backups"][0]["scope"], "project");
    assert_eq!(listed("--scope user")["backups"][0]["files"], 1);
    fs::create_dir_all(home.join("src/web")).unwrap();
    let none = stdout(&home, "mcp backup list cursor --scope project --project src/web");
    assert_eq!(none, "No backups of Cursor (cursor) in the project `~/src/web`.\n");

    // From another folder, each file goes back where it was, and is planned on its own.
    home.write(CURSOR, "{}\n");
    home.write(PROJECT, "{}\n");
    home.line(&format!("mcp backup restore all --scope all --backup {id} --auto-approve")).ends(0);
    assert_eq!((names(&home, CURSOR), home.text(PROJECT)), (vec!["mine".to_owned()], before));
    let error = fails(&home, &format!("mcp backup restore env:dev --backup {id}"), 1);
    has(&error, &["has nothing of env:dev"]);
}

/// A variable moves the user's file to where a project's could be.
#[test]
fn user_s_file_that_a_variable_moved_is_no_project_s() {
    let home = home();
    home.write("g/.gemini/settings.json", "{}\n");
    let mut command = home.command();
    command.args("mcp sync --from-env dev --to-host gemini --auto-approve".split(' '));
    home.run(command.env("GEMINI_CLI_HOME", home.join("g"))).ends(0);
    has(&stdout(&home, "mcp backup list"), &["  gemini  "]);
    home.line("mcp backup restore gemini --auto-approve").ends(0);
    assert_eq!(home.text("g/.gemini/settings.json"), "{}\n");
}

/// A ledger of version 1 knows the host alone, which counts for the user's file.
#[test]
fn undo_of_a_project_s_run_keeps_what_is_known_of_the_user_s_file() {
    let home = home();
    let sync = "mcp sync --from-env dev --to-host cursor --auto-approve";
    home.line(sync).ends(0);
    let state: serde_json::Value = serde_json::from_slice(&home.read(".hatch/state.json")).unwrap();
    let known = &state["documents"][0]["servers"];
    let first = serde_json::json!({ "version": 1, "servers": { "cursor": known } }).to_string();
    home.write(".hatch/state.json", first);
    home.line(&format!("{sync} {IN_PROJECT}")).ends(0);
    home.line("mcp undo --auto-approve").ends(0);
    assert_eq!(names(&home, PROJECT), ["ours"]);
    let status = |home: &TestHome| {
        let rows = json(&home.line("mcp status --project src/app --json").expect(0));
        let row = |row: &serde_json::Value| format!("{} {}", row["scope"], row["state"]);
        rows["rows"].as_array().unwrap().iter().map(row).collect::<Vec<_>>()
    };
    assert_eq!(status(&home), ["\"user\" \"in-sync\""]);
    home.line("mcp undo --auto-approve").ends(0);
    assert_eq!(names(&home, CURSOR), ["mine"]);
}

#[test]
fn environment_is_made_of_a_project_s_servers() {
    let home = home();
    home.line(&format!("env create team --from-host cursor {IN_PROJECT}")).ends(0);
    has(&stdout(&home, "env show team"), &["ours"]);
    home.line(&format!("env import dev --merge --from-host cursor {IN_PROJECT}")).ends(0);
    has(&stdout(&home, "env show dev"), &["ours", "dev-tools"]);
    home.line("env import mine --from-host cursor").ends(0);
    has(&stdout(&home, "env show mine"), &["mine"]);
    home.write("servers.json", servers("x"));
    let before = state(&home);
    for line in [
        "env create x --from-file servers.json",
        "env create x",
        "env import x --from-file servers.json",
    ] {
        let error = fails(&home, &format!("{line} {IN_PROJECT}"), 2);
        has(&error, &["they go with --from-host"]);
    }
    assert_unchanged(&home, &before);
}

#[test]
fn named_host_has_no_project_files() {
    let home = home();
    home.line("host add staging --adapter cursor --path srv/mcp.json").ends(0);
    home.write("srv/mcp.json", servers("s"));
    let listed = stdout(&home, "mcp list hosts staging --project src/app");
    assert_eq!(listed.matches("staging").count(), 1, "{listed}");
    assert_eq!(
        stdout(&home, &format!("mcp list hosts staging {IN_PROJECT}")),
        "No servers found.\n"
    );
    let line =
        format!("mcp sync --from-env dev --to-host staging --create --auto-approve {IN_PROJECT}");
    has(&fails(&home, &line, 1), &["(staging)", "it has no project file"]);
    // Its backups are the user's, wherever its file is.
    home.line("host add odd --adapter cursor --path srv/.cursor/mcp.json").ends(0);
    home.write("srv/.cursor/mcp.json", "{}\n");
    home.line("mcp sync --from-env dev --to-host odd --auto-approve").ends(0);
    home.line("mcp backup restore odd --auto-approve").ends(0);
    assert_eq!(home.text("srv/.cursor/mcp.json"), "{}\n");
}
