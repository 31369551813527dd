//! From JSON text to the tree.

use jsonc_parser::ast;
use jsonc_parser::errors::{ParseError, ParseErrorKind};
use jsonc_parser::{CollectOptions, ParseOptions, ParseStringErrorKind, parse_to_ast};

use super::strict;
use crate::document::tree::{Kind, Member, Node};
use crate::document::{SyntaxError, cause};
use crate::host::Format;

/// Reads a text without a byte order mark; `None` where there is no value in it, only white
/// space and, if the format has them, comments.
pub(crate) fn parse(text: &str, format: Format) -> Result<Option<Node>, SyntaxError> {
    // Two readers, each with faults that the other does not see: the first in the text counts.
    let fault = strict::first_fault(text);
    let parsed = parse_to_ast(text, &CollectOptions::default(), &options(format));
    let (offset, message) = match (parsed, fault) {
        (Ok(parsed), None) => return Ok(parsed.value.map(node)),
        (Err(error), Some(fault)) if error.range().start < fault.offset => syntax_fault(&error),
        (_, Some(fault)) => (fault.offset, fault.message),
        (Err(error), None) => syntax_fault(&error),
    };
    Err(cause::explain(text, offset, message))
}

fn options(format: Format) -> ParseOptions {
    ParseOptions {
        allow_comments: format != Format::Json,
        allow_trailing_commas: format == Format::Jsonc,
        allow_loose_object_property_names: false,
        allow_missing_commas: false,
        allow_single_quoted_strings: false,
        allow_hexadecimal_numbers: false,
        allow_unary_plus_numbers: false,
        allow_bare_decimal_point_numbers: false,
        allow_non_finite_numbers: false,
        allow_extended_string_escapes: false,
    }
}

fn node(value: ast::Value<'_>) -> Node {
    let (range, kind) = match value {
        ast::Value::NullKeyword(null) => (null.range, Kind::Null),
        ast::Value::BooleanLit(boolean) => (boolean.range, Kind::Bool(boolean.value)),
        ast::Value::NumberLit(number) => (number.range, Kind::Number(number.value.to_owned())),
        ast::Value::StringLit(string) => (string.range, Kind::String(string.value.into_owned())),
        ast::Value::Array(array) => {
            (array.range, Kind::Array(array.elements.into_iter().map(node).collect()))
        }
        ast::Value::Object(object) => {
            (object.range, Kind::Object(object.properties.into_iter().map(member).collect()))
        }
    };
    Node { range: range.start..range.end, kind }
}

fn member(property: ast::ObjectProp<'_>) -> Member {
    let key_range = match &property.name {
        ast::ObjectPropName::String(name) => name.range,
        ast::ObjectPropName::Word(name) => name.range,
    };
    Member {
        key: property.name.into_string(),
        key_range: key_range.start..key_range.end,
        value: node(property.value),
    }
}

/// Where a fault is, and what it is. The parser's own messages may quote the text, so each
/// fault gets ours.
fn syntax_fault(error: &ParseError) -> (usize, &'static str) {
    use ParseErrorKind as Fault;
    let message = match error.kind() {
        Fault::BareDecimalPointNumbersNotAllowed => "a decimal point needs digits on both sides",
        Fault::CommentsNotAllowed => "comments are not allowed here",
        Fault::ExpectedColonAfterObjectKey => "expected a colon after a key",
        Fault::ExpectedObjectValue => "expected a value after a colon",
        Fault::ExpectedDigit
        | Fault::ExpectedDigitFollowingNegativeSign
        | Fault::ExpectedPlusMinusOrDigitInNumberLiteral => "expected a digit",
        Fault::ExpectedStringObjectProperty => "expected a key in double quotes",
        Fault::HexadecimalNumbersNotAllowed => "hexadecimal numbers are not allowed",
        Fault::ExpectedComma => "expected a comma",
        Fault::MultipleRootJsonValues => cause::AFTER,
        Fault::NonFiniteNumbersNotAllowed => "infinity and NaN are not allowed",
        Fault::SingleQuotedStringsNotAllowed => "strings need double quotes",
        Fault::String(fault) => string_fault(fault),
        Fault::TrailingCommasNotAllowed => "a comma after the last value is not allowed",
        Fault::UnaryPlusNumbersNotAllowed => "a plus sign before a number is not allowed",
        Fault::UnexpectedCloseBrace => "unexpected `}`",
        Fault::UnexpectedCloseBracket => "unexpected `]`",
        Fault::UnexpectedColon => "unexpected `:`",
        Fault::UnexpectedComma => "unexpected `,`",
        Fault::UnexpectedTokenInObject => "expected a key in double quotes or `}`",
        Fault::UnexpectedWord => "unexpected word: only true, false and null need no quotes",
        Fault::UnterminatedArray => "`[` without its `]`",
        Fault::UnterminatedCommentBlock => "`/*` without its `*/`",
        Fault::UnterminatedObject => "`{` without its `}`",
        Fault::NestingDepthExceeded => strict::TOO_DEEP,
        Fault::UnexpectedToken => "unexpected character",
    };
    (error.range().start, message)
}

fn string_fault(fault: &ParseStringErrorKind) -> &'static str {
    match fault {
        ParseStringErrorKind::ExpectedFourHexDigits => "`\\u` needs four hexadecimal digits",
        ParseStringErrorKind::InvalidUnicodeEscapeSequence(_) => {
            "a `\\u` escape names half of a surrogate pair"
        }
        ParseStringErrorKind::UnterminatedStringLiteral => "a string without its closing quote",
        ParseStringErrorKind::InvalidEscapeInSingleQuoteString
        | ParseStringErrorKind::InvalidEscapeInDoubleQuoteString
        | ParseStringErrorKind::ExpectedTwoHexDigits
        | ParseStringErrorKind::InvalidEscape => "unknown escape in a string",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::tree::DEEPEST;

    const ALL: [Format; 3] = [Format::Json, Format::Jsonc, Format::JsoncNoTrailingCommas];

    #[test]
    fn bad_texts_are_refused_where_they_go_wrong() {
        for (text, line, column, message) in [
            ("{", 1, 1, "`{` without its `}`"),
            ("[1,\n  2", 1, 1, "`[` without its `]`"),
            ("{\"a\": 1,\n \"b\" 2}", 2, 6, "expected a colon after a key"),
            ("{\"a\": }", 1, 7, "unexpected `}`"),
            ("{\"é\": 1 \"b\": 2}", 1, 8, "expected a comma"),
            ("[1 2]", 1, 3, "expected a comma"),
            ("[1,,2]", 1, 4, "unexpected `,`"),
            ("[,]", 1, 2, "unexpected `,`"),
            ("{,}", 1, 2, "expected a key in double quotes or `}`"),
            ("{a: 1}", 1, 2, "expected a key in double quotes"),
            ("{1: 1}", 1, 2, "expected a key in double quotes"),
            ("{'a': 1}", 1, 2, "strings need double quotes"),
            ("[1}", 1, 3, "unexpected `}`"),
            ("{\"a\": 1]", 1, 8, "expected a key in double quotes or `}`"),
            ("1 2", 1, 3, "text after the end of the value"),
            ("{} x", 1, 4, "text after the end of the value"),
            ("[01]", 1, 3, "expected a comma"),
            ("-01", 1, 3, "text after the end of the value"),
            ("+1", 1, 1, "a plus sign before a number is not allowed"),
            ("0x1F", 1, 1, "hexadecimal numbers are not allowed"),
            (".5", 1, 1, "a decimal point needs digits on both sides"),
            ("5.", 1, 1, "a decimal point needs digits on both sides"),
            ("1e", 1, 3, "expected a digit"),
            ("1e+", 1, 4, "expected a digit"),
            ("-", 1, 2, "expected a digit"),
            ("NaN", 1, 1, "unexpected word: only true, false and null need no quotes"),
            ("-Infinity", 1, 1, "infinity and NaN are not allowed"),
            ("[?]", 1, 2, "unexpected character"),
            ("nul", 1, 1, "unexpected word: only true, false and null need no quotes"),
            ("\"a\nb\"", 1, 3, "a line break in a string"),
            ("\"a\tb\"", 1, 3, "a control character in a string"),
            (
                "[\"\\x41\"]",
                1,
                3,
                "a single backslash in a string: write it twice, as in `C:\\\\Users`",
            ),
            ("[\"\\u12\"]", 1, 3, "`\\u` needs four hexadecimal digits"),
            ("[\"\\ud800\"]", 1, 3, "a `\\u` escape names half of a surrogate pair"),
            ("[\"\\udc00\"]", 1, 3, "a `\\u` escape names half of a surrogate pair"),
            ("[\"abc]", 1, 2, "a string without its closing quote"),
            ("{\r\n  \"a\u{301}\": \"ok\",\r\n  \"b\": ?\r\n}", 3, 8, "unexpected character"),
            (
                "[\u{a0}1]",
                1,
                2,
                "a space that is not a plain one, as web pages have them: replace it",
            ),
            ("[\u{b}1]", 1, 2, "unexpected character"),
            ("[\u{2028}1]", 1, 2, "an invisible character, as web pages have them: remove it"),
            ("\u{feff}1", 1, 1, "an invisible character, as web pages have them: remove it"),
            ("[1]\0", 1, 4, "a zero byte, as a crash while writing leaves them"),
            ("/* x", 1, 1, "`/*` without its `*/`"),
        ] {
            for format in ALL {
                let Err(error) = parse(text, format) else { panic!("{text:?} as {format:?}") };
                assert_eq!(
                    (error.line, error.column, error.message.as_str()),
                    (line, column, message),
                    "{text:?} as {format:?}"
                );
            }
        }
    }

    #[test]
    fn formats_differ_in_comments_and_trailing_commas() {
        let comments = "comments are not allowed here";
        let commas = "a comma after the last value is not allowed";
        for (text, place, [json, jsonc, without_commas]) in [
            ("{\n  // x\n}", (2, 3), [comments, "", ""]),
            ("/* x */ 1", (1, 1), [comments, "", ""]),
            ("[1,]", (1, 3), [commas, "", commas]),
            ("{\"a\":1 , }", (1, 8), [commas, "", commas]),
            ("// only a comment", (1, 1), [comments, "", ""]),
        ] {
            for (format, expected) in ALL.into_iter().zip([json, jsonc, without_commas]) {
                let found = parse(text, format).err();
                let place = (!expected.is_empty()).then_some((place, expected));
                let found = found
                    .as_ref()
                    .map(|error| ((error.line, error.column), error.message.as_str()));
                assert_eq!(found, place, "{text:?} as {format:?}");
            }
        }
    }

    #[test]
    fn nesting_has_an_end() {
        let nested = |open: &str, close: &str, depth: usize| {
            format!("{}1{}", open.repeat(depth), close.repeat(depth))
        };
        for (open, close) in [("[", "]"), ("{\"a\":", "}"), ("[{\"a\":", "}]")] {
            let levels = open.matches(['[', '{']).count();
            let deepest = DEEPEST / levels;
            assert!(parse(&nested(open, close, deepest), Format::Json).is_ok(), "{open}");
            for depth in [deepest + 1, 100_000] {
                let error = parse(&nested(open, close, depth), Format::Json).unwrap_err();
                assert_eq!(error.message, strict::TOO_DEEP, "{open}");
                assert_eq!(error.line, 1);
            }
            assert!(parse(&open.repeat(100_000), Format::Jsonc).is_err());
        }
        let error = parse(&"[".repeat(300), Format::Json).unwrap_err();
        assert_eq!((error.column, error.message.as_str()), (257, strict::TOO_DEEP));
    }
}
