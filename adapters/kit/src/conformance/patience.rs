//! An adapter that is called as long as there is time for it.
//!
//! A call that does not end is stopped by the sandbox after some seconds, and the checks make
//! hundreds of calls. So once too much time went into calls that failed, no more are made.

use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::time::{Duration, Instant};

use hatch_core::adapter::{AdapterError, Edit, HostAdapter, Reading, Section, Writing};
use hatch_core::host::HostDescriptor;
use hatch_sandbox::failed;

/// What a call that is not made answers.
pub(super) const OVER: &str =
    "it is not called any more: too much time went into calls that failed";

/// An adapter, and how much time its failures may take.
pub(super) struct Patience<'a> {
    adapter: &'a dyn HostAdapter,
    limit: Duration,
    lost_milliseconds: AtomicU64,
}

impl<'a> Patience<'a> {
    pub(super) fn new(adapter: &'a dyn HostAdapter, limit: Duration) -> Self {
        Patience { adapter, limit, lost_milliseconds: AtomicU64::new(0) }
    }

    /// Whether no more calls are made.
    pub(super) fn is_over(&self) -> bool {
        Duration::from_millis(self.lost_milliseconds.load(Relaxed)) >= self.limit
    }

    fn call<T>(&self, call: impl FnOnce() -> Result<T, AdapterError>) -> Result<T, AdapterError> {
        if self.is_over() {
            return Err(failed(&self.descriptor().id, OVER));
        }
        let begun = Instant::now();
        let answer = call();
        if answer.is_err() {
            let took = u64::try_from(begun.elapsed().as_millis()).unwrap_or(u64::MAX);
            self.lost_milliseconds.fetch_add(took, Relaxed);
        }
        answer
    }
}

impl HostAdapter for Patience<'_> {
    fn descriptor(&self) -> &HostDescriptor {
        self.adapter.descriptor()
    }

    fn read(&self, sections: &[Section]) -> Result<Reading, AdapterError> {
        self.call(|| self.adapter.read(sections))
    }

    fn write(&self, sections: &[Section], edits: &[Edit]) -> Result<Writing, AdapterError> {
        self.call(|| self.adapter.write(sections, edits))
    }
}
