//! `hatch mcp backup`: what is kept is listed, and comes back as it was.

use std::fs;

use hatch_tests::TestHome;

use crate::common::{
    CLAUDE, CURSOR, DEV, FILES, GEMINI, assert_unchanged, fails, has, hosts_with, json, state,
};

const SYNC: &str = "mcp sync --from-env dev --to-host all --auto-approve";

/// The ids of a host's backups, the newest first.
fn ids(home: &TestHome, host: &str) -> Vec<String> {
    let listed = json(&home.line(&format!("mcp backup list {host} --json")).expect(0));
    let backups = listed["backups"].as_array().unwrap().iter();
    backups.map(|it| it["id"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn the_newest_comes_back_to_the_byte() {
    let home = hosts_with("dev", DEV);
    let before = FILES.map(|file| home.read(file));
    home.line(SYNC).ends(0);
    let synced = FILES.map(|file| home.read(file));

    let untouched = state(&home);
    let dry = home.line("mcp backup restore cursor --dry-run --diff").expect(0);
    has(&dry.stdout, &["Restore Cursor (cursor) from the backup ", "- dev-tools", "@@"]);
    has(&fails(&home, "mcp backup restore cursor", 1), &["--auto-approve"]);
    assert_unchanged(&home, &untouched);

    let run = home.line("mcp backup restore cursor --auto-approve").expect(0);
    has(&run.stdout, &["- dev-tools", "Done: 1 host changed.", "Backup: "]);
    assert!(home.read(CURSOR) == before[1]);
    assert!(home.read(GEMINI) == synced[2], "other hosts stay");

    // What restoring replaced was backed up itself: the newest is now the way back.
    assert_eq!(ids(&home, "cursor").len(), 2);
    home.line("mcp backup restore cursor --auto-approve").ends(0);
    assert!(home.read(CURSOR) == synced[1]);
}

#[test]
fn one_is_chosen_by_its_id() {
    let home = hosts_with("dev", DEV);
    let first = home.read(CLAUDE);
    home.line(SYNC).ends(0);
    home.environment("dev", &DEV.replace("--fast", "--slow"));
    home.line(SYNC).ends(0);
    let ids = ids(&home, "claude-desktop");
    assert_eq!(ids.len(), 2);
    let text = home.line("mcp backup list claude-desktop").expect(0).stdout;
    has(&text, &[&ids[0], &ids[1], "sync", "~/.config/Claude/claude_desktop_config.json"]);
    let line = format!("mcp backup restore claude-desktop --backup {} --auto-approve", ids[1]);
    home.line(&line).ends(0);
    assert!(home.read(CLAUDE) == first);
    let before = state(&home);
    has(&home.line(&line).expect(0).stdout, &["Nothing to do"]);
    assert_unchanged(&home, &before);
}

#[test]
fn what_is_not_there_is_said() {
    let home = hosts_with("dev", DEV);
    has(&home.line("mcp backup list cursor").expect(0).stdout, &["No backups of Cursor (cursor)."]);
    has(&fails(&home, "mcp backup restore cursor", 1), &["there is no backup of Cursor (cursor)"]);
    has(&fails(&home, "mcp backup list curser", 1), &["did you mean `cursor`?"]);
    home.line("mcp sync --from-env dev --to-host cursor --auto-approve").ends(0);
    let id = ids(&home, "cursor").remove(0);
    let error = fails(&home, "mcp backup restore cursor --backup nope --auto-approve", 1);
    has(&error, &["there is no backup `nope`", "hint: `hatch mcp backup list cursor`"]);
    let error = fails(&home, &format!("mcp backup restore gemini --backup {id}"), 1);
    has(&error, &["has nothing of gemini"]);
    let error = fails(&home, "mcp backup restore cursor --backup ../envs --auto-approve", 1);
    has(&error, &["error: "]);
}

#[test]
fn a_broken_file_is_what_restoring_is_for() {
    let home = hosts_with("dev", DEV);
    let before = home.read(GEMINI);
    home.line(SYNC).ends(0);
    home.write(GEMINI, "{ broken");
    let run = home.line("mcp backup restore gemini --auto-approve").expect(0);
    has(&run.stdout, &["what is there now can't be read; it is backed up as it is"]);
    assert!(home.read(GEMINI) == before);
    // Even that comes back.
    home.line("mcp backup restore gemini --auto-approve").ends(0);
    assert_eq!(home.text(GEMINI), "{ broken");
    // And a file that is gone.
    fs::remove_file(home.join(CURSOR)).unwrap();
    home.line("mcp backup restore cursor --auto-approve").ends(0);
    assert!(home.join(CURSOR).exists());
}

#[test]
fn a_backup_that_was_damaged_is_not_used() {
    let home = hosts_with("dev", DEV);
    home.line("mcp sync --from-env dev --to-host cursor --auto-approve").ends(0);
    let id = ids(&home, "cursor").remove(0);
    let copy = format!(".hatch/backups/{id}/cursor--mcp.json");
    home.write(&copy, "something else");
    let error = fails(&home, "mcp backup restore cursor --auto-approve", 1);
    has(&error, &[&format!("the backup `{id}` can't be used"), "cursor--mcp.json"]);
    fs::remove_file(home.join(&copy)).unwrap();
    fails(&home, "mcp backup restore cursor --auto-approve", 1);
    home.write(&format!(".hatch/backups/{id}/manifest.json"), "no JSON");
    let listed = home.line("mcp backup list cursor").expect(0);
    has(&listed.stderr, &["warning: ", "manifest.json"]);
}

#[test]
fn the_older_tool_s_backups_are_listed_and_restored() {
    let home = hosts_with("dev", DEV);
    let folder = ".hatch/mcp_host_config_backups/cursor";
    let old = "{ \"mcpServers\": { \"from-then\": { \"command\": \"x\" } } }";
    home.write(&format!("{folder}/mcp.json.cursor.20250102_030405_000001"), old);
    home.write(&format!("{folder}/mcp.json.cursor.20240102_030405_000001"), "{}");
    home.write(&format!("{folder}/notes.txt"), "not one");
    let listed = home.line("mcp backup list cursor").expect(0).stdout;
    has(&listed, &["2025-01-02", "2024-01-02", "older hatch", "53 B", "2 B"]);
    assert!(!listed.contains("notes"), "{listed}");
    let run = home.line("mcp backup restore cursor --auto-approve").expect(0);
    has(&run.stdout, &["+ from-then", "Done: 1 host changed."]);
    assert_eq!(home.text(CURSOR), old);
    assert_eq!(home.text(&format!("{folder}/mcp.json.cursor.20250102_030405_000001")), old);
    let line =
        "mcp backup restore cursor --backup mcp.json.cursor.20240102_030405_000001 --auto-approve";
    home.line(line).ends(0);
    assert_eq!(home.text(CURSOR), "{}");
}

#[cfg(unix)]
#[test]
fn a_linked_file_is_restored_where_it_leads() {
    let home = hosts_with("dev", DEV);
    fs::create_dir(home.join("dotfiles")).unwrap();
    fs::rename(home.join(CURSOR), home.join("dotfiles/cursor.json")).unwrap();
    std::os::unix::fs::symlink(home.join("dotfiles/cursor.json"), home.join(CURSOR)).unwrap();
    let before = home.read(CURSOR);
    home.line(SYNC).ends(0);
    home.line("mcp backup restore cursor --auto-approve").ends(0);
    assert!(home.join(CURSOR).is_symlink());
    assert!(home.read("dotfiles/cursor.json") == before);
    assert!(!home.join("dotfiles/cursor.json").is_symlink());
}
