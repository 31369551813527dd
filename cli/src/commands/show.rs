//! `hatch mcp show hosts` and `hatch mcp show servers`.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::path::PathBuf;

use hatch_core::backup::{BackupFile, Catalogue};
use hatch_core::host::HostId;
use hatch_core::ledger::{Destination, Ledger};
use hatch_core::server::Server;

use super::backup::scope::project_of;
use super::read::{self, Found, Wanted, mention_foreign, mention_unreadable};
use crate::args::list::{ShowHostsArgs, ShowServersArgs};
use crate::context::{self, Context};
use crate::error::{CommandError, Fault};
use crate::exit::Exit;
use crate::view::json_show::{
    HostWithServer, ServerDetail, ServerOnHosts, ShownHost, ShownHosts, ShownServer, ShownServers,
};
use crate::view::plan::Secrets;
use crate::view::sanitize::sanitize_line;
use crate::view::style::{DIM, HOST};
use crate::view::wrap::wrap;
use crate::view::{count, scope_word, scoped};

/// Each host with all that it has.
pub fn hosts(cx: &mut Context, args: &ShowHostsArgs) -> Result<Exit, CommandError> {
    let (hosts, servers) = Wanted::both(args.name.as_deref(), args.server.as_deref())?;
    cx.look_in_project(args.place.project.as_deref())?;
    let findings = read::hosts(cx, args.place.scopes(), &hosts, &servers)?;
    let ledger = cx.ledger_or_empty();
    let backups = backup_counts(cx)?;
    let secrets = Secrets::of(args.show_secrets);
    let hosts = findings.hosts.iter().map(|found| host(found, &ledger, &backups, secrets));
    let mut hosts: Vec<_> = hosts.collect();
    if args.server.is_some() {
        hosts.retain(|host| !host.servers.is_empty());
    }
    let shown = ShownHosts { schema: "hatch.show-hosts/1", hosts, unreadable: findings.unreadable };
    if args.json {
        cx.output.json(&shown)?;
        return Ok(Exit::Success);
    }
    if shown.hosts.is_empty() {
        cx.output.print("No hosts found.\n")?;
    }
    let blocks: Vec<_> = shown.hosts.iter().map(|host| host_block(cx, host)).collect();
    cx.output.print(&blocks.join("\n"))?;
    mention_unreadable(cx, &shown.unreadable);
    Ok(Exit::Success)
}

/// Each server with all hosts that have it.
pub fn servers(cx: &mut Context, args: &ShowServersArgs) -> Result<Exit, CommandError> {
    let (hosts, servers) = Wanted::both(args.host.as_deref(), args.name.as_deref())?;
    cx.look_in_project(args.place.project.as_deref())?;
    let findings = read::hosts(cx, args.place.scopes(), &hosts, &servers)?;
    let ledger = cx.ledger_or_empty();
    let secrets = Secrets::of(args.show_secrets);
    let mut by_name: BTreeMap<String, Vec<HostWithServer>> = BTreeMap::new();
    for found in &findings.hosts {
        for server in &found.reading.servers {
            let detail = detail(server, found.destination(), &ledger, secrets);
            let (host, scope) = (found.host.id.to_string(), scope_word(found.scope));
            let host = HostWithServer { host, scope, detail };
            by_name.entry(server.name.to_string()).or_default().push(host);
        }
    }
    let servers = by_name.into_iter().map(|(name, hosts)| ServerOnHosts { name, hosts }).collect();
    let (unreadable, foreign) = (findings.unreadable, findings.foreign);
    let shown = ShownServers { schema: "hatch.show-servers/1", servers, unreadable, foreign };
    if args.json {
        cx.output.json(&shown)?;
        return Ok(Exit::Success);
    }
    if shown.servers.is_empty() {
        cx.output.print("No servers found.\n")?;
    }
    let blocks: Vec<_> = shown.servers.iter().map(|server| server_block(cx, server)).collect();
    cx.output.print(&blocks.join("\n"))?;
    mention_unreadable(cx, &shown.unreadable);
    mention_foreign(cx, &shown.foreign);
    Ok(Exit::Success)
}

fn host(found: &Found<'_>, ledger: &Ledger, backups: &Counts, secrets: Secrets) -> ShownHost {
    let id = &found.host.id;
    let path = found.places.first().map(|place| place.path.clone()).unwrap_or_default();
    let servers = found.reading.servers.iter().map(|server| ShownServer {
        name: server.name.to_string(),
        detail: detail(server, found.destination(), ledger, secrets),
    });
    ShownHost {
        host: id.to_string(),
        name: found.host.name().to_owned(),
        scope: scope_word(found.scope),
        last_modified: context::modified(&path).map(|time| format!("{time:.0}")),
        config_path: path.display().to_string(),
        backup_count: backups.get(&(id.clone(), found.project.clone())).copied().unwrap_or(0),
        servers: servers.collect(),
        foreign: found.reading.foreign.clone(),
    }
}

fn detail(server: &Server, at: Destination<'_>, ledger: &Ledger, secrets: Secrets) -> ServerDetail {
    let record = ledger.get(at, &server.name);
    ServerDetail {
        hatch_managed: record.is_some(),
        environment: read::environment(record),
        last_synced: record.map(|record| format!("{:.0}", record.at)),
        ..ServerDetail::new(server, secrets)
    }
}

/// How many backups there are of a host, by project; without one, of the user's files.
type Counts = BTreeMap<(HostId, Option<PathBuf>), usize>;

fn backup_counts(cx: &Context) -> Result<Counts, CommandError> {
    let listing = Catalogue::new(&cx.store, &cx.home).list();
    let listing = listing.map_err(|error| Fault::of(&error).failure())?;
    let mut counts = BTreeMap::new();
    for backup in &listing.backups {
        let of = |file: &BackupFile| Some((file.owner.host()?.clone(), project_of(cx, file)));
        let owners: BTreeSet<_> = backup.files.iter().filter_map(of).collect();
        for owner in owners {
            *counts.entry(owner).or_default() += 1;
        }
    }
    Ok(counts)
}

fn host_block(cx: &Context, host: &ShownHost) -> String {
    let path = cx.roots.shown(std::path::Path::new(&host.config_path));
    let mut text = format!(
        "{HOST}{}{HOST:#}  {}\n",
        scoped(&host.host, host.scope),
        sanitize_line(&host.name)
    );
    let _ = writeln!(text, "  {DIM}file:{DIM:#} {}", sanitize_line(&path));
    if let Some(time) = &host.last_modified {
        let _ = writeln!(text, "  {DIM}last change:{DIM:#} {time}");
    }
    let _ = writeln!(text, "  {DIM}backups:{DIM:#} {}", host.backup_count);
    let _ = writeln!(text, "  {DIM}servers:{DIM:#} {}", host.servers.len());
    if !host.foreign.is_empty() {
        let names: Vec<_> = host.foreign.iter().map(|name| sanitize_line(name)).collect();
        let _ = writeln!(text, "  {DIM}not servers:{DIM:#} {}", names.join(", "));
    }
    for server in &host.servers {
        let _ = write!(text, "\n  {HOST}{}{HOST:#}", sanitize_line(&server.name));
        text.push_str(&detail_block(cx, &server.detail));
    }
    text
}

fn server_block(cx: &Context, server: &ServerOnHosts) -> String {
    let hosts = count(server.hosts.len(), "host");
    let mut text = format!("{HOST}{}{HOST:#}  on {hosts}\n", sanitize_line(&server.name));
    for host in &server.hosts {
        let _ = write!(text, "\n  {HOST}{}{HOST:#}", scoped(&host.host, host.scope));
        text.push_str(&detail_block(cx, &host.detail));
    }
    text
}

/// Ends the line of the name, and goes on below it: where the server is from, and its fields.
fn detail_block(cx: &Context, detail: &ServerDetail) -> String {
    let origin = match (&detail.environment, detail.hatch_managed) {
        (Some(environment), _) => Some(format!("environment `{}`", environment)),
        (None, true) => Some("hatch".to_owned()),
        (None, false) => None,
    };
    let since = detail.last_synced.as_ref().map(|time| format!(", {time}")).unwrap_or_default();
    let from = origin.map(|origin| ("from".to_owned(), format!("{origin}{since}")));
    let mut text = "\n".to_owned();
    for (field, value) in from.iter().chain(&detail.fields) {
        let line = format!("{}: {}", sanitize_line(field), sanitize_line(value));
        let _ = writeln!(text, "    {}", wrap(&line, 6, cx.output.width));
    }
    text
}
