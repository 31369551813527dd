//! A source's server made fit for one target, before its adapter is asked.
//!
//! What is done here needs the world outside the sandbox (the process environment) or
//! concerns every adapter alike (references of other hosts, the bridge).

use std::collections::BTreeMap;
use std::ffi::{OsStr, OsString};

use super::hidden::Hidden;
use crate::adapter::{Loss, LossKind};
use crate::host::{HostDescriptor, Reference, TransportKind};
use crate::references::understand;
use crate::secret::mask_text;
use crate::server::{OAuth, Remote, Server, Stdio, Transport};
use crate::template::{Segment, Template};

/// How servers are changed on their way.
#[derive(Clone, Copy, Debug, Default)]
pub struct Preparation<'a> {
    /// What starts a remote server for a host that only knows local ones.
    pub bridge: Option<&'a Bridge>,
    /// The process environment, where values are to stand for references that a host does
    /// not expand.
    pub inline: Option<&'a BTreeMap<OsString, OsString>>,
    /// Where commands are, by name; `None` for those that are not found here. Hosts are
    /// given the full path.
    pub commands: Option<&'a BTreeMap<String, Option<String>>>,
}

/// A command that reaches a remote server for a host that starts local ones only.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bridge(Vec<String>);

/// Text that is no bridge.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum BridgeError {
    /// It does not say where the url goes.
    #[error("a bridge needs `{{url}}` where the server's url goes")]
    NoUrl,
    /// It has no command before its arguments.
    #[error("a bridge begins with a command")]
    NoCommand,
    /// A quote is opened and never closed.
    #[error("a bridge has a quote that nothing closes")]
    OpenQuote,
}

impl Bridge {
    /// Splits a command line as a shell does. `{url}` stands for the server's url, and a word
    /// `{headers}` for `--header NAME:VALUE`, once for each header.
    ///
    /// # Errors
    ///
    /// Fails where there is no command or no `{url}`, and where a quote is not closed.
    pub fn new(text: &str) -> Result<Self, BridgeError> {
        let words = shlex::split(text).ok_or(BridgeError::OpenQuote)?;
        match words.first() {
            None => Err(BridgeError::NoCommand),
            Some(first) if first.is_empty() || first.contains("{url}") => {
                Err(BridgeError::NoCommand)
            }
            Some(_) if !text.contains("{url}") => Err(BridgeError::NoUrl),
            Some(_) => Ok(Bridge(words)),
        }
    }

    /// The program that it starts.
    pub fn command(&self) -> Option<&str> {
        self.0.first().map(String::as_str)
    }

    fn stdio(&self, remote: &Remote) -> Result<Stdio, String> {
        let (command, words) = self.0.split_first().ok_or("the bridge has no command")?;
        let mut args = Vec::new();
        let mut headers_written = false;
        for word in words {
            if word == "{headers}" {
                headers_written = true;
                for (name, value) in &remote.headers {
                    args.push(Template::literal("--header"));
                    let name = Segment::Literal(format!("{name}:"));
                    args.push(Template::new([name].into_iter().chain(value.segments().to_vec())));
                }
            } else {
                args.push(with_url(word, &remote.url));
            }
        }
        if !remote.headers.is_empty() && !headers_written {
            return Err("it has headers, and the bridge has no `{headers}` for them".to_owned());
        }
        Ok(Stdio { command: Template::literal(command), args, ..Stdio::default() })
    }
}

fn with_url(word: &str, url: &Template) -> Template {
    let mut segments = Vec::new();
    for (at, part) in word.split("{url}").enumerate() {
        if at > 0 {
            segments.extend(url.segments().to_vec());
        }
        segments.push(Segment::Literal(part.to_owned()));
    }
    Template::new(segments)
}

/// A server made fit for a target.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Prepared {
    /// The server, as its adapter is asked for it.
    pub server: Server,
    /// What was lost on the way.
    pub losses: Vec<Loss>,
    /// What was taken from the process environment.
    pub hidden: Hidden,
}

/// Changes a server for a target, and says what was lost on the way.
///
/// # Errors
///
/// Fails, with the reason, where the target can't have the server whatever its adapter says.
pub fn prepare(
    mut server: Server,
    target: &HostDescriptor,
    how: Preparation<'_>,
) -> Result<Prepared, String> {
    let mut losses = Vec::new();
    let mut hidden = Hidden::default();
    let local_only = target.transports == [TransportKind::Stdio];
    if let (Some(bridge), true, Some(remote)) = (how.bridge, local_only, server.transport.remote())
    {
        let words = bridge.0.iter().map(String::as_str);
        let line = mask_text(&shlex::try_join(words).unwrap_or_default());
        let detail = format!("{} reaches it through `{line}`", target.name);
        let stdio = bridge.stdio(remote)?;
        if remote.oauth.is_some() {
            losses.push(Loss {
                field: "oauth".to_owned(),
                kind: LossKind::Dropped,
                detail: "the bridge finds its own way to sign in".to_owned(),
            });
        }
        losses.push(Loss { field: "transport".to_owned(), kind: LossKind::Approximated, detail });
        server.transport = Transport::Stdio(stdio);
    }
    if let (Some(commands), Transport::Stdio(stdio)) = (how.commands, &mut server.transport) {
        losses.extend(write_full_path(stdio, commands));
    }
    let expands = target.references.contains(&Reference::Env);
    let mut result = Ok(());
    each_template(&mut server.transport, &mut |field, template| {
        if let Some(detail) = is_foreign(template, target).then(|| understand(template)).flatten() {
            let (field, kind) = (field.to_owned(), LossKind::Approximated);
            losses.push(Loss { field, kind, detail });
        }
        if result.is_ok() {
            result = check_native(field, template, target);
        }
        if let (Ok(()), Some(variables), false) = (&result, how.inline, expands) {
            match inline(template, variables, &mut |value| hidden.insert(field, value)) {
                Ok(false) => {}
                Ok(true) => losses.push(Loss {
                    field: field.to_owned(),
                    kind: LossKind::Inlined,
                    detail: "its value is written in plain text".to_owned(),
                }),
                Err(name) => result = Err(format!("`{field}` needs `{name}`, which is not set")),
            }
        }
    });
    result?;
    hidden.notice(&server);
    Ok(Prepared { server, losses, hidden })
}

/// Puts a command's full path in the place of its name.
fn write_full_path(stdio: &mut Stdio, commands: &BTreeMap<String, Option<String>>) -> Option<Loss> {
    let name = stdio.command.as_literal()?;
    match commands.get(name)? {
        Some(path) => {
            stdio.command = Template::literal(path);
            None
        }
        None => Some(Loss {
            field: "command".to_owned(),
            kind: LossKind::Approximated,
            detail: format!("`{name}` was not found here, and is written as it is"),
        }),
    }
}

/// Whether a value holds what only the hosts of another adapter understand.
fn is_foreign(template: &Template, target: &HostDescriptor) -> bool {
    let mut segments = template.segments().iter();
    segments.any(|it| matches!(it, Segment::Native { adapter, .. } if *adapter != target.id))
}

fn check_native(field: &str, template: &Template, target: &HostDescriptor) -> Result<(), String> {
    let foreign = template.segments().iter().find_map(|segment| match segment {
        Segment::Native { adapter, text } if *adapter != target.id => Some((adapter, text)),
        _ => None,
    });
    match foreign {
        Some((adapter, text)) => {
            Err(format!("`{field}` holds `{text}`, which only {adapter} understands"))
        }
        None => Ok(()),
    }
}

/// Writes the values of variables in place of references to them, where they are set. Returns
/// their names, each once.
pub fn write_out(server: &mut Server, variables: &BTreeMap<OsString, OsString>) -> Vec<String> {
    let mut names = Vec::new();
    each_template(&mut server.transport, &mut |_, template| {
        let segments = template.segments().iter().map(|segment| {
            let Segment::Env { name, .. } = segment else { return segment.clone() };
            let Some(value) = variables.get(OsStr::new(name)).and_then(|value| value.to_str())
            else {
                return segment.clone();
            };
            if !names.contains(name) {
                names.push(name.clone());
            }
            Segment::Literal(value.to_owned())
        });
        *template = Template::new(segments.collect::<Vec<_>>());
    });
    names
}

/// Puts values in the place of environment references, and hands what came from a variable to
/// `taken`. Returns whether there were any references, or the name of a variable that is not set.
fn inline(
    template: &mut Template,
    variables: &BTreeMap<OsString, OsString>,
    taken: &mut dyn FnMut(&str),
) -> Result<bool, String> {
    let mut found = false;
    let mut segments = Vec::new();
    for segment in template.segments() {
        segments.push(match segment {
            Segment::Env { name, default } => {
                found = true;
                let value = variables.get(OsStr::new(name)).and_then(|value| value.to_str());
                value.into_iter().for_each(&mut *taken);
                match value.map(str::to_owned).or_else(|| default.clone()) {
                    Some(value) => Segment::Literal(value),
                    None => return Err(name.clone()),
                }
            }
            other => other.clone(),
        });
    }
    *template = Template::new(segments);
    Ok(found)
}

/// Visits every value of a transport with its canonical field.
pub(super) fn each_template(
    transport: &mut Transport,
    visit: &mut impl FnMut(&str, &mut Template),
) {
    match transport {
        Transport::Stdio(stdio) => {
            visit("command", &mut stdio.command);
            for (at, arg) in stdio.args.iter_mut().enumerate() {
                visit(&format!("args.{at}"), arg);
            }
            for (name, value) in &mut stdio.env {
                visit(&format!("env.{name}"), value);
            }
            stdio.env_file.iter_mut().for_each(|file| visit("env-file", file));
            stdio.cwd.iter_mut().for_each(|cwd| visit("cwd", cwd));
        }
        Transport::StreamableHttp(remote)
        | Transport::Sse(remote)
        | Transport::RemoteAuto(remote) => {
            visit("url", &mut remote.url);
            for (name, value) in &mut remote.headers {
                visit(&format!("headers.{name}"), value);
            }
            if let Some(oauth) = &mut remote.oauth {
                each_oauth_template(oauth, visit);
            }
        }
    }
}

fn each_oauth_template(oauth: &mut OAuth, visit: &mut impl FnMut(&str, &mut Template)) {
    let fields = [
        ("oauth.client-id", &mut oauth.client_id),
        ("oauth.client-secret", &mut oauth.client_secret),
        ("oauth.authorization-url", &mut oauth.authorization_url),
        ("oauth.token-url", &mut oauth.token_url),
        ("oauth.redirect-uri", &mut oauth.redirect_uri),
    ];
    for (field, value) in fields {
        if let Some(value) = value {
            visit(field, value);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::environment::entry;
    use crate::host::HostId;
    use crate::server::ServerName;
    use serde_json::{Value, json};

    fn server(entry: Value) -> Server {
        let Value::Object(entry) = entry else { panic!("entries are objects") };
        entry::parse(ServerName::new("x").unwrap(), &entry).unwrap()
    }

    fn host(transports: Vec<TransportKind>, references: Vec<Reference>) -> HostDescriptor {
        HostDescriptor {
            id: HostId::new("host").unwrap(),
            name: "Host".to_owned(),
            homepage: String::new(),
            version: None,
            documents: vec![],
            transports,
            fields: vec![],
            extras: vec![],
            references,
            after_write: None,
            processes: vec![],
            names: vec![],
            elsewhere: vec![],
        }
    }

    fn printed(server: &Server) -> Value {
        Value::Object(entry::print(server))
    }

    #[test]
    fn a_bridge_needs_a_command_and_a_url() {
        assert_eq!(Bridge::new("npx -y x"), Err(BridgeError::NoUrl));
        assert_eq!(Bridge::new("  "), Err(BridgeError::NoCommand));
        assert_eq!(Bridge::new("{url} x"), Err(BridgeError::NoCommand));
        assert_eq!(Bridge::new("'' {url}"), Err(BridgeError::NoCommand));
        assert_eq!(Bridge::new("npx '{url}"), Err(BridgeError::OpenQuote));
        assert!(Bridge::new("npx {url}").is_ok());
    }

    #[test]
    fn a_bridge_is_split_as_a_shell_splits_it() {
        let bridge = Bridge::new(r#"'/opt/my tools/bridge' --name "a b" 'to={url}' {headers}"#);
        let bridge = bridge.unwrap();
        assert_eq!(bridge.command(), Some("/opt/my tools/bridge"));
        let how = Preparation { bridge: Some(&bridge), ..Preparation::default() };
        let local = host(vec![TransportKind::Stdio], vec![]);
        let Prepared { server: bridged, losses, .. } =
            prepare(server(json!({"url": "https://x/"})), &local, how).unwrap();
        assert_eq!(
            printed(&bridged),
            json!({"command": "/opt/my tools/bridge", "args": ["--name", "a b", "to=https://x/"]})
        );
        let line = "Host reaches it through `'/opt/my tools/bridge' --name 'a b' 'to={url}' \
                    '{headers}'`";
        assert_eq!(losses[0].detail, line);
    }

    #[test]
    fn a_remote_server_is_bridged_for_a_host_that_starts_local_ones() {
        let remote =
            server(json!({"url": "https://x/?k=${env:K}", "headers": {"A": "Bearer ${env:T}"},
            "oauth": {"clientId": "i"}}));
        let bridge = Bridge::new("npx -y bridge --to={url} {headers}").unwrap();
        let how = Preparation { bridge: Some(&bridge), ..Preparation::default() };
        let local = host(vec![TransportKind::Stdio], vec![Reference::Env]);
        let Prepared { server: bridged, losses, .. } =
            prepare(remote.clone(), &local, how).unwrap();
        assert_eq!(
            printed(&bridged),
            json!({"command": "npx", "args": ["-y", "bridge", "--to=https://x/?k=${env:K}",
                "--header", "A:Bearer ${env:T}"]})
        );
        let fields: Vec<_> = losses.iter().map(|loss| loss.field.as_str()).collect();
        assert_eq!(fields, ["oauth", "transport"]);

        let bare = Bridge::new("npx {url}").unwrap();
        let how = Preparation { bridge: Some(&bare), ..Preparation::default() };
        assert!(prepare(remote.clone(), &local, how).unwrap_err().contains("{headers}"));
        let both = host(vec![TransportKind::Stdio, TransportKind::Sse], vec![]);
        assert_eq!(prepare(remote.clone(), &both, how).unwrap().server, remote);
    }

    #[test]
    fn values_are_written_only_where_references_are_not_expanded() {
        let stdio = server(json!({"command": "x", "args": ["${env:A}"],
            "env": {"B": "b${env:B:-default}", "C": "plain"}}));
        let variables = [("A".into(), "value".into())].into();
        let how = Preparation { inline: Some(&variables), ..Preparation::default() };
        let plain = host(vec![TransportKind::Stdio], vec![]);
        let Prepared { server: inlined, losses, hidden } =
            prepare(stdio.clone(), &plain, how).unwrap();
        assert_eq!(
            printed(&inlined),
            json!({"command": "x", "args": ["value"], "env": {"B": "bdefault", "C": "plain"}})
        );
        assert_eq!(losses.len(), 2);
        // The default is no variable's value.
        assert_eq!(hidden.fields().collect::<Vec<_>>(), ["args.0"]);
        assert_eq!(hidden.mask("value, default"), "•••, default");
        let expands = host(vec![TransportKind::Stdio], vec![Reference::Env]);
        assert_eq!(prepare(stdio, &expands, how).unwrap().server.transport.label(), "stdio");
        let unset = server(json!({"command": "x", "env": {"D": "${env:D}"}}));
        assert_eq!(prepare(unset, &plain, how).unwrap_err(), "`env.D` needs `D`, which is not set");
    }

    #[test]
    fn commands_are_written_with_their_full_path_where_they_are_found() {
        let commands =
            [("npx".to_owned(), Some("/usr/bin/npx".to_owned())), ("lost".to_owned(), None)];
        let commands = commands.into();
        let how = Preparation { commands: Some(&commands), ..Preparation::default() };
        let any = host(vec![TransportKind::Stdio], vec![]);
        for (command, written, losses) in
            [("npx", "/usr/bin/npx", 0), ("lost", "lost", 1), ("/own/npx", "/own/npx", 0)]
        {
            let made = prepare(server(json!({"command": command})), &any, how).unwrap();
            assert_eq!(printed(&made.server)["command"], written);
            assert_eq!(made.losses.len(), losses, "{command}");
        }
    }

    #[test]
    fn a_reference_that_its_host_did_not_expand_is_carried() {
        let native = server(json!({"command": "x", "env": {"T": "a${native:gemini:${env:B\\}}c"}}));
        let expands = host(vec![], vec![Reference::Env]);
        let Prepared { server: carried, losses, .. } =
            prepare(native, &expands, Preparation::default()).unwrap();
        assert_eq!(printed(&carried)["env"]["T"], "a${env:B}c");
        assert_eq!((losses.len(), losses[0].field.as_str()), (1, "env.T"));
    }

    #[test]
    fn a_reference_of_another_host_is_refused() {
        let native = server(json!({"command": "x", "args": ["a${native:cursor:${/\\}}b"]}));
        let reason = prepare(native, &host(vec![], vec![]), Preparation::default()).unwrap_err();
        assert_eq!(reason, "`args.0` holds `${/}`, which only cursor understands");
    }
}
