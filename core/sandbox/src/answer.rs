//! What every answer of an adapter is held against, whichever way the adapter is run.

use std::collections::HashSet;

use hatch_core::adapter::{AdapterError, Edit, Reading, Section, Writing};
use hatch_core::host::HostId;
use serde::de::IgnoredAny;

/// An answer that an adapter may not give, as an error that names it.
pub fn failed(adapter: &HostId, reason: impl Into<String>) -> AdapterError {
    AdapterError::Failed { adapter: adapter.clone(), reason: reason.into() }
}

/// Checks what was read: each server is listed once, and what it calls JSON is JSON.
///
/// # Errors
///
/// Fails with the reason, in words that follow the adapter's name.
pub fn check_reading(reading: &Reading) -> Result<(), String> {
    let mut names = HashSet::with_capacity(reading.servers.len());
    for server in &reading.servers {
        if !names.insert(&server.name) {
            return Err(crate::clean(&format!("it listed the server `{}` twice", server.name)));
        }
        for extra in &server.extras {
            if extra.path.is_empty() || !is_json(&extra.value) {
                let name = &server.name;
                return Err(crate::clean(&format!("it misread a field of the server `{name}`")));
            }
        }
    }
    Ok(())
}

/// Checks what is to be written: the sections are some of those that were handed over, each
/// once and in JSON, and there is an outcome for every edit.
///
/// # Errors
///
/// Fails with the reason, in words that follow the adapter's name.
pub fn check_writing(
    writing: &Writing,
    sections: &[Section],
    edits: &[Edit],
) -> Result<(), String> {
    if writing.outcomes.len() != edits.len() {
        let (outcomes, edits) = (writing.outcomes.len(), edits.len());
        return Err(format!("it was given {edits} edits and told of {outcomes}"));
    }
    let given: HashSet<_> = sections.iter().map(place).collect();
    let mut seen = HashSet::new();
    for section in &writing.sections {
        let name = || format!("`{}` of `{}`", section.path.join("."), section.document);
        if !given.contains(&place(section)) {
            return Err(crate::clean(&format!(
                "it changed a section that is not its own: {}",
                name()
            )));
        }
        if !seen.insert(place(section)) {
            return Err(crate::clean(&format!("it changed a section twice: {}", name())));
        }
        if !section.value.as_deref().is_none_or(is_json) {
            return Err(crate::clean(&format!("it wrote what is not JSON to {}", name())));
        }
    }
    Ok(())
}

fn place(section: &Section) -> (&str, &[String]) {
    (&section.document, &section.path)
}

/// Reads without keeping, and without a limit of depth.
fn is_json(text: &str) -> bool {
    serde_json::from_str::<IgnoredAny>(text).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use hatch_core::adapter::Outcome;
    use hatch_core::server::ServerName;

    fn section(document: &str, key: &str, value: &str) -> Section {
        let path = vec![key.to_owned()];
        Section { document: document.to_owned(), path, value: Some(value.to_owned()) }
    }

    #[test]
    fn only_given_sections_are_written_and_only_once() {
        let given = [section("d", "mcpServers", "{}")];
        let edits = [Edit::Remove(ServerName::new("a").unwrap())];
        let check = |sections: Vec<Section>, outcomes: usize| {
            let outcomes = vec![Outcome::Done(Vec::new()); outcomes];
            check_writing(&Writing { sections, outcomes }, &given, &edits)
        };
        let good = section("d", "mcpServers", &"[".repeat(500).replace('[', "[{\"a\":"));
        assert!(check(vec![good], 1).unwrap_err().contains("not JSON"));
        assert_eq!(check(vec![section("d", "mcpServers", "{\"a\": 1}")], 1), Ok(()));
        let deep = format!("{}{}", "[".repeat(5000), "]".repeat(5000));
        assert_eq!(check(vec![section("d", "mcpServers", &deep)], 1), Ok(()));
        for (sections, outcomes, reason) in [
            (vec![], 0, "given 1 edits and told of 0"),
            (vec![section("d", "other", "{}")], 1, "not its own: `other` of `d`"),
            (vec![section("e", "mcpServers", "{}")], 1, "not its own"),
            (vec![given[0].clone(), given[0].clone()], 1, "twice"),
            (vec![section("d", "mcpServers", "{} {}")], 1, "not JSON"),
        ] {
            let error = check(sections, outcomes).unwrap_err();
            assert!(error.contains(reason), "{error}");
        }
    }
}
