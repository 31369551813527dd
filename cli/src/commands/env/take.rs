//! What an environment's servers are taken from: a file, standard input, or a host.

use std::path::Path;

use hatch_core::environment::Environment;
use hatch_core::environment::paste::{self, PasteError};
use hatch_core::host::Scope;
use hatch_core::plan::planner::Target;
use hatch_core::server::ServerName;

use super::super::targets::{LOOKED_FOR, available};
use super::super::{host, host_fault, sources};
use crate::context::{self, Context};
use crate::error::Fault;
use crate::view::json::Source;

/// What a source gives.
pub struct Taken {
    pub environment: Environment,
    /// What a person calls the source.
    pub label: String,
    pub source: Source,
}

/// The servers of a file, or of standard input. What is left out is said.
pub fn file(cx: &Context, path: &Path, name: Option<&str>) -> Result<Taken, Vec<Fault>> {
    let is_input = path.as_os_str() == "-";
    let shown = path.display().to_string();
    let label = if is_input { "standard input".to_owned() } else { format!("`{shown}`") };
    let bytes = bytes(cx, path).map_err(|fault| vec![fault])?;
    let name = match name.map(|name| ServerName::new(name).ok_or(())) {
        None => None,
        Some(Ok(name)) => Some(name),
        Some(Err(())) => return Err(vec![Fault::new("--name is empty: a server has a name")]),
    };
    let pasted = paste::read(&bytes, name).map_err(|error| faults(&label, &error))?;
    if !pasted.not_taken.is_empty() {
        cx.output.note(&format!("not taken from {label}: {}", pasted.not_taken.join(", ")));
    }
    let foreign = paste::foreign_references(&pasted.environment);
    if !foreign.is_empty() {
        let quoted: Vec<_> = foreign.iter().map(|it| format!("`{it}`")).collect();
        cx.output.note(&format!(
            "taken as plain text: {}; a reference is spelt `${{env:NAME}}`, and --from-host \
             understands the spelling of a host's own file",
            quoted.join(", ")
        ));
    }
    Ok(Taken { environment: pasted.environment, label, source: Source::File(shown) })
}

/// The servers of a host. Entries that can't be understood are said.
pub fn from_host(cx: &Context, name: &str, scope: Scope) -> Result<Taken, Fault> {
    let host = host(cx, name)?;
    let places = available(cx, host, scope).map_err(|fault| fault.hint(LOOKED_FOR))?;
    let configuration =
        cx.configuration(host, &places).map_err(|error| host_fault(host, &error))?;
    for entry in &configuration.reading.unreadable {
        cx.output.warn(&format!("`{}` is left out: {}", entry.name, entry.reason));
    }
    let target = Target { host: host.clone(), configuration, project: cx.project(scope) };
    sources::warn_of_written_out(cx, &target, scope);
    let adapter = &host.adapter.descriptor().id;
    Ok(Taken {
        environment: Environment::from_servers(adapter, &target.configuration.reading.servers),
        label: format!("{} ({})", host.name(), host.id),
        source: Source::Host(host.id.to_string()),
    })
}

/// A file's bytes, or those of standard input.
fn bytes(cx: &Context, path: &Path) -> Result<Vec<u8>, Fault> {
    if path.as_os_str() == "-" {
        return context::standard_input()
            .map_err(|error| Fault::because("standard input can't be read", &error));
    }
    let shown = path.display();
    let file = cx.file(&cx.absolute(path));
    let file = file.map_err(|error| Fault::because(format!("`{shown}` can't be read"), &error))?;
    file.bytes.ok_or_else(|| Fault::new(format!("there is no file `{shown}`")))
}

fn faults(label: &str, error: &PasteError) -> Vec<Fault> {
    let cannot = format!("{label} can't be taken");
    match error {
        PasteError::Parts(parts) => {
            parts.iter().map(|part| Fault::because(cannot.clone(), part)).collect()
        }
        PasteError::NoServers => vec![Fault::because(cannot, error).hint(
            "it may be an environment, `{\"mcpServers\": {...}}`, `{\"servers\": {...}}`, \
             a map of servers, or one server with --name",
        )],
        PasteError::NoName => {
            let hint = "`hatch env import` takes one with --name SERVER";
            vec![Fault::because(cannot, error).hint(hint)]
        }
        PasteError::Named => {
            vec![Fault::because(cannot, error).hint("leave --name out")]
        }
        error => vec![Fault::because(cannot, error)],
    }
}
