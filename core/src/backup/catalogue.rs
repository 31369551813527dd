//! Finding backups, and reading them.

use jiff::Span;
use jiff::civil::DateTime;

use super::manifest::Manifest;
use super::{Backup, BackupError, BackupFile, BackupId, Origin, Taken, older};
use crate::home::HatchHome;
use crate::location::Location;
use crate::owner::Owner;
use crate::store::Reader;

/// All backups that there are.
pub struct Catalogue<'a> {
    reader: &'a dyn Reader,
    home: &'a HatchHome,
}

/// What a catalogue has.
#[derive(Debug)]
pub struct Listing {
    /// The newest first.
    pub backups: Vec<Backup>,
    /// What can't be listed.
    pub damaged: Vec<Damaged>,
}

/// A backup that can't be read, so that nobody knows what is in it.
#[derive(Debug)]
pub struct Damaged {
    /// Its name.
    pub id: BackupId,
    /// Why.
    pub error: BackupError,
}

impl Damaged {
    /// Whether it may have been made after another, or in the same second.
    pub fn may_be_newer_than(&self, other: &Backup) -> bool {
        let made = self.id.as_str().split('-').next().unwrap_or_default();
        let made = DateTime::strptime("%Y%m%dT%H%M%SZ", made);
        // A moment without a fraction is the start of its second.
        made.map_or(true, |made| made + Span::new().seconds(1) > other.taken.order())
    }
}

/// One document, as a backup has it.
#[derive(Clone, PartialEq, Eq)]
pub struct Content {
    /// Where it was; `None` for the older tool's backups: it belongs where the host has it
    /// now.
    pub location: Option<Location>,
    /// The document's own name.
    pub name: String,
    /// What it was; `None` if there was no file.
    pub bytes: Option<Vec<u8>>,
}

impl<'a> Catalogue<'a> {
    /// Of the backups in hatch's own folder.
    pub fn new(reader: &'a dyn Reader, home: &'a HatchHome) -> Self {
        Catalogue { reader, home }
    }

    /// All backups, and the older tool's.
    ///
    /// # Errors
    ///
    /// Fails where a folder can't be read. A damaged backup is listed as one.
    pub fn list(&self) -> Result<Listing, BackupError> {
        let mut backups = older::list(self.reader, self.home)?;
        let mut damaged = Vec::new();
        for name in self.reader.list(&self.home.backups())? {
            if !BackupId::is_ours(&name) {
                continue;
            }
            match self.read(BackupId::new(name.as_str())) {
                Ok(found) => backups.extend(found),
                Err(error) => damaged.push(Damaged { id: BackupId::new(name), error }),
            }
        }
        backups.sort_by(|a, b| (b.taken.order(), &b.id).cmp(&(a.taken.order(), &a.id)));
        Ok(Listing { backups, damaged })
    }

    /// The backups that have something of an owner in them, the newest first.
    ///
    /// # Errors
    ///
    /// Fails where a folder can't be read.
    pub fn of(&self, owner: &Owner) -> Result<Vec<Backup>, BackupError> {
        let mut backups = self.list()?.backups;
        backups.retain(|backup| backup.has(owner));
        Ok(backups)
    }

    /// One backup. A part of its name is enough if no other has it: the operation, or the
    /// time.
    ///
    /// # Errors
    ///
    /// Fails if there is none, or more than one, or if its manifest is damaged.
    pub fn open(&self, id: &BackupId) -> Result<Backup, BackupError> {
        if BackupId::is_ours(id.as_str()) {
            return self.read(id.clone())?.ok_or_else(|| BackupError::Unknown(id.clone()));
        }
        let backups = self.list()?.backups;
        if let Some(exact) = backups.iter().find(|backup| &backup.id == id) {
            return Ok(exact.clone());
        }
        let mut alike = backups.into_iter().filter(|backup| is_part(id, &backup.id));
        match (alike.next(), alike.next()) {
            (Some(only), None) => Ok(only),
            (Some(first), Some(second)) => {
                let alike = [first, second].into_iter().chain(alike).map(|it| it.id).collect();
                Err(BackupError::Ambiguous { part: id.clone(), alike })
            }
            _ => Err(BackupError::Unknown(id.clone())),
        }
    }

    /// What a backup has of an owner, each copy checked.
    ///
    /// # Errors
    ///
    /// Fails if a copy is missing or damaged, and names it.
    pub fn contents(&self, backup: &Backup, owner: &Owner) -> Result<Vec<Content>, BackupError> {
        let files = backup.files.iter().filter(|file| &file.owner == owner);
        files.map(|file| self.content(backup, file)).collect()
    }

    /// What a backup has of one of its documents, checked.
    ///
    /// # Errors
    ///
    /// Fails if the copy is missing or damaged, and names it.
    pub fn content(&self, backup: &Backup, file: &BackupFile) -> Result<Content, BackupError> {
        let bytes = match (&file.record, &file.copy) {
            (Some(record), _) => record.contents(self.reader, &backup.folder)?,
            (None, Some(copy)) => {
                let missing = || BackupError::MissingCopy { copy: copy.clone() };
                Some(self.reader.read(copy)?.ok_or_else(missing)?)
            }
            (None, None) => None,
        };
        Ok(Content { location: file.location.clone(), name: file.name.clone(), bytes })
    }

    fn read(&self, id: BackupId) -> Result<Option<Backup>, BackupError> {
        let folder = self.home.backups().join(id.as_str());
        let Some(manifest) = Manifest::read(self.reader, &folder)? else { return Ok(None) };
        let run = manifest.run;
        let files = run.files.iter().cloned().map(|record| BackupFile {
            owner: record.owner().clone(),
            location: record.location(),
            name: last_name(record.shown()).to_owned(),
            size: record.size(),
            copy: record.copy_in(&folder),
            record: Some(record),
        });
        Ok(Some(Backup {
            id,
            taken: Taken::At(run.time),
            files: files.collect(),
            origin: Origin::Hatch(Box::new(run)),
            cleaned: manifest.cleaned,
            folder,
        }))
    }
}

impl std::fmt::Debug for Content {
    /// Without the bytes: documents hold secrets.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Content").field("location", &self.location).finish_non_exhaustive()
    }
}

/// Whether somebody who typed `part` may mean `id`.
fn is_part(part: &BackupId, id: &BackupId) -> bool {
    part.as_str().len() >= 4 && id.as_str().contains(part.as_str())
}

fn last_name(shown: &str) -> &str {
    shown.rsplit(['/', '\\']).next().unwrap_or(shown)
}
