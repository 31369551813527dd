//! The engine's reader against those that hosts are built on: `JSON.parse`, and Visual Studio
//! Code's `jsonc-parser`. All texts go through one process of Node.
//!
//! `.real-hosts/` holds `jsonc-parser`; `docs/contributing.md` says how it gets there.
#![expect(clippy::disallowed_methods, reason = "it reads the tests' own files")]
#![expect(clippy::unwrap_used, reason = "a test that can't go on should say where")]

use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use hatch_core::document::Document;
use hatch_core::host::Format;
use hatch_properties::choices::Choices;
use hatch_properties::values::{any_json, same};

/// As many texts as are made, beside the hosts' own files.
const MADE: usize = 30_000;

/// In the order of what Node answers.
const FORMATS: [Format; 3] = [Format::Json, Format::JsoncNoTrailingCommas, Format::Jsonc];

/// What a text is damaged with.
const PARTS: [&str; 40] = [
    "{", "}", "[", "]", ",", ":", "\"", "\\", "/", "*", "//", "/*", "*/", "\n", "\r", "\t", " ",
    "0", "1", "-", "+", ".", "e", "E", "\\u", "\\u0041", "true", "null", "nul", "\u{1}", "\u{b}",
    "\u{a0}", "\u{2028}", "\u{feff}", "é", "'", "NaN", "// x\n", "/* x */", ",}",
];

fn folder(relative: &str) -> PathBuf {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../..")).join(relative)
}

fn fixtures() -> Vec<String> {
    let hosts = fs::read_dir(folder("tests/fixtures/hosts")).unwrap();
    let hosts = hosts.map(|host| host.unwrap().path()).filter(|host| host.is_dir());
    let files = hosts.flat_map(|host| fs::read_dir(host).unwrap());
    let mut paths: Vec<_> = files.map(|file| file.unwrap().path()).collect();
    paths.sort();
    paths.into_iter().map(|path| fs::read_to_string(path).unwrap()).collect()
}

/// Numbers that look random and are the same in every run.
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, count: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 % u64::try_from(count).unwrap()).unwrap()
    }
}

/// Documents, most of them damaged in a place or three.
fn texts() -> Vec<String> {
    let mut numbers = Numbers(0x5eed);
    let fixtures = fixtures();
    let made = (0..MADE).map(|at| {
        let bytes: Vec<u8> = (0..60).map(|_| u8::try_from(numbers.below(256)).unwrap()).collect();
        let mut text = match at % 10 {
            0 => fixtures[numbers.below(fixtures.len())].clone(),
            _ => any_json(&mut Choices::new(&bytes), 0),
        };
        for _ in 0..numbers.below(4) {
            let place = text.floor_char_boundary(numbers.below(text.len() + 1));
            let length = text[place..].chars().next().map_or(0, char::len_utf8);
            let end = if numbers.below(2) == 0 { place } else { place + length };
            let part = PARTS[numbers.below(PARTS.len())];
            text.replace_range(place..end, if numbers.below(4) == 0 { "" } else { part });
        }
        text
    });
    let made: Vec<_> = made.collect();
    fixtures.into_iter().chain(made).collect()
}

fn answers(texts: &[String]) -> Vec<[Option<String>; 3]> {
    let parser = folder(".real-hosts/node_modules/jsonc-parser");
    let parser = parser.canonicalize();
    let parser = parser.expect("`npm ci` has put it into .real-hosts; see docs/contributing.md");
    let script = folder("tests/properties/tests/parsers.mjs");
    let mut node = Command::new("node");
    node.arg(script.canonicalize().unwrap()).arg(parser);
    let mut node = node.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().expect("Node");
    let mut input = node.stdin.take().unwrap();
    input.write_all(&serde_json::to_vec(texts).unwrap()).unwrap();
    drop(input);
    let output = node.wait_with_output().unwrap();
    assert!(output.status.success(), "{}", output.status);
    serde_json::from_slice(&output.stdout).unwrap()
}

/// Where the two are meant to differ.
fn is_known(text: &str, format: Format, ours: &Result<String, String>) -> bool {
    match ours {
        // A file with nothing in it is an empty object, and one may begin with a mark.
        Ok(_) if text.starts_with('\u{feff}') => true,
        Ok(_) => format == Format::Json && text.trim_matches([' ', '\t', '\r', '\n']).is_empty(),
        // JavaScript's strings can hold half a character, and its parsers nest without an end.
        Err(fault) => fault.contains("half of a surrogate pair") || fault.contains("levels deep"),
    }
}

#[test]
fn hosts_read_what_hatch_reads() {
    let texts = texts();
    let mut wrong = Vec::new();
    let (mut good, mut bad) = (0, 0);
    for (text, answers) in texts.iter().zip(answers(&texts)) {
        for (format, theirs) in FORMATS.into_iter().zip(answers) {
            let ours = Document::parse(Some(text.as_bytes()), format)
                .map(|document| document.section(&[]).unwrap())
                .map_err(|error| error.to_string());
            let agree = match (&ours, &theirs) {
                (Ok(ours), Some(theirs)) => same_to_javascript(ours, theirs),
                (Err(_), None) => true,
                _ => false,
            };
            good += usize::from(ours.is_ok());
            bad += usize::from(ours.is_err());
            if !agree && !is_known(text, format, &ours) {
                wrong.push(format!("{format:?} {text:?}\n  {ours:?}\n  {theirs:?}"));
            }
        }
    }
    assert!(good > MADE && bad > MADE, "{good} good and {bad} bad texts tell little");
    assert!(
        wrong.is_empty(),
        "{} differ:\n{}",
        wrong.len(),
        wrong[..wrong.len().min(20)].join("\n")
    );
}

/// Whether the values are the same. `JSON.parse` makes infinity of a large number, and
/// `jsonc-parser` another object's parts of a member `__proto__`.
fn same_to_javascript(ours: &str, theirs: &str) -> bool {
    same(ours, theirs) || ours.contains("__proto__")
}
