//! The names that there are, as far as a command line that is being typed can name them.

use std::collections::BTreeMap;
use std::path::PathBuf;

use clap::{ArgMatches, CommandFactory};
use clap_complete::CompletionCandidate;
use hatch_core::backup::{Backup, Catalogue};
use hatch_core::history;
use hatch_core::host::Scope;
use hatch_core::registry::Host;

use crate::Hosts;
use crate::args::Cli;
use crate::commands::env::FORMATS;
use crate::context::Context;
use crate::view::sanitize::sanitize_line;
use crate::view::schemas::PUBLISHED;

/// What an argument names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A host.
    Hosts,
    /// Hosts, or `all` of them.
    HostsOrAll,
    /// A host, or an environment as `env:NAME`: whatever has a backup.
    Owners,
    /// Those, or `all` of them.
    OwnersOrAll,
    /// A host that its user named.
    NamedHosts,
    /// An adapter, by the host that it is for.
    Adapters,
    /// An adapter that is installed.
    InstalledAdapters,
    /// An environment of hatch's own.
    Environments,
    /// A server, of the source or the hosts that were typed.
    Servers,
    /// A backup, of the host that was typed.
    Backups,
    /// What was done, and can be undone.
    Operations,
    /// A form that an environment is exported in.
    Formats,
    /// A published shape of JSON.
    Schemas,
}

/// Where names are looked for.
pub struct Names {
    typed: Typed,
    hosts: Hosts,
}

impl Names {
    /// Takes what was typed so far from the words of this process.
    pub fn look(hosts: Hosts) -> Self {
        Names { typed: Typed::words(), hosts }
    }

    /// All names of a kind, with what says which one each is.
    pub fn of(&self, kind: Kind) -> Vec<CompletionCandidate> {
        let found = match kind {
            Kind::Schemas => {
                PUBLISHED.iter().map(|it| (it.name().to_owned(), it.about())).collect()
            }
            kind => match Context::open_silently(self.typed.home.clone(), self.hosts) {
                Some(cx) => self.looked_up(kind, &cx),
                None => Vec::new(),
            },
        };
        let offered = found.into_iter().filter(|(name, _)| needs_no_quotes(name)).enumerate();
        offered
            .map(|(at, (name, help))| {
                let help = (!help.is_empty()).then(|| sanitize_line(&help).into_owned().into());
                CompletionCandidate::new(name).help(help).display_order(Some(at))
            })
            .collect()
    }

    fn looked_up(&self, kind: Kind, cx: &Context) -> Vec<(String, String)> {
        match kind {
            Kind::Hosts => hosts(cx),
            Kind::HostsOrAll => [all("every host on this machine"), hosts(cx)].concat(),
            Kind::Owners => owners(cx),
            Kind::OwnersOrAll => [all("everything that there is"), owners(cx)].concat(),
            Kind::NamedHosts => {
                let is_named = |name: &str| cx.settings.hosts.keys().any(|id| id.as_str() == name);
                hosts(cx).into_iter().filter(|(name, _)| is_named(name)).collect()
            }
            Kind::Adapters => adapters(cx),
            Kind::InstalledAdapters => installed_adapters(cx),
            Kind::Environments => environments(cx),
            Kind::Servers => self.servers(cx),
            Kind::Backups => self.backups(cx),
            Kind::Operations => operations(cx),
            Kind::Formats => {
                let named = FORMATS.map(|(name, about)| (name.to_owned(), about.to_owned()));
                let of_host =
                    hosts(cx).into_iter().map(|(id, about)| (format!("host:{id}"), about));
                named.into_iter().chain(of_host).collect()
            }
            Kind::Schemas => Vec::new(),
        }
    }

    /// Of the environment that was typed, or the hosts; if none was, of all hosts. Adapters
    /// are run for this alone.
    fn servers(&self, cx: &Context) -> Vec<(String, String)> {
        let mut found: BTreeMap<String, Vec<String>> = BTreeMap::new();
        if !self.typed.environments.is_empty() {
            let current = cx.settings.current_environment.as_ref().map(ToString::to_string);
            for name in &self.typed.environments {
                // An option that may be left empty means the current one.
                let name = if name.is_empty() { current.as_ref() } else { Some(name) };
                let Some(name) = name else { continue };
                let environment = cx.environment(name).ok();
                let servers = environment.iter().flat_map(|it| &it.servers);
                for (server, _) in servers {
                    found.entry(server.to_string()).or_default().push(name.clone());
                }
            }
        } else {
            for host in cx.registry.hosts().iter().filter(|host| self.typed.concerns(host)) {
                for server in servers_of(cx, host).unwrap_or_default() {
                    found.entry(server).or_default().push(host.id.to_string());
                }
            }
        }
        found.into_iter().map(|(name, owners)| (name, owners.join(", "))).collect()
    }

    fn backups(&self, cx: &Context) -> Vec<(String, String)> {
        let typed = &self.typed.hosts;
        let is_typed = |owner: &str| typed.iter().any(|it| it == owner || it == "all");
        let concerns = |backup: &Backup| {
            typed.is_empty() || backup.files.iter().any(|it| is_typed(&it.owner.to_string()))
        };
        let kept = catalogued(cx).into_iter().filter(concerns);
        kept.map(|backup| {
            let mut owners: Vec<_> = backup.files.iter().map(|it| it.owner.to_string()).collect();
            owners.dedup();
            let command = backup.run().map_or("older hatch", |run| &run.command);
            (backup.id.to_string(), format!("{command}: {}", owners.join(", ")))
        })
        .collect()
    }
}

fn hosts(cx: &Context) -> Vec<(String, String)> {
    let about = |host: &Host| {
        let place = cx.places(host, Scope::User).ok().and_then(|places| places.into_iter().next());
        match place {
            Some(place) => format!("{}, {}", host.name(), cx.roots.shown(&place.path)),
            None => host.name().to_owned(),
        }
    };
    cx.registry.hosts().iter().map(|host| (host.id.to_string(), about(host))).collect()
}

fn all(about: &str) -> Vec<(String, String)> {
    vec![("all".to_owned(), about.to_owned())]
}

fn owners(cx: &Context) -> Vec<(String, String)> {
    let own = environments(cx).into_iter().map(|(name, about)| (format!("env:{name}"), about));
    hosts(cx).into_iter().chain(own).collect()
}

fn adapters(cx: &Context) -> Vec<(String, String)> {
    let own = cx.registry.hosts().iter().filter(|host| host.paths.is_empty());
    own.map(|host| (host.id.to_string(), host.name().to_owned())).collect()
}

fn installed_adapters(cx: &Context) -> Vec<(String, String)> {
    let lock = hatch_packages::Lock::read(&cx.store, &cx.home).unwrap_or_default();
    let adapters = lock.adapters.into_iter();
    adapters.map(|(id, installed)| (id.to_string(), installed.descriptor.name)).collect()
}

fn environments(cx: &Context) -> Vec<(String, String)> {
    let about = |name: &str| cx.read_environment(name).ok().and_then(|it| it.description);
    let names = cx.environment_names().unwrap_or_default().into_iter();
    names.map(|name| (name.clone(), about(&name).unwrap_or_default())).collect()
}

fn servers_of(cx: &Context, host: &Host) -> Option<Vec<String>> {
    let places = cx.places(host, Scope::User).ok()?;
    if !places.iter().all(|place| place.exists) {
        return None;
    }
    let reading = cx.configuration(host, &places).ok()?.reading;
    Some(reading.servers.iter().map(|server| server.name.to_string()).collect())
}

/// All backups that can be read, the newest first.
fn catalogued(cx: &Context) -> Vec<Backup> {
    Catalogue::new(&cx.store, &cx.home).list().map(|it| it.backups).unwrap_or_default()
}

fn operations(cx: &Context) -> Vec<(String, String)> {
    let backups = catalogued(cx);
    let runs = history::entries(&backups).into_iter().map(|entry| entry.run);
    runs.map(|run| (run.operation.to_string(), run.title.clone())).collect()
}

/// Whether every shell takes a name as it stands. Others are not offered: a shell would put
/// them into the line unquoted, and a file of a host could hold a command for a name.
fn needs_no_quotes(name: &str) -> bool {
    let is_plain = |c: char| c.is_alphanumeric() || "-_./@+:".contains(c);
    !name.is_empty() && !name.starts_with('-') && name.chars().all(is_plain)
}

/// What other words of the command line say.
#[derive(Debug, Default)]
struct Typed {
    home: Option<PathBuf>,
    hosts: Vec<String>,
    environments: Vec<String>,
}

impl Typed {
    /// Reads the words that the shell hands over after `--`, as far as they make sense.
    fn words() -> Self {
        let words = std::env::args_os().skip_while(|word| word != "--").skip(1);
        let parsed = Cli::command().ignore_errors(true).try_get_matches_from(words);
        let Ok(matches) = parsed else { return Typed::default() };
        let mut typed = Typed::default();
        let mut path = Vec::new();
        let mut level = &matches;
        loop {
            typed.take(level, &path);
            let Some((name, inner)) = level.subcommand() else { return typed };
            path.push(name.to_owned());
            level = inner;
        }
    }

    fn take(&mut self, matches: &ArgMatches, path: &[String]) {
        if let Ok(Some(home)) = matches.try_get_one::<PathBuf>("home") {
            self.home = Some(home.clone());
        }
        let of_environments = path.first().is_some_and(|it| it == "env");
        for id in ["from_host", "host", "hosts"] {
            let texts = matches.try_get_many::<String>(id).ok().flatten();
            self.hosts.extend(texts.into_iter().flatten().cloned());
        }
        for id in ["from_env", "env", "environment"] {
            let texts = matches.try_get_many::<String>(id).ok().flatten();
            self.environments.extend(texts.into_iter().flatten().cloned());
        }
        if let (true, Ok(Some(name))) = (of_environments, matches.try_get_one::<String>("name")) {
            self.environments.push(name.clone());
        }
    }

    /// Whether this host was typed, or none was.
    fn concerns(&self, host: &Host) -> bool {
        self.hosts.is_empty() || self.hosts.iter().any(|it| it == "all" || host.id.as_str() == it)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_a_shell_would_read_otherwise_are_not_offered() {
        for name in ["weather", "@scope/name", "a.b_c-d", "env:production", "20261122T110452Z-01ab"]
        {
            assert!(needs_no_quotes(name), "{name}");
        }
        for name in ["", "a b", "$(x)", "`x`", "a;b", "a,b", "-x", "~", "a\nb", "a'b", "a\u{1b}b"] {
            assert!(!needs_no_quotes(name), "{name}");
        }
    }
}
