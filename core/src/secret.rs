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

/// A part of a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Piece<'a> {
    /// It may be shown.
    Plain(&'a str),
    /// It looks like a secret.
    Secret {
        /// The name of the option or parameter whose value it is; empty where it has none.
        name: &'a str,
        /// The secret.
        text: &'a str,
    },
}

/// Masks what is secret inside running text: see [`pieces`].
pub fn mask_text(text: &str) -> String {
    let masked = pieces(text).into_iter().map(|piece| match piece {
        Piece::Plain(text) => text,
        Piece::Secret { .. } => MASK,
    });
    masked.collect()
}

/// Finds what is secret inside running text: the user part and secret parameters of a URL,
/// the value in `--token=…` and `Authorization: …`, and anything that looks like a token.
/// The pieces make up the text.
pub fn pieces(text: &str) -> Vec<Piece<'_>> {
    if let Some((name, value)) = split_option(text)
        && is_secret_name(name)
        && !value.trim().is_empty()
    {
        let before = &text[..text.len() - value.len()];
        return vec![Piece::Plain(before), Piece::Secret { name, text: value }];
    }
    if text.contains("://") {
        return url_pieces(text);
    }
    if looks_like_token(text) {
        return vec![Piece::Secret { name: "", text }];
    }
    vec![Piece::Plain(text)]
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

fn url_pieces(text: &str) -> Vec<Piece<'_>> {
    let start = text.find("://").map_or(text.len(), |at| at + 3);
    let (scheme, rest) = text.split_at(start);
    let (authority, tail) = rest.split_at(rest.find(['/', '?', '#']).unwrap_or(rest.len()));
    let mut pieces = vec![Piece::Plain(scheme)];
    match authority.rfind('@') {
        Some(at) => {
            let (user, host) = authority.split_at(at);
            pieces.extend([Piece::Secret { name: "user", text: user }, Piece::Plain(host)]);
        }
        None => pieces.push(Piece::Plain(authority)),
    }
    let (path, query) = tail.split_at(tail.find('?').unwrap_or(tail.len()));
    pieces.extend(path.split_inclusive('/').flat_map(|part| {
        let name = part.trim_end_matches('/');
        let shown = match looks_like_token(name) {
            true => Piece::Secret { name: "path", text: name },
            false => Piece::Plain(name),
        };
        [shown, Piece::Plain(&part[name.len()..])]
    }));
    pieces.extend(query.split_inclusive('&').flat_map(parameter_pieces));
    pieces
}

/// The pieces of `name=value`, with the mark before and after it.
fn parameter_pieces(pair: &str) -> [Piece<'_>; 3] {
    let end = pair.trim_end_matches('&').len();
    let value = pair[..end].find('=').map_or(end, |at| at + 1);
    let name = pair[..value].trim_start_matches('?').trim_end_matches('=');
    let text = &pair[value..end];
    let is_secret = !text.is_empty() && (is_secret_name(name) || looks_like_token(text));
    let shown = if is_secret { Piece::Secret { name, text } } else { Piece::Plain(text) };
    [Piece::Plain(&pair[..value]), shown, Piece::Plain(&pair[end..])]
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
    fn pieces_make_up_the_text() {
        for text in [
            "",
            "plain",
            "--token = x",
            "https://me:pw@a/a1b2c3d4e5f6a1b2c3d4e5f6/x/?a=1&key=k&&b#c=d",
            "https://",
            "x://@/?=&key=",
            "Authorization: Bearer x",
        ] {
            let whole: String = pieces(text)
                .into_iter()
                .map(|piece| match piece {
                    Piece::Plain(text) | Piece::Secret { text, .. } => text,
                })
                .collect();
            assert_eq!(whole, text);
        }
        let secret = Piece::Secret { name: "key", text: "k" };
        assert!(pieces("https://a/?a=1&key=k").contains(&secret));
    }

    #[test]
    fn names_and_looks_give_secrets_away() {
        assert!(is_secret_name("OPENWEATHER_API_KEY") && is_secret_name("Authorization"));
        assert!(!is_secret_name("LOG") && !is_secret_name("PATH"));
        assert!(looks_like_token("a1b2c3d4e5f6a1b2c3d4e5f6"));
        assert!(!looks_like_token("a-long-word-with-many-dashes-in-it"));
    }
}
