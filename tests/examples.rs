//! Adapters in other languages, the worked examples and a fresh project of each template: they
//! are built with the tools of their languages and run in the sandbox.
//!
//! `cargo test --features examples --test examples` fetches those tools with npm and pip, and
//! needs clang and a Rust toolchain for WebAssembly.
#![expect(clippy::disallowed_methods, reason = "what is built is looked at")]
#![expect(clippy::print_stdout, reason = "what takes long says so")]
#![expect(clippy::unwrap_used, reason = "a test that can't go on should say where")]

use std::path::Path;
use std::time::Instant;

use hatch_adapter_kit::new::{self, Template};
use hatch_adapter_kit::{Project, build};
use hatch_adapter_sdk::case::server_from;
use hatch_adapter_sdk::json::Value;
use hatch_core::adapter::{Edit, HostAdapter, Outcome, Section};
use hatch_core::host::HostId;
use hatch_core::server::Server;
use hatch_sandbox::{SandboxedAdapter, compile};
use hatch_tests::cases::{self, Case};
use hatch_tests::{native, workspace};

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
    let cases = Case::all(&project.cases());
    assert!(cases.len() > 2, "{} has {} cases", folder.display(), cases.len());
    for case in cases {
        case.check(&adapter, case.answer(&adapter));
    }
    cases::change_nothing_again(&project.cases(), &adapter);
    empty_sections_are_all_the_same(&adapter);
    ten_thousand_servers_are_in_time(&adapter);
}

fn sections(adapter: &dyn HostAdapter, first: Option<&str>) -> Vec<Section> {
    let document = &adapter.descriptor().documents[0];
    let section = |(at, path): (usize, &Vec<String>)| Section {
        document: document.id.clone(),
        path: path.clone(),
        value: first.filter(|_| at == 0).map(str::to_owned),
    };
    document.sections.iter().enumerate().map(section).collect()
}

fn server(name: &str) -> Server {
    let spelt = serde_json::json!({
        "name": name,
        "command": "npx",
        "args": ["-y", "some-mcp@latest"],
        "env": { "TOKEN": "${env:TOKEN}" }
    });
    let server = server_from(&Value::parse(&spelt.to_string()).unwrap()).unwrap();
    let id = HostId::new("examples").unwrap();
    native::servers(vec![server], &id).unwrap().remove(0)
}

fn empty_sections_are_all_the_same(adapter: &dyn HostAdapter) {
    for value in [None, Some("null"), Some("{}")] {
        let sections = sections(adapter, value);
        assert!(adapter.read(&sections).unwrap().servers.is_empty(), "{value:?}");
        let writing = adapter.write(&sections, &[Edit::Remove(server("a").name)]).unwrap();
        assert_eq!((writing.sections.len(), writing.outcomes.len()), (0, 1), "{value:?}");
        let writing = adapter.write(&sections, &[Edit::Put(server("a"))]).unwrap();
        assert_eq!(writing.outcomes, [Outcome::Done(vec![])], "{value:?}");
        assert_eq!(adapter.read(&writing.sections).unwrap().servers.len(), 1, "{value:?}");
    }
}

/// As many servers as anybody has, in the time that a call has.
fn ten_thousand_servers_are_in_time(adapter: &dyn HostAdapter) {
    let edits: Vec<_> = (0..10_000).map(|at| Edit::Put(server(&format!("s{at}")))).collect();
    let empty = sections(adapter, None);
    let writing = timed("10,000 edits", || adapter.write(&empty, &edits).unwrap());
    let sections = &writing.sections;
    let reading = timed("a read of 10,000 servers", || adapter.read(sections).unwrap());
    assert_eq!(reading.servers.len(), edits.len());
    let more = [Edit::Put(server("more"))];
    let one_more = timed("an edit beside them", || adapter.write(sections, &more).unwrap());
    assert_eq!(one_more.outcomes, [Outcome::Done(vec![])]);
}

/// Does something, and says how long it took.
fn timed<T>(what: &str, work: impl FnOnce() -> T) -> T {
    let begun = Instant::now();
    let done = work();
    println!("{what}: {:.2?}", begun.elapsed());
    done
}

fn example(name: &str) {
    check(&workspace().join("adapters/examples").join(name));
}

/// A project as `hatch adapter new` makes it. What earlier ones were built with is kept: Rust's
/// standard library, and tools that an example has fetched.
fn template(template: Template, tools: Option<&str>) {
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
    template(Template::Javascript, Some("opencode/node_modules"));
}

#[test]
fn python_does_what_is_asked() {
    example("vscode");
    template(Template::Python, Some("vscode/.venv"));
}

#[test]
fn c_does_what_is_asked() {
    example("crush");
    template(Template::C, None);
}

#[test]
fn rust_does_what_is_asked() {
    template(Template::Rust, None);
}
