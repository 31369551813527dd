//! See `hatch_properties::document::json_differential`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| hatch_properties::document::json_differential(data));
