//! What came back of a server against what was asked.

use std::collections::BTreeMap;

use hatch_adapter_sdk::template::normal;
use hatch_adapter_sdk::{Loss, Oauth, Remote, RemoteKind, Server, Stdio, Template, Transport};

/// Holds what came back against what was asked, losses aside.
pub(super) struct Comparison<'a> {
    pub(super) losses: &'a [Loss],
    /// Fields that came back otherwise.
    pub(super) wrong: Vec<String>,
}

impl Comparison<'_> {
    #[expect(clippy::needless_pass_by_value, reason = "most callers compare temporaries")]
    fn same<T: PartialEq>(&mut self, field: &str, asked: T, got: T) {
        // A host without a place for an OAuth client loses all of it.
        let covers = |lost: &str| {
            field.strip_prefix(lost).is_some_and(|rest| rest.is_empty() || lost == "oauth")
        };
        if asked != got && !self.losses.iter().any(|loss| covers(&loss.field)) {
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

    pub(super) fn server(&mut self, asked: &Server, got: &Server) {
        match (&asked.transport, &got.transport) {
            (Transport::Stdio(asked), Transport::Stdio(got)) => self.stdio(asked, got),
            (asked, got) => match (remote(asked), remote(got)) {
                (Some(asked), Some(got)) => self.remote(asked, got),
                _ => self.wrong.push("transport".to_owned()),
            },
        }
        if let Some(on) = asked.enabled {
            // What is on may be said or not.
            self.same("enabled", on, got.enabled.unwrap_or(true));
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
        if asked.kind != RemoteKind::Auto && got.kind != RemoteKind::Auto {
            self.same("transport", asked.kind, got.kind);
        }
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
