//! The host adapters that are built into hatch, and the one that runs tables.
//!
//! Their components are committed under `components/`, so that building hatch needs no WASM
//! toolchain. The build script compiles them to machine code for any CPU of the target, and
//! that code is embedded here. Nothing of it is touched before an adapter is first called.

mod shipped;

use hatch_core::host::HostDescriptor;
use hatch_sandbox::{Compiled, Embedded, SandboxedAdapter, Table};

pub use shipped::{SHIPPED, shipped};

/// An adapter that is built into hatch.
pub struct Builtin {
    /// The adapter's id, and that of the host which it is for.
    pub id: &'static str,
    /// SHA-256 of the component that it was compiled from, in hexadecimal digits.
    pub digest: &'static str,
    /// What the component said of its host when it was built, as JSON.
    pub descriptor: &'static str,
    code: &'static Embedded,
}

/// On pages of its own.
#[repr(C, align(4096))]
struct Pages<T: ?Sized>(T);

/// Code that the build script wrote.
macro_rules! embedded {
    ($code:literal) => {{
        static CODE: &Pages<[u8]> = &Pages(*include_bytes!($code));
        // SAFETY: the build script wrote what `compile_for` returned to this file, and
        // `Pages` shares no page with anything else.
        static EMBEDDED: Embedded = unsafe { Embedded::new(&CODE.0) };
        &EMBEDDED
    }};
}

/// One entry of the list that the build script writes.
macro_rules! builtin {
    ($id:literal, $digest:literal, $descriptor:literal, $code:literal) => {
        Builtin {
            id: $id,
            digest: $digest,
            descriptor: include_str!($descriptor),
            code: embedded!($code),
        }
    };
}

/// All of them, by id.
#[expect(unsafe_code, reason = "the promise that the code is the compiler's")]
pub static BUILTIN: &[Builtin] = include!(concat!(env!("OUT_DIR"), "/builtin.rs"));

/// What every table is run by.
#[expect(unsafe_code, reason = "the promise that the code is the compiler's")]
static TABLE: &Embedded = include!(concat!(env!("OUT_DIR"), "/table.rs"));

/// The adapter that a table describes. It runs code that is built in, so nothing is compiled.
pub fn of_table(table: &Table) -> SandboxedAdapter {
    SandboxedAdapter::of_table(Compiled::from(TABLE), table)
}

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
        Ok(SandboxedAdapter::new(Compiled::from(self.code), descriptor))
    }
}
