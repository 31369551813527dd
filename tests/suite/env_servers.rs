//! `hatch env add`, `remove-server` and `remove`: an environment's file is edited as a host's
//! is, and none is taken from under another.

use hatch_tests::TestHome;
use serde_json::{Value, json};

use crate::common::{
    assert_unchanged, empty_hosts_with, fails, fails_with, has, json as printed, state,
};

/// As a person may have written it.
const FILE: &str = r#"{
    "$schema": "https://example.com/environment.json",
	"description" : "By hand",
    "mcpServers": {
        "files": { "command": "npx", "args": ["-y", 8080], "x-note": {"by":"me"},
                   "env": {"PORT": 8080, "LOG": "info"}, "disabled": true },
        "news" : { "httpUrl": "https://news.example/mcp" }
    },
    "hosts": { "cursor": { "files": { "env": { "LOG": "debug" } } },
               "gemini": { "news": { "trust": false } } }
}"#;

const AT: &str = ".hatch/envs/dev.json";

fn home() -> TestHome {
    empty_hosts_with("dev", FILE)
}

fn value(home: &TestHome, file: &str) -> Value {
    serde_json::from_slice(&home.read(file)).unwrap()
}

/// Runs an edit of the environment, and checks that these parts of its file are others and
/// nothing else is.
#[track_caller]
fn check(arguments: &[&str], parts: &[(&str, &str)]) {
    let home = home();
    let mut expected = FILE.to_owned();
    for (old, new) in parts {
        assert_eq!(expected.matches(old).count(), 1, "{old}");
        expected = expected.replace(old, new);
    }
    let before = state(&home);
    let dry = home.hatch(arguments.iter().chain(&["--dry-run"])).expect(0);
    has(&dry.stdout, &["1 environment would change; nothing was written."]);
    assert_unchanged(&home, &before);
    let run = home.hatch(arguments).expect(0);
    has(&run.stdout, &["env:dev  ~/.hatch/envs/dev.json\n", "Done. Backup: "]);
    assert_eq!(home.text(AT), expected);
}

#[test]
fn a_server_is_changed_in_what_is_named() {
    check(
        &["env", "add", "dev", "files", "--env-var", "LOG=debug", "--enabled"],
        &[
            ("\"LOG\": \"info\"", "\"LOG\": \"debug\""),
            ("\"disabled\": true", "\"disabled\": false"),
        ],
    );
    check(
        &["env", "add", "dev", "files", "--args=-y 8080 more", "--timeout", "2m"],
        &[("8080],", "8080, \"more\"],"), ("true }", "true, \"timeout\": 120000 }")],
    );
    check(
        &["env", "add", "dev", "news", "--http-url", "https://b.example/mcp", "--trust"],
        &[
            ("https://news.example/mcp", "https://b.example/mcp"),
            ("\"trust\": false", "\"trust\": true"),
        ],
    );
    check(
        &["env", "remove-server", "dev", "news"],
        &[
            (",\n        \"news\" : { \"httpUrl\": \"https://news.example/mcp\" }", ""),
            (",\n               \"gemini\": { \"news\": { \"trust\": false } }", ""),
        ],
    );
    // `configure --env` is the same.
    check(
        &["mcp", "configure", "files", "--env", "dev", "--command", "node"],
        &[("\"npx\"", "\"node\"")],
    );
}

#[test]
fn a_second_time_there_is_nothing_to_do() {
    let home = home();
    for line in [
        "env add dev new --command c --args a --env-var A=b --disabled --trust --description d",
        "env add dev far --sse https://x.example/sse --header A=b --exclude-tools a,b",
    ] {
        home.line(line).ends(0);
        let before = state(&home);
        has(&home.line(line).expect(0).stdout, &["Nothing to do."]);
        assert_unchanged(&home, &before);
    }
    let file = value(&home, AT);
    assert_eq!(
        file["mcpServers"]["new"],
        json!({"command": "c", "args": ["a"], "env": {"A": "b"}, "enabled": false, "description": "d"})
    );
    assert_eq!(
        file["mcpServers"]["far"],
        json!({"type": "sse", "url": "https://x.example/sse", "headers": {"A": "b"},
            "excludeTools": ["a", "b"]})
    );
    assert_eq!(file["hosts"]["gemini"]["new"], json!({"trust": true}));
    // Trust reaches the one host that knows it.
    home.line("mcp sync --from-env dev --to-host all --auto-approve").ends(0);
    assert_eq!(value(&home, ".gemini/settings.json")["mcpServers"]["new"]["trust"], true);
    assert!(!home.text(".cursor/mcp.json").contains("trust"));
}

#[test]
fn the_preview_says_what_a_run_writes() {
    let home = home();
    let line = ["env", "add", "dev", "files", "--env-var", "API_KEY=hunter2hunter2", "--json"];
    let run = home.hatch(line).expect(0);
    assert!(!run.stdout.contains("hunter2"), "{}", run.stdout);
    let run = printed(&run);
    assert_eq!((&run["command"], &run["result"]), (&json!("env add"), &json!("applied")));
    assert_eq!(run["hosts"][0]["host"], "env:dev");
    let fields = &run["hosts"][0]["servers"][0]["fields"];
    assert_eq!(fields[0], json!({"field": "env.API_KEY", "before": null, "after": "•••"}));
    let run = home.line("env add dev news --trust --dry-run").expect(0);
    has(&run.stdout, &["  ! gemini is given `trust: true` with it\n"]);
}

#[test]
fn an_inherited_server_becomes_one_of_its_own() {
    let home = home();
    home.environment("top", r#"{ "extends": ["dev"], "mcpServers": {} }"#);
    let run = home.line("env add top files --env-var LOG=warn").expect(0);
    has(&run.stderr, &["note: `files` comes from an environment that `top` extends"]);
    assert_eq!(
        value(&home, ".hatch/envs/top.json")["mcpServers"]["files"],
        json!({"command": "npx", "args": ["-y", 8080], "x-note": {"by": "me"},
            "env": {"PORT": 8080, "LOG": "warn"}, "disabled": true})
    );
    assert_eq!(home.text(AT), FILE);
    let run = home.line("env remove-server top files").expect(0);
    has(&run.stderr, &["note: `top` still has the `files` of `dev`, which it extends"]);
    // Then it is not there to be removed.
    home.environment("above", r#"{ "extends": ["top"] }"#);
    for (name, via) in [("top", "`top`"), ("above", "`above`")] {
        let error = fails(&home, &format!("env remove-server {name} files"), 1);
        has(
            &error,
            &[
                &format!(
                    "`files` is not in {via} itself: it comes from `dev`, which {via} extends"
                ),
                "hint: `hatch env remove-server dev files` takes it out there",
            ],
        );
    }
}

#[test]
fn no_other_environment_stops_to_make_sense() {
    let home = home();
    let over = r#"{ "extends": ["dev"], "hosts": { "cursor": { "news": { "timeout": 5 } } } }"#;
    home.environment("over", over);
    let error = fails(&home, "env remove-server dev news", 1);
    has(
        &error,
        &[
            "error: environment `over` could not be used then",
            "caused by: `hosts.cursor.news` overrides a server that the environment does not have",
        ],
    );
    home.line("env remove-server dev files").ends(0);
}

#[test]
fn faults_are_said_with_a_way_out() {
    let home = home();
    home.environment(
        "clash",
        r#"{ "mcpServers": { "a": { "command": "c" } },
        "hosts": { "cursor": { "a": { "command": "d" } } } }"#,
    );
    home.environment("broken", "{");
    for (line, code, parts) in [
        ("env add dev files", 2, ["nothing is said of the server", "--command"]),
        ("env add dev x --timeout 5", 1, ["no server named `x` yet", "--sse"]),
        ("env add dev nwes --timeout 5", 1, ["no server named `nwes` yet", "did you mean `news`?"]),
        (
            "env add dev news --args x",
            1,
            ["`news` can't be written to environment `dev`", "`args`"],
        ),
        ("env add devv a --command c", 1, ["no environment named `devv`", "did you mean `dev`?"]),
        ("env add ./dev.json a --command c", 2, ["is no environment name", "with an editor"]),
        ("env add dev a --command c --env-var =X", 2, ["invalid --env-var: expected", "hint"]),
        (
            "env add clash a --url https://x/",
            1,
            ["does not go with the rest of the file", "server `a` is not valid"],
        ),
        ("env add broken a --command c", 1, ["environment `broken` can't be used", "fix its file"]),
        ("env add dev", 2, ["<SERVER>", "required"]),
        (
            "env remove-server dev fils",
            1,
            ["environment `dev` has no server named `fils`", "did you mean `files`?"],
        ),
        ("env remove-server dev zzz", 1, ["no server named `zzz`", "`hatch env show dev`"]),
        ("env remove-server devv x", 1, ["no environment named `devv`", "did you mean `dev`?"]),
        ("env remove devv", 1, ["no environment named `devv`", "did you mean `dev`?"]),
        ("env remove a/b", 2, ["is no environment name", "with an editor"]),
    ] {
        has(&fails(&home, line, code), &parts);
    }
    has(&fails_with(&home, &["env", "add", "dev", "", "--command", "c"], 2), &["is not empty"]);
}

#[test]
fn the_current_environment_is_meant_where_none_is_named() {
    let home = home();
    let line = "mcp configure files --env --cwd /";
    has(&fails(&home, line, 2), &["there is no current environment", "`hatch env use NAME`"]);
    home.write(".hatch/settings.json", r#"{ "version": 1, "current-environment": "dev" }"#);
    let run = home.line(line).expect(0);
    has(&run.stdout, &["Configure `files` in environment `dev`", "      cwd: + /\n"]);
    assert_eq!(value(&home, AT)["mcpServers"]["files"]["cwd"], "/");
}

#[test]
fn an_environment_is_removed_when_nothing_needs_it() {
    let home = home();
    home.environment("top", r#"{ "extends": ["dev"], "mcpServers": {} }"#);
    let error = fails(&home, "env remove dev --auto-approve", 1);
    has(
        &error,
        &["environment `dev` is needed: `top` extends it", "hint: take `dev` out of `extends`"],
    );

    home.line("env remove top --auto-approve").ends(0);
    home.line("mcp sync --from-env dev --to-host cursor,lmstudio --auto-approve").ends(0);
    home.write(".hatch/settings.json", r#"{ "version": 1, "current-environment": "dev" }"#);
    let before = state(&home);
    let dry = home.line("env remove dev --dry-run").expect(0);
    has(
        &dry.stdout,
        &[
            "env:dev  ~/.hatch/envs/dev.json (removed)\n  - files\n  - news\n",
            "! cursor keeps `files`, `news`; `hatch mcp remove server` removes servers there",
            "! lmstudio keeps `files`, `news`; ",
            "! it is the current environment; there is none then",
        ],
    );
    assert_unchanged(&home, &before);
    has(&fails(&home, "env remove dev", 1), &["there is no terminal to ask on"]);
    let run = home.line("env remove dev --auto-approve").expect(0);
    has(&run.stdout, &["Done. Backup: "]);
    assert!(!home.join(AT).exists());
    assert!(!home.text(".hatch/settings.json").contains("dev"));
    has(&fails(&home, "env show dev", 1), &["there is no environment named `dev`"]);
    let is_copy = |path: &std::path::Path| path.starts_with(home.join(".hatch/backups"));
    let copies = home.files().into_iter().filter(|(path, _)| is_copy(path));
    assert!(copies.map(|(_, found)| found.0).any(|bytes| bytes == FILE.as_bytes()));
}

#[test]
fn one_that_can_t_be_read_can_be_removed() {
    let home = home();
    home.environment("broken", "{ oh");
    let run = home.line("env remove broken --auto-approve").expect(0);
    has(&run.stdout, &["what is there now can't be read; it is backed up as it is"]);
    assert!(!home.join(".hatch/envs/broken.json").exists());
}
