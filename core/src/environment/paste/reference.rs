//! References as shells and other hosts spell them: `${NAME}`, `${NAME:-default}`, `$NAME`, and
//! OpenCode's `{env:NAME}` and `{file:PATH}`.

use std::collections::BTreeSet;

use serde_json::Value;

use super::super::{Entry, Environment};
use crate::template::{Segment, Template};

/// Values of a text that another host would take for references, as they are spelt: hatch
/// takes them for plain text.
pub fn foreign_references(environment: &Environment) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    let own = environment.servers.iter();
    for (_, entry) in own.chain(environment.overrides.values().flatten()) {
        each_text(&Value::Object(entry.clone()), &mut |text| {
            found.extend(references_in(text));
        });
    }
    found
}

/// The references of a shell in a text, as they are spelt: `${NAME}`, `${NAME:-default}` and
/// `$NAME`, but neither hatch's own nor one behind an escaped dollar.
pub fn references_in(text: &str) -> Vec<String> {
    let spelt = |piece| match piece {
        Piece::Reference { spelt, .. } => Some(str::to_owned(spelt)),
        Piece::Text(_) => None,
    };
    pieces(text).into_iter().filter_map(spelt).collect()
}

/// Who expands the references of a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Spelling {
    /// A shell, and Claude Code: `${NAME}`, `${NAME:-default}` and `$NAME`.
    Shell,
    /// `{env:NAME}` and `{file:PATH}`.
    OpenCode,
}

/// Writes the references in all values of an entry as hatch spells them.
pub(super) fn translate(entry: &mut Entry, spelling: Spelling) {
    entry.values_mut().for_each(|value| translate_value(value, spelling));
}

fn translate_value(value: &mut Value, spelling: Spelling) {
    match value {
        Value::String(text) => {
            *text = match spelling {
                Spelling::Shell => shell(text),
                Spelling::OpenCode => open_code(text),
            }
        }
        Value::Array(items) => items.iter_mut().for_each(|it| translate_value(it, spelling)),
        Value::Object(members) => translate(members, spelling),
        _ => {}
    }
}

fn shell(text: &str) -> String {
    let segments = pieces(text).into_iter().flat_map(|piece| match piece {
        // What hatch spells so already stays a reference.
        Piece::Text(text) => Template::parse(text).segments().to_vec(),
        Piece::Reference { name, default, .. } => {
            let default = default.map(str::to_owned);
            vec![Segment::Env { name: name.to_owned(), default }]
        }
    });
    Template::new(segments).expose()
}

fn open_code(text: &str) -> String {
    let mut segments = Vec::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('{') {
        let body = after.split_once('}');
        let reference = body.and_then(|(body, after)| match body.split_once(':')? {
            (_, "") => None,
            ("env", name) => Some((Segment::Env { name: name.to_owned(), default: None }, after)),
            ("file", path) => Some((Segment::File(path.to_owned()), after)),
            _ => None,
        });
        segments.push(Segment::Literal(before.to_owned()));
        match reference {
            Some((segment, after)) => {
                segments.push(segment);
                rest = after;
            }
            None => {
                segments.push(Segment::Literal("{".to_owned()));
                rest = after;
            }
        }
    }
    segments.push(Segment::Literal(rest.to_owned()));
    Template::new(segments).expose()
}

/// A part of a text.
#[derive(Debug, PartialEq, Eq)]
enum Piece<'a> {
    Text(&'a str),
    Reference { spelt: &'a str, name: &'a str, default: Option<&'a str> },
}

/// Splits at `${NAME}`, `${NAME:-default}` and `$NAME`, but neither at hatch's own references
/// nor at an escaped dollar. A bare name is a variable's only in capitals: `$5` and `$ref` are
/// text.
fn pieces(text: &str) -> Vec<Piece<'_>> {
    let mut found = Vec::new();
    let (mut start, mut at) = (0, 0);
    while let Some(dollar) = text[at..].find('$').map(|it| at + it) {
        let run = text[dollar..].len() - text[dollar..].trim_start_matches('$').len();
        at = dollar + run;
        let Some((length, name, default)) = (run == 1).then(|| reference(&text[at..])).flatten()
        else {
            continue;
        };
        let spelt = &text[dollar..at + length];
        found.push(Piece::Text(&text[start..dollar]));
        found.push(Piece::Reference { spelt, name, default });
        at += length;
        start = at;
    }
    found.push(Piece::Text(&text[start..]));
    found
}

/// A reference without its dollar: its length, its name and its default.
fn reference(text: &str) -> Option<(usize, &str, Option<&str>)> {
    let is_name = |name: &str| {
        name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
            && name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_')
    };
    if let Some((body, _)) = text.strip_prefix('{').and_then(|it| it.split_once('}')) {
        let (name, default) = match body.split_once(":-") {
            Some((name, default)) => (name, Some(default)),
            None => (body, None),
        };
        let is_place = matches!(name, "userHome" | "workspaceFolder");
        return (is_name(name) && !is_place).then_some((body.len() + 2, name, default));
    }
    let end = text.find(|c: char| !c.is_ascii_alphanumeric() && c != '_').unwrap_or(text.len());
    let name = &text[..end];
    let is_capital = !name.bytes().any(|b| b.is_ascii_lowercase());
    (is_name(name) && is_capital).then_some((end, name, None))
}

fn each_text(value: &Value, visit: &mut impl FnMut(&str)) {
    match value {
        Value::String(text) => visit(text),
        Value::Array(items) => items.iter().for_each(|item| each_text(item, visit)),
        Value::Object(members) => members.values().for_each(|it| each_text(it, visit)),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn other_hosts_references_are_seen() {
        for (text, expected) in [
            ("${API_KEY}", vec!["${API_KEY}"]),
            ("Bearer $TOKEN!", vec!["$TOKEN"]),
            ("${a:-b}/$HOME", vec!["${a:-b}", "$HOME"]),
            ("${env:X} ${input:x} ${userHome} $${X} $5 $ref $ ${", vec![]),
        ] {
            let found: Vec<_> = pieces(text)
                .into_iter()
                .filter_map(|piece| match piece {
                    Piece::Reference { spelt, .. } => Some(spelt),
                    Piece::Text(_) => None,
                })
                .collect();
            assert_eq!(found, expected, "{text}");
        }
        let text =
            br#"{"mcpServers": {"a": {"command": "x", "env": {"A": "${A}"}, "args": ["$B"]}}}"#;
        let found = foreign_references(&Environment::parse(text).unwrap());
        assert_eq!(found.into_iter().collect::<Vec<_>>(), ["$B", "${A}"]);
    }

    #[test]
    fn references_are_written_as_hatch_spells_them() {
        for (text, expected) in [
            ("Bearer ${API_TOKEN}", "Bearer ${env:API_TOKEN}"),
            ("$A-${b:-c}-$${D}", "${env:A}-${env:b:-c}-$${D}"),
            ("${env:X} $5 plain", "${env:X} $5 plain"),
            ("", ""),
        ] {
            assert_eq!(shell(text), expected, "{text}");
        }
        for (text, expected) in [
            ("Bearer {env:T}!", "Bearer ${env:T}!"),
            ("{file:~/k}", "${file:~/k}"),
            ("${X} {x} {env:} {", "$${X} {x} {env:} {"),
        ] {
            assert_eq!(open_code(text), expected, "{text}");
        }
    }
}
