//! Whole processes, from start to end: the command, and the same command with its adapters
//! linked natively, in turn, so that both meet the same moods of the machine.
//!
//! `cargo bench --bench processes [-- FILTER]` prints a table in Markdown. Figures are
//! medians; the ratio is the median of the ratios of neighbours.
#![expect(clippy::print_stdout, reason = "it is there to print")]

use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use hatch_tests::{TestHome, made};

const SANDBOXED: &str = env!("CARGO_BIN_EXE_hatch-under-test");
const NATIVE: &str = env!("CARGO_BIN_EXE_hatch-native");

/// A command line, and the home folder that each run begins with.
struct Case {
    name: String,
    line: &'static str,
    /// Pairs of runs.
    runs: usize,
    prepare: Box<dyn Fn(&TestHome)>,
}

impl Case {
    fn new(
        name: impl Into<String>,
        line: &'static str,
        runs: usize,
        prepare: impl Fn(&TestHome) + 'static,
    ) -> Self {
        Case { name: name.into(), line, runs, prepare: Box::new(prepare) }
    }
}

/// The files of four hosts, with so many servers in each.
fn four_hosts(home: &TestHome, servers: usize) {
    let plain = made::stdio_document("present", servers);
    home.write(".config/Claude/claude_desktop_config.json", &plain);
    home.write(".cursor/mcp.json", &plain);
    home.write(".gemini/settings.json", &plain);
    home.write(".lmstudio/mcp.json", &plain);
}

fn cases() -> Vec<Case> {
    let mut cases = vec![
        Case::new("`--version`", "--version", 200, |_| {}),
        Case::new("`discover hosts`", "mcp discover hosts", 200, |home| four_hosts(home, 5)),
        Case::new("`list hosts`, 4 hosts of 5 servers", "mcp list hosts", 300, |home| {
            four_hosts(home, 5);
        }),
        Case::new("`list hosts`, 4 hosts of 100 servers", "mcp list hosts", 100, |home| {
            four_hosts(home, 100);
        }),
    ];
    for (servers, runs) in [(1, 60), (10, 60), (100, 60), (1_000, 20), (10_000, 5)] {
        let prepare = move |home: &TestHome| {
            four_hosts(home, 5);
            home.environment("bench", &made::document("new", servers));
        };
        for (name, line) in [
            ("dry run", "mcp sync --from-env bench --to-host cursor,gemini,lmstudio --dry-run"),
            (
                "written",
                "mcp sync --from-env bench --to-host cursor,gemini,lmstudio --auto-approve",
            ),
        ] {
            let name = format!("`sync`, {servers} servers to 3 hosts, {name}");
            cases.push(Case::new(name, line, runs, prepare));
        }
    }
    cases.push(Case::new("`list hosts`, one document of 10 MB", "mcp list hosts", 10, |home| {
        home.write(".cursor/mcp.json", made::document_of_size(10 << 20));
    }));
    cases
}

/// How long one run takes, with everything as it was before.
fn run(program: &str, case: &Case) -> Duration {
    let home = TestHome::new();
    (case.prepare)(&home);
    let mut command = Command::new(program);
    command.args(case.line.split(' ')).env_clear().env("HOME", home.path());
    command.env("USERPROFILE", home.path()).current_dir(home.path());
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    let start = Instant::now();
    let status = command.status().expect("the command runs");
    let time = start.elapsed();
    assert!(status.success(), "{}", case.name);
    time
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

fn measure(case: &Case, runs: usize) {
    let (mut sandboxed, mut native, mut ratios) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..runs {
        let (a, b) = (run(SANDBOXED, case).as_secs_f64(), run(NATIVE, case).as_secs_f64());
        sandboxed.push(a);
        native.push(b);
        ratios.push(a / b);
    }
    println!(
        "| {} | {:.2} ms | {:.2} ms | {:.2} |",
        case.name,
        median(sandboxed) * 1e3,
        median(native) * 1e3,
        median(ratios),
    );
}

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    // `cargo bench` passes this, `cargo test` does not: there, each case runs once.
    let is_bench = arguments.iter().any(|argument| argument == "--bench");
    let filter = arguments.iter().find(|argument| !argument.starts_with('-'));
    println!("| command | sandboxed | native | ratio |\n| --- | --- | --- | --- |");
    for case in cases() {
        if filter.is_none_or(|filter| case.name.contains(filter.as_str())) {
            measure(&case, if is_bench { case.runs } else { 1 });
        }
    }
}
