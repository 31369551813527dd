//! What becomes of servers that someone changed since hatch put them on their host.

use std::fmt::Write as _;

use hatch_core::plan::conflict::HostServers;
use hatch_core::plan::{ChangeKind, Plan, TargetPlan};
use hatch_core::server::ServerName;

use crate::args::sync::OnConflict;
use crate::args::sync::SyncArgs;
use crate::error::{CommandError, Fault};
use crate::prompt::{self, Choice};
use crate::view::plan::{Secrets, change_block};
use crate::view::sanitize::sanitize_line;

/// Which of the conflicting servers stay as they are on their hosts. `None` where nothing
/// was decided, since nothing is written: the preview says so.
pub fn decide(
    args: &SyncArgs,
    plan: &Plan,
    conflicts: &HostServers,
) -> Result<Option<HostServers>, CommandError> {
    match args.on_conflict {
        OnConflict::Keep => Ok(Some(conflicts.clone())),
        OnConflict::Overwrite => Ok(Some(HostServers::new())),
        OnConflict::Ask if args.write.dry_run => Ok(None),
        OnConflict::Ask if can_ask(args) => ask(args, plan, conflicts).map(Some),
        OnConflict::Ask => Err(undecided(conflicts)),
    }
}

/// Says in the preview what was decided, or that nothing was.
pub fn mention(plan: &mut Plan, conflicts: &HostServers, kept: Option<&HostServers>) {
    for target in &mut plan.targets {
        let Some(host) = target.owner.host() else { continue };
        for server in conflicts.get(host).into_iter().flatten() {
            let goes = target
                .changes
                .iter()
                .any(|change| &change.server == server && change.kind == ChangeKind::Remove);
            let is_kept = |kept: &HostServers| kept.get(host).is_some_and(|it| it.contains(server));
            let what = match kept.map(is_kept) {
                Some(true) => "and stays as it is",
                Some(false) if goes => "and is taken away",
                Some(false) => "and is overwritten",
                None => "so a sync asks what to do (--on-conflict)",
            };
            target
                .warnings
                .push(format!("`{server}` was changed since hatch put it there, {what}"));
        }
    }
}

/// An approval given beforehand is not meant for what its giver could not know.
fn can_ask(args: &SyncArgs) -> bool {
    !args.write.auto_approve && !args.write.json && prompt::can_ask()
}

fn undecided(conflicts: &HostServers) -> CommandError {
    let pairs = conflicts.iter().flat_map(|(host, servers)| {
        servers.iter().map(move |server| format!("`{server}` on {host}"))
    });
    let pairs: Vec<_> = pairs.collect();
    let were = if pairs.len() == 1 { "was" } else { "were" };
    Fault::new(format!(
        "{} {were} changed since hatch put it there, and nothing was written",
        pairs.join(", ")
    ))
    .hint("--on-conflict overwrite gives the host what the source says")
    .hint("--on-conflict keep leaves what is there, and does the rest")
    .failure()
}

fn ask(args: &SyncArgs, plan: &Plan, conflicts: &HostServers) -> Result<HostServers, CommandError> {
    let secrets = Secrets::of(args.write.show_secrets);
    let mut kept = HostServers::new();
    for target in &plan.targets {
        let Some(host) = target.owner.host() else { continue };
        for server in conflicts.get(host).into_iter().flatten() {
            let question = question(target, server, secrets);
            match prompt::keep_or_overwrite(&question)? {
                Choice::Overwrite => {}
                Choice::Keep => {
                    kept.entry(host.clone()).or_default().insert(server.clone());
                }
                Choice::Stop => {
                    return Err(Fault::new("nothing was decided, so nothing was written").failure());
                }
            }
        }
    }
    Ok(kept)
}

fn question(target: &TargetPlan, server: &ServerName, secrets: Secrets) -> String {
    let name = sanitize_line(server.as_str());
    let mut text = format!("{}: `{name}` was changed since hatch put it there\n", target.owner);
    let change = target.changes.iter().find(|change| &change.server == server);
    if let Some(change) = change {
        let _ = write!(text, "{}", change_block(change, secrets, None));
    }
    text + "Keep it as it is, or overwrite it?"
}
