//! An environment's file, changed where it says something else and nowhere besides.

use serde_json::Value;

use super::Environment;
use crate::document::{Document, EditError, SectionChange};
use crate::host::Format;

/// What of a file an [`Environment`] holds. Other keys, such as `$schema`, stay.
const SECTIONS: [&str; 4] = ["description", "extends", "mcpServers", "hosts"];

impl Environment {
    /// The bytes of an environment's file that said something else before. Its order, its
    /// style and what it says besides stay. A file that can't be read is written anew.
    ///
    /// # Errors
    ///
    /// Fails where the file is an environment's and can't be edited.
    pub fn print_over(&self, before: &[u8]) -> Result<Vec<u8>, EditError> {
        let document = Document::parse(Some(before), Format::Json);
        let (Ok(document), Ok(known)) = (document, Environment::parse(before)) else {
            return Ok(self.print());
        };
        if known == *self {
            return Ok(before.to_vec());
        }
        let wanted: Value = serde_json::from_slice(&self.print()).unwrap_or_default();
        let change = |key: &str| SectionChange {
            path: vec![key.to_owned()],
            value: wanted.get(key).map(Value::to_string),
        };
        let changes: Vec<_> = SECTIONS.into_iter().map(change).collect();
        document.edit(&changes, false)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const FILE: &str = "{\n    \"$schema\": \"./environment.schema.json\",\n    \"mcpServers\": {\n        \
        \"b\": {\"command\": \"b\",  \"timeout\": 5},\n        \"a\": {\"command\": \"a\"}\n    },\n    \
        \"description\": \"x\"\n}";

    #[test]
    fn what_did_not_change_stays_as_it_was_written() {
        let mut environment = Environment::parse(FILE.as_bytes()).unwrap();
        assert_eq!(environment.print_over(FILE.as_bytes()).unwrap(), FILE.as_bytes());
        let more =
            r#"{"mcpServers": {"a": {"command": "c"}}, "hosts": {"cursor": {"b": {"cwd": "/"}}}}"#;
        environment.add(Environment::parse(more.as_bytes()).unwrap());
        let text = String::from_utf8(environment.print_over(FILE.as_bytes()).unwrap()).unwrap();
        assert!(text.starts_with(&FILE[..FILE.find("\"a\"").unwrap()]), "{text}");
        assert!(text.contains("\"a\": {\"command\": \"c\"}") && !text.ends_with('\n'), "{text}");
        assert_eq!(Environment::parse(text.as_bytes()).unwrap(), environment);
    }

    #[test]
    fn what_is_gone_is_taken_out_and_what_is_broken_is_written_anew() {
        let empty = Environment::default();
        let text = String::from_utf8(empty.print_over(FILE.as_bytes()).unwrap()).unwrap();
        assert!(text.contains("$schema") && !text.contains("description"), "{text}");
        assert_eq!(Environment::parse(text.as_bytes()).unwrap(), empty);
        for broken in ["", "{", r#"{"mcpServers": {}, "other": 1}"#] {
            assert_eq!(empty.print_over(broken.as_bytes()).unwrap(), empty.print(), "{broken}");
        }
    }
}
