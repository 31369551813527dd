//! The whole command, run as a program on real files: one module a topic.
#![expect(clippy::disallowed_methods, reason = "tests make and look at files of their own")]
#![expect(clippy::unwrap_used, reason = "a test that can't go on should say where")]

mod adapter_network;
mod adapter_new;
mod adapter_places;
mod adapter_test;
mod adapters;
mod apply;
mod backups;
mod bytes;
mod common;
mod completions;
mod configure;
mod conflicts;
mod drift;
mod env_edit;
mod env_schema;
mod env_servers;
mod environments;
mod errors;
mod export;
mod help;
mod history;
mod hostile_text;
mod import;
mod ledger;
mod named_hosts;
mod options;
mod output;
mod pasted;
mod picture;
mod places;
mod previews;
mod protected;
mod remove;
mod reported;
mod schemas;
mod scopes;
mod secret_values;
mod secrets;
mod show;
mod specification;
mod status;
mod sync;
mod terminal;
mod walk;
mod whole;

#[test]
fn every_file_here_is_a_module() {
    let folder = hatch_tests::workspace().join("tests/suite");
    let main = std::fs::read_to_string(folder.join("main.rs")).unwrap();
    for entry in std::fs::read_dir(folder).unwrap() {
        let name = entry.unwrap().file_name().into_string().unwrap();
        let Some(module) = name.strip_suffix(".rs").filter(|module| *module != "main") else {
            continue;
        };
        assert!(main.contains(&format!("mod {module};")), "`{name}` is no module");
    }
}
