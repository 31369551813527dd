//! The host adapters that are built into hatch.
//!
//! Their components are committed under `components/`, so that building hatch needs no WASM
//! toolchain. The build script compiles them to machine code for any CPU of the target, and
//! that code is embedded here. Nothing of it is touched before an adapter is first called.

use hatch_core::host::HostDescriptor;
use hatch_sandbox::{Compiled, SandboxedAdapter};

/// An adapter that is built into hatch.
#[derive(Clone, Copy)]
pub struct Builtin {
    /// The adapter's id, and that of the host which it is for.
    pub id: &'static str,
    /// SHA-256 of the component that it was compiled from, in hexadecimal digits.
    pub digest: &'static str,
    /// What the component said of its host when it was built, as JSON.
    pub descriptor: &'static str,
    code: &'static Aligned<[u8]>,
}

/// On a page of its own.
#[repr(C, align(4096))]
struct Aligned<T: ?Sized>(T);

/// All of them, by id.
pub const BUILTIN: &[Builtin] = include!(concat!(env!("OUT_DIR"), "/builtin.rs"));

impl Builtin {
    /// The adapter of this id.
    pub fn find(id: &str) -> Option<&'static Builtin> {
        BUILTIN.iter().find(|builtin| builtin.id == id)
    }

    /// The adapter, ready to be called. Its code is loaded with the first call.
    ///
    /// # Errors
    ///
    /// Fails for a descriptor that can't be read, which no committed one is.
    pub fn adapter(&self) -> serde_json::Result<SandboxedAdapter> {
        let descriptor: HostDescriptor = serde_json::from_str(self.descriptor)?;
        Ok(SandboxedAdapter::new(self.compiled(), descriptor))
    }

    #[expect(unsafe_code, reason = "the build script's promise; see below")]
    fn compiled(&self) -> Compiled {
        // SAFETY: the build script wrote what `compile_for` returned to the file that is
        // embedded, and a `Builtin` can't be made elsewhere.
        unsafe { Compiled::embedded(&self.code.0) }
    }
}
