//! Where hosts' files are looked for, and homes that are out of the ordinary.

use std::fs;

use hatch_tests::TestHome;

use crate::common::{
    CURSOR, DEV, FILES, assert_unchanged, fails, has, hosts_with, json, names, state,
};

const SYNC: &str = "mcp sync --from-env dev --auto-approve --to-host";

fn home() -> TestHome {
    let home = TestHome::new();
    home.environment("dev", DEV);
    home
}

/// Syncs with these variables, whose values begin at the home folder.
#[track_caller]
fn check(home: &TestHome, host: &str, variables: &[(&str, &str)], changed: &str) {
    let mut command = home.command();
    command.args(SYNC.split(' ')).arg(host);
    for (name, value) in variables {
        command.env(name, home.join(value));
    }
    home.run(&mut command).ends(0);
    assert_eq!(names(home, changed), ["dev-tools"], "{changed}");
}

#[cfg(target_os = "linux")]
#[test]
fn xdg_config_home_moves_claude_desktop() {
    let home = home();
    home.write("conf/Claude/claude_desktop_config.json", "{}");
    home.write(FILES[0], "{}");
    let moved = "conf/Claude/claude_desktop_config.json";
    check(&home, "claude-desktop", &[("XDG_CONFIG_HOME", "conf")], moved);
    assert_eq!(home.text(FILES[0]), "{}");
}

#[test]
fn gemini_cli_home_moves_gemini() {
    let home = home();
    home.write("g/.gemini/settings.json", "{}");
    home.write(FILES[2], "{}");
    check(&home, "gemini", &[("GEMINI_CLI_HOME", "g")], "g/.gemini/settings.json");
    assert_eq!(home.text(FILES[2]), "{}");
}

#[test]
fn hatch_home_moves_what_hatch_keeps() {
    let home = home();
    home.write(CURSOR, "{}");
    fs::rename(home.join(".hatch"), home.join("kept elsewhere")).unwrap();
    check(&home, "cursor", &[("HATCH_HOME", "kept elsewhere")], CURSOR);
    assert!(home.join("kept elsewhere/state.json").exists());
    assert!(home.join("kept elsewhere/backups").exists());
    assert!(!home.join(".hatch").exists());
}

#[test]
fn home_as_an_option_leaves_the_environment_aside() {
    let home = home();
    let other = TestHome::new();
    other.write(CURSOR, "{}");
    other.environment("dev", DEV);
    let mut command = home.command();
    command.args(SYNC.split(' ')).arg("cursor").arg("--home").arg(other.path());
    command.env("HATCH_HOME", home.join("x")).env("GEMINI_CLI_HOME", home.join("y"));
    home.run(&mut command).ends(0);
    assert_eq!(names(&other, CURSOR), ["dev-tools"]);
    assert!(other.join(".hatch/state.json").exists());
    assert!(!home.join("x").exists());
}

#[test]
fn lm_studio_s_old_folder_and_its_pointer_decide() {
    let old = ".cache/lm-studio/mcp.json";
    let home = home();
    home.write(FILES[3], "{}");
    home.write(old, "{}");
    check(&home, "lmstudio", &[], old);
    assert_eq!(home.text(FILES[3]), "{}");

    home.write("models and more/mcp.json", "{}");
    home.write(".lmstudio-home-pointer", home.join("models and more").display().to_string());
    check(&home, "lmstudio", &[], "models and more/mcp.json");

    home.write(".lmstudio-home-pointer", "not/absolute");
    let error = fails(&home, &format!("{SYNC} lmstudio"), 1);
    has(&error, &["LM Studio (lmstudio) can't be read", ".lmstudio-home-pointer", "absolute path"]);
    home.line("mcp discover hosts").ends(0);
}

#[test]
fn a_project_s_files_are_those_of_its_folder() {
    let home = home();
    home.write(CURSOR, "{}");
    fs::create_dir_all(home.join("src/app/.cursor")).unwrap();
    let line = format!("{SYNC} cursor --scope project");
    home.line(&format!("{line} --project src/app")).ends(0);
    assert_eq!(names(&home, "src/app/.cursor/mcp.json"), ["dev-tools"]);
    assert_eq!(home.text(CURSOR), "{}");

    // The current folder, where none is named.
    fs::create_dir_all(home.join("src/web/.gemini")).unwrap();
    let mut command = home.command();
    command.args(line.replace("cursor", "gemini").split(' ')).current_dir(home.join("src/web"));
    home.run(&mut command).ends(0);
    assert_eq!(names(&home, "src/web/.gemini/settings.json"), ["dev-tools"]);

    // From one host's project to another's.
    fs::create_dir_all(home.join("src/app/.gemini")).unwrap();
    let line = "mcp sync --from-host cursor --to-host gemini --scope project --project src/app";
    home.line(&format!("{line} --auto-approve")).ends(0);
    assert_eq!(names(&home, "src/app/.gemini/settings.json"), ["dev-tools"]);

    let error = fails(&home, &format!("{SYNC} lmstudio --scope project --project src/app"), 1);
    has(&error, &["LM Studio (lmstudio)", "project file"]);
    // `all` is every host that has one.
    has(
        &home.line(&format!("{SYNC} all --scope project --project src/app")).expect(0).stdout,
        &["cursor", "gemini", "Nothing to do"],
    );
}

#[test]
fn create_writes_where_nothing_is_yet() {
    let home = home();
    for host in ["claude-desktop", "cursor", "gemini", "lmstudio"] {
        fails(&home, &format!("{SYNC} {host}"), 1);
    }
    let run =
        home.line(&format!("{SYNC} claude-desktop,cursor,gemini,lmstudio --create")).expect(0);
    has(&run.stdout, &["(new)", "Done: 4 hosts changed."]);
    for file in FILES {
        assert_eq!(names(&home, file), ["dev-tools"]);
    }
    // Restored, they are gone again.
    let run = home.line("mcp backup restore cursor --auto-approve").expect(0);
    has(&run.stdout, &["(removed)"]);
    assert!(!home.join(CURSOR).exists());
}

#[test]
fn a_home_folder_with_spaces_and_signs() {
    let outer = TestHome::new();
    let folder = outer.join("Ana's home  (ß) $HOME");
    fs::create_dir(&folder).unwrap();
    for (name, text) in [(".cursor/mcp.json", "{}"), (".hatch/envs/dev.json", DEV)] {
        outer.write(&format!("Ana's home  (ß) $HOME/{name}"), text);
    }
    let run = |line: &str| {
        let mut command = outer.command();
        command.args(line.split(' ')).env("HOME", &folder).env("USERPROFILE", &folder);
        outer.run(&mut command).expect(0)
    };
    has(&run(&format!("{SYNC} all")).stdout, &["cursor  ~/.cursor/mcp.json", "Done: 1 host"]);
    has(&run(&format!("{SYNC} all")).stdout, &["Nothing to do"]);
    has(&run("mcp backup restore cursor --auto-approve").stdout, &["Done: 1 host"]);
    assert_eq!(fs::read_to_string(folder.join(".cursor/mcp.json")).unwrap(), "{}");
}

#[cfg(target_os = "linux")]
#[test]
fn a_home_folder_that_is_not_unicode() {
    use std::os::unix::ffi::OsStrExt;

    let outer = TestHome::new();
    let folder = outer.path().join(std::ffi::OsStr::from_bytes(b"h\xff\xfeme"));
    fs::create_dir_all(folder.join(".cursor")).unwrap();
    fs::create_dir_all(folder.join(".hatch/envs")).unwrap();
    fs::write(folder.join(".cursor/mcp.json"), "{}").unwrap();
    fs::write(folder.join(".hatch/envs/dev.json"), DEV).unwrap();
    let run = |line: &str| {
        let mut command = outer.command();
        command.args(line.split(' ')).env("HOME", &folder);
        outer.run(&mut command).expect(0)
    };
    has(&run(&format!("{SYNC} all")).stdout, &["cursor  ~/.cursor/mcp.json", "Done: 1 host"]);
    assert!(fs::read_to_string(folder.join(".cursor/mcp.json")).unwrap().contains("dev-tools"));
    let listed = run("mcp list servers --json");
    assert_eq!(json(&listed)["rows"][0]["server"], "dev-tools");
    let _ = run("mcp sync --from-host cursor --to-host gemini --create --auto-approve --json");
    let _ = run("mcp discover hosts");
    has(&run("mcp backup restore cursor --auto-approve").stdout, &["Done: 1 host"]);
    assert_eq!(fs::read_to_string(folder.join(".cursor/mcp.json")).unwrap(), "{}");

    // A killed run's journal names such files too.
    let mut recovered = false;
    for micros in (0..40).map(|round| round * 300) {
        fs::write(folder.join(".cursor/mcp.json"), "{}").unwrap();
        let mut command = outer.command();
        command.args(SYNC.split(' ')).arg("all").env("HOME", &folder);
        command.stdout(std::process::Stdio::null()).stderr(std::process::Stdio::null());
        let mut child = command.spawn().unwrap();
        while !folder.join(".hatch/journal.json").exists() && child.try_wait().unwrap().is_none() {}
        let until = std::time::Instant::now() + std::time::Duration::from_micros(micros);
        while std::time::Instant::now() < until {}
        let _ = child.kill();
        let _ = child.wait().unwrap();
        if folder.join(".hatch/journal.json").exists() {
            recovered = run(&format!("{SYNC} all")).stderr.contains("putting back");
            break;
        }
    }
    assert!(recovered);
}

#[test]
fn all_leaves_out_what_is_not_there() {
    let home = hosts_with("dev", DEV);
    fs::remove_dir_all(home.join(".lmstudio")).unwrap();
    fs::remove_file(home.join(".gemini/settings.json")).unwrap();
    let before = state(&home);
    let run = home.line("mcp discover hosts").expect(0);
    has(&run.stdout, &["✓ available", "✓ no file yet", "✗ not found"]);
    assert_unchanged(&home, &before);
    has(&home.line(&format!("{SYNC} all")).expect(0).stdout, &["Done: 3 hosts changed."]);
    assert!(!home.join(".lmstudio").exists());
    has(&home.line("mcp discover hosts ^c").expect(0).stdout, &["claude-desktop", "cursor"]);
}
