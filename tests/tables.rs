//! Tables: each of `adapters/tables`, its cases through the engine and the sandbox, and what
//! holds of all of them.
#![expect(clippy::disallowed_methods, reason = "tables are test data, and not users' files")]
#![expect(clippy::unwrap_used, reason = "a test that can't go on should say where")]

use std::fs;
use std::path::PathBuf;

use hatch_adapter_kit::conformance::{self, cases::Case};
use hatch_adapter_sdk::Section;
use hatch_adapter_table::{DOCUMENT, with_dialect};
use hatch_sandbox::{SandboxedAdapter, Table, TableError};
use hatch_tests::workspace;
use serde_json::{Map, Value, json};

/// A table that is shipped: its host's id, and its text.
fn tables() -> Vec<(String, String)> {
    let folders = fs::read_dir(workspace().join("adapters/tables")).unwrap();
    let folders: Vec<PathBuf> = folders.map(|entry| entry.unwrap().path()).collect();
    let mut tables: Vec<_> = folders
        .iter()
        .map(|folder| {
            let id = folder.file_name().unwrap().to_str().unwrap().to_owned();
            (id, fs::read_to_string(folder.join("adapter.toml")).unwrap())
        })
        .collect();
    tables.sort();
    assert!(tables.len() >= 10, "{} tables", tables.len());
    tables
}

fn adapter(text: &str) -> SandboxedAdapter {
    let table = Table::parse(text).unwrap_or_else(|error| panic!("{error}"));
    hatch_adapters::of_table(&table)
}

#[test]
fn cases_come_out_as_written() {
    for (id, text) in tables() {
        let adapter = adapter(&text);
        let cases = Case::all(&workspace().join(format!("adapters/tables/{id}/cases"))).unwrap();
        assert!(cases.len() >= 3, "`{id}` has {} cases", cases.len());
        for case in cases {
            if std::env::var_os("HATCH_BLESS").is_some() {
                case.bless(&adapter).unwrap();
            }
            assert_eq!(case.check(&adapter).unwrap(), [], "{id}/{}", case.name);
        }
    }
}

#[test]
fn tables_keep_the_promises_of_every_adapter() {
    for (id, text) in tables() {
        for tried in conformance::check(&adapter(&text), |_| true) {
            assert_eq!(tried.faults, [], "{id}: {}", tried.promise);
        }
    }
}

/// Both sides derive what a table can say: the engine from the file, and the component from
/// what it is handed.
#[test]
fn the_component_has_the_fields_that_the_descriptor_names() {
    for (id, text) in tables() {
        let table = Table::parse(&text).unwrap();
        assert_eq!(table.descriptor().id.as_str(), id, "a folder is called as its host");
        let named = serde_json::to_value(&table.descriptor().fields).unwrap();
        let handed = Section {
            document: DOCUMENT.to_owned(),
            path: vec![],
            value: Some(table.dialect().to_owned()),
        };
        let fields = with_dialect(&[handed], |dialect| Ok(dialect.fields())).unwrap();
        assert_eq!(json!(fields), named, "{id}");
    }
}

const BASE: &str = r#"id = "example"
name = "Example"
homepage = "https://example.com"
transports = ["stdio", "streamable-http", "sse"]

[[documents]]
id = "config"
format = "json"
prefer = "existing-file"
sections = [["mcpServers"], ["other"]]
locations = [{ scope = "user", root = "home", path = ".example.json" }]

[dialect]
section = ["mcpServers"]
disabled = "disabled"
transport = { key = "type", http = "http", sse = "sse", bare-url = "error" }
oauth = { object = "oauth", client-id = "clientId" }

[dialect.timeouts]
request = { key = "timeout", unit = "s", min = 1, max = 3600 }

[dialect.references]
env = "${env:NAME}"
in = ["env"]
"#;

/// What is wrong with the table that [`BASE`] becomes.
fn error(from: &str, to: &str) -> TableError {
    assert!(BASE.contains(from), "{from}");
    let text = BASE.replacen(from, to, 1);
    Table::parse(&text).err().unwrap_or_else(|| panic!("{text}"))
}

#[test]
fn errors_point_at_what_is_wrong() {
    Table::parse(BASE).unwrap();
    let mut wrong = Vec::new();
    for (from, to, mark, reason) in [
        // No TOML.
        ("id = \"example\"", "id = ", "", "string values must be quoted, expected literal string"),
        ("id = ", "name = \"a\"\nid = ", "name = \"Example\"", "duplicate key"),
        // Another shape.
        ("homepage", "homepages", "homepages", "unknown key `homepages`; did you mean `homepage`?"),
        ("homepage = \"https://example.com\"\n", "", "id =", "`homepage` is missing"),
        ("\"Example\"", "5", "5", "invalid type: integer `5`, expected a string"),
        ("\"example\"", "\"Ex\"", "\"Ex\"", "`Ex` is no host name"),
        ("prefer", "prefers", "prefers", "did you mean `prefer`?"),
        ("prefer = \"existing-file\"\n", "", "[[documents]]", "`prefer` is missing"),
        ("locations = [{ ", "locations = [{ sytem = 1, ", "sytem", "did you mean `systems`?"),
        ("format =", "accepts_bom = true\nformat =", "accepts_bom", "did you mean `accepts-bom`"),
        ("id = ", "fields = []\nid = ", "fields", "it follows from `[dialect]`"),
        ("disabled =", "disable =", "disable", "did you mean `disabled`"),
        ("oauth = {", "remote = []\noauth = {", "remote", "a table of keys, and no list"),
        ("oauth = {", "tools = { deny = \"x\" }\nstdio = []\noauth = {", "stdio", "no list"),
        (
            "{ key = \"timeout\", unit = \"s\", min = 1, max = 3600 }",
            "[\"t\", \"s\"]",
            "request",
            "no list",
        ),
        ("[{ scope", "[[], { scope", "[]", "a table of keys, and no list"),
        ("client-id", "client", "client", "did you mean `client-id`"),
        ("unit = \"s\"", "unit = \"sec\"", "\"sec\"", "unknown word `sec`"),
        ("bare-url = \"error\"", "bare-url = \"eror\"", "\"eror\"", "did you mean `error`?"),
        ("[\"env\"]", "[\"envs\"]", "\"envs\"", "did you mean `env`"),
        ("http = \"http\"", "http = 5", "5", "expected a string or a list of strings"),
        // The rules for every descriptor.
        (".example.json", "../x", "\"../x\"", "the table asks for a path that it may not have"),
        ("[\"other\"]", "[\"mcpServers\", \"a\"]", "\"config\"", "has sections that overlap"),
        ("\"Example\"", "\"\\u001b[31m\"", "documents", "gives a name that can't be"),
        ("format = \"json\"", "format = \"toml\"", "format", "documents in JSON"),
        // Sections and transports.
        (
            "section = [\"mcpServers\"]",
            "section = [\"servers\"]",
            "section",
            "`mcpServers`, `other`",
        ),
        ("section = [\"mcpServers\"]\n", "", "dialect]", "which one holds the servers"),
        ("\"stdio\", ", "", "transports", "hosts that speak `stdio`"),
        (", \"sse\"]", "]", "sse = \"sse\"", "so there is no word for it"),
        ("http = \"http\", ", "", "transport =", "neither a word here"),
        ("sse = \"sse\"", "sse = \"http\"", "sse =", "`http` is a word for `http` already"),
        ("sse = \"sse\"", "sse = \"\"", "sse =", "a word can't be empty"),
        (
            "key = \"type\"",
            "key = \"type\", stdio = [], stdio-is-marked = true",
            "stdio-is-marked",
            "",
        ),
        // Keys.
        (
            "key = \"timeout\"",
            "key = \"command\"",
            "request =",
            "`command` is the key for `stdio.command`",
        ),
        ("\"clientId\"", "\"\"", "client-id", "a key can't be empty"),
        ("disabled = ", "enabled = \"on\"\ndisabled = ", "enabled", "`disabled` has said already"),
        ("disabled = \"disabled\"", "cannot-disable = \"\"", "cannot-disable", "a phrase"),
        ("min = 1,", "min = 4000,", "min", "`min` is more than `max`"),
        // References.
        ("${env:NAME}", "${env:X}", "env =", "`${env:X}` has no `NAME`"),
        ("${env:NAME}", "NAME}", "env =", "so that any text would be one"),
        ("env = \"${env:NAME}\"", "input = \"${input:ID\"", "input", "nobody knows where it ends"),
        (
            "env = \"${env:NAME}\"",
            "env-default = \"${NAMEDEFAULT}\"",
            "env-default",
            "has nothing before `DEFAULT`",
        ),
        ("env = \"${env:NAME}\"\n", "", "in =", "there is no reference"),
        ("[\"env\"]", "[]", "in =", "a reference has to stand somewhere"),
    ] {
        let error = error(from, to);
        let at: String = error.text.chars().skip(error.column - 1).collect();
        if !error.reason.contains(reason) || !at.starts_with(mark) {
            wrong.push(format!("{from} => {to}: {error}"));
        }
    }
    assert_eq!(wrong, [""; 0], "{}", wrong.join("\n"));
}

#[test]
fn an_error_shows_its_line() {
    let error = error("disabled = ", "disable = ");
    assert_eq!(
        error.to_string(),
        "line 15, column 1: unknown key `disable`; did you mean `disabled`?\n15 | disable = \"disabled\"\n     ^"
    );
}

#[test]
fn a_host_of_local_servers_alone_needs_no_more() {
    let text = BASE.replace(r#", "streamable-http", "sse"]"#, "]");
    let text = text
        .lines()
        .filter(|line| !line.starts_with("transport = "))
        .fold(String::new(), |text, line| text + line + "\n");
    let table = Table::parse(&text).unwrap();
    assert!(table.dialect().contains("--bridge"), "{}", table.dialect());
    let sse = BASE.replace(r#""streamable-http", "#, "").replace("transport = {", "# {");
    assert!(Table::parse(&sse).unwrap_err().reason.contains("needs a `transport`"));
}

/// A value as TOML on one line; there is none of `null`.
fn toml(value: &Value) -> String {
    let list = |items: Vec<String>| items.join(", ");
    match value {
        Value::Object(members) => {
            let member =
                |(key, value): (&String, &Value)| format!("{} = {}", json!(key), toml(value));
            format!("{{ {} }}", list(members.iter().map(member).collect()))
        }
        Value::Array(items) => format!("[{}]", list(items.iter().map(toml).collect())),
        other => other.to_string(),
    }
}

fn parses(table: &Map<String, Value>) -> bool {
    let lines = table.iter().map(|(key, value)| format!("{} = {}\n", json!(key), toml(value)));
    Table::parse(&lines.collect::<String>()).is_ok()
}

/// Calls with every object in a value, as a pointer.
fn each_object(value: &Value, at: &str, call: &mut impl FnMut(&str, &Map<String, Value>)) {
    match value {
        Value::Object(members) => {
            call(at, members);
            for (key, member) in members {
                each_object(member, &format!("{at}/{key}"), call);
            }
        }
        Value::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                each_object(item, &format!("{at}/{index}"), call);
            }
        }
        _ => {}
    }
}

/// What the schema takes off an editor's hands, the reader refuses as well: each table without
/// any one member, with another in its place, and with one more.
#[test]
fn tables_keep_to_the_published_schema() {
    let schema: Value = serde_json::from_str(include_str!("../wit/table.schema.json")).unwrap();
    let schema = jsonschema::validator_for(&schema).unwrap();
    let (mut refused, mut taken) = (0, 0);
    let mut texts = tables();
    texts.push(("base".to_owned(), BASE.to_owned()));
    for (id, text) in texts {
        let whole: Value = toml::from_str(&text).unwrap();
        assert!(schema.is_valid(&whole) && parses(whole.as_object().unwrap()), "{id}");
        each_object(&whole, "", &mut |object, members| {
            let mut try_with = |key: &str, new: Option<Value>| {
                let mut other = whole.clone();
                let members = other.pointer_mut(object).unwrap().as_object_mut().unwrap();
                match new {
                    Some(new) => drop(members.insert(key.to_owned(), new)),
                    None => drop(members.shift_remove(key)),
                }
                let parses = parses(other.as_object().unwrap());
                assert!(!parses || schema.is_valid(&other), "{id}: {object}/{key}: {other}");
                let is_shape = key == "unknown";
                assert!(!is_shape || !(parses || schema.is_valid(&other)), "{id}: {object}/{key}");
                taken += usize::from(parses);
                refused += usize::from(!parses);
            };
            for key in members.keys() {
                for new in [json!(7), json!(""), json!([]), json!({}), json!(true), json!("x y")] {
                    try_with(key, Some(new));
                }
                try_with(key, None);
            }
            try_with("unknown", Some(json!("x")));
        });
    }
    assert!(refused > 500 && taken > 200, "{refused} refused, {taken} taken");
}

/// Each key that the schema knows is one that the reader knows, wherever it stands.
#[test]
fn the_schema_knows_what_the_reader_knows() {
    let schema: Value = serde_json::from_str(include_str!("../wit/table.schema.json")).unwrap();
    let dialect = &schema["$defs"]["dialect"]["properties"];
    for table in ["", "stdio", "remote", "transport", "oauth", "timeouts", "tools", "references"] {
        let (object, name) = match table {
            "" => (dialect, "dialect".to_owned()),
            table => (&dialect[table]["properties"], format!("dialect.{table}")),
        };
        let shown: Vec<&str> = object.as_object().unwrap().keys().map(String::as_str).collect();
        let lines = BASE.lines().take_while(|line| *line != "[dialect]");
        let top: String = lines.map(|line| format!("{line}\n")).collect();
        let error = Table::parse(&format!("{top}[{name}]\nzzzz = 1\n")).unwrap_err();
        let known: Vec<&str> = error.reason.split('`').skip(3).step_by(2).collect();
        assert_eq!(known, shown, "{error}");
    }
}

/// Every block of the page is a table, or a part that one can have.
#[test]
fn the_page_on_tables_has_tables() {
    let page = fs::read_to_string(workspace().join("docs/table-adapters.md")).unwrap();
    let blocks: Vec<&str> =
        page.split("```toml\n").skip(1).map(|rest| rest.split("```").next().unwrap()).collect();
    assert!(blocks.len() > 5, "{} blocks", blocks.len());
    let whole = blocks[0].split("[dialect]").next().unwrap();
    Table::parse(blocks[0]).unwrap();
    let misspelt = blocks[0].replace("[dialect]\n", "[dialect]\nstdio = { comand = \"x\" }\n");
    let error = Table::parse(&misspelt).unwrap_err().to_string();
    assert!(page.contains(&error), "{error}");
    for block in &blocks[1..] {
        let text = match block.contains("[dialect]") {
            true => format!("{whole}{block}"),
            false => format!("{whole}[dialect]\n{block}"),
        };
        Table::parse(&text).unwrap_or_else(|error| panic!("{error}"));
    }
}
