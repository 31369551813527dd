//! `docs/writing-an-adapter.md`, from its first block to its last: files are written where the
//! text before them says, and commands print what stands there.

use std::fs;
use std::path::Path;
use std::process::Command;

use hatch_tests::{TestHome, program, workspace};
use snapbox::IntoData;

use crate::Registry;

/// The port that the page names.
const PORT: u16 = 5123;

/// A block of the page: the text right before it, its language, and its text.
struct Block<'a> {
    before: &'a str,
    language: &'a str,
    text: &'a str,
}

fn blocks(page: &str) -> Vec<Block<'_>> {
    let mut blocks = Vec::new();
    let mut rest = page;
    while let Some((before, opened)) = rest.split_once("\n```") {
        let (language, inside) = opened.split_once('\n').unwrap();
        let (text, after) = inside.split_once("```\n").unwrap();
        let before = before.trim_end().rsplit("\n\n").next().unwrap();
        blocks.push(Block { before, language, text });
        rest = after;
    }
    blocks
}

/// The file that the text before a block says it is: the last path in backticks.
fn file(before: &str) -> Option<&str> {
    let quoted = before.split('`').skip(1).step_by(2);
    quoted.filter(|text| text.starts_with("notepad/")).last()
}

/// Runs each command of a console block, and compares what it prints.
#[expect(clippy::print_stdout, reason = "it shows what was run before something else came out")]
fn console(home: &TestHome, text: &str) {
    for command in text.split("$ ").skip(1) {
        let (line, expected) = command.split_once('\n').unwrap();
        let bin = program().parent().unwrap().display().to_string();
        let path = format!("{bin}:{}", std::env::var("PATH").unwrap());
        let output = Command::new("sh")
            .args(["-c", &format!("exec 2>&1; {}", line.replace("hatch ", "hatch-under-test "))])
            .current_dir(home.path())
            .env("HOME", home.path())
            .env("PATH", path)
            .env_remove("HATCH_HOME")
            .env_remove("XDG_CONFIG_HOME")
            .output()
            .unwrap();
        let printed = String::from_utf8(output.stdout).unwrap();
        assert!(output.status.success(), "{line}\n{printed}");
        println!("$ {line}\n{printed}");
        snapbox::assert_data_eq!(printed.trim_end(), expected.trim_end().into_data());
    }
}

#[test]
fn the_guide_is_true_from_beginning_to_end() {
    let folder = tempfile::tempdir().unwrap();
    let _registry = Registry::begin_at(folder.path(), false, PORT);
    let home = TestHome::new();
    let page = fs::read_to_string(workspace().join("docs/writing-an-adapter.md")).unwrap();
    let mut commands = 0;
    for block in blocks(&page) {
        match (block.language, file(block.before)) {
            ("console", _) => {
                commands += 1;
                console(&home, block.text);
            }
            (_, Some(path)) => home.write(path, block.text),
            // What the host's file looks like, at the top.
            ("json", None) => assert!(block.before.contains("in a way of its own")),
            (other, None) => panic!("a block of {other} that nothing is done with"),
        }
    }
    assert!(commands > 8, "{commands} blocks were run");
    assert!(Path::new(&home.join("sketchpad/adapter.wasm")).exists());
}
