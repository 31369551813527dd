//! `hatch mcp apply`, and the saving of plans for it.

use std::path::Path;

use hatch_core::host::Scope;
use hatch_core::owner::Owner;
use hatch_core::plan::saved::{SavedPlan, SavedPlanError, SavedTarget};
use hatch_core::plan::{Plan, RecordPolicy, TargetPlan, conflict};
use hatch_core::registry::Host;
use hatch_core::source::Origin;
use hatch_core::store::Reader;

use super::write::{begin, carry_out, create_file, refuse_protected, show};
use super::{host, host_fault, lookup};
use crate::args::WriteArgs;
use crate::args::apply::ApplyArgs;
use crate::context::{self, Context, HostError};
use crate::error::{CommandError, Fault};
use crate::exit::Exit;
use crate::view::json::{Run, Source};
use crate::view::plan::{Secrets, Totals};
use crate::view::sanitize::sanitize_line;
use crate::view::wrap::wrap;

/// A title is one line; one that someone else wrote may be anything.
const LONGEST_TITLE: usize = 200;

/// Carries out a saved plan.
pub fn run(cx: &mut Context, args: &ApplyArgs) -> Result<Exit, CommandError> {
    begin(cx, &args.write)?;
    let saved = read(cx, &args.file).map_err(Fault::failure)?;
    if let Some(project) = &saved.project {
        cx.roots.project = cx.absolute(project);
    }
    let scope = if saved.project.is_some() { Scope::Project } else { Scope::User };
    let targets = check_all(cx, &saved, scope)?;
    let title: String = saved.title.chars().take(LONGEST_TITLE).collect();
    let title = format!("Apply a plan of {:.0}: {title}", saved.created);
    let records = saved.origin.clone().map_or(RecordPolicy::Edited, RecordPolicy::From);
    let mut plan = Plan { records, targets, ..Plan::new("apply", title) };
    if let Some(origin) = &saved.origin {
        conflict::mark_adopted(&mut plan, origin, &cx.ledger_or_empty());
    }
    lookup::warn(cx, &mut plan);
    carry_out(cx, &plan, saved.origin.as_ref().map(Source::from).as_ref(), &args.write)?;
    Ok(Exit::Success)
}

/// What every target comes to, or all that is wrong with the plan.
fn check_all(
    cx: &Context,
    saved: &SavedPlan,
    scope: Scope,
) -> Result<Vec<TargetPlan>, CommandError> {
    let mut faults = Vec::new();
    let mut targets = Vec::new();
    let mut has_moved_on = false;
    for (at, target) in saved.targets.iter().enumerate() {
        if saved.targets[..at].iter().any(|earlier| earlier.owner == target.owner) {
            faults.push(Fault::new(format!("{} is in the plan twice", target.owner)));
            continue;
        }
        match check(cx, target, scope) {
            Ok(target) => targets.push(TargetPlan { project: cx.project(scope), ..target }),
            Err(Refused { faults: them, is_stale }) => {
                faults.extend(them);
                has_moved_on |= is_stale;
            }
        }
    }
    // Once, however many files it is true of.
    if let Some(last) = faults.pop_if(|_| has_moved_on) {
        faults.push(last.hint("make the plan again, with `hatch mcp sync --out FILE`"));
    }
    CommandError::check(faults)?;
    Ok(targets)
}

fn read(cx: &Context, path: &Path) -> Result<SavedPlan, Fault> {
    let shown = path.display();
    let file = cx
        .file(&cx.absolute(path))
        .map_err(|error| Fault::because(format!("the plan `{shown}` can't be read"), &error))?;
    let bytes = file.bytes.ok_or_else(|| {
        Fault::new(format!("there is no plan `{shown}`"))
            .hint("`hatch mcp sync ... --out FILE` saves one")
    })?;
    SavedPlan::parse(&bytes)
        .map_err(|error| Fault::because(format!("the plan `{shown}` can't be used"), &error))
}

/// Why a plan may not do what it says.
struct Refused {
    faults: Vec<Fault>,
    /// Whether a file has changed since.
    is_stale: bool,
}

impl From<Fault> for Refused {
    fn from(fault: Fault) -> Self {
        Refused { faults: vec![fault], is_stale: false }
    }
}

/// What a target comes to, if the plan may do that here.
fn check(cx: &Context, target: &SavedTarget, scope: Scope) -> Result<TargetPlan, Refused> {
    let Owner::Host(id) = &target.owner else {
        let what = format!("the plan changes {}, and saved plans are for hosts", target.owner);
        return Err(Fault::new(what).into());
    };
    let host = host(cx, id.as_str())?;
    let cannot = |error: HostError| host_fault(host, &error);
    let places = cx.places(host, scope).map_err(|error| cannot(error.into()))?;
    let found = places.iter().map(|place| cx.document(host, &place.path));
    let found = found.collect::<Result<Vec<_>, _>>().map_err(cannot)?;
    target.check(host, found).map_err(|errors| Refused {
        faults: errors.iter().map(|error| refused(host, error)).collect(),
        is_stale: errors.iter().any(|it| matches!(it, SavedPlanError::MovedOn(_))),
    })
}

fn refused(host: &Host, error: &SavedPlanError) -> Fault {
    let what = format!("the plan can't be applied to {} ({})", host.name(), host.id);
    let fault = Fault::because(what, error);
    match error {
        SavedPlanError::OtherPlace { .. } => {
            fault.hint("a plan is for the computer and the user that it was made by")
        }
        _ => fault,
    }
}

/// Saves a plan instead of carrying it out.
pub fn save(
    cx: &Context,
    plan: &Plan,
    origin: Origin,
    scope: Scope,
    out: &Path,
    args: &WriteArgs,
) -> Result<(), CommandError> {
    let source = Source::from(&origin);
    let shown = out.display().to_string();
    let cannot = |error: &dyn std::error::Error| {
        Fault::because(format!("the plan can't be saved to `{shown}`"), error)
    };
    if shown == "-" {
        let fault = Fault::new("a plan is saved to a file, since it holds documents in the clear");
        return Err(fault.hint("name a file that is not there yet").usage());
    }
    let project = (scope == Scope::Project).then_some(&*cx.roots.project);
    let saved = SavedPlan::new(plan, Some(origin), project, context::now());
    let saved = saved.map_err(|error| cannot(&error).failure())?;
    let bytes = saved.print().map_err(|error| cannot(&error).failure())?;
    let path = cx.absolute(out);
    let location = cx.store.admit(&path, &cx.roots.shown(&path));
    let location = location.map_err(|error| cannot(&error).failure())?;
    let taken = || {
        Fault::new(format!("there is a file `{shown}` already"))
            .hint("a plan takes no file's place: name another")
            .failure()
    };
    // Before anything is shown; making the file finds out once more.
    if !matches!(cx.store.read(&location), Ok(None)) {
        return Err(taken());
    }
    refuse_protected(cx, plan, args)?;
    if !args.json {
        show(cx, plan, args)?;
    }
    if !create_file(cx, &location, &bytes).map_err(|error| cannot(&error).failure())? {
        return Err(taken());
    }
    cx.output.note(&format!(
        "`{location}` holds documents in the clear, secrets included; only you can read it"
    ));
    if args.json {
        let file = location.path().display().to_string();
        return cx.output.json(&Run::saved(
            plan,
            Some(source),
            file,
            Secrets::of(args.show_secrets),
        ));
    }
    let totals = Totals::of(plan);
    let (hosts, remarks) = (totals.targets(), totals.remarks());
    let told = format!("{hosts} would change{remarks}; nothing was written but the plan.");
    cx.output.print(&format!(
        "{}\nPlan: {}\n",
        wrap(&told, 0, cx.output.width),
        sanitize_line(&location.to_string())
    ))
}
