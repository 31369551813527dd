//! `hatch env`: environments are made, listed and shown, extend each other, and say where
//! they are wrong.

use hatch_tests::TestHome;

use crate::common::{
    CURSOR, GEMINI, LMSTUDIO, assert_unchanged, empty_hosts_with, fails, has, json, names, state,
};

const ONE: &str = r#"{ "mcpServers": { "a": { "command": "a-mcp", "args": ["-x"] } } }"#;

fn value(home: &TestHome, file: &str) -> serde_json::Value {
    serde_json::from_slice(&home.read(file)).unwrap()
}

#[test]
fn one_is_made_from_nothing_and_described() {
    let home = TestHome::new();
    let run = home.hatch(["env", "create", "dev", "--description", "For \"trying\" out"]).expect(0);
    has(
        &run.stdout,
        &["Create environment `dev`\n\nenv:dev  ~/.hatch/envs/dev.json (new)\n\nDone. Backup: "],
    );
    let file = value(&home, ".hatch/envs/dev.json");
    assert_eq!(file["description"], "For \"trying\" out");
    has(&home.line("env list").expect(0).stdout, &["dev", "For \"trying\" out"]);
    // A second time it is not overwritten.
    let error = fails(&home, "env create dev", 1);
    has(&error, &["there is an environment named `dev` already", "hint: `hatch env show dev`"]);
}

#[test]
fn one_is_made_from_a_file_and_from_standard_input() {
    let home = empty_hosts_with("unused", ONE);
    home.write("it.json", ONE);
    home.write(
        "editor.json",
        r#"{ "servers": { "a": { "command": "a-mcp", "args": ["-x"] } }, "inputs": [] }"#,
    );
    home.line("env create one --from-file it.json -D first").ends(0);
    let run = home.line("env create two --from-file editor.json").expect(0);
    has(&run.stderr, &["not taken from `editor.json`: `inputs`"]);
    home.with_input("env create three --from-file -", ONE.as_bytes()).ends(0);
    for name in ["one", "two", "three"] {
        let servers = &value(&home, &format!(".hatch/envs/{name}.json"))["mcpServers"];
        assert_eq!(servers["a"]["command"], "a-mcp", "{name}");
        assert_eq!(servers["a"]["args"][0], "-x", "{name}");
        home.line(&format!("mcp sync --from-env {name} --to-host cursor --dry-run")).ends(0);
    }
    assert_eq!(home.text("it.json"), ONE);

    has(&fails(&home, "env create x --from-file no.json", 1), &["there is no file `no.json`"]);
    has(
        &fails(&home, "env create x --from-file .cursor", 1),
        &["`.cursor` can't be read", "folder"],
    );
    fails(&home, "env create x --from-file it.json --from-host cursor", 2);
    let before = state(&home);
    for input in ["", "{", "[]", "{ \"mcpServers\": 5 }", "{ \"x\": 1 }", "\u{0}"] {
        let run = home.with_input("env create x --from-file -", input.as_bytes()).expect(1);
        has(&run.stderr, &["error: "]);
    }
    home.with_input("env create x --from-file -", b"\xff\xfe").ends(1);
    assert_unchanged(&home, &before);
}

#[test]
fn one_is_made_from_a_host_and_goes_back_unchanged() {
    let home = TestHome::new();
    home.fixture("cursor/global.json", CURSOR);
    home.fixture("gemini/settings-commented.json", GEMINI);
    home.fixture("lmstudio/oauth-and-extra.json", LMSTUDIO);
    for host in ["cursor", "gemini", "lmstudio"] {
        home.line(&format!("env create of-{host} --from-host {host}")).ends(0);
        let line = format!("mcp sync --from-env of-{host} --to-host {host} --auto-approve");
        // What is there already becomes hatch's, which is all that the first run does.
        has(&home.line(&line).expect(0).stdout, &["of them adopted", "Nothing to do"]);
        let before = state(&home);
        has(&home.line(&line).expect(0).stdout, &["unchanged\n", "Nothing to do"]);
        assert_unchanged(&home, &before);
    }
    // None is made of a host that is not there.
    let error = fails(&home, "env create x --from-host claude-desktop", 1);
    has(
        &error,
        &["Claude Desktop (claude-desktop) is not on this machine", "hint: `hatch mcp discover"],
    );
    has(&fails(&home, "env create x --from-host curser", 1), &["did you mean `cursor`?"]);
}

#[test]
fn a_name_that_is_none_is_usage() {
    let home = TestHome::new();
    for name in ["../x", "a/b", "", ".hidden/..", "a b"] {
        let before = state(&home);
        let run = home.hatch(["env", "create", name]).expect(2);
        has(&run.stderr, &["is no environment name"]);
        assert_unchanged(&home, &before);
    }
    assert!(!home.join(".hatch").exists());
}

#[test]
fn name_of_a_device_of_windows_is_refused_everywhere() {
    let home = TestHome::new();
    home.environment("dev", r#"{ "mcpServers": {} }"#);
    for name in ["con", "nul", "com1", "aux", "prn", "lpt1", "CON", "Nul.prod", "aux.json.x"] {
        let before = state(&home);
        for line in [
            format!("env create {name}"),
            format!("env import {name} --from-file team.json"),
            format!("env add {name} s --command c"),
            format!("env edit {name}"),
            format!("env use {name}"),
        ] {
            let run = home.line(&line).expect(2);
            let reason = format!("invalid environment name `{name}`: Windows reserves it");
            has(&run.stderr, &[&reason]);
        }
        let run = home.line(&format!("mcp sync --from-env {name} --to-host cursor")).expect(1);
        has(&run.stderr, &["Windows reserves it for a device"]);
        assert_unchanged(&home, &before);
    }
    // A file that has such a name by some other way is not listed.
    home.environment("nul", r#"{ "mcpServers": {} }"#);
    assert!(!home.line("env list").expect(0).stdout.contains("nul"));
}

/// People keep their environments among their dotfiles: the link stays, and the real file is
/// the one that is read and written.
#[cfg(unix)]
#[test]
fn link_to_an_environment_is_followed_and_stays() {
    use std::os::unix::fs::symlink;

    let home = TestHome::new();
    home.write(CURSOR, "{}\n");
    home.write("dotfiles/dev.json", r#"{ "mcpServers": { "a": { "command": "a" } } }"#);
    home.write(".hatch/envs/plain.json", r#"{ "extends": ["dev"], "mcpServers": {} }"#);
    let link = home.join(".hatch/envs/dev.json");
    symlink(home.join("dotfiles/dev.json"), &link).unwrap();
    has(&home.line("env list").expect(0).stdout, &["dev", "plain"]);
    has(&home.line("env show plain").expect(0).stdout, &["a"]);
    home.line("mcp sync --from-env dev --to-host cursor --auto-approve").ends(0);

    home.line("env add dev b --command b").ends(0);
    home.line("env import dev --from-host cursor --merge").ends(0);
    home.line("mcp backup create --host env:dev").ends(0);
    has(&home.text("dotfiles/dev.json"), &["\"b\"", "\"a\""]);
    home.line("env remove-server dev b").ends(0);
    assert!(!home.text("dotfiles/dev.json").contains("\"b\""));
    home.line("mcp undo --auto-approve").ends(0);
    assert!(home.text("dotfiles/dev.json").contains("\"b\""));
    home.line("mcp backup restore env:dev --auto-approve").ends(0);
    assert!(link.is_symlink());

    // Removing it would leave the link, or take a file away that others have too.
    let run = home.line("env remove dev --auto-approve").expect(1);
    has(
        &run.stderr,
        &[
            "environment `dev` is a link to `~/dotfiles/dev.json`, and is not removed",
            "hint: remove the link yourself: `~/.hatch/envs/dev.json`",
        ],
    );
    assert!(home.join("dotfiles/dev.json").exists());

    // One that leads nowhere says so, and nothing is written through it.
    std::fs::remove_file(&link).unwrap();
    symlink(home.join("gone/dev.json"), &link).unwrap();
    let run = home.line("env add dev c --command c").expect(1);
    has(&run.stderr, &["is a link that leads to a folder that is not there"]);
}

#[cfg(unix)]
#[test]
fn link_in_place_of_the_folder_of_environments_is_followed() {
    let home = TestHome::new();
    home.write("dotfiles/envs/dev.json", r#"{ "mcpServers": { "a": { "command": "a" } } }"#);
    home.write(".hatch/settings.json", r#"{ "version": 1 }"#);
    std::os::unix::fs::symlink(home.join("dotfiles/envs"), home.join(".hatch/envs")).unwrap();
    has(&home.line("env list").expect(0).stdout, &["dev"]);
    home.line("env create new").ends(0);
    home.line("env add new b --command b").ends(0);
    assert!(home.text("dotfiles/envs/new.json").contains("\"b\""));
    home.line("env remove new --auto-approve").ends(0);
    assert!(!home.join("dotfiles/envs/new.json").exists());
    assert!(home.join(".hatch/envs").is_symlink());
}

#[test]
fn what_it_extends_comes_first_and_is_overridden() {
    let home = empty_hosts_with(
        "base",
        r#"{ "mcpServers": {
        "a": { "command": "base-a" }, "b": { "command": "base-b" } } }"#,
    );
    home.environment("other", r#"{ "mcpServers": { "c": { "command": "other-c" } } }"#);
    home.environment(
        "top",
        r#"{ "description": "On top", "extends": ["base", "other"],
             "mcpServers": { "b": { "command": "top-b" }, "d": { "command": "top-d" } } }"#,
    );
    home.line("mcp sync --from-env top --to-host cursor --auto-approve").ends(0);
    let mut found = names(&home, CURSOR);
    found.sort();
    assert_eq!(found, ["a", "b", "c", "d"]);
    let servers = &value(&home, CURSOR)["mcpServers"];
    assert_eq!(
        (&servers["a"]["command"], &servers["b"]["command"]),
        (&"base-a".into(), &"top-b".into())
    );
    let shown = home.line("env show top").expect(0).stdout;
    has(
        &shown,
        &[
            "top  On top\n~/.hatch/envs/top.json\n",
            "extends base, other",
            "  a  from base\n",
            "  b\n    transport: stdio\n    command: top-b\n",
            "  c  from other\n    transport: stdio\n    command: other-c\n",
        ],
    );
    let shown = json(&home.line("env show top --json").expect(0));
    let from = |at: usize| shown["servers"][at]["from"].as_str().unwrap().to_owned();
    assert_eq!([from(0), from(1), from(2), from(3)], ["base", "top", "other", "top"]);
    let listed = json(&home.line("env list --json").expect(0));
    let top = &listed["environments"][2];
    assert_eq!((&top["name"], &top["extends"][1]), (&"top".into(), &"other".into()));
    let table = home.line("env list").expect(0).stdout;
    has(
        &table,
        &[
            "  Name   Servers  Extends      Description\n",
            "  top    4        base, other  On top\n",
        ],
    );
    assert_eq!(top["servers"].as_array().unwrap().len(), 4);
}

#[test]
fn one_host_can_have_other_values() {
    let home = empty_hosts_with(
        "dev",
        r#"{ "mcpServers": { "a": { "command": "x", "env": { "LOG": "info", "MODE": "m" } } },
             "hosts": { "cursor": { "a": { "env": { "LOG": "debug" } } } } }"#,
    );
    home.line("mcp sync --from-env dev --to-host cursor,lmstudio --auto-approve").ends(0);
    assert_eq!(value(&home, CURSOR)["mcpServers"]["a"]["env"]["LOG"], "debug");
    assert_eq!(value(&home, LMSTUDIO)["mcpServers"]["a"]["env"]["LOG"], "info");
    assert_eq!(value(&home, LMSTUDIO)["mcpServers"]["a"]["env"]["MODE"], "m");
    let shown = home.line("env show dev").expect(0).stdout;
    has(&shown, &["    for cursor:\n      env.LOG: info → debug\n"]);
    let shown = json(&home.line("env show dev --json").expect(0));
    let fields = serde_json::json!([{"field": "env.LOG", "before": "info", "after": "debug"}]);
    let expected = serde_json::json!([{"host": "cursor", "server": "a", "fields": fields}]);
    assert_eq!(shown["overrides"], expected);
    let again = home.line("mcp sync --from-env dev --to-host cursor,lmstudio --auto-approve");
    has(&again.expect(0).stdout, &["Nothing to do"]);
}

#[test]
fn circles_and_gaps_are_errors() {
    let home = empty_hosts_with("a", r#"{ "extends": ["b"] }"#);
    home.environment("b", r#"{ "extends": ["c"] }"#);
    home.environment("c", r#"{ "extends": ["a"] }"#);
    home.environment("self", r#"{ "extends": ["self"] }"#);
    home.environment("gap", r#"{ "extends": ["nowhere"] }"#);
    for line in ["env show a", "mcp sync --from-env a --to-host cursor --auto-approve"] {
        has(&fails(&home, line, 1), &["environment `a` can't be used", "a → b → c → a"]);
    }
    has(&fails(&home, "env show self", 1), &["self → self"]);
    has(&fails(&home, "env show gap", 1), &["it extends `nowhere`, which can't be used"]);
    let listed = home.line("env list").expect(0);
    has(&listed.stderr, &["warning: environment `gap` can't be used: it extends `nowhere`"]);
    has(&listed.stdout, &["  gap   ?        nowhere  (can't be used)\n"]);
}

#[test]
fn a_file_that_is_wrong_is_said_to_be_where() {
    let home = empty_hosts_with("good", ONE);
    for (text, said) in [
        ("{\n  \"mcpServers\": {\n    \"x\": { \"command\" \"y\" }\n  }\n}", "line 3, column 22"),
        ("{", "line 1, column"),
        ("[]", "should be an object"),
        (r#"{ "mcpServers": { "x": { "command": 5 } } }"#, "server `x` is not valid"),
        (r#"{ "mcpServers": { "x": { "args": [] } } }"#, "neither a `command` nor a `url`"),
        (r#"{ "mcpserver": {} }"#, "unknown key `mcpserver` in environment"),
        (
            r#"{ "mcpServers": { "x": { "command": "c" } }, "hosts": { "cursor": { "y": {} } } }"#,
            "`hosts.cursor.y` overrides a server that the environment does not have",
        ),
    ] {
        home.environment("bad", text);
        let line = "mcp sync --from-env bad --to-host cursor --auto-approve";
        has(&fails(&home, line, 1), &["environment `bad` can't be used", said]);
        has(&fails(&home, "env show bad", 1), &[said]);
        let listed = home.line("env list --json").expect(0);
        let problem = json(&listed)["environments"][0]["problem"].as_str().unwrap().to_owned();
        has(&problem, &[said]);
    }
    // A field that hatch does not know is a loss.
    home.environment("odd", r#"{ "mcpServers": { "x": { "command": "c", "weird": 1 } } }"#);
    let error = fails(&home, "mcp sync --from-env odd --to-host cursor --strict --dry-run", 1);
    has(&error, &["cursor can't hold all of `x`: weird: hatch does not know it"]);
    let run = home.line("mcp sync --from-env odd --to-host cursor --auto-approve").expect(0);
    has(&run.stdout, &["! weird left out: hatch does not know it"]);
    assert!(!home.text(CURSOR).contains("weird"));
    has(&fails(&home, "env show god", 1), &["did you mean `good`?"]);
}

#[test]
fn without_any_the_list_says_how_to_make_one() {
    let home = TestHome::new();
    has(&home.line("env list").expect(0).stdout, &["`hatch env create NAME`"]);
}

#[test]
fn one_is_the_current_one() {
    let home = empty_hosts_with("dev", ONE);
    home.environment("prod", ONE);
    let none = home.line("env current").expect(0);
    assert_eq!(none.stdout, "");
    has(&none.stderr, &["there is no current environment: `hatch env use NAME`"]);
    has(&fails(&home, "env show", 1), &["there is no current one", "`hatch env use NAME`"]);

    let before = state(&home);
    let run = home.line("env use dev --dry-run").expect(0);
    assert_eq!(run.stdout, "The current environment would be `dev`.\n");
    assert_unchanged(&home, &before);
    has(&home.line("env use dev").expect(0).stdout, &["The current environment is `dev`.\n"]);
    assert_eq!(home.line("env current").expect(0).stdout, "dev\n");
    assert_eq!(json(&home.line("env current --json").expect(0))["environment"], "dev");
    has(&home.line("env list").expect(0).stdout, &["* dev   1", "  prod  1"]);
    assert_eq!(
        json(&home.line("env list --json").expect(0))["environments"][0]["is_current"],
        true
    );
    has(&home.line("env show").expect(0).stdout, &["dev (current)\n"]);

    // Hosts that were named stay.
    let settings = home.text(".hatch/settings.json");
    let named = r#"{ "version": 1, "current-environment": "dev",
                     "hosts": { "staging": { "adapter": "cursor", "paths": ["/x"] } } }"#;
    assert!(settings.contains("\"current-environment\": \"dev\""), "{settings}");
    home.write(".hatch/settings.json", named);
    let run = home.line("env use prod --json").expect(0);
    assert_eq!(
        (&json(&run)["environment"], &json(&run)["before"]),
        (&"prod".into(), &"dev".into())
    );
    has(&home.text(".hatch/settings.json"), &["staging", "prod"]);
    has(&fails(&home, "env use pord", 1), &["did you mean `prod`?"]);
    fails(&home, "env use", 2);
    fails(&home, "env use dev --none", 2);
    fails(&home, "env use ../dev", 2);

    // One that is gone is said to be.
    std::fs::remove_file(home.join(".hatch/envs/prod.json")).unwrap();
    let run = home.line("env current").expect(0);
    assert_eq!(run.stdout, "prod\n");
    has(&run.stderr, &["there is no environment named `prod`"]);
    let run = home.line("env use --none").expect(0);
    assert_eq!(run.stdout, "There is no current environment; it was `prod`.\n");
    let before = state(&home);
    has(&home.line("env use --none").expect(0).stdout, &["Nothing to do"]);
    assert_unchanged(&home, &before);
    home.write(".hatch/settings.json", "{");
    has(&fails(&home, "env use dev", 1), &["`~/.hatch/settings.json`, can't be used"]);
}

#[test]
fn a_list_can_be_of_some() {
    let home = empty_hosts_with("dev", ONE);
    home.environment("prod", ONE);
    for line in ["env list ^p", "env list --pattern ^p"] {
        let listed = home.line(line).expect(0).stdout;
        assert!(listed.contains("prod") && !listed.contains("dev"), "{listed}");
    }
    assert_eq!(home.line("env list x").expect(0).stdout, "No environment has such a name.\n");
    has(&fails(&home, "env list (", 2), &["invalid regular expression"]);
    fails(&home, "env list a --pattern b", 2);
}
