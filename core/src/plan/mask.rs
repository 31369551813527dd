//! A server that may be shown: with its secrets masked.

use crate::disclosure::{argument_places, mask};
use crate::secret::{Place, mask_at, mask_text};
use crate::server::{Extra, OAuth, Remote, Server, Stdio, Transport};
use crate::template::Template;

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
        command: text(&stdio.command),
        args: args.map(|(place, arg)| mask(place, arg)).collect(),
        env: stdio.env.iter().map(|(name, value)| (name.clone(), named(name, value))).collect(),
        env_forward: stdio.env_forward.clone(),
        env_file: stdio.env_file.as_ref().map(text),
        cwd: stdio.cwd.as_ref().map(text),
    }
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

/// An extra's value is JSON: what its path and its keys name is a secret, or what looks so.
fn extra(extra: &Extra) -> Extra {
    let text: Result<String, _> = serde_json::from_str(&extra.value);
    let place = Place::Named(extra.path.last().map_or("", String::as_str));
    let value = match text {
        Ok(text) => serde_json::Value::from(mask_at(place, &text)).to_string(),
        Err(_) => mask_at(place, &extra.value),
    };
    Extra { path: extra.path.clone(), value }
}

fn text(value: &Template) -> Template {
    mask(Place::Value, value)
}

fn named(name: &str, value: &Template) -> Template {
    mask(Place::Named(name), value)
}
