//! Which repository a file is in, by a name that survives a move and a fresh clone.
//!
//! The name is the address of the remote, read from `.git/config`: every clone has it, a
//! shallow one included, and reading it needs neither git nor the history. The first commit
//! would need both, and a shallow clone does not have it. A repository without a remote has no
//! other clone to be told from, so the oldest commit of its own log of `HEAD` is enough, which
//! moves with the folder.

use std::path::{Component, Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::locate::Places;

/// A file of a repository.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RepositoryFile {
    /// The repository: `github.com/owner/name` of its remote, or `commit:` and its first one.
    pub repository: String,
    /// The file's place below the repository's root, with `/`.
    pub path: String,
}

/// The repository that a file is in, and its place there; `None` where it is in none, or in
/// one that cannot be named. `file` is absolute.
pub fn identify(file: &Path, places: &dyn Places) -> Option<RepositoryFile> {
    let root = file.ancestors().skip(1).find(|folder| places.exists(&folder.join(".git")))?;
    let git = git_folder(root, places)?;
    let parts = file.strip_prefix(root).ok()?.components().map(|part| match part {
        Component::Normal(name) => name.to_str(),
        _ => None,
    });
    let path = parts.collect::<Option<Vec<_>>>()?.join("/");
    let repository = remote(&git, places).or_else(|| first_commit(&git, places))?;
    Some(RepositoryFile { repository, path })
}

/// The folder with the repository's `config`: that of a linked worktree or a submodule is
/// elsewhere, and `.git` is a file that says where.
fn git_folder(root: &Path, places: &dyn Places) -> Option<PathBuf> {
    let git = root.join(".git");
    if places.is_folder(&git) {
        return Some(git);
    }
    let text = places.text(&git)?;
    let folder = root.join(text.trim().strip_prefix("gitdir:")?.trim());
    match places.text(&folder.join("commondir")) {
        Some(common) => Some(folder.join(common.trim())),
        None => Some(folder),
    }
}

/// The address of `origin` or, without one, of the first remote.
fn remote(git: &Path, places: &dyn Places) -> Option<String> {
    let config = places.text(&git.join("config"))?;
    let mut section = "";
    let mut first = None;
    for line in config.lines().map(str::trim) {
        if line.starts_with('[') {
            section = line;
            continue;
        }
        let Some((key, value)) = line.split_once('=') else { continue };
        if section.starts_with("[remote ") && key.trim() == "url" {
            let address = normalize(value.trim().trim_matches('"'));
            if section == "[remote \"origin\"]" {
                return address;
            }
            first = first.or(address);
        }
    }
    first
}

/// An address as all its spellings have it, without what signs in.
///
/// `git@github.com:o/r.git`, `https://me:token@GitHub.com/o/r` → `github.com/o/r`
fn normalize(address: &str) -> Option<String> {
    let (host, path) = match address.split_once("://") {
        Some(("file", path)) => ("", path),
        Some((_, rest)) => rest.split_once('/')?,
        None => match address.split_once(':') {
            // A host before a colon is ssh's short form; a drive's letter is not.
            Some((host, path)) if host.len() > 1 && !host.contains(['/', '\\']) => (host, path),
            _ => ("", address),
        },
    };
    let host = host.rsplit('@').next().unwrap_or(host);
    let host = host.split(':').next().unwrap_or(host).to_lowercase();
    let path = path.split(['?', '#']).next().unwrap_or(path);
    let path = path.trim_end_matches('/');
    let path = path.strip_suffix(".git").unwrap_or(path).trim_end_matches('/');
    match (host.is_empty(), path.is_empty()) {
        (_, true) => None,
        (true, false) => Some(path.to_owned()),
        (false, false) => Some(format!("{host}/{}", path.trim_start_matches('/'))),
    }
}

/// The oldest commit that this copy's log of `HEAD` has.
fn first_commit(git: &Path, places: &dyn Places) -> Option<String> {
    let log = places.text(&git.join("logs").join("HEAD"))?;
    let commit = log.lines().next()?.split(' ').nth(1)?;
    let is_digest = commit.len() >= 40 && commit.bytes().all(|byte| byte.is_ascii_hexdigit());
    is_digest.then(|| format!("commit:{commit}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeMap;
    use std::ffi::OsString;

    /// Files with their text; a folder is what a file is below.
    struct Tree(BTreeMap<&'static str, &'static str>);

    impl Places for Tree {
        fn exists(&self, path: &Path) -> bool {
            self.text(path).is_some() || self.is_folder(path)
        }

        fn is_folder(&self, path: &Path) -> bool {
            self.0.keys().any(|file| Path::new(file) != path && Path::new(file).starts_with(path))
        }

        fn folders_in(&self, _: &Path) -> Vec<OsString> {
            Vec::new()
        }

        fn text(&self, path: &Path) -> Option<String> {
            self.0.get(path.to_str()?).map(|text| (*text).to_owned())
        }
    }

    const COMMIT: &str = "0000000000000000000000000000000000000000 \
        9fceb02d0ae598e95dc970b74767f19372d61af8 A <a@example.com> 1 +0000\tcommit (initial): x\n";

    #[track_caller]
    fn check(files: &[(&'static str, &'static str)], file: &str, expected: Option<(&str, &str)>) {
        let tree = Tree(files.iter().copied().collect());
        let found = identify(Path::new(file), &tree);
        let found = found.as_ref().map(|it| (it.repository.as_str(), it.path.as_str()));
        assert_eq!(found, expected);
    }

    #[test]
    fn repository_is_named_by_its_remote() {
        let config = "[core]\n\tbare = false\n[remote \"fork\"]\n\turl = https://x.example/f\n\
            [remote \"origin\"]\n\turl = git@github.com:o/r.git\n\tfetch = +refs/*\n";
        let files = [("/r/.git/config", config), ("/r/.git/logs/HEAD", COMMIT)];
        check(&files, "/r/a/team.json", Some(("github.com/o/r", "a/team.json")));
        let fork = [("/r/.git/config", "[remote \"fork\"]\nurl=https://x.example/f\n")];
        check(&fork, "/r/team.json", Some(("x.example/f", "team.json")));
    }

    #[test]
    fn repository_without_remote_is_named_by_its_first_commit() {
        let files = [("/r/.git/config", "[core]\n"), ("/r/.git/logs/HEAD", COMMIT)];
        let id = "commit:9fceb02d0ae598e95dc970b74767f19372d61af8";
        check(&files, "/r/team.json", Some((id, "team.json")));
        check(&[("/r/.git/config", "")], "/r/team.json", None);
        check(&[("/r/team.json", "{}")], "/r/team.json", None);
    }

    #[test]
    fn linked_worktree_has_the_name_of_its_repository() {
        let files = [
            ("/w/.git", "gitdir: /r/.git/worktrees/w\n"),
            ("/r/.git/worktrees/w/commondir", "/r/.git\n"),
            ("/r/.git/config", "[remote \"origin\"]\nurl = /srv/git/r.git\n"),
        ];
        check(&files, "/w/team.json", Some(("/srv/git/r", "team.json")));
        let submodule = [
            ("/r/sub/.git", "gitdir: /r/.git/modules/sub"),
            ("/r/.git/modules/sub/config", "[remote \"origin\"]\nurl = ssh://git@h:22/o/s\n"),
        ];
        check(&submodule, "/r/sub/x/team.json", Some(("h/o/s", "x/team.json")));
    }

    #[test]
    fn spellings_of_an_address_are_one_and_hold_no_secret() {
        for (address, name) in [
            ("git@github.com:o/r.git", Some("github.com/o/r")),
            ("ssh://git@github.com:22/o/r", Some("github.com/o/r")),
            ("https://me:ghp_secret@GitHub.com/o/r.git/", Some("github.com/o/r")),
            ("https://github.com/o/r?token=secret#x", Some("github.com/o/r")),
            ("file:///srv/r.git", Some("/srv/r")),
            ("C:\\git\\r.git", Some("C:\\git\\r")),
            ("../r", Some("../r")),
            ("https://", None),
            ("", None),
        ] {
            assert_eq!(normalize(address).as_deref(), name, "{address}");
        }
    }
}
