//! The one road from a plan to files: preview, confirm, apply, report. What can write is here
//! and nowhere else in the command.

mod files;
mod retry;

pub use files::{
    Files, change_adapters, change_settings, clean_backups, compile_cache, create_backup,
    create_file, create_scratch, renew_file, save_adapter, write_pages,
};
pub use retry::{Attempt, with_retries};

use hatch_core::location::Location;
use hatch_core::plan::{Plan, RecordPolicy};
use hatch_core::report::Report;
use hatch_core::transaction::{self, ApplyError, Keep, Operation, OperationId, RecoverError};

use crate::args::WriteArgs;
use crate::context::{self, Context};
use crate::error::{CommandError, Fault};
use crate::exit::Exit;
use crate::prompt::{Answer, confirm};
use crate::view::json::{Run, RunResult, Source};
use crate::view::plan::{Secrets, Totals, preview};
use crate::view::sanitize::sanitize_line;
use crate::view::wrap::wrap;
use crate::view::{diff, report};
use crate::{interrupt, view};

/// What every run that may write does first: puts back what a run that was killed left.
pub fn begin(cx: &Context, args: &WriteArgs) -> Result<(), CommandError> {
    if args.dry_run {
        cx.mention_unfinished();
        return Ok(());
    }
    recover(cx)
}

/// Shows a plan, asks, and carries it out. Returns the report if it was applied.
pub fn carry_out(
    cx: &Context,
    plan: &Plan,
    source: Option<&Source>,
    args: &WriteArgs,
) -> Result<Option<Report>, CommandError> {
    let secrets = Secrets::of(args.show_secrets);
    let json = |result, report: Option<&Report>| {
        cx.output.json(&Run::new(plan, source.cloned(), result, report, secrets))
    };
    let totals = Totals::of(plan);
    refuse_protected(cx, plan, args)?;
    let is_approved = cx.attempt.is_approved(plan)?;
    cx.output.hush(false);
    if !args.json && !is_approved {
        let shown = show(cx, plan, args);
        shown.map_err(|error| unseen(error, plan.is_empty() || args.dry_run))?;
    }
    if plan.is_empty() {
        if !args.dry_run {
            cx.attempt.end();
            adopt(cx, plan);
        }
        match args.json {
            true => json(RunResult::Unchanged, None)?,
            false if is_approved => {
                cx.output.print("Nothing left to do: another run made these changes.\n")?;
            }
            false => cx.output.print(&format!("Nothing to do{}.\n", totals.remarks()))?,
        }
        return Ok(None);
    }
    if args.dry_run {
        let (hosts, remarks) = (totals.targets(), totals.remarks());
        match args.json {
            true => json(RunResult::DryRun, None)?,
            false => cx
                .output
                .print(&format!("{hosts} would change{remarks}; nothing was written.\n"))?,
        }
        return Ok(None);
    }
    if !is_approved {
        interrupt::listen();
        mention_running(cx, plan);
    }
    let is_automatic = args.auto_approve || context::approves();
    if !is_automatic {
        let question = format!("Write these changes to {}?", totals.targets());
        if confirm(&question)? == Answer::No {
            match args.json {
                true => json(RunResult::Declined, None)?,
                false => cx.output.print("Nothing was written.\n")?,
            }
            return Ok(None);
        }
    }
    let keep = if args.no_backup { Keep::Nothing } else { Keep::Backup };
    let operation = operation()?;
    let report = apply(cx, plan, &operation, keep).map_err(|error| {
        if is_automatic && matches!(error, ApplyError::Drifted { .. }) {
            cx.attempt.miss(plan, apply_error(plan.command, &error));
        }
        apply_error(plan.command, &error)
    })?;
    let told = match args.json {
        true => json(RunResult::Applied, Some(&report)),
        false => cx.output.print(&report::summary(&report, &totals)),
    };
    cx.output.told("every change was written", told);
    Ok(Some(report))
}

/// Notes what a plan that changes nothing found to be as it should be. That is a note and no
/// write, so nothing is asked; where it fails, only the note is missing.
fn adopt(cx: &Context, plan: &Plan) {
    if !matches!(plan.records, RecordPolicy::From(_)) {
        return;
    }
    let Ok(operation) = operation() else { return };
    let noted = transaction::note(plan, &cx.home, cx.store.store(), &operation);
    if let Err(error) = noted {
        let fault = Fault::because("what is hatch's was not noted", &error);
        cx.output.warn(&fault.one_line());
    }
}

/// Shows what would change.
pub fn show(cx: &Context, plan: &Plan, args: &WriteArgs) -> Result<(), CommandError> {
    let secrets = Secrets::of(args.show_secrets);
    let title = sanitize_line(&plan.title).into_owned();
    let title = wrap(&title, 0, cx.output.width);
    let mut text = format!("{title}\n\n{}", preview(plan, secrets, cx.output.width));
    if args.diff && !plan.is_empty() {
        text.push_str(&format!("\n{}", diff::unified(cx, plan, secrets)));
    }
    cx.output.print(&(text + "\n"))
}

/// What a preview that could not be shown means: where it is all that was asked for, a
/// reader that went away is no fault; but what nobody saw is not written.
fn unseen(error: CommandError, was_all: bool) -> CommandError {
    if was_all || !error.faults.is_empty() {
        return error;
    }
    Fault::new("the preview could not be shown to its end, so nothing was written")
        .hint("let standard output be read, or send it to a file")
        .failure()
}

/// A host that runs may write its file from memory, over what hatch wrote.
fn mention_running(cx: &Context, plan: &Plan) {
    for target in &plan.targets {
        if target.files.iter().all(hatch_core::plan::FilePlan::is_unchanged) {
            continue;
        }
        let Some(host) = target.owner.host() else { continue };
        let Ok(host) = cx.registry.get(host.as_str()) else { continue };
        let processes = &host.adapter.descriptor().processes;
        if !processes.is_empty() && !context::running(processes).is_empty() {
            cx.output.warn(&format!(
                "{} is running and may write its file over this change; quit it first",
                target.name
            ));
        }
    }
}

fn apply(
    cx: &Context,
    plan: &Plan,
    operation: &Operation,
    keep: Keep,
) -> Result<Report, ApplyError> {
    let carry_out = match cx.attempt.is_locked() {
        true => transaction::apply_locked,
        false => transaction::apply,
    };
    let write = || {
        carry_out(
            plan,
            &cx.home,
            cx.store.store(),
            operation,
            keep,
            &interrupt::is_requested,
            &mut |event| view::report::event(&cx.output, &event),
        )
    };
    interrupt::while_writing(|| cx.output.during("Writing", write))
}

/// Stops where a file that would change is protected, such as by its mode.
pub fn refuse_protected(cx: &Context, plan: &Plan, args: &WriteArgs) -> Result<(), CommandError> {
    let changed = plan.files().map(|(_, file)| file).filter(|file| !file.is_unchanged());
    let faults = changed.filter(|_| !args.force).filter_map(|file| protected(cx, &file.location));
    CommandError::check(faults.collect())
}

/// Why a file is not to be changed, if it is not.
fn protected(cx: &Context, at: &Location) -> Option<Fault> {
    let cannot = format!("cannot change `{at}`");
    let protection = match cx.store.protection(at) {
        Ok(protection) => protection?,
        Err(error) => return Some(Fault::because(cannot, &error)),
    };
    let real = cx.roots.shown(at.path());
    Some(match real == at.to_string() {
        true => Fault::new(format!("{cannot}: it {protection}"))
            .hint("make the file writable, or pass --force to change it all the same"),
        false => Fault::new(format!("{cannot}: it leads to `{real}`, which {protection}"))
            .hint("if another tool writes it, such as Home Manager, change it there")
            .hint("make the file writable, or pass --force to change it all the same"),
    })
}

fn apply_error(command: &str, error: &ApplyError) -> CommandError {
    let exit = match error {
        ApplyError::Interrupted => Exit::Interrupted,
        ApplyError::RollbackIncomplete(_) => Exit::NeedsPerson,
        _ => Exit::Failure,
    };
    let typed = typed(command);
    let what = match exit {
        Exit::NeedsPerson => format!("`{typed}` failed, and not everything could be put back"),
        _ => format!("`{typed}` was stopped, and every file is as it was"),
    };
    let fault = Fault::because(what, error);
    let fault = match error {
        ApplyError::Drifted { .. } => fault.hint(again(command)),
        _ => fault,
    };
    CommandError { exit, faults: vec![fault] }
}

/// What to do about a file that changed after the plan was made.
fn again(command: &str) -> String {
    match command {
        "apply" => "make the plan again, with `hatch mcp sync --out FILE`".to_owned(),
        _ => format!("run `{}` again to plan against what is there now", typed(command)),
    }
}

/// A plan's command, as it is typed.
fn typed(command: &str) -> String {
    match command {
        "restore" => "hatch mcp backup restore".to_owned(),
        _ if command.starts_with("env ") => format!("hatch {command}"),
        _ => format!("hatch mcp {command}"),
    }
}

/// The name of a run that begins now.
pub fn operation() -> Result<Operation, CommandError> {
    let id = OperationId::random().map_err(|error| {
        Fault::because("could not get random bytes from the system", &error).failure()
    })?;
    Ok(Operation { id, started: context::now() })
}

/// Puts back what a run that was killed left half done, and says so.
pub fn recover(cx: &Context) -> Result<(), CommandError> {
    if cx.attempt.is_locked() {
        return Ok(());
    }
    let failed = |error: &RecoverError| {
        let exit = match error {
            RecoverError::Incomplete(_) => Exit::NeedsPerson,
            _ => Exit::Failure,
        };
        let what = "what an interrupted run left could not be put back";
        CommandError { exit, faults: vec![Fault::because(what, error)] }
    };
    let locations =
        transaction::journal_locations(&cx.home, &cx.store).map_err(|it| failed(&it))?;
    let Some(locations) = locations else { return Ok(()) };
    for location in locations {
        let path = location.path();
        cx.store.admit(path, &cx.roots.shown(path)).map_err(|error| {
            let what = "what an interrupted run left can't be put back";
            CommandError { exit: Exit::NeedsPerson, faults: vec![Fault::because(what, &error)] }
        })?;
    }
    let mut on_event = |event| view::report::event(&cx.output, &event);
    let recovery = transaction::recover(&cx.home, cx.store.store(), &mut on_event);
    let recovery = recovery.map_err(|it| failed(&it))?;
    let faults = recovery.iter().flat_map(|it| &it.left_alone).map(left_alone).collect::<Vec<_>>();
    if faults.is_empty() {
        return Ok(());
    }
    Err(CommandError { exit: Exit::NeedsPerson, faults })
}

/// A file that someone changed between the interrupted run and this one.
fn left_alone(left: &transaction::LeftAlone) -> Fault {
    let what =
        format!("`{}` was changed after the interrupted run, and stays as it is", left.location);
    let fault = Fault::new(what);
    match &left.copy {
        Some(copy) => fault.hint(format!("what it held before the run is in `{copy}`")),
        None => fault.hint("it was not there before the run"),
    }
}
