//! Where an adapter is fetched from, and what came from there.

use std::fmt;
use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use crate::address::{self, Address};
use crate::digest::ContentDigest;

/// Where an adapter comes from, as it is typed and as the lock keeps it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum Source {
    /// A file, or a folder that one is built in.
    Path(PathBuf),
    /// An address of one file.
    Https(Address),
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

/// Text that is not a [`Source`]. It is shown without what may be secret in an address.
#[derive(Debug, thiserror::Error)]
#[error("invalid source of an adapter `{text}`: {reason}")]
pub struct InvalidSource {
    text: String,
    reason: &'static str,
}

const OCI: &str = "oci://";
const SHIPPED: &str = "hatch:";

impl Source {
    /// Reads what was typed. What is not an address is a path.
    ///
    /// # Errors
    ///
    /// Fails for an address of another kind or with a user in it, and for a reference that is
    /// not `oci://REGISTRY/NAME:TAG` or `oci://REGISTRY/NAME@sha256:DIGEST`.
    pub fn parse(text: &str) -> Result<Self, InvalidSource> {
        let invalid = |reason| InvalidSource { text: address::masked(text), reason };
        if let Some(rest) = text.strip_prefix(OCI) {
            return Reference::parse(rest).map(Source::Oci).map_err(invalid);
        }
        if let Some(id) = text.strip_prefix(SHIPPED) {
            return Ok(Source::Shipped(id.to_owned()));
        }
        match text.split_once("://") {
            Some(("https" | "http", _)) => Address::parse(text).map(Source::Https).map_err(invalid),
            Some(_) => Err(invalid("use a path, https:// or oci://")),
            None if text.is_empty() => Err(invalid("it is empty")),
            None => Ok(Source::Path(PathBuf::from(text))),
        }
    }
}

impl Reference {
    fn parse(text: &str) -> Result<Self, &'static str> {
        let (registry, rest) = text.split_once('/').ok_or("it names no repository")?;
        Address::of_server(registry)?;
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

    /// Where the registry answers: on this machine without encryption.
    ///
    /// # Errors
    ///
    /// Fails for a registry that was not read by [`Source::parse`].
    pub fn server(&self) -> Result<Address, &'static str> {
        // Docker's own registry has a name of its own, and answers elsewhere.
        let is_docker = self.registry == "docker.io";
        Address::of_server(if is_docker { "registry-1.docker.io" } else { &self.registry })
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
            Source::Https(address) => address.fmt(f),
            Source::Oci(reference) => reference.fmt(f),
            Source::Shipped(id) => write!(f, "{SHIPPED}{id}"),
        }
    }
}

impl TryFrom<String> for Source {
    type Error = InvalidSource;

    /// Reads a source of the lock. Older versions kept the user of an address there: the file
    /// stays readable, and its next change removes the user.
    fn try_from(text: String) -> Result<Self, Self::Error> {
        Source::parse(&address::without_user(&text))
    }
}

impl From<Source> for String {
    fn from(source: Source) -> String {
        match source {
            Source::Https(address) => address.uri().to_string(),
            other => other.to_string(),
        }
    }
}

/// Characters of a version.
const MAX_VERSION: usize = 64;

/// Whether a text is a version: by semantic versioning, and no longer than people can read.
pub fn is_version(text: &str) -> bool {
    version(text).is_some()
}

fn version(text: &str) -> Option<semver::Version> {
    if text.len() > MAX_VERSION { None } else { semver::Version::parse(text).ok() }
}

/// Whether a version comes before another one. What is not a version comes before nothing.
pub fn is_older(one: &str, other: &str) -> bool {
    let is_older = |(one, other): (semver::Version, _)| one.cmp_precedence(&other).is_lt();
    version(one).zip(version(other)).is_some_and(is_older)
}

/// The newest of these tags, if it is newer than a version: the tag, as it is spelt.
/// Versions that are not final count only for one that is not final itself.
pub fn newer<'a>(version: &str, tags: &'a [String]) -> Option<&'a str> {
    let now = self::version(version)?;
    let versions = tags.iter().filter_map(|tag| Some((self::version(tag)?, tag)));
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
            "oci://[::1]evil.example/a:1",
            "https://",
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
    fn a_user_is_refused_when_typed_and_removed_when_kept() {
        for text in [
            "https://me:secret@example.com/a.wasm?secret",
            "http://localhost:secret@example.com/a.wasm",
            "oci://me:secret@r.io/a:1",
            "ftp://me:secret@example.com/",
        ] {
            let error = Source::parse(text).unwrap_err().to_string();
            assert!(!error.contains("secret"), "{error}");
        }
        let kept = Source::try_from("https://me:secret@example.com/a?b=c".to_owned()).unwrap();
        assert_eq!(kept.to_string(), "https://example.com/a?•••");
        assert_eq!(String::from(kept), "https://example.com/a?b=c");
    }

    #[test]
    fn versions_are_short_and_compared_by_precedence() {
        assert!(is_version("1.0.0-rc.1+build.5"));
        for text in ["", "1.0", "v1.0.0", "1.0.0\n  Signed    yes", "1.0.0 ", "\u{1b}[2J"] {
            assert!(!is_version(text), "{text}");
        }
        assert!(is_version(&format!("1.0.0-{}", "a".repeat(58))));
        assert!(!is_version(&format!("1.0.0-{}", "a".repeat(59))));
        assert!(is_older("1.9.0", "1.10.0") && is_older("2.0.0-rc.1", "2.0.0"));
        assert!(!is_older("1.0.0+a", "1.0.0+b") && !is_older("1.0.0", "x"));
    }
}
