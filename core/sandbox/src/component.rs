//! A component's bytes, looked at before anything is made of them.
//!
//! Compiling takes more time than it takes to write a small file that makes it take minutes.
//! So what can be known from the bytes is checked first, and the rest is up to the limits of
//! the process that compiles; see [`crate::child`].

use wasmparser::{ComponentExternalKind, Encoding, Parser, Payload};

use crate::code::Compiled;
use crate::contract::{CONTRACT, Version};
use crate::engine::{Purpose, TARGET, config};
use crate::error::ComponentError;

/// Bytes of a component; Python's has 18 MiB.
pub const MAX_SIZE: usize = 32 << 20;
/// Functions of a component; 13,482 is the most that an honest one was seen to have.
const MAX_FUNCTIONS: usize = 100_000;
/// Bytes of a function; 427 KB is the longest that an honest one was seen to have.
const MAX_BODY: usize = 1 << 20;

/// Whether this is an adapter that may be compiled.
///
/// # Errors
///
/// Fails where it is no component, imports anything, is made for another version of the
/// contract, or is too large.
pub fn check(bytes: &[u8]) -> Result<(), ComponentError> {
    if bytes.len() > MAX_SIZE {
        return Err(ComponentError::TooLarge { size: bytes.len(), limit: MAX_SIZE });
    }
    if !bytes.starts_with(b"\0asm") {
        return Err(ComponentError::NotWasm);
    }
    let mut scan = Scan::default();
    for payload in Parser::new(0).parse_all(bytes) {
        scan.payload(&payload.map_err(malformed)?)?;
    }
    match scan {
        Scan { is_known: true, .. } => Ok(()),
        Scan { unknown: Some(found), .. } => Err(ComponentError::UnknownVersion { found }),
        _ => Err(ComponentError::NotAnAdapter),
    }
}

/// Checks a component and compiles it for this machine's kind, in this process.
///
/// Only for components that are trusted not to keep the compiler busy: see
/// [`crate::child::compile_in_child`] for all others.
///
/// # Errors
///
/// As [`check`], and where the compiler finds fault with it.
pub fn compile(bytes: &[u8]) -> Result<Compiled, ComponentError> {
    compile_for(bytes, TARGET)
}

/// Checks a component and compiles it for any CPU of a target that cargo knows.
///
/// # Errors
///
/// As [`compile`], and where the compiler does not know the target.
pub fn compile_for(bytes: &[u8], target: &str) -> Result<Compiled, ComponentError> {
    check(bytes)?;
    let code = config(Purpose::Compile { target })
        .and_then(|config| wasmtime::Engine::new(&config))
        .and_then(|engine| engine.precompile_component(bytes));
    code.map(Compiled::trusted)
        .map_err(|error| ComponentError::Compiler(crate::clean(&format!("{error:#}"))))
}

/// What was seen of a component so far.
#[derive(Default)]
struct Scan {
    /// How many modules and components the parser is inside of.
    depth: usize,
    functions: usize,
    /// Whether it exports the contract at a version that is known.
    is_known: bool,
    /// Another version that it exports the contract at.
    unknown: Option<String>,
}

impl Scan {
    fn payload(&mut self, payload: &Payload<'_>) -> Result<(), ComponentError> {
        match payload {
            Payload::Version { encoding: Encoding::Module, .. } if self.depth == 0 => {
                return Err(ComponentError::CoreModule);
            }
            Payload::ModuleSection { .. } | Payload::ComponentSection { .. } => self.depth += 1,
            Payload::End(_) => self.depth = self.depth.saturating_sub(1),
            Payload::CodeSectionEntry(body) => {
                self.functions += 1;
                let (size, limit) = (body.as_bytes().len(), MAX_BODY);
                if size > limit {
                    return Err(ComponentError::FunctionTooLong { size, limit });
                }
                if self.functions > MAX_FUNCTIONS {
                    return Err(ComponentError::TooManyFunctions { limit: MAX_FUNCTIONS });
                }
            }
            Payload::ComponentImportSection(imports) if self.depth == 0 => {
                if let Some(import) = imports.clone().into_iter().next() {
                    return Err(imported(&import.map_err(malformed)?.name.full_name()));
                }
            }
            Payload::ComponentExportSection(exports) if self.depth == 0 => {
                for export in exports.clone() {
                    let export = export.map_err(malformed)?;
                    if export.kind == ComponentExternalKind::Instance {
                        self.export(&export.name.full_name());
                    }
                }
            }
            _ => {}
        }
        Ok(())
    }

    /// Exports besides the contract are let be: Python's toolchain has one. So is the contract
    /// at an unknown version, beside a known one.
    fn export(&mut self, name: &str) {
        let Some(rest) = name.strip_prefix(CONTRACT) else { return };
        let Some(version) = rest.strip_prefix('@').or(rest.is_empty().then_some("")) else {
            return;
        };
        match Version::of_patch(version) {
            Some(_) => self.is_known = true,
            None => self.unknown = Some(crate::clean(version)),
        }
    }
}

#[expect(clippy::needless_pass_by_value, reason = "it is handed to `map_err`")]
fn malformed(error: wasmparser::BinaryReaderError) -> ComponentError {
    ComponentError::Malformed(crate::clean(error.message()))
}

fn imported(name: &str) -> ComponentError {
    let hint = if name.starts_with("wasi:") {
        "build it without WASI: Rust for `wasm32-unknown-unknown`, JavaScript with all features \
         of `componentize-js` disabled, Python with `componentize-py --stub-wasi`"
    } else {
        "an adapter is given sections and returns sections; take out what calls the import"
    };
    ComponentError::Imports { name: crate::clean(name), hint: hint.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn size_is_checked_first() {
        let error = check(&vec![0; MAX_SIZE + 1]).unwrap_err();
        assert!(matches!(error, ComponentError::TooLarge { .. }), "{error}");
    }
}
