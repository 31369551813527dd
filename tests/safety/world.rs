//! A home folder that is put back before each run, and what has to be so after it.

use std::collections::BTreeMap;
use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use hatch_core::backup::{Backup, Catalogue};
use hatch_core::store::{DiskStore, TEMPORARY_PREFIX};
use hatch_tests::TestHome;
use serde_json::Value;

pub const CLAUDE: &str = ".config/Claude/claude_desktop_config.json";
pub const CURSOR: &str = ".cursor/mcp.json";
pub const GEMINI: &str = ".gemini/settings.json";
pub const LMSTUDIO: &str = ".lmstudio/mcp.json";

/// One server that every host can hold in full.
pub const DEV: &str = r#"{ "mcpServers": {
    "dev-tools": { "command": "tools", "args": ["--fast"], "env": { "LEVEL": "3" } }
} }"#;

/// The run that recovers: what a person might do next.
const RECOVERS: &str = "env create recovered";

/// A command that writes, in a world that is made for it.
pub struct Case {
    pub name: &'static str,
    pub line: &'static str,
    pub prepare: fn(&TestHome),
    pub effect: Effect,
}

/// What a command does when nothing is in its way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Effect {
    /// Documents change, and a backup is kept or not.
    Changes { keeps: bool },
    /// A backup is made.
    Copies,
    /// What is there becomes hatch's: the ledger changes, and no document.
    Notes,
    /// Backups go, one after the other.
    Cleans,
}

/// What a run came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Found {
    Old,
    New,
    /// Of several backups that were to go, some went.
    Some,
}

/// Three hosts with a file each, of different modes, and a fourth without a folder even.
pub fn hosts() -> TestHome {
    let home = TestHome::in_memory();
    home.fixture("claude-desktop/windows-crlf.json", CLAUDE);
    home.fixture("cursor/project-tabs.json", CURSOR);
    home.fixture("gemini/settings-commented.json", GEMINI);
    for (file, mode) in [(CLAUDE, 0o600), (CURSOR, 0o640), (GEMINI, 0o644)] {
        fs::set_permissions(home.join(file), Permissions::from_mode(mode)).unwrap();
    }
    home.environment("dev", DEV);
    home
}

/// Everything below a folder: bytes and modes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Picture {
    folders: BTreeMap<PathBuf, u32>,
    files: BTreeMap<PathBuf, (Vec<u8>, u32)>,
}

impl Picture {
    pub fn of(folder: &Path) -> Self {
        let mut picture = Picture::default();
        picture.add(folder, Path::new(""));
        picture
    }

    fn add(&mut self, top: &Path, below: &Path) {
        for entry in fs::read_dir(top.join(below)).unwrap() {
            let entry = entry.unwrap();
            let path = below.join(entry.file_name());
            let mode = entry.metadata().unwrap().permissions().mode() & 0o7777;
            if entry.file_type().unwrap().is_dir() {
                self.add(top, &path);
                self.folders.insert(path, mode);
            } else {
                self.files.insert(path, (fs::read(entry.path()).unwrap(), mode));
            }
        }
    }

    /// Makes a folder what it was.
    pub fn put_back(&self, top: &Path) {
        for entry in fs::read_dir(top).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() { fs::remove_dir_all(path) } else { fs::remove_file(path) }.unwrap();
        }
        for (path, mode) in &self.folders {
            fs::create_dir(top.join(path)).unwrap();
            fs::set_permissions(top.join(path), Permissions::from_mode(*mode)).unwrap();
        }
        for (path, (bytes, mode)) in &self.files {
            fs::write(top.join(path), bytes).unwrap();
            fs::set_permissions(top.join(path), Permissions::from_mode(*mode)).unwrap();
        }
    }

    /// The mode of a folder.
    pub fn mode(&self, folder: &str) -> Permissions {
        Permissions::from_mode(self.folders[Path::new(folder)])
    }

    /// The modes of everything.
    pub fn modes(&self) -> impl Iterator<Item = (&PathBuf, u32)> {
        let files = self.files.iter().map(|(path, (_, mode))| (path, *mode));
        files.chain(self.folders.iter().map(|(path, mode)| (path, *mode)))
    }

    pub fn bytes(&self, path: &Path) -> Option<&[u8]> {
        self.files.get(path).map(|(bytes, _)| &bytes[..])
    }

    /// The hosts' folders and files, and the environments: everything of which nothing may be
    /// lost, and in whose folders nothing may stay.
    pub fn documents(&self) -> Picture {
        let of_hosts = |path: &Path| {
            let is_environment = path.starts_with(".hatch/envs");
            (is_environment || !path.starts_with(".hatch")) && !path.ends_with("recovered.json")
        };
        let mut documents = self.clone();
        documents.folders.retain(|path, _| of_hosts(path));
        documents.files.retain(|path, _| of_hosts(path));
        documents
    }

    /// In what two pictures differ, for a person.
    fn differences(&self, other: &Picture) -> String {
        let paths = self.files.keys().chain(other.files.keys());
        let files = paths.filter(|path| self.files.get(*path) != other.files.get(*path));
        let folders = self.folders.keys().chain(other.folders.keys());
        let folders = folders.filter(|path| self.folders.get(*path) != other.folders.get(*path));
        files.chain(folders).map(|it| it.display().to_string()).collect::<Vec<_>>().join(", ")
    }
}

/// A world of a case, and how it was and would be.
pub struct World<'a> {
    pub case: &'a Case,
    pub home: TestHome,
    before: Picture,
    after: Picture,
    /// The backups of before, and of after.
    backups: [Vec<Backup>; 2],
}

impl<'a> World<'a> {
    /// Prepares it, and runs the command once without a fault.
    pub fn new(case: &'a Case) -> Self {
        let home = hosts();
        (case.prepare)(&home);
        let (before, kept) = (Picture::of(home.path()), backups(&home));
        home.line(case.line).ends(0);
        let (after, left) = (Picture::of(home.path()), backups(&home));
        let world = World { case, home, before, after, backups: [kept, left] };
        let changes = world.before.documents() != world.after.documents();
        assert_eq!(changes, matches!(case.effect, Effect::Changes { .. }), "{}", case.name);
        assert_ne!(world.before, world.after, "{}: it does nothing", case.name);
        world
    }

    pub fn reset(&self) {
        self.before.put_back(self.home.path());
    }

    /// Whether a run was killed, or could not put everything back.
    pub fn is_pending(&self) -> bool {
        self.home.join(".hatch/journal.json").exists()
    }

    /// Whether all documents have these contents now, whatever else is beside them.
    pub fn has_documents_of(&self, found: Found) -> bool {
        let now = Picture::of(self.home.path());
        let expected = if found == Found::Old { &self.before } else { &self.after };
        let paths = self.before.documents().files.into_keys();
        let mut paths = paths.chain(self.after.documents().files.into_keys());
        paths.all(|path| now.bytes(&path) == expected.bytes(&path))
    }

    /// Runs what recovers, and checks all that has to be so from then on.
    #[track_caller]
    pub fn recover(&self, name: &str) -> Found {
        let run = self.home.line(RECOVERS);
        assert_eq!(run.code, 0, "{name}: nothing recovers: {}", run.stderr);
        let now = Picture::of(self.home.path());
        let stray = now.files.keys().find(|path| {
            path.file_name().is_some_and(|it| it.to_string_lossy().starts_with(TEMPORARY_PREFIX))
        });
        assert_eq!(stray, None, "{name}: half written");
        assert!(!self.is_pending(), "{name}: the journal stays");
        let found = self.found(&now, name);
        self.check_backups(found, name);
        self.check_state(&now, found, name);
        found
    }

    #[track_caller]
    fn found(&self, now: &Picture, name: &str) -> Found {
        let (now, old, new) = (now.documents(), self.before.documents(), self.after.documents());
        if matches!(self.case.effect, Effect::Changes { .. }) {
            assert!(now == old || now == new, "{name}: lost: {}", now.differences(&old));
            return if now == old { Found::Old } else { Found::New };
        }
        assert!(now == old, "{name}: lost: {}", now.differences(&old));
        if self.case.effect == Effect::Notes {
            let [now, new] = [&Picture::of(self.home.path()), &self.after].map(noted);
            return if now == new { Found::New } else { Found::Old };
        }
        if self.case.effect == Effect::Copies {
            return if self.made().is_empty() { Found::Old } else { Found::New };
        }
        let [old, new] = [0, 1].map(|at| copies(&self.backups[at]));
        match copies(&backups(&self.home)) {
            now if now == old => Found::Old,
            now if now == new => Found::New,
            _ => Found::Some,
        }
    }

    /// The backups that the run made.
    fn made(&self) -> Vec<Backup> {
        let mut made = backups(&self.home);
        made.retain(|it| {
            !is_of_recovery(it) && self.backups[0].iter().all(|known| known.id != it.id)
        });
        made
    }

    /// All backups are whole; those of before are the same, and the run's has what was there.
    #[track_caller]
    fn check_backups(&self, found: Found, name: &str) {
        let made = self.made();
        let expected = match self.case.effect {
            Effect::Changes { keeps: true } | Effect::Copies => usize::from(found == Found::New),
            _ => 0,
        };
        assert_eq!(made.len(), expected, "{name}: backups of the run");
        let now = backups(&self.home);
        for backup in &self.backups[0] {
            let same = now.iter().find(|it| it.id == backup.id);
            let may_go = self.case.effect == Effect::Cleans;
            assert!(same.is_some() || may_go, "{name}: the backup {} is gone", backup.id);
        }
        for (backup, file) in now.iter().flat_map(|it| it.files.iter().map(move |file| (it, file)))
        {
            let (store, home) = store(&self.home);
            let content = Catalogue::new(&store, &home).content(backup, file);
            let content = content.unwrap_or_else(|error| panic!("{name}: {error}"));
            if made.iter().any(|it| it.id == backup.id) {
                let location = content.location.expect("a place");
                let path = location.path().strip_prefix(self.home.path()).expect("a place below");
                assert!(content.bytes.as_deref() == self.before.bytes(path), "{name}: {location}");
            }
        }
    }

    /// What is noted of the hosts may be lost, and does not lie.
    #[track_caller]
    fn check_state(&self, now: &Picture, found: Found, name: &str) {
        let [now, old, new] = [now, &self.before, &self.after].map(noted);
        let is_true = now.is_none() || now == old || (found == Found::New && now == new);
        assert!(is_true, "{name}: the state lies: {now:?}");
    }
}

/// How many copies each backup has, but for those of the runs that recover.
fn copies(backups: &[Backup]) -> Vec<(String, usize)> {
    let not_of_recovery = backups.iter().filter(|it| !is_of_recovery(it));
    not_of_recovery.map(|it| (it.id.to_string(), it.files.len())).collect()
}

fn is_of_recovery(backup: &Backup) -> bool {
    backup.run().is_some_and(|run| run.command == "env create")
}

/// `state.json`, without the times in it.
fn noted(picture: &Picture) -> Option<Value> {
    let bytes = picture.bytes(Path::new(".hatch/state.json"))?;
    let mut state: Value = serde_json::from_slice(bytes).expect("a state");
    for document in state["documents"].as_array_mut().expect("documents") {
        for (_, record) in document["servers"].as_object_mut().expect("records") {
            (record["at"], record["operation"]) = (Value::Null, Value::Null);
        }
    }
    Some(state)
}

fn store(home: &TestHome) -> (DiskStore, hatch_core::home::HatchHome) {
    let store = DiskStore::open(&home.join(".hatch"), "~/.hatch").expect("hatch's own folder");
    let home = store.home().clone();
    (store, home)
}

/// All backups; a damaged one is a failure.
#[track_caller]
pub fn backups(home: &TestHome) -> Vec<Backup> {
    let (store, home) = store(home);
    let listing = Catalogue::new(&store, &home).list().expect("backups");
    assert!(listing.damaged.is_empty(), "{:?}", listing.damaged);
    listing.backups
}
