//! Edits of an environment's file that leave what a person wrote as they wrote it.
//!
//! Only fields whose meaning changes are set or taken away, under the name that the entry
//! has for them (`disabled` for `enabled`, `serverUrl` for `url`). Everything else keeps its
//! bytes: the order, the spacing, fields that mean nothing to hatch.

use std::collections::BTreeSet;

use serde_json::{Map, Value};

use super::entry::{self, EntryError};
use super::{Entry, Environment, EnvironmentError};
use crate::document::{self, Document, SectionChange, SyntaxError};
use crate::host::{Format, HostId};
use crate::server::{Extra, Server, ServerName, Transport};

/// The names of the transport, the one that counts first.
const MARKERS: [&str; 2] = ["type", "transport"];

/// The names of what says whether a server is started.
const SWITCHES: [&str; 2] = ["disabled", "enabled"];

/// The names of the URL, the one that counts first.
const URLS: [&str; 3] = [HTTP_URL, "url", "serverUrl"];

/// What is said of a program, and what of a remote server.
const OF_A_PROGRAM: &[&str] = &["args", "env", "envForward", "envFile", "cwd"];
const OF_A_REMOTE: &[&str] = &["headers", "oauth"];

/// A URL under this name speaks Streamable HTTP, unless the entry says something else.
const HTTP_URL: &str = "httpUrl";

/// Why an environment's file was not edited.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum EditError {
    /// It is no environment.
    #[error("the file can't be read")]
    Unreadable(#[source] EnvironmentError),
    /// Its text can't be edited.
    #[error("the file can't be edited")]
    Syntax(#[from] SyntaxError),
    /// Its text can't be made to hold the change.
    #[error("the file can't be edited")]
    Document(#[from] document::EditError),
    /// An entry that was brought in from elsewhere is wrong.
    #[error("the entry can't be read")]
    Entry(#[from] EntryError),
    /// The change does not go with what else is there, such as a host's overrides.
    #[error("the change does not go with the rest of the file")]
    Result(#[source] EnvironmentError),
}

/// Puts a server into an environment's file, in the place of its entry if it has one.
/// `inherited` is the entry that an extended environment has for it, from which a new one
/// takes what the common form does not know. `own` are fields that only one adapter's hosts
/// know; they go into its overrides.
///
/// # Errors
///
/// Fails where the file is no environment, before or after.
pub fn put(
    bytes: &[u8],
    server: &Server,
    inherited: Option<&Entry>,
    own: &[(HostId, Extra)],
) -> Result<Vec<u8>, EditError> {
    let environment = Environment::parse(bytes).map_err(EditError::Unreadable)?;
    let name = server.name.as_str();
    let place = ["mcpServers".to_owned(), name.to_owned()];
    let there = environment.servers.iter().find(|(known, _)| *known == server.name);
    let mut changes = match (there, inherited) {
        (Some((_, entry)), _) => {
            let below = |(path, value): Edit| section([&place[..], &path].concat(), value);
            edits(entry, server)?.into_iter().map(below).collect()
        }
        (None, Some(inherited)) => {
            let mut entry = inherited.clone();
            for (path, value) in edits(inherited, server)? {
                set(&mut entry, &path, value);
            }
            vec![section(place.to_vec(), Some(Value::Object(entry)))]
        }
        (None, None) => vec![section(place.to_vec(), Some(Value::Object(entry::print(server))))],
    };
    for (host, extra) in own {
        let mut path = vec!["hosts".to_owned(), host.to_string(), name.to_owned()];
        path.extend(extra.path.iter().cloned());
        changes.push(SectionChange { path, value: Some(extra.value.clone()) });
    }
    edited(bytes, &changes)
}

/// Takes a server out of an environment's file, and what hosts are given of it instead.
///
/// # Errors
///
/// Fails where the file is no environment.
pub fn remove(bytes: &[u8], name: &ServerName) -> Result<Vec<u8>, EditError> {
    let environment = Environment::parse(bytes).map_err(EditError::Unreadable)?;
    let path = |keys: &[&str]| keys.iter().map(|key| (*key).to_owned()).collect::<Vec<_>>();
    let mut changes = vec![section(path(&["mcpServers", name.as_str()]), None)];
    let is_it = |(known, _): &(ServerName, Entry)| known == name;
    let overridden: Vec<_> =
        environment.overrides.iter().filter(|(_, entries)| entries.iter().any(is_it)).collect();
    let all_go = |entries: &[(ServerName, Entry)]| entries.iter().all(is_it);
    if !overridden.is_empty() && environment.overrides.values().all(|entries| all_go(entries)) {
        changes.push(section(path(&["hosts"]), None));
    } else {
        for (host, entries) in overridden {
            changes.push(match all_go(entries) {
                true => section(path(&["hosts", host.as_str()]), None),
                false => section(path(&["hosts", host.as_str(), name.as_str()]), None),
            });
        }
    }
    edited(bytes, &changes)
}

fn section(path: Vec<String>, value: Option<Value>) -> SectionChange {
    SectionChange { path, value: value.map(|value| value.to_string()) }
}

fn edited(bytes: &[u8], changes: &[SectionChange]) -> Result<Vec<u8>, EditError> {
    let bytes = Document::parse(Some(bytes), Format::Json)?.edit(changes, true)?;
    Environment::parse(&bytes).map_err(EditError::Result)?;
    Ok(bytes)
}

/// A new value for a field of an entry or a member of it; `None` takes it away.
type Edit = (Vec<String>, Option<Value>);

/// The edits after which an entry says what `server` does.
fn edits(entry: &Entry, server: &Server) -> Result<Vec<Edit>, EntryError> {
    let present = entry::parse(server.name.clone(), entry)?;
    let (was, is) = (entry::print(&present), entry::print(server));
    let mut edits = Edits { entry, made: Vec::new() };
    let is_another = present.transport.label() != server.transport.label();
    edits.reach(&was, &is, is_another);
    let stray = if is_another { edits.strays(&was, server) } else { Vec::new() };
    for field in &stray {
        edits.put(&[field], is.get(*field).cloned());
    }
    let fields: BTreeSet<&String> = was.keys().collect();
    let fields = was.keys().chain(is.keys().filter(|field| !fields.contains(field)));
    let fields = fields.filter(|field| !matches!(field.as_str(), "type" | "url"));
    for field in fields.filter(|field| !stray.contains(&field.as_str())) {
        let (before, after) = (was.get(field), is.get(field));
        match (field.as_str(), before, after) {
            _ if before == after => {}
            ("enabled", _, Some(Value::Bool(enabled))) => edits.enable(*enabled),
            ("enabled", _, None) => edits.remove_others(&SWITCHES, None),
            ("args", Some(Value::Array(before)), Some(Value::Array(after))) => {
                edits.arguments(before, after);
            }
            // A client of which nothing is said is a client still.
            ("oauth", None, Some(after)) => edits.put(&[field], Some(after.clone())),
            ("env" | "headers" | "oauth", _, Some(Value::Object(after))) => {
                edits.members(field, before.and_then(Value::as_object), after);
            }
            _ => edits.put(&[field], after.cloned()),
        }
    }
    Ok(edits.made)
}

struct Edits<'a> {
    entry: &'a Entry,
    made: Vec<Edit>,
}

impl Edits<'_> {
    fn put(&mut self, path: &[&str], value: Option<Value>) {
        self.made.push((path.iter().map(|key| (*key).to_owned()).collect(), value));
    }

    /// The first of these names that the entry has a value under.
    fn live<'n>(&self, names: &[&'n str]) -> Option<&'n str> {
        names.iter().copied().find(|name| self.entry.get(*name).is_some_and(|it| !it.is_null()))
    }

    fn remove_others(&mut self, names: &[&str], stays: Option<&str>) {
        for name in names.iter().filter(|name| Some(**name) != stays) {
            if self.entry.contains_key(*name) {
                self.put(&[name], None);
            }
        }
    }

    /// Sets the transport and the URL.
    fn reach(&mut self, was: &Entry, is: &Entry, is_another: bool) {
        let live = self.live(&URLS);
        let url = is.get("url");
        if !is_another {
            if url != was.get("url") {
                self.put(&[live.unwrap_or("url")], url.cloned());
            }
            return;
        }
        let marker = is.get("type").map(|kind| (self.live(&MARKERS).unwrap_or("type"), kind));
        self.remove_others(&MARKERS, marker.map(|(key, _)| key));
        if let Some((key, kind)) = marker {
            self.put(&[key], Some(kind.clone()));
        }
        let key = url.map(|_| live.filter(|key| *key != HTTP_URL).unwrap_or("url"));
        self.remove_others(&URLS, key);
        if let (Some(key), true) =
            (key, url.is_some() && url != key.and_then(|it| self.entry.get(it)))
        {
            self.put(&[key], url.cloned());
        }
    }

    /// Fields that meant nothing to the old transport, and would to the new one.
    fn strays(&self, was: &Entry, server: &Server) -> Vec<&'static str> {
        let fields = match server.transport {
            Transport::Stdio(_) => OF_A_PROGRAM,
            _ => OF_A_REMOTE,
        };
        let is_stray =
            |field: &&&str| self.entry.contains_key(**field) && !was.contains_key(**field);
        fields.iter().filter(is_stray).copied().collect()
    }

    fn enable(&mut self, enabled: bool) {
        match self.live(&SWITCHES) {
            Some("disabled") => {
                self.put(&["disabled"], Some(Value::Bool(!enabled)));
                if self.live(&["enabled"]).is_some() {
                    self.put(&["enabled"], Some(Value::Bool(enabled)));
                }
            }
            _ => self.put(&["enabled"], Some(Value::Bool(enabled))),
        }
    }

    /// Arguments that stay in their place keep their spelling: a number may stand for its
    /// text.
    fn arguments(&mut self, before: &[Value], after: &[Value]) {
        let spelt = self.entry.get("args").and_then(Value::as_array);
        let items = after.iter().enumerate().map(|(at, value)| {
            let is_same = before.get(at) == Some(value);
            let spelt = spelt.and_then(|items| items.get(at)).filter(|_| is_same);
            spelt.unwrap_or(value).clone()
        });
        let items = Value::Array(items.collect());
        self.put(&["args"], Some(items));
    }

    fn members(&mut self, field: &str, before: Option<&Entry>, after: &Entry) {
        let none = Map::new();
        let before = before.unwrap_or(&none);
        for (name, value) in after {
            if before.get(name) != Some(value) {
                self.put(&[field, name], Some(value.clone()));
            }
        }
        for name in before.keys().filter(|name| !after.contains_key(*name)) {
            self.put(&[field, name], None);
        }
    }
}

/// Makes one edit of an entry that stands in no file.
fn set(entry: &mut Entry, path: &[String], value: Option<Value>) {
    let Some((key, rest)) = path.split_first() else { return };
    match (rest.is_empty(), value) {
        (true, None) => drop(entry.shift_remove(key)),
        (true, Some(value)) => drop(entry.insert(key.clone(), value)),
        (false, value) => {
            let member = entry.entry(key.clone()).or_insert(Value::Null);
            if !member.is_object() {
                *member = Value::Object(Map::new());
            }
            if let Value::Object(members) = member {
                set(members, rest, value);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::patch::{ServerPatch, TransportPatch};
    use crate::server::{OAuth, Timeouts, Transport};
    use crate::template::Template;

    const FILE: &str = r#"{
    "$schema" : "https://example.com/environment.json",
    "mcpServers": {
        "files": { "args": ["-y", 8080], "command" : "npx", "x-note": { "by" : "me" },
                   "env": {"PORT": 8080, "GONE": null, "LOG": "info"}, "disabled": true },
        "news": { "httpUrl": "https://news.example/mcp", "headers": { "A": "1" } },
        "old":	{ "transport": "sse", "serverUrl": "https://old.example/sse" }
    },
    "hosts": { "cursor": { "files": { "env": { "LOG": "debug" } } },
               "gemini": { "news": { "trust": false }, "files": { "cwd": "/" } } }
}"#;

    fn name(name: &str) -> ServerName {
        ServerName::new(name).unwrap()
    }

    fn present(text: &str, server: &str) -> Option<Server> {
        let environment = Environment::parse(text.as_bytes()).unwrap();
        environment.servers_for(&[]).unwrap().into_iter().find(|it| it.name.as_str() == server)
    }

    /// Patches a server of [`FILE`], and checks that nothing else of the text is another:
    /// each pair is a part of it, and what stands there then.
    #[track_caller]
    fn check(server: &str, patch: &ServerPatch, pairs: &[(&str, &str)]) {
        let patched = patch.apply(&name(server), present(FILE, server).as_ref()).unwrap();
        let bytes = put(FILE.as_bytes(), &patched, None, &[]).unwrap();
        let text = String::from_utf8(bytes).unwrap();
        let mut expected = FILE.to_owned();
        for (old, new) in pairs {
            assert!(expected.contains(old), "{old}");
            expected = expected.replacen(old, new, 1);
        }
        assert_eq!(text, expected);
        assert_eq!(present(&text, server), Some(patched.clone()), "it reads back as asked");
        assert_eq!(put(text.as_bytes(), &patched, None, &[]).unwrap(), text.as_bytes());
    }

    fn pairs(of: &[(&str, &str)]) -> Vec<(String, Template)> {
        of.iter().map(|(name, value)| ((*name).to_owned(), Template::parse(value))).collect()
    }

    fn to(transport: TransportPatch) -> ServerPatch {
        ServerPatch { transport: Some(transport), ..ServerPatch::default() }
    }

    #[test]
    fn a_server_that_says_nothing_of_being_off_is_not_off() {
        let server = Server { enabled: None, ..present(FILE, "files").unwrap() };
        let bytes = put(FILE.as_bytes(), &server, None, &[]).unwrap();
        let text = String::from_utf8(bytes).unwrap();
        assert_eq!(text, FILE.replacen(", \"disabled\": true }", " }", 1));
        assert_eq!(present(&text, "files"), Some(server));
    }

    /// Fields beside the wrong transport mean nothing, until it is the right one.
    #[test]
    fn what_meant_nothing_to_the_old_transport_means_nothing_to_the_new_one() {
        let remote = r#"{"mcpServers": {"a": {"url": "https://x/", "headers": {"New": "n"}}}}"#;
        let local = r#"{"mcpServers": {"a": {"command": "c", "args": []}}}"#;
        for (file, wanted) in [
            (r#"{"mcpServers": {"a": {"command": "c", "headers": {"Old": "o"}}}}"#, remote),
            (
                r#"{"mcpServers": {"a": {"url": "https://y/", "env": {"OLD": "o"}, "cwd": "/"}}}"#,
                local,
            ),
        ] {
            let server = present(wanted, "a").unwrap();
            let text = put(file.as_bytes(), &server, None, &[]).unwrap();
            let text = std::str::from_utf8(&text).unwrap();
            assert_eq!(present(text, "a"), Some(server), "{text}");
        }
    }

    #[test]
    fn a_client_of_which_nothing_is_said_is_written() {
        let mut server = present(FILE, "news").unwrap();
        let Transport::StreamableHttp(remote) = &mut server.transport else { panic!("http") };
        remote.oauth = Some(OAuth::default());
        let text = put(FILE.as_bytes(), &server, None, &[]).unwrap();
        assert_eq!(present(std::str::from_utf8(&text).unwrap(), "news"), Some(server));
    }

    #[test]
    fn only_what_differs_is_written_under_the_entry_s_own_names() {
        check("files", &ServerPatch::default(), &[]);
        let patch = ServerPatch {
            enabled: Some(true),
            env: pairs(&[("LOG", "debug"), ("NEW", "${env:NEW}")]),
            ..ServerPatch::default()
        };
        check(
            "files",
            &patch,
            &[
                ("\"info\"}", "\"debug\", \"NEW\": \"${env:NEW}\"}"),
                ("\"disabled\": true", "\"disabled\": false"),
            ],
        );
        let args = ["-y", "8080", "more"].map(Template::parse).to_vec();
        let patch = ServerPatch { args: Some(args), ..ServerPatch::default() };
        check("files", &patch, &[("8080]", "8080, \"more\"]")]);
        let timeouts = Timeouts { request: Some(5), ..Timeouts::default() };
        let patch = ServerPatch { timeouts, ..ServerPatch::default() };
        check("files", &patch, &[("\"disabled\": true }", "\"disabled\": true, \"timeout\": 5 }")]);
        check(
            "news",
            &ServerPatch { headers: pairs(&[("a", "2"), ("B", "3")]), ..ServerPatch::default() },
            &[("\"A\": \"1\"", "\"A\": \"2\", \"B\": \"3\"")],
        );
    }

    #[test]
    fn transports_change_under_the_entry_s_own_names() {
        let url = || Template::parse("https://new.example/");
        check(
            "news",
            &to(TransportPatch::StreamableHttp(url())),
            &[("https://news.example/mcp", "https://new.example/")],
        );
        check(
            "old",
            &to(TransportPatch::Sse(url())),
            &[("https://old.example/sse", "https://new.example/")],
        );
        check(
            "old",
            &to(TransportPatch::StreamableHttp(url())),
            &[("\"sse\"", "\"http\""), ("https://old.example/sse", "https://new.example/")],
        );
        check(
            "old",
            &to(TransportPatch::RemoteAuto(url())),
            &[
                ("\"transport\": \"sse\", ", ""),
                ("https://old.example/sse", "https://new.example/"),
            ],
        );
        check(
            "old",
            &to(TransportPatch::Command(Template::parse("x"))),
            &[(
                "\"transport\": \"sse\", \"serverUrl\": \"https://old.example/sse\"",
                "\"command\": \"x\", \"args\": []",
            )],
        );
        check(
            "news",
            &to(TransportPatch::Sse(url())),
            &[(
                "\"httpUrl\": \"https://news.example/mcp\", \"headers\": { \"A\": \"1\" }",
                "\"headers\": { \"A\": \"1\" }, \"type\": \"sse\", \"url\": \"https://new.example/\"",
            )],
        );
    }

    #[test]
    fn a_local_server_becomes_a_remote_one() {
        let file =
            r#"{"mcpServers": {"a": {"type": "stdio", "command": "c", "args": null, "x": 1}}}"#;
        for (transport, expected) in [
            (
                TransportPatch::RemoteAuto(Template::parse("https://x/")),
                r#"{"mcpServers": {"a": {"args": null, "x": 1, "url": "https://x/"}}}"#,
            ),
            (
                TransportPatch::StreamableHttp(Template::parse("https://x/")),
                r#"{"mcpServers": {"a": {"type": "http", "args": null, "x": 1, "url": "https://x/"}}}"#,
            ),
        ] {
            let server = to(transport).apply(&name("a"), present(file, "a").as_ref()).unwrap();
            let text =
                String::from_utf8(put(file.as_bytes(), &server, None, &[]).unwrap()).unwrap();
            let loosely = |text: &str| serde_json::from_str::<Value>(text).unwrap();
            let mut expected = loosely(expected);
            // What is printed for a command goes with it.
            let entry = expected["mcpServers"]["a"].as_object_mut().unwrap();
            entry.shift_remove("args");
            assert_eq!(loosely(&text), expected, "{text}");
        }
    }

    #[test]
    fn a_new_server_comes_last_and_an_inherited_one_brings_all_that_it_has() {
        let new = to(TransportPatch::Command(Template::parse("new")));
        let server = new.apply(&name("new"), None).unwrap();
        let text = String::from_utf8(put(FILE.as_bytes(), &server, None, &[]).unwrap()).unwrap();
        let (before, after) = FILE.split_at(FILE.find("\n    },\n    \"hosts\"").unwrap());
        assert!(text.starts_with(before) && text.ends_with(after), "{text}");
        assert_eq!(present(&text, "new"), Some(server));

        let file = r#"{ "extends": ["base"] }"#;
        let Value::Object(base) = serde_json::json!({"command": "c", "x": 1, "env": {"P": 1}})
        else {
            panic!("an object")
        };
        let present = entry::parse(name("a"), &base).unwrap();
        let patch = ServerPatch { env: pairs(&[("A", "1")]), ..ServerPatch::default() };
        let server = patch.apply(&name("a"), Some(&present)).unwrap();
        let bytes = put(file.as_bytes(), &server, Some(&base), &[]).unwrap();
        let value: Value = serde_json::from_slice(&bytes).unwrap();
        let expected = serde_json::json!({"command": "c", "x": 1, "env": {"P": 1, "A": "1"}});
        assert_eq!(value["mcpServers"]["a"], expected);
    }

    #[test]
    fn a_host_s_own_fields_go_into_its_overrides() {
        let extra = Extra { path: vec!["trust".to_owned()], value: "true".to_owned() };
        let own = [(HostId::new("gemini").unwrap(), extra)];
        let news = present(FILE, "news").unwrap();
        let text = put(FILE.as_bytes(), &news, None, &own).unwrap();
        assert_eq!(text, FILE.replace("\"trust\": false", "\"trust\": true").as_bytes());
        let bare = br#"{ "mcpServers": { "news": { "url": "https://news.example/" } } }"#;
        let news = present(std::str::from_utf8(bare).unwrap(), "news").unwrap();
        let value: Value = serde_json::from_slice(&put(bare, &news, None, &own).unwrap()).unwrap();
        assert_eq!(value["hosts"]["gemini"]["news"]["trust"], true);
    }

    #[test]
    fn a_server_goes_with_its_overrides() {
        let text = String::from_utf8(remove(FILE.as_bytes(), &name("files")).unwrap()).unwrap();
        assert!(!text.contains("files") && !text.contains("cursor"), "{text}");
        assert!(text.contains(r#""gemini": { "news": { "trust": false } }"#), "{text}");
        assert!(text.contains("\"old\":\t{ \"transport\": \"sse\""), "{text}");
        let text = String::from_utf8(remove(text.as_bytes(), &name("news")).unwrap()).unwrap();
        assert!(!text.contains("hosts"), "{text}");
        assert_eq!(remove(text.as_bytes(), &name("other")).unwrap(), text.as_bytes());
    }

    #[test]
    fn what_does_not_go_together_is_an_error() {
        let file = br#"{"mcpServers": {"a": {"command": "c"}}, "hosts": {"cursor": {"a": {"command": "d"}}}}"#;
        let url = TransportPatch::RemoteAuto(Template::parse("https://x/"));
        let server = to(url).apply(&name("a"), None).unwrap();
        assert!(matches!(put(file, &server, None, &[]), Err(EditError::Result(_))));
        assert!(matches!(put(b"[]", &server, None, &[]), Err(EditError::Unreadable(_))));
        assert!(matches!(remove(b"{", &name("a")), Err(EditError::Unreadable(_))));
    }
}
