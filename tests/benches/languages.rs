//! What an adapter costs in each language, as `docs/adapters-in-other-languages.md` has it: of
//! the examples that `cargo test --features examples --test examples` has built, and of one of
//! our own.
//!
//! `cargo bench --bench languages` prints a table in Markdown. Figures are medians.
#![expect(clippy::disallowed_methods, reason = "what was built is looked at")]
#![expect(clippy::print_stdout, reason = "it is there to print")]
#![expect(clippy::unwrap_used, reason = "a measurement that can't go on should say where")]

use std::time::{Duration, Instant};

use hatch_core::adapter::{Edit, HostAdapter, Section};
use hatch_core::server::{Server, ServerName, Stdio, Timeouts, ToolFilter, Transport};
use hatch_core::template::Template;
use hatch_sandbox::{SandboxedAdapter, compile};
use hatch_tests::workspace;

fn main() {
    let examples = workspace().join("adapters/examples");
    let rust = workspace().join("adapters/components/cursor.wasm");
    let built = |example: &str| examples.join(example).join("adapter.wasm");
    println!("| | size | compile | load, first call | read 1 KB | read 10,000 | put into 10,000 |");
    println!("| --- | --- | --- | --- | --- | --- | --- |");
    for (language, path) in [
        ("Rust", rust),
        ("C", built("crush")),
        ("JavaScript", built("opencode")),
        ("Python", built("vscode")),
    ] {
        let Ok(component) = std::fs::read(&path) else {
            println!("| {language} | not built: cargo test --features examples --test examples |");
            continue;
        };
        let (compiled, compile_time) = clocked(|| compile(&component).unwrap());
        let loads =
            (0..9).map(|_| clocked(|| SandboxedAdapter::describe(compiled.clone(), "it")).1);
        let load = median(loads);
        let adapter = SandboxedAdapter::describe(compiled.clone(), "it").unwrap();
        let (small, large) = (servers(&adapter, 8), servers(&adapter, 10_000));
        let read_small = median((0..99).map(|_| clocked(|| adapter.read(&small).unwrap()).1));
        let read_large = median((0..3).map(|_| clocked(|| adapter.read(&large).unwrap()).1));
        let more = [Edit::Put(server("more"))];
        let put = median((0..3).map(|_| clocked(|| adapter.write(&large, &more).unwrap()).1));
        println!(
            "| {language} | {} KB | {compile_time:.2?} | {load:.2?} | {read_small:.2?} | \
             {read_large:.2?} | {put:.2?} |",
            component.len() / 1024,
        );
    }
}

/// The sections with so many servers in them; eight are about a kilobyte.
fn servers(adapter: &SandboxedAdapter, count: usize) -> Vec<Section> {
    let document = &adapter.descriptor().documents[0];
    let absent: Vec<_> = document
        .sections
        .iter()
        .map(|path| Section { document: document.id.clone(), path: path.clone(), value: None })
        .collect();
    let edits: Vec<_> = (0..count).map(|at| Edit::Put(server(&format!("s{at}")))).collect();
    // Some at a time, so that no call comes near its limits.
    edits.chunks(500).fold(absent, |sections, edits| {
        let changed = adapter.write(&sections, edits).unwrap().sections;
        let now = |old: Section| {
            let new = changed.iter().find(|new| new.path == old.path);
            new.cloned().unwrap_or(old)
        };
        sections.into_iter().map(now).collect()
    })
}

fn server(name: &str) -> Server {
    let args = ["-y", "some-mcp@latest", "--log-level", "debug"].map(Template::literal);
    let transport = Transport::Stdio(Stdio {
        command: Template::literal("npx"),
        args: args.to_vec(),
        ..Stdio::default()
    });
    Server {
        name: ServerName::new(name).unwrap(),
        transport,
        enabled: None,
        description: None,
        timeouts: Timeouts::default(),
        tools: ToolFilter::default(),
        extras: Vec::new(),
    }
}

fn clocked<T>(work: impl FnOnce() -> T) -> (T, Duration) {
    let begun = Instant::now();
    let done = work();
    (done, begun.elapsed())
}

fn median(times: impl Iterator<Item = Duration>) -> Duration {
    let mut times: Vec<_> = times.collect();
    times.sort();
    times[times.len() / 2]
}
