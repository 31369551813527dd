//! Builds host adapters into components, and keeps the components that are committed in
//! step with their sources.
//!
//! `build-adapters` writes, for each adapter, `adapters/components/<id>.wasm` and
//! `<id>.json`, which is what the adapter says of its host, and `components.lock` with the
//! digests of both sides. A plain `cargo test` compares the digests and needs no compiler
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
    /// The host's id, and the name of its folder in `adapters/hosts`.
    pub id: &'static str,
    /// What it says of its host, as JSON.
    pub descriptor: &'static str,
}

/// The adapters that hatch embeds.
pub const ADAPTERS: &[Source] = &[
    source::<hatch_adapter_claude_desktop::ClaudeDesktop>("claude-desktop"),
    source::<hatch_adapter_cursor::Cursor>("cursor"),
    source::<hatch_adapter_gemini::Gemini>("gemini"),
    source::<hatch_adapter_lmstudio::LmStudio>("lmstudio"),
];

const fn source<A: Adapter>(id: &'static str) -> Source {
    Source { id, descriptor: A::DESCRIPTOR }
}

impl Source {
    /// The crate's name.
    pub fn package(&self) -> String {
        format!("hatch-adapter-{}", self.id)
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
