//! What an adapter says of its host: where the documents may be, and what they can hold.
//!
//! These types are what the JSON that a component's `describe` returns is read as, which for
//! built-in ones is kept in `adapters/components/*.json`. `wit/0.1/descriptor.schema.json` has
//! their shape, and promises that members which are not known here are passed over.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::device::is_device;

/// The name of a host or of an adapter: lower-case letters, digits and single hyphens.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct HostId(String);

/// A name that cannot be a [`HostId`].
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum InvalidHostId {
    /// It is not kebab case.
    #[error("`{0}` is no host name: use lower-case letters, digits and single hyphens")]
    BadName(String),
    /// Windows reserves it for a device.
    #[error("invalid host name `{0}`: Windows reserves it for a device")]
    DeviceName(String),
}

impl HostId {
    /// Checks the name.
    ///
    /// # Errors
    ///
    /// Fails for a name that is not kebab case ([`InvalidHostId::BadName`]), and for the name
    /// of a device ([`InvalidHostId::DeviceName`]).
    pub fn new(name: impl Into<String>) -> Result<Self, InvalidHostId> {
        let name = name.into();
        let is_word = |word: &str| {
            !word.is_empty() && word.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit())
        };
        if name.len() > 64 || !name.split('-').all(is_word) {
            return Err(InvalidHostId::BadName(name));
        }
        if is_device(&name) {
            return Err(InvalidHostId::DeviceName(name));
        }
        Ok(HostId(name))
    }

    /// The name as it is spelt.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for HostId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl TryFrom<String> for HostId {
    type Error = InvalidHostId;

    fn try_from(name: String) -> Result<Self, Self::Error> {
        HostId::new(name)
    }
}

impl From<HostId> for String {
    fn from(id: HostId) -> String {
        id.0
    }
}

/// A host, as its adapter describes it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct HostDescriptor {
    /// The adapter's id, and that of the host which it is for.
    pub id: HostId,
    /// The host's name, as its makers write it.
    pub name: String,
    /// Where its documentation is.
    pub homepage: String,
    /// The adapter's own version, as semantic versioning has it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub version: Option<String>,
    /// The first is the one that holds the servers.
    pub documents: Vec<DocumentSpec>,
    /// The transports that it speaks.
    pub transports: Vec<TransportKind>,
    /// What its file may say of a server besides command, args and env, or url.
    #[serde(default)]
    pub fields: Vec<Field>,
    /// Fields of an entry that have no canonical name and that the host's documentation names,
    /// as paths joined by dots.
    #[serde(default)]
    pub extras: Vec<String>,
    /// What it expands in a value.
    #[serde(default)]
    pub references: Vec<Reference>,
    /// What a person must do after a change.
    pub after_write: Option<String>,
    /// Names of processes that rewrite the file while they run.
    #[serde(default)]
    pub processes: Vec<String>,
    /// Which names of servers the host refuses or confuses.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub names: Vec<NameRule>,
    /// Where else its first document has servers, which hatch leaves alone.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub elsewhere: Vec<Elsewhere>,
}

/// Names of servers that a host refuses or confuses with others.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct NameRule {
    /// What a name has to match: a regular expression.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pattern: Option<String>,
    /// Names that are taken.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub reserved: Vec<String>,
    /// The host's rule, for people.
    pub reason: String,
}

/// A part of a document with servers that hatch neither lists nor changes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Elsewhere {
    /// The keys from the document's top down to a map of servers; a key `*` stands for every key.
    pub path: Vec<String>,
    /// Whose they are, for people: what follows "servers".
    pub says: String,
}

/// A file, and the parts of it that an adapter may see and change.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct DocumentSpec {
    /// What the adapter calls it.
    pub id: String,
    /// Its syntax.
    pub format: Format,
    /// Where it may be, in the host's order of preference.
    pub locations: Vec<Candidate>,
    /// Which of them the host would choose.
    pub prefer: Preference,
    /// Key paths, each step a literal key; an empty path is the whole document.
    pub sections: Vec<Vec<String>>,
    /// Whether the host reads a file that begins with a byte order mark.
    #[serde(default)]
    pub accepts_bom: bool,
}

/// The syntax of a document.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Format {
    /// Strict JSON.
    Json,
    /// JSON with comments and trailing commas.
    Jsonc,
    /// JSON with comments.
    JsoncNoTrailingCommas,
    /// TOML 1.0.
    Toml,
    /// YAML 1.2.
    Yaml,
}

/// One place where a document may be.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Candidate {
    /// Whose servers are kept there.
    pub scope: Scope,
    /// Empty means every system.
    #[serde(default)]
    pub systems: Vec<Os>,
    /// Where `path` starts.
    pub root: Root,
    /// Segments separated by `/`; one `*` may stand for a part of a folder's name.
    pub path: String,
}

/// Whose servers a document keeps.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Scope {
    /// The user's, in every project.
    User,
    /// One project's.
    Project,
}

/// An operating system.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Os {
    /// Linux, and every other Unix but macOS.
    Linux,
    /// macOS.
    Macos,
    /// Windows.
    Windows,
}

/// Where a candidate's path starts.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Root {
    /// The user's home folder.
    Home,
    /// XDG config home, Application Support, or `%APPDATA%`.
    Config,
    /// XDG data home, Application Support, or `%LOCALAPPDATA%`.
    LocalData,
    /// The project's folder.
    Project,
    /// The folder that a variable names. If it is set, the host looks nowhere else.
    Env(String),
    /// The folder named by a file below home. If that exists, the host looks nowhere else.
    Pointer(String),
}

/// Which of its candidates a host chooses.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Preference {
    /// The first document that exists, else the first whose folder does.
    ExistingFile,
    /// The first whose folder exists, with a document in it or not.
    ExistingFolder,
}

/// A transport that a host speaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum TransportKind {
    /// Standard streams of a local process.
    Stdio,
    /// Streamable HTTP.
    StreamableHttp,
    /// HTTP with server-sent events.
    Sse,
}

/// A field that some hosts' files can hold and others' can't.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[expect(missing_docs, reason = "each is the field of `Server` of the same name")]
pub enum Field {
    EnvForward,
    EnvFile,
    Cwd,
    Headers,
    Oauth,
    Enabled,
    Description,
    RequestTimeout,
    StartupTimeout,
    ToolTimeout,
    ToolAllow,
    ToolDeny,
    ToolAutoApprove,
}

/// A reference that a host expands in values.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[expect(missing_docs, reason = "each is the segment of `Template` of the same name")]
pub enum Reference {
    Env,
    EnvDefault,
    Input,
    File,
    UserHome,
    WorkspaceFolder,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn host_names_are_kebab_case() {
        for good in ["cursor", "claude-desktop", "5ire"] {
            assert!(HostId::new(good).is_ok(), "{good}");
        }
        for bad in ["", "Cursor", "a--b", "-a", "a_b", "a/b", "..", "é"] {
            assert!(HostId::new(bad).is_err(), "{bad}");
        }
    }
}
