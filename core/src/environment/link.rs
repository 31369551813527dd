//! Links that make a host offer to add a server.
//!
//! Cursor and LM Studio take the entry in base 64, VS Code as it is. All of them are queries
//! of a URL, so what base 64 has besides letters and digits is escaped as well: `+` would be
//! read as a space.
//!
//! READMEs have such links behind their buttons, so they are read as well: [`read`].

use std::borrow::Cow;

use base64::Engine as _;
use base64::alphabet;
use base64::engine::general_purpose::STANDARD;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};
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

/// Whether a text is such a link, or the address of a page that leads to one.
pub fn is_link(text: &str) -> bool {
    let (path, query) = text.split_once('?').unwrap_or((text, ""));
    let known = ["mcp/install", "install-mcp", "add_mcp"].iter().any(|it| path.ends_with(it));
    let leads = path.ends_with("/redirect") && query.contains("url=vscode");
    text.contains(':') && (known || leads) && !text.contains(char::is_whitespace)
}

/// The entry of a link, and the name that the link gives it; `None` where it has none.
pub fn read(link: &str) -> Option<(Option<String>, Entry)> {
    let (_, query) = link.split_once('?')?;
    let plain = |text: &str| percent_decode_str(text).decode_utf8().ok().map(Cow::into_owned);
    let parameter = |name: &str| {
        let pairs = query.split('&').filter_map(|pair| pair.split_once('='));
        pairs.filter(|(key, _)| *key == name).find_map(|(_, value)| plain(value))
    };
    if let Some(inner) = parameter("url") {
        return is_link(&inner).then(|| read(&inner)).flatten();
    }
    let config = match parameter("config") {
        Some(config) => config,
        None => plain(query)?,
    };
    let json = match config.starts_with('{') {
        true => config.into_bytes(),
        false => {
            let mode = DecodePaddingMode::Indifferent;
            let padding = GeneralPurposeConfig::new().with_decode_padding_mode(mode);
            GeneralPurpose::new(&alphabet::STANDARD, padding).decode(config).ok()?
        }
    };
    let mut entry: Entry = serde_json::from_slice(&json).ok()?;
    let own = entry.shift_remove("name").and_then(|it| it.as_str().map(str::to_owned));
    Some((parameter("name").or(own), entry))
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

    #[test]
    fn links_are_read_as_they_are_made() {
        let value = json!({"command": "npx", "args": ["-y", "p?>"], "env": {"A": "${env:A}"}});
        let entry = entry(&value);
        let found = Some((Some("a b".to_owned()), entry.clone()));
        for link in [cursor("a b", &entry), lmstudio("a b", &entry), vscode("a b", &entry)] {
            assert!(is_link(&link), "{link}");
            assert_eq!(read(&link), found, "{link}");
        }
        let json = escape(&value.to_string());
        let base = STANDARD.encode(value.to_string());
        for link in [
            format!("https://insiders.vscode.dev/redirect/mcp/install?name=a%20b&config={json}"),
            format!("https://cursor.com/en/install-mcp?name=a%20b&config={base}"),
            format!(
                "https://cursor.com/install-mcp?name=a%20b&config={}",
                base.trim_end_matches('=')
            ),
            format!("https://vscode.dev/redirect?url={}", escape(&vscode("a b", &entry))),
        ] {
            assert!(is_link(&link), "{link}");
            assert_eq!(read(&link), found, "{link}");
        }
        for link in [
            "https://cursor.com/install-mcp",
            "https://cursor.com/install-mcp?name=a&config=!",
            "vscode:mcp/install?%7B",
            "https://vscode.dev/redirect?url=vscode%3Aextension%2Fx",
        ] {
            assert_eq!(read(link), None, "{link}");
        }
        for text in ["https://x.example/mcp", "https://x.example/?a=mcp/install x", "mcp/install"] {
            assert!(!is_link(text), "{text}");
        }
    }
}
