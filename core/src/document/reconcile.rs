//! From a value as it stands in a document to the one it should be: the smallest set of
//! changes, in no format's terms.
//!
//! Values that are equal get no change, so that their text stays. Objects are gone through
//! key by key, whatever the order of the new keys; arrays item by item, where `align.rs`
//! says which old item a new one continues.

mod align;

use std::borrow::Cow;
use std::collections::{HashMap, HashSet};

use super::EditError;
use super::number::same_number;
use super::section::Patch;
use super::tree::{Kind, Member, Node, live_members};
use super::value::Value;

/// One change of a document.
#[derive(Debug)]
pub(crate) enum Change<'a> {
    /// Another value in the place of one.
    Replace(Replacement<'a>),
    /// Members or items that go or come.
    Children(Children<'a>),
}

/// Another value in the place of one.
#[derive(Debug)]
pub(crate) struct Replacement<'a> {
    pub(crate) node: &'a Node,
    /// Where the member begins that holds it; its own start if it is no member.
    pub(crate) holder: usize,
    pub(crate) value: Cow<'a, Value>,
}

/// Members or items that go from one container or come into it.
#[derive(Debug)]
pub(crate) struct Children<'a> {
    pub(crate) container: &'a Node,
    /// Where the member begins that holds the container; its own start if it is no member.
    pub(crate) holder: usize,
    /// Rising indexes of children.
    pub(crate) removed: Vec<usize>,
    /// In the order in which they are to stand.
    pub(crate) inserted: Vec<Insertion<'a>>,
}

/// A new member or item.
#[derive(Debug)]
pub(crate) struct Insertion<'a> {
    /// The index of the old child that it comes before; their number for the end.
    pub(crate) before: usize,
    /// A member's key; items have none.
    pub(crate) key: Option<&'a str>,
    pub(crate) value: Cow<'a, Value>,
}

/// The changes that the patch asks for.
pub(crate) fn reconcile<'a>(
    root: &'a Node,
    patch: &'a Patch,
) -> Result<Vec<Change<'a>>, EditError> {
    let mut changes = Vec::new();
    match patch {
        // A document has a value, always.
        Patch::Remove => {
            let empty = Value::Object(Vec::new());
            if !equal(root, &empty) {
                let (node, holder) = (root, root.range.start);
                changes.push(Change::Replace(Replacement {
                    node,
                    holder,
                    value: Cow::Owned(empty),
                }));
            }
        }
        patch => apply(root, root.range.start, patch, &mut Vec::new(), &mut changes)?,
    }
    Ok(changes)
}

/// Whether the part of a document has this value.
pub(crate) fn equal(old: &Node, new: &Value) -> bool {
    match (&old.kind, new) {
        (Kind::Null, Value::Null) => true,
        (Kind::Bool(old), Value::Bool(new)) => old == new,
        (Kind::Number(old), Value::Number(new)) => same_number(old, new),
        (Kind::String(old), Value::String(new)) => old == new,
        (Kind::Array(old), Value::Array(new)) => {
            old.len() == new.len() && old.iter().zip(new).all(|(old, new)| equal(old, new))
        }
        (Kind::Object(old), Value::Object(new)) => {
            if in_step(old, new) {
                return old.iter().zip(new).all(|(old, (_, new))| equal(&old.value, new));
            }
            let live = live_members(old);
            live.len() == new.len()
                && new.iter().all(|(key, new)| {
                    live.get(key.as_str()).is_some_and(|&at| equal(&old[at].value, new))
                })
        }
        _ => false,
    }
}

/// Whether both have the same keys in the same order: then there is nothing to look up.
fn in_step(old: &[Member], new: &[(String, Value)]) -> bool {
    old.len() == new.len() && old.iter().zip(new).all(|(old, (key, _))| old.key == *key)
}

/// Follows a patch down to the values that it sets.
fn apply<'a>(
    node: &'a Node,
    holder: usize,
    patch: &'a Patch,
    path: &mut Vec<String>,
    changes: &mut Vec<Change<'a>>,
) -> Result<(), EditError> {
    let patches = match patch {
        Patch::Set(value) => {
            set(node, holder, value, changes);
            return Ok(());
        }
        Patch::Remove => return Ok(()),
        Patch::Inside(patches) => patches,
    };
    let Kind::Object(members) = &node.kind else {
        return match (patch.materialise(), &node.kind) {
            (None, _) => Ok(()),
            (Some(value), Kind::Null) => {
                let value = Cow::Owned(value);
                changes.push(Change::Replace(Replacement { node, holder, value }));
                Ok(())
            }
            (Some(_), _) => Err(EditError::NotAnObject { path: path.clone() }),
        };
    };
    let mut children = Children { container: node, holder, removed: vec![], inserted: vec![] };
    for (key, patch) in patches {
        match (members.iter().rev().find(|member| member.key == *key), patch) {
            (Some(_), Patch::Remove) => {
                let named = members.iter().enumerate().filter(|(_, member)| member.key == *key);
                children.removed.extend(named.map(|(index, _)| index));
            }
            (Some(member), patch) => {
                path.push(key.clone());
                apply(&member.value, member.key_range.start, patch, path, changes)?;
                path.pop();
            }
            (None, patch) => children.inserted.extend(patch.materialise().map(|value| Insertion {
                before: members.len(),
                key: Some(key),
                value: Cow::Owned(value),
            })),
        }
    }
    children.removed.sort_unstable();
    children.push_to(changes);
    Ok(())
}

impl<'a> Children<'a> {
    fn push_to(self, changes: &mut Vec<Change<'a>>) {
        if !self.removed.is_empty() || !self.inserted.is_empty() {
            changes.push(Change::Children(self));
        }
    }
}

/// The changes that give a node a new value.
fn set<'a>(node: &'a Node, holder: usize, value: &'a Value, changes: &mut Vec<Change<'a>>) {
    match (&node.kind, value) {
        (Kind::Object(members), Value::Object(entries)) => {
            set_members(node, holder, members, entries, changes);
        }
        (Kind::Array(old), Value::Array(new)) => set_items(node, holder, old, new, changes),
        _ if equal(node, value) => {}
        _ => {
            let value = Cow::Borrowed(value);
            changes.push(Change::Replace(Replacement { node, holder, value }));
        }
    }
}

fn set_members<'a>(
    node: &'a Node,
    holder: usize,
    members: &'a [Member],
    entries: &'a [(String, Value)],
    changes: &mut Vec<Change<'a>>,
) {
    if in_step(members, entries) {
        for (member, (_, value)) in members.iter().zip(entries) {
            set(&member.value, member.key_range.start, value, changes);
        }
        return;
    }
    let live: HashMap<&str, usize> = live_members(members);
    let wanted: HashSet<&str> = entries.iter().map(|(key, _)| key.as_str()).collect();
    let gone = |(index, member): (usize, &Member)| {
        (!wanted.contains(member.key.as_str())).then_some(index)
    };
    let mut children = Children { container: node, holder, removed: vec![], inserted: vec![] };
    children.removed = members.iter().enumerate().filter_map(gone).collect();
    for (key, value) in entries {
        match live.get(key.as_str()) {
            Some(&at) => {
                set(&members[at].value, members[at].key_range.start, value, changes);
            }
            None => children.inserted.push(Insertion {
                before: members.len(),
                key: Some(key),
                value: Cow::Borrowed(value),
            }),
        }
    }
    children.push_to(changes);
}

fn set_items<'a>(
    node: &'a Node,
    holder: usize,
    old: &'a [Node],
    new: &'a [Value],
    changes: &mut Vec<Change<'a>>,
) {
    let mut children = Children { container: node, holder, removed: vec![], inserted: vec![] };
    let (mut old_at, mut new_at) = (0, 0);
    let ends = std::iter::once((old.len(), new.len()));
    for (old_next, new_next) in align::pairs(old, new).into_iter().chain(ends) {
        children.removed.extend(old_at..old_next);
        children.inserted.extend(new[new_at..new_next].iter().map(|value| Insertion {
            before: old_next,
            key: None,
            value: Cow::Borrowed(value),
        }));
        if let (Some(old), Some(new)) = (old.get(old_next), new.get(new_next)) {
            set(old, old.range.start, new, changes);
        }
        (old_at, new_at) = (old_next + 1, new_next + 1);
    }
    children.push_to(changes);
}
