//! Adapters in other languages, the worked examples and a fresh project of each template: they
//! are built with the tools of their languages and run in the sandbox.
//!
//! `cargo test --features examples --test examples` fetches those tools with npm and pip, and
//! needs clang and a Rust toolchain for WebAssembly.
#![expect(clippy::disallowed_methods, reason = "what is built is looked at")]
#![expect(clippy::print_stdout, reason = "what takes long says so")]
#![expect(clippy::unwrap_used, reason = "a test that can't go on should say where")]

use std::path::Path;

use hatch_adapter_kit::conformance::{self, cases::Case};
use hatch_adapter_kit::new;
use hatch_adapter_kit::{Project, build};
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
