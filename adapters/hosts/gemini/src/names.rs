//! A list of server names, in which case and surrounding spaces do not count.
//!
//! Learnt from: google-gemini/gemini-cli
//! packages/cli/src/config/mcp/mcpServerEnablement.ts `normalizeServerId`.

use std::collections::BTreeSet;

use hatch_adapter_sdk::json::Value;
use hatch_adapter_sdk::servers::{find_section, section, unexpected};
use hatch_adapter_sdk::{Error, Section};

/// A section that is a list of names, open for edits.
pub(crate) struct NameList {
    document: &'static str,
    path: &'static [&'static str],
    items: Vec<Value>,
    /// Names that stand in `items`, taken out or not.
    written: BTreeSet<String>,
    names: BTreeSet<String>,
    before: BTreeSet<String>,
}

impl NameList {
    pub(crate) fn open(
        sections: &[Section],
        document: &'static str,
        path: &'static [&'static str],
    ) -> Result<NameList, Error> {
        let items = match find_section(sections, document, path)? {
            None | Some(Value::Null) => Vec::new(),
            Some(Value::Array(items)) => items,
            Some(other) => {
                let reason = format!("it is {}, not a list of names", other.kind());
                return Err(unexpected(path, reason));
            }
        };
        let names: BTreeSet<String> =
            items.iter().filter_map(Value::as_str).map(normalized).collect();
        let (written, before) = (names.clone(), names.clone());
        Ok(NameList { document, path, items, written, names, before })
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.names.is_empty()
    }

    pub(crate) fn len(&self) -> usize {
        self.names.len()
    }

    pub(crate) fn contains(&self, name: &str) -> bool {
        self.names.contains(&normalized(name))
    }

    pub(crate) fn add(&mut self, name: &str) {
        self.names.insert(normalized(name));
        if self.written.insert(normalized(name)) {
            self.items.push(Value::string(name));
        }
    }

    pub(crate) fn remove(&mut self, name: &str) {
        self.names.remove(&normalized(name));
    }

    /// The section, if other names are in it than before.
    pub(crate) fn finish(self) -> Option<Section> {
        if self.names == self.before {
            return None;
        }
        let stays =
            |item: &Value| item.as_str().is_none_or(|name| self.names.contains(&normalized(name)));
        let items = self.items.iter().filter(|item| stays(item)).cloned().collect();
        Some(section(self.document, self.path, Some(Value::Array(items).to_text())))
    }
}

/// A name as the lists compare it.
pub(crate) fn normalized(name: &str) -> String {
    name.trim().to_lowercase()
}
