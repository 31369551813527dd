//! What a command line says of one server, read.

use hatch_core::adapter::{Loss, LossKind};
use hatch_core::host::HostDescriptor;
use hatch_core::patch::{PatchError, ServerPatch, TransportPatch};
use hatch_core::plan::remark;
use hatch_core::secret::looks_like_token;
use hatch_core::server::{Extra, ServerName, Timeouts, ToolFilter};
use hatch_core::suggest::nearest;
use hatch_core::template::{Segment, Template};
use jiff::SignedDuration;

use crate::args::server::ServerArgs;
use crate::error::{CommandError, Fault, did_you_mean};
use crate::exit::Exit;

/// The field of hosts that run a trusted server's tools without asking.
const TRUST: &str = "trust";

/// A server's name, and what is to be said of it.
pub struct Said {
    pub name: ServerName,
    patch: ServerPatch,
    trust: bool,
}

impl Said {
    /// Reads the command line, and says everything that is wrong with it.
    pub fn read(name: &str, args: &ServerArgs) -> Result<Self, Vec<Fault>> {
        let mut faults = Faults(Vec::new());
        let name = faults.keep(server_name(name));
        let patch = patch(args, &mut faults);
        if patch.is_empty() && !args.trust && faults.0.is_empty() {
            faults.0.push(nothing_said());
        }
        match name {
            Some(name) if faults.0.is_empty() => Ok(Said { name, patch, trust: args.trust }),
            _ => Err(faults.0),
        }
    }

    /// What a preview remarks on the values as they were typed: that one is empty, where a
    /// shell may have expanded a reference, and that one is no reference of hatch's.
    pub fn remarks(&self) -> Vec<String> {
        let remarks = remark::typed(&self.patch);
        remarks.into_iter().map(|it| format!("`{}`: {it}", self.name)).collect()
    }

    /// What is to be said of it on hosts of an adapter.
    pub fn on(&self, adapter: &HostDescriptor) -> ServerPatch {
        let mut patch = self.patch.clone();
        patch.extras.extend(self.own(adapter));
        patch
    }

    /// What is to be said of it anywhere.
    pub fn anywhere(&self) -> &ServerPatch {
        &self.patch
    }

    /// The fields that only hosts of one adapter know.
    pub fn own(&self, adapter: &HostDescriptor) -> Option<Extra> {
        let is_told = self.trust && knows(adapter, TRUST);
        is_told.then(|| Extra { path: vec![TRUST.to_owned()], value: "true".to_owned() })
    }

    /// What hosts of an adapter are not told, since they do not know it.
    pub fn lost(&self, adapter: &HostDescriptor) -> Option<Loss> {
        let is_lost = self.trust && !knows(adapter, TRUST);
        is_lost.then(|| Loss {
            field: TRUST.to_owned(),
            kind: LossKind::Dropped,
            detail: format!("{} has no such field in its file", adapter.name),
        })
    }
}

/// Whether hosts of an adapter know a field that has no canonical name.
fn knows(adapter: &HostDescriptor, field: &str) -> bool {
    adapter.extras.iter().any(|known| known == field)
}

/// The name of a server.
pub fn server_name(name: &str) -> Result<ServerName, Fault> {
    ServerName::new(name).ok_or_else(|| Fault::new("a server's name is not empty"))
}

/// Ends a run whose command line has faults: those of `said` make no sense by themselves.
pub fn check(said: Vec<Fault>, others: Vec<Fault>) -> Result<(), CommandError> {
    let exit = if said.is_empty() { Exit::Failure } else { Exit::Usage };
    let faults: Vec<_> = said.into_iter().chain(others).collect();
    if faults.is_empty() { Ok(()) } else { Err(CommandError { exit, faults }) }
}

/// Why a server can't be changed so, where `known` are the servers that are there.
pub fn unpatched(at: &str, error: &PatchError, known: &[String]) -> Fault {
    let fault = Fault::because(format!("`{}` can't be written to {at}", name(error)), error);
    match error {
        PatchError::NoTransport(name) => fault
            .maybe_hint(did_you_mean(&nearest(name.as_str(), known)))
            .hint("say how it is reached: --command, --url, --http-url or --sse"),
        PatchError::LocalOnly { .. } => {
            fault.hint("name a --command too to have it started instead, or leave them out")
        }
        PatchError::RemoteOnly { .. } => {
            fault.hint("name a --url, --http-url or --sse too to have it reached there instead")
        }
        _ => fault,
    }
}

fn name(error: &PatchError) -> &ServerName {
    match error {
        PatchError::NoTransport(server)
        | PatchError::LocalOnly { server, .. }
        | PatchError::RemoteOnly { server, .. } => server,
        _ => unreachable!("these are all"),
    }
}

fn nothing_said() -> Fault {
    Fault::new("nothing is said of the server, so nothing would change")
        .hint("how it is reached: --command with --args, or --url, --http-url or --sse")
        .hint("what it is given: --env-var, --env-file and --cwd, or --header")
        .hint(
            "how it is used: --timeout, --startup-timeout, --tool-timeout, --include-tools, \
             --exclude-tools, --auto-approve-tools, --trust, --enabled, --disabled, --description",
        )
}

/// Faults that were found on the way.
struct Faults(Vec<Fault>);

impl Faults {
    fn keep<T>(&mut self, found: Result<T, Fault>) -> Option<T> {
        found.map_err(|fault| self.0.push(fault)).ok()
    }

    fn keep_all<T>(&mut self, found: impl IntoIterator<Item = Result<T, Fault>>) -> Vec<T> {
        found.into_iter().filter_map(|it| self.keep(it)).collect()
    }
}

fn patch(args: &ServerArgs, faults: &mut Faults) -> ServerPatch {
    let template = |text: &Option<String>| text.as_deref().map(Template::parse);
    let transport = faults.keep(transport(args)).flatten();
    let mut time = |option: &str, text: &Option<String>, unit: u64| {
        let time = text.as_deref().map(|text| milliseconds(option, text, unit));
        faults.keep(time.transpose()).flatten()
    };
    let timeouts = Timeouts {
        request: time("--timeout", &args.timeout, 1),
        startup: time("--startup-timeout", &args.startup_timeout, 1000),
        tool_call: time("--tool-timeout", &args.tool_timeout, 1000),
    };
    ServerPatch {
        transport,
        args: arguments(args, faults),
        env: faults.keep_all(args.env_vars.iter().map(|text| variable(text))),
        env_file: template(&args.env_file),
        cwd: template(&args.cwd),
        headers: faults.keep_all(args.headers.iter().map(|text| header(text))),
        enabled: (args.enabled || args.disabled).then_some(args.enabled),
        description: args.description.clone(),
        timeouts,
        tools: ToolFilter {
            allow: names(&args.include_tools),
            deny: names(&args.exclude_tools),
            auto_approve: names(&args.auto_approve_tools),
        },
        extras: Vec::new(),
    }
}

fn transport(args: &ServerArgs) -> Result<Option<TransportPatch>, Fault> {
    let remote = [
        ("--url", &args.url, TransportPatch::RemoteAuto as fn(Template) -> TransportPatch),
        ("--http-url", &args.http_url, TransportPatch::StreamableHttp),
        ("--sse", &args.sse, TransportPatch::Sse),
    ];
    for (option, text, make) in remote {
        if let Some(text) = text {
            return url(option, text).map(|url| Some(make(url)));
        }
    }
    match args.command.as_deref() {
        None => Ok(None),
        Some(command) if command.trim().is_empty() => Err(Fault::new("--command names no program")),
        Some(command) => Ok(Some(TransportPatch::Command(Template::parse(command)))),
    }
}

/// A URL, or a reference that may hold one.
fn url(option: &str, text: &str) -> Result<Template, Fault> {
    let url = Template::parse(text);
    let is_url = match url.segments().first() {
        Some(Segment::Literal(text)) => {
            let (scheme, rest) = text.split_once("://").unwrap_or_default();
            let is_whole = !rest.is_empty() || url.segments().len() > 1;
            (scheme.eq_ignore_ascii_case("http") || scheme.eq_ignore_ascii_case("https"))
                && is_whole
                && !text.contains(char::is_whitespace)
        }
        first => first.is_some(),
    };
    if is_url {
        Ok(url)
    } else {
        Err(Fault::new(format!("invalid URL for {option}"))
            .hint("it begins with `http://` or `https://`, and has no blanks"))
    }
}

fn arguments(args: &ServerArgs, faults: &mut Faults) -> Option<Vec<Template>> {
    let split = |text: &String| {
        shlex::split(text).ok_or_else(|| {
            Fault::new("cannot split --args: expected a closing quote")
                .hint("what stands after `--` is taken as it is, quotes included")
        })
    };
    let words = faults.keep_all(args.args.iter().map(split)).concat();
    let is_named = !args.args.is_empty() || !args.rest.is_empty();
    let words = words.iter().chain(&args.rest).map(|word| Template::parse(word));
    is_named.then(|| words.collect())
}

/// `NAME=VALUE`, or a name alone for the variable of that name in the environment.
fn variable(text: &str) -> Result<(String, Template), Fault> {
    let (name, value) = match text.split_once('=') {
        Some((name, value)) => (name, Template::parse(value)),
        // A token without its name would become one.
        None if looks_like_token(text) || !is_variable(text) => ("", Template::default()),
        None => {
            let reference = Segment::Env { name: text.to_owned(), default: None };
            (text, Template::new([reference]))
        }
    };
    match is_name(name) {
        true => Ok((name.to_owned(), value)),
        false => Err(Fault::new("invalid --env-var: expected `NAME=VALUE` or `NAME`")
            .hint("for example: --env-var LOG=debug, or --env-var 'TOKEN=${env:TOKEN}'")
            .hint("`--env-var TOKEN` is short for the second")),
    }
}

fn is_name(name: &str) -> bool {
    !name.is_empty() && !name.contains(|c: char| c.is_whitespace() || c.is_control())
}

/// Whether a shell could have a variable of this name.
fn is_variable(name: &str) -> bool {
    !name.starts_with(|c: char| c.is_ascii_digit())
        && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
}

fn header(text: &str) -> Result<(String, Template), Fault> {
    let fault = |what: &str| {
        Err(Fault::new(format!("invalid --header: {what}"))
            .hint("for example: --header 'Authorization: Bearer ${env:TOKEN}'"))
    };
    const EXPECTED: &str = "expected `NAME=VALUE` or `NAME: VALUE`";
    let Some(at) = text.find(['=', ':']) else { return fault(EXPECTED) };
    let (name, value) = (&text[..at], &text[at + 1..]);
    // RFC 9110, 5.6.2: what a header's name is made of.
    let is_token = |c: char| c.is_ascii_alphanumeric() || "!#$%&'*+-.^_`|~".contains(c);
    if name.is_empty() || !name.chars().all(is_token) {
        return fault(EXPECTED);
    }
    if value.contains(['\r', '\n', '\0']) {
        return fault("its value has more than one line");
    }
    let value = if text[at..].starts_with(':') { value.trim() } else { value };
    Ok((name.to_owned(), Template::parse(value)))
}

/// A time with a unit, or a bare number of milliseconds times `unit`.
fn milliseconds(option: &str, text: &str, unit: u64) -> Result<u64, Fault> {
    let bare = match unit {
        1 => "milliseconds",
        _ => "seconds",
    };
    let fault = || {
        Fault::new(format!("invalid duration for {option}"))
            .hint(format!("for example `500ms`, `30s` or `2m`; a bare number is {bare}"))
    };
    let is_bare = text.chars().all(|c| c.is_ascii_digit() || c == '.');
    let spelt = match (is_bare, unit) {
        (true, 1) => format!("{text}ms"),
        (true, _) => format!("{text}s"),
        (false, _) => text.to_owned(),
    };
    let time: SignedDuration = spelt.parse().map_err(|_| fault())?;
    u64::try_from(time.as_millis()).map_err(|_| fault())
}

fn names(given: &Option<Vec<String>>) -> Option<Vec<String>> {
    let names = given.as_ref()?.iter().map(|name| name.trim()).filter(|name| !name.is_empty());
    Some(names.map(str::to_owned).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::Parser;

    #[derive(Parser)]
    struct Line {
        #[command(flatten)]
        args: ServerArgs,
    }

    fn said(line: &[&str]) -> Result<Said, Vec<Fault>> {
        let line = [&["hatch"], line].concat();
        Said::read("x", &Line::try_parse_from(line).unwrap().args)
    }

    fn texts(templates: &[Template]) -> Vec<String> {
        templates.iter().map(Template::expose).collect()
    }

    #[test]
    fn arguments_are_split_as_a_shell_does() {
        let patch = said(&["--args=-y 'a b' \"\" c\\ d", "--args", "-x", "--", "e f", "-'"]);
        let args = patch.unwrap().patch.args.unwrap();
        assert_eq!(texts(&args), ["-y", "a b", "", "c d", "-x", "e f", "-'"]);
        assert_eq!(said(&["--args="]).unwrap().patch.args, Some(vec![]));
        assert_eq!(said(&["--cwd", "/"]).unwrap().patch.args, None);
    }

    #[test]
    fn times_have_units() {
        for (line, expected) in [
            (["--timeout", "1500"], [Some(1500), None, None]),
            (["--timeout", "30s"], [Some(30_000), None, None]),
            (["--timeout", "1.5s"], [Some(1500), None, None]),
            (["--timeout", "2m"], [Some(120_000), None, None]),
            (["--startup-timeout", "10"], [None, Some(10_000), None]),
            (["--startup-timeout", "0.5"], [None, Some(500), None]),
            (["--tool-timeout", "500ms"], [None, None, Some(500)]),
            (["--tool-timeout", "60"], [None, None, Some(60_000)]),
        ] {
            let Timeouts { request, startup, tool_call } = said(&line).unwrap().patch.timeouts;
            assert_eq!([request, startup, tool_call], expected, "{line:?}");
        }
        for text in ["", "x", "1.5.5", "5 parsecs", "1s ago", "99999999999999999999"] {
            let faults = said(&[&format!("--timeout={text}")]).err().unwrap();
            assert_eq!(faults[0].one_line(), "invalid duration for --timeout");
        }
    }

    #[test]
    fn headers_and_variables_are_split_at_their_first_mark() {
        let patch = said(&[
            "--env-var",
            "A=b=c",
            "--env-var",
            "B=",
            "--env-var",
            "C=${env:C}",
            "--env-var",
            "D_TOKEN",
        ]);
        let env = patch.unwrap().patch.env;
        let shown: Vec<_> =
            env.iter().map(|(name, it)| format!("{name} {}", it.expose())).collect();
        assert_eq!(shown, ["A b=c", "B ", "C ${env:C}", "D_TOKEN ${env:D_TOKEN}"]);
        let patch = said(&["--header", "A: b=c", "--header", "X-B=c:d ", "--header", "C:"]);
        let headers = patch.unwrap().patch.headers;
        let shown: Vec<_> =
            headers.iter().map(|(name, it)| format!("{name}|{}", it.expose())).collect();
        assert_eq!(shown, ["A|b=c", "X-B|c:d ", "C|"]);
    }

    #[test]
    fn tools_are_names_or_none() {
        let tools = said(&["--include-tools", "a, b", "c", "--exclude-tools", ""]);
        let tools = tools.unwrap().patch.tools;
        assert_eq!(tools.allow.unwrap(), ["a", "b", "c"]);
        assert_eq!((tools.deny, tools.auto_approve), (Some(vec![]), None));
    }

    #[test]
    fn all_faults_are_said_at_once() {
        let faults = said(&[
            "--env-var",
            "not-a-variable",
            "--env-var",
            "ghp_0123456789abcdef",
            "--env-var",
            "=x",
            "--env-var",
            "a b=c",
            "--url",
            "example.com",
            "--header",
            "a b: c",
            "--header",
            "A: b\nB: c",
            "--args",
            "'",
            "--timeout",
            "soon",
        ]);
        let said: Vec<_> = faults.err().unwrap().iter().map(Fault::one_line).collect();
        assert_eq!(
            said,
            [
                "invalid URL for --url",
                "invalid duration for --timeout",
                "cannot split --args: expected a closing quote",
                "invalid --env-var: expected `NAME=VALUE` or `NAME`",
                "invalid --env-var: expected `NAME=VALUE` or `NAME`",
                "invalid --env-var: expected `NAME=VALUE` or `NAME`",
                "invalid --env-var: expected `NAME=VALUE` or `NAME`",
                "invalid --header: expected `NAME=VALUE` or `NAME: VALUE`",
                "invalid --header: its value has more than one line",
            ]
        );
    }

    #[test]
    fn urls_begin_as_urls_do() {
        for good in ["http://x", "HTTPS://x/?a=b", "${env:URL}", "https://${env:HOST}/mcp"] {
            assert!(said(&["--url", good]).is_ok(), "{good}");
        }
        for bad in ["", "x", "http://", "ftp://x", "https://x y", "$HOST/mcp"] {
            assert!(said(&["--sse", bad]).is_err(), "{bad}");
        }
        assert!(said(&["--command", " "]).is_err() && said(&[]).is_err());
        assert!(said(&["--trust"]).is_ok());
    }
}
