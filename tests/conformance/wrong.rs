//! An adapter that is wrong in a way that a test gives it.

use hatch_adapter_gemini::Gemini;
use hatch_core::adapter::{AdapterError, Edit, HostAdapter, Reading, Section, Writing};
use hatch_core::host::HostDescriptor;
use hatch_core::server::Server;
use hatch_tests::native::NativeAdapter;
use serde_json::Value;

pub(crate) type Inner<'a> = &'a dyn HostAdapter;
pub(crate) type Read = fn(Inner<'_>, &[Section]) -> Result<Reading, AdapterError>;
pub(crate) type Write = fn(Inner<'_>, &[Section], &[Edit]) -> Result<Writing, AdapterError>;

/// The adapter of Gemini CLI, which has most of what an adapter can have, with a fault.
pub(crate) struct Wrong {
    pub(crate) inner: NativeAdapter<Gemini>,
    pub(crate) descriptor: HostDescriptor,
    pub(crate) read: Read,
    pub(crate) write: Write,
}

impl Wrong {
    pub(crate) fn honest() -> Wrong {
        let inner = NativeAdapter::<Gemini>::new().unwrap();
        let descriptor = inner.descriptor().clone();
        let read: Read = |inner, sections| inner.read(sections);
        Wrong {
            inner,
            descriptor,
            read,
            write: |inner, sections, edits| inner.write(sections, edits),
        }
    }

    pub(crate) fn reads(read: Read) -> Wrong {
        Wrong { read, ..Wrong::honest() }
    }

    pub(crate) fn writes(write: Write) -> Wrong {
        Wrong { write, ..Wrong::honest() }
    }

    pub(crate) fn describes(change: fn(&mut HostDescriptor)) -> Wrong {
        let mut wrong = Wrong::honest();
        change(&mut wrong.descriptor);
        wrong
    }
}

impl HostAdapter for Wrong {
    fn descriptor(&self) -> &HostDescriptor {
        &self.descriptor
    }

    fn read(&self, sections: &[Section]) -> Result<Reading, AdapterError> {
        (self.read)(&self.inner, sections)
    }

    fn write(&self, sections: &[Section], edits: &[Edit]) -> Result<Writing, AdapterError> {
        (self.write)(&self.inner, sections, edits)
    }
}

/// Changes every server that is to be put.
pub(crate) fn puts(edits: &[Edit], change: impl Fn(&mut Server)) -> Vec<Edit> {
    let mut edits = edits.to_vec();
    for edit in &mut edits {
        if let Edit::Put(server) = edit {
            change(server);
        }
    }
    edits
}

/// Changes the section of servers, where it is handed back.
pub(crate) fn written(mut writing: Writing, change: impl Fn(&mut Value)) -> Writing {
    for section in writing.sections.iter_mut().filter(|it| it.path == ["mcpServers"]) {
        if let Some(text) = &section.value {
            let mut value: Value = serde_json::from_str(text).unwrap();
            change(&mut value);
            section.value = Some(value.to_string());
        }
    }
    writing
}

pub(crate) fn servers(section: &mut Value) -> impl Iterator<Item = (&String, &mut Value)> {
    section.as_object_mut().unwrap().iter_mut()
}

pub(crate) fn is_put(edits: &[Edit], name: &str) -> bool {
    edits.iter().any(|edit| matches!(edit, Edit::Put(server) if server.name.as_str() == name))
}
