//! The engine's view of an adapter.
//!
//! What implements it is not the engine's business: `hatch-sandbox` does so with a WASM
//! component, tests with native code.

use crate::host::{HostDescriptor, HostId};
use crate::server::{Server, ServerName};

/// Knows what the sections of one host's documents mean.
///
/// An adapter computes. It is given the sections that it declared and gives new ones, and
/// the same call has the same answer.
pub trait HostAdapter: Send + Sync {
    /// The host that it is for, and the sections that it declared.
    fn descriptor(&self) -> &HostDescriptor;

    /// Whether a call begins at once, with no code to be loaded first.
    fn is_ready(&self) -> bool {
        true
    }

    /// Lists the servers in the declared sections.
    ///
    /// # Errors
    ///
    /// Fails where the sections have no shape that the adapter knows, and where the adapter
    /// itself misbehaves.
    fn read(&self, sections: &[Section]) -> Result<Reading, AdapterError>;

    /// Makes `edits` and no other change.
    ///
    /// # Errors
    ///
    /// As [`HostAdapter::read`]. What a host can't have is no error but an [`Outcome`].
    fn write(&self, sections: &[Section], edits: &[Edit]) -> Result<Writing, AdapterError>;
}

/// One declared part of one document.
#[derive(Clone, PartialEq, Eq)]
pub struct Section {
    /// The document's id in the descriptor.
    pub document: String,
    /// The keys from the document's top down to the value; empty for the whole document.
    pub path: Vec<String>,
    /// JSON text; `None` where the key, or the file, is absent.
    pub value: Option<String>,
}

impl std::fmt::Debug for Section {
    /// Everything but the value, which holds secrets.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Section")
            .field("document", &self.document)
            .field("path", &self.path)
            .finish_non_exhaustive()
    }
}

/// What an adapter found in its sections.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Reading {
    /// The servers, in the document's order.
    pub servers: Vec<Server>,
    /// Members of the container that are no servers: named in listings, never changed.
    pub foreign: Vec<String>,
    /// Entries that should be servers and can't be understood.
    pub unreadable: Vec<Unreadable>,
}

/// An entry that should be a server and can't be understood.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unreadable {
    /// The entry's key.
    pub name: String,
    /// What is wrong with it.
    pub reason: String,
}

/// One change that an adapter is asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(clippy::large_enum_variant, reason = "nearly all edits put a server")]
pub enum Edit {
    /// Add the server, or replace what the canonical fields say of it.
    Put(Server),
    /// Take the server away.
    Remove(ServerName),
}

/// What an adapter made of the edits.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Writing {
    /// New values of the sections that change; a value of `None` takes the key away.
    pub sections: Vec<Section>,
    /// One for each edit, in the edits' order.
    pub outcomes: Vec<Outcome>,
}

/// What became of one edit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// It was made, but for these fields.
    Done(Vec<Loss>),
    /// The host can't have this server, for this reason. Nothing of it was written.
    Refused(String),
}

/// A field that a host's file can't say as the source did.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Loss {
    /// The canonical field or a member of it, such as `cwd` or `env.TOKEN`.
    pub field: String,
    /// What happened to it.
    pub kind: LossKind,
    /// The reason, for a person.
    pub detail: String,
}

/// What happened to a field that a host can't hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LossKind {
    /// It was left out.
    Dropped,
    /// Something like it was written.
    Approximated,
    /// A reference was replaced by its value.
    Inlined,
    /// It was written under another name.
    Renamed,
}

/// Why an adapter gave no answer. Nothing was written.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum AdapterError {
    /// The document is not as the adapter knows it.
    #[error("`{}` has an unexpected shape: {reason}", path.join("."))]
    UnexpectedShape {
        /// Where in the document.
        path: Vec<String>,
        /// What is wrong there.
        reason: String,
    },
    /// A generation of the host's format that the adapter does not know.
    #[error("the host's format is of a generation that the adapter does not know: {0}")]
    UnsupportedVersion(String),
    /// The adapter gave a reason of its own.
    #[error("{0}")]
    Other(String),
    /// The adapter can't be run: its file is gone, or is not what was installed.
    #[error("the `{adapter}` adapter can't be used: {reason}")]
    Unusable {
        /// Which adapter.
        adapter: HostId,
        /// Why not.
        reason: String,
    },
    /// The adapter broke: it trapped, ran out of time or memory, or answered nonsense.
    #[error("the `{adapter}` adapter failed: {reason}")]
    Failed {
        /// Which adapter.
        adapter: HostId,
        /// What it did.
        reason: String,
    },
}
