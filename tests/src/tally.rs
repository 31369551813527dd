//! What the tests of promises tried, in lines that a reader of their output can add up.

/// Prints `tally: AREA: WHAT: COUNT tried: OUTCOMES`.
#[expect(clippy::print_stdout, reason = "it is for a test's output")]
pub fn tally(area: &str, what: &str, tried: usize, outcomes: &str) {
    println!("tally: {area}: {what}: {tried} tried: {outcomes}");
}
