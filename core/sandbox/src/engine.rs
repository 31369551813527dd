//! The settings of the WASM engine, each with its reason, and the one engine that runs.
//!
//! Code is loaded only by an engine with the settings that it was compiled with. So there is
//! one function that makes settings: `build.rs` of `hatch-adapters`, the process that
//! compiles foreign components, and every run of a component use it.

use std::sync::OnceLock;

use wasmtime::{Config, Engine, Result, WasmFeatures};

use crate::code::run_in_place;

/// The target that this crate was built for, as cargo names it.
pub const TARGET: &str = env!("HATCH_SANDBOX_TARGET");

/// How deep a component's calls may nest, in bytes of stack.
///
/// Parsers recurse, and half of this was not enough for the formatters of others. The
/// native stack has to have room for it; see [`crate::adapter`].
pub(crate) const STACK: usize = 1 << 20;

/// Features of WASM that no adapter needs: less to trust in the compiler and in the engine.
const UNUSED: [WasmFeatures; 5] = [
    WasmFeatures::THREADS,
    WasmFeatures::SHARED_EVERYTHING_THREADS,
    WasmFeatures::MEMORY64,
    WasmFeatures::TAIL_CALL,
    WasmFeatures::RELAXED_SIMD,
];

/// What an engine is for.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Purpose<'a> {
    /// Runs compiled code, and can't compile.
    Run,
    /// Compiles for a target, and can't run.
    Compile {
        /// As cargo names it.
        target: &'a str,
    },
}

/// The settings for either purpose.
pub(crate) fn config(purpose: Purpose<'_>) -> Result<Config> {
    let mut config = Config::new();
    config.wasm_component_model(true);
    for feature in UNUSED {
        config.wasm_features(feature, false);
    }
    config.max_wasm_stack(STACK);
    // The code asks at every loop and call whether its time is over.
    config.epoch_interruption(true);
    // Nothing is asynchronous here: a store without that machinery is made faster.
    config.concurrency_support(false);
    // Adapters are shipped without names and lines, so there is nothing to show in a
    // backtrace. This saves a tenth of the code's size.
    config.generate_address_map(false);
    config.wasm_backtrace_max_frames(None);
    // Nothing unwinds through an adapter: a trap leaves it at once. Telling the system how to
    // unwind each piece of code is a good part of loading it.
    config.native_unwind_info(false);
    // An instance lives for one call. Making a file of its first memory, to be mapped into
    // each instance, takes longer than copying what little of it there is.
    config.memory_init_cow(false);
    // Memories keep their default reservation of address space: with a small one, each
    // growth moves the memory, and 10 MB documents take 16 times as long.
    match purpose {
        // Making a compiler ready takes longer than loading an adapter.
        Purpose::Run => {
            run_in_place(&mut config);
            config.enable_compiler(false)
        }
        // Naming the target, even this machine's, leaves out what only this CPU can do.
        Purpose::Compile { target } => config.target(target)?,
    };
    Ok(config)
}

/// The engine of this process, which can't compile.
pub(crate) fn engine() -> Result<&'static Engine> {
    static ENGINE: OnceLock<Engine> = OnceLock::new();
    if let Some(engine) = ENGINE.get() {
        return Ok(engine);
    }
    let engine = Engine::new(&config(Purpose::Run)?)?;
    Ok(ENGINE.get_or_init(|| engine))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_run_compiles() {
        let component = wasmtime::component::Component::new(engine().unwrap(), "(component)");
        assert!(component.is_err());
        let bytes = wat::parse_str("(component)").unwrap();
        assert!(engine().unwrap().precompile_component(&bytes).is_err());
    }
}
