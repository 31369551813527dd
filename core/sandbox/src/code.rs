//! Compiled code, and the only place where it becomes part of this process.
//!
//! Loading compiled code is running it: nothing checks what it does. So a [`Compiled`] is
//! made from the compiler's own output only, and this is the one module of hatch that does
//! what Rust can't check. Its callers' part is the promise of [`Embedded::new`].

#![expect(unsafe_code, reason = "loading compiled code can't be checked; see above")]

use std::sync::{Arc, Mutex, PoisonError};

use wasmtime::component::Component;
use wasmtime::{Config, Engine, Result};

/// Code that [`crate::compile`] made, here or in another process of ours.
#[derive(Clone)]
pub struct Compiled(Source);

#[derive(Clone)]
enum Source {
    Owned(Arc<[u8]>),
    Embedded(&'static Embedded),
}

/// Compiled code that is part of this program.
///
/// It is not copied, where the system allows that: its pages are made executable where they
/// lie, so that only those are read from disk that run. It is loaded once, for all that use
/// it, and stays loaded, since the same pages can't be known to the engine twice.
pub struct Embedded {
    code: &'static [u8],
    loaded: Mutex<Option<Component>>,
}

impl Embedded {
    /// Takes code that is part of this program, and begins a page of memory if it is not to
    /// be copied.
    ///
    /// # Safety
    ///
    /// The bytes are what [`crate::compile_for`] returned, unchanged, and share no page with
    /// anything that is written to.
    pub const unsafe fn new(code: &'static [u8]) -> Self {
        Embedded { code, loaded: Mutex::new(None) }
    }
}

impl From<&'static Embedded> for Compiled {
    fn from(embedded: &'static Embedded) -> Self {
        Compiled(Source::Embedded(embedded))
    }
}

impl Compiled {
    /// Takes what the compiler returned. Its callers are the compiler in this process, the
    /// parent of the one that compiles, and the check of a seal.
    pub(crate) fn trusted(code: Vec<u8>) -> Self {
        Compiled(Source::Owned(code.into()))
    }

    /// The bytes, to be kept.
    pub fn as_bytes(&self) -> &[u8] {
        match &self.0 {
            Source::Owned(code) => code,
            Source::Embedded(embedded) => embedded.code,
        }
    }

    /// Makes the code part of this process.
    pub(crate) fn load(&self, engine: &Engine) -> Result<Component> {
        match &self.0 {
            // SAFETY: these are the compiler's own bytes: see the callers of `trusted`. Code
            // of another version or of other settings is found out and refused.
            Source::Owned(code) => unsafe { Component::deserialize(engine, code) },
            Source::Embedded(embedded) => {
                let mut loaded = embedded.loaded.lock().unwrap_or_else(PoisonError::into_inner);
                if let Some(component) = &*loaded {
                    return Ok(component.clone());
                }
                // SAFETY: these are the compiler's own bytes, as the caller of `new` promised.
                let component = unsafe { in_place::load(engine, embedded.code) }?;
                Ok(loaded.insert(component).clone())
            }
        }
    }
}

impl std::fmt::Debug for Compiled {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Compiled({} bytes)", self.as_bytes().len())
    }
}

/// Lets an engine run embedded code where it lies.
pub(crate) fn run_in_place(config: &mut Config) {
    in_place::enable(config);
}

/// Where pages have a known size and no signatures, code runs where it lies.
#[cfg(all(target_os = "linux", target_arch = "x86_64"))]
mod in_place {
    use std::ptr::NonNull;
    use std::sync::Arc;

    use rustix::mm::{MprotectFlags, mprotect};
    use wasmtime::component::Component;
    use wasmtime::{Config, CustomCodeMemory, Engine, Result};

    const PAGE: usize = 4096;

    pub(super) fn enable(config: &mut Config) {
        config.with_custom_code_memory(Some(Arc::new(Pages)));
    }

    /// # Safety
    ///
    /// As `Component::deserialize_raw`: the bytes are the compiler's.
    pub(super) unsafe fn load(engine: &Engine, code: &'static [u8]) -> Result<Component> {
        if !code.as_ptr().addr().is_multiple_of(PAGE) {
            // SAFETY: the caller's promise.
            return unsafe { Component::deserialize(engine, code) };
        }
        // SAFETY: the caller's promise, and static data lives for ever and never changes.
        unsafe { Component::deserialize_raw(engine, NonNull::from(code)) }
    }

    /// Makes pages executable, as the engine itself would do with pages of its own.
    struct Pages;

    impl CustomCodeMemory for Pages {
        fn required_alignment(&self) -> usize {
            PAGE
        }

        fn publish_executable(&self, start: *const u8, length: usize) -> Result<()> {
            protect(start, length, MprotectFlags::READ | MprotectFlags::EXEC)
        }

        fn unpublish_executable(&self, start: *const u8, length: usize) -> Result<()> {
            protect(start, length, MprotectFlags::READ)
        }
    }

    fn protect(start: *const u8, length: usize, flags: MprotectFlags) -> Result<()> {
        // SAFETY: the engine calls this with the pages of code that it is loading or dropping.
        // They are readable before and after, so no reference to them breaks, and nobody
        // writes to them any more.
        unsafe { mprotect(start.cast_mut().cast(), length, flags) }?;
        Ok(())
    }
}

/// Elsewhere it is copied into pages of the engine's own.
#[cfg(not(all(target_os = "linux", target_arch = "x86_64")))]
mod in_place {
    use wasmtime::component::Component;
    use wasmtime::{Config, Engine, Result};

    pub(super) fn enable(_: &mut Config) {}

    /// # Safety
    ///
    /// As `Component::deserialize`: the bytes are the compiler's.
    pub(super) unsafe fn load(engine: &Engine, code: &'static [u8]) -> Result<Component> {
        // SAFETY: the caller's promise.
        unsafe { Component::deserialize(engine, code) }
    }
}
