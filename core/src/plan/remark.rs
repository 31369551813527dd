//! What a preview remarks on a server that comes to a file, and what to do about it: secrets
//! in plain text, references in a spelling that hatch takes for text, and values that a shell
//! may have emptied.

use std::collections::BTreeSet;

use serde_json::Value;

use super::{Change, ChangeKind, TargetPlan};
use crate::disclosure::has_secret;
use crate::environment::{Entry, Environment, conceal, paste};
use crate::host::{HostDescriptor, Reference};
use crate::patch::{ServerPatch, TransportPatch};
use crate::secret::{Place, is_secret_name, variable_name};
use crate::server::{Server, ServerName};
use crate::source::Source;
use crate::template::Template;

/// Secrets in plain text that a host is given although it expands references.
pub(super) fn plain_secrets(descriptor: &HostDescriptor, changes: &[Change]) -> Vec<String> {
    match descriptor.references.contains(&Reference::Env) {
        true => in_plain_text(changes),
        false => Vec::new(),
    }
}

/// Adds a remark for each secret in plain text that an environment's file is given.
pub fn secrets(target: &mut TargetPlan) {
    target.warnings.extend(in_plain_text(&target.changes));
}

/// Adds remarks on the entries that an environment's file is given, as they are spelt there.
pub fn entries(target: &mut TargetPlan) {
    let after = target.files.first().and_then(|file| file.after.as_deref());
    if let Some(Ok(environment)) = after.map(Environment::parse) {
        add(target, &environment, entry_remarks);
    }
}

/// Adds a remark for each reference in another spelling that a host is given as plain text.
pub(super) fn literal_references(source: &Source, target: &mut TargetPlan) {
    if let Source::Environment { environment, .. } = source {
        add(target, environment, |entry| {
            entry.iter().flat_map(|(field, value)| value_remarks(field, value)).collect()
        });
    }
}

fn add(
    target: &mut TargetPlan,
    environment: &Environment,
    remarks: impl Fn(&Entry) -> Vec<String>,
) {
    for change in &target.changes {
        let name = &change.server;
        let entry = environment.servers.iter().find(|(known, _)| known == name);
        if let (Some((_, entry)), ChangeKind::Add(_) | ChangeKind::Update(_)) =
            (entry, &change.kind)
        {
            target.warnings.extend(remarks(entry).iter().map(|it| format!("`{name}`: {it}")));
        }
    }
}

/// Remarks on values as they were typed: references that are taken for text, and values that
/// are empty, as a shell leaves them of a reference that is not in single quotes.
pub fn typed(patch: &ServerPatch) -> Vec<String> {
    let mut remarks = Vec::new();
    let mut look = |field: &str, value: &Template, instead: Option<String>| {
        let references = references_in(value.as_literal().unwrap_or_default());
        remarks.extend(references.iter().map(|reference| literal_reference(field, reference)));
        remarks.extend(instead.map(|instead| {
            format!(
                "`{field}` is empty; a shell makes nothing of a reference without single quotes: \
                 {instead}"
            )
        }));
    };
    for (name, value) in &patch.env {
        let instead = format!("`--env-var '{name}=${{env:{name}}}'`, or `--env-var {name}`");
        look(&format!("env.{name}"), value, is_empty(value).then_some(instead));
    }
    for (name, value) in &patch.headers {
        let scheme = value.as_literal().unwrap_or_default().trim();
        let blank = if scheme.is_empty() { "" } else { " " };
        let variable = variable_name(name);
        let instead = format!("`--header '{name}: {scheme}{blank}${{env:{variable}}}'`");
        look(&format!("headers.{name}"), value, is_empty(value).then_some(instead));
    }
    for (at, value) in patch.args.iter().flatten().enumerate() {
        look(&format!("args.{at}"), value, emptied(value));
    }
    if let Some(
        TransportPatch::StreamableHttp(url)
        | TransportPatch::Sse(url)
        | TransportPatch::RemoteAuto(url),
    ) = &patch.transport
    {
        look("url", url, emptied(url));
    }
    for (field, value) in [("env-file", &patch.env_file), ("cwd", &patch.cwd)] {
        value.iter().for_each(|value| look(field, value, None));
    }
    remarks
}

/// Whether there is nothing in a value, or only the word before a credential.
fn is_empty(value: &Template) -> bool {
    let text = value.as_literal().map(str::trim);
    text.is_some_and(|text| {
        let mut schemes = ["", "bearer", "basic"].iter();
        schemes.any(|scheme| text.eq_ignore_ascii_case(scheme))
    })
}

/// What an option or a parameter should say that has a secret's name and nothing behind it:
/// `--token=`, `?key=&page=2`.
fn emptied(value: &Template) -> Option<String> {
    let pairs = value.as_literal()?.split(['?', '&', '#']);
    let mut names = pairs.filter_map(|pair| pair.strip_suffix('='));
    let name = names.find(|name| is_secret_name(name))?;
    Some(format!("`'{name}=${{env:{}}}'`", variable_name(name)))
}

/// Remarks on what an entry says: `${X}` taken as text, and a secret that is empty.
fn entry_remarks(entry: &Entry) -> Vec<String> {
    let mut remarks = Vec::new();
    for (field, value) in entry {
        remarks.extend(value_remarks(field, value));
        let members = value.as_object().filter(|_| matches!(field.as_str(), "env" | "headers"));
        for (name, value) in members.into_iter().flatten() {
            let is_empty = value.as_str().is_some_and(|text| text.trim().is_empty());
            if is_empty && is_secret_name(name) {
                remarks.push(empty(&format!("{field}.{name}"), name));
            }
        }
    }
    remarks
}

/// Remarks on the references in a field's texts that hatch takes for plain text.
fn value_remarks(field: &str, value: &Value) -> Vec<String> {
    match value {
        Value::Object(members) => {
            let remarks = |(name, value)| value_remarks(&format!("{field}.{name}"), value);
            members.iter().flat_map(remarks).collect()
        }
        Value::Array(items) => {
            let remarks = |(at, item)| value_remarks(&format!("{field}.{at}"), item);
            items.iter().enumerate().flat_map(remarks).collect()
        }
        value => {
            let found = references_in(value.as_str().unwrap_or_default());
            found.iter().map(|reference| literal_reference(field, reference)).collect()
        }
    }
}

/// References in another spelling than hatch's.
fn references_in(text: &str) -> BTreeSet<String> {
    let entry: Entry = [("value".to_owned(), text.into())].into_iter().collect();
    let servers = ServerName::new("any").map(|name| (name, entry)).into_iter().collect();
    paste::foreign_references(&Environment { servers, ..Environment::default() })
}

/// A reference of a shell's or of another host's, which hatch takes for plain text.
fn literal_reference(field: &str, reference: &str) -> String {
    let name = reference.trim_start_matches("${").trim_start_matches('$').trim_end_matches('}');
    format!("`{field}`: `{reference}` is taken as plain text; a reference is `${{env:{name}}}`")
}

/// A secret that is empty in a file.
fn empty(field: &str, name: &str) -> String {
    let variable = variable_name(name);
    format!("`{field}` is empty; `${{env:{variable}}}` takes the value from the environment")
}

/// Whether a header's name or look says that it holds a secret. That of any other is masked
/// and replaced to be safe, and is no reason to bother a person.
fn is_known(server: &Server, field: &str) -> bool {
    let headers = server.transport.remote().map(|remote| &remote.headers);
    headers.into_iter().flatten().any(|(name, value)| {
        field.strip_prefix("headers.") == Some(name)
            && (is_secret_name(name) || has_secret(Place::Value, value))
    })
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
            let is_doubtful = top == "headers" && !is_known(server, &field);
            if is_changed && !is_doubtful && !said.contains(&(field.clone(), variable.clone())) {
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

#[cfg(test)]
mod tests {
    use super::*;

    fn pairs(pairs: &[(&str, &str)]) -> Vec<(String, Template)> {
        pairs.iter().map(|(name, value)| ((*name).to_owned(), Template::parse(value))).collect()
    }

    #[test]
    fn what_a_shell_emptied_and_what_is_no_reference_is_remarked() {
        let args = ["--token=", "", "$TOKEN", "${env:X}", "$5", "--page="];
        let patch = ServerPatch {
            env: pairs(&[("A", ""), ("B", "${B}"), ("C", "${env:C}"), ("D", "x")]),
            headers: pairs(&[("Authorization", "Bearer"), ("X-Key", "")]),
            args: Some(args.map(Template::parse).to_vec()),
            transport: Some(TransportPatch::Sse(Template::parse("https://x/?key=&page="))),
            ..ServerPatch::default()
        };
        let quotes = "a shell makes nothing of a reference without single quotes";
        assert_eq!(
            typed(&patch),
            [
                format!("`env.A` is empty; {quotes}: `--env-var 'A=${{env:A}}'`, or `--env-var A`"),
                "`env.B`: `${B}` is taken as plain text; a reference is `${env:B}`".to_owned(),
                format!(
                    "`headers.Authorization` is empty; {quotes}: \
                     `--header 'Authorization: Bearer ${{env:AUTHORIZATION}}'`"
                ),
                format!("`headers.X-Key` is empty; {quotes}: `--header 'X-Key: ${{env:X_KEY}}'`"),
                format!("`args.0` is empty; {quotes}: `'--token=${{env:TOKEN}}'`"),
                "`args.2`: `$TOKEN` is taken as plain text; a reference is `${env:TOKEN}`"
                    .to_owned(),
                format!("`url` is empty; {quotes}: `'key=${{env:KEY}}'`"),
            ]
        );
        assert!(typed(&ServerPatch::default()).is_empty());
    }
}
