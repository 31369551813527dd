//! What a run is called.

use std::fmt;

use jiff::Timestamp;
use jiff::fmt::strtime;
use serde::{Deserialize, Serialize};

/// One run that writes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Operation {
    /// Its name.
    pub id: OperationId,
    /// When it began.
    pub started: Timestamp,
}

impl Operation {
    /// What the run's backup is called: when, and which.
    pub fn backup_id(&self) -> BackupId {
        let time = strtime::format("%Y%m%dT%H%M%SZ", self.started);
        // The format is fixed and has no time zone in it, so it can't fail.
        let time = time.unwrap_or_else(|_| self.started.as_second().to_string());
        BackupId::new(format!("{time}-{}", self.id))
    }
}

/// A backup's name, as `--backup` takes it.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct BackupId(String);

impl BackupId {
    /// The name, as it is spelt.
    pub fn new(name: impl Into<String>) -> Self {
        BackupId(name.into())
    }

    /// The name, as it is spelt.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether hatch would give a backup this name: `20261122T110452Z-0123abcd`.
    pub(crate) fn is_ours(name: &str) -> bool {
        let Some((time, id)) = name.split_once('-') else { return false };
        let is_time = time.len() == 16
            && time.bytes().enumerate().all(|(at, b)| match at {
                8 => b == b'T',
                15 => b == b'Z',
                _ => b.is_ascii_digit(),
            });
        is_time && id.len() == 8 && id.bytes().all(|b| b.is_ascii_hexdigit())
    }
}

impl fmt::Display for BackupId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The name of a run: eight hexadecimal digits.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct OperationId(String);

/// A name that is no [`OperationId`].
#[derive(Debug, thiserror::Error)]
#[error("`{0}` is no operation: it has eight hexadecimal digits")]
pub struct InvalidOperationId(String);

impl OperationId {
    /// A name that no other run has.
    ///
    /// # Errors
    ///
    /// Fails if the system has no random numbers to give.
    pub fn random() -> Result<Self, getrandom::Error> {
        Ok(OperationId(format!("{:08x}", getrandom::u32()?)))
    }

    /// The name as it is spelt.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for OperationId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl TryFrom<String> for OperationId {
    type Error = InvalidOperationId;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        let is_hex = text.bytes().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b));
        if text.len() == 8 && is_hex {
            Ok(OperationId(text))
        } else {
            Err(InvalidOperationId(text))
        }
    }
}

impl From<OperationId> for String {
    fn from(id: OperationId) -> String {
        id.0
    }
}

/// Whether the copies of what a run replaced are kept after it. While it runs they always
/// are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Keep {
    /// As a backup, for whoever wants them back.
    Backup,
    /// Not at all.
    Nothing,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn our_backups_have_a_time_and_an_id() {
        assert!(BackupId::is_ours("20261122T110452Z-0123abcd"));
        for other in ["", "notes", "20261122T110452Z", "20261122T110452Z-", "../x-0123abcd"] {
            assert!(!BackupId::is_ours(other), "{other}");
        }
    }
}
