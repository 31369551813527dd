//! What every adapter has to do, whichever host it is for.
//!
//! [`check`] calls an adapter with servers and sections of its own making, and holds the
//! answers against the contract and against what the adapter's own descriptor says. It needs
//! no cases and knows nothing of the host. A [`Fault`] says in words what is wrong, and what
//! the adapter's author should do. It is filed under the [`Promise`] that it breaks, whichever
//! one was being tried when it showed.
//!
//! What only the host's makers know (is it `url` or `serverUrl`?) is for [`cases`] to say.

mod asked;
pub mod cases;
mod descriptor;
mod edits;
mod entry;
mod fields;
mod many;
mod patience;
mod references;
mod sections;
mod spelling;
mod trial;

use std::fmt;
use std::time::Duration;

use hatch_core::adapter::HostAdapter;

use self::patience::Patience;
use self::trial::Trial;

/// Something that every adapter has to keep.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Promise {
    /// What it says of its host makes sense.
    Descriptor,
    /// Calls end in an answer of the contract's shape.
    Answers,
    /// The same call has the same answer.
    SameAnswer,
    /// Empty, absent and null sections hold no servers and take some.
    Empty,
    /// Sections of another shape are an error.
    Shapes,
    /// Entries that are no servers are named.
    Entries,
    /// Any name is carried, or refused.
    Names,
    /// Servers of the transports that the descriptor names are taken.
    Transports,
    /// What is put reads back, or is lost with a word.
    Fields,
    /// References are handled, and text is never taken for one.
    References,
    /// Fields that only this host knows come back.
    Extras,
    /// Losses and refusals say which field, and why.
    Losses,
    /// A put that was made changes nothing when it is made again.
    Twice,
    /// A put of what was read changes nothing.
    AsRead,
    /// A server that is removed leaves nothing behind.
    Removal,
    /// Other entries stay as they are.
    Others,
    /// Keys of an entry that the adapter does not know stay.
    UnknownKeys,
    /// Edits in one call are edits one after the other.
    Together,
    /// 10,000 servers are carried within the limits.
    Many,
}

impl Promise {
    /// All of them, in the order in which they are tried.
    pub const ALL: [Promise; 19] = [
        Promise::Descriptor,
        Promise::Answers,
        Promise::SameAnswer,
        Promise::Empty,
        Promise::Shapes,
        Promise::Entries,
        Promise::Names,
        Promise::Transports,
        Promise::Fields,
        Promise::References,
        Promise::Extras,
        Promise::Losses,
        Promise::Twice,
        Promise::AsRead,
        Promise::Removal,
        Promise::Others,
        Promise::UnknownKeys,
        Promise::Together,
        Promise::Many,
    ];

    /// Its short name: a word for filters, and for JSON.
    pub fn name(self) -> &'static str {
        match self {
            Promise::Descriptor => "descriptor",
            Promise::Answers => "answers",
            Promise::SameAnswer => "same-answer",
            Promise::Empty => "empty",
            Promise::Shapes => "shapes",
            Promise::Entries => "entries",
            Promise::Names => "names",
            Promise::Transports => "transports",
            Promise::Fields => "fields",
            Promise::References => "references",
            Promise::Extras => "extras",
            Promise::Losses => "losses",
            Promise::Twice => "twice",
            Promise::AsRead => "as-read",
            Promise::Removal => "removal",
            Promise::Others => "others",
            Promise::UnknownKeys => "unknown-keys",
            Promise::Together => "together",
            Promise::Many => "many",
        }
    }

    /// The promise, in words.
    pub fn words(self) -> &'static str {
        match self {
            Promise::Descriptor => "what it says of its host makes sense",
            Promise::Answers => "calls end in an answer of the contract's shape",
            Promise::SameAnswer => "the same call has the same answer",
            Promise::Empty => "empty, absent and null sections hold no servers and take some",
            Promise::Shapes => "sections of another shape are an error",
            Promise::Entries => "entries that are no servers are named",
            Promise::Names => "any name is carried, or refused",
            Promise::Transports => "servers of the transports that it names are taken",
            Promise::Fields => "what is put reads back, or is lost with a word",
            Promise::References => "references are handled, and text is never taken for one",
            Promise::Extras => "fields that only this host knows come back",
            Promise::Losses => "losses and refusals say which field, and why",
            Promise::Twice => "a put that was made changes nothing when it is made again",
            Promise::AsRead => "a put of what was read changes nothing",
            Promise::Removal => "a server that is removed leaves nothing behind",
            Promise::Others => "other entries stay as they are",
            Promise::UnknownKeys => "keys of an entry that it does not know stay",
            Promise::Together => "edits in one call are edits one after the other",
            Promise::Many => "10,000 servers are carried within the limits",
        }
    }

    fn trial(self) -> fn(&mut Trial<'_>) {
        match self {
            Promise::Descriptor => descriptor::makes_sense,
            Promise::Answers => edits::answers,
            Promise::SameAnswer => edits::same_answer,
            Promise::Empty => sections::empty,
            Promise::Shapes => sections::shapes,
            Promise::Entries => sections::entries,
            Promise::Names => many::names,
            Promise::Transports => fields::transports,
            Promise::Fields => fields::fields,
            Promise::References => references::references,
            Promise::Extras => fields::extras,
            Promise::Losses => fields::losses,
            Promise::Twice => edits::twice,
            Promise::AsRead => edits::as_read,
            Promise::Removal => edits::removal,
            Promise::Others => edits::others,
            Promise::UnknownKeys => entry::unknown_keys,
            Promise::Together => edits::together,
            Promise::Many => many::many,
        }
    }
}

impl fmt::Display for Promise {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// Something that an adapter does wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// What is wrong, in words.
    pub what: String,
    /// What its author should do.
    pub advice: String,
    /// What there should be and what there is, where that shows more than words.
    pub difference: Option<Difference>,
}

/// Two texts that should be the same.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    /// What there should be.
    pub expected: String,
    /// What there is.
    pub found: String,
}

/// How an adapter keeps a promise.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tried {
    /// The promise.
    pub promise: Promise,
    /// In which ways it is broken; none where it is kept.
    pub faults: Vec<Fault>,
    /// What could not be tried, and why.
    pub untried: Option<String>,
}

/// What is wrong with the file that an adapter's descriptor is written in: members that mean
/// nothing, and an adapter that was built from another one.
pub fn check_descriptor_file(text: &str, adapter: &dyn HostAdapter) -> Vec<Fault> {
    descriptor::written(text, adapter.descriptor())
}

/// How much time calls that fail may take, all together: a call that does not end takes
/// seconds.
const PATIENCE: Duration = Duration::from_secs(10);

/// Tries an adapter on the promises that are `wanted`, in their order. One that takes too much
/// time for calls that fail is not tried to the end.
pub fn check(adapter: &dyn HostAdapter, wanted: impl Fn(Promise) -> bool) -> Vec<Tried> {
    check_within(PATIENCE, adapter, wanted)
}

/// As [`check`], with another time for calls that fail.
pub fn check_within(
    patience: Duration,
    adapter: &dyn HostAdapter,
    wanted: impl Fn(Promise) -> bool,
) -> Vec<Tried> {
    let adapter = Patience::new(adapter, patience);
    let promises = Promise::ALL.into_iter().filter(|promise| wanted(*promise));
    let mut all: Vec<_> =
        promises.map(|promise| Tried { promise, faults: Vec::new(), untried: None }).collect();
    for at in 0..all.len() {
        let mut trial = Trial::new(&adapter, all[at].promise);
        if !adapter.is_over() {
            all[at].promise.trial()(&mut trial);
        }
        all[at].untried = trial.untried;
        if adapter.is_over() {
            all[at].untried = Some("too much time went into calls that failed".to_owned());
        }
        for (promise, fault) in trial.faults {
            if let Some(tried) = all.iter_mut().find(|tried| tried.promise == promise)
                && tried.faults.len() < trial::MOST
                && !fault.what.ends_with(patience::OVER)
                && tried.faults.iter().all(|known| known.what != fault.what)
            {
                tried.faults.push(fault);
            }
        }
    }
    all
}
