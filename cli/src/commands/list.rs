//! `hatch mcp list hosts` and `hatch mcp list servers`.

use super::read::{self, Wanted, environment};
use crate::args::ListPlaceArgs;
use crate::args::list::{ListHostsArgs, ListServersArgs};
use crate::context::Context;
use crate::error::CommandError;
use crate::exit::Exit;
use crate::view::json::{Listed, ListedRow};
use crate::view::table::Table;
use crate::view::{scope_word, scoped};

/// The servers of each available host, by host.
pub fn hosts(cx: &mut Context, args: &ListHostsArgs) -> Result<Exit, CommandError> {
    let listed = list(cx, &args.place, args.name.as_deref(), args.server.as_deref())?;
    show(
        cx,
        listed,
        args.json,
        |row| [scoped(&row.host, row.scope), row.server],
        &["Host", "Server"],
    )
}

/// The servers of all available hosts, by server.
pub fn servers(cx: &mut Context, args: &ListServersArgs) -> Result<Exit, CommandError> {
    let mut listed = list(cx, &args.place, args.host.as_deref(), args.name.as_deref())?;
    listed.rows.sort_by(|a, b| (&a.server, &a.host, b.scope).cmp(&(&b.server, &b.host, a.scope)));
    show(
        cx,
        listed,
        args.json,
        |row| [row.server, scoped(&row.host, row.scope)],
        &["Server", "Host"],
    )
}

fn list(
    cx: &mut Context,
    place: &ListPlaceArgs,
    host: Option<&str>,
    server: Option<&str>,
) -> Result<Listed, CommandError> {
    let (hosts, servers) = Wanted::both(host, server)?;
    cx.look_in_project(place.project.as_deref())?;
    let findings = read::hosts(cx, place.scopes(), &hosts, &servers)?;
    let ledger = cx.ledger_or_empty();
    let mut rows = Vec::new();
    for found in &findings.hosts {
        let destination = found.destination();
        for server in &found.reading.servers {
            let record = ledger.get(destination, &server.name);
            rows.push(ListedRow {
                host: found.host.id.to_string(),
                scope: scope_word(found.scope),
                server: server.name.to_string(),
                transport: server.transport.label(),
                enabled: server.enabled,
                hatch_managed: record.is_some(),
                environment: environment(record),
            });
        }
    }
    let (unreadable, foreign) = (findings.unreadable, findings.foreign);
    Ok(Listed { schema: "hatch.servers/1", rows, unreadable, foreign })
}

fn show(
    cx: &Context,
    listed: Listed,
    json: bool,
    first: impl Fn(ListedRow) -> [String; 2],
    headings: &[&'static str; 2],
) -> Result<Exit, CommandError> {
    if json {
        cx.output.json(&listed)?;
        return Ok(Exit::Success);
    }
    if listed.rows.is_empty() {
        cx.output.print("No servers found.\n")?;
    } else {
        let mut table =
            Table::new(&[headings[0], headings[1], "Transport", "Hatch", "Environment"]);
        for row in listed.rows {
            let transport = match row.enabled {
                Some(false) => format!("{} (off)", row.transport),
                _ => row.transport.to_owned(),
            };
            let managed = if row.hatch_managed { "✓" } else { "-" }.to_owned();
            let environment = row.environment.clone().unwrap_or_else(|| "-".to_owned());
            let [a, b] = first(row);
            table.row([a, b, transport, managed, environment]);
        }
        cx.output.print(&table.render(cx.output.width))?;
    }
    read::mention_unreadable(cx, &listed.unreadable);
    read::mention_foreign(cx, &listed.foreign);
    Ok(Exit::Success)
}
