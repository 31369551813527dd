//! See `hatch_properties::template::template`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| hatch_properties::template::template(data));
