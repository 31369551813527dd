//! Runs host adapters that are WASM components, and lets them compute and nothing else.
//!
//! A component imports nothing: it has no files, no network, no clock, no process
//! environment. It is handed sections as text and returns text. Time, memory, stack and the
//! size of an answer are bounded, each call has an instance of its own, and an answer is
//! checked before it is believed. Whatever goes wrong is an ordinary error with the
//! adapter's name.
//!
//! Bytes become an adapter in three steps: [`check`] looks at them, [`compile_in_child`]
//! makes them [`Compiled`] in a process with limits (or [`compile`] in this one, for
//! components of our own), and [`SandboxedAdapter`] runs them. [`Cache`] keeps what was
//! compiled, in a store that it is handed. A [`Table`] is an adapter without bytes of its own.
//!
//! # Invariants
//!
//! * A run compiles nothing: its engine can't.
//! * Unsafe code is in the module `code` alone.

mod adapter;
mod answer;
mod bindings;
mod cache;
mod child;
mod code;
mod component;
mod contract;
mod descriptor;
mod engine;
mod error;
mod limits;
mod loaded;
mod table;
mod watchdog;

pub use adapter::SandboxedAdapter;
pub use answer::{check_reading, check_writing, failed};
pub use cache::Cache;
pub use child::{child_main, compile_in_child};
pub use code::{Compiled, Embedded};
pub use component::{MAX_SIZE, check, compile, compile_for};
pub use descriptor::{check as check_descriptor, read as read_descriptor};
pub use engine::TARGET;
pub use error::{ComponentError, DescribeError};
pub use limits::clean;
pub use table::{Table, TableError};
