//! Environments: any file of one, any server that is put into it or taken out, and any text
//! that somebody pastes.

use std::error::Error;

use hatch_core::environment::edit::{self, EditError};
use hatch_core::environment::{Environment, conceal, entry, export, older, paste};
use hatch_core::server::{Server, ServerName};
use serde_json::{Map, Value};

use crate::choices::{Choices, split};
use crate::scan;
use crate::values::any_json;

/// What stands for a secret: where it is in a value, no message may have it.
const SECRET: &str = "S3CRET9";

/// Fields of an entry whose value a message may name.
const SHOWN: [&str; 2] = ["type", "transport"];

/// A file up to the first NUL, and choices of what to put into it or take out.
///
/// Nothing panics and no message has a secret. What can be read is the same after it was
/// printed. A server that is put there is there, and what is removed is gone; everything else
/// keeps its bytes, and doing it again changes none.
pub fn environment(data: &[u8]) {
    let (text, mut choices) = split(data);
    pasted(text);
    let environment = match Environment::parse(text) {
        Ok(environment) => environment,
        Err(error) => return hides_secrets(text, &error),
    };
    let printed = environment.print();
    let again = Environment::parse(&printed).expect("what was printed can be read");
    assert_eq!(again, environment);
    assert_eq!(environment.print_over(text).expect("it is there"), text, "it says this already");
    shown(&environment);

    let text = std::str::from_utf8(text).expect("environments are UTF-8");
    let names: Vec<_> = environment.servers.iter().map(|(name, _)| name.clone()).collect();
    let new = ServerName::new("added").expect("a name");
    let name = names.get(choices.pick(names.len() + 1)).unwrap_or(&new);
    put(text, name, &mut choices);
    for name in &names {
        removed(text, &environment, name);
    }
}

fn put(text: &str, name: &ServerName, choices: &mut Choices<'_>) {
    let Ok(server) = entry::parse(name.clone(), &any_entry(choices)) else { return };
    let new = match edit::put(text.as_bytes(), &server, None, &[]) {
        // What a host's overrides do not go with.
        Err(EditError::Result(_)) => return,
        new => String::from_utf8(sound(new)).expect("environments are UTF-8"),
    };
    let found = server_in(&new, name).expect("it was put there");
    assert_eq!(found, server, "{text:?}\n{new:?}");
    foreign_is_kept(text, &new, name);
    let again = sound(edit::put(new.as_bytes(), &server, None, &[]));
    assert_eq!(String::from_utf8_lossy(&again), new, "{server:?} is there already");
    if server_in(text, name).is_none() {
        let gone = sound(edit::remove(new.as_bytes(), name));
        let gone = String::from_utf8_lossy(&gone);
        let had_servers = scan::find(text, &["mcpServers".to_owned()])
            .and_then(|at| scan::members(text, &at))
            .is_some_and(|members| !members.is_empty());
        assert!(gone == text || !had_servers, "{gone:?} was {text:?}");
    }
}

fn removed(text: &str, environment: &Environment, name: &ServerName) {
    let gone = String::from_utf8(sound(edit::remove(text.as_bytes(), name))).expect("UTF-8");
    assert_eq!(server_in(&gone, name), None, "{text:?}\n{gone:?}");
    foreign_is_kept(text, &gone, name);
    let mut wanted = environment.clone();
    wanted.servers.retain(|(known, _)| known != name);
    wanted.overrides.values_mut().for_each(|entries| entries.retain(|(known, _)| known != name));
    let over = wanted.print_over(text.as_bytes()).expect("a part of it");
    assert_eq!(Environment::parse(&over).expect("what was edited can be read"), wanted);
}

fn server_in(text: &str, name: &ServerName) -> Option<Server> {
    let environment = Environment::parse(text.as_bytes()).expect("what was edited can be read");
    let servers = environment.servers_for(&[]).expect("what was edited makes sense");
    servers.into_iter().find(|server| server.name == *name)
}

/// What an edit gives, whose own faults are none of the file's.
fn sound(edited: Result<Vec<u8>, EditError>) -> Vec<u8> {
    edited.unwrap_or_else(|error| panic!("{error}: {:?}", error.source().map(ToString::to_string)))
}

/// Other servers, and other keys at the top, are there still to the byte.
fn foreign_is_kept(old: &str, new: &str, name: &ServerName) {
    let others = |text: &str, path: &[String], but: &[&str]| -> Vec<String> {
        let at = scan::find(text, path);
        let members = at.and_then(|at| scan::members(text, &at)).unwrap_or_default();
        let others = members.into_iter().filter(|member| !but.contains(&member.key.as_str()));
        others.map(|member| text[member.range].to_owned()).collect()
    };
    let top = ["mcpServers", "hosts"];
    assert_eq!(others(old, &[], &top), others(new, &[], &top));
    let servers = ["mcpServers".to_owned()];
    assert_eq!(others(old, &servers, &[name.as_str()]), others(new, &servers, &[name.as_str()]));
}

/// Everything that only looks at an environment, or makes another text of it.
fn shown(environment: &Environment) {
    environment.unknown_fields();
    paste::foreign_references(environment);
    let servers = environment.servers_for(&[]).expect("it was checked");
    export::mcp_servers(&servers);
    export::vscode(&servers);
    let mut concealed = environment.clone();
    conceal::conceal(&mut concealed);
    Environment::parse(&concealed.print()).expect("references make sense where text did");
}

/// Texts that are no environments: pasted ones, and the older tool's.
fn pasted(text: &[u8]) {
    match paste::read(text, ServerName::new("pasted")) {
        Ok(pasted) => {
            let printed = pasted.environment.print();
            Environment::parse(&printed).expect("what was pasted makes sense");
        }
        Err(error) => hides_secrets(text, &error),
    }
    let mut metadata = |_: &str, _: &str| older::Metadata {
        folder: "/h/.hatch/envs".into(),
        file: Ok(text.to_vec()),
    };
    if let Ok((environments, _)) = older::read(text, &mut metadata) {
        for it in environments {
            Environment::parse(&it.environment.print()).expect("what was converted makes sense");
        }
    }
}

/// Whatever is wrong with a file, the message has nothing of a value in it but what names a
/// transport.
fn hides_secrets(text: &[u8], error: &dyn Error) {
    let value = serde_json::from_slice(text).unwrap_or_default();
    if names_secret(&value) {
        return;
    }
    let mut next = Some(error);
    while let Some(error) = next {
        let shown = format!("{error} {error:?}");
        assert!(!shown.contains(SECRET), "{shown}");
        next = error.source();
    }
}

/// Whether a key has it, or a value that may be shown.
fn names_secret(value: &Value) -> bool {
    match value {
        Value::Object(members) => members.iter().any(|(key, value)| {
            let is_shown = SHOWN.contains(&key.as_str()) || key == "extends";
            key.contains(SECRET)
                || names_secret(value)
                || is_shown && value.to_string().contains(SECRET)
        }),
        Value::Array(items) => items.iter().any(names_secret),
        _ => false,
    }
}

/// An entry of the common form, more often right than wrong.
pub(crate) fn any_entry(choices: &mut Choices<'_>) -> Map<String, Value> {
    let mut entry = Map::new();
    if choices.once_in(2) {
        let key = choices.one_of(&["url", "httpUrl", "serverUrl"]);
        entry.insert(key.to_owned(), text(choices).into());
        let kinds = ["http", "sse", "remote", "streamable-http"];
        entry.extend(choices.maybe(|it| ("type".to_owned(), it.one_of(&kinds).into())));
        entry.extend(choices.maybe(|it| ("headers".to_owned(), texts(it).into())));
        entry.extend(choices.maybe(|it| ("oauth".to_owned(), oauth(it))));
    } else {
        entry.insert("command".to_owned(), text(choices).into());
        let args: Vec<_> = choices.several(4, text);
        entry.extend(choices.maybe(|_| ("args".to_owned(), args.into())));
        entry.extend(choices.maybe(|it| ("env".to_owned(), texts(it).into())));
        entry.extend(choices.maybe(|it| ("cwd".to_owned(), text(it).into())));
        entry.extend(choices.maybe(|it| ("envFile".to_owned(), text(it).into())));
        entry.extend(choices.maybe(|it| ("envForward".to_owned(), it.several(3, text).into())));
    }
    for key in ["enabled", "disabled"] {
        entry.extend(choices.maybe(|it| (key.to_owned(), it.once_in(2).into())));
    }
    for key in ["timeout", "startupTimeout", "toolTimeout"] {
        entry.extend(choices.maybe(|it| (key.to_owned(), it.one_of(&[0, 1500, u64::MAX]).into())));
    }
    for key in ["includeTools", "excludeTools", "autoApprove"] {
        entry.extend(choices.maybe(|it| (key.to_owned(), it.several(3, text).into())));
    }
    entry.extend(choices.maybe(|it| ("description".to_owned(), text(it).into())));
    if choices.once_in(6) {
        let key = choices.one_of(&entry::FIELDS);
        entry.insert(
            key.to_owned(),
            serde_json::from_str(&any_json(choices, 2)).unwrap_or_default(),
        );
    }
    entry
}

fn text(choices: &mut Choices<'_>) -> String {
    let texts = ["", "x", "${env:A}", "${A}", "$${env:A}", "${env:A:-b}", "a b", "\u{1}\n", SECRET];
    match choices.once_in(4) {
        true => choices.text(10),
        false => choices.one_of(&texts).to_owned(),
    }
}

fn texts(choices: &mut Choices<'_>) -> Map<String, Value> {
    let member = |choices: &mut Choices<'_>| {
        (choices.one_of(&["A", "B", "Authorization", ""]).to_owned(), text(choices).into())
    };
    choices.several(4, member).into_iter().collect()
}

fn oauth(choices: &mut Choices<'_>) -> Value {
    let mut members = Map::new();
    for key in entry::OAUTH {
        let value = match key {
            "scopes" => choices.maybe(|it| it.several(3, text).into()),
            _ => choices.maybe(|it| text(it).into()),
        };
        members.extend(value.map(|value: Value| (key.to_owned(), value)));
    }
    members.into()
}
