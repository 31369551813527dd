//! What has to hold of a table besides its shape.

use std::collections::BTreeMap;

use hatch_core::host::{Format, TransportKind};

use super::error::{Source, TableError};
use super::shape::{BareUrl, Dialect, References, TableFile, Timeouts, Transport, Words};

const DOCUMENT: &[&str] = &["id", "format", "locations", "prefer", "sections", "accepts-bom"];
/// Where keys stand; the library would take values for them, in their order.
const TABLES: [&str; 11] = [
    "dialect",
    "dialect.stdio",
    "dialect.remote",
    "dialect.transport",
    "dialect.oauth",
    "dialect.timeouts",
    "dialect.timeouts.request",
    "dialect.timeouts.startup",
    "dialect.timeouts.tool-call",
    "dialect.tools",
    "dialect.references",
];
const LOCATION: &[&str] = &["scope", "systems", "root", "path"];

/// The marker of a host that has none: other tools write it.
const TYPE: &str = "type";
/// Everybody's words under it.
const HTTP_WORDS: [&str; 4] = ["http", "streamable-http", "streamableHttp", "streamable_http"];

/// Checks what is passed over when a table is read: lists where keys should be, and keys of the
/// descriptor that mean nothing.
pub(super) fn check_shape(source: &Source<'_>) -> Result<(), TableError> {
    TABLES.into_iter().try_for_each(|table| source.no_list_at(table))?;
    source.keys_at("documents", DOCUMENT)?;
    source.keys_at("documents.locations", LOCATION)
}

/// Checks a table, and fills in what it may leave out.
pub(super) fn check(file: &mut TableFile, source: &Source<'_>) -> Result<(), TableError> {
    check_descriptor(file, source)?;
    let section = find_section(file, source)?;
    file.dialect.section = Some(section);
    check_transports(file, source)?;
    fill_in_transport(file, source)?;
    check_keys(&file.dialect, source)?;
    check_switch(&mut file.dialect, source)?;
    check_timeouts(&file.dialect.timeouts, source)?;
    check_references(&file.dialect.references, source)
}

/// The rules for what any adapter says of its host, and those that are a table's own.
fn check_descriptor(file: &TableFile, source: &Source<'_>) -> Result<(), TableError> {
    for (at, document) in file.documents.iter().enumerate() {
        if matches!(document.format, Format::Toml | Format::Yaml) {
            let reason = "a table is for documents in JSON: `json`, `jsonc` or \
                          `jsonc-no-trailing-commas`";
            return Err(source.error(&format!("documents.{at}.format"), reason));
        }
    }
    let told = |reason: String| match reason.strip_prefix("it ") {
        Some(rest) => source.error_at_value(&format!("the table {rest}")),
        None => source.error_at_value(&reason.replacen("its", "the", 1)),
    };
    crate::descriptor::check(&file.descriptor()).map_err(told)
}

/// The section that holds the servers: the one that is named, or the only one there is.
fn find_section(file: &TableFile, source: &Source<'_>) -> Result<Vec<String>, TableError> {
    let document = &file.documents[0];
    let shown = |path: &[String]| format!("`{}`", path.join("."));
    let declared: Vec<_> = document.sections.iter().map(|path| shown(path)).collect();
    match (&file.dialect.section, document.sections.as_slice()) {
        (Some(section), sections) if sections.contains(section) => Ok(section.clone()),
        (Some(section), _) => {
            let (section, declared) = (shown(section), declared.join(", "));
            let reason = format!(
                "{section} is not among the sections of the first document, which are {declared}"
            );
            Err(source.error("dialect.section", reason))
        }
        (None, [only]) => Ok(only.clone()),
        (None, _) => {
            let reason = "the first document has several sections, so `section` has to say which \
                          one holds the servers";
            Err(source.error("dialect", reason))
        }
    }
}

/// What a host speaks, and what its words can say, are the same.
fn check_transports(file: &TableFile, source: &Source<'_>) -> Result<(), TableError> {
    let speaks = |kind| file.transports.contains(&kind);
    if !speaks(TransportKind::Stdio) {
        return Err(source.error("transports", "a table is for hosts that speak `stdio`, too"));
    }
    let Some(transport) = &file.dialect.transport else { return Ok(()) };
    let at = |key: &str| format!("dialect.transport.{key}");
    let (http, sse) = (speaks(TransportKind::StreamableHttp), speaks(TransportKind::Sse));
    for (key, words, speaks, name) in
        [("http", &transport.http, http, "streamable-http"), ("sse", &transport.sse, sse, "sse")]
    {
        if !speaks && !words.0.is_empty() {
            let reason = format!("`transports` does not have `{name}`, so there is no word for it");
            return Err(source.error(&at(key), reason));
        }
    }
    let bare = match transport.bare_url {
        BareUrl::Detected => (http && sse, http && sse),
        BareUrl::Http => (http, false),
        BareUrl::Sse => (false, sse),
        BareUrl::Error => (false, false),
    };
    if transport.bare_url != BareUrl::Error && !(bare.0 || bare.1) {
        let reason = "a URL can't be what `transports` does not have";
        return Err(source.error(&at("bare-url"), reason));
    }
    if (http && !bare.0 && transport.http.0.is_empty())
        || (sse && !bare.1 && transport.sse.0.is_empty())
    {
        let reason = "a transport of `transports` has neither a word here nor is it what a bare \
                      URL is";
        return Err(source.error("dialect.transport", reason));
    }
    if transport.stdio_is_marked && transport.stdio.0.is_empty() {
        return Err(source.error(&at("stdio-is-marked"), "there is no word in `stdio` to write"));
    }
    check_words(transport, source)
}

/// A word means one transport.
fn check_words(transport: &Transport, source: &Source<'_>) -> Result<(), TableError> {
    let mut seen = BTreeMap::new();
    for (key, words) in
        [("stdio", &transport.stdio), ("http", &transport.http), ("sse", &transport.sse)]
    {
        for word in &words.0 {
            let path = format!("dialect.transport.{key}");
            if word.is_empty() {
                return Err(source.error(&path, "a word can't be empty"));
            }
            if let Some(other) = seen.insert(word, key) {
                let reason = format!("`{word}` is a word for `{other}` already");
                return Err(source.error(&path, reason));
            }
        }
    }
    Ok(())
}

/// Of a host that takes stdio alone, or no more than Streamable HTTP besides, everything is said.
fn fill_in_transport(file: &mut TableFile, source: &Source<'_>) -> Result<(), TableError> {
    let dialect = &mut file.dialect;
    let speaks = |kind| file.transports.contains(&kind);
    match (speaks(TransportKind::StreamableHttp), speaks(TransportKind::Sse)) {
        (false, false) => {
            let name = &file.name;
            dialect.refusal = Some(format!(
                "{name}'s file takes servers with a `{}` only; `--bridge 'npx -y mcp-remote \
                 {{url}}'` writes a local bridge to a remote one",
                dialect.stdio.command
            ));
        }
        (true, false) if dialect.transport.is_none() => {
            dialect.transport = Some(Transport {
                key: TYPE.to_owned(),
                stdio: super::shape::stdio_word(),
                http: Words(HTTP_WORDS.map(str::to_owned).to_vec()),
                sse: Words::default(),
                stdio_is_marked: false,
                bare_url: BareUrl::Http,
            });
        }
        (false, true) if dialect.transport.is_none() => {
            let reason = "a host that speaks `sse` and not `streamable-http` needs a `transport`";
            return Err(source.error("dialect", reason));
        }
        _ => {}
    }
    Ok(())
}

/// No key has two meanings.
fn check_keys(dialect: &Dialect, source: &Source<'_>) -> Result<(), TableError> {
    let (stdio, remote, tools) = (&dialect.stdio, &dialect.remote, &dialect.tools);
    let timeouts = &dialect.timeouts;
    let timeout = |timeout: &'_ Option<super::shape::Timeout>| {
        timeout.as_ref().map(|timeout| timeout.key.clone())
    };
    let marker = dialect.transport.as_ref().map_or(TYPE, |transport| &transport.key).to_owned();
    let mut keys = vec![
        ("stdio.command", Some(stdio.command.clone())),
        ("stdio.args", Some(stdio.args.clone())),
        ("stdio.env", Some(stdio.env.clone())),
        ("stdio.env-forward", stdio.env_forward.clone()),
        ("stdio.env-file", stdio.env_file.clone()),
        ("stdio.cwd", stdio.cwd.clone()),
        ("remote.url", Some(remote.url.clone())),
        ("remote.also-url", remote.also_url.clone()),
        ("remote.headers", Some(remote.headers.clone())),
        ("transport.key", Some(marker)),
        ("oauth.object", dialect.oauth.as_ref().map(|oauth| oauth.object.clone())),
        ("description", dialect.description.clone()),
        ("disabled", dialect.disabled.clone()),
        ("enabled", dialect.enabled.clone()),
        ("timeouts.request", timeout(&timeouts.request)),
        ("timeouts.startup", timeout(&timeouts.startup)),
        ("timeouts.tool-call", timeout(&timeouts.tool_call)),
        ("tools.allow", tools.allow.clone()),
        ("tools.deny", tools.deny.clone()),
        ("tools.auto-approve", tools.auto_approve.clone()),
    ];
    keys.extend(dialect.foreign.iter().map(|key| ("foreign", Some(key.clone()))));
    keys.extend(dialect.state.iter().map(|key| ("state", Some(key.clone()))));
    check_distinct(keys, source)?;
    let Some(oauth) = &dialect.oauth else { return Ok(()) };
    check_distinct(
        vec![
            ("oauth.client-id", Some(oauth.client_id.clone())),
            ("oauth.client-secret", oauth.client_secret.clone()),
            ("oauth.scopes", oauth.scopes.clone()),
            ("oauth.authorization-url", oauth.authorization_url.clone()),
            ("oauth.token-url", oauth.token_url.clone()),
            ("oauth.redirect-uri", oauth.redirect_uri.clone()),
        ],
        source,
    )
}

fn check_distinct(
    keys: Vec<(&str, Option<String>)>,
    source: &Source<'_>,
) -> Result<(), TableError> {
    let mut seen = BTreeMap::new();
    for (path, key) in keys {
        let Some(key) = key else { continue };
        let error = |reason| Err(source.error(&format!("dialect.{path}"), reason));
        if key.is_empty() {
            return error("a key can't be empty".to_owned());
        }
        if let Some(other) = seen.get(&key) {
            return error(format!("`{key}` is the key for `{other}` already"));
        }
        seen.insert(key, path);
    }
    Ok(())
}

/// There is one way to turn a server off, or a reason why there is none.
fn check_switch(dialect: &mut Dialect, source: &Source<'_>) -> Result<(), TableError> {
    let given = [
        ("disabled", &dialect.disabled),
        ("enabled", &dialect.enabled),
        ("cannot-disable", &dialect.cannot_disable),
    ];
    let given: Vec<_> =
        given.into_iter().filter(|(_, value)| value.is_some()).map(|(key, _)| key).collect();
    match given.as_slice() {
        [] => {
            dialect.cannot_disable = Some("its file has no way to turn a server off".to_owned());
            Ok(())
        }
        [_] => match &dialect.cannot_disable {
            Some(why) if why.is_empty() || crate::clean(why) != *why => {
                Err(source.error("dialect.cannot-disable", "a phrase is missing, for a person"))
            }
            _ => Ok(()),
        },
        [first, second, ..] => {
            let reason = format!("`{first}` has said already how a server is turned off");
            Err(source.error(&format!("dialect.{second}"), reason))
        }
    }
}

fn check_timeouts(timeouts: &Timeouts, source: &Source<'_>) -> Result<(), TableError> {
    for (name, timeout) in [
        ("request", &timeouts.request),
        ("startup", &timeouts.startup),
        ("tool-call", &timeouts.tool_call),
    ] {
        let Some(timeout) = timeout else { continue };
        if timeout.min.unwrap_or(0) > timeout.max.unwrap_or(u64::MAX) {
            let path = format!("dialect.timeouts.{name}.min");
            return Err(source.error(&path, "`min` is more than `max`"));
        }
    }
    Ok(())
}

/// Each spelling has the words that stand for what varies, something before them, and an end.
fn check_references(references: &References, source: &Source<'_>) -> Result<(), TableError> {
    let mut any = false;
    for (name, spellings, words) in [
        ("env", &references.env, &["NAME"][..]),
        ("env-default", &references.env_default, &["NAME", "DEFAULT"]),
        ("input", &references.input, &["ID"]),
        ("file", &references.file, &["PATH"]),
        ("user-home", &references.user_home, &[]),
        ("workspace-folder", &references.workspace_folder, &[]),
        ("native", &references.native, &[]),
    ] {
        for spelling in &spellings.0 {
            any = true;
            let words = match words {
                [] if name == "native" && spelling.contains("TEXT") => &["TEXT"][..],
                words => words,
            };
            check_spelling(spelling, words, name == "env").map_err(|reason| {
                source
                    .error(&format!("dialect.references.{name}"), format!("`{spelling}` {reason}"))
            })?;
        }
    }
    match (any, &references.r#in) {
        (false, Some(_)) => {
            Err(source
                .error("dialect.references.in", "there is no reference that could stand there"))
        }
        (true, Some(spots)) if spots.is_empty() => {
            Err(source.error("dialect.references.in", "a reference has to stand somewhere"))
        }
        _ => Ok(()),
    }
}

fn check_spelling(spelling: &str, words: &[&str], may_be_open: bool) -> Result<(), String> {
    let mut rest = spelling;
    for (at, word) in words.iter().enumerate() {
        let Some((before, after)) = rest.split_once(word) else {
            return Err(format!("has no `{word}` to stand for what varies"));
        };
        if before.is_empty() {
            let what = if at == 0 { "begins with" } else { "has nothing before" };
            return Err(format!("{what} `{word}`, so that any text would be one"));
        }
        rest = after;
    }
    if rest.is_empty() && (!may_be_open || words.is_empty()) {
        return Err(match words.last() {
            Some(word) => format!("ends with `{word}`, so that nobody knows where it ends"),
            None => "is empty".to_owned(),
        });
    }
    Ok(())
}
