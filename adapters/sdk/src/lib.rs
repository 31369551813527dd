//! What a host adapter is written with.
//!
//! An adapter knows how one host spells its MCP servers, and nothing of files or syntax:
//! it is handed sections as JSON and hands sections back (`wit/0.1/host-adapter.wit`). It is a
//! type that implements [`Adapter`], and one line, [`export!`]. Most of it is a
//! [`Dialect`], a table of the host's names for things; what a host does unlike all others
//! is code beside the table.
//!
//! The types are those that the contract generates: [`Server`], [`Template`], [`Edit`] and
//! the others.
//!
//! Each adapter is built twice, natively for its tests and for the sandbox. Natively
//! [`export!`] is nothing, so that many adapters can be linked into one program.
//!
//! # A whole adapter
//!
//! ```
//! use hatch_adapter_sdk::{
//!     Adapter, Dialect, Edit, Error, Kinds, Literally, Reading, RemoteKeys, Section, StdioKeys,
//!     Writing,
//! };
//!
//! struct Example;
//!
//! static DIALECT: Dialect = Dialect {
//!     stdio: StdioKeys { cwd: Some("cwd"), ..StdioKeys::COMMON },
//!     remote: RemoteKeys::COMMON,
//!     kinds: Kinds::Detected { key: "type" },
//!     ..Dialect::new("Example", "config", &["mcpServers"], &Literally("Example"))
//! };
//!
//! impl Adapter for Example {
//!     // Or `include_str!("../descriptor.json")`.
//!     const DESCRIPTOR: &'static str = r#"{
//!       "id": "example",
//!       "name": "Example",
//!       "homepage": "https://example.com",
//!       "documents": [
//!         {
//!           "id": "config",
//!           "format": "json",
//!           "locations": [{ "scope": "user", "root": "home", "path": ".example.json" }],
//!           "prefer": "existing-file",
//!           "sections": [["mcpServers"]]
//!         }
//!       ],
//!       "transports": ["stdio", "streamable-http"],
//!       "fields": ["cwd", "headers"]
//!     }"#;
//!
//!     fn read(sections: &[Section]) -> Result<Reading, Error> {
//!         DIALECT.read(sections)
//!     }
//!
//!     fn write(sections: &[Section], edits: &[Edit]) -> Result<Writing, Error> {
//!         DIALECT.write(sections, edits)
//!     }
//! }
//!
//! hatch_adapter_sdk::export!(Example);
//!
//! let section = Section {
//!     document: "config".into(),
//!     path: vec!["mcpServers".into()],
//!     value: Some(r#"{ "files": { "command": "files-mcp" } }"#.into()),
//! };
//! assert_eq!(Example::read(&[section])?.servers[0].name, "files");
//! // What a test of it begins with.
//! hatch_adapter_sdk::case::describes::<Example>(&DIALECT);
//! # Ok::<(), Error>(())
//! ```

use std::marker::PhantomData;

#[cfg(not(target_arch = "wasm32"))]
pub mod case;
pub mod dialect;
pub mod json;
mod put;
mod read;
pub mod references;
pub mod servers;
pub mod template;

/// What the contract generates.
#[allow(missing_docs, unreachable_pub, unsafe_code, clippy::all, reason = "generated code")]
#[doc(hidden)]
pub mod bindings {
    wit_bindgen::generate!({
        path: "../../wit/0.1",
        world: "host-adapter",
        additional_derives: [Clone, PartialEq],
        pub_export_macro: true,
        default_bindings_module: "hatch_adapter_sdk::bindings",
    });
}

pub use bindings::exports::hatch::adapter::host_config::{
    Edit, EnvRef, Error, Extra, Loss, LossKind, Oauth, Outcome, Place, Reading, Remote, RemoteKind,
    Section, Segment, Server, Stdio, Template, Timeouts, ToolFilter, Transport, Unreadable,
    Writing,
};
pub use dialect::{
    Dialect, Enabled, Kinds, OauthKeys, RemoteKeys, StdioKeys, TimeoutKey, TimeoutKeys, ToolKeys,
    Words,
};
pub use servers::Servers;
pub use template::{Literally, Spelling, Spot, Syntax};

/// Knows what the sections of one host's documents mean. The same call has the same answer.
pub trait Adapter {
    /// Which host this is for, where its documents may be, and which parts it needs: JSON, as
    /// `wit/0.1/descriptor.schema.json` has it.
    const DESCRIPTOR: &'static str;

    /// Lists the servers in the declared sections.
    ///
    /// # Errors
    ///
    /// Fails where a section has no shape that the adapter knows.
    fn read(sections: &[Section]) -> Result<Reading, Error>;

    /// Makes these edits and no others.
    ///
    /// # Errors
    ///
    /// As [`Adapter::read`]. What a host can't have is no error but an [`Outcome`].
    fn write(sections: &[Section], edits: &[Edit]) -> Result<Writing, Error>;
}

/// Exports a type that implements [`Adapter`] as the component that is being built.
#[macro_export]
macro_rules! export {
    ($adapter:ty) => {
        #[cfg(target_arch = "wasm32")]
        #[allow(
            unsafe_code,
            reason = "the generated functions take raw parts of the caller's memory"
        )]
        const _: () = {
            type Component = $crate::Exported<$adapter>;
    $crate::bindings::export!(Component with_types_in $crate::bindings);
        };
    };
}

/// Ties an [`Adapter`] to the generated interface; [`export!`] names it.
#[doc(hidden)]
#[derive(Debug)]
pub struct Exported<A>(PhantomData<A>);

impl<A: Adapter> bindings::exports::hatch::adapter::host_config::Guest for Exported<A> {
    fn describe() -> String {
        A::DESCRIPTOR.to_owned()
    }

    fn read(sections: Vec<Section>) -> Result<Reading, Error> {
        A::read(&sections)
    }

    fn write(sections: Vec<Section>, edits: Vec<Edit>) -> Result<Writing, Error> {
        A::write(&sections, &edits)
    }
}
