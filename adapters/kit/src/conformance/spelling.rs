//! The JSON of cases, from and to the engine's types.

use hatch_adapter_sdk::case::{edit_from, server_to};
use hatch_adapter_sdk::json::Value;
use hatch_core::adapter::{AdapterError, Edit, LossKind, Outcome, Reading};
use hatch_core::host::HostId;
use hatch_core::server::ServerName;
use serde_json::json;

mod convert {
    #![allow(dead_code, reason = "cases need few of the conversions")]
    hatch_sandbox::conversions!(hatch_adapter_sdk::bindings::exports::hatch::adapter::host_config);
}

/// Reads a list of edits.
pub(super) fn edits(value: &Value, id: &HostId) -> Result<Vec<Edit>, String> {
    let edit = |value: &Value| match edit_from(value)? {
        hatch_adapter_sdk::Edit::Put(server) => convert::server_out(server, id).map(Edit::Put),
        hatch_adapter_sdk::Edit::Remove(name) => {
            let name =
                ServerName::new(name.as_str()).ok_or("it removes a server without a name")?;
            Ok(Edit::Remove(name))
        }
    };
    value.as_array().ok_or("it is no list")?.iter().map(edit).collect()
}

/// Spells what was read.
pub(super) fn reading(reading: &Reading, id: &HostId) -> Result<Value, String> {
    let servers = reading.servers.iter().map(|it| Ok(server_to(&convert::server_in(it, id)?)));
    let servers = Value::Array(servers.collect::<Result<_, String>>()?);
    let mut members = vec![("servers".to_owned(), servers)];
    let mut add = |key: &str, items: Vec<serde_json::Value>| {
        if !items.is_empty() {
            members.push((key.to_owned(), value(&items.into())));
        }
    };
    add("foreign", reading.foreign.iter().map(|name| json!(name)).collect());
    let unreadable = reading.unreadable.iter();
    add(
        "unreadable",
        unreadable.map(|it| json!({ "name": it.name, "reason": it.reason })).collect(),
    );
    Ok(Value::Object(members.into_iter().collect()))
}

/// Spells outcomes.
pub(super) fn outcomes(outcomes: &[Outcome]) -> Value {
    let outcome = |outcome: &Outcome| match outcome {
        Outcome::Refused(reason) => json!({ "refused": reason }),
        Outcome::Done(losses) => {
            let losses = losses.iter().map(|loss| {
                let kind = match loss.kind {
                    LossKind::Dropped => "dropped",
                    LossKind::Approximated => "approximated",
                    LossKind::Inlined => "inlined",
                    LossKind::Renamed => "renamed",
                };
                json!({ "field": loss.field, "kind": kind, "detail": loss.detail })
            });
            json!({ "done": losses.collect::<Vec<_>>() })
        }
    };
    value(&outcomes.iter().map(outcome).collect())
}

/// Spells an error that an adapter may give; none for one that it may not.
pub(super) fn error(error: &AdapterError) -> Option<Value> {
    let reason = match error {
        AdapterError::UnexpectedShape { path, reason } => format!("{}: {reason}", path.join(".")),
        AdapterError::UnsupportedVersion(reason) | AdapterError::Other(reason) => reason.clone(),
        _ => return None,
    };
    Some(value(&json!({ "error": reason })))
}

fn value(value: &serde_json::Value) -> Value {
    Value::parse(&value.to_string()).unwrap_or(Value::Null)
}
