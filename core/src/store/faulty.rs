//! A store that fails when it is told to.

use std::cell::Cell;
use std::io;

use super::{Expected, Guard, Reader, Store, StoreError, TEMPORARY_PREFIX};
use crate::location::Location;

/// When, counted from zero over all calls, and how.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// This call fails and does nothing.
    FailsAt(usize),
    /// This call does what it should, and says that it failed.
    LiesAt(usize),
    /// This call does not return, nor does any other after it: the process is killed. A file
    /// that was being written leaves a half of itself under a temporary name.
    StopsAt(usize),
    /// From this call on, what writes or syncs fails. What reads or removes does not: so are
    /// disks that are full or worn out.
    BreaksAt(usize),
    /// This call, if it writes a file or takes a document away, does nothing and says that it
    /// worked.
    ForgetsAt(usize),
}

impl Fault {
    fn call(self) -> usize {
        match self {
            Fault::FailsAt(call)
            | Fault::LiesAt(call)
            | Fault::StopsAt(call)
            | Fault::BreaksAt(call)
            | Fault::ForgetsAt(call) => call,
        }
    }
}

/// Another store, with a fault.
pub struct FaultyStore<'a> {
    inner: &'a dyn Store,
    fault: Fault,
    calls: Cell<usize>,
}

impl<'a> FaultyStore<'a> {
    /// Puts a fault into `inner`.
    pub fn new(inner: &'a dyn Store, fault: Fault) -> Self {
        FaultyStore { inner, fault, calls: Cell::new(0) }
    }

    /// Whether the call with the fault has been made.
    pub fn tripped(&self) -> bool {
        self.calls.get() > self.fault.call()
    }

    fn call<T>(
        &self,
        at: &Location,
        effect: impl FnOnce() -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        let call = self.calls.replace(self.calls.get() + 1);
        match self.fault {
            Fault::FailsAt(faulty) if call == faulty => Err(failure(at)),
            Fault::LiesAt(faulty) if call == faulty => effect().and_then(|_| Err(failure(at))),
            Fault::StopsAt(faulty) if call >= faulty => Err(failure(at)),
            _ => effect(),
        }
    }

    /// As [`FaultyStore::call`], for what needs a disk that takes more.
    fn change<T>(
        &self,
        at: &Location,
        effect: impl FnOnce() -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        let is_broken = matches!(self.fault, Fault::BreaksAt(call) if self.calls.get() >= call);
        self.call(at, || if is_broken { Err(failure(at)) } else { effect() })
    }

    fn leave_half(&self, at: &Location, bytes: &[u8]) {
        if let Some(folder) = at.folder() {
            let half = folder.join(&format!("{TEMPORARY_PREFIX}{:016x}", u64::MAX));
            // There is nobody left to tell.
            let _ = self.inner.replace(&half, &bytes[..bytes.len() / 2]);
        }
    }
}

fn failure(at: &Location) -> StoreError {
    let source = io::Error::other("a fault was put here");
    StoreError::Io { intent: "use", at: at.clone(), source }
}

impl Reader for FaultyStore<'_> {
    fn read(&self, at: &Location) -> Result<Option<Vec<u8>>, StoreError> {
        self.call(at, || self.inner.read(at))
    }

    fn read_private(&self, at: &Location) -> Result<Option<Vec<u8>>, StoreError> {
        self.call(at, || self.inner.read_private(at))
    }

    fn list(&self, folder: &Location) -> Result<Vec<String>, StoreError> {
        self.call(folder, || self.inner.list(folder))
    }

    fn has_folder(&self, folder: &Location) -> Result<bool, StoreError> {
        self.call(folder, || self.inner.has_folder(folder))
    }
}

impl Store for FaultyStore<'_> {
    fn make_folder(&self, at: &Location) -> Result<bool, StoreError> {
        self.change(at, || self.inner.make_folder(at))
    }

    fn replace(&self, at: &Location, bytes: &[u8]) -> Result<(), StoreError> {
        match self.fault {
            Fault::StopsAt(call) if call == self.calls.get() => self.leave_half(at, bytes),
            Fault::ForgetsAt(call) if call == self.calls.get() => {
                return self.call(at, || Ok(()));
            }
            _ => {}
        }
        self.change(at, || self.inner.replace(at, bytes))
    }

    fn exchange(
        &self,
        at: &Location,
        expected: Expected<'_>,
        bytes: Option<&[u8]>,
    ) -> Result<(), StoreError> {
        match self.fault {
            Fault::StopsAt(call) if call == self.calls.get() => {
                self.leave_half(at, bytes.unwrap_or_default());
            }
            Fault::ForgetsAt(call) if call == self.calls.get() => {
                return self.call(at, || Ok(()));
            }
            _ => {}
        }
        match bytes {
            Some(_) => self.change(at, || self.inner.exchange(at, expected, bytes)),
            None => self.call(at, || self.inner.exchange(at, expected, bytes)),
        }
    }

    fn remove(&self, at: &Location) -> Result<(), StoreError> {
        self.call(at, || self.inner.remove(at))
    }

    fn remove_folder(&self, at: &Location) -> Result<(), StoreError> {
        self.call(at, || self.inner.remove_folder(at))
    }

    fn sync_folder(&self, at: &Location) -> Result<(), StoreError> {
        self.change(at, || self.inner.sync_folder(at))
    }

    fn lock(&self, at: &Location) -> Result<Box<dyn Guard>, StoreError> {
        self.call(at, || self.inner.lock(at))
    }
}
