//! A document's values with the places where they stand in its text.
//!
//! The tree is the same for every format: a format's parser makes one, and everything
//! between parsing and the edits of the text (paths, comparing, reconciling) knows no other
//! syntax.

use std::collections::HashMap;
use std::ops::Range;

/// The deepest nesting of arrays and objects in a document. It leaves every recursion of the
/// engine far from the end of the stack.
pub(crate) const DEEPEST: usize = 256;

/// One value and its place.
#[derive(Clone, Debug)]
pub(crate) struct Node {
    /// The bytes of the value's text, without what surrounds it.
    pub(crate) range: Range<usize>,
    /// What it is.
    pub(crate) kind: Kind,
}

/// What a [`Node`] is.
#[derive(Clone, Debug)]
pub(crate) enum Kind {
    Null,
    Bool(bool),
    /// A number as JSON spells it.
    Number(String),
    /// A string, its escapes resolved.
    String(String),
    Array(Vec<Node>),
    /// All members in the text's order, duplicates included.
    Object(Vec<Member>),
}

/// A key and its value.
#[derive(Clone, Debug)]
pub(crate) struct Member {
    /// The key, its escapes resolved.
    pub(crate) key: String,
    /// The bytes of the key as it is spelt.
    pub(crate) key_range: Range<usize>,
    pub(crate) value: Node,
}

impl Node {
    /// The member that counts under this key: of duplicates the last, as in JavaScript.
    pub(crate) fn live(&self, key: &str) -> Option<&Member> {
        match &self.kind {
            Kind::Object(members) => members.iter().rev().find(|member| member.key == key),
            _ => None,
        }
    }

    /// How many members or items it has.
    pub(crate) fn len(&self) -> usize {
        match &self.kind {
            Kind::Object(members) => members.len(),
            Kind::Array(items) => items.len(),
            _ => 0,
        }
    }

    /// The bytes of a member, from its key to its value, or of an item.
    pub(crate) fn child_range(&self, index: usize) -> Range<usize> {
        match &self.kind {
            Kind::Object(members) => members[index].range(),
            Kind::Array(items) => items[index].range.clone(),
            _ => self.range.clone(),
        }
    }

    /// The value of a member, or an item.
    pub(crate) fn child(&self, index: usize) -> &Node {
        match &self.kind {
            Kind::Object(members) => &members[index].value,
            Kind::Array(items) => &items[index],
            _ => self,
        }
    }
}

impl Member {
    /// From the key's first byte to the value's last.
    pub(crate) fn range(&self) -> Range<usize> {
        self.key_range.start..self.value.range.end
    }
}

/// The indexes of the members that count, by key.
pub(crate) fn live_members(members: &[Member]) -> HashMap<&str, usize> {
    members.iter().enumerate().map(|(index, member)| (member.key.as_str(), index)).collect()
}
