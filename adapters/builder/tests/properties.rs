//! What holds for every adapter, whatever stands in a file and whatever is asked.

mod generate;

use std::collections::BTreeMap;

use generate::{any_sections, any_server};
use hatch_adapter_claude_desktop::ClaudeDesktop;
use hatch_adapter_cursor::Cursor;
use hatch_adapter_gemini::Gemini;
use hatch_adapter_lmstudio::LmStudio;
use hatch_adapter_sdk::case::{Spec, spec};
use hatch_adapter_sdk::json::{Object, Value};
use hatch_adapter_sdk::template::normal;
use hatch_adapter_sdk::{
    Adapter, Edit, Loss, Oauth, Outcome, Remote, Section, Server, Stdio, Template, Transport,
    Writing,
};
use proptest::prelude::*;

/// The sections after a writing.
fn after(sections: &[Section], writing: &Writing) -> Vec<Section> {
    let changed = |section: &Section| {
        writing.sections.iter().find(|new| new.path == section.path).unwrap_or(section).clone()
    };
    sections.iter().map(changed).collect()
}

fn entries(sections: &[Section]) -> Object {
    let value =
        sections[0].value.as_deref().map_or(Value::Null, |text| Value::parse(text).expect("JSON"));
    let mut last = Object::new();
    for (name, value) in value.as_object().into_iter().flat_map(Object::iter) {
        last.set(name, value.clone());
    }
    last
}

fn find<A: Adapter>(sections: &[Section], name: &str) -> Option<Server> {
    let reading = A::read(sections).expect("a section of the host's shape");
    reading.servers.into_iter().find(|server| server.name == name)
}

/// Holds what came back against what was asked, losses aside.
struct Comparison<'a> {
    losses: &'a [Loss],
    wrong: Vec<String>,
}

impl Comparison<'_> {
    #[expect(clippy::needless_pass_by_value, reason = "most callers compare temporaries")]
    fn same<T: PartialEq>(&mut self, field: &str, asked: T, got: T) {
        if asked != got && !self.losses.iter().any(|loss| loss.field == field) {
            self.wrong.push(field.to_owned());
        }
    }

    /// An option that is not asked says nothing.
    fn if_asked<T: PartialEq>(&mut self, field: &str, asked: Option<T>, got: Option<T>) {
        if asked.is_some() {
            self.same(field, asked, got);
        }
    }

    fn template(&mut self, field: &str, asked: &Template, got: &Template) {
        self.same(field, normal(asked), normal(got));
    }

    fn pairs(&mut self, field: &str, asked: &[(String, Template)], got: &[(String, Template)]) {
        let map = |pairs: &[(String, Template)]| -> BTreeMap<String, Template> {
            pairs.iter().map(|(name, value)| (name.clone(), normal(value))).collect()
        };
        let (asked, got) = (map(asked), map(got));
        for name in asked.keys().chain(got.keys()) {
            self.same(&format!("{field}.{name}"), asked.get(name), got.get(name));
        }
    }

    fn server(&mut self, asked: &Server, got: &Server) {
        match (&asked.transport, &got.transport) {
            (Transport::Stdio(asked), Transport::Stdio(got)) => self.stdio(asked, got),
            (asked, got) => match (remote(asked), remote(got)) {
                (Some(asked), Some(got)) => self.remote(asked, got),
                _ => self.wrong.push("transport".to_owned()),
            },
        }
        if asked.enabled == Some(false) {
            self.same("enabled", asked.enabled, got.enabled);
        } else if asked.enabled == Some(true) {
            self.same("enabled", None, got.enabled);
        }
        self.if_asked("description", asked.description.as_ref(), got.description.as_ref());
        let (limits, got_limits) = (&asked.timeouts, &got.timeouts);
        self.if_asked("timeouts.request", limits.request, got_limits.request);
        self.if_asked("timeouts.startup", limits.startup, got_limits.startup);
        self.if_asked("timeouts.tool-call", limits.tool_call, got_limits.tool_call);
        self.if_asked("tools.allow", asked.tools.allow.as_ref(), got.tools.allow.as_ref());
        self.if_asked("tools.deny", asked.tools.deny.as_ref(), got.tools.deny.as_ref());
        let auto = (asked.tools.auto_approve.as_ref(), got.tools.auto_approve.as_ref());
        self.if_asked("tools.auto-approve", auto.0, auto.1);
    }

    fn stdio(&mut self, asked: &Stdio, got: &Stdio) {
        self.template("command", &asked.command, &got.command);
        self.same("args", asked.args.len(), got.args.len());
        for (at, (asked, got)) in asked.args.iter().zip(&got.args).enumerate() {
            self.template(&format!("args.{at}"), asked, got);
        }
        self.pairs("env", &asked.env, &got.env);
        self.same("env-forward", asked.env_forward.is_empty(), got.env_forward.is_empty());
        self.if_asked("env-file", asked.env_file.as_deref().map(normal), got.env_file.clone());
        self.if_asked("cwd", asked.cwd.as_deref().map(normal), got.cwd.clone());
    }

    fn remote(&mut self, asked: &Remote, got: &Remote) {
        self.template("url", &asked.url, &got.url);
        self.pairs("headers", &asked.headers, &got.headers);
        let Some(asked) = &asked.oauth else { return };
        let nothing = Oauth {
            client_id: None,
            client_secret: None,
            scopes: None,
            authorization_url: None,
            token_url: None,
            redirect_uri: None,
        };
        let got = got.oauth.as_ref().unwrap_or(&nothing);
        for (field, asked, got) in [
            ("oauth.client-id", &asked.client_id, &got.client_id),
            ("oauth.client-secret", &asked.client_secret, &got.client_secret),
            ("oauth.authorization-url", &asked.authorization_url, &got.authorization_url),
            ("oauth.token-url", &asked.token_url, &got.token_url),
            ("oauth.redirect-uri", &asked.redirect_uri, &got.redirect_uri),
        ] {
            self.if_asked(field, asked.as_deref().map(normal), got.as_deref().map(normal));
        }
        self.if_asked("oauth.scopes", asked.scopes.as_ref(), got.scopes.as_ref());
    }
}

fn remote(transport: &Transport) -> Option<&Remote> {
    match transport {
        Transport::Stdio(_) => None,
        Transport::Remote(remote) => Some(remote),
    }
}

macro_rules! properties_of {
    ($module:ident, $adapter:ty) => {
        mod $module {
            use super::*;

            proptest! {
                #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

                #[test]
                fn reading_never_panics(
                    sections in any_sections::<$adapter>(),
                    noise in r#"[\[\]{}",:0-9a-z$]{0,20}"#,
                ) {
                    let _ = <$adapter>::read(&sections);
                    let broken: Vec<Section> = sections
                        .into_iter()
                        .map(|section| Section { value: Some(noise.clone()), ..section })
                        .collect();
                    let _ = <$adapter>::read(&broken);
                    let _ = <$adapter>::write(&broken, &[Edit::Remove("a".into())]);
                    let _ = <$adapter>::read(&[]);
                }

                #[test]
                fn a_put_of_what_was_read_changes_nothing(sections in any_sections::<$adapter>()) {
                    let servers = <$adapter>::read(&sections).unwrap().servers;
                    for server in &servers {
                        let writing = <$adapter>::write(&sections, &[Edit::Put(server.clone())]).unwrap();
                        prop_assert!(writing.sections.is_empty(), "{:?}\n{:?}", server, writing);
                        prop_assert!(matches!(writing.outcomes[..], [Outcome::Done(_)]));
                    }
                    let edits: Vec<Edit> = servers.into_iter().map(Edit::Put).collect();
                    let writing = <$adapter>::write(&sections, &edits).unwrap();
                    prop_assert!(writing.sections.is_empty());
                }

                #[test]
                fn a_put_gives_what_was_asked_and_nothing_else(
                    sections in any_sections::<$adapter>(),
                    server in any_server(),
                ) {
                    let edit = [Edit::Put(server.clone())];
                    let writing = <$adapter>::write(&sections, &edit).unwrap();
                    let new = after(&sections, &writing);
                    let (mut old_entries, mut new_entries) = (entries(&sections), entries(&new));
                    match &writing.outcomes[..] {
                        [Outcome::Refused(_)] => prop_assert!(writing.sections.is_empty()),
                        [Outcome::Done(losses)] => {
                            let Some(got) = find::<$adapter>(&new, &server.name) else {
                                return Err(TestCaseError::fail(format!("unreadable: {new:?}")));
                            };
                            let mut comparison = Comparison { losses, wrong: vec![] };
                            comparison.server(&server, &got);
                            prop_assert!(comparison.wrong.is_empty(), "{:?}\n{server:?}\n{got:?}", comparison.wrong);
                        }
                        outcomes => prop_assert!(false, "{outcomes:?}"),
                    }
                    old_entries.remove(&server.name);
                    new_entries.remove(&server.name);
                    prop_assert_eq!(old_entries, new_entries);

                    let again = <$adapter>::write(&new, &edit).unwrap();
                    prop_assert!(again.sections.is_empty(), "{:?}\n{again:?}", writing);
                }

                #[test]
                fn adding_and_removing_restores_the_value(
                    sections in any_sections::<$adapter>(),
                    server in any_server(),
                ) {
                    let server = Server { name: "new one".into(), ..server };
                    let remove = [Edit::Remove(server.name.clone())];
                    let added = <$adapter>::write(&sections, &[Edit::Put(server)]).unwrap();
                    let added = after(&sections, &added);
                    let removed = after(&added, &<$adapter>::write(&added, &remove).unwrap());
                    prop_assert_eq!(entries(&removed), entries(&sections));
                    let names = |sections| <$adapter>::read(sections).unwrap().servers;
                    prop_assert_eq!(names(&removed), names(&sections));
                }
            }
        }
    };
}

properties_of!(claude_desktop, ClaudeDesktop);
properties_of!(cursor, Cursor);
properties_of!(gemini, Gemini);
properties_of!(lmstudio, LmStudio);

#[test]
fn ten_thousand_edits_cost_ten_thousand_times_one() {
    fn run<A: Adapter>(count: usize) {
        let member = |at: usize| (format!("s{at}"), Value::parse(r#"{"command":"a"}"#).unwrap());
        let value = Value::Object((0..count).map(member).collect()).to_text();
        let Spec { id, sections } = spec::<A>();
        let section = |path: Vec<String>| Section {
            document: id.clone(),
            value: (path == ["mcpServers"]).then(|| value.clone()),
            path,
        };
        let sections: Vec<Section> = sections.into_iter().map(section).collect();
        let edits: Vec<Edit> = (0..count).map(|at| Edit::Remove(format!("s{at}"))).collect();
        let writing = A::write(&sections, &edits).unwrap();
        assert_eq!(writing.sections[0].value.as_deref(), Some("{}"));
    }
    run::<Cursor>(10_000);
    run::<Gemini>(10_000);
}
