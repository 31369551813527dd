//! References in text, in whatever spelling: of a document that no adapter was asked about, and
//! of a host that takes them for plain text.

use crate::secret::MASK;

/// Masks the literal text of a value, and shows its references: they say where a secret is,
/// and not which. A reference's default may be one.
pub(super) fn mask_around_references(text: &str, mask_literal: impl Fn(&str) -> String) -> String {
    let mask = |literal: &str| match literal {
        "" | MASK => literal.to_owned(),
        other => mask_literal(other),
    };
    let (mut shown, mut literal, mut rest) = (String::new(), 0, text);
    while let Some(at) = rest.find(['$', '{']) {
        let start = text.len() - rest.len() + at;
        let Some(reference) = Reference::at(&text[start..]) else {
            let length = text[start..].chars().next().map_or(1, char::len_utf8);
            rest = &text[start + length..];
            continue;
        };
        shown.push_str(&mask(&text[literal..start]));
        shown.push_str(reference.name);
        if let Some(default) = reference.default {
            shown.push_str(&mask(default));
            shown.push('}');
        }
        literal = start + reference.length;
        rest = &text[literal..];
    }
    shown + &mask(&text[literal..])
}

/// A reference at the start of a text, in any spelling that some host has: `${NAME}`,
/// `${env:NAME}`, `${NAME:-default}`, `{env:NAME}`. Not `$NAME`, which is text to most hosts,
/// and may be a password.
struct Reference<'a> {
    /// All of it, or what comes before its default.
    name: &'a str,
    default: Option<&'a str>,
    length: usize,
}

impl<'a> Reference<'a> {
    fn at(text: &'a str) -> Option<Self> {
        let open = match text.strip_prefix("${") {
            Some(_) => 2,
            None => ["{env:", "{file:", "{input:"].iter().any(|it| text.starts_with(it)).into(),
        };
        let close = text.find('}').filter(|_| open > 0)?;
        let body = &text[open..close];
        let (name, default) = match body.split_once(":-") {
            Some((name, default)) => (name, Some(default)),
            None => (body, None),
        };
        let is_word = |c: char| c.is_alphanumeric() || "_.-()/\\ ~:".contains(c);
        let begins = name.starts_with(|c: char| c.is_alphabetic() || c == '_' || c == '/');
        if !begins || !name.chars().all(is_word) {
            return None;
        }
        let end = if default.is_some() { open + name.len() + 2 } else { close + 1 };
        Some(Reference { name: &text[..end], default, length: close + 1 })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_around_references_is_masked_and_they_are_shown() {
        for (text, masked) in [
            ("Bearer ${env:T}", "•••${env:T}"),
            ("${T}", "${T}"),
            ("{env:T}{file:~/x y}", "{env:T}{file:~/x y}"),
            ("${T:-abc}", "${T:-•••}"),
            ("${T:-}x", "${T:-}•••"),
            ("a${A}b${B}c", "•••${A}•••${B}•••"),
            ("${not a $reference!}", "•••"),
            ("${1abc}", "•••"),
            ("$ecret", "•••"),
            ("${é", "•••"),
            ("", ""),
        ] {
            assert_eq!(mask_around_references(text, |_| MASK.to_owned()), masked, "{text}");
        }
        assert_eq!(mask_around_references("a ${B} c", str::to_owned), "a ${B} c");
    }
}
