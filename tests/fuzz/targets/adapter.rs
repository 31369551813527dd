//! See `hatch_properties::adapter::adapter`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| hatch_properties::adapter::adapter(data));
