//! LM Studio: strict JSON in a folder that the app finds in three ways.
//!
//! Learnt from: lmstudio-ai/docs 0_app/2_mcp/index.mdx and
//! 4_integrations/1_mcp-remote/index.md (fields); lmstudio-ai/lmstudio.js
//! packages/lms-common-server/src/findLMStudioHome.ts (folders).

use hatch_adapter_sdk::{
    Adapter, Descriptor, Dialect, DocumentSpec, Edit, Error, Format, Kinds, Literally, Location,
    OauthKeys, Preference, Reading, RemoteKeys, Root, Scope, Section, TransportKind, Writing,
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
            client_secret: "CLIENT_SECRET",
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
    request_timeout_if_there: Some("timeout"),
    cannot_disable: Some("what is on or off is kept with each chat, not in its file"),
    // The docs say that the notation is Cursor's, and nothing of references.
    ..Dialect::new(NAME, "config", &["mcpServers"], &Literally(NAME))
};

/// The folder decides, not the file: a pointer file, then the folder of old releases, then
/// that of new ones.
fn locations() -> Vec<Location> {
    let at = |root, path: &str| Location {
        scope: Scope::User,
        systems: vec![],
        root,
        path: path.to_owned(),
    };
    vec![
        at(Root::Pointer(".lmstudio-home-pointer".to_owned()), "mcp.json"),
        at(Root::Home, ".cache/lm-studio/mcp.json"),
        at(Root::Home, ".lmstudio/mcp.json"),
    ]
}

impl Adapter for LmStudio {
    fn describe() -> Descriptor {
        let document = DocumentSpec {
            id: DIALECT.document.to_owned(),
            format: Format::Json,
            locations: locations(),
            prefer: Preference::ExistingFolder,
            sections: vec![vec!["mcpServers".to_owned()]],
            accepts_bom: false,
        };
        Descriptor {
            id: "lmstudio".to_owned(),
            name: NAME.to_owned(),
            homepage: "https://lmstudio.ai/docs/app/mcp".to_owned(),
            documents: vec![document],
            transports: vec![
                TransportKind::Stdio,
                TransportKind::StreamableHttp,
                TransportKind::Sse,
            ],
            fields: DIALECT.fields(),
            extras: vec![],
            references: vec![],
            after_write: None,
            // A save in the app's editor writes the whole file anew.
            processes: ["LM Studio", "LM Studio.exe", "lm-studio"].map(str::to_owned).to_vec(),
        }
    }

    fn read(sections: &[Section]) -> Result<Reading, Error> {
        DIALECT.read(sections)
    }

    fn write(sections: &[Section], edits: &[Edit]) -> Result<Writing, Error> {
        DIALECT.write(sections, edits)
    }
}

hatch_adapter_sdk::export!(LmStudio);
