//! Edits: what they change, what they leave, and what is left after them.

use hatch_core::adapter::{Edit, Outcome, Section};
use hatch_core::server::Server;

use super::asked::{self, Kind, changed, full, one_of_each, plain, speaks};
use super::entry;
use super::trial::{Trial, named, same};

/// Servers of every kind that the host speaks to: plain ones, and ones that say everything.
fn samples(trial: &Trial<'_>) -> Vec<Server> {
    let host = trial.descriptor();
    let kinds = [Kind::Local, Kind::Remote].into_iter().filter(|kind| speaks(host, *kind));
    let full = kinds.map(|kind| full(host, kind, &format!("hatch-full-{kind:?}").to_lowercase()));
    one_of_each(host, "hatch").into_iter().chain(full).collect()
}

fn puts(servers: &[Server]) -> Vec<Edit> {
    servers.iter().cloned().map(Edit::Put).collect()
}

/// An answer for every edit, and none where nothing is asked.
pub(super) fn answers(trial: &mut Trial<'_>) {
    let samples = samples(trial);
    let absent = trial.absent();
    let mut edits = puts(&samples);
    edits.push(Edit::Remove(asked::name("hatch-never-there")));
    for edit in &edits {
        trial.write("one edit", &absent, std::slice::from_ref(edit));
    }
    let Some(written) = trial.write("several servers at once", &absent, &edits) else { return };
    for sections in [absent, written.sections] {
        let Some(after) = trial.write("no edit", &sections, &[]) else { continue };
        if !same(&sections, &after.sections) {
            trial.differs(
                "sections were changed where no edit was asked for",
                "hand a section back only where an edit changed it",
                &sections,
                &after.sections,
            );
        }
    }
}

pub(super) fn same_answer(trial: &mut Trial<'_>) {
    let samples = samples(trial);
    let sections = trial.with(&samples);
    let advice = "let nothing but the sections and the edits decide: no clock, no chance, nothing \
                  kept from call to call, and no map whose order is another each time";
    if trial.ask_to_read(&sections).ok() != trial.ask_to_read(&sections).ok() {
        trial.fault("the same sections were read differently the second time", advice);
    }
    let edits = puts(&samples.iter().map(changed).collect::<Vec<_>>());
    for sections in [sections, trial.absent()] {
        let writing = || trial.ask_to_write(&sections, &edits).ok();
        if writing() != writing() {
            trial.fault("the same edits were made differently the second time", advice);
        }
    }
}

pub(super) fn twice(trial: &mut Trial<'_>) {
    for server in samples(trial) {
        let edit = [Edit::Put(server.clone())];
        let doing = format!("`{}` for the first time", server.name);
        let Some(once) = trial.write(&doing, &trial.absent(), &edit) else { continue };
        let doing = format!("`{}` for the second time", server.name);
        let Some(twice) = trial.write(&doing, &once.sections, &edit) else { continue };
        if !same(&once.sections, &twice.sections) {
            trial.differs(
                format!("`{}` was put a second time, and that changed it again", server.name),
                "compare what an entry says already with what is asked, and write only what \
                 differs",
                &once.sections,
                &twice.sections,
            );
        }
    }
}

pub(super) fn as_read(trial: &mut Trial<'_>) {
    let samples = samples(trial);
    let sections = entry::with_unknown_keys(&trial.with(&samples), &samples);
    let Some(reading) = trial.read("what was written", &sections) else { return };
    for server in reading.servers {
        let doing = format!("`{}` as it was read", server.name);
        let edit = [Edit::Put(server.clone())];
        let Some(after) = trial.write(&doing, &sections, &edit) else { continue };
        if let [Outcome::Refused(reason)] = &after.outcomes[..] {
            trial.fault(
                format!("`{}` is refused as it was read: {reason}", server.name),
                "what the host has, it can have: read it as what can be put",
            );
        }
        if !same(&sections, &after.sections) {
            trial.differs(
                format!("a put of `{}`, as it was read, changed its entry", server.name),
                "let reading and writing be inverse: keep the spelling of all that an entry says \
                 already",
                &sections,
                &after.sections,
            );
        }
    }
}

pub(super) fn removal(trial: &mut Trial<'_>) {
    let host = trial.descriptor();
    let (other, absent) = (plain(host, "hatch-other"), trial.absent());
    let populated = trial.with(std::slice::from_ref(&other));
    for (before, where_) in [(absent, "absent sections"), (populated, "sections with a server")] {
        for server in samples(trial) {
            let doing = format!("`{}` into {where_}", server.name);
            let edit = [Edit::Put(server.clone())];
            let Some(put) = trial.write(&doing, &before, &edit) else { continue };
            removed(trial, &server, &before, &put.sections, where_);
        }
        never_there(trial, &before, where_);
    }
}

fn removed(
    trial: &mut Trial<'_>,
    server: &Server,
    before: &[Section],
    put: &[Section],
    where_: &str,
) {
    let doing = format!("the removal of `{}`", server.name);
    let edit = [Edit::Remove(server.name.clone())];
    let Some(after) = trial.write(&doing, put, &edit) else { return };
    if matches!(after.outcomes[..], [Outcome::Refused(_)]) {
        return;
    }
    let Some(reading) = trial.read(&doing, &after.sections) else { return };
    if named(&reading, &server.name).is_some() {
        trial.fault(
            format!("`{}` was removed, and is still there when it is read", server.name),
            "take the entry away where it is removed, from every section",
        );
    } else if !same(before, &after.sections) {
        trial.differs(
            format!("`{}` was put into {where_} and removed, and left something behind", server.name),
            "a removal takes away what a put wrote: the entry, and its name in every list beside it",
            before,
            &after.sections,
        );
    }
}

fn never_there(trial: &mut Trial<'_>, before: &[Section], where_: &str) {
    let edit = [Edit::Remove(asked::name("hatch-never-there"))];
    let doing = format!("the removal of a server that is not there, from {where_}");
    let Some(after) = trial.write(&doing, before, &edit) else { return };
    if !same(before, &after.sections) {
        trial.differs(
            "the removal of a server that is not there changed something",
            "a removal of what is not there is done, and changes nothing",
            before,
            &after.sections,
        );
    }
}

pub(super) fn others(trial: &mut Trial<'_>) {
    let host = trial.descriptor();
    let three = ["hatch-a", "hatch-b", "hatch-c"].map(|name| plain(host, name));
    let sections = entry::with_unknown_keys(&trial.with(&three), &three);
    let Some(before) = trial.read("three servers", &sections) else { return };
    let edits = [
        Edit::Put(changed(&three[1])),
        Edit::Remove(three[2].name.clone()),
        Edit::Put(plain(host, "hatch-d")),
    ];
    let Some(after) = trial.write("edits of other servers", &sections, &edits) else { return };
    let Some(reading) = trial.read("what came of edits", &after.sections) else { return };
    let name = &three[0].name;
    let entry = |sections: &[Section]| entry::find(sections, name).map(|it| it.value);
    if named(&before, name) != named(&reading, name) || entry(&sections) != entry(&after.sections) {
        trial.differs(
            format!("edits of other servers changed `{name}`"),
            "change the entries that are named in the edits and no others",
            &sections,
            &after.sections,
        );
    }
}

pub(super) fn together(trial: &mut Trial<'_>) {
    let host = trial.descriptor();
    let [a, b] = ["hatch-a", "hatch-b"].map(|name| plain(host, name));
    let lists: [Vec<Edit>; 3] = [
        vec![Edit::Put(a.clone()), Edit::Put(b.clone()), Edit::Remove(a.name.clone())],
        vec![Edit::Put(a.clone()), Edit::Put(changed(&a)), Edit::Put(b.clone())],
        vec![Edit::Remove(a.name.clone()), Edit::Put(b), Edit::Put(changed(&a))],
    ];
    for before in [trial.absent(), trial.with(std::slice::from_ref(&a))] {
        for edits in &lists {
            let Some(at_once) = trial.write("edits in one call", &before, edits) else { continue };
            let mut one_by_one = before.clone();
            for edit in edits {
                let Some(after) = trial.write("one edit", &one_by_one, std::slice::from_ref(edit))
                else {
                    return;
                };
                one_by_one = after.sections;
            }
            if !same(&one_by_one, &at_once.sections) {
                trial.differs(
                    "edits in one call came out differently than one after the other",
                    "make the edits in their order, each on what the one before it left",
                    &one_by_one,
                    &at_once.sections,
                );
            }
        }
    }
}
