//! The commands that servers start, as they are found on this machine.
//!
//! A desktop app does not have the shell's `PATH`, so what is found here may not be found by
//! it; what is not found here most likely is not found there either.

use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::path::{Path, PathBuf};

use hatch_core::host::Scope;
use hatch_core::owner::Owner;
use hatch_core::plan::{ChangeKind, Plan, TargetPlan};
use hatch_core::secret::mask_text;
use hatch_core::server::{Server, Stdio, Transport};
use hatch_core::template::{Place, Segment};

use crate::context::{self, Context};

/// Folders that version managers keep programs in, and whose names change with each version.
/// Learnt from their documentation: nvm, fnm, Volta, asdf, mise, nodenv, pyenv, rbenv, SDKMAN.
const VERSION_MANAGERS: [(&str, &str); 10] = [
    ("nvm", "nvm"),
    (".nvm", "nvm"),
    ("fnm_multishells", "fnm"),
    (".volta", "Volta"),
    (".asdf", "asdf"),
    ("mise", "mise"),
    (".nodenv", "nodenv"),
    (".pyenv", "pyenv"),
    (".rbenv", "rbenv"),
    (".sdkman", "SDKMAN"),
];

/// Where the commands of these servers are, by name; `None` for what is not found.
pub fn full_paths<'a>(
    cx: &Context,
    servers: impl IntoIterator<Item = &'a Server>,
    more: Option<&str>,
) -> BTreeMap<String, Option<String>> {
    let command = |server: &'a Server| match &server.transport {
        Transport::Stdio(stdio) => stdio.command.as_literal(),
        _ => None,
    };
    let names = servers.into_iter().filter_map(command).chain(more);
    let mut paths = BTreeMap::new();
    for name in names.filter(|name| is_name(name)) {
        paths.entry(name.to_owned()).or_insert_with(|| {
            let path = context::find_command(name, &cx.roots)?;
            path.into_os_string().into_string().ok()
        });
    }
    paths
}

/// Warns of commands that a host is given and may not find.
pub fn warn(cx: &Context, plan: &mut Plan) {
    if !cx.roots.variables.contains_key(OsStr::new("PATH")) {
        return;
    }
    let mut known = BTreeMap::new();
    for target in &mut plan.targets {
        let project = project_of(cx, target);
        let hidden = target.hidden();
        let show = |text: &str| mask_text(&hidden.mask(text));
        let mut said = Vec::new();
        for (server, stdio, command) in commands(target) {
            let folder = match is_relative(command) {
                true => match folder(stdio, project.as_deref()) {
                    Folder::Known(folder) => Some(folder),
                    Folder::Unknown => continue,
                    Folder::OfTheHost => {
                        said.push(relative_to_the_host(&server, &show(command), &target.name));
                        continue;
                    }
                },
                false => None,
            };
            let place = (command.to_owned(), folder);
            let warning = known.entry(place).or_insert_with_key(|(command, folder)| {
                warning(cx, command, folder.as_deref(), stdio.args.is_empty())
            });
            // What is missing concerns each server; what a version manager has is said once.
            let text = match warning {
                None => continue,
                Some(Warning::Missing) => {
                    format!("`{server}`: the command `{}` was not found here", show(command))
                }
                Some(Warning::CommandLine(words)) => {
                    let words: Vec<_> = words.iter().map(|word| show(word)).collect();
                    a_command_line(&server, &target.name, &words)
                }
                Some(Warning::Managed(manager)) => format!(
                    "`{}` is {manager}'s: apps that are not started from a shell may not \
                     find it, and its path changes with its version",
                    show(command)
                ),
            };
            if !said.contains(&text) {
                said.push(text);
            }
        }
        target.warnings.extend(said);
    }
}

enum Warning {
    Missing,
    /// It is a command with its arguments, which are these.
    CommandLine(Vec<String>),
    Managed(&'static str),
}

fn warning(
    cx: &Context,
    command: &str,
    folder: Option<&Path>,
    is_without_args: bool,
) -> Option<Warning> {
    let found = match folder {
        Some(folder) => context::find_command_in(command, folder),
        None => context::find_command(command, &cx.roots),
    };
    match found {
        Some(path) => version_manager(&path).map(Warning::Managed),
        None => Some(match shlex::split(command) {
            Some(words) if words.len() > 1 && is_without_args => Warning::CommandLine(words),
            _ => Warning::Missing,
        }),
    }
}

/// Hosts start a program of the name that stands in `command`, whole.
fn a_command_line(server: &str, host: &str, words: &[String]) -> String {
    let quoted =
        |words: &[String]| shlex::try_join(words.iter().map(String::as_str)).unwrap_or_default();
    let (command, args) = words.split_at(1);
    format!(
        "`{server}`: `{}` is a whole command line, and {host} looks for a program of that name; \
         split it into the command `{}` and the arguments `{}`",
        quoted(words),
        quoted(command),
        quoted(args)
    )
}

fn relative_to_the_host(server: &str, command: &str, host: &str) -> String {
    format!(
        "`{server}`: `{command}` is looked for below the folder that {host} happens to be started \
         in; write its full path"
    )
}

/// The project whose file a target is, if it is one's.
fn project_of(cx: &Context, target: &TargetPlan) -> Option<PathBuf> {
    let Owner::Host(id) = &target.owner else { return None };
    let host = cx.registry.get(id.as_str()).ok()?;
    let written = cx.as_written(&target.files.first()?.location);
    let is_of = |scope| {
        let places = cx.places(host, scope).unwrap_or_default();
        places.first().is_some_and(|place| place.path == written)
    };
    // In the home folder a file may be both: it is the user's then.
    (is_of(Scope::Project) && !is_of(Scope::User)).then(|| cx.roots.project.clone())
}

/// Where a relative command is looked for.
enum Folder {
    Known(PathBuf),
    /// A reference decides, which only the host can follow.
    Unknown,
    /// In whatever folder the host was started.
    OfTheHost,
}

/// The folder that a server is started in: its own, else its project's.
fn folder(stdio: &Stdio, project: Option<&Path>) -> Folder {
    let Some(cwd) = &stdio.cwd else {
        return project.map_or(Folder::OfTheHost, |project| Folder::Known(project.to_owned()));
    };
    let mut path = PathBuf::new();
    for segment in cwd.segments() {
        match (segment, project) {
            (Segment::Literal(text), _) => path.as_mut_os_string().push(text),
            (Segment::Place(Place::WorkspaceFolder), Some(project)) => {
                path.as_mut_os_string().push(project);
            }
            _ => return Folder::Unknown,
        }
    }
    match (path.is_absolute(), project) {
        (true, _) => Folder::Known(path),
        (false, Some(project)) => Folder::Known(project.join(path)),
        (false, None) => Folder::OfTheHost,
    }
}

/// The commands that a host is newly given, each with its server.
fn commands(target: &TargetPlan) -> Vec<(String, &Stdio, &str)> {
    let changes = target.changes.iter().filter_map(|change| {
        let (ChangeKind::Add(fields) | ChangeKind::Update(fields)) = &change.kind else {
            return None;
        };
        let is_new = fields.iter().any(|field| ["command", "cwd"].contains(&field.field.as_str()));
        let Some(Transport::Stdio(stdio)) = change.after.as_ref().map(|it| &it.transport) else {
            return None;
        };
        let command = stdio.command.as_literal()?;
        let is_plain = !command.contains(['$', '%', '{']) && !command.trim().is_empty();
        (is_new && is_plain).then(|| (change.server.to_string(), stdio, command))
    });
    changes.collect()
}

/// Whether a command is a path that begins in no particular folder.
fn is_relative(command: &str) -> bool {
    let first = command.split_whitespace().next().unwrap_or_default();
    !is_name(first) && !first.starts_with('~') && Path::new(first).is_relative()
}

/// Whether a command is looked up in the folders of `PATH`.
fn is_name(command: &str) -> bool {
    !command.is_empty() && Path::new(command).components().count() == 1
}

fn version_manager(path: &Path) -> Option<&'static str> {
    path.components().find_map(|part| {
        let part = part.as_os_str().to_str()?;
        VERSION_MANAGERS.iter().find(|(folder, _)| *folder == part).map(|(_, name)| *name)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[cfg(unix)]
    #[test]
    fn a_relative_command_is_looked_for_where_its_server_starts() {
        let found = |cwd: Option<&str>, project: Option<&str>| {
            let cwd = cwd.map(hatch_core::template::Template::parse);
            let stdio = Stdio { cwd, ..Stdio::default() };
            match folder(&stdio, project.map(Path::new)) {
                Folder::Known(folder) => folder.display().to_string(),
                Folder::Unknown => "unknown".to_owned(),
                Folder::OfTheHost => "host".to_owned(),
            }
        };
        assert_eq!(found(None, Some("/p")), "/p");
        assert_eq!(found(Some("sub"), Some("/p")), "/p/sub");
        assert_eq!(found(Some("${workspaceFolder}/sub"), Some("/p")), "/p/sub");
        assert_eq!(found(Some("/srv"), None), "/srv");
        assert_eq!(found(Some("${env:X}"), Some("/p")), "unknown");
        assert_eq!(found(Some("sub"), None), "host");
        assert_eq!(found(None, None), "host");
    }

    #[test]
    fn version_managers_are_known_by_their_folders() {
        for (path, manager) in [
            ("/home/sam/.nvm/versions/node/v22.1.0/bin/npx", Some("nvm")),
            ("/home/sam/.local/share/mise/installs/node/22/bin/npx", Some("mise")),
            ("/home/sam/.pyenv/shims/uvx", Some("pyenv")),
            ("/usr/local/bin/npx", None),
            ("/srv/envmise/bin/npx", None),
        ] {
            assert_eq!(version_manager(Path::new(path)), manager, "{path}");
        }
    }
}
