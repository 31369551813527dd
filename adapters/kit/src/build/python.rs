//! Python: the module `adapter` of `src/` with `componentize-py`, which puts it beside a Python
//! interpreter. It is the project's own, from `.venv`, or one that is on the PATH.

use std::path::{Path, PathBuf};
use std::process::Command;

use super::tool::{self, Progress};
use super::{BuildError, built, files};

const TOOL: &str = "componentize-py";
const ENVIRONMENT: &str = ".venv";

pub(super) fn component(
    folder: &Path,
    descriptor: &str,
    progress: Progress<'_>,
) -> Result<Vec<u8>, BuildError> {
    let tool = componentize_py(folder, progress)?;
    // The escapes of JSON text are Python's, too.
    let text = serde_json::Value::from(descriptor).to_string();
    files::write(&built(folder, "descriptor.py"), format!("TEXT = {text}\n").as_bytes())?;
    progress("Building with componentize-py");
    let mut build = Command::new(tool);
    build.args(["--wit-path", "wit/0.1", "--world", "host-adapter", "componentize"]);
    // Whatever would reach outside is a trap, so that nothing is imported.
    build.args(["--stub-wasi", "-p", "src", "-p", "build", "adapter", "-o", "build/adapter.wasm"]);
    tool::run(build.current_dir(folder))?;
    files::read(&built(folder, "adapter.wasm"))
}

fn componentize_py(folder: &Path, progress: Progress<'_>) -> Result<PathBuf, BuildError> {
    let scripts = folder.join(ENVIRONMENT).join(if cfg!(windows) { "Scripts" } else { "bin" });
    let own = scripts.join(TOOL).with_extension(std::env::consts::EXE_EXTENSION);
    if own.exists() {
        return Ok(own);
    }
    if tool::works(TOOL) {
        return Ok(TOOL.into());
    }
    let hint = "install Python 3.10 or newer with `venv` and `pip`, or componentize-py itself \
                (`pip install componentize-py`)";
    let python = tool::first(&["python3", "python"], "`python3`", hint)?;
    progress("Fetching componentize-py with pip");
    tool::run(Command::new(python).args(["-m", "venv", ENVIRONMENT]).current_dir(folder))?;
    let mut install = Command::new(scripts.join("python"));
    install.args(["-m", "pip", "install", "--quiet", "--disable-pip-version-check"]);
    tool::run(install.args(["-r", "requirements.txt"]).current_dir(folder))?;
    Ok(own)
}
