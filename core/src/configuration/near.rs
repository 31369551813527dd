//! Entries of hosts that can't be understood for a slip in a key: which key it is.

use serde_json::{Map, Value};

use crate::adapter::{Section, Unreadable};
use crate::suggest::near_miss;

/// Adds to the reasons of entries that have neither a command nor an address which of their keys
/// is nearly one.
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
        let known = ["command", "url"];
        if known.iter().any(|key| fields.contains_key(*key)) {
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

    fn explained(container: &str) -> Vec<String> {
        let path = vec!["mcpServers".to_owned()];
        let (document, value) = ("config".to_owned(), Some(container.to_owned()));
        let names = ["a", "b"].map(str::to_owned);
        let reason = "no transport".to_owned();
        let mut unreadable = names.map(|name| Unreadable { name, reason: reason.clone() });
        explain(&mut unreadable, &[Section { document, path, value }]);
        unreadable.into_iter().map(|entry| entry.reason).collect()
    }

    #[test]
    fn a_key_that_is_nearly_right_is_named() {
        assert_eq!(
            explained(r#"{"a": {"serverUrl": "x"}, "b": {"icon": "x"}}"#),
            ["no transport; did you mean `url` by `serverUrl`?", "no transport"]
        );
        // What is there is not meant by another key.
        assert_eq!(
            explained(r#"{"a": {"url": 1, "uri": "x"}, "b": 1}"#),
            ["no transport", "no transport"]
        );
    }
}
