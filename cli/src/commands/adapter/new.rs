//! `hatch adapter new`.

use std::path::Path;

use hatch_adapter_kit::new::{self, NewError, Template};
use hatch_core::host::HostId;

use crate::args::adapter::AdapterNewArgs;
use crate::context::Context;
use crate::error::{CommandError, Fault};
use crate::exit::Exit;
use crate::view::json_adapters::NewAdapter;

/// Makes a project.
pub fn run(cx: &Context, args: &AdapterNewArgs) -> Result<Exit, CommandError> {
    let id = free_id(cx, &args.name).map_err(Fault::failure)?;
    let folder = cx.absolute(Path::new(id.as_str()));
    let template = Template::from(args.lang);
    let files = new::create(&folder, id.as_str(), &title(id.as_str()), template)
        .map_err(|error| not_made(&error))?;
    let told = match args.json {
        true => cx.output.json(&NewAdapter {
            schema: "hatch.new-adapter/1",
            id: id.to_string(),
            folder: folder.display().to_string(),
            files: files.iter().map(|&file| file.to_owned()).collect(),
        }),
        false => cx.output.print(&text(id.as_str(), template, files.len())),
    };
    cx.output.told(&format!("the adapter `{id}` was begun"), told);
    Ok(Exit::Success)
}

/// An id that no adapter of hatch's own has: one of a third party could not be installed.
fn free_id(cx: &Context, name: &str) -> Result<HostId, Fault> {
    let id = HostId::new(name).map_err(|error| Fault::of(&error))?;
    if cx.registry.get(name).is_ok() {
        return Err(Fault::new(format!("`{name}` is a host that hatch knows by itself"))
            .hint("choose another name"));
    }
    Ok(id)
}

/// A name for people, until the author writes the host's own: `my-editor` is `My Editor`.
fn title(id: &str) -> String {
    let word = |word: &str| {
        let (first, rest) = word.split_at(1.min(word.len()));
        first.to_uppercase() + rest
    };
    id.split('-').map(word).collect::<Vec<_>>().join(" ")
}

fn text(id: &str, template: Template, files: usize) -> String {
    let (what, build) = match template {
        Template::Table => ("adapter.toml is the adapter: the host's places and its names", ""),
        _ => (
            "descriptor.json says where the host keeps its servers, src/ how it spells them",
            "  hatch adapter build\n",
        ),
    };
    let files = crate::view::count(files, "file");
    format!(
        "Made `{id}`, {files}. {what},\nand cases/ what must come of an edit. Next:\n\n  cd {id}\n{build}  \
         hatch adapter test\n"
    )
}

fn not_made(error: &NewError) -> CommandError {
    let hint = match error {
        NewError::NotEmpty(_) => Some("choose another name, or another folder to run it in"),
        _ => None,
    };
    let fault = Fault::because("the adapter was not begun", error);
    fault.maybe_hint(hint.map(str::to_owned)).failure()
}
