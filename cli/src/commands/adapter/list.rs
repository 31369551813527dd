//! `hatch adapter list`.

use super::fetch;
use crate::args::adapter::ListArgs;
use crate::context::Context;
use crate::error::CommandError;
use crate::exit::Exit;
use crate::view::json_adapters::{AdapterRow, Adapters};
use crate::view::table::Table;

/// What is installed.
pub fn run(cx: &Context, args: &ListArgs) -> Result<Exit, CommandError> {
    let lock = super::lock(cx)?;
    if args.json {
        let rows = lock.adapters.values().map(|it| AdapterRow::of(cx, it)).collect();
        cx.output.json(&Adapters { schema: "hatch.adapters/1", adapters: rows })?;
        return Ok(Exit::Success);
    }
    if lock.adapters.is_empty() {
        let text = "No adapters are installed; `hatch mcp discover hosts` shows the hosts of \
                    those that are built in.\n";
        cx.output.print(text)?;
        return Ok(Exit::Success);
    }
    let mut table = Table::new(&["Adapter", "Host", "Version", "Digest", "Signed", "Source"]);
    for (id, installed) in &lock.adapters {
        let mut version = installed.version.clone().unwrap_or_default();
        if installed.pinned {
            version = format!("{version} (pinned)").trim_start().to_owned();
        }
        let signed = if installed.key.is_some() { "✓" } else { "" };
        table.row([
            id.to_string(),
            installed.descriptor.name.clone(),
            version,
            installed.digest.short().to_owned(),
            signed.to_owned(),
            fetch::shown(cx, &installed.source),
        ]);
    }
    cx.output.print(&table.render(cx.output.width))?;
    Ok(Exit::Success)
}
