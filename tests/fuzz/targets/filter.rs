//! See `hatch_properties::filter::filter`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| hatch_properties::filter::filter(data));
