//! `hatch mcp backup create`.

use hatch_core::backup::KeptBackup;
use hatch_core::host::Scope;
use hatch_core::location::Location;
use hatch_core::owner::Owner;
use hatch_core::registry::Host;
use hatch_core::store::Reader;

use super::{names, show};
use crate::args::backup::BackupCreateArgs;
use crate::commands::targets::{LOOKED_FOR, available};
use crate::commands::write::{create_backup, operation, recover};
use crate::commands::{host, host_fault};
use crate::context::Context;
use crate::error::{CommandError, Fault};
use crate::exit::Exit;
use crate::view::count;
use crate::view::sanitize::sanitize_line;
use crate::view::style::{ADD, DIM};

/// Copies files that nothing is about to change.
pub fn run(cx: &Context, args: &BackupCreateArgs) -> Result<Exit, CommandError> {
    recover(cx)?;
    let documents = documents(cx, &args.hosts)?;
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
fn documents(cx: &Context, list: &[String]) -> Result<Vec<(Owner, Location)>, CommandError> {
    let mut faults = Vec::new();
    let mut documents: Vec<(Owner, Location)> = Vec::new();
    let mut add = |found: Result<Vec<(Owner, Location)>, Fault>| match found {
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
            let hosts =
                cx.registry.hosts().iter().filter(|host| available(cx, host, Scope::User).is_ok());
            hosts.for_each(|host| add(of_host(cx, host)));
        } else {
            add(of_name(cx, name));
        }
    }
    if documents.is_empty() && faults.is_empty() {
        faults.push(Fault::new("there is no host to back up").hint(LOOKED_FOR));
    }
    CommandError::check(faults)?;
    Ok(documents)
}

fn of_name(cx: &Context, name: &str) -> Result<Vec<(Owner, Location)>, Fault> {
    if name.starts_with("env:") {
        let owner = super::owner(cx, name, &[])?;
        let Owner::Environment(environment) = &owner else { return Ok(Vec::new()) };
        let location = cx.environment_file(environment.as_str());
        let location = location.and_then(|at| cx.store.read(&at).map(|_| at));
        let location = location.map_err(|error| {
            Fault::because(format!("environment `{environment}` can't be read"), &error)
        })?;
        return Ok(vec![(owner, location)]);
    }
    of_host(cx, host(cx, name)?)
}

fn of_host(cx: &Context, host: &Host) -> Result<Vec<(Owner, Location)>, Fault> {
    let places = available(cx, host, Scope::User).map_err(|fault| fault.hint(LOOKED_FOR))?;
    let document = |path| match cx.document(host, path) {
        Ok(file) => Ok((host.id.clone().into(), file.location)),
        Err(error) => Err(host_fault(host, &error)),
    };
    places.iter().map(|place| document(&place.path)).collect()
}
