//! Where a host keeps a document on this system.
//!
//! Candidates are data of the descriptor, so what is chosen here can be shown, granted and
//! tested for every system on any other. Only the questions of [`Places`] touch the disk.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::path::{Path, PathBuf};

use crate::host::{Candidate, DocumentSpec, Os, Preference, Root, Scope};

/// The folders that candidates start from.
#[derive(Clone, Debug)]
pub struct Roots {
    /// The system whose candidates count.
    pub os: Os,
    /// The user's home folder.
    pub home: PathBuf,
    /// XDG config home, Application Support, or `%APPDATA%`.
    pub config: PathBuf,
    /// XDG data home, Application Support, or `%LOCALAPPDATA%`.
    pub local_data: PathBuf,
    /// The project's folder.
    pub project: PathBuf,
    /// The process environment, for candidates that a variable moves.
    pub variables: BTreeMap<OsString, OsString>,
}

impl Roots {
    /// A path as its user would write it: `~` for the home folder.
    pub fn shown(&self, path: &Path) -> String {
        match path.strip_prefix(&self.home) {
            Ok(rest) if rest.as_os_str().is_empty() => "~".to_owned(),
            Ok(rest) => format!("~{}{}", std::path::MAIN_SEPARATOR, rest.display()),
            Err(_) => path.display().to_string(),
        }
    }
}

/// What may be asked of the file system to choose among candidates.
pub trait Places {
    /// Whether anything is there, a broken link included.
    fn exists(&self, path: &Path) -> bool;
    /// Whether a folder is there, links followed.
    fn is_folder(&self, path: &Path) -> bool;
    /// The names of the folders in a folder; none where it can't be read.
    fn folders_in(&self, path: &Path) -> Vec<OsString>;
    /// The text of a short file; `None` where there is none.
    fn text(&self, path: &Path) -> Option<String>;
}

/// Where a document is, or would be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// An absolute path, links not followed.
    pub path: PathBuf,
    /// Whether something is there.
    pub exists: bool,
    /// Whether the folder that it is, or would be, in is there.
    pub folder_exists: bool,
    /// Other folders that the same candidate fits, where the host's choice is not known.
    pub also: Vec<PathBuf>,
}

/// Why a document has no place.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum LocateError {
    /// The host has no document of this scope.
    #[error("it has no {} file", match scope { Scope::User => "user", Scope::Project => "project" })]
    NoSuchScope {
        /// The scope that was asked for.
        scope: Scope,
    },
    /// None of the candidates is for this system.
    #[error("where it keeps its servers on this system is not known")]
    UnknownSystem,
    /// A pointer file that names no absolute path.
    #[error("`{}` does not name an absolute path", pointer.display())]
    BadPointer {
        /// The pointer file.
        pointer: PathBuf,
    },
}

/// Where a host that its user named keeps its documents: they are its user's, in every
/// project.
///
/// # Errors
///
/// Fails for a project's documents.
pub fn named(
    paths: &[PathBuf],
    scope: Scope,
    places: &dyn Places,
) -> Result<Vec<Place>, LocateError> {
    if scope == Scope::Project {
        return Err(LocateError::NoSuchScope { scope });
    }
    Ok(paths.iter().map(|path| place(path, Vec::new(), places)).collect())
}

/// Chooses among a document's candidates as the host itself would.
///
/// # Errors
///
/// Fails where no candidate is for this scope and system.
pub fn locate(
    spec: &DocumentSpec,
    scope: Scope,
    roots: &Roots,
    places: &dyn Places,
) -> Result<Place, LocateError> {
    let in_scope: Vec<_> = spec.locations.iter().filter(|it| it.scope == scope).collect();
    if in_scope.is_empty() {
        return Err(LocateError::NoSuchScope { scope });
    }
    let mut candidates = Vec::new();
    for candidate in in_scope {
        if !candidate.systems.is_empty() && !candidate.systems.contains(&roots.os) {
            continue;
        }
        let Some(base) = base(candidate, roots, places)? else { continue };
        let paths = expand(&base, &candidate.path, places);
        if matches!(candidate.root, Root::Env(_) | Root::Pointer(_)) {
            candidates = vec![paths];
            break;
        }
        candidates.push(paths);
    }
    choose(&candidates, spec.prefer, places).ok_or(LocateError::UnknownSystem)
}

/// The folder that a candidate starts from, if there is one here.
fn base(
    candidate: &Candidate,
    roots: &Roots,
    places: &dyn Places,
) -> Result<Option<PathBuf>, LocateError> {
    Ok(match &candidate.root {
        Root::Home => Some(roots.home.clone()),
        Root::Config => Some(roots.config.clone()),
        Root::LocalData => Some(roots.local_data.clone()),
        Root::Project => Some(roots.project.clone()),
        Root::Env(name) => roots
            .variables
            .get(&OsString::from(name))
            .map(PathBuf::from)
            .filter(|folder| folder.is_absolute()),
        Root::Pointer(file) => {
            let pointer = below(&roots.home, file);
            match places.text(&pointer).map(|text| PathBuf::from(text.trim())) {
                Some(folder) if !folder.is_absolute() => {
                    return Err(LocateError::BadPointer { pointer });
                }
                folder => folder,
            }
        }
    })
}

/// The paths that a candidate stands for: one, or one for each folder that its `*` fits.
fn expand(base: &Path, relative: &str, places: &dyn Places) -> Vec<PathBuf> {
    let segments: Vec<_> = relative.split('/').collect();
    let Some(at) = segments.iter().position(|segment| segment.contains('*')) else {
        return vec![below(base, relative)];
    };
    let parent = below(base, &segments[..at].join("/"));
    let (prefix, suffix) = segments[at].split_once('*').unwrap_or((segments[at], ""));
    let mut names: Vec<_> = places
        .folders_in(&parent)
        .into_iter()
        .filter_map(|name| name.into_string().ok())
        .filter(|name| {
            name.len() >= prefix.len() + suffix.len()
                && name.starts_with(prefix)
                && name.ends_with(suffix)
        })
        .collect();
    names.sort();
    let rest = segments[at + 1..].join("/");
    names.into_iter().map(|name| below(&parent.join(name), &rest)).collect()
}

fn choose(candidates: &[Vec<PathBuf>], prefer: Preference, places: &dyn Places) -> Option<Place> {
    let file = |path: &PathBuf| places.exists(path);
    let folder = |path: &PathBuf| path.parent().is_some_and(|folder| places.is_folder(folder));
    let all = || candidates.iter().flatten();
    let chosen = match prefer {
        Preference::ExistingFile => all().find(|path| file(path)),
        Preference::ExistingFolder => None,
    };
    let path = chosen.or_else(|| all().find(|path| folder(path))).or_else(|| all().last())?;
    let also = candidates
        .iter()
        .filter(|paths| paths.contains(path))
        .flatten()
        .filter(|other| *other != path && folder(other))
        .cloned()
        .collect();
    Some(place(path, also, places))
}

fn place(path: &Path, also: Vec<PathBuf>, places: &dyn Places) -> Place {
    let folder_exists = path.parent().is_some_and(|folder| places.is_folder(folder));
    Place { path: path.to_owned(), exists: places.exists(path), folder_exists, also }
}

/// Joins segments one by one, so that the result has this system's separators.
fn below(base: &Path, relative: &str) -> PathBuf {
    let mut path = base.to_owned();
    path.extend(relative.split('/').filter(|segment| !segment.is_empty()));
    path
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    /// A file system of names: files end in their text, folders are implied.
    struct Tree(BTreeMap<PathBuf, String>);

    impl Tree {
        fn new(files: &[&str]) -> Self {
            Tree(files.iter().map(|path| (PathBuf::from(path), String::new())).collect())
        }
    }

    impl Places for Tree {
        fn exists(&self, path: &Path) -> bool {
            self.0.contains_key(path)
        }
        fn is_folder(&self, path: &Path) -> bool {
            self.0.keys().any(|file| file.starts_with(path) && file != path)
        }
        fn folders_in(&self, path: &Path) -> Vec<OsString> {
            let names: BTreeSet<_> = self
                .0
                .keys()
                .filter_map(|file| file.strip_prefix(path).ok()?.components().next())
                .map(|name| name.as_os_str().to_owned())
                .collect();
            names.into_iter().collect()
        }
        fn text(&self, path: &Path) -> Option<String> {
            self.0.get(path).cloned()
        }
    }

    fn roots(os: Os) -> Roots {
        Roots {
            os,
            home: "/home/ana".into(),
            config: "/home/ana/.config".into(),
            local_data: "/home/ana/local".into(),
            project: "/src/app".into(),
            variables: BTreeMap::new(),
        }
    }

    fn candidate(root: Root, path: &str) -> Candidate {
        Candidate { scope: Scope::User, systems: vec![], root, path: path.to_owned() }
    }

    fn spec(prefer: Preference, locations: Vec<Candidate>) -> DocumentSpec {
        DocumentSpec {
            id: "servers".to_owned(),
            format: crate::host::Format::Json,
            locations,
            prefer,
            sections: vec![],
            accepts_bom: false,
        }
    }

    fn lmstudio() -> DocumentSpec {
        spec(
            Preference::ExistingFolder,
            vec![
                candidate(Root::Pointer(".lmstudio-home-pointer".to_owned()), "mcp.json"),
                candidate(Root::Home, ".cache/lm-studio/mcp.json"),
                candidate(Root::Home, ".lmstudio/mcp.json"),
            ],
        )
    }

    #[track_caller]
    fn check(spec: &DocumentSpec, roots: &Roots, files: &[&str], expected: &str, exists: bool) {
        let place = locate(spec, Scope::User, roots, &Tree::new(files)).unwrap();
        assert_eq!((place.path.as_path(), place.exists), (Path::new(expected), exists));
    }

    #[test]
    fn a_folder_decides_where_the_host_says_so() {
        let roots = roots(Os::Linux);
        let spec = lmstudio();
        check(&spec, &roots, &[], "/home/ana/.lmstudio/mcp.json", false);
        check(
            &spec,
            &roots,
            &["/home/ana/.lmstudio/mcp.json"],
            "/home/ana/.lmstudio/mcp.json",
            true,
        );
        // The old folder is used even where only the new one has a document.
        let both = ["/home/ana/.cache/lm-studio/x", "/home/ana/.lmstudio/mcp.json"];
        check(&spec, &roots, &both, "/home/ana/.cache/lm-studio/mcp.json", false);
    }

    #[test]
    fn a_pointer_file_decides() {
        let mut tree = Tree::new(&["/home/ana/.lmstudio/mcp.json"]);
        let pointer = PathBuf::from("/home/ana/.lmstudio-home-pointer");
        tree.0.insert(pointer.clone(), "/data/lm\n".to_owned());
        let place = locate(&lmstudio(), Scope::User, &roots(Os::Linux), &tree).unwrap();
        assert_eq!(place.path, Path::new("/data/lm/mcp.json"));

        tree.0.insert(pointer.clone(), "somewhere".to_owned());
        assert_eq!(
            locate(&lmstudio(), Scope::User, &roots(Os::Linux), &tree),
            Err(LocateError::BadPointer { pointer })
        );
    }

    #[test]
    fn a_variable_decides() {
        let spec = spec(
            Preference::ExistingFile,
            vec![
                candidate(Root::Env("TOOL_HOME".to_owned()), ".tool/settings.json"),
                candidate(Root::Home, ".tool/settings.json"),
            ],
        );
        let mut roots = roots(Os::Linux);
        let files = ["/home/ana/.tool/settings.json"];
        check(&spec, &roots, &files, "/home/ana/.tool/settings.json", true);
        roots.variables.insert("TOOL_HOME".into(), "/opt/t".into());
        check(&spec, &roots, &files, "/opt/t/.tool/settings.json", false);
        roots.variables.insert("TOOL_HOME".into(), "relative".into());
        check(&spec, &roots, &files, "/home/ana/.tool/settings.json", true);
    }

    #[test]
    fn a_packaged_app_is_found_by_its_folder() {
        let packaged = Candidate {
            systems: vec![Os::Windows],
            ..candidate(Root::LocalData, "Packages/App_*/Roaming/App/config.json")
        };
        let spec = spec(
            Preference::ExistingFolder,
            vec![packaged, candidate(Root::Config, "App/config.json")],
        );
        let files =
            ["/home/ana/local/Packages/App_1/Roaming/App/log", "/home/ana/.config/App/config.json"];
        let found = "/home/ana/local/Packages/App_1/Roaming/App/config.json";
        check(&spec, &roots(Os::Windows), &files, found, false);
        check(&spec, &roots(Os::Linux), &files, "/home/ana/.config/App/config.json", true);

        let two = [files[0], "/home/ana/local/Packages/App_2/Roaming/App/config.json"];
        let place = locate(&spec, Scope::User, &roots(Os::Windows), &Tree::new(&two)).unwrap();
        assert_eq!((place.path.as_path(), place.also.len()), (Path::new(found), 1));
    }

    #[test]
    fn a_scope_without_a_file_is_an_error() {
        let found = locate(&lmstudio(), Scope::Project, &roots(Os::Linux), &Tree::new(&[]));
        assert_eq!(found, Err(LocateError::NoSuchScope { scope: Scope::Project }));
    }

    #[test]
    fn paths_are_shown_as_their_user_writes_them() {
        let roots = roots(Os::Linux);
        assert_eq!(roots.shown(Path::new("/home/ana/.cursor/mcp.json")), "~/.cursor/mcp.json");
        assert_eq!(roots.shown(Path::new("/home/anastasia/x")), "/home/anastasia/x");
    }
}
