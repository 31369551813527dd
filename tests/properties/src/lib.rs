//! What holds of hatch's parsers and editors, whatever bytes they are given.
//!
//! Each property is a function of bytes that panics where it does not hold. A fuzzer looks for
//! such bytes (`tests/fuzz/`), and `tests/replay.rs` gives every function the bytes that were
//! found once, in `tests/fuzz/regressions/`, and those that the fuzzer begins with.
#![expect(clippy::missing_panics_doc, reason = "that is what each is for")]

pub mod adapter;
pub mod choices;
#[cfg(feature = "sandbox")]
pub mod component;
pub mod document;
pub mod environment;
pub mod filter;
#[cfg(feature = "sandbox")]
pub mod host;
pub mod journal;
pub mod kept;
pub mod saved;
pub mod scan;
#[cfg(feature = "sandbox")]
pub mod table;
pub mod template;
pub mod terminal;
pub mod values;

/// A property: it panics where it does not hold.
pub type Property = fn(&[u8]);

/// All of them, by the names of the fuzzer's targets.
pub const ALL: &[(&str, Property)] = &[
    ("adapter", adapter::adapter),
    #[cfg(feature = "sandbox")]
    ("component", component::component),
    ("environment", environment::environment),
    ("filter", filter::filter),
    #[cfg(feature = "sandbox")]
    ("host_edit", host::host_edit),
    ("journal", journal::journal),
    ("json_differential", document::json_differential),
    ("json_reconcile", document::json_reconcile),
    ("kept", kept::kept),
    ("manifest", journal::manifest),
    ("saved_plan", saved::saved_plan),
    #[cfg(feature = "sandbox")]
    ("table", table::table),
    ("template", template::template),
    ("terminal", terminal::terminal),
];
