//! Builds host adapters into components, and keeps the components that are committed in
//! step with their sources.
//!
//! `build-adapters` writes, for each adapter, `adapters/components/<id>.wasm` and
//! `<id>.json`, which is what the adapter says of its host, `table.wasm`, which is the adapter
//! of every host that a table describes, and `components.lock` with the digests of both sides. A plain `cargo test` compares the digests and needs no compiler
//! for WebAssembly; `build-adapters --check` builds everything again.
//!
//! # Invariants
//!
//! * A component imports nothing, or it is not written.
//! * The same sources and toolchain give the same bytes, whatever the machine's folders
//!   are called.

pub mod bindings;
pub mod lock;

use std::path::{Path, PathBuf};

use hatch_adapter_sdk::Adapter;

/// An adapter of this workspace.
#[derive(Clone, Copy, Debug)]
pub struct Source {
    /// The host's id, and the name of its folder in `adapters/hosts`; `table` is in `adapters`.
    pub id: &'static str,
    /// What it says of its host, as JSON; nothing where tables say it.
    pub descriptor: Option<&'static str>,
}

/// What runs tables.
const TABLE: Source = Source { id: "table", descriptor: None };

/// The adapters that hatch embeds.
pub const ADAPTERS: &[Source] = &[
    source::<hatch_adapter_claude_desktop::ClaudeDesktop>("claude-desktop"),
    source::<hatch_adapter_cursor::Cursor>("cursor"),
    source::<hatch_adapter_gemini::Gemini>("gemini"),
    source::<hatch_adapter_lmstudio::LmStudio>("lmstudio"),
    TABLE,
];

const fn source<A: Adapter>(id: &'static str) -> Source {
    Source { id, descriptor: Some(A::DESCRIPTOR) }
}

impl Source {
    /// The crate's name.
    pub fn package(&self) -> String {
        format!("hatch-adapter-{}", self.id)
    }

    /// The crate's folder, from the workspace's.
    pub fn folder(&self) -> String {
        match self.descriptor {
            Some(_) => format!("adapters/hosts/{}", self.id),
            None => format!("adapters/{}", self.id),
        }
    }
}

/// The workspace that this crate was built in.
pub fn workspace() -> PathBuf {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    folder.canonicalize().unwrap_or(folder)
}

/// Where the components are.
pub fn components(workspace: &Path) -> PathBuf {
    workspace.join("adapters/components")
}
