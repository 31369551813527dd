//! References, which every host spells in its own way, and text that looks like them.

use hatch_core::host::Reference;
use hatch_core::server::Server;
use hatch_core::template::{Place, Segment, Template};

use super::asked::{self, Kind, speaks, with_remote, with_stdio};
use super::fields::{is_of, silently_lost};
use super::trial::{Put, Trial};

/// Where in a server a value may stand: a kind of server, the field as a loss names it, and
/// how the value gets there. Hosts that know a reference at all expand it in the first of
/// each kind.
type Spot = (Kind, &'static str, fn(&mut Server, Template));

const SPOTS: [Spot; 5] = [
    (Kind::Local, "env.HATCH_TEST", |it, value| {
        with_stdio(it, |stdio| stdio.env = vec![("HATCH_TEST".to_owned(), value)]);
    }),
    (Kind::Local, "args.0", |it, value| with_stdio(it, |stdio| stdio.args = vec![value])),
    (Kind::Local, "command", |it, value| with_stdio(it, |stdio| stdio.command = value)),
    (Kind::Remote, "headers.X-Hatch-Test", |it, value| {
        with_remote(it, |remote| remote.headers = vec![("X-Hatch-Test".to_owned(), value)]);
    }),
    (Kind::Remote, "url", |it, value| with_remote(it, |remote| remote.url = value)),
];

/// Text that some host takes for a reference.
const LOOKALIKES: [&str; 16] = [
    "${env:HATCH_TEST}",
    "${HATCH_TEST}",
    "$HATCH_TEST",
    "${HATCH_TEST:-default}",
    "$env:HATCH_TEST",
    "%HATCH_TEST%",
    "{env:HATCH_TEST}",
    "{{HATCH_TEST}}",
    "{file:/etc/hostname}",
    "${file:/etc/hostname}",
    "${input:hatch-test}",
    "${userHome}",
    "${workspaceFolder}",
    "$(hatch)",
    "~/hatch",
    "$${env:HATCH_TEST}",
];

pub(super) fn references(trial: &mut Trial<'_>) {
    let host = trial.descriptor();
    let spots = SPOTS.iter().filter(|(kind, ..)| speaks(host, *kind));
    for (kind, field, set) in spots {
        let server = |value: &Template| {
            let mut server = match kind {
                Kind::Local => asked::local("hatch-test"),
                _ => asked::remote(host, "hatch-test"),
            };
            set(&mut server, value.clone());
            server
        };
        if !holds_text(trial, &server(&Template::literal("text")), field) {
            continue;
        }
        let is_first = matches!(*field, "env.HATCH_TEST" | "headers.X-Hatch-Test");
        for (segment, known, word) in segments() {
            let value = Template::new([text("a "), segment.clone(), text(" z")]);
            // Alone, where a command or a URL can be nothing else.
            let value = if is_first { value } else { Template::new([segment]) };
            reference(trial, &server(&value), field, is_first.then_some(known), word, &value);
        }
        for lookalike in LOOKALIKES {
            let value = Template::literal(format!("a {lookalike}"));
            literal(trial, &server(&value), field, lookalike);
        }
    }
}

/// Whether a value can be there at all. Where it can't, `fields` says so.
fn holds_text(trial: &mut Trial<'_>, server: &Server, field: &str) -> bool {
    match trial.put(&format!("text as `{field}`"), &trial.absent(), server) {
        Some(Put::Done { losses, found, .. }) => {
            !losses.iter().any(|loss| is_of(loss, field))
                && silently_lost(server, &found, &losses).is_none()
        }
        _ => false,
    }
}

fn text(text: &str) -> Segment {
    Segment::Literal(text.to_owned())
}

/// One of each reference, with the word that a descriptor has for it.
fn segments() -> [(Segment, Reference, &'static str); 6] {
    let env = |default: Option<&str>| Segment::Env {
        name: "HATCH_TEST".to_owned(),
        default: default.map(str::to_owned),
    };
    [
        (env(None), Reference::Env, "env"),
        (env(Some("default")), Reference::EnvDefault, "env-default"),
        (Segment::Input("hatch-test".to_owned()), Reference::Input, "input"),
        (Segment::File("/srv/hatch/token".to_owned()), Reference::File, "file"),
        (Segment::Place(Place::UserHome), Reference::UserHome, "user-home"),
        (Segment::Place(Place::WorkspaceFolder), Reference::WorkspaceFolder, "workspace-folder"),
    ]
}

/// `known` is given where a host that knows the reference at all has to take it.
fn reference(
    trial: &mut Trial<'_>,
    server: &Server,
    field: &str,
    known: Option<Reference>,
    word: &str,
    value: &Template,
) {
    let declared = known.is_some_and(|known| trial.descriptor().references.contains(&known));
    let spelt = value.expose();
    let doing = format!("`{spelt}` as `{field}`");
    match trial.put(&doing, &trial.absent(), server) {
        None => {}
        Some(Put::Refused(reason)) if declared => trial.fault(
            format!("`references` names `{word}`, and `{spelt}` as `{field}` is refused: {reason}"),
            format!("spell it as the host does, or take `{word}` out of `references`"),
        ),
        Some(Put::Refused(_)) => {}
        Some(Put::Done { losses, found, .. }) => {
            let lost = losses.iter().any(|loss| is_of(loss, field));
            let wrong = silently_lost(server, &found, &losses);
            if declared && (lost || wrong.is_some()) {
                trial.fault(
                    format!(
                        "`references` names `{word}`, and `{spelt}` as `{field}` does not read \
                         back as a reference"
                    ),
                    "spell the segment as the host does when it is written, and turn the host's \
                     spelling into a segment when it is read",
                );
            } else if wrong.is_some() {
                trial.fault(
                    format!("the reference `{spelt}` as `{field}` reads back as something else"),
                    format!(
                        "the host does not expand it: refuse the server, or report a loss of \
                         `{field}` that says what the server gets instead"
                    ),
                );
            } else if known.is_some() && !declared && !lost {
                trial.fault(
                    format!("`{spelt}` is handled, and `references` does not name `{word}`"),
                    format!("add `{word}` to the descriptor's `references`"),
                );
            }
        }
    }
}

/// Text never becomes a reference by being written.
fn literal(trial: &mut Trial<'_>, server: &Server, field: &str, lookalike: &str) {
    let doing = format!("the text `{lookalike}` as `{field}`");
    let Some(Put::Done { losses, found, .. }) = trial.put(&doing, &trial.absent(), server) else {
        return;
    };
    if silently_lost(server, &found, &losses).is_some() {
        trial.fault(
            format!("the plain text `{lookalike}` as `{field}` reads back as something else"),
            "the host would expand it: escape it, if the host has an escape, or refuse the \
             server and say so",
        );
    }
}
