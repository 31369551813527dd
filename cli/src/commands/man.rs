//! `hatch man`.

use std::io;
use std::path::Path;

use clap::CommandFactory;
use clap_mangen::Man;
use clap_mangen::roff::{Roff, bold, roman};

use crate::args::Cli;
use crate::args::man::ManArgs;
use crate::args::topics::{EXIT_CODES, FILES, SCRIPTS, Topic, VARIABLES};
use crate::commands::write::write_pages;
use crate::error::{CommandError, Fault};
use crate::exit::Exit;
use crate::view::sanitize::sanitize_line;
use crate::view::{Output, count};

/// The date of this version: pages are the same wherever and whenever they are made.
const RELEASED: &str = "2026-11-24";

/// Prints the page of `hatch`, or writes all pages to a folder.
pub fn run(output: &Output, args: &ManArgs) -> Result<Exit, CommandError> {
    let mut command = Cli::command();
    command.build();
    let Some(folder) = &args.dir else {
        output.print(&page(&command)?)?;
        return Ok(Exit::Success);
    };
    let mut pages = Vec::new();
    collect(&command, &mut pages)?;
    let faults: Vec<_> = pages.iter().filter_map(|(name, _)| foreign(&folder.join(name))).collect();
    CommandError::check(faults)?;
    write_pages(folder, &pages).map_err(|error| {
        let what = format!("the pages can't be written to `{}`", folder.display());
        Fault::because(what, &error).failure()
    })?;
    let folder = folder.display().to_string();
    let folder = sanitize_line(&folder);
    output.print(&format!("Wrote {} to {folder}\n", count(pages.len(), "page")))?;
    Ok(Exit::Success)
}

/// The pages of a command and all below it, by file name.
fn collect(command: &clap::Command, pages: &mut Vec<(String, String)>) -> io::Result<()> {
    let name = command.get_display_name().unwrap_or_else(|| command.get_name());
    pages.push((format!("{name}.1"), page(command)?));
    command
        .get_subcommands()
        .filter(|inner| !inner.is_hide_set())
        .try_for_each(|inner| collect(inner, pages))
}

fn page(command: &clap::Command) -> io::Result<String> {
    let is_root = command.get_name() == "hatch";
    let version = env!("CARGO_PKG_VERSION");
    let man = Man::new(command.clone())
        .date(RELEASED)
        .source(format!("hatch {version}"))
        .manual("User Commands");
    let mut page = Vec::new();
    man.render_title(&mut page)?;
    man.render_name_section(&mut page)?;
    man.render_synopsis_section(&mut page)?;
    man.render_description_section(&mut page)?;
    man.render_options_section(&mut page)?;
    if command.get_subcommands().any(|inner| !inner.is_hide_set()) {
        man.render_subcommands_section(&mut page)?;
    }
    let mut more = Roff::new();
    if is_root {
        more.control("SH", ["SCRIPTS"]).text([roman(SCRIPTS)]);
        [EXIT_CODES, FILES, VARIABLES].iter().for_each(|topic| section(&mut more, topic));
    } else if let Some(examples) = command.get_after_help() {
        verbatim(&mut more, &examples.to_string());
    }
    if !is_root {
        more.control("SH", ["SEE ALSO"]).text([bold("hatch"), roman("(1)")]);
    }
    page.extend_from_slice(more.render().as_bytes());
    Ok(paragraphs(&String::from_utf8_lossy(&page)))
}

/// Where lines are empty, alone or among breaks, the page gets one vertical space: an empty
/// line is no way to end a paragraph.
fn paragraphs(page: &str) -> String {
    let mut lines: Vec<&str> = Vec::new();
    let mut gap: Vec<&str> = Vec::new();
    for line in page.lines() {
        if line.is_empty() || line == ".br" {
            gap.push(line);
            continue;
        }
        match gap.contains(&"") {
            true => lines.push(".sp"),
            false => lines.append(&mut gap),
        }
        gap.clear();
        lines.push(line);
    }
    lines.join("\n") + "\n"
}

fn section(page: &mut Roff, topic: &Topic) {
    page.control("SH", [topic.title.to_uppercase().as_str()]);
    for (term, meaning) in topic.entries {
        page.control("TP", []).text([bold(*term)]).text([roman(*meaning)]);
    }
}

/// What stands below a help text, line by line. A line that ends with a colon and is not
/// indented is the heading of those below it.
fn verbatim(page: &mut Roff, text: &str) {
    let mut is_open = false;
    for line in text.lines().filter(|line| !line.is_empty()) {
        match line.strip_suffix(':').filter(|_| !line.starts_with(' ')) {
            Some(heading) => {
                if is_open {
                    page.control("fi", []);
                }
                page.control("SH", [heading.to_uppercase().as_str()]).control("nf", []);
                is_open = true;
            }
            None => {
                page.text([roman(line)]);
            }
        }
    }
    if is_open {
        page.control("fi", []);
    }
}

/// A file that is there and is no manual page.
#[expect(clippy::disallowed_methods, reason = "the user names a folder outside of any host")]
fn foreign(path: &Path) -> Option<Fault> {
    let shown = path.display();
    match std::fs::read(path) {
        Ok(bytes) if bytes.windows(4).any(|it| it == b".TH ") => None,
        Err(error) if error.kind() == io::ErrorKind::NotFound => None,
        Ok(_) => Some(
            Fault::new(format!("`{shown}` is no manual page, and is not overwritten"))
                .hint("move it, or name another folder"),
        ),
        Err(error) => Some(Fault::because(format!("`{shown}` can't be read"), &error)),
    }
}
