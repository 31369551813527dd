//! Reading what hosts have, for every command that lists or shows it.

use hatch_core::adapter::Reading;
use hatch_core::filter::Pattern;
use hatch_core::host::Scope;
use hatch_core::ledger::{Destination, Record};
use hatch_core::locate::{LocateError, Place};
use hatch_core::location::Location;
use hatch_core::registry::Host;

use super::pattern;
use crate::context::Context;
use crate::error::{CommandError, Fault};
use crate::view::count;
use crate::view::json::{Foreign, Unreadable};

/// Which names a listing is about.
pub struct Wanted(Option<Pattern>);

impl Wanted {
    /// Names that a regular expression of the command line finds; all, without one.
    pub fn new(text: Option<&str>) -> Result<Self, CommandError> {
        let pattern = text.map(|text| pattern("the pattern", text)).transpose();
        Ok(Wanted(pattern.map_err(Fault::usage)?))
    }

    /// Both filters of a listing; if both are wrong, both are said to be.
    pub fn both(hosts: Option<&str>, servers: Option<&str>) -> Result<(Self, Self), CommandError> {
        match (Wanted::new(hosts), Wanted::new(servers)) {
            (Ok(hosts), Ok(servers)) => Ok((hosts, servers)),
            (Err(mut error), Err(other)) => {
                error.faults.extend(other.faults);
                Err(error)
            }
            (Err(error), _) | (_, Err(error)) => Err(error),
        }
    }

    /// Whether a name is one of them.
    pub fn has(&self, name: &str) -> Result<bool, CommandError> {
        match &self.0 {
            None => Ok(true),
            Some(pattern) => pattern.finds(name).map_err(|error| Fault::of(&error).failure()),
        }
    }
}

/// An entry that is not taken from a host.
pub struct LeftOut {
    pub name: String,
    /// Why not, to follow its name: `cannot be read: …`.
    pub reason: String,
}

/// The entries of a host that can't be read or are not servers.
pub fn left_out(reading: &Reading) -> Vec<LeftOut> {
    let unreadable = reading.unreadable.iter().map(|entry| LeftOut {
        name: entry.name.clone(),
        reason: format!("cannot be read: {}", entry.reason),
    });
    let foreign = reading.foreign.iter();
    let foreign =
        foreign.map(|name| LeftOut { name: name.clone(), reason: "is not a server".to_owned() });
    unreadable.chain(foreign).collect()
}

/// A host that was read.
pub struct Found<'a> {
    pub host: &'a Host,
    pub places: Vec<Place>,
    /// Where its servers are.
    pub location: Location,
    /// What it has, of the wanted servers.
    pub reading: Reading,
}

impl Found<'_> {
    /// What the ledger knows this document by.
    pub fn destination(&self) -> Destination<'_> {
        Destination { host: &self.host.id, location: &self.location, project: None }
    }
}

/// The environment that a server came from, if hatch put it there from one.
pub fn environment(record: Option<&Record>) -> Option<String> {
    record?.origin.as_ref()?.environment().map(str::to_owned)
}

/// What was read, and what could not be.
#[derive(Default)]
pub struct Findings<'a> {
    pub hosts: Vec<Found<'a>>,
    pub unreadable: Vec<Unreadable>,
    /// Entries that are not servers.
    pub foreign: Vec<Foreign>,
}

/// Reads every wanted host whose file is there, and keeps its wanted servers.
pub fn hosts<'a>(
    cx: &'a Context,
    hosts: &Wanted,
    servers: &Wanted,
) -> Result<Findings<'a>, CommandError> {
    cx.mention_unfinished();
    let mut findings = Findings::default();
    for host in cx.registry.hosts() {
        if !hosts.has(host.id.as_str())? {
            continue;
        }
        let (places, read) = match cx.places(host, Scope::User) {
            Ok(places) if places.iter().all(|place| place.exists) => {
                let read = cx.configuration(host, &places);
                (places, read)
            }
            Err(error @ LocateError::BadPointer { .. }) => (Vec::new(), Err(error.into())),
            _ => continue,
        };
        let (location, mut reading) = match read {
            Ok(configuration) => (configuration.location().clone(), configuration.reading),
            Err(error) => {
                let (host, reason) = (host.id.to_string(), Fault::of(&error).one_line());
                findings.unreadable.push(Unreadable {
                    host,
                    server: None,
                    environment: None,
                    reason,
                });
                continue;
            }
        };
        let mut kept = Vec::new();
        for server in std::mem::take(&mut reading.servers) {
            if servers.has(server.name.as_str())? {
                kept.push(server);
            }
        }
        reading.servers = kept;
        for entry in std::mem::take(&mut reading.unreadable) {
            if servers.has(&entry.name)? {
                let (host, server) = (host.id.to_string(), Some(entry.name));
                findings.unreadable.push(Unreadable {
                    host,
                    server,
                    environment: None,
                    reason: entry.reason,
                });
            }
        }
        for entry in &reading.foreign {
            if servers.has(entry)? {
                findings.foreign.push(Foreign { host: host.id.to_string(), entry: entry.clone() });
            }
        }
        findings.hosts.push(Found { host, places, location, reading });
    }
    Ok(findings)
}

/// Says what could not be read, and how much that is.
pub fn mention_unreadable(cx: &Context, unreadable: &[Unreadable]) {
    for entry in unreadable {
        let what = match (&entry.server, &entry.environment) {
            (Some(server), _) => format!("`{server}` on {}", entry.host),
            (None, Some(environment)) => {
                format!("`{environment}`, which {} has servers from,", entry.host)
            }
            (None, None) => entry.host.clone(),
        };
        cx.output.warn(&format!("{what} can't be read: {}", entry.reason));
    }
    if unreadable.len() > 1 {
        cx.output.note(&format!("{} could not be read", count(unreadable.len(), "item")));
    }
}

/// Says which entries are not servers, and so are not listed.
pub fn mention_foreign(cx: &Context, foreign: &[Foreign]) {
    for Foreign { host, entry } in foreign {
        cx.output.note(&format!("`{entry}` on {host} is not a server"));
    }
}
