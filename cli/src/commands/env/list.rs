//! `hatch env list`.

use hatch_core::store::Reader;

use super::super::read::Wanted;
use crate::args::env::EnvListArgs;
use crate::context::Context;
use crate::error::{CommandError, Fault};
use crate::exit::Exit;
use crate::view::json_env::{EnvironmentRow, Environments};
use crate::view::table::Table;

/// Every environment, and what each extends.
pub fn run(cx: &Context, args: &EnvListArgs) -> Result<Exit, CommandError> {
    let wanted = Wanted::new(args.name.as_deref().or(args.pattern.as_deref()))?;
    let names = cx.environment_names().map_err(|error| Fault::of(&error).failure())?;
    let is_empty = names.is_empty();
    let mut rows = Vec::new();
    for name in names {
        if wanted.has(&name)? {
            rows.push(row(cx, name));
        }
    }
    if args.json {
        cx.output.json(&Environments { schema: "hatch.environments/1", environments: rows })?;
        return Ok(Exit::Success);
    }
    if rows.is_empty() {
        let text = match is_empty {
            true => nothing_yet(cx),
            false => "No environment has such a name.\n".to_owned(),
        };
        cx.output.print(&text)?;
        return Ok(Exit::Success);
    }
    cx.output.print(&table(&rows).render(cx.output.width))?;
    for problem in rows.iter().filter_map(|row| row.problem.as_ref()) {
        cx.output.warn(problem);
    }
    Ok(Exit::Success)
}

fn row(cx: &Context, name: String) -> EnvironmentRow {
    let path = cx.home.environment(&name).path().display().to_string();
    let current = cx.settings.current_environment.as_ref();
    let is_current = current.is_some_and(|current| current.as_str() == name);
    let extends = cx.read_environment(&name).map(|own| own.extends).unwrap_or_default();
    let (description, servers, problem) = match cx.environment(&name) {
        Ok(environment) => {
            let servers = environment.servers.iter().map(|(name, _)| name.to_string()).collect();
            (environment.description, servers, None)
        }
        Err(fault) => (None, Vec::new(), Some(fault.one_line())),
    };
    EnvironmentRow { name, is_current, description, servers, extends, path, problem }
}

fn table(rows: &[EnvironmentRow]) -> Table {
    // A column that says nothing would take room from the names.
    let any_extends = rows.iter().any(|row| !row.extends.is_empty());
    let mut table = match any_extends {
        true => Table::new(&["  Name", "Servers", "Extends", "Description"]),
        false => Table::new(&["  Name", "Servers", "Description"]),
    };
    for row in rows {
        let mark = if row.is_current { "* " } else { "  " };
        let (servers, description) = match row.problem {
            Some(_) => ("?".to_owned(), "(can't be used)".to_owned()),
            None => (row.servers.len().to_string(), row.description.clone().unwrap_or_default()),
        };
        let extends = any_extends.then(|| row.extends.join(", "));
        let name = format!("{mark}{}", row.name);
        table.row([name, servers].into_iter().chain(extends).chain([description]));
    }
    table
}

fn nothing_yet(cx: &Context) -> String {
    let mut text = "No environments yet: `hatch env create NAME` makes one.\n".to_owned();
    let older = cx.home.older_environments();
    if matches!(cx.store.read(&older), Ok(Some(_))) {
        text.push_str(&format!(
            "The older hatch has some in {older}: `hatch env import --from-hatch-py` takes them.\n"
        ));
    }
    text
}
