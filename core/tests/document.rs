//! What documents promise, for documents in every style and for the hosts' own files.

#![allow(clippy::unwrap_used, reason = "what fails here fails a test")]

#[path = "document/generate.rs"]
mod generate;

use hatch_core::document::{Document, SectionChange};
use hatch_core::host::Format;
use proptest::prelude::*;
use serde_json::{Value, json};

use generate::{AnyChange, Written, any_change, written, written_strictly};

fn parse(text: &str, format: Format) -> Document {
    Document::parse(Some(text.as_bytes()), format).unwrap_or_else(|e| panic!("{e}: {text}"))
}

fn change(path: &[&str], value: Option<&Value>) -> SectionChange {
    SectionChange {
        path: path.iter().map(|key| (*key).to_owned()).collect(),
        value: value.map(ToString::to_string),
    }
}

/// The text after one change; a byte order mark stays.
fn edit(text: &str, format: Format, path: &[&str], value: Option<&Value>) -> String {
    let edited = parse(text, format).edit(&[change(path, value)], true);
    String::from_utf8(edited.unwrap_or_else(|e| panic!("{e}: {text}"))).unwrap()
}

fn value(text: &str, format: Format, path: &[&str]) -> Option<Value> {
    let path: Vec<_> = path.iter().map(|key| (*key).to_owned()).collect();
    parse(text, format).section(&path).map(|section| serde_json::from_str(&section).unwrap())
}

fn section(document: &Written) -> Value {
    value(&document.text(), document.format, &document.path()).unwrap()
}

/// Whether the pieces stand in the text in this order, one behind the other.
fn stand_in_order<'a>(text: &str, pieces: impl Iterator<Item = &'a str>) -> Result<(), String> {
    let mut rest = text;
    for piece in pieces {
        let Some((_, behind)) = rest.split_once(piece) else {
            return Err(format!("{piece:?} is not in {rest:?}"));
        };
        rest = behind;
    }
    Ok(())
}

/// What must hold after any change of the section: all before and behind it is there, and in
/// it the members and comments that the change left alone, in order.
fn check_foreign(
    document: &Written,
    edited: &str,
    is_foreign: impl Fn(&str) -> bool,
) -> Result<(), TestCaseError> {
    let bom = if document.bom { "\u{feff}" } else { "" };
    let edited = edited.strip_prefix(bom).unwrap();
    let inside = edited.strip_prefix(&document.before);
    prop_assert!(inside.is_some(), "the text before the section: {edited:?}");
    let inside = inside.and_then(|inside| inside.strip_suffix(&document.after));
    prop_assert!(inside.is_some(), "the text behind the section: {edited:?}");
    let inside = inside.unwrap();

    let members = document.members.iter().filter(|member| is_foreign(&member.key));
    let members: Vec<_> =
        members.map(|member| format!("{}{}", member.head, member.value)).collect();
    prop_assert_eq!(stand_in_order(inside, members.iter().map(String::as_str)), Ok(()));

    let is_owned = |owner: usize| is_foreign(&document.members[owner].key);
    let comments = document.comments.iter().filter(|comment| comment.owner.is_none_or(is_owned));
    prop_assert_eq!(stand_in_order(inside, comments.map(|comment| comment.text.as_str())), Ok(()));
    Ok(())
}

/// Whether `text` is `whole` with some bytes left out.
fn is_left_of(text: &str, whole: &str) -> bool {
    let mut rest = whole.bytes();
    text.bytes().all(|byte| rest.any(|other| other == byte))
}

fn server() -> Value {
    json!({ "command": "npx", "args": ["-y", "x"], "env": {}, "n": { "deep": [{ "a": 1 }] } })
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn present_values_change_nothing(document in written()) {
        let text = document.text();
        for path in [document.path(), document.path()[..1].to_vec(), vec![]] {
            let same = value(&text, document.format, &path);
            let edited = edit(&text, document.format, &path, same.as_ref());
            prop_assert_eq!(&edited, &text);
        }
    }

    #[test]
    fn adding_touches_nothing_and_removing_restores(document in written()) {
        let text = document.text();
        let mut servers = section(&document);
        servers["added"] = server();
        let added = edit(&text, document.format, &document.path(), Some(&servers));
        prop_assert_eq!(&value(&added, document.format, &document.path()), &Some(servers.clone()));
        check_foreign(&document, &added, |_| true)?;

        servers.as_object_mut().unwrap().shift_remove("added");
        let removed = edit(&added, document.format, &document.path(), Some(&servers));
        if document.members.is_empty() && document.comments.is_empty() {
            // Blanks alone are not kept.
            let bom = if document.bom { "\u{feff}" } else { "" };
            prop_assert_eq!(removed, format!("{bom}{}{}", document.before, document.after));
        } else {
            prop_assert_eq!(removed, text);
        }
    }

    #[test]
    fn removing_takes_only_what_is_the_members_own(document in written(), which in 0..8_usize) {
        let mut servers = section(&document);
        let keys: Vec<_> = servers.as_object().unwrap().keys().cloned().collect();
        if keys.is_empty() {
            return Ok(());
        }
        let gone = keys[which % keys.len()].as_str();
        servers.as_object_mut().unwrap().shift_remove(gone);

        let text = document.text();
        let edited = edit(&text, document.format, &document.path(), Some(&servers));
        prop_assert_eq!(&value(&edited, document.format, &document.path()), &Some(servers));
        check_foreign(&document, &edited, |key| key != gone)?;
        prop_assert!(is_left_of(&edited, &text), "{}", edited);
        for comment in document.comments.iter().filter(|comment| {
            comment.owner.is_some_and(|owner| document.members[owner].key == gone)
        }) {
            prop_assert!(!edited.contains(&comment.text), "{:?} in {:?}", comment, edited);
        }
        let mut path = document.path();
        path.push(gone);
        prop_assert_eq!(edit(&text, document.format, &path, None), edited);
    }

    #[test]
    fn items_come_and_go_without_a_trace(document in written(), which in 0..8_usize, at in 0..4_usize) {
        let servers = section(&document);
        let arrays: Vec<_> = servers
            .as_object()
            .unwrap()
            .iter()
            .filter(|(_, value)| value.as_array().is_some_and(|items| !items.is_empty()))
            .collect();
        if arrays.is_empty() {
            return Ok(());
        }
        let (key, old) = arrays[which % arrays.len()];
        let mut new = old.clone();
        let items = new.as_array_mut().unwrap();
        items.insert(at.min(items.len()), json!("added"));
        let mut path = document.path();
        path.push(key);

        let text = document.text();
        let added = edit(&text, document.format, &path, Some(&new));
        prop_assert_eq!(value(&added, document.format, &path), Some(new));
        check_foreign(&document, &added, |foreign| foreign != key)?;
        prop_assert!(is_left_of(&text, &added), "{}", added);
        let restored = edit(&added, document.format, &path, Some(old));
        prop_assert_eq!(restored, text);
    }

    #[test]
    fn a_scalar_is_replaced_byte_for_byte(document in written(), which in 0..8_usize) {
        let scalars: Vec<_> = (0..document.members.len())
            .filter(|&at| !document.members[at].value.starts_with(['{', '[']))
            .filter(|&at| {
                document.members[at + 1..].iter().all(|later| later.key != document.members[at].key)
            })
            .collect();
        if scalars.is_empty() {
            return Ok(());
        }
        let at = scalars[which % scalars.len()];
        let member = &document.members[at];
        let mut path = document.path();
        path.push(&member.key);
        let edited = edit(&document.text(), document.format, &path, Some(&json!("new")));

        let value_at = member.at + member.head.len();
        let bom = if document.bom { "\u{feff}" } else { "" };
        let expected = format!(
            "{bom}{}{}\"new\"{}{}",
            document.before,
            &document.inside[..value_at],
            &document.inside[value_at + member.value.len()..],
            document.after
        );
        prop_assert_eq!(edited, expected);
    }

    #[test]
    fn any_change_of_the_section_is_made(document in written(), wanted in any_change()) {
        check_any_change(&document, &wanted, &document.path())?;
    }

    #[test]
    fn any_change_of_the_document_is_made(document in written(), wanted in any_change()) {
        check_any_change(&document, &wanted, &[])?;
    }

    #[test]
    fn no_text_makes_it_panic(text in "[\\[\\]{}:,\"\\\\/*ab01eu.\\-+ \\n\\r\\tnl\u{feff}é\u{2028}]{0,60}") {
        for format in [Format::Json, Format::Jsonc, Format::JsoncNoTrailingCommas] {
            let Ok(document) = Document::parse(Some(text.as_bytes()), format) else { continue };
            let path = ["a".to_owned()];
            let _ = document.section(&path);
            let added = document.edit(&[change(&["a", "new"], Some(&json!([1])))], true);
            if let Ok(added) = added {
                prop_assert!(Document::parse(Some(&added), format).is_ok());
            }
        }
    }

    #[test]
    fn strict_json_is_what_serde_says(text in "[\\[\\]{}:,\"\\\\/*01eu.\\-+ \\n\\tnul\u{b}\u{1}é\u{2028}\u{a0}]{0,24}") {
        check_like_serde(&text)?;
    }

    #[test]
    fn damaged_documents_are_what_serde_says(document in written_strictly(), at in any::<prop::sample::Index>(), by in "[\\[\\]{}:,\"\\\\01e.\\- \\n\u{1}\u{2028}]?") {
        let mut text = document.text();
        let place = text.floor_char_boundary(at.index(text.len()));
        let end = place + text[place..].chars().next().map_or(0, char::len_utf8);
        text.replace_range(place..end, &by);
        check_like_serde(&text)?;
    }

    #[test]
    fn bytes_never_make_it_panic(bytes in prop::collection::vec(any::<u8>(), 0..40)) {
        let _ = Document::parse(Some(&bytes), Format::Jsonc);
    }
}

fn check_like_serde(text: &str) -> Result<(), TestCaseError> {
    let serde = serde_json::from_str::<Value>(text);
    let ours = Document::parse(Some(text.as_bytes()), Format::Json);
    let is_out_of_range =
        serde.as_ref().is_err_and(|error| error.to_string().starts_with("number out of range"));
    let is_nothing = text.trim_matches([' ', '\n', '\t', '\r']).is_empty();
    if is_out_of_range || is_nothing {
        return Ok(());
    }
    prop_assert_eq!(ours.is_ok(), serde.is_ok(), "{:?} {:?}", ours.err(), serde.err());
    Ok(())
}

fn check_any_change(
    document: &Written,
    wanted: &AnyChange,
    path: &[&str],
) -> Result<(), TestCaseError> {
    let text = document.text();
    let old = value(&text, document.format, path).unwrap();
    let new = wanted.of(old.clone());
    let edited = edit(&text, document.format, path, Some(&new));
    prop_assert_eq!(&value(&edited, document.format, path), &Some(new.clone()));
    if document.format == Format::Json {
        let read = serde_json::from_str::<Value>(edited.trim_start_matches('\u{feff}'));
        prop_assert!(read.is_ok());
    }
    if let (Value::Object(old), Value::Object(new), false) = (old, &new, path.is_empty()) {
        let is_same = |key: &str| old.get(key).is_some() && old.get(key) == new.get(key);
        check_foreign(document, &edited, is_same)?;
    }
    // What is there now is there to stay.
    prop_assert_eq!(edit(&edited, document.format, path, Some(&new)), edited);
    Ok(())
}

/// The hosts' own files, and where their servers are.
const FIXTURES: [(&str, Format, &[&str]); 18] = [
    ("claude-code/project.mcp.json", Format::Json, &["mcpServers"]),
    ("claude-code/user.claude.json", Format::Json, &["mcpServers"]),
    ("claude-desktop/typical.json", Format::Json, &["mcpServers"]),
    ("claude-desktop/windows-crlf.json", Format::Json, &["mcpServers"]),
    ("cline/cline_mcp_settings.json", Format::Json, &["mcpServers"]),
    ("cline/cli-nested.json", Format::Json, &["mcpServers"]),
    ("cursor/global.json", Format::Json, &["mcpServers"]),
    ("cursor/project-tabs.json", Format::Json, &["mcpServers"]),
    ("gemini/settings-commented.json", Format::JsoncNoTrailingCommas, &["mcpServers"]),
    ("gemini/settings-oauth.json", Format::JsoncNoTrailingCommas, &["mcpServers"]),
    ("kilo-code/kilo.jsonc", Format::Jsonc, &["mcp"]),
    ("kiro/mcp.json", Format::Json, &["mcpServers"]),
    ("lmstudio/oauth-and-extra.json", Format::Json, &["mcpServers"]),
    ("lmstudio/typical.json", Format::Json, &["mcpServers"]),
    ("opencode/opencode.jsonc", Format::Jsonc, &["mcp"]),
    ("vscode/mcp.jsonc", Format::Jsonc, &["servers"]),
    ("vscode/user-gallery.jsonc", Format::Jsonc, &["servers"]),
    ("zed/settings.json", Format::Jsonc, &["context_servers"]),
];

#[expect(clippy::disallowed_methods, reason = "fixtures are files")]
fn fixture(name: &str) -> String {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../tests/fixtures/hosts/");
    std::fs::read_to_string(format!("{folder}{name}")).unwrap()
}

/// The lines that one text has and the other has not, in order.
fn changed_lines<'a>(before: &'a str, after: &'a str) -> (Vec<&'a str>, Vec<&'a str>) {
    let (before, after): (Vec<_>, Vec<_>) =
        (before.split_inclusive('\n').collect(), after.split_inclusive('\n').collect());
    let start = before.iter().zip(&after).take_while(|(before, after)| before == after).count();
    let rest = before.len().min(after.len()) - start;
    let ends = before.iter().rev().zip(after.iter().rev()).take(rest);
    let end = ends.take_while(|(before, after)| before == after).count();
    (before[start..before.len() - end].to_vec(), after[start..after.len() - end].to_vec())
}

#[test]
fn fixtures_are_read_as_serde_reads_them() {
    for (name, format, path) in FIXTURES {
        let text = fixture(name);
        if format == Format::Json {
            let whole: Value = serde_json::from_str(&text).unwrap();
            assert_eq!(value(&text, format, &[]), Some(whole.clone()), "{name}");
            assert_eq!(value(&text, format, path).as_ref(), whole.get(path[0]), "{name}");
        }
        let servers = value(&text, format, path).unwrap();
        assert_eq!(edit(&text, format, path, Some(&servers)), text, "{name}");
    }
}

#[test]
fn fixtures_get_a_server_and_lose_it() {
    for (name, format, path) in FIXTURES {
        let text = fixture(name);
        let mut path = path.to_vec();
        path.push("added server");
        let added = edit(&text, format, &path, Some(&server()));
        assert_eq!(value(&added, format, &path), Some(server()), "{name}");
        let (old, new) = changed_lines(&text, &added);
        // At most the line that gets a comma goes.
        assert!(old.len() <= 1, "{name}: {old:?}");
        let line_end = if text.contains("\r\n") { "\r\n" } else { "\n" };
        assert!(new.iter().all(|line| line.ends_with(line_end)), "{name}: {new:?}");
        assert_eq!(edit(&added, format, &path, None), text, "{name}");
    }
}

#[test]
fn fixtures_lose_any_server_with_its_lines_alone() {
    for (name, format, path) in FIXTURES {
        let text = fixture(name);
        let servers = value(&text, format, path).unwrap();
        for key in servers.as_object().unwrap().keys() {
            let mut expected = servers.clone();
            expected.as_object_mut().unwrap().shift_remove(key);
            let removed = edit(&text, format, path, Some(&expected));
            assert_eq!(value(&removed, format, path), Some(expected), "{name}: {key}");
            let (old, new) = changed_lines(&text, &removed);
            assert!(old.concat().contains(key), "{name}: {key}");
            // At most the line that loses its comma comes anew.
            let is_comma = |line: &&str| {
                old.iter().any(|old| old.replacen(',', "", 1) == **line)
                    || old
                        .iter()
                        .any(|old| old.trim_end().strip_suffix(',') == Some(line.trim_end()))
            };
            assert!(new.len() <= 1 && new.iter().all(is_comma), "{name}: {key}: {new:?}");
        }
    }
}

#[test]
fn fixtures_change_a_field_on_its_line_alone() {
    for (name, format, path) in FIXTURES {
        let text = fixture(name);
        let servers = value(&text, format, path).unwrap();
        for (key, fields) in servers.as_object().unwrap() {
            for (field, old) in fields.as_object().unwrap() {
                let mut path = path.to_vec();
                path.extend([key.as_str(), field.as_str()]);
                let edited = edit(&text, format, &path, Some(&json!("changed")));
                assert_eq!(value(&edited, format, &path), Some(json!("changed")));
                let (_, new) = changed_lines(&text, &edited);
                assert_eq!(new.len(), 1, "{name}: {path:?}");
                assert!(new[0].contains("\"changed\""), "{name}: {path:?}");
                if !old.is_object() && !old.is_array() {
                    assert_eq!(edit(&edited, format, &path, Some(old)), text, "{name}: {path:?}");
                }
            }
        }
    }
}

#[test]
fn fixtures_change_as_a_person_would_change_them() {
    let added = json!({ "command": "npx", "args": ["-y", "x"], "env": { "K": "v" }, "e": {} });
    for (name, path, value, old, new) in [
        (
            "gemini/settings-commented.json",
            vec!["mcpServers", "new"],
            Some(&added),
            "    \"experimental-server\": { \"command\": \"./bin/exp\" }\n",
            concat!(
                "    \"experimental-server\": { \"command\": \"./bin/exp\" },\n",
                "    \"new\": {\n      \"command\": \"npx\",\n      \"args\": [\"-y\", \"x\"],\n",
                "      \"env\": {\n        \"K\": \"v\"\n      },\n      \"e\": {}\n    }\n"
            ),
        ),
        (
            "vscode/mcp.jsonc",
            vec!["servers", "new"],
            Some(&added),
            "",
            concat!(
                "\t\t\"new\": {\n\t\t\t\"command\": \"npx\",\n\t\t\t\"args\": [\"-y\", \"x\"],\n",
                "\t\t\t\"env\": {\n\t\t\t\t\"K\": \"v\",\n\t\t\t},\n\t\t\t\"e\": {},\n\t\t},\n"
            ),
        ),
        (
            "claude-desktop/windows-crlf.json",
            vec!["mcpServers", "sqlite", "env", "K"],
            Some(&json!("v")),
            "            \"env\": {}\r\n",
            "            \"env\": {\r\n                \"K\": \"v\"\r\n            }\r\n",
        ),
        (
            "claude-desktop/windows-crlf.json",
            vec!["mcpServers", "old-notes", "env", "K"],
            Some(&json!("v")),
            "            \"env\": { \"NOTES_DIR\": \"D:\\\\Notes\" },\r\n",
            "            \"env\": { \"NOTES_DIR\": \"D:\\\\Notes\", \"K\": \"v\" },\r\n",
        ),
        (
            "vscode/mcp.jsonc",
            vec!["servers", "context7"],
            None,
            concat!(
                "\t\t// hosted\n\t\t\"context7\": {\n\t\t\t\"type\": \"http\",\n",
                "\t\t\t\"url\": \"https://mcp.context7.com/mcp\",\n",
                "\t\t\t\"headers\": { \"CONTEXT7_API_KEY\": \"${input:perplexity-key}\" },\n\t\t},\n"
            ),
            "",
        ),
        (
            "opencode/opencode.jsonc",
            vec!["mcp", "org-default"],
            None,
            "    \"org-default\": { \"enabled\": false }, // defined by the organisation\n",
            "",
        ),
        (
            "gemini/settings-commented.json",
            vec!["mcp", "excluded"],
            Some(&json!(["experimental-server", "other"])),
            "    \"excluded\": [\"experimental-server\"]\n",
            "    \"excluded\": [\"experimental-server\", \"other\"]\n",
        ),
        (
            "gemini/settings-commented.json",
            vec!["mcp", "allowed"],
            Some(&json!(["pythonTools", "legacyHttp"])),
            "    \"allowed\": [\"pythonTools\", \"httpServer\", \"legacyHttp\"],\n",
            "    \"allowed\": [\"pythonTools\", \"legacyHttp\"],\n",
        ),
        (
            "gemini/settings-commented.json",
            vec!["ui", "hideBanner"],
            None,
            "    \"theme\": \"GitHub\",\n    \"hideBanner\": true /* noisy */\n",
            "    \"theme\": \"GitHub\"\n",
        ),
        (
            "claude-desktop/typical.json",
            vec!["mcpServers", "filesystem", "args"],
            Some(&json!(["-y", "@modelcontextprotocol/server-filesystem", "/Users/sam/Desktop"])),
            "        \"/Users/sam/Desktop\",\n        \"/Users/sam/My Documents/Büro\"\n",
            "        \"/Users/sam/Desktop\"\n",
        ),
    ] {
        let text = fixture(name);
        let (_, format, _) = FIXTURES.into_iter().find(|(known, ..)| *known == name).unwrap();
        let expected = match old {
            "" => {
                let end = if name.starts_with("vscode") { "\t},\n}\n" } else { "" };
                format!("{}{new}{end}", text.strip_suffix(end).unwrap())
            }
            old => {
                assert_eq!(text.matches(old).count(), 1, "{name}: {old}");
                text.replacen(old, new, 1)
            }
        };
        assert_eq!(edit(&text, format, &path, value), expected, "{name}: {path:?}");
    }
}
