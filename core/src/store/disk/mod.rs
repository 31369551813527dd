//! Files on a disk.
//!
//! Folders are opened once, when the store is handed a path, and everything afterwards is
//! done below an open folder: a path that is swapped for a link later leads nowhere else.
//! Links are followed first, so that it is the real file that is replaced and a link stays
//! a link. Of a folder that was opened for one document, only that document can be read or
//! written, besides hatch's own temporary files.
//!
//! # What replacing a file does to it
//!
//! The new bytes are written to a file beside it, which then takes its name: that of a document
//! only from the contents that the plan saw (`exchange.rs`). Mode and owner carry over. Other hard links to the old file keep the old bytes, and extended attributes
//! and access lists are not carried over.

mod exchange;
mod links;
mod lock;
mod protection;
mod replace;

use std::io::{self, Read as _};
use std::path::{Component, Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use cap_std::ambient_authority;
use cap_std::fs::{Dir, FileType, Metadata, OpenOptions};

use exchange::Exchange;
pub use protection::Protection;

use super::{Expected, Guard, Reader, Store, StoreError, TEMPORARY_PREFIX};
use crate::home::HatchHome;
use crate::location::Location;

/// The largest file that is read. No configuration comes near it.
pub const SIZE_LIMIT: u64 = 256 * 1024 * 1024;

/// The files of a computer that this run was given. A copy is given what the other one is.
#[derive(Clone)]
pub struct DiskStore {
    home: HatchHome,
    grants: Arc<Mutex<Vec<Arc<Grant>>>>,
}

/// An open folder, and what below it may be touched.
struct Grant {
    /// Where the folder is.
    base: PathBuf,
    dir: Dir,
    reach: Reach,
}

enum Reach {
    /// All that is in this folder, and the folder itself.
    Tree(PathBuf),
    /// This file, and the folders on the way to it.
    File(PathBuf),
}

impl DiskStore {
    /// Opens hatch's own folder, or remembers where to make it at the first write.
    ///
    /// # Errors
    ///
    /// Fails for a path that is not absolute, for a bad link, and where the system does.
    pub fn open(hatch_home: &Path, shown: &str) -> Result<Self, StoreError> {
        let real = links::follow(hatch_home, shown)?;
        let location = Location::new(real.path.clone(), shown);
        let grant = Grant::open(real.base, Reach::Tree(real.path), &location)?;
        let grants = Arc::new(Mutex::new(vec![Arc::new(grant)]));
        Ok(DiskStore { home: HatchHome::new(location), grants })
    }

    /// The names in hatch's own folder.
    pub fn home(&self) -> &HatchHome {
        &self.home
    }

    /// Follows the links to a document and opens the folder of the real one. Neither has to
    /// be there yet; a link to a file that is missing in a folder that exists is one through
    /// which the file will be made. A folder that a dead run made can be admitted as well,
    /// to be removed.
    ///
    /// After [`crate::transaction::recover`], documents are to be admitted anew: the folder of
    /// one may have been removed.
    ///
    /// # Errors
    ///
    /// Fails for a path that is not absolute, for a link that leads in a circle or into a
    /// folder that is not there, and where the system does.
    pub fn admit(&self, path: &Path, shown: &str) -> Result<Location, StoreError> {
        let real = links::follow(path, shown)?;
        let location = Location::new(real.path.clone(), shown);
        let base = match (real.base == real.path, real.path.parent()) {
            (true, Some(folder)) => folder.to_owned(),
            _ => real.base,
        };
        let grant = Grant::open(base, Reach::File(real.path), &location)?;
        self.grants.lock().unwrap_or_else(PoisonError::into_inner).push(Arc::new(grant));
        Ok(location)
    }

    /// Whether a file is protected from being written, such as a read-only one; `None` for a
    /// file that is not, or does not exist. Only previews ask: what a run wrote is put back
    /// whatever its mode is.
    ///
    /// # Errors
    ///
    /// Fails for what is not a file ([`StoreError::NotAFile`]), and where the system does.
    pub fn protection(&self, at: &Location) -> Result<Option<Protection>, StoreError> {
        let spot = self.file(at)?;
        let Some(metadata) = spot.file_metadata(at, "look at")? else { return Ok(None) };
        #[cfg(unix)]
        let found = protection::protection(spot.dir(), &spot.path, &metadata);
        #[cfg(not(unix))]
        let found = Ok(protection::protection(&metadata));
        found.map_err(failed_to("look at", at))
    }

    fn file(&self, at: &Location) -> Result<Spot, StoreError> {
        self.find(at, Grant::reaches_file)
    }

    fn folder(&self, at: &Location) -> Result<Spot, StoreError> {
        self.find(at, Grant::reaches_folder)
    }

    fn find(&self, at: &Location, reaches: fn(&Grant, &Path) -> bool) -> Result<Spot, StoreError> {
        let is_plain = !at.path().components().any(|part| part == Component::ParentDir);
        let grants = self.grants.lock().unwrap_or_else(PoisonError::into_inner);
        // The newest grant first: its folder may have been replaced since an older one.
        let found = grants.iter().rev().find(|grant| is_plain && reaches(grant, at.path()));
        let Some(grant) = found else { return Err(StoreError::NotAdmitted(at.clone())) };
        let below = at.path().strip_prefix(&grant.base).unwrap_or(Path::new(""));
        let below = if below.as_os_str().is_empty() { Path::new(".") } else { below };
        Ok(Spot { grant: Arc::clone(grant), path: below.to_owned() })
    }
}

impl Grant {
    fn open(base: PathBuf, reach: Reach, at: &Location) -> Result<Self, StoreError> {
        let dir = Dir::open_ambient_dir(&base, ambient_authority())
            .map_err(failed_to("open the folder of", at))?;
        Ok(Grant { base, dir, reach })
    }

    fn reaches_file(&self, path: &Path) -> bool {
        match &self.reach {
            Reach::Tree(top) => path != top && path.starts_with(top),
            Reach::File(file) => {
                path == file || (path.parent() == file.parent() && has_temporary_name(path))
            }
        }
    }

    fn reaches_folder(&self, path: &Path) -> bool {
        let on_the_way = match &self.reach {
            Reach::Tree(top) => path.starts_with(top) || top.starts_with(path),
            Reach::File(file) => file.starts_with(path),
        };
        on_the_way && path.starts_with(&self.base)
    }

    /// A folder that can be seen from the outside, and so be removed.
    fn reaches_entry(&self, path: &Path) -> bool {
        path != self.base && self.reaches_folder(path)
    }
}

/// A path below an open folder.
struct Spot {
    grant: Arc<Grant>,
    path: PathBuf,
}

impl Spot {
    fn dir(&self) -> &Dir {
        &self.grant.dir
    }

    /// The folder that it is in, opened, and its name there.
    fn folder_and_name(&self) -> io::Result<(Dir, PathBuf)> {
        let name = self.path.file_name().ok_or(io::ErrorKind::InvalidInput)?.into();
        let folder = match self.path.parent() {
            Some(folder) if !folder.as_os_str().is_empty() => self.dir().open_dir(folder)?,
            _ => self.dir().try_clone()?,
        };
        Ok((folder, name))
    }

    /// What is there, if anything is.
    fn metadata(&self) -> io::Result<Option<Metadata>> {
        absent_is_none(self.dir().symlink_metadata(&self.path))
    }

    /// The regular file that is there, if anything is.
    fn file_metadata(
        &self,
        at: &Location,
        intent: &'static str,
    ) -> Result<Option<Metadata>, StoreError> {
        file_metadata(self.dir(), &self.path, at, intent)
    }
}

impl Reader for DiskStore {
    fn read(&self, at: &Location) -> Result<Option<Vec<u8>>, StoreError> {
        let spot = self.file(at)?;
        read_file(spot.dir(), &spot.path, at)
    }

    fn read_private(&self, at: &Location) -> Result<Option<Vec<u8>>, StoreError> {
        let spot = self.file(at)?;
        read_file_if(spot.dir(), &spot.path, at, is_private)
    }

    fn list(&self, folder: &Location) -> Result<Vec<String>, StoreError> {
        let spot = self.folder(folder)?;
        let entries = absent_is_none(spot.dir().read_dir(&spot.path));
        let Some(entries) = entries.map_err(failed_to("list", folder))? else {
            return Ok(Vec::new());
        };
        let mut names = Vec::new();
        for entry in entries {
            let name = entry.map_err(failed_to("list", folder))?.file_name();
            names.extend(name.into_string());
        }
        names.sort();
        Ok(names)
    }

    fn has_folder(&self, folder: &Location) -> Result<bool, StoreError> {
        let spot = self.folder(folder)?;
        match spot.metadata().map_err(failed_to("look for", folder))? {
            None => Ok(false),
            Some(metadata) if metadata.is_dir() => Ok(true),
            Some(_) => Err(failed_to("open", folder)(io::ErrorKind::NotADirectory.into())),
        }
    }
}

impl Store for DiskStore {
    fn make_folder(&self, at: &Location) -> Result<bool, StoreError> {
        let spot = self.folder(at)?;
        if matches!(&spot.grant.reach, Reach::Tree(top) if top == at.path()) {
            make_way(&spot).map_err(failed_to("make", at))?;
        }
        make_private_folder(&spot.grant.dir, &spot.path).map_err(failed_to("make", at))
    }

    fn replace(&self, at: &Location, bytes: &[u8]) -> Result<(), StoreError> {
        let spot = self.file(at)?;
        let old = spot.file_metadata(at, "replace")?;
        replace::replace(spot.dir(), &spot.path, old.as_ref(), bytes)
            .map_err(failed_to("replace", at))
    }

    fn exchange(
        &self,
        at: &Location,
        expected: Expected<'_>,
        bytes: Option<&[u8]>,
    ) -> Result<(), StoreError> {
        let spot = self.file(at)?;
        let (folder, name) = spot.folder_and_name().map_err(failed_to("replace", at))?;
        Exchange { folder, name, at, expected }.with(bytes)
    }

    fn remove(&self, at: &Location) -> Result<(), StoreError> {
        let spot = self.file(at)?;
        absent_is_none(spot.dir().remove_file(&spot.path))
            .map(|_| ())
            .map_err(failed_to("remove", at))
    }

    fn remove_folder(&self, at: &Location) -> Result<(), StoreError> {
        let spot = self.find(at, Grant::reaches_entry)?;
        absent_is_none(spot.dir().remove_dir(&spot.path))
            .map(|_| ())
            .map_err(failed_to("remove", at))
    }

    fn sync_folder(&self, at: &Location) -> Result<(), StoreError> {
        let spot = self.folder(at)?;
        absent_is_none(sync(spot.dir(), &spot.path)).map(|_| ()).map_err(failed_to("sync", at))
    }

    fn lock(&self, at: &Location) -> Result<Box<dyn Guard>, StoreError> {
        let spot = self.file(at)?;
        spot.file_metadata(at, "lock")?;
        lock::lock(spot.dir(), &spot.path, at)
    }

    fn try_lock(&self, at: &Location) -> Result<Option<Box<dyn Guard>>, StoreError> {
        let spot = self.file(at)?;
        spot.file_metadata(at, "lock")?;
        lock::try_lock(spot.dir(), &spot.path, at)
    }
}

/// The regular file that is there, if anything is.
fn file_metadata(
    dir: &Dir,
    path: &Path,
    at: &Location,
    intent: &'static str,
) -> Result<Option<Metadata>, StoreError> {
    match absent_is_none(dir.symlink_metadata(path)).map_err(failed_to(intent, at))? {
        Some(metadata) => check_is_file(&metadata, at).map(|()| Some(metadata)),
        None => Ok(None),
    }
}

fn read_file(dir: &Dir, path: &Path, at: &Location) -> Result<Option<Vec<u8>>, StoreError> {
    read_file_if(dir, path, at, |_| true)
}

/// Reads a file, if it is one that is to be read. It is the open file that is asked about, and
/// so no other that takes its name in between.
fn read_file_if(
    dir: &Dir,
    path: &Path,
    at: &Location,
    is_to_be: fn(&Metadata) -> bool,
) -> Result<Option<Vec<u8>>, StoreError> {
    // Looked at before it is opened, since opening a device may do something.
    if file_metadata(dir, path, at, "read")?.is_none() {
        return Ok(None);
    }
    let file = absent_is_none(dir.open_with(path, &reading()));
    let Some(file) = file.map_err(failed_to("read", at))? else { return Ok(None) };
    let metadata = file.metadata().map_err(failed_to("read", at))?;
    check_is_file(&metadata, at)?;
    if !is_to_be(&metadata) {
        return Ok(None);
    }
    let mut bytes = Vec::new();
    file.take(SIZE_LIMIT + 1).read_to_end(&mut bytes).map_err(failed_to("read", at))?;
    let size = metadata.len().max(bytes.len() as u64);
    if size > SIZE_LIMIT {
        return Err(StoreError::TooLarge { at: at.clone(), size, limit: SIZE_LIMIT });
    }
    Ok(Some(bytes))
}

/// Whether a file is this user's own, and nobody else may read or write it.
#[cfg(unix)]
fn is_private(metadata: &Metadata) -> bool {
    use cap_std::fs::MetadataExt as _;
    metadata.uid() == rustix::process::geteuid().as_raw() && metadata.mode() & 0o077 == 0
}

/// Files of Windows are as private as the folder of their user.
#[cfg(not(unix))]
fn is_private(_: &Metadata) -> bool {
    true
}

/// Makes the folders that lead to hatch's own. Each is made durable here, since no caller
/// knows of them.
fn make_way(spot: &Spot) -> io::Result<()> {
    let mut above = PathBuf::from(".");
    let Some(folder) = spot.path.parent() else { return Ok(()) };
    for name in folder {
        let made = above.join(name);
        if make_private_folder(spot.dir(), &made)? {
            sync(spot.dir(), &above)?;
        }
        above = made;
    }
    Ok(())
}

/// Makes a folder that only its owner can enter, whatever the umask. Returns whether it was
/// not there before.
fn make_private_folder(dir: &Dir, path: &Path) -> io::Result<bool> {
    match create_folder(dir, path) {
        Ok(()) => Ok(true),
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
            if dir.metadata(path)?.is_dir() {
                Ok(false)
            } else {
                Err(io::ErrorKind::NotADirectory.into())
            }
        }
        Err(error) => Err(error),
    }
}

#[cfg(unix)]
fn create_folder(dir: &Dir, path: &Path) -> io::Result<()> {
    use cap_std::fs::{DirBuilder, DirBuilderExt as _, Permissions, PermissionsExt as _};
    dir.create_dir_with(path, DirBuilder::new().mode(0o700))?;
    // The umask may have taken bits away, even the owner's. To set the mode of a folder that
    // can't be opened takes `/proc`, so only then.
    if dir.metadata(path)?.permissions().mode() & 0o777 != 0o700 {
        dir.set_permissions(path, Permissions::from_mode(0o700))?;
    }
    Ok(())
}

#[cfg(not(unix))]
fn create_folder(dir: &Dir, path: &Path) -> io::Result<()> {
    dir.create_dir(path)
}

#[cfg(not(windows))]
fn sync(dir: &Dir, folder: &Path) -> io::Result<()> {
    dir.open(folder)?.sync_all()
}

/// Windows has no way to sync a folder: its file systems write names in order.
#[cfg(windows)]
fn sync(_: &Dir, _: &Path) -> io::Result<()> {
    Ok(())
}

#[cfg(unix)]
fn reading() -> OpenOptions {
    use cap_std::fs::OpenOptionsExt as _;
    use rustix::fs::OFlags;
    let mut options = OpenOptions::new();
    // A pipe that took the file's place would wait for its other end.
    let flags = OFlags::NONBLOCK | OFlags::NOFOLLOW | OFlags::NOCTTY;
    options.read(true).custom_flags(flags.bits().cast_signed());
    options
}

#[cfg(not(unix))]
fn reading() -> OpenOptions {
    let mut options = OpenOptions::new();
    options.read(true);
    options
}

fn check_is_file(metadata: &Metadata, at: &Location) -> Result<(), StoreError> {
    if metadata.is_file() {
        return Ok(());
    }
    Err(StoreError::NotAFile { at: at.clone(), found: name_of(metadata.file_type()) })
}

#[cfg(unix)]
fn name_of(file_type: FileType) -> &'static str {
    use cap_std::fs::FileTypeExt as _;
    match file_type {
        kind if kind.is_dir() => "a folder",
        kind if kind.is_symlink() => "a link",
        kind if kind.is_fifo() => "a pipe",
        kind if kind.is_socket() => "a socket",
        _ => "a device",
    }
}

#[cfg(not(unix))]
fn name_of(file_type: FileType) -> &'static str {
    match file_type {
        kind if kind.is_dir() => "a folder",
        kind if kind.is_symlink() => "a link",
        _ => "something else",
    }
}

fn has_temporary_name(path: &Path) -> bool {
    path.file_name().is_some_and(|name| name.to_string_lossy().starts_with(TEMPORARY_PREFIX))
}

fn absent_is_none<T>(result: io::Result<T>) -> io::Result<Option<T>> {
    match result {
        Ok(value) => Ok(Some(value)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

fn failed_to(intent: &'static str, at: &Location) -> impl FnOnce(io::Error) -> StoreError {
    let at = at.clone();
    move |source| StoreError::Io { intent, at, source }
}
