//! Locations, as hatch's own files spell them.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use super::Location;

/// A location in the journal or in a manifest.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct RecordedLocation {
    path: RecordedPath,
    shown: String,
}

impl From<&Location> for RecordedLocation {
    fn from(location: &Location) -> Self {
        RecordedLocation {
            path: RecordedPath::from(location.path().to_owned()),
            shown: location.to_string(),
        }
    }
}

impl RecordedLocation {
    /// The location; `None` if it was recorded on a system that names files otherwise.
    pub(crate) fn location(&self) -> Option<Location> {
        Some(Location::new(self.path.path()?, self.shown.as_str()))
    }

    /// As its user writes it.
    pub(crate) fn shown(&self) -> &str {
        &self.shown
    }
}

/// A path in JSON: readable where it can be, and the same path again in every case.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
enum RecordedPath {
    /// Unicode, as nearly every path is.
    Text(String),
    /// Bytes in hexadecimal, from a system whose names are bytes.
    Bytes {
        #[serde(rename = "unix-bytes")]
        bytes: String,
    },
    /// UTF-16 that is not well formed, from Windows.
    Wide { wide: Vec<u16> },
}

impl From<PathBuf> for RecordedPath {
    fn from(path: PathBuf) -> Self {
        match path.into_os_string().into_string() {
            Ok(text) => RecordedPath::Text(text),
            Err(name) => raw(&name),
        }
    }
}

impl RecordedPath {
    fn path(&self) -> Option<PathBuf> {
        match self {
            RecordedPath::Text(text) => Some(PathBuf::from(text)),
            RecordedPath::Bytes { bytes } => from_bytes(decode_hex(bytes)?),
            RecordedPath::Wide { wide } => from_wide(wide),
        }
    }
}

#[cfg(not(windows))]
fn raw(name: &std::ffi::OsStr) -> RecordedPath {
    let bytes = name.as_encoded_bytes().iter().map(|byte| format!("{byte:02x}")).collect();
    RecordedPath::Bytes { bytes }
}

#[cfg(windows)]
fn raw(name: &std::ffi::OsStr) -> RecordedPath {
    use std::os::windows::ffi::OsStrExt as _;
    RecordedPath::Wide { wide: name.encode_wide().collect() }
}

#[cfg(unix)]
fn from_bytes(bytes: Vec<u8>) -> Option<PathBuf> {
    use std::os::unix::ffi::OsStringExt as _;
    Some(std::ffi::OsString::from_vec(bytes).into())
}

#[cfg(not(unix))]
fn from_bytes(_: Vec<u8>) -> Option<PathBuf> {
    None
}

#[cfg(windows)]
fn from_wide(wide: &[u16]) -> Option<PathBuf> {
    use std::os::windows::ffi::OsStringExt as _;
    Some(std::ffi::OsString::from_wide(wide).into())
}

#[cfg(not(windows))]
fn from_wide(_: &[u16]) -> Option<PathBuf> {
    None
}

fn decode_hex(text: &str) -> Option<Vec<u8>> {
    let digit = |byte: &u8| char::from(*byte).to_digit(16).and_then(|d| u8::try_from(d).ok());
    text.as_bytes()
        .chunks(2)
        .map(|pair| match pair {
            [high, low] => Some(digit(high)? << 4 | digit(low)?),
            _ => None,
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_unicode_path_is_readable() {
        let recorded = RecordedLocation::from(&Location::new("/home/zoë/a b.json", "~/a b.json"));
        let json = serde_json::to_string(&recorded).unwrap();
        assert_eq!(json, r#"{"path":"/home/zoë/a b.json","shown":"~/a b.json"}"#);
    }

    #[cfg(unix)]
    #[test]
    fn a_path_that_is_no_unicode_survives() {
        use std::os::unix::ffi::OsStringExt as _;
        let path = PathBuf::from(std::ffi::OsString::from_vec(b"/caf\xe9/x".to_vec()));
        let location = Location::new(path, "/caf\u{fffd}/x");
        let json = serde_json::to_string(&RecordedLocation::from(&location)).unwrap();
        assert!(json.contains(r#"{"unix-bytes":"2f636166e92f78"}"#), "{json}");
        let back: RecordedLocation = serde_json::from_str(&json).unwrap();
        assert_eq!(back.location(), Some(location));
    }
}
