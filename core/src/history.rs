//! The runs that changed something, as their backups tell of them, and which of them were
//! taken back.

use std::collections::{BTreeMap, BTreeSet};

use crate::backup::{BACKUP, Backup, RunRecord};
use crate::operation::OperationId;

/// A run that changed files.
#[derive(Clone, Debug)]
pub struct Entry<'a> {
    /// The backup that it kept.
    pub backup: &'a Backup,
    /// What it did.
    pub run: &'a RunRecord,
    /// The run that took it back, if one did and was not taken back itself.
    pub undone_by: Option<OperationId>,
}

/// The runs behind some backups, in their order. What only copied is no such run, and of the
/// older tool's nobody knows what they changed.
pub fn entries(backups: &[Backup]) -> Vec<Entry<'_>> {
    let runs: Vec<_> = backups
        .iter()
        .filter_map(|it| Some((it, it.run()?)))
        .filter(|(_, it)| changes(it))
        .collect();
    let mut undoing: BTreeMap<&OperationId, Vec<&OperationId>> = BTreeMap::new();
    for (_, run) in &runs {
        if let Some(undone) = &run.undoes {
            undoing.entry(undone).or_default().push(&run.operation);
        }
    }
    let entry = |(backup, run)| Entry {
        backup,
        run,
        undone_by: undone_by(&run.operation, &undoing, &mut BTreeSet::new()).cloned(),
    };
    runs.into_iter().map(entry).collect()
}

fn changes(run: &RunRecord) -> bool {
    run.command != BACKUP
}

/// The run that took a run back and still stands. A run that is `seen` already goes in a
/// circle, which no hatch writes.
fn undone_by<'a>(
    run: &'a OperationId,
    undoing: &BTreeMap<&'a OperationId, Vec<&'a OperationId>>,
    seen: &mut BTreeSet<&'a OperationId>,
) -> Option<&'a OperationId> {
    if !seen.insert(run) {
        return None;
    }
    let by = undoing.get(run)?;
    by.iter().copied().find(|by| undone_by(by, undoing, seen).is_none())
}

/// The run that one means who names none: the newest that was not taken back, and takes
/// nothing back itself.
pub fn latest<'a, 'b>(entries: &'b [Entry<'a>]) -> Option<&'b Entry<'a>> {
    entries.iter().find(|it| it.undone_by.is_none() && it.run.undoes.is_none())
}

/// What a run that takes `run` back is called: an undo, or where that was one itself, a redo.
pub fn title(run: &RunRecord, entries: &[Entry<'_>]) -> String {
    let mut first = run;
    let mut is_undo = true;
    for _ in entries {
        let earlier = first.undoes.as_ref();
        match earlier.and_then(|id| entries.iter().find(|it| &it.run.operation == id)) {
            Some(entry) => first = entry.run,
            None => break,
        }
        is_undo = !is_undo;
    }
    let word = if is_undo { "Undo" } else { "Redo" };
    match first.title.is_empty() {
        true => format!("{word} {}", first.operation),
        false => format!("{word} {}: {}", first.operation, first.title),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::backup::{BackupId, Origin, Taken};
    use crate::ledger::Ledger;
    use crate::location::Location;

    fn id(number: u8) -> OperationId {
        OperationId::try_from(format!("{number:08x}")).unwrap()
    }

    /// The newest first: each a run's number, and that of the run that it takes back.
    fn backups(runs: &[(u8, Option<u8>)]) -> Vec<Backup> {
        let backup = |(number, undoes): &(u8, Option<u8>)| {
            let time = jiff::Timestamp::from_second(i64::from(*number)).unwrap();
            let run = RunRecord {
                operation: id(*number),
                command: if undoes.is_some() { "undo" } else { "sync" }.to_owned(),
                title: format!("Run {number}"),
                undoes: undoes.map(id),
                time,
                ledger: Ledger::default(),
                files: Vec::new(),
            };
            Backup {
                id: BackupId::new(number.to_string()),
                origin: Origin::Hatch(Box::new(run)),
                taken: Taken::At(time),
                folder: Location::new("/b", "b"),
                files: Vec::new(),
                cleaned: Vec::new(),
            }
        };
        runs.iter().map(backup).collect()
    }

    #[track_caller]
    fn check(runs: &[(u8, Option<u8>)], undone: &[u8], next: Option<u8>) {
        let backups = backups(runs);
        let entries = entries(&backups);
        let found = entries.iter().filter(|it| it.undone_by.is_some());
        let found: Vec<_> = found.map(|it| it.run.operation.clone()).collect();
        assert_eq!(found, undone.iter().copied().map(id).collect::<Vec<_>>());
        assert_eq!(latest(&entries).map(|it| it.run.operation.clone()), next.map(id));
    }

    #[test]
    fn undoing_again_goes_further_back() {
        check(&[], &[], None);
        check(&[(2, None), (1, None)], &[], Some(2));
        check(&[(3, Some(2)), (2, None), (1, None)], &[2], Some(1));
        check(&[(4, Some(1)), (3, Some(2)), (2, None), (1, None)], &[2, 1], None);
        check(&[(4, None), (3, Some(2)), (2, None), (1, None)], &[2], Some(4));
    }

    #[test]
    fn what_was_undone_and_redone_can_be_undone_again() {
        let redone = [(4, Some(3)), (3, Some(2)), (2, None), (1, None)];
        check(&redone, &[3], Some(2));
        let again = [(5, Some(2)), (4, Some(3)), (3, Some(2)), (2, None), (1, None)];
        check(&again, &[3, 2], Some(1));
        // A circle, which no hatch writes, has an end too.
        check(&[(2, Some(1)), (1, Some(2))], &[], None);
    }

    #[test]
    fn copies_made_by_hand_are_no_runs() {
        let mut backups = backups(&[(2, None), (1, None)]);
        let Origin::Hatch(run) = &mut backups[0].origin else { unreachable!() };
        run.command = BACKUP.to_owned();
        assert_eq!(entries(&backups).len(), 1);
    }

    #[test]
    fn an_undo_of_an_undo_is_a_redo() {
        let backups = backups(&[(4, Some(3)), (3, Some(2)), (2, None), (9, Some(1))]);
        let entries = entries(&backups);
        let titles: Vec<_> = entries.iter().map(|it| title(it.run, &entries)).collect();
        let redo = "Redo 00000002: Run 2";
        let undo = "Undo 00000002: Run 2";
        assert_eq!(titles, [undo, redo, undo, "Undo 00000009: Run 9"]);
    }
}
