//! The published shapes of `show` and `discover servers`: servers in full.

use hatch_core::environment::entry;
use hatch_core::plan::{diff, mask};
use hatch_core::server::Server;
use hatch_core::status::State;
use serde::Serialize;
use serde_json::{Map, Value};

use super::json::Unreadable;
use super::plan::Secrets;

/// `hatch mcp show hosts`.
#[derive(Debug, Serialize)]
pub struct ShownHosts {
    pub schema: &'static str,
    pub hosts: Vec<ShownHost>,
    /// Hosts and entries that could not be read, and why.
    pub unreadable: Vec<Unreadable>,
}

/// A host, and all that it has.
#[derive(Debug, Serialize)]
pub struct ShownHost {
    pub host: String,
    pub name: String,
    pub config_path: String,
    /// When its file was last changed, in UTC.
    pub last_modified: Option<String>,
    pub backup_count: usize,
    pub servers: Vec<ShownServer>,
    /// Entries beside the servers that are none.
    pub foreign: Vec<String>,
}

/// A server of a host.
#[derive(Debug, Serialize)]
pub struct ShownServer {
    pub name: String,
    #[serde(flatten)]
    pub detail: ServerDetail,
}

/// `hatch mcp show servers`.
#[derive(Debug, Serialize)]
pub struct ShownServers {
    pub schema: &'static str,
    pub servers: Vec<ServerOnHosts>,
    /// Hosts and entries that could not be read, and why.
    pub unreadable: Vec<Unreadable>,
}

/// A name, and the server that each host has under it.
#[derive(Debug, Serialize)]
pub struct ServerOnHosts {
    pub name: String,
    pub hosts: Vec<HostWithServer>,
}

/// A host that has a server.
#[derive(Debug, Serialize)]
pub struct HostWithServer {
    pub host: String,
    #[serde(flatten)]
    pub detail: ServerDetail,
}

/// What there is to say of a server on a host.
#[derive(Debug, Serialize)]
pub struct ServerDetail {
    pub hatch_managed: bool,
    pub environment: Option<String>,
    /// When hatch put it there, in UTC.
    pub last_synced: Option<String>,
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
        let fields = diff::fields(None, server).into_iter().filter_map(|field| {
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

/// `hatch mcp discover servers`.
#[derive(Debug, Serialize)]
pub struct EnvironmentServers {
    pub schema: &'static str,
    pub rows: Vec<EnvironmentServerRow>,
}

/// A server of an environment.
#[derive(Debug, Serialize)]
pub struct EnvironmentServerRow {
    pub environment: String,
    pub server: String,
    pub transport: &'static str,
    /// The definition in the form of environment files, secrets masked.
    #[serde(flatten)]
    pub definition: Map<String, Value>,
}

/// `hatch mcp status`.
#[derive(Debug, Serialize)]
pub struct Status {
    pub schema: &'static str,
    /// Whether nothing has to be done or decided.
    pub in_sync: bool,
    pub rows: Vec<StatusRow>,
    /// Hosts and environments that could not be compared, and why.
    pub unreadable: Vec<Unreadable>,
}

/// A server on a host, and how it compares with its environment.
#[derive(Debug, Serialize)]
pub struct StatusRow {
    pub host: String,
    pub server: String,
    pub environment: String,
    pub state: State,
}

/// `hatch host list`, `hatch host add` and `hatch host remove`.
#[derive(Debug, Serialize)]
pub struct NamedHosts {
    pub schema: &'static str,
    pub hosts: Vec<NamedHostRow>,
}

/// A host that its user named.
#[derive(Debug, Serialize)]
pub struct NamedHostRow {
    pub host: String,
    pub adapter: String,
    pub paths: Vec<String>,
}
