//! Components that do one thing wrong, made of the text of a core module.

use std::path::Path;

use hatch_core::adapter::Section;
use hatch_core::host::HostDescriptor;
use hatch_sandbox::{ComponentError, SandboxedAdapter, compile, compile_in_child};
use wit_component::{ComponentEncoder, StringEncoding, embed_component_metadata};

pub(crate) const CONTRACT: &str = include_str!("../../wit/0.1/host-adapter.wit");

/// What hostile components are taken to have said of their host.
pub(crate) const DESCRIPTOR: &str = r#"{"id":"hostile","name":"Hostile","homepage":"https://example.com",
    "documents":[{"id":"d","format":"json","locations":[{"scope":"user","systems":[],
    "root":"home","path":".hostile/mcp.json"}],"prefer":"existing-file",
    "sections":[["mcpServers"]],"accepts-bom":true}],"transports":["stdio"],"fields":[],"extras":[],
    "references":[],"after-write":null,"processes":[]}"#;

const REALLOC: &str = r#"
    (global $next (mut i32) (i32.const 65536))
    (func (export "cabi_realloc") (param i32 i32) (param $align i32) (param $size i32)
      (result i32) (local $at i32)
      (local.set $at (i32.and
        (i32.add (global.get $next) (i32.sub (local.get $align) (i32.const 1)))
        (i32.sub (i32.const 0) (local.get $align))))
      (global.set $next (i32.add (local.get $at) (local.get $size)))
      (local.get $at))"#;

/// Makes a component of the fields of a core module. What is not among them is added: a
/// memory of four pages, an allocator that never frees, and functions that give the empty
/// answer that lies at 1024.
pub(crate) fn component(fields: &str) -> Vec<u8> {
    Made { fields, ..Made::default() }.encode()
}

/// A component that is not quite what the contract has.
pub(crate) struct Made<'a> {
    pub(crate) fields: &'a str,
    pub(crate) contract: &'a str,
    pub(crate) version: &'a str,
    /// Packages that the contract speaks of, as text.
    pub(crate) packages: &'a [String],
}

impl Default for Made<'_> {
    fn default() -> Self {
        Made { fields: "", contract: CONTRACT, version: "0.1.0", packages: &[] }
    }
}

impl Made<'_> {
    pub(crate) fn encode(&self) -> Vec<u8> {
        let module = wat::parse_str(self.module()).unwrap();
        let mut resolve = wit_parser::Resolve::default();
        for package in self.packages {
            resolve.push_str("package.wit", package).unwrap();
        }
        let package = resolve.push_str("host-adapter.wit", self.contract).unwrap();
        let world = resolve.select_world(&[package], Some("host-adapter")).unwrap();
        let mut module = module;
        embed_component_metadata(&mut module, &resolve, world, StringEncoding::UTF8, false)
            .unwrap();
        // What is not valid is for hatch to find out.
        ComponentEncoder::default().validate(false).module(&module).unwrap().encode().unwrap()
    }

    fn module(&self) -> String {
        let Made { fields, contract, version, .. } = self;
        let mut module = format!("(module\n{fields}\n");
        for (name, signature) in [
            ("describe", "(result i32)"),
            ("read", "(param i32 i32) (result i32)"),
            ("write", "(param i32 i32 i32 i32) (result i32)"),
        ] {
            if !contract.contains(&format!("{name}: func")) {
                continue;
            }
            if !fields.contains(&format!("(func ${name} ")) {
                module.push_str(&format!("(func ${name} {signature} (i32.const 1024))\n"));
            }
            module.push_str(&format!(
                "(export \"hatch:adapter/host-config@{version}#{name}\" (func ${name}))\n"
            ));
        }
        if !fields.contains("(memory $memory ") {
            module.push_str("(memory $memory 4)\n");
        }
        module.push_str("(export \"memory\" (memory $memory))\n");
        if !fields.contains("\"cabi_realloc\"") {
            module.push_str(REALLOC);
        }
        module + ")"
    }
}

/// A component whose `describe` returns this text.
pub(crate) fn that_says(text: &str) -> Vec<u8> {
    let pages = 2 + text.len() / 65536;
    component(&format!(
        r#"(memory $memory {pages})
        (data (i32.const 512) "{}")
        (data (i32.const 2048) "{}")
        (func $describe (result i32) (i32.const 512))"#,
        escaped(
            &[2048_u32.to_le_bytes(), u32::try_from(text.len()).unwrap().to_le_bytes()].concat()
        ),
        escaped(text.as_bytes()),
    ))
}

/// Bytes as the text format spells them.
pub(crate) fn escaped(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("\\{byte:02x}")).collect()
}

/// The fields that a file of `tests/components/` has.
pub(crate) fn fields(name: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("components/{name}.wat"));
    #[expect(clippy::disallowed_methods, reason = "a test's own file")]
    std::fs::read_to_string(path).unwrap()
}

/// An adapter made of the fields of a module.
pub(crate) fn adapter(fields: &str) -> SandboxedAdapter {
    adapter_of(&component(fields))
}

pub(crate) fn adapter_of(component: &[u8]) -> SandboxedAdapter {
    SandboxedAdapter::new(compile(component).unwrap(), descriptor())
}

pub(crate) fn descriptor() -> HostDescriptor {
    serde_json::from_str(DESCRIPTOR).unwrap()
}

pub(crate) fn sections() -> [Section; 1] {
    let path = vec!["mcpServers".to_owned()];
    [Section { document: "d".to_owned(), path, value: Some("{}".to_owned()) }]
}

pub(crate) fn in_child(bytes: &[u8]) -> Result<hatch_sandbox::Compiled, ComponentError> {
    compile_in_child(Path::new(env!("CARGO_BIN_EXE_compile-child")), &[], bytes)
}

/// A built-in adapter's component, as it is committed.
#[expect(clippy::disallowed_methods, reason = "a committed file")]
pub(crate) fn committed(id: &str) -> Vec<u8> {
    let folder = hatch_tests::workspace().join("adapters/components");
    std::fs::read(folder.join(format!("{id}.wasm"))).unwrap()
}
