//! `cargo safety`: tries what must never happen, and prints a table of all that was tried.
//!
//! The tests whose faults come from outside are run too, so it needs Linux, root and strace;
//! with `--fuzz SECONDS` or `--fuzz TIMESx`, each fuzzing target is run for so long.
#![expect(clippy::disallowed_methods, reason = "it runs programs")]
#![expect(clippy::print_stdout, reason = "it is there to print")]

use std::error::Error;
use std::fmt::Write as _;
use std::io::{BufRead as _, BufReader};
use std::process::{Command, ExitCode, Stdio};

use hatch_tests::workspace;

/// What is run: all that prints lines of a tally, and the removals that tests have to notice.
const TESTS: &[&str] = &[
    "test --features safety,slow-safety --test faults --test kill --test exchange --test hostile \
     --test safety -- --nocapture --test-threads=2",
    "run --quiet --bin removals",
];

/// A line of the table.
struct Row {
    area: String,
    what: String,
    tried: usize,
    /// How many of them came out how; some words stand without a number.
    outcomes: Vec<(Option<usize>, String)>,
}

impl Row {
    /// `AREA: WHAT: COUNT tried: OUTCOMES`. Of a `WHAT` in parts the first names the row.
    fn parse(line: &str) -> Option<Self> {
        let (area, rest) = line.split_once(": ")?;
        let (rest, outcomes) = rest.split_once(" tried: ")?;
        let (what, tried) = rest.rsplit_once(": ")?;
        let outcome =
            |part: &str| match part.split_once(' ').map(|(count, how)| (count.parse(), how)) {
                Some((Ok(count), how)) => (Some(count), how.to_owned()),
                _ => (None, part.to_owned()),
            };
        Some(Row {
            area: area.to_owned(),
            what: what.split(": ").next()?.to_owned(),
            tried: tried.parse().ok()?,
            outcomes: outcomes.split(", ").flat_map(|it| it.split("; ")).map(outcome).collect(),
        })
    }

    fn add(&mut self, other: Row) {
        self.tried += other.tried;
        for (count, how) in other.outcomes {
            match self.outcomes.iter_mut().find(|(_, known)| *known == how) {
                Some((sum, _)) => *sum = sum.zip(count).map(|(a, b)| a + b),
                None => self.outcomes.push((count, how)),
            }
        }
    }

    fn outcomes(&self) -> String {
        let outcome = |(count, how): &(Option<usize>, String)| match count {
            Some(count) => format!("{count} {how}"),
            None => how.clone(),
        };
        self.outcomes.iter().map(outcome).collect::<Vec<_>>().join(", ")
    }
}

fn main() -> ExitCode {
    match run() {
        Ok(rows) => {
            println!("\n{}", table(&rows));
            ExitCode::SUCCESS
        }
        Err(error) => {
            println!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run() -> Result<Vec<Row>, Box<dyn Error>> {
    let mut rows = Vec::new();
    for line in TESTS {
        let mut cargo = Command::new(std::env::var_os("CARGO").unwrap_or("cargo".into()));
        collect(cargo.args(line.split_whitespace()), &mut rows)?;
    }
    let mut arguments = std::env::args().skip(1);
    match (arguments.next().as_deref(), arguments.next()) {
        (None, _) => {}
        (Some("--fuzz"), Some(bound)) => {
            collect(Command::new("tests/fuzz/run").arg(bound), &mut rows)?;
        }
        _ => return Err("usage: cargo safety [--fuzz SECONDS | --fuzz TIMESx]".into()),
    }
    Ok(rows)
}

/// Runs a program, shows what it prints, and keeps the lines of its tally.
fn collect(command: &mut Command, rows: &mut Vec<Row>) -> Result<(), Box<dyn Error>> {
    let mut child = command.current_dir(workspace()).stdout(Stdio::piped()).spawn()?;
    let output = child.stdout.take().ok_or("no output")?;
    let before: usize = rows.iter().map(|row| row.tried).sum();
    for line in BufReader::new(output).lines() {
        let line = line?;
        println!("{line}");
        // A test's name may stand before what it prints.
        let Some(row) = line.split_once("tally: ").and_then(|(_, rest)| Row::parse(rest)) else {
            continue;
        };
        match rows.iter_mut().find(|known| known.area == row.area && known.what == row.what) {
            Some(known) => known.add(row),
            None => rows.push(row),
        }
    }
    if !child.wait()?.success() {
        return Err(format!("this failed: {command:?}").into());
    }
    match rows.iter().map(|row| row.tried).sum::<usize>() == before {
        true => Err(format!("this says nothing of what it tried: {command:?}").into()),
        false => Ok(()),
    }
}

/// The rows, by area, and how many points there were in each.
fn table(rows: &[Row]) -> String {
    let mut areas: Vec<&str> = Vec::new();
    for row in rows {
        if !areas.contains(&row.area.as_str()) {
            areas.push(&row.area);
        }
    }
    let mut table =
        String::from("| area | what | tried | outcomes |\n| --- | --- | ---: | --- |\n");
    let mut total = 0;
    for area in areas {
        let rows = rows.iter().filter(|row| row.area == area);
        let mut sum = 0;
        for row in rows {
            let _ =
                writeln!(table, "| {area} | {} | {} | {} |", row.what, row.tried, row.outcomes());
            sum += row.tried;
        }
        let _ = writeln!(table, "| **{area}** | | **{sum}** | |");
        total += sum;
    }
    let _ = writeln!(table, "\n{total} points were tried, and nothing was lost.");
    table
}
