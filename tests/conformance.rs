//! The conformance suite on the built-in adapters.
#![expect(clippy::unwrap_used, reason = "a test that can't go on has failed")]

use hatch_adapter_kit::conformance::{self, Tried};
use hatch_adapters::BUILTIN;

fn told(all: &[Tried]) -> Vec<String> {
    let faults = all.iter().flat_map(|tried| tried.faults.iter().map(move |it| (tried, it)));
    let mut lines: Vec<_> =
        faults.map(|(tried, it)| format!("{}: {}", tried.promise, it.what)).collect();
    lines.extend(
        all.iter().filter_map(|it| Some(format!("{}: {}", it.promise, it.untried.clone()?))),
    );
    lines
}

#[test]
fn built_in_adapters_keep_every_promise() {
    for builtin in BUILTIN {
        let all = conformance::check(&builtin.adapter().unwrap(), |_| true);
        assert_eq!(all.len(), conformance::Promise::ALL.len());
        let told = told(&all);
        assert!(told.is_empty(), "{}:\n{}", builtin.id, told.join("\n"));
    }
}
