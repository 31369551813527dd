//! Which documents of a host a command looks at, where it looks at more than one scope.

use std::path::{Path, PathBuf};

use hatch_core::host::Scope;
use hatch_core::locate::{LocateError, Place};
use hatch_core::registry::Host;

use crate::context::Context;

/// A host's documents of one scope.
pub struct Site<'a> {
    pub host: &'a Host,
    pub scope: Scope,
    /// Where they are, or why that is not known.
    pub places: Result<Vec<Place>, LocateError>,
}

impl Site<'_> {
    /// The project's root; `None` for the user's documents.
    pub fn project(&self, cx: &Context) -> Option<PathBuf> {
        cx.project(self.scope)
    }
}

/// What a host has in some scopes, each document once: where the project is the home folder,
/// its document is the user's. A host that keeps no project files has no site for a project.
pub fn sites<'a>(cx: &Context, host: &'a Host, scopes: &[Scope]) -> Vec<Site<'a>> {
    let mut sites: Vec<Site<'a>> = Vec::new();
    for scope in scopes {
        let places = cx.places(host, *scope);
        let has_none = matches!(
            places,
            Err(LocateError::NoSuchScope { scope: Scope::Project } | LocateError::UnknownSystem)
        );
        if has_none && *scope == Scope::Project {
            continue;
        }
        let site = Site { host, scope: *scope, places };
        if !sites.iter().any(|other| is_same(cx, other, &site)) {
            sites.push(site);
        }
    }
    sites
}

/// Whether two sites are the same documents, links followed.
fn is_same(cx: &Context, one: &Site<'_>, other: &Site<'_>) -> bool {
    match (&one.places, &other.places) {
        (Ok(one), Ok(other)) => paths(cx, one) == paths(cx, other),
        _ => false,
    }
}

fn paths(cx: &Context, places: &[Place]) -> Vec<PathBuf> {
    places.iter().map(|place| real(cx, &place.path)).collect()
}

/// Where a document really is. One that cannot be reached is where it is named.
pub fn real(cx: &Context, path: &Path) -> PathBuf {
    match cx.store.admit(path, &cx.roots.shown(path)) {
        Ok(location) => location.path().to_owned(),
        Err(_) => path.to_owned(),
    }
}
