//! Counts of what tests tried, for whoever adds them up.

/// Prints how many cases were tried and how they came out, in one line that a machine can find.
/// It is seen with `--nocapture`.
#[expect(clippy::print_stdout, reason = "it is there to print")]
pub fn tally(area: &str, what: &str, tried: usize, outcomes: &str) {
    println!("tally: {area}: {what}: {tried} tried: {outcomes}");
}
