//! What authors make, build and test host adapters with: the work behind `hatch adapter new`,
//! `build` and `test`.
//!
//! An adapter is written in a folder of its own, a [`Project`].

pub mod build;
pub mod conformance;
pub mod contract;
pub mod new;
pub mod project;

pub use build::{BuildError, build};
pub use project::{Language, Project, ProjectError};
