//! What is said of a server: transports, canonical fields, extras, and what is lost of them.

use std::iter;

use hatch_core::adapter::{Edit, Loss, Outcome, Reading};
use hatch_core::configuration::check::{self, Unsound};
use hatch_core::host::TransportKind;
use hatch_core::server::{Extra, Remote, Server, Transport};
use hatch_core::suggest::nearest;

use super::Promise;
use super::asked::{self, Kind, PROBES, Probe, full, plain, speaks};
use super::trial::{Put, Trial};

/// What a loss may be of: the contract's fields, each of which may have members.
const FIELDS: [&str; 15] = [
    "transport",
    "command",
    "args",
    "env",
    "env-forward",
    "env-file",
    "cwd",
    "url",
    "headers",
    "oauth",
    "enabled",
    "description",
    "timeouts",
    "tools",
    "extras",
];

/// The canonical field that is not as it was asked for, losses aside.
pub(super) fn silently_lost(asked: &Server, found: &Server, losses: &[Loss]) -> Option<String> {
    let after = Reading { servers: vec![found.clone()], ..Reading::default() };
    let outcomes = [Outcome::Done(losses.to_vec())];
    let edits = [Edit::Put(asked.clone())];
    match check::answer(&Reading::default(), &after, &edits, &outcomes) {
        Err(Unsound::NotAsAsked { field, .. }) => Some(field),
        _ => None,
    }
}

/// Whether a loss is of the field, of a member of it, or of what it is a member of.
pub(super) fn is_of(loss: &Loss, field: &str) -> bool {
    let within = |inner: &str, outer: &str| {
        inner.strip_prefix(outer).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
    };
    within(&loss.field, field) || within(field, &loss.field)
}

/// Servers of each transport, and of one that may be either.
pub(super) fn transports(trial: &mut Trial<'_>) {
    let host = trial.descriptor();
    let end = || Remote { url: asked::text("https://hatch.example/mcp"), ..Remote::default() };
    let stdio = asked::local("hatch-test").transport;
    let any_remote = speaks(host, Kind::Remote);
    for (name, kind, transport) in [
        ("stdio", Some(TransportKind::Stdio), stdio),
        ("streamable-http", Some(TransportKind::StreamableHttp), Transport::StreamableHttp(end())),
        ("sse", Some(TransportKind::Sse), Transport::Sse(end())),
        ("a URL of either kind", None, Transport::RemoteAuto(end())),
    ] {
        let server = asked::server("hatch-test", transport);
        let declared = kind.map_or(any_remote, |kind| host.transports.contains(&kind));
        let word = kind.map_or_else(|| name.to_owned(), |_| format!("`{name}`"));
        let put = trial.put(&word, &trial.absent(), &server);
        match put {
            None => {}
            Some(Put::Refused(reason)) if declared && kind.is_none() => trial.fault(
                format!("a plain server with {word} is refused: {reason}"),
                "write the kind that the host would try first, and report a loss of `transport`",
            ),
            Some(Put::Refused(reason)) if declared => trial.fault(
                format!("a plain server with {word} is refused: {reason}"),
                format!("take it, or take {word} out of the descriptor's `transports`"),
            ),
            Some(Put::Refused(_)) => {}
            Some(Put::Done { losses, found, .. }) => {
                let lost = losses.iter().any(|loss| is_of(loss, "transport"));
                let wrong = silently_lost(&server, &found, &losses);
                if let Some(field) = wrong {
                    trial.fault(
                        format!("a plain server with {word} reads back with another `{field}`"),
                        "refuse what the host can't have, or report a loss of the field",
                    );
                } else if declared && lost && kind.is_some() {
                    trial.fault(
                        format!("`transports` names {word}, and a put reports it lost"),
                        format!("write it, or take {word} out of `transports`"),
                    );
                } else if !declared && !lost {
                    trial.fault(
                        format!("a server with {word} is taken, and `transports` does not name it"),
                        format!(
                            "add {word} to the descriptor's `transports`, or refuse such servers"
                        ),
                    );
                }
            }
        }
    }
}

/// Each field, on a server that has no other.
pub(super) fn fields(trial: &mut Trial<'_>) {
    let host = trial.descriptor();
    for kind in [Kind::Local, Kind::Remote].into_iter().filter(|kind| speaks(host, *kind)) {
        for probe in PROBES.iter().filter(|probe| probe.of == Kind::Any || probe.of == kind) {
            let mut server = match kind {
                Kind::Local => asked::local("hatch-test"),
                _ => asked::remote(host, "hatch-test"),
            };
            (probe.give)(&mut server);
            field(trial, probe, &server);
        }
    }
}

fn field(trial: &mut Trial<'_>, probe: &Probe, server: &Server) {
    let Probe { word, loss: name, .. } = probe;
    let declared = trial.descriptor().fields.contains(&probe.field);
    let take_out = format!("or take `{word}` out of the descriptor's `fields`");
    match trial.put(&format!("`{name}`"), &trial.absent(), server) {
        None => {}
        Some(Put::Refused(reason)) if declared => trial.fault(
            format!("`fields` names `{word}`, and a server with it is refused: {reason}"),
            format!("write it, {take_out}"),
        ),
        Some(Put::Refused(_)) => {}
        Some(Put::Done { losses, found, .. }) => {
            let lost = losses.iter().any(|loss| is_of(loss, name));
            match silently_lost(server, &found, &losses) {
                Some(field) if declared => trial.fault(
                    format!("a server was put with `{name}` and read back with another `{field}`"),
                    format!(
                        "write it where `read` finds it, {take_out} and report a loss of `{name}`"
                    ),
                ),
                Some(field) => trial.fault(
                    format!("a server was put with `{name}` and read back without `{field}`"),
                    format!(
                        "the host can't say it: report a loss of `{name}` in the outcome, with \
                         the reason (or write it, and add `{word}` to the descriptor's `fields`)"
                    ),
                ),
                None if declared && lost => trial.fault(
                    format!(
                        "`fields` names `{word}`, and a put of a server with it reports it lost"
                    ),
                    format!("write it, {take_out}"),
                ),
                None if !declared && !lost => trial.fault(
                    format!("`{name}` is written and read, and `fields` does not name it"),
                    format!("add `{word}` to the descriptor's `fields`"),
                ),
                None => {}
            }
        }
    }
}

/// A field that no host has, given back as if it had been read here.
pub(super) fn extras(trial: &mut Trial<'_>) {
    let host = trial.descriptor();
    let keys = host.extras.iter().map(|extra| extra.split('.').map(str::to_owned).collect());
    let own = iter::once(vec!["x-hatch-test".to_owned()]);
    for path in own.chain(keys) {
        let path: Vec<String> = path;
        let shown = path.join(".");
        let extra = Extra { path, value: r#"{"kept":[1,true,"x"]}"#.to_owned() };
        let server = Server { extras: vec![extra], ..plain(host, "hatch-test") };
        let put = trial.put(&format!("the extra `{shown}`"), &trial.absent(), &server);
        if let Some(Put::Done { losses, found, .. }) = put
            && silently_lost(&server, &found, &losses).is_some()
        {
            trial.fault(
                format!("the extra `{shown}` of a server was not written"),
                format!(
                    "write each extra at its path in the entry, and read keys that have no \
                     canonical name as extras; or report a loss of `extras.{shown}`"
                ),
            );
        }
    }
}

/// Servers that say everything there is: most hosts can't hold it all.
pub(super) fn losses(trial: &mut Trial<'_>) {
    let host = trial.descriptor();
    for kind in [Kind::Local, Kind::Remote] {
        let server = full(host, kind, "hatch-test");
        trial.put("a server that says everything", &trial.absent(), &server);
    }
}

/// Whether what an adapter says of losses and refusals can be understood.
pub(super) fn look_at_outcomes(trial: &mut Trial<'_>, edits: &[Edit], outcomes: &[Outcome]) {
    for (edit, outcome) in edits.iter().zip(outcomes) {
        match (edit, outcome) {
            (_, Outcome::Refused(reason)) if reason.trim().is_empty() => trial.file(
                Promise::Losses,
                "a refusal gives no reason",
                "say in a fragment why the host can't have the server",
                None,
            ),
            (Edit::Put(server), Outcome::Done(losses)) => {
                losses.iter().for_each(|loss| look_at_loss(trial, server, loss));
            }
            _ => {}
        }
    }
}

fn look_at_loss(trial: &mut Trial<'_>, server: &Server, loss: &Loss) {
    let field = &loss.field;
    let root = field.split('.').next().unwrap_or_default();
    if !FIELDS.contains(&root) {
        let known = FIELDS.map(str::to_owned);
        let meant = nearest(root, &known).first().map(|name| format!("did you mean `{name}`? "));
        let advice = format!(
            "{}the fields are {}, or a member of one, such as `env.TOKEN`",
            meant.unwrap_or_default(),
            FIELDS.join(", ")
        );
        let what = format!("a loss names `{field}`, which is no field of the contract");
        trial.file(Promise::Losses, what, advice, None);
    } else if !has_member(server, field) {
        let what = format!("a loss names `{field}`, which the server that was put does not have");
        trial.file(Promise::Losses, what, "report what was asked and could not be written", None);
    }
    if loss.detail.trim().is_empty() {
        let what = format!("a loss of `{field}` has no detail");
        let advice = "say for a person what happened to it and why";
        trial.file(Promise::Losses, what, advice, None);
    }
}

/// Whether a server has the member of a list or of a map that a loss names.
fn has_member(server: &Server, field: &str) -> bool {
    let Some((root, member)) = field.split_once('.') else { return true };
    match (&server.transport, root) {
        (Transport::Stdio(stdio), "args") => {
            member.parse::<usize>().is_ok_and(|at| at < stdio.args.len())
        }
        (Transport::Stdio(stdio), "env") => {
            let given = stdio.env.iter().map(|(name, _)| name);
            given.chain(&stdio.env_forward).any(|name| name == member)
        }
        (other, "headers") => {
            other.remote().is_some_and(|end| end.headers.iter().any(|(name, _)| name == member))
        }
        (_, "args" | "env") => false,
        _ => true,
    }
}
