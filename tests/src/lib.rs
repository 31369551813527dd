//! What the tests share: a home folder with hosts in it, and the command run there.
#![expect(clippy::disallowed_methods, reason = "tests make and look at files of their own")]

pub mod cases;
pub mod made;
pub mod native;
#[cfg(unix)]
pub mod session;
pub mod tally;

use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::time::SystemTime;

use tempfile::TempDir;

/// The workspace's folder.
pub fn workspace() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/.."))
}

/// Compares a committed file that is made of what hatch says; with `HATCH_BLESS=1` in the
/// process environment it is written anew instead.
///
/// # Panics
///
/// Panics where the file holds something else, or can't be written.
#[track_caller]
pub fn committed(relative: &str, expected: &str) {
    let path = workspace().join(relative);
    if std::env::var_os("HATCH_BLESS").is_some() {
        fs::create_dir_all(path.parent().expect("a folder")).expect("folders");
        fs::write(path, expected).expect("the file");
        return;
    }
    let found = fs::read_to_string(&path).unwrap_or_default();
    let line = found.lines().zip(expected.lines()).position(|(a, b)| a != b);
    assert!(
        found == expected,
        "`{relative}` is out of step (line {}): run with HATCH_BLESS=1 to write it anew",
        line.map_or("at its end".to_owned(), |line| (line + 1).to_string())
    );
}

/// The command: the program beside the folder that tests run in.
///
/// # Panics
///
/// Panics where the test does not run below a target folder.
pub fn program() -> PathBuf {
    let test = std::env::current_exe().expect("a test knows its own path");
    let folder = test.parent().and_then(Path::parent).expect("tests run in target/*/deps");
    folder.join(format!("hatch-under-test{}", std::env::consts::EXE_SUFFIX))
}

/// Makes a fresh copy of `tests/sample` at `to`.
///
/// # Errors
///
/// Fails where files can't be read or written.
pub fn copy_sample(to: &Path) -> io::Result<()> {
    if to.exists() {
        fs::remove_dir_all(to)?;
    }
    copy(&workspace().join("tests").join("sample"), to)
}

fn copy(from: &Path, to: &Path) -> io::Result<()> {
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        let (from, to) = (entry.path(), to.join(entry.file_name()));
        if from.is_dir() {
            copy(&from, &to)?;
        } else {
            fs::write(to, fs::read(from)?)?;
        }
    }
    Ok(())
}

/// A home folder that goes away with the test.
#[derive(Debug)]
pub struct TestHome {
    folder: TempDir,
}

/// What a command did.
#[derive(Debug)]
pub struct Run {
    /// The exit code; -1 for a signal.
    pub code: i32,
    /// Standard output, with the home folder as `~`.
    pub stdout: String,
    /// Standard error, likewise.
    pub stderr: String,
}

impl Run {
    /// Checks the exit code, and shows everything if it is another.
    ///
    /// # Panics
    ///
    /// Panics where the exit code is another.
    #[track_caller]
    pub fn expect(self, code: i32) -> Self {
        assert_eq!(self.code, code, "stdout:\n{}\nstderr:\n{}", self.stdout, self.stderr);
        self
    }

    /// Checks the exit code, where nothing else is of interest.
    ///
    /// # Panics
    ///
    /// As [`Run::expect`].
    #[track_caller]
    pub fn ends(self, code: i32) {
        let _ = self.expect(code);
    }
}

/// One file, as [`TestHome::files`] finds it: its bytes, mode and time of change, or where
/// its link leads.
pub type Found = (Vec<u8>, u32, Option<SystemTime>);

impl TestHome {
    /// An empty home folder.
    ///
    /// # Panics
    ///
    /// Panics where no folder can be made, as every function here does.
    #[expect(clippy::new_without_default, reason = "it makes a folder")]
    pub fn new() -> Self {
        TestHome { folder: tempfile::tempdir().expect("a folder") }
    }

    /// An empty home folder in memory, where syncing costs nothing, if the system has one.
    pub fn in_memory() -> Self {
        let folder = Path::new("/dev/shm");
        let made = if folder.is_dir() { tempfile::tempdir_in(folder) } else { tempfile::tempdir() };
        TestHome { folder: made.expect("a folder") }
    }

    /// A copy of `tests/sample`.
    pub fn sample() -> Self {
        let home = TestHome::new();
        copy(&workspace().join("tests").join("sample"), home.path()).expect("the sample");
        home
    }

    /// The folder.
    pub fn path(&self) -> &Path {
        self.folder.path()
    }

    /// A path below it.
    pub fn join(&self, relative: impl AsRef<Path>) -> PathBuf {
        self.path().join(relative)
    }

    /// Writes a file, and the folders that it needs.
    pub fn write(&self, relative: &str, bytes: impl AsRef<[u8]>) {
        let path = self.join(relative);
        fs::create_dir_all(path.parent().expect("a folder")).expect("folders");
        fs::write(path, bytes).expect("the file");
    }

    /// Puts a fixture of `tests/fixtures/hosts` there.
    pub fn fixture(&self, fixture: &str, relative: &str) -> Vec<u8> {
        let from = workspace().join("tests/fixtures/hosts").join(fixture);
        let bytes = fs::read(from).expect("the fixture");
        self.write(relative, &bytes);
        bytes
    }

    /// A file's bytes.
    pub fn read(&self, relative: &str) -> Vec<u8> {
        fs::read(self.join(relative)).expect("the file")
    }

    /// A file's text.
    pub fn text(&self, relative: &str) -> String {
        String::from_utf8(self.read(relative)).expect("text")
    }

    /// An environment of hatch's own.
    pub fn environment(&self, name: &str, json: &str) {
        self.write(&format!(".hatch/envs/{name}.json"), json);
    }

    /// Every file and link below the folder.
    pub fn files(&self) -> BTreeMap<PathBuf, Found> {
        let mut files = BTreeMap::new();
        collect(self.path(), &mut files);
        files
    }

    /// The command, with this home and nothing else of the process environment.
    pub fn command(&self) -> Command {
        let mut command = Command::new(program());
        command.env_clear().env("HOME", self.path()).env("USERPROFILE", self.path());
        // Windows programs do not start without.
        command.envs(std::env::vars_os().filter(|(name, _)| name == "SystemRoot"));
        command.current_dir(self.path()).stdin(Stdio::null());
        command
    }

    /// Runs `hatch` with these arguments, without a terminal.
    #[must_use = "a command that failed is a test that should"]
    pub fn hatch<S: AsRef<OsStr>>(&self, arguments: impl IntoIterator<Item = S>) -> Run {
        self.run(self.command().args(arguments))
    }

    /// Runs a command line of plain words.
    #[must_use = "a command that failed is a test that should"]
    pub fn line(&self, line: &str) -> Run {
        self.hatch(line.split_whitespace())
    }

    /// Runs `hatch` with text on its standard input.
    #[must_use = "a command that failed is a test that should"]
    pub fn with_input(&self, line: &str, input: &[u8]) -> Run {
        let mut command = self.command();
        command.args(line.split_whitespace());
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().expect("the command");
        child.stdin.take().expect("a pipe").write_all(input).expect("the input");
        self.shown(&child.wait_with_output().expect("the command's end"))
    }

    /// Runs a prepared command.
    #[must_use = "a command that failed is a test that should"]
    pub fn run(&self, command: &mut Command) -> Run {
        self.shown(&command.output().expect("the command"))
    }

    fn shown(&self, output: &Output) -> Run {
        let home = self.path().display().to_string();
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).replace(&home, "~");
        Run {
            code: output.status.code().unwrap_or(-1),
            stdout: text(&output.stdout),
            stderr: text(&output.stderr),
        }
    }
}

fn collect(folder: &Path, files: &mut BTreeMap<PathBuf, Found>) {
    for entry in fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        let metadata = path.symlink_metadata().expect("an entry");
        if metadata.is_dir() {
            collect(&path, files);
            continue;
        }
        let bytes = if metadata.is_symlink() {
            fs::read_link(&path).expect("a link").into_os_string().into_encoded_bytes()
        } else {
            fs::read(&path).expect("a file")
        };
        files.insert(path, (bytes, mode(&metadata), metadata.modified().ok()));
    }
}

#[cfg(unix)]
fn mode(metadata: &fs::Metadata) -> u32 {
    std::os::unix::fs::PermissionsExt::mode(&metadata.permissions())
}

#[cfg(not(unix))]
fn mode(metadata: &fs::Metadata) -> u32 {
    u32::from(metadata.permissions().readonly())
}
