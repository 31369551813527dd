//! Entries of hosts that can't be understood for a slip in a key: which key it is.

use serde_json::{Map, Value};

use crate::adapter::{Section, Unreadable};
use crate::suggest::near_miss;

/// Adds to the reasons of entries that lack what makes a server which of their keys is nearly it.
/// Which keys a host looks for is what its reason says: ``it has neither a `command` nor a `url` ``.
pub(super) fn explain(unreadable: &mut [Unreadable], sections: &[Section]) {
    if unreadable.is_empty() {
        return;
    }
    let values = sections.iter().filter_map(|section| section.value.as_deref());
    let maps: Vec<Map<String, Value>> =
        values.filter_map(|value| serde_json::from_str(value).ok()).collect();
    for entry in unreadable {
        let Some(Value::Object(fields)) = maps.iter().find_map(|map| map.get(&entry.name)) else {
            continue;
        };
        let lacks =
            entry.reason.starts_with("it has neither") || entry.reason.starts_with("it has no ");
        let known: Vec<_> = entry.reason.split('`').skip(1).step_by(2).collect();
        if !lacks || known.iter().any(|key| fields.contains_key(*key)) {
            continue;
        }
        if let Some(near) = near_miss(fields.keys().map(String::as_str), &known) {
            entry.reason = format!("{}; {near}", entry.reason);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn explained(container: &str, reason: &str) -> Vec<String> {
        let path = vec!["mcpServers".to_owned()];
        let (document, value) = ("config".to_owned(), Some(container.to_owned()));
        let names = ["a", "b"].map(str::to_owned);
        let mut unreadable = names.map(|name| Unreadable { name, reason: reason.to_owned() });
        explain(&mut unreadable, &[Section { document, path, value }]);
        unreadable.into_iter().map(|entry| entry.reason).collect()
    }

    #[test]
    fn a_key_that_is_nearly_right_is_named() {
        const NEITHER: &str = "it has neither a `command` nor a `url`";
        assert_eq!(
            explained(r#"{"a": {"serverUrl": "x"}, "b": {"icon": "x"}}"#, NEITHER),
            [&format!("{NEITHER}; did you mean `url` by `serverUrl`?"), NEITHER]
        );
        // What is there is not meant by another key, and what a host does not look for neither.
        for (container, reason) in [
            (r#"{"a": {"url": 1, "uri": "x"}, "b": 1}"#, NEITHER),
            (r#"{"a": {"httpUrl": "x"}, "b": 1}"#, "it has no `command`"),
            (r#"{"a": {"uri": "x"}, "b": 1}"#, "its `url` is a number"),
        ] {
            assert_eq!(explained(container, reason), [reason, reason], "{container}");
        }
    }
}
