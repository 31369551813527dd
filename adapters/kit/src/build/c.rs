//! C: everything in `src/` with clang and lld, freestanding. The contract as C declarations
//! comes with hatch, so that `wit-bindgen` need not be installed.

use std::path::{Path, PathBuf};
use std::process::Command;

use super::component::{self, World};
use super::tool::{self, Progress};
use super::{BuildError, built, files};

/// The newest first; the first that has `#embed`, for the descriptor, is 19.
const COMPILERS: [&str; 6] = ["clang", "clang-23", "clang-22", "clang-21", "clang-20", "clang-19"];
const OLDEST: u32 = 19;

/// What `wit-bindgen` makes of the contract; `build-adapters` writes it.
const BINDINGS: [(&str, &str); 2] = [
    ("hatch.h", include_str!("../../bindings/c/hatch.h")),
    ("hatch.c", include_str!("../../bindings/c/hatch.c")),
];

pub(super) fn component(folder: &Path, progress: Progress<'_>) -> Result<Vec<u8>, BuildError> {
    let compiler = compiler()?;
    for (name, text) in BINDINGS {
        files::write(&built(folder, &format!("bindings/{name}")), text.as_bytes())?;
    }
    progress(&format!("Compiling with {compiler}"));
    let mut build = Command::new(compiler);
    build.args(["--target=wasm32-unknown-unknown", "-std=c23", "-O2", "-Wall", "-Wextra"]);
    build.args(["-ffreestanding", "-nostdlib", "--embed-dir=."]);
    build.args(["-isystem", "src/include", "-isystem", "build/bindings"]);
    build.args(sources(folder)?).arg("build/bindings/hatch.c");
    build.args(["-Wl,--no-entry", "-Wl,--strip-all", "-o", "build/module.wasm"]);
    tool::run(build.current_dir(folder))?;
    let mut module = files::read(&built(folder, "module.wasm"))?;
    component::embed_world(&mut module, &World::read(&folder.join("wit/0.1"))?)?;
    component::encode(&module)
}

/// A clang that is new enough. Its linker is a package of its own, which clang names when it
/// is missing.
fn compiler() -> Result<&'static str, BuildError> {
    COMPILERS.into_iter().find(|name| version(name).is_some_and(|it| it >= OLDEST)).ok_or_else(
        || BuildError::MissingTool {
            tool: format!("clang {OLDEST} or newer"),
            hint: "install clang with lld (Debian: `apt-get install clang-22 lld-22`)".to_owned(),
        },
    )
}

fn version(compiler: &str) -> Option<u32> {
    let output = Command::new(compiler).arg("-dumpversion").output().ok()?;
    String::from_utf8(output.stdout).ok()?.split('.').next()?.trim().parse().ok()
}

fn sources(folder: &Path) -> Result<Vec<PathBuf>, BuildError> {
    let path = folder.join("src");
    let unreadable = |source| BuildError::Read { path: path.clone(), source };
    let mut sources = Vec::new();
    for entry in std::fs::read_dir(&path).map_err(unreadable)? {
        let name = PathBuf::from(entry.map_err(unreadable)?.file_name());
        if name.extension().is_some_and(|extension| extension == "c") {
            sources.push(Path::new("src").join(name));
        }
    }
    // The order in which a folder lists them must not change what comes out.
    sources.sort();
    Ok(sources)
}
