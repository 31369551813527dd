//! Filters: any pattern, and any name.

use std::time::{Duration, Instant};

use hatch_core::filter::Pattern;

use crate::choices::split;

/// More than any pattern may take for one name, on a slow machine with much else to do.
const LONGEST: Duration = Duration::from_secs(5);

/// A pattern up to the first NUL, and a name.
///
/// Nothing panics, a fault stands within the pattern, and a pattern that runs away is stopped.
/// What matches from the start is found.
pub fn filter(data: &[u8]) {
    let (pattern, _) = split(data);
    let name = data.get(pattern.len() + 1..).unwrap_or_default();
    let (pattern, name) = (String::from_utf8_lossy(pattern), String::from_utf8_lossy(name));
    let started = Instant::now();
    match Pattern::new(&pattern) {
        Ok(compiled) => {
            let matches = compiled.matches(&name);
            let finds = compiled.finds(&name);
            if matches!(matches, Ok(true)) {
                assert!(matches!(finds, Ok(true)), "{pattern:?} matches {name:?}");
            }
        }
        Err(error) => assert!(error.at.is_none_or(|at| at <= pattern.len()), "{error}"),
    }
    let took = started.elapsed();
    assert!(took < LONGEST, "{pattern:?} took {took:?} for {name:?}");
}
