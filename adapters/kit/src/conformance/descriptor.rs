//! What an adapter says of its host, held against the rules and against itself.

use std::collections::BTreeSet;
use std::fmt::Debug;

use hatch_core::host::{Field, HostDescriptor, Reference};
use hatch_core::suggest::nearest;
use serde_json::Value;

use super::Fault;
use super::asked::{Kind, PROBES, speaks};
use super::trial::Trial;

pub(super) fn makes_sense(trial: &mut Trial<'_>) {
    let host = trial.descriptor();
    if let Err(reason) = hatch_sandbox::check_descriptor(host) {
        trial.fault(reason, "the schema of descriptors says what each member may be");
    }
    twice_named(trial, host);
    for probe in &PROBES {
        let declared = host.fields.contains(&probe.field);
        if declared && probe.of != Kind::Any && !speaks(host, probe.of) {
            let kind = if probe.of == Kind::Local { "local" } else { "remote" };
            trial.fault(
                format!("`fields` names `{}`, and `transports` no {kind} servers", probe.word),
                "a host that has the field speaks the transport: add it, or take the field out",
            );
        }
    }
    if host.references.contains(&Reference::EnvDefault)
        && !host.references.contains(&Reference::Env)
    {
        trial.fault(
            "`references` names `env-default` without `env`",
            "a host that expands a variable with a default expands one without",
        );
    }
}

fn twice_named(trial: &mut Trial<'_>, host: &HostDescriptor) {
    fn is_twice<T: Debug>(items: &[T]) -> bool {
        let different: BTreeSet<_> = items.iter().map(|item| format!("{item:?}")).collect();
        different.len() < items.len()
    }
    let fields: &[Field] = &host.fields;
    for (member, twice) in [
        ("fields", is_twice(fields)),
        ("transports", is_twice(&host.transports)),
        ("references", is_twice(&host.references)),
        ("extras", is_twice(&host.extras)),
        ("processes", is_twice(&host.processes)),
    ] {
        if twice {
            trial.fault(format!("`{member}` names something twice"), "name each once");
        }
    }
}

/// What is wrong with the file that an adapter's descriptor is written in: what a component
/// says of its host, the engine hears without what it does not know.
pub(super) fn written(text: &str, adapter: &HostDescriptor) -> Vec<Fault> {
    let fault = |what: String, advice: String| Fault { what, advice, difference: None };
    let written = match hatch_sandbox::read_descriptor(text) {
        Ok(written) => written,
        Err(reason) => {
            let advice = "mend the file, and build the adapter again".to_owned();
            return vec![fault(format!("`descriptor.json`: {reason}"), advice)];
        }
    };
    if written != *adapter {
        return vec![fault(
            "the adapter does not say what `descriptor.json` does".to_owned(),
            "build it again: `hatch adapter build`".to_owned(),
        )];
    }
    let mut unknown = Vec::new();
    if let (Ok(given), Ok(known)) =
        (serde_json::from_str::<Value>(text), serde_json::to_value(&written))
    {
        unknown_members(&given, &known, &mut unknown);
    }
    let unknown = unknown.into_iter().map(|(member, meant)| {
        let meant = meant.map(|name| format!("did you mean `{name}`? "));
        fault(
            format!("`descriptor.json` has a member `{member}` that means nothing"),
            format!("{}the schema of descriptors has all members", meant.unwrap_or_default()),
        )
    });
    unknown.collect()
}

/// Members that are given and not known, with the one of those missing that is most like it.
fn unknown_members(given: &Value, known: &Value, found: &mut Vec<(String, Option<String>)>) {
    match (given, known) {
        (Value::Object(given), Value::Object(known)) => {
            for (key, value) in given {
                match known.get(key) {
                    Some(known) => unknown_members(value, known, found),
                    None => {
                        let names: Vec<_> = known.keys().cloned().collect();
                        found.push((key.clone(), nearest(key, &names).into_iter().next()));
                    }
                }
            }
        }
        (Value::Array(given), Value::Array(known)) => {
            given.iter().zip(known).for_each(|(given, known)| unknown_members(given, known, found));
        }
        _ => {}
    }
}
