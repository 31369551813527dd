//! The change of a file's text, as a unified diff.
//!
//! With secrets shown it is a patch for `git apply`, from the project's folder for a project's
//! files and from the home folder for others. With secrets masked it is for people: the values
//! that are masked would be written as they are shown.

use std::fmt::Write as _;

use hatch_core::host::Format;
use hatch_core::location::Location;
use hatch_core::owner::Owner;
use hatch_core::plan::{FilePlan, Plan, TargetPlan, redact};
use similar::{ChangeTag, TextDiff};

use super::plan::Secrets;
use super::sanitize::sanitize_line;
use super::style::{ADD, DIM, REMOVE};
use crate::context::Context;

const BOM: char = '\u{feff}';

/// A unified diff of every file that changes.
pub fn unified(cx: &Context, plan: &Plan, secrets: Secrets) -> String {
    let mut text = String::new();
    for target in &plan.targets {
        for (file, format) in target.files.iter().zip(formats(cx, target)) {
            if !file.is_unchanged() {
                text.push_str(&one(cx, target, file, format, secrets));
            }
        }
    }
    text
}

/// The syntax of each file. Where a host has other documents than the plan knows, all are
/// taken to be JSON, and what is not is masked as what can't be parsed.
fn formats(cx: &Context, target: &TargetPlan) -> Vec<Format> {
    let documents = match &target.owner {
        Owner::Host(id) => cx.registry.get(id.as_str()).ok().map(|it| it.adapter.descriptor()),
        Owner::Environment(_) => None,
    };
    let documents = documents.map(|it| &it.documents).filter(|it| it.len() == target.files.len());
    match documents {
        Some(documents) => documents.iter().map(|spec| spec.format).collect(),
        None => vec![Format::Jsonc; target.files.len()],
    }
}

fn one(
    cx: &Context,
    target: &TargetPlan,
    file: &FilePlan,
    format: Format,
    secrets: Secrets,
) -> String {
    let text = |bytes: &Option<Vec<u8>>| {
        String::from_utf8_lossy(bytes.as_deref().unwrap_or_default()).into_owned()
    };
    let (before, after) = (text(&file.before), text(&file.after));
    let (before, after) = (lines(&before), lines(&after));
    let diff = TextDiff::configure().diff_slices(&before, &after);
    // What did not change may be a secret, too: the whole document is masked, line for line.
    let hidden = target.hidden();
    let masked = |bytes: &Option<Vec<u8>>| match (secrets, bytes) {
        (Secrets::Masked, Some(bytes)) => redact::document(bytes, format, &hidden),
        _ => String::new(),
    };
    let (masked_before, masked_after) = (masked(&file.before), masked(&file.after));
    let (masked_before, masked_after) = (lines(&masked_before), lines(&masked_after));
    let mut out = header(cx, file, secrets);
    for hunk in diff.unified_diff().context_radius(3).iter_hunks() {
        let _ = writeln!(out, "{DIM}{}{DIM:#}", hunk.header());
        for change in hunk.iter_changes() {
            let shown = match (secrets, change.old_index(), change.new_index()) {
                (Secrets::Clear, ..) => Some(&change.value()),
                (Secrets::Masked, _, Some(at)) => masked_after.get(at),
                (Secrets::Masked, Some(at), None) => masked_before.get(at),
                (Secrets::Masked, None, None) => None,
            };
            let line = shown_line(shown.copied().unwrap_or_default(), secrets);
            let _ = match change.tag() {
                ChangeTag::Equal => writeln!(out, " {line}"),
                ChangeTag::Insert => writeln!(out, "{ADD}+{line}{ADD:#}"),
                ChangeTag::Delete => writeln!(out, "{REMOVE}-{line}{REMOVE:#}"),
            };
            if !change.value().ends_with('\n') {
                let _ = writeln!(out, "{DIM}\\ No newline at end of file{DIM:#}");
            }
        }
    }
    out
}

/// Lines as git has them: a carriage return ends none.
fn lines(text: &str) -> Vec<&str> {
    text.split_inclusive('\n').collect()
}

/// A line without its end, safe for a terminal. Tabs are a file's own indentation, and a
/// carriage return at the end is needed for a patch; neither does harm.
fn shown_line(line: &str, secrets: Secrets) -> String {
    let line = line.strip_suffix('\n').unwrap_or(line);
    let (line, end) = match (line.strip_suffix('\r'), secrets) {
        (Some(line), Secrets::Clear) => (line, "\r"),
        (Some(line), Secrets::Masked) => (line, ""),
        (None, _) => (line, ""),
    };
    let (mark, line) = match line.strip_prefix(BOM) {
        Some(line) => ("\u{feff}", line),
        None => ("", line),
    };
    let parts: Vec<_> = line.split('\t').map(sanitize_line).collect();
    format!("{mark}{}{end}", parts.join("\t"))
}

fn header(cx: &Context, file: &FilePlan, secrets: Secrets) -> String {
    let name = |prefix: &str, bytes: &Option<Vec<u8>>| match (bytes, secrets) {
        (None, _) => "/dev/null".to_owned(),
        (Some(_), Secrets::Masked) => sanitize_line(&file.location.to_string()).into_owned(),
        (Some(_), Secrets::Clear) => quoted(&format!("{prefix}/{}", path(cx, &file.location))),
    };
    let (before, after) = (name("a", &file.before), name("b", &file.after));
    format!("{DIM}--- {before}{DIM:#}\n{DIM}+++ {after}{DIM:#}\n")
}

/// A file's path as a patch has it: from the project's folder, the home folder or the top of
/// the file system, whichever is nearest.
fn path(cx: &Context, location: &Location) -> String {
    let shown = location.to_string();
    let project = cx.roots.shown(&cx.roots.project);
    let below = |folder: &str| shown.strip_prefix(folder)?.strip_prefix(std::path::is_separator);
    let path = below(&project).or_else(|| below("~")).unwrap_or(&shown);
    let path = path.trim_start_matches(std::path::is_separator);
    path.replace(std::path::MAIN_SEPARATOR, "/")
}

/// A path as git spells it: in quotes where it has characters that it escapes, and with a tab
/// behind it where a blank could end it.
fn quoted(path: &str) -> String {
    let is_plain = |c: char| {
        c != '"' && c != '\\' && sanitize_line(c.encode_utf8(&mut [0; 4])) == c.to_string()
    };
    if path.chars().all(is_plain) {
        return if path.contains(' ') { format!("{path}\t") } else { path.to_owned() };
    }
    let mut quoted = String::from('"');
    for c in path.chars() {
        match c {
            '"' | '\\' => quoted.extend(['\\', c]),
            c if is_plain(c) => quoted.push(c),
            c => c.encode_utf8(&mut [0; 4]).bytes().for_each(|byte| {
                let _ = write!(quoted, "\\{byte:03o}");
            }),
        }
    }
    quoted.push('"');
    quoted
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_quoted_as_git_quotes_them() {
        for (path, expected) in [
            ("a/.cursor/mcp.json", "a/.cursor/mcp.json"),
            ("a/é b.json", "a/é b.json\t"),
            ("a/\"x\\y\n\u{202e}", "\"a/\\\"x\\\\y\\012\\342\\200\\256\""),
        ] {
            assert_eq!(quoted(path), expected);
        }
    }

    #[test]
    fn lines_are_safe_and_patches_keep_their_ends() {
        let line = "\u{feff}\ta\u{1b}b\r\n";
        assert_eq!(shown_line(line, Secrets::Clear), "\u{feff}\ta\\u{1b}b\r");
        assert_eq!(shown_line(line, Secrets::Masked), "\u{feff}\ta\\u{1b}b");
        assert_eq!(lines("a\rb\nc"), ["a\rb\n", "c"]);
    }
}
