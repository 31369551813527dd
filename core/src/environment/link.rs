//! Links that make a host offer to add a server.
//!
//! Cursor and LM Studio take the entry in base 64, VS Code as it is. All of them are queries
//! of a URL, so what base 64 has besides letters and digits is escaped as well: `+` would be
//! read as a space.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::Value;

use super::Entry;

/// What `encodeURIComponent` escapes, and the marks that some programs end a link at.
const ESCAPED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'.').remove(b'~');

/// Cursor's, as documented at <https://cursor.com/docs/mcp/install-links>.
pub fn cursor(name: &str, entry: &Entry) -> String {
    named("cursor://anysphere.cursor-deeplink/mcp/install", name, entry)
}

/// LM Studio's, as documented at <https://lmstudio.ai/docs/app/mcp/deeplink>.
pub fn lmstudio(name: &str, entry: &Entry) -> String {
    named("lmstudio://add_mcp", name, entry)
}

/// VS Code's: the entry with its name among its members.
pub fn vscode(name: &str, entry: &Entry) -> String {
    let mut named = Entry::new();
    named.insert("name".to_owned(), name.into());
    named.extend(entry.clone());
    format!("vscode:mcp/install?{}", escape(&Value::Object(named).to_string()))
}

fn named(link: &str, name: &str, entry: &Entry) -> String {
    let config = STANDARD.encode(Value::Object(entry.clone()).to_string());
    format!("{link}?name={}&config={}", escape(name), escape(&config))
}

fn escape(text: &str) -> String {
    utf8_percent_encode(text, ESCAPED).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn entry(value: &Value) -> Entry {
        value.as_object().unwrap().clone()
    }

    /// The example of LM Studio's own documentation.
    #[test]
    fn a_link_is_as_documented() {
        let entry = entry(&json!({"url": "https://huggingface.co/mcp",
            "headers": {"Authorization": "Bearer <YOUR_HF_TOKEN>"}}));
        assert_eq!(
            lmstudio("hf-mcp-server", &entry),
            "lmstudio://add_mcp?name=hf-mcp-server&config=eyJ1cmwiOiJodHRwczovL2h1Z2dpbmdmYWNlLmNv\
             L21jcCIsImhlYWRlcnMiOnsiQXV0aG9yaXphdGlvbiI6IkJlYXJlciA8WU9VUl9IRl9UT0tFTj4ifX0%3D"
        );
    }

    #[test]
    fn names_and_entries_are_escaped() {
        let entry = entry(&json!({"command": "a b", "args": ["é&?>>>"]}));
        let link = cursor("my server/1", &entry);
        let config = "eyJjb21tYW5kIjoiYSBiIiwiYXJncyI6WyLDqSY%2FPj4%2BIl19";
        assert_eq!(
            link,
            format!(
                "cursor://anysphere.cursor-deeplink/mcp/install?name=my%20server%2F1&config={config}"
            )
        );
        assert_eq!(
            vscode("s", &self::entry(&json!({"url": "u"}))),
            "vscode:mcp/install?%7B%22name%22%3A%22s%22%2C%22url%22%3A%22u%22%7D"
        );
    }
}
