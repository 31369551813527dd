//! The contract as text, for projects and for tools.

use std::path::Path;

use crate::build::BuildError;
use crate::build::files;

/// What every project has of the contract: the path in the project, and the text.
pub const FILES: [(&str, &str); 2] = [
    ("wit/0.1/host-adapter.wit", include_str!("../../../wit/0.1/host-adapter.wit")),
    ("wit/0.1/descriptor.schema.json", include_str!("../../../wit/0.1/descriptor.schema.json")),
];

/// Puts the contract into a project that lacks it.
pub(crate) fn write_missing(folder: &Path) -> Result<(), BuildError> {
    for (path, text) in FILES {
        if !folder.join(path).exists() {
            files::write(&folder.join(path), text.as_bytes())?;
        }
    }
    Ok(())
}
