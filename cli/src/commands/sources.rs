//! The source that a server came from, as it is now.

use hatch_core::host::Scope;
use hatch_core::ledger::digest;
use hatch_core::plan::drift::written_out;
use hatch_core::plan::planner::Target;
use hatch_core::registry::Host;
use hatch_core::source::{Origin, Source};

use super::{host, host_fault};
use crate::context::Context;
use crate::error::Fault;

/// Reads an environment, by name or by path.
pub fn environment(cx: &Context, name: &str) -> Result<Source, Fault> {
    let environment = cx.environment(name)?;
    let (origin, shown) = (cx.environment_origin(name), name.to_owned());
    Ok(Source::Environment { origin, shown, environment })
}

/// Reads what a ledger names as a source. Of a host it is what that has in `scope`.
pub fn read(cx: &Context, origin: &Origin, scope: Scope) -> Result<Source, Fault> {
    match origin {
        Origin::Environment(name) => environment(cx, name),
        Origin::File(file) => {
            let location = file.location().filter(|location| location.path().exists());
            let Some(location) = location else { return Err(moved(origin)) };
            let path = location.path().to_str().ok_or_else(|| moved(origin))?;
            let environment = cx.environment(path)?;
            let shown = file.shown().to_owned();
            Ok(Source::Environment { origin: origin.clone(), shown, environment })
        }
        Origin::Host(id) => {
            let host: &Host = host(cx, id.as_str())?;
            let places = cx.places(host, scope).map_err(|error| host_fault(host, &error.into()))?;
            let configuration =
                cx.configuration(host, &places).map_err(|error| host_fault(host, &error))?;
            let servers = configuration.reading.servers;
            Ok(Source::Host { host: host.clone(), servers })
        }
    }
}

/// Warns of servers whose host wrote out the values of references: what is taken from there
/// has the values, and the environment that they came from does not.
pub fn warn_of_written_out(cx: &Context, target: &Target, scope: Scope) {
    let ledger = cx.ledger_or_empty();
    let records = ledger.records(target.destination());
    for server in &target.configuration.reading.servers {
        let record = records.get(server.name.as_str());
        let Some(record) = record.filter(|record| record.digest != digest(server)) else {
            continue;
        };
        let Some(origin) = record.origin.as_ref().filter(|it| it.environment().is_some()) else {
            continue;
        };
        let Ok(source) = read(cx, origin, scope) else { continue };
        let wanted = source.servers_for(&target.host).unwrap_or_default();
        let wanted = wanted.into_iter().find(|wanted| wanted.name == server.name);
        let names = wanted.map(|wanted| written_out(target, &wanted, &cx.roots.variables));
        let Some(Ok(Some(names))) = names else { continue };
        let names: Vec<_> = names.iter().map(|name| format!("${{{name}}}")).collect();
        cx.output.warn(&format!(
            "{} wrote out the value of {} in `{}`: taking it from there carries the secret; \
             {origin} has the reference",
            target.host.name(),
            names.join(", "),
            server.name
        ));
    }
}

/// An environment's file that is not where it was. Its repository is the same wherever it is.
fn moved(origin: &Origin) -> Fault {
    let Origin::File(file) = origin else { return Fault::new(format!("{origin} is missing")) };
    let shown = file.shown();
    match file.repository() {
        Some(repository) => Fault::new(format!(
            "`{shown}` was not found; if `{}` is in another folder now, name its `{}` there",
            repository.repository, repository.path
        )),
        None => Fault::new(format!("`{shown}` was not found"))
            .hint("name the file where it is now, or sync from another environment"),
    }
}
