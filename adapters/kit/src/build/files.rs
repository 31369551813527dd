//! The files of a project. They are an author's own sources and what is made of them, and no
//! host's documents, so that they are written without a transaction.
#![expect(clippy::disallowed_methods, reason = "an author's sources, which other tools write too")]

use std::fs;
use std::path::{Path, PathBuf};

use super::BuildError;

/// The path of a folder that is there, as tools that run in it can use it.
pub(crate) fn absolute(folder: &Path) -> Result<PathBuf, BuildError> {
    std::path::absolute(folder)
        .map_err(|source| BuildError::Read { path: folder.to_owned(), source })
}

pub(crate) fn read(path: &Path) -> Result<Vec<u8>, BuildError> {
    fs::read(path).map_err(|source| BuildError::Read { path: path.to_owned(), source })
}

pub(crate) fn read_text(path: &Path) -> Result<String, BuildError> {
    fs::read_to_string(path).map_err(|source| BuildError::Read { path: path.to_owned(), source })
}

/// Writes a file and the folders that it is in. One that says so already keeps its time, by
/// which some tools tell what to build again.
pub(crate) fn write(path: &Path, bytes: &[u8]) -> Result<(), BuildError> {
    if fs::read(path).is_ok_and(|old| old == bytes) {
        return Ok(());
    }
    if let Some(parent) = path.parent() {
        create_folder(parent)?;
    }
    fs::write(path, bytes).map_err(|source| BuildError::Write { path: path.to_owned(), source })
}

pub(crate) fn create_folder(path: &Path) -> Result<(), BuildError> {
    fs::create_dir_all(path).map_err(|source| BuildError::Write { path: path.to_owned(), source })
}

/// Whether a folder is missing, or has nothing in it.
pub(crate) fn is_empty(folder: &Path) -> bool {
    match fs::read_dir(folder) {
        Ok(mut entries) => entries.next().is_none(),
        Err(_) => !folder.exists(),
    }
}
