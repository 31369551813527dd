//! See `hatch_properties::table::table`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| hatch_properties::table::table(data));
