//! Compiles the committed components for the machine that hatch is built for.
//!
//! `HATCH_COMPONENTS` names another folder of components, such as freshly built ones.

use std::env;
use std::error::Error;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

/// The component that runs tables. It is for no host of its own, and is not among the adapters.
const TABLE: &str = "table.wasm";

#[expect(clippy::disallowed_methods, reason = "this is how cargo speaks to build scripts")]
fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo::rerun-if-env-changed=HATCH_COMPONENTS");
    let manifest = PathBuf::from(env::var("CARGO_MANIFEST_DIR")?);
    let folder = match env::var_os("HATCH_COMPONENTS") {
        Some(folder) => manifest.join(folder),
        None => manifest.join("components"),
    };
    // Whatever in it changes, comes or goes.
    println!("cargo::rerun-if-changed={}", folder.display());
    let out = PathBuf::from(env::var("OUT_DIR")?);
    let target = env::var("TARGET")?;

    let mut hosts = String::from("&[\n");
    for component in components(&folder)? {
        let embedded = embed(&component, &out, &target)?;
        if component.ends_with(TABLE) {
            fs::write(out.join("table.rs"), embedded)?;
        } else {
            hosts.push_str(&embedded);
        }
    }
    hosts.push_str("]\n");
    fs::write(out.join("builtin.rs"), hosts)?;
    Ok(())
}

/// The components of a folder, by name. There are none before the first is built.
fn components(folder: &Path) -> Result<Vec<PathBuf>, Box<dyn Error>> {
    if !folder.exists() {
        return Ok(Vec::new());
    }
    let mut components = Vec::new();
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.extension().is_some_and(|extension| extension == "wasm") {
            components.push(path);
        }
    }
    components.sort();
    Ok(components)
}

/// Compiles one component, and returns the code that has it.
#[expect(clippy::disallowed_methods, reason = "a build script has no store")]
fn embed(component: &Path, out: &Path, target: &str) -> Result<String, Box<dyn Error>> {
    let name =
        component.file_stem().and_then(|name| name.to_str()).ok_or("a nameless component")?;
    let wasm = fs::read(component)?;
    let code =
        hatch_sandbox::compile_for(&wasm, target).map_err(|error| format!("{name}: {error}"))?;
    let path = out.join(format!("{name}.cwasm"));
    fs::write(&path, code.as_bytes())?;

    if component.ends_with(TABLE) {
        return Ok(format!("embedded!({path:?})\n"));
    }
    let digest = Sha256::digest(&wasm).iter().fold(String::new(), |mut digest, byte| {
        let _ = write!(digest, "{byte:02x}");
        digest
    });
    let descriptor = component.with_extension("json");
    Ok(format!("    builtin!({name:?}, {digest:?}, {descriptor:?}, {path:?}),\n",))
}
