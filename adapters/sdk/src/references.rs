//! Reference syntaxes as data: [`References`] is a [`Syntax`] that is told its spellings.
//!
//! A spelling is what a host's documentation shows, with a word for what varies:
//! `${env:NAME}`, `${NAME:-DEFAULT}`, `$NAME`, `${input:ID}`, `${file:PATH}`, `${userHome}`.
//! What begins like a reference and is none that the contract has (`${NAME%.*}`) is no text
//! either: it is kept as it is spelt, for hosts of the same adapter alone.

use crate::template::{canonical, env, impossible, literal, normal};
use crate::{EnvRef, Literally, Place, Segment, Spelling, Spot, Syntax, Template};

/// A host's references.
#[derive(Clone, Debug)]
pub struct References<'a> {
    host: &'a str,
    spots: Vec<Spot>,
    patterns: Vec<Pattern<'a>>,
}

/// What a spelling is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Means {
    /// A variable; `NAME` stands for its name.
    Env,
    /// A variable, and what stands in for it: `NAME` and `DEFAULT`.
    EnvDefault,
    /// What the host asks its user for; `ID` stands for the input.
    Input,
    /// The contents of a file; `PATH` stands for where it is.
    File,
    /// The user's home folder.
    UserHome,
    /// The open workspace's folder.
    WorkspaceFolder,
    /// What only this host knows; `TEXT`, if it is there, stands for anything.
    Native,
}

impl Means {
    /// The words that stand for what varies in a spelling.
    fn words(self, spelling: &str) -> &'static [&'static str] {
        match self {
            Means::Env => &["NAME"],
            Means::EnvDefault => &["NAME", "DEFAULT"],
            Means::Input => &["ID"],
            Means::File => &["PATH"],
            Means::Native if spelling.contains("TEXT") => &["TEXT"],
            Means::Native | Means::UserHome | Means::WorkspaceFolder => &[],
        }
    }
}

/// A spelling, taken apart: before, between and after what varies.
#[derive(Clone, Copy, Debug)]
struct Pattern<'a> {
    means: Means,
    before: &'a str,
    between: Option<&'a str>,
    /// `None` where nothing varies.
    after: Option<&'a str>,
}

impl<'a> References<'a> {
    /// References of a host, named for messages, in these spots.
    pub fn new(
        host: &'a str,
        spots: Vec<Spot>,
        spellings: impl IntoIterator<Item = (Means, &'a str)>,
    ) -> References<'a> {
        let mut patterns: Vec<_> =
            spellings.into_iter().filter_map(|(means, text)| Pattern::new(means, text)).collect();
        // The more a spelling says, the sooner it is tried; of equal ones, the first is written.
        patterns.sort_by_key(|pattern: &Pattern<'_>| {
            let varies = pattern.after.is_some();
            (varies, std::cmp::Reverse(pattern.before.len()), pattern.between.is_none())
        });
        References { host, spots, patterns }
    }

    fn of(&self, means: Means) -> Option<&Pattern<'a>> {
        self.patterns.iter().find(|pattern| pattern.means == means)
    }

    /// The reference at the start of `text`, and its length.
    fn at(&self, text: &str) -> Option<(Segment, usize)> {
        let mut opaque = None;
        for pattern in &self.patterns {
            match pattern.read(text) {
                Some((Some(segment), length)) => return Some((segment, length)),
                Some((None, length)) => opaque = opaque.or(Some(length)),
                None => {}
            }
        }
        opaque.map(|length| (Segment::Native(text[..length].to_owned()), length))
    }

    fn env(&self, reference: &EnvRef) -> Option<Spelling> {
        let Some(default) = &reference.default else {
            return Some(Spelling::Exact(self.of(Means::Env)?.spell(&[&reference.name])));
        };
        if let Some(pattern) = self.of(Means::EnvDefault) {
            return Some(Spelling::Exact(pattern.spell(&[&reference.name, default])));
        }
        self.of(Means::Env)?;
        let (host, name) = (self.host, &reference.name);
        let detail = format!("{host} knows no defaults: without `{name}` nothing is there");
        Some(Spelling::Close(env(name), detail))
    }

    fn home(&self) -> Option<Spelling> {
        if let Some(pattern) = self.of(Means::UserHome) {
            return Some(Spelling::Exact(pattern.before.to_owned()));
        }
        let (host, spelt) = (self.host, self.of(Means::Env)?.spell(&["HOME"]));
        let detail = format!(
            "{host} knows no home folder: written as `{spelt}`, which is not set on Windows"
        );
        Some(Spelling::Close(env("HOME"), detail))
    }

    /// A reference that the host does not expand where it stands, as text.
    fn as_text(&self, segment: &Segment) -> Spelling {
        let shown = match segment {
            // A default may be a secret, the variable's name is none.
            Segment::Env(reference) => canonical(&env(&reference.name)),
            _ => canonical(segment),
        };
        let detail = format!(
            "{} does not expand it: the server gets `{shown}` as it stands; --resolve-env writes \
             the value",
            self.host
        );
        Spelling::Close(Segment::Literal(canonical(segment)), detail)
    }
}

impl Syntax for References<'_> {
    fn parse(&self, text: &str, spot: Spot) -> Template {
        if !self.spots.contains(&spot) {
            return literal(text);
        }
        let mut segments = Vec::new();
        let (mut plain, mut at) = (0, 0);
        while let Some(next) = text[at..].chars().next() {
            if let Some((segment, length)) = self.at(&text[at..]) {
                segments.push(Segment::Literal(text[plain..at].to_owned()));
                segments.push(segment);
                at += length;
                plain = at;
            } else {
                at += next.len_utf8();
            }
        }
        segments.push(Segment::Literal(text[plain..].to_owned()));
        normal(&segments)
    }

    fn spell(&self, segment: &Segment, spot: Spot) -> Spelling {
        if self.patterns.is_empty() {
            return Literally(self.host).spell(segment, spot);
        }
        let expands = self.spots.contains(&spot);
        let of = |means| self.of(means).filter(|_| expands);
        let spelt = match segment {
            Segment::Literal(text) => Some(Spelling::Exact(text.clone())),
            Segment::Native(text) => expands.then(|| Spelling::Exact(text.clone())),
            Segment::Env(reference) if expands => self.env(reference),
            Segment::Place(Place::UserHome) if expands => self.home(),
            Segment::Place(Place::WorkspaceFolder) => {
                of(Means::WorkspaceFolder).map(|pattern| Spelling::Exact(pattern.spell(&[])))
            }
            Segment::Input(id) => of(Means::Input).map(|it| Spelling::Exact(it.spell(&[id]))),
            Segment::File(path) => of(Means::File).map(|it| Spelling::Exact(it.spell(&[path]))),
            Segment::Env(_) | Segment::Place(Place::UserHome) => None,
        };
        spelt.unwrap_or_else(|| match segment {
            Segment::Env(_) | Segment::Place(Place::UserHome) => self.as_text(segment),
            other => impossible(self.host, other),
        })
    }
}

impl<'a> Pattern<'a> {
    /// Takes a spelling apart. One without its words, or with nothing before them, is none.
    fn new(means: Means, text: &'a str) -> Option<Pattern<'a>> {
        let (before, between, after) = match means.words(text) {
            [] => (text, None, None),
            [word] => {
                let (before, after) = text.split_once(word)?;
                (before, None, Some(after))
            }
            [first, second, ..] => {
                let (before, rest) = text.split_once(first)?;
                let (between, after) = rest.split_once(second)?;
                (before, Some(between), Some(after))
            }
        };
        let is_closed = after != Some("") || means == Means::Env;
        let is_good = !before.is_empty() && between != Some("") && is_closed;
        is_good.then_some(Pattern { means, before, between, after })
    }

    /// What stands at the start of `text`, with its length; no segment where it begins and ends
    /// like this spelling and is something else.
    fn read(&self, text: &str) -> Option<(Option<Segment>, usize)> {
        let rest = text.strip_prefix(self.before)?;
        let Some(after) = self.after else { return Some((self.segment(""), self.before.len())) };
        let end = if after.is_empty() { word(rest) } else { rest.find(after)? };
        let body = &rest[..end];
        if body.is_empty() || (self.between.is_some_and(|between| !body.contains(between))) {
            return None;
        }
        let segment = self.segment(body);
        // `50% and 60%` is text, and `${a b}` is something.
        let is_bracketed = self.before.ends_with(['{', '(']) || self.before.contains('{');
        (segment.is_some() || is_bracketed)
            .then_some((segment, self.before.len() + end + after.len()))
    }

    /// What a body means, if it can be.
    fn segment(&self, body: &str) -> Option<Segment> {
        match self.means {
            Means::Env => is_name(body).then(|| env(body)),
            Means::EnvDefault => {
                let (name, default) = body.split_once(self.between?)?;
                let is_plain = is_name(name) && !default.contains(['$', '{']);
                let (name, default) = (name.to_owned(), Some(default.to_owned()));
                is_plain.then_some(Segment::Env(EnvRef { name, default }))
            }
            Means::Input => is_plain(body).then(|| Segment::Input(body.to_owned())),
            Means::File => is_plain(body).then(|| Segment::File(body.to_owned())),
            Means::UserHome => Some(Segment::Place(Place::UserHome)),
            Means::WorkspaceFolder => Some(Segment::Place(Place::WorkspaceFolder)),
            Means::Native => {
                Some(Segment::Native([self.before, body, self.after.unwrap_or_default()].concat()))
            }
        }
    }

    /// The spelling with these parts in the place of its words.
    fn spell(&self, parts: &[&str]) -> String {
        let mut text = self.before.to_owned();
        for (at, part) in parts.iter().enumerate() {
            if at > 0 {
                text.push_str(self.between.unwrap_or_default());
            }
            text.push_str(part);
        }
        text.push_str(self.after.unwrap_or_default());
        text
    }
}

/// The length of the name at the start of `text`, where no bracket ends it.
fn word(text: &str) -> usize {
    let is_word = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
    if text.starts_with(|first: char| first.is_ascii_digit()) {
        return 0;
    }
    text.bytes().take_while(|&byte| is_word(byte)).count()
}

/// Windows has `ProgramFiles(x86)`.
fn is_name(text: &str) -> bool {
    let is_part = |byte: u8| byte.is_ascii_alphanumeric() || b"_.()".contains(&byte);
    !text.is_empty() && !text.as_bytes()[0].is_ascii_digit() && text.bytes().all(is_part)
}

fn is_plain(text: &str) -> bool {
    !text.contains(['$', '{'])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::template::render;

    const ANYWHERE: [Spot; 2] = [Spot::Env, Spot::Arg];

    fn references(spellings: &[(Means, &'static str)]) -> References<'static> {
        References::new("X", ANYWHERE.to_vec(), spellings.iter().copied())
    }

    fn text(text: &str) -> Segment {
        Segment::Literal(text.to_owned())
    }

    fn with_default(name: &str, default: &str) -> Segment {
        Segment::Env(EnvRef { name: name.to_owned(), default: Some(default.to_owned()) })
    }

    #[test]
    fn references_are_told_from_text() {
        let braces = references(&[
            (Means::Env, "${NAME}"),
            (Means::Env, "$NAME"),
            (Means::EnvDefault, "${NAME:-DEFAULT}"),
            (Means::UserHome, "${userHome}"),
        ]);
        let native = |spelt: &str| Segment::Native(spelt.to_owned());
        for (from, expected) in [
            ("", vec![]),
            ("plain $5 %A% {A}", vec![text("plain $5 %A% {A}")]),
            ("é$A-b", vec![text("é"), env("A"), text("-b")]),
            ("${A}${B:-c d}", vec![env("A"), with_default("B", "c d")]),
            ("${B:-}", vec![with_default("B", "")]),
            ("${userHome}/x", vec![Segment::Place(Place::UserHome), text("/x")]),
            ("${A%.*}${}", vec![native("${A%.*}"), text("${}")]),
            ("${A:-${B}}", vec![native("${A:-${B}"), text("}")]),
            ("${A", vec![text("${A")]),
        ] {
            assert_eq!(braces.parse(from, Spot::Env), expected, "{from}");
            assert_eq!(braces.parse(from, Spot::Plain), literal(from), "{from}");
        }
        let tagged = references(&[
            (Means::Env, "${env:NAME}"),
            (Means::File, "${file:PATH}"),
            (Means::Native, "${config:TEXT}"),
            (Means::Native, "${pathSeparator}"),
            (Means::Env, "%NAME%"),
        ]);
        for (from, expected) in [
            ("${A}", vec![text("${A}")]),
            ("${env:A}", vec![env("A")]),
            ("${env:}", vec![text("${env:}")]),
            ("${env:A:b}", vec![native("${env:A:b}")]),
            ("${file:/a b}", vec![Segment::File("/a b".to_owned())]),
            ("${config:a.b}", vec![native("${config:a.b}")]),
            ("a${pathSeparator}", vec![text("a"), native("${pathSeparator}")]),
            ("50% and 60% of %A%", vec![text("50% and 60% of "), env("A")]),
        ] {
            assert_eq!(tagged.parse(from, Spot::Arg), expected, "{from}");
        }
    }

    #[test]
    fn what_has_no_spelling_is_close_or_refused() {
        let braces = references(&[(Means::Env, "${NAME}")]);
        let rendered = |template: &[Segment], spot| render(&braces, "X", template, spot);
        let home = Segment::Place(Place::UserHome);
        for (segment, spot, expected, detail) in [
            (with_default("A", "b"), Spot::Env, "${A}", "X knows no defaults: without `A`"),
            (home.clone(), Spot::Env, "${HOME}", "X knows no home folder: written as `${HOME}`"),
            (env("A"), Spot::Url, "${env:A}", "X does not expand it: the server gets `${env:A}`"),
            (with_default("A", "b"), Spot::Url, "${env:A:-b}", "gets `${env:A}` as it stands"),
            (home, Spot::Url, "${userHome}", "gets `${userHome}` as it stands"),
        ] {
            let rendered = rendered(&[segment], spot).unwrap();
            assert_eq!(rendered.text, expected);
            assert!(rendered.approximations[0].contains(detail), "{:?}", rendered.approximations);
        }
        for segment in [
            Segment::Input("a".into()),
            Segment::File("a".into()),
            Segment::Place(Place::WorkspaceFolder),
            // Would be expanded.
            text("${A}"),
            text("${A:-b}"),
        ] {
            assert!(rendered(std::slice::from_ref(&segment), Spot::Env).is_err(), "{segment:?}");
        }
        assert_eq!(rendered(&[text("${A}")], Spot::Url).unwrap().text, "${A}");
    }

    #[test]
    fn a_default_that_would_end_too_soon_is_refused() {
        let braces =
            references(&[(Means::Env, "${NAME}"), (Means::EnvDefault, "${NAME:-DEFAULT}")]);
        assert!(render(&braces, "X", &[with_default("A", "b}c")], Spot::Env).is_err());
        assert_eq!(
            render(&braces, "X", &[with_default("A", "b c")], Spot::Env).unwrap().text,
            "${A:-b c}"
        );
    }

    #[test]
    fn a_host_without_references_expands_nothing() {
        let none = references(&[]);
        let rendered = render(&none, "X", &[env("A")], Spot::Env).unwrap();
        assert_eq!(rendered.text, "${env:A}");
        assert_eq!(none.parse("${A}$B", Spot::Env), literal("${A}$B"));
    }

    #[test]
    fn spellings_without_their_words_are_none() {
        for (means, spelling) in [
            (Means::Env, "${X}"),
            (Means::Env, "NAME"),
            (Means::EnvDefault, "${NAME}"),
            (Means::EnvDefault, "${NAMEDEFAULT}"),
            (Means::EnvDefault, "${NAME:-DEFAULT"),
            (Means::Input, "${input:ID"),
            (Means::Native, "$(TEXT"),
            (Means::UserHome, ""),
        ] {
            assert!(references(&[(means, spelling)]).patterns.is_empty(), "{spelling}");
        }
    }
}
