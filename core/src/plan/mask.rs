//! A server that may be shown: with its secrets masked.

use crate::disclosure::{argument_places, mask};
use crate::secret::{MASK, Place, mask_at, mask_text, member_name};
use crate::server::{Extra, OAuth, Remote, Server, Stdio, Transport};
use crate::template::Template;
use serde_json::Value;

/// The server with every literal text masked that is a secret by its name, its place or its
/// look. References stay: they say where a secret is, and not which.
pub fn masked(server: &Server) -> Server {
    let transport = match &server.transport {
        Transport::Stdio(it) => Transport::Stdio(stdio(it)),
        Transport::StreamableHttp(it) => Transport::StreamableHttp(remote(it)),
        Transport::Sse(it) => Transport::Sse(remote(it)),
        Transport::RemoteAuto(it) => Transport::RemoteAuto(remote(it)),
    };
    let extras = server.extras.iter().map(extra).collect();
    let description = server.description.as_deref().map(mask_text);
    Server { transport, extras, description, ..server.clone() }
}

fn stdio(stdio: &Stdio) -> Stdio {
    let args = argument_places(&stdio.args).into_iter().zip(&stdio.args);
    Stdio {
        command: command(&stdio.command),
        args: args.map(|(place, arg)| mask(place, arg)).collect(),
        env: stdio.env.iter().map(|(name, value)| (name.clone(), named(name, value))).collect(),
        env_forward: stdio.env_forward.clone(),
        env_file: stdio.env_file.as_ref().map(text),
        cwd: stdio.cwd.as_ref().map(text),
    }
}

/// A command, in which people write a whole command line at times: then its words are masked as
/// arguments are.
fn command(value: &Template) -> Template {
    let Some(line) = value.as_literal().filter(|line| line.contains(' ')) else {
        return text(value);
    };
    let words: Vec<_> = line.split(' ').map(Template::literal).collect();
    let masked = argument_places(&words).into_iter().zip(&words);
    let masked: Vec<_> = masked.map(|(place, word)| mask(place, word)).collect();
    let words: Vec<_> = masked.iter().filter_map(Template::as_literal).collect();
    Template::literal(words.join(" "))
}

fn remote(remote: &Remote) -> Remote {
    let header =
        |(name, value): &(String, Template)| (name.clone(), mask(Place::Header(name), value));
    Remote {
        url: text(&remote.url),
        headers: remote.headers.iter().map(header).collect(),
        oauth: remote.oauth.as_ref().map(oauth),
    }
}

fn oauth(oauth: &OAuth) -> OAuth {
    OAuth {
        client_id: oauth.client_id.as_ref().map(text),
        client_secret: oauth.client_secret.as_ref().map(|it| named("client-secret", it)),
        scopes: oauth.scopes.clone(),
        authorization_url: oauth.authorization_url.as_ref().map(text),
        token_url: oauth.token_url.as_ref().map(text),
        redirect_uri: oauth.redirect_uri.as_ref().map(text),
    }
}

/// An extra's value is JSON, and stays JSON.
fn extra(extra: &Extra) -> Extra {
    let names = extra.path.iter().map(String::as_str);
    let name = names.reduce(member_name).unwrap_or_default();
    let value = match serde_json::from_str(&extra.value) {
        Ok(value) => json(name, value).to_string(),
        Err(_) => mask_at(Place::Named(name), &extra.value),
    };
    Extra { path: extra.path.clone(), value }
}

fn json(name: &str, value: Value) -> Value {
    match value {
        Value::String(text) => mask_at(Place::Named(name), &text).into(),
        Value::Number(number) => match mask_at(Place::Named(name), &number.to_string()) {
            masked if masked == MASK => masked.into(),
            _ => number.into(),
        },
        Value::Array(items) => items.into_iter().map(|item| json(name, item)).collect(),
        Value::Object(members) => {
            let masked = members.into_iter().map(|(member, value)| {
                let value = json(member_name(name, &member), value);
                (member, value)
            });
            Value::Object(masked.collect())
        }
        other => other,
    }
}

fn text(value: &Template) -> Template {
    mask(Place::Value, value)
}

fn named(name: &str, value: &Template) -> Template {
    mask(Place::Named(name), value)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::environment::entry;
    use crate::server::ServerName;
    use serde_json::json;

    #[test]
    fn fields_of_one_host_alone_are_masked_as_json() {
        for (path, value, masked) in [
            (&["trust"][..], "true", "true"),
            (&["callbackPort"], "3118", "3118"),
            (&["auth", "password"], "123456", "\"•••\""),
            (&["headersHelper"], "\"print --token abc\"", "\"print --token •••\""),
            (&["credentials", "user"], "\"me\"", "\"•••\""),
            (
                &["own"],
                r#"{"a":[1,"x"],"tokens":{"b":"c"}}"#,
                r#"{"a":[1,"x"],"tokens":{"b":"•••"}}"#,
            ),
        ] {
            let path: Vec<_> = path.iter().map(|key| (*key).to_owned()).collect();
            let shown = extra(&Extra { path, value: value.to_owned() });
            assert_eq!(shown.value, masked, "{value}");
        }
    }

    #[test]
    fn a_description_is_masked_too() {
        let value = json!({"command": "x", "description": "use ghp_0123456789abcdef for now"});
        let Value::Object(value) = value else { panic!("entries are objects") };
        let server = entry::parse(ServerName::new("x").unwrap(), &value).unwrap();
        assert_eq!(masked(&server).description.as_deref(), Some("use ••• for now"));
    }
}
