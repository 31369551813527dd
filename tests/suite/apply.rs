//! `hatch mcp sync --out` and `hatch mcp apply`: a plan in a file does what it did when it was
//! made, and a plan from someone else nothing more.

use std::fs;

use hatch_tests::TestHome;
use serde_json::{Value, json};

use crate::common::{
    self, CURSOR, DEV, FILES, GEMINI, assert_unchanged, fails, has, hosts_with, state,
};

const SAVE: &str = "mcp sync --from-env dev --to-host all --out plan.json";
const APPLY: &str = "mcp apply plan.json --auto-approve";

const SECRET: &str = r#"{ "mcpServers": {
    "dev-tools": { "command": "tools", "env": { "API_KEY": "hunter2-secret" } }
} }"#;

/// A home folder with a saved plan of it.
fn saved() -> (TestHome, Value) {
    let home = hosts_with("dev", DEV);
    home.line(SAVE).ends(0);
    let plan = serde_json::from_str(&home.text("plan.json")).unwrap();
    (home, plan)
}

/// Puts a changed plan there.
fn change(home: &TestHome, plan: &Value) {
    home.write("plan.json", serde_json::to_string_pretty(plan).unwrap());
}

/// The text that the plan has for a host's document, by the host's place in the plan.
fn after(plan: &Value, at: usize) -> String {
    plan["targets"][at]["files"][0]["after"].as_str().unwrap().to_owned()
}

#[test]
fn a_saved_plan_does_what_the_sync_would_have() {
    let home = hosts_with("dev", DEV);
    let untouched = FILES.map(|file| home.read(file));
    let saved = home.line(SAVE).expect(0);
    has(&saved.stdout, &["+ dev-tools", "4 hosts would change", "Plan: ~/plan.json"]);
    has(&saved.stderr, &["documents in the clear"]);
    assert!(FILES.map(|file| home.read(file)) == untouched);
    assert!(!home.join(".hatch/backups").exists());

    let applied = home.line(APPLY).expect(0);
    has(&applied.stdout, &["Apply a plan of ", "+ dev-tools", "Done: 4 hosts changed."]);
    assert!(!applied.stdout.contains("--diff"), "all is told: {}", applied.stdout);

    let other = hosts_with("dev", DEV);
    other.line("mcp sync --from-env dev --to-host all --auto-approve").ends(0);
    for file in FILES {
        assert_eq!(home.text(file), other.text(file), "{file}");
    }
    let noted = |home: &TestHome| {
        let mut noted: Value = serde_json::from_str(&home.text(".hatch/state.json")).unwrap();
        for document in noted["documents"].as_array_mut().unwrap() {
            let record = &mut document["servers"]["dev-tools"];
            (record["at"], record["operation"]) = (Value::Null, Value::Null);
            let path = document["document"]["path"].as_str().unwrap();
            let path = path.rsplit_once('/').unwrap().1.to_owned();
            document["document"]["path"] = path.into();
        }
        noted
    };
    assert_eq!(noted(&home), noted(&other), "it is noted as the sync would have noted it");

    has(&home.line("mcp status --check").expect(0).stdout, &["Everything is in sync."]);

    home.line("mcp undo --auto-approve").ends(0);
    assert!(FILES.map(|file| home.read(file)) == untouched);
    home.line(APPLY).ends(0);
    has(&fails(&home, APPLY, 1), &["has changed since the plan was made", "make the plan again"]);
}

#[test]
fn updates_and_servers_that_stay_are_noted_too() {
    let home = hosts_with("dev", DEV);
    home.line("mcp sync --from-env dev --to-host all --auto-approve").ends(0);
    let servers = "\"mcpServers\": { \"b\": { \"command\": \"b\" },";
    let two = DEV.replace("--fast", "--slow").replace("\"mcpServers\": {", servers);
    home.environment("dev", &two);
    home.line("mcp sync --from-env dev --to-host cursor,gemini --out plan.json").ends(0);
    let applied = home.line(APPLY).expect(0);
    has(&applied.stdout, &["~ dev-tools", "args: --fast → --slow", "+ b"]);
    assert!(!applied.stdout.contains("--diff"), "all is told: {}", applied.stdout);
    let again = home.line("mcp sync --from-env dev --to-host cursor,gemini --auto-approve");
    has(&again.expect(0).stdout, &["Nothing to do"]);
    // Nothing that the source did not have became hatch's.
    let listed = common::json(&home.line("mcp list servers --json").expect(0));
    for row in listed["rows"].as_array().unwrap() {
        let is_ours = ["dev-tools", "b"].map(Value::from).contains(&row["server"]);
        assert_eq!(row["hatch_managed"], is_ours, "{row}");
    }
}

#[test]
fn what_is_taken_away_and_what_stays_for_a_conflict_is_in_the_plan() {
    let home = hosts_with("dev", DEV);
    let two = DEV.replace("\"mcpServers\": {", "\"mcpServers\": { \"b\": { \"command\": \"b\" },");
    home.environment("dev", &two);
    home.line("mcp sync --from-env dev --to-host cursor,gemini --auto-approve").ends(0);
    home.write(GEMINI, home.text(GEMINI).replace("--fast", "--mine"));
    home.environment("dev", &DEV.replace("--fast", "--slow"));
    let save = "mcp sync --from-env dev --to-host cursor,gemini --prune --out plan.json";
    has(&fails(&home, save, 1), &["--on-conflict"]);
    home.line(&format!("{save} --on-conflict keep")).ends(0);
    let applied = home.line(APPLY).expect(0);
    has(&applied.stdout, &["~ dev-tools", "- b", "Done: 2 hosts changed."]);
    has(&home.text(GEMINI), &["--mine"]);
    let stale = home.text(".hatch/state.json").contains("\"b\": {");
    assert!(!stale, "what is gone is not hatch's any more");
}

#[cfg(unix)]
#[test]
fn the_file_is_its_owner_s_alone_and_takes_nobody_s_place() {
    use std::os::unix::fs::PermissionsExt as _;
    let home = hosts_with("dev", SECRET);
    let run = home.line(SAVE).expect(0);
    assert!(!(run.stdout + &run.stderr).contains("hunter2"));
    let mode = fs::metadata(home.join("plan.json")).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    has(&home.text("plan.json"), &["hunter2-secret"]);
    let applied = home.line("mcp apply plan.json --dry-run --diff").expect(0);
    assert!(!applied.stdout.contains("hunter2"), "{}", applied.stdout);

    has(&fails(&home, SAVE, 1), &["there is a file `plan.json` already", "name another"]);
    fails(&home, "mcp sync --from-env dev --to-host all --out .cursor", 1);
    has(
        &fails(&home, "mcp sync --from-env dev --to-host all --out no/such/plan", 1),
        &["no/such/plan"],
    );
    fails(&home, "mcp sync --from-env dev --to-host all --out -", 2);
    fails(&home, "mcp sync --from-env dev --to-host all --out p.json --dry-run", 2);
    fails(&home, "mcp sync --from-env dev --to-host all --out p.json --no-backup", 2);
}

#[test]
fn json_is_for_scripts() {
    let home = hosts_with("dev", DEV);
    let saved = common::json(&home.line(&format!("{SAVE} --json")).expect(0));
    assert_eq!((&saved["schema"], &saved["result"]), (&"hatch.run/1".into(), &"saved".into()));
    assert_eq!(saved["plan_file"], "~/plan.json");
    assert_eq!(saved["source"]["environment"], "dev");
    let before = state(&home);
    let dry = common::json(&home.line("mcp apply plan.json --json --dry-run").expect(0));
    assert_eq!((&dry["command"], &dry["result"]), (&"apply".into(), &"dry-run".into()));
    has(&fails(&home, "mcp apply plan.json", 1), &["--auto-approve"]);
    assert_unchanged(&home, &before);
    let applied = common::json(&home.line(&format!("{APPLY} --json")).expect(0));
    assert_eq!(applied["source"]["environment"], "dev");
    assert_eq!(applied["hosts"][1]["servers"][0]["change"], "add");
}

#[test]
fn a_plan_without_changes_can_be_saved_and_applied() {
    let home = hosts_with("dev", DEV);
    home.line("mcp sync --from-env dev --to-host all --auto-approve").ends(0);
    home.line(SAVE).ends(0);
    has(&home.line(APPLY).expect(0).stdout, &["Nothing to do"]);
}

#[test]
fn a_file_that_moved_on_stops_all() {
    let (home, _) = saved();
    home.write(CURSOR, "{}");
    fs::remove_file(home.join(GEMINI)).unwrap();
    let error = fails(&home, APPLY, 1);
    has(&error, &["`~/.cursor/mcp.json` has changed", "`~/.gemini/settings.json` has changed"]);
    assert_eq!(error.matches("make the plan again").count(), 1, "{error}");
}

#[test]
fn what_is_no_plan_is_said() {
    let (home, plan) = saved();
    has(&fails(&home, "mcp apply nope.json", 1), &["there is no plan `nope.json`", "--out FILE"]);
    fails(&home, "mcp apply .cursor", 1);
    for (text, message) in [
        ("no JSON".to_owned(), "not a plan saved by hatch"),
        ("{}".to_owned(), "not a plan saved by hatch"),
        (json!({ "schema": "hatch.plan/1" }).to_string(), "not a plan saved by hatch"),
        (json!({ "schema": "hatch.run/1" }).to_string(), "its schema is `hatch.run/1`"),
        (json!({ "schema": "hatch.plan/x" }).to_string(), "its schema is `hatch.plan/x`"),
        (json!({ "schema": "hatch.plan/2" }).to_string(), "a newer hatch saved it"),
    ] {
        home.write("other.json", text);
        has(
            &fails(&home, "mcp apply other.json", 1),
            &["the plan `other.json` can't be used", message],
        );
    }
    // A member that a later hatch adds within the version is no fault.
    let mut more = plan;
    more["later"] = json!(1);
    change(&home, &more);
    home.line(APPLY).ends(0);
}

#[test]
fn a_plan_from_someone_else_writes_to_hosts_documents_alone() {
    let (home, plan) = saved();
    let victim = home.join(".bashrc").display().to_string();
    let mut cases = Vec::new();
    let mut case = |message: &'static str, edit: &dyn Fn(&mut Value)| {
        let mut changed = plan.clone();
        edit(&mut changed["targets"][1]);
        cases.push((message, changed));
    };
    case("and the host's document is `~/.cursor/mcp.json`", &|it| {
        it["files"][0]["path"] = victim.clone().into();
        it["files"][0]["sha256"] = Value::Null;
    });
    case("there is no host named `nope`", &|it| it["owner"] = "nope".into());
    case("saved plans are for hosts", &|it| it["owner"] = "env:dev".into());
    case("gemini is in the plan twice", &|it| it["owner"] = "gemini".into());
    case("0 of the host's 1 documents", &|it| it["files"] = json!([]));
    case("has changed since", &|it| it["files"][0]["sha256"] = Value::Null);
    case("changes more of `~/.cursor/mcp.json` than the servers", &|it| {
        it["files"][0]["after"] = Value::Null;
    });
    case("`~/.cursor/mcp.json` is not valid", &|it| it["files"][0]["after"] = "{".into());
    for (message, changed) in cases {
        change(&home, &changed);
        let error = fails(&home, APPLY, 1);
        has(&error, &[message]);
    }
    assert!(!home.join(".bashrc").exists());
}

#[test]
fn a_plan_from_someone_else_changes_servers_alone() {
    let (home, plan) = saved();
    let text = after(&plan, 2);
    assert!(text.contains("nvim"), "{text}");
    type Edit = fn(&str) -> String;
    let edits: [(&str, Edit); 5] = [
        ("another setting", |text| text.replace("nvim", "evil")),
        ("another comment", |text| text.replace("chosen on the train", "evil")),
        ("a new setting", |text| text.replacen('{', "{ \"evil\": 1,", 1)),
        ("other blanks", |text| format!("{text}\n")),
        ("nothing but servers", |_| "{ \"mcpServers\": {} }".to_owned()),
    ];
    for (what, edit) in edits {
        let changed = edit(&text);
        assert_ne!(changed, text, "{what}");
        let mut plan = plan.clone();
        plan["targets"][2]["files"][0]["after"] = changed.into();
        change(&home, &plan);
        let error = fails(&home, APPLY, 1);
        has(&error, &["changes more of `~/.gemini/settings.json` than the servers in it"]);
    }
    // Another server is one: it is shown, and its user's to refuse.
    let mut plan = plan;
    let text = after(&plan, 1).replace("\"tools\"", "\"curl\"");
    plan["targets"][1]["files"][0]["after"] = text.into();
    change(&home, &plan);
    has(
        &home.line("mcp apply plan.json --dry-run").expect(0).stdout,
        &["+ dev-tools  curl --fast"],
    );
}

#[test]
fn what_a_preview_would_not_show_is_refused_or_pointed_out() {
    let home = TestHome::new();
    home.write(CURSOR, "{ \"mcpServers\": {} }");
    home.environment("dev", DEV);
    home.line("mcp sync --from-env dev --to-host cursor --out plan.json").ends(0);
    let mut plan: Value = serde_json::from_str(&home.text("plan.json")).unwrap();
    plan["targets"][0]["files"][0]["after"] =
        "{ \"mcpServers\": { \"hidden\": { \"command\": 7 } } }".into();
    change(&home, &plan);
    has(
        &fails(&home, APPLY, 1),
        &["it adds `hidden` to `~/.cursor/mcp.json`, but the result is not a server entry"],
    );
    // A command has no headers, so no adapter says a word of them.
    let hidden =
        "{ \"mcpServers\": { \"a\": { \"command\": \"a\", \"headers\": { \"b\": \"c\" } } } }";
    plan["targets"][0]["files"][0]["after"] = hidden.into();
    change(&home, &plan);
    let dry = home.line("mcp apply plan.json --dry-run").expect(0);
    has(&dry.stdout, &["! its entries change in more than is told here: see --diff"]);
}

#[test]
fn a_project_s_plan_is_for_that_project() {
    let home = hosts_with("dev", DEV);
    fs::create_dir_all(home.join("app/.cursor")).unwrap();
    let line =
        "mcp sync --from-env dev --to-host cursor --scope project --project app --out p.json";
    home.line(line).ends(0);
    has(&home.text("p.json"), &["\"project\": "]);
    home.line("mcp apply p.json --auto-approve").ends(0);
    has(&home.text("app/.cursor/mcp.json"), &["dev-tools"]);
    // And what it did is undone there.
    home.line("mcp undo --auto-approve").ends(0);
    assert!(!home.join("app/.cursor/mcp.json").exists());
}

#[cfg(unix)]
#[test]
fn a_linked_document_is_changed_where_it_leads() {
    let home = hosts_with("dev", DEV);
    fs::create_dir(home.join("dotfiles")).unwrap();
    fs::rename(home.join(CURSOR), home.join("dotfiles/cursor.json")).unwrap();
    std::os::unix::fs::symlink(home.join("dotfiles/cursor.json"), home.join(CURSOR)).unwrap();
    home.line(SAVE).ends(0);
    home.line(APPLY).ends(0);
    assert!(home.join(CURSOR).is_symlink());
    has(&home.text("dotfiles/cursor.json"), &["dev-tools"]);
}
