//! The published shapes of `show` and `discover servers`: servers in full.

use hatch_core::environment::entry;
use hatch_core::plan::diff::{self, Spelling};
use hatch_core::plan::hidden::Hidden;
use hatch_core::plan::mask;
use hatch_core::server::Server;
use hatch_core::status::State;
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::{Map, Value};

use super::json::{Foreign, Unreadable};
use super::plan::Secrets;

/// Hosts in full (`hatch mcp show hosts`).
#[derive(Debug, JsonSchema, Serialize)]
pub struct ShownHosts {
    /// The shape's name.
    pub schema: &'static str,
    /// Every host that was asked for and is there.
    pub hosts: Vec<ShownHost>,
    /// Hosts and entries that could not be read, and why.
    pub unreadable: Vec<Unreadable>,
}

/// A host, and all that it has.
#[derive(Debug, JsonSchema, Serialize)]
pub struct ShownHost {
    /// Its name in command lines.
    pub host: String,
    /// The name that its makers write.
    pub name: String,
    /// Its first file.
    pub config_path: String,
    /// When its file was last changed, in UTC.
    pub last_modified: Option<String>,
    /// How many backups there are of it.
    pub backup_count: usize,
    /// Its servers, in the order of its file.
    pub servers: Vec<ShownServer>,
    /// Entries beside the servers that are none.
    pub foreign: Vec<String>,
}

/// A server of a host.
#[derive(Debug, JsonSchema, Serialize)]
pub struct ShownServer {
    /// Its name.
    pub name: String,
    #[serde(flatten)]
    pub detail: ServerDetail,
}

/// Servers in full (`hatch mcp show servers`).
#[derive(Debug, JsonSchema, Serialize)]
pub struct ShownServers {
    /// The shape's name.
    pub schema: &'static str,
    /// Every server that was asked for, by name.
    pub servers: Vec<ServerOnHosts>,
    /// Hosts and entries that could not be read, and why.
    pub unreadable: Vec<Unreadable>,
    /// Entries beside the servers that are none.
    pub foreign: Vec<Foreign>,
}

/// A name, and the server that each host has under it.
#[derive(Debug, JsonSchema, Serialize)]
pub struct ServerOnHosts {
    /// The servers' name.
    pub name: String,
    /// The hosts that have one.
    pub hosts: Vec<HostWithServer>,
}

/// A host that has a server.
#[derive(Debug, JsonSchema, Serialize)]
pub struct HostWithServer {
    /// Its name in command lines.
    pub host: String,
    #[serde(flatten)]
    pub detail: ServerDetail,
}

/// What there is to say of a server on a host.
#[derive(Debug, JsonSchema, Serialize)]
pub struct ServerDetail {
    /// Whether hatch put it there.
    pub hatch_managed: bool,
    /// The environment that it came from, if hatch put it there from one.
    pub environment: Option<String>,
    /// When hatch put it there, in UTC.
    pub last_synced: Option<String>,
    /// How a host talks to it; `remote` leaves open which of the two ways.
    #[schemars(extend("enum" = ["stdio", "http", "sse", "remote"]))]
    pub transport: &'static str,
    /// The definition in the form of environment files, secrets masked.
    #[serde(flatten)]
    pub definition: Map<String, Value>,
    /// Fields that only this host's adapter knows.
    pub extras: Map<String, Value>,
    /// The definition, field by field, as people are shown it.
    #[serde(skip)]
    pub fields: Vec<(String, String)>,
}

impl ServerDetail {
    /// A server that nothing is known of but what it says.
    pub fn new(server: &Server, secrets: Secrets) -> Self {
        let shown = match secrets {
            Secrets::Masked => mask::masked(server),
            Secrets::Clear => server.clone(),
        };
        let extras = shown.extras.iter().map(|extra| {
            let value = serde_json::from_str(&extra.value);
            (extra.path.join("."), value.unwrap_or_else(|_| extra.value.clone().into()))
        });
        let fields = diff::fields(None, server, &Hidden::default(), Spelling::Host);
        let fields = fields.into_iter().filter_map(|field| {
            let value = secrets.show(field.after.as_ref()?).to_owned();
            Some((field.field, value))
        });
        ServerDetail {
            hatch_managed: false,
            environment: None,
            last_synced: None,
            transport: server.transport.label(),
            extras: extras.collect(),
            definition: entry::print(&shown),
            fields: fields.collect(),
        }
    }
}

/// The servers of environments (`hatch mcp discover servers`).
#[derive(Debug, JsonSchema, Serialize)]
pub struct EnvironmentServers {
    /// The shape's name.
    pub schema: &'static str,
    /// One for each server of each environment.
    pub rows: Vec<EnvironmentServerRow>,
}

/// A server of an environment.
#[derive(Debug, JsonSchema, Serialize)]
pub struct EnvironmentServerRow {
    /// The environment's name.
    pub environment: String,
    /// The server's name.
    pub server: String,
    /// How a host talks to it; `remote` leaves open which of the two ways.
    #[schemars(extend("enum" = ["stdio", "http", "sse", "remote"]))]
    pub transport: &'static str,
    /// The definition in the form of environment files, secrets masked.
    #[serde(flatten)]
    pub definition: Map<String, Value>,
}

/// How hosts compare with environments (`hatch mcp status`).
#[derive(Debug, JsonSchema, Serialize)]
pub struct Status {
    /// The shape's name.
    pub schema: &'static str,
    /// Whether nothing has to be done or decided.
    pub in_sync: bool,
    /// One for each server that hatch put on a host, or that it could put there.
    pub rows: Vec<StatusRow>,
    /// Hosts and environments that could not be compared, and why.
    pub unreadable: Vec<Unreadable>,
}

/// A server on a host, and how it compares with its environment.
#[derive(Debug, JsonSchema, Serialize)]
pub struct StatusRow {
    /// The host's name in command lines.
    pub host: String,
    /// The server's name.
    pub server: String,
    /// The environment's name, or its file's path.
    pub environment: String,
    /// How it compares: `changed-here` is a change by hand on the host, `gone` is what the
    /// environment does not have any more, `not-there-yet` what the host never had from it.
    #[schemars(with = "String", extend("enum" = STATES))]
    pub state: State,
}

/// Hosts that their user named (`hatch host list`, `hatch host add`, `hatch host remove`).
#[derive(Debug, JsonSchema, Serialize)]
pub struct NamedHosts {
    /// The shape's name.
    pub schema: &'static str,
    /// The hosts that this is about, by name.
    pub hosts: Vec<NamedHostRow>,
}

/// A host that its user named.
#[derive(Debug, JsonSchema, Serialize)]
pub struct NamedHostRow {
    /// Its name in command lines.
    pub host: String,
    /// The adapter that knows its format.
    pub adapter: String,
    /// Its files, in the adapter's order.
    pub paths: Vec<String>,
}

/// What is said of how a server compares.
const STATES: [&str; 7] = [
    "in-sync",
    "changed-here",
    "changed-in-environment",
    "changed-in-both",
    "missing",
    "gone",
    "not-there-yet",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_state_has_its_word() {
        let states = [
            State::InSync,
            State::ChangedHere,
            State::ChangedInEnvironment,
            State::ChangedInBoth,
            State::Missing,
            State::Gone,
            State::NotThereYet,
        ];
        let words = states.map(|state| serde_json::to_value(state).unwrap());
        assert_eq!(words, STATES.map(Value::from));
    }
}
