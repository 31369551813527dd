//! See `hatch_properties::journal::journal`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| hatch_properties::journal::journal(data));
