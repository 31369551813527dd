//! Why a component was refused or stopped, in words.

use wasmtime::{Error, Trap};

use crate::contract::{CONTRACT, Version};
use crate::limits::{Limits, Reached};

/// Why a file is no component that hatch can run.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ComponentError {
    /// It is larger than any adapter.
    #[error("it has {size} bytes, and the limit is {limit}")]
    TooLarge {
        /// Bytes of the file.
        size: usize,
        /// Bytes that it may have.
        limit: usize,
    },
    /// It does not begin as a WASM file does.
    #[error("it is no WASM file")]
    NotWasm,
    /// It is a core module: the result of a build that was not made a component.
    #[error("it is a core module and not a component")]
    CoreModule,
    /// It is damaged or uses what this version does not know.
    #[error("it is damaged: {0}")]
    Malformed(String),
    /// It wants something from outside.
    #[error("it imports `{name}`, and an adapter may import nothing")]
    Imports {
        /// The import.
        name: String,
        /// How to build it without.
        hint: String,
    },
    /// It is a component, but no adapter.
    #[error("it does not export `{}`", CONTRACT)]
    NotAnAdapter,
    /// It was made for a version of the contract that this hatch does not know.
    #[error(
        "it was made for version {found} of the adapter contract, and this hatch knows {}",
        Version::known()
    )]
    UnknownVersion {
        /// The version in the export's name.
        found: String,
    },
    /// It has so many functions that compiling them would take too much.
    #[error("it has more than {limit} functions")]
    TooManyFunctions {
        /// How many it may have.
        limit: usize,
    },
    /// It has a function so long that compiling it would take too much.
    #[error("it has a function of {size} bytes, and the limit is {limit}")]
    FunctionTooLong {
        /// Bytes of the function.
        size: usize,
        /// Bytes that it may have.
        limit: usize,
    },
    /// The compiler did not take it.
    #[error("it can't be compiled: {0}")]
    Compiler(String),
    /// The process that compiles did not end well.
    #[error("compiling it {0}")]
    Child(String),
}

impl ComponentError {
    /// What to do about it.
    pub fn hint(&self) -> Option<&str> {
        match self {
            ComponentError::CoreModule => Some(
                "make it a component, with `hatch adapter build` or `wasm-tools component new`",
            ),
            ComponentError::Imports { hint, .. } => Some(hint),
            ComponentError::UnknownVersion { found } if Version::is_too_new(found) => {
                Some("a newer hatch may know it; or ask for the adapter at an older version")
            }
            _ => None,
        }
    }
}

/// Why an adapter could not be had from a component.
#[derive(Debug, thiserror::Error)]
#[error("the `{name}` adapter failed: {reason}")]
pub struct DescribeError {
    /// What the caller calls it: its true id is not known yet.
    pub name: String,
    /// What it did.
    pub reason: String,
}

/// What stopped a component, in words that follow its name. `otherwise` is what is wrong where
/// it reached no limit and did not trap.
pub(crate) fn reason(otherwise: &str, error: &Error, limits: &Limits) -> String {
    if let Some(reached) = error.downcast_ref::<Reached>() {
        return reached.to_string();
    }
    match error.downcast_ref::<Trap>() {
        Some(Trap::Interrupt) => limits.time_in_words(),
        Some(Trap::StackOverflow) => "its calls nest too deeply (stack overflow)".to_owned(),
        Some(Trap::UnreachableCodeReached) => "it trapped: unreachable code".to_owned(),
        Some(trap) => {
            let trap = trap.to_string();
            format!("it trapped: {}", trap.strip_prefix("wasm trap: ").unwrap_or(&trap))
        }
        None if is_answer_too_large(error) => limits.answer_in_words(),
        None => crate::clean(&format!("{otherwise}: {error:#}")),
    }
}

/// The engine has no public type for this one error.
fn is_answer_too_large(error: &Error) -> bool {
    error.root_cause().to_string().contains("fuel allocated for hostcalls has been exhausted")
}
