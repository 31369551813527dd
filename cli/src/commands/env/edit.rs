//! `hatch env edit`.

use std::io::Write as _;

use hatch_core::environment::{Environment, EnvironmentName};
use hatch_core::plan::Plan;

use super::super::write::{begin, carry_out, create_scratch};
use super::{check, environment_name, file_of, target};
use crate::args::WriteArgs;
use crate::args::env::EnvEditArgs;
use crate::context::Context;
use crate::editor::Editor;
use crate::error::{CommandError, Fault};
use crate::exit::Exit;
use crate::prompt::{self, Answer};

/// Lets a person edit a private copy, and keeps it once it is good.
pub fn run(cx: &Context, args: &EnvEditArgs) -> Result<Exit, CommandError> {
    let name = environment_name(&args.name).map_err(Fault::usage)?;
    let write = WriteArgs::from(&args.write);
    begin(cx, &write)?;
    let Some(before) = file_of(cx, &name).map_err(Fault::failure)? else {
        let hint = format!("`hatch env create {name}` makes it");
        return Err(cx.no_environment(name.as_str()).hint(hint).failure());
    };
    let editor = Editor::find().map_err(|error| not_edited(&error).failure())?;
    let after = edited(cx, &name, &before, &editor)?;
    let target = target(cx, name.clone(), Some(before), after).map_err(Fault::failure)?;
    let plan = Plan {
        targets: vec![target],
        ..Plan::new("env edit", format!("Edit environment `{name}`"))
    };
    carry_out(cx, &plan, None, &write)?;
    Ok(Exit::Success)
}

/// What the person made of it, once it can be an environment.
fn edited(
    cx: &Context,
    name: &EnvironmentName,
    before: &[u8],
    editor: &Editor,
) -> Result<Vec<u8>, CommandError> {
    let scratch = create_scratch(cx, &format!("{name}.json"), before)
        .map_err(|error| not_edited(&error).failure())?;
    loop {
        editor.edit(scratch.location().path()).map_err(|error| not_edited(&error).failure())?;
        let read = scratch.read().map_err(|error| not_edited(&error).failure())?;
        let Some(after) = read else {
            return Err(Fault::new("the edited file is gone, so nothing was changed").failure());
        };
        if after == before {
            return Ok(after);
        }
        let Err(fault) = validate(cx, name, &after) else { return Ok(after) };
        let error = fault.failure();
        if !prompt::can_ask() {
            return Err(error);
        }
        // Nobody may be there to see it; then nobody answers either.
        let _ = write!(anstream::stderr(), "{}", error.render());
        if prompt::confirm("Edit again?")? == Answer::No {
            return Err(Fault::new("nothing was changed").failure());
        }
    }
}

fn validate(cx: &Context, name: &EnvironmentName, bytes: &[u8]) -> Result<(), Fault> {
    let environment = Environment::parse(bytes).map_err(|error| {
        Fault::because(format!("what was written can't be environment `{name}`"), &error)
    })?;
    check(cx, name, &environment)
}

fn not_edited(error: &dyn std::error::Error) -> Fault {
    let fault = Fault::because("the environment was not edited", error);
    fault.hint("set VISUAL or EDITOR to the command of an editor that waits, such as 'code --wait'")
}
