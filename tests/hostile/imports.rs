//! Components that want something of the outside, and those that are for another contract.

use hatch_core::adapter::HostAdapter;
use hatch_sandbox::{ComponentError, SandboxedAdapter, check, compile};
use hatch_tests::tally::tally;

use crate::limits::{COMPONENT, COMPONENT_INSTANCE, INSTANCE, MODULE, section, sections_of};
use crate::made::{CONTRACT, Made, adapter_of, component, sections};

/// Every interface of every package of WASI 0.2.
const WASI: &[(&str, &[&str])] = &[
    (
        "cli",
        &[
            "environment",
            "exit",
            "run",
            "stdin",
            "stdout",
            "stderr",
            "terminal-input",
            "terminal-output",
            "terminal-stdin",
            "terminal-stdout",
            "terminal-stderr",
        ],
    ),
    ("clocks", &["monotonic-clock", "wall-clock", "timezone"]),
    ("filesystem", &["types", "preopens"]),
    ("http", &["types", "incoming-handler", "outgoing-handler"]),
    ("io", &["error", "poll", "streams"]),
    ("random", &["random", "insecure", "insecure-seed"]),
    (
        "sockets",
        &[
            "network",
            "instance-network",
            "ip-name-lookup",
            "tcp",
            "tcp-create-socket",
            "udp",
            "udp-create-socket",
        ],
    ),
];

/// An honest adapter that also imports one function of one interface.
pub(crate) fn that_imports(package: &str, interface: &str, version: &str) -> Vec<u8> {
    let name = format!("{package}/{interface}@{version}");
    let contract = format!("import {name}; export host-config;");
    Made {
        fields: &format!(r#"(import "{name}" "get" (func $get (result i64)))"#),
        contract: &CONTRACT.replace("export host-config;", &contract),
        packages: &[format!(
            "package {package}@{version}; interface {interface} {{ get: func() -> u64; }}"
        )],
        ..Made::default()
    }
    .encode()
}

#[test]
fn every_interface_of_wasi_is_refused_by_its_name() {
    let mut refused = 0;
    for (package, interfaces) in WASI {
        for interface in *interfaces {
            for version in ["0.2.0", "0.2.8"] {
                let bytes = that_imports(&format!("wasi:{package}"), interface, version);
                for error in [check(&bytes).unwrap_err(), compile(&bytes).unwrap_err()] {
                    let name = format!("it imports `wasi:{package}/{interface}@{version}`");
                    assert!(error.to_string().starts_with(&name), "{error}");
                    assert!(error.hint().unwrap().contains("--stub-wasi"));
                }
                refused += 1;
            }
        }
    }
    tally("components", "imports of WASI", refused, &format!("{refused} refused by name"));
}

#[test]
fn other_imports_are_refused_by_name() {
    let unknown = that_imports("evil:tools", "launcher", "1.0.0");
    let error = compile(&unknown).unwrap_err();
    assert!(error.to_string().starts_with("it imports `evil:tools/launcher@1.0.0`"), "{error}");
    assert!(!error.hint().unwrap().contains("--stub-wasi"));

    let function = Made {
        fields: r#"(import "$root" "launch" (func $launch))"#,
        contract: &CONTRACT
            .replace("export host-config;", "import launch: func(); export host-config;"),
        ..Made::default()
    };
    let error = compile(&function.encode()).unwrap_err();
    assert!(error.to_string().starts_with("it imports `launch`"), "{error}");
    tally("components", "other imports", 2, "2 refused by name");
}

#[test]
fn imports_of_every_kind_are_refused() {
    let kinds = [
        r#"(import "a" (func))"#,
        r#"(import "a" (type (sub resource)))"#,
        r#"(import "a" (instance))"#,
        r#"(import "a" (instance (export "t" (type (sub resource)))))"#,
        r#"(import "a" (component))"#,
        r#"(import "a" (core module))"#,
        r#"(import "a" (value string))"#,
        r#"(import "locked-dep=<a:b@1.0.0>" (component))"#,
        r#"(import "url=<https://example.com>" (core module))"#,
    ];
    for kind in kinds {
        let bytes = wat::parse_str(format!("(component {kind})")).unwrap();
        let error = check(&bytes).unwrap_err();
        assert!(matches!(error, ComponentError::Imports { .. }), "{kind}: {error}");
    }
    // The name is another's text.
    let bytes = wat::parse_str(r#"(component (import "a:b/c@1.0.0" (func)))"#).unwrap();
    assert!(check(&bytes).unwrap_err().to_string().contains("`a:b/c@1.0.0`"));
    tally("components", "kinds of imports", kinds.len(), &format!("{} refused", kinds.len()));
}

/// A module in a component gets its imports from the component, which has nothing to give.
#[test]
fn modules_inside_get_nothing_from_outside() {
    for import in [
        r#"(import "wasi_snapshot_preview1" "fd_write" (func (param i32 i32 i32 i32) (result i32)))"#,
        r#"(import "env" "memory" (memory 1))"#,
        r#"(import "env" "table" (table 1 funcref))"#,
        r#"(import "env" "global" (global (mut i32)))"#,
    ] {
        let mut bytes = component("");
        let module = sections_of(&bytes, MODULE);
        section(&mut bytes, MODULE, &wat::parse_str(format!("(module {import})")).unwrap());
        // Never made an instance of, it is only bytes.
        assert!(adapter_of(&bytes).read(&sections()).is_ok());
        section(&mut bytes, INSTANCE, &[1, 0, module, 0]);
        let error = compile(&bytes).unwrap_err().to_string();
        assert!(error.contains("missing module instantiation argument"), "{error}");
    }
    // A component inside is no other.
    let mut bytes = component("");
    let inner = wat::parse_str(r#"(component (import "wasi:cli/exit@0.2.0" (instance)))"#);
    let index = sections_of(&bytes, COMPONENT);
    section(&mut bytes, COMPONENT, &inner.unwrap());
    assert!(adapter_of(&bytes).read(&sections()).is_ok());
    section(&mut bytes, COMPONENT_INSTANCE, &[1, 0, index, 0]);
    let error = compile(&bytes).unwrap_err().to_string();
    assert!(error.contains("wasi:cli/exit@0.2.0"), "{error}");
    tally("components", "imports inside", 10, "5 refused, 5 harmless");
}

#[test]
fn versions_are_known_before_anything_is_compiled() {
    let of = |version: &str| {
        Made { contract: &CONTRACT.replace("0.1.0", version), version, ..Made::default() }.encode()
    };
    assert!(check(&of("0.1.0")).is_ok());
    for version in ["0.9.0", "1.0.0", "0.1.0-rc"] {
        let error = check(&of(version)).unwrap_err().to_string();
        assert!(error.contains(&format!("version {version} of the adapter contract")), "{error}");
    }
    // A later patch may have more functions, and those that this hatch calls.
    assert_eq!(adapter_of(&of("0.1.7")).read(&sections()).unwrap().servers, []);
}

#[test]
fn missing_functions_are_an_error() {
    let from = CONTRACT.find("    /// Lists the servers in").unwrap();
    let to = CONTRACT[from..].find("}\n").unwrap() + from;
    let contract = format!("{}{}", &CONTRACT[..from], &CONTRACT[to..]);
    let bytes = Made { contract: &contract, ..Made::default() }.encode();
    let error = SandboxedAdapter::describe(compile(&bytes).unwrap(), "new.wasm").unwrap_err();
    let error = error.to_string();
    assert!(error.contains("`new.wasm` adapter failed: it can't be loaded"), "{error}");
}

#[test]
fn functions_of_other_types_are_known_when_it_is_described() {
    for (from, to) in [
        ("describe: func() -> json", "describe: func() -> list<u8>"),
        ("result<reading, error>", "result<reading, string>"),
        ("result<writing, error>", "result<writing, string>"),
        ("record unreadable { name: string", "record unreadable { name: json, more: u8"),
    ] {
        let contract = CONTRACT.replace(from, to);
        assert_ne!(contract, CONTRACT);
        let bytes = Made { contract: &contract, ..Made::default() }.encode();
        let error = SandboxedAdapter::describe(compile(&bytes).unwrap(), "new.wasm").unwrap_err();
        let error = error.to_string();
        assert!(error.contains("failed to convert function to given type"), "{error}");
    }
}
