//! Cursor: a user's file and a project's, both JSON in which the editor bears comments.
//!
//! Learnt from: cursor.com/docs/mcp.md (paths, fields, interpolation);
//! neondatabase/add-mcp src/agents.ts (no `type` for remote servers).

use hatch_adapter_sdk::template::{impossible, literal, parse_braces};
use hatch_adapter_sdk::{
    Adapter, Dialect, Edit, Enabled, EnvRef, Error, Kinds, OauthKeys, Place, Reading, RemoteKeys,
    Section, Segment, Spelling, Spot, StdioKeys, Syntax, Template, Writing,
};

/// The adapter.
#[derive(Debug)]
pub struct Cursor;

static DIALECT: Dialect = Dialect {
    stdio: StdioKeys { env_file: Some("envFile"), ..StdioKeys::COMMON },
    remote: RemoteKeys {
        oauth: Some(OauthKeys {
            object: "auth",
            client_id: "CLIENT_ID",
            client_secret: Some("CLIENT_SECRET"),
            scopes: Some("scopes"),
            authorization_url: None,
            token_url: None,
            redirect_uri: None,
        }),
        ..RemoteKeys::COMMON
    },
    // The client tries Streamable HTTP, then SSE. `type: "streamable-http"` is reported to
    // make Cursor's command line refuse the whole file, so no type is ever written.
    kinds: Kinds::Detected { key: "type" },
    // `"command": "npx @playwright/mcp@latest"`, as its settings page writes it.
    splits_command: true,
    enabled: Enabled::Never("what is on or off is kept in the app, not in its file"),
    ..Dialect::new("Cursor", "config", &["mcpServers"], &Interpolation)
};

/// `${env:NAME}`, two places and three references that no other host has; no defaults, no
/// escape. Not `${NAME}` and not `$NAME`.
struct Interpolation;

impl Syntax for Interpolation {
    fn parse(&self, text: &str, spot: Spot) -> Template {
        if spot == Spot::Plain {
            return literal(text);
        }
        parse_braces(text, |body| match body {
            "userHome" => Some(Segment::Place(Place::UserHome)),
            "workspaceFolder" => Some(Segment::Place(Place::WorkspaceFolder)),
            "workspaceFolderBasename" | "pathSeparator" | "/" => {
                Some(Segment::Native(format!("${{{body}}}")))
            }
            _ => {
                let name = body.strip_prefix("env:").filter(|name| !name.is_empty())?;
                let is_name = !name.contains([':', '{', '$']);
                Some(if is_name {
                    Segment::Env(EnvRef { name: name.to_owned(), default: None })
                } else {
                    Segment::Native(format!("${{{body}}}"))
                })
            }
        })
    }

    fn spell(&self, segment: &Segment, _: Spot) -> Spelling {
        Spelling::Exact(match segment {
            Segment::Literal(text) | Segment::Native(text) => text.clone(),
            Segment::Env(EnvRef { name, default: None }) => format!("${{env:{name}}}"),
            Segment::Env(EnvRef { name, .. }) => {
                let detail = format!("Cursor knows no defaults: without `{name}` nothing is there");
                return Spelling::Close(
                    Segment::Env(EnvRef { name: name.clone(), default: None }),
                    detail,
                );
            }
            Segment::Place(Place::UserHome) => "${userHome}".to_owned(),
            Segment::Place(Place::WorkspaceFolder) => "${workspaceFolder}".to_owned(),
            Segment::Input(_) | Segment::File(_) => return impossible("Cursor", segment),
        })
    }
}

impl Adapter for Cursor {
    const DESCRIPTOR: &'static str = include_str!("../descriptor.json");

    fn read(sections: &[Section]) -> Result<Reading, Error> {
        DIALECT.read(sections)
    }

    fn write(sections: &[Section], edits: &[Edit]) -> Result<Writing, Error> {
        DIALECT.write(sections, edits)
    }
}

hatch_adapter_sdk::export!(Cursor);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_descriptor_is_of_this_table() {
        hatch_adapter_sdk::case::describes::<Cursor>(&DIALECT);
    }
}
