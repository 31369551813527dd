//! Reading the ledger's file, of this version and of version 1.
//!
//! Version 1 had `{"version": 1, "servers": {HOST: {SERVER: record}}}`: it did not know which
//! document of a host a server was put into, and named environments' files by their paths.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::{DocumentEntry, Ledger, LedgerError, Records, VERSION};
use crate::host::HostId;
use crate::location::Location;

/// A ledger of any version, as files and manifests of backups have it.
#[derive(Deserialize)]
#[serde(untagged)]
pub(super) enum AnyLedger {
    Documents(Vec<DocumentEntry>),
    Hosts(BTreeMap<HostId, Records>),
}

impl From<AnyLedger> for Ledger {
    fn from(ledger: AnyLedger) -> Self {
        match ledger {
            AnyLedger::Documents(entries) => entries.into(),
            AnyLedger::Hosts(unplaced) => Ledger { unplaced, ..Ledger::default() },
        }
    }
}

/// The one field that every version has.
#[derive(Deserialize)]
struct Versioned {
    version: u32,
}

#[derive(Deserialize)]
struct File {
    #[serde(alias = "servers")]
    documents: Ledger,
}

/// Reads a ledger of this version or an earlier one.
///
/// # Errors
///
/// Fails with [`LedgerError::Damaged`] and [`LedgerError::Newer`].
pub(super) fn parse(bytes: &[u8], at: &Location) -> Result<Ledger, LedgerError> {
    let damaged = |source| LedgerError::Damaged { at: at.clone(), source };
    let Versioned { version } = serde_json::from_slice(bytes).map_err(damaged)?;
    if !(1..=VERSION).contains(&version) {
        return Err(LedgerError::Newer { at: at.clone(), version });
    }
    let file: File = serde_json::from_slice(bytes).map_err(damaged)?;
    Ok(file.documents)
}
