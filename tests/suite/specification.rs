//! The command lines of the documentation that hatch's users come from run as they are
//! written there.

use hatch_tests::TestHome;

use crate::common::{CURSOR, FILES, LMSTUDIO, NAMES, names};

/// All four hosts, the environments that the examples name, and named hosts.
fn home() -> TestHome {
    let home = TestHome::new();
    for file in FILES {
        home.write(file, "{}\n");
    }
    for name in ["production", "dev", "prod", "default", "project_alpha", "test-env"] {
        home.environment(name, NAMES);
    }
    for name in ["production-host", "staging-host", "old-host", "new-host"] {
        home.write(&format!("{name}/mcp.json"), "{}\n");
        home.line(&format!("host add {name} --adapter cursor --path {name}/mcp.json")).ends(0);
    }
    for host in ["production-host", "old-host"] {
        home.line(&format!("mcp sync --from-env prod --to-host {host} --auto-approve")).ends(0);
    }
    home.line("mcp sync --from-env prod --to-host claude-desktop --auto-approve").ends(0);
    home
}

/// Splits a line as a shell does, as far as these lines need it.
fn words(line: &str) -> Vec<String> {
    let mut words = Vec::new();
    for (at, part) in line.split('"').enumerate() {
        match at % 2 {
            0 => words.extend(part.split_whitespace().map(str::to_owned)),
            _ => words.push(part.to_owned()),
        }
    }
    words
}

#[track_caller]
fn all_run(home: &TestHome, lines: &[&str]) {
    for line in lines {
        let mut command = home.command();
        command.env("HATCH_AUTO_APPROVE", "1").args(words(line));
        let run = home.run(&mut command);
        assert_eq!(run.code, 0, "{line}\n{}\n{}", run.stdout, run.stderr);
    }
}

#[test]
fn the_common_use_cases_run() {
    let home = home();
    all_run(
        &home,
        &[
            "mcp sync --from-env production --to-host claude-desktop,cursor",
            "mcp sync --from-env dev --to-host all --pattern \".*api.*\"",
            "mcp sync --from-env prod --to-host all --dry-run",
            "mcp sync --from-host claude-desktop --to-host cursor",
            "mcp sync --from-host claude-desktop --to-host cursor,lmstudio,gemini",
            "mcp sync --from-host claude-desktop --to-host all",
            "mcp sync --from-host production-host --to-host staging-host",
            "mcp sync --from-host production-host --to-host staging-host --pattern \"^(?!test-).*\"",
            "mcp sync --from-host old-host --to-host new-host",
            "mcp sync --from-env default --to-host all",
            "mcp sync --from-env production --to-host cursor --servers filesystem-server,database-server",
            "mcp sync --from-env production --to-host cursor --pattern \"^dev-\"",
            "mcp sync --from-env production --to-host cursor --pattern \"(prod|production)-.*\"",
            "mcp sync --from-env production --to-host cursor --no-backup --auto-approve",
        ],
    );
    let sorted = |file: &str| {
        let mut names = names(&home, file);
        names.sort();
        names
    };
    assert_eq!(sorted("new-host/mcp.json"), sorted("old-host/mcp.json"));
}

#[test]
fn the_commands_around_a_sync_run() {
    let home = home();
    all_run(
        &home,
        &[
            "mcp discover hosts",
            "mcp discover servers --env production",
            "mcp discover servers \"^dev-.*\" --env test-env",
            "mcp backup create --host all",
            "mcp sync --from-env production --to-host all",
            "mcp list hosts",
            "mcp list hosts --server \"dev.*\"",
            "mcp list servers",
            "mcp list servers --host claude-desktop",
            "mcp show hosts",
            "mcp show hosts --server \"dev.*\"",
            "mcp show servers",
            "mcp show servers --host \"claude.*\"",
            "mcp configure weather_server --host claude-desktop --command python --args server.py",
            "mcp configure api-service --host cursor --url https://api.example.com/mcp",
            "mcp configure weather_server --host cursor --command python --args weather_server.py --env-var API_KEY=x",
            "mcp configure authenticated-api --host lmstudio --url https://a.example/mcp --header \"Authorization=Bearer token\"",
            "mcp configure my-server --host claude-desktop --command python --args server.py --no-backup",
            "mcp remove server weather_server --host claude-desktop",
            "mcp remove server weather_server --host all",
            "mcp backup list claude-desktop",
            "mcp backup restore claude-desktop",
            "mcp backup clean claude-desktop --keep-count 10",
            "mcp backup clean claude-desktop --older-than-days 30",
            "mcp remove host claude-desktop",
            "env use project_alpha",
            "env current",
            "env list",
            "env show production",
            "env create project_beta",
        ],
    );
    assert!(names(&home, CURSOR).contains(&"api-service".to_owned()));
    assert!(names(&home, LMSTUDIO).contains(&"authenticated-api".to_owned()));
}

/// The older tool kept a copy for every host and called it by name.
#[test]
fn a_backup_is_restored_by_the_name_of_its_file() {
    let home = home();
    let name = "mcp.json.cursor.20231201_143022_000000";
    home.write(
        &format!(".hatch/mcp_host_config_backups/cursor/{name}"),
        r#"{ "mcpServers": { "old": { "command": "o" } } }"#,
    );
    for option in ["--backup", "--backup-file", "-f"] {
        home.write(CURSOR, "{}\n");
        all_run(&home, &[&format!("mcp backup restore cursor {option} {name}")]);
        assert_eq!(names(&home, CURSOR), ["old"]);
    }
}
