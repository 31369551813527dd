//! What the ledger says after a plan was applied, or found that there was nothing to do.

use super::ApplyError;
use crate::home::HatchHome;
use crate::ledger::{Ledger, LedgerError, Record, digest};
use crate::operation::Operation;
use crate::plan::{Change, ChangeKind, Plan, RecordPolicy, TargetPlan};
use crate::store::{self, Store};

/// Notes what a plan that changes no file found: servers that are as they should be become
/// hatch's. Returns whether the ledger changed.
///
/// # Errors
///
/// Fails with [`ApplyError::Lock`] while another hatch writes, and with
/// [`ApplyError::Ledger`] where the ledger cannot be read or written.
pub fn note(
    plan: &Plan,
    home: &HatchHome,
    store: &dyn Store,
    operation: &Operation,
) -> Result<bool, ApplyError> {
    let read = || Ledger::read(store, home).map_err(ApplyError::ledger);
    if after(plan, &read()?, operation).is_none() {
        return Ok(false);
    }
    let lock = |source| ApplyError::Lock { source };
    let _guard = store::lock_home(store, home).map_err(lock)?;
    if store::has_journal(home, store).map_err(lock)? {
        return Err(ApplyError::PendingJournal { journal: home.journal() });
    }
    super::compare_all(plan, store)?;
    let Some(ledger) = after(plan, &read()?, operation) else { return Ok(false) };
    write(&ledger, home, store).map_err(ApplyError::ledger)?;
    Ok(true)
}

/// Writes the ledger. Losing it loses columns of listings, and a rename that a crash takes
/// back is no failure: no folder is synced for it.
pub(super) fn write(
    ledger: &Ledger,
    home: &HatchHome,
    store: &dyn Store,
) -> Result<(), LedgerError> {
    let at = home.state();
    Ok(store.replace(&at, &ledger.print(&at)?)?)
}

/// The part of the ledger that is about the documents of a plan that change: it is kept with
/// the backup, since it belongs to what the documents hold before.
pub(super) fn before(plan: &Plan, ledger: &Ledger) -> Ledger {
    let changes = |target: &&TargetPlan| target.files.iter().any(|file| !file.is_unchanged());
    ledger.only(plan.targets.iter().filter(changes).filter_map(TargetPlan::destination))
}

/// The ledger once a plan was applied; `None` where it says the same.
pub(super) fn after(plan: &Plan, before: &Ledger, operation: &Operation) -> Option<Ledger> {
    let mut ledger = before.clone();
    for target in &plan.targets {
        let Some(at) = target.destination() else { continue };
        if let RecordPolicy::Restored(Some(then)) = &plan.records {
            ledger.replace(at, then);
            continue;
        }
        for change in &target.changes {
            let name = change.server.as_str();
            match record(change, ledger.get(at, &change.server), &plan.records, operation) {
                Verdict::Keep => {}
                Verdict::Set(record) => ledger.set(at, name, record),
                Verdict::Remove => ledger.remove(at, name),
            }
        }
    }
    (ledger != *before).then_some(ledger)
}

enum Verdict {
    Keep,
    Set(Record),
    Remove,
}

/// What is noted of one server, of which `known` is what was noted before.
fn record(
    change: &Change,
    known: Option<&Record>,
    policy: &RecordPolicy,
    operation: &Operation,
) -> Verdict {
    let Some(server) = change.after.as_ref().filter(|_| change.is_done()) else {
        return if change.kind == ChangeKind::Remove { Verdict::Remove } else { Verdict::Keep };
    };
    let digest = digest(server);
    let origin = match policy {
        RecordPolicy::From(origin) => Some(origin.clone()),
        RecordPolicy::Repaired => match known {
            Some(known) => known.origin.clone(),
            None => return Verdict::Keep,
        },
        // A change on one host is a change since the server came there.
        RecordPolicy::Edited if matches!(change.kind, ChangeKind::Add(_)) => None,
        RecordPolicy::Edited => return Verdict::Keep,
        RecordPolicy::Restored(_) => {
            let is_as_noted = known.is_none_or(|known| known.digest == digest);
            return if is_as_noted { Verdict::Keep } else { Verdict::Remove };
        }
    };
    let definition = change.definition.clone();
    if change.kind == ChangeKind::Keep {
        let is_known = known.is_some_and(|known| {
            let is_ours = origin.as_ref().is_some_and(|origin| known.is_from(origin));
            is_ours && known.digest == digest && known.definition == definition
        });
        if is_known {
            return Verdict::Keep;
        }
    }
    let wrote = (change.kind != ChangeKind::Keep).then(|| operation.id.clone());
    Verdict::Set(Record { origin, digest, definition, at: operation.started, operation: wrote })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::host::HostId;
    use crate::ledger::Destination;
    use crate::location::Location;
    use crate::operation::OperationId;
    use crate::plan::FilePlan;
    use crate::server::{Server, ServerName, local};
    use crate::source::Origin;

    fn operation() -> Operation {
        let id = OperationId::try_from("0000000a".to_owned()).unwrap();
        Operation { id, started: jiff::Timestamp::UNIX_EPOCH }
    }

    fn host() -> HostId {
        HostId::new("cursor").unwrap()
    }

    fn location() -> Location {
        Location::new("/h/mcp.json", "~/mcp.json")
    }

    fn plan(records: RecordPolicy, kind: ChangeKind, after: Option<Server>) -> Plan {
        let definition = Some("d".to_owned());
        let change = Change {
            kind,
            after,
            definition,
            ..Change::new(ServerName::new("a").unwrap(), ChangeKind::Keep)
        };
        let target = TargetPlan {
            owner: host().into(),
            name: "Cursor".to_owned(),
            project: None,
            files: vec![FilePlan { location: location(), before: None, after: None }],
            changes: vec![change],
            warnings: vec![],
            after_write: None,
        };
        Plan { records, targets: vec![target], ..Plan::new("sync", "Sync") }
    }

    fn from(environment: &str) -> RecordPolicy {
        RecordPolicy::From(Origin::Environment(environment.to_owned()))
    }

    fn apply(ledger: &mut Ledger, plan: &Plan) {
        if let Some(after) = after(plan, ledger, &operation()) {
            *ledger = after;
        }
    }

    fn known(ledger: &Ledger) -> Option<(Option<String>, bool)> {
        let (host, location) = (host(), location());
        let at = Destination { host: &host, location: &location, project: None };
        let record = ledger.get(at, &ServerName::new("a").unwrap())?;
        let origin = record.origin.as_ref().and_then(Origin::environment).map(str::to_owned);
        Some((origin, record.operation.is_some()))
    }

    const ADD: ChangeKind = ChangeKind::Add(Vec::new());
    const UPDATE: ChangeKind = ChangeKind::Update(Vec::new());

    #[test]
    fn written_server_is_known_until_it_is_removed() {
        let mut ledger = Ledger::default();
        apply(&mut ledger, &plan(from("dev"), ADD, Some(local("a", "x"))));
        assert_eq!(known(&ledger), Some((Some("dev".to_owned()), true)));
        apply(&mut ledger, &plan(RecordPolicy::Edited, UPDATE, Some(local("a", "y"))));
        assert_eq!(known(&ledger), Some((Some("dev".to_owned()), true)));
        apply(&mut ledger, &plan(RecordPolicy::Edited, ChangeKind::Remove, None));
        assert_eq!(ledger, Ledger::default());

        apply(&mut ledger, &plan(RecordPolicy::Edited, ADD, Some(local("a", "x"))));
        assert_eq!(known(&ledger), Some((None, true)));
        apply(&mut ledger, &plan(RecordPolicy::Repaired, ADD, Some(local("a", "y"))));
        assert_eq!(known(&ledger), Some((None, true)));
    }

    #[test]
    fn server_that_is_found_as_it_should_be_is_adopted() {
        let mut ledger = Ledger::default();
        apply(&mut ledger, &plan(from("dev"), ChangeKind::Keep, Some(local("a", "x"))));
        assert_eq!(known(&ledger), Some((Some("dev".to_owned()), false)));
        let again = plan(from("dev"), ChangeKind::Keep, Some(local("a", "x")));
        assert!(after(&again, &ledger, &operation()).is_none(), "it is known already");
        apply(&mut ledger, &plan(from("prod"), ChangeKind::Keep, Some(local("a", "x"))));
        assert_eq!(known(&ledger), Some((Some("prod".to_owned()), false)));

        let mut edited = Ledger::default();
        apply(&mut edited, &plan(RecordPolicy::Edited, ChangeKind::Keep, Some(local("a", "x"))));
        assert_eq!(edited, Ledger::default());
    }

    #[test]
    fn restored_server_is_known_as_it_was() {
        let mut ledger = Ledger::default();
        apply(&mut ledger, &plan(from("dev"), ADD, Some(local("a", "x"))));
        let then = ledger.clone();
        apply(&mut ledger, &plan(from("prod"), UPDATE, Some(local("a", "y"))));
        let mut exact = ledger.clone();
        let records = RecordPolicy::Restored(Some(then.clone()));
        apply(&mut exact, &plan(records, UPDATE, Some(local("a", "x"))));
        assert_eq!(exact, then);

        // Without a note of how it was, what is not known any more is nobody's.
        apply(&mut ledger, &plan(RecordPolicy::Restored(None), UPDATE, Some(local("a", "x"))));
        assert_eq!(ledger, Ledger::default());
    }
}
