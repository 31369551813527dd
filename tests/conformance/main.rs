//! The conformance suite: built-in adapters and tables keep every promise, and adapters that are wrong
//! in one way each are found by the check that is for it, in words that say so.
#![expect(clippy::disallowed_methods, reason = "cases are test data, and not users' files")]
#![expect(clippy::unwrap_used, reason = "a test that can't go on has failed")]

mod cases;
mod faults;
mod wrong;

use std::fs;

use hatch_adapter_kit::conformance::{self, Fault, Promise, Tried};
use hatch_adapters::BUILTIN;
use hatch_sandbox::Table;
use hatch_tests::workspace;

/// All that was found, as a person reads it.
pub(crate) fn told(all: &[Tried]) -> String {
    let mut lines = String::new();
    for tried in all {
        for Fault { what, advice, .. } in &tried.faults {
            lines.push_str(&format!("{}: {what}\n    {advice}\n", tried.promise));
        }
        if let Some(why) = &tried.untried {
            lines.push_str(&format!("{}: {why}\n", tried.promise));
        }
    }
    lines
}

#[test]
fn built_in_adapters_keep_every_promise() {
    for builtin in BUILTIN {
        let all = conformance::check(&builtin.adapter().unwrap(), |_| true);
        assert_eq!(all.len(), Promise::ALL.len());
        assert_eq!(told(&all), "", "{}", builtin.id);
    }
}

#[test]
fn tables_keep_every_promise() {
    let mut tried = 0;
    for folder in fs::read_dir(workspace().join("adapters/tables")).unwrap() {
        let folder = folder.unwrap();
        let text = fs::read_to_string(folder.path().join("adapter.toml")).unwrap();
        let adapter = hatch_adapters::of_table(&Table::parse(&text).unwrap());
        let all = conformance::check(&adapter, |_| true);
        assert_eq!(told(&all), "", "{}", folder.path().display());
        tried += 1;
    }
    assert!(tried >= 10, "{tried} tables");
}
