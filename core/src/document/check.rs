//! What must hold of an edited document before anyone gets its bytes.

use super::Document;
use super::reconcile::equal;
use super::section::Patch;
use super::tree::{Kind, Member, Node};
use super::value::Value;

/// Whether the new document has what the patch asks for, and all else verbatim.
pub(crate) fn upheld(old: &Document, new: &Document, patch: &Patch) -> bool {
    match (&old.root, &new.root) {
        (_, None) => false,
        (_, Some(root)) if *patch == Patch::Remove => equal(root, &Value::Object(Vec::new())),
        (None, Some(root)) => patch.materialise().is_some_and(|value| equal(root, &value)),
        (Some(old_root), Some(new_root)) => {
            Comparison { old_text: &old.text, new_text: &new.text }.holds(old_root, new_root, patch)
        }
    }
}

struct Comparison<'a> {
    old_text: &'a str,
    new_text: &'a str,
}

impl Comparison<'_> {
    fn holds(&self, old: &Node, new: &Node, patch: &Patch) -> bool {
        let patches = match patch {
            Patch::Set(value) => return equal(new, value),
            Patch::Remove => return false,
            Patch::Inside(patches) => patches,
        };
        match (&old.kind, &new.kind) {
            (Kind::Object(old_members), Kind::Object(new_members)) => {
                self.foreign_are_same(old_members, new_members, patches)
                    && patches.iter().all(|(key, patch)| self.member_holds(old, new, key, patch))
            }
            _ => match patch.materialise() {
                Some(value) => equal(new, &value),
                None => self.old_text[old.range.clone()] == self.new_text[new.range.clone()],
            },
        }
    }

    fn member_holds(&self, old: &Node, new: &Node, key: &str, patch: &Patch) -> bool {
        match (old.live(key), new.live(key)) {
            (_, None) => patch.materialise().is_none(),
            (_, Some(_)) if *patch == Patch::Remove => false,
            (None, Some(new)) => patch.materialise().is_some_and(|value| equal(&new.value, &value)),
            (Some(old), Some(new)) => self.holds(&old.value, &new.value, patch),
        }
    }

    /// Whether the members that the patch does not name are the same, in the same order.
    fn foreign_are_same(
        &self,
        old: &[Member],
        new: &[Member],
        patches: &[(String, Patch)],
    ) -> bool {
        let is_foreign = |member: &&Member| patches.iter().all(|(key, _)| *key != member.key);
        let old = old.iter().filter(is_foreign).map(|member| &self.old_text[member.range()]);
        let new = new.iter().filter(is_foreign).map(|member| &self.new_text[member.range()]);
        old.eq(new)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::SectionChange;
    use crate::host::Format;

    #[test]
    fn a_wrong_result_is_seen() {
        let parse = |text: &str| Document::parse(Some(text.as_bytes()), Format::Json).unwrap();
        let old = parse(r#"{"x":1.0,"s":{"a":1,"b":2},"y":"\u00e9"}"#);
        let change = SectionChange {
            path: vec!["s".to_owned(), "a".to_owned()],
            value: Some("3".to_owned()),
        };
        let patch = Patch::new(&[change]).unwrap().unwrap();
        for (new, expected) in [
            (r#"{"x":1.0, "s": {"a":3,"b":2},"y":"\u00e9"}"#, true),
            (r#"{"x":1.0,"s":{"a":1,"b":2},"y":"\u00e9"}"#, false),
            (r#"{"x":1.0,"s":{"b":2},"y":"\u00e9"}"#, false),
            (r#"{"x":1,"s":{"a":3,"b":2},"y":"\u00e9"}"#, false),
            (r#"{"x":1.0,"s":{"a":3,"b":2},"y":"é"}"#, false),
            (r#"{"x":1.0,"s":{"a":3},"y":"\u00e9"}"#, false),
            (r#"{"x":1.0,"s":{"a":3,"b":2,"c":1},"y":"\u00e9"}"#, false),
            (r#"{"y":"\u00e9","s":{"a":3,"b":2},"x":1.0}"#, false),
            ("", false),
        ] {
            assert_eq!(upheld(&old, &parse(new), &patch), expected, "{new}");
        }
    }
}
