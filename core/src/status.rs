//! How what a host has compares with the environment that it came from.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::adapter::Edit;
use crate::managed::{Managed, Record, digest};
use crate::plan::ChangeKind;
use crate::plan::planner::{self, PlanError, Target};
use crate::plan::prepare::Preparation;
use crate::server::{Server, ServerName};
use crate::source::Source;

/// How one server compares.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum State {
    /// The host has what the environment says.
    InSync,
    /// Someone changed it on the host since hatch put it there.
    ChangedHere,
    /// The environment says something else since.
    ChangedInEnvironment,
    /// Both changed.
    ChangedInBoth,
    /// The host does not have it any more.
    Missing,
    /// The environment does not have it any more.
    Gone,
    /// The host never had it from this environment.
    NotThereYet,
}

impl State {
    /// Whether a sync would have something to do, or to ask.
    pub fn is_in_sync(self) -> bool {
        matches!(self, State::InSync | State::NotThereYet)
    }
}

/// Compares every server that a host was given from an environment, by name.
///
/// A definition that says the same as when it was put there, on a host that has it as it was
/// put there, is in sync. Otherwise the planner is asked what a sync would do: a host that
/// can't hold a change has nothing to be brought in sync.
///
/// # Errors
///
/// Fails where the environment has a bad entry for the host, or its adapter stands in the way.
pub fn compare(
    source: &Source,
    target: &Target,
    managed: &Managed,
) -> Result<BTreeMap<ServerName, State>, PlanError> {
    let origin = source.origin();
    let wanted = source.servers_for(&target.host)?;
    let found = &target.configuration.reading.servers;
    let mut states = BTreeMap::new();
    let mut doubtful = Vec::new();
    for server in &wanted {
        let record = managed.get(&target.host.id, &server.name);
        let record = record.filter(|record| record.origin.as_ref() == Some(&origin));
        let state = match (record, by_name(found, &server.name)) {
            (None, _) => State::NotThereYet,
            (Some(_), None) => State::Missing,
            (Some(record), Some(found)) => changed(record, found, server),
        };
        if !state.is_in_sync() && state != State::Missing {
            doubtful.push(server);
        }
        states.insert(server.name.clone(), state);
    }
    for server in unchanged_by_a_sync(target, &doubtful)? {
        states.insert(server, State::InSync);
    }
    for (name, record) in managed.of(&target.host.id) {
        let Some(name) = ServerName::new(name.as_str()) else { continue };
        let is_ours = record.origin.as_ref() == Some(&origin);
        if is_ours && !states.contains_key(&name) && by_name(found, &name).is_some() {
            states.insert(name, State::Gone);
        }
    }
    Ok(states)
}

fn by_name<'a>(servers: &'a [Server], name: &ServerName) -> Option<&'a Server> {
    servers.iter().find(|server| &server.name == name)
}

fn changed(record: &Record, found: &Server, wanted: &Server) -> State {
    let here = record.digest != digest(found);
    let there = record.definition.as_ref() != Some(&digest(wanted));
    match (here, there) {
        (false, false) => State::InSync,
        (true, false) => State::ChangedHere,
        (false, true) => State::ChangedInEnvironment,
        (true, true) => State::ChangedInBoth,
    }
}

/// Of some servers, those that a sync would leave as they are.
fn unchanged_by_a_sync(target: &Target, servers: &[&Server]) -> Result<Vec<ServerName>, PlanError> {
    if servers.is_empty() {
        return Ok(Vec::new());
    }
    let edits = servers.iter().map(|&server| Edit::Put(server.clone()));
    let plan = planner::edit(target, edits, Preparation::default())?;
    let kept = plan.changes.into_iter().filter(|change| change.kind == ChangeKind::Keep);
    Ok(kept.map(|change| change.server).collect())
}
