//! What a foreign adapter may say of its host.
//!
//! A descriptor decides which files hatch opens, so it is held against rules before anybody
//! is asked to agree to it. Those of built-in adapters are held against the same rules by
//! their tests. It comes as JSON, whose shape is `wit/0.1/descriptor.schema.json`: members that
//! this hatch does not know are passed over, so that later ones may have more.

use std::collections::HashSet;

use hatch_core::filter::Pattern;
use hatch_core::host::{Candidate, DocumentSpec, Elsewhere, HostDescriptor, NameRule, Root};

/// Bytes of the JSON.
const MAX_SIZE: usize = 1 << 20;
const MAX_TEXT: usize = 4096;
const MAX_DOCUMENTS: usize = 16;
const MAX_LOCATIONS: usize = 64;
const MAX_SECTIONS: usize = 64;
const MAX_PROCESSES: usize = 64;
const MAX_EXTRAS: usize = 256;
const MAX_RULES: usize = 16;

/// Reads a descriptor's JSON. What it says is for [`check`] to look at.
///
/// # Errors
///
/// Fails with the reason, in words that follow the adapter's name: the member that is missing
/// or wrong, with line and column.
pub fn read(json: &str) -> Result<HostDescriptor, String> {
    bounded("bytes of description", json.len(), MAX_SIZE)?;
    let mut reader = serde_json::Deserializer::from_str(json);
    let descriptor = serde_path_to_error::deserialize(&mut reader).map_err(|error| {
        let place = match error.path().to_string() {
            path if path == "." => String::new(),
            path => format!("`{path}`: "),
        };
        crate::clean(&format!("it describes its host wrongly: {place}{}", error.inner()))
    })?;
    reader.end().map_err(|error| format!("it describes its host wrongly: {error}"))?;
    Ok(descriptor)
}

/// Checks that a descriptor makes sense and asks for nothing but places below its roots.
///
/// # Errors
///
/// Fails with the reason, in words that follow the adapter's name.
pub fn check(descriptor: &HostDescriptor) -> Result<(), String> {
    text("name", &descriptor.name)?;
    text("homepage", &descriptor.homepage)?;
    if let Some(version) = &descriptor.version {
        text("version", version)?;
    }
    bounded("documents", descriptor.documents.len(), MAX_DOCUMENTS)?;
    if let Some(advice) = &descriptor.after_write {
        text("word on what to do after a change", advice)?;
    }
    bounded("processes", descriptor.processes.len(), MAX_PROCESSES)?;
    for process in &descriptor.processes {
        text("name of a process", process)?;
    }
    bounded("extra fields", descriptor.extras.len(), MAX_EXTRAS)?;
    for extra in &descriptor.extras {
        check_extra(extra)?;
    }
    check_names(&descriptor.names)?;
    check_elsewhere(&descriptor.elsewhere)?;
    if descriptor.documents.is_empty() {
        return Err("it describes a host without a document".to_owned());
    }
    if descriptor.transports.is_empty() {
        return Err("it describes a host without a transport".to_owned());
    }
    let mut ids = HashSet::new();
    for document in &descriptor.documents {
        check_document(document)?;
        if !ids.insert(&document.id) {
            return Err(format!("it describes two documents as `{}`", document.id));
        }
    }
    Ok(())
}

fn check_document(document: &DocumentSpec) -> Result<(), String> {
    text("id of a document", &document.id)?;
    if document.locations.is_empty() || document.sections.is_empty() {
        return Err(format!("its document `{}` has no location or no section", document.id));
    }
    bounded("locations", document.locations.len(), MAX_LOCATIONS)?;
    bounded("sections", document.sections.len(), MAX_SECTIONS)?;
    for location in &document.locations {
        check_location(location)?;
    }
    for (at, section) in document.sections.iter().enumerate() {
        bounded("keys of a section", section.len(), MAX_SECTIONS)?;
        for key in section {
            text("key of a section", key)?;
        }
        let overlaps =
            |other: &Vec<String>| other.starts_with(section) || section.starts_with(other);
        if document.sections[..at].iter().any(overlaps) {
            return Err(format!("its document `{}` has sections that overlap", document.id));
        }
    }
    Ok(())
}

fn check_location(location: &Candidate) -> Result<(), String> {
    check_path(&location.path)?;
    match &location.root {
        Root::Env(name) => check_variable(name)?,
        Root::Pointer(path) if path.contains('*') => return Err(bad_path(path)),
        Root::Pointer(path) => check_path(path)?,
        _ => {}
    }
    let segments: Vec<&str> = location.path.split('/').collect();
    let wildcards = |segment: &&str| segment.matches('*').count();
    let in_folders: usize = segments[..segments.len() - 1].iter().map(wildcards).sum();
    let in_file = segments.last().map_or(0, wildcards);
    if in_folders > 1 || in_file > 0 { Err(bad_path(&location.path)) } else { Ok(()) }
}

fn check_names(rules: &[NameRule]) -> Result<(), String> {
    bounded("rules for names", rules.len(), MAX_RULES)?;
    for rule in rules {
        text("rule for names", &rule.reason)?;
        bounded("reserved names", rule.reserved.len(), MAX_EXTRAS)?;
        for name in &rule.reserved {
            text("reserved name", name)?;
        }
        if let Some(pattern) = &rule.pattern {
            text("pattern for names", pattern)?;
            Pattern::new(pattern).map_err(|error| {
                crate::clean(&format!("its pattern for names is not valid: `{pattern}`: {error}"))
            })?;
        }
    }
    Ok(())
}

fn check_elsewhere(places: &[Elsewhere]) -> Result<(), String> {
    bounded("other places of servers", places.len(), MAX_RULES)?;
    for place in places {
        text("word on other servers", &place.says)?;
        bounded("keys of another place", place.path.len(), MAX_SECTIONS)?;
        if place.path.is_empty() {
            return Err("it gives another place of servers that is the whole document".to_owned());
        }
        for key in &place.path {
            text("key of another place", key)?;
        }
    }
    Ok(())
}

/// Keys of an entry, joined by dots.
fn check_extra(extra: &str) -> Result<(), String> {
    text("extra field", extra)?;
    if extra.split('.').any(str::is_empty) {
        return Err(crate::clean(&format!("it gives an extra field that can't be: `{extra}`")));
    }
    Ok(())
}

/// A path stays below its root, on every system.
fn check_path(path: &str) -> Result<(), String> {
    text("path", path)?;
    let is_good = |segment: &str| {
        !matches!(segment, "" | "." | "..")
            && !segment.ends_with(['.', ' '])
            && !segment.contains(['\\', ':', '"', '<', '>', '|', '?'])
    };
    if path.split('/').all(is_good) { Ok(()) } else { Err(bad_path(path)) }
}

fn check_variable(name: &str) -> Result<(), String> {
    let is_letter = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
    if !name.is_empty()
        && name.len() <= 128
        && name.bytes().all(is_letter)
        && !name.starts_with(|first: char| first.is_ascii_digit())
    {
        Ok(())
    } else {
        Err(crate::clean(&format!("it asks for a variable that can't be: `{name}`")))
    }
}

fn bad_path(path: &str) -> String {
    crate::clean(&format!("it asks for a path that it may not have: `{path}`"))
}

/// Text that is shown to people, or compared with what they see.
fn text(what: &str, text: &str) -> Result<(), String> {
    if text.is_empty() || text.len() > MAX_TEXT || crate::clean(text) != text {
        return Err(crate::clean(&format!("it gives a {what} that can't be: `{text}`")));
    }
    Ok(())
}

fn bounded(what: &str, count: usize, limit: usize) -> Result<(), String> {
    if count > limit {
        return Err(format!("it has {count} {what}, and the limit is {limit}"));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn descriptor(change: &str) -> HostDescriptor {
        let plain = r#"{"id":"a","name":"A","homepage":"h","documents":[{"id":"d","format":"json",
            "locations":[{"scope":"user","systems":[],"root":"home","path":".a/mcp.json"}],
            "prefer":"existing-file","sections":[["mcpServers"]],"accepts-bom":true}],
            "transports":["stdio"],"fields":[],"extras":[],"references":[],"after-write":null,"processes":[]}"#;
        let (from, to) = change.split_once(" => ").unwrap_or_default();
        assert!(plain.contains(from), "{from}");
        read(&plain.replacen(from, to, 1)).unwrap()
    }

    #[test]
    fn sensible_descriptors_pass() {
        for change in [
            "",
            ".a/mcp.json => .a/x*y/mcp.json",
            r#""home" => {"env":"A_HOME"}"#,
            r#""home" => {"pointer":".a/where"}"#,
            r#"[["mcpServers"]] => [["mcpServers"],["mcp","servers"],["mcp","inputs"]]"#,
            r#"[["mcpServers"]] => [[]]"#,
            r#""extras":[] => "extras":["trust","oauth.issuer"]"#,
            r#""extras":[] => "names":[{"pattern":"^[a-z]+$","reserved":["me"],"reason":"r"}]"#,
            r#""extras":[] => "elsewhere":[{"path":["projects","*"],"says":"of folders"}]"#,
        ] {
            assert_eq!(check(&descriptor(change)), Ok(()), "{change}");
        }
    }

    #[test]
    fn others_do_not() {
        for change in [
            ".a/mcp.json => /etc/passwd",
            ".a/mcp.json => ../x",
            ".a/mcp.json => a/../x",
            ".a/mcp.json => a//x",
            ".a/mcp.json => ",
            r".a/mcp.json => a\\x",
            ".a/mcp.json => C:x",
            r".a/mcp.json => a\u0000b",
            ".a/mcp.json => */*/x",
            ".a/mcp.json => a/*.json",
            r#""home" => {"env":"A=B"}"#,
            r#""home" => {"env":""}"#,
            r#""home" => {"pointer":"/etc/x"}"#,
            r#""home" => {"pointer":"a/*/x"}"#,
            r#"[["mcpServers"]] => []"#,
            r#"[["mcpServers"]] => [["a"],["a","b"]]"#,
            r#"[["mcpServers"]] => [["a"],["a"]]"#,
            r#"[["mcpServers"]] => [["a"],[]]"#,
            r#"["stdio"] => []"#,
            r#""extras":[] => "extras":[""]"#,
            r#""extras":[] => "names":[{"pattern":"[a-z","reason":"r"}]"#,
            r#""extras":[] => "names":[{"reserved":[""],"reason":"r"}]"#,
            r#""extras":[] => "names":[{"reason":""}]"#,
            r#""extras":[] => "elsewhere":[{"path":[],"says":"s"}]"#,
            r#""extras":[] => "elsewhere":[{"path":["a\u001bb"],"says":"s"}]"#,
            r#""extras":[] => "elsewhere":[{"path":["a"],"says":""}]"#,
            r#""extras":[] => "extras":["oauth..issuer"]"#,
            r#""extras":[] => "extras":["oauth."]"#,
            r#""extras":[] => "extras":["a\u001bb"]"#,
            r#""name":"A" => "name":"A\u001b[2J""#,
            r#""after-write":null => "after-write":"\u001b[2J""#,
        ] {
            assert!(check(&descriptor(change)).is_err(), "{change}");
        }
    }
}
