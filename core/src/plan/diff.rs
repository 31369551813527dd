//! What differs between two definitions of a server, field by field and fit to be shown.

use std::collections::BTreeMap;

use super::{FieldChange, Shown};
use crate::secret::{MASK, Secret, is_secret_name, looks_like_token, mask_text};
use crate::server::{OAuth, Server, Transport};
use crate::template::{Segment, Template};

/// The fields of `after` that are not as in `before`; all that it has, without a `before`.
pub fn fields(before: Option<&Server>, after: &Server) -> Vec<FieldChange> {
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

/// Whether a definition holds a literal that looks like a secret; if so, in which fields.
pub fn literal_secrets(server: &Server) -> Vec<String> {
    let pairs = match &server.transport {
        Transport::Stdio(stdio) => stdio.env.iter().map(|pair| ("env", pair)).collect::<Vec<_>>(),
        other => other
            .remote()
            .map(|remote| remote.headers.iter().map(|pair| ("headers", pair)).collect())
            .unwrap_or_default(),
    };
    let secret = |name: &str, value: &Template| {
        let only_text = value.segments().iter().all(|it| matches!(it, Segment::Literal(_)));
        only_text && !value.expose().is_empty() && hides(name, &value.expose())
    };
    pairs
        .into_iter()
        .filter(|(_, (name, value))| secret(name, value))
        .map(|(field, (name, _))| format!("{field}.{name}"))
        .collect()
}

/// Every field that a server has, in a reader's order.
fn list(server: &Server) -> Vec<(String, Shown)> {
    let mut fields = Vec::new();
    let mut put = |field: String, shown: Shown| fields.push((field, shown));
    put("transport".to_owned(), plain(server.transport.label()));
    match &server.transport {
        Transport::Stdio(stdio) => {
            put("command".to_owned(), text(&stdio.command));
            if !stdio.args.is_empty() {
                put("args".to_owned(), arguments(&stdio.args));
            }
            for (name, value) in &stdio.env {
                put(format!("env.{name}"), named(name, value));
            }
            if !stdio.env_forward.is_empty() {
                put("env-forward".to_owned(), plain(&stdio.env_forward.join(", ")));
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
                put(format!("headers.{name}"), header(name, value));
            }
            if let Some(oauth) = &remote.oauth {
                list_oauth(oauth, &mut put);
            }
        }
    }
    list_settings(server, &mut put);
    fields
}

fn list_oauth(oauth: &OAuth, put: &mut impl FnMut(String, Shown)) {
    let templates = [
        ("client-id", &oauth.client_id),
        ("client-secret", &oauth.client_secret),
        ("authorization-url", &oauth.authorization_url),
        ("token-url", &oauth.token_url),
        ("redirect-uri", &oauth.redirect_uri),
    ];
    for (name, value) in templates {
        if let Some(value) = value {
            let shown = if name == "client-secret" { named(name, value) } else { text(value) };
            put(format!("oauth.{name}"), shown);
        }
    }
    if let Some(scopes) = &oauth.scopes {
        put("oauth.scopes".to_owned(), plain(&scopes.join(" ")));
    }
}

fn list_settings(server: &Server, put: &mut impl FnMut(String, Shown)) {
    if let Some(enabled) = server.enabled {
        put("enabled".to_owned(), plain(&enabled.to_string()));
    }
    if let Some(description) = &server.description {
        put("description".to_owned(), plain(description));
    }
    let timeouts = [
        ("timeouts.request", server.timeouts.request),
        ("timeouts.startup", server.timeouts.startup),
        ("timeouts.tool-call", server.timeouts.tool_call),
    ];
    for (name, value) in timeouts {
        if let Some(value) = value {
            put(name.to_owned(), plain(&format!("{value} ms")));
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
            put(name.to_owned(), plain(&names));
        }
    }
    for extra in &server.extras {
        let name = extra.path.join(".");
        let hidden = is_secret_name(&name) || looks_like_token(&extra.value);
        let masked = if hidden { MASK.to_owned() } else { extra.value.clone() };
        put(name, Shown { masked, clear: Secret::new(&extra.value) });
    }
}

fn plain(text: &str) -> Shown {
    Shown { masked: text.to_owned(), clear: Secret::new(text) }
}

/// A value that is no secret by its place, but may hold one.
fn text(value: &Template) -> Shown {
    Shown { masked: mask(value, |_| false), clear: Secret::new(value.expose()) }
}

/// A variable's value: a secret if its name or its look says so.
fn named(name: &str, value: &Template) -> Shown {
    Shown {
        masked: mask(value, |literal| hides(name, literal)),
        clear: Secret::new(value.expose()),
    }
}

/// A header's value: a secret unless the header is known to hold none.
fn header(name: &str, value: &Template) -> Shown {
    const HARMLESS: [&str; 5] =
        ["accept", "accept-language", "content-type", "user-agent", "mcp-protocol-version"];
    let harmless = HARMLESS.contains(&name.to_lowercase().as_str());
    let hidden = |literal: &str| !harmless && !is_scheme(literal);
    Shown { masked: mask(value, hidden), clear: Secret::new(value.expose()) }
}

/// The word before a credential: `Bearer ${env:TOKEN}` says more than `•••${env:TOKEN}`.
fn is_scheme(literal: &str) -> bool {
    matches!(literal.trim().to_lowercase().as_str(), "bearer" | "basic" | "token")
}

/// Arguments as one would type them. What follows an option with a secret's name is one.
fn arguments(args: &[Template]) -> Shown {
    let mut masked = Vec::new();
    let mut clear = Vec::new();
    let mut secret_next = false;
    for arg in args {
        masked.push(quote(&mask(arg, |_| secret_next)));
        clear.push(quote(&arg.expose()));
        secret_next = arg
            .as_literal()
            .is_some_and(|it| it.starts_with('-') && !it.contains('=') && is_secret_name(it));
    }
    Shown { masked: masked.join(" "), clear: Secret::new(clear.join(" ")) }
}

fn quote(arg: &str) -> String {
    let bare = |c: char| c.is_alphanumeric() || "-_./:@%+=,${}•~\\".contains(c);
    if !arg.is_empty() && arg.chars().all(bare) {
        arg.to_owned()
    } else {
        format!("'{}'", arg.replace('\'', "'\\''"))
    }
}

fn hides(name: &str, literal: &str) -> bool {
    is_secret_name(name) || looks_like_token(literal) || mask_text(literal) != literal
}

/// The canonical spelling, with literal text masked where `secret` says so and cleaned of
/// embedded secrets elsewhere.
fn mask(value: &Template, secret: impl Fn(&str) -> bool) -> String {
    let spelt = |segment: &Segment| match segment {
        Segment::Literal(literal) if secret(literal) => MASK.to_owned(),
        Segment::Literal(literal) => Template::literal(mask_text(literal)).expose(),
        reference => Template::new([reference.clone()]).expose(),
    };
    let pieces: Vec<_> = value.segments().iter().map(spelt).collect();
    pieces.concat()
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
            shown(&fields(Some(&before), &after)),
            ["args: a → a 'b c'", "env.LOG: info → debug", "cwd: ∅ → /srv", "env.X: 1 → ∅"]
        );
        assert!(fields(Some(&after), &after).is_empty());
    }

    #[test]
    fn secrets_are_masked_and_references_shown() {
        let stdio = server(
            json!({"command": "x", "args": ["--token", "abc", "--api-key=def", "ghp_0123456789ab"],
            "env": {"API_KEY": "abc", "B": "${env:B_TOKEN}", "LOG": "info"}}),
        );
        let lines = shown(&fields(None, &stdio)).join("\n");
        assert!(lines.contains("--token ••• --api-key=••• •••"), "{lines}");
        assert!(lines.contains("env.API_KEY: ∅ → •••") && lines.contains("env.LOG: ∅ → info"));
        assert!(lines.contains("${env:B_TOKEN}"));
        let remote = server(json!({"url": "https://me:pw@x/mcp?key=1",
            "headers": {"Authorization": "Bearer ${env:T}", "Accept": "text/plain"}}));
        let lines = shown(&fields(None, &remote)).join("\n");
        assert!(lines.contains("https://•••@x/mcp?key=•••"), "{lines}");
        assert!(lines.contains("headers.Authorization: ∅ → Bearer ${env:T}"), "{lines}");
        assert!(lines.contains("headers.Accept: ∅ → text/plain"), "{lines}");
    }

    #[test]
    fn literal_secrets_are_found() {
        let with = server(
            json!({"command": "x", "env": {"API_KEY": "abc", "LOG": "info", "T_TOKEN": "${env:T}"}}),
        );
        assert_eq!(literal_secrets(&with), ["env.API_KEY"]);
    }
}
