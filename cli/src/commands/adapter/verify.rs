//! `hatch adapter verify`.

use hatch_packages::signature::PublicKey;
use hatch_packages::{Installed, reserved};

use crate::adapters;
use crate::args::adapter::VerifyArgs;
use crate::context::Context;
use crate::error::CommandError;
use crate::exit::Exit;
use crate::view::json_adapters::{AdapterCheck, AdapterChecks};
use crate::view::table::Table;

/// Looks at each adapter as if it were installed now.
pub fn run(cx: &Context, args: &VerifyArgs) -> Result<Exit, CommandError> {
    let lock = super::lock(cx)?;
    let mut checks = Vec::new();
    for (id, installed) in super::chosen(&lock, &args.adapters)? {
        let problem = check(cx, installed).err();
        checks.push(AdapterCheck { id: id.to_string(), is_good: problem.is_none(), problem });
    }
    let all_good = checks.iter().all(|check| check.is_good);
    let exit = if all_good { Exit::Success } else { Exit::Failure };
    if args.json {
        cx.output.json(&AdapterChecks { schema: "hatch.adapter-checks/1", adapters: checks })?;
        return Ok(exit);
    }
    if checks.is_empty() {
        cx.output.print("No adapters are installed.\n")?;
        return Ok(exit);
    }
    let mut table = Table::new(&["Adapter", "Status"]);
    for check in checks {
        let status = match &check.problem {
            None => "✓ as it was installed".to_owned(),
            Some(problem) => format!("✗ {problem}"),
        };
        table.row([check.id, status]);
    }
    cx.output.print(&table.render(cx.output.width))?;
    if !all_good {
        cx.output.note("`hatch adapter install` puts an adapter right; `remove` takes it away");
    }
    Ok(exit)
}

fn check(cx: &Context, installed: &Installed) -> Result<(), String> {
    let words = |error: &dyn std::error::Error| error.to_string();
    let bytes = installed.bytes(&cx.store, &cx.home).map_err(|error| words(&error))?;
    if let (Some(key), Some(signature)) = (&installed.key, &installed.signature) {
        let key = PublicKey::parse(key).map_err(|error| words(&error))?;
        key.verify(&bytes, signature).map_err(|error| words(&error))?;
    }
    reserved::check(&installed.descriptor).map_err(|error| words(&error))?;
    let name = installed.descriptor.id.to_string();
    let examined = adapters::examine(cx, &bytes, &name).map_err(|error| words(&*error))?;
    if *examined.adapter.descriptor() != installed.descriptor {
        return Err("what it says of its host is not what was agreed to".to_owned());
    }
    Ok(())
}
