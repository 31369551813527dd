//! Adapters: whatever stands in a host's sections, and whatever is asked of them.

mod compare;
pub(crate) mod generate;

use std::collections::{BTreeMap, BTreeSet};

use hatch_adapter_claude_desktop::ClaudeDesktop;
use hatch_adapter_cursor::Cursor;
use hatch_adapter_gemini::Gemini;
use hatch_adapter_lmstudio::LmStudio;
use hatch_adapter_sdk::case::spec;
use hatch_adapter_sdk::json::{Object, Value};
use hatch_adapter_sdk::{Adapter, Edit, Outcome, Section, Server, Writing};
use hatch_core::document::Document;
use hatch_core::host::Format;

use self::compare::Comparison;
use self::generate::any_server;
use crate::choices::{Choices, split};

/// A host's document, or the map of servers in it, up to the first NUL, and choices: which host
/// it is, what its other sections hold, and what is asked.
///
/// No adapter panics, and what is written is what was asked, as [`check_put`] and the other
/// checks say it.
pub fn adapter(data: &[u8]) {
    let (text, mut choices) = split(data);
    match choices.pick(4) {
        0 => check::<ClaudeDesktop>(text, choices),
        1 => check::<Cursor>(text, choices),
        2 => check::<Gemini>(text, choices),
        _ => check::<LmStudio>(text, choices),
    }
}

fn check<A: Adapter>(text: &[u8], mut choices: Choices<'_>) {
    let sections = sections::<A>(text, &mut choices);
    check_reading::<A>(&sections);
    if A::read(&sections).is_ok() {
        check_put_of_what_was_read::<A>(&sections);
        let server = any_server(&mut choices);
        check_put::<A>(&sections, &server);
        check_add_and_remove::<A>(&sections, &server);
    }
}

/// The sections as the engine hands them out; text that is no document's stands as it is.
fn sections<A: Adapter>(text: &[u8], choices: &mut Choices<'_>) -> Vec<Section> {
    let spec = spec::<A>();
    let document = Document::parse(Some(text), Format::Jsonc).ok();
    let servers = document.and_then(|it| it.section(&spec.sections[0]).or_else(|| it.section(&[])));
    let mut values =
        vec![Some(servers.unwrap_or_else(|| String::from_utf8_lossy(text).into_owned()))];
    for _ in &spec.sections[1..] {
        values.push(choices.maybe(generate::any_list));
    }
    let section = |(path, value)| Section { document: spec.id.clone(), path, value };
    spec.sections.into_iter().zip(values).map(section).collect()
}

/// Reading and writing never panic, and name each entry once.
pub fn check_reading<A: Adapter>(sections: &[Section]) {
    let reading = A::read(sections);
    let removing = A::write(sections, &[Edit::Remove("a".to_owned())]);
    assert_eq!(reading.is_ok(), removing.is_ok(), "what can be read can be written");
    let Ok(reading) = reading else { return };
    let servers = reading.servers.iter().map(|server| &server.name);
    let unreadable = reading.unreadable.iter().map(|entry| &entry.name);
    let names: Vec<_> = servers.chain(&reading.foreign).chain(unreadable).collect();
    let different: BTreeSet<_> = names.iter().collect();
    assert_eq!(names.len(), different.len(), "an entry is named twice: {names:?}");
    assert!(reading.servers.iter().all(|server| !server.name.is_empty()), "a server has no name");
}

/// A put of what was read changes nothing.
pub fn check_put_of_what_was_read<A: Adapter>(sections: &[Section]) {
    let servers = A::read(sections).expect("readable sections").servers;
    for server in &servers {
        let writing = A::write(sections, &[Edit::Put(server.clone())]).expect("readable sections");
        assert!(writing.sections.is_empty(), "{server:?}\n{writing:?}");
        assert!(matches!(writing.outcomes[..], [Outcome::Done(_)]), "{server:?}\n{writing:?}");
    }
    let edits: Vec<Edit> = servers.into_iter().map(Edit::Put).collect();
    let writing = A::write(sections, &edits).expect("readable sections");
    assert!(writing.sections.is_empty(), "{edits:?}\n{writing:?}");
}

/// A put gives what was asked, but for the losses that it names, and nothing else: not where it
/// is refused, not to other entries, not to fields that no host knows, and not when it is done
/// again.
pub fn check_put<A: Adapter>(sections: &[Section], server: &Server) {
    let edit = [Edit::Put(server.clone())];
    let writing = A::write(sections, &edit).expect("readable sections");
    let new = after(sections, &writing);
    let (mut old_entries, mut new_entries) = (entries(sections), entries(&new));
    let (old, put) = (old_entries.remove(&server.name), new_entries.remove(&server.name));
    match &writing.outcomes[..] {
        [Outcome::Refused(_)] => assert!(writing.sections.is_empty(), "{writing:?}"),
        [Outcome::Done(losses)] => {
            let reading = A::read(&new).expect("what was written can be read");
            let got = reading.servers.into_iter().find(|it| it.name == server.name);
            let got = got.unwrap_or_else(|| panic!("unreadable: {new:?}"));
            let mut comparison = Comparison { losses, wrong: vec![] };
            comparison.server(server, &got);
            let wrong = comparison.wrong;
            assert!(wrong.is_empty(), "{wrong:?}\n{server:?}\n{got:?}\n{sections:?}\n{new:?}");
            let asked = server.extras.iter().filter_map(|extra| extra.path.first());
            keeps_unknown(old.as_ref(), put.as_ref(), &asked.collect::<Vec<_>>());
        }
        outcomes => panic!("{outcomes:?}"),
    }
    assert_eq!(old_entries, new_entries, "beside {server:?}");
    let again = A::write(&new, &edit).expect("what was written can be read");
    assert!(again.sections.is_empty(), "{server:?}\n{writing:?}\n{again:?}");
}

/// Fields that no host knows begin with `x-` here.
fn keeps_unknown(old: Option<&Value>, new: Option<&Value>, asked: &[&String]) {
    let members = old.and_then(Value::as_object).into_iter().flat_map(Object::iter);
    for (key, value) in members.filter(|(key, _)| key.starts_with("x-")) {
        let kept = new.and_then(Value::as_object).and_then(|entry| entry.get(key));
        assert!(kept == Some(value) || asked.iter().any(|it| *it == key), "`{key}` is {kept:?}");
    }
}

/// Adding a server and removing it restores what was there, and what is read of it.
pub fn check_add_and_remove<A: Adapter>(sections: &[Section], server: &Server) {
    let server = Server { name: "new one".to_owned(), ..server.clone() };
    if entries(sections).contains_key(&server.name) {
        return;
    }
    let remove = [Edit::Remove(server.name.clone())];
    let add = A::write(sections, &[Edit::Put(server)]).expect("readable sections");
    let added = after(sections, &add);
    let removing = A::write(&added, &remove).expect("what was written can be read");
    let removed = after(&added, &removing);
    assert_eq!(entries(&removed), entries(sections), "{add:?}\n{removing:?}");
    let servers = |sections| A::read(sections).expect("what was written can be read").servers;
    assert_eq!(servers(&removed), servers(sections), "{add:?}\n{removing:?}");
}

/// The sections after a writing, which are JSON and among those that it was given.
fn after(sections: &[Section], writing: &Writing) -> Vec<Section> {
    for new in &writing.sections {
        assert!(sections.iter().any(|section| section.path == new.path), "{new:?}");
        let value = new.value.as_deref().map(Value::parse);
        assert!(!matches!(value, Some(Err(_))), "{new:?}");
    }
    let changed = |section: &Section| {
        writing.sections.iter().find(|new| new.path == section.path).unwrap_or(section).clone()
    };
    sections.iter().map(changed).collect()
}

/// The map of servers; of equal keys the last one counts.
fn entries(sections: &[Section]) -> BTreeMap<String, Value> {
    let value =
        sections[0].value.as_deref().map_or(Value::Null, |text| Value::parse(text).expect("JSON"));
    let members = value.as_object().into_iter().flat_map(Object::iter);
    members.map(|(key, value)| (key.to_owned(), value.clone())).collect()
}
