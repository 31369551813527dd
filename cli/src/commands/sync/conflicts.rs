//! What happens to servers that someone changed or deleted since hatch put them on their host.

use std::fmt::Write as _;

use hatch_core::plan::conflict::{Finding, FindingKind, Findings, HostServers, conflicts};
use hatch_core::plan::drift::LossCause;
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
    findings: &Findings,
) -> Result<Option<HostServers>, CommandError> {
    let conflicts = conflicts(findings);
    match args.on_conflict {
        _ if conflicts.is_empty() => Ok(Some(conflicts)),
        OnConflict::Keep => Ok(Some(conflicts)),
        OnConflict::Overwrite => Ok(Some(HostServers::new())),
        OnConflict::Ask if args.write.dry_run => Ok(None),
        OnConflict::Ask if can_ask(args) => ask(args, plan, findings).map(Some),
        OnConflict::Ask => Err(undecided(findings)),
    }
}

/// Says in the preview what was found, and what was decided about it.
pub fn mention(plan: &mut Plan, findings: &Findings, kept: Option<&HostServers>) {
    for target in &mut plan.targets {
        let Some(host) = target.owner.host() else { continue };
        for (server, finding) in findings.get(host).into_iter().flatten() {
            let is_removed = target
                .changes
                .iter()
                .any(|change| &change.server == server && change.kind == ChangeKind::Remove);
            let is_kept = |kept: &HostServers| kept.get(host).is_some_and(|it| it.contains(server));
            let what = match (kept.map(is_kept), &finding.kind) {
                (None, kind) if finding.is_conflict() => match kind {
                    FindingKind::Deleted => "; a sync asks whether it comes back (--on-conflict)",
                    _ => "; a sync asks what to do (--on-conflict)",
                },
                (Some(true), FindingKind::Deleted) => "; it stays deleted",
                (Some(true), _) => "; it stays as it is",
                (_, FindingKind::Deleted) => "; it is put back",
                (_, FindingKind::Changed) if is_removed => "; it is removed",
                (_, FindingKind::Changed) => "; it is overwritten",
                (_, FindingKind::Lost(_) | FindingKind::WrittenOut(_)) => "",
            };
            target.warnings.push(format!("{}{what}", sentence(&target.name, server, finding)));
        }
    }
}

/// What happened to a server, with the date of hatch's own write.
///
/// ``someone changed `weather` after hatch wrote it on 2026-11-28``
fn sentence(host: &str, server: &ServerName, finding: &Finding) -> String {
    let date = finding.noted.strftime("%Y-%m-%d");
    match &finding.kind {
        FindingKind::Changed => {
            format!("someone changed `{server}` after hatch wrote it on {date}")
        }
        FindingKind::Deleted => {
            format!("someone deleted `{server}` after hatch wrote it on {date}")
        }
        FindingKind::Lost(cause) => {
            format!("{host} lost `{server}`, which hatch wrote on {date}: {}", lost(*cause))
        }
        FindingKind::WrittenOut(names) => {
            let variables: Vec<_> = names.iter().map(|name| format!("${{{name}}}")).collect();
            let value = if names.len() == 1 { "value" } else { "values" };
            format!(
                "{host} wrote out the {value} of {} in `{server}`; the reference comes back",
                variables.join(", ")
            )
        }
    }
}

/// What is gone with a server.
pub fn lost(cause: LossCause) -> &'static str {
    match cause {
        LossCause::File => "its file is gone",
        LossCause::Container => "the part of its file that holds servers is gone",
        LossCause::Servers => "all servers that hatch wrote there are gone at once",
    }
}

/// An approval given beforehand is not meant for what its giver could not know.
fn can_ask(args: &SyncArgs) -> bool {
    !args.write.auto_approve && !args.write.json && prompt::can_ask()
}

fn undecided(findings: &Findings) -> CommandError {
    let conflicts = findings.iter().flat_map(|(host, servers)| {
        let conflicts = servers.iter().filter(|(_, finding)| finding.is_conflict());
        conflicts.map(move |(server, finding)| {
            let what = match finding.kind {
                FindingKind::Deleted => "deleted",
                _ => "changed",
            };
            let date = finding.noted.strftime("%Y-%m-%d");
            format!("`{server}` on {host} was {what} after hatch wrote it on {date}")
        })
    });
    let mut faults: Vec<_> = conflicts.map(Fault::new).collect();
    if let Some(last) = faults.pop() {
        faults.push(
            last.hint("nothing was written")
                .hint("--on-conflict overwrite writes what the source says")
                .hint("--on-conflict keep leaves what is there, and does the rest"),
        );
    }
    CommandError { exit: crate::exit::Exit::Failure, faults }
}

fn ask(args: &SyncArgs, plan: &Plan, findings: &Findings) -> Result<HostServers, CommandError> {
    let secrets = Secrets::of(args.write.show_secrets);
    let mut kept = HostServers::new();
    for target in &plan.targets {
        let Some(host) = target.owner.host() else { continue };
        let found = findings.get(host).into_iter().flatten();
        for (server, finding) in found.filter(|(_, finding)| finding.is_conflict()) {
            match prompt::keep_or_overwrite(&question(target, server, finding, secrets))? {
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

fn question(
    target: &TargetPlan,
    server: &ServerName,
    finding: &Finding,
    secrets: Secrets,
) -> String {
    let what = sentence(&target.name, server, finding);
    let mut text = format!("{}: {}\n", target.owner, sanitize_line(&what));
    let change = target.changes.iter().find(|change| &change.server == server);
    if let Some(change) = change {
        let _ = write!(text, "{}", change_block(change, secrets, None));
    }
    let question = match finding.kind {
        FindingKind::Deleted => "Keep it deleted, or overwrite that with what the source says?",
        _ => "Keep it as it is, or overwrite it?",
    };
    text + question
}
