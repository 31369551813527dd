//! `hatch mcp discover hosts` and `hatch mcp discover servers`.

use super::known;
use super::places::{Site, sites};
use super::read::Wanted;
use crate::args::list::{DiscoverHostsArgs, DiscoverServersArgs};
use crate::context::Context;
use crate::error::{CommandError, Fault};
use crate::exit::Exit;
use crate::view::json::{Discovered, DiscoveredHost};
use crate::view::json_show::{EnvironmentServerRow, EnvironmentServers, ServerDetail};
use crate::view::plan::Secrets;
use crate::view::table::Table;
use crate::view::{scope_word, scoped};

/// Every host that hatch knows, and whether it is there. Loads no adapter's code.
pub fn hosts(cx: &mut Context, args: &DiscoverHostsArgs) -> Result<Exit, CommandError> {
    let wanted = Wanted::new(args.name.as_deref())?;
    cx.look_in_project(args.place.project.as_deref())?;
    let mut found = Vec::new();
    for host in cx.registry.hosts() {
        if wanted.has(host.id.as_str())? {
            found.extend(sites(cx, host, args.place.scopes()).into_iter().map(discovered));
        }
    }
    if let (true, Some(name)) = (found.is_empty(), &args.name) {
        known::mention(cx, name);
    }
    if args.json {
        cx.output.json(&Discovered { schema: "hatch.hosts/1", hosts: found })?;
        return Ok(Exit::Success);
    }
    let mut table = Table::new(&["Host", "Status", "Config path"]);
    for host in found {
        let status = match (host.available, host.exists, host.scope) {
            (true, true, _) => "✓ available",
            (true, false, _) => "✓ no file yet",
            // Nothing says of a project that a host is not on this machine.
            (false, _, "project") => "- no file",
            (false, ..) => "✗ not found",
        };
        let path = host.config_path.map(|path| cx.roots.shown(std::path::Path::new(&path)));
        table.row([scoped(&host.host, host.scope), status.to_owned(), path.unwrap_or_default()]);
    }
    cx.output.print(&table.render(cx.output.width))?;
    Ok(Exit::Success)
}

fn discovered(site: Site<'_>) -> DiscoveredHost {
    let places = site.places.unwrap_or_default();
    let place = places.first();
    DiscoveredHost {
        host: site.host.id.to_string(),
        name: site.host.name().to_owned(),
        available: place.is_some() && places.iter().all(|it| it.exists || it.folder_exists),
        config_path: place.map(|place| place.path.display().to_string()),
        exists: place.is_some_and(|place| place.exists),
        scope: scope_word(site.scope),
    }
}

/// The servers of an environment or, where none is meant, of all.
pub fn servers(cx: &Context, args: &DiscoverServersArgs) -> Result<Exit, CommandError> {
    let wanted = Wanted::new(args.name.as_deref())?;
    let current = cx.settings.current_environment.as_ref().map(ToString::to_string);
    let environments = match args.env.clone().or(current) {
        Some(name) => vec![name],
        None => cx.environment_names().map_err(|error| Fault::of(&error).failure())?,
    };
    let mut rows = Vec::new();
    for name in &environments {
        let environment = cx.environment(name).map_err(Fault::failure)?;
        let servers = environment.servers_for(&[]).map_err(|error| Fault::of(&error).failure())?;
        for server in servers {
            if wanted.has(server.name.as_str())? {
                rows.push((name.clone(), server.name.to_string(), server));
            }
        }
    }
    let secrets = Secrets::of(args.show_secrets);
    let details = rows.into_iter().map(|(environment, name, server)| {
        (environment, name, ServerDetail::new(&server, secrets))
    });
    if args.json {
        let rows = details.map(|(environment, server, detail)| EnvironmentServerRow {
            environment,
            server,
            transport: detail.transport,
            definition: detail.definition,
        });
        let schema = "hatch.environment-servers/1";
        cx.output.json(&EnvironmentServers { schema, rows: rows.collect() })?;
        return Ok(Exit::Success);
    }
    let mut table = Table::new(&["Server", "Environment", "Transport", "Command or URL"]);
    let mut is_empty = true;
    for (environment, server, detail) in details {
        is_empty = false;
        let how = summary(&detail.fields);
        table.row([server, environment, detail.transport.to_owned(), how]);
    }
    let text = match is_empty {
        true => "No servers found.\n".to_owned(),
        false => table.render(cx.output.width),
    };
    cx.output.print(&text)?;
    Ok(Exit::Success)
}

/// How a server is reached, on one line.
fn summary(fields: &[(String, String)]) -> String {
    let value =
        |name: &str| fields.iter().find(|(field, _)| field == name).map(|(_, it)| it.clone());
    let words = [value("command"), value("args"), value("url")];
    words.into_iter().flatten().collect::<Vec<_>>().join(" ")
}
