//! The contract as declarations of C: what adapters in C are compiled with.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use wit_bindgen_core::{Files, wit_parser::Resolve};

/// Where they are committed.
pub fn folder(workspace: &Path) -> PathBuf {
    workspace.join("adapters/kit/bindings/c")
}

/// What the declarations end with: a reference to the object file, which would not link.
const OBJECT_FILE: &str = "// Ensure that the *_component_type.o object is linked in";

/// Makes them: names and texts. The object file that says which world a module is for is left
/// out; `hatch adapter build` says so itself.
///
/// # Errors
///
/// Fails where the contract is no WIT.
pub fn c(workspace: &Path) -> Result<Vec<(String, String)>> {
    let mut resolve = Resolve::default();
    let (package, _) = resolve.push_dir(workspace.join("wit/0.1"))?;
    let world = resolve.select_world(&[package], Some("host-adapter"))?;
    let mut files = Files::default();
    // `exports_hatch_server_t`, and not `exports_hatch_adapter_host_config_server_t`.
    wit_bindgen_c::Opts {
        rename: vec![("hatch:adapter/host-config@0.1.0".to_owned(), "hatch".to_owned())],
        rename_world: Some("hatch".to_owned()),
        ..wit_bindgen_c::Opts::default()
    }
    .build()
    .generate(&mut resolve, world, &mut files)
    .context("failed to make declarations of C")?;
    let text = |(name, bytes): (&str, &[u8])| {
        let text = std::str::from_utf8(bytes).ok()?;
        let text = text.split(OBJECT_FILE).next().unwrap_or(text);
        Some((name.to_owned(), text.trim_end().to_owned() + "\n"))
    };
    let texts = files.iter().filter(|(name, _)| !name.ends_with(".o")).map(text);
    texts.collect::<Option<_>>().context("a declaration of C is no text")
}
