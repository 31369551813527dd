//! One adapter for every host that a table describes.
//!
//! Among its sections it finds the table ([`DOCUMENT`]), which is the dialect of a host as
//! JSON; it makes a [`Dialect`] of it and lets that do the rest. `core/sandbox/src/table/` reads
//! tables, checks them and writes this JSON, and nothing else does. So what is missing here is
//! taken for what the host can't say, and only a table that is none at all is an error.

mod dialect;

use hatch_adapter_sdk::json::Value;
use hatch_adapter_sdk::servers::find_section;
use hatch_adapter_sdk::{Adapter, Dialect, Edit, Error, Reading, Section, Writing};

use crate::dialect::{Keys, Lists, dialect, references};

/// The document that the table is in; it is its whole.
pub const DOCUMENT: &str = "hatch:table";

/// The adapter.
#[derive(Debug)]
pub struct Table;

impl Adapter for Table {
    /// It is for no host of its own, so that nobody can load it as an adapter.
    const DESCRIPTOR: &'static str = "{}";

    fn read(sections: &[Section]) -> Result<Reading, Error> {
        with_dialect(sections, |dialect| dialect.read(sections))
    }

    fn write(sections: &[Section], edits: &[Edit]) -> Result<Writing, Error> {
        with_dialect(sections, |dialect| dialect.write(sections, edits))
    }
}

hatch_adapter_sdk::export!(Table);

/// Calls with the dialect among the sections.
///
/// # Errors
///
/// Fails where there is none, and as the call does.
pub fn with_dialect<T>(
    sections: &[Section],
    call: impl FnOnce(&Dialect<'_>) -> Result<T, Error>,
) -> Result<T, Error> {
    let table = find_section(sections, DOCUMENT, &[])?;
    let Some(Value::Object(table)) = &table else {
        return Err(Error::Other("it was handed no table".to_owned()));
    };
    let keys = Keys::of(table);
    let (lists, references) = (Lists::of(keys), references(keys));
    call(&dialect(keys, &lists, &references))
}
