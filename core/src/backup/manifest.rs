//! What is in a backup, as its manifest says it.

use std::path::{Component, Path};

use jiff::Timestamp;
use serde::{Deserialize, Serialize, de};

use super::{BackupError, BackupId};
use crate::document::Digest;
use crate::ledger::Ledger;
use crate::location::{Location, RecordedLocation};
use crate::operation::{Operation, OperationId};
use crate::owner::Owner;
use crate::store::Reader;

const VERSION: u32 = 1;

/// The name of the file in each backup's folder.
pub(super) const MANIFEST: &str = "manifest.json";

/// What is in a backup.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Manifest {
    version: u32,
    /// Whose copies were cleaned away since.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub cleaned: Vec<Owner>,
    /// The run that made it.
    #[serde(flatten)]
    pub run: RunRecord,
}

/// What a run did, as its journal and its backup say it. Names and digests, no contents.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct RunRecord {
    /// Its name.
    pub operation: OperationId,
    /// What it was: `sync`, `restore`, ...
    pub command: String,
    /// What it was, for people.
    #[serde(default)]
    pub title: String,
    /// The run that it took back, if it did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub undoes: Option<OperationId>,
    /// When it began.
    pub time: Timestamp,
    /// What the ledger said, before it, of the documents that it changed.
    #[serde(default, alias = "managed", skip_serializing_if = "Ledger::is_empty")]
    pub ledger: Ledger,
    /// What it changed.
    pub files: Vec<FileRecord>,
}

/// The one field that every version has.
#[derive(Deserialize)]
struct Versioned {
    version: u32,
}

impl Manifest {
    pub(crate) fn new(run: RunRecord) -> Self {
        Manifest { version: VERSION, cleaned: Vec::new(), run }
    }

    /// What the manifest says once nothing of these owners is in the backup any more.
    pub(super) fn without(mut self, owners: &[Owner]) -> Self {
        self.run.files.retain(|file| !owners.contains(&file.owner));
        let hosts: Vec<_> = self.run.files.iter().filter_map(|file| file.owner.host()).collect();
        self.run.ledger = self.run.ledger.of_hosts(&hosts);
        self.cleaned.extend(owners.iter().cloned());
        self
    }

    /// The manifest in a backup's folder; `None` if there is none.
    pub(super) fn read(
        reader: &dyn Reader,
        folder: &Location,
    ) -> Result<Option<Self>, BackupError> {
        let manifest = folder.join(MANIFEST);
        let Some(bytes) = reader.read(&manifest)? else { return Ok(None) };
        let damaged = |source| BackupError::DamagedManifest { manifest: manifest.clone(), source };
        let Versioned { version } = serde_json::from_slice(&bytes).map_err(damaged)?;
        if version != VERSION {
            return Err(BackupError::OtherVersion { manifest, version });
        }
        let manifest: Manifest = serde_json::from_slice(&bytes).map_err(damaged)?;
        manifest.run.check().map_err(damaged)?;
        Ok(Some(manifest))
    }
}

impl RunRecord {
    /// What its backup is called.
    pub(crate) fn backup_id(&self) -> BackupId {
        Operation { id: self.operation.clone(), started: self.time }.backup_id()
    }

    /// Refuses what no hatch writes, before anything is done by it: a record that lost a part
    /// of itself would have a document taken away instead of put back, and a copy is nowhere
    /// but beside the manifest.
    pub(crate) fn check(&self) -> Result<(), serde_json::Error> {
        match self.files.iter().find(|file| !file.is_sound()) {
            Some(file) => Err(de::Error::custom(format!(
                "what it says of `{}` does not go together",
                file.shown()
            ))),
            None => Ok(()),
        }
    }
}

/// What has become of a document since a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Now {
    /// It is as it was before the run, and as the backup has it.
    AsBefore,
    /// It is as the run left it.
    AsAfter,
    /// Something else is there.
    Changed,
    /// Nothing is there any more.
    Gone,
}

/// One document that a run changes: what it was, what it becomes, and where the copy is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct FileRecord {
    owner: Owner,
    #[serde(flatten)]
    location: RecordedLocation,
    /// There was no file.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    absent: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    size: Option<u64>,
    #[serde(default, rename = "sha256", skip_serializing_if = "Option::is_none")]
    before: Option<Digest>,
    /// The name of the copy, in the backup's folder.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    copy: Option<String>,
    /// What the run made of it; nothing if it took the file away.
    #[serde(default, rename = "sha256-after", skip_serializing_if = "Option::is_none")]
    after: Option<Digest>,
}

impl FileRecord {
    /// Of a document that has these contents, will have those, and is copied under this name.
    pub(super) fn new(
        owner: &Owner,
        location: &Location,
        before: Option<&[u8]>,
        after: Option<&[u8]>,
        copy: Option<String>,
    ) -> Self {
        FileRecord {
            owner: owner.clone(),
            location: RecordedLocation::from(location),
            absent: before.is_none(),
            size: before.map(|bytes| bytes.len() as u64),
            before: before.map(Digest::of),
            copy,
            after: after.map(Digest::of),
        }
    }

    /// Whose document it is.
    pub fn owner(&self) -> &Owner {
        &self.owner
    }

    /// Where it is; `None` if that was recorded on another system.
    pub fn location(&self) -> Option<Location> {
        self.location.location()
    }

    /// Where it is, for people.
    pub fn shown(&self) -> &str {
        self.location.shown()
    }

    /// The digest of what it was; `None` if there was no file.
    pub fn before(&self) -> Option<&Digest> {
        self.before.as_ref()
    }

    /// The digest of what the run made of it; `None` if it took the file away.
    pub fn after(&self) -> Option<&Digest> {
        self.after.as_ref()
    }

    /// Its size, if there was a file.
    pub fn size(&self) -> Option<u64> {
        self.size
    }

    /// What has become of the document, if this is what is there.
    pub fn compare(&self, now: Option<&[u8]>) -> Now {
        let now = now.map(Digest::of);
        match &now {
            now if now.as_ref() == self.before() => Now::AsBefore,
            now if now.as_ref() == self.after() => Now::AsAfter,
            None => Now::Gone,
            Some(_) => Now::Changed,
        }
    }

    /// Whether there was something to copy.
    pub fn has_copy(&self) -> bool {
        self.copy.is_some()
    }

    /// The name of the copy, in the backup's folder.
    pub(super) fn copy_name(&self) -> Option<&str> {
        self.copy.as_deref()
    }

    /// Whether there is a size, a digest and a copy's name where there was a file, and none of
    /// them where there was none.
    fn is_sound(&self) -> bool {
        let parts = [self.size.is_some(), self.before.is_some(), self.copy.is_some()];
        parts.iter().all(|is_there| *is_there != self.absent)
            && self.copy.as_deref().is_none_or(is_name)
    }

    pub(super) fn copy_in(&self, folder: &Location) -> Option<Location> {
        self.copy.as_deref().map(|name| folder.join(name))
    }

    /// The contents of the copy, if they are what was copied; `None` if there was no file.
    pub(super) fn contents(
        &self,
        reader: &dyn Reader,
        folder: &Location,
    ) -> Result<Option<Vec<u8>>, BackupError> {
        let Some(copy) = self.copy_in(folder) else { return Ok(None) };
        let Some(bytes) = reader.read(&copy)? else {
            return Err(BackupError::MissingCopy { copy });
        };
        if Some(&Digest::of(&bytes)) == self.before() {
            return Ok(Some(bytes));
        }
        Err(BackupError::DamagedCopy { copy })
    }
}

/// Whether a file of this name is in its folder, and not above or below it.
fn is_name(name: &str) -> bool {
    let mut parts = Path::new(name).components();
    let first = parts.next();
    first == Some(Component::Normal(name.as_ref())) && parts.next().is_none()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_record_that_lost_a_part_is_none() {
        let there = "\"size\": 3, \"copy\": \"cursor--mcp.json\", \"sha256\": ";
        let there = format!("{there}{:?}", Digest::of(b"old").to_string());
        for (parts, is_sound) in [
            (there.clone(), true),
            ("\"absent\": true".to_owned(), true),
            (String::new(), false),
            (format!("{there}, \"absent\": true"), false),
            (there.replace("sha256", "sha265"), false),
            (there.replace("copy", "kopy"), false),
            (there.replace("cursor--", "../"), false),
            (there.replace("cursor--", "/"), false),
            (there.replace("cursor--", "a/"), false),
            (there.replace("cursor--mcp.json", ".."), false),
            (there.replace("cursor--mcp.json", ""), false),
        ] {
            let parts = if parts.is_empty() { parts } else { format!(", {parts}") };
            let json = format!(
                r#"{{ "owner": "cursor", "path": "/h/mcp.json", "shown": "~/mcp.json"{parts} }}"#
            );
            let record: FileRecord = serde_json::from_str(&json).unwrap();
            assert_eq!(record.is_sound(), is_sound, "{json}");
        }
    }
}
