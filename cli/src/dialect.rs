//! Files that are read as a host reads them: with `--as HOST`, and those that are a host's own by
//! their place or their name.

use std::ffi::OsStr;
use std::path::{Component, Path};
use std::sync::Arc;

use hatch_adapters::SHIPPED;
use hatch_core::adapter::HostAdapter;
use hatch_core::environment::Environment;
use hatch_core::environment::paste::{self, PasteError};
use hatch_core::host::{Candidate, HostDescriptor, Root};
use hatch_sandbox::Table;

use crate::commands::known::unknown;
use crate::context::Context;
use crate::error::Fault;

/// The word for hatch's own form.
const OWN: &str = "hatch";

/// Names of files that many programs use, which say nothing without their folder.
const COMMON: [&str; 6] = [
    "config.json",
    "mcp.json",
    "mcp-config.json",
    "mcp_config.json",
    "mcp_settings.json",
    "settings.json",
];

/// The adapter that a file is to be read with, as `--as` says or, without it, as the file's path
/// does; `None` for the common form.
pub fn of(
    cx: &Context,
    path: &Path,
    as_host: Option<&str>,
) -> Result<Option<Arc<dyn HostAdapter>>, Fault> {
    match as_host {
        Some(OWN) => Ok(None),
        Some(name) => named(cx, name).map(Some),
        None => {
            let found = by_path(cx, path);
            if let Some(adapter) = &found {
                let HostDescriptor { id, name, .. } = adapter.descriptor();
                cx.output.note(&format!(
                    "`{}` is read as {name} ({id}) reads it; `--as {OWN}` reads it as it stands",
                    path.display()
                ));
            }
            Ok(found)
        }
    }
}

/// What a host's file has, as an environment. One server that can't be read is enough to refuse
/// it: what a source no longer has may be taken away from hosts.
pub fn environment(
    name: &str,
    bytes: &[u8],
    adapter: &dyn HostAdapter,
) -> Result<Environment, Fault> {
    let cannot = format!("environment `{name}` cannot be used");
    let pasted = paste::read_as(bytes, None, adapter);
    let pasted = pasted.map_err(|error| match error {
        PasteError::Parts(parts) if !parts.is_empty() => Fault::because(&cannot, &parts[0]),
        error => Fault::because(&cannot, &error),
    })?;
    match pasted.skipped.first() {
        None => Ok(pasted.environment),
        Some(fault) => {
            Err(Fault::because(cannot, fault)
                .hint("`hatch env import` leaves out what cannot be read"))
        }
    }
}

fn named(cx: &Context, name: &str) -> Result<Arc<dyn HostAdapter>, Fault> {
    match (cx.registry.get(name), hatch_adapters::shipped(name)) {
        (Ok(host), _) => Ok(host.adapter.clone()),
        (Err(_), Some(text)) => table(text).ok_or_else(|| Fault::new("the table is broken")),
        (Err(error), None) => {
            Err(unknown(&error).hint(format!("`--as {OWN}` is hatch's own form")))
        }
    }
}

fn by_path(cx: &Context, path: &Path) -> Option<Arc<dyn HostAdapter>> {
    let path = cx.absolute(path);
    let file = path.file_name()?.to_str()?;
    let known = cx.registry.hosts().iter().map(|host| host.adapter.clone());
    // Most files are of no host: no table is read that does not name this one.
    let shipped = SHIPPED.iter().filter(|(_, text)| text.contains(file));
    known.chain(shipped.filter_map(|(_, text)| table(text))).find(|adapter| {
        let documents = &adapter.descriptor().documents;
        let locations = documents.first().map(|it| it.locations.as_slice()).unwrap_or_default();
        locations.iter().any(|candidate| is_at(candidate, &path))
    })
}

fn table(text: &str) -> Option<Arc<dyn HostAdapter>> {
    Some(Arc::new(hatch_adapters::of_table(&Table::parse(text).ok()?)))
}

/// Whether a path ends as a place of a host's does, or its file has a name that only that host
/// uses.
fn is_at(candidate: &Candidate, path: &Path) -> bool {
    let names: Vec<&OsStr> = path
        .components()
        .filter_map(|part| match part {
            Component::Normal(name) => Some(name),
            _ => None,
        })
        .collect();
    let segments: Vec<_> = candidate.path.split('/').collect();
    let Some((file, _)) = segments.split_last() else { return false };
    let Some(own) = names.last().and_then(|name| name.to_str()) else { return false };
    if own == *file && !COMMON.contains(file) {
        return true;
    }
    // A folder that a variable names may be called anything.
    let is_named = !matches!(candidate.root, Root::Env(_) | Root::Pointer(_));
    let ends = names.iter().rev().zip(segments.iter().rev());
    let matches = |(name, segment): (&&OsStr, &&str)| match segment.split_once('*') {
        None => *name == OsStr::new(segment),
        Some((start, end)) => {
            name.to_str().is_some_and(|name| name.starts_with(start) && name.ends_with(end))
        }
    };
    is_named && segments.len() > 1 && names.len() >= segments.len() && ends.into_iter().all(matches)
}

#[cfg(test)]
mod tests {
    use super::*;
    use hatch_core::host::Scope;

    #[test]
    fn files_are_known_by_their_place_or_a_name_of_their_own() {
        let at = |path: &str| Candidate {
            scope: Scope::User,
            systems: vec![],
            root: Root::Home,
            path: path.to_owned(),
        };
        for (place, path, expected) in [
            (".mcp.json", "/x/team/.mcp.json", true),
            (".claude.json", "/home/ana/.claude.json", true),
            (".cursor/mcp.json", "/home/ana/.cursor/mcp.json", true),
            (".cursor/mcp.json", "/home/ana/mcp.json", false),
            (".cursor/mcp.json", "/mcp.json", false),
            ("a/cline_mcp_settings.json", "/tmp/cline_mcp_settings.json", true),
            ("P_*/x/mcp.json", "/P_1/x/mcp.json", true),
            ("P_*/x/mcp.json", "/Q_1/x/mcp.json", false),
            ("mcp.json", "/tmp/mcp.json", false),
        ] {
            assert_eq!(is_at(&at(place), Path::new(path)), expected, "{place} {path}");
        }
        let by_variable = Candidate { root: Root::Env("X".to_owned()), ..at("settings/mcp.json") };
        assert!(!is_at(&by_variable, Path::new("/any/settings/mcp.json")));
    }

    #[test]
    fn every_table_that_comes_with_hatch_is_under_its_own_name() {
        for (id, text) in SHIPPED {
            assert_eq!(Table::parse(text).unwrap().descriptor().id.as_str(), *id);
        }
    }
}
