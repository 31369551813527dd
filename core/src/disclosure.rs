//! The parts of a value that has references: what may be shown, and what is a secret.
//!
//! Secrets are looked for in the value as a whole, so that `{"a": "${env:A}", "token": "x"}`
//! is read as the JSON text that it is. References stay: they say where a secret is, and not
//! which.

use crate::secret::{Found, MASK, OPAQUE, Place, find, is_secret_name};
use crate::template::{Segment, Template};

/// A part of a [`Template`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Part {
    /// Text or a reference that may be shown.
    Shown(Segment),
    /// Text that is a secret. It is a template so that its `Debug` form is masked.
    Secret {
        /// The name of what it is the value of; empty where it has none.
        name: String,
        /// The secret.
        text: Template,
    },
    /// A reference whose default is a secret.
    Default {
        /// The variable.
        name: String,
    },
}

/// The parts of a value, in order; joined they are the value.
pub fn parts(place: Place<'_>, value: &Template) -> Vec<Part> {
    let mut text = String::new();
    let mut references = Vec::new();
    for segment in value.segments() {
        match segment {
            Segment::Literal(literal) => text.push_str(literal),
            reference => {
                references.push((text.len(), reference));
                text.push(OPAQUE);
            }
        }
    }
    let mut references = references.into_iter().peekable();
    let mut parts = Vec::new();
    let mut at = 0;
    let end = Found { range: text.len()..text.len(), name: String::new() };
    for Found { range, name } in find(place, &text).into_iter().chain([end]) {
        for (end, is_secret) in [(range.start, false), (range.end, true)] {
            while at < end {
                let next = references.peek().map_or(end, |(place, _)| (*place).min(end));
                if at < next {
                    let literal = text[at..next].to_owned();
                    parts.push(match is_secret {
                        true => {
                            Part::Secret { name: name.clone(), text: Template::literal(literal) }
                        }
                        false => Part::Shown(Segment::Literal(literal)),
                    });
                    at = next;
                } else if let Some((_, reference)) = references.next() {
                    parts.push(shown(place, reference));
                    at += OPAQUE.len_utf8();
                }
            }
        }
    }
    parts
}

/// A reference, unless the text that stands in for it is a secret.
fn shown(place: Place<'_>, reference: &Segment) -> Part {
    match reference {
        Segment::Env { name, default: Some(default) } => {
            let named = if is_secret_name(name) { Place::Named(name) } else { place };
            match find(named, default).is_empty() {
                true => Part::Shown(reference.clone()),
                false => Part::Default { name: name.clone() },
            }
        }
        other => Part::Shown(other.clone()),
    }
}

/// The value with its secrets masked.
pub fn mask(place: Place<'_>, value: &Template) -> Template {
    Template::new(parts(place, value).into_iter().map(|part| match part {
        Part::Shown(segment) => segment,
        Part::Secret { .. } => Segment::Literal(MASK.to_owned()),
        Part::Default { name } => Segment::Env { name, default: Some(MASK.to_owned()) },
    }))
}

/// Whether there is a secret in it.
pub fn has_secret(place: Place<'_>, value: &Template) -> bool {
    parts(place, value).iter().any(|part| !matches!(part, Part::Shown(_)))
}

/// What each argument is: the value of the option before it, if that one has a name that
/// says something.
pub fn argument_places(args: &[Template]) -> Vec<Place<'_>> {
    let mut before = "";
    args.iter()
        .map(|arg| {
            let text = match arg.segments().first() {
                Some(Segment::Literal(text)) => text.as_str(),
                _ => "",
            };
            let is_option = text.starts_with('-')
                && text.trim_start_matches('-').starts_with(|c: char| c.is_ascii_alphabetic());
            let place = match before {
                "--header" | "--headers" | "-H" => Place::HeaderLine,
                _ if is_option => Place::Value,
                _ if !before.starts_with("--") && !is_secret_name(before) => Place::Value,
                option => Place::Named(option),
            };
            before = arg.as_literal().filter(|it| is_option && !it.contains('=')).unwrap_or("");
            place
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn references_are_shown_and_the_text_around_them_is_not() {
        for (place, value, shown) in [
            (Place::Value, "--token=${env:T}", "--token=${env:T}"),
            (Place::Value, "--token=a${env:T}b", "--token=•••${env:T}•••"),
            (Place::Named("API_KEY"), "${env:K}", "${env:K}"),
            (Place::Named("SSH_KEY"), "${userHome}/.ssh/id", "${userHome}/.ssh/id"),
            (Place::Header("Authorization"), "Bearer ${env:T}", "Bearer ${env:T}"),
            (Place::Header("X-Any"), "${env:T}", "${env:T}"),
            (
                Place::Value,
                "https://me:${env:P}@x/?key=${env:K}",
                "https://me:${env:P}@x/?key=${env:K}",
            ),
            (Place::Value, "https://me:pw@x/${env:K}", "https://•••@x/${env:K}"),
            (Place::Value, r#"{"a":"${env:A}","token":"x1"}"#, r#"{"a":"${env:A}","token":"•••"}"#),
            (Place::Value, "${env:T_TOKEN:-abc}", "${env:T_TOKEN:-•••}"),
            (Place::Named("API_KEY"), "${env:T:-abc}", "${env:T:-•••}"),
            (Place::Value, "${env:REGION:-eu}", "${env:REGION:-eu}"),
        ] {
            assert_eq!(mask(place, &Template::parse(value)).expose(), shown, "{value}");
        }
    }

    #[test]
    fn an_argument_is_what_the_option_before_it_says() {
        let args =
            ["--token", "a", "--no-auth", "--port", "1", "-H", "X: a", "-y", "b", "--token=x", "c"];
        let args: Vec<_> = args.into_iter().map(Template::literal).collect();
        let places = argument_places(&args);
        let named = Place::Named("--token");
        let port = Place::Named("--port");
        let value = Place::Value;
        assert_eq!(
            places,
            [
                value,
                named,
                value,
                value,
                port,
                value,
                Place::HeaderLine,
                value,
                value,
                value,
                value
            ]
        );
    }
}
