//! The published JSON shapes of `hatch env`.

use hatch_core::plan::FieldChange;
use schemars::JsonSchema;
use serde::Serialize;

use super::plan::Secrets;

/// The environments that there are (`hatch env list`).
#[derive(Debug, JsonSchema, Serialize)]
pub struct Environments {
    /// The shape's name.
    pub schema: &'static str,
    /// All environments, by name.
    pub environments: Vec<EnvironmentRow>,
}

/// An environment in a list.
#[derive(Debug, JsonSchema, Serialize)]
pub struct EnvironmentRow {
    /// Its name.
    pub name: String,
    /// What it is for.
    pub description: Option<String>,
    /// The names of its servers, with those that it extends.
    pub servers: Vec<String>,
    /// The environments that it extends.
    pub extends: Vec<String>,
    /// Its file.
    pub path: String,
    /// Why it can't be used; null where it can.
    pub problem: Option<String>,
    /// Whether it is the current one.
    pub is_current: bool,
}

/// The current environment (`hatch env current`, `hatch env use`).
#[derive(Debug, JsonSchema, Serialize)]
pub struct CurrentEnvironment {
    /// The shape's name.
    pub schema: &'static str,
    /// The current environment, if there is one.
    pub environment: Option<String>,
    /// The one that was it before; of `hatch env use` alone.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub before: Option<Option<String>>,
}

/// An environment and its servers (`hatch env show`).
#[derive(Debug, JsonSchema, Serialize)]
pub struct EnvironmentDetail {
    /// The shape's name.
    pub schema: &'static str,
    /// Its name.
    pub name: String,
    /// What it is for.
    pub description: Option<String>,
    /// The environments that it extends.
    pub extends: Vec<String>,
    /// Its file; null where a path was given.
    pub path: Option<String>,
    /// Its servers, with those that it extends.
    pub servers: Vec<EnvironmentServer>,
    /// Whether it is the current one.
    pub is_current: bool,
    /// What hosts are given instead, by host and server.
    pub overrides: Vec<EnvironmentOverride>,
}

/// A server of an environment.
#[derive(Debug, JsonSchema, Serialize)]
pub struct EnvironmentServer {
    /// Its name.
    pub name: String,
    /// How a host talks to it; `remote` leaves open which of the two ways.
    #[schemars(extend("enum" = ["stdio", "http", "sse", "remote"]))]
    pub transport: &'static str,
    /// What else is said of it, field by field as text, secrets masked.
    pub fields: serde_json::Map<String, serde_json::Value>,
    /// The environment whose file it comes from.
    pub from: String,
}

/// What one host is given instead of what a server says.
#[derive(Debug, JsonSchema, Serialize)]
pub struct EnvironmentOverride {
    /// The host, or the adapter of hosts.
    pub host: String,
    /// The server.
    pub server: String,
    /// What is another there.
    pub fields: Vec<OverriddenField>,
}

/// A field that is another for a host.
#[derive(Debug, JsonSchema, Serialize)]
pub struct OverriddenField {
    /// The field.
    pub field: String,
    /// What others are given; null where nothing is.
    pub before: Option<String>,
    /// What the host is given; null where nothing is.
    pub after: Option<String>,
}

impl OverriddenField {
    /// A field, with its secrets as they may be shown.
    pub fn new(change: &FieldChange, secrets: Secrets) -> Self {
        OverriddenField {
            field: change.field.clone(),
            before: change.before.as_ref().map(|value| secrets.show(value).to_owned()),
            after: change.after.as_ref().map(|value| secrets.show(value).to_owned()),
        }
    }
}
