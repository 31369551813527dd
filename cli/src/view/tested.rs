//! How an adapter was tested, for people.

use std::fmt::Write as _;

use hatch_adapter_kit::conformance::Promise;
use similar::{ChangeTag, TextDiff};

use super::json_tested::{AdapterTest, FaultRow};
use super::sanitize::{sanitize, sanitize_line};
use super::style::{ADD, DIM, ERROR, HINT, HOST, REMOVE, UPDATE};
use super::{count, plural};

/// All checks and cases, with what is wrong, and a summary.
pub fn report(test: &AdapterTest) -> String {
    let mut text = String::new();
    if let (Some(id), Some(name)) = (&test.adapter, &test.name) {
        let _ = writeln!(text, "{HOST}{}{HOST:#} ({id})", sanitize_line(name));
    }
    let width = test.checks.iter().map(|check| check.name.len()).max().unwrap_or_default();
    for check in &test.checks {
        let (name, promise) = (check.name, check.promise);
        let _ = writeln!(text, "  {} {name:width$}  {promise}", mark(check.passed));
        if let Some(why) = &check.untried {
            let _ = writeln!(text, "      {DIM}not tried: {}{DIM:#}", sanitize_line(why));
        }
        check.faults.iter().for_each(|it| fault(&mut text, it));
    }
    if !test.cases.is_empty() {
        let _ = writeln!(text, "{HOST}Cases{HOST:#}");
    }
    for case in &test.cases {
        let _ = writeln!(text, "  {} {}", mark(case.passed), sanitize_line(&case.name));
        if !case.blessed.is_empty() {
            let files = case.blessed.join(", ");
            let _ = writeln!(text, "      {UPDATE}written: {files}{UPDATE:#}");
        }
        case.faults.iter().for_each(|it| fault(&mut text, it));
    }
    text + &summary(test)
}

fn mark(passed: bool) -> String {
    if passed { format!("{ADD}✓{ADD:#}") } else { format!("{ERROR}✗{ERROR:#}") }
}

fn fault(text: &mut String, row: &FaultRow) {
    let _ = writeln!(text, "      {}", sanitize(&row.fault).replace('\n', "\n      "));
    if let (Some(expected), Some(found)) = (&row.expected, &row.found) {
        for line in difference(expected, found) {
            let _ = writeln!(text, "        {line}");
        }
    }
    let _ = writeln!(text, "      {HINT}hint{HINT:#}: {}", sanitize(&row.advice));
}

/// The lines that differ, and those around them.
fn difference(expected: &str, found: &str) -> Vec<String> {
    let diff = TextDiff::from_lines(expected, found);
    let mut lines = Vec::new();
    for hunk in diff.unified_diff().context_radius(2).iter_hunks() {
        for change in hunk.iter_changes() {
            let line = sanitize_line(change.value().trim_end_matches(['\n', '\r']));
            lines.push(match change.tag() {
                ChangeTag::Equal => format!(" {line}"),
                ChangeTag::Insert => format!("{ADD}+{line}{ADD:#}"),
                ChangeTag::Delete => format!("{REMOVE}-{line}{REMOVE:#}"),
            });
        }
    }
    lines
}

fn summary(test: &AdapterTest) -> String {
    let failed = |passed: &mut dyn Iterator<Item = bool>| passed.filter(|passed| !passed).count();
    let (checks, cases) = (test.checks.len(), test.cases.len());
    let broken = failed(&mut test.checks.iter().map(|it| it.passed));
    let wrong = failed(&mut test.cases.iter().map(|it| it.passed));
    let mut parts = Vec::new();
    if checks > 0 {
        parts.push(match broken {
            0 => format!("{} kept", count(checks, "promise")),
            _ => format!("{broken} of {} broken", count(checks, "promise")),
        });
    }
    match (cases, wrong) {
        // With a filter there may be some.
        (0, _) if checks > Promise::ALL.len() => parts.push("no cases".to_owned()),
        (0, _) => {}
        (_, 0) => parts.push(format!(
            "{} {} as written",
            count(cases, "case"),
            plural(cases, "comes out", "come out")
        )),
        (_, _) => parts.push(format!("{wrong} of {} wrong", count(cases, "case"))),
    }
    parts.join(", ") + "\n"
}
