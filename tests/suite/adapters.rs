//! Adapters from elsewhere: installed, granted, pinned, signed, refused and removed.

use hatch_tests::{Run, TestHome, foreign};

use crate::common::{fails, has, json, names};

const FILE: &str = ".example/mcp.json";
const DEV: &str = r#"{ "mcpServers": { "tools": { "command": "tools" } } }"#;

/// A home with a file of the host, an environment, and an adapter to install.
fn home() -> TestHome {
    let home = TestHome::new();
    home.write("example.wasm", foreign::example_of("1.0.0"));
    home.write(FILE, "{}\n");
    home.environment("dev", DEV);
    home
}

fn installed() -> TestHome {
    let home = home();
    home.line("adapter install example.wasm --auto-approve").ends(0);
    home
}

fn sync(home: &TestHome) -> Run {
    home.line("mcp sync --from-env dev --to-host example --auto-approve")
}

#[test]
fn what_is_installed_is_a_host_like_any_other() {
    let home = home();
    has(
        &fails(&home, "mcp sync --from-env dev --to-host example", 1),
        &["no host named `example`"],
    );
    let shown = home.line("adapter install example.wasm --auto-approve").expect(0).stdout;
    has(&shown, &["Example (example) 1.0.0", "`mcpServers` in ~/.example/mcp.json", "Installed"]);
    sync(&home).ends(0);
    assert_eq!(names(&home, FILE), ["tools"]);
    has(&home.line("mcp discover hosts").expect(0).stdout, &["example", "~/.example/mcp.json"]);
    has(&home.line("mcp list servers --host example").expect(0).stdout, &["tools"]);
    home.line("mcp undo --auto-approve").ends(0);
    assert_eq!(home.text(FILE), "{}\n");
    home.line("host add other --adapter example --path other.json").ends(0);
    has(&home.line("adapter remove example").expect(0).stderr, &["`other` that you named"]);
    has(&fails(&home, "mcp sync --from-env dev --to-host example", 1), &["no host named"]);
    let left: Vec<_> = std::fs::read_dir(home.join(".hatch/adapters")).unwrap().collect();
    assert!(left.is_empty(), "its file went with it");
}

#[test]
fn nothing_is_granted_without_being_asked() {
    let home = home();
    let error = fails(&home, "adapter install example.wasm", 1);
    has(&error, &["no terminal to ask on", "--auto-approve"]);
    let before = home.files();
    let shown = home.line("adapter install example.wasm --dry-run").expect(0).stdout;
    has(&shown, &["It may read and change:", "`mcpServers` in ~/.example/mcp.json"]);
    home.line("adapter inspect example.wasm").ends(0);
    assert_eq!(home.files(), before);
    has(&home.line("adapter list").expect(0).stdout, &["No adapters are installed"]);
}

#[test]
fn a_second_run_compiles_nothing() {
    let home = installed();
    let compiled = || {
        let folder = std::fs::read_dir(home.join(".hatch/cache")).unwrap();
        let mut found: Vec<_> = folder
            .map(|entry| entry.unwrap())
            .map(|it| (it.file_name(), it.metadata().unwrap().modified().unwrap()))
            .collect();
        found.sort();
        found
    };
    let before = compiled();
    sync(&home).ends(0);
    assert_eq!(compiled(), before);
    // What is lost, or of another hatch, is made again.
    std::fs::remove_dir_all(home.join(".hatch/cache")).unwrap();
    home.line("mcp list servers --host example").ends(0);
    assert_eq!(compiled().len(), before.len());
}

#[test]
fn a_file_that_was_changed_is_not_run() {
    let home = installed();
    let lock = json(&home.line("adapter list --json").expect(0));
    let digest = lock["adapters"][0]["digest"].as_str().unwrap();
    let file = format!(".hatch/adapters/{}.wasm", digest.strip_prefix("sha256:").unwrap());
    let good = home.read(&file);
    home.write(&file, foreign::example_of("6.6.6"));
    let error = sync(&home).expect(1).stderr;
    has(
        &error,
        &["`example` adapter can't be used", "is not what was installed", "adapter verify"],
    );
    assert_eq!(home.text(FILE), "{}\n");
    let verified = home.line("adapter verify").expect(1);
    has(&verified.stdout, &["✗", "is not what was installed"]);
    // Other hosts go on, and all is well once it is what it was.
    home.line("mcp list hosts").ends(0);
    std::fs::remove_file(home.join(&file)).unwrap();
    has(&sync(&home).expect(1).stderr, &["is gone"]);
    home.write(&file, &good);
    has(&home.line("adapter verify").expect(0).stdout, &["✓ as it was installed"]);
    sync(&home).ends(0);
}

#[test]
fn a_lock_that_is_broken_stops_everything_and_stays() {
    let home = installed();
    home.write(".hatch/adapters.lock", "{");
    for line in ["mcp list hosts", "adapter list", "adapter verify", "adapter remove example"] {
        has(&fails(&home, line, 1), &["`~/.hatch/adapters.lock` is damaged", "hint: fix the file"]);
    }
    let error = fails(&home, "adapter install example.wasm --auto-approve", 1);
    has(&error, &["is damaged"]);
    assert_eq!(home.text(".hatch/adapters.lock"), "{");
}

#[test]
fn an_update_that_wants_more_asks_again() {
    let home = installed();
    home.write("example.wasm", foreign::example_of("1.1.0"));
    let shown = home.line("adapter update").expect(0).stdout;
    has(&shown, &["Example (example) 1.1.0", "Replaces  1.0.0", "Updated example"]);
    has(&home.line("adapter update").expect(0).stdout, &["example is up to date"]);

    home.write("example.wasm", foreign::greedy("1.2.0"));
    let error = home.line("adapter update").expect(1);
    has(&error.stdout, &["+ not granted yet: `mcpServers` in ~/.more.json"]);
    has(&error.stderr, &["no terminal to ask on"]);
    has(&home.line("adapter list").expect(0).stdout, &["1.1.0"]);
    let run = json(&home.line("adapter update --dry-run --json").expect(0));
    assert_eq!(run["adapters"][0]["not_granted_yet"][0], "`mcpServers` in ~/.more.json");

    home.line("adapter pin example").ends(0);
    has(&home.line("adapter update --auto-approve").expect(0).stdout, &["example is pinned"]);
    home.line("adapter pin example --off").ends(0);
    home.line("adapter update example --auto-approve").ends(0);
    has(&home.line("adapter list").expect(0).stdout, &["1.2.0"]);
    has(&fails(&home, "adapter update exmaple", 1), &["did you mean `example`?"]);
}

#[test]
fn what_is_fetched_has_to_be_for_the_same_host() {
    let home = installed();
    let other = foreign::changed(&foreign::example(), &[(r#""id":"example""#, r#""id":"other""#)]);
    home.write("example.wasm", other);
    let error = fails(&home, "adapter update --auto-approve", 1);
    has(&error, &["example stays as it is", "for another host, `other`"]);
}

#[test]
fn built_in_ids_and_named_hosts_are_protected() {
    let home = home();
    let path = hatch_tests::workspace().join("adapters/components/cursor.wasm");
    home.write("cursor.wasm", std::fs::read(path).unwrap());
    let error = fails(&home, "adapter install cursor.wasm --auto-approve", 1);
    has(&error, &["`cursor` is an adapter that is built in", "`--replace`"]);
    home.line("adapter install cursor.wasm --auto-approve --replace").ends(0);
    home.line("host add example --adapter cursor --path x.json").ends(0);
    let error = fails(&home, "adapter install example.wasm --auto-approve", 1);
    has(&error, &["you gave the name `example` to a host"]);
}

#[test]
fn places_of_others_are_refused_outright() {
    let home = TestHome::new();
    let place = r#""path":".example/mcp.json""#;
    let project = r#""scope": "project",
          "systems": [],
          "root": "project",
          "#;
    for (path, what) in [
        (".ssh/x.json", "where keys and passwords are kept"),
        (".aws/x.json", "where keys and passwords are kept"),
        (".gnupg/x.json", "where keys and passwords are kept"),
        (".bashrc", "what is run by itself"),
        (".hatch/x.json", "hatch's own folder"),
        (".s*/x.json", "where keys and passwords are kept"),
    ] {
        // Of two places with the same text, the project's goes first.
        let other = foreign::changed(
            &foreign::example(),
            &[(&format!("{project}{place}"), r#""scope":"project","root":"project","path":"x""#)],
        );
        let bad = foreign::changed(&other, &[(place, &format!(r#""path":"{path}""#))]);
        home.write("bad.wasm", &bad);
        for line in ["adapter install bad.wasm --auto-approve", "mcp --adapter bad.wasm list hosts"]
        {
            let error = fails(&home, line, 1);
            has(&error, &[&format!("`{path}` is {what}, which no adapter may touch")]);
        }
    }
}

#[test]
#[cfg(unix)]
fn links_lead_no_adapter_to_reserved_places() {
    let home = installed();
    home.write(".ssh/config.json", "{}");
    std::fs::remove_file(home.join(FILE)).unwrap();
    std::os::unix::fs::symlink(home.join(".ssh/config.json"), home.join(FILE)).unwrap();
    let error = sync(&home).expect(1).stderr;
    has(&error, &["`~/.example/mcp.json` is where keys and passwords are kept"]);
    assert_eq!(home.text(".ssh/config.json"), "{}");
    // The user may link it anywhere else.
    std::fs::remove_file(home.join(FILE)).unwrap();
    home.write("dotfiles/mcp.json", "{}\n");
    std::os::unix::fs::symlink(home.join("dotfiles/mcp.json"), home.join(FILE)).unwrap();
    sync(&home).ends(0);
    assert_eq!(names(&home, "dotfiles/mcp.json"), ["tools"]);
}

#[test]
fn what_is_no_adapter_says_why() {
    let home = TestHome::new();
    home.write("text.wasm", "hello");
    home.write("long.toml", " ".repeat((1 << 20) + 1));
    home.write("bytes.toml", b"\xff\xfe");
    let yaml =
        foreign::changed(&foreign::example(), &[(r#""format": "jsonc""#, r#""format":"yaml""#)]);
    home.write("yaml.wasm", yaml);
    home.write("core.wasm", b"\0asm\x01\0\0\0");
    home.write("half.wasm", &foreign::example()[..1000]);
    home.write("empty/readme", "");
    home.write("project/adapter.toml", "[build]\nlanguage = \"rust\"\n");
    for (source, message) in [
        ("core.wasm", "hint: make it a component"),
        ("half.wasm", "`~/half.wasm` is no adapter that hatch can use"),
        ("text.wasm", "`~/text.wasm` is no adapter that hatch can use"),
        ("long.toml", "it has more than 1 MiB"),
        ("bytes.toml", "it is neither a WASM component nor a table"),
        ("yaml.wasm", "its document `config` is YAML, which this hatch can't edit yet"),
        ("nothing.wasm", "there is no file `~/nothing.wasm`"),
        ("empty", "there is no `adapter.toml` in `~/empty`"),
        ("project", "`hatch adapter build ~/project` builds it"),
    ] {
        for command in ["install", "inspect"] {
            has(&fails(&home, &format!("adapter {command} {source}"), 1), &[message]);
        }
    }
    for source in ["http://example.com/a.wasm", "oci://example.com", "ftp://a/b"] {
        has(
            &fails(&home, &format!("adapter install {source}"), 2),
            &["invalid source of an adapter"],
        );
    }
}

#[test]
fn inspecting_shows_everything_and_installs_nothing() {
    let home = home();
    let text = home.line("adapter inspect example.wasm").expect(0).stdout;
    has(
        &text,
        &[
            "Example (example)",
            "Version     1.0.0",
            "Imports     nothing",
            "Exports     hatch:adapter/host-config@0.1.0",
            "~/.example/mcp.json (user)",
        ],
    );
    let value = json(&home.line("adapter inspect example.wasm --json").expect(0));
    assert_eq!(value["places"][0]["exists"], true);
    std::fs::remove_file(home.join(FILE)).unwrap();
    has(&home.line("adapter inspect example.wasm").expect(0).stdout, &["not there yet"]);
    assert_eq!(value["is_installed"], false);
    home.line("adapter install example.wasm --auto-approve").ends(0);
    std::fs::remove_file(home.join("example.wasm")).unwrap();
    has(
        &home.line("adapter inspect example").expect(0).stdout,
        &["Installed   yes", "~/example.wasm"],
    );
}

#[test]
fn signatures_are_trusted_at_first_and_then_held_to() {
    let home = home();
    has(&home.line("adapter sign --new-key one.key").expect(0).stderr, &["is not encrypted"]);
    home.line("adapter sign --new-key two.key").ends(0);
    has(
        &fails(&home, "adapter sign --new-key one.key", 1),
        &["there is a file `~/one.key` already"],
    );
    let signed = home.line("adapter sign example.wasm --key one.key").expect(0).stdout;
    let id = signed.rsplit_once("the key ").unwrap().1.trim_end_matches(".\n").to_owned();
    let shown = home.line("adapter install example.wasm --auto-approve").expect(0).stdout;
    has(&shown, &[&format!("with the key {id}, seen for the first time")]);

    // The next version is signed with another key, and then not at all, and then rightly.
    home.write("example.wasm", foreign::example_of("1.1.0"));
    let error = fails(&home, "adapter update --auto-approve", 1);
    has(&error, &["the signature is not of these bytes"]);
    home.line("adapter sign example.wasm --key two.key").ends(0);
    let error = fails(&home, "adapter update --auto-approve", 1);
    has(&error, &[&format!("should be with {id}"), "trusted: ", "now:     ", "--key"]);
    std::fs::remove_file(home.join("example.wasm.minisig")).unwrap();
    has(&fails(&home, "adapter update --auto-approve", 1), &["it is not signed", &id]);
    let error = fails(&home, "adapter install example.wasm --auto-approve", 1);
    has(&error, &["it is not signed"]);
    home.line("adapter sign example.wasm --key one.key").ends(0);
    home.line("adapter update").ends(0);
    has(&home.line("adapter list").expect(0).stdout, &["1.1.0", "✓"]);
    home.line("adapter verify").ends(0);

    // Another key is trusted where its user says so.
    home.write("example.wasm", foreign::example_of("1.2.0"));
    home.line("adapter sign example.wasm --key two.key").ends(0);
    has(&fails(&home, "adapter update --key two.key.pub", 1), &["no terminal to ask on"]);
    home.line("adapter update --key two.key.pub --auto-approve").ends(0);
    home.line("adapter verify").ends(0);
}

#[test]
fn a_key_that_was_given_has_to_be_the_signers() {
    let home = home();
    home.line("adapter sign --new-key one.key").ends(0);
    home.line("adapter sign --new-key two.key").ends(0);
    let line = "adapter install example.wasm --auto-approve --key";
    has(&fails(&home, &format!("{line} one.key.pub"), 1), &["it is not signed"]);
    home.line("adapter sign example.wasm --key one.key").ends(0);
    has(&fails(&home, &format!("{line} two.key.pub"), 1), &["it is signed with the key"]);
    has(&fails(&home, &format!("{line} example.wasm"), 2), &["can't be used as a key"]);
    has(&fails(&home, &format!("{line} nothing.pub"), 2), &["there is no file `~/nothing.pub`"]);
    has(&fails(&home, "adapter sign example.wasm --key one.key.pub", 1), &["can't be used"]);
    std::fs::remove_file(home.join("example.wasm.pub")).unwrap();
    let shown = home.line("adapter install example.wasm --dry-run").expect(0).stdout;
    has(&shown, &["with a key that is not known"]);
    home.line(&format!("{line} one.key.pub")).ends(0);
    home.line("adapter verify").ends(0);
    let lock = home.text(".hatch/adapters.lock").replace("1.0.0", "1.0.1");
    home.write(".hatch/adapters.lock", lock);
    has(&home.line("adapter verify").expect(1).stdout, &["is not what was agreed to"]);
}

#[test]
fn compiled_code_that_was_tampered_with_is_not_run() {
    let home = installed();
    let cache = home.join(".hatch/cache");
    let compiled = || {
        let entries = std::fs::read_dir(&cache).unwrap().map(|entry| entry.unwrap().path());
        let mut compiled =
            entries.filter(|path| path.extension().is_some_and(|it| it == "compiled"));
        compiled.next().unwrap()
    };
    let good = std::fs::read(compiled()).unwrap();
    let mut bad = good.clone();
    let middle = bad.len() / 2;
    bad[middle] ^= 1;
    for spoilt in [bad.as_slice(), b"", &good[..middle]] {
        std::fs::write(compiled(), spoilt).unwrap();
        home.line("mcp list servers --host example").ends(0);
        assert_eq!(std::fs::read(compiled()).unwrap().len(), good.len(), "it was made anew");
    }
    sync(&home).ends(0);
}

#[test]
fn several_may_install_and_run_at_once() {
    let home = home();
    let run = |line: &'static str| {
        let mut command = home.command();
        command.args(line.split(' ')).stdout(std::process::Stdio::null());
        command.stderr(std::process::Stdio::piped()).spawn().unwrap()
    };
    let install = "adapter install example.wasm --auto-approve";
    let runs: Vec<_> = (0..6).map(|_| run(install)).collect();
    let ends: Vec<_> = runs.into_iter().map(|run| run.wait_with_output().unwrap()).collect();
    assert!(ends.iter().any(|end| end.status.success()));
    for end in ends.iter().filter(|end| !end.status.success()) {
        let said = String::from_utf8_lossy(&end.stderr);
        let is_told = said.contains("changed by another hatch") || said.contains("is writing");
        assert!(is_told, "{said}");
    }
    home.line("adapter verify").ends(0);
    std::fs::remove_dir_all(home.join(".hatch/cache")).unwrap();
    let runs: Vec<_> = (0..6).map(|_| run("mcp list servers --host example")).collect();
    assert!(runs.into_iter().all(|run| run.wait_with_output().unwrap().status.success()));
    home.line("adapter verify").ends(0);
    sync(&home).ends(0);
}

#[test]
fn a_table_is_installed_as_code_is() {
    let home = TestHome::new();
    let table = hatch_tests::workspace().join("adapters/tables/windsurf/adapter.toml");
    let table = std::fs::read_to_string(table).unwrap();
    home.write("windsurf.toml", &table);
    home.environment("dev", DEV);
    home.line("adapter install windsurf.toml --auto-approve").ends(0);
    home.line("mcp sync --from-env dev --to-host windsurf --create --auto-approve").ends(0);
    assert_eq!(names(&home, ".codeium/windsurf/mcp_config.json"), ["tools"]);
    assert!(!home.join(".hatch/cache").exists(), "nothing is compiled");
    // A member that can't be right has its line.
    home.write("bad.toml", table.replace("disabled =", "disabeld ="));
    let error = fails(&home, "adapter install bad.toml --auto-approve", 1);
    has(&error, &["line ", "disabeld"]);
    // It is held to places that are allowed, and to its digest.
    home.write("keys.toml", table.replace(".codeium/windsurf/", ".ssh/"));
    has(&fails(&home, "adapter install keys.toml", 1), &["where keys and passwords are kept"]);
    let folder = home.join(".hatch/adapters");
    let file = std::fs::read_dir(folder).unwrap().next().unwrap().unwrap().path();
    std::fs::write(file, table.replace("serverUrl", "url")).unwrap();
    let error = home.line("mcp sync --from-env dev --to-host windsurf --auto-approve").expect(1);
    has(&error.stderr, &["is not what was installed"]);
}
