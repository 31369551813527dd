//! Case folders: a document, edits, and what must come of them.
//!
//! A case is a folder `cases/<name>` of an adapter's crate with
//!
//! * `before.json`: the whole document, comments included where the host has them; left
//!   out where there is no file yet;
//! * `edits.json`: a list of `{ "put": SERVER }` and `{ "remove": "NAME" }`;
//! * `after.json`: the document after the edits; left out where there still is no file;
//! * `outcomes.json`: for each edit `{ "done": [ { "field", "kind", "detail" } ] }` or
//!   `{ "refused": "REASON" }`; `{ "error": "PATH: REASON" }` where the adapter gives up;
//! * `reading.json`, where reading is the point: `servers` (each a SERVER), `foreign` and
//!   `unreadable` (`{ "name", "reason" }`) of `before.json`.
//!
//! A SERVER is spelt as in environment files: `name`; `type`, one of `stdio` (may be left
//! out), `http`, `sse` and `remote`; `command`, `args`, `env`, `envForward`, `envFile`,
//! `cwd`; `url`, `headers`, `oauth` (`clientId`, `clientSecret`, `scopes`,
//! `authorizationUrl`, `tokenUrl`, `redirectUri`); `enabled`, `description`, `timeouts`
//! (`request`, `startup`, `toolCall`, in milliseconds), `tools` (`allow`, `deny`,
//! `autoApprove`), and `extras`, a list of `{ "path", "value" }`. Values are templates in
//! canonical spelling (`${env:NAME}`; `$${` is a literal `${`).
//!
//! Run natively, sections are cut out of the document and put back by value, and
//! documents are compared as values in which the order of keys counts. With `HATCH_BLESS`
//! set, what comes out is written as what is expected: read the difference before it is
//! committed.

mod spell;

use std::path::{Path, PathBuf};

use crate::json::{Object, Value};
use crate::{Adapter, Dialect, Edit, Error, Section};

pub use spell::{edit_from, parse_template, server_from, server_to};

/// The document that holds the servers, as far as the adapter's calls need it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Spec {
    /// What the adapter calls it.
    pub id: String,
    /// The sections that the adapter is handed.
    pub sections: Vec<Vec<String>>,
}

/// Reads an adapter's descriptor for the first of its documents.
///
/// # Panics
///
/// Panics, as a test does, where the descriptor has none.
pub fn spec<A: Adapter>() -> Spec {
    let descriptor = descriptor::<A>();
    let spec = || {
        let document = descriptor.get("documents")?.as_array()?.first()?.as_object()?;
        let sections = document.get("sections")?.as_array()?.iter();
        let sections = sections.map(Value::as_strings).collect::<Option<_>>()?;
        Some(Spec { id: document.get("id")?.as_str()?.to_owned(), sections })
    };
    spec().unwrap_or_else(|| panic!("no document with an id and sections in the descriptor"))
}

/// Holds an adapter's descriptor against its table: it names the fields that the table has,
/// and declares the section of servers.
///
/// # Panics
///
/// Panics, as a test does, where the two differ.
pub fn describes<A: Adapter>(dialect: &Dialect<'_>) {
    let fields = descriptor::<A>().get("fields").and_then(Value::as_strings).unwrap_or_default();
    assert_eq!(fields, dialect.fields(), "`fields` of the descriptor");
    let spec = spec::<A>();
    assert_eq!(spec.id, dialect.document, "the first document's `id`");
    let declared = spec.sections.iter().any(|path| path == dialect.section);
    assert!(declared, "`{:?}` is not among the descriptor's sections", dialect.section);
}

fn descriptor<A: Adapter>() -> Object {
    let value = Value::parse(A::DESCRIPTOR).unwrap_or_else(|error| panic!("{error}"));
    value.as_object().cloned().unwrap_or_else(|| panic!("the descriptor is no object"))
}

/// Runs every case in a folder.
///
/// # Panics
///
/// Panics, as a test does, where an outcome is not the expected one. Names the case.
pub fn run_all<A: Adapter>(folder: &Path) {
    let mut cases: Vec<PathBuf> = std::fs::read_dir(folder)
        .unwrap_or_else(|error| panic!("failed to list `{}`: {error}", folder.display()))
        .filter_map(|entry| Some(entry.ok()?.path()))
        .filter(|path| path.is_dir())
        .collect();
    cases.sort();
    assert!(!cases.is_empty(), "no cases in `{}`", folder.display());
    let failed: Vec<String> = cases.iter().filter_map(|case| run::<A>(case).err()).collect();
    assert!(failed.is_empty(), "{}", failed.join("\n\n"));
}

/// Runs one case.
///
/// # Errors
///
/// Says what came out instead of what.
pub fn run<A: Adapter>(case: &Path) -> Result<(), String> {
    let name = case.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let in_case = |why: String| format!("case `{name}`: {why}");
    let spec = spec::<A>();
    let before = load(&case.join("before.json"))?;
    let sections = cut(&spec, before.as_ref());

    let reading = A::read(&sections).map(|reading| spell::reading_to(&reading));
    let reading = reading.unwrap_or_else(|error| spell::error_to(&error));
    let expects_reading = case.join("reading.json").exists();
    if expects_reading {
        expect(&case.join("reading.json"), Some(&reading)).map_err(in_case)?;
    }
    let Some(edits) = load(&case.join("edits.json"))? else {
        return if expects_reading { Ok(()) } else { Err(in_case("it has no edits.json".into())) };
    };
    let edits = edits.as_array().ok_or_else(|| in_case("edits.json is no list".into()))?;
    let edits: Vec<Edit> =
        edits.iter().map(edit_from).collect::<Result<_, _>>().map_err(in_case)?;
    let (after, outcomes) = outcome::<A>(&spec, before, &sections, &edits);
    expect(&case.join("after.json"), after.as_ref()).map_err(in_case)?;
    expect(&case.join("outcomes.json"), Some(&outcomes)).map_err(in_case)
}

fn outcome<A: Adapter>(
    spec: &Spec,
    before: Option<Value>,
    sections: &[Section],
    edits: &[Edit],
) -> (Option<Value>, Value) {
    match A::write(sections, edits) {
        Ok(writing) => {
            let outcomes = writing.outcomes.iter().map(spell::outcome_to).collect();
            (paste(spec, before, &writing.sections), Value::Array(outcomes))
        }
        Err(error) => (before, spell::error_to(&error)),
    }
}

/// Cuts an adapter's sections out of a document.
pub fn cut(spec: &Spec, document: Option<&Value>) -> Vec<Section> {
    let value = |path: &[String]| match document? {
        document if path.is_empty() => Some(document.to_text()),
        document => Some(document.as_object()?.at_path(path)?.to_text()),
    };
    let section = |path: &Vec<String>| Section {
        document: spec.id.clone(),
        path: path.clone(),
        value: value(path),
    };
    spec.sections.iter().map(section).collect()
}

/// Puts sections that changed back into a document.
///
/// # Panics
///
/// Panics where a section is none of the declared ones or is no JSON.
pub fn paste(spec: &Spec, document: Option<Value>, changed: &[Section]) -> Option<Value> {
    if changed.is_empty() {
        return document;
    }
    let mut object = document.and_then(|value| value.as_object().cloned()).unwrap_or_default();
    for section in changed {
        assert!(spec.sections.contains(&section.path), "`{:?}` was not declared", section.path);
        match &section.value {
            Some(text) => match Value::parse(text) {
                Ok(value) => object.set_path(&section.path, value),
                Err(error) => panic!("`{:?}` is no JSON: {error}", section.path),
            },
            None => remove_path(&mut object, &section.path),
        }
    }
    Some(Value::Object(object))
}

fn remove_path(object: &mut Object, path: &[String]) {
    match path {
        [] => *object = Object::new(),
        [key] => object.remove(key),
        [key, rest @ ..] => {
            if let Some(Value::Object(inner)) = object.get(key) {
                let mut inner = inner.clone();
                remove_path(&mut inner, rest);
                object.set(key, Value::Object(inner));
            }
        }
    }
}

/// Compares with a file, or writes it anew.
fn expect(path: &Path, value: Option<&Value>) -> Result<(), String> {
    if blesses() {
        return bless(path, value);
    }
    let expected = load(path)?;
    if expected.as_ref() == value {
        return Ok(());
    }
    let show = |value: Option<&Value>| value.map_or_else(|| "nothing".to_owned(), Value::to_pretty);
    let file = path.file_name().unwrap_or_default().to_string_lossy();
    Err(format!("{file} should be\n{}\nand is\n{}", show(expected.as_ref()), show(value)))
}

#[expect(clippy::disallowed_methods, reason = "a test's switch, and not the program's")]
fn blesses() -> bool {
    std::env::var_os("HATCH_BLESS").is_some()
}

#[expect(clippy::disallowed_methods, reason = "cases are test data, and not users' files")]
fn bless(path: &Path, value: Option<&Value>) -> Result<(), String> {
    let old = load(path).ok().flatten();
    let done = match value {
        // A file with comments stays, if it says the same.
        value if old.as_ref() == value => Ok(()),
        Some(value) => std::fs::write(path, value.to_pretty() + "\n"),
        None => std::fs::remove_file(path),
    };
    done.map_err(|error| format!("failed to write `{}`: {error}", path.display()))
}

#[expect(clippy::disallowed_methods, reason = "cases are test data, and not users' files")]
fn load(path: &Path) -> Result<Option<Value>, String> {
    if !path.exists() {
        return Ok(None);
    }
    let text = std::fs::read_to_string(path).map_err(|error| error.to_string());
    let value = text.and_then(|text| Value::parse_relaxed(&text));
    value.map(Some).map_err(|error| format!("`{}`: {error}", path.display()))
}

/// Makes sections of a document for a test of an adapter.
///
/// # Panics
///
/// Panics where the text is no JSON.
pub fn sections<A: Adapter>(document: &str) -> Vec<Section> {
    let value = Value::parse_relaxed(document).unwrap_or_else(|error| panic!("{error}"));
    cut(&spec::<A>(), Some(&value))
}

/// The error as a test's message.
pub fn message(error: &Error) -> String {
    match error {
        Error::UnexpectedShape((path, reason)) => format!("{}: {reason}", path.join(".")),
        Error::UnsupportedVersion(reason) | Error::Other(reason) => reason.clone(),
    }
}
