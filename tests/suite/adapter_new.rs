//! `hatch adapter new` and `hatch adapter build`. Here no tool of a language runs: a program of
//! this test stands in for one. `tests/examples.rs` runs them all.

use std::collections::BTreeSet;

use hatch_tests::{TestHome, workspace};

use crate::common::{fails, has, json};

/// Makes a project in Python whose `componentize-py` is this script.
#[cfg(unix)]
pub fn project_that_runs(home: &TestHome, name: &str, script: &str) {
    use std::os::unix::fs::PermissionsExt;
    home.line(&format!("adapter new {name} --lang python")).ends(0);
    let tool = format!("{name}/.venv/bin/componentize-py");
    home.write(&tool, format!("#!/bin/sh\n{script}\n"));
    let executable = std::fs::Permissions::from_mode(0o755);
    std::fs::set_permissions(home.join(tool), executable).unwrap();
}

/// A script that builds what is there already.
pub fn builds() -> String {
    let component = workspace().canonicalize().unwrap().join(CURSOR_COMPONENT);
    format!("cp '{}' build/adapter.wasm", component.display())
}

const CURSOR_COMPONENT: &str = "adapters/components/cursor.wasm";

#[test]
fn a_project_has_all_that_its_language_needs() {
    for (lang, files) in [
        ("rust", &["Cargo.toml", "src/lib.rs", "vendor/hatch-adapter-sdk/src/lib.rs"][..]),
        ("js", &["package.json", ".npmrc", "src/adapter.js", "src/json.js"]),
        ("python", &["requirements.txt", "src/adapter.py", "src/raw.py"]),
        ("c", &["src/adapter.c", "src/json.h", "src/libc.c"]),
    ] {
        let home = TestHome::new();
        let run = home.line(&format!("adapter new my-editor --lang {lang}")).expect(0);
        has(&run.stdout, &["Made `my-editor`", "cd my-editor", "hatch adapter build"]);
        let common = ["adapter.toml", "descriptor.json", ".gitignore", "wit/0.1/host-adapter.wit"];
        for file in files.iter().chain(&common) {
            assert!(home.join("my-editor").join(file).exists(), "{lang}: {file}");
        }
        for (path, _) in home.files() {
            let text = home.text(path.to_str().unwrap());
            let is_left = text.contains("{{id}}") || text.contains("{{name}}");
            assert!(!is_left, "{} names no host", path.display());
        }
        let descriptor: serde_json::Value =
            serde_json::from_slice(&home.read("my-editor/descriptor.json")).unwrap();
        assert_eq!(
            (&descriptor["id"], &descriptor["name"]),
            (&"my-editor".into(), &"My Editor".into())
        );
    }
}

/// A table needs no tool, so that its tests run here.
#[test]
fn a_table_passes_its_tests_as_it_is_made() {
    let home = TestHome::new();
    let run = home.line("adapter new my-editor --lang table").expect(0);
    has(&run.stdout, &["Made `my-editor`", "adapter.toml is the adapter", "hatch adapter test"]);
    assert!(!run.stdout.contains("adapter build"), "{}", run.stdout);
    home.line("adapter test my-editor").ends(0);
    home.write("my-editor/cases/references/after.json", "{}");
    home.line("adapter test my-editor").ends(1);
}

#[test]
fn every_file_that_was_made_is_told() {
    let home = TestHome::new();
    let made = json(&home.line("adapter new my-editor --lang c --json").expect(0));
    assert_eq!(made["schema"], "hatch.new-adapter/1");
    let told = made["files"].as_array().unwrap().iter().map(|it| it.as_str().unwrap().to_owned());
    let folder = home.join("my-editor");
    let found = home.files().into_keys();
    let found = found.filter_map(|it| Some(it.strip_prefix(&folder).ok()?.to_str()?.to_owned()));
    let found: BTreeSet<_> = found.collect();
    assert_eq!(told.collect::<BTreeSet<_>>(), found);
    assert!(found.len() > 20, "{found:?}");
}

/// The sources of the SDK that a project in Rust carries are all that there are.
#[test]
fn a_project_in_rust_carries_the_whole_sdk() {
    let home = TestHome::new();
    home.line("adapter new my-editor --lang rust").ends(0);
    let mut left = vec![workspace().join("adapters/sdk/src")];
    let mut compared = 0;
    while let Some(path) = left.pop() {
        if path.is_dir() {
            left.extend(std::fs::read_dir(path).unwrap().map(|entry| entry.unwrap().path()));
            continue;
        }
        let inside = path.strip_prefix(workspace().join("adapters/sdk")).unwrap();
        let vendored = home.join("my-editor/vendor/hatch-adapter-sdk").join(inside);
        assert!(vendored.exists(), "{} is not carried", inside.display());
        assert_eq!(std::fs::read(vendored).unwrap(), std::fs::read(path).unwrap());
        compared += 1;
    }
    assert!(compared > 5, "{compared} files were compared");
    // The same bindings' generator as the SDK is tried with.
    let generator = |text: &str| {
        let line = text.lines().find(|line| line.starts_with("wit-bindgen =")).unwrap();
        line.to_owned()
    };
    let ours = std::fs::read_to_string(workspace().join("Cargo.toml")).unwrap();
    let theirs = home.text("my-editor/vendor/hatch-adapter-sdk/Cargo.toml");
    assert_eq!(generator(&theirs), generator(&ours));
}

#[test]
fn names_and_folders_that_are_taken_are_refused() {
    let home = TestHome::new();
    home.write("full/notes.txt", "mine");
    for (line, parts) in [
        ("adapter new full --lang js", &["`", "full` is there already", "hint: "][..]),
        ("adapter new cursor --lang js", &["`cursor` is a host that hatch knows", "hint: "]),
        ("adapter new My_Editor --lang js", &["My_Editor"]),
        ("adapter new ../up --lang js", &["../up"]),
        ("adapter new --json", &[]),
    ] {
        let code = if line.contains("--lang") { 1 } else { 2 };
        has(&fails(&home, line, code), parts);
    }
    has(&fails(&home, "adapter new my-editor --lang cobol", 2), &["`--lang <LANGUAGE>`", "rust"]);
}

#[test]
fn an_empty_folder_is_as_good_as_none() {
    let home = TestHome::new();
    std::fs::create_dir(home.join("my-editor")).unwrap();
    home.line("adapter new my-editor --lang c").ends(0);
    assert!(home.join("my-editor/src/adapter.c").exists());
}

#[cfg(unix)]
#[test]
fn a_build_makes_a_component_and_says_what_it_is() {
    let home = TestHome::new();
    project_that_runs(&home, "made", &builds());
    let run = home.line("adapter build made").expect(0);
    has(&run.stdout, &["adapter.wasm", "KB", "imports nothing"]);
    has(&run.stderr, &["componentize-py"]);
    let component = std::fs::read(workspace().join(CURSOR_COMPONENT)).unwrap();
    assert_eq!(home.read("made/adapter.wasm"), component);
    let built = json(&home.line("adapter build made --json").expect(0));
    assert_eq!((&built["language"], &built["size"]), (&"Python".into(), &component.len().into()));
}

#[cfg(unix)]
#[test]
fn what_hatch_would_not_load_is_not_written() {
    let home = TestHome::new();
    for (name, script, parts) in [
        ("no-wasm", "echo text > build/adapter.wasm", &["is no adapter"][..]),
        ("nothing", "true", &["failed to read", "adapter.wasm"]),
        ("fails", "echo it is broken >&2; exit 3", &["`componentize-py` failed", "it is broken"]),
    ] {
        project_that_runs(&home, name, script);
        let run = home.line(&format!("adapter build {name}")).expect(1);
        has(&run.stderr, parts);
        assert!(!home.join(name).join("adapter.wasm").exists(), "{name}");
    }
}

#[test]
fn a_folder_that_can_not_be_built_is_told_why() {
    let home = TestHome::new();
    home.write("table/adapter.toml", "id = \"table\"\n");
    home.write("odd/adapter.toml", "[build]\nlanguage = \"cobol\"\n");
    home.write("bare/adapter.toml", "[build]\nlanguage = \"c\"\n");
    home.write("wrong/adapter.toml", "[build]\nlanguage = \"c\"\n");
    home.write("wrong/descriptor.json", "{ \"id\": \"Wrong\" }");
    for (line, parts) in [
        ("adapter build", &["`.` is no adapter's folder", "hatch adapter new"][..]),
        ("adapter build missing", &["`missing` is no adapter's folder"]),
        ("adapter build table", &["a table is not built", "hatch adapter test"]),
        ("adapter build odd", &["`adapter.toml` can't be used", "line 2, column 12"]),
        ("adapter build bare", &["failed to read", "descriptor.json"]),
        ("adapter build wrong", &["descriptor.json"]),
    ] {
        has(&fails(&home, line, 1), parts);
    }
}

/// What the example was built with is what a new project is.
#[test]
fn a_project_in_javascript_has_the_tools_of_the_example() {
    let home = TestHome::new();
    home.line("adapter new my-editor --lang js").ends(0);
    let tools = |text: &str| {
        let manifest: serde_json::Value = serde_json::from_str(text).unwrap();
        manifest["devDependencies"].clone()
    };
    let example = workspace().join("adapters/examples/opencode/package.json");
    let example = tools(&std::fs::read_to_string(example).unwrap());
    assert!(example.as_object().unwrap().len() > 1);
    assert_eq!(tools(&home.text("my-editor/package.json")), example);
}
