//! Begins a project: a folder with an adapter that builds and passes its tests, to be changed
//! into one for a real host.
//!
//! Templates are the plain files of `templates/`; in them `{{id}}` and `{{name}}` stand for
//! the host's id and name. What templates have in common with the worked examples
//! (`adapters/examples`) is taken from there, and a Rust project carries the SDK's sources,
//! which no registry has yet.

use std::path::{Path, PathBuf};

use crate::build::{BuildError, files};
use crate::contract;

/// What a project begins as.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Template {
    /// Code in Rust.
    Rust,
    /// Code in JavaScript.
    Javascript,
    /// Code in Python.
    Python,
    /// Code in C.
    C,
    /// A table, and no code.
    Table,
}

/// Why there is no new project.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum NewError {
    /// Something is there already.
    #[error("`{}` is there already, and not an empty folder", .0.display())]
    NotEmpty(PathBuf),
    /// A file can't be written.
    #[error(transparent)]
    Write(#[from] BuildError),
}

/// A file of a template: where it goes, and its text.
type File = (&'static str, &'static str);

/// Files of one template's folder, by the paths that they have in a project.
macro_rules! files {
    ($folder:literal: $($path:literal),+ $(,)?) => {
        &[$(($path, include_str!(concat!("../templates/", $folder, "/", $path)))),+]
    };
}

/// Files of one template's folder, each as `path in a project => path in the repository`.
macro_rules! shared {
    ($($path:literal => $from:literal),+ $(,)?) => { &[$(($path, include_str!($from))),+] };
}

/// What every project with code has.
const COMMON: &[File] = shared! {
    ".gitignore" => "../templates/common/gitignore",
    "descriptor.json" => "../templates/common/descriptor.json",
};

/// What must come of edits, for the host that all templates are for.
const CASES: &[File] = shared! {
    "cases/add-to-absent-file/edits.json" => "../templates/common/cases/add-to-absent-file/edits.json",
    "cases/add-to-absent-file/after.json" => "../templates/common/cases/add-to-absent-file/after.json",
    "cases/add-to-absent-file/outcomes.json" => "../templates/common/cases/add-to-absent-file/outcomes.json",
    "cases/change-keeps-unknown-keys/before.json" => "../templates/common/cases/change-keeps-unknown-keys/before.json",
    "cases/change-keeps-unknown-keys/edits.json" => "../templates/common/cases/change-keeps-unknown-keys/edits.json",
    "cases/change-keeps-unknown-keys/after.json" => "../templates/common/cases/change-keeps-unknown-keys/after.json",
    "cases/change-keeps-unknown-keys/outcomes.json" => "../templates/common/cases/change-keeps-unknown-keys/outcomes.json",
    "cases/references/before.json" => "../templates/common/cases/references/before.json",
    "cases/references/edits.json" => "../templates/common/cases/references/edits.json",
    "cases/references/after.json" => "../templates/common/cases/references/after.json",
    "cases/references/outcomes.json" => "../templates/common/cases/references/outcomes.json",
    "cases/references/reading.json" => "../templates/common/cases/references/reading.json",
};

const RUST: &[File] = files!("rust": "adapter.toml", "Cargo.toml", "src/lib.rs", "tests/cases.rs",
    "vendor/hatch-adapter-sdk/Cargo.toml");

const SDK: &[File] = shared! {
    "vendor/hatch-adapter-sdk/src/case.rs" => "../../sdk/src/case.rs",
    "vendor/hatch-adapter-sdk/src/case/spell.rs" => "../../sdk/src/case/spell.rs",
    "vendor/hatch-adapter-sdk/src/dialect.rs" => "../../sdk/src/dialect.rs",
    "vendor/hatch-adapter-sdk/src/dialect/keys.rs" => "../../sdk/src/dialect/keys.rs",
    "vendor/hatch-adapter-sdk/src/json.rs" => "../../sdk/src/json.rs",
    "vendor/hatch-adapter-sdk/src/json/parse.rs" => "../../sdk/src/json/parse.rs",
    "vendor/hatch-adapter-sdk/src/lib.rs" => "../../sdk/src/lib.rs",
    "vendor/hatch-adapter-sdk/src/put.rs" => "../../sdk/src/put.rs",
    "vendor/hatch-adapter-sdk/src/read.rs" => "../../sdk/src/read.rs",
    "vendor/hatch-adapter-sdk/src/references.rs" => "../../sdk/src/references.rs",
    "vendor/hatch-adapter-sdk/src/servers.rs" => "../../sdk/src/servers.rs",
    "vendor/hatch-adapter-sdk/src/template.rs" => "../../sdk/src/template.rs",
};

const JAVASCRIPT: &[File] =
    files!("javascript": "adapter.toml", "package.json", "src/adapter.js", "src/template.js");
const JAVASCRIPT_SHARED: &[File] = shared! {
    ".npmrc" => "../../examples/opencode/.npmrc",
    "src/json.js" => "../../examples/opencode/src/json.js",
};

const PYTHON: &[File] = files!("python": "adapter.toml", "src/adapter.py", "src/template.py");
const PYTHON_SHARED: &[File] = shared! {
    "requirements.txt" => "../../examples/vscode/requirements.txt",
    "src/raw.py" => "../../examples/vscode/src/raw.py",
};

const C: &[File] = files!("c": "adapter.toml", "src/adapter.c", "src/template.c");
const C_SHARED: &[File] = shared! {
    "src/json.c" => "../../examples/crush/src/json.c",
    "src/json.h" => "../../examples/crush/src/json.h",
    "src/template.h" => "../../examples/crush/src/template.h",
    "src/libc.c" => "../../examples/crush/src/libc.c",
    "src/include/stdlib.h" => "../../examples/crush/src/include/stdlib.h",
    "src/include/string.h" => "../../examples/crush/src/include/string.h",
};

const TABLE: &[File] = files!("table": "adapter.toml");

impl Template {
    /// The files that it is made of.
    fn files(self) -> impl Iterator<Item = &'static File> {
        let groups: &[&[File]] = match self {
            Template::Rust => &[COMMON, CASES, &contract::FILES, RUST, SDK],
            Template::Javascript => {
                &[COMMON, CASES, &contract::FILES, JAVASCRIPT, JAVASCRIPT_SHARED]
            }
            Template::Python => &[COMMON, CASES, &contract::FILES, PYTHON, PYTHON_SHARED],
            Template::C => &[COMMON, CASES, &contract::FILES, C, C_SHARED],
            Template::Table => &[CASES, TABLE],
        };
        groups.iter().flat_map(|group| group.iter())
    }
}

/// Makes a project in a folder that is missing or empty. Returns the paths of its files, as
/// they are in the project.
///
/// # Errors
///
/// Fails where something is in the folder already, and where a file can't be written.
pub fn create(
    folder: &Path,
    id: &str,
    name: &str,
    template: Template,
) -> Result<Vec<&'static str>, NewError> {
    if !files::is_empty(folder) {
        return Err(NewError::NotEmpty(folder.to_owned()));
    }
    let mut paths = Vec::new();
    for (path, text) in template.files() {
        let text = text.replace("{{id}}", id).replace("{{name}}", name);
        files::write(&folder.join(path), text.as_bytes())?;
        paths.push(*path);
    }
    paths.sort_unstable();
    Ok(paths)
}
