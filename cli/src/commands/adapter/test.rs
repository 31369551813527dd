//! `hatch adapter test`.

use std::path::Path;

use hatch_adapter_kit::conformance::cases::{Case, CaseError};
use hatch_adapter_kit::conformance::{self, Promise};
use hatch_adapter_kit::project::{CASES, DESCRIPTOR};
use hatch_core::adapter::HostAdapter;
use hatch_core::suggest::nearest;
use hatch_sandbox::ComponentError;

use super::fetch;
use crate::adapters;
use crate::args::adapter::TestArgs;
use crate::context::Context;
use crate::error::{CommandError, Fault, did_you_mean};
use crate::exit::Exit;
use crate::view::json_tested::{AdapterTest, CaseRow, CheckRow, FaultRow};
use crate::view::tested;

/// What is tried before anything of an adapter is run.
const LOADS: &str = "loads";

/// Tries an adapter on what every one has to keep, and on its own cases.
pub fn run(cx: &Context, args: &TestArgs) -> Result<Exit, CommandError> {
    let path = cx.absolute(args.adapter.as_deref().unwrap_or(Path::new("")));
    let file = fetch::adapter_file(cx, &path).map_err(Fault::failure)?;
    let bytes = fetch::required(cx, &file).map_err(Fault::failure)?;
    let folder = file.parent().unwrap_or(&path).join(CASES);
    let cases = Case::all(&folder).map_err(|error| case_fault(&error))?;
    let filter = Filter::new(&args.filter, &cases)?;
    let cases = cases.into_iter().filter(|case| filter.has(&case.name));

    let shown = cx.roots.shown(&file);
    let test = match adapters::examine(cx, &bytes, &shown) {
        Err(error) => unloadable(shown, &*error),
        Ok(examined) => {
            examined.keep(cx, &bytes);
            let adapter = examined.adapter;
            let descriptor = adapter.descriptor();
            let checks = cx.output.during(&format!("Testing {}", descriptor.name), || {
                conformance::check(&*adapter, |promise| filter.has(promise.name()))
            });
            let mut rows: Vec<_> = filter.has(LOADS).then(|| loads(vec![])).into_iter().collect();
            let written = written_descriptor(cx, &file, &*adapter).map_err(Fault::failure)?;
            rows.extend(checks.into_iter().map(|mut tried| {
                if tried.promise == Promise::Descriptor {
                    tried.faults.extend(written.iter().cloned());
                }
                CheckRow::of(tried)
            }));
            let cases = cases.map(|it| case_row(&it, &*adapter, args.bless));
            let cases = cases.collect::<Result<Vec<_>, _>>().map_err(|error| case_fault(&error))?;
            AdapterTest {
                schema: "hatch.adapter-test/1",
                file: shown,
                adapter: Some(descriptor.id.to_string()),
                name: Some(descriptor.name.clone()),
                passed: rows.iter().all(|it| it.passed) && cases.iter().all(|it| it.passed),
                checks: rows,
                cases,
            }
        }
    };
    match args.json {
        true => cx.output.json(&test)?,
        false => cx.output.print(&tested::report(&test))?,
    }
    Ok(if test.passed { Exit::Success } else { Exit::Failure })
}

/// Which checks and cases are wanted: those whose names have one of these words in them.
struct Filter<'a>(&'a [String]);

impl<'a> Filter<'a> {
    /// Every word has to be in some name.
    fn new(words: &'a [String], cases: &[Case]) -> Result<Self, CommandError> {
        let checks = Promise::ALL.iter().map(|promise| promise.name()).chain([LOADS]);
        let names: Vec<_> =
            checks.chain(cases.iter().map(|case| case.name.as_str())).map(str::to_owned).collect();
        let is_lost = |word: &&String| !names.iter().any(|name| name.contains(word.as_str()));
        let fault = |word: &String| {
            let hint = did_you_mean(&nearest(word, &names))
                .unwrap_or_else(|| "without `--filter` all of them are named".to_owned());
            Fault::new(format!("no check and no case has `{word}` in its name")).hint(hint)
        };
        CommandError::check(words.iter().filter(is_lost).map(fault).collect())?;
        Ok(Filter(words))
    }

    fn has(&self, name: &str) -> bool {
        self.0.is_empty() || self.0.iter().any(|word| name.contains(word.as_str()))
    }
}

fn loads(faults: Vec<FaultRow>) -> CheckRow {
    CheckRow {
        name: LOADS,
        promise: "it imports nothing, exports the contract, and describes its host",
        passed: faults.is_empty(),
        untried: None,
        faults,
    }
}

/// What is said of an adapter that hatch would not run.
fn unloadable(file: String, error: &(dyn std::error::Error + 'static)) -> AdapterTest {
    let hint = error.downcast_ref().and_then(ComponentError::hint);
    let row = FaultRow {
        fault: error.to_string(),
        advice: hint.unwrap_or("until this is mended, nothing else can be tried").to_owned(),
        expected: None,
        found: None,
    };
    AdapterTest {
        schema: "hatch.adapter-test/1",
        file,
        adapter: None,
        name: None,
        passed: false,
        checks: vec![loads(vec![row])],
        cases: Vec::new(),
    }
}

/// What is wrong with the descriptor in the adapter's folder, if there is one.
fn written_descriptor(
    cx: &Context,
    file: &Path,
    adapter: &dyn HostAdapter,
) -> Result<Vec<conformance::Fault>, Fault> {
    let Some(bytes) = fetch::optional(cx, &file.with_file_name(DESCRIPTOR))? else {
        return Ok(Vec::new());
    };
    Ok(conformance::check_descriptor_file(&String::from_utf8_lossy(&bytes), adapter))
}

fn case_row(case: &Case, adapter: &dyn HostAdapter, bless: bool) -> Result<CaseRow, CaseError> {
    let (blessed, faults) =
        if bless { case.bless(adapter)? } else { (Vec::new(), case.check(adapter)?) };
    Ok(CaseRow {
        name: case.name.clone(),
        passed: faults.is_empty(),
        blessed,
        faults: faults.into_iter().map(FaultRow::of).collect(),
    })
}

fn case_fault(error: &CaseError) -> CommandError {
    Fault::because("the cases can't be run", error)
        .hint("a case is a folder with `before.json`, `edits.json` and what must come of them")
        .failure()
}
