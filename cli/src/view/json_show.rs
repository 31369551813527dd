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
    /// Whose servers these are.
    #[schemars(extend("enum" = ["user", "project"]))]
    pub scope: &'static str,
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
    /// Whose servers these are.
    #[schemars(extend("enum" = ["user", "project"]))]
    pub scope: &'static str,
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

/// How hosts compare with the sources that servers came from (`hatch mcp status`).
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

/// A server on a host, and how it compares with its source.
#[derive(Debug, JsonSchema, Serialize)]
pub struct StatusRow {
    /// The host's name in command lines.
    pub host: String,
    /// Whose servers these are.
    #[schemars(extend("enum" = ["user", "project"]))]
    pub scope: &'static str,
    /// The file that holds them.
    pub config_path: String,
    /// The server's name.
    pub server: String,
    /// The environment that it is compared with: its name, or its file's path; null for a host.
    pub environment: Option<String>,
    /// The host that it is compared with; null for an environment.
    pub source_host: Option<String>,
    /// How it compares.
    pub state: StateWord,
    /// Why the host cannot have it, for `refused`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// The variables whose values the host wrote in place of references, for `written-out`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub variables: Vec<String>,
    /// When hatch wrote or adopted it, in UTC; null if it never did.
    pub noted: Option<String>,
    /// The run that wrote it; null if none did.
    pub operation: Option<String>,
    /// The other environment that hatch has it from; null if there is none.
    pub managed_by: Option<String>,
    /// Whether nothing has to be done or decided about it.
    pub in_sync: bool,
}

/// How a server compares, in a word.
#[derive(Clone, Copy, Debug, JsonSchema, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum StateWord {
    /// The host has what the source says.
    InSync,
    /// Someone changed it on the host since hatch wrote it.
    ChangedOnHost,
    /// The source says something else since.
    ChangedInEnvironment,
    /// Both changed.
    ChangedInBoth,
    /// The host wrote values of variables in place of references to them.
    WrittenOut,
    /// The host lost it: its file is gone, or all that hatch wrote there at once.
    Lost,
    /// Someone deleted it from a file that is otherwise intact.
    Deleted,
    /// The host has another one of that name, which hatch did not write.
    Differs,
    /// The host has the same, and hatch did not write it.
    Same,
    /// The host does not have it, and never had it from this source.
    Absent,
    /// The host cannot have it.
    Refused,
    /// The source does not have it any more, and the host does.
    Gone,
}

impl From<&State> for StateWord {
    fn from(state: &State) -> Self {
        match state {
            State::InSync => StateWord::InSync,
            State::ChangedOnHost => StateWord::ChangedOnHost,
            State::ChangedInEnvironment => StateWord::ChangedInEnvironment,
            State::ChangedInBoth => StateWord::ChangedInBoth,
            State::WrittenOut(_) => StateWord::WrittenOut,
            State::Lost => StateWord::Lost,
            State::Deleted => StateWord::Deleted,
            State::Differs => StateWord::Differs,
            State::Same => StateWord::Same,
            State::Absent => StateWord::Absent,
            State::Refused(_) => StateWord::Refused,
            State::Gone => StateWord::Gone,
        }
    }
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
