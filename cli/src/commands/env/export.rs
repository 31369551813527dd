//! `hatch env export`.

use std::path::{Path, PathBuf};

use hatch_core::adapter::{Edit, Loss};
use hatch_core::configuration::{Configuration, File};
use hatch_core::document::Document;
use hatch_core::environment::conceal::{self, Concealed};
use hatch_core::environment::export::{self, Lost};
use hatch_core::environment::{Entry, Environment, link};
use hatch_core::filter::{Filter, FilterError};
use hatch_core::location::Location;
use hatch_core::plan::planner::{self, Target};
use hatch_core::plan::prepare::Preparation;
use hatch_core::plan::{ChangeKind, TargetPlan};
use hatch_core::registry::Host;
use hatch_core::server::{Server, ServerName};
use hatch_core::source::Source;
use serde_json::Value;

use super::super::host;
use super::super::planning::bridge;
use super::super::write::create_file;
use crate::args::env::EnvExportArgs;
use crate::context::Context;
use crate::error::{CommandError, Fault, did_you_mean};
use crate::exit::Exit;
use crate::view::count;
use crate::view::sanitize::{escape_json, sanitize_line};

/// What can be asked for, and what it is; besides, a host's file as `host:HOST`.
pub const FORMATS: [(&str, &str); 8] = [
    ("mcp-servers", "{\"mcpServers\": ...}"),
    ("vscode", "{\"servers\": ...}, as VS Code has it"),
    ("map", "the bare map of servers"),
    ("server", "one bare server"),
    ("hatch", "an environment, with what it extends"),
    ("cursor", "links that make Cursor offer to add each server"),
    ("vscode-link", "links that make VS Code offer to add each server"),
    ("lmstudio", "links that make LM Studio offer to add each server"),
];

/// How a link is made of a server's name and entry.
type Link = fn(&str, &Entry) -> String;

/// What is printed.
enum Format {
    Hatch,
    McpServers,
    Vscode,
    Map,
    Server,
    VscodeLink,
    /// A link with an entry as a host's adapter writes it.
    HostLink(Host, Link),
    Host(Host),
}

impl Format {
    /// The host whose adapter writes it, if one does.
    fn host(&self) -> Option<&Host> {
        match self {
            Format::Host(host) | Format::HostLink(host, _) => Some(host),
            _ => None,
        }
    }
}

/// Prints, or writes, and says on standard error what is not as it was.
pub fn run(cx: &Context, args: &EnvExportArgs) -> Result<Exit, CommandError> {
    let mut faults = Vec::new();
    let format = format(cx, &args.format).map_err(|fault| faults.push(fault)).ok();
    let bridge = bridge(args.bridge.as_deref());
    let bridge = bridge.map_err(|fault| faults.push(fault)).ok().flatten();
    if format.as_ref().is_some_and(|it| it.host().is_none()) {
        let options = [("--bridge", args.bridge.is_some()), ("--resolve-env", args.resolve_env)];
        let unused = options.into_iter().filter(|(_, given)| *given);
        faults.extend(unused.map(|(option, _)| {
            Fault::new(format!("`{option}` is for `--format host:HOST` and for links of hosts"))
        }));
    }
    let environment = cx.environment(&args.name).and_then(|it| select(it, args));
    let environment = environment.map_err(|fault| faults.push(fault)).ok();
    CommandError::check(faults)?;
    let (Some(format), Some(mut environment)) = (format, environment) else {
        unreachable!("what is missing left a fault")
    };
    let concealed = if args.show_secrets { Vec::new() } else { conceal::conceal(&mut environment) };
    let inline = args.resolve_env.then_some(&cx.roots.variables);
    let how = Preparation { bridge: bridge.as_ref(), inline, commands: None };
    let text = render(cx, &format, &args.name, environment, how).map_err(Fault::failure)?;
    match &args.out {
        None => cx.output.print(&text)?,
        Some(path) => write(cx, path, &text).map_err(Fault::failure)?,
    }
    mention_concealed(cx, &concealed);
    Ok(Exit::Success)
}

/// Writes a file where none is.
fn write(cx: &Context, path: &Path, text: &str) -> Result<(), Fault> {
    let shown = path.display();
    let file = cx.file(&cx.absolute(path));
    let is_new = file.and_then(|file| create_file(cx, &file.location, text.as_bytes()));
    match is_new {
        Ok(true) => {
            cx.output.note(&format!("written to `{shown}`"));
            Ok(())
        }
        Ok(false) => Err(Fault::new(format!("there is a file `{shown}` already"))
            .hint("name another, or remove it first")),
        Err(error) => Err(Fault::because(format!("`{shown}` can't be written"), &error)),
    }
}

fn format(cx: &Context, name: &str) -> Result<Format, Fault> {
    let host_link = |id: &str, link: Link| Ok(Format::HostLink(host(cx, id)?.clone(), link));
    match name {
        "hatch" => Ok(Format::Hatch),
        "mcp-servers" => Ok(Format::McpServers),
        "vscode" => Ok(Format::Vscode),
        "map" => Ok(Format::Map),
        "server" => Ok(Format::Server),
        "vscode-link" => Ok(Format::VscodeLink),
        "cursor" => host_link("cursor", link::cursor),
        "lmstudio" => host_link("lmstudio", link::lmstudio),
        other => match other.strip_prefix("host:") {
            Some(id) => Ok(Format::Host(host(cx, id)?.clone())),
            None => {
                let known = FORMATS.map(|(format, _)| format.to_owned());
                let nearest = hatch_core::suggest::nearest(other, &known);
                Err(Fault::new(format!("there is no format `{other}`"))
                    .maybe_hint(did_you_mean(&nearest))
                    .hint(format!("the formats are {}, and host:HOST", known.join(", "))))
            }
        },
    }
}

/// The servers that are asked for.
fn select(mut environment: Environment, args: &EnvExportArgs) -> Result<Environment, Fault> {
    if !args.servers.is_empty() {
        let servers = environment.servers_for(&[]).map_err(|error| Fault::of(&error))?;
        let names = args.servers.iter().map(|name| name.trim().to_owned()).collect();
        let chosen = Filter::Names(names).select(servers).map_err(|error| {
            let nearest: Vec<_> = match &error {
                FilterError::UnknownNames(unknown) => {
                    unknown.iter().flat_map(|it| it.nearest.clone()).collect()
                }
                _ => Vec::new(),
            };
            let cannot = format!("environment `{}` can't be exported so", args.name);
            Fault::because(cannot, &error).maybe_hint(did_you_mean(&nearest))
        })?;
        let is_chosen = |name: &ServerName| chosen.iter().any(|server| server.name == *name);
        environment.servers.retain(|(name, _)| is_chosen(name));
        environment.overrides.values_mut().for_each(|it| it.retain(|(name, _)| is_chosen(name)));
        environment.overrides.retain(|_, entries| !entries.is_empty());
    }
    if environment.servers.is_empty() {
        return Err(Fault::new(format!("environment `{}` has no servers", args.name)));
    }
    Ok(environment)
}

fn render(
    cx: &Context,
    format: &Format,
    name: &str,
    environment: Environment,
    how: Preparation<'_>,
) -> Result<String, Fault> {
    let file_text = |bytes: &[u8]| escape_json(&String::from_utf8_lossy(bytes));
    if let Format::Hatch = format {
        return Ok(file_text(&environment.print()));
    }
    let servers = environment.servers_for(&[]).map_err(|error| Fault::of(&error))?;
    mention_unknown(cx, &environment);
    let value = match format {
        Format::McpServers => export::mcp_servers(&servers),
        Format::Map => export::map(&servers),
        Format::Server => one(&servers)?,
        Format::Vscode => {
            let (value, lost) = export::vscode(&servers);
            mention_lost(cx, &lost);
            value
        }
        Format::VscodeLink => {
            let link = |server: &Server| {
                let (entry, lost) = export::vscode_entry(server);
                mention_lost(cx, &lost);
                link::vscode(server.name.as_str(), &entry) + "\n"
            };
            return Ok(servers.iter().map(link).collect());
        }
        Format::Host(host) => {
            let planned = planned(cx, host, name, environment, how)?;
            let file = planned.files.into_iter().next().and_then(|file| file.after);
            return Ok(file_text(&file.unwrap_or_default()));
        }
        Format::HostLink(host, link) => return links(cx, host, *link, (name, environment), how),
        Format::Hatch => unreachable!("it was printed above"),
    };
    Ok(escape_json(&format!("{value:#}\n")))
}

fn one(servers: &[Server]) -> Result<Value, Fault> {
    let names: Vec<_> = servers.iter().map(|server| server.name.as_str()).collect();
    match servers {
        [server] => Ok(export::one(server).into()),
        _ => Err(Fault::new(format!(
            "`--format server` is one server, and there are {}",
            count(servers.len(), "server")
        ))
        .hint(format!("choose one with --server: {}", names.join(", ")))),
    }
}

/// An environment in an empty document of a host, as its adapter writes it. What it can't
/// hold is said.
fn planned(
    cx: &Context,
    host: &Host,
    name: &str,
    environment: Environment,
    how: Preparation<'_>,
) -> Result<TargetPlan, Fault> {
    let cannot = |error: &dyn std::error::Error| {
        Fault::because(format!("{} ({}) can't be written for", host.name(), host.id), error)
    };
    let specs = &host.adapter.descriptor().documents;
    let empty =
        |id: &String| File { location: Location::new(PathBuf::from(id), id.as_str()), bytes: None };
    let files = specs.iter().map(|spec| empty(&spec.id)).collect();
    let configuration = Configuration::read(&*host.adapter, files).map_err(|it| cannot(&it))?;
    let target = Target { host: host.clone(), configuration, project: None };
    let origin = cx.environment_origin(name);
    let source = Source::Environment { origin, shown: name.to_owned(), environment };
    let servers = source.servers_for(&target.host).map_err(|error| cannot(&error))?;
    let planned = planner::edit(&target, servers.into_iter().map(Edit::Put), how);
    let planned = planned.map_err(|error| cannot(&error))?;
    let mut is_any = false;
    for change in &planned.changes {
        if let ChangeKind::Refuse(reason) = &change.kind {
            cx.output.warn(&format!("`{}` is left out: {reason}", change.server));
        } else {
            is_any = true;
        }
        for Loss { field, detail, .. } in &change.losses {
            cx.output.warn(&format!("`{field}` of server `{}`: {detail}", change.server));
        }
    }
    match is_any {
        true => Ok(planned),
        false => Err(Fault::new(format!("{} ({}) can have none of it", host.name(), host.id))),
    }
}

fn links(
    cx: &Context,
    host: &Host,
    link: Link,
    (name, environment): (&str, Environment),
    how: Preparation<'_>,
) -> Result<String, Fault> {
    let planned = planned(cx, host, name, environment, how)?;
    let broken = || Fault::new(format!("the `{}` adapter wrote no entry", host.id));
    let spec = host.adapter.descriptor().documents.first().ok_or_else(broken)?;
    let bytes = planned.files.first().and_then(|file| file.after.as_deref());
    let document = Document::parse(bytes, spec.format).map_err(|error| Fault::of(&error))?;
    let mut text = String::new();
    for server in planned.changes.iter().filter_map(|change| change.after.as_ref()) {
        let mut path = spec.sections.first().cloned().unwrap_or_default();
        path.push(server.name.to_string());
        let entry = document.section(&path).and_then(|json| serde_json::from_str(&json).ok());
        text.push_str(&link(server.name.as_str(), &entry.ok_or_else(broken)?));
        text.push('\n');
    }
    Ok(text)
}

/// The variables that have to be set where the text is used.
fn mention_concealed(cx: &Context, concealed: &[Concealed]) {
    if concealed.is_empty() {
        return;
    }
    let mut text = "what looks like a secret is replaced by a reference, which needs a variable; \
                    --show-secrets writes it as it is"
        .to_owned();
    for Concealed { server, field, variable } in concealed {
        let (server, field) = (sanitize_line(server.as_str()), sanitize_line(field));
        text.push_str(&format!("\n  {variable}: `{field}` of server `{server}`"));
    }
    cx.output.note(&text);
}

fn mention_unknown(cx: &Context, environment: &Environment) {
    for (server, field) in environment.unknown_fields() {
        cx.output.note(&format!("`{field}` of server `{server}` is ignored by hatch: left out"));
    }
}

fn mention_lost(cx: &Context, lost: &[Lost]) {
    for it in lost {
        cx.output.warn(&format!("`{}` of server `{}`: {}", it.field, it.server, it.detail));
    }
}
