//! Adapters in other languages, the worked examples and a fresh project of each template: they
//! are built with the tools of their languages and run in the sandbox.
//!
//! `cargo test --features examples --test examples` fetches those tools with npm and pip, and
//! needs clang and a Rust toolchain for WebAssembly.
#![expect(clippy::disallowed_methods, reason = "what is built is looked at")]
#![expect(clippy::print_stdout, reason = "what takes long says so")]
#![expect(clippy::unwrap_used, reason = "a test that can't go on should say where")]

use std::path::Path;
use std::time::{Duration, Instant};

use hatch_adapter_kit::conformance::{self, cases::Case};
use hatch_adapter_kit::new;
use hatch_adapter_kit::{Project, build};
use hatch_core::adapter::{Edit, HostAdapter, Section};
use hatch_core::server::{Server, ServerName, Stdio, Timeouts, ToolFilter, Transport};
use hatch_core::template::Template;
use hatch_sandbox::{SandboxedAdapter, compile};
use hatch_tests::workspace;

/// Builds a project, which is asked what it is.
fn built(folder: &Path) -> (Project, SandboxedAdapter) {
    let manifest = std::fs::read_to_string(folder.join("adapter.toml")).unwrap();
    let project = Project::read(folder, &manifest).unwrap();
    let component = build(&project, &|step| println!("{}: {step}", folder.display())).unwrap();
    assert_eq!(component, std::fs::read(project.adapter()).unwrap());
    let adapter = SandboxedAdapter::describe(compile(&component).unwrap(), "it").unwrap();
    (project, adapter)
}

/// All that an adapter has to do, told by its cases and by what holds for every one.
fn check(folder: &Path) {
    let (project, adapter) = built(folder);
    let cases = Case::all(&project.cases()).unwrap();
    assert!(cases.len() > 2, "{} has {} cases", folder.display(), cases.len());
    for case in cases {
        if std::env::var_os("HATCH_BLESS").is_some() {
            case.bless(&adapter).unwrap();
        }
        assert_eq!(case.check(&adapter).unwrap(), [], "{}: {}", folder.display(), case.name);
    }
    let mut broken = Vec::new();
    for tried in conformance::check(&adapter, |_| true) {
        broken.extend(tried.faults.iter().map(|it| format!("{}: {}", tried.promise, it.what)));
        if let Some(why) = tried.untried {
            println!("{}: {} was not tried: {why}", folder.display(), tried.promise);
        }
    }
    assert!(broken.is_empty(), "{}\n{}", folder.display(), broken.join("\n"));
}

fn example(name: &str) {
    check(&workspace().join("adapters/examples").join(name));
}

/// A project as `hatch adapter new` makes it. What earlier ones were built with is kept: Rust's
/// standard library, and tools that an example has fetched.
fn template(template: new::Template, tools: Option<&str>) {
    let name = format!("{template:?}").to_lowercase();
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("templates").join(name);
    let (build, kept) = (folder.join("build"), folder.with_extension("build"));
    if build.exists() {
        std::fs::rename(&build, &kept).unwrap();
    }
    if folder.exists() {
        std::fs::remove_dir_all(&folder).unwrap();
    }
    new::create(&folder, "my-editor", "My Editor", template).unwrap();
    if kept.exists() {
        std::fs::rename(&kept, &build).unwrap();
    }
    #[cfg(unix)]
    if let Some(tools) = tools {
        let fetched = workspace().join("adapters/examples").join(tools).canonicalize().unwrap();
        std::os::unix::fs::symlink(&fetched, folder.join(fetched.file_name().unwrap())).unwrap();
    }
    check(&folder);
}

// The first of each pair fetches what the second one needs, too.

#[test]
fn javascript_does_what_is_asked() {
    example("opencode");
    template(new::Template::Javascript, Some("opencode/node_modules"));
}

#[test]
fn python_does_what_is_asked() {
    example("vscode");
    template(new::Template::Python, Some("vscode/.venv"));
}

#[test]
fn c_does_what_is_asked() {
    example("crush");
    template(new::Template::C, None);
}

#[test]
fn rust_does_what_is_asked() {
    template(new::Template::Rust, None);
}

/// What the languages cost, as `docs/adapters-in-other-languages.md` has it, of what the other
/// tests have built:
///
/// `cargo test --features examples --test examples -- --ignored --nocapture`
#[test]
#[ignore = "it measures, on a machine that does nothing else"]
fn what_the_languages_cost() {
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
        let component = std::fs::read(path).unwrap();
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
