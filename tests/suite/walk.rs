//! A walk: from an empty home to two hosts in sync, a change by hand, and back.

use hatch_tests::TestHome;

use crate::common::{CURSOR, GEMINI, fails, has, json, names};

const SYNC: &str = "mcp sync --from-env work --to-host cursor,gemini";

#[test]
fn from_an_empty_home_to_two_hosts_in_sync_and_back() {
    let home = TestHome::new();
    has(&home.line("env list").expect(0).stdout, &["No environments yet"]);
    has(&home.line("mcp list hosts").expect(0).stdout, &["No servers found."]);
    has(
        &fails(&home, SYNC, 1),
        &["there is no environment named `work`", "is not on this machine"],
    );

    // An environment, and two hosts that were just installed.
    home.line("env create work").ends(0);
    home.line("env add work files --command npx --env-var LOG=info -- -y files-mcp").ends(0);
    home.line("env add work news --http-url https://news.example/mcp").ends(0);
    home.write(CURSOR, "{}\n");
    home.write(".gemini/settings.json", "{\n  // mine\n  \"theme\": \"dark\"\n}\n");
    let gemini = home.text(GEMINI);

    // In sync.
    let planned = home.line(&format!("{SYNC} --dry-run")).expect(0).stdout;
    has(&planned, &["2 hosts would change"]);
    assert_eq!(home.text(CURSOR), "{}\n");
    home.line(&format!("{SYNC} --auto-approve")).ends(0);
    home.line("mcp status --check").ends(0);
    has(&home.line(SYNC).expect(0).stdout, &["Nothing to do"]);
    has(&home.text(GEMINI), &["// mine", "\"theme\": \"dark\"", "files-mcp"]);

    // A change by hand in one of them.
    let synced = home.text(CURSOR);
    home.write(CURSOR, synced.replace("\"info\"", "\"debug\""));
    let status = home.line("mcp status --check").expect(3).stdout;
    has(&status, &["changed on the host", "1 server is not in sync."]);
    has(&fails(&home, &format!("{SYNC} --auto-approve"), 1), &["--on-conflict"]);

    // The run can't be undone over that change, but for one who says so.
    let error = fails(&home, "mcp undo --auto-approve", 1);
    has(&error, &["~/.cursor/mcp.json", "--force"]);
    home.line("mcp undo --force --auto-approve").ends(0);
    assert_eq!((home.text(CURSOR), home.text(GEMINI)), ("{}\n".to_owned(), gemini.clone()));
    has(&home.line("mcp list hosts").expect(0).stdout, &["No servers found."]);
    has(&home.line("mcp status").expect(0).stdout, &["Nothing to compare: "]);

    // Back to where it was before the undo: one host from its backup.
    home.line("mcp backup restore cursor --auto-approve").ends(0);
    has(&home.text(CURSOR), &["\"debug\""]);
    has(&home.line("mcp status --host cursor").expect(0).stdout, &["changed on the host"]);
    home.line(&format!("{SYNC} --on-conflict overwrite --auto-approve")).ends(0);
    assert_eq!(home.text(CURSOR), synced);
    home.line("mcp status --check").ends(0);

    // And all the way back, run by run.
    let history = json(&home.line("mcp history --json").expect(0));
    assert!(history["runs"].as_array().unwrap().len() >= 6, "{history}");
    home.line("mcp undo --auto-approve").ends(0);
    has(&home.text(CURSOR), &["\"debug\""]);
    home.line("mcp remove host cursor --auto-approve").ends(0);
    assert!(names(&home, CURSOR).is_empty());
    home.line("mcp undo --auto-approve").ends(0);
    has(&home.text(CURSOR), &["\"debug\""]);
    assert_eq!(home.text(GEMINI), gemini);
}
