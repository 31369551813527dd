//! The rules of the house that a machine can check: which part may use which, where the few
//! dangerous things are, and what no file may hold.
#![expect(clippy::disallowed_methods, reason = "it reads the sources")]
#![expect(clippy::unwrap_used, reason = "a test that can't go on should say where")]

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use hatch_tests::workspace;

/// No source file has more lines, so that one can be read in a sitting.
const LONGEST: usize = 600;

/// A source file: its path from the workspace's folder, with `/`, and its text.
struct Source {
    path: String,
    text: String,
}

impl Source {
    /// Its lines of code, without comments, up to its unit tests.
    fn code(&self) -> impl Iterator<Item = (usize, &str)> {
        let lines = self.text.lines().enumerate().map(|(at, line)| (at + 1, line));
        let lines = lines.take_while(|(_, line)| line.trim() != "#[cfg(test)]");
        lines.map(|(at, line)| (at, line.split("//").next().unwrap_or(line)))
    }
}

/// All files below a folder of the workspace whose name ends so.
fn sources(folder: &str, ends: &str) -> Vec<Source> {
    let mut found = Vec::new();
    collect(&workspace().join(folder), folder, ends, &mut found);
    found.sort_by(|a, b| a.path.cmp(&b.path));
    assert!(!found.is_empty(), "no `*{ends}` below `{folder}`");
    found
}

fn collect(folder: &Path, shown: &str, ends: &str, found: &mut Vec<Source>) {
    for entry in fs::read_dir(folder).unwrap() {
        let entry = entry.unwrap();
        let name = entry.file_name().into_string().unwrap();
        if name.starts_with('.') || ["node_modules", "target"].contains(&name.as_str()) {
            continue;
        }
        let path = if shown.is_empty() { name.clone() } else { format!("{shown}/{name}") };
        if entry.file_type().unwrap().is_dir() {
            collect(&entry.path(), &path, ends, found);
        } else if name.ends_with(ends) {
            found.push(Source { path, text: fs::read_to_string(entry.path()).unwrap() });
        }
    }
}

/// Fails with every line that breaks a rule.
#[track_caller]
fn none(rule: &str, broken: &[String]) {
    assert!(broken.is_empty(), "{rule}:\n{}", broken.join("\n"));
}

/// The names of the packages in a manifest's tables of dependencies.
fn dependencies(manifest: &str) -> Vec<String> {
    let mut names = Vec::new();
    let mut inside = false;
    for line in manifest.lines().map(str::trim) {
        if line.starts_with('[') {
            inside = line.contains("dependencies");
        } else if inside && !line.starts_with('#') {
            let name = line.split(['.', '=', ' ']).next().unwrap_or_default();
            names.extend((!name.is_empty()).then(|| name.to_owned()));
        }
    }
    names
}

#[test]
fn the_engine_knows_neither_the_sandbox_nor_the_command_line() {
    let manifest = fs::read_to_string(workspace().join("core/Cargo.toml")).unwrap();
    let used = dependencies(&manifest);
    assert!(used.iter().any(|name| name == "cap-std"), "the manifest was not understood: {used:?}");
    let of_others = |name: &String| {
        name.starts_with("wasm")
            || name.starts_with("wit-")
            || name.starts_with("hatch-sandbox")
            || name.starts_with("hatch-adapter")
            || ["clap", "anstream", "ctrlc", "terminal_size", "hatch"].contains(&name.as_str())
    };
    none("core/Cargo.toml depends on", &used.into_iter().filter(of_others).collect::<Vec<_>>());
}

#[test]
fn what_runs_in_the_sandbox_uses_nothing_from_outside() {
    let guests = [sources("adapters/hosts", "Cargo.toml"), sources("adapters/table", "Cargo.toml")];
    for manifest in guests.concat_all() {
        let used = dependencies(&manifest.text);
        let others: Vec<_> = used.into_iter().filter(|name| name != "hatch-adapter-sdk").collect();
        none(&format!("{} depends on", manifest.path), &others);
    }
    let sdk = fs::read_to_string(workspace().join("adapters/sdk/Cargo.toml")).unwrap();
    let ours: Vec<_> =
        dependencies(&sdk).into_iter().filter(|name| name.starts_with("hatch")).collect();
    none("adapters/sdk/Cargo.toml depends on", &ours);
}

#[test]
fn plans_are_made_without_a_store() {
    let engine = sources("core/src", ".rs").into_iter();
    let pure = engine.filter(|it| {
        it.path.starts_with("core/src/plan/")
            || ["filter", "source", "locate"]
                .map(|it| format!("core/src/{it}.rs"))
                .contains(&it.path)
    });
    let mut broken = Vec::new();
    let mut seen = 0;
    for source in pure {
        seen += 1;
        for (at, line) in source.code() {
            let names = ["store::", "transaction", "std::fs", "std::env", "cap_std"];
            if names.iter().any(|name| line.contains(name)) {
                broken.push(format!("{}:{at}: {}", source.path, line.trim()));
            }
        }
    }
    assert!(seen > 5, "{seen} files were looked at");
    none("these decide, and must not touch the world", &broken);
}

/// The modules that a file uses, as `crate::NAME`.
fn used_modules(source: &Source, modules: &BTreeSet<String>) -> BTreeSet<String> {
    let mut used = BTreeSet::new();
    for (_, line) in source.code() {
        for (at, _) in line.match_indices("crate::") {
            let rest = &line[at + "crate::".len()..];
            let name: String =
                rest.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect();
            used.extend(modules.contains(&name).then_some(name));
        }
    }
    used
}

/// The modules of the first level of a crate, each with those that it uses.
fn module_graph(folder: &str) -> BTreeMap<String, BTreeSet<String>> {
    let module = |source: &Source| {
        let inside = source.path.trim_start_matches(folder).trim_start_matches('/');
        inside.split('/').next().unwrap().trim_end_matches(".rs").to_owned()
    };
    let files = sources(folder, ".rs");
    let modules: BTreeSet<String> = files.iter().map(module).collect();
    let mut graph = BTreeMap::<_, BTreeSet<String>>::new();
    let is_test = |source: &&Source| source.path.ends_with("/tests.rs");
    for source in files.iter().filter(|it| module(it) != "lib" && !is_test(it)) {
        let name = module(source);
        let mut used = used_modules(source, &modules);
        used.remove(&name);
        graph.entry(name).or_default().extend(used);
    }
    graph
}

/// A module uses those below it; two that use each other are one, or cut in the wrong place.
#[test]
fn engine_modules_form_no_circle() {
    for folder in ["core/src", "core/packages/src", "core/sandbox/src"] {
        let mut graph = module_graph(folder);
        assert!(graph.len() > 5, "{folder} was not understood: {graph:?}");
        // Take away modules that use nothing which is left; what stays is in a circle.
        loop {
            let left = graph.len();
            let names: BTreeSet<_> = graph.keys().cloned().collect();
            graph.retain(|_, used| used.iter().any(|name| names.contains(name)));
            if graph.len() == left {
                break;
            }
        }
        let circle: Vec<_> =
            graph.iter().map(|(name, used)| format!("{name} -> {used:?}")).collect();
        none(&format!("modules of {folder} that use each other"), &circle);
    }
}

/// A writing call is `store.replace(` with a place, which no text's `replace` has, or one of
/// `exchange`.
#[test]
fn there_is_one_road_to_a_file() {
    let allowed =
        ["core/src/transaction/", "core/src/backup/take.rs", "core/src/home.rs", "core/src/store/"];
    let mut broken = Vec::new();
    let mut roads = 0;
    for source in sources("core/src", ".rs") {
        for (at, line) in source.code() {
            let writes = ["store.replace(", "store().replace(", "Store::replace(", ".exchange("];
            if !writes.iter().any(|call| line.contains(call)) {
                continue;
            }
            roads += 1;
            if !allowed.iter().any(|path| source.path.starts_with(path)) {
                broken.push(format!("{}:{at}: {}", source.path, line.trim()));
            }
        }
    }
    assert!(roads >= 5, "{roads} calls were found");
    none("files are written by transactions, backups and hatch's own folder", &broken);
}

#[test]
fn unsafe_code_is_in_two_places() {
    let mut broken = Vec::new();
    let mut promises = 0;
    for source in sources("", ".rs") {
        for (at, line) in source.code() {
            let mut words = line.split(|c: char| !c.is_alphanumeric() && c != '_');
            if !words.any(|word| word == "unsafe") || source.path == "tests/tidy.rs" {
                continue;
            }
            match source.path.as_str() {
                "core/sandbox/src/code.rs" => {}
                "adapters/src/lib.rs" => promises += 1,
                _ => broken.push(format!("{}:{at}: {}", source.path, line.trim())),
            }
        }
    }
    none("unsafe code is in the sandbox's `code.rs` alone", &broken);
    assert_eq!(promises, 1, "adapters/src/lib.rs makes one promise");
}

/// `docs/safety.md` says which test holds what.
#[test]
fn the_tests_that_safety_rests_on_are_there() {
    let document = fs::read_to_string(workspace().join("docs/safety.md")).unwrap();
    let code = ["core", "tests", "adapters", "cli"].map(|folder| sources(folder, ".rs"));
    let code: String = code.concat_all().into_iter().map(|source| source.text).collect();
    let rows = document.lines().filter(|line| line.starts_with("| "));
    let last_columns = rows.filter_map(|line| line.trim_end_matches(" |").rsplit(" | ").next());
    let named: Vec<_> =
        last_columns.flat_map(|column| column.split('`').skip(1).step_by(2)).collect();
    assert!(named.len() > 50, "{named:?}");
    let is_missing = |name: &&&str| !code.contains(&format!("fn {name}("));
    let missing: Vec<_> = named.iter().filter(is_missing).map(ToString::to_string).collect();
    none("docs/safety.md names tests that are not there", &missing);
}

#[test]
fn no_file_is_too_long() {
    let long = sources("", ".rs").into_iter().filter_map(|source| {
        let lines = source.text.lines().count();
        (lines > LONGEST).then(|| format!("{}: {lines} lines", source.path))
    });
    none("no source file is longer than 600 lines", &long.collect::<Vec<_>>());
}

#[test]
fn nothing_is_left_for_later() {
    let marks =
        [concat!("TO", "DO"), concat!("FIX", "ME"), concat!("todo", "!("), concat!("db", "g!(")];
    let mut broken = Vec::new();
    for source in [".rs", ".toml", ".wit", ".md"].map(|ends| sources("", ends)).concat_all() {
        for (at, line) in source.text.lines().enumerate() {
            if marks.iter().any(|mark| line.contains(mark)) {
                broken.push(format!("{}:{}: {}", source.path, at + 1, line.trim()));
            }
        }
    }
    none("what is not done is not in the code", &broken);
}

/// Output goes through `cli/src/view`, where nothing raw reaches a terminal.
#[test]
fn only_the_command_prints() {
    let prints = ["println!(", "print!(", "eprint!(", "eprintln!("];
    let mut broken = Vec::new();
    for folder in ["core/src", "core/sandbox/src", "adapters/src", "adapters/sdk/src"] {
        for source in sources(folder, ".rs") {
            for (at, line) in source.code() {
                if prints.iter().any(|call| line.contains(call)) {
                    broken.push(format!("{}:{at}: {}", source.path, line.trim()));
                }
            }
        }
    }
    none("only the command prints", &broken);
}

/// Every manifest takes its versions and its lints from the workspace.
#[test]
fn versions_are_in_one_place() {
    let mut broken = Vec::new();
    for manifest in sources("", "Cargo.toml") {
        // Those of templates are of workspaces of their own.
        if manifest.path == "Cargo.toml" || manifest.path.contains("/templates/") {
            continue;
        }
        if !manifest.text.contains("[lints]\nworkspace = true") {
            broken.push(format!("{}: lints of its own", manifest.path));
        }
        let version = |line: &&str| line.contains("version = \"");
        broken.extend(
            manifest.text.lines().filter(version).map(|it| format!("{}: {it}", manifest.path)),
        );
    }
    none("versions and lints are the workspace's", &broken);
}

trait ConcatAll {
    fn concat_all(self) -> Vec<Source>;
}

impl<const N: usize> ConcatAll for [Vec<Source>; N] {
    fn concat_all(self) -> Vec<Source> {
        self.into_iter().flatten().collect()
    }
}
