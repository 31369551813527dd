//! Places that no foreign adapter is let near, whatever its user would agree to: keys, what
//! shells, sessions and other programs run, and hatch's own folder.
//!
//! What a descriptor asks for is looked at when it is installed. Where a document really
//! is, links followed, is looked at again in every run: a link and a variable can lead
//! anywhere. Some files hold servers next to what is run: of those, sections about servers
//! alone can be had.

mod places;

use std::borrow::Cow;
use std::path::{Component, Path, PathBuf};

use hatch_core::host::{DocumentSpec, HostDescriptor, Root};
use hatch_core::locate::Roots;

use places::{ALIASES, FILES, FOLDERS, FOLDERS_OF_VARIABLES, RUN, SYSTEM, VARIABLES};

/// Words that mean something else where the command line takes a host.
pub const WORDS: [&str; 2] = ["all", "env"];

/// What stands for the home folder in the names of places.
const HOME: &str = "~/";

/// Why something is reserved.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Reserved {
    /// A place.
    #[error("`{place}` is {what}, which no adapter may touch")]
    Place {
        /// The place, as the descriptor or the user writes it.
        place: String,
        /// What is kept there.
        what: &'static str,
    },
    /// A section.
    #[error("`{section}` in `{place}` is {what}, which no adapter may touch")]
    Section {
        /// The keys of the section, joined by dots.
        section: String,
        /// Where it is.
        place: String,
        /// What it holds.
        what: &'static str,
    },
    /// A section of a file that other programs run or trust the rest of.
    #[error(
        "`{section}` in `{place}` is out of reach: of this file, adapters get sections about MCP servers only"
    )]
    Shared {
        /// The keys of the section, joined by dots, or `everything`.
        section: String,
        /// Where it is.
        place: String,
    },
    /// A path that Windows may take for another one.
    #[error("`{0}` may be the short name of another file: an adapter must use the long one")]
    ShortName(String),
    /// An id that the command line has a meaning for.
    #[error("invalid adapter id `{0}`: it has a meaning of its own on the command line")]
    Word(String),
}

/// What is kept in a place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum What {
    Keys,
    Startup,
    Others,
    Own,
    /// Servers, and what other programs run or trust.
    Shared,
}

impl What {
    fn in_words(self) -> &'static str {
        match self {
            What::Keys => "where keys and passwords are kept",
            What::Startup => "what is run by itself",
            What::Own => "hatch's own folder",
            What::Others | What::Shared => "what other programs run or trust",
        }
    }
}

/// The folders of a run, for [`check_path`].
#[derive(Clone, Copy)]
pub struct Grounds<'a> {
    /// The folders that hosts' files are looked for in.
    pub roots: &'a Roots,
    /// Hatch's own folder.
    pub own: &'a Path,
    /// Where a path leads, links followed; `None` where nothing is.
    pub follow: &'a dyn Fn(&Path) -> Option<PathBuf>,
}

/// Looks at an adapter's id, and at all places that a descriptor asks for.
///
/// # Errors
///
/// Fails with the first one that is reserved.
pub fn check(descriptor: &HostDescriptor) -> Result<(), Reserved> {
    let id = descriptor.id.as_str();
    if WORDS.contains(&id) {
        return Err(Reserved::Word(id.to_owned()));
    }
    for document in &descriptor.documents {
        let sections: Vec<_> = document.sections.iter().collect();
        for location in &document.locations {
            let path = &location.path;
            check_sections(path, &sections)?;
            check_short_names(path)?;
            match &location.root {
                Root::Config | Root::LocalData => {
                    for prefix in [".config/", ".local/share/"] {
                        check_text(&format!("{prefix}{path}"), path, &sections)?;
                    }
                }
                Root::Env(name) => {
                    check_variable(name)?;
                    check_text(&format!("{}{path}", folder_of(name)), path, &sections)?;
                }
                Root::Pointer(file) => {
                    check_short_names(file)?;
                    // What a pointer says is read, and so counts as all of it.
                    check_text(&format!("{HOME}{file}"), file, &[&Vec::new()])?;
                    check_text(path, path, &sections)?;
                }
                Root::Home => check_text(&format!("{HOME}{path}"), path, &sections)?,
                Root::Project => check_text(path, path, &sections)?,
            }
        }
    }
    Ok(())
}

/// Looks at where a document really is. `written` is its path with links not followed, and
/// `shown` how its user writes it.
///
/// # Errors
///
/// Fails where that is reserved.
pub fn check_path(
    path: &Path,
    (written, shown): (&Path, &str),
    descriptor: &HostDescriptor,
    grounds: Grounds<'_>,
) -> Result<(), Reserved> {
    let sections = sections_of(descriptor, written);
    check_sections(shown, &sections)?;
    let follow = |folder: &Path| (grounds.follow)(folder);
    let reserved = |what: What| Reserved::Place { place: shown.to_owned(), what: what.in_words() };
    let is_in = |folder: &Path| below(path, folder).is_some();
    if is_in(grounds.own) || follow(grounds.own).is_some_and(|own| is_in(&own)) {
        return Err(reserved(What::Own));
    }
    if SYSTEM.iter().any(|folder| is_in(Path::new(folder))) {
        return Err(reserved(What::Others));
    }
    check_text(&segments(path).join("/"), shown, &sections)?;
    let bases = bases(grounds.roots);
    for (base, prefix) in &bases {
        let real = follow(base).unwrap_or_else(|| base.clone());
        for folder in [base, &real] {
            if let Some(rest) = below(path, folder) {
                check_text(&format!("{prefix}{rest}"), shown, &sections)?;
            }
        }
    }
    // A reserved place that is a link itself counts where it leads.
    for (what, name) in rules() {
        let leads_here = |(base, prefix): &(PathBuf, &str)| {
            let at_home = (*prefix == HOME).then_some(name);
            let rest = name.strip_prefix(prefix).or(at_home);
            rest.and_then(|rest| follow(&base.join(rest))).is_some_and(|real| is_in(&real))
        };
        if bases.iter().any(leads_here) {
            verdict(what, shown, &sections)?;
        }
    }
    Ok(())
}

/// The sections of the documents that a file of this name can be; of all, where none is called
/// so, as it is with the hosts that a user named.
fn sections_of<'a>(descriptor: &'a HostDescriptor, written: &Path) -> Vec<&'a Vec<String>> {
    let name = written.file_name().unwrap_or_default().to_string_lossy();
    let is_called = |document: &&DocumentSpec| {
        let mut paths = document.locations.iter().map(|it| it.path.as_str());
        paths.any(|path| path.rsplit('/').next() == Some(&*name))
    };
    let documents = || descriptor.documents.iter();
    let found: Vec<_> = documents().filter(is_called).flat_map(|it| &it.sections).collect();
    if found.is_empty() { documents().flat_map(|it| &it.sections).collect() } else { found }
}

/// The folders that names are looked for in, and what each stands for.
fn bases(roots: &Roots) -> Vec<(PathBuf, &'static str)> {
    let mut bases = vec![
        (roots.home.clone(), HOME),
        (roots.project.clone(), ""),
        (roots.config.clone(), ".config/"),
        (roots.local_data.clone(), ".local/share/"),
    ];
    for (name, stands_for) in FOLDERS_OF_VARIABLES {
        let value = roots.variables.get(std::ffi::OsStr::new(name)).map(PathBuf::from);
        bases.extend(value.filter(|it| it.is_absolute()).map(|folder| (folder, *stands_for)));
    }
    bases
}

/// What a folder that a variable names stands for.
fn folder_of(variable: &str) -> &'static str {
    let is = |(name, _): &&(&str, &str)| name.eq_ignore_ascii_case(variable);
    FOLDERS_OF_VARIABLES.iter().find(is).map_or("", |(_, folder)| folder)
}

fn check_variable(name: &str) -> Result<(), Reserved> {
    match VARIABLES.iter().find(|(known, _)| known.eq_ignore_ascii_case(name)) {
        Some((_, what)) => {
            Err(Reserved::Place { place: format!("${name}"), what: what.in_words() })
        }
        None => Ok(()),
    }
}

/// Windows gives files with long names a short one: `.ssh` can be `SSH~1`.
fn check_short_names(path: &str) -> Result<(), Reserved> {
    let is_short = |at: usize| path[at + 1..].starts_with(|next: char| next.is_ascii_digit());
    match path.match_indices('~').any(|(at, _)| is_short(at)) {
        true => Err(Reserved::ShortName(path.to_owned())),
        false => Ok(()),
    }
}

/// Sections of what is run are refused in every file.
fn check_sections(place: &str, sections: &[&Vec<String>]) -> Result<(), Reserved> {
    let runs = |section: &&&Vec<String>| words(section).any(|word| RUN.contains(&word.as_str()));
    match sections.iter().find(runs) {
        Some(section) => Err(Reserved::Section {
            section: section.join("."),
            place: place.to_owned(),
            what: What::Others.in_words(),
        }),
        None => Ok(()),
    }
}

/// The words of a section's keys: `amp.mcp_servers` has `amp` and `mcpservers`.
fn words(section: &[String]) -> impl Iterator<Item = String> {
    let parts = section.iter().flat_map(|key| key.split('.'));
    parts.map(|part| fold(part).replace(['_', '-'], ""))
}

/// What comes of asking for these sections of a place.
fn verdict(what: What, place: &str, sections: &[&Vec<String>]) -> Result<(), Reserved> {
    let place = place.to_owned();
    if what != What::Shared {
        return Err(Reserved::Place { place, what: what.in_words() });
    }
    let is_of_servers = |section: &&&Vec<String>| {
        words(section).any(|word| {
            word.contains("mcp") || matches!(word.as_str(), "servers" | "contextservers")
        })
    };
    match sections.iter().find(|section| !is_of_servers(section)) {
        None => Ok(()),
        Some(section) => {
            let all = section.is_empty();
            let section = if all { "everything".to_owned() } else { section.join(".") };
            Err(Reserved::Shared { section, place })
        }
    }
}

fn rules() -> impl Iterator<Item = (What, &'static str)> {
    let all = FOLDERS.iter().chain(FILES);
    all.flat_map(|(what, names)| names.iter().map(|name| (*what, *name)))
}

/// Looks for reserved names in a path below some root, each segment of which may hold a `*`.
fn check_text(path: &str, place: &str, sections: &[&Vec<String>]) -> Result<(), Reserved> {
    let folded = fold(path);
    let aliases = ALIASES.iter().filter_map(|(name, stand_for)| {
        let rest = folded.strip_prefix(HOME)?.strip_prefix(name)?;
        Some(stand_for.iter().map(move |prefix| format!("{prefix}{rest}")))
    });
    for path in aliases.flatten().chain([folded.clone()]) {
        let segments: Vec<_> = path.split('/').collect();
        for (what, names) in FOLDERS {
            if names.iter().any(|name| is_below(&segments, &fold(name))) {
                verdict(*what, place, sections)?;
            }
        }
        for (what, names) in FILES {
            if names.iter().any(|name| ends(&segments, &fold(name))) {
                verdict(*what, place, sections)?;
            }
        }
    }
    Ok(())
}

/// Whether these segments have this name anywhere.
fn is_below(segments: &[&str], name: &str) -> bool {
    let name: Vec<_> = name.split('/').collect();
    segments.windows(name.len()).any(|window| all_fit(window, &name))
}

fn ends(segments: &[&str], name: &str) -> bool {
    let name: Vec<_> = name.split('/').collect();
    segments.windows(name.len()).last().is_some_and(|window| all_fit(window, &name))
}

fn all_fit(window: &[&str], name: &[&str]) -> bool {
    window.iter().zip(name).all(|(segment, name)| fits(segment, name))
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

/// What follows a folder in a path, as systems that fold names compare them.
fn below(path: &Path, folder: &Path) -> Option<String> {
    let (path, folder) = (segments(path), segments(folder));
    let is_same = |(one, other): (&Cow<'_, str>, &Cow<'_, str>)| fold(one) == fold(other);
    let is_below = path.len() >= folder.len() && path.iter().zip(&folder).all(is_same);
    is_below.then(|| path[folder.len()..].join("/"))
}

/// The names in a path, and on Windows its drive, without the `\\?\` of a path that was followed.
fn segments(path: &Path) -> Vec<Cow<'_, str>> {
    let named = path.components().filter(|part| !matches!(part, Component::RootDir));
    named
        .map(|part| match part {
            Component::Prefix(drive) => {
                let drive = drive.as_os_str().to_string_lossy().into_owned();
                Cow::Owned(drive.trim_start_matches(r"\\?\").to_owned())
            }
            part => part.as_os_str().to_string_lossy(),
        })
        .collect()
}

/// A name as the least exact of file systems compares it: without case, where `ſ` is an `s` and
/// the Kelvin sign a `k`, and without the characters that HFS+ passes over.
///
/// Reserved names are ASCII, so how other letters are composed makes no difference to them.
fn fold(name: &str) -> String {
    let is_seen = |c: &char| {
        !matches!(c, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}')
            && *c != '\u{feff}'
    };
    let seen = name.chars().filter(is_seen);
    seen.flat_map(char::to_uppercase).flat_map(char::to_lowercase).collect()
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

    fn roots() -> Roots {
        Roots {
            os: hatch_core::host::Os::Linux,
            home: "/home/a".into(),
            config: "/srv/config".into(),
            local_data: "/home/a/.local/share".into(),
            project: "/srv/team".into(),
            variables: [("CLAUDE_CONFIG_DIR".into(), "/srv/claude".into())].into(),
        }
    }

    fn check_real(
        path: &str,
        sections: &[&[&str]],
        links: &[(&str, &str)],
    ) -> Result<(), Reserved> {
        let roots = roots();
        let follow = |path: &Path| {
            let real = links.iter().find(|(link, _)| path == Path::new(link));
            real.map(|(_, real)| PathBuf::from(real))
        };
        let grounds = Grounds { roots: &roots, own: Path::new("/srv/hatch"), follow: &follow };
        let written = (Path::new("/home/a/.example.json"), "~/.example.json");
        check_path(Path::new(path), written, &descriptor(&[".example.json"], sections), grounds)
    }

    #[test]
    fn where_a_link_leads_counts() {
        let check = |path: &str| check_real(path, &[&["servers"]], &[]);
        for path in [
            "/home/a/.ssh/config",
            "/srv/hatch/settings.json",
            "/SRV/Hatch/settings.json",
            "/srv/config/gh/hosts.yml",
            "/srv/claude/.credentials.json",
            "/srv/claude/hooks/x.json",
            "/srv/team/.vscode/tasks.json",
            "/etc/cron.d/x",
            "/home/a/bin/x.json",
        ] {
            assert!(check(path).is_err(), "{path}");
        }
        for path in ["/home/a/dotfiles/example.json", "/srv/claude/.claude.json", "/srv/team/bin/x"]
        {
            assert_eq!(check(path), Ok(()), "{path}");
        }
        let error = check("/srv/hatch/state.json").unwrap_err();
        assert_eq!(
            error.to_string(),
            "`~/.example.json` is hatch's own folder, which no adapter may touch"
        );
    }

    #[test]
    fn a_reserved_name_that_is_a_link_counts_where_it_leads() {
        let links = [
            ("/home/a/.ssh", "/data/keys"),
            ("/srv/config/fish", "/data/fish"),
            ("/home/a/.claude/settings.json", "/data/claude.json"),
            ("/srv/hatch", "/data/hatch"),
        ];
        let check = |path: &str, section: &str| check_real(path, &[&[section]], &links);
        for path in ["/data/keys/x.json", "/data/fish/x.json", "/data/hatch/x.json"] {
            assert!(check(path, "mcpServers").is_err(), "{path}");
        }
        assert_eq!(check("/data/claude.json", "mcpServers"), Ok(()));
        assert!(check("/data/claude.json", "theme").is_err());
        assert_eq!(check("/data/other.json", "mcpServers"), Ok(()));
    }

    #[test]
    fn tokens_and_commands_of_hosts_are_reserved() {
        for path in [
            ".claude/.credentials.json",
            ".codex/auth.json",
            ".gemini/oauth_creds.json",
            ".vscode/tasks.json",
            "Library/Application Support/Code/User/tasks.json",
            "AppData/Roaming/GitHub CLI/hosts.yml",
            ".cursor/hooks.json",
            "package.json",
            ".config/google-chrome/NativeMessagingHosts/x.json",
            "Library/Application Support/Mozilla/NativeMessagingHosts/x.json",
            ".local/share/jupyter/kernels/x/kernel.json",
            ".config/containers/auth.json",
            ".config/gh/hosts.yml",
            ".config/op/config",
            ".config/age/keys.txt",
            "work/.envrc",
            ".xsession",
            "Library/LaunchAgents/x.json",
            "bin/x.json",
        ] {
            assert!(refused(path), "{path}");
        }
    }

    #[test]
    fn files_with_more_than_servers_are_granted_by_section() {
        let asked = |path: &str, section: &[&str]| check(&descriptor(&[path], &[section]));
        for path in [
            ".claude/settings.json",
            ".gemini/settings.json",
            ".config/Code/User/settings.json",
            ".devcontainer/devcontainer.json",
            ".claude.json",
        ] {
            for section in [&["mcpServers"][..], &["mcp", "servers"], &["amp.mcpServers"]] {
                assert_eq!(asked(path, section), Ok(()), "{path} {section:?}");
            }
            for section in [&[][..], &["theme"], &["hooks"], &["mcp", "env"], &["mcp.tasks"]] {
                assert!(asked(path, section).is_err(), "{path} {section:?}");
            }
        }
        let error = asked(".claude/settings.json", &[]).unwrap_err();
        assert_eq!(
            error.to_string(),
            "`everything` in `.claude/settings.json` is out of reach: of this file, adapters get \
             sections about MCP servers only"
        );
        // What is run is refused in every file, and the whole of an unknown one can be had.
        assert_eq!(asked(".example.json", &[]), Ok(()));
        let error = asked(".example.json", &["Hooks", "mcp"]).unwrap_err();
        assert_eq!(
            error.to_string(),
            "`Hooks.mcp` in `.example.json` is what other programs run or trust, which no adapter \
             may touch"
        );
    }

    #[test]
    fn names_are_compared_as_the_least_exact_system_does() {
        for path in [
            ".SSH/x.json",
            ".\u{17f}sh/x.json",
            ".s\u{200c}sh/x.json",
            ".\u{212a}ube/x.json",
            "SSH~1/x.json",
            "a/CREDEN~12",
            ".Claude/.Credentials.JSON",
        ] {
            assert!(refused(path), "{path}");
        }
        for path in ["~example/mcp.json", ".\u{e9}xample/mcp.json", "a~b/mcp.json"] {
            assert!(!refused(path), "{path}");
        }
    }

    #[test]
    fn a_variable_that_names_a_folder_counts_as_that() {
        let with_variable = |name: &str, path: &str| {
            let mut descriptor = descriptor(&[path], &[&["mcpServers"]]);
            descriptor.documents[0].locations[0].root = Root::Env(name.to_owned());
            check(&descriptor)
        };
        for (name, path) in [
            ("XDG_CONFIG_HOME", "gh/hosts.yml"),
            ("APPDATA", "GitHub CLI/hosts.yml"),
            ("xdg_config_home", "fish/x.json"),
            ("XDG_DATA_HOME", "keyrings/x"),
            ("CLAUDE_CONFIG_DIR", "hooks/x.json"),
            ("CODEX_HOME", "rules/x.json"),
            ("GH_CONFIG_DIR", "x.json"),
            ("SystemRoot", "x.json"),
        ] {
            assert!(with_variable(name, path).is_err(), "{name} {path}");
        }
        assert_eq!(with_variable("CLAUDE_CONFIG_DIR", ".claude.json"), Ok(()));
        assert_eq!(with_variable("VSCODE_APPDATA", "Code/User/mcp.json"), Ok(()));
    }

    #[test]
    fn an_id_cannot_be_a_word_of_the_command_line() {
        for word in WORDS {
            let mut descriptor = descriptor(&[".example.json"], &[&["servers"]]);
            descriptor.id = hatch_core::host::HostId::new(word).unwrap();
            assert_eq!(check(&descriptor), Err(Reserved::Word(word.to_owned())));
        }
    }
}
