//! Makes a component of a project: `adapter.wasm` in its folder.
//!
//! Each language has its own tools, which are run and never bundled; one that is not there is
//! an error that says how to get it. What comes out is checked as everything that hatch loads.
//! What tools need of the contract (its WIT text, its schema) is put into the project where it
//! is missing.
//!
//! # Invariants
//!
//! * A component that hatch would not load is not written.
//! * What is made on the way is in the project's `build` folder, and nowhere else.

mod c;
pub mod component;
pub(crate) mod files;
mod javascript;
mod python;
pub mod rust;
mod tool;

use std::io;
use std::path::{Path, PathBuf};

use hatch_sandbox::ComponentError;

use crate::project::{DESCRIPTOR, Language, Project};

pub use tool::Progress;

/// The folder of a project in which all is made.
const BUILD: &str = "build";

/// Why there is no component.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum BuildError {
    /// A tool is not there.
    #[error("{tool} is not there")]
    MissingTool {
        /// What is looked for.
        tool: String,
        /// How to get it.
        hint: String,
    },
    /// A tool found fault, and said so on its own.
    #[error("`{tool}` failed")]
    ToolFailed {
        /// Its name.
        tool: String,
    },
    /// A tool can't be run.
    #[error("failed to start `{tool}`")]
    Start {
        /// Its name.
        tool: String,
        /// Why.
        source: io::Error,
    },
    /// A file of the project can't be read.
    #[error("failed to read `{}`", path.display())]
    Read {
        /// Which.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// A file of the project can't be written.
    #[error("failed to write `{}`", path.display())]
    Write {
        /// Which.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// A file of the project does not say what it has to.
    #[error("`{}` {reason}", path.display())]
    Project {
        /// Which.
        path: PathBuf,
        /// What is wrong with it, as the end of a sentence.
        reason: String,
    },
    /// The compiler's module is none of an adapter.
    #[error("the module can't be made a component: {0}")]
    Encode(String),
    /// hatch would not load it.
    #[error("what was built is no adapter")]
    Unusable(#[from] ComponentError),
    /// A table has nothing to build.
    #[error("an adapter that is a table is not built: `adapter.toml` is the adapter")]
    Table,
}

impl BuildError {
    /// What to do about it.
    pub fn hint(&self) -> Option<&str> {
        match self {
            BuildError::MissingTool { hint, .. } => Some(hint),
            BuildError::Unusable(error) => error.hint(),
            BuildError::Table => Some("try it with `hatch adapter test`"),
            _ => None,
        }
    }
}

/// Builds a project, writes its component and returns it. `progress` is told of each step that
/// takes a while.
///
/// # Errors
///
/// Fails where a tool is missing or fails, and where what comes out is no adapter.
pub fn build(project: &Project, progress: Progress<'_>) -> Result<Vec<u8>, BuildError> {
    let language = project.language.ok_or(BuildError::Table)?;
    let folder = files::absolute(&project.folder)?;
    let descriptor = files::read_text(&folder.join(DESCRIPTOR))?;
    hatch_sandbox::read_descriptor(&descriptor)
        .map_err(|reason| BuildError::Project { path: folder.join(DESCRIPTOR), reason })?;
    crate::contract::write_missing(&folder)?;
    files::create_folder(&folder.join(BUILD))?;
    let component = match language {
        Language::Rust => rust::component(&folder, progress),
        Language::Javascript => javascript::component(&folder, &descriptor, progress),
        Language::Python => python::component(&folder, &descriptor, progress),
        Language::C => c::component(&folder, progress),
    }?;
    hatch_sandbox::check(&component)?;
    files::write(&project.adapter(), &component)?;
    Ok(component)
}

/// A path below the project's `build` folder.
fn built(folder: &Path, name: &str) -> PathBuf {
    folder.join(BUILD).join(name)
}
