//! How a document differs from what the ledger says hatch put there.

use std::collections::{BTreeMap, BTreeSet};
use std::ffi::OsString;

use super::ChangeKind;
use super::planner::{self, PlanError, Target};
use super::prepare::{Preparation, write_out};
use crate::adapter::Edit;
use crate::configuration::Configuration;
use crate::ledger::Record;
use crate::server::{Server, ServerName};

/// Why a server is not in a document that hatch put it into.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Absence {
    /// By an accident: no person deletes servers like this.
    Lost(LossCause),
    /// From a document that is otherwise intact: a person did it. In doubt it is this one.
    Deleted,
}

/// What was lost with a server.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LossCause {
    /// The whole file.
    File,
    /// The part of the file that holds servers.
    Container,
    /// Several servers at once, and with them all that hatch had put there.
    Servers,
}

/// The servers of these records that the document does not have any more, and why. An entry
/// that cannot be read is there.
pub fn absences(
    records: &BTreeMap<&str, &Record>,
    found: &Configuration,
) -> BTreeMap<ServerName, Absence> {
    let reading = &found.reading;
    let servers = reading.servers.iter().map(|server| server.name.as_str());
    let unreadable = reading.unreadable.iter().map(|entry| entry.name.as_str());
    let foreign = reading.foreign.iter().map(String::as_str);
    let present: BTreeSet<_> = servers.chain(unreadable).chain(foreign).collect();
    let missing: Vec<_> = records.keys().filter(|name| !present.contains(*name)).collect();
    let absence = if !found.has_file() {
        Absence::Lost(LossCause::File)
    } else if !found.has_container() {
        Absence::Lost(LossCause::Container)
    } else if missing.len() > 1 && missing.len() == records.len() {
        Absence::Lost(LossCause::Servers)
    } else {
        Absence::Deleted
    };
    let names = missing.into_iter().filter_map(|name| ServerName::new(*name));
    names.map(|name| (name, absence)).collect()
}

/// The variables whose values a host wrote in place of references, if that is all that
/// differs between what it has and what it was given: some hosts rewrite their whole file so.
///
/// # Errors
///
/// Fails where the host's adapter does.
pub fn written_out(
    target: &Target,
    wanted: &Server,
    variables: &BTreeMap<OsString, OsString>,
) -> Result<Option<Vec<String>>, PlanError> {
    let mut server = wanted.clone();
    let names = write_out(&mut server, variables);
    if names.is_empty() {
        return Ok(None);
    }
    let plan = planner::edit(target, [Edit::Put(server)], Preparation::default())?;
    let is_equal = plan.changes.iter().all(|change| change.kind == ChangeKind::Keep);
    Ok(is_equal.then_some(names))
}
