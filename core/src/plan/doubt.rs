//! Values that can't work, and values that most likely do not mean what they say.
//!
//! A host takes an empty command or an address without a scheme, and the server never starts.
//! hatch carries what it is given, so none of these is an error: each is said beside the change
//! that carries it.

use super::{Change, ChangeKind};
use crate::server::{OAuth, Remote, Server, Stdio, Timeouts, Transport};
use crate::template::{Segment, Template};

/// What is doubtful in the fields that changes write, for people. No text holds a value.
pub(super) fn warnings(changes: &[Change]) -> Vec<String> {
    let mut warnings = Vec::new();
    for change in changes {
        let (ChangeKind::Add(fields) | ChangeKind::Update(fields), Some(server)) =
            (&change.kind, &change.after)
        else {
            continue;
        };
        let is_written = |field: &str| fields.iter().any(|it| it.field == field);
        let name = server.name.as_str();
        if name != name.trim() && matches!(change.kind, ChangeKind::Add(_)) {
            warnings.push(format!("`{}`: its name begins or ends with a space", change.server));
        }
        let doubts = doubts(server).into_iter().filter(|doubt| is_written(&doubt.field));
        warnings.extend(doubts.map(|it| format!("`{}`: `{}` {}", change.server, it.field, it.why)));
    }
    warnings
}

/// A field whose value can't be right.
#[derive(Debug, PartialEq, Eq)]
struct Doubt {
    /// As previews name it: `url`, `env.LOG`, `timeouts.request`.
    field: String,
    /// Goes on after the field's name.
    why: String,
}

fn doubts(server: &Server) -> Vec<Doubt> {
    let mut found = Vec::new();
    let mut doubt = |field: &str, why: Option<String>| {
        found.extend(why.map(|why| Doubt { field: field.to_owned(), why }));
    };
    match &server.transport {
        Transport::Stdio(stdio) => local(stdio, &mut doubt),
        Transport::StreamableHttp(it) | Transport::Sse(it) | Transport::RemoteAuto(it) => {
            remote(it, &mut doubt);
        }
    }
    let Timeouts { request, startup, tool_call } = server.timeouts;
    doubt("timeouts.request", request.and_then(short));
    doubt("timeouts.startup", startup.and_then(short));
    doubt("timeouts.tool-call", tool_call.and_then(short));
    found
}

fn local(stdio: &Stdio, doubt: &mut impl FnMut(&str, Option<String>)) {
    doubt("command", needed(&stdio.command).or_else(|| text(&stdio.command)));
    doubt("args", stdio.args.iter().find_map(text));
    for (name, value) in &stdio.env {
        let is_name = !name.is_empty() && !name.contains(|c: char| c == '=' || c.is_whitespace());
        let bad = (!is_name).then(|| "is not a valid variable name".to_owned());
        doubt(&format!("env.{name}"), bad.or_else(|| text(value)));
    }
    for (field, value) in [("cwd", &stdio.cwd), ("env-file", &stdio.env_file)] {
        doubt(field, value.as_ref().and_then(|value| needed(value).or_else(|| text(value))));
    }
}

fn remote(remote: &Remote, doubt: &mut impl FnMut(&str, Option<String>)) {
    doubt("url", url(&remote.url));
    for (name, value) in &remote.headers {
        // RFC 9110, 5.6.2: what a header's name is made of.
        let is_token = |c: char| c.is_ascii_alphanumeric() || "!#$%&'*+-.^_`|~".contains(c);
        let bad = if name.is_empty() || !name.chars().all(is_token) {
            Some("is not a valid header name".to_owned())
        } else if literals(value).any(|it| it.contains(['\r', '\n'])) {
            Some("has a line break, which no header can have".to_owned())
        } else {
            text(value)
        };
        doubt(&format!("headers.{name}"), bad);
    }
    let Some(OAuth { authorization_url, token_url, redirect_uri, .. }) = &remote.oauth else {
        return;
    };
    doubt("oauth.authorization-url", authorization_url.as_ref().and_then(url));
    doubt("oauth.token-url", token_url.as_ref().and_then(url));
    // A program may be called back by a scheme of its own.
    doubt("oauth.redirect-uri", redirect_uri.as_ref().and_then(needed));
}

/// Less than a second: no host means that, and many count seconds.
fn short(milliseconds: u64) -> Option<String> {
    match milliseconds {
        0 => Some("is 0".to_owned()),
        1..1000 => Some(format!(
            "is {milliseconds} ms, less than a second; Cline, Roo Code and others count seconds"
        )),
        _ => None,
    }
}

/// What must say something.
fn needed(value: &Template) -> Option<String> {
    value.as_literal().is_some_and(|it| it.trim().is_empty()).then(|| "is empty".to_owned())
}

fn text(value: &Template) -> Option<String> {
    let pieces = value.segments();
    let ends = [(pieces.first(), starts_padded as fn(&str) -> bool), (pieces.last(), ends_padded)];
    // A single space may be meant, beside a reference it is not.
    let is_blank = needed(value).is_some();
    let is_padded = |(piece, padded): (Option<&Segment>, fn(&str) -> bool)| {
        !is_blank && piece.and_then(literal).is_some_and(padded)
    };
    let padded = ends.into_iter().any(is_padded);
    let whole = value.as_literal().unwrap_or_default();
    // `"C:\tools"` in JSON is a tab and `ools`.
    let is_eaten = whole.contains(['\u{8}', '\u{c}'])
        || whole.as_bytes().get(1..3).is_some_and(|it| it[0] == b':' && it[1].is_ascii_control());
    if padded {
        Some("begins or ends with a space".to_owned())
    } else if is_eaten {
        Some(
            "has a control character where a path has a backslash: write `\\\\` for one".to_owned(),
        )
    } else {
        is_placeholder(whole).then(|| "looks like a placeholder".to_owned())
    }
}

fn url(value: &Template) -> Option<String> {
    if let Some(why) = needed(value).or_else(|| text(value)) {
        return Some(why);
    }
    let Some(Segment::Literal(start)) = value.segments().first() else { return None };
    let is_whole = value.segments().len() == 1;
    let why = match start.split_once("://") {
        _ if literals(value).any(|it| it.contains(char::is_whitespace)) => "has a space in it",
        None => "has no scheme: it should begin with `https://` or `http://`",
        Some((scheme, rest)) => {
            let is_http = ["http", "https"].iter().any(|it| scheme.eq_ignore_ascii_case(it));
            let host = rest.split(['/', '?', '#']).next().unwrap_or_default();
            match (is_http, host.is_empty() && (is_whole || !rest.is_empty())) {
                (false, _) => "should begin with `https://` or `http://`",
                (true, true) => "names no host",
                (true, false) => return None,
            }
        }
    };
    Some(why.to_owned())
}

/// `<your key>`, `YOUR_API_KEY`, `your-token-here`.
fn is_placeholder(text: &str) -> bool {
    let inner = text.strip_prefix('<').and_then(|it| it.strip_suffix('>'));
    let lower = text.to_lowercase();
    let yours = lower.strip_prefix("your").is_some_and(|it| it.starts_with(['_', '-', ' ']));
    let is_word = |it: &str| it.chars().all(|c| c.is_alphanumeric() || " _-.".contains(c));
    inner.is_some_and(|it| !it.is_empty() && is_word(it)) || (yours && is_word(text))
}

fn starts_padded(text: &str) -> bool {
    text.starts_with(char::is_whitespace)
}

fn ends_padded(text: &str) -> bool {
    text.ends_with(char::is_whitespace)
}

fn literal(segment: &Segment) -> Option<&str> {
    match segment {
        Segment::Literal(text) => Some(text),
        _ => None,
    }
}

fn literals(value: &Template) -> impl Iterator<Item = &str> {
    value.segments().iter().filter_map(literal)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::environment::entry;
    use crate::server::ServerName;
    use serde_json::{Value, json};

    fn said(entry: Value) -> Vec<String> {
        let Value::Object(entry) = entry else { panic!("entries are objects") };
        let server = entry::parse(ServerName::new("x").unwrap(), &entry).unwrap();
        doubts(&server).into_iter().map(|it| format!("{} {}", it.field, it.why)).collect()
    }

    #[test]
    fn what_can_not_work_is_said() {
        const NO_SCHEME: &str = "url has no scheme: it should begin with `https://` or `http://`";
        for (entry, expected) in [
            (json!({"command": ""}), "command is empty"),
            (json!({"command": " \t"}), "command is empty"),
            (json!({"command": "npx "}), "command begins or ends with a space"),
            (json!({"command": "x", "args": ["-y", "p "]}), "args begins or ends with a space"),
            (
                json!({"command": "C:\tools\u{8}in"}),
                "command has a control character where a path has a backslash: write `\\\\` for one",
            ),
            (json!({"command": "x", "env": {"A B": "1"}}), "env.A B is not a valid variable name"),
            (json!({"command": "x", "env": {"": "1"}}), "env. is not a valid variable name"),
            (json!({"command": "x", "env": {"K": "v\n"}}), "env.K begins or ends with a space"),
            (json!({"command": "x", "env": {"K": "<your key>"}}), "env.K looks like a placeholder"),
            (
                json!({"command": "x", "env": {"K": "YOUR_API_KEY"}}),
                "env.K looks like a placeholder",
            ),
            (json!({"command": "x", "cwd": ""}), "cwd is empty"),
            (json!({"command": "x", "envFile": " .env"}), "env-file begins or ends with a space"),
            (json!({"url": ""}), "url is empty"),
            (json!({"url": "x.example/mcp"}), NO_SCHEME),
            (json!({"url": "localhost:3000"}), NO_SCHEME),
            (json!({"url": "https:/x.example"}), NO_SCHEME),
            (json!({"url": "ws://x.example"}), "url should begin with `https://` or `http://`"),
            (json!({"url": "https:///mcp"}), "url names no host"),
            (json!({"url": "https://"}), "url names no host"),
            (json!({"url": "https://x/ "}), "url begins or ends with a space"),
            (json!({"url": "https://x/a b"}), "url has a space in it"),
            (
                json!({"url": "https://x/", "headers": {"A b": "c"}}),
                "headers.A b is not a valid header name",
            ),
            (
                json!({"url": "https://x/", "headers": {"A": "b\nc"}}),
                "headers.A has a line break, which no header can have",
            ),
            (
                json!({"url": "https://x/", "headers": {"A": "Bearer ${env:T} "}}),
                "headers.A begins or ends with a space",
            ),
            (
                json!({"url": "https://x/", "oauth": {"tokenUrl": "x/token"}}),
                "oauth.token-url has no scheme: it should begin with `https://` or `http://`",
            ),
            (
                json!({"command": "x", "timeout": 60}),
                "timeouts.request is 60 ms, less than a second; Cline, Roo Code and others count seconds",
            ),
            (json!({"command": "x", "toolTimeout": 0}), "timeouts.tool-call is 0"),
        ] {
            assert_eq!(said(entry.clone()), [expected], "{entry}");
        }
    }

    #[test]
    fn what_can_work_is_not_doubted() {
        for entry in [
            json!({"command": "npx", "args": ["-y", "", "a b", "<p> q"], "env": {"A": "", "B": "x y"}}),
            json!({"command": "${env:NPX}", "cwd": "${userHome}"}),
            json!({"command": "sh", "args": ["-c", "a\nb"], "env": {"MSG": "your turn: go"}}),
            json!({"url": "HTTPS://x.example:8080/mcp?a=b"}),
            json!({"url": "${env:URL}"}),
            json!({"url": "https://${env:HOST}/mcp"}),
            json!({"url": "http://[::1]:8080", "headers": {"A": "Bearer ${env:T}"}}),
            json!({"url": "https://x/", "oauth": {"redirectUri": "app:back"}, "timeout": 1000}),
        ] {
            assert_eq!(said(entry.clone()), [""; 0], "{entry}");
        }
    }
}
