//! A table's JSON as a dialect.

use hatch_adapter_sdk::dialect::{Bare, Unit};
use hatch_adapter_sdk::json::{Object, Value};
use hatch_adapter_sdk::references::{Means, References};
use hatch_adapter_sdk::{
    Dialect, Enabled, Kinds, OauthKeys, RemoteKeys, Spot, StdioKeys, TimeoutKey, TimeoutKeys,
    ToolKeys, Words,
};

/// An object of a table, by its keys.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Keys<'a>(Option<&'a Object>);

impl<'a> Keys<'a> {
    pub(crate) fn of(object: &'a Object) -> Self {
        Keys(Some(object))
    }

    fn get(self, key: &str) -> Option<&'a Value> {
        self.0?.given(key)
    }

    fn within(self, key: &str) -> Keys<'a> {
        Keys(self.get(key).and_then(Value::as_object))
    }

    fn text(self, key: &str) -> Option<&'a str> {
        self.get(key)?.as_str()
    }

    fn number(self, key: &str) -> Option<u64> {
        self.get(key)?.as_u64()
    }

    fn flag(self, key: &str) -> bool {
        self.get(key) == Some(&Value::Bool(true))
    }

    fn list(self, key: &str) -> Vec<&'a str> {
        let items = self.get(key).and_then(Value::as_array).unwrap_or_default();
        items.iter().filter_map(Value::as_str).collect()
    }
}

/// The lists that a dialect borrows.
#[derive(Debug)]
pub(crate) struct Lists<'a> {
    section: Vec<&'a str>,
    foreign: Vec<&'a str>,
    state: Vec<&'a str>,
    stdio: Vec<&'a str>,
    http: Vec<&'a str>,
    sse: Vec<&'a str>,
}

impl<'a> Lists<'a> {
    pub(crate) fn of(table: Keys<'a>) -> Self {
        let transport = table.within("transport");
        Lists {
            section: table.list("section"),
            foreign: table.list("foreign"),
            state: table.list("state"),
            stdio: transport.list("stdio"),
            http: transport.list("http"),
            sse: transport.list("sse"),
        }
    }
}

/// What the host expands, and where.
pub(crate) fn references(table: Keys<'_>) -> References<'_> {
    let references = table.within("references");
    let spellings = [
        ("env", Means::Env),
        ("env-default", Means::EnvDefault),
        ("input", Means::Input),
        ("file", Means::File),
        ("user-home", Means::UserHome),
        ("workspace-folder", Means::WorkspaceFolder),
        ("native", Means::Native),
    ];
    let spellings = spellings
        .into_iter()
        .flat_map(|(key, means)| references.list(key).into_iter().map(move |it| (means, it)));
    let named = references.list("in");
    let everywhere = references.get("in").is_none();
    let spots = [
        ("command", Spot::Command),
        ("args", Spot::Arg),
        ("env", Spot::Env),
        ("env-file", Spot::EnvFile),
        ("cwd", Spot::Cwd),
        ("url", Spot::Url),
        ("headers", Spot::Header),
        ("oauth", Spot::Oauth),
    ];
    let spots = spots.into_iter().filter(|(name, _)| everywhere || named.contains(name));
    let host = table.text("host").unwrap_or_default();
    References::new(host, spots.map(|(_, spot)| spot).collect(), spellings)
}

/// The dialect of a table.
pub(crate) fn dialect<'a>(
    table: Keys<'a>,
    lists: &'a Lists<'a>,
    references: &'a References<'a>,
) -> Dialect<'a> {
    let (stdio, remote) = (table.within("stdio"), table.within("remote"));
    let (timeouts, tools) = (table.within("timeouts"), table.within("tools"));
    let text = |keys: Keys<'a>, key, otherwise| keys.text(key).unwrap_or(otherwise);
    let (host, document) = (text(table, "host", ""), text(table, "document", ""));
    Dialect {
        foreign: &lists.foreign,
        state: &lists.state,
        stdio: StdioKeys {
            command: text(stdio, "command", "command"),
            args: text(stdio, "args", "args"),
            env: text(stdio, "env", "env"),
            env_forward: stdio.text("env-forward"),
            env_file: stdio.text("env-file"),
            cwd: stdio.text("cwd"),
        },
        remote: RemoteKeys {
            url: text(remote, "url", "url"),
            http_url: None,
            also_url: remote.text("also-url"),
            headers: text(remote, "headers", "headers"),
            oauth: oauth(table.within("oauth")),
        },
        kinds: kinds(table, lists),
        description: table.text("description"),
        enabled: enabled(table),
        timeouts: TimeoutKeys {
            request: timeout(timeouts.within("request")),
            startup: timeout(timeouts.within("startup")),
            tool_call: timeout(timeouts.within("tool-call")),
        },
        tools: ToolKeys {
            allow: tools.text("allow"),
            deny: tools.text("deny"),
            auto_approve: tools.text("auto-approve"),
            patterns: tools.flag("patterns"),
        },
        ..Dialect::new(host, document, &lists.section, references)
    }
}

fn kinds<'a>(table: Keys<'a>, lists: &'a Lists<'a>) -> Kinds<'a> {
    let transport = table.within("transport");
    let key = transport.text("key").unwrap_or("type");
    if let Some(refusal) = table.text("refusal") {
        return Kinds::StdioOnly { key, refusal };
    }
    if table.get("transport").is_none() {
        return Kinds::Detected { key };
    }
    let words = Words {
        stdio: &lists.stdio,
        http: &lists.http,
        sse: &lists.sse,
        marks_stdio: transport.flag("stdio-is-marked"),
        bare: match transport.text("bare-url") {
            Some("http") => Bare::Http,
            Some("sse") => Bare::Sse,
            Some("error") => Bare::Nothing,
            _ => Bare::Detected,
        },
    };
    Kinds::Marked { key, words }
}

fn enabled(table: Keys<'_>) -> Enabled<'_> {
    if let Some(key) = table.text("disabled") {
        return Enabled::Key { key, on: false };
    }
    match table.text("enabled") {
        Some(key) => Enabled::Key { key, on: true },
        None => Enabled::Never(table.text("cannot-disable").unwrap_or_default()),
    }
}

fn oauth(keys: Keys<'_>) -> Option<OauthKeys<'_>> {
    Some(OauthKeys {
        object: keys.text("object")?,
        client_id: keys.text("client-id")?,
        client_secret: keys.text("client-secret"),
        scopes: keys.text("scopes"),
        authorization_url: keys.text("authorization-url"),
        token_url: keys.text("token-url"),
        redirect_uri: keys.text("redirect-uri"),
    })
}

fn timeout(keys: Keys<'_>) -> Option<TimeoutKey<'_>> {
    Some(TimeoutKey {
        key: keys.text("key")?,
        unit: match keys.text("unit") {
            Some("s") => Unit::Seconds,
            _ => Unit::Milliseconds,
        },
        min: keys.number("min").unwrap_or(0),
        max: keys.number("max").unwrap_or(u64::MAX),
        only_if_there: keys.flag("only-if-there"),
    })
}
