//! `hatch host`: hosts that the user named, over any adapter.

use hatch_tests::TestHome;

use crate::common::{CURSOR, fails, fails_with, has, json, names};

const STAGING: &str = "srv/staging/mcp.json";
const PRODUCTION: &str = "srv/production/mcp.json";

fn home() -> TestHome {
    let home = TestHome::new();
    home.write(PRODUCTION, r#"{ "mcpServers": { "p": { "command": "p" } } }"#);
    home.write(STAGING, "{\n}\n");
    home.line("host add production-host --adapter cursor --path srv/production/mcp.json").ends(0);
    home.line("host add staging-host --adapter gemini --path srv/staging/mcp.json").ends(0);
    home
}

#[test]
fn a_named_host_is_a_host_everywhere() {
    let home = home();
    let line = "mcp sync --from-host production-host --to-host staging-host --auto-approve";
    has(&home.line(line).expect(0).stdout, &["staging-host  ~/srv/staging/mcp.json", "+ p"]);
    assert_eq!(names(&home, STAGING), ["p"]);
    let hosts = home.line("mcp discover hosts").expect(0).stdout;
    has(&hosts, &["staging-host", "~/srv/production/mcp.json"]);
    has(&home.line("mcp list hosts staging").expect(0).stdout, &["staging-host  p"]);
    has(&home.line("mcp backup restore staging-host --auto-approve").expect(0).stdout, &["- p"]);
    assert_eq!(home.text(STAGING), "{\n}\n");
}

#[test]
fn all_takes_named_hosts_in() {
    let home = home();
    home.write(CURSOR, "{}\n");
    home.line("mcp sync --from-host production-host --to-host all --auto-approve").ends(0);
    assert_eq!(names(&home, CURSOR), ["p"]);
    assert_eq!(names(&home, STAGING), ["p"]);
}

#[test]
fn an_environment_can_say_something_else_for_a_named_host() {
    let home = home();
    home.environment(
        "dev",
        r#"{ "mcpServers": { "a": { "command": "a" } },
             "hosts": { "gemini": { "a": { "timeout": 5 } }, "staging-host": { "a": { "command": "s" } } } }"#,
    );
    home.line("mcp sync --from-env dev --to-host staging-host --auto-approve").ends(0);
    let written: serde_json::Value = serde_json::from_slice(&home.read(STAGING)).unwrap();
    assert_eq!(written["mcpServers"]["a"]["command"], "s");
    assert_eq!(written["mcpServers"]["a"]["timeout"], 5);
}

#[test]
fn named_hosts_are_listed_and_forgotten() {
    let home = home();
    let listed = home.line("host list").expect(0).stdout;
    has(&listed, &["production-host  cursor   ~/srv/production/mcp.json"]);
    let listed = json(&home.line("host list --json").expect(0));
    assert_eq!(listed["hosts"].as_array().unwrap().len(), 2);
    has(
        &home.line("host remove staging-host").expect(0).stdout,
        &["Forgot the host `staging-host`"],
    );
    assert_eq!(home.text(STAGING), "{\n}\n");
    let error = fails(&home, "host remove staging-host", 1);
    has(&error, &["you named no host `staging-host`", "hatch host list"]);
    has(&fails(&home, "host remove production-hst", 1), &["did you mean `production-host`?"]);
    let error = fails(&home, "mcp list servers --host staging-host --adapter none", 1);
    has(&error, &["none"]);
}

#[test]
fn what_makes_no_host_is_refused_all_at_once() {
    let home = home();
    for (line, parts) in [
        (
            "host add all --adapter cursor --path x",
            &["invalid host name `all`", "a meaning of its own"][..],
        ),
        ("host add cursor --adapter cursor --path x", &["a host that hatch knows by itself"]),
        (
            "host add staging-host --adapter cursor --path x",
            &["there is a host named", "forgets it"],
        ),
        (
            "host add Bad_Name --adapter curser --path x",
            &["`Bad_Name` is no host name", "no adapter named `curser`", "did you mean `cursor`?"],
        ),
        ("host add two --adapter cursor --path x --path y", &["has 1 file, and 2 were given"]),
        (
            "host add con --adapter cursor --path x",
            &["invalid host name `con`: Windows reserves it for a device"],
        ),
    ] {
        has(&fails(&home, line, 1), parts);
    }
    fails_with(&home, &["host", "add", "x", "--adapter", "cursor"], 2);
}

#[test]
fn hatchs_own_files_are_no_host_s() {
    let home = home();
    home.environment("dev", r#"{ "mcpServers": {} }"#);
    for path in [".hatch/settings.json", ".hatch/envs/dev.json", ".hatch/new.json", "x/../.hatch/a"]
    {
        let error = fails(&home, &format!("host add own --adapter cursor --path {path}"), 1);
        has(&error, &["is in hatch's own folder, `~/.hatch`, where no host keeps its servers"]);
    }
    // One that was named by an earlier hatch, or by hand, is not written.
    let path = home.join(".hatch/settings.json");
    let own = serde_json::json!({ "version": 1, "hosts": {
        "own": { "adapter": "cursor", "paths": [path] },
    } });
    home.write(".hatch/settings.json", own.to_string());
    let line = "mcp configure a --host own --command a --auto-approve";
    has(&fails(&home, line, 1), &["hatch's own folder", "`hatch host remove own`"]);
    home.line("host remove own").ends(0);
}

#[cfg(unix)]
#[test]
fn hatchs_own_files_are_no_host_s_through_a_link_either() {
    let home = home();
    std::os::unix::fs::symlink(home.join(".hatch"), home.join("folder")).unwrap();
    std::os::unix::fs::symlink(home.join(".hatch/settings.json"), home.join("file")).unwrap();
    for path in ["folder/settings.json", "folder/new.json", "file"] {
        let error = fails(&home, &format!("host add own --adapter cursor --path {path}"), 1);
        has(&error, &[&format!("`~/{path}` is in hatch's own folder")]);
    }
}

#[test]
fn broken_settings_are_not_lost() {
    let home = home();
    home.write(".hatch/settings.json", "{ broken");
    for line in ["host add new --adapter cursor --path x", "mcp list hosts", "env list"] {
        has(&fails(&home, line, 1), &["~/.hatch/settings.json", "fix or remove the file"]);
    }
}
