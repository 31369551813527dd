//! Reading what hosts have, for every command that lists or shows it.

use hatch_core::adapter::Reading;
use hatch_core::configuration::Configuration;
use hatch_core::filter::Pattern;
use hatch_core::host::Scope;
use hatch_core::locate::{LocateError, Place};
use hatch_core::registry::Host;

use super::pattern;
use crate::context::Context;
use crate::error::{CommandError, Fault};
use crate::view::count;
use crate::view::json::Unreadable;

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

/// A host that was read.
pub struct Found<'a> {
    pub host: &'a Host,
    pub places: Vec<Place>,
    /// What it has, of the wanted servers.
    pub reading: Reading,
}

/// What was read, and what could not be.
#[derive(Default)]
pub struct Findings<'a> {
    pub hosts: Vec<Found<'a>>,
    pub unreadable: Vec<Unreadable>,
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
        let mut reading = match read {
            Ok(configuration) => {
                mention_remarks(cx, host, &configuration);
                configuration.reading
            }
            Err(error) => {
                let (host, reason) = (host.id.to_string(), Fault::of(&error).one_line());
                findings.unreadable.push(Unreadable { host, server: None, reason });
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
                findings.unreadable.push(Unreadable { host, server, reason: entry.reason });
            }
        }
        findings.hosts.push(Found { host, places, reading });
    }
    Ok(findings)
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
        let what = match &entry.server {
            Some(server) => format!("`{server}` on {}", entry.host),
            None => entry.host.clone(),
        };
        cx.output.warn(&format!("{what} can't be read: {}", entry.reason));
    }
    if unreadable.len() > 1 {
        cx.output.note(&format!("{} could not be read", count(unreadable.len(), "item")));
    }
}
