//! How what a host has compares with a source, and with what hatch noted when it wrote it.

use std::collections::{BTreeMap, BTreeSet};
use std::ffi::OsString;

use jiff::Timestamp;

use crate::adapter::Edit;
use crate::ledger::{Ledger, Record, digest};
use crate::operation::OperationId;
use crate::plan::ChangeKind;
use crate::plan::drift::{Absence, absences, written_out};
use crate::plan::planner::{self, PlanError, Target};
use crate::plan::prepare::Preparation;
use crate::server::{Server, ServerName};
use crate::source::{Origin, Source};

/// How one server compares.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum State {
    /// The host has what the source says, and hatch put it there or adopted it.
    InSync,
    /// Someone changed it on the host since.
    ChangedOnHost,
    /// The source says something else since.
    ChangedInEnvironment,
    /// Both changed.
    ChangedInBoth,
    /// The host wrote the values of these variables in place of references to them.
    WrittenOut(Vec<String>),
    /// The host lost it: its file or all that hatch had put there is gone.
    Lost,
    /// Someone deleted it from a file that is otherwise intact.
    Deleted,
    /// The host has another server of that name, which hatch did not put there.
    Differs,
    /// The host has the same, and hatch did not put it there.
    Same,
    /// The host does not have it, and never had it from this source.
    Absent,
    /// The host cannot have it, for this reason.
    Refused(String),
    /// The source does not have it any more.
    Gone,
}

impl State {
    /// Whether a sync would have nothing to write and nothing to ask.
    pub fn is_in_sync(&self) -> bool {
        matches!(self, State::InSync | State::Same | State::Refused(_))
    }
}

/// One server of a source, or of what a source put on a host.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Comparison {
    /// How it compares.
    pub state: State,
    /// When hatch noted it last, from whatever source.
    pub noted: Option<Timestamp>,
    /// The run that wrote it then.
    pub operation: Option<OperationId>,
    /// The other source that hatch has it from.
    pub other: Option<Origin>,
}

/// Compares every server of a source, and every one that a host has from it, by name.
///
/// A definition that says the same as when it was written, on a host that has it as it was
/// written, is in sync. Otherwise the planner is asked what a sync would do: a host that
/// cannot hold a change has nothing to be brought in sync.
///
/// # Errors
///
/// Fails where the source has a bad entry for the host, or its adapter fails.
pub fn compare(
    source: &Source,
    target: &Target,
    ledger: &Ledger,
    variables: &BTreeMap<OsString, OsString>,
) -> Result<BTreeMap<ServerName, Comparison>, PlanError> {
    let origin = source.origin();
    let records = ledger.records(target.destination());
    let absent = absences(&records, &target.configuration);
    let wanted = source.servers_for(&target.host)?;
    let found = &target.configuration.reading.servers;
    let mut compared = BTreeMap::new();
    let mut doubtful = Vec::new();
    for server in &wanted {
        let record = records.get(server.name.as_str()).copied();
        let ours = record.filter(|record| record.is_from(&origin));
        let state = match (ours, by_name(found, &server.name)) {
            (None, None) => State::Absent,
            (None, Some(_)) => State::Differs,
            (Some(_), None) => missing(absent.get(&server.name)),
            (Some(record), Some(found)) => changed(record, found, server),
        };
        if !matches!(state, State::InSync | State::Lost | State::Deleted) {
            doubtful.push(server);
        }
        compared.insert(server.name.clone(), comparison(state, record, &origin));
    }
    settle(target, &doubtful, variables, &mut compared)?;
    let names: BTreeSet<_> = wanted.iter().map(|server| server.name.as_str()).collect();
    for (name, record) in records {
        let Some(name) = ServerName::new(name) else { continue };
        let is_gone = record.is_from(&origin) && !names.contains(name.as_str());
        if is_gone && by_name(found, &name).is_some() {
            compared.insert(name, comparison(State::Gone, Some(record), &origin));
        }
    }
    Ok(compared)
}

fn comparison(state: State, record: Option<&Record>, origin: &Origin) -> Comparison {
    let other = record.and_then(|record| record.origin.clone());
    Comparison {
        state,
        noted: record.map(|record| record.at),
        operation: record.and_then(|record| record.operation.clone()),
        other: other.filter(|other| !other.is_same(origin)),
    }
}

fn by_name<'a>(servers: &'a [Server], name: &ServerName) -> Option<&'a Server> {
    servers.iter().find(|server| &server.name == name)
}

fn missing(absence: Option<&Absence>) -> State {
    match absence {
        Some(Absence::Lost(_)) => State::Lost,
        Some(Absence::Deleted) => State::Deleted,
        // An entry of its name is there, and cannot be read as a server.
        None => State::ChangedOnHost,
    }
}

fn changed(record: &Record, found: &Server, wanted: &Server) -> State {
    let here = record.digest != digest(found);
    let there = record.definition.as_ref() != Some(&digest(wanted));
    match (here, there) {
        (false, false) => State::InSync,
        (true, false) => State::ChangedOnHost,
        (false, true) => State::ChangedInEnvironment,
        (true, true) => State::ChangedInBoth,
    }
}

/// Asks the planner about servers that may not be in sync: one that a sync would leave as it
/// is, one that the host refuses, and one whose references the host wrote out.
fn settle(
    target: &Target,
    doubtful: &[&Server],
    variables: &BTreeMap<OsString, OsString>,
    compared: &mut BTreeMap<ServerName, Comparison>,
) -> Result<(), PlanError> {
    if doubtful.is_empty() {
        return Ok(());
    }
    let edits = doubtful.iter().map(|&server| Edit::Put(server.clone()));
    let plan = planner::edit(target, edits, Preparation::default())?;
    for (server, change) in doubtful.iter().zip(plan.changes) {
        let Some(comparison) = compared.get_mut(&server.name) else { continue };
        let is_changed = matches!(comparison.state, State::ChangedOnHost | State::ChangedInBoth);
        comparison.state = match change.kind {
            ChangeKind::Keep if comparison.state == State::Differs => State::Same,
            ChangeKind::Keep => State::InSync,
            ChangeKind::Refuse(reason) => State::Refused(reason),
            _ if is_changed => match written_out(target, server, variables)? {
                Some(names) => State::WrittenOut(names),
                None => continue,
            },
            _ => continue,
        };
    }
    Ok(())
}
