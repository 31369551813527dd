//! Which copies have been kept for long enough. Nothing is removed here: see [`super::clean()`].

use std::collections::HashMap;

use jiff::{SignedDuration, Timestamp};

use super::{Backup, BackupId, Origin, Taken};
use crate::owner::Owner;

/// What is to go. Where both are given, a copy has to be old and one too many: the newest of
/// each owner stay, however old they are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Retention {
    /// Copies that were made more than so many days ago.
    pub older_than_days: Option<u32>,
    /// Copies beyond so many of their owner, the newest counted first.
    pub keep: Option<usize>,
    /// Copies of this owner alone.
    pub only: Option<Owner>,
    /// What "ago" means.
    pub now: Timestamp,
}

/// What goes of one backup.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Removal {
    /// Which.
    pub backup: BackupId,
    /// Whose copies go.
    pub owners: Vec<Owner>,
    /// Whose copies stay; where there are none, the backup goes as a whole.
    pub staying: Vec<Owner>,
    /// How many copies go.
    pub copies: usize,
    /// Their size.
    pub bytes: u64,
}

impl Retention {
    /// What goes, of backups that are sorted with the newest first. The older tool's neither
    /// go nor count.
    pub fn choose(&self, backups: &[Backup]) -> Vec<Removal> {
        let mut newer: HashMap<&Owner, usize> = HashMap::new();
        let mut removals = Vec::new();
        for backup in backups.iter().filter(|it| it.origin != Origin::OlderTool) {
            let is_old = self.is_old(backup.taken);
            let (mut going, mut staying) = (Vec::new(), Vec::new());
            for owner in backup.owners() {
                let newer = newer.entry(owner).or_default();
                let is_beyond = self.keep.is_none_or(|keep| *newer >= keep);
                let is_meant = self.only.as_ref().is_none_or(|only| only == owner);
                *newer += 1;
                let goes = is_old && is_beyond && is_meant;
                if goes { &mut going } else { &mut staying }.push(owner.clone());
            }
            if !going.is_empty() {
                removals.push(Removal::new(backup, going, staying));
            }
        }
        removals
    }

    fn is_old(&self, taken: Taken) -> bool {
        let Some(days) = self.older_than_days else { return true };
        match taken {
            Taken::At(moment) => {
                self.now.duration_since(moment) > SignedDuration::from_hours(24 * i64::from(days))
            }
            Taken::Local(_) => false,
        }
    }
}

impl Removal {
    fn new(backup: &Backup, owners: Vec<Owner>, staying: Vec<Owner>) -> Self {
        let files = backup.files.iter().filter(|file| owners.contains(&file.owner));
        let copies = files.clone().filter(|file| file.copy.is_some()).count();
        let bytes = files.filter_map(|file| file.size).sum();
        Removal { backup: backup.id.clone(), owners, staying, copies, bytes }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::backup::{BackupFile, RunRecord};
    use crate::ledger::Ledger;
    use crate::location::Location;

    const NOW: &str = "2026-11-30T00:00:00Z";

    /// A backup that was made so many days ago, with a copy of ten bytes for each owner.
    fn backup(days: i64, owners: &[&str]) -> Backup {
        let time = NOW.parse::<Timestamp>().unwrap() - SignedDuration::from_hours(24 * days);
        let file = |owner: &&str| BackupFile {
            owner: Owner::parse(owner).unwrap(),
            location: None,
            name: "mcp.json".to_owned(),
            size: Some(10),
            copy: Some(Location::new("/x", "x")),
            record: None,
        };
        let run = RunRecord {
            operation: "0123abcd".to_owned().try_into().unwrap(),
            command: "sync".to_owned(),
            title: String::new(),
            undoes: None,
            time,
            ledger: Ledger::default(),
            files: Vec::new(),
        };
        Backup {
            id: BackupId::new(days.to_string()),
            origin: Origin::Hatch(Box::new(run)),
            taken: Taken::At(time),
            folder: Location::new("/b", "b"),
            files: owners.iter().map(file).collect(),
            cleaned: Vec::new(),
        }
    }

    /// What goes, as `backup: owners | owners that stay`.
    #[track_caller]
    fn check(days: Option<u32>, keep: Option<usize>, only: Option<&str>, expected: &[&str]) {
        let mut older = backup(400, &["cursor"]);
        older.origin = Origin::OlderTool;
        older.taken = Taken::Local("2020-01-01T00:00:00".parse().unwrap());
        let backups = [
            backup(1, &["cursor"]),
            backup(2, &["cursor", "gemini"]),
            backup(3, &["gemini"]),
            backup(10, &["cursor", "env:dev"]),
            older,
        ];
        let retention = Retention {
            older_than_days: days,
            keep,
            only: only.map(|owner| Owner::parse(owner).unwrap()),
            now: NOW.parse().unwrap(),
        };
        let names =
            |owners: &[Owner]| owners.iter().map(ToString::to_string).collect::<Vec<_>>().join(" ");
        let found: Vec<_> = retention
            .choose(&backups)
            .iter()
            .map(|it| format!("{}: {} | {}", it.backup, names(&it.owners), names(&it.staying)))
            .collect();
        assert_eq!(found, expected, "{days:?} {keep:?} {only:?}");
    }

    #[test]
    fn age_alone_takes_all_that_is_older() {
        check(Some(3), None, None, &["10: cursor env:dev | "]);
        check(Some(2), None, None, &["3: gemini | ", "10: cursor env:dev | "]);
        check(Some(10), None, None, &[]);
        check(Some(u32::MAX), None, None, &[]);
    }

    #[test]
    fn a_number_alone_counts_for_each_owner() {
        check(None, Some(1), None, &["2: cursor | gemini", "3: gemini | ", "10: cursor | env:dev"]);
        check(None, Some(2), None, &["10: cursor | env:dev"]);
        check(None, Some(3), None, &[]);
        let all = ["1: cursor | ", "2: cursor gemini | ", "3: gemini | ", "10: cursor env:dev | "];
        check(None, Some(0), None, &all);
    }

    #[test]
    fn with_both_the_newest_stay_however_old() {
        check(Some(0), Some(2), None, &["10: cursor | env:dev"]);
        check(Some(2), Some(1), None, &["3: gemini | ", "10: cursor | env:dev"]);
        check(Some(5), Some(3), None, &[]);
    }

    #[test]
    fn of_one_owner_the_others_stay() {
        check(None, Some(1), Some("cursor"), &["2: cursor | gemini", "10: cursor | env:dev"]);
        check(None, Some(0), Some("env:dev"), &["10: env:dev | cursor"]);
        check(None, Some(0), Some("lmstudio"), &[]);
    }

    #[test]
    fn copies_and_bytes_are_counted() {
        let mut two = backup(9, &["cursor", "cursor", "gemini"]);
        two.files[1].copy = None;
        two.files[1].size = None;
        let retention = Retention {
            older_than_days: Some(1),
            keep: None,
            only: Some(Owner::parse("cursor").unwrap()),
            now: NOW.parse().unwrap(),
        };
        let removal = retention.choose(&[two]).remove(0);
        assert_eq!((removal.copies, removal.bytes), (1, 10));
    }
}
