//! A host's names for things, as a table.
//!
//! A [`Dialect`] describes a section that is a map from names to servers. It reads and
//! writes whole sections by itself; [`Servers`] makes edits one by one. It borrows its words,
//! so that a table that was read a moment ago does as well as one that is part of a program.

mod keys;

use crate::json::{Object, Value};
use crate::{Edit, Error, Reading, Section, Servers, Syntax, Writing};

pub use keys::{OauthKeys, RemoteKeys, StdioKeys, TimeoutKey, TimeoutKeys, ToolKeys, Unit};

/// A host's names for things. Where a field is an option, `None` means that the host's
/// file can't say it.
pub struct Dialect<'a> {
    /// The host's name, for messages.
    pub host: &'a str,
    /// The document that holds the servers.
    pub document: &'a str,
    /// The section that holds the servers.
    pub section: &'a [&'a str],
    /// What the host expands in values.
    pub syntax: &'a dyn Syntax,
    /// Keys that make an entry something else than a server, or one that is not to be touched.
    pub foreign: &'a [&'a str],
    /// Keys whose values stay where they are, and are told to nobody: tokens, an app's state.
    pub state: &'a [&'a str],
    /// Keys of a server that the host starts.
    pub stdio: StdioKeys<'a>,
    /// Keys of a server that is reached over HTTP. A host without such servers names them
    /// too: they are what other tools left behind.
    pub remote: RemoteKeys<'a>,
    /// How the transport is marked.
    pub kinds: Kinds<'a>,
    /// Whether an entry with a command and a URL is a remote server.
    pub url_wins: bool,
    /// Whether the host splits a command at its spaces where there are no arguments.
    pub splits_command: bool,
    /// A person's note.
    pub description: Option<&'a str>,
    /// How a server is turned off.
    pub enabled: Enabled<'a>,
    /// How long to wait.
    pub timeouts: TimeoutKeys<'a>,
    /// Lists of tools.
    pub tools: ToolKeys<'a>,
}

/// What servers' instructions write for hosts that find the transport out: `"transport": "sse"`.
const HINT: &str = "transport";

/// How a host's file turns a server off.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Enabled<'a> {
    /// It can't, for this reason.
    Never(&'a str),
    /// With a boolean in the entry.
    Key {
        /// Its key.
        key: &'a str,
        /// What it is while the server is on, and where nothing is said.
        on: bool,
    },
    /// Somewhere else, which the adapter sees to.
    Elsewhere,
}

/// How a host's entry says which transport it is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kinds<'a> {
    /// The host speaks stdio and nothing else. Says what to do about a remote server.
    StdioOnly {
        /// A marker that other tools write.
        key: &'a str,
        /// The reason and the way out.
        refusal: &'a str,
    },
    /// A URL is enough: the host finds out. A marker is understood and none is written.
    Detected {
        /// The marker's key.
        key: &'a str,
    },
    /// By a word.
    Marked {
        /// The marker's key.
        key: &'a str,
        /// The words under it.
        words: Words<'a>,
    },
}

/// A host's words for transports, and what it makes of an entry without one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Words<'a> {
    /// For a server that the host starts.
    pub stdio: &'a [&'a str],
    /// For Streamable HTTP. The first is the one that is written.
    pub http: &'a [&'a str],
    /// For HTTP with server-sent events. The first is the one that is written.
    pub sse: &'a [&'a str],
    /// Whether a server that the host starts needs a word, too: then it is the first.
    pub marks_stdio: bool,
    /// What a URL without a word is.
    pub bare: Bare,
}

/// What a host makes of a URL without a word beside it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Bare {
    /// It finds the transport out. A word that it does not know says nothing, either.
    Detected,
    /// Streamable HTTP.
    Http,
    /// HTTP with server-sent events.
    Sse,
    /// No server at all.
    Nothing,
}

impl Words<'_> {
    /// What most hosts understand.
    pub const COMMON: Words<'static> = Words {
        stdio: &["stdio"],
        http: &["http", "streamable-http", "streamableHttp", "streamable_http"],
        sse: &["sse"],
        marks_stdio: false,
        bare: Bare::Detected,
    };

    pub(crate) fn knows(&self, word: &str) -> bool {
        [self.stdio, self.sse, self.http].iter().any(|words| words.contains(&word))
    }
}

impl<'a> Kinds<'a> {
    pub(crate) fn key(&self) -> &'a str {
        match self {
            Kinds::StdioOnly { key, .. } | Kinds::Detected { key } | Kinds::Marked { key, .. } => {
                key
            }
        }
    }

    pub(crate) fn words(&self) -> &Words<'a> {
        match self {
            Kinds::StdioOnly { .. } | Kinds::Detected { .. } => &Words::COMMON,
            Kinds::Marked { words, .. } => words,
        }
    }

    /// A second key that says which kind of HTTP an entry is for. A host that finds the kind out
    /// by itself passes over it; whoever wrote it knew, and other hosts have to be told.
    pub(crate) fn hint_key(&self) -> Option<&'static str> {
        let finds_out = !self.is_strict() && self.key() != HINT;
        finds_out.then_some(HINT)
    }

    /// Whether a word that the host does not know makes an entry none of its servers.
    pub(crate) fn is_strict(&self) -> bool {
        self.words().bare != Bare::Detected
    }
}

impl<'a> Dialect<'a> {
    /// A dialect of a host that has no more than a command, arguments and variables.
    pub const fn new(
        host: &'a str,
        document: &'a str,
        section: &'a [&'a str],
        syntax: &'a dyn Syntax,
    ) -> Dialect<'a> {
        Dialect {
            host,
            document,
            section,
            syntax,
            foreign: &[],
            state: &[],
            stdio: StdioKeys::COMMON,
            remote: RemoteKeys::COMMON,
            kinds: Kinds::StdioOnly { key: "type", refusal: "it takes local servers only" },
            url_wins: false,
            splits_command: false,
            description: None,
            enabled: Enabled::Never("its file has no way to turn a server off"),
            timeouts: TimeoutKeys::NONE,
            tools: ToolKeys::NONE,
        }
    }

    /// The fields that a descriptor has to name for this table. Timeouts that are only kept
    /// are not among them.
    pub fn fields(&self) -> Vec<&'static str> {
        let speaks_http = !matches!(self.kinds, Kinds::StdioOnly { .. });
        let timeout = |key: Option<TimeoutKey<'_>>| key.is_some_and(|key| !key.only_if_there);
        let fields = [
            ("env-forward", self.stdio.env_forward.is_some()),
            ("env-file", self.stdio.env_file.is_some()),
            ("cwd", self.stdio.cwd.is_some()),
            ("headers", speaks_http),
            ("oauth", speaks_http && self.remote.oauth.is_some()),
            ("enabled", !matches!(self.enabled, Enabled::Never(_))),
            ("description", self.description.is_some()),
            ("request-timeout", timeout(self.timeouts.request)),
            ("startup-timeout", timeout(self.timeouts.startup)),
            ("tool-timeout", timeout(self.timeouts.tool_call)),
            ("tool-allow", self.tools.allow.is_some()),
            ("tool-deny", self.tools.deny.is_some()),
            ("tool-auto-approve", self.tools.auto_approve.is_some()),
        ];
        fields.into_iter().filter_map(|(field, held)| held.then_some(field)).collect()
    }

    /// Lists the servers of the section.
    ///
    /// # Errors
    ///
    /// Fails where the section is no map.
    pub fn read(&self, sections: &[Section]) -> Result<Reading, Error> {
        Ok(Servers::open(self, sections)?.read())
    }

    /// Makes the edits.
    ///
    /// # Errors
    ///
    /// As [`Dialect::read`].
    pub fn write(&self, sections: &[Section], edits: &[Edit]) -> Result<Writing, Error> {
        let mut servers = Servers::open(self, sections)?;
        let outcomes = edits.iter().map(|edit| servers.apply(edit)).collect();
        Ok(Writing { sections: servers.finish().into_iter().collect(), outcomes })
    }

    /// Keys that only a server of the other transport has.
    pub(crate) fn keys_of_the_other(&self, to_stdio: bool) -> Vec<&'a str> {
        let mut keys: Vec<_> =
            if to_stdio { self.remote.all().collect() } else { self.stdio.all().collect() };
        keys.push(self.kinds.key());
        keys.extend(self.kinds.hint_key());
        keys
    }

    /// Whether a key of an entry has a canonical name.
    pub(crate) fn knows(&self, key: &str) -> bool {
        let mut transport = self.stdio.all().chain(self.remote.all());
        let others = [self.description, self.switch(), self.tools.allow, self.tools.deny];
        key == self.kinds.key()
            || self.kinds.hint_key() == Some(key)
            || transport.any(|known| known == key)
            || others.contains(&Some(key))
            || self.tools.auto_approve == Some(key)
            || self.timeouts.of(key).is_some()
    }

    pub(crate) fn switch(&self) -> Option<&'a str> {
        match self.enabled {
            Enabled::Key { key, .. } => Some(key),
            Enabled::Never(_) | Enabled::Elsewhere => None,
        }
    }

    /// The key that makes an entry another kind of thing, if it has one.
    pub(crate) fn foreign_key(&self, entry: &Value) -> Option<&'a str> {
        let has =
            |key: &&&str| entry.as_object().is_some_and(|it: &Object| it.given(key).is_some());
        self.foreign.iter().find(has).copied()
    }
}
