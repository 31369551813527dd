//! What a run changes in a host's files besides the entries of the servers that it is about:
//! comments that go with what they stand in or above, names in a host's own lists, the byte
//! order mark. A preview names each of them.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::{Change, ChangeKind, FilePlan};
use crate::adapter::Section;
use crate::document::comments;
use crate::filter::Pattern;
use crate::host::{DocumentSpec, HostDescriptor, NameRule};
use crate::secret::{MASK, is_secret_name, mask_text};

/// How much of a comment is shown.
const SHOWN: usize = 60;

/// What a host's documents say in the sections that its adapter sees, before and after.
#[derive(Clone, Copy)]
pub(super) struct Sections<'a> {
    pub(super) before: &'a [Section],
    pub(super) after: &'a [Section],
}

/// What else changes in a host's files, in words for people, masked. The files are in the order of
/// the descriptor's documents.
pub(super) fn changes_besides(
    descriptor: &HostDescriptor,
    files: &[FilePlan],
    sections: Sections<'_>,
    changes: &[Change],
) -> Vec<String> {
    let asked: BTreeSet<&str> = changes.iter().map(|change| change.server.as_str()).collect();
    let mut found = Vec::new();
    for (spec, file) in descriptor.documents.iter().zip(files).filter(|it| !it.1.is_unchanged()) {
        found.extend(removed_comments(spec, file));
        found.extend(byte_order_mark(spec, file));
    }
    found.extend(changes.iter().filter_map(|change| broken_rule(descriptor, change)));
    for (before, after) in sections.before.iter().zip(sections.after) {
        if before.value != after.value {
            found.extend(other_members(before, after, &asked));
        }
    }
    found
}

/// The host's rule for names that a new server's name breaks.
fn broken_rule(descriptor: &HostDescriptor, change: &Change) -> Option<String> {
    let ChangeKind::Add(_) = change.kind else { return None };
    let name = change.server.as_str();
    let rule = descriptor.names.iter().find(|rule| breaks(rule, name))?;
    Some(format!("`{name}`: {}", rule.reason))
}

/// A pattern that can't be used was refused with its adapter, and is broken by no name.
fn breaks(rule: &NameRule, name: &str) -> bool {
    let pattern = rule.pattern.as_deref().and_then(|pattern| Pattern::new(pattern).ok());
    rule.reserved.iter().any(|reserved| reserved == name)
        || pattern.is_some_and(|pattern| pattern.finds(name).is_ok_and(|found| !found))
}

/// Comments of the old text that the new one no longer has.
fn removed_comments(spec: &DocumentSpec, file: &FilePlan) -> Vec<String> {
    let [before, after] =
        [&file.before, &file.after].map(|bytes| comments(bytes.as_deref(), spec.format));
    let mut kept: BTreeMap<&str, usize> = BTreeMap::new();
    for comment in after {
        *kept.entry(comment).or_default() += 1;
    }
    let mut gone = Vec::new();
    for comment in before {
        match kept.get_mut(comment) {
            Some(count) if *count > 0 => *count -= 1,
            _ => gone.push(format!("this comment is removed, too: `{}`", shown(comment))),
        }
    }
    gone
}

/// The first line of a comment, with what may be a secret masked.
fn shown(comment: &str) -> String {
    let line = comment.lines().next().unwrap_or_default().trim();
    let mut text: String = match line.find([':', '=']) {
        Some(at) if is_secret_name(&line[..at]) => format!("{} {MASK}", &line[..=at]),
        _ => line.split_inclusive(' ').map(mask_text).collect(),
    };
    if text.chars().count() > SHOWN {
        text = text.chars().take(SHOWN).collect();
        text.push('…');
    } else if comment.lines().count() > 1 {
        text.push_str(" …");
    }
    text
}

/// What a section says of other things than the servers that were asked about.
fn other_members(before: &Section, after: &Section, asked: &BTreeSet<&str>) -> Vec<String> {
    let value = |section: &Section| -> Value {
        let text = section.value.as_deref();
        text.and_then(|text| serde_json::from_str(text).ok()).unwrap_or_default()
    };
    let name = before.path.join(".");
    match (value(before), value(after)) {
        (before, after) if before == after => Vec::new(),
        (before @ (Value::Array(_) | Value::Null), Value::Array(after)) => {
            vec![list_change(&name, before.as_array().map_or(&[], Vec::as_slice), &after)]
        }
        (before @ (Value::Object(_) | Value::Null), Value::Object(after)) => {
            let before = before.as_object().cloned().unwrap_or_default();
            let keys: BTreeSet<_> = before.keys().chain(after.keys()).collect();
            let others = keys
                .into_iter()
                .filter(|key| !asked.contains(key.as_str()) && before.get(*key) != after.get(*key));
            others.map(|key| format!("`{name}.{key}` changes, too")).collect()
        }
        _ => vec![format!("`{name}` changes, too")],
    }
}

/// What becomes of a list: the names that come and go.
fn list_change(name: &str, before: &[Value], after: &[Value]) -> String {
    let names = |these: &[Value], others: &[Value]| -> Vec<String> {
        let texts = these.iter().filter(|item| !others.contains(item)).filter_map(Value::as_str);
        texts.map(|text| format!("`{text}`")).collect()
    };
    let (added, removed) = (names(after, before), names(before, after));
    let mut what = Vec::new();
    if !added.is_empty() {
        what.push(format!("adds {}", added.join(", ")));
    }
    if !removed.is_empty() {
        what.push(format!("loses {}", removed.join(", ")));
    }
    match what.is_empty() {
        true => format!("`{name}` changes, too"),
        false => format!("`{name}` changes, too: it {}", what.join(" and ")),
    }
}

/// A mark that the host can't read is taken off with the first change.
fn byte_order_mark(spec: &DocumentSpec, file: &FilePlan) -> Option<String> {
    const MARK: &[u8] = b"\xef\xbb\xbf";
    let begins = |bytes: &Option<Vec<u8>>| bytes.as_ref().is_some_and(|it| it.starts_with(MARK));
    match (begins(&file.before), begins(&file.after)) {
        (true, false) => {
            Some("the byte order mark is taken off: this host can't read it".to_owned())
        }
        (true, true) if !spec.accepts_bom => {
            Some("the file begins with a byte order mark, which this host can't read".to_owned())
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_may_be_a_secret_in_a_comment_is_masked() {
        for (comment, expected) in [
            ("// of last", "// of last"),
            ("// \"API_KEY\": \"hunter2\",", "// \"API_KEY\": •••"),
            ("// token=hunter2", "// token= •••"),
            ("// was ghp_0123456789abcdefghij0123", "// was •••"),
            ("/* one\n * two */", "/* one …"),
            ("// see https://me:pw@example.com/x", "// see https://•••@example.com/x"),
        ] {
            assert_eq!(shown(comment), expected);
        }
        assert_eq!(shown(&format!("// {}", "x ".repeat(80))).chars().count(), SHOWN + 1);
    }

    #[test]
    fn a_list_says_which_names_come_and_go() {
        let list = |names: &[&str]| names.iter().map(|name| Value::from(*name)).collect::<Vec<_>>();
        let change =
            |before: &[&str], after: &[&str]| list_change("x", &list(before), &list(after));
        assert_eq!(change(&["a"], &["a", "b", "c"]), "`x` changes, too: it adds `b`, `c`");
        assert_eq!(change(&["a", "b"], &["c"]), "`x` changes, too: it adds `c` and loses `a`, `b`");
        assert_eq!(change(&["a", "b"], &["b", "a"]), "`x` changes, too");
    }
}
