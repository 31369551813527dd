//! `hatch mcp history` and `hatch mcp undo`: what runs did is listed, and can be taken back.

use std::fs;

use hatch_tests::TestHome;

use crate::common::{
    CURSOR, DEV, FILES, GEMINI, assert_unchanged, backup_ids, fails, has, hosts_with, json, keys,
    newest_run, runs, state,
};

const SYNC: &str = "mcp sync --from-env dev --to-host all --auto-approve";

/// What all hosts' files hold.
fn documents(home: &TestHome) -> [Vec<u8>; 4] {
    FILES.map(|file| home.read(file))
}

/// Changes the environment and syncs it; returns the run.
fn sync(home: &TestHome, argument: &str) -> String {
    home.environment("dev", &DEV.replace("--fast", argument));
    home.line(SYNC).ends(0);
    newest_run(home)
}

#[test]
fn undoing_again_goes_further_back_and_an_undo_can_be_undone() {
    let home = hosts_with("dev", DEV);
    let at_first = documents(&home);
    let first = sync(&home, "--one");
    let after_first = documents(&home);
    let second = sync(&home, "--two");
    let after_second = documents(&home);
    let noted = home.text(".hatch/state.json");

    let dry = home.line("mcp undo --dry-run").expect(0).stdout;
    has(
        &dry,
        &[&format!("Undo {second}: Sync 1 server from environment `dev`"), "args: --two → --one"],
    );
    assert!(documents(&home) == after_second);
    home.line("mcp undo --auto-approve").ends(0);
    assert!(documents(&home) == after_first);
    home.line("mcp undo --auto-approve").ends(0);
    assert!(documents(&home) == at_first);
    assert!(!home.text(".hatch/state.json").contains("dev-tools"), "nothing is hatch's any more");
    has(&fails(&home, "mcp undo", 1), &["there is no run to undo", "hatch mcp history"]);

    let [undo_first, undo_second] = [0, 1].map(|at| runs(&home)[at]["operation"].clone());
    let by = runs(&home).iter().map(|it| it["undone_by"].clone()).collect::<Vec<_>>();
    assert_eq!(by, [().into(), ().into(), undo_second, undo_first.clone()]);

    // Redo the first, then the second.
    let redo = format!("mcp undo {} --auto-approve", undo_first.as_str().unwrap());
    has(&home.line(&redo).expect(0).stdout, &[&format!("Redo {first}: Sync")]);
    assert!(documents(&home) == after_first);
    let undo_second = runs(&home)[2]["operation"].as_str().unwrap().to_owned();
    home.line(&format!("mcp undo {undo_second} --auto-approve")).ends(0);
    assert!(documents(&home) == after_second);
    assert_eq!(home.text(".hatch/state.json"), noted, "known as before");

    // Both stand again, and go again in the same order.
    home.line("mcp undo --auto-approve").ends(0);
    assert!(documents(&home) == after_first);
    home.line("mcp undo --auto-approve").ends(0);
    assert!(documents(&home) == at_first);
}

#[test]
fn a_file_that_was_changed_since_is_not_overwritten() {
    let home = hosts_with("dev", DEV);
    let at_first = documents(&home);
    let run = sync(&home, "--one");
    home.write(CURSOR, "{ \"mcpServers\": {} }");
    fs::remove_file(home.join(GEMINI)).unwrap();
    let error = fails(&home, "mcp undo --auto-approve", 1);
    has(&error, &[&format!("`~/.cursor/mcp.json` is not as the run {run} left it: someone")]);
    has(&error, &[&format!("`~/.gemini/settings.json` is gone since the run {run}")]);
    assert_eq!(error.matches("--force").count(), 1, "{error}");
    fails(&home, "mcp undo --dry-run", 1);

    let forced = home.line("mcp undo --force --auto-approve").expect(0);
    has(&forced.stdout, &["! `~/.cursor/mcp.json` was changed since the run", "4 hosts changed"]);
    assert!(documents(&home) == at_first);
    // What was overwritten comes back with the undo of the undo.
    let undo = newest_run(&home);
    home.line(&format!("mcp undo {undo} --auto-approve")).ends(0);
    assert_eq!(home.text(CURSOR), "{ \"mcpServers\": {} }");
    assert!(!home.join(GEMINI).exists());
}

#[test]
fn a_later_run_is_named_that_has_to_go_first() {
    let home = hosts_with("dev", DEV);
    let first = sync(&home, "--one");
    let second = sync(&home, "--two");
    let error = fails(&home, &format!("mcp undo {first} --auto-approve"), 1);
    has(
        &error,
        &[&format!("it is as the run {second} left it"), &format!("`hatch mcp undo {second}`")],
    );
    home.line(&format!("mcp undo {second} --auto-approve")).ends(0);
    home.line(&format!("mcp undo {first} --auto-approve")).ends(0);

    // A run that was undone has nothing left to undo.
    let before = state(&home);
    let again = home.line(&format!("mcp undo {first} --auto-approve")).expect(0);
    has(&again.stdout, &["Nothing to do"]);
    has(&again.stderr, &["was undone already, by "]);
    assert_unchanged(&home, &before);
}

#[test]
fn a_restore_can_be_undone_and_copies_made_by_hand_can_not() {
    let home = hosts_with("dev", DEV);
    sync(&home, "--one");
    let synced = documents(&home);
    home.line("mcp backup restore cursor --auto-approve").ends(0);
    let undone = home.line("mcp undo --auto-approve").expect(0);
    has(&undone.stdout, &[": Restore Cursor (cursor) from the backup ", "Done: 1 host changed."]);
    assert!(documents(&home) == synced);

    home.line("mcp backup create --host cursor").ends(0);
    let id = backup_ids(&home, "").remove(0);
    let error = fails(&home, &format!("mcp undo {id}"), 1);
    has(&error, &["is not of a run that changed files", &format!("--backup {id}`")]);
    has(&fails(&home, "mcp undo nope", 1), &["there is no backup `nope`", "hatch mcp history"]);
    has(&fails(&home, "mcp undo 2026", 1), &["more than one", &id]);
}

#[test]
fn a_run_of_which_copies_were_cleaned_away_is_not_undone_in_part() {
    let home = hosts_with("dev", DEV);
    let run = sync(&home, "--one");
    home.line("mcp backup clean cursor --keep-count 0 --auto-approve").ends(0);
    let error = fails(&home, "mcp undo --force --auto-approve", 1);
    has(
        &error,
        &[&format!("the run {run} can't be undone: the copies of cursor were cleaned away")],
    );
    has(&home.line("mcp history").expect(0).stdout, &["cursor (cleaned away)"]);
    assert_eq!(runs(&home)[0]["cleaned"], serde_json::json!(["cursor"]));
}

#[test]
fn a_damaged_copy_stops_all() {
    let home = hosts_with("dev", DEV);
    sync(&home, "--one");
    let id = backup_ids(&home, "").remove(0);
    home.write(&format!(".hatch/backups/{id}/gemini--settings.json"), "something else");
    let error = fails(&home, "mcp undo --auto-approve", 1);
    has(&error, &[&format!("the backup `{id}` can't be used"), "gemini--settings.json"]);
}

#[test]
fn files_that_the_run_made_or_took_away() {
    let home = hosts_with("dev", DEV);
    fs::remove_file(home.join(GEMINI)).unwrap();
    sync(&home, "--one");
    let synced = documents(&home);
    home.line("mcp undo --auto-approve").ends(0);
    assert!(!home.join(GEMINI).exists());
    let undo = newest_run(&home);
    home.line(&format!("mcp undo {undo} --auto-approve")).ends(0);
    assert!(documents(&home) == synced);
}

#[test]
fn the_history_is_listed() {
    let home = hosts_with("dev", DEV);
    has(&home.line("mcp history").expect(0).stdout, &["No runs are known"]);
    home.line("mcp undo").ends(1);
    let first = sync(&home, "--one");
    home.line("mcp sync --from-host cursor --to-host lmstudio --auto-approve").ends(0);
    home.environment("dev", &DEV.replace("--fast", "--three"));
    home.line(&format!("{SYNC} --no-backup")).ends(0);
    assert_eq!(runs(&home).len(), 2, "a run without a backup leaves no record");

    let listed = json(&home.line("mcp history --json").expect(0));
    assert_eq!(keys(&listed), ["schema", "runs"]);
    assert_eq!(listed["schema"], "hatch.history/1");
    let members = [
        "operation",
        "time",
        "command",
        "title",
        "hosts",
        "files",
        "backup",
        "undoes",
        "undone_by",
        "cleaned",
    ];
    assert_eq!(keys(&listed["runs"][0]), members);
    assert_eq!(listed["runs"][0]["hosts"], serde_json::json!(["lmstudio"]));
    let text = home.line("mcp history").expect(0).stdout;
    has(&text, &[&first, "Sync 1 server from environment `dev`", "claude-desktop, cursor, gemini"]);
    let limited = home.line("mcp history --limit 1").expect(0).stdout;
    assert!(!limited.contains(&first), "{limited}");
    fails(&home, "mcp history --limit 0", 2);
}

#[test]
fn undo_needs_a_yes_and_its_json_is_a_run() {
    let home = hosts_with("dev", DEV);
    let run = sync(&home, "--one");
    has(&fails(&home, "mcp undo", 1), &["--auto-approve"]);
    let undone = json(&home.line("mcp undo --auto-approve --json").expect(0));
    assert_eq!((&undone["schema"], &undone["command"]), (&"hatch.run/1".into(), &"undo".into()));
    assert_eq!(undone["source"]["operation"], *run);
    let servers = undone["hosts"][0]["servers"].as_array().unwrap();
    let ours = servers.iter().find(|it| it["server"] == "dev-tools").unwrap();
    assert_eq!(ours["change"], "remove");
}

#[test]
fn runs_that_changed_environments_are_undone_too() {
    let home = hosts_with("dev", DEV);
    home.line("mcp backup create --host env:dev,cursor").ends(0);
    let (dev, cursor) = (DEV.replace("--fast", "--by-hand"), "{ \"mcpServers\": {} }");
    home.environment("dev", &dev);
    home.write(CURSOR, cursor);
    home.line("mcp backup restore env:dev,cursor --auto-approve").ends(0);
    assert_eq!(home.text(".hatch/envs/dev.json"), DEV);
    has(&home.line("mcp history").expect(0).stdout, &["environment `dev`", "env:dev, cursor"]);

    // All of a run, or nothing: what was changed in one place stops it in the other.
    home.environment("dev", "{}");
    has(&fails(&home, "mcp undo --auto-approve", 1), &["`~/.hatch/envs/dev.json` is not as"]);
    home.environment("dev", DEV);
    let undone = home.line("mcp undo --auto-approve").expect(0);
    has(&undone.stdout, &["args: --fast → --by-hand", "1 host and 1 environment changed"]);
    assert_eq!((home.text(".hatch/envs/dev.json"), home.text(CURSOR)), (dev, cursor.to_owned()));
}

#[test]
fn each_command_that_writes_can_be_undone() {
    let home = hosts_with("dev", DEV);
    let files = |home: &TestHome| (documents(home), home.text(".hatch/envs/dev.json"));
    let before = files(&home);
    for line in [
        "env add dev extra --command extra",
        "env remove-server dev dev-tools",
        "mcp configure extra --host cursor,gemini --command extra --auto-approve",
        "mcp remove host cursor --auto-approve",
    ] {
        home.line(line).ends(0);
    }
    for _ in 0..4 {
        home.line("mcp undo --auto-approve").ends(0);
    }
    fails(&home, "mcp undo", 1);
    assert!(files(&home) == before);
}
