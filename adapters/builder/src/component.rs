//! Turns a core module into a component, and holds it against what hatch will load.

use anyhow::{Context, Result, bail};
use wasm_encoder::{ExportSection, Module, RawSection};
use wasmparser::{Parser, Payload};
use wit_component::ComponentEncoder;

/// The name that the contract's interface is exported under, up to its version.
const INTERFACE: &str = "hatch:adapter/host-config@";

/// What a component takes from its surroundings and what it gives.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Interface {
    /// Names of imports, those of its core modules included where nothing in the component
    /// satisfies them.
    pub imports: Vec<String>,
    /// Names of exports.
    pub exports: Vec<String>,
}

/// Makes a component of a core module.
///
/// # Errors
///
/// Fails where the module does not hold what the contract asks for, where the component
/// imports anything, and where it is not valid.
pub fn encode(module: &[u8]) -> Result<Vec<u8>> {
    let module = without_post_returns(module)?;
    let bytes = ComponentEncoder::default()
        .validate(true)
        .module(&module)
        .context("the module is no adapter")?
        .encode()
        .context("the module can't be made a component")?;
    check(&bytes)?;
    Ok(bytes)
}

/// Takes the functions off a module's exports that give an answer's memory back: an instance
/// lives for one call, and its memory goes with it.
fn without_post_returns(module: &[u8]) -> Result<Vec<u8>> {
    let mut changed = Module::new();
    for payload in Parser::new(0).parse_all(module) {
        let payload = payload.context("the module is malformed")?;
        if let Payload::ExportSection(exports) = &payload {
            let mut kept = ExportSection::new();
            for export in exports.clone() {
                let export = export?;
                if !export.name.starts_with("cabi_post_") {
                    kept.export(export.name, export.kind.into(), export.index);
                }
            }
            changed.section(&kept);
        } else if let Some((id, range)) = payload.as_section() {
            let range = usize::try_from(range.start)?..usize::try_from(range.end)?;
            changed.section(&RawSection { id, data: &module[range] });
        }
    }
    Ok(changed.finish())
}

/// Demands that a component imports nothing and exports the contract.
///
/// # Errors
///
/// Names the import that is too much.
pub fn check(component: &[u8]) -> Result<()> {
    let interface = interface(component)?;
    if let Some(import) = interface.imports.first() {
        bail!("it imports `{import}`; an adapter may import nothing");
    }
    if !interface.exports.iter().any(|name| name.starts_with(INTERFACE)) {
        bail!("it does not export `{INTERFACE}...`");
    }
    Ok(())
}

/// Lists a component's imports and exports.
///
/// # Errors
///
/// Fails where the bytes are no component.
pub fn interface(component: &[u8]) -> Result<Interface> {
    let mut interface = Interface::default();
    let mut depth = 0_usize;
    for payload in Parser::new(0).parse_all(component) {
        match payload? {
            Payload::ComponentImportSection(imports) if depth == 0 => {
                for import in imports {
                    interface.imports.push(import?.name.name.to_owned());
                }
            }
            Payload::ComponentExportSection(exports) if depth == 0 => {
                for export in exports {
                    interface.exports.push(export?.name.name.to_owned());
                }
            }
            Payload::ModuleSection { .. } | Payload::ComponentSection { .. } => depth += 1,
            Payload::End(_) => depth = depth.saturating_sub(1),
            _ => {}
        }
    }
    Ok(interface)
}
