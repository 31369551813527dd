//! A server in the common form: the JSON that every server's README shows, with references
//! in their canonical spelling.

use serde_json::{Map, Value};

use crate::server::{OAuth, Remote, Server, ServerName, Stdio, Timeouts, ToolFilter, Transport};
use crate::suggest::near_miss;
use crate::template::Template;

/// The fields that the common form knows. What else an entry holds belongs to one host.
pub const FIELDS: [&str; 22] = [
    "type",
    "command",
    "args",
    "env",
    "envForward",
    "envFile",
    "cwd",
    "url",
    "httpUrl",
    "headers",
    "oauth",
    "enabled",
    "disabled",
    "description",
    "timeout",
    "startupTimeout",
    "toolTimeout",
    "includeTools",
    "excludeTools",
    "autoApprove",
    "serverUrl",
    "transport",
];

/// The members that the common form knows in `oauth`.
pub const OAUTH: [&str; 6] =
    ["clientId", "clientSecret", "scopes", "authorizationUrl", "tokenUrl", "redirectUri"];

/// What is wrong with an entry.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum EntryError {
    /// A field holds something else than it should.
    #[error("`{field}` should be {expected}")]
    Type {
        /// The field, or a member of it.
        field: String,
        /// What it should be, with its article.
        expected: &'static str,
    },
    /// Neither a command nor a url.
    #[error("it has neither a `command` nor a `url`{}", after(.near.as_deref()))]
    NoTransport {
        /// A key that is nearly one of them, in words.
        near: Option<String>,
    },
    /// Both a command and a url.
    #[error("it has both a `command` and a `url`")]
    TwoTransports,
    /// A transport that does not exist.
    #[error("unknown transport `{0}`: expected `stdio`, `http` or `sse`")]
    UnknownTransport(String),
    /// `enabled` and `disabled` say different things.
    #[error("`enabled` and `disabled` contradict each other")]
    Contradiction,
}

fn after(remark: Option<&str>) -> String {
    remark.map(|remark| format!("; {remark}")).unwrap_or_default()
}

/// Reads an entry. Fields that the common form does not know are left to the caller.
///
/// # Errors
///
/// Fails where a field has the wrong type, and where there is no one transport.
pub fn parse(name: ServerName, entry: &Map<String, Value>) -> Result<Server, EntryError> {
    let fields = Fields(entry);
    Ok(Server {
        name,
        transport: parse_transport(&fields)?,
        enabled: parse_enabled(&fields)?,
        description: fields.text("description")?.map(str::to_owned),
        timeouts: Timeouts {
            request: fields.milliseconds("timeout")?,
            startup: fields.milliseconds("startupTimeout")?,
            tool_call: fields.milliseconds("toolTimeout")?,
        },
        tools: ToolFilter {
            allow: fields.names("includeTools")?,
            deny: fields.names("excludeTools")?,
            auto_approve: fields.names("autoApprove")?,
        },
        extras: Vec::new(),
    })
}

fn parse_transport(fields: &Fields<'_>) -> Result<Transport, EntryError> {
    let kind = match fields.text("type")? {
        Some(kind) => Some(kind),
        None => fields.text("transport")?,
    };
    let http_url = fields.template("httpUrl")?;
    let explicit_http = http_url.is_some();
    let url = match http_url {
        Some(url) => Some(url),
        None => fields.template("url")?.or(fields.template("serverUrl")?),
    };
    match (fields.template("command")?, url) {
        (Some(_), Some(_)) => Err(EntryError::TwoTransports),
        (None, None) => {
            let keys = fields.0.keys().map(String::as_str);
            let near = near_miss(keys, &["command", "url", "httpUrl", "serverUrl"]);
            Err(EntryError::NoTransport { near })
        }
        (Some(command), None) => match kind {
            None | Some("stdio" | "local") => Ok(Transport::Stdio(Stdio {
                command,
                args: fields.templates("args")?,
                env: fields.pairs("env")?,
                env_forward: fields.names("envForward")?.unwrap_or_default(),
                env_file: fields.template("envFile")?,
                cwd: fields.template("cwd")?,
            })),
            Some(kind) => Err(EntryError::UnknownTransport(kind.to_owned())),
        },
        (None, Some(url)) => {
            let headers = fields.pairs("headers")?;
            let remote = Remote { url, headers, oauth: parse_oauth(fields)? };
            match kind {
                Some("http" | "streamable-http" | "streamableHttp" | "streamable_http") => {
                    Ok(Transport::StreamableHttp(remote))
                }
                Some("sse") => Ok(Transport::Sse(remote)),
                None if explicit_http => Ok(Transport::StreamableHttp(remote)),
                None | Some("remote") => Ok(Transport::RemoteAuto(remote)),
                Some(kind) => Err(EntryError::UnknownTransport(kind.to_owned())),
            }
        }
    }
}

fn parse_oauth(fields: &Fields<'_>) -> Result<Option<OAuth>, EntryError> {
    let Some(value) = fields.0.get("oauth").filter(|value| !value.is_null()) else {
        return Ok(None);
    };
    let Value::Object(members) = value else {
        return Err(EntryError::Type { field: "oauth".to_owned(), expected: "an object" });
    };
    let members = Fields(members);
    Ok(Some(OAuth {
        client_id: members.template("clientId")?,
        client_secret: members.template("clientSecret")?,
        scopes: members.names("scopes")?,
        authorization_url: members.template("authorizationUrl")?,
        token_url: members.template("tokenUrl")?,
        redirect_uri: members.template("redirectUri")?,
    }))
}

fn parse_enabled(fields: &Fields<'_>) -> Result<Option<bool>, EntryError> {
    match (fields.flag("enabled")?, fields.flag("disabled")?) {
        (Some(enabled), Some(disabled)) if enabled == disabled => Err(EntryError::Contradiction),
        (Some(enabled), _) => Ok(Some(enabled)),
        (None, disabled) => Ok(disabled.map(|disabled| !disabled)),
    }
}

/// Writes the common form. Extras are left to the caller: they belong to one host.
pub fn print(server: &Server) -> Map<String, Value> {
    let mut entry = Map::new();
    match &server.transport {
        Transport::Stdio(stdio) => print_stdio(stdio, &mut entry),
        Transport::StreamableHttp(remote) => print_remote(Some("http"), remote, &mut entry),
        Transport::Sse(remote) => print_remote(Some("sse"), remote, &mut entry),
        Transport::RemoteAuto(remote) => print_remote(None, remote, &mut entry),
    }
    let mut put = |key: &str, value: Option<Value>| {
        if let Some(value) = value {
            entry.insert(key.to_owned(), value);
        }
    };
    put("enabled", server.enabled.map(Value::from));
    put("description", server.description.clone().map(Value::from));
    put("timeout", server.timeouts.request.map(Value::from));
    put("startupTimeout", server.timeouts.startup.map(Value::from));
    put("toolTimeout", server.timeouts.tool_call.map(Value::from));
    put("includeTools", server.tools.allow.clone().map(Value::from));
    put("excludeTools", server.tools.deny.clone().map(Value::from));
    put("autoApprove", server.tools.auto_approve.clone().map(Value::from));
    entry
}

fn print_stdio(stdio: &Stdio, entry: &mut Map<String, Value>) {
    entry.insert("command".to_owned(), stdio.command.expose().into());
    let args: Vec<_> = stdio.args.iter().map(Template::expose).collect();
    entry.insert("args".to_owned(), args.into());
    if !stdio.env.is_empty() {
        entry.insert("env".to_owned(), print_pairs(&stdio.env));
    }
    if !stdio.env_forward.is_empty() {
        entry.insert("envForward".to_owned(), stdio.env_forward.clone().into());
    }
    if let Some(file) = &stdio.env_file {
        entry.insert("envFile".to_owned(), file.expose().into());
    }
    if let Some(cwd) = &stdio.cwd {
        entry.insert("cwd".to_owned(), cwd.expose().into());
    }
}

fn print_remote(kind: Option<&str>, remote: &Remote, entry: &mut Map<String, Value>) {
    if let Some(kind) = kind {
        entry.insert("type".to_owned(), kind.into());
    }
    entry.insert("url".to_owned(), remote.url.expose().into());
    if !remote.headers.is_empty() {
        entry.insert("headers".to_owned(), print_pairs(&remote.headers));
    }
    if let Some(oauth) = &remote.oauth {
        let mut members = Map::new();
        let mut put = |key: &str, value: Option<Value>| {
            if let Some(value) = value {
                members.insert(key.to_owned(), value);
            }
        };
        let text = |template: &Option<Template>| template.as_ref().map(|it| it.expose().into());
        put("clientId", text(&oauth.client_id));
        put("clientSecret", text(&oauth.client_secret));
        put("scopes", oauth.scopes.clone().map(Value::from));
        put("authorizationUrl", text(&oauth.authorization_url));
        put("tokenUrl", text(&oauth.token_url));
        put("redirectUri", text(&oauth.redirect_uri));
        entry.insert("oauth".to_owned(), members.into());
    }
}

fn print_pairs(pairs: &[(String, Template)]) -> Value {
    let members = pairs.iter().map(|(name, value)| (name.clone(), value.expose().into()));
    Value::Object(members.collect())
}

/// Typed access to an entry's fields. A `null` counts as absent.
struct Fields<'a>(&'a Map<String, Value>);

impl<'a> Fields<'a> {
    fn get(&self, field: &str) -> Option<&'a Value> {
        self.0.get(field).filter(|value| !value.is_null())
    }

    fn text(&self, field: &str) -> Result<Option<&'a str>, EntryError> {
        match self.get(field) {
            None => Ok(None),
            Some(Value::String(text)) => Ok(Some(text)),
            Some(_) => Err(EntryError::Type { field: field.to_owned(), expected: "a text" }),
        }
    }

    fn template(&self, field: &str) -> Result<Option<Template>, EntryError> {
        Ok(self.text(field)?.map(Template::parse))
    }

    fn flag(&self, field: &str) -> Result<Option<bool>, EntryError> {
        match self.get(field) {
            None => Ok(None),
            Some(Value::Bool(flag)) => Ok(Some(*flag)),
            Some(_) => Err(EntryError::Type { field: field.to_owned(), expected: "true or false" }),
        }
    }

    fn milliseconds(&self, field: &str) -> Result<Option<u64>, EntryError> {
        const EXPECTED: &str = "a whole number of milliseconds";
        match self.get(field) {
            None => Ok(None),
            Some(value) => match value.as_u64() {
                Some(number) => Ok(Some(number)),
                None => Err(EntryError::Type { field: field.to_owned(), expected: EXPECTED }),
            },
        }
    }

    fn list(&self, field: &str) -> Result<Option<&'a [Value]>, EntryError> {
        match self.get(field) {
            None => Ok(None),
            Some(Value::Array(items)) => Ok(Some(items)),
            Some(_) => Err(EntryError::Type { field: field.to_owned(), expected: "a list" }),
        }
    }

    fn names(&self, field: &str) -> Result<Option<Vec<String>>, EntryError> {
        let Some(items) = self.list(field)? else { return Ok(None) };
        let name = |item: &Value| item.as_str().map(str::to_owned);
        let names: Option<Vec<_>> = items.iter().map(name).collect();
        match names {
            Some(names) => Ok(Some(names)),
            None => Err(EntryError::Type { field: field.to_owned(), expected: "a list of texts" }),
        }
    }

    fn templates(&self, field: &str) -> Result<Vec<Template>, EntryError> {
        let items = self.list(field)?.unwrap_or_default().iter().enumerate();
        items.map(|(at, item)| scalar(item, || format!("{field}.{at}"))).collect()
    }

    fn pairs(&self, field: &str) -> Result<Vec<(String, Template)>, EntryError> {
        match self.get(field) {
            None => Ok(Vec::new()),
            Some(Value::Object(members)) => members
                .iter()
                .filter(|(_, value)| !value.is_null())
                .map(|(name, value)| {
                    Ok((name.clone(), scalar(value, || format!("{field}.{name}"))?))
                })
                .collect(),
            Some(_) => Err(EntryError::Type { field: field.to_owned(), expected: "an object" }),
        }
    }
}

/// Numbers and booleans count as their text: people write `"PORT": 8080`.
fn scalar(value: &Value, field: impl Fn() -> String) -> Result<Template, EntryError> {
    match value {
        Value::String(text) => Ok(Template::parse(text)),
        Value::Number(number) => Ok(Template::literal(number.to_string())),
        Value::Bool(flag) => Ok(Template::literal(flag.to_string())),
        _ => Err(EntryError::Type { field: field(), expected: "a text" }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn read(entry: Value) -> Result<Server, EntryError> {
        let Value::Object(entry) = entry else { panic!("entries are objects") };
        parse(ServerName::new("x").unwrap(), &entry)
    }

    #[test]
    fn printing_and_reading_are_inverse() {
        for entry in [
            json!({"command": "npx", "args": ["-y", "p"], "env": {"A": "${env:A}"}}),
            json!({"command": "x", "args": [], "envForward": ["A"], "envFile": "f", "cwd": "/"}),
            json!({"type": "http", "url": "https://x/", "headers": {"H": "v"}, "timeout": 5}),
            json!({"type": "sse", "url": "https://x/", "enabled": false, "description": "d"}),
            json!({"url": "https://x/", "oauth": {"clientId": "i", "scopes": ["a"]}}),
            json!({"command": "x", "args": [], "includeTools": [], "excludeTools": ["a"],
                   "autoApprove": ["b"], "startupTimeout": 1, "toolTimeout": 2}),
        ] {
            let printed = Value::Object(print(&read(entry.clone()).unwrap()));
            let sorted =
                |value: &Value| -> Value { serde_json::from_str(&value.to_string()).unwrap() };
            assert_eq!(sorted(&printed), sorted(&entry));
        }
    }

    #[test]
    fn other_spellings_are_understood() {
        let http = read(json!({"httpUrl": "https://x/"})).unwrap();
        assert_eq!(http.transport.label(), "http");
        let remote = read(json!({"serverUrl": "https://x/", "disabled": true})).unwrap();
        assert_eq!((remote.transport.label(), remote.enabled), ("remote", Some(false)));
        let port = read(json!({"command": "x", "env": {"PORT": 8080, "NONE": null}})).unwrap();
        let Transport::Stdio(stdio) = port.transport else { panic!("stdio") };
        assert_eq!(stdio.env, [("PORT".to_owned(), Template::literal("8080"))]);
    }

    #[test]
    fn every_fault_is_named() {
        for (entry, message) in [
            (json!({}), "it has neither a `command` nor a `url`"),
            (
                json!({"comand": "x"}),
                "it has neither a `command` nor a `url`; did you mean `command` by `comand`?",
            ),
            (
                json!({"httpUrl ": "https://x"}),
                "it has neither a `command` nor a `url`; the key `httpUrl ` begins or ends with a \
                 space",
            ),
            (json!({"command": "x", "url": "y"}), "it has both a `command` and a `url`"),
            (json!({"command": 1}), "`command` should be a text"),
            (json!({"command": "x", "args": "y"}), "`args` should be a list"),
            (json!({"command": "x", "args": [[]]}), "`args.0` should be a text"),
            (json!({"command": "x", "env": []}), "`env` should be an object"),
            (json!({"command": "x", "env": {"A": {}}}), "`env.A` should be a text"),
            (
                json!({"command": "x", "timeout": 1.5}),
                "`timeout` should be a whole number of milliseconds",
            ),
            (
                json!({"type": "ws", "url": "x"}),
                "unknown transport `ws`: expected `stdio`, `http` or `sse`",
            ),
            (
                json!({"command": "x", "enabled": true, "disabled": true}),
                "`enabled` and `disabled` contradict each other",
            ),
            (json!({"url": "x", "oauth": true}), "`oauth` should be an object"),
        ] {
            assert_eq!(read(entry).unwrap_err().to_string(), message);
        }
    }
}
