//! A host's keys, by what they are about.

/// Keys of a server that the host starts.
#[derive(Clone, Copy, Debug)]
pub struct StdioKeys<'a> {
    /// The program.
    pub command: &'a str,
    /// Its arguments.
    pub args: &'a str,
    /// Its variables.
    pub env: &'a str,
    /// Names of variables that the host hands on from its own environment.
    pub env_forward: Option<&'a str>,
    /// A file of further variables.
    pub env_file: Option<&'a str>,
    /// The working folder.
    pub cwd: Option<&'a str>,
}

impl<'a> StdioKeys<'a> {
    /// What every host here has.
    pub const COMMON: StdioKeys<'static> = StdioKeys {
        command: "command",
        args: "args",
        env: "env",
        env_forward: None,
        env_file: None,
        cwd: None,
    };

    pub(crate) fn all(&self) -> impl Iterator<Item = &'a str> {
        let options = [self.env_forward, self.env_file, self.cwd];
        [self.command, self.args, self.env].into_iter().chain(options.into_iter().flatten())
    }
}

/// Keys of a server that is reached over HTTP.
#[derive(Clone, Copy, Debug)]
pub struct RemoteKeys<'a> {
    /// Where it is.
    pub url: &'a str,
    /// An older key for a URL that speaks Streamable HTTP; where it is there, it counts.
    pub http_url: Option<&'a str>,
    /// Another key for a URL, which counts where the first is not there.
    pub also_url: Option<&'a str>,
    /// Headers of every request.
    pub headers: &'a str,
    /// The object that holds an OAuth client.
    pub oauth: Option<OauthKeys<'a>>,
}

impl<'a> RemoteKeys<'a> {
    /// What every host here has.
    pub const COMMON: RemoteKeys<'static> =
        RemoteKeys { url: "url", http_url: None, also_url: None, headers: "headers", oauth: None };

    pub(crate) fn all(&self) -> impl Iterator<Item = &'a str> {
        let oauth = self.oauth.map(|keys| keys.object);
        self.urls().chain([self.headers]).chain(oauth)
    }

    /// Every key that a URL may stand under.
    pub(crate) fn urls(&self) -> impl Iterator<Item = &'a str> {
        [Some(self.url), self.http_url, self.also_url].into_iter().flatten()
    }
}

/// Keys of an OAuth client.
#[derive(Clone, Copy, Debug)]
pub struct OauthKeys<'a> {
    /// The object that holds them.
    pub object: &'a str,
    /// The client's id.
    pub client_id: &'a str,
    /// The client's secret.
    pub client_secret: Option<&'a str>,
    /// The scopes, a list.
    pub scopes: Option<&'a str>,
    /// Where the user grants access.
    pub authorization_url: Option<&'a str>,
    /// Where tokens are had.
    pub token_url: Option<&'a str>,
    /// Where the user is sent back to.
    pub redirect_uri: Option<&'a str>,
}

impl OauthKeys<'_> {
    pub(crate) fn knows(&self, key: &str) -> bool {
        let options = [
            self.client_secret,
            self.scopes,
            self.authorization_url,
            self.token_url,
            self.redirect_uri,
        ];
        key == self.client_id || options.contains(&Some(key))
    }
}

/// Keys of timeouts.
#[derive(Clone, Copy, Debug)]
pub struct TimeoutKeys<'a> {
    /// For any answer.
    pub request: Option<TimeoutKey<'a>>,
    /// Until a server is ready.
    pub startup: Option<TimeoutKey<'a>>,
    /// For a call of a tool.
    pub tool_call: Option<TimeoutKey<'a>>,
}

/// The key of one timeout.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TimeoutKey<'a> {
    /// The key.
    pub key: &'a str,
    /// What its number counts.
    pub unit: Unit,
    /// The least that the host takes, in its unit.
    pub min: u64,
    /// The most that the host takes, in its unit.
    pub max: u64,
    /// Whether only some releases of the host accept it: then it is changed where an entry
    /// has it, and written nowhere else.
    pub only_if_there: bool,
}

/// What a timeout's number counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unit {
    /// Milliseconds.
    Milliseconds,
    /// Whole seconds.
    Seconds,
}

impl TimeoutKeys<'_> {
    /// A host without any.
    pub const NONE: TimeoutKeys<'static> =
        TimeoutKeys { request: None, startup: None, tool_call: None };

    /// Whether there are timeouts besides that of any answer.
    pub(crate) fn has_others(&self) -> bool {
        self.startup.is_some() || self.tool_call.is_some()
    }

    pub(crate) fn of(&self, key: &str) -> Option<&TimeoutKey<'_>> {
        let all = [&self.request, &self.startup, &self.tool_call];
        all.into_iter().flatten().find(|timeout| timeout.key == key)
    }
}

impl<'a> TimeoutKey<'a> {
    /// A key of milliseconds, of which the host takes any number.
    pub const fn milliseconds(key: &'a str) -> TimeoutKey<'a> {
        let unit = Unit::Milliseconds;
        TimeoutKey { key, unit, min: 0, max: u64::MAX, only_if_there: false }
    }

    /// Milliseconds, of a number in the host's unit.
    pub(crate) fn read(&self, number: u64) -> Option<u64> {
        match self.unit {
            Unit::Milliseconds => Some(number),
            Unit::Seconds => number.checked_mul(1000),
        }
    }

    /// The number in the host's unit that comes closest, and is not shorter if that can be.
    pub(crate) fn spell(&self, milliseconds: u64) -> u64 {
        let number = match self.unit {
            Unit::Milliseconds => milliseconds,
            Unit::Seconds => milliseconds.div_ceil(1000),
        };
        number.min(self.max).max(self.min)
    }

    pub(crate) fn unit(&self) -> &'static str {
        match self.unit {
            Unit::Milliseconds => "ms",
            Unit::Seconds => "s",
        }
    }
}

/// Keys of lists of tools.
#[derive(Clone, Copy, Debug)]
pub struct ToolKeys<'a> {
    /// The only tools there are.
    pub allow: Option<&'a str>,
    /// Tools that are left out.
    pub deny: Option<&'a str>,
    /// Tools that are called without asking.
    pub auto_approve: Option<&'a str>,
    /// Whether a `*` in a list stands for any text. The contract has names alone, so a list
    /// with one is kept and not understood.
    pub patterns: bool,
}

impl ToolKeys<'_> {
    /// A host without any.
    pub const NONE: ToolKeys<'static> =
        ToolKeys { allow: None, deny: None, auto_approve: None, patterns: false };

    pub(crate) fn has(&self, key: &str) -> bool {
        [self.allow, self.deny, self.auto_approve].contains(&Some(key))
    }

    /// Whether names are names, and no patterns.
    pub(crate) fn are_names(&self, names: &[String]) -> bool {
        !self.patterns || !names.iter().any(|name| name.contains('*'))
    }
}
