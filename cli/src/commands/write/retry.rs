//! Runs at the same time: one that was approved, and that another hatch came before, is planned
//! again while no other hatch can write.
//!
//! ```text
//! run A: plan            lock, write
//! run B: plan, approve               lock: changed; lock, plan again: the same changes, write
//! ```
//!
//! Only a run that asks no question does so (`--auto-approve`), and only if it would make
//! the very changes that were approved.

use std::cell::RefCell;

use hatch_core::owner::Owner;
use hatch_core::plan::{Change, ChangeKind, Plan};
use hatch_core::store::{self, Guard};

use crate::context::Context;
use crate::error::{CommandError, Fault};

/// How often a run is planned again. No other hatch can write by then, but a host can.
const RETRIES: usize = 3;

/// Where a run is between its first plan and its end.
#[derive(Default)]
pub struct Attempt(RefCell<State>);

#[derive(Default)]
enum State {
    /// Nothing was missed.
    #[default]
    First,
    /// The files were changed after the plan was approved.
    Missed(Approval),
    /// It is planned again, under the lock.
    Again { approval: Approval, _guard: Box<dyn Guard> },
}

impl Attempt {
    /// Whether this run holds the lock already.
    pub(super) fn is_locked(&self) -> bool {
        matches!(*self.0.borrow(), State::Again { .. })
    }

    /// Whether an earlier plan was approved whose approval is good for this one as well; it is
    /// for one that changes nothing.
    ///
    /// # Errors
    ///
    /// Fails with what ended the first run where this plan makes other changes.
    pub(super) fn is_approved(&self, plan: &Plan) -> Result<bool, CommandError> {
        let State::Again { approval, _guard } = self.0.take() else { return Ok(false) };
        if !plan.is_empty() && approval.changes != Changes::of(plan) {
            return Err(approval.missed);
        }
        self.0.replace(State::Again { approval, _guard });
        Ok(true)
    }

    /// Releases the lock: nothing is left to write.
    pub(super) fn end(&self) {
        self.0.take();
    }

    /// Notes that an approved plan came too late, and what that came to.
    pub(super) fn miss(&self, plan: &Plan, missed: CommandError) {
        self.0.replace(State::Missed(Approval { changes: Changes::of(plan), missed }));
    }
}

/// A plan that was approved and could not be carried out.
struct Approval {
    changes: Changes,
    missed: CommandError,
}

/// What a person approves of a plan: everything but the bytes of its files, and what stays as
/// it is.
#[derive(PartialEq)]
struct Changes(Vec<(Owner, Vec<Change>, Vec<String>)>);

impl Changes {
    fn of(plan: &Plan) -> Self {
        let targets = plan.targets.iter().map(|target| {
            let changes = target.changes.iter().filter(|change| change.kind != ChangeKind::Keep);
            (target.owner.clone(), changes.cloned().collect(), target.warnings.clone())
        });
        Changes(targets.collect())
    }
}

/// Runs a command, and runs it again where it was approved and came too late.
pub fn with_retries<T>(
    cx: &mut Context,
    run: impl Fn(&mut Context) -> Result<T, CommandError>,
) -> Result<T, CommandError> {
    let mut outcome = run(cx);
    for _ in 0..RETRIES {
        let State::Missed(approval) = cx.attempt.0.take() else { break };
        let guard = store::lock_home(cx.store.store(), &cx.home);
        let guard = guard.map_err(|error| Fault::of(&error).failure())?;
        cx.attempt.0.replace(State::Again { approval, _guard: guard });
        // What there was to say of the plan was said.
        cx.output.hush(true);
        outcome = run(cx);
        cx.output.hush(false);
    }
    cx.attempt.0.take();
    outcome
}
