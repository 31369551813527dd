//! Hosts: any document of one, and any edits of its servers, through the engine and the host's
//! own adapter, which is linked in here and runs in the sandbox otherwise.

use std::sync::OnceLock;

use hatch_core::adapter::{AdapterError, Edit, HostAdapter, Outcome};
use hatch_core::configuration::{Configuration, ConfigurationError, Edited, File};
use hatch_core::document::{Document, EditError};
use hatch_core::environment::entry;
use hatch_core::host::Format;
use hatch_core::location::Location;
use hatch_core::plan::FilePlan;
use hatch_core::registry::Registry;
use hatch_core::server::{Extra, ServerName};

use crate::choices::{Choices, split};
use crate::environment::any_entry;
use crate::scan;
use crate::values::any_json;

#[path = "../../src/native.rs"]
mod native;

/// A host's document up to the first NUL, and choices: which host it is, and the edits.
///
/// Nothing panics. The adapter is never caught at another answer than it was asked for, and no
/// edit of the text is thrown away. What comes out reads as it was foretold, and the same edits
/// change nothing then. Servers that no edit names keep their bytes, and so does everything
/// beside them.
pub fn host_edit(data: &[u8]) {
    let (text, mut choices) = split(data);
    let hosts = hosts().hosts();
    let adapter = &*hosts[choices.pick(hosts.len())].adapter;
    let before = (!text.is_empty()).then(|| text.to_vec());
    let Some(configuration) = read(adapter, before) else { return };
    let edits = edits(&configuration, &mut choices);
    let Some(edited) = edit(adapter, &configuration, &edits) else { return };

    let after = read(adapter, edited.files[0].after.clone()).expect("what was edited can be read");
    assert_eq!(after.reading, edited.reading, "{edits:?}");
    let again = edit(adapter, &after, &edits).expect("what was edited can be edited");
    assert!(again.files.iter().all(FilePlan::is_unchanged), "{edits:?}\n{:?}", again.outcomes);
    if edited.outcomes.iter().all(|outcome| matches!(outcome, Outcome::Refused(_))) {
        assert!(edited.files.iter().all(FilePlan::is_unchanged), "all were refused: {edits:?}");
    }
    foreign_is_kept(adapter, &edited.files[0], &edits);
}

fn read(adapter: &dyn HostAdapter, bytes: Option<Vec<u8>>) -> Option<Configuration> {
    let documents = &adapter.descriptor().documents;
    assert_eq!(documents.len(), 1, "the hosts have one document each");
    let file = File { location: Location::new("/h/document", "~/document"), bytes };
    honest(Configuration::read(adapter, vec![file]), &[])
}

fn edit(adapter: &dyn HostAdapter, it: &Configuration, edits: &[Edit]) -> Option<Edited> {
    honest(it.edit(adapter, edits), edits)
}

/// What was done, if nothing in the document stood in the way of it.
fn honest<T>(done: Result<T, ConfigurationError>, edits: &[Edit]) -> Option<T> {
    match done {
        Ok(done) => Some(done),
        Err(ConfigurationError::Unsound { source, .. }) => {
            panic!("the adapter lied: {source}: {edits:?}")
        }
        Err(ConfigurationError::Edit { source: source @ EditError::Unsound, .. }) => {
            panic!("{source}: {edits:?}")
        }
        Err(ConfigurationError::Adapter {
            source: source @ AdapterError::Failed { .. }, ..
        }) => {
            panic!("{source}: {edits:?}")
        }
        Err(_) => None,
    }
}

fn edits(configuration: &Configuration, choices: &mut Choices<'_>) -> Vec<Edit> {
    let reading = &configuration.reading;
    let servers = reading.servers.iter().map(|server| server.name.as_str());
    let unreadable = reading.unreadable.iter().map(|entry| entry.name.as_str());
    let names: Vec<_> = servers.chain(unreadable).chain(["a", "b", "メモ"]).collect();
    let mut edits: Vec<Edit> = Vec::new();
    let mut edited = Vec::new();
    for _ in 0..=choices.pick(3) {
        let name = names[choices.pick(names.len())];
        let Some(name) = ServerName::new(name).filter(|name| !edited.contains(name)) else {
            continue;
        };
        edited.push(name.clone());
        if choices.once_in(4) {
            edits.push(Edit::Remove(name));
        } else if let Ok(mut server) = entry::parse(name, &any_entry(choices)) {
            server.extras.extend(choices.maybe(extra));
            edits.push(Edit::Put(server));
        }
    }
    edits
}

fn extra(choices: &mut Choices<'_>) -> Extra {
    let path = vec![choices.one_of(&["x-team", "trust", "authProviderType"]).to_owned()];
    let value = Document::parse(Some(any_json(choices, 3).as_bytes()), Format::Json);
    let value = value.ok().and_then(|it| it.section(&[])).expect("it is JSON");
    Extra { path, value }
}

fn foreign_is_kept(adapter: &dyn HostAdapter, file: &FilePlan, edits: &[Edit]) {
    let text = |bytes: &Option<Vec<u8>>| {
        let bytes = bytes.clone().unwrap_or_default();
        let text = String::from_utf8(bytes).expect("documents are UTF-8");
        text.trim_start_matches('\u{feff}').to_owned()
    };
    let (old, new) = (text(&file.before), text(&file.after));
    let sections = &adapter.descriptor().documents[0].sections;
    let others = |text: &str, path: &[String], but: &[&str]| -> Vec<String> {
        let at = scan::find(text, path);
        let members = at.and_then(|at| scan::members(text, &at)).unwrap_or_default();
        let others = members.into_iter().filter(|member| !but.contains(&member.key.as_str()));
        others.map(|member| text[member.range].to_owned()).collect()
    };
    let own: Vec<_> = sections.iter().map(|path| path[0].as_str()).collect();
    assert_eq!(others(&old, &[], &own), others(&new, &[], &own), "beside the sections");
    let named = edits.iter().map(|edit| match edit {
        Edit::Put(server) => server.name.as_str(),
        Edit::Remove(name) => name.as_str(),
    });
    let named: Vec<_> = named.collect();
    let (old, new) = (others(&old, &sections[0], &named), others(&new, &sections[0], &named));
    assert_eq!(old, new, "beside {named:?}");
}

/// The hosts whose adapters are built in.
fn hosts() -> &'static Registry {
    static HOSTS: OnceLock<Registry> = OnceLock::new();
    HOSTS.get_or_init(|| native::registry().expect("each has a descriptor"))
}
