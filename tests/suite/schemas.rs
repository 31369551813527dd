//! The published JSON Schemas: their committed copies, and that all JSON keeps to them.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use hatch_tests::{Run, TestHome, committed, foreign, workspace};
use serde_json::Value;

use crate::common::{CURSOR, DEV, FILES, hosts_with, json};

/// Every command that prints JSON, as it is tried: on a home where it has something to show,
/// on one where nothing is, and on one where everything is broken. `ID` stands for the newest
/// backup, `OPERATION` for the newest operation.
pub const LINES: &[&str] = &[
    "adapter build made",
    "adapter inspect example.wasm",
    "adapter install example.wasm --auto-approve",
    "adapter install example.wasm --dry-run",
    "adapter list",
    "adapter new my-editor --lang js",
    "adapter pin example",
    "adapter remove example",
    "adapter test example.wasm",
    "adapter update",
    "adapter verify",
    "env add dev files --command npx --args files-mcp",
    "env create new",
    "env create new --from-host cursor",
    "env current",
    "env edit dev",
    "env import new --from-host cursor",
    "env list",
    "env remove odd --auto-approve",
    "env remove-server dev dev-tools",
    "env show dev",
    "env use dev",
    "env use --none",
    "host add staging --adapter cursor --path staging.json",
    "host list",
    "host remove known",
    "mcp apply plan.json --auto-approve",
    "mcp backup clean --keep-count 1 --dry-run",
    "mcp backup clean --keep-count 0 --older-than-days 0 --auto-approve",
    "mcp backup create --host all",
    "mcp backup create --host env:dev",
    "mcp backup list",
    "mcp backup list cursor",
    "mcp backup restore all --backup ID --auto-approve",
    "mcp backup show ID",
    "mcp backup restore cursor --auto-approve",
    "mcp backup restore cursor --dry-run --backup ID",
    "mcp configure files --host all --command npx --auto-approve",
    "mcp configure files --env dev --command npx --auto-approve",
    "mcp configure far --host claude-desktop --url https://example.com/mcp --dry-run",
    "mcp discover hosts",
    "mcp discover servers",
    "mcp discover servers --env odd",
    "mcp history",
    "mcp list hosts",
    "mcp list servers",
    "mcp repair --auto-approve",
    "mcp sync --from-env odd --to-host all --check",
    "mcp remove host cursor --auto-approve",
    "mcp remove server dev-tools --host all --auto-approve",
    "mcp show hosts",
    "mcp show servers",
    "mcp status",
    "mcp status odd --check",
    "mcp status dev --check",
    "mcp sync --from-env dev --to-host all --auto-approve --on-conflict overwrite",
    "mcp sync --from-env dev --to-host all --auto-approve --on-conflict keep",
    "mcp sync --from-env odd --to-host all --dry-run",
    "mcp sync --from-env odd --to-host claude-desktop --auto-approve",
    "mcp sync --from-host cursor --to-host lmstudio --auto-approve",
    "mcp sync --from-env odd --to-host all --out other.json",
    "mcp undo --force --auto-approve",
    "mcp undo OPERATION --force --dry-run",
    "schema",
];

/// What needs more than a home folder, and the shape that it prints: `tests/registry.rs` has it.
const ELSEWHERE: &[(&str, &str)] = &[("adapter publish", "hatch.published/1")];

/// Has things that some hosts can't hold.
const ODD: &str = r#"{ "description": "Odd", "mcpServers": {
    "remote": { "type": "http", "url": "https://example.com/mcp", "headers": { "A": "${env:T}" } },
    "weather": { "command": "weather", "cwd": "/srv", "env": { "API_KEY": "${env:KEY:-none}" } }
} }"#;

/// A home where something was done already.
fn full() -> TestHome {
    let home = hosts_with("dev", DEV);
    home.environment("odd", ODD);
    home.write("example.wasm", foreign::example_of("1.0.0"));
    home.line("adapter install example.wasm --auto-approve").ends(0);
    home.line("host add known --adapter cursor --path known.json").ends(0);
    home.line("mcp sync --from-env dev --to-host all --auto-approve").ends(0);
    home.write(CURSOR, r#"{ "mcpServers": { "dev-tools": { "command": "mine" } } }"#);
    home.line("mcp sync --from-env dev --to-host all --on-conflict overwrite --out plan.json")
        .ends(0);
    #[cfg(unix)]
    crate::adapter_new::project_that_runs(&home, "made", &crate::adapter_new::builds());
    home
}

/// A home whose every file is broken.
fn broken() -> TestHome {
    let home = TestHome::new();
    for file in FILES {
        home.write(file, "{ \"mcpServers\": [");
    }
    for name in ["dev", "odd"] {
        home.environment(name, "{");
    }
    home.write(".hatch/state.json", "{");
    home.write(".hatch/backups/20261122T110452Z-0123abcd/manifest.json", "{");
    home
}

/// The paths of all commands that have `--json`.
fn commands_with_json() -> BTreeSet<String> {
    fn collect(command: &clap::Command, path: &str, found: &mut BTreeSet<String>) {
        if command.get_arguments().any(|arg| arg.get_long() == Some("json")) {
            found.insert(path.to_owned());
        }
        for inner in command.get_subcommands().filter(|inner| !inner.is_hide_set()) {
            let path = format!("{path} {}", inner.get_name());
            collect(inner, path.trim_start(), found);
        }
    }
    let mut found = BTreeSet::new();
    collect(&hatch_cli::command(), "", &mut found);
    found
}

/// The schemas, by id.
fn validators(home: &TestHome) -> BTreeMap<String, jsonschema::Validator> {
    let list = json(&home.line("schema --json").expect(0));
    let rows = list["schemas"].as_array().unwrap().iter();
    rows.map(|row| {
        let (name, id) = (row["name"].as_str().unwrap(), row["id"].as_str().unwrap());
        let schema = json(&home.line(&format!("schema {name}")).expect(0));
        (id.to_owned(), jsonschema::draft202012::new(&schema).expect("a schema"))
    })
    .collect()
}

/// What keeps a command's output from being what was promised.
fn faults(run: &Run, validators: &BTreeMap<String, jsonschema::Validator>) -> Vec<String> {
    if run.stdout.is_empty() {
        let is_said = run.code != 0 && run.stderr.contains("error: ");
        return if is_said { Vec::new() } else { vec![format!("nothing is printed: {run:?}")] };
    }
    let value: Value = match serde_json::from_str(&run.stdout) {
        Ok(value) => value,
        Err(error) => return vec![format!("{error}: {}", run.stdout)],
    };
    let Some(validator) = value["schema"].as_str().and_then(|id| validators.get(id)) else {
        return vec![format!("there is no schema `{}`", value["schema"])];
    };
    let wrong = validator.iter_errors(&value);
    wrong.map(|error| format!("{error} at {}", error.instance_path())).collect()
}

#[test]
fn all_json_keeps_to_its_schema() {
    let validators = validators(&TestHome::new());
    let mut used = BTreeSet::new();
    let mut found = Vec::new();
    for line in LINES {
        for (kind, home) in [("full", full()), ("empty", TestHome::new()), ("broken", broken())] {
            let words = arguments(line, &home.join(".hatch/backups"));
            let mut command = home.command();
            // One that changes nothing.
            command.env("EDITOR", "/bin/true").args(words).arg("--json");
            let run = home.run(&mut command);
            let wrong = faults(&run, &validators);
            found.extend(wrong.into_iter().map(|it| format!("`{line}`, {kind} home: {it}")));
            if kind == "full" && run.stdout.is_empty() {
                found.push(format!("`{line}` shows nothing of a full home: {run:?}"));
            }
            if !run.stdout.is_empty() {
                used.insert(json(&run)["schema"].as_str().unwrap().to_owned());
            }
        }
    }
    assert!(found.is_empty(), "{}", found.join("\n"));
    used.extend(ELSEWHERE.iter().map(|(_, id)| (*id).to_owned()));
    let unused: Vec<_> = validators.keys().filter(|id| !used.contains(*id)).collect();
    assert!(unused.is_empty(), "nothing prints {unused:?}");
}

/// The words of one of [`LINES`], where backups are in this folder.
pub fn arguments(line: &str, backups: &Path) -> Vec<String> {
    let backup = newest_backup(backups);
    let operation = backup.rsplit('-').next().unwrap_or_default();
    let words = line.split(' ').map(|word| match word {
        "ID" => backup.clone(),
        "OPERATION" => operation.to_owned(),
        word => word.to_owned(),
    });
    words.collect()
}

fn newest_backup(folder: &Path) -> String {
    let backups = std::fs::read_dir(folder).into_iter().flatten();
    let names = backups.map(|it| it.unwrap().file_name().into_string().unwrap());
    names.max().unwrap_or_else(|| "20261122T110452Z-0123abcd".to_owned())
}

#[test]
fn every_command_with_json_is_tried() {
    let commands = commands_with_json();
    assert!(commands.len() > 8, "{commands:?}");
    let is_of = |line: &str, command: &str| {
        line.strip_prefix(command).is_some_and(|rest| rest.is_empty() || rest.starts_with(' '))
    };
    let is_tried = |command: &&String| {
        LINES.iter().any(|line| is_of(line, command))
            || ELSEWHERE.iter().any(|(line, _)| line == command)
    };
    let missing: Vec<_> = commands.iter().filter(|it| !is_tried(it)).collect();
    assert!(missing.is_empty(), "no line in LINES runs {missing:?}");
}

#[test]
fn a_schema_refuses_what_is_not_its_shape() {
    let home = full();
    let validators = validators(&home);
    let run = home.line("mcp sync --from-env odd --to-host all --dry-run --json").expect(0);
    let good = json(&run);
    let validator = &validators["hatch.run/1"];
    assert!(validator.is_valid(&good));
    let spoilt = |path: &str, value: Value| {
        let mut bad = good.clone();
        *bad.pointer_mut(path).expect(path) = value;
        assert!(!validator.is_valid(&bad), "{path}");
    };
    spoilt("/result", "perhaps".into());
    spoilt("/schema", "hatch.run/2".into());
    spoilt("/hosts/0/servers/0/change", "vanish".into());
    spoilt("/hosts/0/changed", Value::Null);
    spoilt("/source", 3.into());
    let mut short = good.clone();
    short.as_object_mut().unwrap().remove("operation");
    assert!(!validator.is_valid(&short), "a member that is always there is required");
}

/// `HATCH_BLESS=1 cargo test --test suite schemas` writes them anew.
#[test]
fn the_committed_schemas_are_what_is_printed() {
    let home = TestHome::new();
    let list = json(&home.line("schema --json").expect(0));
    let mut names = BTreeSet::new();
    for row in list["schemas"].as_array().unwrap() {
        let name = row["name"].as_str().unwrap();
        let printed = home.line(&format!("schema {name}")).expect(0).stdout;
        committed(&format!("docs/schemas/{name}.json"), &printed);
        names.insert(format!("{name}.json"));
    }
    let there = std::fs::read_dir(workspace().join("docs/schemas")).unwrap();
    let there: BTreeSet<_> =
        there.map(|it| it.unwrap().file_name().into_string().unwrap()).collect();
    assert_eq!(there, names, "docs/schemas holds the schemas and nothing else");
}

#[test]
fn a_schema_is_found_by_name_and_by_id() {
    let home = TestHome::new();
    let schema = home.line("schema run").expect(0).stdout;
    assert_eq!(home.line("schema hatch.run/1").expect(0).stdout, schema);
    let wrong = home.line("schema rum").expect(1);
    crate::common::has(
        &wrong.stderr,
        &["error: there is no schema named `rum`", "did you mean `run`?"],
    );
    assert_eq!(wrong.stdout, "");
    let listed = home.line("schema").expect(0).stdout;
    crate::common::has(&listed, &["run  ", "A plan, and what became of it"]);
    assert!(home.files().is_empty(), "nothing is written");
}
