//! JSON values by choice, and when two of them are the same.

use serde_json::Value;

use crate::choices::Choices;

/// Scalars in spellings that editors and parsers stumble over.
const SCALARS: [&str; 24] = [
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
    "\"\"",
    "\"\u{2028}\u{feff}\"",
    "1e999",
    "-1e-999",
    "9007199254740993",
    "\"\\u0000\\u001f\"",
    "[]",
    "{}",
];

/// Keys that are there, are like others, or have to be escaped.
pub const KEYS: [&str; 12] =
    ["a", "b", "mcpServers", "é", "", "a.b", "\"\\", "\u{1}", "__proto__", "hosts", "A", "added"];

/// The text of a JSON value.
pub fn any_json(choices: &mut Choices<'_>, depth: usize) -> String {
    match choices.pick(if depth < 4 { 8 } else { 4 }) {
        0..=2 => choices.one_of(&SCALARS).to_owned(),
        3 => Value::from(choices.text(12)).to_string(),
        4 | 5 => {
            let items = choices.several(4, |choices| any_json(choices, depth + 1));
            format!("[{}]", items.join(","))
        }
        _ => {
            let member = |choices: &mut Choices<'_>| {
                let key = Value::from(choices.one_of(&KEYS));
                format!("{key}: {}", any_json(choices, depth + 1))
            };
            format!("{{{}}}", choices.several(4, member).join(" , "))
        }
    }
}

/// The value with some parts changed, gone or new, at any depth.
pub fn change(choices: &mut Choices<'_>, value: &mut Value) {
    match value {
        Value::Object(members) if !choices.once_in(8) => {
            for key in members.keys().cloned().collect::<Vec<_>>() {
                match choices.pick(6) {
                    4 => drop(members.shift_remove(&key)),
                    3 | 5 => change(choices, &mut members[&key]),
                    _ => {}
                }
            }
            for _ in 0..choices.pick(3) {
                members.insert(choices.one_of(&KEYS).to_owned(), small(choices));
            }
        }
        Value::Array(items) if !choices.once_in(8) => {
            let mut at = 0;
            while at < items.len() {
                match choices.pick(8) {
                    4 => drop(items.remove(at)),
                    5 => items.insert(at, small(choices)),
                    6 => change(choices, &mut items[at]),
                    7 => items.swap(at, 0),
                    _ => {}
                }
                at += 1;
            }
            items.extend(choices.several(2, small));
        }
        other => *other = small(choices),
    }
}

/// A value that is read as numbers of a machine; `null` where one does not fit.
fn small(choices: &mut Choices<'_>) -> Value {
    serde_json::from_str(&any_json(choices, 2)).unwrap_or_default()
}

/// Whether both texts are the same value, as far as numbers of a machine can tell; `true` where
/// one is beyond them.
pub fn same(one: &str, other: &str) -> bool {
    let read = |text: &str| serde_json::from_str::<Value>(text);
    match (read(one), read(other)) {
        (Ok(one), Ok(other)) => same_value(&one, &other),
        (one, other) => one.is_err() == other.is_err() || is_beyond(one) || is_beyond(other),
    }
}

fn is_beyond(read: Result<Value, serde_json::Error>) -> bool {
    read.is_err_and(|error| {
        let reason = error.to_string();
        reason.starts_with("number out of range") || reason.starts_with("recursion limit")
    })
}

fn same_value(one: &Value, other: &Value) -> bool {
    match (one, other) {
        (Value::Number(one), Value::Number(other)) => one.as_f64() == other.as_f64(),
        (Value::Array(one), Value::Array(other)) => {
            one.len() == other.len()
                && one.iter().zip(other).all(|(one, other)| same_value(one, other))
        }
        (Value::Object(one), Value::Object(other)) => {
            one.len() == other.len()
                && one.iter().all(|(key, value)| {
                    other.get(key).is_some_and(|other| same_value(value, other))
                })
        }
        _ => one == other,
    }
}
