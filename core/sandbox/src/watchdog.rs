//! The clock by which a call ends.
//!
//! Compiled code compares a counter of the engine, the epoch, with the call's deadline at
//! every loop and every call. One thread moves the counter on. It is started by the first
//! call, rests while nothing runs, and does not keep the process alive.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering::SeqCst};
use std::sync::{Mutex, OnceLock};
use std::thread::{self, Thread};
use std::time::Duration;

use wasmtime::Engine;

/// How far apart the epochs are: a call may take this much longer than its limit.
const TICK: Duration = Duration::from_millis(10);
/// Ticks without a call after which the thread rests. Waking it takes longer than a call,
/// so it stays up between the calls of one run.
const IDLE_TICKS: u32 = 20;
/// The thread calls nothing that needs more.
const STACK: usize = 64 << 10;

static RUNNING: AtomicUsize = AtomicUsize::new(0);
static RESTING: AtomicBool = AtomicBool::new(false);
static THREAD: OnceLock<Thread> = OnceLock::new();
static STARTING: Mutex<()> = Mutex::new(());

/// A call that is being watched.
pub(crate) struct Watch(());

impl Watch {
    /// Makes sure that the epoch moves on from now until this is dropped.
    pub(crate) fn begin(engine: &'static Engine) -> std::io::Result<Self> {
        RUNNING.fetch_add(1, SeqCst);
        let watch = Watch(());
        match THREAD.get() {
            // Either the thread sees that something runs before it rests, or it is seen to
            // rest here: both sides write first and look second.
            Some(thread) => {
                if RESTING.load(SeqCst) {
                    thread.unpark();
                }
            }
            None => start(engine)?,
        }
        Ok(watch)
    }

    /// The number of epochs that such a time takes.
    pub(crate) fn epochs(time: Duration) -> u64 {
        let ticks = time.as_millis().div_ceil(TICK.as_millis());
        // The first epoch may end right after the call began.
        u64::try_from(ticks).unwrap_or(u64::MAX - 1).saturating_add(1)
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        RUNNING.fetch_sub(1, SeqCst);
    }
}

fn start(engine: &'static Engine) -> std::io::Result<()> {
    let _one_at_a_time = STARTING.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
    if THREAD.get().is_none() {
        let thread = thread::Builder::new()
            .name("hatch-watchdog".to_owned())
            .stack_size(STACK)
            .spawn(|| tick(engine))?;
        THREAD.get_or_init(|| thread.thread().clone());
    }
    Ok(())
}

fn tick(engine: &Engine) {
    let mut idle = 0;
    loop {
        thread::sleep(TICK);
        engine.increment_epoch();
        idle = if RUNNING.load(SeqCst) == 0 { idle + 1 } else { 0 };
        if idle > IDLE_TICKS {
            RESTING.store(true, SeqCst);
            while RUNNING.load(SeqCst) == 0 {
                thread::park();
            }
            RESTING.store(false, SeqCst);
        }
    }
}
