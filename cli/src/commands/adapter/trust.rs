//! Who signed an adapter, and whether that is whom it has to be.

use std::path::Path;

use hatch_packages::Fetched;
use hatch_packages::signature::{self, PublicKey, SignatureError};

use super::fetch;
use crate::context::Context;
use crate::error::Fault;

/// How far a signature goes.
#[derive(Clone, Debug, PartialEq)]
pub enum Trust {
    /// Nobody signed it.
    Unsigned,
    /// Somebody did, and with which key is not known.
    UnknownKey,
    /// It is signed with the key that was trusted before, or that was given.
    Known(PublicKey),
    /// It is signed with the key beside it, which is seen for the first time.
    FirstSeen(PublicKey),
}

impl Trust {
    /// The key that every later version has to be signed with.
    pub fn key(&self) -> Option<&PublicKey> {
        match self {
            Trust::Unsigned | Trust::UnknownKey => None,
            Trust::Known(key) | Trust::FirstSeen(key) => Some(key),
        }
    }

    /// The same in words.
    pub fn in_words(&self) -> String {
        match self {
            Trust::Unsigned => "no".to_owned(),
            Trust::UnknownKey => "with a key that is not known (--key checks it)".to_owned(),
            Trust::Known(key) => format!("with the key {}", key.id()),
            Trust::FirstSeen(key) => {
                format!("with the key {}, seen for the first time", key.id())
            }
        }
    }
}

/// Reads a key of the command line: itself, or the file that it is in.
pub fn key(cx: &Context, given: Option<&str>) -> Result<Option<PublicKey>, Fault> {
    let Some(given) = given else { return Ok(None) };
    if let Ok(key) = PublicKey::parse(given) {
        return Ok(Some(key));
    }
    // Whoever confuses their two keys has typed the secret one: it is not repeated.
    if signature::is_secret(given) {
        return Err(Fault::new("--key is given a secret key: expected the public one"));
    }
    let bytes = fetch::required(cx, &cx.absolute(Path::new(given)))?;
    let key = PublicKey::parse(&String::from_utf8_lossy(&bytes));
    let wrong = |error| Fault::because(format!("`{given}` can't be used as a key"), &error);
    key.map(Some).map_err(wrong)
}

/// Holds a signature against the key that was given, else the one that was trusted before,
/// else the one beside it.
pub fn of(
    fetched: &Fetched,
    trusted: Option<&PublicKey>,
    given: Option<&PublicKey>,
) -> Result<Trust, Fault> {
    let beside = fetched.key.as_deref().map(PublicKey::parse).transpose();
    let beside =
        beside.map_err(|error| Fault::because("the key beside it can't be used", &error))?;
    let Some(expected) = given.or(trusted) else {
        let (Some(signature), Some(key)) = (&fetched.signature, beside) else {
            let is_signed = fetched.signature.is_some();
            return Ok(if is_signed { Trust::UnknownKey } else { Trust::Unsigned });
        };
        verify(&key, fetched, signature)?;
        return Ok(Trust::FirstSeen(key));
    };
    let Some(signature) = &fetched.signature else {
        let fault = Fault::new("it is not signed");
        return Err(fault.hint(format!("it should be, with the key {}", expected.id())));
    };
    verify(expected, fetched, signature).map_err(|fault| match beside {
        Some(beside) if given.is_none() && beside != *expected => fault
            .hint(format!("trusted: {} ({})", expected.id(), expected.to_base64()))
            .hint(format!("now:     {} ({})", beside.id(), beside.to_base64()))
            .hint("ask its author whether the key was changed; `--key` trusts another one"),
        _ => fault,
    })?;
    Ok(Trust::Known(expected.clone()))
}

fn verify(key: &PublicKey, fetched: &Fetched, signature: &str) -> Result<(), Fault> {
    key.verify(&fetched.bytes, signature).map_err(|error: SignatureError| Fault::of(&error))
}
