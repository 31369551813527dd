//! Opens the world, once: the home folder, the process environment, the clock, hatch's own
//! folder and the hosts. Nothing else in hatch asks the process for any of these.
#![expect(clippy::disallowed_methods, reason = "this is the one place that they are for")]

use std::collections::{BTreeMap, BTreeSet};
use std::ffi::{OsStr, OsString};
use std::io::{self, IsTerminal, Read};
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use hatch_core::configuration::{Configuration, ConfigurationError, File};
use hatch_core::environment::{Environment, EnvironmentError, EnvironmentName};
use hatch_core::home::HatchHome;
use hatch_core::host::{HostId, Os, Scope};
use hatch_core::ledger::{Ledger, LedgerError};
use hatch_core::locate::{self, LocateError, Place, Places, Roots};
use hatch_core::location::Location;
use hatch_core::registry::{Host, Registry};
use hatch_core::repository;
use hatch_core::settings::Settings;
use hatch_core::source::{EnvironmentFile, Origin};
use hatch_core::store::{self, Reader, StoreError};
use hatch_packages::reserved::{self, Grounds, Reserved};

use crate::Hosts;
use crate::args::{Color, GlobalArgs, PlaceArgs};
use crate::commands::write::{Attempt, Files};
use crate::dialect;
use crate::error::{CommandError, Fault};
use crate::exit::Exit;
use crate::view::Output;

/// A pointer file or an environment is never larger than this.
const SMALL_FILE: u64 = 64 << 10;

/// What a command works with.
pub struct Context {
    /// The folders that hosts' files are looked for in.
    pub roots: Roots,
    /// The names of hatch's own files.
    pub home: HatchHome,
    /// All files, to read.
    pub store: Files,
    /// Whether this run is planned again, and what was approved.
    pub attempt: Attempt,
    /// All hosts.
    pub registry: Registry,
    /// Where results go.
    pub output: Output,
    /// Hatch's own settings.
    pub settings: Settings,
    /// The ids of adapters that are not built in.
    foreign: BTreeSet<HostId>,
    current_folder: PathBuf,
}

/// Why a host's servers can't be read.
#[derive(Debug, thiserror::Error)]
pub enum HostError {
    /// It keeps none where it was looked for.
    #[error(transparent)]
    Locate(#[from] LocateError),
    /// A file can't be read.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// A file can't be understood.
    #[error(transparent)]
    Configuration(#[from] ConfigurationError),
    /// A file is where its adapter may not be.
    #[error(transparent)]
    Reserved(#[from] Reserved),
    /// A host that the user named has one of hatch's own files.
    #[error("`{0}` is in hatch's own folder, where no host keeps its servers")]
    Own(Location),
}

impl Context {
    /// Looks around. Reads no host's file, and writes nothing.
    pub fn open(global: &GlobalArgs, hosts: Hosts) -> Result<Self, CommandError> {
        let mut cx = Self::without_settings(global, hosts, Output::new(global.verbose))?;
        cx.settings = cx.read_settings().map_err(Fault::failure)?;
        Ok(cx)
    }

    /// Looks around for names to complete, all hosts included, and says nothing: settings
    /// that can't be used are as good as none.
    pub fn open_silently(home: Option<PathBuf>, hosts: Hosts) -> Option<Self> {
        let global = GlobalArgs { home, verbose: false, color: Color::Auto };
        let mut cx = Self::without_settings(&global, hosts, Output::silent()).ok()?;
        cx.settings = cx.read_settings().unwrap_or_default();
        let _ = crate::adapters::add_installed(&mut cx);
        cx.add_named_hosts();
        Some(cx)
    }

    fn without_settings(
        global: &GlobalArgs,
        hosts: Hosts,
        output: Output,
    ) -> Result<Self, CommandError> {
        let current_folder = std::env::current_dir().unwrap_or_default();
        let roots = roots(global, &current_folder)?;
        let folder = match roots.variables.get(OsStr::new("HATCH_HOME")) {
            Some(folder) if !folder.is_empty() => current_folder.join(folder),
            _ => roots.home.join(".hatch"),
        };
        let store = Files::open(&folder, &roots.shown(&folder)).map_err(|error| {
            Fault::because("hatch's own folder can't be used", &error)
                .hint("set HATCH_HOME to a folder that you can write to")
                .failure()
        })?;
        let home = store.home().clone();
        let registry = hosts().map_err(|error| CommandError {
            exit: Exit::Bug,
            faults: vec![Fault::because("the built-in adapters are broken", &*error)],
        })?;
        Ok(Context {
            roots,
            home,
            store,
            attempt: Attempt::default(),
            registry,
            output,
            settings: Settings::default(),
            foreign: BTreeSet::new(),
            current_folder,
        })
    }

    /// Hatch's own settings, as they are now.
    pub fn read_settings(&self) -> Result<Settings, Fault> {
        let at = self.home.settings();
        let cannot = |error: &dyn std::error::Error| {
            Fault::because(format!("hatch's settings, `{at}`, can't be used"), error)
                .hint("fix or remove the file")
        };
        let bytes = self.store.read(&at).map_err(|error| cannot(&error))?;
        Settings::parse(bytes.as_deref()).map_err(|error| cannot(&error))
    }

    /// Adds the hosts that the user named to those that adapters know by themselves, which
    /// are all there by now.
    pub fn add_named_hosts(&mut self) {
        for (id, named) in &self.settings.hosts {
            match self.registry.get(named.adapter.as_str()) {
                Ok(host) if self.registry.get(id.as_str()).is_err() => {
                    let adapter = host.adapter.clone();
                    let paths = named.paths.clone();
                    self.registry.add(Host { id: id.clone(), adapter, paths });
                }
                Ok(_) => self.output.warn(&format!(
                    "the host `{id}` that you named is left out: an adapter has that name"
                )),
                Err(error) => {
                    self.output.warn(&format!("the host `{id}` is left out: {error}"));
                }
            }
        }
    }

    /// Where a host keeps each of its documents.
    pub fn places(&self, host: &Host, scope: Scope) -> Result<Vec<Place>, LocateError> {
        places(host, scope, &self.roots)
    }

    /// Where a host keeps each document of a project, or the user's without one.
    pub fn places_in(
        &self,
        host: &Host,
        project: Option<&Path>,
    ) -> Result<Vec<Place>, LocateError> {
        match project {
            None => self.places(host, Scope::User),
            Some(root) => {
                let roots = Roots { project: root.to_owned(), ..self.roots.clone() };
                places(host, Scope::Project, &roots)
            }
        }
    }

    /// Reads what a host has at these places.
    pub fn configuration(&self, host: &Host, places: &[Place]) -> Result<Configuration, HostError> {
        let file = |place: &Place| self.document(host, &place.path);
        let files = places.iter().map(file).collect::<Result<_, _>>()?;
        let read = || Configuration::read(&*host.adapter, files);
        Ok(self.output.during(&format!("Reading {}", host.name()), read)?)
    }

    /// Adds a host whose adapter is not built in.
    pub fn add_foreign(&mut self, host: Host) {
        self.foreign.insert(host.adapter.descriptor().id.clone());
        self.registry.add(host);
    }

    /// Reads a document of a host. One that an adapter from elsewhere names has to be where
    /// such adapters may be, wherever links and variables lead.
    pub fn document(&self, host: &Host, path: &Path) -> Result<File, HostError> {
        let shown = self.roots.shown(path);
        let location = self.store.admit(path, &shown)?;
        if self.foreign.contains(&host.adapter.descriptor().id) {
            let follow = |path: &Path| path.canonicalize().ok();
            let own = self.home.folder().path();
            let grounds = Grounds { roots: &self.roots, own, follow: &follow };
            let descriptor = host.adapter.descriptor();
            reserved::check_path(location.path(), (path, &shown), descriptor, grounds)?;
        }
        if !host.paths.is_empty() && self.home.contains(location.path()) {
            return Err(HostError::Own(location));
        }
        let bytes = self.store.read(&location)?;
        Ok(File { location, bytes })
    }

    /// Reads a file that the user names.
    pub fn file(&self, path: &Path) -> Result<File, StoreError> {
        let location = self.store.admit(path, &self.roots.shown(path))?;
        let bytes = self.store.read(&location)?;
        Ok(File { location, bytes })
    }

    /// The path of a document that was recorded, as its user writes it: links on the way are
    /// to be followed as they are now.
    pub fn as_written(&self, location: &Location) -> PathBuf {
        let shown = location.to_string();
        let path = match shown.strip_prefix('~') {
            Some(rest) => self.roots.home.join(rest.trim_start_matches(['/', '\\'])),
            None => PathBuf::from(&shown),
        };
        // What can't be written as text is where it was.
        let is_it = path.is_absolute() && self.roots.shown(&path) == shown;
        if is_it && !shown.contains('\u{fffd}') { path } else { location.path().to_owned() }
    }

    /// Takes a command's word for where the project is. It may be a folder that `--create` makes.
    pub fn look_in(&mut self, place: &PlaceArgs) {
        if let Some(project) = &place.project {
            self.roots.project = self.absolute(project);
        }
    }

    /// Takes a folder of the command line for the project, to look at what is in it.
    ///
    /// # Errors
    ///
    /// Fails where the folder does not exist: a misspelt one would look empty.
    pub fn look_in_project(&mut self, project: Option<&Path>) -> Result<(), CommandError> {
        let Some(project) = project else { return Ok(()) };
        let folder = self.absolute(project);
        if !folder.is_dir() {
            let shown = self.roots.shown(&folder);
            return Err(Fault::new(format!("the project folder `{shown}` was not found"))
                .hint("name an existing folder with --project")
                .failure());
        }
        self.roots.project = folder;
        Ok(())
    }

    /// The project's root, where a scope is a project's.
    pub fn project(&self, scope: Scope) -> Option<PathBuf> {
        (scope == Scope::Project).then(|| self.roots.project.clone())
    }

    /// Takes a path of the command line from the current folder.
    pub fn absolute(&self, path: &Path) -> PathBuf {
        self.current_folder.join(path)
    }

    /// What hatch put where.
    pub fn ledger(&self) -> Result<Ledger, LedgerError> {
        Ledger::read(&self.store, &self.home)
    }

    /// What hatch put where, for what can do without: where that cannot be read, it says so
    /// and goes on as if nothing was known.
    pub fn ledger_or_empty(&self) -> Ledger {
        self.ledger().unwrap_or_else(|error| {
            self.warn_of_ledger(&error);
            Ledger::default()
        })
    }

    /// Says that a run goes on without knowing what is hatch's.
    pub fn warn_of_ledger(&self, error: &LedgerError) {
        self.output.warn(&Fault::because("what is hatch's is not known", error).one_line());
    }

    /// The environments that there are, by name.
    pub fn environment_names(&self) -> Result<Vec<String>, StoreError> {
        let names = self.store.list(&self.environments_folder()?)?.into_iter();
        Ok(names
            .filter_map(|name| name.strip_suffix(".json").map(str::to_owned))
            .filter(|name| EnvironmentName::new(name.as_str()).is_ok())
            .collect())
    }

    /// The file of an environment that hatch keeps. People keep theirs among their dotfiles:
    /// where the file or the folder is a link, it is the real file that is read and written, and
    /// the link stays.
    pub fn environment_file(&self, name: &str) -> Result<Location, StoreError> {
        let at = self.home.environment(name);
        match at.path().is_symlink() || self.home.envs().path().is_symlink() {
            true => self.store.admit(at.path(), &at.to_string()),
            false => Ok(at),
        }
    }

    /// The folder of environments, links followed.
    fn environments_folder(&self) -> Result<Location, StoreError> {
        let at = self.home.envs();
        if !at.path().is_symlink() {
            return Ok(at);
        }
        // A folder can be listed once something in it was admitted.
        let inside = at.join(".json");
        Ok(self.store.admit(inside.path(), &inside.to_string())?.folder().unwrap_or(at))
    }

    /// Reads an environment, by name or by path, with what it extends brought in.
    pub fn environment(&self, name: &str) -> Result<Environment, Fault> {
        self.environment_as(name, None)
    }

    /// As [`Context::environment`], of a file that is to be read as a host reads its own.
    pub fn environment_as(&self, name: &str, as_host: Option<&str>) -> Result<Environment, Fault> {
        let own = self.read_environment_as(name, as_host)?;
        own.resolve(name, &mut |base| self.read_environment(base).map_err(|fault| fault.one_line()))
            .map_err(|error| self.environment_fault(name, &error))
    }

    /// The identity of an environment: its name, or its file, wherever it was named from.
    pub fn environment_origin(&self, name: &str) -> Origin {
        if !is_path(name) {
            return Origin::Environment(name.to_owned());
        }
        let path = self.absolute(Path::new(name));
        let path = path.canonicalize().unwrap_or(path);
        let repository = repository::identify(&path, &DiskPlaces);
        let shown = self.roots.shown(&path);
        Origin::File(EnvironmentFile::new(&Location::new(path, shown), repository))
    }

    /// Reads an environment's own file.
    pub fn read_environment(&self, name: &str) -> Result<Environment, Fault> {
        self.read_environment_as(name, None)
    }

    fn read_environment_as(&self, name: &str, as_host: Option<&str>) -> Result<Environment, Fault> {
        let is_path = is_path(name);
        if let (false, Some(host)) = (is_path, as_host) {
            return Err(Fault::new(format!("--as {host} needs the path of a file, not `{name}`")));
        }
        let bytes = if is_path {
            let file = self.file(&self.absolute(Path::new(name)));
            file.map(|file| file.bytes)
        } else {
            EnvironmentName::new(name).map_err(|error| Fault::bad_name(&error))?;
            self.environment_file(name).and_then(|at| self.store.read(&at))
        };
        match bytes {
            Err(error) => {
                Err(Fault::because(format!("environment `{name}` can't be read"), &error))
            }
            Ok(None) if is_path => Err(Fault::new(format!("there is no file `{name}`"))),
            Ok(None) => Err(self.no_environment(name)),
            Ok(Some(bytes)) if is_path => {
                let adapter = dialect::of(self, Path::new(name), as_host)?;
                match adapter {
                    Some(adapter) => dialect::environment(name, &bytes, &*adapter),
                    None => Environment::parse(&bytes).map_err(|error| {
                        self.environment_fault(name, &error).hint(
                            "`hatch env import` takes other shapes, and --as HOST reads a host's \
                             own file",
                        )
                    }),
                }
            }
            Ok(Some(bytes)) => {
                Environment::parse(&bytes).map_err(|error| self.environment_fault(name, &error))
            }
        }
    }

    /// There is no such environment.
    pub fn no_environment(&self, name: &str) -> Fault {
        let known = self.environment_names().unwrap_or_default();
        let nearest = hatch_core::suggest::nearest(name, &known);
        let hint = crate::error::did_you_mean(&nearest)
            .unwrap_or_else(|| "`hatch env list` shows what there is".to_owned());
        Fault::new(format!("there is no environment named `{name}`")).hint(hint)
    }

    fn environment_fault(&self, name: &str, error: &EnvironmentError) -> Fault {
        let fault = Fault::because(format!("environment `{name}` can't be used"), error);
        match EnvironmentName::new(name) {
            Ok(own) if !name.ends_with(".json") => {
                let file = self.home.environment(own.as_str());
                fault.hint(format!("fix its file by hand: `{file}`"))
            }
            _ => fault,
        }
    }

    /// Says, without writing, that a run that was killed left something to put back.
    pub fn mention_unfinished(&self) {
        if store::has_journal(&self.home, &self.store).unwrap_or(false) {
            self.output.note(
                "an earlier run was interrupted; the next one that writes puts its files back first",
            );
        }
    }
}

fn places(host: &Host, scope: Scope, roots: &Roots) -> Result<Vec<Place>, LocateError> {
    if !host.paths.is_empty() {
        return locate::named(&host.paths, scope, &DiskPlaces);
    }
    let documents = &host.adapter.descriptor().documents;
    documents.iter().map(|spec| locate::locate(spec, scope, roots, &DiskPlaces)).collect()
}

/// The folder that the command was started in.
pub fn current_folder() -> Option<PathBuf> {
    std::env::current_dir().ok()
}

/// The time, now.
pub fn now() -> jiff::Timestamp {
    jiff::Timestamp::now()
}

/// Whether the process environment says yes for the user.
pub fn approves() -> bool {
    let answer = std::env::var("HATCH_AUTO_APPROVE").unwrap_or_default().to_lowercase();
    matches!(answer.as_str(), "1" | "true" | "yes")
}

/// All of standard input, also for a command that asks for it once more.
pub fn standard_input() -> io::Result<Vec<u8>> {
    static READ: OnceLock<Vec<u8>> = OnceLock::new();
    if let Some(bytes) = READ.get() {
        return Ok(bytes.clone());
    }
    let mut bytes = Vec::new();
    io::stdin().lock().take(256 << 20).read_to_end(&mut bytes)?;
    Ok(READ.get_or_init(|| bytes).clone())
}

/// Whether an environment is given as the path of a file.
fn is_path(name: &str) -> bool {
    name.ends_with(".json") || name.contains(['/', '\\'])
}

/// When a file was last changed.
pub fn modified(path: &Path) -> Option<jiff::Timestamp> {
    jiff::Timestamp::try_from(path.metadata().ok()?.modified().ok()?).ok()
}

/// The terminal's width in cells; `None` where results do not go to a terminal.
pub fn width() -> Option<usize> {
    if !io::stdout().is_terminal() {
        return None;
    }
    terminal_size::terminal_size().map(|(width, _)| usize::from(width.0))
}

/// The program that is started by this name, as far as this process can tell.
pub fn find_command(command: &str, roots: &Roots) -> Option<PathBuf> {
    let path = Path::new(command);
    if path.components().count() > 1 {
        return path.is_file().then(|| path.to_owned());
    }
    let folders = roots.variables.get(OsStr::new("PATH")).cloned().unwrap_or_default();
    std::env::split_paths(&folders).find_map(|folder| find_command_in(command, &folder))
}

/// Where a folder has a program; on Windows its name may be without its ending.
pub fn find_command_in(command: &str, folder: &Path) -> Option<PathBuf> {
    let endings: &[&str] =
        if cfg!(windows) { &["", ".exe", ".cmd", ".bat", ".com"] } else { &[""] };
    let candidates = endings.iter().map(|ending| folder.join(format!("{command}{ending}")));
    candidates.into_iter().find(|candidate| candidate.is_file())
}

/// Of these names of processes, those that run now.
pub fn running(names: &[String]) -> Vec<String> {
    use sysinfo::{ProcessRefreshKind, ProcessesToUpdate, System};
    let Ok(mut system) = System::new() else { return Vec::new() };
    system.refresh_processes_specifics(ProcessesToUpdate::All, true, ProcessRefreshKind::nothing());
    let runs = |name: &&String| {
        system.processes().values().any(|process| {
            let found = process.name().to_string_lossy();
            found.strip_suffix(".exe").unwrap_or(&found).eq_ignore_ascii_case(name)
        })
    };
    names.iter().filter(runs).cloned().collect()
}

fn roots(global: &GlobalArgs, current_folder: &Path) -> Result<Roots, CommandError> {
    let os = if cfg!(windows) {
        Os::Windows
    } else if cfg!(target_os = "macos") {
        Os::Macos
    } else {
        Os::Linux
    };
    let (home, variables) = match &global.home {
        Some(home) => (current_folder.join(home), BTreeMap::new()),
        None => {
            let home = std::env::home_dir().filter(|home| home.is_absolute()).ok_or_else(|| {
                Fault::new("the home folder is not known")
                    .hint("set HOME, or pass --home DIR")
                    .failure()
            })?;
            (home, std::env::vars_os().collect())
        }
    };
    let folder = |name: &str, default: &[&str]| {
        let set: Option<&OsString> = variables.get(OsStr::new(name));
        let set = set.map(PathBuf::from).filter(|folder| folder.is_absolute());
        set.unwrap_or_else(|| home.join(default.iter().collect::<PathBuf>()))
    };
    let (config, local_data) = match os {
        Os::Linux => {
            (folder("XDG_CONFIG_HOME", &[".config"]), folder("XDG_DATA_HOME", &[".local", "share"]))
        }
        Os::Macos => {
            let support = home.join("Library").join("Application Support");
            (support.clone(), support)
        }
        Os::Windows => (
            folder("APPDATA", &["AppData", "Roaming"]),
            folder("LOCALAPPDATA", &["AppData", "Local"]),
        ),
    };
    let project = current_folder.to_owned();
    Ok(Roots { os, home, config, local_data, project, variables })
}

/// The disk, asked for nothing but names and one short file.
struct DiskPlaces;

impl Places for DiskPlaces {
    fn exists(&self, path: &Path) -> bool {
        path.symlink_metadata().is_ok()
    }

    fn is_folder(&self, path: &Path) -> bool {
        path.is_dir()
    }

    fn folders_in(&self, path: &Path) -> Vec<OsString> {
        let Ok(entries) = path.read_dir() else { return Vec::new() };
        let folders = entries.flatten().filter(|entry| entry.path().is_dir());
        folders.map(|entry| entry.file_name()).collect()
    }

    fn text(&self, path: &Path) -> Option<String> {
        let is_small = path.metadata().is_ok_and(|it| it.is_file() && it.len() <= SMALL_FILE);
        if is_small { std::fs::read_to_string(path).ok() } else { None }
    }
}
