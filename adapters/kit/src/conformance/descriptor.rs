//! What an adapter says of its host, held against the rules and against itself.

use std::collections::BTreeSet;
use std::fmt::Debug;

use hatch_core::host::{Field, HostDescriptor, Reference};

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
