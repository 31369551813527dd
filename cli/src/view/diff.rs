//! The change of a file's text, with what looks like a secret masked on every line, also on
//! those that do not change.

use std::fmt::Write as _;

use hatch_core::plan::{FilePlan, Plan};
use hatch_core::secret::{MASK, is_secret_name, mask_text};
use similar::{ChangeTag, TextDiff};

use super::plan::Secrets;
use super::sanitize::sanitize_line;
use super::style::{ADD, DIM, REMOVE};

/// A unified diff of every file that changes.
pub fn unified(plan: &Plan, secrets: Secrets) -> String {
    plan.files().filter(|(_, file)| !file.is_unchanged()).map(|(_, it)| one(it, secrets)).collect()
}

fn one(file: &FilePlan, secrets: Secrets) -> String {
    let text = |bytes: &Option<Vec<u8>>| {
        String::from_utf8_lossy(bytes.as_deref().unwrap_or_default()).into_owned()
    };
    let (before, after) = (text(&file.before), text(&file.after));
    let diff = TextDiff::from_lines(&before, &after);
    let (masked_before, masked_after) = (mask_lines(&before), mask_lines(&after));
    let location = file.location.to_string();
    let shown = sanitize_line(&location);
    let mut out = format!("{DIM}--- {shown}{DIM:#}\n{DIM}+++ {shown}{DIM:#}\n");
    for hunk in diff.unified_diff().context_radius(3).iter_hunks() {
        let _ = writeln!(out, "{DIM}{}{DIM:#}", hunk.header());
        for change in hunk.iter_changes() {
            let clear = change.value().trim_end_matches(['\n', '\r']);
            let masked = match (change.old_index(), change.new_index()) {
                (_, Some(at)) => masked_after.get(at),
                (Some(at), None) => masked_before.get(at),
                (None, None) => None,
            };
            let line = match (secrets, masked) {
                (Secrets::Clear, _) => clear,
                (Secrets::Masked, Some(masked)) => masked,
                (Secrets::Masked, None) => MASK,
            };
            // Tabs are a file's own indentation, and do no harm.
            let line: Vec<_> = line.split('\t').map(sanitize_line).collect();
            let line = line.join("\t");
            let _ = match change.tag() {
                ChangeTag::Equal => writeln!(out, " {line}"),
                ChangeTag::Insert => writeln!(out, "{ADD}+{line}{ADD:#}"),
                ChangeTag::Delete => writeln!(out, "{REMOVE}-{line}{REMOVE:#}"),
            };
        }
    }
    out
}

/// Masks the texts in quotes of a JSON document, line by line: those after a key with a
/// secret's name or after such an option, on the same line or the next, and those that look
/// like a secret.
pub fn mask_lines(document: &str) -> Vec<String> {
    let mut secret_next = false;
    document.split_terminator('\n').map(|line| mask_line(line, &mut secret_next)).collect()
}

fn mask_line(line: &str, secret_next: &mut bool) -> String {
    let line = line.trim_end_matches('\r');
    let mut masked = String::with_capacity(line.len());
    let mut rest = line;
    while let Some((before, text, after)) = split_quoted(rest) {
        masked.push_str(before);
        if after.trim_start().starts_with(':') {
            *secret_next = is_secret_name(text);
            let _ = write!(masked, "\"{text}\"");
        } else {
            let is_reference = text.starts_with("${") && text.ends_with('}');
            let shown = match *secret_next && !text.is_empty() && !is_reference {
                true => MASK.to_owned(),
                false => mask_text(text),
            };
            let _ = write!(masked, "\"{shown}\"");
            *secret_next = text.starts_with('-') && !text.contains('=') && is_secret_name(text);
        }
        rest = after;
    }
    masked + rest
}

/// Splits around the first quoted text.
fn split_quoted(line: &str) -> Option<(&str, &str, &str)> {
    let start = line.find('"')?;
    let mut escaped = false;
    for (at, c) in line[start + 1..].char_indices() {
        match c {
            '"' if !escaped => {
                let text = &line[start + 1..start + 1 + at];
                return Some((&line[..start], text, &line[start + at + 2..]));
            }
            '\\' => escaped = !escaped,
            _ => escaped = false,
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_of_a_line_are_masked() {
        for (line, masked) in [
            (r#"  "LOG": "info","#, r#"  "LOG": "info","#),
            (r#"  "API_KEY": "a\"bc","#, r#"  "API_KEY": "•••","#),
            (r#"  "API_KEY": "${env:K}","#, r#"  "API_KEY": "${env:K}","#),
            (r#"{"env": {"A_TOKEN": "x", "B": "y"}}"#, r#"{"env": {"A_TOKEN": "•••", "B": "y"}}"#),
            (r#""args": ["--token", "abc", "-y"]"#, r#""args": ["--token", "•••", "-y"]"#),
            (r#""url": "https://a:b@c/""#, r#""url": "https://•••@c/""#),
            ("no quotes", "no quotes"),
        ] {
            assert_eq!(mask_lines(line), [masked]);
        }
    }

    #[test]
    fn a_secret_on_the_line_after_its_name_is_masked() {
        let text = "\"--token\",\n\"abc\",\r\n\"x\"\n\"A_KEY\":\n  \"b\"\n\"LOG\":\n\"c\"";
        let masked =
            ["\"--token\",", "\"•••\",", "\"x\"", "\"A_KEY\":", "  \"•••\"", "\"LOG\":", "\"c\""];
        assert_eq!(mask_lines(text), masked);
    }
}
