//! What hatch is doing, while something takes longer than a moment: one line on a terminal's
//! standard error, which is gone when it is done. Whatever else is said clears it first.

use std::io::{self, IsTerminal, Write};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::sync::{Mutex, MutexGuard};
use std::thread;
use std::time::Duration;

use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

use super::sanitize::sanitize_line;
use crate::interrupt;

/// What takes no longer is not worth a line.
const MOMENT: Duration = Duration::from_millis(500);

/// The cells that the line takes; 0 while there is none.
static LINE: Mutex<usize> = Mutex::new(0);

/// Does something, and says what if it takes longer than a moment.
pub fn during<T>(what: &str, work: impl FnOnce() -> T) -> T {
    if !io::stderr().is_terminal() {
        return work();
    }
    let line = format!("{} ...", sanitize_line(what));
    thread::scope(|scope| {
        let (done, is_done) = mpsc::channel::<()>();
        let watch = move || {
            while is_done.recv_timeout(MOMENT) == Err(RecvTimeoutError::Timeout) {
                show(&line);
            }
            clear();
        };
        // Without a thread for it, nothing is shown.
        let _ = thread::Builder::new().spawn_scoped(scope, watch);
        let result = work();
        // The other thread ends with it, as it does when the work panics.
        drop(done);
        result
    })
}

/// Takes the line away, and says whether there was one.
pub fn clear() -> bool {
    wipe(&mut line())
}

/// As [`clear`], for a process that ends here: nothing is shown any more.
pub fn close() -> bool {
    let mut width = line();
    let was_there = wipe(&mut width);
    std::mem::forget(width);
    was_there
}

/// Overwrites the line with spaces, which every terminal understands.
fn wipe(width: &mut usize) -> bool {
    let was_there = *width > 0;
    if was_there {
        let mut stderr = io::stderr().lock();
        let _ = write!(stderr, "\r{}\r", " ".repeat(*width)).and_then(|()| stderr.flush());
        *width = 0;
    }
    was_there
}

fn show(text: &str) {
    let mut width = line();
    if *width > 0 {
        return;
    }
    // Ctrl-C takes the line away, too.
    interrupt::listen();
    let room = terminal_size::terminal_size_of(io::stderr()).map_or(80, |(width, _)| width.0);
    let text = cut(text, usize::from(room).saturating_sub(1));
    let mut stderr = io::stderr().lock();
    let shown = stderr.write_all(text.as_bytes()).and_then(|()| stderr.flush());
    if shown.is_ok() {
        *width = text.width();
    }
}

fn line() -> MutexGuard<'static, usize> {
    LINE.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
}

/// As much of a text as fits.
fn cut(text: &str, room: usize) -> &str {
    let mut used = 0;
    let end = text.char_indices().find(|(_, c)| {
        used += c.width().unwrap_or(0);
        used > room
    });
    end.map_or(text, |(at, _)| &text[..at])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_that_is_too_wide_is_cut() {
        for (text, room, cut_to) in
            [("abc", 3, "abc"), ("abc", 2, "ab"), ("日本", 3, "日"), ("abc", 0, "")]
        {
            assert_eq!(cut(text, room), cut_to);
        }
    }

    #[test]
    fn what_is_done_is_returned() {
        assert_eq!(during("Counting", || 3), 3);
    }
}
