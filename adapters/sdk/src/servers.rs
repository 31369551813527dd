//! A section that is a map from names to servers, open for edits.
//!
//! [`Dialect::read`] and [`Dialect::write`] open it by themselves. An adapter that has more to
//! say about an edit (a list of disabled servers beside the map) opens it and makes the edits
//! one by one.

use std::collections::BTreeMap;

use crate::json::{Object, Value};
use crate::{Dialect, Edit, Error, Outcome, Reading, Section, Server, Unreadable};
use crate::{put, read};

/// The section that holds the servers, open for edits. Each costs as much as its own
/// server, however many others there are.
pub struct Servers<'a> {
    dialect: &'a Dialect<'a>,
    entries: Vec<Option<(String, Value)>>,
    positions: BTreeMap<String, usize>,
    was_absent: bool,
    changed: bool,
}

impl<'a> Servers<'a> {
    /// Opens the dialect's section.
    ///
    /// # Errors
    ///
    /// Fails where it is no map. An absent section and a null one are empty.
    pub fn open(dialect: &'a Dialect<'a>, sections: &[Section]) -> Result<Servers<'a>, Error> {
        let value = find_section(sections, dialect.document, dialect.section)?;
        let was_absent = value.is_none();
        let members = match value {
            None | Some(Value::Null) => Vec::new(),
            Some(Value::Object(object)) => object.into_members(),
            Some(other) => {
                let reason = format!("it is {}, not an object of servers", other.kind());
                return Err(unexpected(dialect.section, reason));
            }
        };
        let (entries, positions) = (Vec::with_capacity(members.len()), BTreeMap::new());
        let mut servers = Servers { dialect, entries, positions, was_absent, changed: false };
        for (name, value) in members {
            servers.insert(name, value);
        }
        Ok(servers)
    }

    /// Lists the servers.
    pub fn read(&self) -> Reading {
        let mut reading = Reading { servers: vec![], foreign: vec![], unreadable: vec![] };
        for (name, value) in self.entries.iter().flatten() {
            if self.dialect.foreign_key(value).is_some() {
                reading.foreign.push(name.clone());
                continue;
            }
            match read::server(self.dialect, name, value) {
                Ok(server) => reading.servers.push(server),
                Err(reason) => {
                    reading.unreadable.push(Unreadable { name: name.clone(), reason });
                }
            }
        }
        reading
    }

    /// Whether there is an entry of this name.
    pub fn contains(&self, name: &str) -> bool {
        self.positions.contains_key(name)
    }

    /// The names of all entries.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.positions.keys().map(String::as_str)
    }

    /// Makes one edit.
    pub fn apply(&mut self, edit: &Edit) -> Outcome {
        let (Edit::Put(Server { name, .. }) | Edit::Remove(name)) = edit;
        if let Some(key) = self.foreign_key(name) {
            return Outcome::Refused(format!(
                "its entry has `{key}`, which makes it another kind of entry; it is not touched"
            ));
        }
        match edit {
            Edit::Put(server) => self.put(server),
            Edit::Remove(name) => {
                if let Some(position) = self.positions.remove(name) {
                    self.entries[position] = None;
                    self.changed = true;
                }
                Outcome::Done(vec![])
            }
        }
    }

    fn foreign_key(&self, name: &str) -> Option<&'a str> {
        if self.dialect.foreign.is_empty() {
            return None;
        }
        let (_, value) = self.entries[*self.positions.get(name)?].as_ref()?;
        self.dialect.foreign_key(value)
    }

    fn put(&mut self, server: &Server) -> Outcome {
        let position = self.positions.get(&server.name).copied();
        let existing = position.and_then(|at| match &self.entries[at] {
            Some((_, Value::Object(entry))) => Some(entry),
            _ => None,
        });
        match put::server(self.dialect, existing, server) {
            Ok((entry, losses)) => {
                if existing != Some(&entry) {
                    self.changed = true;
                    let (name, entry) = (server.name.clone(), Value::Object(entry));
                    self.insert(name, entry);
                }
                Outcome::Done(losses)
            }
            Err(reason) => Outcome::Refused(reason),
        }
    }

    /// The section, if it changed.
    pub fn finish(self) -> Option<Section> {
        let members: Object = self.entries.into_iter().flatten().collect();
        if !self.changed || (self.was_absent && members.is_empty()) {
            return None;
        }
        let text = Value::Object(members).to_text();
        Some(section(self.dialect.document, self.dialect.section, Some(text)))
    }

    /// Adds an entry, or replaces one of the same name, which never counted.
    fn insert(&mut self, name: String, value: Value) {
        match self.positions.get(&name) {
            Some(&position) => self.entries[position] = Some((name, value)),
            None => {
                self.positions.insert(name.clone(), self.entries.len());
                self.entries.push(Some((name, value)));
            }
        }
    }
}

/// The value of a section, if it is there.
///
/// # Errors
///
/// Fails where it is no JSON.
pub fn find_section(
    sections: &[Section],
    document: &str,
    path: &[&str],
) -> Result<Option<Value>, Error> {
    let found =
        sections.iter().find(|section| section.document == document && section.path == path);
    match found.and_then(|section| section.value.as_deref()) {
        None => Ok(None),
        Some(text) => Value::parse(text)
            .map(Some)
            .map_err(|reason| unexpected(path, format!("it is no JSON: {reason}"))),
    }
}

/// A section with a new value.
pub fn section(document: &str, path: &[&str], value: Option<String>) -> Section {
    let path = path.iter().map(|&key| key.to_owned()).collect();
    Section { document: document.to_owned(), path, value }
}

/// The error of a section that has another shape than the host's.
pub fn unexpected(path: &[&str], reason: String) -> Error {
    Error::UnexpectedShape((path.iter().map(|&key| key.to_owned()).collect(), reason))
}
