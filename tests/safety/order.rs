//! In which order a run makes things last. What is synced too late only a power cut would show,
//! so it is the calls themselves that are looked at.

use std::path::{Path, PathBuf};

use hatch_tests::TestHome;
use hatch_tests::tally::tally;

use crate::trace::{Call, traced};
use crate::world::{CLAUDE, CURSOR, GEMINI, LMSTUDIO, hosts};

const SYNC: &str = "mcp sync --from-env dev --to-host claude-desktop,cursor,gemini,lmstudio \
                    --create --auto-approve";

const CALLS: &str = "openat,openat2,fsync,fdatasync,rename,renameat,renameat2,unlink,unlinkat,\
                     rmdir,mkdir,mkdirat";

/// What a call did to the disk.
#[derive(Debug, PartialEq, Eq)]
enum Step {
    Made(PathBuf),
    Created(PathBuf),
    Synced(PathBuf),
    Named { from: PathBuf, to: PathBuf },
    Removed(PathBuf),
}

/// The steps of a run, in order.
struct Steps(Vec<Step>);

impl Steps {
    fn of(home: &TestHome, line: &str) -> (Self, Vec<Call>) {
        let (run, calls) = traced(home, CALLS, line);
        run.ends(0);
        let steps = calls.iter().filter(|call| !call.text.contains(" = -1 ")).filter_map(step);
        (Steps(steps.collect()), calls)
    }

    /// The places of all steps that are like this one.
    fn all(&self, is_it: impl Fn(&Step) -> bool) -> Vec<usize> {
        self.0.iter().enumerate().filter(|(_, step)| is_it(step)).map(|(at, _)| at).collect()
    }

    /// The place of the only step like this one.
    #[track_caller]
    fn one(&self, is_it: impl Fn(&Step) -> bool) -> usize {
        let all = self.all(is_it);
        assert_eq!(all.len(), 1, "{:#?}", self.0);
        all[0]
    }

    /// Checks that a file or folder is synced after one step and before another.
    #[track_caller]
    fn synced(&self, path: &Path, after: usize, before: usize) {
        let is_synced = self.0[after..before].iter().any(|step| *step == Step::Synced(path.into()));
        assert!(
            is_synced,
            "`{}` is not synced between {:?} and {:?}",
            path.display(),
            self.0[after],
            self.0[before]
        );
    }
}

fn step(call: &Call) -> Option<Step> {
    let arguments = call.text.split_once('(')?.1;
    let opened = || arguments.split_once('<').and_then(|(_, rest)| rest.split_once('>'));
    let names: Vec<_> = arguments.split('"').skip(1).step_by(2).collect();
    let folders: Vec<_> =
        arguments.split('<').skip(1).filter_map(|it| it.split('>').next()).collect();
    let path = |at: usize| Some(Path::new(folders.get(at)?).join(names.get(at)?));
    match call.name.as_str() {
        "fsync" | "fdatasync" => Some(Step::Synced(opened()?.0.into())),
        // What is taken away gets another name first.
        "renameat2"
            if call.text.contains("\".hatch-tmp-") && !names[0].starts_with(".hatch-tmp-") =>
        {
            Some(Step::Removed(path(0)?))
        }
        "renameat" | "renameat2" => Some(Step::Named { from: path(0)?, to: path(1)? }),
        "unlinkat" => Some(Step::Removed(path(0)?)),
        "mkdirat" => Some(Step::Made(path(0)?)),
        "openat" | "openat2" if call.text.contains("O_CREAT") => Some(Step::Created(path(0)?)),
        "openat" | "openat2" => None,
        name => panic!("a call that this test does not know: {name}"),
    }
}

/// Checks what holds for every run that writes: new files are synced before they get their
/// name, and what a journal promises is on the disk while it counts.
#[track_caller]
fn check(home: &TestHome, steps: &Steps, documents: &[&str]) {
    let own = home.join(".hatch");
    let journal = own.join("journal.json");
    for (at, step) in steps.0.iter().enumerate() {
        if let Step::Named { from, to } = step {
            let created = steps.one(|it| *it == Step::Created(from.clone()));
            assert!(created < at, "{}", to.display());
            steps.synced(from, created, at);
        }
    }
    let begin = steps.one(|step| matches!(step, Step::Named { to, .. } if *to == journal));
    let end = steps.one(|step| *step == Step::Removed(journal.clone()));
    let documents: Vec<_> = documents.iter().map(|file| home.join(file)).collect();
    let changes = steps.all(|step| match step {
        Step::Named { to: path, .. } | Step::Removed(path) => documents.contains(path),
        _ => false,
    });
    assert_eq!(changes.len(), documents.len(), "{:#?}", steps.0);
    let first = changes[0];
    assert!(begin < first && first < end);

    let in_backups = |path: &Path| path.starts_with(own.join("backups"));
    let made = steps.one(
        |it| matches!(it, Step::Made(path) if in_backups(path) && *path != own.join("backups")),
    );
    let Step::Made(backup) = &steps.0[made] else { unreachable!("it is one") };
    let copied = steps.all(|it| matches!(it, Step::Named { to, .. } if to.starts_with(backup)));
    let last_copy = *copied.iter().max().expect("copies");
    assert!(last_copy < first, "a copy is made too late");
    steps.synced(&own, begin, first);
    steps.synced(backup, last_copy, first);
    steps.synced(&own.join("backups"), made, first);

    for at in changes.into_iter().chain(steps.all(|it| matches!(it, Step::Made(_)))) {
        let (Step::Named { to: path, .. } | Step::Removed(path) | Step::Made(path)) = &steps.0[at]
        else {
            unreachable!("these have a path")
        };
        if !path.starts_with(&own) {
            steps.synced(path.parent().expect("a folder"), at, end);
        }
    }
    let rest = &steps.0[end..];
    assert!(rest.contains(&Step::Synced(own)), "the commit is not made to last");
}

#[test]
fn what_a_run_relies_on_is_on_the_disk_before() {
    let home = hosts();
    let files = [CLAUDE, CURSOR, GEMINI, LMSTUDIO];
    let (steps, calls) = Steps::of(&home, SYNC);
    check(&home, &steps, &files);
    check_private(&home, &calls);
    let syncs = steps.all(|step| matches!(step, Step::Synced(_))).len();
    // Undoing it takes the fourth file away, and its folder stays.
    let (undone, calls) = Steps::of(&home, "mcp undo --auto-approve");
    check(&home, &undone, &files);
    check_private(&home, &calls);
    let again = undone.all(|step| matches!(step, Step::Synced(_))).len();
    let outcomes = format!("each in time: {syncs} of a sync, {again} of an undo");
    tally("order", "what is synced before what relies on it", syncs + again, &outcomes);
}

/// A file that is new gets a name that nobody can guess, is nobody else's, and is made anew: a
/// link that waits there is not followed.
#[track_caller]
fn check_private(home: &TestHome, calls: &[Call]) {
    let created = calls.iter().filter(|call| call.text.contains("O_CREAT"));
    let mut names = Vec::new();
    for call in created.filter(|call| !call.text.contains("hatch.lock")) {
        assert!(call.text.contains("O_EXCL") && call.text.contains("mode=0600"), "{}", call.text);
        assert!(call.text.contains("RESOLVE_BENEATH"), "{}", call.text);
        let name = call.text.split("/.hatch-tmp-").last().and_then(|it| it.get(..16));
        names.push(name.expect("a temporary name").to_owned());
    }
    assert!(names.len() > 4, "{names:?} in {}", home.path().display());
    names.sort();
    assert!(names.windows(2).all(|two| two[0] != two[1]), "{names:?}");
    assert!(names.iter().all(|name| name.bytes().all(|b| b.is_ascii_hexdigit())), "{names:?}");
}
