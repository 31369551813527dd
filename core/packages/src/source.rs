//! Where an adapter is fetched from, and what came from there.

use std::fmt;
use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use crate::digest::ContentDigest;

/// Where an adapter comes from, as it is typed and as the lock keeps it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum Source {
    /// A file, or a folder that one is built in.
    Path(PathBuf),
    /// An address of one file.
    Https(String),
    /// A registry.
    Oci(Reference),
    /// A table that comes with hatch, by the id of its adapter.
    Shipped(String),
}

/// An artifact in a registry.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reference {
    /// Host and port.
    pub registry: String,
    /// The name in the registry, with `/`.
    pub repository: String,
    /// Which of them.
    pub version: Selector,
}

/// Which artifact of a repository.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Selector {
    /// The one that has this tag now.
    Tag(String),
    /// This one, for ever.
    Digest(ContentDigest),
}

/// A source that can't be one.
#[derive(Debug, thiserror::Error)]
#[error("`{text}` is no source of adapters: {reason}")]
pub struct InvalidSource {
    text: String,
    reason: &'static str,
}

const OCI: &str = "oci://";
const SHIPPED: &str = "hatch:";

impl Source {
    /// Reads what was typed. What is no address is a path.
    ///
    /// # Errors
    ///
    /// Fails for an address of another kind, and for a reference that is not
    /// `oci://REGISTRY/NAME:TAG` or `oci://REGISTRY/NAME@sha256:DIGEST`.
    pub fn parse(text: &str) -> Result<Self, InvalidSource> {
        let invalid = |reason| InvalidSource { text: text.to_owned(), reason };
        if let Some(rest) = text.strip_prefix(OCI) {
            return Reference::parse(rest).map(Source::Oci).map_err(invalid);
        }
        if let Some(id) = text.strip_prefix(SHIPPED) {
            return Ok(Source::Shipped(id.to_owned()));
        }
        match text.split_once("://") {
            Some(("https", rest)) if !rest.is_empty() => Ok(Source::Https(text.to_owned())),
            Some(("http", rest)) if is_loopback(rest.split('/').next().unwrap_or_default()) => {
                Ok(Source::Https(text.to_owned()))
            }
            Some(("http", _)) => Err(invalid("only this machine is asked without encryption")),
            Some(_) => Err(invalid("use a path, https:// or oci://")),
            None if text.is_empty() => Err(invalid("it is empty")),
            None => Ok(Source::Path(PathBuf::from(text))),
        }
    }
}

impl Reference {
    fn parse(text: &str) -> Result<Self, &'static str> {
        let (registry, rest) = text.split_once('/').ok_or("it names no repository")?;
        let is_host = |byte: u8| byte.is_ascii_alphanumeric() || b".-:[]".contains(&byte);
        if registry.is_empty() || !registry.bytes().all(is_host) {
            return Err("it names no registry");
        }
        let (repository, version) = match rest.split_once('@') {
            Some((name, digest)) => {
                let digest = ContentDigest::try_from(digest.to_owned());
                let digest = digest.map_err(|_| "what follows the `@` is no digest")?;
                // A tag beside a digest says nothing more.
                let name = name.rsplit_once(':').map_or(name, |(name, _)| name);
                (name, Selector::Digest(digest))
            }
            None => match rest.rsplit_once(':') {
                Some((name, tag)) if is_tag(tag) => (name, Selector::Tag(tag.to_owned())),
                Some(_) => return Err("what follows the `:` is no tag"),
                None => (rest, Selector::Tag("latest".to_owned())),
            },
        };
        if !repository.split('/').all(is_component) {
            return Err("its repository has lower-case letters, digits, and `.`, `_`, `-` between");
        }
        Ok(Reference { registry: registry.to_owned(), repository: repository.to_owned(), version })
    }

    /// The same repository, at another version.
    #[must_use]
    pub fn at(&self, version: Selector) -> Self {
        Reference { version, ..self.clone() }
    }

    /// Whether it is on this machine, and so asked without encryption.
    pub fn is_local(&self) -> bool {
        is_loopback(&self.registry)
    }
}

fn is_tag(tag: &str) -> bool {
    let is_first = |byte: &u8| byte.is_ascii_alphanumeric() || *byte == b'_';
    let is_rest = |byte: u8| byte.is_ascii_alphanumeric() || b"_.-".contains(&byte);
    tag.len() <= 128 && tag.as_bytes().first().is_some_and(is_first) && tag.bytes().all(is_rest)
}

fn is_component(part: &str) -> bool {
    let is_letter = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
    let ends = |byte: Option<&u8>| byte.is_some_and(|byte| is_letter(*byte));
    let bytes = part.as_bytes();
    ends(bytes.first())
        && ends(bytes.last())
        && bytes.iter().all(|byte| is_letter(*byte) || b"._-".contains(byte))
}

/// Whether a host, with or without a port, is this machine.
pub(crate) fn is_loopback(authority: &str) -> bool {
    let host = match authority.strip_prefix('[') {
        Some(rest) => rest.split(']').next().unwrap_or_default(),
        None => authority.split(':').next().unwrap_or_default(),
    };
    host == "localhost"
        || host == "::1"
        || host.parse().is_ok_and(|it: std::net::Ipv4Addr| it.is_loopback())
}

impl fmt::Display for Reference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{OCI}{}/{}", self.registry, self.repository)?;
        match &self.version {
            Selector::Tag(tag) => write!(f, ":{tag}"),
            Selector::Digest(digest) => write!(f, "@{digest}"),
        }
    }
}

impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Source::Path(path) => write!(f, "{}", path.display()),
            Source::Https(address) => f.write_str(address),
            Source::Oci(reference) => reference.fmt(f),
            Source::Shipped(id) => write!(f, "{SHIPPED}{id}"),
        }
    }
}

impl TryFrom<String> for Source {
    type Error = InvalidSource;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        Source::parse(&text)
    }
}

impl From<Source> for String {
    fn from(source: Source) -> String {
        source.to_string()
    }
}

/// Whether a tag is a version, rather than a name such as `latest`.
pub fn is_version(tag: &str) -> bool {
    semver::Version::parse(tag).is_ok()
}

/// The newest of these tags, if it is newer than a version: the tag, as it is spelt.
/// Versions that are not final count only for one that is not final itself.
pub fn newer<'a>(version: &str, tags: &'a [String]) -> Option<&'a str> {
    let now = semver::Version::parse(version).ok()?;
    let versions = tags.iter().filter_map(|tag| Some((semver::Version::parse(tag).ok()?, tag)));
    versions
        .filter(|(it, _)| *it > now && (it.pre.is_empty() || !now.pre.is_empty()))
        .max_by(|a, b| a.0.cmp(&b.0))
        .map(|(_, tag)| tag.as_str())
}

/// What an adapter is made of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Form {
    /// Code: a WASM component.
    Component,
    /// No code: a table, in TOML.
    Table,
}

impl Form {
    /// What these bytes are, going by how they begin.
    pub fn of(bytes: &[u8]) -> Self {
        if bytes.starts_with(b"\0asm") { Form::Component } else { Form::Table }
    }

    /// How the names of its files end.
    pub fn extension(self) -> &'static str {
        match self {
            Form::Component => "wasm",
            Form::Table => "toml",
        }
    }
}

/// What came from a source.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fetched {
    /// The adapter.
    pub bytes: Vec<u8>,
    /// Where it can be fetched again, or a newer one.
    pub source: Source,
    /// The version that the source gives it.
    pub version: Option<String>,
    /// A minisign signature, if there is one beside it.
    pub signature: Option<String>,
    /// The public key that is beside it. It proves nothing before it is trusted.
    pub key: Option<String>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sources_are_read_and_spelt() {
        let hex = "a".repeat(64);
        for (text, shown) in [
            ("./a.wasm", "./a.wasm"),
            ("https://example.com/a.wasm", "https://example.com/a.wasm"),
            ("http://127.0.0.1:8080/a.wasm", "http://127.0.0.1:8080/a.wasm"),
            ("oci://ghcr.io/me/adapter:1.0.0", "oci://ghcr.io/me/adapter:1.0.0"),
            ("oci://localhost:5000/adapter", "oci://localhost:5000/adapter:latest"),
            (&format!("oci://r.io/a:1@sha256:{hex}"), &format!("oci://r.io/a@sha256:{hex}")),
        ] {
            let source = Source::parse(text).unwrap();
            assert_eq!(source.to_string(), shown);
            assert_eq!(Source::parse(shown).unwrap(), source);
        }
    }

    #[test]
    fn what_is_no_source_is_an_error() {
        for text in [
            "",
            "http://example.com/a.wasm",
            "ftp://example.com/a.wasm",
            "oci://",
            "oci://registry",
            "oci://registry/",
            "oci://registry/Upper:1",
            "oci://registry/a/../b:1",
            "oci://registry/a:",
            "oci://registry/a:b c",
            "oci://registry/a@sha256:12",
            "oci://user@registry/a:1",
        ] {
            assert!(Source::parse(text).is_err(), "{text}");
        }
    }

    #[test]
    fn the_newest_tag_is_a_version() {
        let tags = ["latest", "0.9.0", "1.0.0", "1.2.0", "1.10.0", "2.0.0-rc.1"];
        let tags = tags.map(str::to_owned);
        assert_eq!(newer("1.0.0", &tags), Some("1.10.0"));
        assert_eq!(newer("1.10.0", &tags), None);
        assert_eq!(newer("2.0.0-beta", &tags), Some("2.0.0-rc.1"));
        assert_eq!(newer("latest", &tags), None);
    }

    #[test]
    fn this_machine_is_told_from_others() {
        for host in ["localhost", "localhost:5000", "127.0.0.1:80", "127.1.2.3", "[::1]:80"] {
            assert!(is_loopback(host), "{host}");
        }
        for host in ["localhost.example.com", "128.0.0.1", "[::2]", "example.com:80", ""] {
            assert!(!is_loopback(host), "{host}");
        }
    }
}
