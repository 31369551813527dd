//! `hatch adapter install`.

use hatch_adapters::Builtin;
use hatch_packages::Source;

use super::super::known;
use super::proposal::Proposal;
use super::{fetch, trust};
use crate::args::adapter::InstallArgs;
use crate::context::Context;
use crate::error::{CommandError, Fault};
use crate::exit::Exit;
use crate::prompt::Answer;
use crate::view::json_adapters::AdapterChanges;

/// Fetch, look, show, ask, write.
pub fn run(cx: &Context, args: &InstallArgs) -> Result<Exit, CommandError> {
    let key = trust::key(cx, args.key.as_deref()).map_err(Fault::usage)?;
    let source = fetch::source(cx, &args.source).map_err(Fault::usage)?;
    let lock = super::lock(cx)?;
    let candidate = fetch::candidate(cx, &source).map_err(|fault| match &source {
        Source::Path(path) if !path.exists() => {
            fault.maybe_hint(known::no_adapter(&args.source)).failure()
        }
        _ => fault.failure(),
    })?;
    let id = candidate.descriptor().id.clone();
    let before = lock.adapters.get(&id);
    if Builtin::find(id.as_str()).is_some() && before.is_none() && !args.replace {
        return Err(Fault::new(format!("`{id}` is an adapter that is built in"))
            .hint("`--replace` lets this one take its place")
            .failure());
    }
    if cx.settings.hosts.contains_key(&id) {
        return Err(Fault::new(format!("you gave the name `{id}` to a host"))
            .hint(format!("`hatch host remove {id}` forgets it"))
            .failure());
    }
    let proposal = Proposal::new(candidate, before, key.as_ref()).map_err(Fault::failure)?;
    let changes = AdapterChanges::new(vec![proposal.row(cx)]);
    if !args.consent.json {
        cx.output.print(&proposal.show(cx))?;
    }
    if proposal.is_nothing() {
        return match args.consent.json {
            true => cx.output.json(&changes),
            false => cx.output.print(&format!("{id} is installed already.\n")),
        }
        .map(|()| Exit::Success);
    }
    if args.consent.dry_run {
        if args.consent.json {
            cx.output.json(&changes)?;
        }
        return Ok(Exit::Success);
    }
    if proposal.confirm(args.consent.auto_approve)? == Answer::No {
        return Err(Fault::new("stopped, and nothing was installed").failure());
    }
    proposal.apply(cx)?;
    let told = match args.consent.json {
        true => cx.output.json(&changes.done()),
        false => cx.output.print(&format!(
            "Installed {id}; `hatch mcp discover hosts {id}` shows where its host keeps its servers.\n"
        )),
    };
    cx.output.told(&format!("`{id}` was installed"), told);
    Ok(Exit::Success)
}
