//! Disks that are full or can't be written to, files that are someone else's or no files, and
//! limits of a process. Links, modes and names are in `core/tests/disk_unix.rs`.

use std::fs::{self, File, Permissions};
use std::os::unix::fs::{MetadataExt, PermissionsExt, chown};
use std::os::unix::net::UnixListener;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use hatch_tests::tally::tally;
use hatch_tests::{Run, TestHome, program};

use crate::trace::{tool, under};
use crate::world::{CLAUDE, CURSOR, Case, Effect, Found, GEMINI, LMSTUDIO, Picture, World, hosts};

const SYNC: &str = "mcp sync --from-env dev --to-host claude-desktop,cursor,gemini,lmstudio \
                    --create --auto-approve";

/// The user that owns nothing.
const NOBODY: u32 = 65534;

fn words(line: &str) -> Vec<&str> {
    line.split_whitespace().collect()
}

/// Runs a program of the system that has to succeed.
#[track_caller]
fn must(name: &str, arguments: &[&str]) {
    let output = Command::new(tool(name)).args(arguments).output().unwrap();
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{name} {arguments:?} (run this as root): {stderr}");
}

/// A file system that is mounted for as long as a test needs it.
struct Mounted(PathBuf);

impl Mounted {
    /// A small disk in memory.
    fn disk(at: &Path, size: &str) -> Self {
        let path = at.to_str().unwrap();
        must("mount", &["-t", "tmpfs", "-o", &format!("size={size}"), "tmpfs", path]);
        Mounted(at.to_owned())
    }

    /// A file or folder, once more over itself.
    fn over_itself(at: &Path) -> Self {
        let path = at.to_str().unwrap();
        must("mount", &["--bind", path, path]);
        Mounted(at.to_owned())
    }

    fn read_only(&self) {
        must("mount", &["-o", "remount,ro,bind", self.0.to_str().unwrap()]);
    }
}

impl Drop for Mounted {
    fn drop(&mut self) {
        // It may be that the test failed: then there is another message to be seen.
        let _ = Command::new(tool("umount")).arg(&self.0).status();
    }
}

/// Runs a sync that has to leave every file as it was, and to say why.
#[track_caller]
fn refused(home: &TestHome, run: &Run, reasons: &[&str], before: &Picture) {
    assert_eq!(run.code, 1, "{}", run.stderr);
    for reason in reasons {
        assert!(run.stderr.contains(reason), "`{reason}` is not in {}", run.stderr);
    }
    assert!(Picture::of(home.path()).documents() == before.documents(), "{}", run.stderr);
    assert!(!home.join(".hatch/journal.json").exists(), "{}", run.stderr);
}

/// With room for nothing, for a page more, and so on until it is enough.
#[test]
fn a_disk_that_is_full_leaves_all_or_nothing() {
    let effect = Effect::Changes { keeps: true };
    let case = Case { name: "a full disk", line: SYNC, prepare: |_| (), effect };
    let world = World::new(&case);
    let (mut old, mut later) = (0, 0);
    for pages in 0.. {
        world.reset();
        let disk = Mounted::disk(world.home.path(), "1m");
        world.reset();
        let filler = world.home.join(".hatch/filler");
        let room = free(&filler) / 4096;
        fs::write(&filler, vec![0; usize::try_from((room - pages.min(room)) * 4096).unwrap()])
            .unwrap();
        let run = world.home.line(SYNC);
        let now = match run.code {
            0 => Some(Found::New),
            1 => Some(Found::Old),
            4 => None,
            code => panic!("{pages} pages: ends with {code}: {}", run.stderr),
        };
        assert!(run.code == 0 || run.stderr.contains("No space left"), "{}", run.stderr);
        assert!(now.is_none_or(|now| world.has_documents_of(now)), "{pages}: {}", run.stderr);
        fs::remove_file(&filler).unwrap();
        let found = world.recover(&format!("{pages} pages"));
        assert!(now.is_none_or(|now| now == found), "{pages} pages");
        later += usize::from(now.is_none());
        drop(disk);
        if run.code == 0 {
            break;
        }
        old += 1;
    }
    assert!(old > 3, "{old}");
    let outcomes =
        format!("{old} as it was, of them {later} by the next run, 1 as planned, 0 lost");
    tally("disks", "a disk with room for 0, 1, 2, ... pages", old + 1, &outcomes);
}

/// The bytes that are free where a file is to be.
fn free(at: &Path) -> u64 {
    File::create(at).unwrap();
    let disk = rustix::fs::statvfs(at).unwrap();
    disk.f_bavail * disk.f_frsize
}

#[test]
fn what_can_t_be_written_to_is_named() {
    let home = hosts();
    let before = Picture::of(home.path());
    for (read_only, reason) in [
        (".cursor", "`~/.cursor/mcp.json`: it is on a read-only file system"),
        (CURSOR, "`~/.cursor/mcp.json`: it is on a read-only file system"),
        (".gemini", "`~/.gemini/settings.json`: it is on a read-only file system"),
    ] {
        let mounted = Mounted::over_itself(&home.join(read_only));
        mounted.read_only();
        refused(&home, &home.line(SYNC), &[reason], &before);
    }
    // Hatch's own folder: nothing can be backed up, so nothing is written.
    let mounted = Mounted::over_itself(&home.join(".hatch"));
    mounted.read_only();
    refused(&home, &home.line(SYNC), &["Read-only file system"], &before);
    drop(mounted);
    home.line(SYNC).ends(0);
    tally("disks", "a folder or file that is mounted read-only", 4, "4 as it was");
}

#[test]
fn a_file_that_must_not_change_is_named() {
    // On a disk that knows of such files: what is in memory does not everywhere.
    let home = TestHome::new();
    home.environment("dev", crate::world::DEV);
    home.fixture("claude-desktop/windows-crlf.json", CLAUDE);
    home.fixture("cursor/project-tabs.json", CURSOR);
    let before = Picture::of(home.path());
    let cursor = home.join(CURSOR);
    must("chattr", &["+i", cursor.to_str().unwrap()]);
    let run = home.line("mcp sync --from-env dev --to-host claude-desktop,cursor --auto-approve");
    must("chattr", &["-i", cursor.to_str().unwrap()]);
    refused(&home, &run, &["cursor", "or immutable"], &before);
    tally("disks", "an immutable file", 1, "1 as it was");
}

/// Runs hatch as a user that is not root, to whom the home folder was given.
fn as_nobody(home: &TestHome, line: &str) -> Run {
    // The program may be where only root can go.
    let copy = home.join("hatch");
    if !copy.exists() {
        fs::copy(program(), &copy).unwrap();
    }
    let mut command = Command::new(&copy);
    command.env("HOME", home.path()).args(words(line)).current_dir(home.path());
    let ids = ["--reuid", "65534", "--regid", "65534", "--clear-groups"];
    home.run(&mut under("setpriv", &ids, &command))
}

fn give_away(folder: &Path) {
    chown(folder, Some(NOBODY), Some(NOBODY)).unwrap();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            give_away(&path);
        } else {
            chown(&path, Some(NOBODY), Some(NOBODY)).unwrap();
        }
    }
}

#[test]
fn another_user_s_files_are_refused_or_replaced() {
    let home = hosts();
    give_away(home.path());
    assert_eq!(as_nobody(&home, "--version").code, 0);
    let before = Picture::of(home.path());

    // A folder that its owner may not write to.
    fs::set_permissions(home.join(".cursor"), Permissions::from_mode(0o555)).unwrap();
    let run = as_nobody(&home, SYNC);
    fs::set_permissions(home.join(".cursor"), before.mode(".cursor")).unwrap();
    refused(&home, &run, &["Permission denied", ".cursor"], &before);

    // Root's folder, and root's file that nobody else may read.
    chown(home.join(".gemini"), Some(0), Some(0)).unwrap();
    refused(&home, &as_nobody(&home, SYNC), &["Permission denied", ".gemini"], &before);
    chown(home.join(".gemini"), Some(NOBODY), Some(NOBODY)).unwrap();
    chown(home.join(CLAUDE), Some(0), Some(0)).unwrap();
    refused(&home, &as_nobody(&home, SYNC), &["Permission denied", "claude"], &before);
    chown(home.join(CLAUDE), Some(NOBODY), Some(NOBODY)).unwrap();

    // Root's file that can be read, in a folder of one's own: it becomes one's own, if that is
    // what one says.
    chown(home.join(GEMINI), Some(0), Some(0)).unwrap();
    let reason = "`~/.gemini/settings.json`: it is not writable by you (mode 0644)";
    refused(&home, &as_nobody(&home, SYNC), &[reason], &before);
    as_nobody(&home, &format!("{SYNC} --force")).ends(0);
    let metadata = fs::metadata(home.join(GEMINI)).unwrap();
    assert_eq!((metadata.uid(), metadata.mode() & 0o777), (NOBODY, 0o644));

    // Root's hatch leaves others' files theirs.
    as_nobody(&home, "mcp undo --auto-approve").ends(0);
    home.line(SYNC).ends(0);
    for (file, mode) in [(CLAUDE, 0o600), (CURSOR, 0o640), (GEMINI, 0o644)] {
        let metadata = fs::metadata(home.join(file)).unwrap();
        assert_eq!((metadata.uid(), metadata.gid()), (NOBODY, NOBODY), "{file}");
        assert_eq!(metadata.mode() & 0o7777, mode, "{file}");
    }
    tally("disks", "files and folders of other users", 6, "4 as it was, 2 as planned");
}

/// What is new is its owner's alone, and what is there keeps its mode, whatever the umask.
#[test]
fn no_umask_opens_or_closes_anything() {
    for umask in ["000", "022", "077", "777"] {
        let home = hosts();
        fs::remove_dir_all(home.join(".hatch")).unwrap();
        home.write("dev.json", crate::world::DEV);
        give_away(home.path());
        as_nobody(&home, "--version").ends(0);
        let line = SYNC.replace("--from-env dev", "--from-env ./dev.json");
        let script = format!("umask {umask} && exec ./hatch {line}");
        let mut command = Command::new(tool("sh"));
        command.env("HOME", home.path()).current_dir(home.path()).args(["-c", &script]);
        let ids = ["--reuid", "65534", "--regid", "65534", "--clear-groups"];
        home.run(&mut under("setpriv", &ids, &command)).ends(0);
        let now = Picture::of(home.path());
        for (path, mode) in now.modes() {
            let expected = match path.to_str().unwrap() {
                CLAUDE | LMSTUDIO => 0o600,
                CURSOR => 0o640,
                GEMINI => 0o644,
                own if own.starts_with(".hatch") && home.join(own).is_file() => 0o600,
                own if own.starts_with(".hatch") || own == ".lmstudio" => 0o700,
                _ => continue,
            };
            assert_eq!(mode, expected, "umask {umask}: {}", path.display());
        }
    }
    tally("disks", "modes under 4 umasks", 4, "4 as planned");
}

/// A process that may write so many bytes to a file is killed by the system where it wants
/// more, wherever that is.
#[test]
fn a_limit_of_a_file_s_size_is_a_stop_that_is_recovered_from() {
    let effect = Effect::Changes { keeps: true };
    let case = Case { name: "a size limit", line: SYNC, prepare: |_| (), effect };
    let world = World::new(&case);
    let (mut old, mut new) = (0, 0);
    for bytes in (0..4000).step_by(160) {
        world.reset();
        let limit = format!("--fsize={bytes}");
        let mut command = world.home.command();
        let run = world.home.run(&mut under("prlimit", &[&limit], command.args(words(SYNC))));
        let found = world.recover(&format!("{bytes} bytes"));
        assert!(run.code == 0 || run.code == -1, "ends with {}: {}", run.code, run.stderr);
        assert!((run.code == 0) <= (found == Found::New), "{bytes} bytes: {}", run.stderr);
        if found == Found::Old { old += 1 } else { new += 1 }
    }
    assert!(old > 0 && new > 0, "{old} and {new}");
    let outcomes = format!("{old} as it was, {new} as planned, 0 lost");
    tally("disks", "a limit of each file's size", old + new, &outcomes);
}

#[test]
fn a_limit_of_open_files_leaves_all_or_nothing() {
    let effect = Effect::Changes { keeps: true };
    let case = Case { name: "few files", line: SYNC, prepare: |_| (), effect };
    let world = World::new(&case);
    let (mut old, mut new) = (0, 0);
    // With fewer the system can't even load the program.
    for files in 4..24 {
        world.reset();
        let limit = format!("--nofile={files}");
        let mut command = world.home.command();
        let run = world.home.run(&mut under("prlimit", &[&limit], command.args(words(SYNC))));
        let expected = match run.code {
            0 => Found::New,
            1 => Found::Old,
            code => panic!("{files} files: ends with {code}: {}", run.stderr),
        };
        assert!(world.has_documents_of(expected), "{files} files: {}", run.stderr);
        assert_eq!(world.recover(&format!("{files} files")), expected, "{}", run.stderr);
        if expected == Found::Old { old += 1 } else { new += 1 }
    }
    assert!(old > 0 && new > 0, "{old} and {new}");
    let outcomes = format!("{old} as it was, {new} as planned, 0 lost");
    tally("disks", "a limit of open files", old + new, &outcomes);
}

/// None of these is opened, since opening one may wait or do something.
#[test]
fn what_is_no_file_is_refused_at_once() {
    type Make = fn(&Path);
    let make: [(&str, Make); 6] = [
        ("a pipe", |at| must("mkfifo", &[at.to_str().unwrap()])),
        ("a socket", |at| drop(UnixListener::bind(at).unwrap())),
        ("a device", |at| must("mknod", &[at.to_str().unwrap(), "c", "1", "5"])),
        ("a folder", |at| fs::create_dir(at).unwrap()),
        ("has 10737418240 bytes, and hatch reads 268435456 at most", |at| {
            File::create(at).unwrap().set_len(10 << 30).unwrap();
        }),
        ("leads in a circle", |at| std::os::unix::fs::symlink(at, at).unwrap()),
    ];
    for (reason, make) in make {
        let home = hosts();
        fs::remove_file(home.join(CURSOR)).unwrap();
        make(&home.join(CURSOR));
        let others = [CLAUDE, GEMINI].map(|file| home.read(file));
        let mut command = home.command();
        let mut command = under("timeout", &["10"], command.args(words(SYNC)));
        let run = home.run(command.stdin(Stdio::null()));
        assert_eq!(run.code, 1, "{reason}: {}", run.stderr);
        assert!(run.stderr.contains(reason), "`{reason}` is not in {}", run.stderr);
        assert!([CLAUDE, GEMINI].map(|file| home.read(file)) == others, "{reason}");
        assert!(!home.join(".hatch/backups").exists(), "{reason}");
    }
    tally("disks", "what is no file, or is 10 GiB", 6, "6 as it was");
}
