//! The colours of the output. Each says again what the text says already, so none is needed.

use anstyle::{AnsiColor, Style};
use clap::builder::Styles;

/// What is bad.
pub const ERROR: Style = AnsiColor::Red.on_default().bold();
/// Why it is.
pub const CAUSE: Style = AnsiColor::Red.on_default();
/// What to do next.
pub const HINT: Style = AnsiColor::Cyan.on_default();
/// What a person should know before saying yes.
pub const WARNING: Style = AnsiColor::Yellow.on_default().bold();
/// The name of a host.
pub const HOST: Style = Style::new().bold();
/// What is added.
pub const ADD: Style = AnsiColor::Green.on_default();
/// What changes.
pub const UPDATE: Style = AnsiColor::Yellow.on_default();
/// What is taken away.
pub const REMOVE: Style = AnsiColor::Red.on_default();
/// What matters less.
pub const DIM: Style = Style::new().dimmed();

/// The colours of help texts.
pub const HELP: Styles = Styles::styled()
    .header(HOST)
    .usage(HOST)
    .literal(HINT)
    .placeholder(Style::new())
    .error(ERROR)
    .valid(HINT)
    .invalid(UPDATE);
