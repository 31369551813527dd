//! See `hatch_properties::kept::kept`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| hatch_properties::kept::kept(data));
