//! The published shapes of `hatch adapter`.

use hatch_packages::grants::{self, Grant};
use hatch_packages::{Form, Installed};
use schemars::JsonSchema;
use serde::Serialize;

use crate::context::Context;

/// Adapters that are installed (`hatch adapter list`, `pin`), or were (`remove`).
#[derive(Debug, JsonSchema, Serialize)]
pub struct Adapters {
    /// The shape's name.
    pub schema: &'static str,
    /// One for each, by name.
    pub adapters: Vec<AdapterRow>,
}

/// What `hatch adapter install` and `update` did, or would do.
#[derive(Debug, JsonSchema, Serialize)]
pub struct AdapterChanges {
    /// The shape's name.
    schema: &'static str,
    /// Whether it was done; a dry run shows what would be.
    applied: bool,
    /// One for each adapter that was looked at.
    adapters: Vec<AdapterRow>,
}

impl AdapterChanges {
    /// What would be done.
    pub fn new(adapters: Vec<AdapterRow>) -> Self {
        AdapterChanges { schema: "hatch.adapter-changes/1", applied: false, adapters }
    }

    /// The same, done.
    #[must_use]
    pub fn done(self) -> Self {
        AdapterChanges { applied: true, ..self }
    }
}

/// What an adapter is made of.
#[derive(Clone, Copy, Debug, JsonSchema, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum AdapterForm {
    /// A WASM component.
    Component,
    /// A table, without code.
    Table,
}

impl AdapterForm {
    /// Whether it has code.
    pub fn is_component(self) -> bool {
        matches!(self, AdapterForm::Component)
    }
}

impl From<Form> for AdapterForm {
    fn from(form: Form) -> Self {
        match form {
            Form::Component => AdapterForm::Component,
            Form::Table => AdapterForm::Table,
        }
    }
}

/// An installed adapter.
#[derive(Debug, JsonSchema, Serialize)]
pub struct AdapterRow {
    /// Its id, and that of its host.
    id: String,
    /// The host's name.
    name: String,
    /// Its version, if it has one.
    version: Option<String>,
    /// Where it came from.
    source: String,
    /// Its digest.
    digest: String,
    /// What it is made of.
    form: AdapterForm,
    /// Whether it stays as it is when others are updated.
    pinned: bool,
    /// The public key that it is signed with.
    key: Option<String>,
    /// What it may read and change, in words.
    grants: Vec<String>,
    /// The digest of what it replaces.
    #[serde(skip_serializing_if = "Option::is_none")]
    replaces: Option<String>,
    /// What it asks for that was not granted before, in words.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    not_granted_yet: Vec<String>,
}

impl AdapterRow {
    /// An adapter as it is installed.
    pub fn of(cx: &Context, installed: &Installed) -> Self {
        let source = match &installed.source {
            hatch_packages::Source::Path(path) => cx.roots.shown(path),
            other => other.to_string(),
        };
        AdapterRow {
            id: installed.descriptor.id.to_string(),
            name: installed.descriptor.name.clone(),
            version: installed.version.clone(),
            source,
            digest: installed.digest.to_string(),
            form: installed.form.into(),
            pinned: installed.pinned,
            key: installed.key.clone(),
            grants: grants::in_words(&installed.descriptor),
            replaces: None,
            not_granted_yet: Vec::new(),
        }
    }

    /// With what installing it changes.
    #[must_use]
    pub fn with_change(mut self, replaces: Option<String>, beyond: &[Grant]) -> Self {
        self.replaces = replaces;
        self.not_granted_yet = beyond.iter().map(ToString::to_string).collect();
        self
    }
}

/// An adapter in full (`hatch adapter inspect`).
#[derive(Debug, JsonSchema, Serialize)]
pub struct AdapterDetail {
    /// The shape's name.
    pub schema: &'static str,
    /// Its id, and that of its host.
    pub id: String,
    /// The host's name.
    pub name: String,
    /// Its version, if it has one.
    pub version: Option<String>,
    /// Where the host's documentation is.
    pub homepage: String,
    /// Where it comes from.
    pub source: String,
    /// Its digest.
    pub digest: String,
    /// What it is made of.
    pub form: AdapterForm,
    /// Its size in bytes.
    pub size: u64,
    /// Whether and how it is signed, in words.
    pub signed: String,
    /// The public key that it is signed with.
    pub key: Option<String>,
    /// Whether it is installed.
    pub is_installed: bool,
    /// What its component says of itself.
    pub metadata: Vec<Member>,
    /// What its component imports.
    pub imports: Vec<String>,
    /// What its component exports.
    pub exports: Vec<String>,
    /// What it may read and change, in words.
    pub grants: Vec<String>,
    /// What that is on this computer.
    pub places: Vec<PlaceRow>,
    /// The transports that its host speaks.
    pub transports: Vec<String>,
    /// What its host's file may say of a server.
    pub fields: Vec<String>,
    /// What its host expands in values.
    pub references: Vec<String>,
}

/// A name and what it stands for.
#[derive(Debug, JsonSchema, Serialize)]
pub struct Member {
    /// The name.
    pub name: String,
    /// What it stands for.
    pub value: String,
}

/// A file of a host.
#[derive(Debug, JsonSchema, Serialize)]
pub struct PlaceRow {
    /// What the adapter calls it.
    pub document: String,
    /// Whose servers it keeps: `user` or `project`.
    pub scope: &'static str,
    /// Where it is, or would be.
    pub path: String,
    /// Whether it is there.
    pub exists: bool,
}

/// Whether installed adapters are what was installed (`hatch adapter verify`).
#[derive(Debug, JsonSchema, Serialize)]
pub struct AdapterChecks {
    /// The shape's name.
    pub schema: &'static str,
    /// One for each adapter that was looked at.
    pub adapters: Vec<AdapterCheck>,
}

/// What was found of one adapter.
#[derive(Debug, JsonSchema, Serialize)]
pub struct AdapterCheck {
    /// Its id.
    pub id: String,
    /// Whether all is as it was.
    pub is_good: bool,
    /// What is wrong.
    pub problem: Option<String>,
}

/// An adapter that is in a registry now (`hatch adapter publish`).
#[derive(Debug, JsonSchema, Serialize)]
pub struct Published {
    /// The shape's name.
    pub schema: &'static str,
    /// Its id.
    pub id: String,
    /// Its version, if it has one.
    pub version: Option<String>,
    /// Where it is.
    pub reference: String,
    /// The digest of its manifest, under which it is the same for ever.
    pub digest: String,
    /// What it is made of.
    pub form: AdapterForm,
}

/// An adapter that was begun (`hatch adapter new`).
#[derive(Debug, JsonSchema, Serialize)]
pub struct NewAdapter {
    /// The shape's name.
    pub schema: &'static str,
    /// The host's id.
    pub id: String,
    /// The folder that was made.
    pub folder: String,
    /// Its files, as paths below the folder.
    pub files: Vec<String>,
}

/// An adapter that was built (`hatch adapter build`).
#[derive(Debug, JsonSchema, Serialize)]
pub struct BuiltAdapter {
    /// The shape's name.
    pub schema: &'static str,
    /// The component that was written.
    pub file: String,
    /// What it was written in.
    pub language: String,
    /// The component's size in bytes.
    pub size: usize,
    /// The component's SHA-256, in hexadecimal digits.
    pub sha256: String,
}
