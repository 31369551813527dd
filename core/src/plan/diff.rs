//! What differs between two definitions of a server, field by field and fit to be shown.

use std::collections::BTreeMap;

use super::hidden::Hidden;
use super::mask::masked;
use super::{FieldChange, Shown};
use crate::secret::Secret;
use crate::server::{OAuth, Server, Transport};
use crate::template::Template;

/// Whose spelling of values a reader knows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Spelling {
    /// A host's file: text is what it is.
    Host,
    /// An environment's file: `$${env:X}` is the text `${env:X}`.
    Environment,
}

impl Spelling {
    fn spell(self, value: &Template) -> String {
        match self {
            Spelling::Host => value.plain(),
            Spelling::Environment => value.expose(),
        }
    }
}

/// The fields of `after` that are not as in `before`; all that it has, without a `before`.
/// What is `hidden` is masked besides what looks like a secret.
pub fn fields(
    before: Option<&Server>,
    after: &Server,
    hidden: &Hidden,
    spelling: Spelling,
) -> Vec<FieldChange> {
    let list = |server| list(server, hidden, spelling);
    let old = before.map(list).unwrap_or_default();
    let new = list(after);
    let (was, is) = (by_name(&old), by_name(&new));
    let mut changes = Vec::new();
    for (field, value) in &new {
        let before = was.get(field.as_str()).copied();
        if before != Some(value) {
            changes.push(FieldChange {
                field: field.clone(),
                before: before.cloned(),
                after: Some(value.clone()),
            });
        }
    }
    for (field, value) in &old {
        if !is.contains_key(field.as_str()) {
            let (field, before) = (field.clone(), Some(value.clone()));
            changes.push(FieldChange { field, before, after: None });
        }
    }
    changes
}

/// The first of equal names counts.
fn by_name(fields: &[(String, Shown)]) -> BTreeMap<&str, &Shown> {
    fields.iter().rev().map(|(name, value)| (name.as_str(), value)).collect()
}

/// Every field that a server has, in a reader's order, masked and clear.
fn list(server: &Server, hidden: &Hidden, spelling: Spelling) -> Vec<(String, Shown)> {
    let shown = spell(&masked(&hidden.mask_server(server)), spelling);
    let pairs = shown.into_iter().zip(spell(server, spelling));
    pairs
        .map(|((field, masked), (_, clear))| (field, Shown { masked, clear: Secret::new(clear) }))
        .collect()
}

/// Every field with its value, as they are spelt.
fn spell(server: &Server, spelling: Spelling) -> Vec<(String, String)> {
    let text = |value: &Template| spelling.spell(value);
    let mut fields = Vec::new();
    let mut put = |field: String, value: String| fields.push((field, value));
    put("transport".to_owned(), server.transport.label().to_owned());
    match &server.transport {
        Transport::Stdio(stdio) => {
            put("command".to_owned(), text(&stdio.command));
            if !stdio.args.is_empty() {
                let args: Vec<_> = stdio.args.iter().map(|arg| quote(&text(arg))).collect();
                put("args".to_owned(), args.join(" "));
            }
            for (name, value) in &stdio.env {
                put(format!("env.{name}"), text(value));
            }
            if !stdio.env_forward.is_empty() {
                put("env-forward".to_owned(), stdio.env_forward.join(", "));
            }
            if let Some(file) = &stdio.env_file {
                put("env-file".to_owned(), text(file));
            }
            if let Some(cwd) = &stdio.cwd {
                put("cwd".to_owned(), text(cwd));
            }
        }
        Transport::StreamableHttp(remote)
        | Transport::Sse(remote)
        | Transport::RemoteAuto(remote) => {
            put("url".to_owned(), text(&remote.url));
            for (name, value) in &remote.headers {
                put(format!("headers.{name}"), text(value));
            }
            if let Some(oauth) = &remote.oauth {
                spell_oauth(oauth, text, &mut put);
            }
        }
    }
    spell_settings(server, &mut put);
    fields
}

fn spell_oauth(
    oauth: &OAuth,
    text: impl Fn(&Template) -> String,
    put: &mut impl FnMut(String, String),
) {
    let templates = [
        ("client-id", &oauth.client_id),
        ("client-secret", &oauth.client_secret),
        ("authorization-url", &oauth.authorization_url),
        ("token-url", &oauth.token_url),
        ("redirect-uri", &oauth.redirect_uri),
    ];
    for (name, value) in templates {
        if let Some(value) = value {
            put(format!("oauth.{name}"), text(value));
        }
    }
    if let Some(scopes) = &oauth.scopes {
        put("oauth.scopes".to_owned(), scopes.join(" "));
    }
}

fn spell_settings(server: &Server, put: &mut impl FnMut(String, String)) {
    if let Some(enabled) = server.enabled {
        put("enabled".to_owned(), enabled.to_string());
    }
    if let Some(description) = &server.description {
        put("description".to_owned(), description.clone());
    }
    let timeouts = [
        ("timeouts.request", server.timeouts.request),
        ("timeouts.startup", server.timeouts.startup),
        ("timeouts.tool-call", server.timeouts.tool_call),
    ];
    for (name, value) in timeouts {
        if let Some(value) = value {
            put(name.to_owned(), format!("{value} ms"));
        }
    }
    let tools = [
        ("tools.allow", &server.tools.allow),
        ("tools.deny", &server.tools.deny),
        ("tools.auto-approve", &server.tools.auto_approve),
    ];
    for (name, value) in tools {
        if let Some(value) = value {
            let names = if value.is_empty() { "(none)".to_owned() } else { value.join(", ") };
            put(name.to_owned(), names);
        }
    }
    for extra in &server.extras {
        put(extra.path.join("."), extra.value.clone());
    }
}

/// An argument as one would type it.
fn quote(arg: &str) -> String {
    let bare = |c: char| c.is_alphanumeric() || "-_./:@%+=,${}•~\\".contains(c);
    if !arg.is_empty() && arg.chars().all(bare) {
        arg.to_owned()
    } else {
        format!("'{}'", arg.replace('\'', "'\\''"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::environment::entry;
    use crate::server::ServerName;
    use serde_json::{Value, json};

    fn server(entry: Value) -> Server {
        let Value::Object(entry) = entry else { panic!("entries are objects") };
        entry::parse(ServerName::new("x").unwrap(), &entry).unwrap()
    }

    fn all(server: &Server) -> Vec<FieldChange> {
        fields(None, server, &Hidden::default(), Spelling::Host)
    }

    fn differing(before: &Server, after: &Server) -> Vec<FieldChange> {
        fields(Some(before), after, &Hidden::default(), Spelling::Host)
    }

    fn shown(changes: &[FieldChange]) -> Vec<String> {
        let text = |value: &Option<Shown>| match value {
            Some(shown) => shown.masked.clone(),
            None => "∅".to_owned(),
        };
        let line =
            |it: &FieldChange| format!("{}: {} → {}", it.field, text(&it.before), text(&it.after));
        changes.iter().map(line).collect()
    }

    #[test]
    fn changes_are_told_member_by_member() {
        let before =
            server(json!({"command": "npx", "args": ["a"], "env": {"LOG": "info", "X": "1"}}));
        let after = server(json!({"command": "npx", "args": ["a", "b c"], "env": {"LOG": "debug"},
                                  "cwd": "/srv"}));
        assert_eq!(
            shown(&differing(&before, &after)),
            ["args: a → a 'b c'", "env.LOG: info → debug", "cwd: ∅ → /srv", "env.X: 1 → ∅"]
        );
        assert!(differing(&after, &after).is_empty());
    }

    #[test]
    fn secrets_are_masked_and_references_shown() {
        let stdio = server(
            json!({"command": "x", "args": ["--token", "abc", "--api-key=def", "ghp_0123456789ab"],
            "env": {"API_KEY": "abc", "B": "${env:B_TOKEN}", "LOG": "info"}}),
        );
        let lines = shown(&all(&stdio)).join("\n");
        assert!(lines.contains("--token ••• --api-key=••• •••"), "{lines}");
        assert!(lines.contains("env.API_KEY: ∅ → •••") && lines.contains("env.LOG: ∅ → info"));
        assert!(lines.contains("${env:B_TOKEN}"));
        let remote = server(json!({"url": "https://me:pw@x/mcp?key=1",
            "headers": {"Authorization": "Bearer ${env:T}", "Accept": "text/plain"}}));
        let lines = shown(&all(&remote)).join("\n");
        assert!(lines.contains("https://•••@x/mcp?key=•••"), "{lines}");
        assert!(lines.contains("headers.Authorization: ∅ → Bearer ${env:T}"), "{lines}");
        assert!(lines.contains("headers.Accept: ∅ → text/plain"), "{lines}");
    }

    #[test]
    fn text_is_spelt_as_in_the_file_that_it_is_from() {
        let server = server(json!({"command": "x", "args": ["$${env:A}", "${env:B}"]}));
        for (spelling, args) in [
            (Spelling::Host, "args: ∅ → ${env:A} ${env:B}"),
            (Spelling::Environment, "args: ∅ → $${env:A} ${env:B}"),
        ] {
            let lines = shown(&fields(None, &server, &Hidden::default(), spelling));
            assert_eq!(lines[2], args);
        }
    }

    #[test]
    fn what_came_from_a_variable_is_masked_in_every_field() {
        let server = server(json!({"command": "it's", "args": ["a it's", "1"],
            "env": {"LOG": "it's", "N": "1", "M": "12"}}));
        let mut hidden = Hidden::default();
        hidden.insert("env.LOG", "it's");
        hidden.insert("env.N", "1");
        assert_eq!(
            shown(&fields(None, &server, &hidden, Spelling::Host)),
            [
                "transport: ∅ → stdio",
                "command: ∅ → •••",
                "args: ∅ → 'a •••' •••",
                "env.LOG: ∅ → •••",
                "env.N: ∅ → •••",
                "env.M: ∅ → 12"
            ]
        );
    }
}
