//! Servers that hatch put on a host, that someone changed or deleted there since, and that a
//! plan would write or remove again.

use std::collections::{BTreeMap, BTreeSet};
use std::ffi::OsString;

use jiff::Timestamp;

use super::drift::{Absence, LossCause, absences, written_out};
use super::planner::{PlanError, Target};
use super::{ChangeKind, Plan, TargetPlan};
use crate::host::HostId;
use crate::ledger::{Ledger, Record, digest};
use crate::server::{Server, ServerName};
use crate::source::{Origin, Source};

/// Servers by name, host by host.
pub type HostServers = BTreeMap<HostId, BTreeSet<ServerName>>;

/// What is found out about the servers of a plan, host by host.
pub type Findings = BTreeMap<HostId, BTreeMap<ServerName, Finding>>;

/// A server that is not as hatch left it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// What happened to it.
    pub kind: FindingKind,
    /// When hatch noted it.
    pub noted: Timestamp,
}

/// What happened to a server since hatch put it on its host.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FindingKind {
    /// Someone changed it.
    Changed,
    /// Someone deleted it.
    Deleted,
    /// It was lost with others.
    Lost(LossCause),
    /// The host wrote the values of these variables in place of references.
    WrittenOut(Vec<String>),
}

impl Finding {
    /// Whether a person did it, so that a person has to decide.
    pub fn is_conflict(&self) -> bool {
        matches!(self.kind, FindingKind::Changed | FindingKind::Deleted)
    }
}

/// The servers that a plan would write or remove, and that are not as hatch left them.
/// `targets` are those that the plan was made for.
///
/// # Errors
///
/// Fails where a host's adapter does.
pub fn find(
    plan: &Plan,
    source: &Source,
    targets: &[Target],
    ledger: &Ledger,
    variables: &BTreeMap<OsString, OsString>,
) -> Result<Findings, PlanError> {
    let mut findings = Findings::new();
    for (target, planned) in targets.iter().zip(&plan.targets) {
        let found = on_target(target, planned, source, ledger, variables)?;
        if !found.is_empty() {
            findings.insert(target.host.id.clone(), found);
        }
    }
    Ok(findings)
}

/// Of these findings, those that a person has to decide about.
pub fn conflicts(findings: &Findings) -> HostServers {
    let of_host = |found: &BTreeMap<ServerName, Finding>| -> BTreeSet<_> {
        let conflicts = found.iter().filter(|(_, finding)| finding.is_conflict());
        conflicts.map(|(server, _)| server.clone()).collect()
    };
    let all = findings.iter().map(|(host, found)| (host.clone(), of_host(found)));
    all.filter(|(_, servers)| !servers.is_empty()).collect()
}

/// Marks the servers that the plan finds as they should be and the ledger does not know, or
/// knows from another source: noting them makes them hatch's.
pub fn mark_adopted(plan: &mut Plan, origin: &Origin, ledger: &Ledger) {
    for target in &mut plan.targets {
        let mut changes = std::mem::take(&mut target.changes);
        if let Some(at) = target.destination() {
            for change in changes.iter_mut().filter(|it| it.kind == ChangeKind::Keep) {
                let known = ledger.get(at, &change.server);
                change.is_adopted = !known.is_some_and(|record| record.is_from(origin));
            }
        }
        target.changes = changes;
    }
}

fn on_target(
    target: &Target,
    planned: &TargetPlan,
    source: &Source,
    ledger: &Ledger,
    variables: &BTreeMap<OsString, OsString>,
) -> Result<BTreeMap<ServerName, Finding>, PlanError> {
    let at = target.destination();
    let records = ledger.records(at);
    let absent = absences(&records, &target.configuration);
    let wanted = source.servers_for(&target.host)?;
    let mut findings = BTreeMap::new();
    for change in &planned.changes {
        let Some(record) = records.get(change.server.as_str()) else { continue };
        let server = by_name(&target.configuration.reading.servers, &change.server);
        let kind = match (&change.kind, server) {
            (ChangeKind::Add(_), None) => match absent.get(&change.server) {
                Some(Absence::Deleted) => FindingKind::Deleted,
                Some(Absence::Lost(cause)) => FindingKind::Lost(*cause),
                None => FindingKind::Changed,
            },
            (ChangeKind::Remove, Some(server)) if is_edited(record, server) => FindingKind::Changed,
            (ChangeKind::Update(_), Some(server)) if is_edited(record, server) => {
                let wanted = by_name(&wanted, &change.server);
                let names = wanted.map(|wanted| written_out(target, wanted, variables));
                match names.transpose()?.flatten() {
                    Some(names) => FindingKind::WrittenOut(names),
                    None => FindingKind::Changed,
                }
            }
            _ => continue,
        };
        findings.insert(change.server.clone(), Finding { kind, noted: record.at });
    }
    Ok(findings)
}

fn is_edited(record: &Record, server: &Server) -> bool {
    record.digest != digest(server)
}

fn by_name<'a>(servers: &'a [Server], name: &ServerName) -> Option<&'a Server> {
    servers.iter().find(|server| &server.name == name)
}
