//! Components that trap, loop, grow, lie, import: each ends within its limits, in an error
//! that names the adapter.
//!
//! A file of `components/` has the fields of a core module, as text. What an adapter needs
//! besides is added here, and the module is made a component as adapters' builds do it.
#![expect(clippy::unwrap_used, reason = "a test that can't go on has failed")]

use std::path::Path;
use std::time::{Duration, Instant};

use hatch_core::adapter::{Edit, HostAdapter, Section};
use hatch_core::host::HostDescriptor;
use hatch_core::server::ServerName;
use hatch_sandbox::{ComponentError, SandboxedAdapter, check, compile, compile_in_child};
use wit_component::{ComponentEncoder, StringEncoding, embed_component_metadata};

const CONTRACT: &str = include_str!("../wit/host-adapter.wit");

const DESCRIPTOR: &str = r#"{"id":"hostile","name":"Hostile","homepage":"https://example.com",
    "documents":[{"id":"d","format":"json","locations":[{"scope":"user","systems":[],
    "root":"home","path":".hostile/mcp.json"}],"prefer":"existing-file",
    "sections":[["mcpServers"]],"accepts-bom":true}],"transports":["stdio"],"fields":[],"extras":[],
    "references":[],"after-write":null,"processes":[]}"#;

/// Makes a component of the fields of a core module. Functions that are not among them give
/// the empty answer that lies at 1024.
fn component(fields: &str) -> Vec<u8> {
    component_for(fields, CONTRACT, "0.1.0")
}

fn component_for(fields: &str, contract: &str, version: &str) -> Vec<u8> {
    let mut module = String::from("(module\n");
    module.push_str(fields);
    for (name, signature) in [
        ("describe", "(result i32)"),
        ("read", "(param i32 i32) (result i32)"),
        ("write", "(param i32 i32 i32 i32) (result i32)"),
    ] {
        if !contract.contains(&format!("{name}: func")) {
            continue;
        }
        if !fields.contains(&format!("(func ${name} ")) {
            module.push_str(&format!("(func ${name} {signature} (i32.const 1024))\n"));
        }
        module.push_str(&format!(
            "(export \"hatch:adapter/host-config@{version}#{name}\" (func ${name}))\n"
        ));
    }
    module.push_str(
        r#"(memory $memory 4)
        (export "memory" (memory $memory))
        (global $next (mut i32) (i32.const 65536))
        (func (export "cabi_realloc") (param i32 i32) (param $align i32) (param $size i32)
          (result i32) (local $at i32)
          (local.set $at (i32.and
            (i32.add (global.get $next) (i32.sub (local.get $align) (i32.const 1)))
            (i32.sub (i32.const 0) (local.get $align))))
          (global.set $next (i32.add (local.get $at) (local.get $size)))
          (local.get $at))
        )"#,
    );
    // Only the first memory can be that of an adapter.
    if fields.contains("(memory $large") {
        module = module.replace("(memory $memory 4)", "").replace("$large", "$memory");
    }
    encode(&wat::parse_str(&module).unwrap(), contract)
}

fn encode(module: &[u8], contract: &str) -> Vec<u8> {
    let mut resolve = wit_parser::Resolve::default();
    let clocks = "package wasi:clocks@0.2.0; interface wall-clock { now: func() -> u64; }";
    resolve.push_str("clocks.wit", clocks).unwrap();
    let package = resolve.push_str("host-adapter.wit", contract).unwrap();
    let world = resolve.select_world(&[package], Some("host-adapter")).unwrap();
    let mut module = module.to_vec();
    embed_component_metadata(&mut module, &resolve, world, StringEncoding::UTF8, false).unwrap();
    ComponentEncoder::default().module(&module).unwrap().encode().unwrap()
}

fn hostile(name: &str) -> SandboxedAdapter {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("components/{name}.wat"));
    #[expect(clippy::disallowed_methods, reason = "a test's own file")]
    let fields = std::fs::read_to_string(path).unwrap();
    let descriptor: HostDescriptor = serde_json::from_str(DESCRIPTOR).unwrap();
    SandboxedAdapter::new(compile(&component(&fields)).unwrap(), descriptor)
}

fn sections() -> [Section; 1] {
    let path = vec!["mcpServers".to_owned()];
    [Section { document: "d".to_owned(), path, value: Some("{}".to_owned()) }]
}

/// Reads with a component, and returns its error and how long it took.
#[track_caller]
fn read_fails(name: &str, reason: &str) -> Duration {
    let adapter = hostile(name);
    let start = Instant::now();
    let error = adapter.read(&sections()).unwrap_err().to_string();
    assert!(error.contains("`hostile` adapter failed") && error.contains(reason), "{error}");
    start.elapsed()
}

#[track_caller]
fn write_fails(name: &str, reason: &str) {
    let edits = [Edit::Remove(ServerName::new("a").unwrap())];
    let error = hostile(name).write(&sections(), &edits).unwrap_err().to_string();
    assert!(error.contains("`hostile` adapter failed") && error.contains(reason), "{error}");
}

#[test]
fn what_never_ends_is_stopped() {
    for name in ["endless-loop", "endless-start"] {
        let time = read_fails(name, "it ran for more than 2 s and was stopped");
        assert!((Duration::from_secs(2)..Duration::from_secs(4)).contains(&time), "{time:?}");
    }
}

#[test]
fn growth_is_bounded() {
    read_fails("memory-bomb", "it asked for more than 64 MiB of memory");
    read_fails("memory-at-once", "it asked for more than 64 MiB of memory");
    read_fails("table-bomb", "it asked for tables of more than 100000 elements");
    read_fails("deep-recursion", "its calls nest too deeply (stack overflow)");
}

#[test]
fn deep_recursion_fits_the_stack_of_any_thread() {
    std::thread::spawn(|| read_fails("deep-recursion", "stack overflow")).join().unwrap();
}

#[test]
fn answers_are_bounded() {
    read_fails("huge-list", "its answer is larger than 16 MiB");
    read_fails("huge-string", "its answer is larger than 16 MiB");
}

#[test]
fn traps_are_errors() {
    read_fails("trap", "it trapped: unreachable code");
    read_fails("out-of-bounds", "it trapped: out of bounds memory access");
    read_fails("answer-out-of-bounds", "its answer is wrong");
    read_fails("not-text", "its answer is wrong");
}

#[test]
fn a_trap_is_forgotten() {
    let adapter = hostile("trap");
    adapter.read(&sections()).unwrap_err();
    assert!(adapter.write(&sections(), &[]).is_ok());
}

#[test]
fn lies_are_errors() {
    read_fails("duplicate-servers", "it listed the server `a` twice");
    read_fails("nameless-server", "it listed a server without a name");
    write_fails("too-few-outcomes", "it was given 1 edits and told of 0");
    write_fails("undeclared-section", "it changed a section that is not its own: `other` of `d`");
    write_fails("not-json", "it wrote what is not JSON to `mcpServers` of `d`");
}

#[test]
fn messages_are_harmless() {
    let error = hostile("terminal-tricks").read(&sections()).unwrap_err();
    assert_eq!(error.to_string(), "a[2Jbcd");
}

/// A component whose `describe` returns this text.
fn that_says(text: &str) -> Vec<u8> {
    let length: String =
        text.len().to_le_bytes()[..4].iter().map(|byte| format!("\\{byte:02x}")).collect();
    let bytes: String = text.bytes().map(|byte| format!("\\{byte:02x}")).collect();
    let pages = 2 + text.len() / 65536;
    component(&format!(
        r#"(memory $large {pages})
        (data (i32.const 512) "\00\08\00\00{length}")
        (data (i32.const 2048) "{bytes}")
        (func $describe (result i32) (i32.const 512))"#
    ))
}

#[track_caller]
fn describe_fails(component: &[u8], reason: &str) {
    let code = compile(component).unwrap();
    let error = SandboxedAdapter::describe(code, "new.wasm").unwrap_err().to_string();
    assert!(error.starts_with("the `new.wasm` adapter failed: "), "{error}");
    assert!(error.contains(reason), "{error}");
}

#[test]
fn describing_ends_within_limits() {
    for (fields, reason) in [
        ("(func $describe (result i32) (unreachable))", "it trapped: unreachable code"),
        ("(func $describe (result i32) (i32.const -1))", "its answer is wrong"),
        ("(func $describe (result i32) (loop $again (br $again)) (unreachable))", "2 s"),
    ] {
        describe_fails(&component(fields), reason);
    }
}

#[test]
fn a_descriptor_may_have_members_that_nobody_knows() {
    let text = DESCRIPTOR.replace(r#""scope":"#, r#""later": [{}], "scope":"#);
    let text = text.replacen('{', r#"{ "since": { "later": null },"#, 1);
    let adapter = SandboxedAdapter::describe(compile(&that_says(&text)).unwrap(), "new.wasm");
    assert_eq!(serde_json::to_string(adapter.unwrap().descriptor()).unwrap(), squeezed(DESCRIPTOR));
}

/// JSON without the spaces between its tokens.
fn squeezed(json: &str) -> String {
    serde_json::from_str::<serde_json::Value>(json).unwrap().to_string()
}

#[test]
fn descriptors_are_read_strictly() {
    for (from, to, reason) in [
        (DESCRIPTOR, "", "EOF while parsing a value at line 1 column 0"),
        (DESCRIPTOR, "hello", "expected value at line 1 column 1"),
        (DESCRIPTOR, "[]", "invalid length 0"),
        (r#""processes":[]}"#, r#""processes":[]} {}"#, "trailing characters at line 5"),
        (r#""id":"hostile""#, r#""id":"No Host""#, "`id`: `No Host` is no host name"),
        (r#""id":"hostile","#, "", "missing field `id` at line 5"),
        (r#""id":"hostile","#, r#""id":"a","id":"b","#, "duplicate field `id` at line 1"),
        (r#""name":"Hostile""#, r#""name":7"#, "`name`: invalid type: integer `7`"),
        (r#""root":"home","#, "", "`documents[0].locations[0]`: missing field `root`"),
        (r#""root":"home""#, r#""root":"disk""#, "`documents[0].locations[0].root`: unknown"),
        (r#"[["mcpServers"]]"#, r#"[[0]]"#, "`documents[0].sections[0][0]`: invalid type"),
        (r#""transports":["stdio"]"#, r#""transports":null"#, "`transports`: invalid type: null"),
    ] {
        assert!(DESCRIPTOR.contains(from), "{from}");
        describe_fails(&that_says(&DESCRIPTOR.replacen(from, to, 1)), reason);
    }
}

#[test]
fn descriptors_are_bounded() {
    let deep = format!(r#"{{"name":{}"#, "[".repeat(10_000));
    describe_fails(&that_says(&deep), "`name`: invalid type: sequence, expected a string");
    let deep = format!(r#"{{"later":{}{}}}"#, "[".repeat(10_000), "]".repeat(10_000));
    describe_fails(&that_says(&deep), "missing field `id`");
    let large = format!(r#"{{"later":"{}"}}"#, "x".repeat(2 << 20));
    describe_fails(&that_says(&large), "bytes of description, and the limit is 1048576");
}

#[test]
fn imports_are_refused_by_name() {
    let wasi = component_for(
        r#"(import "wasi:clocks/wall-clock@0.2.0" "now" (func $now (result i64)))"#,
        &CONTRACT.replace(
            "export host-config;",
            "import wasi:clocks/wall-clock@0.2.0; export host-config;",
        ),
        "0.1.0",
    );
    let error = check(&wasi).unwrap_err();
    assert!(error.to_string().contains("`wasi:clocks/wall-clock@0.2.0`"), "{error}");
    assert!(error.hint().unwrap().contains("--stub-wasi"));

    let unknown = component_for(
        r#"(import "$root" "launch" (func $launch))"#,
        &CONTRACT.replace("export host-config;", "import launch: func(); export host-config;"),
        "0.1.0",
    );
    let error = compile(&unknown).unwrap_err();
    assert!(error.to_string().contains("imports `launch`"), "{error}");
}

#[test]
fn versions_are_known_before_anything_is_compiled() {
    let of = |version: &str| component_for("", &CONTRACT.replace("0.1.0", version), version);
    assert!(check(&of("0.1.0")).is_ok());
    for version in ["0.2.0", "1.0.0"] {
        let error = check(&of(version)).unwrap_err().to_string();
        assert!(error.contains(&format!("version {version} of the adapter contract")), "{error}");
    }
    // A later patch may have more functions, and those that this hatch calls.
    let descriptor = serde_json::from_str(DESCRIPTOR).unwrap();
    let later = SandboxedAdapter::new(compile(&of("0.1.7")).unwrap(), descriptor);
    assert_eq!(later.read(&sections()).unwrap().servers, []);
}

#[test]
fn what_is_no_adapter_is_refused() {
    let whole = component("");
    for (bytes, reason) in [
        (b"hello".to_vec(), "no WASM file"),
        (wat::parse_str("(module)").unwrap(), "a core module and not a component"),
        (wat::parse_str("(component)").unwrap(), "does not export `hatch:adapter/host-config`"),
        (whole[..whole.len() / 2].to_vec(), "damaged"),
        ([&whole[..], &[0xff; 9]].concat(), "damaged"),
    ] {
        let error = compile(&bytes).unwrap_err().to_string();
        assert!(error.contains(reason), "{error}");
    }
}

#[test]
fn missing_functions_are_an_error() {
    let from = CONTRACT.find("    /// Lists the servers in").unwrap();
    let to = CONTRACT[from..].find("}\n").unwrap() + from;
    let contract = format!("{}{}", &CONTRACT[..from], &CONTRACT[to..]);
    let code = compile(&component_for("", &contract, "0.1.0")).unwrap();
    let error = SandboxedAdapter::describe(code, "new.wasm").unwrap_err().to_string();
    assert!(error.contains("`new.wasm` adapter failed: it can't be loaded"), "{error}");
}

#[test]
fn functions_of_other_types_are_known_when_it_is_described() {
    for (from, to) in [
        ("result<reading, error>", "result<reading, string>"),
        ("result<writing, error>", "result<writing, string>"),
    ] {
        let contract = CONTRACT.replace(from, to);
        assert_ne!(contract, CONTRACT);
        let code = compile(&component_for("", &contract, "0.1.0")).unwrap();
        let error = SandboxedAdapter::describe(code, "new.wasm").unwrap_err().to_string();
        assert!(error.contains("failed to convert function to given type"), "{error}");
    }
}

#[test]
fn many_or_long_functions_are_refused() {
    let many = component(&"(func)".repeat(100_001));
    assert!(matches!(check(&many), Err(ComponentError::TooManyFunctions { .. })));
    let long = component(&format!("(func {})", "(drop (i32.const 1))".repeat(400_000)));
    assert!(matches!(check(&long), Err(ComponentError::FunctionTooLong { .. })));
}

fn in_child(bytes: &[u8]) -> Result<hatch_sandbox::Compiled, ComponentError> {
    compile_in_child(Path::new(env!("CARGO_BIN_EXE_compile-child")), &[], bytes)
}

#[test]
fn a_child_compiles_as_this_process_does() {
    let bytes = component("");
    let code = in_child(&bytes).unwrap();
    assert_eq!(code.as_bytes(), compile(&bytes).unwrap().as_bytes());
    let adapter = SandboxedAdapter::new(code, serde_json::from_str(DESCRIPTOR).unwrap());
    assert_eq!(adapter.read(&sections()).unwrap().servers, []);
}

#[test]
#[cfg(unix)]
fn what_keeps_the_compiler_busy_is_stopped() {
    // 15 KB that keep it busy for 38 s and in half a gigabyte. To spare our time, the child
    // is given less of it here than it would give itself.
    let mut bomb = String::from("(func (param i32) (result i32) ");
    bomb.push_str(&"(local i32)".repeat(500));
    for local in (0..900).map(|at| 1 + at % 500) {
        bomb.push_str(&format!(
            "(loop (local.get {local}) (i32.const 1) (i32.add) (local.set {local})"
        ));
    }
    for local in (0..900).map(|at| 1 + at % 500) {
        bomb.push_str(&format!("(br_if 0 (local.get {local})))"));
    }
    bomb.push_str("(local.get 0))");
    let bomb = component(&bomb);
    for (limit, words) in [("-t 2", "s of processor time"), ("-v 150000", "MiB of memory")] {
        let child = format!("ulimit {limit}; exec {}", env!("CARGO_BIN_EXE_compile-child"));
        let error = compile_in_child(Path::new("sh"), &["-c", &child], &bomb).unwrap_err();
        let error = error.to_string();
        assert!(error.starts_with("compiling it ") && error.ends_with(words), "{error}");
    }
}

#[test]
fn a_child_that_does_not_do_its_work_is_an_error() {
    let error = compile_in_child(Path::new("/nowhere/at/all"), &[], &component("")).unwrap_err();
    assert!(error.to_string().contains("could not be started"), "{error}");
    #[cfg(unix)]
    for (program, words) in [("true", "without a result"), ("false", "did not end well")] {
        let error = compile_in_child(Path::new(program), &[], &component("")).unwrap_err();
        assert!(error.to_string().contains(words), "{error}");
    }
}
