//! `components.lock`: what the committed components were built from.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use hatch_adapter_sdk::json::{Object, Value};
use sha2::{Digest, Sha256};

use crate::Source;

/// The file's name in the folder of components.
pub const FILE: &str = "components.lock";

/// What the committed components were built from, and with.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Lock {
    /// The compiler and the encoder. The same ones give the same bytes.
    pub toolchain: String,
    /// One for each component.
    pub components: Vec<Locked>,
}

/// One component.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Locked {
    /// The host's id.
    pub id: String,
    /// The SHA-256 of `<id>.wasm`.
    pub sha256: String,
    /// The SHA-256 of `<id>.json`, if there is one.
    pub descriptor: Option<String>,
    /// The SHA-256 over its sources, as [`sources`] gives it.
    pub sources: String,
    /// The size of `<id>.wasm` in bytes.
    pub size: u64,
}

impl Lock {
    /// Reads the lock of a folder of components.
    ///
    /// # Errors
    ///
    /// Fails where it is missing or has another shape.
    pub fn read(components: &Path) -> Result<Lock> {
        let path = components.join(FILE);
        let text = String::from_utf8(read(&path)?)?;
        Lock::parse(&text).with_context(|| format!("`{}` has an unknown shape", path.display()))
    }

    fn parse(text: &str) -> Option<Lock> {
        let value = Value::parse(text).ok()?;
        let lock = value.as_object()?;
        let component = |(id, value): (&str, &Value)| {
            let member = |key: &str| value.as_object()?.get(key);
            let text = |key: &str| Some(member(key)?.as_str()?.to_owned());
            Some(Locked {
                id: id.to_owned(),
                sha256: text("sha256")?,
                descriptor: text("descriptor"),
                sources: text("sources")?,
                size: member("size")?.as_u64()?,
            })
        };
        Some(Lock {
            toolchain: lock.get("toolchain")?.as_str()?.to_owned(),
            components: lock
                .get("components")?
                .as_object()?
                .iter()
                .map(component)
                .collect::<Option<_>>()?,
        })
    }

    /// The lock as text.
    pub fn to_text(&self) -> String {
        let member = |key: &str, value| (key.to_owned(), value);
        let component = |locked: &Locked| {
            let descriptor = locked.descriptor.as_ref().map(Value::string);
            let members = [
                Some(member("sha256", Value::string(&locked.sha256))),
                descriptor.map(|digest| member("descriptor", digest)),
                Some(member("sources", Value::string(&locked.sources))),
                Some(member("size", Value::Number(locked.size.to_string()))),
            ];
            (locked.id.clone(), Value::Object(members.into_iter().flatten().collect()))
        };
        let lock = Value::Object(Object::from_iter([
            member("toolchain", Value::string(&self.toolchain)),
            member("components", Value::Object(self.components.iter().map(component).collect())),
        ]));
        lock.to_pretty() + "\n"
    }

    /// The component of a host.
    pub fn component(&self, id: &str) -> Option<&Locked> {
        self.components.iter().find(|locked| locked.id == id)
    }
}

/// The digest of everything an adapter is built from: its crate, the SDK and the contract.
/// Line ends do not count, so that a checkout on Windows has the same.
///
/// # Errors
///
/// Fails where a source can't be read.
pub fn sources(workspace: &Path, source: &Source) -> Result<String> {
    let host = source.folder();
    let mut files = vec![
        workspace.join(&host).join("Cargo.toml"),
        workspace.join("adapters/sdk/Cargo.toml"),
        workspace.join("wit/0.1/host-adapter.wit"),
    ];
    if source.descriptor.is_some() {
        files.push(workspace.join(&host).join("descriptor.json"));
    }
    for folder in [host.as_str(), "adapters/sdk"] {
        collect(&workspace.join(folder).join("src"), &mut files)?;
    }
    let name = |path: &PathBuf| {
        let path = path.strip_prefix(workspace).unwrap_or(path);
        path.components()
            .map(|part| part.as_os_str().to_string_lossy())
            .collect::<Vec<_>>()
            .join("/")
    };
    let mut named: Vec<(String, PathBuf)> =
        files.into_iter().map(|path| (name(&path), path)).collect();
    named.sort();
    let mut digest = Sha256::new();
    for (name, path) in named {
        let bytes = read(&path)?;
        let text = String::from_utf8_lossy(&bytes).replace("\r\n", "\n");
        digest.update(format!("{name}\n{}\n", text.len()));
        digest.update(text);
    }
    Ok(hex(&digest.finalize()))
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) -> Result<()> {
    let entries = std::fs::read_dir(folder)
        .with_context(|| format!("failed to list `{}`", folder.display()))?;
    for entry in entries {
        let path = entry?.path();
        if path.is_dir() {
            collect(&path, files)?;
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            files.push(path);
        }
    }
    Ok(())
}

/// Reads a file of the build.
#[expect(clippy::disallowed_methods, reason = "a build tool, which hatch itself does not use")]
pub fn read(path: &Path) -> Result<Vec<u8>> {
    std::fs::read(path).with_context(|| format!("failed to read `{}`", path.display()))
}

/// The SHA-256 of some bytes, as text.
pub fn sha256(bytes: &[u8]) -> String {
    hex(&Sha256::digest(bytes))
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        // Writing to a string can't fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}
