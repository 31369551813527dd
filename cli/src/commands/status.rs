//! `hatch mcp status`.

use hatch_core::host::Scope;
use hatch_core::ledger::Ledger;
use hatch_core::locate::LocateError;
use hatch_core::plan::planner::Target;
use hatch_core::server::ServerName;
use hatch_core::source::{Origin, Source};
use hatch_core::status::{Comparison, State, compare};

use super::places::{Site, sites};
use super::read::{Wanted, mention_unreadable};
use super::{host_fault, sources};
use crate::args::status::StatusArgs;
use crate::context::Context;
use crate::error::{CommandError, Fault};
use crate::exit::Exit;
use crate::view::json::Unreadable;
use crate::view::json_show::{StateWord, Status, StatusRow};
use crate::view::table::Table;
use crate::view::{count, plural, scope_word, scoped};

/// How what hosts have compares with where it came from.
pub fn run(cx: &mut Context, args: &StatusArgs) -> Result<Exit, CommandError> {
    cx.look_in_project(args.place.project.as_deref())?;
    cx.mention_unfinished();
    let survey = Survey::new(cx, args)?;
    let mut rows = Vec::new();
    let mut unreadable = Vec::new();
    for host in cx.registry.hosts() {
        if !survey.hosts.has(host.id.as_str())? {
            continue;
        }
        for site in sites(cx, host, args.place.scopes()) {
            survey.site(site, &mut rows, &mut unreadable);
        }
    }
    let has_any = rows.iter().any(|row| row.comparison.state != State::Absent);
    let rows: Vec<_> = rows.into_iter().map(|row| row.published(has_any)).collect();
    let in_sync = unreadable.is_empty() && rows.iter().all(|row| row.in_sync);
    let status = Status { schema: "hatch.status/2", in_sync, rows, unreadable };
    match args.json {
        true => cx.output.json(&status)?,
        false => show(cx, &status)?,
    }
    let is_checked = status.in_sync && !status.rows.is_empty();
    Ok(if args.check && !is_checked { Exit::NotInSync } else { Exit::Success })
}

/// What is compared with what.
struct Survey<'a> {
    cx: &'a Context,
    hosts: Wanted,
    /// Whether the command line names hosts.
    names_hosts: bool,
    /// The environment that the command line names.
    named: Option<Source>,
    /// The current environment, where the command line names none.
    current: Option<Source>,
    ledger: Ledger,
}

/// A row before it is known what the others say.
struct Row {
    comparison: Comparison,
    server: ServerName,
    host: String,
    scope: Scope,
    config_path: String,
    origin: Origin,
    /// Whether the server is to be there: its absence is something to do.
    is_expected: bool,
}

impl<'a> Survey<'a> {
    fn new(cx: &'a Context, args: &StatusArgs) -> Result<Self, CommandError> {
        let hosts = Wanted::new(args.host.as_deref())?;
        let ledger = cx.ledger().map_err(|error| {
            Fault::because("what is hatch's is not known", &error)
                .hint("`hatch mcp sync ... --check` compares without knowing that")
                .failure()
        })?;
        let named = args.env.as_deref().map(|name| sources::environment(cx, name));
        let named = named.transpose().map_err(Fault::failure)?;
        let current = cx.settings.current_environment.as_ref().filter(|_| named.is_none());
        let current = current.and_then(|name| sources::environment(cx, name.as_str()).ok());
        let names_hosts = args.host.is_some();
        Ok(Survey { cx, hosts, names_hosts, named, current, ledger })
    }

    /// Compares one host's document with each source that it concerns.
    fn site(&self, site: Site<'_>, rows: &mut Vec<Row>, unreadable: &mut Vec<Unreadable>) {
        let (host, scope, project) = (site.host, site.scope, site.project(self.cx));
        let mut fail = |environment: Option<&Origin>, fault: &Fault| {
            unreadable.push(Unreadable {
                host: host.id.to_string(),
                scope: scope_word(scope),
                server: None,
                environment: environment.and_then(Origin::environment).map(str::to_owned),
                reason: fault.one_line(),
            });
        };
        let places = match site.places {
            Ok(places) => places,
            Err(error @ LocateError::BadPointer { .. }) => {
                return fail(None, &host_fault(host, &error.into()));
            }
            Err(_) => return,
        };
        let is_here = places.iter().all(|place| place.exists || place.folder_exists);
        let configuration = match self.cx.configuration(host, &places) {
            Ok(configuration) => configuration,
            Err(_) if !is_here => return,
            Err(error) => return fail(None, &host_fault(host, &error)),
        };
        let target = Target { host: host.clone(), configuration, project };
        let known = self.origins(&target);
        if known.is_empty()
            && (!is_here || (scope == Scope::Project && !target.configuration.has_file()))
        {
            return;
        }
        for origin in &known {
            match self.read(origin, scope) {
                Ok(source) => self.compare(&target, scope, &source, true, rows, &mut fail),
                Err(fault) => fail(Some(origin), &fault),
            }
        }
        let is_new = |source: &&Source| !known.iter().any(|it| it.is_same(&source.origin()));
        for source in self.named.iter().chain(&self.current).filter(is_new) {
            self.compare(&target, scope, source, self.names_hosts, rows, &mut fail);
        }
    }

    /// The sources that a document has servers from; of these only the one that is named.
    fn origins(&self, target: &Target) -> Vec<Origin> {
        let mut origins: Vec<Origin> = Vec::new();
        for record in self.ledger.records(target.destination()).into_values() {
            let Some(origin) = &record.origin else { continue };
            let is_meant = self.named.as_ref().is_none_or(|it| it.origin().is_same(origin));
            if is_meant && !origins.iter().any(|known| known.is_same(origin)) {
                origins.push(origin.clone());
            }
        }
        origins.sort_by_key(ToString::to_string);
        origins
    }

    fn read(&self, origin: &Origin, scope: Scope) -> Result<Source, Fault> {
        match &self.named {
            // Where it is named now is where it is, not where it was.
            Some(Source::Environment { environment, shown, origin }) => Ok(Source::Environment {
                origin: origin.clone(),
                shown: shown.clone(),
                environment: environment.clone(),
            }),
            _ => sources::read(self.cx, origin, scope),
        }
    }

    fn compare(
        &self,
        target: &Target,
        scope: Scope,
        source: &Source,
        is_expected: bool,
        rows: &mut Vec<Row>,
        fail: &mut impl FnMut(Option<&Origin>, &Fault),
    ) {
        let variables = &self.cx.roots.variables;
        let compared = match compare(source, target, &self.ledger, variables) {
            Ok(compared) => compared,
            Err(error) => {
                let host = &target.host;
                let what = format!("{} ({}) can't be compared", host.name(), host.id);
                return fail(None, &Fault::because(what, &error));
            }
        };
        let is_absent = |comparison: &Comparison| comparison.state == State::Absent;
        if self.named.is_none() && !is_expected && compared.values().all(is_absent) {
            return;
        }
        let has_some = !compared.values().all(is_absent);
        rows.extend(compared.into_iter().map(|(server, comparison)| Row {
            comparison,
            server,
            host: target.host.id.to_string(),
            scope,
            config_path: target.configuration.location().path().display().to_string(),
            origin: source.origin(),
            is_expected: is_expected || has_some,
        }));
    }
}

impl Row {
    /// The row as it is printed. That a server is absent counts where it is expected, and
    /// everywhere if no host has anything of the source.
    fn published(self, has_any: bool) -> StatusRow {
        let Comparison { state, noted, operation, other } = self.comparison;
        let is_left_alone = state == State::Absent && has_any && !self.is_expected;
        StatusRow {
            host: self.host,
            scope: scope_word(self.scope),
            config_path: self.config_path,
            server: self.server.to_string(),
            environment: self.origin.environment().map(str::to_owned),
            source_host: match &self.origin {
                Origin::Host(host) => Some(host.to_string()),
                _ => None,
            },
            in_sync: state.is_in_sync() || is_left_alone,
            state: StateWord::from(&state),
            noted: noted.map(|time| format!("{time:.0}")),
            operation: operation.map(|operation| operation.to_string()),
            managed_by: other.and_then(|other| other.environment().map(str::to_owned)),
            reason: match &state {
                State::Refused(reason) => Some(reason.clone()),
                _ => None,
            },
            variables: match state {
                State::WrittenOut(variables) => variables,
                _ => Vec::new(),
            },
        }
    }
}

fn show(cx: &Context, status: &Status) -> Result<(), CommandError> {
    if status.rows.is_empty() && status.unreadable.is_empty() {
        return cx.output.print(
            "Nothing to compare: hatch has put no server on a host here.\n\
             `hatch mcp status ENV` compares an environment with every host.\n",
        );
    }
    let mut table = Table::new(&["Server", "Host", "Source", "State"]);
    for row in &status.rows {
        let host = scoped(&row.host, row.scope);
        let source = row.environment.clone().or_else(|| row.source_host.clone());
        table.row([row.server.clone(), host, source.unwrap_or_default(), words(row)]);
    }
    if !status.rows.is_empty() {
        cx.output.print(&table.render(cx.output.width))?;
    }
    mention_unreadable(cx, &status.unreadable);
    let out = status.rows.iter().filter(|row| !row.in_sync).count();
    let mut text = match (out, status.in_sync) {
        (_, true) => "\nEverything is in sync.\n".to_owned(),
        (0, false) => String::new(),
        _ => format!("\n{} {} not in sync.\n", count(out, "server"), plural(out, "is", "are")),
    };
    if status.rows.iter().any(|row| row.state == StateWord::Lost) {
        text.push_str("`hatch mcp repair` puts back what was lost.\n");
    }
    cx.output.print(&text)
}

fn words(row: &StatusRow) -> String {
    let date = row.noted.as_deref().and_then(|noted| noted.get(..10)).unwrap_or_default();
    match row.state {
        StateWord::InSync => "in sync".to_owned(),
        StateWord::ChangedOnHost => format!("changed on the host since {date}"),
        StateWord::ChangedInEnvironment => format!("changed in the environment since {date}"),
        StateWord::ChangedInBoth => format!("changed in both since {date}"),
        StateWord::WrittenOut => {
            let names: Vec<_> = row.variables.iter().map(|name| format!("${{{name}}}")).collect();
            format!("the host wrote out the value of {}", names.join(", "))
        }
        StateWord::Lost => format!("lost since {date}"),
        StateWord::Deleted => format!("deleted by hand since {date}"),
        StateWord::Differs => match &row.managed_by {
            Some(other) => format!("differs, and is from `{other}`"),
            None => "differs, and is not hatch's".to_owned(),
        },
        StateWord::Same => match &row.managed_by {
            Some(other) => format!("the same, and is from `{other}`"),
            None => "the same, and is not hatch's".to_owned(),
        },
        StateWord::Absent => "absent".to_owned(),
        StateWord::Refused => {
            format!("can't be there: {}", row.reason.as_deref().unwrap_or_default())
        }
        StateWord::Gone => "gone from the environment".to_owned(),
    }
}
