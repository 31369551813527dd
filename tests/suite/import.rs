//! `hatch env import`: what people paste, hosts, and the older tool's environments.

use hatch_tests::TestHome;
use serde_json::{Value, json};

use crate::common::{
    CURSOR, assert_unchanged, empty_hosts_with, fails, fails_with, has, json as printed, state,
};

const BLOCK: &str = r#"// from a README
{
  "mcpServers": {
    "files": { "command": "npx", "args": ["-y", "files-mcp"], "icon": "f", "env": { "A": "${A}" } },
    "news": { "url": "https://news.example/mcp" },
  },
  "theme": "dark",
}
"#;

fn environment(home: &TestHome, name: &str) -> Value {
    serde_json::from_slice(&home.read(&format!(".hatch/envs/{name}.json"))).unwrap()
}

#[test]
fn a_pasted_block_becomes_an_environment() {
    let home = TestHome::new();
    let run = home.with_input("env import team --from-file -", BLOCK.as_bytes()).expect(0);
    has(
        &run.stdout,
        &[
            "Import standard input into environment `team`\n",
            "env:team  ~/.hatch/envs/team.json (new)\n  + files  npx -y files-mcp\n",
            "\nDone. Backup: ",
        ],
    );
    has(
        &run.stdout,
        &["  ! `files`: `env.A`: `${A}` is taken as plain text; a reference is `${env:A}`"],
    );
    has(
        &run.stderr,
        &[
            "not taken from standard input: `theme`, `icon` of server `files`",
            "taken as plain text: `${A}`; hatch spells a reference `${env:NAME}`, and --as HOST",
        ],
    );
    let servers = &environment(&home, "team")["mcpServers"];
    assert_eq!(
        servers["files"],
        json!({"command": "npx", "args": ["-y", "files-mcp"], "env": {"A": "${A}"}})
    );
    assert!(home.read(".hatch/envs/team.json").ends_with(b"}\n"));
}

#[test]
fn every_shape_is_taken() {
    let home = TestHome::new();
    for (name, text, options) in [
        ("map", r#"{"a": {"command": "x"}}"#, ""),
        ("code", r#"{"servers": {"a": {"command": "x"}}, "inputs": []}"#, ""),
        ("settings", r#"{"mcp": {"servers": {"a": {"command": "x"}}}}"#, ""),
        ("bare", r#"{"command": "x"}"#, "--name a"),
        ("named", r#"{"name": "a", "command": "x"}"#, ""),
        ("own", r#"{"description": "d", "mcpServers": {"a": {"command": "x"}}}"#, ""),
    ] {
        home.write("it.json", text);
        home.line(&format!("env import {name} --from-file it.json {options}")).ends(0);
        assert_eq!(
            environment(&home, name)["mcpServers"],
            json!({"a": {"command": "x"}}),
            "{name}"
        );
    }
    home.line("env create made --from-file it.json").ends(0);
    assert_eq!(environment(&home, "made"), environment(&home, "own"));
}

#[test]
fn an_environment_that_is_there_is_added_to_or_replaced_or_left() {
    let home = TestHome::new();
    let before = "{\n\t\"$schema\": \"x\",\n\t\"description\": \"mine\",\n\t\"mcpServers\": {\n\t\t\"own\": \
                  {\"command\": \"own\"},\n\t\t\"news\": {\"command\": \"old\"}\n\t}\n}";
    home.environment("team", before);
    home.write("block.json", BLOCK);
    has(
        &fails(&home, "env import team --from-file block.json", 1),
        &["there is an environment named `team` already", "hint: --merge adds", "hint: --replace"],
    );
    let unchanged = state(&home);
    let dry = home.line("env import team --from-file block.json --merge --dry-run").expect(0);
    has(&dry.stdout, &["+ files", "~ news", "= 1 unchanged", "nothing was written"]);
    assert_unchanged(&home, &unchanged);

    home.line("env import team --from-file block.json --merge").ends(0);
    let text = home.text(".hatch/envs/team.json");
    has(
        &text,
        &[
            "\t\"$schema\": \"x\",\n\t\"description\": \"mine\",\n\t\"mcpServers\": {\n\t\t\"own\": {\"command\": \"own\"},",
        ],
    );
    assert_eq!(
        environment(&home, "team")["mcpServers"]["news"],
        json!({"url": "https://news.example/mcp"})
    );
    let again = home.line("env import team --from-file block.json --merge").expect(0);
    has(&again.stdout, &["Nothing to do."]);

    let run = home.line("env import team --from-file block.json --replace --json").expect(0);
    let run = printed(&run);
    assert_eq!(run["source"]["file"], "block.json");
    assert_eq!(run["hosts"][0]["host"], "env:team");
    assert_eq!(run["hosts"][0]["servers"][2], json!({"server": "own", "change": "remove"}));
    let replaced = environment(&home, "team");
    assert_eq!((&replaced["$schema"], &replaced["description"]), (&json!("x"), &json!("mine")));
    assert_eq!(replaced["mcpServers"].as_object().unwrap().len(), 2);

    // One that can't be read can be replaced, and what it held is backed up.
    home.environment("broken", "{");
    let error = fails(&home, "env import broken --from-file block.json --merge", 1);
    has(&error, &["can't be added to", "line 1, column 1", "or pass --replace"]);
    let run = home.line("env import broken --from-file block.json --replace").expect(0);
    has(&run.stdout, &["what is there now can't be read; it is backed up as it is"]);
    assert_eq!(environment(&home, "broken")["mcpServers"]["files"]["command"], "npx");
}

#[test]
fn a_host_is_imported_with_what_is_its_own() {
    let home = TestHome::new();
    home.fixture("cursor/global.json", CURSOR);
    home.line("env import laptop --from-host cursor").ends(0);
    home.line("env create other --from-host cursor").ends(0);
    assert_eq!(home.text(".hatch/envs/laptop.json"), home.text(".hatch/envs/other.json"));
    let run = home.line("env import laptop --from-host cursor --merge --json").expect(0);
    let run = printed(&run);
    assert_eq!((&run["result"], &run["source"]["host"]), (&json!("unchanged"), &json!("cursor")));
}

#[test]
fn all_that_is_wrong_is_said_at_once_and_nothing_is_written() {
    let home = empty_hosts_with("team", r#"{ "mcpServers": {} }"#);
    home.write(
        "bad.json",
        r#"{ "mcpServers": { "a": { "args": [] }, "b": 4, "c": { "command": "c", "url": "u" } } }"#,
    );
    has(
        &fails(&home, "env import new --from-file bad.json", 1),
        &[
            "error: `bad.json` can't be taken\ncaused by: server `a` is not valid\n\
             caused by: it has neither a `command` nor a `url`",
            "caused by: `mcpServers.b` should be an object",
            "caused by: it has both a `command` and a `url`",
        ],
    );
    // What is there and what is not are said together.
    let error = fails(&home, "env import team --from-file nowhere.json", 1);
    has(&error, &["named `team` already", "there is no file `nowhere.json`"]);
    home.write("one.json", r#"{ "command": "x" }"#);
    home.write("map.json", r#"{ "a": { "command": "x" } }"#);
    home.write("broken.json", "{\n  \"a\" }");
    home.write("none.json", r#"{ "theme": "dark" }"#);
    home.write("base.json", r#"{ "extends": ["nowhere"], "mcpServers": {} }"#);
    for (options, said) in [
        ("one.json", "it is one server without a name"),
        ("map.json --name b", "its servers have names of their own"),
        ("broken.json", "expected a colon after a key at line 2, column 7"),
        ("none.json", "it has no servers"),
        ("base.json", "it extends `nowhere`, which can't be used"),
        (".cursor", "a folder, not a regular file"),
    ] {
        has(&fails(&home, &format!("env import new --from-file {options}"), 1), &[said]);
    }
    has(
        &fails_with(&home, &["env", "import", "new", "--from-file", "one.json", "--name", ""], 1),
        &["--name is empty"],
    );
    for line in [
        "env import new",
        "env import --from-file one.json",
        "env import new --from-file one.json --from-host cursor",
        "env import new --from-file one.json --merge --replace",
        "env import new --from-host cursor --name x",
        "env import a/b --from-host cursor",
    ] {
        fails(&home, line, 2);
    }
    let error = fails(&home, "env import environments --from-host cursor", 2);
    has(&error, &["the older hatch keeps its environments", "--from-hatch-py"]);
}

/// The older tool's file, in its real shape.
const OLDER: &str = include_str!("../fixtures/hatch-py/environments.json");

fn older() -> TestHome {
    let home = TestHome::new();
    home.write(".hatch/envs/environments.json", OLDER);
    home
}

#[test]
fn the_older_tool_s_environments_are_offered_and_taken() {
    let home = older();
    has(
        &home.line("env list").expect(0).stdout,
        &["`hatch env import --from-hatch-py` takes them"],
    );
    let run = home.line("env import --from-hatch-py").expect(0);
    has(&run.stdout, &["Import 2 environments from `~/.hatch/envs/environments.json`"]);
    has(
        &run.stderr,
        &[
            "package `never_configured` of environment `production` is left out",
            "there is no `~/.hatch/envs/production/never_configured/hatch_metadata.json`",
        ],
    );
    let args = ["/home/someone/.hatch/envs/production/weather_pkg/mcp_server.py"];
    assert_eq!(
        environment(&home, "production"),
        json!({
            "description": "prod servers",
            "mcpServers": {"weather_pkg": {"command": "python", "args": args}},
            "hosts": {"cursor": {"weather_pkg": {"env": {"LOG": "debug"}}}}})
    );
    assert_eq!(environment(&home, "default")["mcpServers"], json!({}));
    assert_eq!(home.text(".hatch/envs/environments.json"), OLDER);
    // Its own file is no environment.
    let listed = home.line("env list").expect(0);
    has(&listed.stdout, &["default", "production"]);
    assert!(!listed.stdout.contains("environments"), "{}", listed.stdout);
    for line in ["env show environments", "mcp sync --from-env environments --to-host cursor"] {
        has(&fails(&home, line, 1), &["`environments` is no environment name", "--from-hatch-py"]);
    }
}

#[test]
fn what_is_there_already_is_left_alone_unless_asked() {
    let home = older();
    home.environment("default", r#"{ "mcpServers": { "mine": { "command": "m" } } }"#);
    let run = home.line("env import --from-hatch-py").expect(0);
    has(&run.stderr, &["left as they are, since they are there already: `default`"]);
    has(&run.stdout, &["Import 1 environment from"]);
    let before = state(&home);
    let again = home.line("env import --from-hatch-py").expect(0);
    assert_eq!(again.stdout, "Nothing to do.\n");
    assert_unchanged(&home, &before);

    let package = ".hatch/envs/production/never_configured";
    home.write(&format!("{package}/hatch_metadata.json"), r#"{"entry_point": "server.py"}"#);
    home.line("env import production --from-hatch-py --merge").ends(0);
    let derived = &environment(&home, "production")["mcpServers"]["never_configured"];
    assert_eq!(derived["command"], "/home/someone/miniforge3/envs/hatch_production/bin/python");
    let server = home.join(package).join("server.py").display().to_string();
    assert_eq!(derived["args"], json!([server]));
    home.line("env import default --from-hatch-py --replace").ends(0);
    assert_eq!(environment(&home, "default")["mcpServers"], json!({}));
}

#[test]
fn the_older_tool_s_file_can_be_elsewhere_and_wrong() {
    let home = TestHome::new();
    home.write("old/environments.json", OLDER);
    home.line("env import production --from-hatch-py old/environments.json").ends(0);
    assert!(!home.join(".hatch/envs/default.json").exists());
    let error = fails(&home, "env import prodction --from-hatch-py old/environments.json", 1);
    has(&error, &["has no environment named `prodction`", "did you mean `production`?"]);
    let error = fails(&home, "env import --from-hatch-py", 1);
    has(&error, &["there is no file `~/.hatch/envs/environments.json`", "--from-hatch-py PATH"]);

    home.write(
        "old/environments.json",
        r#"{ "good": { "packages": [] }, "a b": { "packages": [] }, "../x": { "packages": [] } }"#,
    );
    let error = fails(&home, "env import --from-hatch-py old/environments.json", 1);
    has(&error, &["`a b` is no environment name", "`../x` is no environment name"]);
    home.write(
        "old/environments.json",
        r#"{ "e": { "packages": [{ "name": "p", "configured_hosts":
              { "cursor": { "server_config": { "args": [] } } } }] }, "f": { "packages": 5 } }"#,
    );
    let error = fails(&home, "env import --from-hatch-py old/environments.json", 1);
    has(
        &error,
        &[
            "package `p` of environment `e` has a bad definition for `cursor`",
            "environment `f` has a shape that is not known",
        ],
    );
    // With a good one, what is wrong is left out and named.
    home.write(
        "old/environments.json",
        r#"{ "e": { "packages": [
              { "name": "bad", "configured_hosts": { "cursor": { "server_config": { "args": [] } } } },
              { "name": "good", "configured_hosts": { "cursor": { "server_config": { "command": "g" } } } }
           ] }, "f": { "packages": 5 } }"#,
    );
    let line = "env import --from-hatch-py old/environments.json";
    let wrong = [
        "package `bad` of environment `e` has a bad definition for `cursor`",
        "environment `f` has a shape that is not known",
    ];
    has(&fails(&home, &format!("{line} --strict"), 1), &wrong);
    has(&home.line(line).expect(0).stderr, &wrong);
    assert_eq!(environment(&home, "e")["mcpServers"], json!({"good": {"command": "g"}}));
    home.write("old/environments.json", "{");
    let error = fails(&home, "env import --from-hatch-py old/environments.json", 1);
    has(&error, &["it is not the older hatch's file of environments"]);
}

#[test]
fn an_import_can_be_taken_back() {
    let home = TestHome::new();
    home.environment("team", r#"{ "mcpServers": {} }"#);
    home.write("block.json", BLOCK);
    home.line("env import team --from-file block.json --merge").ends(0);
    let folder = std::fs::read_dir(home.join(".hatch/backups")).unwrap().next().unwrap().unwrap();
    let manifest = std::fs::read_to_string(folder.path().join("manifest.json")).unwrap();
    has(&manifest, &["\"env import\"", "\"env:team\""]);
}
