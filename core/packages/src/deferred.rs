//! An adapter whose code is looked for when it is first called.

use std::sync::OnceLock;

use hatch_core::adapter::{AdapterError, Edit, HostAdapter, Reading, Section, Writing};
use hatch_core::host::HostDescriptor;

type Load = dyn Fn() -> Result<Box<dyn HostAdapter>, String> + Send + Sync;

/// An installed adapter: what it says of its host is known from the lock, and its code is
/// read and checked by those runs alone that call it.
pub struct DeferredAdapter {
    descriptor: HostDescriptor,
    load: Box<Load>,
    loaded: OnceLock<Result<Box<dyn HostAdapter>, String>>,
}

impl DeferredAdapter {
    /// Takes what was agreed to, and what finds the code. That is called once at most, and
    /// its error is in words that follow the adapter's name.
    pub fn new(
        descriptor: HostDescriptor,
        load: impl Fn() -> Result<Box<dyn HostAdapter>, String> + Send + Sync + 'static,
    ) -> Self {
        DeferredAdapter { descriptor, load: Box::new(load), loaded: OnceLock::new() }
    }

    fn adapter(&self) -> Result<&dyn HostAdapter, AdapterError> {
        match self.loaded.get_or_init(|| (self.load)()) {
            Ok(adapter) => Ok(&**adapter),
            Err(reason) => Err(AdapterError::Unusable {
                adapter: self.descriptor.id.clone(),
                reason: reason.clone(),
            }),
        }
    }
}

impl HostAdapter for DeferredAdapter {
    fn descriptor(&self) -> &HostDescriptor {
        &self.descriptor
    }

    fn is_ready(&self) -> bool {
        matches!(self.loaded.get(), Some(Ok(adapter)) if adapter.is_ready())
    }

    fn read(&self, sections: &[Section]) -> Result<Reading, AdapterError> {
        self.adapter()?.read(sections)
    }

    fn write(&self, sections: &[Section], edits: &[Edit]) -> Result<Writing, AdapterError> {
        self.adapter()?.write(sections, edits)
    }
}
