//! A component as a [`HostAdapter`].
//!
//! Every call is given a store and an instance of its own, which are thrown away after it:
//! nothing is carried from one document to the next, and what a trap leaves behind is seen
//! by nobody.

use std::sync::OnceLock;

use hatch_core::adapter::{AdapterError, Edit, HostAdapter, Reading, Section, Writing};
use hatch_core::host::HostDescriptor;
use wasmtime::Store;
use wasmtime::component::{ComponentExportIndex, Instance, InstancePre, Linker, TypedFunc};

use crate::answer::{check_reading, check_writing, failed};
use crate::bindings::{convert, exports::hatch::adapter::host_config as wit};
use crate::code::Compiled;
use crate::component::INTERFACE;
use crate::engine::engine;
use crate::error::{DescribeError, reason};
use crate::limits::{Limits, input_size};
use crate::table::{self, Table};
use crate::watchdog::Watch;

/// An adapter that runs in the sandbox.
#[derive(Debug)]
pub struct SandboxedAdapter {
    descriptor: HostDescriptor,
    component: Component,
    /// The dialect that the component of tables is handed.
    dialect: Option<String>,
}

impl SandboxedAdapter {
    /// Takes a component and what it said of its host when that was last asked. Its code is
    /// not touched before the first call.
    pub fn new(code: Compiled, descriptor: HostDescriptor) -> Self {
        SandboxedAdapter { descriptor, component: Component::new(code), dialect: None }
    }

    /// Takes the component that tables are run by, and a table.
    pub fn of_table(code: Compiled, table: &Table) -> Self {
        let dialect = Some(table.dialect().to_owned());
        SandboxedAdapter { dialect, ..Self::new(code, table.descriptor().clone()) }
    }

    /// Asks a component what it says of its host, and checks that. `name` is what errors call
    /// it, since its id is not known before.
    ///
    /// # Errors
    ///
    /// Fails where the component breaks, and where what it says makes no sense.
    pub fn describe(code: Compiled, name: &str) -> Result<Self, DescribeError> {
        let component = Component::new(code);
        let descriptor = component
            .call(Limits::for_input(0), |loaded, instance, store| {
                // Whether the other functions have the contract's types is known from now on.
                loaded.read(instance, store)?;
                loaded.write(instance, store)?;
                loaded.describe(instance, store)?.call(store, ())
            })
            .and_then(|(text,)| crate::descriptor::read(&text))
            .and_then(|descriptor| crate::descriptor::check(&descriptor).map(|()| descriptor));
        match descriptor {
            Ok(descriptor) => Ok(SandboxedAdapter { descriptor, component, dialect: None }),
            Err(reason) => Err(DescribeError { name: crate::clean(name), reason }),
        }
    }

    /// The sections as the component is handed them. A table is none that it may change: an
    /// answer is held against the host's own.
    fn given(&self, sections: &[Section]) -> Vec<wit::Section> {
        let mut given = convert::sections_in(sections);
        given.extend(self.dialect.as_ref().map(|dialect| wit::Section {
            document: table::SECTION.to_owned(),
            path: Vec::new(),
            value: Some(dialect.clone()),
        }));
        given
    }
}

impl HostAdapter for SandboxedAdapter {
    fn descriptor(&self) -> &HostDescriptor {
        &self.descriptor
    }

    /// Whether its code was loaded.
    fn is_ready(&self) -> bool {
        self.component.loaded.get().is_some()
    }

    fn read(&self, sections: &[Section]) -> Result<Reading, AdapterError> {
        let id = &self.descriptor.id;
        let limits = Limits::for_input(input_size(sections, 0));
        let sections = self.given(sections);
        let reading = self
            .component
            .call(limits, |loaded, instance, store| {
                loaded.read(instance, store)?.call(store, (&sections,))
            })
            .map_err(|reason| failed(id, reason))?
            .0
            .map_err(convert::error_out)?;
        let reading = convert::reading_out(reading, id).map_err(|reason| failed(id, reason))?;
        check_reading(&reading).map_err(|reason| failed(id, reason))?;
        Ok(reading)
    }

    fn write(&self, sections: &[Section], edits: &[Edit]) -> Result<Writing, AdapterError> {
        let id = &self.descriptor.id;
        let limits = Limits::for_input(input_size(sections, edits.len()));
        let given = self.given(sections);
        let asked = convert::edits_in(edits, id).map_err(|reason| failed(id, reason))?;
        let writing = self
            .component
            .call(limits, |loaded, instance, store| {
                loaded.write(instance, store)?.call(store, (&given, &asked))
            })
            .map_err(|reason| failed(id, reason))?
            .0
            .map_err(convert::error_out)?;
        let writing = convert::writing_out(writing);
        check_writing(&writing, sections, edits).map_err(|reason| failed(id, reason))?;
        Ok(writing)
    }
}

/// Compiled code, loaded when it is first called.
struct Component {
    code: Compiled,
    loaded: OnceLock<Loaded>,
}

/// Code that instances can be made of, and where its functions are.
struct Loaded {
    component: InstancePre<Limits>,
    describe: ComponentExportIndex,
    read: ComponentExportIndex,
    write: ComponentExportIndex,
}

type Describe = TypedFunc<(), (wit::Json,)>;
type Read<'a> = TypedFunc<(&'a [wit::Section],), (Result<wit::Reading, wit::Error>,)>;
type Write<'a> =
    TypedFunc<(&'a [wit::Section], &'a [wit::Edit]), (Result<wit::Writing, wit::Error>,)>;

/// Each function of an instance is held against its type in the contract when it is asked
/// for: one call needs one of them, and comparing all three takes longer than calling it.
impl Loaded {
    fn new(component: InstancePre<Limits>) -> wasmtime::Result<Self> {
        let code = component.component();
        let missing = |name| wasmtime::format_err!("it does not export `{name}`");
        let interface = code.get_export_index(None, INTERFACE).ok_or_else(|| missing(INTERFACE))?;
        let function =
            |name| code.get_export_index(Some(&interface), name).ok_or_else(|| missing(name));
        let (describe, read, write) =
            (function("describe")?, function("read")?, function("write")?);
        Ok(Loaded { component, describe, read, write })
    }

    fn describe(&self, of: &Instance, store: &mut Store<Limits>) -> wasmtime::Result<Describe> {
        of.get_typed_func(store, self.describe)
    }

    fn read<'a>(&self, of: &Instance, store: &mut Store<Limits>) -> wasmtime::Result<Read<'a>> {
        of.get_typed_func(store, self.read)
    }

    fn write<'a>(&self, of: &Instance, store: &mut Store<Limits>) -> wasmtime::Result<Write<'a>> {
        of.get_typed_func(store, self.write)
    }
}

impl Component {
    fn new(code: Compiled) -> Self {
        Component { code, loaded: OnceLock::new() }
    }

    fn load(&self) -> wasmtime::Result<&Loaded> {
        if let Some(loaded) = self.loaded.get() {
            return Ok(loaded);
        }
        let engine = engine()?;
        // The linker is empty, and stays so: there is nothing that an adapter could call.
        let linker = Linker::new(engine);
        let loaded = Loaded::new(linker.instantiate_pre(&self.code.load(engine)?)?)?;
        Ok(self.loaded.get_or_init(|| loaded))
    }

    /// Calls a fresh instance, within limits. An error is in words that follow its name.
    fn call<T: Send>(
        &self,
        limits: Limits,
        call: impl FnOnce(&Loaded, &Instance, &mut Store<Limits>) -> wasmtime::Result<T> + Send,
    ) -> Result<T, String> {
        let loaded =
            self.load().map_err(|error| crate::clean(&format!("it can't be loaded: {error:#}")))?;
        with_room(|| {
            let engine = engine().map_err(|error| error.to_string())?;
            let _watch = Watch::begin(engine)
                .map_err(|error| format!("no thread could be started to watch it: {error}"))?;
            let mut store = Store::new(engine, limits);
            store.limiter(|limits| limits);
            store.set_hostcall_fuel(store.data().answer);
            store.set_epoch_deadline(Watch::epochs(store.data().time));
            let instance = loaded.component.instantiate(&mut store);
            let instance =
                instance.map_err(|error| reason("it can't be started", &error, store.data()))?;
            call(loaded, &instance, &mut store)
                .map_err(|error| reason("its answer is wrong", &error, store.data()))
        })
    }
}

impl std::fmt::Debug for Component {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.code.fmt(f)
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
