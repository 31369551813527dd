//! The commands that servers start, as they are found on this machine.
//!
//! A desktop app does not have the shell's `PATH`, so what is found here may not be found by
//! it; what is not found here most likely is not found there either.

use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::path::Path;

use hatch_core::plan::{ChangeKind, Plan, TargetPlan};
use hatch_core::server::{Server, Transport};

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
        let mut said = Vec::new();
        for (server, command, shown) in commands(target) {
            let warning = known.entry(command.clone()).or_insert_with(|| warning(cx, &command));
            let Some(warning) = warning else { continue };
            // What is missing concerns each server; what a version manager has is said once.
            let text = match warning {
                Warning::Missing => {
                    format!("`{server}`: the command `{shown}` was not found here")
                }
                Warning::Managed(manager) => format!(
                    "`{shown}` is {manager}'s: apps that are not started from a shell may not \
                     find it, and its path changes with its version"
                ),
            };
            if !said.contains(&text) {
                said.push(text);
            }
        }
        target.warnings.extend(said);
    }
}

#[derive(Clone, Copy)]
enum Warning {
    Missing,
    Managed(&'static str),
}

fn warning(cx: &Context, command: &str) -> Option<Warning> {
    match context::find_command(command, &cx.roots) {
        None => Some(Warning::Missing),
        Some(path) => version_manager(&path).map(Warning::Managed),
    }
}

/// The commands that a host is newly given, each with its server and how it may be shown.
fn commands(target: &TargetPlan) -> Vec<(String, String, String)> {
    let changes = target.changes.iter().filter_map(|change| {
        let (ChangeKind::Add(fields) | ChangeKind::Update(fields)) = &change.kind else {
            return None;
        };
        let field = fields.iter().find(|field| field.field == "command")?;
        let after = field.after.as_ref()?;
        let command = after.clear.expose();
        let is_plain = !command.contains(['$', ' ', '%', '{']) && !command.is_empty();
        is_plain.then(|| (change.server.to_string(), command.to_owned(), after.masked.clone()))
    });
    changes.collect()
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
