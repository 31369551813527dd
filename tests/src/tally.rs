//! What tests tried, for the table of `cargo safety`.

/// Says how many points were tried, and what came of them. Seen with `--nocapture`, as a line
/// `tally: AREA: WHAT: COUNT tried: OUTCOMES`.
#[expect(clippy::print_stdout, reason = "it is there to print")]
pub fn tally(area: &str, what: &str, tried: usize, outcomes: &str) {
    println!("tally: {area}: {what}: {tried} tried: {outcomes}");
}
