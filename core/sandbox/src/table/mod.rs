//! Adapters without code: a TOML file that says of a host what it is, where its documents are
//! and how it spells servers.
//!
//! [`Table::parse`] reads one and holds it against everything that can be known of it without
//! running anything. What runs is one component for all tables, which is built in
//! (`adapters/table/`): it is handed the dialect as one more section, [`SECTION`], beside the
//! host's own, and the contract is the same as for every adapter. So a table is granted, limited
//! and checked as code is: see [`crate::SandboxedAdapter::of_table`].
//!
//! `wit/table.schema.json` is the shape for editors, and `docs/table-adapters.md` says it in
//! words.
//!
//! # Invariants
//!
//! * A table says nothing twice: the descriptor's fields and references follow from the dialect.
//! * What the component is handed was checked here, so it has no errors of its own to explain.

mod check;
mod error;
mod shape;

use hatch_core::host::HostDescriptor;
use serde::Serialize;

use self::error::Source;
pub use self::error::TableError;
use self::shape::{Dialect, TableFile};

/// The document that the component finds a table in. No host's document is called so.
pub(crate) const SECTION: &str = "hatch:table";

/// A table that makes sense.
#[derive(Clone, Debug)]
pub struct Table {
    descriptor: HostDescriptor,
    dialect: String,
}

/// What the component is handed.
#[derive(Serialize)]
struct Handed<'a> {
    host: &'a str,
    document: &'a str,
    section: &'a [String],
    #[serde(flatten)]
    dialect: &'a Dialect,
}

impl Table {
    /// Reads the text of a table.
    ///
    /// # Errors
    ///
    /// Fails at the first thing that is no TOML, has no place in a table, or makes no sense; the
    /// error has the line and the column.
    pub fn parse(text: &str) -> Result<Table, TableError> {
        let source = Source::parse(text)?;
        check::check_shape(&source)?;
        let mut file: TableFile = source.read()?;
        check::check(&mut file, &source)?;
        let descriptor = file.descriptor();
        let section = file.dialect.section.clone().unwrap_or_default();
        let handed = Handed {
            host: &descriptor.name,
            document: &descriptor.documents[0].id,
            section: &section,
            dialect: &file.dialect,
        };
        let dialect = serde_json::to_string(&handed)
            .map_err(|error| source.error("dialect", error.to_string()))?;
        Ok(Table { descriptor, dialect })
    }

    /// What the table says of its host.
    pub fn descriptor(&self) -> &HostDescriptor {
        &self.descriptor
    }

    /// How its host spells servers, as JSON.
    pub fn dialect(&self) -> &str {
        &self.dialect
    }
}
