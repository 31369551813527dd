//! Adapters that are linked into the test instead of run in the sandbox.
//!
//! The same Rust code makes both, so they have to give the same answers; and how much longer
//! the sandbox takes is measured against this.

use std::error::Error;
use std::marker::PhantomData;
use std::sync::Arc;

use hatch_adapter_sdk::Adapter;
use hatch_core::adapter::{AdapterError, Edit, HostAdapter, Reading, Section, Writing};
use hatch_core::host::HostDescriptor;
use hatch_core::registry::{Host, Registry};
use hatch_sandbox::{check_reading, check_writing, failed};

mod convert {
    hatch_sandbox::conversions!(hatch_adapter_sdk::bindings::exports::hatch::adapter::host_config);
}

/// An adapter without a sandbox. Its answers are checked as those of a component are.
pub struct NativeAdapter<A> {
    descriptor: HostDescriptor,
    adapter: PhantomData<fn() -> A>,
}

impl<A: Adapter> NativeAdapter<A> {
    /// Reads the adapter's descriptor, as those of built-in components are read.
    ///
    /// # Errors
    ///
    /// Fails with the reason if it has another shape.
    pub fn new() -> Result<Self, String> {
        let descriptor = serde_json::from_str(A::DESCRIPTOR).map_err(|error| error.to_string())?;
        Ok(NativeAdapter { descriptor, adapter: PhantomData })
    }
}

impl<A: Adapter> HostAdapter for NativeAdapter<A> {
    fn descriptor(&self) -> &HostDescriptor {
        &self.descriptor
    }

    fn read(&self, sections: &[Section]) -> Result<Reading, AdapterError> {
        let id = &self.descriptor.id;
        let reading = A::read(&convert::sections_in(sections)).map_err(convert::error_out)?;
        let reading = convert::reading_out(reading, id).map_err(|reason| failed(id, reason))?;
        check_reading(&reading).map_err(|reason| failed(id, reason))?;
        Ok(reading)
    }

    fn write(&self, sections: &[Section], edits: &[Edit]) -> Result<Writing, AdapterError> {
        let id = &self.descriptor.id;
        let asked = convert::edits_in(edits, id).map_err(|reason| failed(id, reason))?;
        let given = convert::sections_in(sections);
        let writing = A::write(&given, &asked).map_err(convert::error_out)?;
        let writing = convert::writing_out(writing);
        check_writing(&writing, sections, edits).map_err(|reason| failed(id, reason))?;
        Ok(writing)
    }
}

/// The hosts whose adapters are built in, in their order, with none in the sandbox.
///
/// # Errors
///
/// Fails as [`NativeAdapter::new`] does.
pub fn registry() -> Result<Registry, Box<dyn Error>> {
    let mut registry = Registry::default();
    registry.add(host::<hatch_adapter_claude_desktop::ClaudeDesktop>()?);
    registry.add(host::<hatch_adapter_cursor::Cursor>()?);
    registry.add(host::<hatch_adapter_gemini::Gemini>()?);
    registry.add(host::<hatch_adapter_lmstudio::LmStudio>()?);
    Ok(registry)
}

fn host<A: Adapter + 'static>() -> Result<Host, String> {
    Ok(Host::of(Arc::new(NativeAdapter::<A>::new()?)))
}
