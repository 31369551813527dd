//! Values that `--resolve-env` took from the process environment.
//!
//! Once written they are plain text like any other, so what they are can't be told from the
//! document: the planner notes where it put them, and they are masked wherever they stand.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::fmt;

use super::prepare::each_template;
use crate::adapter::{Loss, Outcome};
use crate::secret::MASK;
use crate::server::Server;
use crate::template::{Segment, Template};

/// A text this short is masked where it is all of a value, and not inside of longer ones:
/// `1` may be part of anything.
const SHORTEST_PART: usize = 4;

/// What was taken from the process environment: in which fields, and which texts.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Hidden {
    fields: BTreeSet<String>,
    texts: BTreeSet<String>,
}

impl Hidden {
    /// Fields whose values came from the environment, by their canonical names.
    pub fn new(fields: impl IntoIterator<Item = String>) -> Self {
        Hidden { fields: fields.into_iter().collect(), texts: BTreeSet::new() }
    }

    /// The fields, such as `env.TOKEN` or `args.2`.
    pub fn fields(&self) -> impl Iterator<Item = &str> {
        self.fields.iter().map(String::as_str)
    }

    /// Whether there is anything to hide.
    pub fn is_empty(&self) -> bool {
        self.fields.is_empty() && self.texts.is_empty()
    }

    /// Notes that this text came from a variable, for this field.
    pub(super) fn insert(&mut self, field: &str, text: &str) {
        self.fields.insert(field.to_owned());
        self.insert_text(text);
    }

    /// Notes what a server has in the noted fields: a value may have text around it, and what
    /// stood there before may have come from the same variable.
    pub(super) fn notice(&mut self, server: &Server) {
        let mut texts = Vec::new();
        each_template(&mut server.transport.clone(), &mut |field, value| {
            if self.fields.contains(field) {
                texts.extend(literals(value).map(str::to_owned));
            }
        });
        texts.iter().for_each(|text| self.insert_text(text));
    }

    /// With what another hides.
    #[must_use]
    pub(super) fn and(mut self, other: &Hidden) -> Self {
        self.extend(other);
        self
    }

    /// Takes up what another hides.
    pub(super) fn extend(&mut self, other: &Hidden) {
        self.fields.extend(other.fields.iter().cloned());
        self.texts.extend(other.texts.iter().cloned());
    }

    fn insert_text(&mut self, text: &str) {
        if !text.is_empty() {
            self.texts.insert(text.to_owned());
        }
    }

    /// The text, with all that is to be hidden masked in it.
    pub fn mask<'a>(&self, text: &'a str) -> Cow<'a, str> {
        if self.texts.contains(text) {
            return Cow::Borrowed(MASK);
        }
        let mut parts: Vec<_> = self.texts.iter().filter(|it| it.len() >= SHORTEST_PART).collect();
        // Of two texts, one may be part of the other.
        parts.sort_by_key(|it| std::cmp::Reverse(it.len()));
        parts.into_iter().fold(Cow::Borrowed(text), |text, part| match text.contains(part) {
            true => Cow::Owned(text.replace(part, MASK)),
            false => text,
        })
    }

    /// What became of an edit, with the same in its reasons: an adapter may quote a value.
    pub(super) fn mask_outcome(&self, outcome: Outcome) -> Outcome {
        if self.is_empty() {
            return outcome;
        }
        match outcome {
            Outcome::Refused(reason) => Outcome::Refused(self.mask(&reason).into_owned()),
            Outcome::Done(losses) => Outcome::Done(
                losses
                    .into_iter()
                    .map(|loss| Loss { detail: self.mask(&loss.detail).into_owned(), ..loss })
                    .collect(),
            ),
        }
    }

    /// The server, with all that is to be hidden masked in its values.
    pub(super) fn mask_server(&self, server: &Server) -> Server {
        let mut masked = server.clone();
        if self.is_empty() {
            return masked;
        }
        each_template(&mut masked.transport, &mut |_, value| {
            *value = Template::new(value.segments().iter().map(|segment| match segment {
                Segment::Literal(text) => Segment::Literal(self.mask(text).into_owned()),
                reference => reference.clone(),
            }));
        });
        masked
    }
}

impl fmt::Debug for Hidden {
    /// The fields alone: the texts are secrets.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Hidden").field("fields", &self.fields).finish_non_exhaustive()
    }
}

fn literals(value: &Template) -> impl Iterator<Item = &str> {
    value.segments().iter().filter_map(|segment| match segment {
        Segment::Literal(text) => Some(text.as_str()),
        _ => None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_texts_are_masked_inside_others_and_short_ones_as_a_whole() {
        let mut hidden = Hidden::default();
        for text in ["hunter2", "hunter2-and-more", "1", ""] {
            hidden.insert("env.X", text);
        }
        for (text, masked) in [
            ("hunter2", "•••"),
            ("Bearer hunter2", "Bearer •••"),
            ("hunter2-and-more, hunter2", "•••, •••"),
            ("1", "•••"),
            ("port 8081", "port 8081"),
            ("", ""),
        ] {
            assert_eq!(hidden.mask(text), masked, "{text}");
        }
        assert_eq!(format!("{hidden:?}"), "Hidden { fields: {\"env.X\"}, .. }");
    }
}
