//! A server that may be shown: with what looks like a secret masked.

use crate::secret::{MASK, is_secret_name, looks_like_token, mask_text};
use crate::server::{Extra, OAuth, Remote, Server, Stdio, Transport};
use crate::template::{Segment, Template};

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
    Server { transport, extras, ..server.clone() }
}

/// Whether a variable of this name and value holds a secret.
pub(super) fn hides(name: &str, literal: &str) -> bool {
    is_secret_name(name) || looks_like_token(literal) || mask_text(literal) != literal
}

fn stdio(stdio: &Stdio) -> Stdio {
    Stdio {
        command: command(&stdio.command),
        args: arguments(&stdio.args),
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
    let masked = arguments(&words);
    let words: Vec<_> = masked.iter().filter_map(Template::as_literal).collect();
    Template::literal(words.join(" "))
}

fn remote(remote: &Remote) -> Remote {
    let headers = remote.headers.iter();
    Remote {
        url: text(&remote.url),
        headers: headers.map(|(name, value)| (name.clone(), header(name, value))).collect(),
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

fn extra(extra: &Extra) -> Extra {
    let hidden = is_secret_name(&extra.path.join(".")) || looks_like_token(&extra.value);
    let value = if hidden { MASK.to_owned() } else { extra.value.clone() };
    Extra { path: extra.path.clone(), value }
}

/// A value that is no secret by its place, but may hold one.
fn text(value: &Template) -> Template {
    mask(value, |_| false)
}

/// A variable's value: a secret if its name or its look says so.
fn named(name: &str, value: &Template) -> Template {
    mask(value, |literal| hides(name, literal))
}

/// A header's value: a secret unless the header is known to hold none.
fn header(name: &str, value: &Template) -> Template {
    const HARMLESS: [&str; 5] =
        ["accept", "accept-language", "content-type", "user-agent", "mcp-protocol-version"];
    let harmless = HARMLESS.contains(&name.to_lowercase().as_str());
    mask(value, |literal| !harmless && !is_scheme(literal))
}

/// The word before a credential: `Bearer ${env:TOKEN}` says more than `•••${env:TOKEN}`.
fn is_scheme(literal: &str) -> bool {
    matches!(literal.trim().to_lowercase().as_str(), "bearer" | "basic" | "token")
}

/// What follows an option with a secret's name is one.
fn arguments(args: &[Template]) -> Vec<Template> {
    let mut secret_next = false;
    let argument = |arg: &Template| {
        let shown = mask(arg, |_| secret_next);
        secret_next = arg
            .as_literal()
            .is_some_and(|it| it.starts_with('-') && !it.contains('=') && is_secret_name(it));
        shown
    };
    args.iter().map(argument).collect()
}

/// Literal text masked where `secret` says so, and cleaned of embedded secrets elsewhere.
fn mask(value: &Template, secret: impl Fn(&str) -> bool) -> Template {
    Template::new(value.segments().iter().map(|segment| match segment {
        Segment::Literal(literal) if secret(literal) => Segment::Literal(MASK.to_owned()),
        Segment::Literal(literal) => Segment::Literal(mask_text(literal)),
        reference => reference.clone(),
    }))
}
