//! From JSON text to the tree.

use jsonc_parser::ast;
use jsonc_parser::errors::{ParseError, ParseErrorKind};
use jsonc_parser::{CollectOptions, ParseOptions, ParseStringErrorKind, parse_to_ast};

use super::strict;
use crate::document::tree::{Kind, Member, Node};
use crate::document::{SyntaxError, position};
use crate::host::Format;

/// Reads a text without a byte order mark; `None` where there is no value in it, only white
/// space and, if the format has them, comments.
pub(crate) fn parse(text: &str, format: Format) -> Result<Option<Node>, SyntaxError> {
    // Two readers, each with faults that the other does not see: the first in the text counts.
    let fault = strict::first_fault(text);
    let parsed = parse_to_ast(text, &CollectOptions::default(), &options(format));
    match (parsed, fault) {
        (Ok(parsed), None) => Ok(parsed.value.map(node)),
        (Err(error), Some(fault)) if error.range().start < fault.offset => {
            Err(syntax_error(text, &error))
        }
        (_, Some(fault)) => Err(position::error_at(text, fault.offset, fault.message)),
        (Err(error), None) => Err(syntax_error(text, &error)),
    }
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

/// The parser's own messages may quote the text, so each fault gets ours.
fn syntax_error(text: &str, error: &ParseError) -> SyntaxError {
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
        Fault::MultipleRootJsonValues => "expected nothing after the value",
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
    position::error_at(text, error.range().start, message)
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
