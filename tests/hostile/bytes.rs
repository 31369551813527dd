//! Bytes that were cut short, changed, or never were a component: each is refused, or does
//! no harm.

use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};

use hatch_core::adapter::HostAdapter;
use hatch_sandbox::{SandboxedAdapter, check, compile};
use hatch_tests::tally::tally;

use crate::made::{DESCRIPTOR, committed, component, in_child, sections, that_says};

#[test]
fn what_is_no_adapter_is_refused() {
    let whole = component("");
    for (bytes, reason) in [
        (Vec::new(), "no WASM file"),
        (b"hello".to_vec(), "no WASM file"),
        (b"\0asm".to_vec(), "damaged"),
        (wat::parse_str("(module)").unwrap(), "a core module and not a component"),
        (wat::parse_str("(component)").unwrap(), "does not export `hatch:adapter/host-config`"),
        (whole[..whole.len() / 2].to_vec(), "damaged"),
        ([&whole[..], &[0xff; 9]].concat(), "damaged"),
        ([&whole[..], &whole[..]].concat(), "damaged"),
    ] {
        let error = compile(&bytes).unwrap_err().to_string();
        assert!(error.contains(reason), "{error}");
    }
}

#[test]
fn a_beginning_of_a_component_is_refused() {
    let small = that_says(DESCRIPTOR);
    let (mut tried, mut harmless) = (0, 0);
    let mut try_all = |whole: &[u8], step: usize| {
        for length in (0..whole.len()).step_by(step) {
            tried += 1;
            if check(&whole[..length]).is_ok() {
                // All that is missing comes after the exports, and means nothing.
                let code = |bytes| compile(bytes).unwrap();
                assert!(same_code(&code(&whole[..length]), &code(whole)), "{length} bytes");
                harmless += 1;
            }
        }
    };
    try_all(&small, 1);
    for id in ["claude-desktop", "cursor", "gemini", "lmstudio"] {
        try_all(&committed(id), 997);
    }
    assert!(harmless < 5, "{harmless}");
    let outcomes = format!("{} refused, {harmless} harmless, 0 lost", tried - harmless);
    tally("components", "truncated", tried, &outcomes);
}

/// Whether both say the same of their host and read the same.
fn same_code(one: &hatch_sandbox::Compiled, other: &hatch_sandbox::Compiled) -> bool {
    let answers = |code: &hatch_sandbox::Compiled| {
        let adapter = SandboxedAdapter::describe(code.clone(), "cut.wasm").unwrap();
        (adapter.descriptor().clone(), adapter.read(&sections()).unwrap())
    };
    answers(one) == answers(other)
}

/// Numbers that are the same in every run.
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, limit: usize) -> usize {
        // The constants are Knuth's, of MMIX.
        self.0 =
            self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap() % limit
    }
}

/// A component with some bits turned over.
fn flipped(whole: &[u8], numbers: &mut Numbers) -> Vec<u8> {
    let mut bytes = whole.to_vec();
    for _ in 0..=numbers.below(3) {
        let at = numbers.below(bytes.len());
        bytes[at] ^= 1 << numbers.below(8);
    }
    bytes
}

#[derive(Default)]
struct Outcomes {
    refused_by_check: AtomicUsize,
    refused_by_compiler: AtomicUsize,
    refused_by_description: AtomicUsize,
    harmless: AtomicUsize,
}

impl Outcomes {
    /// What becomes of such bytes. Nothing panics, and everything ends.
    fn of(&self, bytes: &[u8], compile: impl Fn(&[u8]) -> Option<hatch_sandbox::Compiled>) {
        if check(bytes).is_err() {
            self.refused_by_check.fetch_add(1, Relaxed);
            return;
        }
        let Some(code) = compile(bytes) else {
            self.refused_by_compiler.fetch_add(1, Relaxed);
            return;
        };
        let Ok(adapter) = SandboxedAdapter::describe(code, "changed.wasm") else {
            self.refused_by_description.fetch_add(1, Relaxed);
            return;
        };
        // What it answers is its own affair, as long as it is an answer or an error.
        let _ = adapter.read(&sections());
        self.harmless.fetch_add(1, Relaxed);
    }

    fn tally(&self, what: &str, tried: usize) {
        let count = |it: &AtomicUsize| it.load(Relaxed);
        let (check, compiler) = (count(&self.refused_by_check), count(&self.refused_by_compiler));
        let (described, harmless) = (count(&self.refused_by_description), count(&self.harmless));
        let lost = tried - check - compiler - described - harmless;
        let refused = check + compiler + described;
        tally(
            "components",
            what,
            tried,
            &format!(
                "{refused} refused ({check} unread, {compiler} by the compiler, {described} when described), \
             {harmless} harmless, {lost} lost"
            ),
        );
        assert_eq!(lost, 0);
    }
}

#[test]
fn bytes_that_were_changed_do_no_harm() {
    const TRIED: usize = 4_000;
    let small = that_says(DESCRIPTOR);
    let (mut numbers, outcomes) = (Numbers(7), Outcomes::default());
    for _ in 0..TRIED {
        outcomes.of(&flipped(&small, &mut numbers), |bytes| compile(bytes).ok());
    }
    outcomes.tally("byte flips", TRIED);
}

/// As above, with a component that is large enough for the compiler to have much to do, and in
/// the process that compiles.
#[test]
fn a_built_component_that_was_changed_does_no_harm() {
    const TRIED: usize = if cfg!(feature = "slow-safety") { 300 } else { 30 };
    let whole = committed("lmstudio");
    let numbers = Mutex::new(Numbers(11));
    let (outcomes, done) = (Outcomes::default(), AtomicUsize::new(0));
    std::thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| {
                while done.fetch_add(1, Relaxed) < TRIED {
                    let bytes = flipped(&whole, &mut numbers.lock().unwrap());
                    outcomes.of(&bytes, |bytes| in_child(bytes).ok());
                }
            });
        }
    });
    outcomes.tally("byte flips of a built component", TRIED);
}
