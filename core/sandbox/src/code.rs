//! Compiled code, and the only place where it becomes part of this process.
//!
//! Loading compiled code is running it: nothing checks what it does. So a [`Compiled`] is
//! made from the compiler's own output only, and this is the one module of hatch in which
//! unsafe code is allowed.

#![expect(unsafe_code, reason = "loading compiled code can't be checked; see above")]

use std::borrow::Cow;

use wasmtime::Engine;
use wasmtime::component::Component;

/// Code that [`crate::compile`] made, here or in another process of ours.
#[derive(Clone)]
pub struct Compiled(Cow<'static, [u8]>);

impl Compiled {
    /// Takes code that is part of this program.
    ///
    /// # Safety
    ///
    /// The bytes are what [`crate::compile`] returned, unchanged.
    pub const unsafe fn embedded(code: &'static [u8]) -> Self {
        Compiled(Cow::Borrowed(code))
    }

    /// Takes what the compiler returned. Its callers are the compiler in this process and in
    /// our own child process, and the check of a seal.
    pub(crate) fn trusted(code: Vec<u8>) -> Self {
        Compiled(Cow::Owned(code))
    }

    /// The bytes, to be kept.
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    /// Makes the code part of this process.
    pub(crate) fn load(&self, engine: &Engine) -> wasmtime::Result<Component> {
        // SAFETY: a `Compiled` holds the compiler's unchanged output: that is what `trusted`
        // is called with, and what callers of `embedded` promise. Output of another version
        // or of other settings is found out and refused by `deserialize` itself.
        unsafe { Component::deserialize(engine, &self.0) }
    }
}

impl std::fmt::Debug for Compiled {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Compiled({} bytes)", self.0.len())
    }
}
