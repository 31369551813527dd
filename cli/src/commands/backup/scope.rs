//! Whose files a backup has: the user's, or a project's.
//!
//! A backup records the owner and the place of each file. A file in a place where its host keeps
//! a project's servers is the project's, unless it is where the host keeps the user's, or kept
//! them when hatch wrote it (a variable such as `GEMINI_CLI_HOME` moves them).

use std::path::{Path, PathBuf};

use hatch_core::backup::{Backup, BackupFile};
use hatch_core::host::{Root, Scope};
use hatch_core::ledger::Destination;
use hatch_core::registry::Host;

use crate::args::ScopeFilter;
use crate::commands::places::real;
use crate::context::Context;
use crate::error::Fault;
use crate::view::{scope_word, scoped};

/// The project that a file of a backup belongs to; `None` for the user's files, and where no
/// host tells.
pub fn project_of(cx: &Context, file: &BackupFile) -> Option<PathBuf> {
    let (host, path) = placed(cx, file)?;
    if is_in(cx, host, Scope::User, &path) {
        return None;
    }
    if is_in(cx, host, Scope::Project, &path) {
        return Some(cx.roots.project.clone());
    }
    let documents = &host.adapter.descriptor().documents;
    let candidates = documents.iter().flat_map(|document| &document.locations);
    let relative = candidates
        .filter(|it| it.scope == Scope::Project && it.root == Root::Project)
        .map(|candidate| candidate.path.split('/').collect::<PathBuf>());
    let root = |relative: PathBuf| {
        let steps = relative.components().count();
        path.ends_with(&relative).then(|| path.ancestors().nth(steps).map(Path::to_owned))?
    };
    let root = relative.into_iter().find_map(root)?;
    (!is_known_as_user(cx, host, file)).then_some(root)
}

/// Whether the ledger has servers of the file, and has them as the user's.
fn is_known_as_user(cx: &Context, host: &Host, file: &BackupFile) -> bool {
    let (Ok(ledger), Some(location)) = (cx.ledger(), &file.location) else { return false };
    // With a project, what is known of the host alone does not count.
    let project = Some(cx.roots.project.as_path());
    let at = Destination { host: &host.id, location, project };
    !ledger.records(at).is_empty() && ledger.project_of(&host.id, location).is_none()
}

/// The scope of a file in a word; `None` for an environment's.
pub fn word(cx: &Context, file: &BackupFile) -> Option<&'static str> {
    file.owner.host()?;
    let is_project = project_of(cx, file).is_some();
    Some(scope_word(if is_project { Scope::Project } else { Scope::User }))
}

/// Whose file it is, for people: `cursor (project)`, `env:dev`.
pub fn owner(cx: &Context, file: &BackupFile) -> String {
    scoped(&file.owner.to_string(), word(cx, file).unwrap_or_default())
}

/// The files of backups that a command line is about.
pub struct Selection {
    scope: ScopeFilter,
    /// Whether the command line names a project. Without one, `all` is every project.
    names_project: bool,
}

impl Selection {
    /// Of the options of a command line.
    pub fn new(scope: ScopeFilter, project: Option<&Path>) -> Self {
        Selection { scope, names_project: project.is_some() }
    }

    /// Whether a file of a backup is one of them. Environments are the user's.
    pub fn has(&self, cx: &Context, file: &BackupFile) -> bool {
        match self.scope {
            ScopeFilter::User => is_user(cx, file),
            ScopeFilter::Project => is_project(cx, file),
            ScopeFilter::All if self.names_project => is_user(cx, file) || is_project(cx, file),
            ScopeFilter::All => true,
        }
    }

    /// A backup with these files alone.
    pub fn part_of(&self, cx: &Context, backup: &Backup) -> Backup {
        let mut part = backup.clone();
        part.files.retain(|file| self.has(cx, file));
        part
    }

    /// Says how files of the other scope are chosen, where they are not looked at.
    pub fn hint(&self, fault: Fault) -> Fault {
        match self.scope {
            ScopeFilter::User => fault.hint("--scope project looks for a project's files"),
            ScopeFilter::Project => fault.hint("--scope user looks for the user's files"),
            ScopeFilter::All => fault,
        }
    }

    /// What a missing file is called: a host, or a project's file of it.
    pub fn of(&self, cx: &Context, label: &str) -> String {
        match self.scope {
            ScopeFilter::Project => {
                format!("{label} in the project `{}`", cx.roots.shown(&cx.roots.project))
            }
            _ => label.to_owned(),
        }
    }
}

fn is_user(cx: &Context, file: &BackupFile) -> bool {
    project_of(cx, file).is_none()
}

fn is_project(cx: &Context, file: &BackupFile) -> bool {
    placed(cx, file).is_some_and(|(host, path)| is_in(cx, host, Scope::Project, &path))
}

/// The host of a file that was recorded with its place.
fn placed<'a>(cx: &'a Context, file: &BackupFile) -> Option<(&'a Host, PathBuf)> {
    let host = cx.registry.get(file.owner.host()?.as_str()).ok()?;
    // The paths of a host that its user named are the user's.
    let path = cx.as_written(file.location.as_ref()?);
    host.paths.is_empty().then_some((host, path))
}

/// Whether a host keeps documents of a scope there.
fn is_in(cx: &Context, host: &Host, scope: Scope, path: &Path) -> bool {
    let places = cx.places(host, scope).unwrap_or_default();
    places.iter().any(|place| real(cx, &place.path) == real(cx, path))
}
