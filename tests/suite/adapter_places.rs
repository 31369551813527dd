//! Places, sections and names that no adapter from elsewhere gets, and files that are taken for
//! adapters.

use hatch_tests::{TestHome, foreign};

use crate::common::{fails, has};

const FILE: &str = ".example/mcp.json";
const PLACE: &str = r#""root": "home",
          "path":".example/mcp.json""#;
const SECTION: &str = r#"[["mcpServers"]]"#;

/// The example with another place and section of the user's file.
fn asking_for(place: &str, section: &str) -> Vec<u8> {
    foreign::changed(&foreign::example(), &[(PLACE, place), (SECTION, section)])
}

#[test]
fn what_runs_or_holds_tokens_is_refused() {
    let home = TestHome::new();
    for (place, section, message) in [
        (r#""root":"home","path":".codex/auth.json""#, SECTION, "`.codex/auth.json` is where keys"),
        (r#""root":"home","path":".cursor/hooks.json""#, SECTION, "is what is run by itself"),
        (
            r#""root":"config","path":"gh/hosts.yml""#,
            SECTION,
            "`gh/hosts.yml` is where keys and passwords are kept",
        ),
        (r#""root":{"env":"APPDATA"},"path":"gh/x""#, SECTION, "where keys and passwords are kept"),
        (r#""root":"home","path":"SSH~1/x.json""#, SECTION, "may be the short name"),
        (r#""root":"home","path":".claude/settings.json""#, "[[]]", "sections about MCP servers"),
        (r#""root":"home","path":".x/mcp.json""#, r#"[["hooks"]]"#, "`hooks` in `.x/mcp.json` is"),
    ] {
        home.write("bad.wasm", asking_for(place, section));
        for line in ["adapter install bad.wasm --auto-approve", "mcp --adapter bad.wasm list hosts"]
        {
            has(&fails(&home, line, 1), &[message]);
        }
    }
    let shared = asking_for(r#""root":"home","path":".claude/settings.json""#, SECTION);
    home.write("good.wasm", shared);
    home.line("adapter install good.wasm --auto-approve").ends(0);
}

#[test]
#[cfg(unix)]
fn a_reserved_place_that_is_a_link_is_reserved_where_it_leads() {
    let home = TestHome::new();
    home.write("example.wasm", foreign::example());
    home.write("elsewhere/mcp.json", "{}");
    home.environment("dev", r#"{ "mcpServers": { "tools": { "command": "tools" } } }"#);
    home.line("adapter install example.wasm --auto-approve").ends(0);
    std::os::unix::fs::symlink(home.join("elsewhere"), home.join(".example")).unwrap();
    std::os::unix::fs::symlink(home.join("elsewhere"), home.join(".ssh")).unwrap();
    let sync = "mcp sync --from-env dev --to-host example --auto-approve";
    let error = fails(&home, sync, 1);
    has(&error, &["`~/.example/mcp.json` is where keys and passwords are kept"]);
    assert_eq!(home.text("elsewhere/mcp.json"), "{}");
    std::fs::remove_file(home.join(".ssh")).unwrap();
    home.line(sync).ends(0);
    has(&home.text(FILE), &["tools"]);
}

#[test]
fn an_adapter_is_not_called_as_a_word_of_the_command_line() {
    let home = TestHome::new();
    for word in ["all", "env"] {
        let id = format!(r#""id":"{word}""#);
        home.write(
            "bad.wasm",
            foreign::changed(&foreign::example(), &[(r#""id":"example""#, &id)]),
        );
        let error = fails(&home, "adapter install bad.wasm --auto-approve", 1);
        has(&error, &[&format!("invalid adapter id `{word}`")]);
        let error = fails(&home, &format!("host add {word} --adapter cursor --path x.json"), 1);
        has(&error, &[&format!("invalid host name `{word}`")]);
    }
}

#[test]
fn no_line_of_a_file_that_is_no_table_is_repeated() {
    let home = TestHome::new();
    for text in [
        "TOKEN=ghp_0123456789\n",
        "token = \"ghp_0123456789\"\n",
        "[documents\ntoken = ghp_0123456789\n",
        "machine example.com login me password ghp_0123456789\n",
        "id = 'ghp_0123456789'\nname = [\n",
    ] {
        home.write("secrets", text);
        for line in [
            "adapter inspect secrets",
            "adapter install secrets",
            "adapter test secrets",
            "mcp --adapter secrets list hosts",
        ] {
            let run = home.line(line).expect(1);
            has(&(run.stdout.clone() + &run.stderr), &["expected the table of an adapter"]);
            assert!(!run.stdout.contains("ghp_") && !run.stderr.contains("ghp_"), "{run:?}");
        }
    }
}

#[test]
fn a_version_is_a_short_semantic_version() {
    let home = TestHome::new();
    for version in ["1.0", "v1.0.0", "latest"] {
        home.write("a.wasm", foreign::example_of(version));
        for line in ["adapter install a.wasm --auto-approve", "mcp --adapter a.wasm list hosts"] {
            has(&fails(&home, line, 1), &["its version is invalid"]);
        }
    }
}

#[test]
fn a_secret_key_in_the_place_of_a_public_one_is_not_repeated() {
    let home = TestHome::new();
    home.write("a.wasm", foreign::example());
    home.line("adapter sign --new-key one.key").ends(0);
    let text = home.text("one.key");
    let key = text.lines().nth(1).unwrap();
    let error = fails(&home, &format!("adapter install a.wasm --key {key}"), 2);
    has(&error, &["--key is given a secret key"]);
    assert!(!error.contains(key), "{error}");
}
