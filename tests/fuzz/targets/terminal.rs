//! See `hatch_properties::terminal::terminal`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| hatch_properties::terminal::terminal(data));
