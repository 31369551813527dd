//! `hatch adapter update`.

use hatch_core::host::HostId;
use hatch_packages::signature::PublicKey;
use hatch_packages::source::{Selector, newer};
use hatch_packages::{Installed, Source};

use super::proposal::Proposal;
use super::{fetch, trust};
use crate::args::adapter::UpdateArgs;
use crate::context::Context;
use crate::error::{CommandError, Fault};
use crate::exit::Exit;
use crate::prompt::Answer;
use crate::view::json_adapters::{AdapterChanges, AdapterRow};

/// Looks at every newer version first, and then changes one adapter after the other: each is
/// whole by itself, and what can't be fetched keeps no other from being updated.
pub fn run(cx: &Context, args: &UpdateArgs) -> Result<Exit, CommandError> {
    let key = trust::key(cx, args.key.as_deref()).map_err(Fault::usage)?;
    let lock = super::lock(cx)?;
    let (mut faults, mut rows) = (Vec::new(), Vec::new());
    for (id, installed) in super::chosen(&lock, &args.adapters)? {
        if installed.pinned {
            say(cx, args, &format!("{id} is pinned, and stays as it is"))?;
            rows.push(AdapterRow::of(cx, installed));
            continue;
        }
        match update(cx, id, installed, key.as_ref(), args) {
            Ok(row) => rows.push(row),
            Err(error) => faults.extend(error.faults),
        }
    }
    if args.consent.json {
        let changes = AdapterChanges::new(rows);
        cx.output.json(&if args.consent.dry_run { changes } else { changes.done() })?;
    } else if lock.adapters.is_empty() {
        cx.output.print("No adapters are installed.\n")?;
    }
    CommandError::check(faults)?;
    Ok(Exit::Success)
}

fn update(
    cx: &Context,
    id: &HostId,
    installed: &Installed,
    key: Option<&PublicKey>,
    args: &UpdateArgs,
) -> Result<AdapterRow, CommandError> {
    let stays = |fault: Fault| {
        Fault::new(format!("{id} stays as it is: {}", fault.one_line())).hints_of(fault).failure()
    };
    let source = newest(cx, installed).map_err(stays)?;
    let candidate = fetch::candidate(cx, &source).map_err(stays)?;
    let found = &candidate.descriptor().id;
    if found != id {
        return Err(stays(Fault::new(format!("what is there now is for another host, `{found}`"))));
    }
    let proposal = Proposal::new(candidate, Some(installed), key).map_err(stays)?;
    let row = proposal.row(cx);
    if proposal.is_nothing() {
        say(cx, args, &format!("{id} is up to date"))?;
        return Ok(row);
    }
    if let Some(reason) = proposal.is_old() {
        let again = format!(
            "`hatch adapter install {}` installs it all the same",
            fetch::shown(cx, &source)
        );
        return Err(stays(Fault::new(reason).hint(again)));
    }
    if !args.consent.json {
        cx.output.print(&proposal.show(cx))?;
    }
    if args.consent.dry_run {
        return Ok(row);
    }
    if proposal.needs_consent() && proposal.confirm(args.consent.auto_approve)? == Answer::No {
        return Err(stays(Fault::new("you did not agree to what it asks for")));
    }
    proposal.apply(cx)?;
    say(cx, args, &format!("Updated {id}"))?;
    Ok(row)
}

/// Where the newest version is: another tag of the repository, where tags are versions.
fn newest(cx: &Context, installed: &Installed) -> Result<Source, Fault> {
    let Source::Oci(reference) = &installed.source else { return Ok(installed.source.clone()) };
    let Selector::Tag(tag) = &reference.version else { return Ok(installed.source.clone()) };
    if !hatch_packages::source::is_version(tag) {
        return Ok(installed.source.clone());
    }
    let tags = fetch::network::tags(cx, reference)?;
    let newest = newer(tag, &tags).unwrap_or(tag);
    Ok(Source::Oci(reference.at(Selector::Tag(newest.to_owned()))))
}

fn say(cx: &Context, args: &UpdateArgs, text: &str) -> Result<(), CommandError> {
    if args.consent.json { Ok(()) } else { cx.output.print(&format!("{text}.\n")) }
}
