//! `hatch mcp discover hosts`.

use hatch_core::host::Scope;

use super::pattern;
use crate::args::list::DiscoverHostsArgs;
use crate::context::Context;
use crate::error::CommandError;
use crate::exit::Exit;
use crate::view::json::{Discovered, DiscoveredHost};
use crate::view::table::Table;

/// Every host that hatch knows, and whether it is there. Loads no adapter's code.
pub fn hosts(cx: &Context, args: &DiscoverHostsArgs) -> Result<Exit, CommandError> {
    let wanted = args.name.as_deref().map(|text| pattern("the pattern", text)).transpose();
    let wanted = wanted.map_err(crate::error::Fault::usage)?;
    let mut found = Vec::new();
    for host in cx.registry.hosts() {
        let id = host.id.to_string();
        if wanted.as_ref().is_some_and(|pattern| !pattern.finds(&id).unwrap_or(false)) {
            continue;
        }
        let places = cx.places(host, Scope::User).unwrap_or_default();
        let place = places.first();
        found.push(DiscoveredHost {
            host: id,
            name: host.name().to_owned(),
            available: place.is_some() && places.iter().all(|it| it.exists || it.folder_exists),
            config_path: place.map(|place| place.path.display().to_string()),
            exists: place.is_some_and(|place| place.exists),
            scope: "user",
        });
    }
    if args.json {
        cx.output.json(&Discovered { schema: "hatch.hosts/1", hosts: found })?;
        return Ok(Exit::Success);
    }
    let mut table = Table::new(&["Host", "Status", "Config path"]);
    for host in found {
        let status = match (host.available, host.exists) {
            (true, true) => "✓ available",
            (true, false) => "✓ no file yet",
            (false, _) => "✗ not found",
        };
        let path = host.config_path.map(|path| cx.roots.shown(std::path::Path::new(&path)));
        table.row([host.host, status.to_owned(), path.unwrap_or_default()]);
    }
    cx.output.print(&table.render(cx.output.width))?;
    Ok(Exit::Success)
}
