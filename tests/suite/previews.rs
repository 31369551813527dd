//! What previews and diffs show: all that is written, and no secret.

use std::path::Path;
use std::process::Command;

use hatch_tests::{Run, TestHome, workspace};

use crate::common::{CURSOR, GEMINI, LMSTUDIO, fails_with, has, json};

/// A server that says everything that an environment's file can say.
const TEAM: &str = r#"{ "mcpServers": {
    "files": { "command": "npx", "args": ["-y", "files-mcp"], "cwd": "/srv", "timeout": 5000,
               "env": { "LD_PRELOAD": "/tmp/x.so", "API_KEY": "abc", "HOST": "${env:HOST}" },
               "includeTools": ["read"], "description": "files" },
    "far": { "type": "http", "url": "https://far.example/mcp",
             "headers": { "X-Own": "v", "Authorization": "Bearer ${env:T}" },
             "oauth": { "clientId": "i", "clientSecret": "s", "scopes": ["a"] } }
  },
  "hosts": { "cursor": { "files": { "env": { "LD_AUDIT": "/y.so" }, "own": 1 } } } }"#;

/// A command line with one of the shipped tables as an adapter.
#[track_caller]
fn with_table(home: &TestHome, table: &str, line: &str, code: i32) -> Run {
    let path = workspace().join(format!("adapters/tables/{table}/adapter.toml"));
    let mut command = home.command();
    command.args(["mcp", "--adapter"]).arg(path.canonicalize().unwrap());
    home.run(command.args(line.split_whitespace())).expect(code)
}

#[test]
fn an_added_server_is_shown_with_every_field() {
    let home = TestHome::new();
    home.write(GEMINI, "{}\n");
    home.environment("team", TEAM);
    let run = home.line("mcp sync --from-env team --to-host gemini --dry-run").expect(0);
    assert_eq!(
        run.stdout,
        "Sync 2 servers from environment `team`

gemini  ~/.gemini/settings.json
  + files  npx -y files-mcp
      env.LD_PRELOAD: + /tmp/x.so
      env.API_KEY: + •••
      env.HOST: + ${env:HOST}
      cwd: + /srv
      description: + files
      timeouts.request: + 5000 ms
      tools.allow: + read
  + far  https://far.example/mcp
      headers.X-Own: + •••
      headers.Authorization: + Bearer ${env:T}
      oauth.client-id: + i
      oauth.client-secret: + •••
      oauth.scopes: + a
  ! `files`: `env.API_KEY` is a secret in plain text; `${env:API_KEY}` could stand for it
  ! `far`: `oauth.clientSecret` is a secret in plain text; `${env:FAR_CLIENT_SECRET}` could stand for it

1 host would change; nothing was written.
"
    );
}

/// What a team's file gives to one host alone is written into the environment as well.
#[test]
fn an_import_shows_what_single_hosts_are_given() {
    let home = TestHome::new();
    home.write("team.json", TEAM);
    let import = "env import team --from-file team.json --dry-run";
    let run = home.line(import).expect(0);
    has(
        &run.stdout,
        &[
            "  + files  npx -y files-mcp\n",
            "      env.LD_PRELOAD: + /tmp/x.so\n      env.API_KEY: + •••\n",
            "      hosts.cursor.env.LD_AUDIT: + /y.so\n      hosts.cursor.own: + 1\n",
        ],
    );
    // And where it changes.
    home.environment("team", &TEAM.replace("/y.so", "/z.so"));
    let run = home.line(&format!("{import} --replace")).expect(0);
    has(&run.stdout, &["  ~ files\n      hosts.cursor.env.LD_AUDIT: /z.so → /y.so\n"]);
}

#[test]
fn text_is_shown_as_the_host_s_file_has_it() {
    let home = TestHome::new();
    home.write(LMSTUDIO, "{}\n");
    home.environment(
        "plain",
        r#"{ "mcpServers": { "a": { "command": "c", "args": ["$${env:X}"] } } }"#,
    );
    let run = home.line("mcp sync --from-env plain --to-host lmstudio --dry-run --diff").expect(0);
    has(&run.stdout, &["  + a  c ${env:X}\n", "\"args\": [\"${env:X}\"]"]);
    assert!(!run.stdout.contains("$$"), "{}", run.stdout);
}

/// What only the source's hosts know, and what hatch can't read of it.
#[test]
fn fields_that_only_the_source_knows_are_losses() {
    let home = TestHome::new();
    home.write(CURSOR, "{}\n");
    home.write(
        GEMINI,
        r#"{"mcpServers":{"t":{"command":"npx","args":["x"],"trust":true,"timeout":"60000"}}}"#,
    );
    let line = ["mcp", "sync", "--from-host", "gemini", "--to-host", "cursor", "--dry-run"];
    let run = home.hatch(line).expect(0);
    has(
        &run.stdout,
        &[
            "  + t  npx x\n      ! trust left out: only Gemini CLI knows it\n      ! timeout left out: ",
            "Gemini CLI's file has a field or value there that hatch does not know",
        ],
    );
    let error = fails_with(&home, &[line.as_slice(), &["--strict"]].concat(), 1);
    has(&error, &["can't hold all of `t`: trust: only", "can't hold all of `t`: timeout: "]);
    let run = json(&home.hatch(line.iter().chain(&["--json"])).expect(0));
    assert_eq!(run["hosts"][0]["servers"][0]["losses"][0]["field"], "trust");

    home.write(
        ".claude.json",
        r#"{"mcpServers":{"far":{"type":"http","url":"https://far.example/mcp","alwaysLoad":true,
            "headersHelper":"./token.sh","oauth":{"clientId":"c","callbackPort":8080}}}}"#,
    );
    let line = "sync --from-host claude-code --to-host cursor --dry-run";
    let run = with_table(&home, "claude-code", line, 0);
    has(
        &run.stdout,
        &[
            "      ! alwaysLoad left out: only Claude Code knows it\n",
            "      ! headersHelper left out: only Claude Code knows it\n",
            "      ! oauth.callbackPort left out: only Claude Code knows it\n",
        ],
    );
    let error = with_table(&home, "claude-code", &format!("{line} --strict"), 1).stderr;
    has(&error, &["alwaysLoad: ", "headersHelper: ", "oauth.callbackPort: "]);
}

/// An environment's own fields, and members of them, that nobody knows.
#[test]
fn fields_of_an_environment_that_nobody_knows_are_losses() {
    let home = TestHome::new();
    home.write(CURSOR, "{}\n");
    home.write(GEMINI, "{}\n");
    home.environment(
        "odd",
        r#"{ "mcpServers": { "a": { "url": "https://a.example", "trust": true,
                                    "oauth": { "clientId": "i", "callbackPort": 1 } } },
             "hosts": { "gemini": { "a": { "trust": true } } } }"#,
    );
    let run = home.line("mcp sync --from-env odd --to-host all --dry-run").expect(0);
    let (cursor, gemini) = run.stdout.split_once("\ngemini  ").unwrap();
    has(cursor, &["! trust left out: hatch does not know it", "! oauth.callbackPort left out: "]);
    has(gemini, &["! oauth.callbackPort left out: ", "trust: + true"]);
    assert!(!gemini.contains("! trust"), "{gemini}");
}

#[test]
fn entries_that_are_left_out_are_named() {
    let home = TestHome::new();
    home.write(CURSOR, "{}\n");
    home.write(
        ".cline/data/settings/cline_mcp_settings.json",
        r#"{"mcpServers":{"good":{"command":"g"},"company":{"command":"c","remoteConfigured":true},
            "broken":{"args":[]}}}"#,
    );
    let sync = "sync --from-host cline --to-host cursor --dry-run";
    let unreadable = "it has neither a `command` nor a `url`";
    let run = with_table(&home, "cline", sync, 0);
    has(
        &run.stderr,
        &[
            &format!("warning: cline: `broken` is left out: it cannot be read: {unreadable}\n"),
            "warning: cline: `company` is left out: it is not a server\n",
        ],
    );
    let error =
        with_table(&home, "cline", &format!("{sync} --servers good,company,broken"), 1).stderr;
    has(
        &error,
        &[&format!(
            "error: Cline (cline): `broken` is there, and cannot be read: {unreadable}; `company` \
             is there, and is not a server\n"
        )],
    );
    for line in ["list hosts", "list servers", "show servers"] {
        let run = with_table(&home, "cline", line, 0);
        has(
            &run.stderr,
            &["`broken` on cline can't be read", "`company` on cline is not a server"],
        );
        let shown = json(&with_table(&home, "cline", &format!("{line} --json"), 0));
        assert_eq!(shown["foreign"][0]["entry"], "company", "{line}");
        assert_eq!(shown["unreadable"][0]["server"], "broken", "{line}");
    }
    let error = with_table(&home, "cline", "remove server company --host cline", 1).stderr;
    has(&error, &["error: `company` is on cline, and is not a server"]);
}

/// A sync takes the place of an entry that can't be read, and says so.
#[test]
fn an_unreadable_entry_that_is_written_over_is_named() {
    let home = TestHome::new();
    home.write(CURSOR, r#"{"mcpServers":{"odd":{"args":[]}}}"#);
    home.environment("one", r#"{ "mcpServers": { "odd": { "command": "c" } } }"#);
    let run = home.line("mcp sync --from-env one --to-host cursor --dry-run").expect(0);
    has(&run.stdout, &["  + odd  c\n", "! `odd` has an entry that can't be understood ("]);
}

/// Lines that hatch does not touch, numbers, booleans, lists and comments.
#[test]
fn a_diff_masks_secrets_of_every_kind_on_every_line() {
    let home = TestHome::new();
    home.write(
        GEMINI,
        r#"{
  "apiKeys": ["planted1", "planted2", 2222],
  "mcpServers": {
    // "old": { "env": { "OLD_KEY": "planted3", "OLD_PIN_TOKEN": 3333 } },
    "a": { "command": "x", "args": ["--token", "planted4", "-y", "--pin-key", 4444], "env": {
      "DB_PASSWORD": 555555, "USE_TOKEN": true, "LOG": "shown", "PORT": 8080
    }, "headers": { "X-Anything": "planted6" } }
  }
}
"#,
    );
    home.environment(
        "one",
        r#"{ "mcpServers": { "a": { "command": "y" }, "b": { "url": "https://b.example",
            "headers": { "Authorization": "Bearer ${env:T}", "X-Own": "planted7" } } } }"#,
    );
    let run = home.line("mcp sync --from-env one --to-host gemini --dry-run --diff").expect(0);
    let (_, diff) = run.stdout.split_once("---").unwrap();
    assert_eq!(
        diff,
        r#" ~/.gemini/settings.json
+++ ~/.gemini/settings.json
@@ -2,8 +2,13 @@
   "apiKeys": ["•••", "•••", •••],
   "mcpServers": {
     // "old": { "env": { "OLD_KEY": "•••", "OLD_PIN_TOKEN": ••• } },
-    "a": { "command": "x", "args": ["--token", "•••", "-y", "--pin-key", •••], "env": {
-      "DB_PASSWORD": •••, "USE_TOKEN": true, "LOG": "shown", "PORT": 8080
-    }, "headers": { "X-Anything": "•••" } }
+    "a": { "command": "y", "args": [], "headers": { "X-Anything": "•••" } },
+    "b": {
+      "url": "https://b.example",
+      "headers": {
+        "Authorization": "Bearer ${T}",
+        "X-Own": "•••"
+      }
+    }
   }
 }

1 host would change; nothing was written.
"#
    );
}

/// Whoever can't read a document sees its keys, and no value.
#[test]
fn a_diff_of_a_broken_document_shows_keys_alone() {
    let home = TestHome::new();
    home.write(CURSOR, r#"{"mcpServers":{"a":{"command":"planted","env":{"LOG":"planted"}}}}"#);
    home.line("mcp backup create --host cursor").ends(0);
    home.write(CURSOR, "{\"mcpServers\": {\"a\": {\"command\": \"planted1\", \"args\": [planted2");
    let run = home.line("mcp backup restore cursor --dry-run --diff").expect(0);
    has(
        &run.stdout,
        &["-{\"mcpServers\": {\"a\": {\"command\": \"•••\", \"args\": [•••\n\\ No newline at end"],
    );
}

/// What `--resolve-env` takes is a secret whatever it is called, and wherever it goes.
#[test]
fn what_comes_from_a_variable_is_masked_everywhere() {
    let home = TestHome::new();
    home.write(
        LMSTUDIO,
        r#"{"mcpServers":{"a":{"command":"c","args":[],"env":{"NAME":"before it"}}}}"#,
    );
    let text = r#"{ "mcpServers": {
        "a": { "command": "c", "args": ["--to", "${env:WHERE}", "x-${env:WHERE}", "${env:N}"],
               "env": { "NAME": "a ${env:WHERE}" } },
        "b": { "command": "${env:TOOL}", "args": ["--other", "it's planted", "8081"] }
    } }"#;
    home.environment("refs", text);
    let sync = ["mcp", "sync", "--from-env", "refs", "--to-host", "lmstudio", "--resolve-env"];
    let run = |more: &[&str], code: i32| {
        let mut command = home.command();
        command.env("WHERE", "it's planted").env("N", "80").env("TOOL", "planted-tool");
        // Commands are looked for, and one that is not found is named.
        command.env("PATH", "/nowhere");
        let run = home.run(command.args(sync).args(more)).expect(code);
        for text in [&run.stdout, &run.stderr] {
            assert!(!text.contains("planted") && !text.contains("before it"), "{more:?}: {text}");
        }
        run
    };
    let shown = run(&["--dry-run", "--diff"], 0).stdout;
    has(
        &shown,
        &[
            "      args: + --to ••• ••• •••\n      env.NAME: ••• → another value\n",
            "  + b  ••• --other ••• 8081\n",
            "the command `•••` was not found here",
            "\"args\":[\"--to\",\"•••\",\"•••\",\"•••\"],\"env\":{\"NAME\":\"•••\"}",
            "[\"--other\",\"•••\",\"8081\"]",
        ],
    );
    run(&["--dry-run", "--json"], 0);
    run(&["--strict"], 1);
    run(&["--out", "plan.json"], 0);
    has(&home.text("plan.json"), &["it's planted"]);
    // The one who applies it has none of these variables.
    for line in ["mcp apply plan.json --dry-run --diff", "mcp apply plan.json --dry-run --json"] {
        let run = home.line(line).expect(0);
        for hidden in ["before it", "planted"] {
            assert!(!run.stdout.contains(hidden), "{line}: {}", run.stdout);
        }
        has(
            &run.stdout,
            &["`a`: `args.1`, `args.2`, `args.3`, `env.NAME` came from the environment"],
        );
    }
    run(&["--auto-approve", "--diff"], 0);
    has(&home.text(LMSTUDIO), &["a it's planted", "planted-tool"]);
}

fn git_apply(folder: &Path, patch: &Path) {
    let mut git = Command::new("git");
    // Not the settings of whoever runs the test, and no repository above.
    git.env("GIT_CONFIG_GLOBAL", "/dev/null").env("GIT_CONFIG_NOSYSTEM", "1");
    git.env("GIT_CEILING_DIRECTORIES", folder.parent().unwrap());
    git.args(["apply", "--whitespace=nowarn"]).arg(patch).current_dir(folder);
    let output = git.output().expect("git, which this test needs");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}

/// Runs a command twice: for its patch, which is applied to a copy of the home folder, and for
/// real. Both end with the same bytes.
#[track_caller]
fn patch_is_the_change(home: &TestHome, line: &str, below: &str, files: &[&str]) {
    let dry = home.line(&format!("{line} --dry-run --diff --show-secrets")).expect(0);
    let copy = TestHome::new();
    for file in files {
        if let Ok(bytes) = std::fs::read(home.join(file)) {
            copy.write(file, bytes);
        }
    }
    std::fs::create_dir_all(copy.join(below)).unwrap();
    copy.write("x.patch", &dry.stdout);
    git_apply(&copy.join(below), &copy.join("x.patch"));
    home.line(&format!("{line} --auto-approve")).ends(0);
    for file in files {
        let (found, expected) =
            (std::fs::read(copy.join(file)).ok(), std::fs::read(home.join(file)).ok());
        assert_eq!(found, expected, "{file} by\n{}", dry.stdout);
    }
}

#[test]
fn git_apply_takes_a_diff_with_secrets_shown() {
    let home = TestHome::new();
    // No last newline; a mark, and line ends of Windows.
    home.write(CURSOR, "{\n\t\"mcpServers\": {}\n}");
    home.write(LMSTUDIO, "\u{feff}{\r\n  \"x\": \"é\",\r\n  \"mcpServers\": {}\r\n}\r\n");
    home.write(GEMINI, "{\n\"a\": 1,\n\"mcpServers\": {}\n}\n");
    let claude = crate::common::CLAUDE;
    let files = [CURSOR, LMSTUDIO, GEMINI, claude];
    home.environment(
        "one",
        r#"{ "mcpServers": { "a": { "command": "c", "env": { "API_KEY": "planted" } } } }"#,
    );
    let hosts = "claude-desktop,cursor,gemini,lmstudio";
    let sync = format!("mcp sync --from-env one --to-host {hosts} --create");
    patch_is_the_change(&home, &sync, "", &files);
    assert!(home.text(claude).contains("planted"), "a new file");
    patch_is_the_change(&home, "mcp remove server a --host all", "", &files);
    // Taken back, what was made is removed.
    home.line("mcp undo --auto-approve").ends(0);
    let created = home.line("mcp history --json").expect(0);
    let created = json(&created)["runs"].as_array().unwrap().last().unwrap()["operation"].clone();
    let undo = format!("mcp undo {}", created.as_str().unwrap());
    patch_is_the_change(&home, &undo, "", &files);
    assert!(!home.join(claude).exists());
}

/// From a project's folder, as its repository has the file.
#[test]
fn a_project_s_diff_is_applied_in_its_folder() {
    let home = TestHome::new();
    home.write("my project/.git/HEAD", "");
    home.environment("one", r#"{ "mcpServers": { "a": { "command": "c" } } }"#);
    let file = "my project/.cursor/mcp.json";
    let line = ["mcp", "sync", "--from-env", "one", "--to-host", "cursor", "--create", "--scope"];
    let more = ["project", "--project", "my project", "--dry-run", "--diff", "--show-secrets"];
    let run = home.hatch(line.iter().chain(&more)).expect(0);
    has(&run.stdout, &["--- /dev/null\n+++ b/.cursor/mcp.json\n"]);
    home.write("x.patch", &run.stdout);
    git_apply(&home.join("my project"), &home.join("x.patch"));
    has(&home.text(file), &["\"command\": \"c\""]);
    // From the home folder it has a blank in its name.
    let mut command = home.command();
    home.write(file, "{}\n");
    home.write("elsewhere/x", "");
    command.args(["host", "add", "mine", "--adapter", "cursor", "--path", file]);
    home.run(&mut command).ends(0);
    patch_is_the_change(&home, "mcp sync --from-env one --to-host mine", "", &[file]);
}
