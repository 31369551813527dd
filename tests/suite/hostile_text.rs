//! What files hold is shown, and never obeyed; and what no honest file holds is an error, or
//! is carried as it is.

use std::path::PathBuf;
use std::process::Command;

use hatch_tests::{Run, TestHome};
use serde_json::json;

use crate::common::{CURSOR, FILES, GEMINI, fails, has};
use crate::schemas::{LINES, arguments};

/// What a terminal obeys: a title, a screen cleared in two ways, a line taken back, a text
/// turned around and one that is not seen.
const WILD: &str =
    "w\u{1b}]0;t\u{7}\u{1b}[2J\u{9b}2Ji\r\u{8}l\u{202e}\u{2066}d\u{200b}\u{feff}\n\t!";

/// Whether a terminal would do anything but show this.
fn is_obeyed(c: char) -> bool {
    let is_control = c.is_control() && c != '\n';
    is_control
        || matches!(c, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}')
}

/// What a terminal gets besides the colours that hatch prints itself.
fn uncoloured(text: &str) -> String {
    let mut parts = text.split("\u{1b}[");
    let mut rest = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let end = part.find(|c: char| !c.is_ascii_digit() && c != ';');
        match end.filter(|end| part[*end..].starts_with('m')) {
            Some(end) => rest.push_str(&part[end + 1..]),
            None => rest.extend(["\u{1b}[", part]),
        }
    }
    rest
}

/// A home in which everything that can have such a name has one: hatch's own folder too.
struct WildHome(TestHome);

impl WildHome {
    fn new() -> Self {
        let home = WildHome(TestHome::new());
        let entry = json!({
            "command": WILD, "args": [WILD, "--token", WILD], "env": { WILD: WILD }, "cwd": WILD,
            "description": WILD, WILD: { WILD: WILD },
        });
        let remote = json!({ "url": WILD, "headers": { WILD: WILD } });
        let servers = json!({ WILD: entry, "dev-tools": entry, "far": remote, "odd": 7, "no": { "url": [] } });
        for file in FILES {
            home.0.write(file, json!({ WILD: WILD, "mcpServers": servers }).to_string());
        }
        let kept = json!({ WILD: { "command": WILD, "env": { "A": WILD } }, "dev-tools": { "command": WILD } });
        for name in ["dev", "odd"] {
            let environment = json!({
                "description": WILD, "mcpServers": kept, "hosts": { "cursor": { WILD: { "env": { WILD: WILD } } } },
            });
            home.0.write(&home.own(&format!("envs/{name}.json")), environment.to_string());
        }
        let before = "mcp sync --auto-approve --on-conflict overwrite --from-env dev --to-host";
        home.line("host add known --adapter cursor --path known.json").ends(0);
        home.line(&format!("{before} cursor,gemini")).ends(0);
        home.line(&format!("{before} lmstudio --out plan.json")).ends(0);
        home
    }

    /// The name of one of hatch's own files, from the home folder.
    fn own(&self, name: &str) -> String {
        format!("own-{}/{name}", WILD.replace('/', "-"))
    }

    fn command(&self) -> Command {
        let mut command = self.0.command();
        command.env("HATCH_HOME", self.0.join(self.own("")).components().collect::<PathBuf>());
        command.env("EDITOR", "/bin/true");
        // Where there is no terminal, what one would obey is taken out on the way otherwise.
        command.args(["--color", "always"]);
        command
    }

    fn line(&self, line: &str) -> Run {
        self.0.run(self.command().args(line.split(' ')))
    }
}

#[test]
fn nothing_that_a_terminal_obeys_is_printed() {
    let mut shown = 0;
    for line in LINES {
        let home = WildHome::new();
        for more in ["", "--json"] {
            let mut command = home.command();
            let backups = home.0.join(home.own("backups"));
            command.args(arguments(line, &backups));
            command.args(Some(more).filter(|it| !it.is_empty()));
            let run = home.0.run(&mut command);
            for text in [&run.stdout, &run.stderr].map(|it| uncoloured(it)) {
                assert!(!text.contains(is_obeyed), "`{line} {more}` prints {text:?}");
                shown += usize::from(text.contains("\\u{202e}") || text.contains("\\u202e"));
            }
        }
    }
    assert!(shown > LINES.len(), "{shown} outputs show what is there");
}

#[test]
fn nothing_of_the_kind_is_printed_of_what_is_typed() {
    let home = WildHome::new();
    for line in [
        &["mcp", "sync", "--from-env", WILD, "--to-host", "cursor"][..],
        &["mcp", "sync", "--from-env", "dev", "--to-host", WILD],
        &["mcp", "sync", "--from-env", "dev", "--to-host", "cursor", "--servers", WILD],
        &["mcp", "sync", "--from-env", "dev", "--to-host", "cursor", "--pattern", WILD],
        &["mcp", "sync", "--from-env", "dev", "--to-host", "cursor", "--adapter", WILD],
        &["mcp", "configure", WILD, "--host", "cursor", "--command", WILD, "--dry-run"],
        &["mcp", "configure", "a", "--host", "cursor", "--env-var", WILD],
        &["mcp", "remove", "server", WILD, "--host", "cursor"],
        &["mcp", "apply", WILD],
        &["mcp", "undo", WILD],
        &["mcp", "backup", "restore", "cursor", "--backup", WILD],
        &["env", "create", WILD],
        &["env", "create", "new", "--from-file", WILD],
        &["env", "create", "new", "--description", WILD],
        &["env", "show", WILD],
        &["host", "add", WILD, "--adapter", "cursor", "--path", WILD],
        &["host", "add", "wild", "--adapter", "cursor", "--path", WILD],
        &["host", "add", "wild", "--adapter", "cursor", "--path", "own/x", "--json"],
        &["host", "list"],
        &["host", "remove", "wild"],
        &["man", WILD],
        &["adapter", "sign", "--new-key", WILD],
        &["adapter", "sign", WILD, "--key", WILD],
        &["adapter", "build", WILD],
        &["mcp", "backup", "list", WILD],
        &["env", "export", "dev", "--format", "hatch", "--out", WILD],
        &["schema", WILD],
        &[WILD],
        &["mcp", "sync", WILD],
        &["mcp", "sync", "--to-host", "cursor", "--from-env", "dev", "--on-conflict", WILD],
    ] {
        let run = home.0.run(home.command().args(line));
        let text = uncoloured(&(run.stdout + &run.stderr));
        assert!(!text.is_empty(), "{line:?} prints nothing");
        assert!(!text.contains(is_obeyed), "{line:?} prints {text:?}");
    }
}

/// A document that stays as it is, whatever is asked, and the words that say why.
#[track_caller]
fn is_refused(document: &[u8], words: &str) {
    let home = TestHome::new();
    home.environment("dev", crate::common::DEV);
    home.write(CURSOR, document);
    for line in [
        "mcp sync --from-env dev --to-host cursor --auto-approve",
        "mcp sync --from-host cursor --to-host gemini --create --auto-approve",
        "mcp configure a --host cursor --command x --auto-approve",
        "mcp remove server a --host cursor --auto-approve",
    ] {
        has(&fails(&home, line, 1), &[words]);
    }
    assert_eq!(home.read(CURSOR), document);
}

#[test]
fn what_is_no_text_is_refused_and_stays() {
    for (document, words) in [
        (&b"{\"note\": \"\xff\xfe\", \"mcpServers\": {}}"[..], "not valid UTF-8"),
        (b"{\"mcpServers\": {\"a\": {\"command\": \"\xed\xa0\x80\"}}}", "not valid UTF-8"),
        (b"{\"mcpServers\": {\"a\\ud800\": {}}}", "half of a surrogate pair"),
        (b"{\"mcpServers\": {}, \"x\": \"\\udc00\\ud800\"}", "half of a surrogate pair"),
        (b"{\"mcpServers\": {}}\0", "a zero byte"),
        (b"{\"mcpServers\": {\"a\0b\": {}}}", "control character"),
        (b"\0\0\0\0", "a zero byte"),
        (b"\xff\xfe{\x00}\x00", "the file is UTF-16"),
    ] {
        is_refused(document, words);
    }
}

#[test]
fn what_nests_without_end_is_refused_and_stays() {
    let nested = |open: &str, close: &str, inner: &str| {
        format!("{{\"mcpServers\": {}{inner}{}}}", open.repeat(100_000), close.repeat(100_000))
    };
    let deep = "more than 256 levels deep";
    is_refused(nested("[", "]", "").as_bytes(), deep);
    is_refused(nested("{\"a\":", "}", "1").as_bytes(), deep);
    is_refused("[".repeat(1_000_000).as_bytes(), deep);
    is_refused("{\"a\":".repeat(200_000).as_bytes(), deep);

    // The same in hatch's own files, and in what is brought in.
    let home = TestHome::new();
    let bomb = nested("[", "]", "");
    home.write(CURSOR, "{}");
    home.environment("dev", &bomb);
    home.write("plan.json", &bomb);
    home.write("paste.json", &bomb);
    for line in [
        "env show dev",
        "mcp sync --from-env dev --to-host cursor",
        "mcp apply plan.json --auto-approve",
        "env import new --from-file paste.json",
        "env import new --from-hatch-py paste.json",
    ] {
        fails(&home, line, 1);
    }
    for own in ["settings.json", "state.json", "journal.json"] {
        let home = TestHome::new();
        home.write(CURSOR, "{}");
        home.write(&format!(".hatch/{own}"), &bomb);
        let run = home.line("mcp list hosts");
        assert!(run.code < 2 && !run.stderr.contains("fault of its own"), "{own}: {run:?}");
        let run = home.line("mcp configure a --host cursor --command x --auto-approve");
        assert!(run.code < 2 && !run.stderr.contains("fault of its own"), "{own}: {run:?}");
    }
}

#[test]
fn a_nul_and_other_signs_are_carried_as_they_are() {
    let home = TestHome::new();
    let odd = r#"{ "mcpServers": { "a\u0000\u001b/..\\b": { "command": "x\u0000\u0007y" } } }"#;
    home.write(GEMINI, odd);
    home.write(CURSOR, "{}");
    home.line("mcp sync --from-host gemini --to-host cursor --auto-approve").ends(0);
    let read = |file| serde_json::from_slice::<serde_json::Value>(&home.read(file)).unwrap();
    assert_eq!(read(CURSOR)["mcpServers"], read(GEMINI)["mcpServers"]);
    assert_eq!(home.text(GEMINI), odd);
}

#[test]
fn of_twins_the_last_is_live_and_all_go() {
    let home = TestHome::new();
    let twins = r#"{ "mcpServers": { "gone": {} }, "mcpServers": {
        "a": { "command": "first" }, "b": { "command": "b" }, "a": { "command": "last", "args": [] } } }"#;
    home.write(CURSOR, twins);
    home.write(GEMINI, "{}");
    let listed = home.line("mcp show servers --json").expect(0).stdout;
    has(&listed, &["\"last\""]);
    assert!(!listed.contains("\"first\"") && !listed.contains("\"gone\""), "{listed}");
    home.line("mcp configure a --host cursor --command new --auto-approve").ends(0);
    assert_eq!(home.text(CURSOR), twins.replace("\"last\"", "\"new\""));
    home.line("mcp remove server a --host cursor --auto-approve").ends(0);
    let text = home.text(CURSOR);
    assert!(
        !text.contains("\"a\"") && text.contains("\"b\"") && text.contains("\"gone\""),
        "{text}"
    );
}

#[test]
fn a_name_that_is_a_path_leads_nowhere() {
    let home = TestHome::new();
    home.write(CURSOR, r#"{ "mcpServers": { "../../../evil": { "command": "x" } } }"#);
    home.write(GEMINI, "{}");
    home.line("mcp sync --from-host cursor --to-host gemini --auto-approve").ends(0);
    for name in ["../evil", "..", "a/b", "a\\b", ".", "", "evil.json/"] {
        let run = home.hatch(["env", "create", name]);
        assert_ne!(run.code, 0, "{name:?}");
    }
    assert!(home.files().keys().all(|path| !path.to_string_lossy().contains("evil")));
}
