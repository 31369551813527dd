//! `build-adapters [--check]`: builds the embedded adapters, or checks that the committed
//! components are what the sources give.

#![expect(clippy::print_stdout, reason = "a build tool reports on its output")]

use std::path::Path;

use anyhow::{Context, Result, bail};
use hatch_adapter_builder::lock::{self, Lock, Locked, read};
use hatch_adapter_builder::{ADAPTERS, Source, bindings, components, workspace};
use hatch_adapter_kit::build::rust::{self, Toolchain};

fn main() -> Result<()> {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let workspace = workspace();
    match args.iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
        [] => build(&workspace),
        ["--check"] => check(&workspace),
        _ => bail!("usage: build-adapters [--check]"),
    }
}

fn build(workspace: &Path) -> Result<()> {
    let toolchain = Toolchain::find()?;
    let folder = components(workspace);
    create_folder(&folder)?;
    let target_dir = workspace.join("target/guests");
    let mut lock = Lock { toolchain: label(&toolchain), components: Vec::new() };
    for source in ADAPTERS {
        let built = build_one(workspace, &toolchain, source, &target_dir)?;
        write(&folder.join(format!("{}.wasm", source.id)), &built)?;
        if let Some(descriptor) = source.descriptor {
            write(&folder.join(format!("{}.json", source.id)), descriptor.as_bytes())?;
        }
        println!("{}: {} bytes", source.id, built.len());
        lock.components.push(Locked {
            id: source.id.to_owned(),
            sha256: lock::sha256(&built),
            descriptor: source.descriptor.map(|it| lock::sha256(it.as_bytes())),
            sources: lock::sources(workspace, source)?,
            size: built.len() as u64,
        });
    }
    write(&folder.join(lock::FILE), lock.to_text().as_bytes())?;
    for (name, text) in bindings::c(workspace)? {
        write(&bindings::folder(workspace).join(name), text.as_bytes())?;
    }
    Ok(())
}

/// Builds everything again, in a folder of its own. With the recorded toolchain the bytes must be the same; with
/// another one, the imports and exports.
fn check(workspace: &Path) -> Result<()> {
    let toolchain = Toolchain::find()?;
    let folder = components(workspace);
    let lock = Lock::read(&folder)?;
    let target_dir = tempfile::tempdir().context("failed to create a folder to build in")?;
    let same_toolchain = lock.toolchain == label(&toolchain);
    if !same_toolchain {
        println!("built with {}, and this is {}:", lock.toolchain, label(&toolchain));
        println!("only imports, exports and descriptors are compared");
    }
    for source in ADAPTERS {
        let built = build_one(workspace, &toolchain, source, target_dir.path())?;
        let committed = read(&folder.join(format!("{}.wasm", source.id)))?;
        hatch_sandbox::check(&committed)?;
        let same_bytes = built == committed;
        if same_toolchain && !same_bytes {
            bail!("`{}.wasm` is not what its sources give; run `build-adapters`", source.id);
        }
        if let Some(descriptor) = source.descriptor
            && read(&folder.join(format!("{}.json", source.id)))? != descriptor.as_bytes()
        {
            bail!("`{}.json` is not what the adapter says; run `build-adapters`", source.id);
        }
        println!(
            "{}: {}",
            source.id,
            if same_bytes { "the same bytes" } else { "the same interface" }
        );
    }
    Ok(())
}

fn build_one(
    workspace: &Path,
    toolchain: &Toolchain,
    source: &Source,
    target_dir: &Path,
) -> Result<Vec<u8>> {
    let package = source.package();
    let built = toolchain.build(workspace, &package, &rust::library(&package), target_dir);
    let built = built.with_context(|| format!("failed to build `{package}`"))?;
    hatch_sandbox::check(&built).with_context(|| format!("`{package}`"))?;
    Ok(built)
}

/// The encoder's version is part of what the bytes depend on.
fn label(toolchain: &Toolchain) -> String {
    format!("{}, wit-component 0.263", toolchain.label)
}

#[expect(clippy::disallowed_methods, reason = "a build tool, which hatch itself does not use")]
fn create_folder(folder: &Path) -> Result<()> {
    std::fs::create_dir_all(folder)
        .with_context(|| format!("failed to create `{}`", folder.display()))
}

#[expect(clippy::disallowed_methods, reason = "a build tool, which hatch itself does not use")]
fn write(path: &Path, bytes: &[u8]) -> Result<()> {
    std::fs::write(path, bytes).with_context(|| format!("failed to write `{}`", path.display()))
}
