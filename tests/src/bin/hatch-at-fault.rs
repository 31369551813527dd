//! The command with a fault in it: it panics over what a host's file holds.

use std::error::Error;
use std::process::ExitCode;
use std::sync::Arc;

use hatch_core::adapter::{AdapterError, Edit, HostAdapter, Reading, Section, Writing};
use hatch_core::host::HostDescriptor;
use hatch_core::registry::{Host, Registry};

struct AtFault(Arc<dyn HostAdapter>);

impl HostAdapter for AtFault {
    fn descriptor(&self) -> &HostDescriptor {
        self.0.descriptor()
    }

    fn read(&self, sections: &[Section]) -> Result<Reading, AdapterError> {
        panic!("what to do with {:?}?", sections[0].value)
    }

    fn write(&self, sections: &[Section], edits: &[Edit]) -> Result<Writing, AdapterError> {
        self.0.write(sections, edits)
    }
}

fn registry() -> Result<Registry, Box<dyn Error>> {
    let mut registry = Registry::default();
    for host in hatch_tests::native::registry()?.hosts() {
        let adapter = Arc::new(AtFault(host.adapter.clone()));
        registry.add(Host { id: host.id.clone(), adapter, paths: host.paths.clone() });
    }
    Ok(registry)
}

fn main() -> ExitCode {
    hatch_cli::main_with(registry)
}
