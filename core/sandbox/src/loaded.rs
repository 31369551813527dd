//! Compiled code that was made part of this process, and calls of it.

use std::sync::OnceLock;

use wasmtime::Store;
use wasmtime::component::{ComponentExportIndex, Instance, InstancePre, Linker};

use crate::code::Compiled;
use crate::contract::{CONTRACT, Version};
use crate::engine::engine;
use crate::error::reason;
use crate::limits::Limits;
use crate::watchdog::Watch;

/// Compiled code, loaded when it is first called.
pub(crate) struct Component {
    code: Compiled,
    loaded: OnceLock<Loaded>,
}

/// Code that instances can be made of, and where its functions are.
pub(crate) struct Loaded {
    component: InstancePre<Limits>,
    /// The version of the contract that it is for.
    pub(crate) version: Version,
    pub(crate) describe: ComponentExportIndex,
    pub(crate) read: ComponentExportIndex,
    pub(crate) write: ComponentExportIndex,
}

impl Component {
    pub(crate) fn new(code: Compiled) -> Self {
        Component { code, loaded: OnceLock::new() }
    }

    pub(crate) fn is_loaded(&self) -> bool {
        self.loaded.get().is_some()
    }

    /// Loads the code, if that was not done before. An error is in words that follow its name.
    pub(crate) fn load(&self) -> Result<&Loaded, String> {
        if let Some(loaded) = self.loaded.get() {
            return Ok(loaded);
        }
        let loaded = Loaded::new(&self.code)
            .map_err(|error| crate::clean(&format!("it can't be loaded: {error:#}")))?;
        Ok(self.loaded.get_or_init(|| loaded))
    }
}

impl std::fmt::Debug for Component {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.code.fmt(f)
    }
}

impl Loaded {
    fn new(code: &Compiled) -> wasmtime::Result<Self> {
        let engine = engine()?;
        // The linker is empty, and stays so: there is nothing that an adapter could call.
        let linker = Linker::new(engine);
        let component = linker.instantiate_pre(&code.load(engine)?)?;
        let code = component.component();
        let missing = |name| wasmtime::format_err!("it does not export `{name}`");
        let (version, interface) = Version::ALL
            .iter()
            .find_map(|&it| Some((it, code.get_export_index(None, it.interface())?)))
            .ok_or_else(|| missing(CONTRACT))?;
        let function =
            |name| code.get_export_index(Some(&interface), name).ok_or_else(|| missing(name));
        let (describe, read, write) =
            (function("describe")?, function("read")?, function("write")?);
        Ok(Loaded { component, version, describe, read, write })
    }

    /// Calls a fresh instance, within limits. An error is in words that follow its name.
    pub(crate) fn call<T: Send>(
        &self,
        limits: Limits,
        call: impl FnOnce(&Instance, &mut Store<Limits>) -> wasmtime::Result<T> + Send,
    ) -> Result<T, String> {
        with_room(|| {
            let engine = engine().map_err(|error| error.to_string())?;
            let _watch = Watch::begin(engine)
                .map_err(|error| format!("no thread could be started to watch it: {error}"))?;
            let mut store = Store::new(engine, limits);
            store.limiter(|limits| limits);
            store.set_hostcall_fuel(store.data().answer);
            store.set_epoch_deadline(Watch::epochs(store.data().time));
            let instance = self.component.instantiate(&mut store);
            let instance =
                instance.map_err(|error| reason("it can't be started", &error, store.data()))?;
            call(&instance, &mut store)
                .map_err(|error| reason("its answer is wrong", &error, store.data()))
        })
    }
}

/// Runs a call where the stack has room for what the component may use of it.
///
/// The threads of Unix have 2 MiB at least, and the first one 8. On Windows that first one
/// has 1 MiB, which is all that the component may use, so there the call gets another.
#[cfg(not(windows))]
fn with_room<T>(call: impl FnOnce() -> Result<T, String>) -> Result<T, String> {
    call()
}

/// As above.
#[cfg(windows)]
fn with_room<T: Send>(call: impl FnOnce() -> Result<T, String> + Send) -> Result<T, String> {
    std::thread::scope(|scope| {
        let thread = std::thread::Builder::new()
            .stack_size(4 * crate::engine::STACK)
            .spawn_scoped(scope, call)
            .map_err(|error| format!("no thread could be started for it: {error}"))?;
        thread.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))
    })
}
