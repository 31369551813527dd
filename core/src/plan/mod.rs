//! What one run would change, with every choice already made.
//!
//! A [`Plan`] is a value: previewed, confirmed, applied and reported as it is. It has the
//! exact bytes of every document before and after, so applying it leaves no choice to make.

mod besides;
pub mod conflict;
pub mod diff;
pub mod mask;
pub mod planner;
pub mod prepare;
pub mod saved;
pub mod whole;

use crate::adapter::Loss;
pub use crate::configuration::FilePlan;
use crate::managed::Managed;
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
    /// What is noted of the servers that it puts on hosts.
    pub noting: Noting,
    /// One for each host that was asked for, in the order asked.
    pub targets: Vec<TargetPlan>,
}

/// What is noted of the servers that a plan puts on hosts, once they are there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Noting {
    /// They came from here.
    From(Origin),
    /// They were changed where they are.
    Edited,
    /// They are as they were when this was noted of them, if anything was.
    Restored(Option<Managed>),
}

impl Plan {
    /// A plan without targets, of changes that are made where they are.
    pub fn new(command: &'static str, title: impl Into<String>) -> Self {
        let noting = Noting::Edited;
        Plan { command, title: title.into(), undoes: None, noting, targets: Vec::new() }
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
    /// Its documents, changed or not; the first holds the servers.
    pub files: Vec<FilePlan>,
    /// The same step in a reader's terms, for the preview and the report.
    pub changes: Vec<Change>,
    /// What a person should know of it before saying yes.
    pub warnings: Vec<String>,
    /// What a person must do after the change.
    pub after_write: Option<String>,
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
