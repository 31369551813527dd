//! Gemini CLI: servers among many other settings, and two lists of names beside them.
//!
//! Learnt from: google-gemini/gemini-cli packages/cli/src/config/settings.ts and
//! packages/core/src/config/config.ts `MCPServerConfig` (paths, syntax, fields);
//! packages/core/src/tools/mcp-client.ts `createUrlTransport` (three spellings of HTTP).

mod names;
mod syntax;

use std::collections::BTreeMap;

use hatch_adapter_sdk::{
    Adapter, Dialect, Edit, Enabled, Error, Kinds, Loss, LossKind, OauthKeys, Outcome, Reading,
    RemoteKeys, Section, Server, Servers, StdioKeys, TimeoutKey, TimeoutKeys, ToolKeys, Words,
    Writing,
};

use crate::names::{NameList, normalized};
use crate::syntax::Variables;

/// The adapter.
#[derive(Debug)]
pub struct Gemini;

static DIALECT: Dialect = Dialect {
    stdio: StdioKeys { cwd: Some("cwd"), ..StdioKeys::COMMON },
    remote: RemoteKeys {
        // Deprecated, still read, and it wins over `url`.
        http_url: Some("httpUrl"),
        oauth: Some(OauthKeys {
            object: "oauth",
            client_id: "clientId",
            client_secret: Some("clientSecret"),
            scopes: Some("scopes"),
            authorization_url: Some("authorizationUrl"),
            token_url: Some("tokenUrl"),
            redirect_uri: Some("redirectUri"),
        }),
        ..RemoteKeys::COMMON
    },
    // A bare `url` is tried as Streamable HTTP, then as SSE.
    kinds: Kinds::Marked { key: "type", words: Words::COMMON },
    url_wins: true,
    description: Some("description"),
    timeouts: TimeoutKeys {
        request: Some(TimeoutKey::milliseconds("timeout")),
        ..TimeoutKeys::NONE
    },
    tools: ToolKeys { allow: Some("includeTools"), deny: Some("excludeTools"), ..ToolKeys::NONE },
    enabled: Enabled::Elsewhere,
    ..Dialect::new("Gemini CLI", "settings", &["mcpServers"], &Variables)
};

const EXCLUDED: &[&str] = &["mcp", "excluded"];
const ALLOWED: &[&str] = &["mcp", "allowed"];

/// The lists that turn servers off: `mcp.excluded` names those that are off, and an
/// `mcp.allowed` that is not empty names the only ones that are on
/// (packages/core/src/tools/mcp-client-manager.ts `isBlockedBySettings`).
struct Switches {
    excluded: NameList,
    allowed: NameList,
}

impl Switches {
    fn open(sections: &[Section]) -> Result<Switches, Error> {
        let list = |path| NameList::open(sections, DIALECT.document, path);
        Ok(Switches { excluded: list(EXCLUDED)?, allowed: list(ALLOWED)? })
    }

    /// The list that keeps a server off.
    fn that_blocks(&self, name: &str) -> Option<&'static str> {
        if self.excluded.contains(name) {
            Some("`mcp.excluded` names it")
        } else if !self.allowed.is_empty() && !self.allowed.contains(name) {
            Some("`mcp.allowed` does not name it")
        } else {
            None
        }
    }

    fn turn_on(&mut self, name: &str) {
        self.excluded.remove(name);
        if !self.allowed.is_empty() {
            self.allowed.add(name);
        }
    }

    /// Takes a name out that no server has any more. The last name of `mcp.allowed` stays:
    /// an empty list would turn every other server on.
    fn forget(&mut self, name: &str) {
        self.excluded.remove(name);
        if self.allowed.len() > 1 {
            self.allowed.remove(name);
        }
    }

    /// What an edit of one server means for the lists.
    fn put(&mut self, server: &Server, is_new: bool, losses: &mut Vec<Loss>) {
        match server.enabled {
            Some(true) => self.turn_on(&server.name),
            Some(false) if self.that_blocks(&server.name).is_none() => {
                self.excluded.add(&server.name);
            }
            None if is_new => {
                if let Some(why) = self.that_blocks(&server.name) {
                    losses.push(Loss {
                        field: "enabled".to_owned(),
                        kind: LossKind::Approximated,
                        detail: format!("{why}, so Gemini CLI will not start it"),
                    });
                }
            }
            Some(false) | None => {}
        }
    }

    fn finish(self) -> impl Iterator<Item = Section> {
        self.excluded.finish().into_iter().chain(self.allowed.finish())
    }
}

impl Adapter for Gemini {
    /// `GEMINI_CLI_HOME` stands for the home folder, not for `.gemini`
    /// (packages/core/src/utils/paths.ts). Comments are stripped and the rest is
    /// `JSON.parse`d.
    ///
    /// `extras` is what else an entry may say (packages/core/src/config/config.ts
    /// `MCPServerConfig`, packages/core/src/mcp/oauth-provider.ts `MCPOAuthConfig`). Not among
    /// them: `extension`, where extensions keep their books, and `tcp`, a transport that is not
    /// there yet.
    const DESCRIPTOR: &'static str = include_str!("../descriptor.json");

    fn read(sections: &[Section]) -> Result<Reading, Error> {
        let switches = Switches::open(sections)?;
        let mut reading = DIALECT.read(sections)?;
        for server in &mut reading.servers {
            server.enabled = switches.that_blocks(&server.name).map(|_| false);
        }
        Ok(reading)
    }

    fn write(sections: &[Section], edits: &[Edit]) -> Result<Writing, Error> {
        let mut switches = Switches::open(sections)?;
        let mut servers = Servers::open(&DIALECT, sections)?;
        // Names are told apart in the map and not in the lists.
        let mut namesakes: BTreeMap<String, usize> = BTreeMap::new();
        for name in servers.names() {
            *namesakes.entry(normalized(name)).or_default() += 1;
        }
        let mut outcomes = Vec::with_capacity(edits.len());
        for edit in edits {
            let (Edit::Put(Server { name, .. }) | Edit::Remove(name)) = edit;
            let was_there = servers.contains(name);
            let mut outcome = servers.apply(edit);
            let count = namesakes.entry(normalized(name)).or_default();
            match (edit, &mut outcome) {
                (Edit::Put(server), Outcome::Done(losses)) => {
                    *count += usize::from(!was_there);
                    switches.put(server, !was_there, losses);
                }
                (Edit::Remove(_), Outcome::Done(_)) if was_there => {
                    *count -= 1;
                    if *count == 0 {
                        switches.forget(name);
                    }
                }
                _ => {}
            }
            outcomes.push(outcome);
        }
        let sections = servers.finish().into_iter().chain(switches.finish()).collect();
        Ok(Writing { sections, outcomes })
    }
}

hatch_adapter_sdk::export!(Gemini);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_descriptor_is_of_this_table() {
        hatch_adapter_sdk::case::describes::<Gemini>(&DIALECT);
    }
}
