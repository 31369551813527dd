//! What is said when hatch itself is at fault.
//!
//! A panic's message is often made of values, and here a value may be a secret. So only words
//! that stand in the source are repeated, and the place that they stand at.

use std::io::Write as _;
use std::panic::{self, PanicHookInfo};

use crate::view::progress;

/// Has every panic of this process reported so.
pub fn report_panics() {
    panic::set_hook(Box::new(|info| {
        progress::clear();
        // Where nobody can be told, there is nothing left to do.
        let _ = write!(std::io::stderr(), "{}", report(info));
    }));
}

fn report(info: &PanicHookInfo<'_>) -> String {
    let place = info.location().map(ToString::to_string).unwrap_or_default();
    let words = info.payload().downcast_ref::<&'static str>();
    let words = words.map(|words| format!(": {words}")).unwrap_or_default();
    format!(
        "error: hatch has a fault of its own, at {place}{words}\n\
         hint: a run that was writing is undone by the next command that writes\n\
         hint: please report this, with the version ({}) and the command\n",
        env!("CARGO_PKG_VERSION")
    )
}
