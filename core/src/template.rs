//! Values in pieces: literal text, and references that something expands later.
//!
//! Every host spells its references in its own way, so text must never travel between
//! hosts as it stands: `${X}` is a reference to one and plain text to the next. A
//! [`Template`] holds what is *meant*. Its canonical spelling, [`Template::expose`] and
//! [`Template::parse`], is the one of environment files.
//!
//! # Spelling
//!
//! `${env:NAME}`, `${env:NAME:-default}`, `${input:ID}`, `${file:PATH}`, `${userHome}`,
//! `${workspaceFolder}`, and `${native:ADAPTER:TEXT}` for what only one adapter's hosts
//! understand. `$${` is a literal `${`: in a run of dollars before a brace, two stand for
//! one. Inside a reference `\}` is a brace and `\\` a backslash; before anything else a
//! backslash is itself. A `${` that begins none of these is literal text.

use std::fmt;

use crate::host::HostId;
use crate::secret::MASK;

/// A value whose literal text may be a secret: it is printed with that text masked.
#[derive(Clone, Default, PartialEq, Eq, Hash)]
pub struct Template(Vec<Segment>);

/// One piece of a [`Template`].
#[derive(Clone, PartialEq, Eq, Hash)]
pub enum Segment {
    /// Text that is taken as it stands.
    Literal(String),
    /// A variable of the process environment.
    Env {
        /// The variable's name.
        name: String,
        /// What stands in for it where it is not set.
        default: Option<String>,
    },
    /// A value that the host asks its user for, by the input's id.
    Input(String),
    /// The contents of a file.
    File(String),
    /// A folder that the host knows.
    Place(Place),
    /// A reference that only the hosts of one adapter understand, as they spell it.
    Native {
        /// The adapter's id.
        adapter: HostId,
        /// The reference, as it is spelt there.
        text: String,
    },
}

/// A folder that a host can put into a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Place {
    /// The user's home folder.
    UserHome,
    /// The folder of the open workspace.
    WorkspaceFolder,
}

impl Template {
    /// Joins neighbouring literals and drops empty ones, so that equal values are equal.
    pub fn new(segments: impl IntoIterator<Item = Segment>) -> Self {
        let mut joined: Vec<Segment> = Vec::new();
        for segment in segments {
            match (joined.last_mut(), segment) {
                (_, Segment::Literal(text)) if text.is_empty() => {}
                (Some(Segment::Literal(before)), Segment::Literal(text)) => before.push_str(&text),
                (_, segment) => joined.push(segment),
            }
        }
        Template(joined)
    }

    /// Text without references.
    pub fn literal(text: impl Into<String>) -> Self {
        Template::new([Segment::Literal(text.into())])
    }

    /// Reads the canonical spelling. Every text is a template: what is no reference is
    /// literal.
    pub fn parse(text: &str) -> Self {
        let mut segments = Vec::new();
        let mut rest = text;
        while let Some(at) = rest.find('$') {
            segments.push(Segment::Literal(rest[..at].to_owned()));
            rest = &rest[at..];
            let run = rest.len() - rest.trim_start_matches('$').len();
            if !rest[run..].starts_with('{') {
                segments.push(Segment::Literal("$".repeat(run)));
                rest = &rest[run..];
                continue;
            }
            segments.push(Segment::Literal("$".repeat(run / 2)));
            rest = &rest[run - run % 2..];
            if let Some((segment, after)) = parse_reference(rest) {
                segments.push(segment);
                rest = after;
            } else {
                segments.push(Segment::Literal(rest[..=run % 2].to_owned()));
                rest = &rest[run % 2 + 1..];
            }
        }
        segments.push(Segment::Literal(rest.to_owned()));
        Template::new(segments)
    }

    /// The pieces, no two neighbours of them literal and none of them empty.
    pub fn segments(&self) -> &[Segment] {
        &self.0
    }

    /// The canonical spelling, secrets included: for files, never for a screen.
    pub fn expose(&self) -> String {
        self.spell(double_dollars)
    }

    /// The canonical spelling of references, and all other text as it is meant: as a host's file
    /// has it, where `$${` is no escape. Not to be parsed again.
    pub fn plain(&self) -> String {
        self.spell(|text, _| text.to_owned())
    }

    /// The canonical spelling with all literal text masked, defaults included.
    pub fn masked(&self) -> String {
        let mask = |segment: &Segment| match segment {
            Segment::Env { name, default: Some(_) } => {
                Segment::Env { name: name.clone(), default: Some(MASK.to_owned()) }
            }
            other => other.clone(),
        };
        Template(self.0.iter().map(mask).collect()).spell(|_, _| MASK.to_owned())
    }

    /// The text, if there is no reference in it.
    pub fn as_literal(&self) -> Option<&str> {
        match self.0.as_slice() {
            [] => Some(""),
            [Segment::Literal(text)] => Some(text),
            _ => None,
        }
    }

    fn spell(&self, literal: impl Fn(&str, bool) -> String) -> String {
        let mut text = String::new();
        for (at, segment) in self.0.iter().enumerate() {
            match segment {
                Segment::Literal(part) => text.push_str(&literal(part, at + 1 < self.0.len())),
                Segment::Env { name, default: None } => {
                    text.push_str(&format!("${{env:{}}}", escape(name)));
                }
                Segment::Env { name, default: Some(default) } => {
                    text.push_str(&format!("${{env:{}:-{}}}", escape(name), escape(default)));
                }
                Segment::Input(id) => text.push_str(&format!("${{input:{}}}", escape(id))),
                Segment::File(path) => text.push_str(&format!("${{file:{}}}", escape(path))),
                Segment::Place(Place::UserHome) => text.push_str("${userHome}"),
                Segment::Place(Place::WorkspaceFolder) => text.push_str("${workspaceFolder}"),
                Segment::Native { adapter, text: native } => {
                    text.push_str(&format!("${{native:{adapter}:{}}}", escape(native)));
                }
            }
        }
        text
    }
}

impl fmt::Debug for Template {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Template({})", self.masked())
    }
}

impl fmt::Debug for Segment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&Template(vec![self.clone()]).masked())
    }
}

/// Reads one reference at the start of `text`, and returns what follows it.
fn parse_reference(text: &str) -> Option<(Segment, &str)> {
    let (body, rest) = split_body(text.strip_prefix("${")?)?;
    let segment = match body.split_once(':') {
        None if body == "userHome" => Segment::Place(Place::UserHome),
        None if body == "workspaceFolder" => Segment::Place(Place::WorkspaceFolder),
        Some(("env", name)) => match name.split_once(":-") {
            Some((name, default)) => {
                Segment::Env { name: unescape(name), default: Some(unescape(default)) }
            }
            None => Segment::Env { name: unescape(name), default: None },
        },
        Some(("input", id)) => Segment::Input(unescape(id)),
        Some(("file", path)) => Segment::File(unescape(path)),
        Some(("native", native)) => {
            let (adapter, native) = native.split_once(':')?;
            Segment::Native { adapter: HostId::new(adapter).ok()?, text: unescape(native) }
        }
        _ => return None,
    };
    let names_something = match &segment {
        Segment::Env { name, .. } => !name.is_empty(),
        Segment::Input(id) => !id.is_empty(),
        Segment::File(path) => !path.is_empty(),
        _ => true,
    };
    names_something.then_some((segment, rest))
}

/// Splits at the first `}` that no backslash escapes.
fn split_body(text: &str) -> Option<(&str, &str)> {
    let mut escaped = false;
    for (at, character) in text.char_indices() {
        match character {
            '}' if !escaped => return Some((&text[..at], &text[at + 1..])),
            '\\' => escaped = !escaped,
            _ => escaped = false,
        }
    }
    None
}

/// Doubles the dollars of every run that stands before a brace. `reference_follows`: a
/// reference comes right after, and begins with one.
fn double_dollars(literal: &str, reference_follows: bool) -> String {
    let mut text = String::with_capacity(literal.len());
    let mut rest = literal;
    while let Some(at) = rest.find('$') {
        let run = rest[at..].len() - rest[at..].trim_start_matches('$').len();
        let after = &rest[at + run..];
        let doubled = after.starts_with('{') || (after.is_empty() && reference_follows);
        text.push_str(&rest[..at]);
        text.push_str(&"$".repeat(if doubled { 2 * run } else { run }));
        rest = after;
    }
    text + rest
}

fn escape(text: &str) -> String {
    text.replace('\\', "\\\\").replace('}', "\\}")
}

fn unescape(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    let mut characters = text.chars().peekable();
    while let Some(character) = characters.next() {
        match (character, characters.peek()) {
            ('\\', Some(next @ ('\\' | '}'))) => {
                plain.push(*next);
                characters.next();
            }
            _ => plain.push(character),
        }
    }
    plain
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn env(name: &str, default: Option<&str>) -> Segment {
        Segment::Env { name: name.to_owned(), default: default.map(str::to_owned) }
    }

    #[test]
    fn references_are_told_from_text() {
        for (text, expected) in [
            ("", vec![]),
            ("plain $5", vec![Segment::Literal("plain $5".into())]),
            ("${env:A}", vec![env("A", None)]),
            ("x${env:A:-b:-c}y", {
                vec![
                    Segment::Literal("x".into()),
                    env("A", Some("b:-c")),
                    Segment::Literal("y".into()),
                ]
            }),
            ("${env:A:-\\}\\\\}", vec![env("A", Some("}\\"))]),
            ("${env:A:-C:\\dir}", vec![env("A", Some("C:\\dir"))]),
            ("$${env:A}", vec![Segment::Literal("${env:A}".into())]),
            ("$$${env:A}", vec![Segment::Literal("$".into()), env("A", None)]),
            ("$$ $$x", vec![Segment::Literal("$$ $$x".into())]),
            ("${A}", vec![Segment::Literal("${A}".into())]),
            ("${env:}", vec![Segment::Literal("${env:}".into())]),
            ("${env:A", vec![Segment::Literal("${env:A".into())]),
            ("${userHome}/x", {
                vec![Segment::Place(Place::UserHome), Segment::Literal("/x".into())]
            }),
        ] {
            assert_eq!(Template::parse(text), Template(expected), "{text}");
        }
    }

    #[test]
    fn printing_shows_no_literal_text() {
        let template = Template::parse("Bearer s3cret ${env:TOKEN}");
        assert_eq!(format!("{template:?}"), "Template(•••${env:TOKEN})");
    }

    proptest! {
        #[test]
        fn spelling_and_reading_are_inverse(
            pieces in proptest::collection::vec(
                prop_oneof![
                    ".{0,8}".prop_map(Segment::Literal),
                    r"[${}\\:a-z-]{0,8}".prop_map(Segment::Literal),
                    ("[A-Z_]{1,4}", proptest::option::of(r"[a-z:}\\$-]{0,6}"))
                        .prop_map(|(name, default)| Segment::Env { name, default }),
                    r"[a-z}\\]{1,5}".prop_map(Segment::Input),
                    Just(Segment::Place(Place::UserHome)),
                    r"[${}/\\a-z]{0,6}".prop_map(|text| Segment::Native {
                        adapter: HostId::new("cursor").unwrap(),
                        text,
                    }),
                ],
                0..6,
            )
        ) {
            let template = Template::new(pieces);
            prop_assert_eq!(Template::parse(&template.expose()), template);
        }
    }
}
