//! LM Studio: strict JSON in a folder that the app finds in three ways.
//!
//! Learnt from: lmstudio-ai/docs 0_app/2_mcp/index.mdx and
//! 4_integrations/1_mcp-remote/index.md (fields); lmstudio-ai/lmstudio.js
//! packages/lms-common-server/src/findLMStudioHome.ts (folders).

use hatch_adapter_sdk::{
    Adapter, Dialect, Edit, Enabled, Error, Kinds, Literally, OauthKeys, Reading, RemoteKeys,
    Section, TimeoutKey, TimeoutKeys, Writing,
};

/// The adapter.
#[derive(Debug)]
pub struct LmStudio;

const NAME: &str = "LM Studio";

static DIALECT: Dialect = Dialect {
    remote: RemoteKeys {
        oauth: Some(OauthKeys {
            object: "auth",
            client_id: "CLIENT_ID",
            client_secret: Some("CLIENT_SECRET"),
            scopes: None,
            authorization_url: None,
            token_url: None,
            // Always http://127.0.0.1:33389/mcp-oauth-callback.
            redirect_uri: None,
        }),
        ..RemoteKeys::COMMON
    },
    kinds: Kinds::Detected { key: "type" },
    // Release 0.3.17 took the key away when it saved the file:
    // lmstudio-ai/lmstudio-bug-tracker issue 727.
    timeouts: TimeoutKeys {
        request: Some(TimeoutKey { only_if_there: true, ..TimeoutKey::milliseconds("timeout") }),
        ..TimeoutKeys::NONE
    },
    enabled: Enabled::Never("what is on or off is kept with each chat, not in its file"),
    // The docs say that the notation is Cursor's, and nothing of references.
    ..Dialect::new(NAME, "config", &["mcpServers"], &Literally(NAME))
};

impl Adapter for LmStudio {
    /// The folder decides, not the file: a pointer file, then the folder of old releases, then
    /// that of new ones. A save in the app's editor writes the whole file anew.
    const DESCRIPTOR: &'static str = include_str!("../descriptor.json");

    fn read(sections: &[Section]) -> Result<Reading, Error> {
        DIALECT.read(sections)
    }

    fn write(sections: &[Section], edits: &[Edit]) -> Result<Writing, Error> {
        DIALECT.write(sections, edits)
    }
}

hatch_adapter_sdk::export!(LmStudio);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_descriptor_is_of_this_table() {
        hatch_adapter_sdk::case::describes::<LmStudio>(&DIALECT);
    }
}
