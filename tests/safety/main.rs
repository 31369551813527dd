//! Faults of the system, put into the real program from outside: calls that fail, signals,
//! races, and disks that are full, read-only or someone else's. Whatever happens, each file is
//! as it was or as planned, all of them alike, and nothing is lost.
//!
//! Needs Linux and `strace`, and some of it root.
#![cfg(target_os = "linux")]
#![expect(clippy::disallowed_methods, reason = "tests make and look at files of their own")]
#![expect(clippy::unwrap_used, reason = "a test that can't go on should say where")]

mod held;
mod inject;
mod races;
mod trace;
mod world;
