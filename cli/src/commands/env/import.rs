//! `hatch env create` and `hatch env import`.

use std::path::Path;

use hatch_core::environment::{Environment, EnvironmentName};
use hatch_core::host::Scope;
use hatch_core::plan::{Plan, TargetPlan};

use super::super::write::{begin, carry_out};
use super::take::{self, Taken};
use super::{check, environment_name, file_of, older, target};
use crate::args::env::{EnvCreateArgs, EnvImportArgs, ReadingArgs};
use crate::args::{PlaceArgs, ScopeArg, WriteArgs};
use crate::context::Context;
use crate::error::{CommandError, Fault};
use crate::exit::Exit;

/// What becomes of an environment that is there already.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Existing {
    /// It is not touched.
    Leave,
    /// It is added to.
    Merge,
    /// It has what the source has, and nothing else.
    Replace,
}

impl From<&EnvImportArgs> for Existing {
    fn from(args: &EnvImportArgs) -> Self {
        match (args.merge, args.replace) {
            (true, _) => Existing::Merge,
            (_, true) => Existing::Replace,
            _ => Existing::Leave,
        }
    }
}

/// Makes an environment, empty or of what a source has.
pub fn create(cx: &mut Context, args: &EnvCreateArgs) -> Result<Exit, CommandError> {
    let name = environment_name(&args.name).map_err(Fault::usage)?;
    look_in(cx, &args.place, args.source.from_host.is_some())?;
    let write = WriteArgs::from(&args.write);
    begin(cx, &write)?;
    let mut faults = Vec::new();
    match file_of(cx, &name) {
        Ok(None) => {}
        Ok(Some(_)) => faults.push(
            Fault::new(format!("there is an environment named `{name}` already")).hint(format!(
                "`hatch env show {name}` shows it; its file is `{}`",
                cx.home.environment(name.as_str())
            )),
        ),
        Err(fault) => faults.push(fault),
    }
    let (file, host) = (args.source.from_file.as_deref(), args.source.from_host.as_deref());
    let taken = taken(cx, file, host, args.place.scope.into(), None, &args.reading);
    let taken = taken.map_err(|them| faults.extend(them)).ok().flatten();
    CommandError::check(faults)?;
    let mut title = format!("Create environment `{name}`");
    let mut environment = Environment::default();
    let (mut source, mut left_out) = (None, Vec::new());
    if let Some(taken) = taken {
        title = format!("{title} from {}", taken.label);
        environment = taken.environment;
        source = Some(taken.source);
        left_out = taken.left_out;
    }
    environment.description = args.description.clone().or(environment.description);
    check(cx, &name, &environment).map_err(Fault::failure)?;
    let mut target = target(cx, name, None, environment.print()).map_err(Fault::failure)?;
    target.warnings.extend(left_out);
    let plan = Plan { targets: vec![target], ..Plan::new("env create", title) };
    carry_out(cx, &plan, source.as_ref(), &write)?;
    Ok(Exit::Success)
}

/// Brings servers into an environment, or makes it of them.
pub fn run(cx: &mut Context, args: &EnvImportArgs) -> Result<Exit, CommandError> {
    look_in(cx, &args.place, args.source.from_host.is_some())?;
    if let Some(path) = &args.source.from_hatch_py {
        return older::run(cx, args, path.as_deref());
    }
    let name = environment_name(args.environment.as_deref().unwrap_or_default());
    let name = name.map_err(Fault::usage)?;
    let write = WriteArgs::from(&args.write);
    begin(cx, &write)?;
    let mut faults = Vec::new();
    let existing = Existing::from(args);
    let before = file_of(cx, &name).map_err(|fault| faults.push(fault)).ok().flatten();
    if before.is_some() && existing == Existing::Leave {
        faults.push(
            Fault::new(format!("there is an environment named `{name}` already"))
                .hint("--merge adds to it, and replaces servers of the same name")
                .hint("--replace puts what is imported in the place of what it has"),
        );
    }
    let (file, host) = (args.source.from_file.as_deref(), args.source.from_host.as_deref());
    let server = args.server.as_deref();
    let taken = taken(cx, file, host, args.place.scope.into(), server, &args.reading);
    let taken = taken.map_err(|them| faults.extend(them)).ok().flatten();
    CommandError::check(faults)?;
    let Some(taken) = taken else { unreachable!("one source is required") };
    let title = format!("Import {} into environment `{name}`", taken.label);
    let target = put(cx, name, before, taken.environment, existing);
    let mut target = target.map_err(Fault::failure)?;
    target.warnings.extend(taken.left_out);
    let plan = Plan { targets: vec![target], ..Plan::new("env import", title) };
    carry_out(cx, &plan, Some(&taken.source), &write)?;
    Ok(Exit::Success)
}

/// Takes the project of the command line, which only a host can have files in.
fn look_in(cx: &mut Context, place: &PlaceArgs, is_of_host: bool) -> Result<(), CommandError> {
    if !is_of_host && (place.scope == ScopeArg::Project || place.project.is_some()) {
        let fault = Fault::new("--scope and --project say which file of a host is meant");
        return Err(fault.hint("they go with --from-host").usage());
    }
    cx.look_in(place);
    Ok(())
}

fn taken(
    cx: &Context,
    file: Option<&Path>,
    host: Option<&str>,
    scope: Scope,
    server: Option<&str>,
    how: &ReadingArgs,
) -> Result<Option<Taken>, Vec<Fault>> {
    match (file, host) {
        (Some(path), _) => take::file(cx, path, server, how).map(Some),
        (None, Some(host)) => take::from_host(cx, host, scope, how.strict).map(Some),
        (None, None) => Ok(None),
    }
}

/// What becomes of an environment that is made, added to or replaced.
pub fn put(
    cx: &Context,
    name: EnvironmentName,
    before: Option<Vec<u8>>,
    given: Environment,
    existing: Existing,
) -> Result<TargetPlan, Fault> {
    let Some(bytes) = before else {
        check(cx, &name, &given)?;
        return target(cx, name, None, given.print());
    };
    let known = Environment::parse(&bytes);
    let environment = match (existing, known) {
        (Existing::Merge, Ok(mut known)) => {
            known.add(given);
            known
        }
        (Existing::Merge, Err(error)) => {
            let cannot = format!("environment `{name}` can't be added to");
            return Err(Fault::because(cannot, &error).hint(format!(
                "fix its file by hand (`{}`), or pass --replace",
                cx.home.environment(name.as_str())
            )));
        }
        (_, known) => {
            let description = known.ok().and_then(|it| it.description);
            Environment { description: given.description.clone().or(description), ..given }
        }
    };
    check(cx, &name, &environment)?;
    let after = environment.print_over(&bytes).map_err(|error| {
        Fault::because(format!("the file of environment `{name}` can't be edited"), &error)
    })?;
    target(cx, name, Some(bytes), after)
}
