//! `hatch adapter pin`.

use crate::args::adapter::PinArgs;
use crate::commands::write::change_adapters;
use crate::context::Context;
use crate::error::{CommandError, Fault};
use crate::exit::Exit;
use crate::view::json_adapters::{AdapterRow, Adapters};

/// Notes that an adapter stays as it is, or that it may be updated again.
pub fn run(cx: &Context, args: &PinArgs) -> Result<Exit, CommandError> {
    let pinned = change_adapters(cx, |lock| {
        let (id, _) = super::installed(lock, &args.adapter).map_err(Fault::failure)?;
        let id = id.clone();
        let found = lock.adapters.get_mut(&id);
        let installed = found.ok_or_else(|| Fault::new("it is gone").failure())?;
        installed.pinned = !args.off;
        Ok::<_, CommandError>(installed.clone())
    })?;
    let id = &pinned.descriptor.id;
    let told = match (args.json, args.off) {
        (true, _) => {
            let adapters = vec![AdapterRow::of(cx, &pinned)];
            cx.output.json(&Adapters { schema: "hatch.adapters/1", adapters })
        }
        (false, false) => cx.output.print(&format!("{id} stays as it is from now on.\n")),
        (false, true) => cx.output.print(&format!("{id} may be updated again.\n")),
    };
    cx.output.told("it was noted", told);
    Ok(Exit::Success)
}
