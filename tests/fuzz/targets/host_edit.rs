//! See `hatch_properties::host::host_edit`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| hatch_properties::host::host_edit(data));
