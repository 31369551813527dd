//! `hatch env`.

pub mod add;
mod remove;

use hatch_core::environment::{Environment, EnvironmentName};
use hatch_core::host::Scope;
use hatch_core::plan::diff;
use hatch_core::store::Reader;

use super::targets::{LOOKED_FOR, available};
use super::{host, host_fault};
use crate::Hosts;
use crate::args::GlobalArgs;
use crate::args::env::{EnvArgs, EnvCommand, EnvCreateArgs, EnvListArgs, EnvShowArgs};
use crate::context::{self, Context};
use crate::error::{CommandError, Fault};
use crate::exit::Exit;
use crate::view::count;
use crate::view::json::{EnvironmentDetail, EnvironmentRow, EnvironmentServer, Environments};
use crate::view::plan::Secrets;
use crate::view::sanitize::sanitize_line;
use crate::view::style::{DIM, HOST};
use crate::view::table::Table;

/// `hatch env`.
pub fn run(global: &GlobalArgs, hosts: Hosts, args: &EnvArgs) -> Result<Exit, CommandError> {
    let mut cx = Context::open(global, hosts)?;
    cx.add_named_hosts();
    match &args.command {
        EnvCommand::Create(args) => create(&cx, args),
        EnvCommand::List(args) => list(&cx, args),
        EnvCommand::Show(args) => show(&cx, args),
        EnvCommand::Add(args) => add::run(&cx, args),
        EnvCommand::RemoveServer(args) => remove::server(&cx, args),
        EnvCommand::Remove(args) => remove::environment(&cx, args),
    }
}

fn create(cx: &Context, args: &EnvCreateArgs) -> Result<Exit, CommandError> {
    let name = EnvironmentName::new(&*args.name).map_err(|error| Fault::of(&error).usage())?;
    let at = cx.home.environment(name.as_str());
    let cannot = |error: &dyn std::error::Error| {
        Fault::because(format!("environment `{name}` can't be created"), error).failure()
    };
    if cx.store.read(&at).map_err(|error| cannot(&error))?.is_some() {
        return Err(Fault::new(format!("there is an environment named `{name}` already"))
            .hint(format!("`hatch env show {name}` shows it; its file is `{at}`"))
            .failure());
    }
    let mut environment = content(cx, args).map_err(Fault::failure)?;
    if let Some(description) = &args.description {
        environment.description = Some(description.clone());
    }
    // What it extends must be there, and no circle.
    environment
        .resolve(name.as_str(), &mut |base| {
            cx.read_environment(base).map_err(|fault| fault.one_line())
        })
        .map_err(|error| cannot(&error))?;
    cx.home.save(&cx.store, &at, &environment.print()).map_err(|error| cannot(&error))?;
    if args.json {
        cx.output.json(&detail(cx, name.as_str(), &environment, Secrets::Masked)?)?;
    } else {
        let servers = count(environment.servers.len(), "server");
        cx.output.print(&format!("Created environment `{name}` with {servers}: {at}\n"))?;
    }
    Ok(Exit::Success)
}

fn content(cx: &Context, args: &EnvCreateArgs) -> Result<Environment, Fault> {
    if let Some(path) = &args.from_file {
        let shown = path.display();
        let bytes = if path.as_os_str() == "-" {
            context::standard_input()
                .map_err(|error| Fault::because("standard input can't be read", &error))?
        } else {
            let file = cx.file(&cx.absolute(path));
            let file =
                file.map_err(|error| Fault::because(format!("`{shown}` can't be read"), &error))?;
            file.bytes.ok_or_else(|| Fault::new(format!("there is no file `{shown}`")))?
        };
        let (environment, other) = Environment::import(&bytes)
            .map_err(|error| Fault::because(format!("`{shown}` holds no environment"), &error))?;
        if !other.is_empty() {
            cx.output.note(&format!("not taken from the file: {}", other.join(", ")));
        }
        return Ok(environment);
    }
    let Some(name) = &args.from_host else { return Ok(Environment::default()) };
    let host = host(cx, name)?;
    let places = available(cx, host, Scope::User).map_err(|fault| fault.hint(LOOKED_FOR))?;
    let configuration =
        cx.configuration(host, &places).map_err(|error| host_fault(host, &error))?;
    for entry in &configuration.reading.unreadable {
        cx.output.warn(&format!("`{}` is left out: {}", entry.name, entry.reason));
    }
    let adapter = &host.adapter.descriptor().id;
    Ok(Environment::from_servers(adapter, &configuration.reading.servers))
}

fn list(cx: &Context, args: &EnvListArgs) -> Result<Exit, CommandError> {
    let names = cx.environment_names().map_err(|error| Fault::of(&error).failure())?;
    let mut rows = Vec::new();
    for name in names {
        let path = cx.home.environment(&name).path().display().to_string();
        let row = match cx.environment(&name) {
            Ok(environment) => EnvironmentRow {
                description: environment.description,
                servers: environment.servers.iter().map(|(name, _)| name.to_string()).collect(),
                extends: cx.read_environment(&name).map(|own| own.extends).unwrap_or_default(),
                name,
                path,
                problem: None,
            },
            Err(fault) => EnvironmentRow {
                name,
                description: None,
                servers: Vec::new(),
                extends: Vec::new(),
                path,
                problem: Some(fault.one_line()),
            },
        };
        rows.push(row);
    }
    if args.json {
        cx.output.json(&Environments { schema: "hatch.environments/1", environments: rows })?;
        return Ok(Exit::Success);
    }
    if rows.is_empty() {
        cx.output.print("No environments yet: `hatch env create NAME` makes one.\n")?;
        return Ok(Exit::Success);
    }
    let mut table = Table::new(&["Name", "Servers", "Description"]);
    for row in &rows {
        let servers = match row.problem {
            Some(_) => "?".to_owned(),
            None => row.servers.len().to_string(),
        };
        table.row([row.name.clone(), servers, row.description.clone().unwrap_or_default()]);
    }
    cx.output.print(&table.render(cx.output.width))?;
    for row in rows {
        if let Some(problem) = row.problem {
            cx.output.warn(&problem);
        }
    }
    Ok(Exit::Success)
}

fn show(cx: &Context, args: &EnvShowArgs) -> Result<Exit, CommandError> {
    let environment = cx.environment(&args.name).map_err(Fault::failure)?;
    let secrets = if args.show_secrets { Secrets::Clear } else { Secrets::Masked };
    let detail = detail(cx, &args.name, &environment, secrets)?;
    if args.json {
        cx.output.json(&detail)?;
        return Ok(Exit::Success);
    }
    let mut text = format!("{HOST}{}{HOST:#}", sanitize_line(&detail.name));
    if let Some(description) = &detail.description {
        text.push_str(&format!("  {}", sanitize_line(description)));
    }
    text.push('\n');
    if let Some(path) = &detail.path {
        let path = cx.roots.shown(std::path::Path::new(path));
        text.push_str(&format!("{DIM}{}{DIM:#}\n", sanitize_line(&path)));
    }
    if !detail.extends.is_empty() {
        text.push_str(&format!("extends {}\n", detail.extends.join(", ")));
    }
    for server in &detail.servers {
        text.push_str(&format!("\n  {HOST}{}{HOST:#}\n", sanitize_line(&server.name)));
        for (field, value) in &server.fields {
            let value = value.as_str().unwrap_or_default();
            text.push_str(&format!("    {}: {}\n", sanitize_line(field), sanitize_line(value)));
        }
    }
    cx.output.print(&text)?;
    Ok(Exit::Success)
}

fn detail(
    cx: &Context,
    name: &str,
    environment: &Environment,
    secrets: Secrets,
) -> Result<EnvironmentDetail, CommandError> {
    let servers = environment.servers_for(&[]).map_err(|error| Fault::of(&error).failure())?;
    let servers = servers.iter().map(|server| {
        let fields = diff::fields(None, server).into_iter().filter_map(|change| {
            let value = secrets.show(change.after.as_ref()?).to_owned();
            Some((change.field, value.into()))
        });
        EnvironmentServer {
            name: server.name.to_string(),
            transport: server.transport.label(),
            fields: fields.collect(),
        }
    });
    Ok(EnvironmentDetail {
        schema: "hatch.environment/1",
        name: name.to_owned(),
        description: environment.description.clone(),
        extends: cx.read_environment(name).map(|own| own.extends).unwrap_or_default(),
        path: EnvironmentName::new(name)
            .ok()
            .filter(|_| !name.ends_with(".json"))
            .map(|name| cx.home.environment(name.as_str()).path().display().to_string()),
        servers: servers.collect(),
    })
}
