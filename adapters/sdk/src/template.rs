//! Hosts' reference syntaxes, to templates and back.
//!
//! A [`Syntax`] reads a host's text into segments and spells one segment in it. Whether
//! the whole text means what was asked is checked here, once for all hosts: what was
//! spelt is read again, and where that gives other segments (a password with a `$` in it)
//! the value can't be written.

use crate::{EnvRef, Place, Segment, Template};

/// Where in a server a value stands. Some hosts expand more in one place than in another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Spot {
    /// The program.
    Command,
    /// One argument.
    Arg,
    /// A variable's value.
    Env,
    /// The path of a file of variables.
    EnvFile,
    /// The working folder.
    Cwd,
    /// The URL of a remote server.
    Url,
    /// A header's value.
    Header,
    /// A part of an OAuth client.
    Oauth,
    /// Text with no references in the contract: a description, a tool's name, a scope.
    Plain,
}

/// How a host spells a segment.
#[derive(Clone, Debug, PartialEq)]
pub enum Spelling {
    /// So.
    Exact(String),
    /// It can't; this segment comes close, and the text says in which way it does not.
    Close(Segment, String),
    /// Neither, for this reason: a fragment that follows the field's name.
    Impossible(String),
}

/// What a host expands in its values.
pub trait Syntax: Sync {
    /// Tells references from text.
    fn parse(&self, text: &str, spot: Spot) -> Template;

    /// Spells a segment. Literal text is spelt as it stands, or escaped where the host has
    /// an escape.
    fn spell(&self, segment: &Segment, spot: Spot) -> Spelling;
}

/// The text of a template, and in which way it is not what was asked.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Rendered {
    /// What goes into the file.
    pub text: String,
    /// One sentence for each approximation.
    pub approximations: Vec<String>,
}

/// Spells a template in a host's syntax.
///
/// # Errors
///
/// Gives the reason, a fragment that follows the field's name, where the host can't say
/// it: it knows no such reference, or it would expand what is meant as text.
pub fn render(
    syntax: &dyn Syntax,
    host: &str,
    template: &[Segment],
    spot: Spot,
) -> Result<Rendered, String> {
    let mut rendered = Rendered::default();
    let mut meant = Vec::new();
    for segment in template {
        let (text, segment) = match syntax.spell(segment, spot) {
            Spelling::Exact(text) => (text, segment.clone()),
            Spelling::Impossible(reason) => return Err(reason),
            Spelling::Close(close, detail) => {
                rendered.approximations.push(detail);
                match syntax.spell(&close, spot) {
                    Spelling::Exact(text) => (text, close),
                    Spelling::Close(..) => return Err(format!("can't be spelt for {host}")),
                    Spelling::Impossible(reason) => return Err(reason),
                }
            }
        };
        rendered.text.push_str(&text);
        meant.push(segment);
    }
    let understood = syntax.parse(&rendered.text, spot);
    if understood == normal(&meant) {
        Ok(rendered)
    } else {
        Err(misread(syntax, host, template, spot))
    }
}

/// Why text can't be written: the host would expand it. Shows a reference that is spelt
/// out (`${env:X}`) and never text that may be a part of a password (`$word`).
fn misread(syntax: &dyn Syntax, host: &str, template: &[Segment], spot: Spot) -> String {
    let literals = template.iter().filter_map(|segment| match segment {
        Segment::Literal(text) => Some(text),
        _ => None,
    });
    let shown = literals
        .flat_map(|text| syntax.parse(text, spot).into_iter().map(move |part| (text, part)))
        .filter(|(_, part)| !matches!(part, Segment::Literal(_)))
        .find_map(|(text, part)| match syntax.spell(&part, spot) {
            Spelling::Exact(spelt) if spelt.starts_with("${") && text.contains(&spelt) => {
                Some(spelt)
            }
            _ => None,
        });
    let what =
        shown.map_or_else(|| "what looks like a reference".to_owned(), |text| format!("`{text}`"));
    format!(
        "holds {what} as plain text, which {host} would expand, and {host} has no escape for it; \
         where a reference is meant, spell it `${{env:NAME}}`"
    )
}

/// Joins neighbouring literals and drops empty ones, so that equal values are equal.
pub fn normal(segments: &[Segment]) -> Template {
    joined(segments.to_vec())
}

/// As [`normal`], of segments that nobody else needs.
fn joined(segments: Template) -> Template {
    let mut joined: Template = Vec::with_capacity(segments.len());
    for segment in segments {
        match (joined.last_mut(), segment) {
            (_, Segment::Literal(text)) if text.is_empty() => {}
            (Some(Segment::Literal(before)), Segment::Literal(text)) => before.push_str(&text),
            (_, segment) => joined.push(segment),
        }
    }
    joined
}

/// Text without references.
pub fn literal(text: &str) -> Template {
    if text.is_empty() { vec![] } else { vec![Segment::Literal(text.to_owned())] }
}

/// The text of a template that has no references.
pub fn as_literal(template: &[Segment]) -> Option<String> {
    let text = |segment: &Segment| match segment {
        Segment::Literal(text) => Some(text.clone()),
        _ => None,
    };
    template.iter().map(text).collect()
}

/// A variable's value.
pub fn env(name: &str) -> Segment {
    Segment::Env(EnvRef { name: name.to_owned(), default: None })
}

/// Splits text at its `${...}`. What `reference` does not know stays text.
pub fn parse_braces(text: &str, reference: impl Fn(&str) -> Option<Segment>) -> Template {
    let mut segments = Vec::new();
    let (mut plain, mut from) = (0, 0);
    while let Some(start) = text[from..].find("${").map(|at| from + at) {
        let Some(end) = text[start..].find('}').map(|at| start + at) else { break };
        match reference(&text[start + 2..end]) {
            Some(segment) => {
                segments.push(Segment::Literal(text[plain..start].to_owned()));
                segments.push(segment);
                (plain, from) = (end + 1, end + 1);
            }
            None => from = start + 2,
        }
    }
    segments.push(Segment::Literal(text[plain..].to_owned()));
    joined(segments)
}

/// A segment as environment files of hatch spell it.
pub fn canonical(segment: &Segment) -> String {
    let escape = |text: &str| text.replace('\\', "\\\\").replace('}', "\\}");
    match segment {
        Segment::Literal(text) | Segment::Native(text) => text.clone(),
        Segment::Env(EnvRef { name, default: None }) => format!("${{env:{}}}", escape(name)),
        Segment::Env(EnvRef { name, default: Some(default) }) => {
            format!("${{env:{}:-{}}}", escape(name), escape(default))
        }
        Segment::Input(id) => format!("${{input:{}}}", escape(id)),
        Segment::File(path) => format!("${{file:{}}}", escape(path)),
        Segment::Place(Place::UserHome) => "${userHome}".to_owned(),
        Segment::Place(Place::WorkspaceFolder) => "${workspaceFolder}".to_owned(),
    }
}

/// The reason why a host can't have a reference that it does not know and nothing stands
/// in for.
pub fn impossible(host: &str, segment: &Segment) -> Spelling {
    let what = match segment {
        Segment::Input(_) => "asks the user for a value, which",
        Segment::File(_) => "takes the contents of a file, which",
        Segment::Place(Place::WorkspaceFolder) => "needs the folder of the open workspace, which",
        _ => "holds a reference of another host, which",
    };
    Spelling::Impossible(format!("{what} {host} can't put there; write the value itself"))
}

/// The syntax of a host, named for messages, that expands nothing. A variable or a place
/// is written as environment files spell it, and reported: `--resolve-env` puts the value
/// there. Inputs and files are refused, since no flag can mend them.
#[derive(Clone, Copy, Debug)]
pub struct Literally<'a>(pub &'a str);

impl Syntax for Literally<'_> {
    fn parse(&self, text: &str, _: Spot) -> Template {
        literal(text)
    }

    fn spell(&self, segment: &Segment, _: Spot) -> Spelling {
        let host = self.0;
        match segment {
            Segment::Literal(text) => Spelling::Exact(text.clone()),
            Segment::Env(_) | Segment::Place(_) => {
                let text = canonical(segment);
                // A default may be a secret, the variable's name is none.
                let shown = match segment {
                    Segment::Env(reference) => canonical(&env(&reference.name)),
                    _ => text.clone(),
                };
                let detail = format!(
                    "{host} expands no references: the server gets `{shown}` as it stands; \
                     --resolve-env writes the value"
                );
                Spelling::Close(Segment::Literal(text), detail)
            }
            Segment::Input(_) | Segment::File(_) | Segment::Native(_) => impossible(host, segment),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn braces_are_split_and_the_unknown_stays_text() {
        let known = |body: &str| body.strip_prefix("env:").map(env);
        let text = |text: &str| Segment::Literal(text.to_owned());
        for (from, expected) in [
            ("", vec![]),
            ("a${env:B}c", vec![text("a"), env("B"), text("c")]),
            ("${x}${env:B}", vec![text("${x}"), env("B")]),
            ("${x${env:B}", vec![text("${x"), env("B")]),
            ("${env:B", vec![text("${env:B")]),
        ] {
            assert_eq!(parse_braces(from, known), expected, "{from}");
        }
    }

    #[test]
    fn a_host_that_expands_nothing_gets_the_reference_as_text() {
        let rendered = render(&Literally("X"), "X", &[env("A")], Spot::Env).unwrap();
        assert_eq!(rendered.text, "${env:A}");
        assert_eq!(
            rendered.approximations,
            ["X expands no references: the server gets `${env:A}` as it stands; \
              --resolve-env writes the value"]
        );
        assert!(render(&Literally("X"), "X", &[Segment::Input("a".into())], Spot::Env).is_err());
    }
}
