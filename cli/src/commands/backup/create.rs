//! `hatch mcp backup create`.

use hatch_core::backup::KeptBackup;
use hatch_core::host::Scope;
use hatch_core::location::Location;
use hatch_core::owner::Owner;
use hatch_core::registry::Host;
use hatch_core::store::Reader;

use super::{names, show};
use crate::args::backup::BackupCreateArgs;
use crate::commands::places::sites;
use crate::commands::targets::{LOOKED_FOR, available};
use crate::commands::write::{create_backup, operation, recover};
use crate::commands::{host, host_fault};
use crate::context::Context;
use crate::error::{CommandError, Fault};
use crate::exit::Exit;
use crate::view::count;
use crate::view::sanitize::sanitize_line;
use crate::view::style::{ADD, DIM};

/// Documents, and whose they are.
type Documents = Vec<(Owner, Location)>;

/// Copies files that nothing is about to change.
pub fn run(cx: &mut Context, args: &BackupCreateArgs) -> Result<Exit, CommandError> {
    cx.look_in_project(args.place.project.as_deref())?;
    recover(cx)?;
    let documents = documents(cx, &args.hosts, args.place.scope.scopes())?;
    let operation = operation()?;
    let kept = create_backup(cx, &operation, &documents)
        .map_err(|error| Fault::because("no backup was made", &error).failure())?;
    let made = format!("the backup `{}` was made", kept.id);
    cx.output.told(&made, report(cx, args, &kept));
    Ok(Exit::Success)
}

/// Shows the backup as it can be read now.
fn report(cx: &Context, args: &BackupCreateArgs, kept: &KeptBackup) -> Result<(), CommandError> {
    let hint = "`hatch mcp backup list` shows what there is";
    let made = super::open(cx, kept.id.as_str(), hint).map_err(Fault::failure)?;
    if args.json {
        return cx.output.json(&show::detail(cx, &made));
    }
    let copied = made.files.iter().filter(|file| file.copy.is_some()).count();
    let folder = kept.folder.to_string();
    let head = format!(
        "{ADD}Backed up{ADD:#} {}: {} {DIM}({}){DIM:#}\n\n",
        count(copied, "file"),
        kept.id,
        sanitize_line(&folder)
    );
    cx.output.print(&(head + &show::files(cx, &made, show::Columns::Made)))
}

/// Everything that is asked for, or every fault. Each file is read, so that one that can't be
/// is named together with all others.
fn documents(cx: &Context, list: &[String], scopes: &[Scope]) -> Result<Documents, CommandError> {
    let mut faults = Vec::new();
    let mut documents = Documents::new();
    let mut add = |found: Result<Documents, Fault>| match found {
        Ok(found) => {
            for document in found {
                if !documents.contains(&document) {
                    documents.push(document);
                }
            }
        }
        Err(fault) => faults.push(fault),
    };
    for name in names(list) {
        if name == "all" {
            for site in cx.registry.hosts().iter().flat_map(|host| sites(cx, host, scopes)) {
                if available(cx, site.host, site.scope).is_ok() {
                    add(of_host(cx, site.host, site.scope));
                }
            }
        } else {
            of_name(cx, name, scopes).into_iter().for_each(&mut add);
        }
    }
    if documents.is_empty() && faults.is_empty() {
        faults.push(Fault::new("there is no host to back up").hint(LOOKED_FOR));
    }
    CommandError::check(faults)?;
    Ok(documents)
}

/// The documents of a name. In both scopes those that exist are enough.
fn of_name(cx: &Context, name: &str, scopes: &[Scope]) -> Vec<Result<Documents, Fault>> {
    if name.starts_with("env:") {
        return vec![of_environment(cx, name)];
    }
    let host = match host(cx, name) {
        Ok(host) => host,
        Err(fault) => return vec![Err(fault)],
    };
    let sites = sites(cx, host, scopes);
    let available: Vec<_> =
        sites.iter().filter(|site| available(cx, host, site.scope).is_ok()).collect();
    match available.as_slice() {
        // Says what is missing of the first.
        [] => vec![of_host(cx, host, scopes.first().copied().unwrap_or(Scope::User))],
        some => some.iter().map(|site| of_host(cx, host, site.scope)).collect(),
    }
}

fn of_environment(cx: &Context, name: &str) -> Result<Documents, Fault> {
    let owner = super::owner(cx, name, &[])?;
    let Owner::Environment(environment) = &owner else { return Ok(Vec::new()) };
    let location = cx.environment_file(environment.as_str());
    let location = location.and_then(|at| cx.store.read(&at).map(|_| at));
    let location = location.map_err(|error| {
        Fault::because(format!("environment `{environment}` can't be read"), &error)
    })?;
    Ok(vec![(owner, location)])
}

fn of_host(cx: &Context, host: &Host, scope: Scope) -> Result<Documents, Fault> {
    let places = available(cx, host, scope).map_err(|fault| fault.hint(LOOKED_FOR))?;
    let document = |path| match cx.document(host, path) {
        Ok(file) => Ok((host.id.clone().into(), file.location)),
        Err(error) => Err(host_fault(host, &error)),
    };
    places.iter().map(|place| document(&place.path)).collect()
}
