//! Files that are read-only, or that a link reaches in a store of another tool: refused before
//! anything is asked, and changed only with `--force`.
#![cfg(unix)]

use std::os::unix::fs::{PermissionsExt, symlink};

use hatch_tests::TestHome;

use crate::common::{
    CURSOR, DEV, GEMINI, assert_unchanged, backup_ids, fails, has, hosts_with, state,
};

fn mode(home: &TestHome, file: &str) -> u32 {
    home.join(file).metadata().unwrap().permissions().mode() & 0o777
}

fn set_mode(home: &TestHome, file: &str, mode: u32) {
    std::fs::set_permissions(home.join(file), PermissionsExt::from_mode(mode)).unwrap();
}

/// Two runs to put back, and then every file of it read-only.
fn read_only() -> TestHome {
    let home = hosts_with("dev", DEV);
    home.line("mcp sync --from-env dev --to-host cursor --auto-approve").ends(0);
    home.line("env add dev other --command other").ends(0);
    home.line("mcp sync --from-env dev --to-host gemini --out plan.json").ends(0);
    for file in [CURSOR, GEMINI, ".hatch/envs/dev.json"] {
        set_mode(&home, file, 0o444);
    }
    home
}

#[test]
fn read_only_file_is_refused_by_every_command_that_writes_it() {
    let home = read_only();
    let before = state(&home);
    for (line, file) in [
        ("mcp sync --from-env dev --to-host cursor", "~/.cursor/mcp.json"),
        ("mcp sync --from-env dev --to-host lmstudio,cursor", "~/.cursor/mcp.json"),
        ("mcp sync --from-env dev --to-host cursor --out new.json", "~/.cursor/mcp.json"),
        ("mcp configure new --host cursor --command new", "~/.cursor/mcp.json"),
        ("mcp remove server dev-tools --host cursor", "~/.cursor/mcp.json"),
        ("mcp remove host cursor", "~/.cursor/mcp.json"),
        ("mcp backup restore cursor", "~/.cursor/mcp.json"),
        ("mcp undo", "~/.hatch/envs/dev.json"),
        ("mcp apply plan.json", "~/.gemini/settings.json"),
        ("mcp configure new --env dev --command new", "~/.hatch/envs/dev.json"),
        ("env add dev new --command new", "~/.hatch/envs/dev.json"),
        ("env remove-server dev other", "~/.hatch/envs/dev.json"),
        ("env remove dev --auto-approve", "~/.hatch/envs/dev.json"),
        ("env import dev --from-host lmstudio --merge", "~/.hatch/envs/dev.json"),
    ] {
        let asks = line.starts_with("mcp ") && !line.contains("--out");
        for more in [if asks { " --auto-approve" } else { "" }, " --dry-run", " --dry-run --json"] {
            if more.contains("dry") && line.contains("--out") {
                continue;
            }
            let stderr = fails(&home, &format!("{line}{more}"), 1);
            let reason = format!("error: cannot change `{file}`: it is read-only (mode 0444)");
            has(&stderr, &[&reason, "hint: make the file writable, or pass --force"]);
            assert_unchanged(&home, &before);
        }
    }
    // Where nothing changes, nothing is refused.
    home.line("mcp sync --from-env dev --servers dev-tools --to-host cursor --dry-run").ends(0);
}

#[test]
fn force_changes_a_read_only_file_and_keeps_its_mode() {
    let home = read_only();
    home.line("mcp sync --from-env dev --to-host cursor --auto-approve --force").ends(0);
    assert!(home.text(CURSOR).contains("\"other\""));
    assert_eq!(mode(&home, CURSOR), 0o444);
    home.line("mcp undo --auto-approve --force").ends(0);
    assert!(!home.text(CURSOR).contains("\"other\""));
    home.line("env remove-server dev other --force").ends(0);
    assert_eq!((mode(&home, CURSOR), mode(&home, ".hatch/envs/dev.json")), (0o444, 0o444));
    // Made writable, it needs no option.
    set_mode(&home, CURSOR, 0o644);
    home.line("mcp configure new --host cursor --command new --auto-approve").ends(0);
    assert_eq!(backup_ids(&home, "cursor").len(), 4);
}

/// As Nix makes them: a link in the home folder, and the file in a store that is read-only.
#[test]
fn link_into_a_read_only_store_is_refused_and_named() {
    let home = hosts_with("dev", DEV);
    home.write("store/abc-mcp.json", home.read(CURSOR));
    set_mode(&home, "store/abc-mcp.json", 0o444);
    std::fs::remove_file(home.join(CURSOR)).unwrap();
    symlink(home.join("store/abc-mcp.json"), home.join(CURSOR)).unwrap();
    let before = state(&home);
    let line = "mcp sync --from-env dev --to-host cursor,gemini --auto-approve";
    let stderr = fails(&home, line, 1);
    has(
        &stderr,
        &[
            "cannot change `~/.cursor/mcp.json`: it leads to `~/store/abc-mcp.json`, \
             which is read-only (mode 0444)",
            "hint: if another tool writes it, such as Home Manager, change it there",
        ],
    );
    assert!(!stderr.contains("gemini"), "{stderr}");
    assert_unchanged(&home, &before);
}
