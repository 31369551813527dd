//! A change of a server: what a person names of it, and nothing else.
//!
//! What is not named stays, or is left open in a new server. Naming a transport of the other
//! side (a command for a URL, or the other way round) takes the fields of the old one away;
//! between two kinds of remote server, headers and sign-in stay.

use crate::server::{Extra, Remote, Server, ServerName, Stdio, Timeouts, ToolFilter, Transport};
use crate::template::Template;

/// What is to be said of a server. `None` and empty lists of pairs change nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ServerPatch {
    /// How it is reached.
    pub transport: Option<TransportPatch>,
    /// All of its arguments.
    pub args: Option<Vec<Template>>,
    /// Variables that come to it, or get another value.
    pub env: Vec<(String, Template)>,
    /// A file of further variables.
    pub env_file: Option<Template>,
    /// The folder that it is started in.
    pub cwd: Option<Template>,
    /// Headers that come to it, or get another value. Case does not count in their names.
    pub headers: Vec<(String, Template)>,
    /// Whether the host starts it.
    pub enabled: Option<bool>,
    /// A person's note.
    pub description: Option<String>,
    /// How long the host waits for it.
    pub timeouts: Timeouts,
    /// Which of its tools the host offers.
    pub tools: ToolFilter,
    /// Fields that only hosts of one adapter know.
    pub extras: Vec<Extra>,
}

/// How a server is to be reached.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TransportPatch {
    /// By starting this program.
    Command(Template),
    /// At this URL, over Streamable HTTP.
    StreamableHttp(Template),
    /// At this URL, over HTTP with server-sent events.
    Sse(Template),
    /// At this URL, in a way that the host finds out.
    RemoteAuto(Template),
}

/// Why a server can't be changed so.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PatchError {
    /// It is not there yet, and nothing says how to reach it.
    #[error("there is no server named `{0}` yet, and a new one needs a command or a URL")]
    NoTransport(ServerName),
    /// A remote server is to have what only a program can have.
    #[error("`{server}` is reached at a URL; only one that a command starts has {}", list(fields))]
    LocalOnly {
        /// Which server.
        server: ServerName,
        /// The canonical fields.
        fields: Vec<&'static str>,
    },
    /// A program is to have what only a remote server can have.
    #[error("`{server}` is started by a command; only one that a URL reaches has {}", list(fields))]
    RemoteOnly {
        /// Which server.
        server: ServerName,
        /// The canonical fields.
        fields: Vec<&'static str>,
    },
}

fn list(fields: &[&str]) -> String {
    let quoted: Vec<_> = fields.iter().map(|field| format!("`{field}`")).collect();
    match quoted.split_last() {
        Some((last, first)) if !first.is_empty() => format!("{} and {last}", first.join(", ")),
        _ => quoted.concat(),
    }
}

impl ServerPatch {
    /// Whether it names nothing.
    pub fn is_empty(&self) -> bool {
        *self == ServerPatch::default()
    }

    /// The server as it is to be: `present` with this change or, where there is none, a new
    /// one.
    ///
    /// # Errors
    ///
    /// Fails where a new server has no transport, and where a field does not go with the
    /// server's transport.
    pub fn apply(&self, name: &ServerName, present: Option<&Server>) -> Result<Server, PatchError> {
        let transport = self.transport(name, present.map(|server| &server.transport))?;
        let mut server = match present {
            Some(present) => Server { transport, ..present.clone() },
            None => Server {
                name: name.clone(),
                transport,
                enabled: None,
                description: None,
                timeouts: Timeouts::default(),
                tools: ToolFilter::default(),
                extras: Vec::new(),
            },
        };
        set(&mut server.enabled, &self.enabled);
        set(&mut server.description, &self.description);
        set(&mut server.timeouts.request, &self.timeouts.request);
        set(&mut server.timeouts.startup, &self.timeouts.startup);
        set(&mut server.timeouts.tool_call, &self.timeouts.tool_call);
        set(&mut server.tools.allow, &self.tools.allow);
        set(&mut server.tools.deny, &self.tools.deny);
        set(&mut server.tools.auto_approve, &self.tools.auto_approve);
        for extra in &self.extras {
            match server.extras.iter_mut().find(|known| known.path == extra.path) {
                Some(known) => known.clone_from(extra),
                None => server.extras.push(extra.clone()),
            }
        }
        Ok(server)
    }

    fn transport(
        &self,
        name: &ServerName,
        present: Option<&Transport>,
    ) -> Result<Transport, PatchError> {
        let stdio = match present {
            Some(Transport::Stdio(stdio)) => stdio.clone(),
            _ => Stdio::default(),
        };
        let remote = present.and_then(Transport::remote).cloned().unwrap_or_default();
        let at = |url: &Template| Remote { url: url.clone(), ..remote.clone() };
        let mut transport = match (&self.transport, present) {
            (Some(TransportPatch::Command(command)), _) => {
                Transport::Stdio(Stdio { command: command.clone(), ..stdio })
            }
            (Some(TransportPatch::StreamableHttp(url)), _) => Transport::StreamableHttp(at(url)),
            (Some(TransportPatch::Sse(url)), _) => Transport::Sse(at(url)),
            (Some(TransportPatch::RemoteAuto(url)), _) => Transport::RemoteAuto(at(url)),
            (None, Some(present)) => present.clone(),
            (None, None) => return Err(PatchError::NoTransport(name.clone())),
        };
        match &mut transport {
            Transport::Stdio(stdio) => self.change_stdio(name, stdio)?,
            Transport::StreamableHttp(remote)
            | Transport::Sse(remote)
            | Transport::RemoteAuto(remote) => self.change_remote(name, remote)?,
        }
        Ok(transport)
    }

    fn change_stdio(&self, name: &ServerName, stdio: &mut Stdio) -> Result<(), PatchError> {
        if !self.headers.is_empty() {
            let (server, fields) = (name.clone(), vec!["headers"]);
            return Err(PatchError::RemoteOnly { server, fields });
        }
        if let Some(args) = &self.args {
            stdio.args.clone_from(args);
        }
        merge(&mut stdio.env, &self.env, |known, name| known == name);
        // A value of its own stands for the one that the host would hand on.
        stdio.env_forward.retain(|name| !self.env.iter().any(|(named, _)| named == name));
        if self.env_file.is_some() {
            stdio.env_file.clone_from(&self.env_file);
        }
        if self.cwd.is_some() {
            stdio.cwd.clone_from(&self.cwd);
        }
        Ok(())
    }

    fn change_remote(&self, name: &ServerName, remote: &mut Remote) -> Result<(), PatchError> {
        let named = [
            ("args", self.args.is_some()),
            ("env", !self.env.is_empty()),
            ("env-file", self.env_file.is_some()),
            ("cwd", self.cwd.is_some()),
        ];
        let fields: Vec<_> =
            named.into_iter().filter_map(|(field, is_named)| is_named.then_some(field)).collect();
        if !fields.is_empty() {
            return Err(PatchError::LocalOnly { server: name.clone(), fields });
        }
        merge(&mut remote.headers, &self.headers, str::eq_ignore_ascii_case);
        Ok(())
    }
}

fn set<T: Clone>(field: &mut Option<T>, to: &Option<T>) {
    if to.is_some() {
        field.clone_from(to);
    }
}

/// Known names keep their place and their spelling; new ones come last.
fn merge(
    pairs: &mut Vec<(String, Template)>,
    changes: &[(String, Template)],
    same: impl Fn(&str, &str) -> bool,
) {
    for (name, value) in changes {
        match pairs.iter_mut().find(|(known, _)| same(known, name)) {
            Some((_, known)) => known.clone_from(value),
            None => pairs.push((name.clone(), value.clone())),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::environment::entry;
    use serde_json::{Value, json};

    fn name() -> ServerName {
        ServerName::new("x").unwrap()
    }

    fn server(entry: Value) -> Server {
        let Value::Object(entry) = entry else { panic!("entries are objects") };
        entry::parse(name(), &entry).unwrap()
    }

    fn text(text: &str) -> Template {
        Template::parse(text)
    }

    fn pairs(of: &[(&str, &str)]) -> Vec<(String, Template)> {
        of.iter().map(|(name, value)| ((*name).to_owned(), text(value))).collect()
    }

    #[track_caller]
    fn check(patch: &ServerPatch, present: Option<Value>, expected: Value) {
        let present = present.map(server);
        let patched = patch.apply(&name(), present.as_ref()).unwrap();
        let sorted = |value: Value| -> Value { serde_json::from_str(&value.to_string()).unwrap() };
        assert_eq!(sorted(Value::Object(entry::print(&patched))), sorted(expected));
    }

    #[test]
    fn what_is_not_named_stays() {
        let whole = json!({"command": "c", "args": ["a"], "env": {"A": "1", "B": "2"},
            "envForward": ["C", "D"], "envFile": ".env", "cwd": "/", "enabled": false,
            "description": "d", "timeout": 1, "startupTimeout": 2, "toolTimeout": 3,
            "includeTools": ["i"], "excludeTools": ["e"], "autoApprove": ["t"]});
        check(&ServerPatch::default(), Some(whole.clone()), whole.clone());
        let patch = ServerPatch {
            env: pairs(&[("B", "${env:B}"), ("C", "4")]),
            args: Some(vec![]),
            timeouts: Timeouts { request: Some(9), ..Timeouts::default() },
            tools: ToolFilter { deny: Some(vec![]), ..ToolFilter::default() },
            enabled: Some(true),
            ..ServerPatch::default()
        };
        let mut expected = whole.clone();
        expected["env"] = json!({"A": "1", "B": "${env:B}", "C": "4"});
        expected["envForward"] = json!(["D"]);
        expected["args"] = json!([]);
        expected["timeout"] = json!(9);
        expected["excludeTools"] = json!([]);
        expected["enabled"] = json!(true);
        check(&patch, Some(whole), expected);
    }

    #[test]
    fn every_field_of_a_new_server_can_be_named() {
        let patch = ServerPatch {
            transport: Some(TransportPatch::Command(text("c"))),
            args: Some(vec![text("-x")]),
            env: pairs(&[("A", "1")]),
            env_file: Some(text(".env")),
            cwd: Some(text("/srv")),
            enabled: Some(false),
            description: Some("d".to_owned()),
            timeouts: Timeouts { request: Some(1), startup: Some(2), tool_call: Some(3) },
            tools: ToolFilter {
                allow: Some(vec!["i".to_owned()]),
                deny: Some(vec!["e".to_owned()]),
                auto_approve: Some(vec!["t".to_owned()]),
            },
            ..ServerPatch::default()
        };
        check(
            &patch,
            None,
            json!({"command": "c", "args": ["-x"], "env": {"A": "1"}, "envFile": ".env",
                "cwd": "/srv", "enabled": false, "description": "d", "timeout": 1,
                "startupTimeout": 2, "toolTimeout": 3, "includeTools": ["i"],
                "excludeTools": ["e"], "autoApprove": ["t"]}),
        );
    }

    #[test]
    fn another_transport_takes_the_fields_of_the_old_one_away() {
        let to = |transport| ServerPatch { transport: Some(transport), ..ServerPatch::default() };
        let stdio = json!({"command": "c", "args": ["a"], "env": {"A": "1"}, "timeout": 1});
        let url = || text("https://y/");
        check(
            &to(TransportPatch::StreamableHttp(url())),
            Some(stdio.clone()),
            json!({"type": "http", "url": "https://y/", "timeout": 1}),
        );
        check(
            &to(TransportPatch::Command(text("d"))),
            Some(stdio),
            json!({"command": "d", "args": ["a"], "env": {"A": "1"}, "timeout": 1}),
        );
        let remote = json!({"type": "http", "url": "https://x/", "headers": {"Authorization": "t"},
            "oauth": {"clientId": "i"}, "description": "d"});
        let kept = |kind: Option<&str>| {
            let mut kept = remote.clone();
            kept["url"] = json!("https://y/");
            match kind {
                Some(kind) => kept["type"] = json!(kind),
                None => drop(kept.as_object_mut().unwrap().remove("type")),
            }
            kept
        };
        check(&to(TransportPatch::Sse(url())), Some(remote.clone()), kept(Some("sse")));
        check(&to(TransportPatch::RemoteAuto(url())), Some(remote.clone()), kept(None));
        check(
            &to(TransportPatch::Command(text("c"))),
            Some(remote.clone()),
            json!({"command": "c", "args": [], "description": "d"}),
        );
        let headers = pairs(&[("authorization", "u"), ("X-Team", "a")]);
        let mut expected = remote.clone();
        expected["headers"] = json!({"Authorization": "u", "X-Team": "a"});
        check(&ServerPatch { headers, ..ServerPatch::default() }, Some(remote), expected);
    }

    #[test]
    fn extras_are_put_in_their_place() {
        let extra =
            |key: &str, value: &str| Extra { path: vec![key.to_owned()], value: value.to_owned() };
        let mut present = server(json!({"command": "c"}));
        present.extras = vec![extra("trust", "false"), extra("x", "1")];
        let patch = ServerPatch { extras: vec![extra("trust", "true")], ..ServerPatch::default() };
        let patched = patch.apply(&name(), Some(&present)).unwrap();
        assert_eq!(patched.extras, [extra("trust", "true"), extra("x", "1")]);
    }

    #[test]
    fn what_does_not_go_together_is_said() {
        let env = ServerPatch { env: pairs(&[("A", "1")]), ..ServerPatch::default() };
        let both = ServerPatch { cwd: Some(text("/")), args: Some(vec![]), ..env.clone() };
        let headers = ServerPatch { headers: pairs(&[("A", "1")]), ..ServerPatch::default() };
        let remote = json!({"url": "https://x/"});
        for (patch, present, message) in [
            (
                &env,
                None,
                "there is no server named `x` yet, and a new one needs a command or a URL",
            ),
            (
                &env,
                Some(remote.clone()),
                "`x` is reached at a URL; only one that a command starts has `env`",
            ),
            (
                &both,
                Some(remote),
                "`x` is reached at a URL; only one that a command starts has `args`, `env` and `cwd`",
            ),
            (
                &headers,
                Some(json!({"command": "c"})),
                "`x` is started by a command; only one that a URL reaches has `headers`",
            ),
        ] {
            let error = patch.apply(&name(), present.map(server).as_ref()).unwrap_err();
            assert_eq!(error.to_string(), message);
        }
        let mixed =
            ServerPatch { transport: Some(TransportPatch::RemoteAuto(text("https://x/"))), ..env };
        assert!(matches!(mixed.apply(&name(), None), Err(PatchError::LocalOnly { .. })));
        assert!(ServerPatch::default().is_empty() && !mixed.is_empty());
    }
}
