//! Servers, edits and outcomes as JSON, for case files.

use crate::json::{Object, Value};
use crate::template::{canonical, normal};
use crate::{
    Edit, EnvRef, Error, Extra, LossKind, Oauth, Outcome, Place, Reading, Remote, RemoteKind,
    Segment, Server, Stdio, Template, Timeouts, ToolFilter, Transport,
};

/// Reads `{ "put": SERVER }` or `{ "remove": "NAME" }`.
///
/// # Errors
///
/// Says what is wrong.
pub fn edit_from(value: &Value) -> Result<Edit, String> {
    let object = value.as_object().ok_or("an edit is no object")?;
    match (object.get("put"), object.get("remove").and_then(Value::as_str)) {
        (Some(server), None) => Ok(Edit::Put(server_from(server)?)),
        (None, Some(name)) => Ok(Edit::Remove(name.to_owned())),
        _ => Err("an edit is neither a `put` nor a `remove`".to_owned()),
    }
}

/// Reads a SERVER.
///
/// # Errors
///
/// Names the key that is wrong or unknown.
pub fn server_from(value: &Value) -> Result<Server, String> {
    let mut fields = Fields(value.as_object().ok_or("a server is no object")?.clone());
    let server = Server {
        name: fields.text("name")?.ok_or("a server has no `name`")?,
        transport: transport_from(&mut fields)?,
        enabled: match fields.take("enabled") {
            None => None,
            Some(Value::Bool(flag)) => Some(flag),
            Some(_) => return Err("`enabled` is no boolean".to_owned()),
        },
        description: fields.text("description")?,
        timeouts: {
            let mut limits = fields.object("timeouts")?;
            let limits_read = Timeouts {
                request: limits.number("request")?,
                startup: limits.number("startup")?,
                tool_call: limits.number("toolCall")?,
            };
            limits.end().map(|()| limits_read)?
        },
        tools: {
            let mut tools = fields.object("tools")?;
            let filter = ToolFilter {
                allow: tools.strings("allow")?,
                deny: tools.strings("deny")?,
                auto_approve: tools.strings("autoApprove")?,
            };
            tools.end().map(|()| filter)?
        },
        extras: extras_from(fields.take("extras").as_ref())?,
    };
    fields.end().map(|()| server)
}

fn transport_from(fields: &mut Fields) -> Result<Transport, String> {
    let kind = fields.text("type")?.unwrap_or_else(|| "stdio".to_owned());
    if kind == "stdio" {
        return Ok(Transport::Stdio(Stdio {
            command: fields.template("command")?.ok_or("a server has no `command`")?,
            args: fields
                .strings("args")?
                .unwrap_or_default()
                .iter()
                .map(|arg| parse_template(arg))
                .collect(),
            env: fields.pairs("env")?,
            env_forward: fields.strings("envForward")?.unwrap_or_default(),
            env_file: fields.template("envFile")?,
            cwd: fields.template("cwd")?,
        }));
    }
    let kind = match kind.as_str() {
        "http" => RemoteKind::StreamableHttp,
        "sse" => RemoteKind::Sse,
        "remote" => RemoteKind::Auto,
        _ => return Err(format!("`type` is `{kind}`")),
    };
    Ok(Transport::Remote(Remote {
        kind,
        url: fields.template("url")?.ok_or("a server has no `url`")?,
        headers: fields.pairs("headers")?,
        oauth: if fields.0.get("oauth").is_none() {
            None
        } else {
            let mut client = fields.object("oauth")?;
            let oauth = Oauth {
                client_id: client.template("clientId")?,
                client_secret: client.template("clientSecret")?,
                scopes: client.strings("scopes")?,
                authorization_url: client.template("authorizationUrl")?,
                token_url: client.template("tokenUrl")?,
                redirect_uri: client.template("redirectUri")?,
            };
            Some(client.end().map(|()| oauth)?)
        },
    }))
}

fn extras_from(value: Option<&Value>) -> Result<Vec<Extra>, String> {
    let items = value.and_then(Value::as_array).unwrap_or_default();
    let extra = |item: &Value| {
        let object = item.as_object()?;
        let path = object.get("path")?.as_strings()?;
        Some(Extra { path, value: object.get("value")?.to_text() })
    };
    let extras: Option<Vec<Extra>> = items.iter().map(extra).collect();
    extras.ok_or_else(|| "an extra has no `path` or no `value`".to_owned())
}

/// An object whose members are taken out one by one.
struct Fields(Object);

impl Fields {
    fn take(&mut self, key: &str) -> Option<Value> {
        let value = self.0.get(key).cloned();
        self.0.remove(key);
        value
    }

    fn of<T>(
        &mut self,
        key: &str,
        read: impl Fn(&Value) -> Option<T>,
    ) -> Result<Option<T>, String> {
        let Some(value) = self.take(key) else { return Ok(None) };
        read(&value).map(Some).ok_or_else(|| format!("`{key}` has the wrong type"))
    }

    fn text(&mut self, key: &str) -> Result<Option<String>, String> {
        self.of(key, |value| value.as_str().map(str::to_owned))
    }

    fn template(&mut self, key: &str) -> Result<Option<Template>, String> {
        self.of(key, |value| value.as_str().map(parse_template))
    }

    fn strings(&mut self, key: &str) -> Result<Option<Vec<String>>, String> {
        self.of(key, Value::as_strings)
    }

    fn number(&mut self, key: &str) -> Result<Option<u64>, String> {
        self.of(key, Value::as_u64)
    }

    fn object(&mut self, key: &str) -> Result<Fields, String> {
        let object = self.of(key, |value| value.as_object().cloned())?;
        Ok(Fields(object.unwrap_or_default()))
    }

    fn pairs(&mut self, key: &str) -> Result<Vec<(String, Template)>, String> {
        let pair = |(name, value): (&str, &Value)| {
            Some((name.to_owned(), parse_template(value.as_str()?)))
        };
        Ok(self.of(key, |value| value.as_object()?.iter().map(pair).collect())?.unwrap_or_default())
    }

    fn end(&self) -> Result<(), String> {
        match self.0.iter().next() {
            Some((key, _)) => Err(format!("`{key}` is unknown, or does not go with the transport")),
            None => Ok(()),
        }
    }
}

/// Spells a server as [`server_from`] reads it, leaving out what says nothing.
pub fn server_to(server: &Server) -> Value {
    let mut object = Object::new();
    object.set("name", Value::string(&server.name));
    match &server.transport {
        Transport::Stdio(stdio) => stdio_to(stdio, &mut object),
        Transport::Remote(remote) => remote_to(remote, &mut object),
    }
    let number = |limit: u64| Value::Number(limit.to_string());
    let timeouts = [
        ("request", server.timeouts.request.map(number)),
        ("startup", server.timeouts.startup.map(number)),
        ("toolCall", server.timeouts.tool_call.map(number)),
    ];
    let tools = [
        ("allow", server.tools.allow.as_deref().map(strings_to)),
        ("deny", server.tools.deny.as_deref().map(strings_to)),
        ("autoApprove", server.tools.auto_approve.as_deref().map(strings_to)),
    ];
    set(&mut object, "enabled", server.enabled.map(Value::Bool));
    set(&mut object, "description", server.description.as_deref().map(Value::string));
    set(&mut object, "timeouts", some_members(timeouts));
    set(&mut object, "tools", some_members(tools));
    let extras: Vec<Value> = server.extras.iter().map(extra_to).collect();
    set(&mut object, "extras", (!extras.is_empty()).then_some(Value::Array(extras)));
    Value::Object(object)
}

fn stdio_to(stdio: &Stdio, object: &mut Object) {
    object.set("command", template_to(&stdio.command));
    object.set("args", Value::Array(stdio.args.iter().map(|arg| template_to(arg)).collect()));
    set(object, "env", pairs_to(&stdio.env));
    let forwarded = (!stdio.env_forward.is_empty()).then(|| strings_to(&stdio.env_forward));
    set(object, "envForward", forwarded);
    set(object, "envFile", stdio.env_file.as_deref().map(template_to));
    set(object, "cwd", stdio.cwd.as_deref().map(template_to));
}

fn remote_to(remote: &Remote, object: &mut Object) {
    let kind = match remote.kind {
        RemoteKind::StreamableHttp => "http",
        RemoteKind::Sse => "sse",
        RemoteKind::Auto => "remote",
    };
    object.set("type", Value::string(kind));
    object.set("url", template_to(&remote.url));
    set(object, "headers", pairs_to(&remote.headers));
    let Some(oauth) = &remote.oauth else { return };
    let members = [
        ("clientId", oauth.client_id.as_deref().map(template_to)),
        ("clientSecret", oauth.client_secret.as_deref().map(template_to)),
        ("scopes", oauth.scopes.as_deref().map(strings_to)),
        ("authorizationUrl", oauth.authorization_url.as_deref().map(template_to)),
        ("tokenUrl", oauth.token_url.as_deref().map(template_to)),
        ("redirectUri", oauth.redirect_uri.as_deref().map(template_to)),
    ];
    object.set("oauth", some_members(members).unwrap_or(Value::Object(Object::new())));
}

fn set(object: &mut Object, key: &str, value: Option<Value>) {
    if let Some(value) = value {
        object.set(key, value);
    }
}

fn some_members<const N: usize>(members: [(&str, Option<Value>); N]) -> Option<Value> {
    let members = members.into_iter().filter_map(|(key, value)| Some((key.to_owned(), value?)));
    let object: Object = members.collect();
    (!object.is_empty()).then_some(Value::Object(object))
}

fn strings_to(items: &[String]) -> Value {
    Value::Array(items.iter().map(Value::string).collect())
}

fn pairs_to(pairs: &[(String, Template)]) -> Option<Value> {
    let pair = |(name, value): &(String, Template)| (name.clone(), template_to(value));
    (!pairs.is_empty()).then(|| Value::Object(pairs.iter().map(pair).collect()))
}

fn extra_to(extra: &Extra) -> Value {
    let value = Value::parse(&extra.value).unwrap_or_else(|_| Value::string("no JSON"));
    let members = [("path", strings_to(&extra.path)), ("value", value)];
    Value::Object(members.into_iter().map(|(key, value)| (key.to_owned(), value)).collect())
}

/// Spells a reading.
pub(super) fn reading_to(reading: &Reading) -> Value {
    let unreadable = |entry: &crate::Unreadable| {
        members([("name", Value::string(&entry.name)), ("reason", Value::string(&entry.reason))])
    };
    let servers = reading.servers.iter().map(server_to).collect();
    let mut object = Object::new();
    object.set("servers", Value::Array(servers));
    if !reading.foreign.is_empty() {
        object.set("foreign", strings_to(&reading.foreign));
    }
    if !reading.unreadable.is_empty() {
        object.set("unreadable", Value::Array(reading.unreadable.iter().map(unreadable).collect()));
    }
    Value::Object(object)
}

/// Spells an outcome.
pub(super) fn outcome_to(outcome: &Outcome) -> Value {
    match outcome {
        Outcome::Refused(reason) => members([("refused", Value::string(reason))]),
        Outcome::Done(losses) => {
            let loss = |loss: &crate::Loss| {
                let kind = match loss.kind {
                    LossKind::Dropped => "dropped",
                    LossKind::Approximated => "approximated",
                    LossKind::Inlined => "inlined",
                    LossKind::Renamed => "renamed",
                };
                members([
                    ("field", Value::string(&loss.field)),
                    ("kind", Value::string(kind)),
                    ("detail", Value::string(&loss.detail)),
                ])
            };
            members([("done", Value::Array(losses.iter().map(loss).collect()))])
        }
    }
}

/// Spells an error.
pub(super) fn error_to(error: &Error) -> Value {
    members([("error", Value::string(super::message(error)))])
}

fn members<const N: usize>(members: [(&str, Value); N]) -> Value {
    Value::Object(members.into_iter().map(|(key, value)| (key.to_owned(), value)).collect())
}

/// The canonical spelling of a template; `native` segments, which name no adapter here,
/// are spelt `${native:TEXT}`.
fn template_to(template: &[Segment]) -> Value {
    let mut text = String::new();
    for segment in template {
        match segment {
            Segment::Literal(literal) => text.push_str(&literal.replace("${", "$${")),
            Segment::Native(native) => {
                let native = native.replace('\\', "\\\\").replace('}', "\\}");
                text.push_str(&format!("${{native:{native}}}"));
            }
            other => text.push_str(&canonical(other)),
        }
    }
    Value::string(text)
}

/// Reads the canonical spelling of a template, in the subset that cases use: `$${` stands
/// for `${`, and inside a reference a backslash escapes `}` and itself.
pub fn parse_template(text: &str) -> Template {
    let mut segments = Vec::new();
    let mut rest = text;
    while let Some(at) = rest.find("${") {
        let is_escaped = rest[..at].ends_with('$');
        let body = (!is_escaped).then(|| split_body(&rest[at + 2..])).flatten();
        let found = body.and_then(|(body, after)| Some((reference(&body)?, after)));
        if let Some((segment, after)) = found {
            segments.push(Segment::Literal(rest[..at].to_owned()));
            segments.push(segment);
            rest = after;
        } else {
            segments.push(Segment::Literal(rest[..at - usize::from(is_escaped)].to_owned()));
            segments.push(Segment::Literal("${".to_owned()));
            rest = &rest[at + 2..];
        }
    }
    segments.push(Segment::Literal(rest.to_owned()));
    normal(&segments)
}

fn reference(body: &str) -> Option<Segment> {
    Some(match body.split_once(':') {
        None if body == "userHome" => Segment::Place(Place::UserHome),
        None if body == "workspaceFolder" => Segment::Place(Place::WorkspaceFolder),
        Some(("env", name)) => {
            let (name, default) = match name.split_once(":-") {
                Some((name, default)) => (name, Some(default.to_owned())),
                None => (name, None),
            };
            Segment::Env(EnvRef { name: name.to_owned(), default })
        }
        Some(("input", id)) => Segment::Input(id.to_owned()),
        Some(("file", path)) => Segment::File(path.to_owned()),
        Some(("native", native)) => Segment::Native(native.to_owned()),
        _ => return None,
    })
}

/// Splits at the first `}` that no backslash escapes, and takes the escapes out.
fn split_body(text: &str) -> Option<(String, &str)> {
    let mut body = String::new();
    let mut characters = text.char_indices().peekable();
    while let Some((at, character)) = characters.next() {
        match (character, characters.peek()) {
            ('}', _) => return Some((body, &text[at + 1..])),
            ('\\', Some((_, escaped @ ('\\' | '}')))) => {
                body.push(*escaped);
                characters.next();
            }
            _ => body.push(character),
        }
    }
    None
}
