//! Both sides of the contract, held against the same case folders: each adapter's own cases,
//! with whole documents through the engine, the adapter once linked in and once in the
//! sandbox. All of it gives the same answers, and those that the case names.
#![expect(clippy::disallowed_methods, reason = "cases are test data, and not users' files")]
#![expect(clippy::unwrap_used, reason = "a test that can't go on should say where")]

use std::fs;
use std::path::PathBuf;

use hatch_adapters::BUILTIN;
use hatch_core::adapter::HostAdapter;
use hatch_sandbox::{SandboxedAdapter, compile};
use hatch_tests::cases::{self, Case};
use hatch_tests::native::NativeAdapter;
use hatch_tests::workspace;

fn linked(id: &str) -> Box<dyn HostAdapter> {
    match id {
        "claude-desktop" => {
            Box::new(NativeAdapter::<hatch_adapter_claude_desktop::ClaudeDesktop>::new().unwrap())
        }
        "cursor" => Box::new(NativeAdapter::<hatch_adapter_cursor::Cursor>::new().unwrap()),
        "gemini" => Box::new(NativeAdapter::<hatch_adapter_gemini::Gemini>::new().unwrap()),
        "lmstudio" => Box::new(NativeAdapter::<hatch_adapter_lmstudio::LmStudio>::new().unwrap()),
        _ => panic!("`{id}` is built in and not linked into this test"),
    }
}

/// The cases of an adapter that is built in.
fn cases_of(host: &str) -> PathBuf {
    workspace().join("adapters/hosts").join(host).join("cases")
}

#[test]
fn cases_come_out_the_same_natively_and_in_the_sandbox() {
    let mut run = 0;
    for builtin in BUILTIN {
        let (linked, sandboxed) = (linked(builtin.id), builtin.adapter().unwrap());
        for case in Case::all(&cases_of(builtin.id)) {
            let answered = case.answer(&sandboxed);
            assert_eq!(answered, case.answer(&*linked), "{}", case.name);
            case.check(&sandboxed, answered);
            run += 1;
        }
    }
    assert!(run > 50, "{run} cases were run");
}

/// What no case has to say: made once more, the edits change nothing.
#[test]
fn edits_that_were_made_change_nothing_again() {
    for builtin in BUILTIN {
        cases::change_nothing_again(&cases_of(builtin.id), &builtin.adapter().unwrap());
    }
}

#[test]
fn descriptors_that_are_kept_are_those_that_components_give() {
    for builtin in BUILTIN {
        let path = workspace().join(format!("adapters/components/{}.wasm", builtin.id));
        let compiled = compile(&fs::read(path).unwrap()).unwrap();
        let described = SandboxedAdapter::describe(compiled, builtin.id).unwrap();
        let embedded = builtin.adapter().unwrap();
        assert_eq!(described.descriptor(), embedded.descriptor());
        assert_eq!(linked(builtin.id).descriptor(), embedded.descriptor());
        assert_eq!(embedded.descriptor().id.as_str(), builtin.id);
    }
}

#[test]
fn every_host_has_an_adapter_that_is_built_in() {
    let folders = fs::read_dir(workspace().join("adapters/hosts")).unwrap();
    let folders = folders.map(|entry| entry.unwrap().path()).filter(|path| path.is_dir());
    let mut hosts: Vec<_> =
        folders.map(|it| it.file_name().unwrap().to_str().unwrap().to_owned()).collect();
    hosts.sort();
    assert_eq!(BUILTIN.iter().map(|it| it.id).collect::<Vec<_>>(), hosts);
}
