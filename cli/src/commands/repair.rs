//! `hatch mcp repair`.

use std::collections::BTreeMap;

use hatch_core::adapter::Edit;
use hatch_core::host::Scope;
use hatch_core::ledger::{Ledger, Record};
use hatch_core::plan::drift::{Absence, LossCause, absences};
use hatch_core::plan::planner::{self, Target};
use hatch_core::plan::prepare::Preparation;
use hatch_core::plan::{Plan, RecordPolicy, TargetPlan};
use hatch_core::registry::Host;
use hatch_core::server::{Server, ServerName};
use hatch_core::source::{Origin, Source};

use super::places::{Site, sites};
use super::planning::on_hosts;
use super::sync::lost;
use super::write::{begin, carry_out};
use super::{host, host_fault, lookup, sources};
use crate::args::repair::RepairArgs;
use crate::context::Context;
use crate::error::{CommandError, Fault};
use crate::exit::Exit;
use crate::view::count;

/// Puts back what hosts lost, each server from its own source.
pub fn run(cx: &mut Context, args: &RepairArgs) -> Result<Exit, CommandError> {
    cx.look_in_project(args.place.project.as_deref())?;
    begin(cx, &args.write)?;
    let ledger = cx.ledger().map_err(|error| {
        Fault::because("what was lost is not known", &error)
            .hint("`hatch mcp backup restore` puts back what a backup has")
            .failure()
    })?;
    let hosts = hosts(cx, &args.hosts)?;
    let mut damages = Vec::new();
    let mut faults = Vec::new();
    for site in hosts.iter().flat_map(|host| sites(cx, host, args.place.scopes())) {
        match Damage::find(cx, site, &ledger) {
            Ok(damage) => damages.extend(damage),
            Err(fault) => faults.push(fault),
        }
    }
    CommandError::check(faults)?;
    let mut targets = Vec::new();
    let mut faults = Vec::new();
    for damage in &damages {
        match damage.plan(cx) {
            Ok(target) => targets.extend(target),
            Err(fault) => faults.push(fault),
        }
    }
    CommandError::check(faults)?;
    let servers = targets.iter().map(|target| target.changes.len()).sum();
    let title = match targets.is_empty() {
        true => "Repair: no host lost a server that can be put back".to_owned(),
        false => format!("Repair {} on {}", count(servers, "server"), on_hosts(&targets)),
    };
    let mut plan = Plan { records: RecordPolicy::Repaired, targets, ..Plan::new("repair", title) };
    lookup::warn(cx, &mut plan);
    carry_out(cx, &plan, None, &args.write)?;
    Ok(super::planning::exit(&plan))
}

/// The hosts that are named; all, without a name.
fn hosts(cx: &Context, names: &[String]) -> Result<Vec<Host>, CommandError> {
    let names: Vec<_> = names.iter().map(|name| name.trim()).collect();
    if names.is_empty() || names.contains(&"all") {
        return Ok(cx.registry.hosts().to_vec());
    }
    let mut faults = Vec::new();
    let mut hosts = Vec::new();
    for name in names.into_iter().filter(|name| !name.is_empty()) {
        match host(cx, name) {
            Ok(host) => hosts.push(host.clone()),
            Err(fault) => faults.push(fault),
        }
    }
    CommandError::check(faults)?;
    Ok(hosts)
}

/// What one document lost.
struct Damage {
    target: Target,
    scope: Scope,
    cause: LossCause,
    lost: Vec<(ServerName, Record)>,
}

impl Damage {
    /// Compares a document with the ledger. `None` where it lost nothing.
    fn find(cx: &Context, site: Site<'_>, ledger: &Ledger) -> Result<Option<Self>, Fault> {
        let (host, scope, project) = (site.host, site.scope, site.project(cx));
        let Ok(places) = site.places else { return Ok(None) };
        let configuration =
            cx.configuration(host, &places).map_err(|error| host_fault(host, &error))?;
        let target = Target { host: host.clone(), configuration, project };
        let records = ledger.records(target.destination());
        let mut found = None;
        let mut lost = Vec::new();
        for (server, absence) in absences(&records, &target.configuration) {
            let (Absence::Lost(cause), Some(record)) = (absence, records.get(server.as_str()))
            else {
                continue;
            };
            found = Some(cause);
            lost.push((server, (*record).clone()));
        }
        if found.is_some() && places.iter().any(|place| !place.exists && !place.folder_exists) {
            let name = target.host.name();
            let why = match &target.project {
                None => format!("{name} is not on this machine any more"),
                Some(root) => {
                    format!(
                        "{name} has no folder in the project `{}` any more",
                        cx.roots.shown(root)
                    )
                }
            };
            cx.output.note(&format!(
                "{why}, so its {} not put back",
                match lost.len() {
                    1 => "server is".to_owned(),
                    number => format!("{number} servers are"),
                }
            ));
            return Ok(None);
        }
        Ok(found.map(|cause| Damage { target, scope, cause, lost }))
    }

    /// The plan that puts the lost servers back; `None` where their sources have none of them.
    fn plan(&self, cx: &Context) -> Result<Option<TargetPlan>, Fault> {
        let mut sources: Vec<(Origin, Source)> = Vec::new();
        let mut edits = Vec::new();
        let mut warnings = BTreeMap::<String, Vec<String>>::new();
        for (server, record) in &self.lost {
            let Some(origin) = &record.origin else {
                cx.output.note(&format!(
                    "`{server}` was configured on {} itself, so no source has it: \
                     `hatch mcp backup restore {}` puts back what a backup has",
                    self.target.host.id, self.target.host.id
                ));
                continue;
            };
            if !sources.iter().any(|(known, _)| known.is_same(origin)) {
                sources.push((origin.clone(), sources::read(cx, origin, self.scope)?));
            }
            let source = sources.iter().find(|(known, _)| known.is_same(origin));
            match source.map(|(_, source)| self.server(source, server)).transpose()?.flatten() {
                Some(found) => {
                    edits.push(Edit::Put(found));
                    warnings.entry(written(record)).or_default().push(format!("`{server}`"));
                }
                None => cx.output.note(&format!(
                    "`{server}` is not put back on {}: {origin} does not have it any more",
                    self.target.host.id
                )),
            }
        }
        if edits.is_empty() {
            return Ok(None);
        }
        let mut plan =
            planner::edit(&self.target, edits, Preparation::default()).map_err(|error| {
                Fault::because(format!("{} can't be repaired", self.target.host.id), &error)
            })?;
        plan.warnings.extend(warnings.into_iter().map(|(written, servers)| {
            format!("lost {}, {written}: {}", servers.join(", "), lost(self.cause))
        }));
        Ok(Some(plan))
    }

    fn server(&self, source: &Source, name: &ServerName) -> Result<Option<Server>, Fault> {
        let servers = source.servers_for(&self.target.host).map_err(|error| Fault::of(&error))?;
        Ok(servers.into_iter().find(|server| &server.name == name))
    }
}

/// Since which run hatch knows a server.
fn written(record: &Record) -> String {
    let date = record.at.strftime("%Y-%m-%d");
    match &record.operation {
        Some(operation) => format!("which the run {operation} wrote on {date}"),
        None => format!("which hatch adopted on {date}"),
    }
}
