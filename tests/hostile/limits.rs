//! Components that loop, grow and recurse: each is stopped within its limits.

use std::fmt::Write as _;
use std::time::{Duration, Instant};

use hatch_core::adapter::HostAdapter;
use hatch_sandbox::{SandboxedAdapter, compile};
use hatch_tests::tally::tally;

use crate::made::{adapter, adapter_of, component, fields, sections};

/// Reads with an adapter that must fail, and returns how long it took.
#[track_caller]
pub(crate) fn read_fails(adapter: &SandboxedAdapter, reason: &str) -> Duration {
    let start = Instant::now();
    let error = adapter.read(&sections()).unwrap_err().to_string();
    assert!(error.contains("`hostile` adapter failed") && error.contains(reason), "{error}");
    start.elapsed()
}

const TIME: &str = "it ran for more than 2 s and was stopped";
const SPIN: &str = "(loop $again (br $again)) (unreachable)";

#[test]
fn what_never_ends_is_stopped() {
    let cases = [
        ("a loop", fields("endless-loop")),
        ("a start function", fields("endless-start")),
        (
            "calls instead of a loop",
            format!(
                "(func $f (param i32) (loop $l (call $g) (br $l))) (func $g) (func $read {READ} (call $f (i32.const 0)) (unreachable))"
            ),
        ),
        (
            "one large fill after the other",
            format!(
                "(func $read {READ} (loop $l (memory.fill (i32.const 0) (i32.const 1) (i32.const 262144)) (br $l)) (unreachable))"
            ),
        ),
        (
            "one large copy after the other",
            format!(
                "(func $read {READ} (loop $l (memory.copy (i32.const 0) (i32.const 1) (i32.const 262143)) (br $l)) (unreachable))"
            ),
        ),
        (
            "tables that are filled",
            format!(
                "(table $t 90000 funcref) (func $read {READ} (loop $l (table.fill $t (i32.const 0) (ref.null func) (i32.const 90000)) (br $l)) (unreachable))"
            ),
        ),
        (
            "growing by nothing",
            format!(
                "(func $read {READ} (loop $l (drop (memory.grow (i32.const 0))) (br $l)) (unreachable))"
            ),
        ),
        ("the allocator", allocator(SPIN)),
        ("what is called after an answer", after_read(SPIN)),
    ];
    // All at once: they are stopped by the clock, whoever else has the processor.
    std::thread::scope(|scope| {
        for (what, fields) in &cases {
            scope.spawn(move || {
                let time = read_fails(&adapter(fields), TIME);
                assert!((2.0..8.0).contains(&time.as_secs_f64()), "{what}: {time:?}");
            });
        }
    });
    tally("components", "that never end", cases.len(), &format!("{} stopped", cases.len()));
}

const READ: &str = "(param i32 i32) (result i32)";

/// An allocator of one's own.
fn allocator(body: &str) -> String {
    format!("(func (export \"cabi_realloc\") (param i32 i32 i32 i32) (result i32) {body})")
}

/// What the engine calls once it has taken an answer.
fn after_read(body: &str) -> String {
    format!("(func (export \"cabi_post_hatch:adapter/host-config@0.1.0#read\") (param i32) {body})")
}

#[test]
fn growth_is_bounded() {
    const MEMORY: &str = "it asked for more than 64 MiB of memory";
    const TABLES: &str = "it asked for tables of more than 100000 elements";
    let read = |body: &str| format!("(func $read {READ} {body} (unreachable))");
    let many = |what: &str, count: usize| what.repeat(count);
    let cases = [
        ("memory, slowly", fields("memory-bomb"), MEMORY),
        ("memory, at once", fields("memory-at-once"), MEMORY),
        (
            "memory, page by page",
            read("(loop $l (br_if $l (i32.ne (memory.grow (i32.const 1)) (i32.const -1))))"),
            MEMORY,
        ),
        ("memory, all that there can be", read("(drop (memory.grow (i32.const 60000)))"), MEMORY),
        ("memories that are large together", many("(memory 300)", 4) + &read(""), MEMORY),
        (
            "memory in the allocator",
            allocator(
                "(loop $l (br_if $l (i32.ne (memory.grow (i32.const 64)) (i32.const -1)))) (unreachable)",
            ),
            MEMORY,
        ),
        ("tables, slowly", fields("table-bomb"), TABLES),
        ("tables, at once", format!("(table 200000 funcref) {}", read("")), TABLES),
        ("tables that are large together", many("(table 30000 funcref)", 4) + &read(""), TABLES),
        (
            "memories",
            many("(memory 1)", 16) + &read(""),
            "it can't be started: resource limit exceeded: memory count too high at 17",
        ),
        (
            "tables",
            many("(table 1 funcref)", 65) + &read(""),
            "it can't be started: resource limit exceeded: table count too high at 65",
        ),
    ];
    for (what, fields, reason) in &cases {
        let time = read_fails(&adapter(fields), reason);
        assert!(time < Duration::from_secs(4), "{what}: {time:?}");
    }
    tally("components", "that grow", cases.len(), &format!("{} stopped", cases.len()));
}

#[test]
fn core_instances_are_bounded() {
    let few = with_instances(50);
    assert!(adapter_of(&few).read(&sections()).is_ok());
    read_fails(
        &adapter_of(&with_instances(100)),
        "it can't be started: resource limit exceeded: instance count too high at 65",
    );
}

/// An honest component, and so many instances of an empty module in it.
fn with_instances(count: u8) -> Vec<u8> {
    let mut bytes = component("");
    let module = sections_of(&bytes, MODULE);
    let empty = b"\0asm\x01\0\0\0";
    section(&mut bytes, MODULE, empty);
    // So many, each made of the module without arguments.
    let one = [0, module, 0].repeat(count.into());
    section(&mut bytes, INSTANCE, &[&[count][..], &one].concat());
    bytes
}

/// Kinds of a component's sections: a core module, core instances, a component, instances.
pub(crate) const MODULE: u8 = 1;
pub(crate) const INSTANCE: u8 = 2;
pub(crate) const COMPONENT: u8 = 4;
pub(crate) const COMPONENT_INSTANCE: u8 = 5;

/// Adds a section to a component.
pub(crate) fn section(component: &mut Vec<u8>, id: u8, content: &[u8]) {
    component.push(id);
    let mut size = content.len();
    loop {
        let low = u8::try_from(size & 0x7f).unwrap();
        size >>= 7;
        component.push(if size == 0 { low } else { low | 0x80 });
        if size == 0 {
            break;
        }
    }
    component.extend_from_slice(content);
}

/// How many sections of a kind a component has at its top: where each holds one thing, this is
/// the index of the next.
pub(crate) fn sections_of(component: &[u8], kind: u8) -> u8 {
    let (mut at, mut count) = (8, 0);
    while at < component.len() {
        let id = component[at];
        at += 1;
        let (mut size, mut shift) = (0_usize, 0);
        loop {
            let byte = component[at];
            at += 1;
            size |= usize::from(byte & 0x7f) << shift;
            shift += 7;
            if byte & 0x80 == 0 {
                break;
            }
        }
        count += u8::from(id == kind);
        at += size;
    }
    count
}

#[test]
fn recursion_is_bounded() {
    const DEEP: &str = "its calls nest too deeply (stack overflow)";
    let recursion = |body: &str| {
        format!(
            "(func $f (param i64) {body}) (func $read {READ} (call $f (i64.const 1)) (unreachable))"
        )
    };
    let locals = (0..200).fold(String::new(), |mut text, at| {
        let _ = write!(text, "(local $l{at} i64) ");
        text
    });
    let keep = (0..200).fold(String::new(), |mut text, at| {
        let _ = write!(text, "(local.set $l{at} (i64.mul (local.get 0) (i64.const {at})))");
        text
    });
    let sum = (0..200)
        .fold("(i64.const 0)".to_owned(), |sum, at| format!("(i64.add {sum} (local.get $l{at}))"));
    let cases = [
        fields("deep-recursion"),
        recursion("(call $f (local.get 0)) (drop (i32.const 1))"),
        recursion(&format!("{locals}{keep} (call $f (i64.const 1)) (call $f {sum})")),
        "(table funcref (elem $f)) (type $t (func (param i32))) (func $f (param i32) (call_indirect (type $t) (local.get 0) (i32.const 0)) (drop (i32.const 1))) (func $s (call $f (i32.const 0))) (start $s)".to_owned(),
        allocator("(call $realloc (i32.const 0) (i32.const 0) (i32.const 1) (i32.const 1))").replace("(func (export", "(func $realloc (export"),
    ];
    for fields in &cases {
        read_fails(&adapter(fields), DEEP);
        // The stack of any thread has room for it.
        let fields = fields.clone();
        std::thread::spawn(move || read_fails(&adapter(&fields), DEEP)).join().unwrap();
    }
    tally("components", "that recurse", cases.len(), &format!("{} stopped", cases.len()));
}

#[test]
fn traps_are_errors() {
    let start = "(func $s (unreachable)) (start $s)";
    let read = |body: &str| format!("(func $read {READ} {body})");
    let cases = [
        (fields("trap"), "it trapped: unreachable code"),
        (start.to_owned(), "it trapped: unreachable code"),
        (allocator("(unreachable)"), "it trapped: unreachable code"),
        (after_read("(unreachable)"), "it trapped: unreachable code"),
        (fields("out-of-bounds"), "it trapped: out of bounds memory access"),
        (read("(i32.div_u (i32.const 1) (i32.const 0))"), "it trapped: integer divide by zero"),
        (read("(i32.trunc_f64_s (f64.const nan))"), "it trapped: invalid conversion to integer"),
        (
            format!(
                "(table 1 funcref) (type $t (func (result i32))) {}",
                read("(call_indirect (type $t) (i32.const 0))")
            ),
            "it trapped: uninitialized element",
        ),
    ];
    for (fields, reason) in &cases {
        read_fails(&adapter(fields), reason);
    }
    tally("components", "that trap", cases.len(), &format!("{} errors", cases.len()));
}

#[test]
fn a_trap_is_forgotten() {
    let adapter = adapter(&fields("trap"));
    adapter.read(&sections()).unwrap_err();
    assert!(adapter.write(&sections(), &[]).is_ok());
}

/// What a call leaves behind, no other call finds.
#[test]
fn every_call_is_the_first() {
    let adapter = adapter(&format!(
        "(global $calls (mut i32) (i32.const 0))
        (func $read {READ}
          (if (i32.or (global.get $calls) (i32.load (i32.const 512))) (then (unreachable)))
          (global.set $calls (i32.const 1))
          (i32.store (i32.const 512) (i32.const 1))
          (drop (memory.grow (i32.const 1)))
          (i32.const 1024))"
    ));
    for _ in 0..3 {
        assert_eq!(adapter.read(&sections()).unwrap().servers, []);
    }
}

#[test]
fn allocators_that_talk_nonsense_are_errors() {
    let cases = [
        ("unaligned", "(i32.const 4097)", "realloc return: result not aligned"),
        ("past the end", "(i32.const 0x7ffffff0)", "realloc return: beyond end of memory"),
        ("at the last byte", "(i32.const -4)", "realloc return: beyond end of memory"),
    ];
    for (what, body, reason) in cases {
        let adapter = adapter(&allocator(body));
        let error = adapter.read(&sections()).unwrap_err().to_string();
        assert!(error.contains(reason), "{what}: {error}");
    }
    // Whatever is written over what: it is the component's own memory.
    let overlapping = adapter(&allocator("(i32.const 4096)"));
    assert_eq!(overlapping.read(&sections()).unwrap().servers, []);
    tally("components", "allocators", 4, "3 errors, 1 harmless");
}

#[test]
fn describing_has_the_same_limits() {
    for (body, reason) in [
        ("(unreachable)", "it trapped: unreachable code"),
        ("(i32.const -1)", "its answer is wrong"),
        (SPIN, TIME),
        ("(drop (memory.grow (i32.const 60000))) (i32.const 0)", "64 MiB of memory"),
    ] {
        let component = component(&format!("(func $describe (result i32) {body})"));
        let error = SandboxedAdapter::describe(compile(&component).unwrap(), "new.wasm");
        let error = error.unwrap_err().to_string();
        assert!(error.starts_with("the `new.wasm` adapter failed: "), "{error}");
        assert!(error.contains(reason), "{error}");
    }
}
