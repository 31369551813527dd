//! Tables: each of `adapters/tables`, its cases through the engine and the sandbox, and what
//! holds of all of them.
#![expect(clippy::disallowed_methods, reason = "tables are test data, and not users' files")]
#![expect(clippy::unwrap_used, reason = "a test that can't go on should say where")]

use std::fs;
use std::path::PathBuf;

use hatch_adapter_kit::conformance::cases::Case;
use hatch_sandbox::{SandboxedAdapter, Table};
use hatch_tests::workspace;

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
