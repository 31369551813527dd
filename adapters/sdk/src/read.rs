//! One entry of a host's file, in canonical form.

use crate::dialect::{Bare, Dialect, Enabled, Kinds, OauthKeys, TimeoutKey, Words};
use crate::json::{Object, Value};
use crate::template::as_literal;
use crate::{
    Extra, Oauth, Remote, RemoteKind, Server, Spot, Stdio, Template, Timeouts, ToolFilter,
    Transport,
};

/// Which transport an entry is for, as far as its keys tell.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Live<'a> {
    Stdio,
    /// With the key that holds the URL.
    Remote(&'a str, RemoteKind),
    /// It has a command or a URL, and the host takes it for neither, by its marker.
    Mismarked,
}

/// Reads an entry. The reason for a failure names keys and shows no values.
pub(crate) fn server(dialect: &Dialect<'_>, name: &str, value: &Value) -> Result<Server, String> {
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
        Some(Live::Mismarked) => return Err(mismarked(dialect, entry)),
        None if matches!(dialect.kinds, Kinds::StdioOnly { .. }) => {
            return Err(format!("it has no `{}`", dialect.stdio.command));
        }
        None => {
            let (command, url) = (dialect.stdio.command, dialect.remote.url);
            return Err(format!("it has neither a `{command}` nor a `{url}`"));
        }
    };
    let timeout =
        |key: Option<TimeoutKey<'_>>| key.and_then(|key| key.read(entry.given(key.key)?.as_u64()?));
    let tools = |key| strings(entry, key).filter(|names| dialect.tools.are_names(names));
    Ok(Server {
        name: name.to_owned(),
        transport,
        enabled: enabled(dialect, entry),
        description: text(entry, dialect.description),
        timeouts: Timeouts {
            request: timeout(dialect.timeouts.request),
            startup: timeout(dialect.timeouts.startup),
            tool_call: timeout(dialect.timeouts.tool_call),
        },
        tools: ToolFilter {
            allow: tools(dialect.tools.allow),
            deny: tools(dialect.tools.deny),
            auto_approve: tools(dialect.tools.auto_approve),
        },
        extras: extras(dialect, entry),
    })
}

/// Whether an entry turns its server on or off.
pub(crate) fn enabled(dialect: &Dialect<'_>, entry: &Object) -> Option<bool> {
    let Enabled::Key { key, on } = dialect.enabled else { return None };
    match entry.get(key) {
        Some(Value::Bool(flag)) => Some(*flag == on),
        _ => None,
    }
}

/// Why an entry is no server by its marker.
fn mismarked(dialect: &Dialect<'_>, entry: &Object) -> String {
    let (host, key) = (dialect.host, dialect.kinds.key());
    match entry.given(key) {
        Some(_) => format!("its `{key}` is none that {host} knows for what else it says"),
        None => format!("it has no `{key}`, without which {host} does not take it for a server"),
    }
}

/// Which transport the host would use for an entry.
pub(crate) fn live<'a>(dialect: &Dialect<'a>, entry: &Object) -> Option<Live<'a>> {
    let has = |key: &&str| entry.given(key).is_some();
    let has_command = has(&dialect.stdio.command);
    let http_url = dialect.remote.http_url.filter(has);
    let url = http_url
        .or_else(|| Some(dialect.remote.url).filter(has))
        .or_else(|| dialect.remote.also_url.filter(has));
    match url {
        Some(key) if http_url.is_some() && (dialect.url_wins || !has_command) => {
            Some(Live::Remote(key, RemoteKind::StreamableHttp))
        }
        Some(key) if dialect.url_wins || !has_command => {
            Some(kind(dialect, entry).map_or(Live::Mismarked, |kind| Live::Remote(key, kind)))
        }
        _ if !has_command => None,
        _ => Some(if is_marked_stdio(dialect, entry) { Live::Stdio } else { Live::Mismarked }),
    }
}

/// What an entry's marker, or that there is none, says of a remote server.
fn kind(dialect: &Dialect<'_>, entry: &Object) -> Option<RemoteKind> {
    let words = dialect.kinds.words();
    let bare = match words.bare {
        Bare::Detected => Some(RemoteKind::Auto),
        Bare::Http => Some(RemoteKind::StreamableHttp),
        Bare::Sse => Some(RemoteKind::Sse),
        Bare::Nothing => None,
    };
    let Some(marker) = entry.given(dialect.kinds.key()) else {
        let hint = dialect.kinds.hint_key().and_then(|key| entry.given(key)?.as_str());
        return hint.and_then(|word| kind_of_word(&Words::COMMON, word)).or(bare);
    };
    match marker.as_str().and_then(|word| kind_of_word(words, word)) {
        Some(kind) => Some(kind),
        None if dialect.kinds.is_strict() => None,
        None => bare,
    }
}

fn kind_of_word(words: &Words<'_>, word: &str) -> Option<RemoteKind> {
    if words.sse.contains(&word) {
        return Some(RemoteKind::Sse);
    }
    words.http.contains(&word).then_some(RemoteKind::StreamableHttp)
}

/// Whether the host starts an entry with a command, as far as its marker goes.
fn is_marked_stdio(dialect: &Dialect<'_>, entry: &Object) -> bool {
    let words = dialect.kinds.words();
    if !words.marks_stdio && !dialect.kinds.is_strict() {
        return true;
    }
    match entry.given(dialect.kinds.key()) {
        None => !words.marks_stdio,
        Some(marker) => marker.as_str().is_some_and(|word| words.stdio.contains(&word)),
    }
}

fn stdio(dialect: &Dialect<'_>, entry: &Object) -> Result<Stdio, String> {
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
        env_forward: strings(entry, keys.env_forward).unwrap_or_default(),
        env_file: template(keys.env_file, Spot::EnvFile),
        cwd: template(keys.cwd, Spot::Cwd),
    })
}

/// The command and the arguments of an entry, if they can be read.
pub(crate) fn words(dialect: &Dialect<'_>, entry: &Object) -> Option<(Template, Vec<Template>)> {
    let command = entry.given(dialect.stdio.command)?.as_str()?;
    let command = dialect.syntax.parse(command, Spot::Command);
    Some(split_command(dialect, command, args(dialect, entry).ok()?))
}

fn args(dialect: &Dialect<'_>, entry: &Object) -> Result<Vec<Template>, String> {
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
    dialect: &Dialect<'_>,
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
    dialect: &Dialect<'_>,
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
    dialect: &Dialect<'_>,
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
fn read_oauth(dialect: &Dialect<'_>, keys: &OauthKeys<'_>, object: &Object) -> Option<Oauth> {
    let template = |key: Option<&str>| -> Option<Template> {
        Some(dialect.syntax.parse(object.given(key?)?.as_str()?, Spot::Oauth))
    };
    let oauth = Oauth {
        client_id: template(Some(keys.client_id)),
        client_secret: template(keys.client_secret),
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

/// Whatever has no canonical name, or a value that its canonical field can't hold, or says
/// something that the entry's transport has no use for: a `url` beside a `command`.
fn extras(dialect: &Dialect<'_>, entry: &Object) -> Vec<Extra> {
    let live = live(dialect, entry);
    let mut extras = Vec::new();
    let mut add = |path: &[&str], value: &Value| {
        let path = path.iter().map(|&key| key.to_owned()).collect();
        extras.push(Extra { path, value: value.to_text() });
    };
    for (at, (key, value)) in entry.iter().enumerate() {
        if entry.iter().skip(at + 1).any(|(later, _)| later == key) {
            continue;
        }
        if is_passed_over(dialect, live, key) {
            if !says_nothing(value) {
                add(&[key], value);
            }
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
            _ if holds(dialect, key, value) || dialect.state.contains(&key) => {}
            _ => add(&[key], value),
        }
    }
    extras
}

/// Whether a key of an entry counts for nothing, because of what else the entry has: the other
/// transport's, or a second URL.
fn is_passed_over(dialect: &Dialect<'_>, live: Option<Live<'_>>, key: &str) -> bool {
    match live {
        Some(Live::Stdio) => dialect.remote.all().any(|known| known == key),
        Some(Live::Remote(url, _)) => {
            dialect.stdio.all().any(|known| known == key)
                || (key != url && dialect.remote.urls().any(|known| known == key))
        }
        _ => false,
    }
}

fn says_nothing(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::Array(items) => items.is_empty(),
        Value::Object(members) => members.is_empty(),
        _ => false,
    }
}

/// Whether a canonical field holds what an entry has under this key.
pub(crate) fn holds(dialect: &Dialect<'_>, key: &str, value: &Value) -> bool {
    if !dialect.knows(key) {
        return false;
    }
    if *value == Value::Null {
        return true;
    }
    let is = |known: Option<&str>| known == Some(key);
    if dialect.kinds.hint_key() == Some(key) {
        return value.as_str().is_some_and(|word| Words::COMMON.knows(word));
    }
    if key == dialect.kinds.key() {
        return value.as_str().is_some_and(|word| dialect.kinds.words().knows(word));
    }
    if let Some(timeout) = dialect.timeouts.of(key) {
        return value.as_u64().and_then(|number| timeout.read(number)).is_some();
    }
    if dialect.tools.has(key) {
        return value.as_strings().is_some_and(|names| dialect.tools.are_names(&names));
    }
    if is(dialect.switch()) {
        return matches!(value, Value::Bool(_));
    }
    if is(dialect.stdio.env_forward) {
        return value.as_strings().is_some();
    }
    if is(dialect.description) || is(dialect.stdio.env_file) || is(dialect.stdio.cwd) {
        return value.as_str().is_some();
    }
    // A command, its arguments and the like are understood, or the entry is unreadable.
    dialect.remote.oauth.is_none_or(|keys| keys.object != key)
}

/// As [`holds`], inside an OAuth client.
pub(crate) fn holds_oauth(keys: &OauthKeys<'_>, key: &str, value: &Value) -> bool {
    let fits = match value {
        Value::Null => true,
        value if keys.scopes == Some(key) => value.as_strings().is_some(),
        value => value.as_str().is_some(),
    };
    keys.knows(key) && fits
}
