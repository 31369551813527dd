//! One promise being tried: calls of the adapter, and the faults that they show.

use std::fmt::Write as _;

use hatch_core::adapter::{
    AdapterError, Edit, HostAdapter, Loss, Outcome, Reading, Section, Writing,
};
use hatch_core::host::HostDescriptor;
use hatch_core::server::{Server, ServerName};
use serde_json::Value;

use super::{Difference, Fault, Promise, fields};

/// Faults that are kept of one promise. An adapter with more is wrong in one way, many times.
pub(super) const MOST: usize = 8;

/// An adapter that is being tried.
pub(super) struct Trial<'a> {
    adapter: &'a dyn HostAdapter,
    promise: Promise,
    pub(super) faults: Vec<(Promise, Fault)>,
    pub(super) untried: Option<String>,
}

/// What came of edits.
#[derive(Clone)]
pub(super) struct Written {
    /// All sections, with what was changed.
    pub(super) sections: Vec<Section>,
    pub(super) outcomes: Vec<Outcome>,
}

/// What came of one put.
pub(super) enum Put {
    Refused(String),
    Done { losses: Vec<Loss>, sections: Vec<Section>, found: Box<Server> },
}

impl<'a> Trial<'a> {
    pub(super) fn new(adapter: &'a dyn HostAdapter, promise: Promise) -> Self {
        Trial { adapter, promise, faults: Vec::new(), untried: None }
    }

    pub(super) fn descriptor(&self) -> &'a HostDescriptor {
        self.adapter.descriptor()
    }

    // ---- faults -------------------------------------------------------------------

    /// The promise that is being tried is broken.
    pub(super) fn fault(&mut self, what: impl Into<String>, advice: impl Into<String>) {
        self.file(self.promise, what, advice, None);
    }

    /// The promise that is being tried is broken, and these differ.
    pub(super) fn differs(
        &mut self,
        what: impl Into<String>,
        advice: impl Into<String>,
        expected: &[Section],
        found: &[Section],
    ) {
        let (expected, found) = (pretty(expected), pretty(found));
        self.file(self.promise, what, advice, Some(Difference { expected, found }));
    }

    /// Another promise turned out to be broken.
    pub(super) fn file(
        &mut self,
        promise: Promise,
        what: impl Into<String>,
        advice: impl Into<String>,
        difference: Option<Difference>,
    ) {
        let (what, advice) = (what.into(), advice.into());
        let mut of_it = self.faults.iter().filter(|(broken, _)| *broken == promise);
        if of_it.clone().count() < MOST && of_it.all(|(_, fault)| fault.what != what) {
            self.faults.push((promise, Fault { what, advice, difference }));
        }
    }

    /// A part of the promise can't be tried with this adapter.
    pub(super) fn untried(&mut self, why: impl Into<String>) {
        self.untried = Some(why.into());
    }

    // ---- sections -----------------------------------------------------------------

    /// All sections that are declared, each with this value.
    pub(super) fn sections(&self, value: Option<&str>) -> Vec<Section> {
        let documents = self.descriptor().documents.iter();
        let all = documents.flat_map(|document| {
            document.sections.iter().map(|path| Section {
                document: document.id.clone(),
                path: path.clone(),
                value: value.map(str::to_owned),
            })
        });
        all.collect()
    }

    /// The sections of documents that are not there.
    pub(super) fn absent(&self) -> Vec<Section> {
        self.sections(None)
    }

    // ---- calls --------------------------------------------------------------------

    /// The adapter's own answer, whatever it is.
    pub(super) fn ask_to_read(&self, sections: &[Section]) -> Result<Reading, AdapterError> {
        self.adapter.read(sections)
    }

    /// As [`Trial::ask_to_read`].
    pub(super) fn ask_to_write(
        &self,
        sections: &[Section],
        edits: &[Edit],
    ) -> Result<Writing, AdapterError> {
        self.adapter.write(sections, edits)
    }

    /// Reads sections that are good. `doing` is what it is done for, as in "reading ...".
    pub(super) fn read(&mut self, doing: &str, sections: &[Section]) -> Option<Reading> {
        let reading = self.adapter.read(sections);
        reading.map_err(|error| self.failed(&format!("reading {doing}"), &error)).ok()
    }

    /// Makes edits of sections that are good. `doing` follows "writing ...".
    pub(super) fn write(
        &mut self,
        doing: &str,
        sections: &[Section],
        edits: &[Edit],
    ) -> Option<Written> {
        let doing = format!("writing {doing}");
        let writing = self.adapter.write(sections, edits);
        let writing = writing.map_err(|error| self.failed(&doing, &error)).ok()?;
        if let Err(reason) = hatch_sandbox::check_writing(&writing, sections, edits) {
            self.misanswered(&doing, &reason);
            return None;
        }
        let changed = |section: &Section| {
            let same = |it: &&Section| it.document == section.document && it.path == section.path;
            writing.sections.iter().find(same).unwrap_or(section).clone()
        };
        let after: Vec<_> = sections.iter().map(changed).collect();
        fields::look_at_outcomes(self, edits, &writing.outcomes);
        let is_refused = |it: &Outcome| matches!(it, Outcome::Refused(_));
        let only_refused = !edits.is_empty() && writing.outcomes.iter().all(is_refused);
        if only_refused && !same(sections, &after) {
            let what = format!("{doing}: everything was refused, and sections were changed");
            let advice = "hand a section back only where an edit of it was made";
            let difference = Difference { expected: pretty(sections), found: pretty(&after) };
            self.file(Promise::Losses, what, advice, Some(difference));
        }
        Some(Written { sections: after, outcomes: writing.outcomes })
    }

    /// Puts one server, and reads what came of it.
    pub(super) fn put(&mut self, doing: &str, sections: &[Section], asked: &Server) -> Option<Put> {
        let doing = format!("{doing}: a put of `{}`", asked.name);
        let Written { sections, outcomes } =
            self.write(&doing, sections, &[Edit::Put(asked.clone())])?;
        match outcomes.into_iter().next()? {
            Outcome::Refused(reason) => Some(Put::Refused(reason)),
            Outcome::Done(losses) => {
                let reading = self.read(&format!("what came of {doing}"), &sections)?;
                let found = reading.servers.into_iter().find(|it| it.name == asked.name);
                if found.is_none() {
                    let what = format!("{doing} was done, and there is no such server to read");
                    let advice = "write the server where `read` looks for it, or refuse it";
                    self.file(Promise::Fields, what, advice, None);
                }
                Some(Put::Done { losses, sections, found: Box::new(found?) })
            }
        }
    }

    /// Puts servers that the host should take into sections that are absent; those that it
    /// does not take are left out.
    pub(super) fn with(&mut self, servers: &[Server]) -> Vec<Section> {
        let absent = self.absent();
        let edits: Vec<_> = servers.iter().cloned().map(Edit::Put).collect();
        match self.write("servers into sections that are absent", &absent, &edits) {
            Some(written) => written.sections,
            None => absent,
        }
    }

    fn failed(&mut self, doing: &str, error: &AdapterError) {
        match error {
            AdapterError::Failed { reason, .. } => self.misanswered(doing, reason),
            other => self.fault(
                format!("{doing} ended in an error: {other}"),
                "an error is for sections of another shape; a server that the host can't have \
                 is refused with an outcome",
            ),
        }
    }

    /// The adapter broke, or gave an answer that is none.
    pub(super) fn misanswered(&mut self, doing: &str, reason: &str) {
        let advice = match reason {
            it if it.contains("told of") => {
                "return one outcome for each edit, in the order of the edits"
            }
            it if it.contains("not its own") || it.contains("a section twice") => {
                "hand back sections as they were given, each once, with another value"
            }
            it if it.contains("not JSON") => "a section's value is JSON text",
            it if it.contains("ran for more than") || it.contains("asked for more than") => {
                "let the work grow with the number of servers, not with its square"
            }
            _ => "return an error or an outcome instead; an adapter never traps",
        };
        let promise = match self.promise {
            own @ (Promise::Shapes | Promise::Entries | Promise::Many) => own,
            _ => Promise::Answers,
        };
        // Once is enough: what breaks one call breaks many.
        let is_known = self.faults.iter().any(|(_, fault)| fault.what.ends_with(reason));
        if promise != Promise::Answers || !is_known {
            self.file(promise, format!("{doing}: {reason}"), advice, None);
        }
    }
}

/// The server of this name.
pub(super) fn named<'a>(reading: &'a Reading, name: &ServerName) -> Option<&'a Server> {
    reading.servers.iter().find(|server| server.name == *name)
}

/// A section's value. One that is absent, null or empty holds nothing, and is null here.
pub(super) fn value(section: &Section) -> Value {
    let value = section.value.as_deref().and_then(|text| serde_json::from_str(text).ok());
    match value.unwrap_or(Value::Null) {
        Value::Object(members) if members.is_empty() => Value::Null,
        Value::Array(items) if items.is_empty() => Value::Null,
        value => value,
    }
}

/// Whether two lists of the same sections say the same.
pub(super) fn same(a: &[Section], b: &[Section]) -> bool {
    a.iter().map(value).eq(b.iter().map(value))
}

/// Sections as a person reads them.
fn pretty(sections: &[Section]) -> String {
    let mut text = String::new();
    for section in sections {
        let value = match value(section) {
            Value::Null => "(nothing)".to_owned(),
            value => serde_json::to_string_pretty(&value).unwrap_or_default(),
        };
        let _ = writeln!(text, "{}: {value}", section.path.join("."));
    }
    text
}
