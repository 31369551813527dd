//! What the commands that plan changes of hosts have in common, besides their targets.

use std::collections::BTreeMap;

use hatch_core::plan::planner::{self, PlanError, Target};
use hatch_core::plan::prepare::{Bridge, Preparation};
use hatch_core::plan::{ChangeKind, Plan, TargetPlan};
use hatch_core::server::Server;

use super::lookup;
use crate::args::FitArgs;
use crate::context::Context;
use crate::error::{CommandError, Fault};
use crate::exit::Exit;
use crate::view::count;

impl FitArgs {
    /// The bridge, if there is to be one.
    pub fn bridge(&self) -> Result<Option<Bridge>, Fault> {
        bridge(self.bridge.as_deref())
    }

    /// Where the commands are that a run may write, the bridge's among them, if full paths
    /// are to be written.
    pub fn commands(
        &self,
        cx: &Context,
        servers: &[Server],
    ) -> Option<BTreeMap<String, Option<String>>> {
        let bridge = self.bridge().ok().flatten();
        let command = bridge.as_ref().and_then(Bridge::command);
        self.absolute_commands.then(|| lookup::full_paths(cx, servers, command))
    }

    /// How servers are changed on their way to a host.
    pub fn preparation<'a>(
        &self,
        cx: &'a Context,
        bridge: Option<&'a Bridge>,
        commands: Option<&'a BTreeMap<String, Option<String>>>,
    ) -> Preparation<'a> {
        let inline = self.resolve_env.then_some(&cx.roots.variables);
        Preparation { bridge, inline, commands }
    }

    /// With `--strict`, what a host can't hold ends the run.
    pub fn check(&self, plan: &Plan) -> Result<(), CommandError> {
        let mut faults = Vec::new();
        for target in plan.targets.iter().filter(|_| self.strict) {
            for change in &target.changes {
                let what = format!("{} can't hold all of `{}`", target.owner, change.server);
                if let ChangeKind::Refuse(reason) = &change.kind {
                    faults.push(Fault::new(format!("{what}: {reason}")));
                }
                for loss in &change.losses {
                    faults.push(Fault::new(format!("{what}: {}: {}", loss.field, loss.detail)));
                }
            }
        }
        CommandError::check(faults)
    }
}

/// Which hosts a plan is about, for its title.
pub fn on_hosts(planned: &[TargetPlan]) -> String {
    match planned {
        [one] => format!("{} ({})", one.name, one.owner),
        several => count(several.len(), "host"),
    }
}

/// The bridge of a command line, if there is to be one.
pub fn bridge(text: Option<&str>) -> Result<Option<Bridge>, Fault> {
    text.map(Bridge::new).transpose().map_err(|error| {
        Fault::of(&error).hint("for example: --bridge 'npx -y mcp-remote {url} {headers}'")
    })
}

/// Plans for every target, and fails with all that stood in the way.
pub fn each(
    cx: &Context,
    targets: &[Target],
    plan: impl FnMut(&Target) -> Result<TargetPlan, PlanError>,
) -> Result<Vec<TargetPlan>, CommandError> {
    let planned = cx.output.during("Planning", || planner::each(targets, plan));
    planned.map_err(|errors| unplanned(targets, &errors))
}

/// What stood in the way of planning, target by target.
pub fn unplanned(targets: &[Target], errors: &[(usize, PlanError)]) -> CommandError {
    let fault = |(at, error): &(usize, PlanError)| {
        let host = &targets[*at].host;
        Fault::because(format!("{} ({}) can't be changed", host.name(), host.id), error)
    };
    CommandError { exit: Exit::Failure, faults: errors.iter().map(fault).collect() }
}

/// A run that was asked for servers, and of which no host can have any, has failed.
pub fn exit(plan: &Plan) -> Exit {
    let mut changes = plan.targets.iter().flat_map(|target| &target.changes).peekable();
    let any = changes.peek().is_some();
    let all_refused = changes.all(|it| matches!(it.kind, ChangeKind::Refuse(_)));
    if any && all_refused { Exit::Failure } else { Exit::Success }
}
