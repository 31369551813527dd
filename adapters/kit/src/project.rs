//! A folder that an adapter is written in.
//!
//! ```text
//! my-host/
//! ├── adapter.toml        with code: in which language; without: the table that is the adapter
//! ├── descriptor.json     with code: what the adapter says of its host
//! ├── cases/              documents, edits, and what must come of them
//! └── adapter.wasm        with code: what `hatch adapter build` makes
//! ```

use std::fmt;
use std::path::{Path, PathBuf};

use serde::Deserialize;

/// The file that makes a folder a project.
pub const MANIFEST: &str = "adapter.toml";
/// What a project with code is built into.
pub const COMPONENT: &str = "adapter.wasm";
/// What an adapter with code says of its host.
pub const DESCRIPTOR: &str = "descriptor.json";
/// The folder of cases.
pub const CASES: &str = "cases";

/// What an adapter is written in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Language {
    /// Rust, with the SDK.
    Rust,
    /// JavaScript, with `componentize-js`.
    Javascript,
    /// Python, with `componentize-py`.
    Python,
    /// C, with `clang` and `wit-bindgen`.
    C,
}

impl fmt::Display for Language {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Language::Rust => "Rust",
            Language::Javascript => "JavaScript",
            Language::Python => "Python",
            Language::C => "C",
        })
    }
}

/// A folder that an adapter is written in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Project {
    /// The folder.
    pub folder: PathBuf,
    /// What its code is written in; `None` for a table, which needs none.
    pub language: Option<Language>,
}

/// Why a folder is no project.
#[derive(Debug, thiserror::Error)]
#[error("`{MANIFEST}` can't be used")]
pub struct ProjectError(#[from] toml::de::Error);

#[derive(Deserialize)]
struct Manifest {
    build: Option<Build>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Build {
    language: Language,
}

impl Project {
    /// Reads a project's manifest, whose text this is. That of a table is looked at no
    /// further than to see that it is one.
    ///
    /// # Errors
    ///
    /// Fails where the text is no TOML or names a language that is not known.
    pub fn read(folder: &Path, manifest: &str) -> Result<Project, ProjectError> {
        let manifest: Manifest = toml::from_str(manifest)?;
        let language = manifest.build.map(|build| build.language);
        Ok(Project { folder: folder.to_owned(), language })
    }

    /// The file that is installed, published and tested.
    pub fn adapter(&self) -> PathBuf {
        self.folder.join(if self.language.is_some() { COMPONENT } else { MANIFEST })
    }

    /// The folder of cases.
    pub fn cases(&self) -> PathBuf {
        self.folder.join(CASES)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn code_has_a_language_and_a_table_has_none() {
        let read = |text| Project::read(Path::new("/p"), text);
        let code = read("[build]\nlanguage = \"python\"\n").unwrap();
        assert_eq!(code.language, Some(Language::Python));
        assert_eq!(code.adapter(), Path::new("/p/adapter.wasm"));
        let table = read("id = \"example\"\n[dialect]\n").unwrap();
        assert_eq!((table.language, table.adapter()), (None, "/p/adapter.toml".into()));
        assert!(read("[build]\nlanguage = \"cobol\"\n").is_err());
        assert!(read("id =").is_err());
    }
}
