//! Adapters in registries, laid out as the ecosystem's own tools lay out components.
//!
//! A component is the one layer of an artifact whose config says what it exports, as `wkg`
//! and its kin push and pull it. A table is the one layer of an artifact of a type of its
//! own. The signature and the public key are annotations of the manifest, which those tools
//! pass over.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use ureq::http::Response;
use ureq::{Body, ResponseExt as _};

use super::auth::{self, Credentials};
use super::http::{Client, Headers, Send, body, expect, header, one_line};
use super::{MAX_ADAPTER, NetworkError, bad};
use crate::address::Address;
use crate::digest::ContentDigest;
use crate::metadata::Metadata;
use crate::source::{Fetched, Form, Reference, Selector, Source, is_version};

const MANIFEST: &str = "application/vnd.oci.image.manifest.v1+json";
/// Config and layer of a component: CNCF's "Wasm OCI artifact layout".
const WASM_CONFIG: &str = "application/vnd.wasm.config.v0+json";
const WASM_LAYER: &str = "application/wasm";
/// Type and layer of a table.
const TABLE: &str = "application/vnd.hatch.adapter.table.v0";
const TABLE_LAYER: &str = "application/toml";
/// What the specification of images has for an artifact without a config.
const EMPTY: &str = "application/vnd.oci.empty.v1+json";

const SIGNATURE: &str = "hatch.adapter.signature";
const KEY: &str = "hatch.adapter.key";
const VERSION: &str = "org.opencontainers.image.version";
const TITLE: &str = "org.opencontainers.image.title";

/// Bytes of a manifest, and of a list of tags.
const MAX_MANIFEST: u64 = 4 << 20;

/// What is published.
#[derive(Clone, Debug)]
pub struct Artifact<'a> {
    /// The adapter.
    pub bytes: &'a [u8],
    /// Its id.
    pub id: &'a str,
    /// Its version.
    pub version: Option<&'a str>,
    /// The minisign signature, and the public key that it was made with.
    pub signature: Option<(&'a str, &'a str)>,
    /// When it is published, as RFC 3339 has it.
    pub created: &'a str,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Manifest {
    schema_version: u32,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    media_type: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    artifact_type: Option<String>,
    config: Descriptor,
    layers: Vec<Descriptor>,
    #[serde(default)]
    annotations: BTreeMap<String, String>,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Descriptor {
    media_type: String,
    digest: ContentDigest,
    size: u64,
}

impl Descriptor {
    fn of(media_type: &str, bytes: &[u8]) -> Self {
        let size = bytes.len() as u64;
        Descriptor { media_type: media_type.to_owned(), digest: ContentDigest::of(bytes), size }
    }
}

#[derive(Deserialize)]
struct Tags {
    tags: Option<Vec<String>>,
}

/// One repository, and what it was shown.
struct Repository<'a> {
    client: Client,
    server: Address,
    reference: &'a Reference,
    credentials: &'a Credentials,
    authorization: Option<String>,
}

impl<'a> Repository<'a> {
    fn new(reference: &'a Reference, credentials: &'a Credentials) -> Result<Self, NetworkError> {
        let server = reference.server().map_err(|reason| NetworkError::BadAddress {
            address: reference.to_string(),
            reason,
        })?;
        let client = Client::for_address(&server);
        Ok(Repository { client, server, reference, credentials, authorization: None })
    }

    fn address(&self, rest: &str) -> Result<Address, NetworkError> {
        let path = format!("/v2/{}/{rest}", self.reference.repository);
        self.server.join(&path).map_err(|reason| bad(&self.server, reason))
    }

    /// Makes a request of the registry, and once more with what its challenge asks for. A
    /// challenge of another server, where a redirect led, is not answered.
    fn ask(
        &mut self,
        request: impl Fn(&Client, Headers<'_>) -> Result<Response<Body>, NetworkError>,
    ) -> Result<Response<Body>, NetworkError> {
        let again = |authorization: &Option<String>, client: &Client| {
            let authorization = authorization.as_deref();
            request(client, Headers { authorization, ..Headers::default() })
        };
        let response = again(&self.authorization, &self.client)?;
        if response.status() != 401 || !self.server.is_same_server(response.get_uri()) {
            return Ok(response);
        }
        let Some(challenge) = header(&response, "WWW-Authenticate") else { return Ok(response) };
        let login = self.credentials.of(&self.reference.registry);
        let Some(authorization) = auth::answer(&self.server, challenge, login)? else {
            return Ok(response);
        };
        self.authorization = Some(authorization);
        again(&self.authorization, &self.client)
    }

    fn get(&mut self, rest: &str, accept: &str, limit: u64) -> Result<Vec<u8>, NetworkError> {
        let address = self.address(rest)?;
        let response = self.ask(|client, headers| {
            client.get(&address, Headers { accept: Some(accept), ..headers })
        })?;
        body(&address, expect(&address, response)?, limit)
    }

    /// The manifest that the reference names, and its digest.
    fn manifest(&mut self) -> Result<(Manifest, ContentDigest), NetworkError> {
        let name = match &self.reference.version {
            Selector::Tag(tag) => tag.clone(),
            Selector::Digest(digest) => digest.to_string(),
        };
        let bytes = self.get(&format!("manifests/{name}"), MANIFEST, MAX_MANIFEST)?;
        let digest = ContentDigest::of(&bytes);
        if let Selector::Digest(expected) = &self.reference.version {
            same(&self.reference.to_string(), &digest, expected)?;
        }
        let manifest = serde_json::from_slice(&bytes)
            .map_err(|error| self.no_adapter(&format!("its manifest: {error}")))?;
        Ok((manifest, digest))
    }

    fn blob(&mut self, layer: &Descriptor) -> Result<Vec<u8>, NetworkError> {
        let address = self.address(&format!("blobs/{}", layer.digest))?.to_string();
        if layer.size > MAX_ADAPTER {
            return Err(NetworkError::TooLarge { address, limit: MAX_ADAPTER });
        }
        let bytes = self.get(&format!("blobs/{}", layer.digest), "*/*", layer.size)?;
        same(&address, &ContentDigest::of(&bytes), &layer.digest)?;
        Ok(bytes)
    }

    /// Uploads a blob, unless it is there.
    fn upload(&mut self, bytes: &[u8]) -> Result<(), NetworkError> {
        let digest = ContentDigest::of(bytes);
        let there = self.address(&format!("blobs/{digest}"))?;
        let found = self.ask(|client, headers| client.head(&there, headers))?;
        if found.status().is_success() {
            return Ok(());
        }
        let begin = self.address("blobs/uploads/")?;
        let octets = "application/octet-stream";
        let response =
            self.ask(|client, headers| client.send(Send::Post, &begin, headers, (octets, &[])))?;
        let response = expect(&begin, response)?;
        let location = header(&response, "Location")
            .ok_or_else(|| self.no_adapter("the registry did not return an upload location"))?;
        let address = self.server.join(location);
        let address = address.and_then(|it| it.with_query(&format!("digest={digest}")));
        let address = address.map_err(|reason| bad(&begin, reason))?;
        let response = if self.server.is_same_server(address.uri()) {
            self.ask(|client, headers| client.send(Send::Put, &address, headers, (octets, bytes)))?
        } else {
            // Another server is not told who asks: its address has a token of its own.
            let client = Client::for_address(&address);
            client.send(Send::Put, &address, Headers::default(), (octets, bytes))?
        };
        expect(&there, response)?;
        Ok(())
    }

    fn no_adapter(&self, reason: &str) -> NetworkError {
        NetworkError::NotAnAdapter { address: self.reference.to_string(), reason: one_line(reason) }
    }
}

fn same(
    address: &str,
    found: &ContentDigest,
    expected: &ContentDigest,
) -> Result<(), NetworkError> {
    if found == expected {
        return Ok(());
    }
    Err(NetworkError::Tampered {
        address: address.to_owned(),
        found: found.to_string(),
        expected: expected.to_string(),
    })
}

/// Fetches an adapter.
///
/// # Errors
///
/// Fails where it can't be had, is no adapter, or is not what its digests say.
pub fn pull(reference: &Reference, credentials: &Credentials) -> Result<Fetched, NetworkError> {
    let mut repository = Repository::new(reference, credentials)?;
    let (manifest, _) = repository.manifest()?;
    let kinds: Vec<_> = manifest.layers.iter().map(|layer| layer.media_type.as_str()).collect();
    if !matches!(kinds.as_slice(), [WASM_LAYER | TABLE_LAYER]) {
        let kinds = if kinds.is_empty() { "none".to_owned() } else { kinds.join(", ") };
        return Err(repository.no_adapter(&format!(
            "it should have one layer, {WASM_LAYER} or {TABLE_LAYER}, and has: {kinds}"
        )));
    }
    let annotation = |name: &str| manifest.annotations.get(name).cloned();
    if annotation(VERSION).is_some_and(|version| !is_version(&version)) {
        return Err(repository.no_adapter(&format!(
            "its annotation `{VERSION}` is not a semantic version of at most 64 characters"
        )));
    }
    // The tag is what was asked for, and so what the registry calls it.
    let tag = match &reference.version {
        Selector::Tag(tag) => Some(tag.clone()).filter(|tag| is_version(tag)),
        Selector::Digest(_) => None,
    };
    let bytes = repository.blob(&manifest.layers[0])?;
    Ok(Fetched {
        bytes,
        source: Source::Oci(reference.clone()),
        version: tag.or_else(|| annotation(VERSION)),
        signature: annotation(SIGNATURE),
        key: annotation(KEY),
    })
}

/// The tags of a repository.
///
/// # Errors
///
/// Fails where they can't be had.
pub fn tags(reference: &Reference, credentials: &Credentials) -> Result<Vec<String>, NetworkError> {
    let mut repository = Repository::new(reference, credentials)?;
    let bytes = repository.get("tags/list", "application/json", MAX_MANIFEST)?;
    let tags: Tags = serde_json::from_slice(&bytes)
        .map_err(|error| repository.no_adapter(&format!("its list of tags: {error}")))?;
    Ok(tags.tags.unwrap_or_default())
}

/// Publishes an adapter under a tag, and returns the manifest's digest.
///
/// # Errors
///
/// Fails where the registry does not take it.
pub fn publish(
    reference: &Reference,
    credentials: &Credentials,
    artifact: &Artifact<'_>,
) -> Result<ContentDigest, NetworkError> {
    let mut repository = Repository::new(reference, credentials)?;
    let Selector::Tag(tag) = &reference.version else {
        return Err(repository.no_adapter("it is published under a tag, not a digest"));
    };
    let (config, manifest) = manifest_of(artifact);
    repository.upload(artifact.bytes)?;
    repository.upload(config.as_bytes())?;
    let bytes = serde_json::to_vec(&manifest).unwrap_or_default();
    let address = repository.address(&format!("manifests/{tag}"))?;
    let response = repository
        .ask(|client, headers| client.send(Send::Put, &address, headers, (MANIFEST, &bytes)))?;
    expect(&address, response)?;
    Ok(ContentDigest::of(&bytes))
}

/// The config of an artifact, and its manifest.
fn manifest_of(artifact: &Artifact<'_>) -> (String, Manifest) {
    let form = Form::of(artifact.bytes);
    let (layer, config_type, config) = match form {
        Form::Table => (TABLE_LAYER, EMPTY, "{}".to_owned()),
        Form::Component => (WASM_LAYER, WASM_CONFIG, config_of(artifact)),
    };
    let annotations = [
        (TITLE, Some(artifact.id)),
        (VERSION, artifact.version),
        (SIGNATURE, artifact.signature.map(|(signature, _)| signature)),
        (KEY, artifact.signature.map(|(_, key)| key)),
    ];
    let annotations = annotations.into_iter();
    let manifest = Manifest {
        schema_version: 2,
        media_type: Some(MANIFEST.to_owned()),
        artifact_type: (form == Form::Table).then(|| TABLE.to_owned()),
        config: Descriptor::of(config_type, config.as_bytes()),
        layers: vec![Descriptor::of(layer, artifact.bytes)],
        annotations: annotations
            .filter_map(|(name, value)| Some((name.to_owned(), value?.to_owned())))
            .collect(),
    };
    (config, manifest)
}

/// What the layout asks to be said of a component. `os` is a word that it prescribes.
fn config_of(artifact: &Artifact<'_>) -> String {
    let metadata = Metadata::of(artifact.bytes);
    serde_json::json!({
        "created": artifact.created,
        "author": metadata.authors,
        "architecture": "wasm",
        "os": "wasip2",
        "layerDigests": [ContentDigest::of(artifact.bytes)],
        "component": {
            "exports": metadata.exports,
            "imports": metadata.imports,
            "target": null,
        },
    })
    .to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn artifact(bytes: &[u8]) -> Artifact<'_> {
        Artifact {
            bytes,
            id: "example",
            version: Some("1.0.0"),
            signature: None,
            created: "2026-01-01T00:00:00Z",
        }
    }

    #[test]
    fn a_component_is_laid_out_as_others_do() {
        let bytes = b"\0asm\x0d\0\x01\0";
        let (config, manifest) = manifest_of(&artifact(bytes));
        assert_eq!(manifest.config.media_type, WASM_CONFIG);
        assert_eq!(manifest.layers.len(), 1, "others take one layer");
        assert_eq!(manifest.layers[0].media_type, WASM_LAYER);
        assert_eq!(manifest.layers[0].digest, ContentDigest::of(bytes));
        let config: serde_json::Value = serde_json::from_str(&config).unwrap();
        assert_eq!(config["layerDigests"][0], ContentDigest::of(bytes).as_str());
        assert_eq!((&config["architecture"], &config["os"]), (&"wasm".into(), &"wasip2".into()));
    }

    #[test]
    fn a_table_has_a_type_of_its_own() {
        let (config, manifest) = manifest_of(&artifact(b"id = \"example\""));
        assert_eq!(manifest.artifact_type.as_deref(), Some(TABLE));
        assert_eq!((config.as_str(), manifest.config.media_type.as_str()), ("{}", EMPTY));
        assert_eq!(manifest.annotations[VERSION], "1.0.0");
    }
}
