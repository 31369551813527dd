//! Places that no foreign adapter is let near, whatever its user would agree to: keys, what
//! shells and sessions run at their start, and hatch's own folder.
//!
//! What a descriptor asks for is looked at when it is installed. Where a document really
//! is, links followed, is looked at again in every run: a link and a variable can lead
//! anywhere.

use std::path::{Component, Path};

use hatch_core::host::{HostDescriptor, Root};

/// Why a place is reserved.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{place}` is {what}, which no adapter may touch")]
pub struct Reserved {
    /// The place, as the descriptor or the user writes it.
    pub place: String,
    /// What is kept there.
    pub what: &'static str,
}

const KEYS: &str = "where keys and passwords are kept";
const STARTUP: &str = "what is run by itself";
const OWN: &str = "hatch's own folder";
const OTHERS: &str = "what other programs run or trust";

/// Names of files and folders, wherever they are: with `/`, of one in another.
const NAMES: &[(&str, &str)] = &[
    (".ssh", KEYS),
    (".aws", KEYS),
    (".azure", KEYS),
    (".gnupg", KEYS),
    (".kube", KEYS),
    (".docker", KEYS),
    (".netrc", KEYS),
    ("_netrc", KEYS),
    (".pgpass", KEYS),
    (".npmrc", KEYS),
    (".pypirc", KEYS),
    (".git-credentials", KEYS),
    (".password-store", KEYS),
    (".mozilla", KEYS),
    ("gcloud", KEYS),
    ("keyrings", KEYS),
    ("keychains", KEYS),
    (".cargo", OTHERS),
    (".git", OTHERS),
    (".gitconfig", OTHERS),
    (".config/git", OTHERS),
    (".bashrc", STARTUP),
    (".bash_login", STARTUP),
    (".bash_logout", STARTUP),
    (".bash_profile", STARTUP),
    (".profile", STARTUP),
    (".zshenv", STARTUP),
    (".zshrc", STARTUP),
    (".zlogin", STARTUP),
    (".zlogout", STARTUP),
    (".zprofile", STARTUP),
    (".config/fish", STARTUP),
    (".config/nushell", STARTUP),
    (".config/systemd", STARTUP),
    (".config/autostart", STARTUP),
    (".xprofile", STARTUP),
    (".xinitrc", STARTUP),
    (".local/bin", STARTUP),
    ("launchagents", STARTUP),
    ("windowspowershell", STARTUP),
    ("powershell", STARTUP),
    ("start menu", STARTUP),
    (".hatch", OWN),
];

/// Variables whose folder is reserved, or holds what is.
const VARIABLES: &[(&str, &str)] = &[
    ("HOME", OTHERS),
    ("USERPROFILE", OTHERS),
    ("PWD", OTHERS),
    ("OLDPWD", OTHERS),
    ("HATCH_HOME", OWN),
    ("GNUPGHOME", KEYS),
    ("DOCKER_CONFIG", KEYS),
    ("CARGO_HOME", OTHERS),
    ("ZDOTDIR", STARTUP),
];

/// Looks at all places that a descriptor asks for.
///
/// # Errors
///
/// Fails with the first one that is reserved.
pub fn check(descriptor: &HostDescriptor) -> Result<(), Reserved> {
    let locations = descriptor.documents.iter().flat_map(|document| &document.locations);
    for location in locations {
        let before = match &location.root {
            Root::Config => ".config/",
            Root::LocalData => ".local/share/",
            _ => "",
        };
        named(&format!("{before}{}", location.path))?;
        match &location.root {
            Root::Pointer(file) => named(file)?,
            Root::Env(name) => variable(name)?,
            _ => {}
        }
    }
    Ok(())
}

/// Looks at where a document really is. `shown` is how its user writes it.
///
/// # Errors
///
/// Fails where that is reserved.
pub fn check_path(path: &Path, shown: &str, home: &Path, own: &Path) -> Result<(), Reserved> {
    if path.starts_with(own) {
        return Err(Reserved { place: shown.to_owned(), what: OWN });
    }
    let below = path.strip_prefix(home).unwrap_or(path);
    let segments: Vec<_> = below
        .components()
        .filter_map(|part| match part {
            Component::Normal(name) => Some(name.to_string_lossy().into_owned()),
            _ => None,
        })
        .collect();
    named(&segments.join("/")).map_err(|error| Reserved { place: shown.to_owned(), ..error })
}

fn variable(name: &str) -> Result<(), Reserved> {
    let is = |(known, _): &&(&str, &str)| known.eq_ignore_ascii_case(name);
    match VARIABLES.iter().find(is) {
        Some((_, what)) => Err(Reserved { place: format!("${name}"), what }),
        None => Ok(()),
    }
}

/// Looks for reserved names among the segments of a path, each of which may hold a `*`.
fn named(path: &str) -> Result<(), Reserved> {
    let lower = path.to_lowercase();
    let segments: Vec<_> = lower.split('/').collect();
    let is_in = |name: &str| {
        let name: Vec<_> = name.split('/').collect();
        let fits = |window: &[&str]| window.iter().zip(&name).all(|(it, name)| fits(it, name));
        segments.windows(name.len()).any(fits)
    };
    match NAMES.iter().find(|(name, _)| is_in(name)) {
        Some((_, what)) => Err(Reserved { place: path.to_owned(), what }),
        None => Ok(()),
    }
}

/// Whether a segment is this name, or its `*` can stand for a part of it.
fn fits(segment: &str, name: &str) -> bool {
    match segment.split_once('*') {
        None => segment == name,
        Some((before, after)) => {
            name.len() >= before.len() + after.len()
                && name.starts_with(before)
                && name.ends_with(after)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::grants::tests::descriptor;

    fn refused(path: &str) -> bool {
        check(&descriptor(&[path], &[&["servers"]])).is_err()
    }

    #[test]
    fn keys_and_what_runs_by_itself_are_reserved() {
        for path in [
            ".ssh/config.json",
            ".SSH/config.json",
            "work/.ssh/id.json",
            ".aws/mcp.json",
            ".gnupg/x",
            ".bashrc",
            ".zshrc",
            ".config/fish/config.json",
            ".hatch/settings.json",
            ".s*/config.json",
            "*/config.json",
            ".git/config",
        ] {
            assert!(refused(path), "{path}");
        }
        for path in [".cursor/mcp.json", ".config/zed/settings.json", ".github/mcp.json", "*.app/x"]
        {
            assert!(!refused(path), "{path}");
        }
    }

    #[test]
    fn other_roots_lead_there_no_more_than_home() {
        let with_root = |root: Root, path: &str| {
            let mut descriptor = descriptor(&[path], &[&["servers"]]);
            descriptor.documents[0].locations[0].root = root;
            check(&descriptor)
        };
        assert!(with_root(Root::Config, "fish/config.json").is_err());
        assert!(with_root(Root::Config, "Claude/config.json").is_ok());
        assert!(with_root(Root::LocalData, "keyrings/x.json").is_err());
        assert!(with_root(Root::Env("HATCH_HOME".into()), "settings.json").is_err());
        assert!(with_root(Root::Env("GEMINI_CLI_HOME".into()), ".gemini/settings.json").is_ok());
        assert!(with_root(Root::Env("ANY".into()), ".ssh/config.json").is_err());
        assert!(with_root(Root::Pointer(".ssh/pointer".into()), "mcp.json").is_err());
        let error = with_root(Root::Project, ".git/hooks.json").unwrap_err();
        assert_eq!(
            error.to_string(),
            "`.git/hooks.json` is what other programs run or trust, which no adapter may touch"
        );
    }

    #[test]
    fn where_a_link_leads_counts() {
        let check = |path: &str| {
            let (home, own) = (Path::new("/home/a"), Path::new("/srv/hatch"));
            check_path(Path::new(path), "~/.example.json", home, own)
        };
        assert!(check("/home/a/.ssh/config").is_err());
        assert!(check("/srv/hatch/settings.json").is_err());
        assert!(check("/home/a/dotfiles/example.json").is_ok());
        let error = check("/srv/hatch/state.json").unwrap_err();
        assert_eq!(
            error.to_string(),
            "`~/.example.json` is hatch's own folder, which no adapter may touch"
        );
    }
}
