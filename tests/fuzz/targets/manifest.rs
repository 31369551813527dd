//! See `hatch_properties::journal::manifest`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| hatch_properties::journal::manifest(data));
