//! See `hatch_properties::component::component`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| hatch_properties::component::component(data));
