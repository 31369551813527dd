//! Adapters that are wrong in one way each.

use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use std::time::Duration;

use hatch_adapter_kit::conformance::{self, Fault, Promise};
use hatch_core::adapter::{
    AdapterError, Edit, HostAdapter, Loss, LossKind, Outcome, Reading, Section, Writing,
};
use hatch_core::host::{Field, HostDescriptor, Reference, TransportKind};
use hatch_core::server::{Server, ServerName, Transport};
use hatch_core::template::{Segment, Template};
use hatch_sandbox::failed;
use serde_json::json;

use crate::told;
use crate::wrong::{Write, Wrong, is_put, puts, servers, written};

/// The promise is found to be broken, in a sentence that has these words, and so it is by the
/// check for it alone. Returns the promises that are broken with it. Many servers are put only
/// where they are the point.
#[track_caller]
fn finds(wrong: &Wrong, promise: Promise, words: &[&str]) -> Vec<Promise> {
    let says_so = |fault: &Fault| {
        let sentence = format!("{}; {}", fault.what, fault.advice);
        words.iter().all(|word| sentence.contains(word))
    };
    let alone = conformance::check(wrong, |it| it == promise);
    let all = conformance::check(wrong, |it| it != Promise::Many || promise == Promise::Many);
    for tried in [&alone, &all] {
        let of_it = tried.iter().find(|tried| tried.promise == promise).unwrap();
        let found = of_it.faults.iter().any(says_so);
        assert!(found, "{promise}: {words:?} is not in\n{}", told(tried));
    }
    all.iter().filter(|it| !it.faults.is_empty()).map(|it| it.promise).collect()
}

/// As [`finds`], and no other promise is broken.
#[track_caller]
fn finds_only(wrong: &Wrong, promise: Promise, words: &[&str]) {
    assert_eq!(finds(wrong, promise, words), [promise]);
}

#[test]
fn an_honest_adapter_keeps_every_promise() {
    assert_eq!(told(&conformance::check(&Wrong::honest(), |_| true)), "");
}

#[test]
fn unknown_keys_that_go_are_found() {
    let wrong = Wrong::writes(|inner, sections, edits| {
        Ok(written(inner.write(sections, edits)?, |section| {
            for (_, entry) in servers(section).filter(|(name, _)| is_put(edits, name)) {
                entry.as_object_mut().unwrap().retain(|key, _| !key.starts_with("x-"));
            }
        }))
    });
    finds(&wrong, Promise::UnknownKeys, &["took the unknown key", "start from the entry"]);
}

#[test]
fn a_field_that_is_forgotten_is_found() {
    let forget: Write = |inner, sections, edits| {
        let forget = |server: &mut Server| match &mut server.transport {
            Transport::StreamableHttp(remote) | Transport::Sse(remote) => remote.headers.clear(),
            _ => {}
        };
        inner.write(sections, &puts(edits, forget))
    };
    let words = ["put with `headers` and read back with another `headers`", "`fields`"];
    finds_only(&Wrong { write: forget, ..Wrong::honest() }, Promise::Fields, &words[..1]);
    // Where the descriptor says nothing of it, a loss is what is missing.
    let quiet = Wrong::describes(|host| host.fields.retain(|field| *field != Field::Headers));
    let words =
        ["put with `headers` and read back without `headers`", "report a loss of `headers`"];
    finds(&Wrong { write: forget, ..quiet }, Promise::Fields, &words);
}

#[test]
fn fields_that_the_descriptor_has_wrong_are_found() {
    let quiet = Wrong::describes(|host| host.fields.retain(|field| *field != Field::Cwd));
    finds_only(
        &quiet,
        Promise::Fields,
        &["`cwd` is written and read, and `fields` does not name it"],
    );
    let boasts = Wrong::describes(|host| host.fields.push(Field::EnvFile));
    finds_only(&boasts, Promise::Fields, &["`fields` names `env-file`", "reports it lost"]);
    let refuses = Wrong::writes(|inner, sections, edits| {
        let mut writing = inner.write(sections, edits)?;
        if matches!(edits, [Edit::Put(server)] if server.description.is_some()) {
            writing = Writing { sections: vec![], outcomes: vec![Outcome::Refused("no".into())] };
        }
        Ok(writing)
    });
    finds(&refuses, Promise::Fields, &["`fields` names `description`", "is refused: no"]);
}

#[test]
fn a_second_put_that_changes_something_is_found() {
    let wrong = Wrong::writes(|inner, sections, edits| {
        let edits = puts(edits, |server| {
            // Not every put can change something: what is as it was is not handed back.
            server.extras.retain(|extra| extra.path != ["x-times"]);
        });
        let mut writing = inner.write(sections, &edits)?;
        if writing.sections.is_empty() && edits.iter().any(|it| matches!(it, Edit::Put(_))) {
            writing.sections = vec![sections[0].clone()];
        }
        Ok(written(writing, |section| {
            for (_, entry) in servers(section).filter(|(name, _)| is_put(&edits, name)) {
                entry["x-times"] = json!(entry["x-times"].as_u64().unwrap_or(0) + 1);
            }
        }))
    });
    finds(&wrong, Promise::Twice, &["was put a second time, and that changed it again"]);
}

fn each_value(server: &mut Server, change: impl Fn(&mut Template)) {
    match &mut server.transport {
        Transport::Stdio(stdio) => {
            change(&mut stdio.command);
            stdio.args.iter_mut().for_each(&change);
            stdio.env.iter_mut().for_each(|(_, value)| change(value));
        }
        Transport::StreamableHttp(remote)
        | Transport::Sse(remote)
        | Transport::RemoteAuto(remote) => {
            change(&mut remote.url);
            remote.headers.iter_mut().for_each(|(_, value)| change(value));
        }
    }
}

#[test]
fn text_that_the_host_would_expand_is_found() {
    let wrong = Wrong::writes(|inner, sections, edits| {
        // `${env:X}` as text becomes what the host takes for a reference.
        let expand = |value: &mut Template| {
            if let Some(text) = value.as_literal() {
                *value = Template::parse(text);
            }
        };
        inner.write(sections, &puts(edits, |server| each_value(server, expand)))
    });
    let words = ["the plain text `${env:HATCH_TEST}` as `env.HATCH_TEST`", "escape it"];
    finds_only(&wrong, Promise::References, &words);
}

#[test]
fn references_that_become_text_are_found() {
    let wrong = Wrong::writes(|inner, sections, edits| {
        let flatten = |value: &mut Template| {
            let text = |segment: &Segment| match segment {
                Segment::Env { name, .. } => Segment::Literal(format!("<{name}>")),
                other => other.clone(),
            };
            *value = Template::new(value.segments().iter().map(text).collect::<Vec<_>>());
        };
        inner.write(sections, &puts(edits, |server| each_value(server, flatten)))
    });
    let words = ["`references` names `env`", "`a ${env:HATCH_TEST} z`", "does not read back"];
    finds(&wrong, Promise::References, &words);
    let quiet = Wrong::describes(|host| host.references.clear());
    finds_only(&quiet, Promise::References, &["is handled, and `references` does not name `env`"]);
    let boasts = Wrong::describes(|host| host.references.push(Reference::Input));
    finds_only(&boasts, Promise::References, &["`references` names `input`", "is refused"]);
}

#[test]
fn a_removed_server_that_stays_is_found() {
    let wrong = Wrong::writes(|inner, sections, edits| {
        let kept: Vec<_> = edits.iter().filter(|it| matches!(it, Edit::Put(_))).cloned().collect();
        let mut made = inner.write(sections, &kept)?;
        let mut outcomes = std::mem::take(&mut made.outcomes).into_iter();
        made.outcomes = (edits.iter())
            .map(|edit| match edit {
                Edit::Put(_) => outcomes.next().unwrap(),
                Edit::Remove(_) => Outcome::Done(vec![]),
            })
            .collect();
        Ok(made)
    });
    finds(&wrong, Promise::Removal, &["was removed, and is still there", "take the entry away"]);
}

#[test]
fn what_a_removal_leaves_behind_is_found() {
    let wrong = Wrong::writes(|inner, sections, edits| {
        let mut writing = inner.write(sections, edits)?;
        if matches!(edits, [Edit::Remove(_)]) {
            writing.sections.retain(|section| section.path == ["mcpServers"]);
        }
        Ok(writing)
    });
    finds_only(
        &wrong,
        Promise::Removal,
        &["removed, and left something behind", "every list beside it"],
    );
}

#[test]
fn answers_that_are_none_are_found() {
    let too_few = Wrong::writes(|inner, sections, edits| {
        let mut writing = inner.write(sections, edits)?;
        writing.outcomes.pop();
        Ok(writing)
    });
    finds(&too_few, Promise::Answers, &["and told of", "one outcome for each edit"]);
    let elsewhere = Wrong::writes(|inner, sections, edits| {
        let mut writing = inner.write(sections, edits)?;
        writing.sections.push(Section { path: vec!["theme".into()], ..sections[0].clone() });
        Ok(writing)
    });
    finds(&elsewhere, Promise::Answers, &["not its own: `theme`", "as they were given"]);
    let no_json = Wrong::writes(|inner, sections, edits| {
        let mut writing = inner.write(sections, edits)?;
        writing.sections.iter_mut().for_each(|it| it.value = Some("{,}".into()));
        Ok(writing)
    });
    finds(&no_json, Promise::Answers, &["not JSON"]);
    let traps = Wrong::writes(|inner, sections, edits| match edits {
        [Edit::Remove(_)] => Err(failed(&inner.descriptor().id, "it trapped: unreachable code")),
        _ => inner.write(sections, edits),
    });
    finds(&traps, Promise::Answers, &["it trapped: unreachable code", "never traps"]);
    let eager = Wrong::writes(|inner, sections, edits| {
        let mut writing = inner.write(sections, edits)?;
        if edits.is_empty() {
            let value = Some(r#"{"made":{"command":"up"}}"#.to_owned());
            writing.sections.push(Section { value, ..sections[0].clone() });
        }
        Ok(writing)
    });
    finds_only(&eager, Promise::Answers, &["changed where no edit was asked for"]);
}

#[test]
fn shapes_that_are_not_looked_at_are_found() {
    fn is_scalar(section: &Section) -> bool {
        let value = section.value.as_deref().unwrap_or("null");
        !value.starts_with(['{', '[', 'n'])
    }
    let traps = Wrong::reads(|inner, sections| match sections.iter().any(is_scalar) {
        true => Err(failed(&inner.descriptor().id, "it trapped: unreachable code")),
        false => inner.read(sections),
    });
    finds_only(&traps, Promise::Shapes, &["reading `mcpServers` where it is a number: it trapped"]);
    let lenient = Wrong::reads(|inner, sections| match sections.iter().any(is_scalar) {
        true => Ok(Reading::default()),
        false => inner.read(sections),
    });
    finds_only(
        &lenient,
        Promise::Shapes,
        &["where it is a number is no error", "`unexpected-shape`"],
    );
    let silent = Wrong::reads(|inner, sections| {
        Ok(Reading { unreadable: vec![], foreign: vec![], ..inner.read(sections)? })
    });
    finds_only(&silent, Promise::Entries, &["an entry that is `5` is not named", "`unreadable`"]);
    let picky = Wrong::reads(|inner, sections| {
        if sections[0].value.as_deref() == Some("null") {
            return Err(AdapterError::Other("`mcpServers` is null".into()));
        }
        inner.read(sections)
    });
    finds_only(&picky, Promise::Empty, &["reading sections that are null ended in an error"]);
}

#[test]
fn names_that_are_taken_for_more_are_found() {
    let wrong = Wrong::writes(|inner, sections, edits| {
        let edits: Vec<_> = puts(edits, |server| {
            let first = server.name.as_str().split('.').next().unwrap();
            server.name = ServerName::new(first).unwrap_or_else(|| server.name.clone());
        });
        inner.write(sections, &edits)
    });
    finds(&wrong, Promise::Names, &["`a.b` is not there beside others", "letter for letter"]);
}

#[test]
fn transports_that_are_mixed_up_are_found() {
    let wrong = Wrong::writes(|inner, sections, edits| {
        let as_http = |server: &mut Server| {
            if let Transport::Sse(remote) = &server.transport {
                server.transport = Transport::StreamableHttp(remote.clone());
            }
        };
        inner.write(sections, &puts(edits, as_http))
    });
    finds_only(&wrong, Promise::Transports, &["with `sse` reads back with another `transport`"]);
    let quiet = Wrong::describes(|host| host.transports.retain(|it| *it != TransportKind::Sse));
    finds_only(
        &quiet,
        Promise::Transports,
        &["with `sse` is taken, and `transports` does not name it"],
    );
    let refuses = Wrong::writes(|inner, sections, edits| {
        let mut writing = inner.write(sections, edits)?;
        if matches!(edits, [Edit::Put(Server { transport: Transport::Sse(_), .. })]) {
            writing = Writing { sections: vec![], outcomes: vec![Outcome::Refused("no".into())] };
        }
        Ok(writing)
    });
    finds_only(&refuses, Promise::Transports, &["a plain server with `sse` is refused: no"]);
}

#[test]
fn extras_that_do_not_come_back_are_found() {
    let wrong = Wrong::writes(|inner, sections, edits| {
        inner.write(sections, &puts(edits, |server| server.extras.clear()))
    });
    finds_only(&wrong, Promise::Extras, &["the extra `x-hatch-test` of a server was not written"]);
}

/// Puts a loss beside every put.
fn with_loss(field: &str, detail: &str, mut writing: Writing) -> Writing {
    let (field, detail) = (field.to_owned(), detail.to_owned());
    for outcome in &mut writing.outcomes {
        if let Outcome::Done(losses) = outcome {
            let kind = LossKind::Dropped;
            losses.push(Loss { field: field.clone(), kind, detail: detail.clone() });
        }
    }
    writing
}

#[test]
fn losses_that_say_nothing_are_found() {
    let unknown = Wrong::writes(|inner, sections, edits| {
        Ok(with_loss("headrs.A", "it has no place", inner.write(sections, edits)?))
    });
    finds_only(
        &unknown,
        Promise::Losses,
        &["`headrs.A`, which is no field", "did you mean `headers`?"],
    );
    let missing = Wrong::writes(|inner, sections, edits| {
        Ok(with_loss("env.NEVER", "it has no place", inner.write(sections, edits)?))
    });
    finds(&missing, Promise::Losses, &["`env.NEVER`, which the server that was put does not have"]);
    let wordless = Wrong::writes(|inner, sections, edits| {
        Ok(with_loss("extras", " ", inner.write(sections, edits)?))
    });
    finds(&wordless, Promise::Losses, &["a loss of `extras` has no detail"]);
    let unreasoned = Wrong::writes(|inner, sections, edits| {
        let mut writing = inner.write(sections, edits)?;
        for outcome in writing.outcomes.iter_mut().filter(|it| matches!(it, Outcome::Refused(_))) {
            *outcome = Outcome::Refused(String::new());
        }
        Ok(writing)
    });
    let all = conformance::check(&unreasoned, |_| true);
    assert!(told(&all).contains("losses: a refusal gives no reason"), "{}", told(&all));
    let half = Wrong::writes(|inner, sections, edits| {
        let mut writing = inner.write(sections, edits)?;
        if matches!(edits, [Edit::Put(server)] if server.timeouts.startup.is_some()) {
            writing.outcomes = vec![Outcome::Refused("no timeouts".into())];
        }
        Ok(writing)
    });
    finds_only(&half, Promise::Losses, &["everything was refused, and sections were changed"]);
}

#[test]
fn reading_that_is_not_writing_is_found() {
    let wrong = Wrong::reads(|inner, sections| {
        let mut reading = inner.read(sections)?;
        for server in &mut reading.servers {
            server.description.get_or_insert_with(|| "(none)".to_owned());
        }
        Ok(reading)
    });
    finds_only(&wrong, Promise::AsRead, &["as it was read, changed its entry", "be inverse"]);
}

#[test]
fn answers_that_change_are_found() {
    static CALLS: AtomicUsize = AtomicUsize::new(0);
    let wrong = Wrong::reads(|inner, sections| {
        let mut reading = inner.read(sections)?;
        if CALLS.fetch_add(1, Relaxed).is_multiple_of(2) {
            reading.servers.reverse();
        }
        Ok(reading)
    });
    finds_only(&wrong, Promise::SameAnswer, &["read differently the second time", "no clock"]);
}

#[test]
fn edits_that_are_not_made_in_their_order_are_found() {
    let wrong = Wrong::writes(|inner, sections, edits| {
        let mut order: Vec<_> = (0..edits.len()).collect();
        order.sort_by_key(|at| matches!(edits[*at], Edit::Put(_)));
        let sorted: Vec<_> = order.iter().map(|at| edits[*at].clone()).collect();
        let mut writing = inner.write(sections, &sorted)?;
        let mut outcomes: Vec<_> = order.into_iter().zip(writing.outcomes).collect();
        outcomes.sort_by_key(|(at, _)| *at);
        writing.outcomes = outcomes.into_iter().map(|(_, outcome)| outcome).collect();
        Ok(writing)
    });
    finds_only(
        &wrong,
        Promise::Together,
        &["differently than one after the other", "in their order"],
    );
}

#[test]
fn others_that_are_touched_are_found() {
    let wrong = Wrong::writes(|inner, sections, edits| {
        Ok(written(inner.write(sections, edits)?, |section| {
            for (_, entry) in servers(section).filter(|(name, _)| !is_put(edits, name)) {
                if let Some(entry) = entry.as_object_mut() {
                    entry.insert("trust".to_owned(), json!(true));
                }
            }
        }))
    });
    finds(&wrong, Promise::Others, &["edits of other servers changed `hatch-a`", "and no others"]);
}

#[test]
fn a_limit_on_servers_is_found() {
    let wrong = Wrong::writes(|inner, sections, edits| {
        let mut writing = inner.write(sections, &edits[..edits.len().min(500)])?;
        writing.outcomes.resize(edits.len(), Outcome::Done(vec![]));
        Ok(writing)
    });
    finds_only(
        &wrong,
        Promise::Many,
        &["10000 servers were put at once, and 500 of them are there"],
    );
    let slow = Wrong::writes(|inner, sections, edits| match edits.len() {
        0..500 => inner.write(sections, edits),
        _ => Err(failed(&inner.descriptor().id, "it ran for more than 6 s and was stopped")),
    });
    finds_only(
        &slow,
        Promise::Many,
        &["writing 10,000 servers: it ran for more than", "not with its square"],
    );
}

#[test]
fn descriptors_that_contradict_themselves_are_found() {
    for (change, words) in [
        (
            (|host| host.name = String::new()) as fn(&mut HostDescriptor),
            "gives a name that can't be",
        ),
        (|host| host.fields.push(Field::Cwd), "`fields` names something twice"),
        (
            |host| host.transports = vec![TransportKind::Stdio],
            "`fields` names `headers`, and `transports` no remote",
        ),
        (|host| host.references = vec![Reference::EnvDefault], "`env-default` without `env`"),
        (|host| host.documents[0].locations[0].path = "../x".into(), "a path that it may not have"),
    ] {
        finds(&Wrong::describes(change), Promise::Descriptor, &[words]);
    }
}

#[test]
fn a_descriptor_that_was_written_wrongly_is_found() {
    let adapter = Wrong::honest();
    let good = serde_json::to_string(adapter.descriptor()).unwrap();
    let faults = |from: &str, to: &str| {
        assert!(good.contains(from), "{from}");
        let faults = conformance::check_descriptor_file(&good.replacen(from, to, 1), &adapter);
        faults.into_iter().map(|it| format!("{}; {}", it.what, it.advice)).collect::<Vec<_>>()
    };
    assert_eq!(faults("", ""), [""; 0]);
    for (from, to, words) in [
        (
            "\"processes\"",
            "\"proceses\"",
            "`proceses` that means nothing; did you mean `processes`?",
        ),
        (
            "\"scope\"",
            "\"sytems\":[],\"scope\"",
            "`sytems` that means nothing; did you mean `systems`?",
        ),
        (
            "\"Gemini CLI\"",
            "\"Gemini\"",
            "does not say what `descriptor.json` does; build it again",
        ),
        ("{", "", "`descriptor.json`: it describes its host wrongly"),
    ] {
        let found = faults(from, to);
        assert!(found.len() == 1 && found[0].contains(words), "{words}: {found:?}");
    }
}

#[test]
fn what_is_read_or_refused_where_nothing_is_is_found() {
    let phantom = Wrong::reads(|inner, sections| {
        let mut reading = inner.read(sections)?;
        if sections.iter().all(|section| section.value.is_none()) {
            reading.foreign.push("ghost".to_owned());
        }
        Ok(reading)
    });
    finds_only(&phantom, Promise::Empty, &["something was read in sections that are absent"]);
    let picky = Wrong::writes(|inner, sections, edits| {
        let mut writing = inner.write(sections, edits)?;
        if sections[0].value.as_deref() == Some("null") {
            let outcomes = vec![Outcome::Refused("no file".into()); edits.len()];
            writing = Writing { sections: vec![], outcomes };
        }
        Ok(writing)
    });
    finds_only(
        &picky,
        Promise::Empty,
        &["a plain server was refused where sections are null: no file"],
    );
}

/// A call that does not end takes seconds, and there are hundreds of calls.
#[test]
fn an_adapter_that_is_slow_to_fail_is_not_called_for_ever() {
    static CALLS: AtomicUsize = AtomicUsize::new(0);
    let wrong = Wrong::writes(|inner, _, _| {
        CALLS.fetch_add(1, Relaxed);
        std::thread::sleep(Duration::from_millis(30));
        Err(failed(&inner.descriptor().id, "it ran for more than 2 s and was stopped"))
    });
    let all = conformance::check_within(Duration::from_millis(100), &wrong, |_| true);
    assert_eq!(CALLS.load(Relaxed), 4);
    let told = told(&all);
    assert!(told.contains("answers: writing one edit: it ran for more than 2 s"), "{told}");
    assert!(told.contains("many: too much time went into calls that failed"), "{told}");
    assert!(!told.contains("it is not called any more"), "{told}");
}
