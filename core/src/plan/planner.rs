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
use std::path::PathBuf;

use super::besides::{Sections, changes_besides};
use super::conflict::HostServers;
use super::diff::Spelling;
use super::hidden::Hidden;
use super::prepare::{Preparation, Prepared, prepare};
use super::{Change, ChangeKind, Plan, RecordPolicy, TargetPlan, diff, doubt, remark};
use crate::adapter::{Edit, Loss, Outcome, Reading};
use crate::configuration::{Configuration, ConfigurationError};
use crate::environment::EnvironmentError;
use crate::host::HostDescriptor;
use crate::ledger::{self, Destination};
use crate::registry::Host;
use crate::server::{Server, ServerName};
use crate::source::Source;

/// A host that a run writes to, and what it has now.
pub struct Target {
    /// The host.
    pub host: Host,
    /// Its documents.
    pub configuration: Configuration,
    /// The project's root, where the documents are a project's.
    pub project: Option<PathBuf>,
}

impl Target {
    /// Where its servers go.
    pub fn destination(&self) -> Destination<'_> {
        let location = self.configuration.location();
        Destination { host: &self.host.id, location, project: self.project.as_deref() }
    }
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
    let mut targets = each(asked.targets, |target| {
        let of_host = |names: &'_ HostServers| names.get(&target.host.id).cloned();
        let kept = of_host(asked.kept).unwrap_or_default();
        let mut servers = source.servers_for(&target.host)?;
        servers.retain(|it| selected.contains(&it.name) && !kept.contains(&it.name));
        let stale = of_host(asked.stale).unwrap_or_default().into_iter();
        let removals = stale.filter(|name| !kept.contains(name)).map(Edit::Remove);
        let edits = servers.into_iter().map(Edit::Put).chain(removals);
        let mut planned = edit(target, edits, asked.how)?;
        say_what_is_left_out(&mut planned, source.left_out_for(&target.host));
        Ok(planned)
    })?;
    targets.iter_mut().for_each(|target| remark::literal_references(source, target));
    Ok(Plan { records: RecordPolicy::From(source.origin()), targets, ..Plan::new("sync", title) })
}

/// Adds to the losses what a source has of its servers and did not give.
fn say_what_is_left_out(planned: &mut TargetPlan, mut lost: BTreeMap<ServerName, Vec<Loss>>) {
    for change in planned.changes.iter_mut().filter(|change| change.definition.is_some()) {
        if !matches!(change.kind, ChangeKind::Refuse(_)) {
            change.losses.extend(lost.remove(&change.server).unwrap_or_default());
        }
    }
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
    hidden: Hidden,
    /// What was lost already, or why the target can't have it.
    losses: Result<Vec<Loss>, String>,
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
    let (mut asked, edits) = ask(wanted, descriptor, how);
    let edited = target.configuration.edit(&*target.host.adapter, &edits)?;
    let (before, after) = (by_name(&target.configuration.reading), by_name(&edited.reading));
    // The same value may stand in another server, too.
    let mut hidden = Hidden::default();
    for asked in &mut asked {
        let both = [before.get(&asked.server), after.get(&asked.server)];
        both.into_iter().flatten().for_each(|server| asked.hidden.notice(server));
        hidden.extend(&asked.hidden);
    }
    let view = View { before: &before, after: &after, hidden: &hidden, spelling: Spelling::Host };
    let mut outcomes = edited.outcomes.into_iter();
    let changes = asked.into_iter().map(|asked| {
        let outcome = hidden.mask_outcome(outcome(asked.losses, &mut outcomes));
        let change = view.change(asked.server, outcome);
        Change { definition: asked.definition, hidden: asked.hidden, ..change }
    });
    let changes: Vec<_> = changes.collect();
    let mut warnings = doubt::warnings(&changes);
    warnings.extend(remark::plain_secrets(descriptor, &changes));
    warnings.extend(written_over(&target.configuration.reading, &changes));
    warnings.extend(changes_besides(
        descriptor,
        &edited.files,
        Sections { before: target.configuration.sections(), after: &edited.sections },
        &changes,
    ));
    Ok(TargetPlan {
        owner: target.host.id.clone().into(),
        name: target.host.name().to_owned(),
        project: target.project.clone(),
        files: edited.files,
        changes,
        warnings,
        after_write: descriptor.after_write.clone(),
    })
}

/// Makes what is wanted fit for a target. What it can't have is asked about and not edited.
fn ask(
    wanted: impl IntoIterator<Item = Edit>,
    descriptor: &HostDescriptor,
    how: Preparation<'_>,
) -> (Vec<Asked>, Vec<Edit>) {
    let (mut asked, mut edits) = (Vec::new(), Vec::new());
    for edit in wanted {
        let (server, definition, prepared) = match edit {
            Edit::Remove(name) => {
                edits.push(Edit::Remove(name.clone()));
                (name, None, Ok((Vec::new(), Hidden::default())))
            }
            Edit::Put(server) => {
                let (name, definition) = (server.name.clone(), ledger::digest(&server));
                let prepared = prepare(server, descriptor, how);
                let prepared = prepared.map(|Prepared { server, losses, hidden }| {
                    edits.push(Edit::Put(server));
                    (losses, hidden)
                });
                (name, Some(definition), prepared)
            }
        };
        let (losses, hidden) = match prepared {
            Ok((losses, hidden)) => (Ok(losses), hidden),
            Err(reason) => (Err(reason), Hidden::default()),
        };
        asked.push(Asked { server, definition, hidden, losses });
    }
    (asked, edits)
}

/// What became of an edit, with what was lost before its adapter was asked.
fn outcome(
    losses: Result<Vec<Loss>, String>,
    outcomes: &mut impl Iterator<Item = Outcome>,
) -> Outcome {
    match losses {
        Err(reason) => Outcome::Refused(reason),
        Ok(mut losses) => match outcomes.next() {
            Some(Outcome::Done(more)) => {
                losses.extend(more);
                Outcome::Done(losses)
            }
            Some(Outcome::Refused(reason)) => Outcome::Refused(reason),
            None => unreachable!("the check of the answer counted the outcomes"),
        },
    }
}

/// What differs between two states of a host, server by server. `hidden` is masked in it, and
/// values are spelt as in the files that they are from.
pub(super) fn differences(
    before: &Reading,
    after: &Reading,
    hidden: &Hidden,
    spelling: Spelling,
) -> Vec<Change> {
    let (old, new) = (by_name(before), by_name(after));
    let gone = before.servers.iter().filter(|server| !new.contains_key(&server.name));
    let view = View { before: &old, after: &new, hidden, spelling };
    let servers = after.servers.iter().chain(gone);
    servers.map(|server| view.change(server.name.clone(), Outcome::Done(Vec::new()))).collect()
}

fn by_name(reading: &Reading) -> BTreeMap<&ServerName, &Server> {
    reading.servers.iter().map(|server| (&server.name, server)).collect()
}

/// Two states of a host, and how their difference is shown.
struct View<'a> {
    before: &'a BTreeMap<&'a ServerName, &'a Server>,
    after: &'a BTreeMap<&'a ServerName, &'a Server>,
    hidden: &'a Hidden,
    spelling: Spelling,
}

impl View<'_> {
    fn change(&self, server: ServerName, outcome: Outcome) -> Change {
        let (was, is) = (self.before.get(&server).copied(), self.after.get(&server).copied());
        let fields = |after| diff::fields(was, after, self.hidden, self.spelling);
        let (kind, losses) = match outcome {
            Outcome::Refused(reason) => (ChangeKind::Refuse(reason), Vec::new()),
            Outcome::Done(losses) => {
                let kind = match (was, is) {
                    (None, Some(is)) => ChangeKind::Add(fields(is)),
                    (Some(was), Some(is)) if was == is => ChangeKind::Keep,
                    (Some(_), Some(is)) => ChangeKind::Update(fields(is)),
                    (_, None) => ChangeKind::Remove,
                };
                (kind, losses)
            }
        };
        Change { losses, after: is.cloned(), ..Change::new(server, kind) }
    }
}

/// Entries that can't be read and whose place servers take.
fn written_over<'a>(
    before: &'a Reading,
    changes: &'a [Change],
) -> impl Iterator<Item = String> + 'a {
    let is_put = |name: &str| {
        let change = changes.iter().find(|change| change.server.as_str() == name);
        change.is_some_and(|change| matches!(change.kind, ChangeKind::Add(_)))
    };
    before.unreadable.iter().filter(move |entry| is_put(&entry.name)).map(|entry| {
        format!(
            "`{}` has an entry that can't be understood ({}); it is written over",
            entry.name, entry.reason
        )
    })
}
