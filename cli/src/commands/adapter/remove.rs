//! `hatch adapter remove`.

use crate::args::adapter::RemoveArgs;
use crate::commands::write::change_adapters;
use crate::context::Context;
use crate::error::{CommandError, Fault};
use crate::exit::Exit;
use crate::view::json_adapters::{AdapterRow, Adapters};
use crate::view::sanitize::sanitize_line;

/// Forgets an adapter; its file goes with it.
pub fn run(cx: &Context, args: &RemoveArgs) -> Result<Exit, CommandError> {
    let (id, removed) = change_adapters(cx, |lock| {
        let (id, _) = super::installed(lock, &args.adapter).map_err(Fault::failure)?;
        let id = id.clone();
        lock.adapters.remove_entry(&id).ok_or_else(|| Fault::new("it is gone").failure())
    })?;
    let users = cx.settings.hosts.iter().filter(|(_, named)| named.adapter == id);
    for (name, _) in users {
        cx.output.warn(&format!("the host `{name}` that you named can't be used without it"));
    }
    let told = match args.json {
        true => {
            let adapters = vec![AdapterRow::of(cx, &removed)];
            cx.output.json(&Adapters { schema: "hatch.adapters/1", adapters })
        }
        false => {
            let name = sanitize_line(&removed.descriptor.name);
            cx.output.print(&format!("Removed {id}; the files of {name} stay as they are.\n"))
        }
    };
    cx.output.told(&format!("`{id}` was removed"), told);
    Ok(Exit::Success)
}
