//! Odd names, and many of them.

use hatch_core::adapter::{Edit, Outcome};
use hatch_core::server::ServerName;

use super::asked::{self, changed, one_of_each, plain};
use super::trial::{Put, Trial, named, same};

/// Servers of one document that an adapter has to carry within the limits.
const MANY: usize = 10_000;

/// Names that are told apart, however much alike they look.
fn odd() -> Vec<String> {
    let fixed = [
        " ",
        "a b",
        " a",
        "a.b",
        "a/b",
        "..",
        "-",
        "0",
        "null",
        "__proto__",
        "constructor",
        "it's \"quoted\"",
        "back\\slash",
        "line\nbreak",
        "[a]",
        "#",
        "${env:A}",
        "Case",
        "case",
        "é",
        "e\u{301}",
        "サーバー",
        "🦀",
        "\u{a0}",
    ];
    fixed.into_iter().map(str::to_owned).chain(["n".repeat(4000)]).collect()
}

pub(super) fn names(trial: &mut Trial<'_>) {
    let host = trial.descriptor();
    let other = plain(host, "hatch-other");
    let before = trial.with(std::slice::from_ref(&other));
    let Some(old) = trial.read("one server", &before) else { return };
    for name in odd() {
        let server = plain(host, &name);
        let shown = shown(&name);
        let put = trial.put("a server with an odd name", &before, &server);
        let Some(Put::Done { sections, .. }) = put else { continue };
        let Some(reading) = trial.read("a server with an odd name", &sections) else { continue };
        if named(&reading, &other.name) != named(&old, &other.name) {
            trial.fault(
                format!("a put of {shown} changed another server"),
                "take a name as it is: it is a key, and no path, pattern or identifier",
            );
        }
        let removal = [Edit::Remove(server.name.clone())];
        let doing = format!("the removal of {shown}");
        let Some(after) = trial.write(&doing, &sections, &removal) else { continue };
        if matches!(after.outcomes[..], [Outcome::Done(_)]) && !same(&before, &after.sections) {
            trial.differs(
                format!("{shown} was put and removed, and the sections are not as before"),
                "find the entry by its whole name, letter for letter",
                &before,
                &after.sections,
            );
        }
    }
    all_at_once(trial);
}

/// All of them beside each other: those that are alike are not the same.
fn all_at_once(trial: &mut Trial<'_>) {
    let host = trial.descriptor();
    let servers: Vec<_> = odd().iter().map(|name| plain(host, name)).collect();
    let edits: Vec<_> = servers.iter().cloned().map(Edit::Put).collect();
    let absent = trial.absent();
    let Some(written) = trial.write("many odd names", &absent, &edits) else { return };
    let Some(reading) = trial.read("many odd names", &written.sections) else { return };
    for (server, outcome) in servers.iter().zip(&written.outcomes) {
        if matches!(outcome, Outcome::Done(_)) && named(&reading, &server.name).is_none() {
            trial.fault(
                format!(
                    "{} is not there beside others that were put with it",
                    shown(server.name.as_str())
                ),
                "tell names apart letter for letter, or refuse those that the host can't",
            );
        }
    }
}

fn shown(name: &str) -> String {
    match name.chars().count() {
        length if length > 40 => format!("a name of {length} letters"),
        _ => format!("`{}`", name.escape_debug()),
    }
}

pub(super) fn many(trial: &mut Trial<'_>) {
    let host = trial.descriptor();
    let kinds = one_of_each(host, "hatch");
    let edits: Vec<_> = (0..MANY)
        .map(|at| {
            let mut server = kinds[at % kinds.len()].clone();
            server.name = asked::name(&format!("hatch-{at}"));
            Edit::Put(server)
        })
        .collect();
    let absent = trial.absent();
    let Some(written) = trial.write("10,000 servers", &absent, &edits) else { return };
    let Some(reading) = trial.read("10,000 servers", &written.sections) else { return };
    let done = written.outcomes.iter().filter(|it| matches!(it, Outcome::Done(_))).count();
    if reading.servers.len() != done {
        let found = reading.servers.len();
        trial.fault(
            format!("{done} servers were put at once, and {found} of them are there"),
            "make every edit, however many there are",
        );
    }
    let last: ServerName = asked::name(&format!("hatch-{}", MANY - 1));
    let Some(server) = named(&reading, &last) else { return };
    let edits = [Edit::Put(changed(server)), Edit::Remove(asked::name("hatch-0"))];
    trial.write("two edits among 10,000 servers", &written.sections, &edits);
}
