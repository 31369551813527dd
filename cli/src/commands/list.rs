//! `hatch mcp list hosts` and `hatch mcp list servers`.

use hatch_core::filter::Pattern;
use hatch_core::host::Scope;
use hatch_core::locate::LocateError;

use super::pattern;
use crate::args::list::{ListHostsArgs, ListServersArgs};
use crate::context::Context;
use crate::error::{CommandError, Fault};
use crate::exit::Exit;
use crate::view::count;
use crate::view::json::{Listed, ListedRow, Unreadable};
use crate::view::table::Table;

/// The servers of each available host, by host.
pub fn hosts(cx: &Context, args: &ListHostsArgs) -> Result<Exit, CommandError> {
    let listed = list(cx, args.name.as_deref(), args.server.as_deref())?;
    show(cx, listed, args.json, |row| [row.host, row.server], &["Host", "Server"])
}

/// The servers of all available hosts, by server.
pub fn servers(cx: &Context, args: &ListServersArgs) -> Result<Exit, CommandError> {
    let mut listed = list(cx, args.host.as_deref(), args.name.as_deref())?;
    listed.rows.sort_by(|a, b| (&a.server, &a.host).cmp(&(&b.server, &b.host)));
    show(cx, listed, args.json, |row| [row.server, row.host], &["Server", "Host"])
}

fn list(cx: &Context, host: Option<&str>, server: Option<&str>) -> Result<Listed, CommandError> {
    let compile = |text: Option<&str>| {
        text.map(|text| pattern("the pattern", text)).transpose().map_err(Fault::usage)
    };
    let (host_pattern, server_pattern) = (compile(host)?, compile(server)?);
    let wanted = |pattern: &Option<Pattern>, name: &str| -> Result<bool, CommandError> {
        match pattern {
            None => Ok(true),
            Some(pattern) => pattern.finds(name).map_err(|error| Fault::of(&error).failure()),
        }
    };
    cx.mention_unfinished();
    let managed = cx.managed().unwrap_or_default();
    let mut listed = Listed { schema: "hatch.servers/1", rows: Vec::new(), unreadable: Vec::new() };
    for host in cx.registry.hosts() {
        if !wanted(&host_pattern, host.id.as_str())? {
            continue;
        }
        let configuration = match cx.places(host, Scope::User) {
            Ok(places) if places.iter().all(|place| place.exists) => {
                cx.configuration(host, &places)
            }
            Err(error @ LocateError::BadPointer { .. }) => Err(error.into()),
            _ => continue,
        };
        let configuration = match configuration {
            Ok(configuration) => configuration,
            Err(error) => {
                let (host, reason) = (host.id.to_string(), reason(&error));
                listed.unreadable.push(Unreadable { host, server: None, reason });
                continue;
            }
        };
        for entry in configuration.reading.unreadable {
            if wanted(&server_pattern, &entry.name)? {
                listed.unreadable.push(Unreadable {
                    host: host.id.to_string(),
                    server: Some(entry.name),
                    reason: entry.reason,
                });
            }
        }
        for server in configuration.reading.servers {
            if !wanted(&server_pattern, server.name.as_str())? {
                continue;
            }
            let record = managed.get(&host.id, &server.name);
            listed.rows.push(ListedRow {
                host: host.id.to_string(),
                server: server.name.to_string(),
                transport: server.transport.label(),
                enabled: server.enabled,
                hatch_managed: record.is_some(),
                environment: record.and_then(|it| it.environment().map(str::to_owned)),
            });
        }
    }
    Ok(listed)
}

fn reason(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut next = error.source();
    while let Some(cause) = next {
        text.push_str(": ");
        text.push_str(&cause.to_string());
        next = cause.source();
    }
    text
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
    for entry in &listed.unreadable {
        let what = match &entry.server {
            Some(server) => format!("`{server}` on {}", entry.host),
            None => entry.host.clone(),
        };
        cx.output.warn(&format!("{what} can't be read: {}", entry.reason));
    }
    if listed.unreadable.len() > 1 {
        cx.output.note(&format!("{} could not be read", count(listed.unreadable.len(), "item")));
    }
    Ok(Exit::Success)
}
