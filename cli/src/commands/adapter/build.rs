//! `hatch adapter build`.

use hatch_adapter_kit::project::MANIFEST;
use hatch_adapter_kit::{Project, build};
use hatch_core::document::Digest;

use crate::args::adapter::AdapterBuildArgs;
use crate::context::Context;
use crate::error::{CommandError, Fault};
use crate::exit::Exit;
use crate::view::json_adapters::BuiltAdapter;
use crate::view::sanitize::sanitize_line;

/// Builds a project.
pub fn run(cx: &Context, args: &AdapterBuildArgs) -> Result<Exit, CommandError> {
    let project = project(cx, args)?;
    let adapter = project.adapter();
    let built = build(&project, &|step| cx.output.note(step)).map_err(|error| {
        let shown = project.folder.display();
        Fault::because(format!("the adapter in `{shown}` was not built"), &error)
            .maybe_hint(error.hint().map(str::to_owned))
            .failure()
    })?;
    let told = match args.json {
        true => cx.output.json(&BuiltAdapter {
            schema: "hatch.built-adapter/1",
            file: adapter.display().to_string(),
            language: project.language.map(|it| it.to_string()).unwrap_or_default(),
            size: built.len(),
            sha256: Digest::of(&built).to_string(),
        }),
        false => cx.output.print(&format!(
            "Built {}, {}: it imports nothing, and exports the contract.\n",
            sanitize_line(&adapter.display().to_string()),
            size(built.len())
        )),
    };
    cx.output.told("the adapter was built", told);
    Ok(Exit::Success)
}

fn project(cx: &Context, args: &AdapterBuildArgs) -> Result<Project, CommandError> {
    let shown = args.folder.display();
    let cannot = |error: &dyn std::error::Error| {
        Fault::because(format!("`{shown}` is no adapter's folder"), error).failure()
    };
    let path = cx.absolute(&args.folder).join(MANIFEST);
    let file = cx.file(&path).map_err(|error| cannot(&error))?;
    let Some(bytes) = file.bytes else {
        return Err(Fault::new(format!(
            "`{shown}` is no adapter's folder: it has no `{MANIFEST}`"
        ))
        .hint("`hatch adapter new NAME --lang LANGUAGE` begins one")
        .failure());
    };
    let manifest = String::from_utf8(bytes).map_err(|error| cannot(&error))?;
    Project::read(&args.folder, &manifest).map_err(|error| cannot(&error))
}

/// A number of bytes, as a person reads it.
fn size(bytes: usize) -> String {
    let bytes = bytes as f64;
    if bytes < 1024.0 * 1024.0 {
        format!("{:.0} KB", bytes / 1024.0)
    } else {
        format!("{:.1} MB", bytes / 1024.0 / 1024.0)
    }
}
