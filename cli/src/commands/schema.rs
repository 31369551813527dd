//! `hatch schema`.

use hatch_core::suggest::nearest;

use crate::args::schema::SchemaArgs;
use crate::error::{CommandError, Fault, did_you_mean};
use crate::exit::Exit;
use crate::view::Output;
use crate::view::schemas::{PUBLISHED, Published, Schemas};
use crate::view::table::Table;

/// Prints a schema, or the list of them. Looks at no file.
pub fn run(output: &Output, args: &SchemaArgs) -> Result<Exit, CommandError> {
    if let Some(name) = &args.name {
        output.json(&find(name)?.schema())?;
        return Ok(Exit::Success);
    }
    let schemas = Schemas::all();
    if args.json {
        output.json(&schemas)?;
        return Ok(Exit::Success);
    }
    let mut table = Table::new(&["Name", "What it describes"]);
    for row in schemas.rows() {
        table.row([row.name.to_owned(), row.about.clone()]);
    }
    output.print(&table.render(output.width))?;
    Ok(Exit::Success)
}

fn find(name: &str) -> Result<&'static Published, CommandError> {
    PUBLISHED.iter().find(|it| it.name() == name || it.id == name).ok_or_else(|| {
        let known: Vec<_> = PUBLISHED.iter().map(|it| it.name().to_owned()).collect();
        let hint = did_you_mean(&nearest(name, &known))
            .unwrap_or_else(|| "`hatch schema` lists them".to_owned());
        Fault::new(format!("there is no schema named `{name}`")).hint(hint).failure()
    })
}
