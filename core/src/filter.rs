//! Which servers of a source a run concerns.

use std::collections::HashSet;
use std::fmt;

use fancy_regex::{CompileError, ParseError, Regex, RegexBuilder};
use regex_syntax::Error as Syntax;
use regex_syntax::ast::Span;

use crate::server::Server;
use crate::suggest::nearest;

/// How much backtracking one name may cost before a pattern counts as running away.
const BACKTRACK_LIMIT: usize = 100_000;

/// What was asked for.
#[derive(Clone, Debug)]
pub enum Filter {
    /// Every server.
    All,
    /// These, by name.
    Names(Vec<String>),
    /// Those whose name the pattern matches from its start.
    Pattern(Pattern),
}

impl Filter {
    /// The servers that are asked for, in the source's order.
    ///
    /// # Errors
    ///
    /// Fails where a name is not there, where nothing is selected, and where the pattern
    /// runs away.
    pub fn select(&self, servers: Vec<Server>) -> Result<Vec<Server>, FilterError> {
        match self {
            Filter::All => Ok(servers),
            Filter::Names(names) => by_name(names, servers),
            Filter::Pattern(pattern) => by_pattern(pattern, servers),
        }
    }
}

fn by_name(names: &[String], servers: Vec<Server>) -> Result<Vec<Server>, FilterError> {
    let known: Vec<String> = servers.iter().map(|server| server.name.to_string()).collect();
    let is_known: HashSet<&String> = known.iter().collect();
    let unknown: Vec<_> = names
        .iter()
        .filter(|name| !is_known.contains(name))
        .map(|name| UnknownName { name: name.clone(), nearest: nearest(name, &known) })
        .collect();
    if !unknown.is_empty() {
        return Err(FilterError::UnknownNames(unknown));
    }
    let wanted: HashSet<&str> = names.iter().map(String::as_str).collect();
    Ok(servers.into_iter().filter(|server| wanted.contains(server.name.as_str())).collect())
}

fn by_pattern(pattern: &Pattern, servers: Vec<Server>) -> Result<Vec<Server>, FilterError> {
    let known: Vec<String> = servers.iter().map(|server| server.name.to_string()).collect();
    let mut selected = Vec::new();
    for server in servers {
        if pattern.matches(server.name.as_str())? {
            selected.push(server);
        }
    }
    if selected.is_empty() {
        return Err(FilterError::NothingMatches { pattern: pattern.source.clone(), known });
    }
    Ok(selected)
}

/// A regular expression over server names, as Python's `re.match` takes one: from the start
/// of the name, not to its end.
#[derive(Clone)]
pub struct Pattern {
    source: String,
    regex: Regex,
}

impl Pattern {
    /// Compiles a pattern.
    ///
    /// # Errors
    ///
    /// Fails where it is no regular expression; the error says at which byte, if that is known.
    pub fn new(source: &str) -> Result<Self, PatternError> {
        let regex = RegexBuilder::new(source)
            .backtrack_limit(BACKTRACK_LIMIT)
            .build()
            .map_err(|error| PatternError::new(source, &error))?;
        Ok(Pattern { source: source.to_owned(), regex })
    }

    /// Whether the pattern matches from the start of `name`.
    ///
    /// # Errors
    ///
    /// Fails where the pattern runs away.
    pub fn matches(&self, name: &str) -> Result<bool, FilterError> {
        Ok(self.first(name)? == Some(0))
    }

    /// Whether the pattern matches anywhere in `name`.
    ///
    /// # Errors
    ///
    /// Fails where the pattern runs away.
    pub fn finds(&self, name: &str) -> Result<bool, FilterError> {
        Ok(self.first(name)?.is_some())
    }

    fn first(&self, name: &str) -> Result<Option<usize>, FilterError> {
        match self.regex.find(name) {
            Ok(found) => Ok(found.map(|found| found.start())),
            Err(_) => {
                Err(FilterError::RunsAway { pattern: self.source.clone(), name: name.to_owned() })
            }
        }
    }
}

impl fmt::Debug for Pattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Pattern({:?})", self.source)
    }
}

/// Text that is no regular expression.
#[derive(Debug, thiserror::Error)]
#[error("{reason}")]
pub struct PatternError {
    /// The text.
    pub pattern: String,
    /// The byte at which it goes wrong, where that is known.
    pub at: Option<usize>,
    /// What is wrong.
    pub reason: String,
}

impl PatternError {
    fn new(pattern: &str, error: &fancy_regex::Error) -> Self {
        let (at, reason) = match error {
            fancy_regex::Error::ParseError(at, error) => {
                (Some(*at), of_parser(pattern, *at, error))
            }
            fancy_regex::Error::CompileError(error) => of_compiler(pattern, error),
            other => (None, other.to_string()),
        };
        let at = at.filter(|at| pattern.is_char_boundary(*at));
        PatternError { pattern: pattern.to_owned(), at, reason }
    }
}

/// What is wrong at a place in a pattern, in plain words.
fn of_parser(pattern: &str, at: usize, error: &ParseError) -> String {
    match error {
        ParseError::UnclosedOpenParen => "`(` without its `)`".to_owned(),
        ParseError::InvalidClass => "`[` without its `]`".to_owned(),
        ParseError::TargetNotRepeatable => "nothing to repeat before it".to_owned(),
        ParseError::TrailingBackslash => "nothing after the last `\\`".to_owned(),
        ParseError::InvalidHex => "expected hexadecimal digits".to_owned(),
        ParseError::InvalidBackref => "it refers to a group that does not exist".to_owned(),
        ParseError::GeneralParseError(_) if pattern[at.min(pattern.len())..].starts_with(')') => {
            "`)` without its `(`".to_owned()
        }
        other => other.to_string().to_lowercase(),
    }
}

/// What is wrong with a pattern that could be read, and where if that is known.
fn of_compiler(pattern: &str, error: &CompileError) -> (Option<usize>, String) {
    match error {
        CompileError::InnerError(error) => match error.syntax_error() {
            Some(Syntax::Parse(error)) => {
                of_engine(pattern, error.pattern(), error.span(), &error.kind())
            }
            Some(Syntax::Translate(error)) => {
                of_engine(pattern, error.pattern(), error.span(), &error.kind())
            }
            _ if error.size_limit().is_some() => {
                (None, "it becomes too large: repeat less".to_owned())
            }
            _ => (None, error.to_string().to_lowercase()),
        },
        CompileError::InvalidBackref(group) => {
            (None, format!("it refers to group {group}, which does not exist"))
        }
        other => (None, other.to_string().to_lowercase()),
    }
}

/// What the inner engine says. It was given a part of the pattern, rewritten here and there: the
/// text that it points at is looked for in the pattern itself.
fn of_engine(
    pattern: &str,
    part: &str,
    span: &Span,
    kind: &dyn fmt::Display,
) -> (Option<usize>, String) {
    let text = part.get(span.start.offset..span.end.offset).unwrap_or_default();
    let (lower, text) = (pattern.to_ascii_lowercase(), text.to_ascii_lowercase());
    let at = lower.find(&text).filter(|_| !text.is_empty());
    (at, kind.to_string().to_lowercase())
}

/// A name that no server has.
#[derive(Debug)]
pub struct UnknownName {
    /// The name.
    pub name: String,
    /// Names that are like it.
    pub nearest: Vec<String>,
}

/// Why a filter selects nothing.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum FilterError {
    /// Names that no server has.
    #[error("the source has no server named {}", join(.0))]
    UnknownNames(Vec<UnknownName>),
    /// A pattern that no name matches.
    #[error("no server matches the pattern `{pattern}`")]
    NothingMatches {
        /// The pattern.
        pattern: String,
        /// The names that there are.
        known: Vec<String>,
    },
    /// A pattern that backtracks without end.
    #[error("the pattern `{pattern}` runs away on the name `{name}`")]
    RunsAway {
        /// The pattern.
        pattern: String,
        /// The name that was too much for it.
        name: String,
    },
}

fn join(names: &[UnknownName]) -> String {
    let quoted: Vec<_> = names.iter().map(|unknown| format!("`{}`", unknown.name)).collect();
    quoted.join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::server::local;

    fn servers(names: &[&str]) -> Vec<Server> {
        names.iter().map(|name| local(name, "x")).collect()
    }

    fn select(filter: &Filter, names: &[&str]) -> Result<Vec<String>, FilterError> {
        let selected = filter.select(servers(names))?;
        Ok(selected.iter().map(|server| server.name.to_string()).collect())
    }

    #[test]
    fn patterns_match_from_the_start() {
        let names = ["prod-api", "api-gateway", "dev-db", "test-api", "production-db"];
        for (pattern, expected) in [
            (".*api.*", vec!["prod-api", "api-gateway", "test-api"]),
            ("api", vec!["api-gateway"]),
            ("^dev-", vec!["dev-db"]),
            ("(prod|production)-.*", vec!["prod-api", "production-db"]),
            ("^(?!test-).*", vec!["prod-api", "api-gateway", "dev-db", "production-db"]),
        ] {
            let filter = Filter::Pattern(Pattern::new(pattern).unwrap());
            assert_eq!(select(&filter, &names).unwrap(), expected, "{pattern}");
        }
    }

    #[test]
    fn unknown_names_come_with_their_neighbours() {
        let filter = Filter::Names(vec!["file-system".into(), "db".into()]);
        let Err(FilterError::UnknownNames(unknown)) = select(&filter, &["filesystem", "db"]) else {
            panic!("the name is not there");
        };
        assert_eq!(unknown.len(), 1);
        assert_eq!(unknown[0].nearest, ["filesystem"]);
    }

    #[test]
    fn a_pattern_without_a_match_is_an_error() {
        let filter = Filter::Pattern(Pattern::new("nope").unwrap());
        assert!(matches!(select(&filter, &["a"]), Err(FilterError::NothingMatches { .. })));
    }

    #[test]
    fn bad_patterns_say_what_is_wrong_and_where() {
        for (pattern, at, reason) in [
            ("(prod", Some(5), "`(` without its `)`"),
            ("prod)", Some(4), "`)` without its `(`"),
            ("a[", Some(2), "`[` without its `]`"),
            ("*", Some(0), "nothing to repeat before it"),
            ("a**", Some(2), "nothing to repeat before it"),
            ("a\\", Some(1), "nothing after the last `\\`"),
            ("\\xZZ", Some(2), "expected hexadecimal digits"),
            ("(?<n", Some(1), "could not parse group name"),
            ("(?z)", Some(2), "unknown group flag: (?z"),
            ("(a)\\2", None, "it refers to group 2, which does not exist"),
            ("\\k<x>", Some(2), "it refers to a group that does not exist"),
            ("x{99999999}", None, "it becomes too large: repeat less"),
            ("é[z-a]", Some(3), "invalid character class range, the start must be <= the end"),
            ("(?=a[z-a])", Some(5), "invalid character class range, the start must be <= the end"),
            ("(?=a)bc\\p{Foo}", Some(7), "unicode property not found"),
        ] {
            let error = Pattern::new(pattern).unwrap_err();
            assert_eq!((error.at, error.reason.as_str()), (at, reason), "{pattern}");
        }
    }

    #[test]
    fn runaway_patterns_are_stopped() {
        let pattern = Pattern::new(r"(?=(x+x+)+y)\1z").unwrap();
        let name = "x".repeat(64);
        assert!(matches!(pattern.matches(&name), Err(FilterError::RunsAway { .. })));
    }
}
