//! A host's names for things, as a table.
//!
//! A [`Dialect`] describes a section that is a map from names to servers. It reads and
//! writes whole sections by itself; an adapter that has more to say about an edit (a list
//! of disabled servers beside the map) opens the section as [`Servers`] and makes the
//! edits one by one.

use std::collections::BTreeMap;

use crate::json::{Object, Value};
use crate::{Edit, Error, Outcome, Reading, Section, Server, Syntax, Unreadable, Writing};
use crate::{put, read};

/// A host's names for things. Where a field is an option, `None` means that the host's
/// file can't say it.
pub struct Dialect {
    /// The host's name, for messages.
    pub host: &'static str,
    /// The document that holds the servers.
    pub document: &'static str,
    /// The section that holds the servers.
    pub section: &'static [&'static str],
    /// What the host expands in values.
    pub syntax: &'static dyn Syntax,
    /// Keys of a server that the host starts.
    pub stdio: StdioKeys,
    /// Keys of a server that is reached over HTTP. A host without such servers names them
    /// too: they are what other tools left behind.
    pub remote: RemoteKeys,
    /// How the transport is marked.
    pub kinds: Kinds,
    /// Whether an entry with a command and a URL is a remote server.
    pub url_wins: bool,
    /// Whether the host splits a command at its spaces where there are no arguments.
    pub splits_command: bool,
    /// A person's note.
    pub description: Option<&'static str>,
    /// How long to wait for an answer, in milliseconds.
    pub request_timeout: Option<&'static str>,
    /// The key of a timeout that only some releases of the host accept: changed where an
    /// entry has it, and written nowhere else.
    pub request_timeout_if_there: Option<&'static str>,
    /// The only tools there are.
    pub tool_allow: Option<&'static str>,
    /// Tools that are left out.
    pub tool_deny: Option<&'static str>,
    /// What to say of a server that should be off; `None` where the adapter sees to it.
    pub cannot_disable: Option<&'static str>,
}

/// Keys of a server that the host starts.
#[derive(Clone, Copy, Debug)]
pub struct StdioKeys {
    /// The program.
    pub command: &'static str,
    /// Its arguments.
    pub args: &'static str,
    /// Its variables.
    pub env: &'static str,
    /// A file of further variables.
    pub env_file: Option<&'static str>,
    /// The working folder.
    pub cwd: Option<&'static str>,
}

impl StdioKeys {
    /// What every host here has.
    pub const COMMON: StdioKeys =
        StdioKeys { command: "command", args: "args", env: "env", env_file: None, cwd: None };

    fn all(&self) -> impl Iterator<Item = &'static str> {
        [self.command, self.args, self.env].into_iter().chain(self.env_file).chain(self.cwd)
    }
}

/// Keys of a server that is reached over HTTP.
#[derive(Clone, Copy, Debug)]
pub struct RemoteKeys {
    /// Where it is.
    pub url: &'static str,
    /// An older key for a URL that speaks Streamable HTTP; where it is there, it counts.
    pub http_url: Option<&'static str>,
    /// Headers of every request.
    pub headers: &'static str,
    /// The object that holds an OAuth client.
    pub oauth: Option<OauthKeys>,
}

impl RemoteKeys {
    /// What every host here has.
    pub const COMMON: RemoteKeys =
        RemoteKeys { url: "url", http_url: None, headers: "headers", oauth: None };

    fn all(&self) -> impl Iterator<Item = &'static str> {
        let oauth = self.oauth.map(|keys| keys.object);
        [self.url, self.headers].into_iter().chain(self.http_url).chain(oauth)
    }
}

/// Keys of an OAuth client.
#[derive(Clone, Copy, Debug)]
pub struct OauthKeys {
    /// The object that holds them.
    pub object: &'static str,
    /// The client's id.
    pub client_id: &'static str,
    /// The client's secret.
    pub client_secret: &'static str,
    /// The scopes, a list.
    pub scopes: Option<&'static str>,
    /// Where the user grants access.
    pub authorization_url: Option<&'static str>,
    /// Where tokens are had.
    pub token_url: Option<&'static str>,
    /// Where the user is sent back to.
    pub redirect_uri: Option<&'static str>,
}

impl OauthKeys {
    pub(crate) fn knows(&self, key: &str) -> bool {
        let options = [self.scopes, self.authorization_url, self.token_url, self.redirect_uri];
        key == self.client_id || key == self.client_secret || options.contains(&Some(key))
    }
}

/// How a host's entry says which transport it is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kinds {
    /// The host speaks stdio and nothing else. Says what to do about a remote server.
    StdioOnly {
        /// A marker that other tools write.
        key: &'static str,
        /// The reason and the way out.
        refusal: &'static str,
    },
    /// A URL is enough: the host finds out. A marker is understood and none is written.
    Detected {
        /// The marker's key.
        key: &'static str,
    },
    /// `http` or `sse` under this key; without it the host finds out.
    Marked {
        /// The marker's key.
        key: &'static str,
    },
}

impl Kinds {
    pub(crate) fn key(&self) -> &'static str {
        match self {
            Kinds::StdioOnly { key, .. } | Kinds::Detected { key } | Kinds::Marked { key } => key,
        }
    }
}

impl Dialect {
    /// A dialect of a host that has no more than a command, arguments and variables.
    pub const fn new(
        host: &'static str,
        document: &'static str,
        section: &'static [&'static str],
        syntax: &'static dyn Syntax,
    ) -> Dialect {
        Dialect {
            host,
            document,
            section,
            syntax,
            stdio: StdioKeys::COMMON,
            remote: RemoteKeys::COMMON,
            kinds: Kinds::StdioOnly { key: "type", refusal: "it takes local servers only" },
            url_wins: false,
            splits_command: false,
            description: None,
            request_timeout: None,
            request_timeout_if_there: None,
            tool_allow: None,
            tool_deny: None,
            cannot_disable: Some("its file has no way to turn a server off"),
        }
    }

    /// The fields that a descriptor has to name for this table. Timeouts that are only kept,
    /// and fields that an adapter sees to itself, are not among them.
    pub fn fields(&self) -> Vec<&'static str> {
        let speaks_http = !matches!(self.kinds, Kinds::StdioOnly { .. });
        let fields = [
            ("env-file", self.stdio.env_file.is_some()),
            ("cwd", self.stdio.cwd.is_some()),
            ("headers", speaks_http),
            ("oauth", speaks_http && self.remote.oauth.is_some()),
            ("enabled", self.cannot_disable.is_none()),
            ("description", self.description.is_some()),
            ("request-timeout", self.request_timeout.is_some()),
            ("tool-allow", self.tool_allow.is_some()),
            ("tool-deny", self.tool_deny.is_some()),
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

    pub(crate) fn timeout_key(&self) -> Option<&'static str> {
        self.request_timeout.or(self.request_timeout_if_there)
    }

    /// Keys that only a server of the other transport has.
    pub(crate) fn keys_of_the_other(&self, to_stdio: bool) -> Vec<&'static str> {
        let mut keys: Vec<_> =
            if to_stdio { self.remote.all().collect() } else { self.stdio.all().collect() };
        keys.push(self.kinds.key());
        keys
    }

    /// Whether a key of an entry has a canonical name.
    pub(crate) fn knows(&self, key: &str) -> bool {
        let mut transport = self.stdio.all().chain(self.remote.all());
        let others = [self.description, self.timeout_key(), self.tool_allow, self.tool_deny];
        key == self.kinds.key()
            || transport.any(|known| known == key)
            || others.contains(&Some(key))
    }
}

/// The section that holds the servers, open for edits. Each costs as much as its own
/// server, however many others there are.
pub struct Servers<'a> {
    dialect: &'a Dialect,
    entries: Vec<Option<(String, Value)>>,
    positions: BTreeMap<String, usize>,
    was_absent: bool,
    changed: bool,
}

impl<'a> Servers<'a> {
    /// Opens the dialect's section.
    ///
    /// # Errors
    ///
    /// Fails where it is no map. An absent section and a null one are empty.
    pub fn open(dialect: &'a Dialect, sections: &[Section]) -> Result<Servers<'a>, Error> {
        let value = find_section(sections, dialect.document, dialect.section)?;
        let was_absent = value.is_none();
        let members = match value {
            None | Some(Value::Null) => Vec::new(),
            Some(Value::Object(object)) => object.into_members(),
            Some(other) => {
                let reason = format!("it is {}, not an object of servers", other.kind());
                return Err(unexpected(dialect.section, reason));
            }
        };
        let (entries, positions) = (Vec::with_capacity(members.len()), BTreeMap::new());
        let mut servers = Servers { dialect, entries, positions, was_absent, changed: false };
        for (name, value) in members {
            servers.insert(name, value);
        }
        Ok(servers)
    }

    /// Lists the servers.
    pub fn read(&self) -> Reading {
        let mut reading = Reading { servers: vec![], foreign: vec![], unreadable: vec![] };
        for (name, value) in self.entries.iter().flatten() {
            match read::server(self.dialect, name, value) {
                Ok(server) => reading.servers.push(server),
                Err(reason) => {
                    reading.unreadable.push(Unreadable { name: name.clone(), reason });
                }
            }
        }
        reading
    }

    /// Whether there is an entry of this name.
    pub fn contains(&self, name: &str) -> bool {
        self.positions.contains_key(name)
    }

    /// The names of all entries.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.positions.keys().map(String::as_str)
    }

    /// Makes one edit.
    pub fn apply(&mut self, edit: &Edit) -> Outcome {
        match edit {
            Edit::Put(server) => self.put(server),
            Edit::Remove(name) => {
                if let Some(position) = self.positions.remove(name) {
                    self.entries[position] = None;
                    self.changed = true;
                }
                Outcome::Done(vec![])
            }
        }
    }

    fn put(&mut self, server: &Server) -> Outcome {
        let position = self.positions.get(&server.name).copied();
        let existing = position.and_then(|at| match &self.entries[at] {
            Some((_, Value::Object(entry))) => Some(entry),
            _ => None,
        });
        match put::server(self.dialect, existing, server) {
            Ok((entry, losses)) => {
                if existing != Some(&entry) {
                    self.changed = true;
                    let (name, entry) = (server.name.clone(), Value::Object(entry));
                    self.insert(name, entry);
                }
                Outcome::Done(losses)
            }
            Err(reason) => Outcome::Refused(reason),
        }
    }

    /// The section, if it changed.
    pub fn finish(self) -> Option<Section> {
        let members: Object = self.entries.into_iter().flatten().collect();
        if !self.changed || (self.was_absent && members.is_empty()) {
            return None;
        }
        let text = Value::Object(members).to_text();
        Some(section(self.dialect.document, self.dialect.section, Some(text)))
    }

    /// Adds an entry, or replaces one of the same name, which never counted.
    fn insert(&mut self, name: String, value: Value) {
        match self.positions.get(&name) {
            Some(&position) => self.entries[position] = Some((name, value)),
            None => {
                self.positions.insert(name.clone(), self.entries.len());
                self.entries.push(Some((name, value)));
            }
        }
    }
}

/// The value of a section, if it is there.
///
/// # Errors
///
/// Fails where it is no JSON.
pub fn find_section(
    sections: &[Section],
    document: &str,
    path: &[&str],
) -> Result<Option<Value>, Error> {
    let found =
        sections.iter().find(|section| section.document == document && section.path == path);
    match found.and_then(|section| section.value.as_deref()) {
        None => Ok(None),
        Some(text) => Value::parse(text)
            .map(Some)
            .map_err(|reason| unexpected(path, format!("it is no JSON: {reason}"))),
    }
}

/// A section with a new value.
pub fn section(document: &str, path: &[&str], value: Option<String>) -> Section {
    let path = path.iter().map(|&key| key.to_owned()).collect();
    Section { document: document.to_owned(), path, value }
}

/// The error of a section that has another shape than the host's.
pub fn unexpected(path: &[&str], reason: String) -> Error {
    Error::UnexpectedShape((path.iter().map(|&key| key.to_owned()).collect(), reason))
}
