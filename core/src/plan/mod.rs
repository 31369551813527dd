//! What one run would change, with every choice already made.
//!
//! A [`Plan`] is a value: previewed, confirmed, applied and reported as it is. It has the
//! exact bytes of every document before and after, so applying it leaves no choice to make.

mod besides;
pub mod conflict;
pub mod diff;
mod doubt;
pub mod drift;
pub mod hidden;
pub mod mask;
pub mod planner;
pub mod prepare;
pub mod redact;
mod references;
pub mod remark;
pub mod saved;
pub mod whole;

use std::path::PathBuf;

use self::hidden::Hidden;
use crate::adapter::Loss;
pub use crate::configuration::FilePlan;
use crate::ledger::{Destination, Ledger};
use crate::operation::OperationId;
use crate::owner::Owner;
use crate::secret::Secret;
use crate::server::{Server, ServerName};
use crate::source::Origin;

/// Everything one run would change.
#[derive(Clone, Debug)]
#[must_use = "a plan changes nothing until it is applied"]
pub struct Plan {
    /// What the run is, as its backups and the history name it: `sync`, `restore`, ...
    pub command: &'static str,
    /// What the run is, for people: a heading without a full stop.
    pub title: String,
    /// The earlier run that it takes back, if it does.
    pub undoes: Option<OperationId>,
    /// What the ledger says of the servers that it puts on hosts.
    pub records: RecordPolicy,
    /// One for each host that was asked for, in the order asked.
    pub targets: Vec<TargetPlan>,
}

/// What the ledger says of the servers that a plan puts on hosts, once they are there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RecordPolicy {
    /// They came from here; those that are there already are adopted.
    From(Origin),
    /// They were changed where they are.
    Edited,
    /// They came from where they came from before.
    Repaired,
    /// They are as they were when the ledger said this of them, if it said anything.
    Restored(Option<Ledger>),
}

impl Plan {
    /// A plan without targets, of changes that are made where they are.
    pub fn new(command: &'static str, title: impl Into<String>) -> Self {
        let records = RecordPolicy::Edited;
        Plan { command, title: title.into(), undoes: None, records, targets: Vec::new() }
    }

    /// Whether applying it would change no file.
    pub fn is_empty(&self) -> bool {
        self.files().all(|(_, file)| file.is_unchanged())
    }

    /// Every file that would change, with its target.
    pub fn files(&self) -> impl Iterator<Item = (&TargetPlan, &FilePlan)> {
        self.targets.iter().flat_map(|target| target.files.iter().map(move |file| (target, file)))
    }
}

/// What the documents of one owner will become.
#[derive(Clone, Debug)]
pub struct TargetPlan {
    /// Whose documents: a host's, or an environment's.
    pub owner: Owner,
    /// Its name for people.
    pub name: String,
    /// The project's root, where the documents are a project's.
    pub project: Option<PathBuf>,
    /// Its documents, changed or not; the first holds the servers.
    pub files: Vec<FilePlan>,
    /// The same step in a reader's terms, for the preview and the report.
    pub changes: Vec<Change>,
    /// What a person should know of it before saying yes.
    pub warnings: Vec<String>,
    /// What a person must do after the change.
    pub after_write: Option<String>,
}

impl TargetPlan {
    /// Where a host's servers go; `None` for an environment.
    pub fn destination(&self) -> Option<Destination<'_>> {
        let (host, file) = (self.owner.host()?, self.files.first()?);
        Some(Destination { host, location: &file.location, project: self.project.as_deref() })
    }

    /// What its documents are given from the process environment.
    pub fn hidden(&self) -> Hidden {
        let mut hidden = Hidden::default();
        self.changes.iter().for_each(|change| hidden.extend(&change.hidden));
        hidden
    }
}

/// What becomes of one server on one host.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// The server.
    pub server: ServerName,
    /// What happens to it.
    pub kind: ChangeKind,
    /// What the host can't say of it.
    pub losses: Vec<Loss>,
    /// The server as the host has it then, if it does.
    pub after: Option<Server>,
    /// A digest of what the source says of it, if it comes from one.
    pub definition: Option<String>,
    /// Whether it is as it should be, and becomes hatch's by that.
    pub is_adopted: bool,
    /// What of it came from the process environment.
    pub hidden: Hidden,
}

impl Change {
    /// What happens to a server, and nothing else about it.
    pub fn new(server: ServerName, kind: ChangeKind) -> Self {
        let (losses, after, definition, hidden) = (Vec::new(), None, None, Hidden::default());
        Change { server, kind, losses, after, definition, is_adopted: false, hidden }
    }

    /// Whether the host has the server as it should be then.
    pub fn is_done(&self) -> bool {
        matches!(self.kind, ChangeKind::Add(_) | ChangeKind::Update(_) | ChangeKind::Keep)
    }
}

/// What happens to a server on a host.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ChangeKind {
    /// The host does not have it yet.
    Add(Vec<FieldChange>),
    /// These fields of it change.
    Update(Vec<FieldChange>),
    /// The host has it as it should be.
    Keep,
    /// It is taken away.
    Remove,
    /// The host can't have it, for this reason. What is there stays.
    Refuse(String),
}

/// A field that changes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FieldChange {
    /// The canonical field or a member of it: `command`, `args`, `env.LOG`.
    pub field: String,
    /// The old value; `None` where there was none.
    pub before: Option<Shown>,
    /// The new value; `None` where there is none any more.
    pub after: Option<Shown>,
}

/// A value as a person may see it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shown {
    /// With what looks like a secret masked.
    pub masked: String,
    /// As it is, for `--show-secrets`.
    pub clear: Secret,
}
