//! What must hold before a plan may be applied: an adapter did what it was asked, and no
//! more. Whatever it answers, it is held against what it reads itself afterwards.

use std::collections::{BTreeMap, BTreeSet};

use crate::adapter::{Edit, Loss, Outcome, Reading};
use crate::document::{Document, SectionChange};
use crate::host::Format;
use crate::server::{Extra, OAuth, Remote, Server, ServerName, Stdio, Transport};

/// What an adapter did that it was not asked for, or asked for and did not do.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Unsound {
    /// Another number of outcomes than of edits.
    #[error("it was asked for {edits} changes and answered for {outcomes}")]
    OutcomeCount {
        /// How many changes were asked for.
        edits: usize,
        /// How many were answered for.
        outcomes: usize,
    },
    /// A section that it did not declare.
    #[error("it handed back `{}` of `{document}`, which it did not declare", path.join("."))]
    Undeclared {
        /// Which document.
        document: String,
        /// Which part of it.
        path: Vec<String>,
    },
    /// A server that nobody asked about is not as it was.
    #[error("it changed `{0}`, which it was not asked to")]
    Touched(ServerName),
    /// A server that it was to write is not there, or not as asked.
    #[error("it wrote `{server}`, but not its `{field}` as it was asked")]
    NotAsAsked {
        /// Which server.
        server: ServerName,
        /// The canonical field.
        field: String,
    },
    /// A server that it was to take away is still there.
    #[error("it was to remove `{0}`, which is still there")]
    StillThere(ServerName),
    /// Entries that are no servers, or can't be understood, are not as they were.
    #[error("it changed entries that are not servers")]
    Foreign,
}

/// Checks an adapter's answer to `edits`: what it read before and what it reads after.
///
/// # Errors
///
/// Fails at the first thing that is not as asked.
pub fn answer(
    before: &Reading,
    after: &Reading,
    edits: &[Edit],
    outcomes: &[Outcome],
) -> Result<(), Unsound> {
    if edits.len() != outcomes.len() {
        let (edits, outcomes) = (edits.len(), outcomes.len());
        return Err(Unsound::OutcomeCount { edits, outcomes });
    }
    let old = by_name(before);
    let new = by_name(after);
    let mut edited = BTreeSet::new();
    for (edit, outcome) in edits.iter().zip(outcomes) {
        match (edit, outcome) {
            (Edit::Put(asked), Outcome::Done(losses)) => {
                edited.insert(&asked.name);
                check_put(asked, new.get(&asked.name).copied(), losses)?;
            }
            (Edit::Remove(name), Outcome::Done(_)) => {
                edited.insert(name);
                if new.contains_key(name) {
                    return Err(Unsound::StillThere(name.clone()));
                }
            }
            (_, Outcome::Refused(_)) => {}
        }
    }
    check_untouched(&old, &new, &edited)?;
    check_foreign(before, after, &edited)
}

fn by_name(reading: &Reading) -> BTreeMap<&ServerName, &Server> {
    reading.servers.iter().map(|server| (&server.name, server)).collect()
}

fn check_untouched(
    old: &BTreeMap<&ServerName, &Server>,
    new: &BTreeMap<&ServerName, &Server>,
    edited: &BTreeSet<&ServerName>,
) -> Result<(), Unsound> {
    let names: BTreeSet<_> = old.keys().chain(new.keys()).copied().collect();
    match names.difference(edited).find(|name| old.get(*name) != new.get(*name)) {
        Some(name) => Err(Unsound::Touched((*name).clone())),
        None => Ok(()),
    }
}

/// An entry that could not be understood may be replaced by a server, or taken away, by an
/// edit of its name; every other one stays.
fn check_foreign(
    before: &Reading,
    after: &Reading,
    edited: &BTreeSet<&ServerName>,
) -> Result<(), Unsound> {
    let edited: BTreeSet<&str> = edited.iter().map(|name| name.as_str()).collect();
    let others = |reading: &Reading| -> BTreeSet<String> {
        let unreadable = reading.unreadable.iter().map(|entry| entry.name.clone());
        let all = reading.foreign.iter().cloned().chain(unreadable);
        all.filter(|name| !edited.contains(name.as_str())).collect()
    };
    if others(before) == others(after) { Ok(()) } else { Err(Unsound::Foreign) }
}

/// Every field that was asked for reads back, but for those that the adapter owned up to.
fn check_put(asked: &Server, found: Option<&Server>, losses: &[Loss]) -> Result<(), Unsound> {
    let not_as_asked = |field: &str| {
        Err(Unsound::NotAsAsked { server: asked.name.clone(), field: field.to_owned() })
    };
    let Some(found) = found else { return not_as_asked("name") };
    for (field, holds) in fields(asked, found) {
        if !holds && !lost(losses, field) {
            return not_as_asked(field);
        }
    }
    for extra in &asked.extras {
        let field = format!("extras.{}", extra.path.join("."));
        if !has_extra(found, extra) && !lost(losses, &field) {
            return not_as_asked(&field);
        }
    }
    Ok(())
}

/// Whether a loss names the field, a member of it, or what it is a member of.
fn lost(losses: &[Loss], field: &str) -> bool {
    let within = |inner: &str, outer: &str| {
        inner.strip_prefix(outer).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
    };
    losses.iter().any(|loss| within(&loss.field, field) || within(field, &loss.field))
}

/// Whether an extra is there, as itself or inside one that the adapter reads whole: then
/// setting it would change nothing.
fn has_extra(found: &Server, asked: &Extra) -> bool {
    found.extras.iter().any(|extra| {
        let Some(inside) = asked.path.strip_prefix(extra.path.as_slice()) else { return false };
        let wanted = SectionChange { path: inside.to_vec(), value: Some(asked.value.clone()) };
        let there = extra.value.as_bytes();
        let document = Document::parse(Some(there), Format::Json);
        document.is_ok_and(|it| it.edit(&[wanted], true).is_ok_and(|made| made == there))
    })
}

/// The canonical fields, and whether what was found says what was asked.
fn fields(asked: &Server, found: &Server) -> Vec<(&'static str, bool)> {
    let (timeouts, tools) = (&asked.timeouts, &asked.tools);
    let mut fields = vec![
        ("enabled", says(&asked.enabled, &found.enabled) || asked.enabled == Some(true)),
        ("description", says(&asked.description, &found.description)),
        ("timeouts.request", says(&timeouts.request, &found.timeouts.request)),
        ("timeouts.startup", says(&timeouts.startup, &found.timeouts.startup)),
        ("timeouts.tool-call", says(&timeouts.tool_call, &found.timeouts.tool_call)),
        ("tools.allow", says(&tools.allow, &found.tools.allow)),
        ("tools.deny", says(&tools.deny, &found.tools.deny)),
        ("tools.auto-approve", says(&tools.auto_approve, &found.tools.auto_approve)),
    ];
    match (&asked.transport, &found.transport) {
        (Transport::Stdio(asked), Transport::Stdio(found)) => stdio(asked, found, &mut fields),
        (asked, found) => match (asked.remote(), found.remote()) {
            (Some(asked_end), Some(found_end)) => {
                fields.push(("transport", same_kind(asked, found)));
                remote(asked_end, found_end, &mut fields);
            }
            _ => fields.push(("transport", false)),
        },
    }
    fields
}

/// A host that finds the transport out by itself agrees with every one.
fn same_kind(asked: &Transport, found: &Transport) -> bool {
    let auto = |transport: &Transport| matches!(transport, Transport::RemoteAuto(_));
    auto(asked) || auto(found) || asked.label() == found.label()
}

fn stdio(asked: &Stdio, found: &Stdio, fields: &mut Vec<(&'static str, bool)>) {
    fields.extend([
        ("command", asked.command == found.command),
        ("args", asked.args == found.args),
        ("env", same_pairs(&asked.env, &found.env)),
        ("env-forward", handed_on(asked) == handed_on(found)),
        ("env-file", says(&asked.env_file, &found.env_file)),
        ("cwd", says(&asked.cwd, &found.cwd)),
    ]);
}

/// The variables that a server gets from its host: one that it is given a value for is none.
fn handed_on(stdio: &Stdio) -> Vec<&String> {
    let is_given = |name: &String| stdio.env.iter().any(|(given, _)| given == name);
    stdio.env_forward.iter().filter(|name| !is_given(name)).collect()
}

fn remote(asked: &Remote, found: &Remote, fields: &mut Vec<(&'static str, bool)>) {
    let none = OAuth::default();
    let asked_oauth = asked.oauth.as_ref().unwrap_or(&none);
    let found_oauth = found.oauth.as_ref().unwrap_or(&none);
    fields.extend([
        ("url", asked.url == found.url),
        ("headers", same_pairs(&asked.headers, &found.headers)),
        ("oauth.client-id", says(&asked_oauth.client_id, &found_oauth.client_id)),
        ("oauth.client-secret", says(&asked_oauth.client_secret, &found_oauth.client_secret)),
        ("oauth.scopes", says(&asked_oauth.scopes, &found_oauth.scopes)),
        (
            "oauth.authorization-url",
            says(&asked_oauth.authorization_url, &found_oauth.authorization_url),
        ),
        ("oauth.token-url", says(&asked_oauth.token_url, &found_oauth.token_url)),
        ("oauth.redirect-uri", says(&asked_oauth.redirect_uri, &found_oauth.redirect_uri)),
    ]);
}

/// The order of variables and headers means nothing.
fn same_pairs<T: PartialEq>(asked: &[(String, T)], found: &[(String, T)]) -> bool {
    fn sorted<T>(pairs: &[(String, T)]) -> Vec<&(String, T)> {
        let mut pairs: Vec<_> = pairs.iter().collect();
        pairs.sort_by_key(|(name, _)| name);
        pairs
    }
    asked == found || sorted(asked) == sorted(found)
}

/// Nothing asked is anything found.
fn says<T: PartialEq>(asked: &Option<T>, found: &Option<T>) -> bool {
    asked.is_none() || asked == found
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::adapter::{LossKind, Unreadable};
    use crate::server::local as server;
    use crate::template::Template;

    fn name(name: &str) -> ServerName {
        ServerName::new(name).unwrap()
    }

    fn reading(servers: &[Server]) -> Reading {
        Reading { servers: servers.to_vec(), ..Reading::default() }
    }

    fn loss(field: &str) -> Loss {
        Loss { field: field.to_owned(), kind: LossKind::Dropped, detail: String::new() }
    }

    #[test]
    fn a_variable_with_a_value_need_not_be_handed_on() {
        let mut asked = server("a", "a");
        let Transport::Stdio(stdio) = &mut asked.transport else { panic!("stdio") };
        stdio.env = vec![("A".to_owned(), Template::literal("1"))];
        let found = asked.clone();
        let Transport::Stdio(stdio) = &mut asked.transport else { panic!("stdio") };
        stdio.env_forward = vec!["A".to_owned()];
        assert_eq!(check_put(&asked, Some(&found), &[]), Ok(()));
        let Transport::Stdio(stdio) = &mut asked.transport else { panic!("stdio") };
        stdio.env_forward.push("B".to_owned());
        assert!(check_put(&asked, Some(&found), &[]).is_err());
        assert_eq!(check_put(&asked, Some(&found), &[loss("env-forward")]), Ok(()));
    }

    #[test]
    fn an_extra_is_there_whatever_its_spelling() {
        let extra = |path: &[&str], value: &str| Extra {
            path: path.iter().map(|key| (*key).to_owned()).collect(),
            value: value.to_owned(),
        };
        let found = Server {
            extras: vec![extra(&["x"], r#"{"a":1e999,"b":{"c":[1.50]}}"#), extra(&["y"], "null")],
            ..server("a", "a")
        };
        for (path, value, expected) in [
            (&["x"][..], r#"{"b": {"c": [1.5]}, "a": 1e999}"#, true),
            (&["x", "a"], "1e999", true),
            (&["x", "a"], "1e998", false),
            (&["x", "b", "c"], "[1.5]", true),
            (&["x", "b", "c"], "[1.5, 2]", false),
            (&["x", "d"], "null", false),
            (&["y"], "null", true),
            (&["z"], "null", false),
        ] {
            assert_eq!(has_extra(&found, &extra(path, value)), expected, "{path:?} {value}");
        }
    }

    #[test]
    fn what_is_asked_and_nothing_else_is_sound() {
        let (a, b, c) = (server("a", "a"), server("b", "b"), server("c", "c"));
        let before = reading(&[a.clone(), c.clone()]);
        let edits = [Edit::Put(b.clone()), Edit::Remove(name("c"))];
        let outcomes = [Outcome::Done(vec![]), Outcome::Done(vec![])];
        assert_eq!(answer(&before, &reading(&[a.clone(), b.clone()]), &edits, &outcomes), Ok(()));

        let cases = [
            (reading(std::slice::from_ref(&b)), Unsound::Touched(name("a"))),
            (reading(&[a.clone(), b.clone(), c]), Unsound::StillThere(name("c"))),
            (reading(&[server("a", "evil"), b.clone()]), Unsound::Touched(name("a"))),
            (
                reading(&[a.clone(), server("b", "evil")]),
                Unsound::NotAsAsked { server: name("b"), field: "command".to_owned() },
            ),
            (
                reading(std::slice::from_ref(&a)),
                Unsound::NotAsAsked { server: name("b"), field: "name".to_owned() },
            ),
            (reading(&[a.clone(), b.clone(), server("d", "d")]), Unsound::Touched(name("d"))),
            (
                Reading {
                    unreadable: vec![Unreadable { name: "x".into(), reason: String::new() }],
                    ..reading(&[a, b])
                },
                Unsound::Foreign,
            ),
        ];
        for (after, expected) in cases {
            assert_eq!(answer(&before, &after, &edits, &outcomes), Err(expected));
        }
        assert_eq!(
            answer(&before, &before, &edits, &outcomes[..1]),
            Err(Unsound::OutcomeCount { edits: 2, outcomes: 1 })
        );
    }

    #[test]
    fn a_loss_that_is_owned_up_to_is_sound() {
        let mut asked = server("a", "a");
        asked.timeouts.request = Some(5);
        asked.enabled = Some(false);
        let after = reading(&[server("a", "a")]);
        let edits = [Edit::Put(asked)];
        let check = |losses: &[&str]| {
            let losses = losses.iter().map(|field| loss(field)).collect();
            answer(&Reading::default(), &after, &edits, &[Outcome::Done(losses)])
        };
        assert_eq!(check(&["timeouts", "enabled"]), Ok(()));
        assert_eq!(check(&["timeouts.request", "enabled"]), Ok(()));
        assert!(check(&["timeouts.request"]).is_err());
        assert!(check(&["time", "enabled"]).is_err());
    }

    #[test]
    fn a_refused_server_must_be_untouched() {
        let before = reading(&[server("a", "a")]);
        let edits = [Edit::Put(server("a", "b"))];
        let refused = [Outcome::Refused(String::new())];
        assert_eq!(answer(&before, &before, &edits, &refused), Ok(()));
        assert_eq!(
            answer(&before, &reading(&[server("a", "b")]), &edits, &refused),
            Err(Unsound::Touched(name("a")))
        );
    }
}
