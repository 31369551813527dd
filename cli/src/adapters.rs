//! The adapters of a run: those that are built in, and those that `--adapter` loads.

use std::error::Error;
use std::io;
use std::path::Path;
use std::sync::Arc;

use hatch_adapters::BUILTIN;
use hatch_core::host::{HostDescriptor, Root};
use hatch_core::registry::{Host, Registry};
use hatch_sandbox::{Cache, SandboxedAdapter, Table};

use crate::context::Context;
use crate::error::{CommandError, Fault};
use crate::exit::Exit;

/// The subcommand that compiles a component in a process of its own.
const COMPILE_COMMAND: &str = "__compile-adapter";

/// The hosts whose adapters are built in. Their code is not touched before it is called.
pub fn builtin() -> Result<Registry, Box<dyn Error>> {
    let mut registry = Registry::default();
    for builtin in BUILTIN {
        let adapter = builtin.adapter().map_err(|error| format!("`{}`: {error}", builtin.id))?;
        registry.add(Host::of(Arc::new(adapter)));
    }
    Ok(registry)
}

/// Loads an adapter from a file, shows what it may touch, and adds it to the hosts. A component
/// is compiled in a child process with limits, unless an earlier run did; a table needs none.
pub fn load(cx: &mut Context, path: &Path) -> Result<(), CommandError> {
    let shown = path.display();
    let cannot = |error: &dyn std::error::Error| {
        Fault::because(format!("the adapter `{shown}` can't be loaded"), error).failure()
    };
    let file = cx.file(&cx.absolute(path)).map_err(|error| cannot(&error))?;
    let Some(bytes) = file.bytes else {
        return Err(Fault::new(format!("there is no adapter file `{shown}`")).failure());
    };
    if path.extension().is_some_and(|extension| extension == "toml") {
        let text = std::str::from_utf8(&bytes).map_err(|error| cannot(&error))?;
        let table = Table::parse(text).map_err(|error| cannot(&error))?;
        add(cx, hatch_adapters::of_table(&table));
        return Ok(());
    }
    let program = std::env::current_exe().map_err(|error| cannot(&error))?;
    let compile = || {
        let compile = || hatch_sandbox::compile_in_child(&program, &[COMPILE_COMMAND], &bytes);
        cx.output.during(&format!("Compiling {shown}"), compile)
    };
    let compiled = Cache::new(&cx.store, &cx.home)
        .compiled(&bytes, compile)
        .map_err(|error| cannot(&error))?;
    let adapter =
        SandboxedAdapter::describe(compiled, &shown.to_string()).map_err(|error| cannot(&error))?;
    add(cx, adapter);
    Ok(())
}

/// Says what an adapter from a file may touch, and adds it to the hosts.
fn add(cx: &mut Context, adapter: SandboxedAdapter) {
    let host = Host::of(Arc::new(adapter));
    for line in grants(host.adapter.descriptor()) {
        cx.output.note(&line);
    }
    cx.registry.add(host);
}

/// What [`load`]'s child process does.
pub fn compile_child() -> Exit {
    match hatch_sandbox::child_main(io::stdin().lock(), io::stdout().lock()) {
        Ok(()) => Exit::Success,
        Err(error) => {
            crate::view::complain(&error.to_string());
            Exit::Failure
        }
    }
}

/// In words, which parts of which files an adapter may see and change.
fn grants(descriptor: &HostDescriptor) -> Vec<String> {
    let mut lines = vec![format!(
        "adapter for {} ({}), from a file: it may read and change, for this run,",
        descriptor.name, descriptor.id
    )];
    for document in &descriptor.documents {
        let keys: Vec<_> = document
            .sections
            .iter()
            .map(|path| match path.as_slice() {
                [] => "everything".to_owned(),
                keys => format!("`{}`", keys.join(".")),
            })
            .collect();
        let mut places: Vec<_> = document.locations.iter().map(place).collect();
        places.dedup();
        lines.push(format!("  {} in {}", keys.join(", "), places.join(" or ")));
    }
    lines
}

fn place(candidate: &hatch_core::host::Candidate) -> String {
    let path = &candidate.path;
    match &candidate.root {
        Root::Home => format!("~/{path}"),
        Root::Config => format!("<config folder>/{path}"),
        Root::LocalData => format!("<data folder>/{path}"),
        Root::Project => format!("<project>/{path}"),
        Root::Env(name) => format!("${name}/{path}"),
        Root::Pointer(file) => format!("<folder named in ~/{file}>/{path}"),
    }
}
