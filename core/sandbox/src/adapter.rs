//! A component as a [`HostAdapter`].
//!
//! Every call is given a store and an instance of its own, which are thrown away after it:
//! nothing is carried from one document to the next, and what a trap leaves behind is seen
//! by nobody.

use std::borrow::Cow;

use hatch_core::adapter::{AdapterError, Edit, HostAdapter, Reading, Section, Writing};
use hatch_core::host::HostDescriptor;

use crate::answer::{check_reading, check_writing, failed};
use crate::code::Compiled;
use crate::error::DescribeError;
use crate::limits::{Limits, input_size};
use crate::loaded::Component;
use crate::table::{self, Table};

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
            .load()
            .and_then(|loaded| loaded.version.describe(loaded, Limits::for_input(0)))
            .and_then(|text| crate::descriptor::read(&text))
            .and_then(|descriptor| crate::descriptor::check(&descriptor).map(|()| descriptor));
        match descriptor {
            Ok(descriptor) => Ok(SandboxedAdapter { descriptor, component, dialect: None }),
            Err(reason) => Err(DescribeError { name: crate::clean(name), reason }),
        }
    }

    /// The sections as the component is handed them. A table is none that it may change: an
    /// answer is held against the host's own.
    fn given<'a>(&self, sections: &'a [Section]) -> Cow<'a, [Section]> {
        let Some(dialect) = &self.dialect else { return Cow::Borrowed(sections) };
        let (document, path) = (table::SECTION.to_owned(), Vec::new());
        let table = Section { document, path, value: Some(dialect.clone()) };
        sections.iter().cloned().chain([table]).collect()
    }
}

impl HostAdapter for SandboxedAdapter {
    fn descriptor(&self) -> &HostDescriptor {
        &self.descriptor
    }

    /// Whether its code was loaded.
    fn is_ready(&self) -> bool {
        self.component.is_loaded()
    }

    fn read(&self, sections: &[Section]) -> Result<Reading, AdapterError> {
        let id = &self.descriptor.id;
        let limits = Limits::for_input(input_size(sections, 0));
        let loaded = self.component.load().map_err(|reason| failed(id, reason))?;
        let reading = loaded.version.read(loaded, limits, &self.given(sections), id);
        let reading = reading.map_err(|reason| failed(id, reason))??;
        check_reading(&reading).map_err(|reason| failed(id, reason))?;
        Ok(reading)
    }

    fn write(&self, sections: &[Section], edits: &[Edit]) -> Result<Writing, AdapterError> {
        let id = &self.descriptor.id;
        let limits = Limits::for_input(input_size(sections, edits.len()));
        let loaded = self.component.load().map_err(|reason| failed(id, reason))?;
        let given = self.given(sections);
        let writing = loaded.version.write(loaded, limits, &given, edits, id);
        let writing = writing.map_err(|reason| failed(id, reason))??;
        check_writing(&writing, sections, edits).map_err(|reason| failed(id, reason))?;
        Ok(writing)
    }
}
