//! What hatch knows of an MCP server, whichever host or environment it came from.

use std::fmt;

use crate::template::Template;

/// A server's name: the key under which hosts and environments keep it. Never empty.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ServerName(String);

impl ServerName {
    /// Takes any text but the empty one.
    pub fn new(name: impl Into<String>) -> Option<Self> {
        let name = name.into();
        (!name.is_empty()).then_some(ServerName(name))
    }

    /// The name as it is spelt.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for ServerName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// One server's definition. In a field that is an option, `None` says nothing: a host that
/// is given the server keeps what it has there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Server {
    /// The key under which it is kept.
    pub name: ServerName,
    /// How a client reaches it.
    pub transport: Transport,
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

/// How a client reaches a server.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Transport {
    /// A program that the host starts.
    Stdio(Stdio),
    /// Streamable HTTP, MCP 2025-03-26 and later.
    StreamableHttp(Remote),
    /// HTTP with server-sent events, MCP 2024-11-05.
    Sse(Remote),
    /// HTTP of either kind: the host finds out which.
    RemoteAuto(Remote),
}

impl Transport {
    /// The word for it in listings and in environment files.
    pub fn label(&self) -> &'static str {
        match self {
            Transport::Stdio(_) => "stdio",
            Transport::StreamableHttp(_) => "http",
            Transport::Sse(_) => "sse",
            Transport::RemoteAuto(_) => "remote",
        }
    }

    /// The remote end, for all transports but stdio.
    pub fn remote(&self) -> Option<&Remote> {
        match self {
            Transport::Stdio(_) => None,
            Transport::StreamableHttp(remote)
            | Transport::Sse(remote)
            | Transport::RemoteAuto(remote) => Some(remote),
        }
    }
}

/// A program that the host starts and talks to over its standard streams.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Stdio {
    /// The program: a path, or a name to be looked up.
    pub command: Template,
    /// Its arguments.
    pub args: Vec<Template>,
    /// Variables that it is given.
    pub env: Vec<(String, Template)>,
    /// Variables handed on from the host's own process environment, by name.
    pub env_forward: Vec<String>,
    /// A file of further variables.
    pub env_file: Option<Template>,
    /// The folder that it is started in.
    pub cwd: Option<Template>,
}

/// A server that is reached over HTTP.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Remote {
    /// Where it is.
    pub url: Template,
    /// Headers of every request.
    pub headers: Vec<(String, Template)>,
    /// A client that was registered by hand.
    pub oauth: Option<OAuth>,
}

/// An OAuth client that was registered by hand; what is left out is found by discovery.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct OAuth {
    /// The client's id.
    pub client_id: Option<Template>,
    /// The client's secret.
    pub client_secret: Option<Template>,
    /// The scopes to ask for; `None` for those that the server wants.
    pub scopes: Option<Vec<String>>,
    /// Where the user grants access.
    pub authorization_url: Option<Template>,
    /// Where tokens are had.
    pub token_url: Option<Template>,
    /// Where the user is sent back to.
    pub redirect_uri: Option<Template>,
}

/// How long a host waits for a server, in milliseconds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Timeouts {
    /// For any request.
    pub request: Option<u64>,
    /// For the server to start.
    pub startup: Option<u64>,
    /// For a tool to answer.
    pub tool_call: Option<u64>,
}

/// Which tools of a server a host offers. In each list, `None` says nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ToolFilter {
    /// The only tools there are; an empty list means none.
    pub allow: Option<Vec<String>>,
    /// Tools that are left out.
    pub deny: Option<Vec<String>>,
    /// Tools that are run without asking.
    pub auto_approve: Option<Vec<String>>,
}

/// A field of a host's entry that has no canonical name. It goes back to hosts of the
/// adapter that it came from and to no others.
#[derive(Clone, PartialEq, Eq)]
pub struct Extra {
    /// The keys from the entry down to the value.
    pub path: Vec<String>,
    /// JSON text, spelt as in the host's file.
    pub value: String,
}

impl Extra {
    /// Its place in the entry, as people write it: `oauth.callbackPort`.
    pub fn field(&self) -> String {
        self.path.join(".")
    }
}

impl fmt::Debug for Extra {
    /// The path alone: the value may be a secret.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Extra").field("path", &self.path).finish_non_exhaustive()
    }
}

/// A server that says nothing but its name and its command, for tests.
#[cfg(test)]
pub(crate) fn local(name: &str, command: &str) -> Server {
    let command = Template::literal(command);
    Server {
        name: ServerName::new(name).expect("a name"),
        transport: Transport::Stdio(Stdio { command, ..Stdio::default() }),
        enabled: None,
        description: None,
        timeouts: Timeouts::default(),
        tools: ToolFilter::default(),
        extras: vec![],
    }
}
