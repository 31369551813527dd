//! Reading what hosts have, for every command that lists or shows it.

use std::path::PathBuf;

use hatch_core::adapter::Reading;
use hatch_core::configuration::Configuration;
use hatch_core::filter::Pattern;
use hatch_core::host::Scope;
use hatch_core::ledger::{Destination, Record};
use hatch_core::locate::{LocateError, Place};
use hatch_core::location::Location;
use hatch_core::registry::Host;

use super::pattern;
use super::places::{Site, sites};
use crate::context::Context;
use crate::error::{CommandError, Fault};
use crate::view::json::{Foreign, Unreadable};
use crate::view::{count, scope_word, scoped};

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
    /// Whose documents these are.
    pub scope: Scope,
    /// The project's root; `None` for the user's documents.
    pub project: Option<PathBuf>,
    pub places: Vec<Place>,
    /// Where its servers are.
    pub location: Location,
    /// What it has, of the wanted servers.
    pub reading: Reading,
}

impl Found<'_> {
    /// What the ledger knows this document by.
    pub fn destination(&self) -> Destination<'_> {
        Destination {
            host: &self.host.id,
            location: &self.location,
            project: self.project.as_deref(),
        }
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

/// Reads every document of these scopes that wanted hosts have, and keeps the wanted servers.
pub fn hosts<'a>(
    cx: &'a Context,
    scopes: &[Scope],
    hosts: &Wanted,
    servers: &Wanted,
) -> Result<Findings<'a>, CommandError> {
    cx.mention_unfinished();
    let mut findings = Findings::default();
    for host in cx.registry.hosts() {
        if !hosts.has(host.id.as_str())? {
            continue;
        }
        for site in sites(cx, host, scopes) {
            findings.add(cx, site, servers)?;
        }
    }
    Ok(findings)
}

impl<'a> Findings<'a> {
    /// Reads a host's documents, if they exist.
    fn add(&mut self, cx: &Context, site: Site<'a>, servers: &Wanted) -> Result<(), CommandError> {
        let (host, scope, project) = (site.host, site.scope, site.project(cx));
        let unreadable = |server, reason| {
            let (host, scope) = (host.id.to_string(), scope_word(scope));
            Unreadable { host, scope, server, environment: None, reason }
        };
        let (places, read) = match site.places {
            Ok(places) if places.iter().all(|place| place.exists) => {
                let read = cx.configuration(host, &places);
                (places, read)
            }
            Err(error @ LocateError::BadPointer { .. }) => (Vec::new(), Err(error.into())),
            _ => return Ok(()),
        };
        let (location, mut reading) = match read {
            Ok(configuration) => {
                mention_remarks(cx, host, &configuration);
                (configuration.location().clone(), configuration.reading)
            }
            Err(error) => {
                self.unreadable.push(unreadable(None, Fault::of(&error).one_line()));
                return Ok(());
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
                self.unreadable.push(unreadable(Some(entry.name), entry.reason));
            }
        }
        for entry in &reading.foreign {
            if servers.has(entry)? {
                let (host, scope) = (host.id.to_string(), scope_word(scope));
                self.foreign.push(Foreign { host, scope, entry: entry.clone() });
            }
        }
        self.hosts.push(Found { host, scope, project, places, location, reading });
        Ok(())
    }
}

/// Says what a person may miss in a host's file.
pub fn mention_remarks(cx: &Context, host: &Host, configuration: &Configuration) {
    for remark in configuration.remarks(host.adapter.descriptor()) {
        cx.output.note(&remark);
    }
}

/// Says what could not be read, and how much that is.
pub fn mention_unreadable(cx: &Context, unreadable: &[Unreadable]) {
    for entry in unreadable {
        let host = scoped(&entry.host, entry.scope);
        let what = match (&entry.server, &entry.environment) {
            (Some(server), _) => format!("`{server}` on {host}"),
            (None, Some(environment)) => format!("`{environment}`, which {host} has servers from,"),
            (None, None) => host,
        };
        cx.output.warn(&format!("{what} can't be read: {}", entry.reason));
    }
    if unreadable.len() > 1 {
        cx.output.note(&format!("{} could not be read", count(unreadable.len(), "item")));
    }
}

/// Says which entries are not servers, and so are not listed.
pub fn mention_foreign(cx: &Context, foreign: &[Foreign]) {
    for Foreign { host, scope, entry } in foreign {
        cx.output.note(&format!("`{entry}` on {} is not a server", scoped(host, scope)));
    }
}
