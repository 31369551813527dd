//! The draft of version 0.2: what the next version may be, for tests.
//!
//! It has one change. A put names the canonical fields that it takes away, where 0.1 can only
//! say nothing of them. The engine takes none away yet.

wasmtime::component::bindgen!({
    path: "../../wit/0.2",
    world: "host-adapter",
});

pub(crate) mod convert {
    crate::conversions!(
        super::exports::hatch::adapter::host_config,
        put: |server| wit::Edit::Put(wit::Put { server, clear: Vec::new() })
    );
}

super::calls!();
