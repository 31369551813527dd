//! Sections as a file may have them: empty, of another shape, with entries that are none.

use hatch_core::adapter::{AdapterError, Edit, Section};
use serde_json::{Value, json};

use super::asked::plain;
use super::entry;
use super::trial::{Put, Trial, named};

pub(super) fn empty(trial: &mut Trial<'_>) {
    let server = plain(trial.descriptor(), "hatch-test");
    let written = trial.with(std::slice::from_ref(&server));
    let removal = [Edit::Remove(server.name.clone())];
    let emptied = trial.write("the removal of the only server", &written, &removal);
    let mut all = vec![("absent", trial.absent()), ("null", trial.sections(Some("null")))];
    all.extend(emptied.map(|emptied| ("emptied", emptied.sections)));
    for (what, sections) in all {
        let Some(reading) = trial.read(&format!("sections that are {what}"), &sections) else {
            continue;
        };
        let names = reading.servers.len() + reading.foreign.len() + reading.unreadable.len();
        if names > 0 {
            trial.fault(
                format!("something was read in sections that are {what}"),
                "where there is nothing there are no servers",
            );
        }
        let put = trial.put(&format!("sections that are {what}"), &sections, &server);
        if let Some(Put::Refused(reason)) = put {
            trial.fault(
                format!("a plain server was refused where sections are {what}: {reason}"),
                "an absent, a null and an empty section take servers alike",
            );
        }
    }
}

/// What stands where an object or a list should be.
const SCALARS: [(&str, &str); 4] =
    [("a number", "7"), ("text", "\"text\""), ("true", "true"), ("text", "\"\"")];

pub(super) fn shapes(trial: &mut Trial<'_>) {
    let absent = trial.absent();
    let edits = [Edit::Put(plain(trial.descriptor(), "hatch-test"))];
    for at in 0..absent.len() {
        let place = absent[at].path.join(".");
        let with = |value: &str| -> Vec<Section> {
            let mut sections = absent.clone();
            sections[at].value = Some(value.to_owned());
            sections
        };
        for (what, value) in SCALARS {
            let sections = with(value);
            let is_error = |failed: Option<AdapterError>| match failed {
                None => Err(None),
                Some(AdapterError::Failed { reason, .. }) => Err(Some(reason)),
                Some(_) => Ok(()),
            };
            let read = is_error(trial.ask_to_read(&sections).err());
            let written = is_error(trial.ask_to_write(&sections, &edits).err());
            for (doing, answer) in [("reading", read), ("writing", written)] {
                match answer {
                    Ok(()) => {}
                    Err(Some(reason)) => {
                        trial
                            .misanswered(&format!("{doing} `{place}` where it is {what}"), &reason);
                    }
                    Err(None) => trial.fault(
                        format!("{doing} `{place}` where it is {what} is no error"),
                        "return `unexpected-shape` with the path: what is there is not \
                         understood, and the next put would overwrite it",
                    ),
                }
            }
        }
        // Whether these are good is the adapter's to know.
        for value in ["[1,[2]]", r#"{"a":1,"b":[{}]}"#, &nested(100)] {
            let sections = with(value);
            let (read, written) =
                (trial.ask_to_read(&sections).err(), trial.ask_to_write(&sections, &edits).err());
            for (doing, failed) in [("reading", read), ("writing", written)] {
                if let Some(AdapterError::Failed { reason, .. }) = failed {
                    trial.misanswered(&format!("{doing} an odd value of `{place}`"), &reason);
                }
            }
        }
    }
}

/// Lists in lists.
fn nested(depth: usize) -> String {
    format!("{}{}", "[".repeat(depth), "]".repeat(depth))
}

/// Entries of the map of servers that are no servers, and fields of another type in one.
pub(super) fn entries(trial: &mut Trial<'_>) {
    let server = plain(trial.descriptor(), "hatch-test");
    let written = trial.with(std::slice::from_ref(&server));
    let Some(found) = entry::find(&written, &server.name) else {
        trial.untried(format!("there is no object by the name of `{}`", server.name));
        return;
    };
    let odd = [json!(5), json!("text"), json!([]), json!([1]), json!({}), json!(true)];
    let mut tried: Vec<(String, Vec<Section>)> = Vec::new();
    for value in &odd {
        let sections = entry::replaced(&written, &found, |entry| *entry = value.clone());
        tried.push((format!("an entry that is `{value}`"), sections));
        for key in found.value.as_object().into_iter().flat_map(|entry| entry.keys()) {
            let sections = entry::replaced(&written, &found, |entry| entry[key] = value.clone());
            tried.push((format!("an entry whose `{key}` is `{value}`"), sections));
        }
    }
    for (what, sections) in tried {
        match trial.ask_to_read(&sections) {
            Err(AdapterError::Failed { reason, .. }) => {
                trial.misanswered(&format!("reading {what}"), &reason);
            }
            // That one entry makes the rest unreadable is for the host to say.
            Err(_) => {}
            Ok(reading) => {
                let name = server.name.as_str();
                let is_named = named(&reading, &server.name).is_some()
                    || reading.foreign.iter().any(|it| it == name)
                    || reading.unreadable.iter().any(|it| it.name == name);
                if !is_named && !is_in_list(&written, &found) {
                    trial.fault(
                        format!("{what} is not named when sections are read"),
                        "list it in `unreadable` with the reason, or in `foreign` if it is not \
                         the adapter's to touch",
                    );
                }
            }
        }
    }
}

/// Whether the entry's name is in it, and went away with what it was.
fn is_in_list(sections: &[Section], entry: &entry::Entry) -> bool {
    let parent = entry.pointer.rsplit_once('/').map_or("", |(parent, _)| parent);
    let value = sections[entry.section].value.as_deref();
    let value: Option<Value> = value.and_then(|text| serde_json::from_str(text).ok());
    value.is_some_and(|value| value.pointer(parent).is_some_and(Value::is_array))
}
