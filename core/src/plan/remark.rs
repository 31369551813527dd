//! What a preview remarks on a server that comes to a file, and what to do about it: secrets
//! in plain text, references in a spelling that hatch takes for text, and values that a shell
//! may have emptied.

use serde_json::Value;

use super::{Change, ChangeKind, TargetPlan};
use crate::environment::{Entry, Environment, conceal, paste};
use crate::host::{HostDescriptor, Reference};
use crate::secret::{is_secret_name, variable_name};

/// Secrets in plain text that a host is given although it expands references.
pub(super) fn plain_secrets(descriptor: &HostDescriptor, changes: &[Change]) -> Vec<String> {
    match descriptor.references.contains(&Reference::Env) {
        true => in_plain_text(changes),
        false => Vec::new(),
    }
}

/// Adds what there is to remark on the servers that an environment's file is given.
pub fn environment(target: &mut TargetPlan) {
    target.warnings.extend(in_plain_text(&target.changes));
    let after = target.files.first().and_then(|file| file.after.as_deref());
    let Some(Ok(environment)) = after.map(Environment::parse) else { return };
    for change in &target.changes {
        let entry = environment.servers.iter().find(|(name, _)| *name == change.server);
        if let (Some((_, entry)), ChangeKind::Add(_) | ChangeKind::Update(_)) =
            (entry, &change.kind)
        {
            let name = &change.server;
            target.warnings.extend(entry_remarks(entry).iter().map(|it| format!("`{name}`: {it}")));
        }
    }
}

/// Remarks on what an entry says: `${X}` taken as text, and a secret that is empty.
fn entry_remarks(entry: &Entry) -> Vec<String> {
    let mut remarks = Vec::new();
    for (field, value) in entry {
        match value {
            Value::Object(members) => {
                for (name, value) in members {
                    remarks.extend(text_remarks(&format!("{field}.{name}"), value));
                    let is_empty = value.as_str().is_some_and(|text| text.trim().is_empty());
                    if is_empty
                        && matches!(field.as_str(), "env" | "headers")
                        && is_secret_name(name)
                    {
                        remarks.push(empty(&format!("{field}.{name}"), name));
                    }
                }
            }
            Value::Array(items) => {
                for (at, item) in items.iter().enumerate() {
                    remarks.extend(text_remarks(&format!("{field}.{at}"), item));
                }
            }
            value => remarks.extend(text_remarks(field, value)),
        }
    }
    remarks
}

fn text_remarks(field: &str, value: &Value) -> Vec<String> {
    let found = paste::references_in(value.as_str().unwrap_or_default());
    found.into_iter().map(|reference| literal_reference(field, &reference)).collect()
}

/// A reference of a shell's or of another host's, which hatch takes for plain text.
pub fn literal_reference(field: &str, reference: &str) -> String {
    let name = reference.trim_start_matches("${").trim_start_matches('$').trim_end_matches('}');
    format!("`{field}`: `{reference}` is taken as plain text; a reference is `${{env:{name}}}`")
}

/// A value that is empty where one was to be expected.
pub fn empty(field: &str, name: &str) -> String {
    let variable = variable_name(name);
    format!("`{field}` is empty; `${{env:{variable}}}` takes the value from the environment")
}

/// Secrets that a change writes, with the variable that could stand for each.
fn in_plain_text(changes: &[Change]) -> Vec<String> {
    let mut remarks = Vec::new();
    for change in changes {
        let (ChangeKind::Add(fields) | ChangeKind::Update(fields), Some(server)) =
            (&change.kind, &change.after)
        else {
            continue;
        };
        let mut said = Vec::new();
        for conceal::Concealed { field, variable, .. } in conceal::plain_secrets(server) {
            let top = field.split('.').next().unwrap_or_default();
            let is_changed = fields.iter().any(|it| {
                let same = it.field == field || it.field == top;
                same || (top == "oauth" && it.field.starts_with("oauth."))
            });
            if is_changed && !said.contains(&(field.clone(), variable.clone())) {
                remarks.push(format!(
                    "`{}`: `{field}` is a secret in plain text; `${{env:{variable}}}` could stand \
                     for it",
                    change.server
                ));
                said.push((field, variable));
            }
        }
    }
    remarks
}
