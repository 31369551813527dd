//! Documents: any text, and any edit of it.

use hatch_core::document::{Document, EditError, SectionChange};
use hatch_core::host::Format;
use serde_json::Value;

use crate::choices::{Choices, split};
use crate::scan::{self, Member};
use crate::values::{self, KEYS};

const FORMATS: [Format; 3] = [Format::Jsonc, Format::Json, Format::JsoncNoTrailingCommas];

const BOM: &str = "\u{feff}";

/// A text up to the first NUL, and choices of what to change in it.
///
/// Nothing panics, and no edit is thrown away as unsound. What is there already changes no
/// byte. What was asked is there, is there to stay, and everything else keeps its bytes. What
/// is added and taken away again leaves no trace, but for the blanks of an empty container.
pub fn json_reconcile(data: &[u8]) {
    let (text, mut choices) = split(data);
    let format = choices.one_of(&FORMATS);
    let Ok(document) = Document::parse(Some(text), format) else { return };
    let text = std::str::from_utf8(text).expect("documents are UTF-8");
    let edited = Edited { text: text.strip_prefix(BOM).unwrap_or(text), document, format };
    // The tests below share what is left of the choices, so that one input shows many faults.
    for test in [present, added, removed, changed, several] {
        test(&edited, &mut choices.clone());
    }
}

/// What the engine's strict reader and `serde_json` say of the same bytes.
///
/// They agree on what is JSON and on what it says. These are known differences:
///
/// - A byte order mark may stand in a file, and `serde_json` takes none.
/// - A file with nothing in it counts as an empty object.
/// - Documents nest 256 levels, and `serde_json` reads 127.
/// - Numbers keep their spelling, however large; `serde_json` refuses those beyond a float.
///
/// Every text is the same to the relaxed readers, if it is anything to the strict one.
pub fn json_differential(data: &[u8]) {
    let ours = Document::parse(Some(data), Format::Json);
    let text = data.strip_prefix(BOM.as_bytes()).unwrap_or(data);
    let theirs = serde_json::from_slice::<Value>(text);
    let said = theirs.as_ref().err().map(ToString::to_string).unwrap_or_default();
    let is_beyond_serde = ["number out of range", "recursion limit"].iter();
    if is_beyond_serde.into_iter().any(|it| said.starts_with(it)) {
        return;
    }
    if text.iter().all(|byte| b" \t\r\n".contains(byte)) {
        let whole = ours.expect("nothing is a document").section(&[]);
        assert_eq!(whole.as_deref(), Some("{}"));
        return;
    }
    assert_eq!(ours.is_ok(), theirs.is_ok(), "{:?} {said}", ours.err());
    let (Ok(ours), Ok(theirs)) = (ours, theirs) else { return };
    let whole = ours.section(&[]).expect("every document has a value");
    assert_eq!(serde_json::from_str::<Value>(&whole).expect("sections are JSON"), theirs);
    for format in FORMATS {
        let relaxed = Document::parse(Some(data), format).expect("it is strict JSON");
        assert_eq!(relaxed.section(&[]).as_ref(), Some(&whole), "{format:?}");
    }
    let text = std::str::from_utf8(text).expect("documents are UTF-8");
    // Of equal keys one is left out, with the numbers in it.
    let (kept, all) = (scan::numbers(&whole), scan::numbers(text));
    assert!(kept.iter().all(|number| all.contains(number)), "{kept:?} of {all:?}");
}

/// A document, and its text without the byte order mark.
struct Edited<'a> {
    text: &'a str,
    document: Document,
    format: Format,
}

impl Edited<'_> {
    /// The text after a change, without the byte order mark, or why there is none.
    fn edit(&self, changes: &[SectionChange]) -> Result<String, EditError> {
        edit(&self.document, changes)
    }

    fn next<'a>(&self, text: &'a str) -> Edited<'a> {
        let document = Document::parse(Some(text.as_bytes()), self.format)
            .unwrap_or_else(|error| panic!("what was edited can't be read: {error}\n{text:?}"));
        Edited { text, document, format: self.format }
    }

    /// The members of the object at a path; `None` if no object is there.
    fn members(&self, path: &[String]) -> Option<Vec<Member>> {
        scan::members(self.text, &scan::find(self.text, path)?)
    }

    /// A path from the top down to a value that is there.
    fn path(&self, choices: &mut Choices<'_>) -> Vec<String> {
        let mut path = Vec::new();
        while path.len() < 6 && !choices.once_in(3) {
            let Some(members) = self.members(&path).filter(|members| !members.is_empty()) else {
                break;
            };
            path.push(members[choices.pick(members.len())].key.clone());
        }
        path
    }

    /// What was around an object is there still, and in it the members under other keys.
    fn foreign_is_kept(&self, path: &[String], key: &str, text: &str) {
        let (Some(old), Some(new)) = (scan::find(self.text, path), scan::find(text, path)) else {
            panic!("{path:?} is gone: {text:?}");
        };
        assert_eq!(self.text[..=old.start], text[..=new.start], "before {path:?}");
        assert_eq!(self.text[old.end - 1..], text[new.end - 1..], "behind {path:?}");
        let others = |text: &str, at| -> Vec<String> {
            let members = scan::members(text, at).expect("an object");
            let others = members.into_iter().filter(|member| member.key != key);
            others.map(|member| text[member.range].to_owned()).collect()
        };
        assert_eq!(others(self.text, &old), others(text, &new), "beside {key:?}: {text:?}");
    }
}

fn edit(document: &Document, changes: &[SectionChange]) -> Result<String, EditError> {
    let bytes = document.edit(changes, false);
    if let Err(error @ (EditError::Unsound | EditError::NotJson { .. })) = &bytes {
        panic!("{error}");
    }
    let bytes = bytes?;
    let text = String::from_utf8(bytes).expect("what was edited is UTF-8");
    // Where nothing changes, the mark stays.
    Ok(text.strip_prefix(BOM).map(str::to_owned).unwrap_or(text))
}

fn change(path: &[String], value: Option<String>) -> SectionChange {
    SectionChange { path: path.to_vec(), value }
}

fn below(path: &[String], key: &str) -> Vec<String> {
    [path, &[key.to_owned()]].concat()
}

/// What a path has already, or has not, changes nothing.
fn present(edited: &Edited<'_>, choices: &mut Choices<'_>) {
    let mut path = edited.path(choices);
    if choices.once_in(4) {
        path.push(choices.one_of(&KEYS).to_owned());
    }
    let value = edited.document.section(&path);
    let is_there = scan::find(edited.text, &path).is_some();
    assert!(is_there == value.is_some() || path.is_empty(), "{path:?}");
    let same = edited.edit(&[change(&path, value.clone())]).expect("it is there");
    assert_eq!(same, edited.text, "{path:?} is {value:?} already");
}

/// A new member, and its end.
fn added(edited: &Edited<'_>, choices: &mut Choices<'_>) {
    let mut path = edited.path(choices);
    if edited.members(&path).is_none() {
        path.pop();
    }
    let (key, value) = (choices.one_of(&KEYS), values::any_json(choices, 0));
    let Some(members) = edited.members(&path) else { return };
    if members.iter().any(|member| member.key == key) {
        return;
    }
    let added = match edited.edit(&[change(&below(&path, key), Some(value.clone()))]) {
        Err(EditError::TooDeep { .. }) => return,
        added => added.expect("an object takes a member"),
    };
    edited.foreign_is_kept(&path, key, &added);
    let with = edited.next(&added);
    let found = with.document.section(&below(&path, key)).expect("it was added");
    assert!(values::same(&value, &found), "{value} became {found}");
    let (old, new) = (edited.text, added.as_str());
    assert!(is_left_of(&scan::without_blanks(old), new), "{new:?} has lost something");

    let gone = with.edit(&[change(&below(&path, key), None)]).expect("it goes");
    let at = scan::find(old, &path).expect("it was there");
    if members.is_empty() && scan::comments(old, &at).is_empty() {
        assert_eq!(gone, format!("{}{{}}{}", &old[..at.start], &old[at.end..]), "{added:?}");
    } else {
        assert_eq!(gone, old, "after {added:?}");
    }
}

/// A member that goes.
fn removed(edited: &Edited<'_>, choices: &mut Choices<'_>) {
    let mut path = edited.path(choices);
    let whole = path.clone();
    let Some(key) = path.pop() else { return };
    let removed = edited.edit(&[change(&whole, None)]).expect("it is there");
    assert!(edited.next(&removed).document.section(&whole).is_none(), "{whole:?} is still there");
    edited.foreign_is_kept(&path, &key, &removed);
    assert!(is_left_of(&removed, edited.text), "{removed:?} has something new");
}

/// A value that becomes another.
fn changed(edited: &Edited<'_>, choices: &mut Choices<'_>) {
    let mut path = edited.path(choices);
    let old = edited.document.section(&path).unwrap_or_default();
    let value = match serde_json::from_str(&old) {
        Ok(mut value) => {
            values::change(choices, &mut value);
            value.to_string()
        }
        Err(_) => values::any_json(choices, 0),
    };
    let wanted = [change(&path, Some(value.clone()))];
    let Ok(new) = edited.edit(&wanted) else { return };
    let next = edited.next(&new);
    let found = next.document.section(&path).expect("it was set");
    assert!(values::same(&value, &found), "{value} became {found}");
    assert_eq!(next.edit(&wanted).expect("it is there"), new, "{value} is there already");
    if let Some(key) = path.pop() {
        edited.foreign_is_kept(&path, &key, &new);
    }
}

/// Several sections at once, which may be parts of each other.
fn several(edited: &Edited<'_>, choices: &mut Choices<'_>) {
    let any = |choices: &mut Choices<'_>| {
        let mut path = edited.path(choices);
        path.extend(choices.several(3, |choices| choices.one_of(&KEYS).to_owned()));
        let value = (!choices.once_in(3)).then(|| values::any_json(choices, 2));
        change(&path, value)
    };
    let changes = choices.several(5, any);
    let Ok(new) = edited.edit(&changes) else { return };
    let again = edited.next(&new).edit(&changes).expect("what could be done can be done again");
    assert_eq!(again, new, "{changes:?} are made already");
}

/// Whether `text` is `whole` with some bytes left out.
fn is_left_of(text: &str, whole: &str) -> bool {
    let mut rest = whole.bytes();
    text.bytes().all(|byte| rest.any(|other| other == byte))
}
