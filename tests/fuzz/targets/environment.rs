//! See `hatch_properties::environment::environment`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| hatch_properties::environment::environment(data));
