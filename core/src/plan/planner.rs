//! Turns a selection of servers into a [`Plan`], without touching a disk.
//!
//! Every choice of a run is made here. [`crate::transaction`] carries the choices out and
//! makes none of its own.
//!
//! # Invariants
//!
//! * A target names the bytes it expects to find, so that an edit made after the plan stops
//!   the run.
//! * Planning again after a plan was applied gives an empty plan.

use std::collections::{BTreeMap, HashSet};

use super::besides::{Sections, changes_besides};
use super::conflict::HostServers;
use super::prepare::{Preparation, prepare};
use super::{Change, ChangeKind, Noting, Plan, TargetPlan, diff};
use crate::adapter::{Edit, Loss, Outcome, Reading};
use crate::configuration::{Configuration, ConfigurationError};
use crate::environment::EnvironmentError;
use crate::host::{HostDescriptor, Reference};
use crate::managed;
use crate::registry::Host;
use crate::server::{Server, ServerName};
use crate::source::Source;

/// A host that a run writes to, and what it has now.
pub struct Target {
    /// The host.
    pub host: Host,
    /// Its documents.
    pub configuration: Configuration,
}

/// Why a host can't be planned for.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum PlanError {
    /// Its documents or its adapter stand in the way.
    #[error(transparent)]
    Configuration(#[from] ConfigurationError),
    /// The source has a bad entry for it.
    #[error(transparent)]
    Environment(#[from] EnvironmentError),
}

/// What a sync is asked for.
#[derive(Clone, Copy)]
pub struct Sync<'a> {
    /// Where servers come from.
    pub source: &'a Source,
    /// Which of them.
    pub selected: &'a [ServerName],
    /// Where they go.
    pub targets: &'a [Target],
    /// How they are changed on their way.
    pub how: Preparation<'a>,
    /// Servers that are taken away, host by host.
    pub stale: &'a HostServers,
    /// Servers that stay on a host as they are.
    pub kept: &'a HostServers,
}

/// Plans to put the selected servers of a source into every target.
///
/// # Errors
///
/// Fails with every target that can't be planned for, by its place in the targets.
pub fn sync(asked: Sync<'_>) -> Result<Plan, Vec<(usize, PlanError)>> {
    let Sync { source, selected, .. } = asked;
    let servers = if selected.len() == 1 { "server" } else { "servers" };
    let title = format!("Sync {} {servers} from {}", selected.len(), source.label());
    let selected: HashSet<_> = selected.iter().collect();
    let targets = each(asked.targets, |target| {
        let of_host = |names: &'_ HostServers| names.get(&target.host.id).cloned();
        let kept = of_host(asked.kept).unwrap_or_default();
        let mut servers = source.servers_for(&target.host)?;
        servers.retain(|it| selected.contains(&it.name) && !kept.contains(&it.name));
        let stale = of_host(asked.stale).unwrap_or_default().into_iter();
        let removals = stale.filter(|name| !kept.contains(name)).map(Edit::Remove);
        edit(target, servers.into_iter().map(Edit::Put).chain(removals), asked.how)
    })?;
    Ok(Plan { noting: Noting::From(source.origin()), targets, ..Plan::new("sync", title) })
}

/// Plans for every target, and fails with all that can't be planned for.
///
/// # Errors
///
/// Fails with every target that can't be planned for, by its place in `targets`.
pub fn each(
    targets: &[Target],
    mut plan: impl FnMut(&Target) -> Result<TargetPlan, PlanError>,
) -> Result<Vec<TargetPlan>, Vec<(usize, PlanError)>> {
    let mut planned = Vec::new();
    let mut failed = Vec::new();
    for (at, target) in targets.iter().enumerate() {
        match plan(target) {
            Ok(plan) => planned.push(plan),
            Err(error) => failed.push((at, error)),
        }
    }
    if failed.is_empty() { Ok(planned) } else { Err(failed) }
}

/// One server that a target is asked about, before its adapter is.
struct Asked {
    server: ServerName,
    definition: Option<String>,
    prepared: Prepared,
}

enum Prepared {
    Edit(Vec<Loss>),
    Refused(String),
}

/// Plans edits of one target. Servers are made fit for it first.
///
/// # Errors
///
/// Fails where its documents or its adapter stand in the way.
pub fn edit(
    target: &Target,
    wanted: impl IntoIterator<Item = Edit>,
    how: Preparation<'_>,
) -> Result<TargetPlan, PlanError> {
    let descriptor = target.host.adapter.descriptor();
    let mut asked = Vec::new();
    let mut edits = Vec::new();
    for edit in wanted {
        let (server, definition, prepared) = match edit {
            Edit::Remove(name) => (name.clone(), None, Ok((Edit::Remove(name), Vec::new()))),
            Edit::Put(server) => (
                server.name.clone(),
                Some(managed::digest(&server)),
                prepare(server, descriptor, how)
                    .map(|(server, losses)| (Edit::Put(server), losses)),
            ),
        };
        let prepared = match prepared {
            Ok((edit, losses)) => {
                edits.push(edit);
                Prepared::Edit(losses)
            }
            Err(reason) => Prepared::Refused(reason),
        };
        asked.push(Asked { server, definition, prepared });
    }
    let edited = target.configuration.edit(&*target.host.adapter, &edits)?;
    let mut outcomes = edited.outcomes.into_iter();
    let before = by_name(&target.configuration.reading);
    let after = by_name(&edited.reading);
    let changes = asked.into_iter().map(|asked| {
        let outcome = outcome(asked.prepared, &mut outcomes);
        Change { definition: asked.definition, ..change(asked.server, outcome, &before, &after) }
    });
    let changes: Vec<_> = changes.collect();
    let mut warnings = secrets_in_plain_text(descriptor, &changes);
    warnings.extend(changes_besides(
        descriptor,
        &edited.files,
        Sections { before: target.configuration.sections(), after: &edited.sections },
        &changes,
    ));
    Ok(TargetPlan {
        owner: target.host.id.clone().into(),
        name: target.host.name().to_owned(),
        files: edited.files,
        changes,
        warnings,
        after_write: descriptor.after_write.clone(),
    })
}

/// What became of an edit, with what was lost before its adapter was asked.
fn outcome(prepared: Prepared, outcomes: &mut impl Iterator<Item = Outcome>) -> Outcome {
    match prepared {
        Prepared::Refused(reason) => Outcome::Refused(reason),
        Prepared::Edit(mut losses) => match outcomes.next() {
            Some(Outcome::Done(more)) => {
                losses.extend(more);
                Outcome::Done(losses)
            }
            Some(Outcome::Refused(reason)) => Outcome::Refused(reason),
            None => unreachable!("the check of the answer counted the outcomes"),
        },
    }
}

/// What differs between two states of a host, server by server.
pub fn differences(before: &Reading, after: &Reading) -> Vec<Change> {
    let (old, new) = (by_name(before), by_name(after));
    let gone = before.servers.iter().filter(|server| !new.contains_key(&server.name));
    after
        .servers
        .iter()
        .chain(gone)
        .map(|server| change(server.name.clone(), Outcome::Done(Vec::new()), &old, &new))
        .collect()
}

fn by_name(reading: &Reading) -> BTreeMap<&ServerName, &Server> {
    reading.servers.iter().map(|server| (&server.name, server)).collect()
}

fn change(
    server: ServerName,
    outcome: Outcome,
    before: &BTreeMap<&ServerName, &Server>,
    after: &BTreeMap<&ServerName, &Server>,
) -> Change {
    let (was, is) = (before.get(&server).copied(), after.get(&server).copied());
    let (kind, losses) = match outcome {
        Outcome::Refused(reason) => (ChangeKind::Refuse(reason), Vec::new()),
        Outcome::Done(losses) => {
            let kind = match (was, is) {
                (None, Some(is)) => ChangeKind::Add(diff::fields(None, is)),
                (Some(was), Some(is)) if was == is => ChangeKind::Keep,
                (Some(was), Some(is)) => ChangeKind::Update(diff::fields(Some(was), is)),
                (_, None) => ChangeKind::Remove,
            };
            (kind, losses)
        }
    };
    Change { server, kind, losses, after: is.cloned(), definition: None }
}

/// Literal secrets that the run would copy, with what could stand there instead.
pub(super) fn secrets_in_plain_text(
    descriptor: &HostDescriptor,
    changes: &[Change],
) -> Vec<String> {
    let mut warnings = Vec::new();
    if !descriptor.references.contains(&Reference::Env) {
        return warnings;
    }
    for change in changes {
        let (ChangeKind::Add(fields) | ChangeKind::Update(fields), Some(server)) =
            (&change.kind, &change.after)
        else {
            continue;
        };
        let changes = |field: &String| fields.iter().any(|it| it.field == *field);
        for field in diff::literal_secrets(server).into_iter().filter(changes) {
            let variable = field.split('.').next_back().unwrap_or_default().to_uppercase();
            let variable = variable.replace('-', "_");
            warnings.push(format!(
                "`{}`: `{field}` is a secret in plain text; `${{env:{variable}}}` could stand for it",
                change.server
            ));
        }
    }
    warnings
}
