//! `hatch host`: hosts that the user named.

use std::path::Path;

use hatch_core::host::HostId;
use hatch_core::settings::{ChangeError, NamedHost};
use hatch_packages::reserved::WORDS;

use crate::Hosts;
use crate::adapters;
use crate::args::GlobalArgs;
use crate::args::host::{HostAddArgs, HostArgs, HostCommand, HostListArgs, HostRemoveArgs};
use crate::commands::write::change_settings;
use crate::context::Context;
use crate::error::{CommandError, Fault, did_you_mean};
use crate::exit::Exit;
use crate::view::json_show::{NamedHostRow, NamedHosts};
use crate::view::sanitize::sanitize_line;
use crate::view::table::Table;

/// `hatch host`.
pub fn run(global: &GlobalArgs, hosts: Hosts, args: &HostArgs) -> Result<Exit, CommandError> {
    let mut cx = Context::open(global, hosts)?;
    adapters::add_installed(&mut cx)?;
    match &args.command {
        HostCommand::Add(args) => add(&cx, args),
        HostCommand::Remove(args) => remove(&cx, args),
        HostCommand::List(args) => list(&cx, args),
    }
}

fn add(cx: &Context, args: &HostAddArgs) -> Result<Exit, CommandError> {
    let mut faults = Vec::new();
    let id = name(cx, &args.name).map_err(|fault| faults.push(fault)).ok();
    let host = named_host(cx, args).map_err(|them| faults.extend(them)).ok();
    CommandError::check(faults)?;
    let (Some(id), Some(host)) = (id, host) else { unreachable!("what is missing left a fault") };
    let taken = change_settings(cx, |settings| {
        let taken = settings.hosts.contains_key(&id);
        if !taken {
            settings.hosts.insert(id.clone(), host.clone());
        }
        taken
    });
    if taken.map_err(|error| unchanged(&error))? {
        return Err(Fault::new(format!("there is a host named `{id}` already"))
            .hint(format!("`hatch host remove {id}` forgets it"))
            .failure());
    }
    let paths: Vec<_> = host.paths.iter().map(|path| cx.roots.shown(path)).collect();
    let (paths, adapter) = (sanitize_line(&paths.join(", ")).into_owned(), &host.adapter);
    let text = format!("Named the host `{id}`: {paths} in the format of {adapter}\n");
    let told = match args.json {
        true => cx.output.json(&named(&[(&id, &host)])),
        false => cx.output.print(&text),
    };
    cx.output.told(&format!("the host `{id}` was named"), told);
    Ok(Exit::Success)
}

/// A name that no other host has.
fn name(cx: &Context, name: &str) -> Result<HostId, Fault> {
    let id = HostId::new(name).map_err(|error| Fault::of(&error))?;
    if WORDS.contains(&name) {
        let fault = Fault::new(format!("invalid host name `{name}`"));
        return Err(fault.hint("it has a meaning of its own on the command line: choose another"));
    }
    if cx.registry.get(name).is_ok() {
        return Err(Fault::new(format!("`{name}` is a host that hatch knows by itself"))
            .hint("choose another name"));
    }
    Ok(id)
}

fn named_host(cx: &Context, args: &HostAddArgs) -> Result<NamedHost, Vec<Fault>> {
    let mut faults = Vec::new();
    let host = super::host(cx, &args.adapter);
    let host = host.map_err(|fault| {
        let no_adapter = Fault::new(format!("there is no adapter named `{}`", args.adapter));
        faults.push(no_adapter.hints_of(fault));
    });
    let paths: Vec<_> = args.paths.iter().map(|path| cx.absolute(path)).collect();
    for path in paths.iter().filter(|path| path.to_str().is_none()) {
        let shown = cx.roots.shown(path);
        faults.push(Fault::new(format!("`{shown}` is not Unicode, and can't be written down")));
    }
    faults.extend(paths.iter().filter_map(|path| own_file(cx, path)));
    if let Ok(host) = &host {
        let wanted = host.adapter.descriptor().documents.len();
        if paths.len() != wanted {
            faults.push(Fault::new(format!(
                "the adapter `{}` has {}, and {} given with --path",
                host.id,
                crate::view::count(wanted, "file"),
                match paths.len() {
                    1 => "one was".to_owned(),
                    several => format!("{several} were"),
                }
            )));
        }
    }
    match host {
        Ok(host) if faults.is_empty() => Ok(NamedHost { adapter: host.id.clone(), paths }),
        _ => Err(faults),
    }
}

/// What is wrong with a path that leads to hatch's own files, or nowhere.
fn own_file(cx: &Context, path: &Path) -> Option<Fault> {
    let shown = cx.roots.shown(path);
    match cx.store.admit(path, &shown) {
        Ok(location) if cx.home.contains(location.path()) => {
            let own = cx.home.folder();
            Some(Fault::new(format!(
                "`{shown}` is in hatch's own folder, `{own}`, where no host keeps its servers"
            )))
        }
        Ok(_) => None,
        Err(error) => Some(Fault::because(format!("`{shown}` cannot be used"), &error)),
    }
}

fn remove(cx: &Context, args: &HostRemoveArgs) -> Result<Exit, CommandError> {
    let removed = change_settings(cx, |settings| {
        let id = HostId::new(args.name.as_str()).ok()?;
        let host = settings.hosts.remove(&id)?;
        Some((id, host))
    });
    let Some((id, host)) = removed.map_err(|error| unchanged(&error))? else {
        let known: Vec<_> = cx.settings.hosts.keys().map(ToString::to_string).collect();
        let hint = did_you_mean(&hatch_core::suggest::nearest(&args.name, &known));
        let fault = Fault::new(format!("you named no host `{}`", args.name)).maybe_hint(hint);
        return Err(fault.hint("`hatch host list` shows those that you named").failure());
    };
    let told = match args.json {
        true => cx.output.json(&named(&[(&id, &host)])),
        false => cx.output.print(&format!("Forgot the host `{id}`; its file stays as it is.\n")),
    };
    cx.output.told(&format!("the host `{id}` was forgotten"), told);
    Ok(Exit::Success)
}

fn list(cx: &Context, args: &HostListArgs) -> Result<Exit, CommandError> {
    let hosts: Vec<_> = cx.settings.hosts.iter().collect();
    if args.json {
        cx.output.json(&named(&hosts))?;
        return Ok(Exit::Success);
    }
    if hosts.is_empty() {
        cx.output.print(
            "You named no hosts; `hatch mcp discover hosts` shows those that hatch knows.\n",
        )?;
        return Ok(Exit::Success);
    }
    let mut table = Table::new(&["Host", "Adapter", "File"]);
    for (id, host) in hosts {
        let paths: Vec<_> = host.paths.iter().map(|path| cx.roots.shown(path)).collect();
        table.row([id.to_string(), host.adapter.to_string(), paths.join(", ")]);
    }
    cx.output.print(&table.render(cx.output.width))?;
    Ok(Exit::Success)
}

fn named(hosts: &[(&HostId, &NamedHost)]) -> NamedHosts {
    let row = |(id, host): &(&HostId, &NamedHost)| NamedHostRow {
        host: id.to_string(),
        adapter: host.adapter.to_string(),
        paths: host.paths.iter().map(|path| path.display().to_string()).collect(),
    };
    NamedHosts { schema: "hatch.named-hosts/1", hosts: hosts.iter().map(row).collect() }
}

fn unchanged(error: &ChangeError) -> CommandError {
    Fault::because("the hosts that you named stay as they were", error).failure()
}
