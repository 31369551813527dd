//! Documents in every style, with a note of which bytes are whose.
//!
//! A document is decoded from a list of bytes, each of which decides one thing: an empty
//! list is the plainest document, so that shrinking the list makes a failure plain too.

use hatch_core::host::Format;
use proptest::prelude::*;
use serde_json::{Value, json};

/// A document around an object of servers.
#[derive(Clone, Debug)]
pub(crate) struct Written {
    pub(crate) format: Format,
    pub(crate) bom: bool,
    /// Everything up to the section's opening brace, that included.
    pub(crate) before: String,
    pub(crate) members: Vec<Member>,
    /// What is between the braces.
    pub(crate) inside: String,
    /// Everything from the section's closing brace on.
    pub(crate) after: String,
    /// The comments between the members, in order.
    pub(crate) comments: Vec<Comment>,
    pub(crate) path: Vec<String>,
}

/// A member of the section.
#[derive(Clone, Debug)]
pub(crate) struct Member {
    /// Where it begins between the section's braces.
    pub(crate) at: usize,
    pub(crate) key: String,
    /// The key as it is spelt, and the colon.
    pub(crate) head: String,
    /// The value as it is spelt.
    pub(crate) value: String,
}

/// A comment between members.
#[derive(Clone, Debug)]
pub(crate) struct Comment {
    pub(crate) text: String,
    /// The member that it goes with.
    pub(crate) owner: Option<usize>,
}

impl Written {
    pub(crate) fn text(&self) -> String {
        let bom = if self.bom { "\u{feff}" } else { "" };
        format!("{bom}{}{}{}", self.before, self.inside, self.after)
    }

    pub(crate) fn path(&self) -> Vec<&str> {
        self.path.iter().map(String::as_str).collect()
    }
}

pub(crate) fn written() -> impl Strategy<Value = Written> {
    let bytes = prop::collection::vec(any::<u8>(), 0..300);
    bytes.prop_map(|bytes| Writer::new(bytes).document())
}

/// Documents of strict JSON, without a byte order mark.
pub(crate) fn written_strictly() -> impl Strategy<Value = Written> {
    let bytes = prop::collection::vec(any::<u8>(), 0..300);
    bytes.prop_map(|mut bytes| {
        // The bytes that decide the format and the byte order mark.
        bytes.splice(0..bytes.len().min(1), [1]);
        Written { bom: false, ..Writer::new(bytes).document() }
    })
}

/// What to make of the section's value.
#[derive(Clone, Debug)]
pub(crate) struct AnyChange(Vec<u8>);

pub(crate) fn any_change() -> impl Strategy<Value = AnyChange> {
    prop::collection::vec(any::<u8>(), 0..40).prop_map(AnyChange)
}

impl AnyChange {
    /// The value with some parts changed, gone or new, at any depth.
    pub(crate) fn of(&self, mut value: Value) -> Value {
        let mut writer = Writer::new(self.0.clone());
        writer.mutate(&mut value, 0);
        value
    }
}

struct Writer {
    bytes: Vec<u8>,
    at: usize,
    style: Style,
    comments: usize,
}

#[derive(Clone, Debug)]
struct Style {
    format: Format,
    line_break: &'static str,
    unit: &'static str,
    colon: &'static str,
    trailing_commas: bool,
    one_line: bool,
    /// Whether some lines end otherwise.
    mixed: bool,
}

/// Stands for a value that is written later.
const HOLE: &str = "\u{1}";

const KEYS: [&str; 8] = ["a", "b", "c", "odd \\\"key\\\"", "\\u00e9", "name", "id", ""];
const SCALARS: [&str; 16] = [
    "1",
    "true",
    "null",
    "\"x\"",
    "1.50",
    "-0",
    "1e3",
    "12345678901234567890123",
    "0.1000000000000000055511151231257827",
    "\"\\u00e9\\/\\ud83d\\ude00\"",
    "\"// no comment\"",
    "\"{\\\"a\\\": [1, }\"",
    "\"日本 ä\"",
    "\"\\\\\"",
    "1E-2",
    "false",
];

impl Writer {
    fn new(bytes: Vec<u8>) -> Self {
        let style = Style {
            format: Format::Json,
            line_break: "\n",
            unit: "  ",
            colon: ": ",
            trailing_commas: false,
            one_line: false,
            mixed: false,
        };
        Writer { bytes, at: 0, style, comments: 0 }
    }

    /// A number below `count`; zero when the bytes are used up.
    fn pick(&mut self, count: usize) -> usize {
        let byte = self.bytes.get(self.at).copied().unwrap_or_default();
        self.at += 1;
        usize::from(byte) % count
    }

    /// True once in `count` times.
    fn once_in(&mut self, count: usize) -> bool {
        self.pick(count) == count - 1
    }

    fn document(mut self) -> Written {
        let format = [Format::Jsonc, Format::Json, Format::JsoncNoTrailingCommas][self.pick(3)];
        self.style = Style {
            format,
            line_break: ["\n", "\r\n"][self.pick(2)],
            unit: ["  ", "    ", "\t"][self.pick(3)],
            colon: [": ", ":", " : "][self.pick(3)],
            trailing_commas: format == Format::Jsonc && self.once_in(2),
            one_line: self.once_in(5),
            mixed: self.once_in(8),
        };
        let bom = self.once_in(6);
        let is_nested = self.once_in(4);

        let servers = self.servers();
        let depth = if is_nested { 2 } else { 1 };
        let (inside, members, comments) = self.children(servers, depth);
        let (mut before, mut after) = ("{".to_owned(), "}".to_owned());
        let mut path = Vec::new();
        for level in (0..depth).rev() {
            let key = ["mcpServers", "mcp servers"][level];
            path.insert(0, key.to_owned());
            let (head, tail) = self.around(key, level);
            before = format!("{head}{before}");
            after.push_str(&tail);
        }
        if self.style.format != Format::Json && self.once_in(4) {
            before.insert_str(0, &format!("// head{}", self.style.line_break));
        }
        if self.once_in(2) {
            after.push_str(self.style.line_break);
        }
        Written { format, bom, before, members, inside, after, comments, path }
    }

    /// An object with a hole for the value of `key`: the text before and behind the hole.
    fn around(&mut self, key: &str, level: usize) -> (String, String) {
        let mut entries = Vec::new();
        for name in ["first", "second"].iter().take(self.pick(3)) {
            entries.push(((*name).to_owned(), self.value(level + 1)));
        }
        entries.push((key.to_owned(), HOLE.to_owned()));
        for name in ["third", "fourth"].iter().take(self.pick(3)) {
            entries.push(((*name).to_owned(), self.value(level + 1)));
        }
        let entries = entries
            .into_iter()
            .map(|(key, value)| {
                let head = format!("\"{key}\"{}", self.style.colon);
                Member { at: 0, key, head, value }
            })
            .collect();
        let (inside, _, _) = self.children(entries, level);
        let text = format!("{{{inside}}}");
        let (head, tail) = text.split_once(HOLE).unwrap();
        (head.to_owned(), tail.to_owned())
    }

    fn servers(&mut self) -> Vec<Member> {
        let count = self.pick(5);
        (0..count).map(|_| self.member(2)).collect()
    }

    fn member(&mut self, depth: usize) -> Member {
        let spelt = KEYS[self.pick(KEYS.len())];
        let key = serde_json::from_str(&format!("\"{spelt}\"")).unwrap();
        let mut colon = self.style.colon.to_owned();
        if self.style.format != Format::Json && self.once_in(12) {
            colon = format!("{colon}{} ", self.block_comment());
        }
        Member { at: 0, key, head: format!("\"{spelt}\"{colon}"), value: self.value(depth) }
    }

    fn value(&mut self, depth: usize) -> String {
        match self.pick(if depth < 5 { 5 } else { 1 }) {
            0 | 1 => SCALARS[self.pick(SCALARS.len())].to_owned(),
            2 | 3 => {
                let count = self.pick(4);
                let members = (0..count).map(|_| self.member(depth + 1)).collect();
                format!("{{{}}}", self.children(members, depth).0)
            }
            _ => {
                let count = self.pick(4);
                let item = |writer: &mut Writer| Member {
                    at: 0,
                    key: String::new(),
                    head: String::new(),
                    value: writer.value(depth + 1),
                };
                let items = (0..count).map(|_| item(self)).collect();
                format!("[{}]", self.children(items, depth).0)
            }
        }
    }

    /// What is between the brackets of a container, whose line is `depth` levels deep.
    fn children(
        &mut self,
        mut members: Vec<Member>,
        depth: usize,
    ) -> (String, Vec<Member>, Vec<Comment>) {
        let habit = if self.style.one_line { 1 } else { [0, 0, 0, 1, 2][self.pick(5)] };
        let has_trailing_comma = !members.is_empty() && self.style.trailing_commas;
        let mut text = String::new();
        let mut comments = Vec::new();
        for index in 0..=members.len() {
            let is_many_lines = habit == 0 || (habit == 2 && self.once_in(2));
            let is_end = index == members.len();
            let has_comma = index > 0 && (!is_end || has_trailing_comma);
            if members.is_empty() && is_many_lines && self.once_in(2) {
                continue;
            }
            let mut gap = Gap { index, count: members.len(), has_comma, depth, comments: vec![] };
            if is_many_lines {
                text.push_str(&self.line_gap(&mut gap));
            } else {
                text.push_str(&self.inline_gap(&mut gap));
            }
            comments.append(&mut gap.comments);
            if let Some(member) = members.get_mut(index) {
                member.at = text.len();
                text.push_str(&member.head);
                text.push_str(&member.value);
            }
        }
        (text, members, comments)
    }

    fn line_gap(&mut self, gap: &mut Gap) -> String {
        let mut line_break = self.style.line_break;
        if self.style.mixed {
            line_break = ["\n", "\r\n", "\r"][self.pick(3)];
        }
        let inner = self.style.unit.repeat(gap.depth + 1);
        let mut text = String::new();
        self.before_comma(gap, &mut text);
        if gap.has_comma && gap.index < gap.count && self.once_in(12) {
            // The comma on the next line.
            text.push_str(&format!("{line_break}{inner}"));
            if self.may_comment(4) {
                text.push_str(&gap.note(self.line_comment(), None));
                text.push_str(&format!("{line_break}{inner}"));
            }
            text.push_str(", ");
            return text;
        }
        if gap.has_comma {
            text.push(',');
        }
        if self.may_comment(4) {
            let comment = if self.once_in(2) { self.block_comment() } else { self.line_comment() };
            text.push_str(&format!(" {}", gap.note(comment, gap.index.checked_sub(1))));
        }
        text.push_str(["", " ", "\t"][self.pick(8).saturating_sub(5)]);
        text.push_str(line_break);
        if self.may_comment(6) {
            text.push_str(&format!("{inner}{}", gap.note(self.line_comment(), None)));
            text.push_str(line_break);
            text.push_str(line_break);
        }
        if self.once_in(6) {
            text.push_str(line_break);
        }
        let next = (gap.index < gap.count).then_some(gap.index);
        while self.may_comment(5) {
            let comment = if self.once_in(2) { self.block_comment() } else { self.line_comment() };
            text.push_str(&format!("{inner}{}{line_break}", gap.note(comment, next)));
        }
        text.push_str(&self.style.unit.repeat(gap.depth + usize::from(next.is_some())));
        if self.may_comment(10) {
            text.push_str(&format!("{} ", gap.note(self.block_comment(), next)));
        }
        text
    }

    fn inline_gap(&mut self, gap: &mut Gap) -> String {
        let mut text = String::new();
        self.before_comma(gap, &mut text);
        if gap.has_comma {
            text.push(',');
        }
        text.push_str([" ", ""][self.pick(2)]);
        if self.may_comment(8) {
            let owner = match gap.index {
                0 => None,
                index if index < gap.count => Some(index),
                index => (!gap.has_comma).then(|| index - 1),
            };
            text.push_str(&format!("{} ", gap.note(self.block_comment(), owner)));
        }
        text
    }

    fn before_comma(&mut self, gap: &mut Gap, text: &mut String) {
        if gap.index > 0 && self.may_comment(10) {
            let comment = gap.note(self.block_comment(), gap.index.checked_sub(1));
            text.push_str(&format!(" {comment}"));
        }
        if gap.has_comma && self.once_in(10) {
            text.push(' ');
        }
    }

    fn may_comment(&mut self, count: usize) -> bool {
        self.style.format != Format::Json && self.once_in(count)
    }

    fn block_comment(&mut self) -> String {
        self.comments += 1;
        match self.once_in(6) && !self.style.one_line {
            true => format!("/* b{},{}* / */", self.comments, self.style.line_break),
            false => format!("/* b{}, */", self.comments),
        }
    }

    fn line_comment(&mut self) -> String {
        if self.style.one_line {
            return self.block_comment();
        }
        self.comments += 1;
        format!("// l{}, {{", self.comments)
    }

    fn mutate(&mut self, value: &mut Value, depth: usize) {
        match value {
            Value::Object(members) if self.pick(8) < 7 => {
                for key in members.keys().cloned().collect::<Vec<_>>() {
                    match self.pick(6) {
                        4 => drop(members.shift_remove(&key)),
                        3 | 5 => self.mutate(&mut members[&key], depth + 1),
                        _ => {}
                    }
                }
                for name in ["new", "a", "é"].iter().take(self.pick(4)) {
                    members.insert((*name).to_owned(), self.json(depth));
                }
            }
            Value::Array(items) if self.pick(8) < 7 => {
                let mut at = 0;
                while at < items.len() {
                    match self.pick(8) {
                        4 => drop(items.remove(at)),
                        5 => items.insert(at, self.json(depth)),
                        6 => self.mutate(&mut items[at], depth + 1),
                        _ => {}
                    }
                    at += 1;
                }
                if self.once_in(3) {
                    items.push(self.json(depth));
                }
            }
            other => *other = self.json(depth),
        }
    }

    fn json(&mut self, depth: usize) -> Value {
        match self.pick(if depth < 4 { 8 } else { 4 }) {
            0 => json!("new"),
            1 => json!(7),
            2 => json!(null),
            3 => json!("\u{7}\" \\ é"),
            4 => json!([]),
            5 => json!({}),
            6 => json!({ "name": self.json(depth + 1), "b": self.json(depth + 1) }),
            _ => json!([self.json(depth + 1), self.json(depth + 1)]),
        }
    }
}

struct Gap {
    index: usize,
    count: usize,
    has_comma: bool,
    depth: usize,
    comments: Vec<Comment>,
}

impl Gap {
    fn note(&mut self, text: String, owner: Option<usize>) -> String {
        self.comments.push(Comment { text: text.clone(), owner });
        text
    }
}
