//! The published shape of `hatch adapter test`.

use hatch_adapter_kit::conformance::{Fault, Tried};
use hatch_core::plan::redact;
use schemars::JsonSchema;
use serde::Serialize;

/// How an adapter was tested (`hatch adapter test`).
#[derive(Debug, JsonSchema, Serialize)]
pub struct AdapterTest {
    /// The shape's name.
    pub schema: &'static str,
    /// The file that was tested.
    pub file: String,
    /// The adapter's id; none where it can't be loaded.
    pub adapter: Option<String>,
    /// The name of its host; none where it can't be loaded.
    pub name: Option<String>,
    /// Whether nothing is wrong.
    pub passed: bool,
    /// What every adapter has to keep, and how this one does.
    pub checks: Vec<CheckRow>,
    /// The cases of its folder.
    pub cases: Vec<CaseRow>,
}

/// Something that every adapter has to keep.
#[derive(Debug, JsonSchema, Serialize)]
pub struct CheckRow {
    /// Its short name.
    pub name: &'static str,
    /// What is promised, in words.
    pub promise: &'static str,
    /// Whether nothing is wrong.
    pub passed: bool,
    /// What could not be tried with this adapter, and why.
    pub untried: Option<String>,
    /// What is wrong.
    pub faults: Vec<FaultRow>,
}

/// A case folder.
#[derive(Debug, JsonSchema, Serialize)]
pub struct CaseRow {
    /// The folder's name.
    pub name: String,
    /// Whether nothing is wrong.
    pub passed: bool,
    /// Its files that were written anew, with `--bless`.
    pub blessed: Vec<&'static str>,
    /// What is wrong.
    pub faults: Vec<FaultRow>,
}

/// Something that an adapter does wrong.
#[derive(Debug, JsonSchema, Serialize)]
pub struct FaultRow {
    /// What is wrong, in words.
    pub fault: String,
    /// What the adapter's author should do.
    pub advice: String,
    /// What there should be, where that shows more than words.
    pub expected: Option<String>,
    /// What there is instead.
    pub found: Option<String>,
}

impl CheckRow {
    /// A promise that was tried.
    pub fn of(tried: Tried) -> Self {
        CheckRow {
            name: tried.promise.name(),
            promise: tried.promise.words(),
            passed: tried.faults.is_empty(),
            untried: tried.untried,
            faults: tried.faults.into_iter().map(FaultRow::of).collect(),
        }
    }
}

impl FaultRow {
    /// A fault. What looks like a secret in a case is masked.
    pub fn of(fault: Fault) -> Self {
        let difference = fault.difference;
        let masked = difference.map(|it| (redact::prose(&it.expected), redact::prose(&it.found)));
        let (expected, found) = masked.unzip();
        FaultRow { fault: fault.what, advice: fault.advice, expected, found }
    }
}
