//! `hatch env use` and `hatch env current`.

use super::environment_name;
use crate::args::env::{EnvCurrentArgs, EnvUseArgs};
use crate::commands::write::change_settings;
use crate::context::Context;
use crate::error::{CommandError, Fault};
use crate::exit::Exit;
use crate::view::json_env::CurrentEnvironment;

/// The name of the shape.
const SCHEMA: &str = "hatch.current-environment/1";

/// Sets the current environment, or none.
pub fn set(cx: &Context, args: &EnvUseArgs) -> Result<Exit, CommandError> {
    let wanted = args.name.as_deref().map(environment_name).transpose().map_err(Fault::usage)?;
    if let Some(name) = &wanted {
        cx.environment(name.as_str()).map_err(Fault::failure)?;
    }
    let before = cx.settings.current_environment.clone();
    let changes = before != wanted && !args.dry_run;
    if changes {
        let after = wanted.clone();
        change_settings(cx, |settings| settings.current_environment = after).map_err(|error| {
            Fault::because("the current environment can't be set", &error).failure()
        })?;
    }
    let told = tell(cx, args, wanted.map(String::from), before.map(String::from));
    match changes {
        true => cx.output.told("the current environment was set", told),
        false => told?,
    }
    Ok(Exit::Success)
}

fn tell(
    cx: &Context,
    args: &EnvUseArgs,
    wanted: Option<String>,
    before: Option<String>,
) -> Result<(), CommandError> {
    if args.json {
        let before = Some(before);
        return cx.output.json(&CurrentEnvironment { schema: SCHEMA, environment: wanted, before });
    }
    let is = if args.dry_run { "would be" } else { "is" };
    let text = match (&wanted, &before) {
        (wanted, before) if wanted == before => "Nothing to do: it is so already.\n".to_owned(),
        (Some(wanted), None) => format!("The current environment {is} `{wanted}`.\n"),
        (Some(wanted), Some(before)) => {
            format!("The current environment {is} `{wanted}`; it was `{before}`.\n")
        }
        (None, _) => {
            let before = before.unwrap_or_default();
            format!("There {is} no current environment; it was `{before}`.\n")
        }
    };
    cx.output.print(&text)
}

/// Prints the name alone, so that a script can use it.
pub fn show(cx: &Context, args: &EnvCurrentArgs) -> Result<Exit, CommandError> {
    let name = cx.settings.current_environment.as_ref().map(ToString::to_string);
    if let Some(Err(fault)) = name.as_deref().map(|name| cx.read_environment(name)) {
        cx.output.warn(&fault.one_line());
    }
    if args.json {
        let current = CurrentEnvironment { schema: SCHEMA, environment: name, before: None };
        cx.output.json(&current)?;
        return Ok(Exit::Success);
    }
    match name {
        Some(name) => cx.output.print(&format!("{name}\n"))?,
        None => cx.output.note("there is no current environment: `hatch env use NAME` sets one"),
    }
    Ok(Exit::Success)
}
