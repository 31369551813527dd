//! Version 0.1, which is frozen: `wit/0.1/` never changes again.

wasmtime::component::bindgen!({
    path: "../../wit/0.1",
    world: "host-adapter",
});

pub(crate) mod convert {
    crate::conversions!(super::exports::hatch::adapter::host_config);
}

super::calls!();
