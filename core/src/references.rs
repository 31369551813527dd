//! References that stand in a host's file in another host's spelling.
//!
//! People paste what a server's instructions show: `${env:TOKEN}` into a file whose host knows
//! `${TOKEN}`, or the other way round. There the server gets the text as it stands. A host that
//! does expand references is to have what was meant.

use crate::host::HostId;
use crate::server::{Server, Transport};
use crate::template::{Segment, Template};

/// Where a value stands, as far as it tells text from references.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Spot {
    /// A shell that the server starts may expand `${NAME}` here.
    Word,
    /// Nothing but a host expands references here.
    Value,
}

/// Marks what looks like a reference in the text that a host's adapter read, so that it is told
/// from text on the way to another host: see [`understand`].
///
/// `${env:NAME}` and `{env:NAME}` are looked for everywhere, `${NAME}` and `${NAME:-default}` in
/// variables, headers and addresses.
pub fn mark(server: &mut Server, adapter: &HostId) {
    let mark = |value: &mut Template, spot| *value = marked(value, spot, adapter);
    match &mut server.transport {
        Transport::Stdio(stdio) => {
            mark(&mut stdio.command, Spot::Word);
            stdio.args.iter_mut().for_each(|arg| mark(arg, Spot::Word));
            stdio.env.iter_mut().for_each(|(_, value)| mark(value, Spot::Value));
            stdio.cwd.iter_mut().for_each(|cwd| mark(cwd, Spot::Word));
        }
        Transport::StreamableHttp(remote)
        | Transport::Sse(remote)
        | Transport::RemoteAuto(remote) => {
            mark(&mut remote.url, Spot::Value);
            remote.headers.iter_mut().for_each(|(_, value)| mark(value, Spot::Value));
        }
    }
}

/// Puts references in the place of those that stand in a value in another host's spelling.
/// Returns, for people, which those are.
pub fn understand(value: &mut Template) -> Option<String> {
    let mut said = None;
    let segments = value.segments().iter().map(|segment| match segment {
        Segment::Native { adapter, text } => match whole(text) {
            Some(reference @ Segment::Env { .. }) => {
                let Segment::Env { name, .. } = &reference else { return segment.clone() };
                said.get_or_insert(format!(
                    "{adapter} does not expand the reference to `{name}` as it is spelt there; \
                     it is written as one"
                ));
                reference
            }
            _ => segment.clone(),
        },
        other => other.clone(),
    });
    let understood = Template::new(segments.collect::<Vec<_>>());
    *value = understood;
    said
}

fn marked(value: &Template, spot: Spot, adapter: &HostId) -> Template {
    let mut segments = Vec::new();
    for segment in value.segments() {
        match segment {
            Segment::Literal(text) => segments.extend(cut(text, spot, adapter)),
            other => segments.push(other.clone()),
        }
    }
    Template::new(segments)
}

/// A text as pieces: what is plain, and what looks like a reference.
fn cut(text: &str, spot: Spot, adapter: &HostId) -> Vec<Segment> {
    let (mut segments, mut plain, mut at) = (Vec::new(), 0, 0);
    while let Some(next) = text[at..].chars().next() {
        match reference(&text[at..]) {
            Some((_, form, length)) if form == Form::Named || spot == Spot::Value => {
                segments.push(Segment::Literal(text[plain..at].to_owned()));
                let text = text[at..at + length].to_owned();
                segments.push(Segment::Native { adapter: adapter.clone(), text });
                at += length;
                plain = at;
            }
            _ => at += next.len_utf8(),
        }
    }
    segments.push(Segment::Literal(text[plain..].to_owned()));
    segments
}

/// How a reference to a variable is spelt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Form {
    /// `${env:NAME}`, `{env:NAME}`: no shell takes it for anything.
    Named,
    /// `${NAME}`, as a shell has it, too.
    Shell,
}

/// A text that is one reference and nothing else.
fn whole(text: &str) -> Option<Segment> {
    let (segment, _, length) = reference(text)?;
    (length == text.len()).then_some(segment)
}

/// The reference at the start of a text, and its length.
fn reference(text: &str) -> Option<(Segment, Form, usize)> {
    let (body, open) = match text.strip_prefix("${") {
        Some(body) => (body, 2),
        None => (text.strip_prefix('{').filter(|body| body.starts_with("env:"))?, 1),
    };
    let end = body.find('}')?;
    let inner = &body[..end];
    let (form, inner) = match inner.strip_prefix("env:") {
        Some(inner) => (Form::Named, inner),
        None => (Form::Shell, inner),
    };
    let (name, default) = match inner.split_once(":-") {
        Some((name, default)) => (name, Some(default.to_owned())),
        None => (inner, None),
    };
    let is_letter = |c: char| c.is_ascii_alphanumeric() || c == '_';
    let is_name = !name.is_empty()
        && !name.starts_with(|first: char| first.is_ascii_digit())
        && name.chars().all(is_letter);
    let segment = Segment::Env { name: name.to_owned(), default };
    is_name.then_some((segment, form, open + end + 1))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What a text of `cursor` is in the end, in the canonical spelling.
    fn carried(text: &str, spot: Spot) -> String {
        let cursor = HostId::new("cursor").unwrap();
        let mut value = marked(&Template::literal(text), spot, &cursor);
        understand(&mut value);
        value.expose().replace("$${", "${")
    }

    #[test]
    fn what_people_paste_is_understood() {
        for (text, in_words, in_values) in [
            ("${env:A}", "${env:A}", "${env:A}"),
            ("Bearer ${env:A}!", "Bearer ${env:A}!", "Bearer ${env:A}!"),
            ("{env:A}", "${env:A}", "${env:A}"),
            ("${env:A:-x}", "${env:A:-x}", "${env:A:-x}"),
            ("${A}", "${A}", "${env:A}"),
            ("${A:-x}", "${A:-x}", "${env:A:-x}"),
            ("${env:A}${B}", "${env:A}${B}", "${env:A}${env:B}"),
            (
                "pa$$word ${1} ${A%.*} ${} {A} ${A",
                "pa$$word ${1} ${A%.*} ${} {A} ${A",
                "pa$$word ${1} ${A%.*} ${} {A} ${A",
            ),
        ] {
            assert_eq!(carried(text, Spot::Word), in_words, "{text}");
            assert_eq!(carried(text, Spot::Value), in_values, "{text}");
        }
    }

    #[test]
    fn it_is_said_without_the_default() {
        let adapter = HostId::new("gemini").unwrap();
        let text = "${env:A:-s3cret}".to_owned();
        let mut value = Template::new([Segment::Native { adapter, text }]);
        assert_eq!(
            understand(&mut value).unwrap(),
            "gemini does not expand the reference to `A` as it is spelt there; it is written as one"
        );
    }
}
