//! Completes command lines while they are typed.
//!
//! The scripts of `hatch completions` call hatch with [`VARIABLE`] set and the words that
//! were typed. What is answered is made of the command's own definition; names of hosts,
//! servers, environments and the like are looked up then. Completing writes nothing and says
//! nothing: where a name can't be looked up, none is offered.

mod names;

use clap::{Arg, Command, CommandFactory, ValueHint};
use clap_complete::engine::ArgValueCandidates;
use clap_complete::env::{Bash, CompleteEnv, Elvish, EnvCompleter, Fish, Powershell, Zsh};

use crate::Hosts;
use crate::args::Cli;
use crate::args::completions::Shell;
use crate::context;
use crate::exit::Exit;
use names::{Kind, Names};

/// The variable that says which shell asks.
const VARIABLE: &str = "HATCH_COMPLETE";

/// Answers, if a shell started this process to ask something.
pub fn answer(hosts: Hosts) -> Option<Exit> {
    let command = || equip(Cli::command(), "hatch", hosts);
    let folder = context::current_folder();
    let asked = CompleteEnv::with_factory(command).var(VARIABLE);
    match asked.try_complete(std::env::args_os(), folder.as_deref()) {
        Ok(false) => None,
        Ok(true) => Some(Exit::Success),
        // A message would be printed into the line that is being typed.
        Err(_) => Some(Exit::Failure),
    }
}

/// The script that makes a shell ask.
pub fn script(shell: Shell) -> std::io::Result<Vec<u8>> {
    let shell: &dyn EnvCompleter = match shell {
        Shell::Bash => &Bash,
        Shell::Elvish => &Elvish,
        Shell::Fish => &Fish,
        Shell::Powershell => &Powershell,
        Shell::Zsh => &Zsh,
    };
    let mut script = Vec::new();
    shell.write_registration(VARIABLE, "hatch", "hatch", "hatch", &mut script)?;
    if shell.is("zsh") {
        script.extend_from_slice(AUTOLOADED.as_bytes());
    }
    Ok(script)
}

/// From a folder of `fpath`, zsh runs the whole script as the first completion of a shell.
const AUTOLOADED: &str = r#"
if [[ "${funcstack[1]}" = _hatch ]]; then
    _clap_dynamic_completer_hatch "$@"
fi
"#;

/// Adds to every argument that takes the name of something where such names come from, and
/// whether it takes a path.
fn equip(command: Command, path: &str, hosts: Hosts) -> Command {
    let equipped = command.mut_args(|arg| match (kind(path, &arg), hint(&arg)) {
        (Some(kind), _) => arg.add(ArgValueCandidates::new(move || Names::look(hosts).of(kind))),
        (None, Some(hint)) => arg.value_hint(hint),
        (None, None) => arg,
    });
    equipped.mut_subcommands(|inner| {
        let path = format!("{path} {}", inner.get_name());
        equip(inner, &path, hosts)
    })
}

/// What kind of path an argument takes, if it takes one.
fn hint(arg: &Arg) -> Option<ValueHint> {
    match arg.get_value_names()?.first()?.as_str() {
        "DIR" | "FOLDER" => Some(ValueHint::DirPath),
        "FILE" | "KEY" | "PATH" | "SOURCE" => Some(ValueHint::AnyPath),
        _ => None,
    }
}

/// The commands whose name is of something that is not there yet.
const NEW: &[&str] = &["hatch adapter new", "hatch env create", "hatch host add"];

/// What an argument names, by the word that stands for its value.
fn kind(path: &str, arg: &Arg) -> Option<Kind> {
    if !arg.get_action().takes_values() {
        return None;
    }
    let value = arg.get_value_names()?.first()?.as_str();
    match (value, arg.get_id().as_str()) {
        _ if NEW.contains(&path) && arg.get_long().is_none() => None,
        ("HOST", _) if path.starts_with("hatch mcp backup") => {
            Some(if arg.get_value_delimiter().is_some() { Kind::OwnersOrAll } else { Kind::Owners })
        }
        ("HOST" | "HOSTS", _)
            if arg.get_value_delimiter().is_some() || path == "hatch mcp remove host" =>
        {
            Some(Kind::HostsOrAll)
        }
        ("HOST" | "HOSTS", _) => Some(Kind::Hosts),
        ("ENV", _) => Some(Kind::Environments),
        ("SERVER" | "SERVERS", _) | ("NAME", "servers") => Some(Kind::Servers),
        ("ID", "backup") => Some(Kind::Backups),
        ("ID", _) if path == "hatch mcp backup show" => Some(Kind::Backups),
        ("ID", _) if path == "hatch mcp undo" => Some(Kind::Operations),
        ("NAME", _) if path == "hatch host remove" => Some(Kind::NamedHosts),
        ("ADAPTER", _) if path.starts_with("hatch adapter") => Some(Kind::InstalledAdapters),
        ("ADAPTER", _) => Some(Kind::Adapters),
        ("FORMAT", _) => Some(Kind::Formats),
        ("NAME", _) if path.starts_with("hatch env") => Some(Kind::Environments),
        ("NAME", _) if path == "hatch schema" => Some(Kind::Schemas),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Words for values that are nobody's name, or the name of what is not there yet.
    const FREE: &[&str] = &[
        "REFERENCE",
        "REGEX",
        "TEXT",
        "COMMAND",
        "ARGS",
        "NAME=VALUE",
        "NAME[=VALUE]",
        "URL",
        "TIME",
        "TOOL",
        "N",
    ];

    fn each(command: &Command, path: &str, look: &mut impl FnMut(&str, &Arg)) {
        command.get_arguments().for_each(|arg| look(path, arg));
        for inner in command.get_subcommands() {
            each(inner, &format!("{path} {}", inner.get_name()), look);
        }
    }

    /// A new option either completes or is known not to.
    #[test]
    fn every_value_is_completed_or_free() {
        let mut unknown = Vec::new();
        let mut command = Cli::command();
        command.build();
        each(&command, "hatch", &mut |path, arg| {
            if !arg.get_action().takes_values() || kind(path, arg).is_some() {
                return;
            }
            let names = arg.get_value_names().unwrap_or_default();
            let is_free = names.iter().all(|name| FREE.contains(&name.as_str()));
            let is_path = hint(arg).is_some();
            let is_new = NEW.contains(&path) && arg.get_long().is_none();
            if !is_free && !is_path && !is_new && arg.get_possible_values().is_empty() {
                unknown.push(format!("{path}: {arg}"));
            }
        });
        assert!(unknown.is_empty(), "what can stand here?\n{}", unknown.join("\n"));
    }

    #[test]
    fn options_complete_what_their_values_name() {
        let mut found = Vec::new();
        each(&Cli::command(), "hatch", &mut |path, arg| {
            if let Some(kind) = kind(path, arg) {
                found.push((format!("{path} {}", arg.get_id()), kind));
            }
        });
        for (what, expected) in [
            ("hatch mcp sync from_env", Kind::Environments),
            ("hatch mcp sync from_host", Kind::Hosts),
            ("hatch mcp sync to_hosts", Kind::HostsOrAll),
            ("hatch mcp sync servers", Kind::Servers),
            ("hatch mcp backup list host", Kind::Owners),
            ("hatch mcp backup restore hosts", Kind::OwnersOrAll),
            ("hatch mcp undo id", Kind::Operations),
            ("hatch mcp backup restore backup", Kind::Backups),
            ("hatch env show name", Kind::Environments),
            ("hatch env import environment", Kind::Environments),
            ("hatch env export format", Kind::Formats),
            ("hatch env export servers", Kind::Servers),
            ("hatch schema name", Kind::Schemas),
        ] {
            assert!(found.contains(&(what.to_owned(), expected)), "{what}: {found:?}");
        }
        assert!(!found.iter().any(|(what, _)| what == "hatch env create name"));
    }
}
