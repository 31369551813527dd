//! What an environment's servers are taken from: a file, standard input, or a host.

use std::path::Path;

use hatch_core::environment::Environment;
use hatch_core::environment::paste::{self, PasteError, Pasted};
use hatch_core::host::Scope;
use hatch_core::plan::planner::Target;
use hatch_core::server::ServerName;

use super::super::read::left_out;
use super::super::targets::{LOOKED_FOR, available};
use super::super::{host, host_fault, sources};
use crate::args::env::ReadingArgs;
use crate::context::{self, Context};
use crate::dialect;
use crate::error::Fault;
use crate::view::json::Source;

/// What a source gives.
pub struct Taken {
    pub environment: Environment,
    /// What a person calls the source.
    pub label: String,
    pub source: Source,
    /// Servers that are left out, and why.
    pub left_out: Vec<String>,
}

/// The servers of a file, or of standard input. What is left out is said.
pub fn file(
    cx: &Context,
    path: &Path,
    name: Option<&str>,
    how: &ReadingArgs,
) -> Result<Taken, Vec<Fault>> {
    let is_input = path.as_os_str() == "-";
    let shown = path.display().to_string();
    let label = if is_input { "standard input".to_owned() } else { format!("`{shown}`") };
    let bytes = bytes(cx, path).map_err(|fault| vec![fault])?;
    let name = match name.map(|name| ServerName::new(name).ok_or(())) {
        None => None,
        Some(Ok(name)) => Some(name),
        Some(Err(())) => return Err(vec![Fault::new("--name is empty: a server has a name")]),
    };
    let adapter = dialect::of(cx, path, how.as_host.as_deref()).map_err(|fault| vec![fault])?;
    let pasted = match &adapter {
        Some(adapter) => paste::read_as(&bytes, name, &**adapter),
        None => paste::read(&bytes, name),
    };
    let pasted = pasted.map_err(|error| faults(&label, &error))?;
    if how.strict && !pasted.skipped.is_empty() {
        return Err(faults(&label, &PasteError::Parts(pasted.skipped)));
    }
    if !pasted.not_taken.is_empty() {
        cx.output.note(&format!("not taken from {label}: {}", pasted.not_taken.join(", ")));
    }
    if adapter.is_none() {
        remark(cx, &label, &pasted);
    }
    let left_out = pasted.skipped.iter().map(|fault| Fault::of(fault).one_line());
    let left_out = left_out.map(|why| format!("left out: {why}")).collect();
    Ok(Taken { environment: pasted.environment, label, source: Source::File(shown), left_out })
}

/// Says what a text in the common form does not say, and how else it could be read.
fn remark(cx: &Context, label: &str, pasted: &Pasted) {
    if let Some(form) = pasted.form {
        cx.output.note(&format!("{label} has the form of {form}'s file, and is read so"));
    }
    let foreign = paste::foreign_references(&pasted.environment);
    if !foreign.is_empty() {
        let quoted: Vec<_> = foreign.iter().map(|it| format!("`{it}`")).collect();
        cx.output.note(&format!(
            "taken as plain text: {}; hatch spells a reference `${{env:NAME}}`, and --as HOST reads \
             the file as that host does: `${{NAME}}` is Claude Code's (--as claude-code) or Gemini \
             CLI's (--as gemini)",
            quoted.join(", ")
        ));
    }
    let servers = pasted.environment.servers_for(&[]).unwrap_or_default();
    let is_short = |timeout: Option<u64>| timeout.is_some_and(|it| (1..1000).contains(&it));
    if servers.iter().any(|server| is_short(server.timeouts.request)) {
        cx.output.note(
            "a timeout is less than a second: --as HOST reads the file with that host's units, as \
             --as cline does with seconds",
        );
    }
}

/// The servers of a host. Entries that can't be understood are said.
pub fn from_host(
    cx: &Context,
    name: &str,
    scope: Scope,
    strict: bool,
) -> Result<Taken, Vec<Fault>> {
    let host = host(cx, name).map_err(|fault| vec![fault])?;
    let places = available(cx, host, scope).map_err(|fault| vec![fault.hint(LOOKED_FOR)])?;
    let configuration =
        cx.configuration(host, &places).map_err(|error| vec![host_fault(host, &error)])?;
    let left_out: Vec<_> = left_out(&configuration.reading)
        .iter()
        .map(|entry| format!("left out: `{}` {}", entry.name, entry.reason))
        .collect();
    if strict && !left_out.is_empty() {
        let faults = left_out.iter().map(|why| Fault::new(format!("{}: {why}", host.id)));
        return Err(faults.collect());
    }
    let target = Target { host: host.clone(), configuration, project: cx.project(scope) };
    sources::warn_of_written_out(cx, &target, scope);
    let adapter = &host.adapter.descriptor().id;
    Ok(Taken {
        environment: Environment::from_servers(adapter, &target.configuration.reading.servers),
        label: format!("{} ({})", host.name(), host.id),
        source: Source::Host(host.id.to_string()),
        left_out,
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
        PasteError::NoServers { .. } => vec![Fault::because(cannot, error).hint(
            "it may be an environment, `{\"mcpServers\": {...}}`, `{\"servers\": {...}}`, \
             a map of servers, one server with --name, or a `claude mcp add` line",
        )],
        PasteError::Blocks(_) => vec![Fault::because(cannot, error).hint("paste one of them")],
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
