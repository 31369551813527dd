//! Turns a core module into a component.

use std::path::Path;

use wasm_encoder::{ExportSection, Module, RawSection};
use wasmparser::{Parser, Payload};
use wit_component::{ComponentEncoder, StringEncoding};
use wit_parser::{Resolve, WorldId};

use super::{BuildError, files};

/// The contract's world.
#[derive(Debug)]
pub(super) struct World(Resolve, WorldId);

impl World {
    /// Reads it from a folder that holds its WIT text.
    pub(super) fn read(folder: &Path) -> Result<World, BuildError> {
        let path = folder.join("host-adapter.wit");
        let text = files::read_text(&path)?;
        let mut resolve = Resolve::default();
        let world = resolve
            .push_str(&path, &text)
            .and_then(|package| resolve.select_world(&[package], Some("host-adapter")));
        match world {
            Ok(world) => Ok(World(resolve, world)),
            Err(error) => {
                Err(BuildError::Project { path, reason: format!("is no WIT: {error:#}") })
            }
        }
    }
}

/// Makes a component of a core module that says which world it is for.
///
/// # Errors
///
/// Fails where the module does not hold what the contract asks for.
pub fn encode(module: &[u8]) -> Result<Vec<u8>, BuildError> {
    let module =
        without_post_returns(module).map_err(|error| BuildError::Encode(error.to_string()))?;
    ComponentEncoder::default()
        .validate(true)
        .module(&module)
        .and_then(ComponentEncoder::encode)
        .map_err(|error| BuildError::Encode(format!("{error:#}")))
}

/// Says in a core module which world it is for, where the compiler does not.
pub(super) fn embed_world(module: &mut Vec<u8>, world: &World) -> Result<(), BuildError> {
    let World(resolve, world) = world;
    wit_component::embed_component_metadata(module, resolve, *world, StringEncoding::UTF8, false)
        .map_err(|error| BuildError::Encode(format!("{error:#}")))
}

/// Takes the functions off a module's exports that give an answer's memory back: an instance
/// lives for one call, and its memory goes with it.
fn without_post_returns(module: &[u8]) -> Result<Vec<u8>, wasmparser::BinaryReaderError> {
    let mut changed = Module::new();
    for payload in Parser::new(0).parse_all(module) {
        let payload = payload?;
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
            let data = usize::try_from(range.start).ok().zip(usize::try_from(range.end).ok());
            let data = data.and_then(|(start, end)| module.get(start..end)).unwrap_or_default();
            changed.section(&RawSection { id, data });
        }
    }
    Ok(changed.finish())
}
