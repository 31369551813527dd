//! `hatch env import --from-hatch-py`: environments of the older tool.

use std::path::{Component, Path};

use hatch_core::environment::EnvironmentName;
use hatch_core::environment::older::{self, Metadata, OlderEnvironment, OlderError};
use hatch_core::plan::{Plan, TargetPlan};
use hatch_core::suggest::nearest;

use super::super::write::{begin, carry_out};
use super::file_of;
use super::import::{Existing, put};
use crate::args::WriteArgs;
use crate::args::env::EnvImportArgs;
use crate::context::Context;
use crate::error::{CommandError, Fault, did_you_mean};
use crate::exit::Exit;
use crate::view::count;
use crate::view::json::Source;

/// Makes an environment of each, or of the one that is named. All are made, or none.
pub fn run(cx: &Context, args: &EnvImportArgs, path: Option<&Path>) -> Result<Exit, CommandError> {
    let write = WriteArgs::from(&args.write);
    begin(cx, &write)?;
    let path = match path {
        Some(path) => cx.absolute(path),
        None => cx.home.older_environments().path().to_owned(),
    };
    let shown = cx.roots.shown(&path);
    let all = read(cx, &path, &shown, args.reading.strict)?;
    let chosen = choose(all, args.environment.as_deref(), &shown).map_err(Fault::failure)?;
    let targets = targets(cx, chosen, Existing::from(args))?;
    if targets.is_empty() && !write.json {
        cx.output.print("Nothing to do.\n")?;
        return Ok(Exit::Success);
    }
    let what = count(targets.len(), "environment");
    let plan = Plan { targets, ..Plan::new("env import", format!("Import {what} from `{shown}`")) };
    let source = Source::File(path.display().to_string());
    carry_out(cx, &plan, Some(&source), &write)?;
    Ok(Exit::Success)
}

/// The file's environments, without what is wrong in it; that is said, or with `strict`, or where
/// nothing else is there, ends the run.
fn read(
    cx: &Context,
    path: &Path,
    shown: &str,
    strict: bool,
) -> Result<Vec<OlderEnvironment>, CommandError> {
    let cannot = format!("the older hatch's file `{shown}` can't be read");
    let file = cx.file(path).map_err(|error| Fault::because(cannot, &error).failure())?;
    let Some(bytes) = file.bytes else {
        return Err(Fault::new(format!("there is no file `{shown}`"))
            .hint("--from-hatch-py PATH says where the older hatch's `environments.json` is")
            .hint("one environment's name goes first: `hatch env import NAME --from-hatch-py`")
            .failure());
    };
    let folder = path.parent().unwrap_or(path);
    let mut metadata =
        |environment: &str, package: &str| metadata(cx, folder, environment, package);
    let fault = |error: &OlderError| Fault::because(format!("`{shown}` can't be taken"), error);
    let (all, wrong) =
        older::read(&bytes, &mut metadata).map_err(|error| fault(&error).failure())?;
    if strict || all.iter().all(|it| it.environment.servers.is_empty()) {
        CommandError::check(wrong.iter().map(fault).collect())?;
    }
    for error in &wrong {
        cx.output.warn(&format!("left out: {}", Fault::of(error).one_line()));
    }
    Ok(all)
}

/// What a package's own folder has: `ENVIRONMENT/PACKAGE/hatch_metadata.json` beside the file.
fn metadata(cx: &Context, folder: &Path, environment: &str, package: &str) -> Metadata {
    let folder = folder.join(environment).join(package);
    let is_name = |name: &str| {
        let mut parts = Path::new(name).components();
        matches!((parts.next(), parts.next()), (Some(Component::Normal(_)), None))
    };
    let path = folder.join("hatch_metadata.json");
    let shown = cx.roots.shown(&path);
    let file = match is_name(environment) && is_name(package) {
        false => Err("its name is no folder's".to_owned()),
        true => match cx.file(&path) {
            Ok(file) => file.bytes.ok_or_else(|| format!("there is no `{shown}`")),
            // A folder on the way that is not there is one that says nothing either.
            Err(error) => Err(Fault::of(&error).one_line()),
        },
    };
    Metadata { folder, file }
}

fn choose(
    mut all: Vec<OlderEnvironment>,
    name: Option<&str>,
    shown: &str,
) -> Result<Vec<OlderEnvironment>, Fault> {
    let Some(name) = name else { return Ok(all) };
    let known: Vec<_> = all.iter().map(|it| it.name.clone()).collect();
    all.retain(|it| it.name == name);
    if all.is_empty() {
        let hint = did_you_mean(&nearest(name, &known))
            .unwrap_or_else(|| format!("its environments are {}", known.join(", ")));
        return Err(Fault::new(format!("`{shown}` has no environment named `{name}`")).hint(hint));
    }
    Ok(all)
}

fn targets(
    cx: &Context,
    chosen: Vec<OlderEnvironment>,
    existing: Existing,
) -> Result<Vec<TargetPlan>, CommandError> {
    let (mut targets, mut faults, mut left) = (Vec::new(), Vec::new(), Vec::new());
    for older in chosen {
        let name = match EnvironmentName::new(older.name.as_str()) {
            Ok(name) => name,
            Err(error) => {
                faults.push(Fault::bad_name(&error));
                continue;
            }
        };
        match file_of(cx, &name) {
            Ok(Some(_)) if existing == Existing::Leave => left.push(format!("`{name}`")),
            Ok(before) => {
                mention_undefined(cx, &older);
                match put(cx, name, before, older.environment, existing) {
                    Ok(target) => targets.push(target),
                    Err(fault) => faults.push(fault),
                }
            }
            Err(fault) => faults.push(fault),
        }
    }
    CommandError::check(faults)?;
    if !left.is_empty() {
        cx.output.note(&format!(
            "left as they are, since they are there already: {} (--merge adds to them, --replace \
             replaces them)",
            left.join(", ")
        ));
    }
    Ok(targets)
}

fn mention_undefined(cx: &Context, older: &OlderEnvironment) {
    for undefined in &older.undefined {
        cx.output.warn(&format!(
            "package `{}` of environment `{}` is left out: it was never put on a host, and {}",
            undefined.package, older.name, undefined.reason
        ));
    }
}
