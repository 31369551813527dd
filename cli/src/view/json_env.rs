//! The published JSON shapes of `hatch env`.

use hatch_core::plan::FieldChange;
use serde::Serialize;

use super::plan::Secrets;

/// `hatch env list`.
#[derive(Debug, Serialize)]
pub struct Environments {
    pub schema: &'static str,
    pub environments: Vec<EnvironmentRow>,
}

/// An environment in a list.
#[derive(Debug, Serialize)]
pub struct EnvironmentRow {
    pub name: String,
    pub description: Option<String>,
    pub servers: Vec<String>,
    pub extends: Vec<String>,
    pub path: String,
    pub problem: Option<String>,
    pub is_current: bool,
}

/// `hatch env current` and `hatch env use`.
#[derive(Debug, Serialize)]
pub struct CurrentEnvironment {
    pub schema: &'static str,
    /// The current environment, if there is one.
    pub environment: Option<String>,
    /// The one that was it before; of `hatch env use` alone.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub before: Option<Option<String>>,
}

/// `hatch env show`.
#[derive(Debug, Serialize)]
pub struct EnvironmentDetail {
    pub schema: &'static str,
    pub name: String,
    pub description: Option<String>,
    pub extends: Vec<String>,
    pub path: Option<String>,
    pub servers: Vec<EnvironmentServer>,
    pub is_current: bool,
    /// What hosts are given instead, by host and server.
    pub overrides: Vec<EnvironmentOverride>,
}

/// A server of an environment.
#[derive(Debug, Serialize)]
pub struct EnvironmentServer {
    pub name: String,
    pub transport: &'static str,
    pub fields: serde_json::Map<String, serde_json::Value>,
    /// The environment whose file it comes from.
    pub from: String,
}

/// What one host is given instead of what a server says.
#[derive(Debug, Serialize)]
pub struct EnvironmentOverride {
    pub host: String,
    pub server: String,
    pub fields: Vec<OverriddenField>,
}

/// A field that is another for a host.
#[derive(Debug, Serialize)]
pub struct OverriddenField {
    pub field: String,
    pub before: Option<String>,
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
