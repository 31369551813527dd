//! `docs/sync.svg`: a sync on a terminal, as it looks.
#![cfg(unix)]

use hatch_tests::session::Session;
use hatch_tests::{TestHome, committed};

/// Ids and times are others with each run.
fn constant(text: &str) -> String {
    let mut constant = String::new();
    for word in text.split_inclusive([' ', '/', ')', '\n']) {
        let name = word.trim_end_matches([' ', '/', ')', '\n']);
        match is_backup(name) {
            true => constant.push_str(&word.replace(name, "20261124T093000Z-5f0c2a1e")),
            false => constant.push_str(word),
        }
    }
    constant
}

fn is_backup(word: &str) -> bool {
    let is_id = |id: &str| id.len() == 8 && id.bytes().all(|it| it.is_ascii_hexdigit());
    word.split_once('-').is_some_and(|(time, id)| {
        time.len() == 16 && time.starts_with("20") && time.ends_with('Z') && is_id(id)
    })
}

/// `HATCH_BLESS=1 cargo test --test suite picture` takes it anew.
#[test]
fn the_picture_of_a_sync_is_what_a_terminal_shows() {
    const COLUMNS: u16 = 88;
    let home = TestHome::sample();
    for command in ["npx", "uvx", "uv"] {
        home.write(&format!("bin/{command}"), "");
        let executable = std::os::unix::fs::PermissionsExt::from_mode(0o755);
        std::fs::set_permissions(home.join(format!("bin/{command}")), executable).unwrap();
    }
    let path = home.join("bin").display().to_string();
    let line = "mcp sync --from-env production --to-host claude-desktop,cursor";
    let mut session = Session::start(&home, COLUMNS, line, &[("PATH", &path)]);
    session.until("[y/N] ");
    session.answer("y\n");
    let (code, text) = session.end();
    assert_eq!(code, 0, "{text}");
    let shown = format!("\u{1b}[2m$\u{1b}[0m \u{1b}[1mhatch {line}\u{1b}[0m\n{}", constant(&text));
    let picture = anstyle_svg::Term::new().min_width_px(760).render_svg(&shown);
    assert!(picture.contains("20261124T093000Z-5f0c2a1e"), "{shown}");
    committed("docs/sync.svg", &picture);
}
