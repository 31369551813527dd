//! The adapters of a run: those that are built in, those that are installed, and those that
//! `--adapter` loads.

use std::error::Error;
use std::io;
use std::path::Path;
use std::sync::Arc;

use hatch_adapters::BUILTIN;
use hatch_core::adapter::HostAdapter;
use hatch_core::home::HatchHome;
use hatch_core::host::{DocumentSpec, Format, HostDescriptor};
use hatch_core::registry::{Host, Registry};
use hatch_packages::source::is_version;
use hatch_packages::{DeferredAdapter, Form, Installed, Lock, grants, reserved};
use hatch_sandbox::{Compiled, ComponentError, SandboxedAdapter, Table};

use crate::commands::write::{Files, compile_cache};
use crate::context::Context;
use crate::error::{CommandError, Fault};
use crate::exit::Exit;

/// The subcommand that compiles a component in a process of its own.
const COMPILE_COMMAND: &str = "__compile-adapter";

/// What is wrong with bytes that are neither code nor text.
const NEITHER: &str = "it is neither a WASM component nor a table";

/// Bytes of a table; the longest that hatch comes with has 3 KB.
const MAX_TABLE: usize = 1 << 20;
const TOO_LONG: &str = "it has more than 1 MiB, and begins as no WASM component does";

/// The hosts whose adapters are built in. Their code is not touched before it is called.
pub fn builtin() -> Result<Registry, Box<dyn Error>> {
    let mut registry = Registry::default();
    for builtin in BUILTIN {
        let adapter = builtin.adapter().map_err(|error| format!("`{}`: {error}", builtin.id))?;
        registry.add(Host::of(Arc::new(adapter)));
    }
    Ok(registry)
}

/// Adds the installed adapters to the hosts. No code of theirs is read before it is called.
pub fn add_installed(cx: &mut Context) -> Result<(), CommandError> {
    let lock = Lock::read(&cx.store, &cx.home).map_err(|error| {
        Fault::because("the installed adapters can't be used", &error)
            .hint("fix the file or remove it, and install the adapters again")
            .failure()
    })?;
    for installed in lock.adapters.into_values() {
        let (store, home) = (cx.store.clone(), cx.home.clone());
        let descriptor = installed.descriptor.clone();
        let load = move || load_installed(&store, &home, &installed);
        cx.add_foreign(Host::of(Arc::new(DeferredAdapter::new(descriptor, load))));
    }
    Ok(())
}

/// Loads a component from a file: compiles it in a child process with limits, unless an earlier
/// run did, asks it which host it is for, shows what it may touch, and adds it to the hosts.
pub fn load(cx: &mut Context, path: &Path) -> Result<(), CommandError> {
    let shown = path.display();
    let cannot = |error: &dyn Error| {
        Fault::because(format!("the adapter `{shown}` can't be loaded"), error).failure()
    };
    let file = cx.file(&cx.absolute(path)).map_err(|error| cannot(&error))?;
    let Some(bytes) = file.bytes else {
        return Err(Fault::new(format!("there is no adapter file `{shown}`")).failure());
    };
    let examined = examine(cx, &bytes, &shown.to_string()).map_err(|error| cannot(&*error))?;
    examined.keep(cx, &bytes);
    let host = Host::of(examined.adapter);
    let descriptor = host.adapter.descriptor();
    cx.output.note(&format!(
        "adapter for {} ({}), from a file: it may read and change, for this run,",
        descriptor.name, descriptor.id
    ));
    for line in grants::in_words(descriptor) {
        cx.output.note(&format!("  {line}"));
    }
    cx.add_foreign(host);
    Ok(())
}

/// An adapter that was made of bytes which nobody vouches for.
pub struct Examined {
    /// The adapter.
    pub adapter: Arc<dyn HostAdapter>,
    /// What its component was compiled to.
    compiled: Option<Compiled>,
}

impl Examined {
    /// Keeps what was compiled, so that no run has to.
    pub fn keep(&self, cx: &Context, bytes: &[u8]) {
        let cache = compile_cache(&cx.store, &cx.home);
        match &self.compiled {
            Some(compiled) if cache.kept(bytes).is_none() => cache.put(bytes, compiled),
            _ => {}
        }
    }
}

/// Makes an adapter of bytes, in the sandbox, and holds what it says against the rules.
/// Writes nothing. `name` is what errors call it.
pub fn examine(cx: &Context, bytes: &[u8], name: &str) -> Result<Examined, Box<dyn Error>> {
    let (adapter, compiled): (Arc<dyn HostAdapter>, _) = match Form::of(bytes) {
        Form::Component => {
            let compile = || cx.output.during(&format!("Compiling {name}"), || in_child(bytes));
            let kept = compile_cache(&cx.store, &cx.home).kept(bytes);
            let compiled = kept.map_or_else(compile, Ok)?;
            (Arc::new(SandboxedAdapter::describe(compiled.clone(), name)?), Some(compiled))
        }
        Form::Table if bytes.len() > MAX_TABLE => return Err(TOO_LONG.into()),
        Form::Table => {
            let table = Table::parse(std::str::from_utf8(bytes).map_err(|_| NEITHER)?)?;
            (Arc::new(hatch_adapters::of_table(&table)), None)
        }
    };
    reserved::check(adapter.descriptor())?;
    if let Some(version) = &adapter.descriptor().version {
        check_version(version)?;
    }
    check_formats(adapter.descriptor())?;
    Ok(Examined { adapter, compiled })
}

/// Whether a version is one that people can read and hatch can compare. It is not repeated: it
/// may be anything.
pub fn check_version(version: &str) -> Result<(), &'static str> {
    match is_version(version) {
        true => Ok(()),
        false => {
            Err("its version is invalid: expected a semantic version of at most 64 characters")
        }
    }
}

/// Whether the engine can edit what the adapter is for.
fn check_formats(descriptor: &HostDescriptor) -> Result<(), String> {
    let format = |document: &DocumentSpec| match document.format {
        Format::Toml => Some(format!("its document `{}` is TOML", document.id)),
        Format::Yaml => Some(format!("its document `{}` is YAML", document.id)),
        Format::Json | Format::Jsonc | Format::JsoncNoTrailingCommas => None,
    };
    match descriptor.documents.iter().find_map(format) {
        Some(what) => Err(format!("{what}, which this hatch can't edit yet")),
        None => Ok(()),
    }
}

/// The adapter that was installed: the very bytes, compiled by this engine.
fn load_installed(
    store: &Files,
    home: &HatchHome,
    installed: &Installed,
) -> Result<Box<dyn HostAdapter>, String> {
    let bytes = installed.bytes(store, home).map_err(|error| error.to_string())?;
    match installed.form {
        Form::Component => {
            let compiled = compile_cache(store, home).compiled(&bytes, || in_child(&bytes));
            let compiled = compiled.map_err(|error| error.to_string())?;
            Ok(Box::new(SandboxedAdapter::new(compiled, installed.descriptor.clone())))
        }
        Form::Table => {
            let text = std::str::from_utf8(&bytes).map_err(|_| NEITHER)?;
            let table = Table::parse(text).map_err(|error| error.to_string())?;
            Ok(Box::new(hatch_adapters::of_table(&table)))
        }
    }
}

fn in_child(component: &[u8]) -> Result<Compiled, ComponentError> {
    let program = std::env::current_exe()
        .map_err(|error| ComponentError::Child(format!("could not be started: {error}")))?;
    hatch_sandbox::compile_in_child(&program, &[COMPILE_COMMAND], component)
}

/// What the child process does.
pub fn compile_child() -> Exit {
    match hatch_sandbox::child_main(io::stdin().lock(), io::stdout().lock()) {
        Ok(()) => Exit::Success,
        Err(error) => {
            crate::view::complain(&error.to_string());
            Exit::Failure
        }
    }
}
