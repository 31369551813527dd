//! See `hatch_properties::saved::saved_plan`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| hatch_properties::saved::saved_plan(data));
