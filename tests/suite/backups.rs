//! `hatch mcp backup`: what is kept is listed, and comes back as it was.

use std::fs;

use hatch_tests::TestHome;

use crate::common::{
    CLAUDE, CURSOR, DEV, FILES, GEMINI, assert_unchanged, backup_ids as ids, fails, has,
    hosts_with, json, state,
};

const SYNC: &str = "mcp sync --from-env dev --to-host all --auto-approve";

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

/// It may be the newest, and then another would be taken for it.
#[test]
fn a_backup_that_can_t_be_read_is_not_passed_over() {
    let home = hosts_with("dev", DEV);
    let sync = "mcp sync --from-env dev --to-host cursor --auto-approve";
    home.line(sync).ends(0);
    let old = ids(&home, "").remove(0);
    home.environment("dev", &DEV.replace("--fast", "--slow"));
    home.line(sync).ends(0);
    let newest = ids(&home, "").remove(0);
    let manifest = format!(".hatch/backups/{newest}/manifest.json");
    let whole = home.read(&manifest);
    home.write(&manifest, "no JSON");
    for line in ["mcp backup restore cursor", "mcp backup restore all", "mcp undo"] {
        let error = fails(&home, &format!("{line} --auto-approve"), 1);
        has(&error, &["error: the newest backup can't be told", &newest, "hint: name the "]);
    }
    // One that is named is not guessed, and an older one that is damaged is in no one's way.
    home.line(&format!("mcp backup restore cursor --backup {old} --dry-run")).ends(0);
    home.write(&manifest, whole);
    let long_ago = "20200101T000000Z-0123abcd";
    home.write(&format!(".hatch/backups/{long_ago}/manifest.json"), "no JSON");
    home.line("mcp undo --dry-run").ends(0);
    home.line("mcp backup restore cursor --auto-approve").ends(0);
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

#[test]
fn several_hosts_come_back_together_or_one_at_a_time() {
    let home = hosts_with("dev", DEV);
    let before = FILES.map(|file| home.read(file));
    home.line(SYNC).ends(0);
    let sync = ids(&home, "").remove(0);
    home.environment("dev", &DEV.replace("--fast", "--slow"));
    home.line("mcp sync --from-env dev --to-host cursor --auto-approve").ends(0);

    // Each host's newest backup is another.
    let dry = home.line("mcp backup restore cursor,gemini --dry-run").expect(0);
    let newest = ids(&home, "cursor").remove(0);
    let each = format!("Restore Cursor (cursor) from {newest}, Gemini CLI (gemini) from {sync}");
    has(&dry.stdout, &[&each, "2 hosts would change"]);
    let shown = home.line("mcp backup restore cursor gemini --dry-run --json").expect(0);
    assert_eq!(json(&shown)["source"]["backups"], serde_json::json!([newest, sync]));

    // A part of the id is enough, and all of that run comes back.
    let part = sync.split_once('-').unwrap().1;
    let line = format!("mcp backup restore all --backup-file {part} --auto-approve");
    let run = home.line(&line).expect(0);
    has(&run.stdout, &[&format!("Restore 4 hosts from the backup {sync}"), "4 hosts changed"]);
    assert!(FILES.map(|file| home.read(file)) == before);
    // What hatch knew of the servers then is nothing.
    assert!(!home.text(".hatch/state.json").contains("dev-tools"));

    // The newest as a whole is the way back again.
    home.line("mcp backup restore all --auto-approve").ends(0);
    has(&home.text(CURSOR), &["dev-tools", "--slow"]);
    has(&home.text(GEMINI), &["dev-tools", "--fast"]);
    has(&home.text(".hatch/state.json"), &["dev-tools"]);
}

#[test]
fn all_that_is_wrong_with_a_restore_is_said_at_once() {
    let home = hosts_with("dev", DEV);
    home.line("mcp sync --from-env dev --to-host cursor,gemini --auto-approve").ends(0);
    let id = ids(&home, "cursor").remove(0);
    let error = fails(&home, "mcp backup restore curser,lmstudio,env:devv --auto-approve", 1);
    has(&error, &["did you mean `cursor`?", "no backup of LM Studio (lmstudio)"]);
    has(&error, &["there is no environment named `devv`", "did you mean `dev`?"]);
    fails(&home, "mcp backup restore", 2);
    fails(&home, "mcp backup restore ,", 1);
    // Of two copies one is damaged: neither is used.
    home.write(&format!(".hatch/backups/{id}/gemini--settings.json"), "something else");
    let error = fails(&home, "mcp backup restore all --auto-approve", 1);
    has(&error, &[&format!("the backup `{id}` can't be used"), "gemini--settings.json"]);
    let shown = home.line(&format!("mcp backup show {id}")).expect(0);
    has(&shown.stderr, &["warning: gemini: ", "is damaged"]);
    home.line("mcp backup restore cursor --auto-approve").ends(0);
}

#[test]
fn a_file_that_was_not_there_is_taken_away_and_one_whose_folder_is_gone_comes_back() {
    let home = hosts_with("dev", DEV);
    let cursor = home.read(CURSOR);
    fs::remove_file(home.join(GEMINI)).unwrap();
    home.line("mcp sync --from-env dev --to-host cursor,gemini --auto-approve").ends(0);
    let id = ids(&home, "gemini").remove(0);
    has(&home.line("mcp backup list gemini").expect(0).stdout, &["no file"]);
    fs::remove_dir_all(home.join(".cursor")).unwrap();

    let line = format!("mcp backup restore all --backup {id} --auto-approve");
    let run = home.line(&line).expect(0);
    has(&run.stdout, &["~/.gemini/settings.json (removed)", "~/.cursor/mcp.json (new)"]);
    assert!(!home.join(GEMINI).exists());
    assert!(home.read(CURSOR) == cursor);
    has(&home.line(&line).expect(0).stdout, &["Nothing to do"]);
}

#[test]
fn the_older_tool_s_hidden_files_and_hosts_that_are_not_known() {
    let home = hosts_with("dev", DEV);
    let folder = ".hatch/mcp_host_config_backups";
    let old = "{ \"mcpServers\": { \"then\": { \"command\": \"x\" } } }";
    home.write(&format!("{folder}/gemini/.settings.json.gemini.20250102_030405_000001"), old);
    let name = ".claude.json.an-old-host.20250102_030405_000001";
    home.write(&format!("{folder}/an-old-host/{name}"), old);

    let run = home.line("mcp backup restore gemini -f .settings.json.gemini.2025 --auto-approve");
    has(&run.expect(0).stdout, &["+ then", "Done: 1 host changed."]);
    assert_eq!(home.text(GEMINI), old);
    has(
        &home.line("mcp backup list an-old-host").expect(0).stdout,
        &[name, &format!("{} B", old.len())],
    );
    has(&home.line(&format!("mcp backup show {name}")).expect(0).stdout, &["not known"]);
    let error = fails(&home, "mcp backup restore an-old-host --auto-approve", 1);
    has(&error, &["there is no host named `an-old-host`", "to be put back by hand"]);
    has(&home.line("mcp backup list").expect(0).stdout, &[name, "older hatch", "an-old-host"]);
}

#[cfg(unix)]
#[test]
fn a_link_that_became_a_file_is_restored_as_the_file_that_its_user_names() {
    let home = hosts_with("dev", DEV);
    fs::create_dir(home.join("dotfiles")).unwrap();
    fs::rename(home.join(CURSOR), home.join("dotfiles/cursor.json")).unwrap();
    std::os::unix::fs::symlink(home.join("dotfiles/cursor.json"), home.join(CURSOR)).unwrap();
    let before = home.read(CURSOR);
    home.line("mcp sync --from-env dev --to-host cursor --auto-approve").ends(0);
    let linked = home.read("dotfiles/cursor.json");
    fs::remove_file(home.join(CURSOR)).unwrap();
    home.write(CURSOR, "{}");
    home.line("mcp backup restore cursor --auto-approve").ends(0);
    assert!(home.read(CURSOR) == before);
    assert!(home.read("dotfiles/cursor.json") == linked);
}

#[test]
fn copies_are_made_on_request() {
    let home = hosts_with("dev", DEV);
    fs::remove_file(home.join(GEMINI)).unwrap();
    let before = home.read(CURSOR);
    let run = home.line("mcp backup create --host all,env:dev --host cursor").expect(0);
    has(&run.stdout, &["Backed up 4 files: ", "~/.cursor/mcp.json", "no file", "env:dev"]);
    let made = json(&home.line("mcp backup create --host cursor --json").expect(0));
    assert_eq!((&made["schema"], &made["command"]), (&"hatch.backup/1".into(), &"backup".into()));
    assert_eq!(made["files"][0]["host"], "cursor");
    assert_eq!(made["files"][0]["now"], "as-in-backup");
    let copy = made["files"][0]["copy"].as_str().unwrap().strip_prefix("~/").unwrap();
    assert!(home.read(copy) == before);
    assert_eq!(ids(&home, "cursor").len(), 2);
    assert_eq!(ids(&home, "env:dev").len(), 1);
    // They are no runs that changed something.
    has(&home.line("mcp history").expect(0).stdout, &["No runs"]);

    home.write(CURSOR, "{}");
    home.environment("dev", "{}");
    let line =
        format!("mcp backup restore all --backup {} --auto-approve", ids(&home, "env:dev")[0]);
    has(&home.line(&line).expect(0).stdout, &["environment", "1 host and 1 environment changed"]);
    assert!(home.read(CURSOR) == before);
    assert_eq!(home.text(".hatch/envs/dev.json"), DEV);
}

#[test]
fn where_one_file_can_t_be_read_no_copy_is_made() {
    let home = hosts_with("dev", DEV);
    fs::remove_file(home.join(GEMINI)).unwrap();
    fs::create_dir(home.join(GEMINI)).unwrap();
    fs::remove_dir_all(home.join(".lmstudio")).unwrap();
    let error = fails(&home, "mcp backup create --host cursor,gemini,lmstudio,nope,env:nope", 1);
    has(&error, &["Gemini CLI (gemini) can't be read", "LM Studio (lmstudio) is not on this"]);
    has(&error, &["no host named `nope`", "no environment named `nope`"]);
    fails(&home, "mcp backup create --host all", 1);
    fails(&home, "mcp backup create", 2);
    fails(&home, "mcp backup create --host ,", 1);
    assert_eq!(ids(&home, "").len(), 0);
    // A file that is broken can be read, and so copied.
    home.write(CURSOR, "{ broken");
    home.line("mcp backup create --host cursor").ends(0);
}

#[test]
fn what_became_of_each_file_is_shown() {
    let home = hosts_with("dev", DEV);
    home.line(SYNC).ends(0);
    let id = ids(&home, "").remove(0);
    let words = |home: &TestHome| -> Vec<String> {
        let shown = json(&home.line(&format!("mcp backup show {id} --json")).expect(0));
        let files = shown["files"].as_array().unwrap().iter();
        files.map(|it| it["now"].as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(words(&home), ["as-run-left-it"; 4]);
    home.write(CURSOR, "{}");
    fs::remove_file(home.join(GEMINI)).unwrap();
    home.line("mcp backup restore lmstudio --auto-approve").ends(0);
    assert_eq!(words(&home), ["as-run-left-it", "changed", "gone", "as-in-backup"]);
    let text = home.line(&format!("mcp backup show {}", &id[17..])).expect(0).stdout;
    let parts = ["Sync 1 server from environment `dev`", "sync", "changed since", "gone", &id];
    has(&text, &parts);
    has(&fails(&home, "mcp backup show nope", 1), &["there is no backup `nope`", "backup list"]);
    has(&fails(&home, "mcp backup show 2026", 1), &["more than one backup", &id]);
    let all = home.line("mcp backup list").expect(0).stdout;
    has(&all, &["claude-desktop, cursor, gemini, lmstudio", "restore", &id]);
}

/// A backup of the past: what is there, under an older date.
fn age(home: &TestHome, id: &str, to: &str) -> String {
    let backups = home.join(".hatch/backups");
    let (old, aged) = (backups.join(id), format!("{to}-{}", id.split_once('-').unwrap().1));
    let manifest = fs::read_to_string(old.join("manifest.json")).unwrap();
    let mut manifest: serde_json::Value = serde_json::from_str(&manifest).unwrap();
    let day = format!("{}-{}-{}T00:00:00Z", &to[..4], &to[4..6], &to[6..8]);
    manifest["time"] = day.into();
    fs::write(old.join("manifest.json"), manifest.to_string()).unwrap();
    fs::rename(old, backups.join(&aged)).unwrap();
    aged
}

#[test]
fn copies_that_were_kept_for_long_enough_go() {
    let home = hosts_with("dev", DEV);
    home.line("mcp backup create --host cursor,gemini").ends(0);
    let oldest = age(&home, &ids(&home, "")[0], "20200101T000000Z");
    home.line("mcp backup create --host cursor").ends(0);
    let old = age(&home, &ids(&home, "")[0], "20200201T000000Z");
    home.line("mcp backup create --host cursor").ends(0);
    let new = ids(&home, "").remove(0);
    let older = ".hatch/mcp_host_config_backups/cursor/mcp.json.cursor.20200102_030405_000001";
    home.write(older, "{}");

    fails(&home, "mcp backup clean", 2);
    fails(&home, "mcp backup clean --keep-count -1", 2);
    fails(&home, "mcp backup clean curser --keep-count 1", 1);
    has(&fails(&home, "mcp backup clean --keep-count 1", 1), &["--auto-approve"]);
    let before = state(&home);
    let dry = home.line("mcp backup clean --older-than-days 30 --dry-run").expect(0);
    has(&dry.stdout, &[&oldest, &old, "3 copies would be removed", "2 backups go as a whole"]);
    has(&dry.stderr, &["1 backup of the older hatch is left alone"]);
    let kept = home.line("mcp backup clean --older-than-days 30 --keep-count 3").expect(0);
    has(&kept.stdout, &["Nothing to remove."]);
    assert_unchanged(&home, &before);

    // Both: old, and beyond the newest two. What is only beyond one of Gemini's stays.
    let line = "mcp backup clean --older-than-days 30 --keep-count 2 --auto-approve --json";
    let cleaned = json(&home.line(line).expect(0));
    assert_eq!(
        (&cleaned["schema"], &cleaned["result"]),
        (&"hatch.clean/1".into(), &"applied".into())
    );
    assert_eq!(cleaned["backups"][0]["id"], *oldest);
    assert_eq!(cleaned["backups"][0]["hosts"], serde_json::json!(["cursor"]));
    assert_eq!(cleaned["backups"][0]["staying"], serde_json::json!(["gemini"]));
    assert_eq!(cleaned["freed_bytes"], home.read(CURSOR).len());
    assert!(!home.join(format!(".hatch/backups/{oldest}/cursor--mcp.json")).exists());
    let shown = home.line(&format!("mcp backup show {oldest}")).expect(0).stdout;
    has(&shown, &["Cleaned away  cursor", "~/.gemini/settings.json"]);
    let error = fails(&home, &format!("mcp backup restore cursor --backup {oldest}"), 1);
    has(&error, &["has nothing of cursor: its copies were cleaned away"]);
    home.line(&format!("mcp backup restore gemini --backup {oldest} --auto-approve")).ends(0);

    // Of one host, whatever its age: the other's copies stay.
    home.line("mcp backup clean cursor --keep-count 0 --auto-approve").ends(0);
    assert_eq!(ids(&home, "cursor"), ["mcp.json.cursor.20200102_030405_000001"]);
    assert_eq!(ids(&home, "gemini"), [oldest]);
    assert!(!home.join(format!(".hatch/backups/{new}")).exists());
    assert_eq!(home.text(older), "{}");
}

#[test]
fn nothing_is_cleaned_while_a_run_has_to_be_undone() {
    let home = hosts_with("dev", DEV);
    home.line("mcp backup create --host cursor").ends(0);
    home.write(".hatch/journal.json", "{ \"version\": 99 }");
    let error = fails(&home, "mcp backup clean --keep-count 0 --auto-approve", 1);
    has(&error, &["an interrupted run", "version 99"]);
    assert_eq!(ids(&home, "cursor").len(), 1);
}
