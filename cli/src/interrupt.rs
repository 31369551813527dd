//! Ctrl-C, SIGTERM and SIGHUP: while files are being written they are noted and everything
//! is put back; before, the process ends at once, since there is nothing to undo; after, what
//! was done is still noted and reported, since the exit code has to tell the truth.

use std::sync::atomic::{AtomicBool, Ordering};

use crate::exit::Exit;
use crate::view::{complain, progress};

/// Whether the process must not end at once.
static WRITING: AtomicBool = AtomicBool::new(false);
static INTERRUPTED: AtomicBool = AtomicBool::new(false);

/// Listens from here on, if it does not yet. A system that has no such signals is no fault.
pub fn listen() {
    let _ = ctrlc::set_handler(|| {
        INTERRUPTED.store(true, Ordering::SeqCst);
        if !WRITING.load(Ordering::SeqCst) {
            if !progress::close() {
                complain("\n");
            }
            end();
        }
    });
}

#[expect(clippy::exit, reason = "the main thread waits for an answer that will not come")]
fn end() -> ! {
    std::process::exit(Exit::Interrupted as i32)
}

/// Runs what must not be cut off in the middle, nor before its end is reported.
pub fn while_writing<T>(write: impl FnOnce() -> T) -> T {
    WRITING.store(true, Ordering::SeqCst);
    write()
}

/// Runs what the terminal's signals are meant for, such as an editor: this process goes on
/// when it gets them too, and forgets them afterwards.
pub fn while_another_runs<T>(run: impl FnOnce() -> T) -> T {
    listen();
    WRITING.store(true, Ordering::SeqCst);
    let result = run();
    WRITING.store(false, Ordering::SeqCst);
    INTERRUPTED.store(false, Ordering::SeqCst);
    result
}

/// Whether someone wants the run to end.
pub fn is_requested() -> bool {
    INTERRUPTED.load(Ordering::SeqCst)
}
