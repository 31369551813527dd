//! What must not be shown, and how it is recognised.
//!
//! A value is hidden by its type ([`Secret`], [`crate::template::Template`]); which text
//! deserves it is decided here, by name and by look. The rules err towards hiding.

use std::fmt;

/// Stands where a secret is not shown.
pub const MASK: &str = "•••";

/// Text that prints as [`MASK`].
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

impl Secret {
    /// Hides `text`.
    pub fn new(text: impl Into<String>) -> Self {
        Secret(text.into())
    }

    /// The text itself: for files and for `--show-secrets`.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(MASK)
    }
}

impl fmt::Display for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(MASK)
    }
}

/// Whether a variable, header, option or query parameter of this name holds a secret.
pub fn is_secret_name(name: &str) -> bool {
    const WORDS: [&str; 14] = [
        "key",
        "secret",
        "token",
        "passw",
        "pwd",
        "credential",
        "auth",
        "cookie",
        "session",
        "signature",
        "private",
        "bearer",
        "dsn",
        "webhook",
    ];
    let name = name.to_lowercase();
    WORDS.iter().any(|word| name.contains(word)) || name == "pat" || name.ends_with("_pat")
}

/// Whether a text looks like a credential whatever its name is: a known prefix, or a long
/// run of mixed letters and digits.
pub fn looks_like_token(text: &str) -> bool {
    const PREFIXES: [&str; 16] = [
        "sk-",
        "sk_",
        "pk_",
        "rk_",
        "ghp_",
        "gho_",
        "ghs_",
        "ghu_",
        "github_pat_",
        "glpat-",
        "xox",
        "hf_",
        "AKIA",
        "AIza",
        "eyJ",
        "npm_",
    ];
    let long_enough = text.len() >= 12;
    let run = text.split(|c: char| !(c.is_ascii_alphanumeric() || c == '_' || c == '-'));
    long_enough
        && (PREFIXES.iter().any(|prefix| text.starts_with(prefix))
            || run.into_iter().any(|run| run.len() >= 24 && is_mixed(run)))
}

/// Letters and digits in turn, as random text has them and words do not.
fn is_mixed(run: &str) -> bool {
    let changes = run
        .as_bytes()
        .windows(2)
        .filter(|pair| pair[0].is_ascii_digit() != pair[1].is_ascii_digit())
        .count();
    changes >= 4
}

/// Masks what is secret inside running text: the user part and secret parameters of a URL,
/// `--token=…` and `Authorization: …` in an argument, and anything that looks like a token.
pub fn mask_text(text: &str) -> String {
    if let Some((name, value)) = split_option(text)
        && is_secret_name(name)
        && !value.trim().is_empty()
    {
        return format!("{}{MASK}", &text[..text.len() - value.len()]);
    }
    if text.contains("://") {
        return mask_url(text);
    }
    if looks_like_token(text) { MASK.to_owned() } else { text.to_owned() }
}

/// `--name=value`, `NAME=value` and `Name: value`, split before the value.
fn split_option(text: &str) -> Option<(&str, &str)> {
    let at = text.find(['=', ':'])?;
    let name = &text[..at];
    let is_name =
        !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '-' || c == '_');
    let value = text[at + 1..].trim_start();
    (is_name && !value.starts_with("//")).then_some((name, value))
}

fn mask_url(text: &str) -> String {
    let Some((scheme, rest)) = text.split_once("://") else { return text.to_owned() };
    let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
    let (authority, tail) = rest.split_at(end);
    let authority = match authority.rsplit_once('@') {
        Some((_, host)) => format!("{MASK}@{host}"),
        None => authority.to_owned(),
    };
    let (path, query) = match tail.split_once('?') {
        Some((path, query)) => (path, Some(query)),
        None => (tail, None),
    };
    let path: Vec<_> =
        path.split('/').map(|part| if looks_like_token(part) { MASK } else { part }).collect();
    let mut masked = format!("{scheme}://{authority}{}", path.join("/"));
    if let Some(query) = query {
        masked.push('?');
        let pairs: Vec<_> = query.split('&').map(mask_parameter).collect();
        masked.push_str(&pairs.join("&"));
    }
    masked
}

fn mask_parameter(pair: &str) -> String {
    match pair.split_once('=') {
        Some((name, value)) if is_secret_name(name) || looks_like_token(value) => {
            format!("{name}={MASK}")
        }
        _ => pair.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_print_masked() {
        let secret = Secret::new("hunter2");
        assert_eq!(format!("{secret} {secret:?}"), "••• •••");
    }

    #[test]
    fn text_keeps_what_is_no_secret() {
        for (text, expected) in [
            ("-y", "-y"),
            ("@modelcontextprotocol/server-filesystem", "@modelcontextprotocol/server-filesystem"),
            ("--api-key=abc", "--api-key=•••"),
            ("--api-key", "--api-key"),
            ("Authorization: Bearer EXAMPLE", "Authorization: •••"),
            ("ghp_0123456789abcdef", "•••"),
            ("https://example.com/mcp", "https://example.com/mcp"),
            ("https://me:pw@example.com/mcp", "https://•••@example.com/mcp"),
            ("https://example.com/mcp?token=x&page=2", "https://example.com/mcp?token=•••&page=2"),
            ("DB=postgres://me:pw@db/x", "DB=postgres://•••@db/x"),
            ("C:\\Users\\ana", "C:\\Users\\ana"),
        ] {
            assert_eq!(mask_text(text), expected, "{text}");
        }
    }

    #[test]
    fn names_and_looks_give_secrets_away() {
        assert!(is_secret_name("OPENWEATHER_API_KEY") && is_secret_name("Authorization"));
        assert!(!is_secret_name("LOG") && !is_secret_name("PATH"));
        assert!(looks_like_token("a1b2c3d4e5f6a1b2c3d4e5f6"));
        assert!(!looks_like_token("a-long-word-with-many-dashes-in-it"));
    }
}
