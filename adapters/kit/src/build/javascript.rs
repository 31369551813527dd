//! JavaScript: `src/adapter.js` with the project's own `componentize-js`, which puts it beside
//! a JavaScript engine.

use std::path::Path;
use std::process::Command;

use super::tool::{self, Progress};
use super::{BuildError, built, files};

/// Where a project's dependencies are.
const MODULES: &str = "node_modules";
const TOOL: &str = "@bytecodealliance/componentize-js";

/// What nothing may be imported for: without these features the engine imports nothing.
const SCRIPT: &str = r#"
import { componentize } from "@bytecodealliance/componentize-js";
import { writeFile } from "node:fs/promises";
const { component } = await componentize({
  sourcePath: "src/adapter.js",
  witPath: "wit/0.1",
  worldName: "host-adapter",
  disableFeatures: ["random", "stdio", "clocks", "http", "fetch-event"],
});
await writeFile("build/adapter.wasm", component);
"#;

pub(super) fn component(
    folder: &Path,
    descriptor: &str,
    progress: Progress<'_>,
) -> Result<Vec<u8>, BuildError> {
    let hint = "install Node.js 20 or newer";
    let node = tool::first(&["node"], "`node`", hint)?;
    if !folder.join(MODULES).join(TOOL).is_dir() {
        let npm = if cfg!(windows) { "npm.cmd" } else { "npm" };
        let npm = tool::first(&[npm], "`npm`", hint)?;
        let locked = folder.join("package-lock.json").exists();
        progress("Fetching componentize-js with npm");
        let mut install = Command::new(npm);
        install.arg(if locked { "ci" } else { "install" });
        tool::run(install.args(["--no-progress", "--no-fund", "--no-audit"]).current_dir(folder))?;
    }
    // A JSON string is one of JavaScript, too.
    let text = serde_json::Value::from(descriptor).to_string();
    files::write(&built(folder, "descriptor.js"), format!("export default {text};\n").as_bytes())?;
    progress("Building with componentize-js");
    let mut build = Command::new(node);
    tool::run(build.args(["--input-type=module", "--eval", SCRIPT]).current_dir(folder))?;
    files::read(&built(folder, "adapter.wasm"))
}
