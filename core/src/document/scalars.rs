//! A document's single values, each with the keys that lead to it and its place in the text.

use std::fmt;
use std::ops::Range;

use super::Document;
use super::tree::{Kind, Node};

/// A value that holds no others: a text, a number, `true`, `false` or `null`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Scalar<'a> {
    /// The keys and items from the document's top down to it.
    pub path: Vec<Step<'a>>,
    /// The bytes of [`Document::text`] that spell it, quotes included.
    pub range: Range<usize>,
    /// What it says.
    pub value: ScalarValue<'a>,
}

/// One step of a [`Scalar`]'s path.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step<'a> {
    /// The member of this key.
    Key(&'a str),
    /// The item at this place, counted from zero.
    Item(usize),
}

impl fmt::Display for Step<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Step::Key(key) => f.write_str(key),
            Step::Item(at) => at.fmt(f),
        }
    }
}

/// What a [`Scalar`] says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ScalarValue<'a> {
    /// A text, its escapes resolved.
    Text(&'a str),
    /// A number or a boolean.
    Other,
    /// Nothing.
    Null,
}

impl Document {
    /// The text, without a byte order mark.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// All single values in the text's order, those of duplicate keys included.
    pub fn scalars(&self) -> Vec<Scalar<'_>> {
        let mut scalars = Vec::new();
        if let Some(root) = &self.root {
            collect(root, &mut Vec::new(), &mut scalars);
        }
        scalars
    }
}

fn collect<'a>(node: &'a Node, path: &mut Vec<Step<'a>>, scalars: &mut Vec<Scalar<'a>>) {
    let mut child = |step, node| {
        path.push(step);
        collect(node, path, scalars);
        path.pop();
    };
    let value = match &node.kind {
        Kind::Object(members) => {
            return members.iter().for_each(|it| child(Step::Key(&it.key), &it.value));
        }
        Kind::Array(items) => {
            return items.iter().enumerate().for_each(|(at, it)| child(Step::Item(at), it));
        }
        Kind::String(text) => ScalarValue::Text(text),
        Kind::Number(_) | Kind::Bool(_) => ScalarValue::Other,
        Kind::Null => ScalarValue::Null,
    };
    scalars.push(Scalar { path: path.clone(), range: node.range.clone(), value });
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::host::Format;

    #[test]
    fn every_value_has_its_keys_and_its_place() {
        let text = "{\"a\": {\"b\": [1, \"\\u00e9\"]}, // x\n \"c\": null, \"c\": true}";
        let with_mark = format!("\u{feff}{text}");
        let document = Document::parse(Some(with_mark.as_bytes()), Format::Jsonc).unwrap();
        let found = document.scalars();
        let spelt: Vec<_> = found.iter().map(|it| &document.text()[it.range.clone()]).collect();
        assert_eq!(spelt, ["1", "\"\\u00e9\"", "null", "true"]);
        assert_eq!(found[1].path, [Step::Key("a"), Step::Key("b"), Step::Item(1)]);
        assert_eq!(found[1].value, ScalarValue::Text("é"));
        assert_eq!(found[2].path, [Step::Key("c")]);
        assert_eq!(Document::parse(None, Format::Json).unwrap().scalars(), []);
    }
}
