//! Claude Desktop: local servers only, in strict JSON, in the app's own settings file.
//!
//! Learnt from: modelcontextprotocol/modelcontextprotocol
//! docs/docs/2025-11-25/develop/connect-local-servers.mdx (paths and shape);
//! anthropics/claude-code issues 26073 and 25579 (the packaged app on Windows).

use hatch_adapter_sdk::{
    Adapter, Dialect, Edit, Error, Kinds, Literally, Reading, Section, Writing,
};

/// The adapter.
#[derive(Debug)]
pub struct ClaudeDesktop;

const NAME: &str = "Claude Desktop";

static DIALECT: Dialect = Dialect {
    // One entry with a `url` made builds up to December 2025 refuse the whole file, later
    // ones skip the entry: tadata-org/fastapi_mcp issue 6,
    // digitalocean-labs/mcp-digitalocean issue 252, HelpCode-ai/anythingmcp PR 336.
    kinds: Kinds::StdioOnly {
        key: "type",
        refusal: "Claude Desktop's file takes servers with a `command` only; \
                  `--bridge 'npx -y mcp-remote {url}'` writes a local bridge to a remote one",
    },
    // `${env:X}` from another host's file reaches the server as it stands: no expansion is
    // documented.
    ..Dialect::new(NAME, "config", &["mcpServers"], &Literally(NAME))
};

impl Adapter for ClaudeDesktop {
    /// The last location is where a new file goes. The packaged app on Windows (the default
    /// since February 2026) reads nothing but its own copy of the folder.
    ///
    /// A byte order mark makes the parse fail, and the app then starts anew without servers:
    /// homeassistant-ai/ha-mcp PR 281. It rewrites the file from memory:
    /// anthropics/claude-code issue 32345, aaddrick/claude-desktop-debian issue 238.
    const DESCRIPTOR: &'static str = include_str!("../descriptor.json");

    fn read(sections: &[Section]) -> Result<Reading, Error> {
        DIALECT.read(sections)
    }

    fn write(sections: &[Section], edits: &[Edit]) -> Result<Writing, Error> {
        DIALECT.write(sections, edits)
    }
}

hatch_adapter_sdk::export!(ClaudeDesktop);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_descriptor_is_of_this_table() {
        hatch_adapter_sdk::case::describes::<ClaudeDesktop>(&DIALECT);
    }
}
