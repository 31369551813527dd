//! What an adapter asks for, in words: which parts of which files.
//!
//! A descriptor's documents are what it asks for. What a user agrees to is kept as they are
//! in the lock, and an update is held against it.

use std::collections::BTreeSet;
use std::fmt;

use hatch_core::host::{Candidate, DocumentSpec, HostDescriptor, Root};

/// One section of one place. It may be read and changed.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Grant {
    place: String,
    section: Vec<String>,
}

impl fmt::Display for Grant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} in {}", section(&self.section), self.place)
    }
}

/// All that a descriptor asks for.
pub fn of(descriptor: &HostDescriptor) -> BTreeSet<Grant> {
    let documents = descriptor.documents.iter();
    documents.flat_map(of_document).collect()
}

fn of_document(document: &DocumentSpec) -> impl Iterator<Item = Grant> {
    document.locations.iter().flat_map(|location| {
        let grant =
            |section: &Vec<String>| Grant { place: place(location), section: section.clone() };
        document.sections.iter().map(grant)
    })
}

/// What `new` asks for beyond what was granted to `old`.
pub fn beyond(old: &HostDescriptor, new: &HostDescriptor) -> Vec<Grant> {
    let granted = of(old);
    let covers = |wanted: &Grant| {
        let covers =
            |it: &Grant| it.place == wanted.place && wanted.section.starts_with(&it.section);
        granted.iter().any(covers)
    };
    of(new).into_iter().filter(|wanted| !covers(wanted)).collect()
}

/// One line for each document: its sections, and where it may be.
pub fn in_words(descriptor: &HostDescriptor) -> Vec<String> {
    let line = |document: &DocumentSpec| {
        let sections: Vec<_> = document.sections.iter().map(|path| section(path)).collect();
        let mut places: Vec<_> = document.locations.iter().map(place).collect();
        places.dedup();
        format!("{} in {}", sections.join(", "), places.join(" or "))
    };
    descriptor.documents.iter().map(line).collect()
}

fn section(path: &[String]) -> String {
    match path {
        [] => "everything".to_owned(),
        keys => format!("`{}`", keys.join(".")),
    }
}

/// A place as people read it, on every system.
fn place(candidate: &Candidate) -> String {
    let path = &candidate.path;
    match &candidate.root {
        Root::Home => format!("~/{path}"),
        Root::Config => format!("<config folder>/{path}"),
        Root::LocalData => format!("<data folder>/{path}"),
        Root::Project => format!("<project>/{path}"),
        Root::Env(name) => format!("${name}/{path}"),
        Root::Pointer(file) => format!("<folder named in ~/{file}>/{path}"),
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use serde_json::json;

    /// A descriptor with these places below home, and these sections in each.
    pub(crate) fn descriptor(places: &[&str], sections: &[&[&str]]) -> HostDescriptor {
        let locations: Vec<_> = places
            .iter()
            .map(|path| json!({ "scope": "user", "root": "home", "path": path }))
            .collect();
        serde_json::from_value(json!({
            "id": "example", "name": "Example", "homepage": "https://example.com",
            "documents": [{ "id": "config", "format": "json", "prefer": "existing-file",
                "locations": locations, "sections": sections }],
            "transports": ["stdio"],
        }))
        .unwrap()
    }

    #[test]
    fn more_is_another_place_or_a_wider_section() {
        let old = descriptor(&[".example.json"], &[&["mcp", "servers"]]);
        let beyond = |places: &[&str], sections: &[&[&str]]| -> Vec<String> {
            let new = descriptor(places, sections);
            beyond(&old, &new).iter().map(ToString::to_string).collect()
        };
        assert!(beyond(&[".example.json"], &[&["mcp", "servers"]]).is_empty());
        assert!(beyond(&[".example.json"], &[&["mcp", "servers", "own"]]).is_empty(), "less");
        assert_eq!(
            beyond(&[".example.json", ".other.json"], &[&["mcp", "servers"]]),
            ["`mcp.servers` in ~/.other.json"]
        );
        assert_eq!(beyond(&[".example.json"], &[&["mcp"]]), ["`mcp` in ~/.example.json"]);
        assert_eq!(beyond(&[".example.json"], &[&[]]), ["everything in ~/.example.json"]);
    }

    #[test]
    fn words_name_each_section_and_place() {
        let descriptor = descriptor(&["a.json", "b.json"], &[&["servers"], &["off"]]);
        assert_eq!(in_words(&descriptor), ["`servers`, `off` in ~/a.json or ~/b.json"]);
    }
}
