//! The committed components are what the sources give, as far as digests tell.

use hatch_adapter_builder::lock::{self, Lock, read};
use hatch_adapter_builder::{ADAPTERS, bindings, components, workspace};
use hatch_core::host::HostDescriptor;

const ADVICE: &str = "run `cargo run --bin build-adapters`";

#[test]
fn components_are_in_step_with_their_sources() {
    let workspace = workspace();
    let folder = components(&workspace);
    let lock = Lock::read(&folder).unwrap();
    let ids: Vec<_> = lock.components.iter().map(|locked| locked.id.as_str()).collect();
    assert_eq!(ids, ADAPTERS.iter().map(|source| source.id).collect::<Vec<_>>(), "{ADVICE}");
    for (locked, source) in lock.components.iter().zip(ADAPTERS) {
        let id = source.id;
        let wasm = read(&folder.join(format!("{id}.wasm"))).unwrap();
        let json = read(&folder.join(format!("{id}.json"))).ok().map(|json| lock::sha256(&json));
        assert_eq!(locked.sources, lock::sources(&workspace, source).unwrap(), "`{id}`: {ADVICE}");
        assert_eq!(locked.sha256, lock::sha256(&wasm), "`{id}.wasm` was changed: {ADVICE}");
        assert_eq!(locked.descriptor, json, "`{id}.json` was changed: {ADVICE}");
        assert_eq!(locked.size, wasm.len() as u64);
    }
}

#[test]
fn components_import_nothing_and_name_no_machine() {
    let folder = components(&workspace());
    for source in ADAPTERS {
        let wasm = read(&folder.join(format!("{}.wasm", source.id))).unwrap();
        hatch_sandbox::check(&wasm).unwrap();
        let text = String::from_utf8_lossy(&wasm);
        for place in ["/home/", "/Users/", "/usr/", "\\Users\\", ".cargo", "registry/src"] {
            assert!(!text.contains(place), "`{}.wasm` holds `{place}`", source.id);
        }
    }
}

#[test]
fn the_engine_reads_the_descriptors_to_the_last_member() {
    let folder = components(&workspace());
    for source in ADAPTERS {
        let Some(said) = source.descriptor else { continue };
        let json = read(&folder.join(format!("{}.json", source.id))).unwrap();
        assert_eq!(String::from_utf8(json).unwrap(), said, "{ADVICE}");
        let descriptor: HostDescriptor = serde_json::from_str(said).unwrap();
        assert_eq!(descriptor.id.as_str(), source.id);
        // What the engine does not know it passes over, so a member that was misspelt is one
        // that does not come back.
        let written: serde_json::Value = serde_json::from_str(said).unwrap();
        assert_eq!(serde_json::to_value(&descriptor).unwrap(), written, "{}", source.id);
    }
}

#[test]
fn declarations_of_c_are_those_of_the_contract() {
    let workspace = workspace();
    for (name, made) in bindings::c(&workspace).unwrap() {
        let committed = read(&bindings::folder(&workspace).join(&name)).unwrap_or_default();
        let committed = String::from_utf8(committed).unwrap().replace("\r\n", "\n");
        assert!(committed == made, "`{name}` is out of step: {ADVICE}");
    }
}
