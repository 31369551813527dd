//! Where a table is wrong, and in which words that is said.

use std::ops::Range;

use hatch_core::suggest::nearest;
use serde::de::DeserializeOwned;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use crate::clean;

const NO_TABLE: &str = "expected the table of an adapter, which has a line `[[documents]]`";
const NO_LIST: &str = "here is a table of keys, and no list";

/// Why a text is not a table: what is wrong, where, and the line with a mark below it.
///
/// Only lines of tables are repeated. Any file can be taken for one by mistake, and what it holds
/// may be secret: of a text without `[[documents]]` nothing is said but that.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("line {line}, column {column}: {reason}{}", self.quote())]
pub struct TableError {
    /// The line, counted from one.
    pub line: usize,
    /// The column, in characters, counted from one.
    pub column: usize,
    /// What is wrong there.
    pub reason: String,
    /// That line's text, fit for a person; empty where it is not to be repeated.
    pub text: String,
}

impl TableError {
    /// The line, and the mark below it.
    fn quote(&self) -> String {
        let TableError { line, column, text, .. } = self;
        if text.is_empty() {
            return String::new();
        }
        let margin = " ".repeat(format!("{line} | ").len() + column - 1);
        format!("\n{line} | {text}\n{margin}^")
    }
}

/// Whether a text has the line that every table has, and so was written as one.
fn is_meant_as_table(text: &str) -> bool {
    let begins = ["[[documents]]", "documents=", "[dialect]"];
    text.lines().any(|line| {
        let line = line.replace([' ', '\t', '"'], "");
        begins.iter().any(|begin| line.starts_with(begin))
    })
}

/// A text and its values, each of which knows where it stands.
pub(super) struct Source<'a> {
    text: &'a str,
    root: Spanned<DeTable<'a>>,
}

impl<'a> Source<'a> {
    pub(super) fn parse(text: &'a str) -> Result<Self, TableError> {
        if !is_meant_as_table(text) {
            let (reason, text) = (NO_TABLE.to_owned(), String::new());
            return Err(TableError { line: 1, column: 1, reason, text });
        }
        match DeTable::parse(text) {
            Ok(root) => Ok(Source { text, root }),
            Err(error) => Err(from_library(text, &error)),
        }
    }

    /// Reads the whole as a type.
    pub(super) fn read<T: DeserializeOwned>(&self) -> Result<T, TableError> {
        toml::from_str(self.text).map_err(|error| from_library(self.text, &error))
    }

    /// An error at a path of keys and indices, joined by dots; where not all of it is there, at
    /// what is.
    pub(super) fn error(&self, path: &str, reason: impl Into<String>) -> TableError {
        error_at(self.text, self.find(path).start, &reason.into())
    }

    /// An error at the first value that a sentence names in backticks, and otherwise at the
    /// documents, which most of a descriptor's rules are about.
    pub(super) fn error_at_value(&self, reason: &str) -> TableError {
        let mut named = reason.split('`').skip(1).step_by(2);
        let found = named.find_map(|text| find_text(self.root.get_ref(), text));
        let at = found.unwrap_or_else(|| self.find("documents"));
        error_at(self.text, at.start, reason)
    }

    /// Fails where tables have a key that is none of these. At a path are tables and lists of
    /// them; only a list of values in the place of keys is what the library takes for a table.
    pub(super) fn keys_at(&self, path: &str, known: &[&str]) -> Result<(), TableError> {
        for item in self.items_at(path) {
            let table = match item.get_ref() {
                DeValue::Table(table) => table,
                DeValue::Array(_) => {
                    return Err(error_at(self.text, item.span().start, NO_LIST));
                }
                // An error when it is read.
                _ => continue,
            };
            if let Some(key) = table.keys().find(|key| !known.contains(&key.get_ref().as_ref())) {
                let known: Vec<_> = known.iter().map(ToString::to_string).collect();
                let reason = unknown("key", key.get_ref(), &known);
                return Err(error_at(self.text, key.span().start, &reason));
            }
        }
        Ok(())
    }

    /// Fails where a list stands at a path.
    pub(super) fn no_list_at(&self, path: &str) -> Result<(), TableError> {
        let (parent, key) = path.rsplit_once('.').unwrap_or(("", path));
        let member = |table: &DeTable<'a>| table.get(key).is_some_and(|it| it.get_ref().is_array());
        let is_list = match parent {
            "" => member(self.root.get_ref()),
            parent => {
                self.items_at(parent).iter().any(|it| it.get_ref().as_table().is_some_and(member))
            }
        };
        if is_list { Err(self.error(path, NO_LIST)) } else { Ok(()) }
    }

    /// The values at a path, and in the place of a list its items.
    fn items_at(&self, path: &str) -> Vec<&Spanned<DeValue<'a>>> {
        let mut items: Vec<&Spanned<DeValue<'a>>> = Vec::new();
        for (depth, key) in path.split('.').enumerate() {
            let members: Vec<_> = if depth == 0 {
                self.root.get_ref().get(key).into_iter().collect()
            } else {
                let tables = items.into_iter().filter_map(|item| item.get_ref().as_table());
                tables.filter_map(|table| table.get(key)).collect()
            };
            items = members
                .into_iter()
                .flat_map(|member| match member.get_ref() {
                    DeValue::Array(items) => items.iter().collect(),
                    _ => vec![member],
                })
                .collect();
        }
        items
    }

    fn find(&self, path: &str) -> Range<usize> {
        let mut found = self.root.span();
        let mut steps = path.split('.');
        let Some(first) = steps.next() else { return found };
        let Some((key, mut value)) = self.root.get_ref().get_key_value(first) else {
            return found;
        };
        found = key.span();
        for step in steps {
            let next = match value.get_ref() {
                DeValue::Table(table) => {
                    table.get_key_value(step).map(|(key, value)| (key.span(), value))
                }
                DeValue::Array(items) => step
                    .parse()
                    .ok()
                    .and_then(|at: usize| items.get(at))
                    .map(|item| (item.span(), item)),
                _ => None,
            };
            let Some((span, inner)) = next else { break };
            (found, value) = (span, inner);
        }
        found
    }
}

/// Where a string stands.
fn find_text(table: &DeTable<'_>, text: &str) -> Option<Range<usize>> {
    fn in_value(value: &Spanned<DeValue<'_>>, text: &str) -> Option<Range<usize>> {
        match value.get_ref() {
            DeValue::String(found) if found == text => Some(value.span()),
            DeValue::Array(items) => items.iter().find_map(|item| in_value(item, text)),
            DeValue::Table(table) => find_text(table, text),
            _ => None,
        }
    }
    table.iter().find_map(|(_, value)| in_value(value, text))
}

fn error_at(text: &str, offset: usize, reason: &str) -> TableError {
    let offset = text.floor_char_boundary(offset.min(text.len()));
    let before = &text[..offset];
    let start = before.rfind('\n').map_or(0, |at| at + 1);
    let line = text[start..].lines().next().unwrap_or_default();
    TableError {
        line: before.matches('\n').count() + 1,
        column: text[start..offset].chars().count() + 1,
        reason: clean(reason),
        text: clean(line),
    }
}

fn from_library(text: &str, error: &toml::de::Error) -> TableError {
    let at = error.span().map_or(0, |span| span.start);
    error_at(text, at, &in_words(error.message()))
}

/// The library's sentences on keys, as ours.
fn in_words(message: &str) -> String {
    let mut names = message.split('`').skip(1).step_by(2).map(str::to_owned);
    let mut first = || names.next().unwrap_or_default();
    if message.starts_with("unknown field") {
        let name = first();
        return match name.as_str() {
            "fields" | "references" => {
                format!("`{name}` is not for an author to say: it follows from `[dialect]`")
            }
            _ => unknown("key", &name, &names.collect::<Vec<_>>()),
        };
    }
    if message.starts_with("unknown variant") {
        let name = first();
        return unknown("word", &name, &names.collect::<Vec<_>>());
    }
    match message.strip_prefix("missing field ") {
        Some(_) => format!("`{}` is missing", first()),
        None => message.replace('\n', ", "),
    }
}

/// A name that is not known, and those that are like it, or all that there are.
fn unknown(what: &str, name: &str, known: &[String]) -> String {
    let near = nearest(name, known);
    let list = |names: &[String]| {
        names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(" or ")
    };
    match near.as_slice() {
        [] => format!("unknown {what} `{name}`; it could be {}", list(known)),
        near => format!("unknown {what} `{name}`; did you mean {}?", list(near)),
    }
}
