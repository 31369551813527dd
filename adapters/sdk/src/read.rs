//! One entry of a host's file, in canonical form.

use crate::dialect::{Dialect, Kinds, OauthKeys};
use crate::json::{Object, Value};
use crate::template::as_literal;
use crate::{
    Extra, Oauth, Remote, RemoteKind, Server, Spot, Stdio, Template, Timeouts, ToolFilter,
    Transport,
};

/// Which transport an entry is for, as far as its keys tell.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Live {
    Stdio,
    /// With the key that holds the URL.
    Remote(&'static str, RemoteKind),
}

/// Reads an entry. The reason for a failure names keys and shows no values.
pub(crate) fn server(dialect: &Dialect, name: &str, value: &Value) -> Result<Server, String> {
    if name.is_empty() {
        return Err("it has no name".to_owned());
    }
    let Value::Object(entry) = value else {
        return Err(format!("it is {}, not an object", value.kind()));
    };
    let transport = match live(dialect, entry) {
        Some(Live::Stdio) => Transport::Stdio(stdio(dialect, entry)?),
        Some(Live::Remote(url_key, kind)) => {
            if let Kinds::StdioOnly { refusal, .. } = dialect.kinds {
                return Err(refusal.to_owned());
            }
            Transport::Remote(remote(dialect, entry, url_key, kind)?)
        }
        None if matches!(dialect.kinds, Kinds::StdioOnly { .. }) => {
            return Err(format!("it has no `{}`", dialect.stdio.command));
        }
        None => {
            let (command, url) = (dialect.stdio.command, dialect.remote.url);
            return Err(format!("it has neither a `{command}` nor a `{url}`"));
        }
    };
    Ok(Server {
        name: name.to_owned(),
        transport,
        enabled: None,
        description: text(entry, dialect.description),
        timeouts: Timeouts {
            request: dialect.timeout_key().and_then(|key| entry.given(key)?.as_u64()),
            startup: None,
            tool_call: None,
        },
        tools: ToolFilter {
            allow: strings(entry, dialect.tool_allow),
            deny: strings(entry, dialect.tool_deny),
            auto_approve: None,
        },
        extras: extras(dialect, entry),
    })
}

/// Which transport the host would use for an entry.
pub(crate) fn live(dialect: &Dialect, entry: &Object) -> Option<Live> {
    let has_command = entry.given(dialect.stdio.command).is_some();
    let http_url = dialect.remote.http_url.filter(|key| entry.given(key).is_some());
    let url = http_url.or(Some(dialect.remote.url).filter(|key| entry.given(key).is_some()));
    match url {
        Some(key) if dialect.url_wins || !has_command => {
            let kind = if http_url.is_some() {
                RemoteKind::StreamableHttp
            } else {
                marker(dialect, entry)
            };
            Some(Live::Remote(key, kind))
        }
        _ => has_command.then_some(Live::Stdio),
    }
}

/// What an entry's marker says of a remote server. An unknown one says nothing.
fn marker(dialect: &Dialect, entry: &Object) -> RemoteKind {
    match entry.given(dialect.kinds.key()).and_then(Value::as_str) {
        Some("sse") => RemoteKind::Sse,
        Some("http" | "streamable-http" | "streamableHttp" | "streamable_http") => {
            RemoteKind::StreamableHttp
        }
        _ => RemoteKind::Auto,
    }
}

fn stdio(dialect: &Dialect, entry: &Object) -> Result<Stdio, String> {
    let keys = &dialect.stdio;
    let template = |key: Option<&str>, spot| -> Option<Template> {
        Some(dialect.syntax.parse(entry.given(key?)?.as_str()?, spot))
    };
    let Some(command) = template(Some(keys.command), Spot::Command) else {
        return Err(format!("its `{}` is no text", keys.command));
    };
    let (command, args) = split_command(dialect, command, args(dialect, entry)?);
    Ok(Stdio {
        command,
        args,
        env: pairs(dialect, entry, keys.env, Spot::Env)?,
        env_forward: vec![],
        env_file: template(keys.env_file, Spot::EnvFile),
        cwd: template(keys.cwd, Spot::Cwd),
    })
}

/// The command and the arguments of an entry, if they can be read.
pub(crate) fn words(dialect: &Dialect, entry: &Object) -> Option<(Template, Vec<Template>)> {
    let command = entry.given(dialect.stdio.command)?.as_str()?;
    let command = dialect.syntax.parse(command, Spot::Command);
    Some(split_command(dialect, command, args(dialect, entry).ok()?))
}

fn args(dialect: &Dialect, entry: &Object) -> Result<Vec<Template>, String> {
    let key = dialect.stdio.args;
    let Some(value) = entry.given(key) else { return Ok(vec![]) };
    let items = value.as_array().ok_or_else(|| format!("its `{key}` is no list"))?;
    items
        .iter()
        .enumerate()
        .map(|(at, item)| {
            let text =
                item.as_scalar_text().ok_or_else(|| format!("its `{key}.{at}` is no text"))?;
            Ok(dialect.syntax.parse(&text, Spot::Arg))
        })
        .collect()
}

/// Takes a command with spaces and without arguments apart, where the host does so too.
/// Quotes and backslashes, and a path before the first space, are left to the host.
pub(crate) fn split_command(
    dialect: &Dialect,
    command: Template,
    args: Vec<Template>,
) -> (Template, Vec<Template>) {
    if !dialect.splits_command || !args.is_empty() {
        return (command, args);
    }
    let Some(whole) = as_literal(&command) else { return (command, args) };
    let mut words = whole.split_ascii_whitespace();
    let Some(first) = words.next() else { return (command, args) };
    if first.contains('/') || whole.contains(['\'', '"', '\\']) {
        return (command, args);
    }
    let parse = |word, spot| dialect.syntax.parse(word, spot);
    (parse(first, Spot::Command), words.map(|word| parse(word, Spot::Arg)).collect())
}

/// A map from names to values. A null value is none; of equal names the last one counts.
fn pairs(
    dialect: &Dialect,
    entry: &Object,
    key: &str,
    spot: Spot,
) -> Result<Vec<(String, Template)>, String> {
    let Some(value) = entry.given(key) else { return Ok(vec![]) };
    let members = value.as_object().ok_or_else(|| format!("its `{key}` is no object"))?;
    let mut pairs: Vec<(String, Template)> = Vec::new();
    for (name, value) in members.iter() {
        if *value == Value::Null {
            continue;
        }
        let text =
            value.as_scalar_text().ok_or_else(|| format!("its `{key}.{name}` is no text"))?;
        let template = dialect.syntax.parse(&text, spot);
        match pairs.iter_mut().find(|(known, _)| known == name) {
            Some(pair) => pair.1 = template,
            None => pairs.push((name.to_owned(), template)),
        }
    }
    Ok(pairs)
}

fn remote(
    dialect: &Dialect,
    entry: &Object,
    url_key: &str,
    kind: RemoteKind,
) -> Result<Remote, String> {
    let url = entry.given(url_key).and_then(Value::as_str);
    let url = url.ok_or_else(|| format!("its `{url_key}` is no text"))?;
    let oauth = dialect
        .remote
        .oauth
        .as_ref()
        .and_then(|keys| read_oauth(dialect, keys, entry.given(keys.object)?.as_object()?));
    Ok(Remote {
        kind,
        url: dialect.syntax.parse(url, Spot::Url),
        headers: pairs(dialect, entry, dialect.remote.headers, Spot::Header)?,
        oauth,
    })
}

/// The client, if any of its canonical parts is there.
fn read_oauth(dialect: &Dialect, keys: &OauthKeys, object: &Object) -> Option<Oauth> {
    let template = |key: Option<&str>| -> Option<Template> {
        Some(dialect.syntax.parse(object.given(key?)?.as_str()?, Spot::Oauth))
    };
    let oauth = Oauth {
        client_id: template(Some(keys.client_id)),
        client_secret: template(Some(keys.client_secret)),
        scopes: strings(object, keys.scopes),
        authorization_url: template(keys.authorization_url),
        token_url: template(keys.token_url),
        redirect_uri: template(keys.redirect_uri),
    };
    let empty = Oauth {
        client_id: None,
        client_secret: None,
        scopes: None,
        authorization_url: None,
        token_url: None,
        redirect_uri: None,
    };
    (oauth != empty).then_some(oauth)
}

fn text(entry: &Object, key: Option<&str>) -> Option<String> {
    entry.given(key?)?.as_str().map(str::to_owned)
}

fn strings(entry: &Object, key: Option<&str>) -> Option<Vec<String>> {
    entry.given(key?)?.as_strings()
}

/// Whatever has no canonical name, or a value that its canonical field can't hold.
fn extras(dialect: &Dialect, entry: &Object) -> Vec<Extra> {
    let mut extras = Vec::new();
    let mut add = |path: &[&str], value: &Value| {
        let path = path.iter().map(|&key| key.to_owned()).collect();
        extras.push(Extra { path, value: value.to_text() });
    };
    for (at, (key, value)) in entry.iter().enumerate() {
        if entry.iter().skip(at + 1).any(|(later, _)| later == key) {
            continue;
        }
        let oauth = dialect.remote.oauth.as_ref().filter(|keys| keys.object == key);
        match (oauth, value.as_object()) {
            (Some(keys), Some(object)) => {
                for (inner, value) in object.iter() {
                    if !holds_oauth(keys, inner, value) {
                        add(&[key, inner], value);
                    }
                }
            }
            _ if holds(dialect, key, value) => {}
            _ => add(&[key], value),
        }
    }
    extras
}

/// Whether a canonical field holds what an entry has under this key.
pub(crate) fn holds(dialect: &Dialect, key: &str, value: &Value) -> bool {
    if !dialect.knows(key) {
        return false;
    }
    if *value == Value::Null {
        return true;
    }
    let is = |known: Option<&str>| known == Some(key);
    if key == dialect.kinds.key() {
        let known =
            ["stdio", "sse", "http", "streamable-http", "streamableHttp", "streamable_http"];
        return value.as_str().is_some_and(|kind| known.contains(&kind));
    }
    if is(dialect.timeout_key()) {
        return value.as_u64().is_some();
    }
    if is(dialect.tool_allow) || is(dialect.tool_deny) {
        return value.as_strings().is_some();
    }
    if is(dialect.description) || is(dialect.stdio.env_file) || is(dialect.stdio.cwd) {
        return value.as_str().is_some();
    }
    // A command, its arguments and the like are understood, or the entry is unreadable.
    dialect.remote.oauth.is_none_or(|keys| keys.object != key)
}

/// As [`holds`], inside an OAuth client.
pub(crate) fn holds_oauth(keys: &OauthKeys, key: &str, value: &Value) -> bool {
    let fits = match value {
        Value::Null => true,
        value if keys.scopes == Some(key) => value.as_strings().is_some(),
        value => value.as_str().is_some(),
    };
    keys.knows(key) && fits
}
