//! The servers that adapters are asked to put.

use hatch_core::host::{Field, HostDescriptor, TransportKind};
use hatch_core::server::{
    OAuth, Remote, Server, ServerName, Stdio, Timeouts, ToolFilter, Transport,
};
use hatch_core::template::Template;

/// A canonical field beyond a server's transport: what the descriptor and a loss call it, the
/// servers that have it, and how one is given it.
pub(super) struct Probe {
    pub(super) field: Field,
    /// As `fields` of a descriptor spells it.
    pub(super) word: &'static str,
    /// As a loss spells it.
    pub(super) loss: &'static str,
    pub(super) of: Kind,
    pub(super) give: fn(&mut Server),
}

/// Which servers have a field.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Local,
    Remote,
    Any,
}

/// Every field that a descriptor may name.
pub(super) const PROBES: [Probe; 13] = [
    probe(Field::EnvForward, "env-forward", "env-forward", Kind::Local, |it| {
        with_stdio(it, |stdio| stdio.env_forward = vec!["HATCH_FORWARDED".to_owned()]);
    }),
    probe(Field::EnvFile, "env-file", "env-file", Kind::Local, |it| {
        with_stdio(it, |stdio| stdio.env_file = Some(text("/srv/hatch/.env")));
    }),
    probe(Field::Cwd, "cwd", "cwd", Kind::Local, |it| {
        with_stdio(it, |stdio| stdio.cwd = Some(text("/srv/hatch")));
    }),
    probe(Field::Headers, "headers", "headers", Kind::Remote, |it| {
        with_remote(it, |remote| {
            remote.headers = vec![pair("X-Team", "web"), pair("Accept", "text/plain")];
        });
    }),
    probe(Field::Oauth, "oauth", "oauth", Kind::Remote, |it| {
        with_remote(it, |remote| {
            let client_id = Some(text("hatch-client"));
            remote.oauth = Some(OAuth { client_id, ..OAuth::default() });
        });
    }),
    probe(Field::Enabled, "enabled", "enabled", Kind::Any, |it| it.enabled = Some(false)),
    probe(Field::Description, "description", "description", Kind::Any, |it| {
        it.description = Some("What it is for".to_owned());
    }),
    probe(Field::RequestTimeout, "request-timeout", "timeouts.request", Kind::Any, |it| {
        it.timeouts.request = Some(45_000);
    }),
    probe(Field::StartupTimeout, "startup-timeout", "timeouts.startup", Kind::Any, |it| {
        it.timeouts.startup = Some(30_000);
    }),
    probe(Field::ToolTimeout, "tool-timeout", "timeouts.tool-call", Kind::Any, |it| {
        it.timeouts.tool_call = Some(120_000);
    }),
    probe(Field::ToolAllow, "tool-allow", "tools.allow", Kind::Any, |it| {
        it.tools.allow = Some(vec!["read".to_owned(), "list".to_owned()]);
    }),
    probe(Field::ToolDeny, "tool-deny", "tools.deny", Kind::Any, |it| {
        it.tools.deny = Some(vec!["delete".to_owned()]);
    }),
    probe(Field::ToolAutoApprove, "tool-auto-approve", "tools.auto-approve", Kind::Any, |it| {
        it.tools.auto_approve = Some(vec!["read".to_owned()]);
    }),
];

const fn probe(
    field: Field,
    word: &'static str,
    loss: &'static str,
    of: Kind,
    give: fn(&mut Server),
) -> Probe {
    Probe { field, word, loss, of, give }
}

/// Whether a host speaks to servers of this kind.
pub(super) fn speaks(host: &HostDescriptor, kind: Kind) -> bool {
    let is_local = |transport: &TransportKind| *transport == TransportKind::Stdio;
    match kind {
        Kind::Local => host.transports.iter().any(is_local),
        Kind::Remote => !host.transports.iter().all(is_local),
        Kind::Any => true,
    }
}

/// A server of a kind that the host speaks to, with nothing special about it.
pub(super) fn plain(host: &HostDescriptor, name: &str) -> Server {
    if speaks(host, Kind::Local) { local(name) } else { remote(host, name) }
}

/// A server of each kind that the host speaks to.
pub(super) fn one_of_each(host: &HostDescriptor, name: &str) -> Vec<Server> {
    let local = speaks(host, Kind::Local).then(|| local(&format!("{name}-local")));
    let remote = speaks(host, Kind::Remote).then(|| remote(host, &format!("{name}-remote")));
    local.into_iter().chain(remote).collect()
}

/// A server that the host starts.
pub(super) fn local(name: &str) -> Server {
    server(
        name,
        Transport::Stdio(Stdio {
            command: text("hatch-test-server"),
            args: vec![text("--root"), text("/srv/a b")],
            env: vec![pair("LOG", "info"), pair("MODE", "test")],
            ..Stdio::default()
        }),
    )
}

/// A server that is reached over a transport of HTTP that the host speaks.
pub(super) fn remote(host: &HostDescriptor, name: &str) -> Server {
    let end = Remote { url: text("https://hatch.example/mcp"), ..Remote::default() };
    let only_sse = !host.transports.contains(&TransportKind::StreamableHttp);
    let transport = if only_sse { Transport::Sse(end) } else { Transport::StreamableHttp(end) };
    server(name, transport)
}

/// A server that says everything that can be said.
pub(super) fn full(host: &HostDescriptor, kind: Kind, name: &str) -> Server {
    let mut server = if kind == Kind::Local { local(name) } else { remote(host, name) };
    for probe in PROBES.iter().filter(|probe| probe.of == Kind::Any || probe.of == kind) {
        (probe.give)(&mut server);
    }
    server
}

/// A server that says nothing beyond its transport.
pub(super) fn server(name: &str, transport: Transport) -> Server {
    Server {
        name: self::name(name),
        transport,
        enabled: None,
        description: None,
        timeouts: Timeouts::default(),
        tools: ToolFilter::default(),
        extras: Vec::new(),
    }
}

/// A server's name. None of those that are tried is empty.
pub(super) fn name(name: &str) -> ServerName {
    ServerName::new(name).unwrap_or_else(|| unreachable!("a name without a letter is none"))
}

pub(super) fn text(text: &str) -> Template {
    Template::literal(text)
}

pub(super) fn pair(name: &str, value: &str) -> (String, Template) {
    (name.to_owned(), text(value))
}

pub(super) fn with_stdio(server: &mut Server, change: impl FnOnce(&mut Stdio)) {
    if let Transport::Stdio(stdio) = &mut server.transport {
        change(stdio);
    }
}

pub(super) fn with_remote(server: &mut Server, change: impl FnOnce(&mut Remote)) {
    match &mut server.transport {
        Transport::Stdio(_) => {}
        Transport::StreamableHttp(remote)
        | Transport::Sse(remote)
        | Transport::RemoteAuto(remote) => change(remote),
    }
}

/// The same server with another command or URL.
pub(super) fn changed(server: &Server) -> Server {
    let mut server = server.clone();
    with_stdio(&mut server, |stdio| stdio.command = text("hatch-other-server"));
    with_remote(&mut server, |remote| remote.url = text("https://other.example/mcp"));
    server
}
