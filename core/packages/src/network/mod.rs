//! Addresses and registries.
//!
//! The few requests of the OCI distribution specification that adapters need are made here,
//! over a small blocking client. A client library for registries brings an asynchronous
//! runtime, a second HTTP stack and a C build, for five requests.
//!
//! # Invariants
//!
//! * Nothing is asked without encryption, but of this machine.
//! * A login answers challenges of its own registry, and is sent nowhere that a redirect or a
//!   header leads, but to where that registry says that tokens are had.
//! * No answer is read beyond its limit.
//! * Bytes from a registry have the digest that its manifest names, which has the digest
//!   that was asked for.

mod auth;
mod http;
mod oci;

pub use auth::{Credentials, Login};
pub use oci::{Artifact, publish, pull, tags};

use crate::address::Address;
use crate::source::Fetched;
use crate::source::Source;
use http::Client;

/// Bytes of an adapter; its component may have 32 MiB.
const MAX_ADAPTER: u64 = 32 << 20;
/// Bytes of a signature or a key.
const MAX_TEXT: u64 = 16 << 10;

/// Why something could not be fetched or published.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum NetworkError {
    /// The other side can't be reached, or breaks off.
    #[error("`{address}` can't be reached: {reason}")]
    Unreachable {
        /// What was asked.
        address: String,
        /// What happened.
        reason: String,
    },
    /// It is not there.
    #[error("there is no `{0}`")]
    NotFound(String),
    /// An address that a server named cannot be used. It is not shown.
    #[error("`{address}` named an address that cannot be used: {reason}")]
    BadAddress {
        /// What was asked.
        address: String,
        /// What is wrong with the other one.
        reason: &'static str,
    },
    /// The other side wants to know who asks.
    #[error("`{0}` is not for everybody, or not for this login")]
    Denied(String),
    /// The other side answered with another status.
    #[error("`{address}` answered {status}{detail}")]
    Status {
        /// What was asked.
        address: String,
        /// The status.
        status: u16,
        /// What it says besides.
        detail: String,
    },
    /// It is larger than it may be.
    #[error("`{address}` has more than {limit} bytes")]
    TooLarge {
        /// What was asked.
        address: String,
        /// The limit.
        limit: u64,
    },
    /// It is not what the digest says.
    #[error(
        "`{address}` is not what it should be: its digest is {found}, and should be {expected}"
    )]
    Tampered {
        /// What was asked.
        address: String,
        /// The digest of what came.
        found: String,
        /// The digest that was asked for.
        expected: String,
    },
    /// A manifest that is none of an adapter's.
    #[error("`{address}` is no adapter: {reason}")]
    NotAnAdapter {
        /// What was asked.
        address: String,
        /// Why.
        reason: String,
    },
}

impl NetworkError {
    /// What to do about it.
    pub fn hint(&self) -> Option<&'static str> {
        match self {
            NetworkError::Denied(_) => Some("log in with `docker login`, or check the name"),
            NetworkError::Tampered { .. } => {
                Some("the registry is broken, or somebody changed it: tell whoever runs it")
            }
            NetworkError::Unreachable { .. } => {
                Some("check the address and the network; installed adapters work without it")
            }
            _ => None,
        }
    }
}

/// Fetches a file from an address, and the signature and key that lie beside it.
///
/// # Errors
///
/// Fails where the file can't be had. A missing signature or key is no error.
pub fn download(address: &Address) -> Result<Fetched, NetworkError> {
    let client = Client::for_address(address);
    let bytes = client.file(address, MAX_ADAPTER)?;
    let beside = |extension: &str| {
        let beside = address.beside(extension).map_err(|reason| bad(address, reason))?;
        match client.file(&beside, MAX_TEXT) {
            Ok(bytes) => Ok(String::from_utf8(bytes).ok()),
            Err(NetworkError::NotFound(_) | NetworkError::Denied(_)) => Ok(None),
            Err(error) => Err(error),
        }
    };
    let signature = beside(crate::signature::EXTENSION)?;
    let key = match &signature {
        Some(_) => beside(crate::signature::KEY_EXTENSION)?,
        None => None,
    };
    let source = Source::Https(address.clone());
    Ok(Fetched { bytes, source, version: None, signature, key })
}

fn bad(address: &Address, reason: &'static str) -> NetworkError {
    NetworkError::BadAddress { address: address.to_string(), reason }
}
