//! Finds the secrets in a text: behind `--token=`, after `Authorization:`, in a URL, in JSON,
//! in a connection string, or anywhere by their look.

use std::ops::Range;

use percent_encoding::percent_decode_str;

use super::json;
use super::looks::{self, is_hash, is_path, is_uuid, tokens};
use super::names::{is_digest_name, is_harmless_header, is_secret_name, may_be_a_path};
use super::{OPAQUE, Place};

/// A part of a text that is a secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
    /// Where it is, in bytes.
    pub range: Range<usize>,
    /// The name of what it is the value of, such as an option's; empty where it has none.
    pub name: String,
}

/// Finds all secrets in a value, in order and without overlap. [`OPAQUE`] stands for a
/// reference, which is no secret itself.
pub fn find(place: Place<'_>, text: &str) -> Vec<Found> {
    let mut search = Search { text, found: Vec::new(), depth: 0 };
    search.place(place, 0..text.len());
    let mut found = search.found;
    found.sort_by_key(|it| (it.range.start, it.range.end));
    let mut end = 0;
    found.retain(|it| {
        let is_next = it.range.start >= end && !it.range.is_empty();
        end = if is_next { it.range.end } else { end };
        is_next
    });
    found
}

/// Finds what looks like a secret in a sentence, where names such as `token:` say nothing.
pub fn find_in_prose(text: &str) -> Vec<Found> {
    let mut search = Search { text, found: Vec::new(), depth: 0 };
    for word in split(text) {
        match text[word.clone()].contains("://") {
            true => search.url(word),
            false => search.look("", word),
        }
    }
    search.found
}

struct Search<'a> {
    text: &'a str,
    found: Vec<Found>,
    /// How many names stand before the value that is looked at: `a=b:c=...`.
    depth: usize,
}

/// Before a secret stand an option and a variable, and hardly more. A text of nothing but
/// names would take its own length in calls.
const DEEPEST: usize = 16;

/// The bytes of the longest name that is looked for before a value.
const LONGEST_NAME: usize = 80;

impl Search<'_> {
    fn place(&mut self, place: Place<'_>, range: Range<usize>) {
        if self.depth == DEEPEST {
            return self.look(place.name(), range);
        }
        self.depth += 1;
        self.value_at(place, range);
        self.depth -= 1;
    }

    fn value_at(&mut self, place: Place<'_>, range: Range<usize>) {
        let text = &self.text[range.clone()];
        match place {
            Place::Named(name) if is_secret_name(name) => self.credential(name, range),
            Place::Named(name) if is_digest_name(name) && is_hash(text.trim()) => {}
            Place::Named(name) => self.value(name, range),
            Place::Header(name) if !is_harmless_header(name) => self.credential(name, range),
            Place::Header(_) | Place::Value => self.value("", range),
            Place::HeaderLine => match text.find([':', '=']) {
                Some(at) => {
                    self.place(Place::Header(text[..at].trim()), range.start + at + 1..range.end);
                }
                None => self.value("", range),
            },
        }
    }

    fn add(&mut self, name: &str, range: Range<usize>) {
        self.found.push(Found { range, name: name.to_owned() });
    }

    /// All of a value that has a secret's name, but for the word before a credential; nothing
    /// where it only says where the secret is, or whether there is one.
    fn credential(&mut self, name: &str, range: Range<usize>) {
        let text = &self.text[range.clone()];
        let start = range.start + text.len() - text.trim_start().len() + scheme(text.trim_start());
        let rest = &self.text[start..range.end];
        let start = start + rest.len() - rest.trim_start().len();
        let secret = rest.trim();
        let is_file = may_be_a_path(name)
            && is_path(secret.trim_start_matches(OPAQUE))
            && looks::tokens(secret).is_empty();
        if !is_file && !is_harmless(secret) {
            self.add(name, start..start + secret.len());
        }
    }

    /// A value whose own name does not make it a secret.
    fn value(&mut self, name: &str, range: Range<usize>) {
        let text = &self.text[range.clone()];
        if let Some(strings) = json::strings(text) {
            for string in strings {
                self.json(&string, range.start);
            }
            return;
        }
        if let Some(at) = text.find("-----BEGIN ")
            && text[at..].contains("PRIVATE KEY")
        {
            self.value(name, range.start..range.start + at);
            return self.add("private-key", range.start + at..range.end);
        }
        match assignment(text) {
            Some((option, value)) if !is_list(text) && !is_credential(text) => {
                self.place(Place::Named(option), range.end - value.len()..range.end);
            }
            _ => self.words(name, range),
        }
    }

    /// A value of JSON text. One that is written with escapes is looked at without them, and
    /// is a secret as a whole.
    fn json(&mut self, string: &json::Scalar<'_>, start: usize) {
        let range = start + string.range.start..start + string.range.end;
        match &string.unescaped {
            Some(text) if find(string.place, text).is_empty() => {}
            Some(_) => self.add(string.place.name(), range),
            None => self.place(string.place, range),
        }
    }

    /// Running text, such as a command line or a connection string.
    fn words(&mut self, name: &str, range: Range<usize>) {
        let text = &self.text[range.clone()];
        let mut pending: Option<String> = None;
        for word in split(text) {
            let (start, end) = (range.start + word.start, range.start + word.end);
            let text = &self.text[start..end];
            let after =
                self.text[end..range.end].trim_start_matches(['"', '\'', '\\']).trim_start();
            if let Some(secret) = pending.take() {
                if scheme(&format!("{text} ")) > 0 {
                    pending = Some(secret);
                } else if text.starts_with('-')
                    && is_secret_name(&secret)
                    && secret.starts_with('-')
                {
                    // `--no-color` after `--token` is no value of it.
                    self.word(name, start..end, &mut pending);
                } else {
                    self.credential(&secret, start..end);
                }
            } else if text.eq_ignore_ascii_case("bearer") {
                let next = after.split_whitespace().next().unwrap_or_default();
                let is_token = next.len() >= 6 && next.contains(|c: char| c.is_ascii_digit());
                pending = is_token.then(|| "authorization".to_owned());
            } else if after.starts_with([':', '=']) && is_secret_name(text) {
                pending = Some(text.to_owned());
            } else {
                self.word(name, start..end, &mut pending);
            }
        }
    }

    fn word(&mut self, name: &str, range: Range<usize>, pending: &mut Option<String>) {
        let text = &self.text[range.clone()];
        if is_credential(text) {
            return match without_scheme(text) {
                Some(user) => self.add("credentials", range.start..range.start + user),
                None => self.look(name, range),
            };
        }
        match assignment(text) {
            Some((option, "")) if is_secret_name(option) => *pending = Some(option.to_owned()),
            Some((option, value)) => {
                self.place(Place::Named(option), range.end - value.len()..range.end);
            }
            None if text.starts_with('-') && is_secret_name(text) => {
                *pending = Some(text.to_owned());
            }
            None if text.contains("://") => self.url(range),
            None => self.look(name, range),
        }
    }

    fn look(&mut self, name: &str, range: Range<usize>) {
        for (token, known) in tokens(&self.text[range.clone()]) {
            let name = if is_secret_name(name) || known.is_empty() { name } else { known };
            self.add(name, range.start + token.start..range.start + token.end);
        }
    }

    fn url(&mut self, range: Range<usize>) {
        let text = &self.text[range.clone()];
        let start = text.find("://").map_or(text.len(), |at| at + 3);
        let rest = &text[start..];
        let mut end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
        // A password may hold a slash that nobody encoded: `u:p/w@host`.
        let (host, tail) = rest.split_at(end);
        let is_port = |text: &str| text.bytes().all(|b| b.is_ascii_digit());
        if let (false, Some((_, port)), Some(at)) =
            (host.contains('@'), host.split_once(':'), tail.rfind('@'))
            && !is_port(port)
            && !host.starts_with('[')
        {
            end += at + tail[at..].find(['/', '?', '#']).unwrap_or(tail.len() - at);
        }
        let authority = &rest[..end];
        let place = range.start + start;
        if let Some(at) = authority.rfind('@') {
            let user = &authority[..at];
            let is_web = text[..start].to_lowercase().starts_with("http");
            let is_name =
                !user.contains(':') && looks::tokens(user).is_empty() && (user == "git" || !is_web);
            let password = user.split_once(':').map_or(user, |(_, password)| password);
            let is_reference = password.trim_matches(OPAQUE).is_empty();
            match (is_name, is_reference) {
                (true, _) => {}
                (false, true) => self.look("credentials", place..place + at),
                (false, false) => self.add("credentials", place..place + at),
            }
        }
        let path = rest[end..].find(['?', '#']).map_or(rest.len(), |at| end + at);
        self.path(&authority.to_lowercase(), place + end..place + path);
        let mut at = place + path;
        for pair in rest[path..].to_owned().split_inclusive(['?', '&', '#', ';']) {
            let value = pair.trim_end_matches(['?', '&', '#', ';']);
            self.parameter(at..at + value.len());
            at += pair.len();
        }
    }

    /// The parts of a path between slashes. Some services take a token there; a commit's name
    /// only looks like one.
    fn path(&mut self, host: &str, range: Range<usize>) {
        let path = self.text[range.clone()].to_owned();
        let has_commits = ["github", "gitlab", "bitbucket", "jsdelivr", "unpkg"]
            .iter()
            .any(|forge| host.contains(forge));
        let mut at = range.start;
        for part in path.split_inclusive('/') {
            let part_range = at..at + part.trim_end_matches('/').len();
            at += part.len();
            let name = &self.text[part_range.clone()];
            if is_hash(name.split('.').next().unwrap_or_default()) && has_commits {
                continue;
            }
            match is_uuid(name) {
                true => self.add("url-path", part_range),
                false => self.look("url-path", part_range),
            }
        }
    }

    /// `name=value` of a query or a fragment.
    fn parameter(&mut self, range: Range<usize>) {
        let text = &self.text[range.clone()];
        let (name, value) = text.split_once('=').unwrap_or(("", text));
        let place = range.end - value.len()..range.end;
        // A commit after `#`, and what is no parameter at all.
        if name.is_empty() && is_hash(value) {
            return;
        }
        let decoded = percent_decode_str(value).decode_utf8_lossy();
        if decoded != value && !find(Place::Named(name), &decoded).is_empty() {
            return self.add(name, place);
        }
        self.place(Place::Named(name), place);
    }
}

/// The word before a credential, with the blank after it: `Bearer `.
fn scheme(text: &str) -> usize {
    const SCHEMES: [&str; 6] = ["bearer", "basic", "token", "apikey", "api-key", "digest"];
    let word = text.find(char::is_whitespace).map_or("", |at| &text[..at]);
    match SCHEMES.iter().any(|scheme| word.eq_ignore_ascii_case(scheme)) {
        true => word.len() + 1,
        false => 0,
    }
}

/// A value that tells nothing although its name is a secret's: a switch, a place where the
/// secret is kept, or a reference that someone else expands.
fn is_harmless(value: &str) -> bool {
    const SWITCHES: [&str; 15] = [
        "true",
        "false",
        "yes",
        "no",
        "on",
        "off",
        "none",
        "null",
        "auto",
        "required",
        "optional",
        "undefined",
        "oauth",
        "oauth2",
        "default",
    ];
    let wrapped = |start: &str, end: &str| value.starts_with(start) && value.ends_with(end);
    value.trim_matches(OPAQUE).trim().is_empty()
        || scheme(&format!("{value} ")) == value.len() + 1
        || SWITCHES.iter().any(|word| value.eq_ignore_ascii_case(word))
        || is_variable(value)
        || (wrapped("{{", "}}") && value.matches("{{").count() == 1)
        || (wrapped("<", ">") && value.matches('<').count() == 1)
        || value.starts_with("op://")
        || (value.len() > 2 && value.chars().all(|c| matches!(c, '*' | '.' | '•' | 'x' | 'X')))
}

/// `$NAME`, `${NAME}` or `%NAME%`, and nothing else.
fn is_variable(value: &str) -> bool {
    let is_name = |name: &str| {
        !name.is_empty()
            && !name.starts_with(|c: char| c.is_ascii_digit())
            && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_' || c == ':')
    };
    let inner = |start: &str, end: &str| value.strip_prefix(start)?.strip_suffix(end);
    let is_bare = |name: &str| is_name(name) && !name.contains(|c: char| c.is_ascii_lowercase());
    inner("${", "}").is_some_and(is_name)
        || value.strip_prefix('$').is_some_and(is_bare)
        || inner("%", "%").is_some_and(is_bare)
}

/// `--name=value`, `NAME=value` or `Name: value`: the name, and the value without the blanks
/// before it.
fn assignment(text: &str) -> Option<(&str, &str)> {
    let at = text.bytes().take(LONGEST_NAME).position(|b| matches!(b, b'=' | b':'))?;
    let name = &text[..at];
    let is_name = !name.is_empty()
        && name.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.'));
    let value = text[at + 1..].trim_start();
    (is_name && !value.starts_with("//")).then_some((name, value))
}

/// Whether a text is several assignments: `Server=a;Password=b`, `a=1&token=b`.
fn is_list(text: &str) -> bool {
    let begins = |at: usize| assignment(text[at + 1..].trim_start()).is_some();
    let first = assignment(text).map(|(name, _)| &text[name.len()..]);
    first.is_some_and(|rest| rest.starts_with('='))
        && text.match_indices([';', '&']).any(|(at, _)| begins(at))
}

/// Whether a text is no assignment although it looks so: `me:pw@db:5432`, and tokens that hold
/// a `=` or end in some.
fn is_credential(text: &str) -> bool {
    without_scheme(text).is_some()
        || looks::begins_as_token(text)
        || assignment(text).is_some_and(|(name, value)| {
            name.len() >= 16 && text.contains('=') && matches!(value, "" | "=")
        })
}

/// The length of `me:pw` in `me:pw@tcp(db:3306)/x` or `me:pw@db:5432`.
fn without_scheme(text: &str) -> Option<usize> {
    let (user, host) = text.rsplit_once('@').filter(|(user, _)| !user.contains("://"))?;
    let (_, password) = user.split_once(':')?;
    let has_port = host
        .split_once(':')
        .is_some_and(|(_, port)| port.starts_with(|c: char| c.is_ascii_digit()));
    let is_host = host.starts_with("tcp(") || host.starts_with("unix(") || has_port;
    (is_host && !password.trim_matches(OPAQUE).is_empty()).then_some(user.len())
}

/// The words of a text: blanks, quotes and the marks of shells part them, and `;` and `&`
/// where another assignment follows. A URL stays whole.
fn split(text: &str) -> Vec<Range<usize>> {
    let mut words = Vec::new();
    for word in split_at(0..text.len(), text, |at, c| {
        c.is_whitespace()
            || "\"'`|".contains(c)
            || (c == ';' && is_next(text, at))
            || text[at..].starts_with("\\\"")
    }) {
        match text[word.clone()].contains("://") {
            true => words.push(word),
            false => words.extend(split_at(word, text, |at, c| {
                "<>{}[]".contains(c) || (",&".contains(c) && is_next(text, at))
            })),
        }
    }
    words
}

/// Whether an assignment follows a mark.
fn is_next(text: &str, at: usize) -> bool {
    let rest = text[at + 1..].trim_start();
    // `User Id` is a name, too.
    let blank = rest.bytes().take(LONGEST_NAME).position(|b| matches!(b, b' ' | b'='));
    let second = blank.filter(|at| rest[*at..].starts_with(' ')).map_or("", |at| &rest[at + 1..]);
    assignment(rest).is_some() || assignment(second).is_some()
}

fn split_at(
    range: Range<usize>,
    text: &str,
    parts: impl Fn(usize, char) -> bool,
) -> Vec<Range<usize>> {
    let mut words = Vec::new();
    let mut start = range.start;
    for (at, c) in text[range.clone()].char_indices() {
        let at = range.start + at;
        if parts(at, c) {
            words.push(start..at);
            start = at + c.len_utf8();
        }
    }
    words.push(start..range.end);
    words.retain(|word: &Range<usize>| {
        text[word.clone()].contains(|c: char| !matches!(c, ':' | '=' | ','))
    });
    words
}
