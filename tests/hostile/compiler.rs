//! What is made to keep the compiler busy, or to break it: it compiles in a process with
//! limits, or is refused before.

use std::fmt::Write as _;
use std::path::Path;

use hatch_core::adapter::HostAdapter;
use hatch_sandbox::{ComponentError, SandboxedAdapter, check, compile, compile_in_child};
use hatch_tests::tally::tally;

use crate::limits::{COMPONENT, section};
use crate::made::{component, descriptor, in_child, sections};

#[test]
fn many_or_long_functions_are_refused() {
    let many = component(&"(func)".repeat(200_000));
    assert!(matches!(check(&many), Err(ComponentError::TooManyFunctions { .. })));
    let long = component(&format!("(func {})", "(drop (i32.const 1))".repeat(400_000)));
    assert!(matches!(check(&long), Err(ComponentError::FunctionTooLong { .. })));
    tally("components", "functions beyond the limits", 2, "2 refused before they are compiled");
}

#[test]
fn a_child_compiles_as_this_process_does() {
    let bytes = component("");
    let code = in_child(&bytes).unwrap();
    assert_eq!(code.as_bytes(), compile(&bytes).unwrap().as_bytes());
    let adapter = SandboxedAdapter::new(code, descriptor());
    assert_eq!(adapter.read(&sections()).unwrap().servers, []);
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

#[test]
fn components_in_components_are_bounded() {
    let honest = component("");
    let mut refused = 0;
    for depth in [10, 1_000, 10_000, 100_000] {
        let mut inner = b"\0asm\x0d\0\x01\0".to_vec();
        for _ in 0..depth {
            let mut outer = b"\0asm\x0d\0\x01\0".to_vec();
            section(&mut outer, COMPONENT, &inner);
            inner = outer;
            if inner.len() > 4 << 20 {
                break;
            }
        }
        let mut bytes = honest.clone();
        section(&mut bytes, COMPONENT, &inner);
        match in_child(&bytes) {
            Ok(code) => {
                let adapter = SandboxedAdapter::new(code, descriptor());
                assert_eq!(adapter.read(&sections()).unwrap().servers, []);
            }
            Err(_) => refused += 1,
        }
    }
    tally("components", "nesting", 4, &format!("{refused} refused, {} harmless", 4 - refused));
}

/// Loops within loops, each with a variable of its own: 15 KB that keep the compiler busy for
/// 38 s and in half a gigabyte.
fn deep_loops() -> String {
    let mut bomb = String::from("(func (param i32) (result i32) ");
    bomb.push_str(&"(local i32)".repeat(500));
    for local in (0..900).map(|at| 1 + at % 500) {
        let _ =
            write!(bomb, "(loop (local.get {local}) (i32.const 1) (i32.add) (local.set {local})");
    }
    for local in (0..900).map(|at| 1 + at % 500) {
        let _ = write!(bomb, "(br_if 0 (local.get {local})))");
    }
    bomb + "(local.get 0))"
}

/// So many values that are all needed at the end.
fn live_values(count: usize) -> String {
    let mut bomb = String::from("(func (param i32) (result i32) ");
    for at in 0..count {
        let _ = write!(bomb, "(i32.load offset={} (local.get 0))", at * 4);
    }
    bomb.push_str(&"i32.xor ".repeat(count - 1));
    bomb + ")"
}

/// So many blocks that each change one of 2,000 variables.
fn blocks(count: usize) -> String {
    let mut bomb = String::from("(func (param i32) (result i32) ");
    bomb.push_str(&"(local i32)".repeat(2_000));
    for at in 0..count {
        let (to, from) = (1 + at % 2_000, 1 + (at * 7) % 2_000);
        let _ = write!(
            bomb,
            "(block (br_if 0 (local.get {from})) (local.set {to} (i32.add (local.get {from}) (local.get {to}))))"
        );
    }
    bomb + "(local.get 1))"
}

fn bombs() -> [(&'static str, String); 5] {
    [
        ("deep loops", deep_loops()),
        ("10,000 live values", live_values(10_000)),
        ("49,000 live values", live_values(49_000)),
        ("20,000 blocks", blocks(20_000)),
        ("99,000 functions", "(func (param i32) (result i32) (local.get 0))".repeat(99_000)),
    ]
}

/// To spare our time, the child is given less of it here than it would give itself.
#[test]
#[cfg(unix)]
fn what_keeps_the_compiler_busy_is_stopped() {
    const TIME: (&str, &str) = ("-t 1", "s of processor time");
    const MEMORY: (&str, &str) = ("-v 150000", "MiB of memory");
    let mut tries: Vec<_> = bombs().into_iter().map(|bomb| (bomb, TIME)).collect();
    tries.push((("deep loops", deep_loops()), MEMORY));
    let mut stopped = 0;
    for ((what, fields), (limit, words)) in &tries {
        let child = format!("ulimit {limit}; exec {}", env!("CARGO_BIN_EXE_compile-child"));
        match compile_in_child(Path::new("sh"), &["-c", &child], &component(fields)) {
            // A bomb for another compiler than this one, or another machine.
            Ok(_) => assert_ne!(*what, "deep loops", "they are more than a second's work"),
            Err(error) => {
                let error = error.to_string();
                let is_limit = error.starts_with("compiling it ") && error.ends_with(words);
                let is_refused = error.contains("bytes, and the limit is");
                assert!(is_limit || is_refused, "{what}: {error}");
                stopped += 1;
            }
        }
    }
    let tried = tries.len();
    let outcomes = format!("{stopped} stopped or refused, {} compiled in time", tried - stopped);
    tally("components", "compile bombs at low limits", tried, &outcomes);
}

/// As above, with all the time and memory that the child has.
#[test]
#[cfg(feature = "slow-safety")]
fn what_keeps_the_compiler_busy_is_stopped_by_the_childs_own_limits() {
    use std::time::{Duration, Instant};

    let (mut stopped, mut longest) = (0, Duration::ZERO);
    for (what, fields) in bombs() {
        let bomb = component(&fields);
        let start = Instant::now();
        let outcome = in_child(&bomb);
        let time = start.elapsed();
        assert!(time < Duration::from_secs(45), "{what}: {time:?}");
        longest = longest.max(time);
        stopped += usize::from(outcome.is_err());
    }
    let outcomes = format!(
        "{stopped} stopped or refused, {} compiled in time, the longest after {} s",
        bombs().len() - stopped,
        longest.as_secs()
    );
    tally("components", "compile bombs at full limits", bombs().len(), &outcomes);
}
