//! One function a subcommand: resolve, plan, preview, confirm, apply, report.

pub mod adapter;
pub mod apply;
pub mod backup;
pub mod completions;
pub mod configure;
pub mod discover;
pub mod env;
pub mod history;
pub mod host;
pub mod known;
pub mod list;
mod lookup;
pub mod man;
mod places;
mod planning;
mod put_back;
mod read;
pub mod remove;
pub mod repair;
pub mod schema;
mod server;
pub mod show;
mod sources;
pub mod status;
pub mod sync;
mod targets;
pub mod undo;
pub mod write;

use hatch_core::adapter::AdapterError;
use hatch_core::configuration::ConfigurationError;
use hatch_core::filter::{Pattern, PatternError};
use hatch_core::host::Scope;
use hatch_core::registry::Host;
use write::with_retries;

use crate::Hosts;
use crate::adapters;
use crate::args::backup::BackupCommand;
use crate::args::list::{DiscoverCommand, ListCommand, ShowCommand};
use crate::args::remove::RemoveCommand;
use crate::args::{GlobalArgs, McpArgs, McpCommand, ScopeArg};
use crate::context::{Context, HostError};
use crate::error::{CommandError, Fault};
use crate::exit::Exit;

/// `hatch mcp`.
pub fn mcp(global: &GlobalArgs, hosts: Hosts, args: &McpArgs) -> Result<Exit, CommandError> {
    let mut cx = Context::open(global, hosts)?;
    adapters::add_installed(&mut cx)?;
    for path in &args.adapters {
        adapters::load(&mut cx, path)?;
    }
    cx.add_named_hosts();
    match &args.command {
        McpCommand::Sync(args) => with_retries(&mut cx, |cx| sync::run(cx, args)),
        McpCommand::Status(args) => status::run(&mut cx, args),
        McpCommand::Repair(args) => with_retries(&mut cx, |cx| repair::run(cx, args)),
        McpCommand::Discover(args) => match &args.command {
            DiscoverCommand::Hosts(args) => discover::hosts(&mut cx, args),
            DiscoverCommand::Servers(args) => discover::servers(&cx, args),
        },
        McpCommand::List(args) => match &args.command {
            ListCommand::Hosts(args) => list::hosts(&mut cx, args),
            ListCommand::Servers(args) => list::servers(&mut cx, args),
        },
        McpCommand::Show(args) => match &args.command {
            ShowCommand::Hosts(args) => show::hosts(&mut cx, args),
            ShowCommand::Servers(args) => show::servers(&mut cx, args),
        },
        McpCommand::Configure(args) => with_retries(&mut cx, |cx| configure::run(cx, args)),
        McpCommand::Remove(args) => match &args.command {
            RemoveCommand::Server(args) => with_retries(&mut cx, |cx| remove::server(cx, args)),
            RemoveCommand::Host(args) => with_retries(&mut cx, |cx| remove::host(cx, args)),
        },
        McpCommand::Backup(args) => match &args.command {
            BackupCommand::Create(args) => backup::create::run(&mut cx, args),
            BackupCommand::List(args) => backup::list::run(&mut cx, args),
            BackupCommand::Show(args) => backup::show::run(&cx, args),
            BackupCommand::Restore(args) => backup::restore::run(&mut cx, args),
            BackupCommand::Clean(args) => backup::clean::run(&cx, args),
        },
        McpCommand::History(args) => history::run(&cx, args),
        McpCommand::Undo(args) => undo::run(&cx, args),
        McpCommand::Apply(args) => apply::run(&mut cx, args),
    }
}

impl From<ScopeArg> for Scope {
    fn from(scope: ScopeArg) -> Scope {
        match scope {
            ScopeArg::User => Scope::User,
            ScopeArg::Project => Scope::Project,
        }
    }
}

/// The host of this name.
fn host<'a>(cx: &'a Context, name: &str) -> Result<&'a Host, Fault> {
    cx.registry.get(name).map_err(|error| known::unknown(&error))
}

/// A pattern of the command line, with a mark under its fault.
fn pattern(option: &str, text: &str) -> Result<Pattern, Fault> {
    Pattern::new(text).map_err(|error: PatternError| {
        let mark = error.at.map(|at| {
            let before = error.pattern.get(..at).unwrap_or(&error.pattern);
            let column = unicode_width::UnicodeWidthStr::width(before);
            format!("\n{}\n{}^", error.pattern, " ".repeat(column))
        });
        let shown = mark.unwrap_or_else(|| format!(" `{}`", error.pattern));
        Fault::because(format!("invalid regular expression in {option}:{shown}"), &error)
            .hint("`.*` stands for any text: `.*api.*` finds \"api\" anywhere in a name")
    })
}

/// What keeps a host's servers from being read, and what to do about it.
fn host_fault(host: &Host, error: &HostError) -> Fault {
    let fault = Fault::because(format!("{} ({}) can't be read", host.name(), host.id), error);
    match error {
        HostError::Configuration(ConfigurationError::Adapter {
            source: AdapterError::Failed { .. },
            ..
        }) => fault.hint("this is no fault of the file; tell whoever made the adapter"),
        HostError::Configuration(ConfigurationError::Adapter {
            source: AdapterError::Unusable { .. },
            ..
        }) => fault.hint("`hatch adapter verify` looks at all of them; install it again"),
        HostError::Configuration(_) => {
            fault.hint("fix the file by hand; hatch does not edit files it cannot parse")
        }
        HostError::Store(_) => fault.hint("check who may read the file and its folder"),
        HostError::Locate(_) => fault,
        HostError::Reserved(_) => fault.hint("see where the file's links lead"),
        HostError::Own(_) => {
            fault.hint(format!("`hatch host remove {}` removes the name", host.id))
        }
    }
}
