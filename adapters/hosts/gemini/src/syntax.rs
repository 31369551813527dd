//! What Gemini CLI expands, and when.
//!
//! Every string of the file is expanded when it is loaded: `$NAME`, `${NAME}` and
//! `${NAME:-default}`; a name that is not set is left as written
//! (google-gemini/gemini-cli packages/cli/src/utils/envVarResolver.ts). The values of
//! `env` and `headers` are expanded once more before a server is reached, this time as
//! dotenv files are: there `\$` is a dollar, an unset name becomes nothing, and on Windows
//! `%NAME%` is known too (packages/core/src/tools/mcp-client.ts with
//! packages/core/src/utils/envExpansion.ts; seen in release 0.61.0).
//!
//! So there is no escape that holds: the first pass knows none, and in `env` a `\$NAME` is
//! text only while `NAME` is not set. Text that either pass would touch is refused.

use hatch_adapter_sdk::template::{env, impossible, normal};
use hatch_adapter_sdk::{EnvRef, Place, Segment, Spelling, Spot, Syntax, Template};

/// Gemini CLI's references to variables.
pub(crate) struct Variables;

impl Syntax for Variables {
    fn parse(&self, text: &str, spot: Spot) -> Template {
        let twice = matches!(spot, Spot::Env | Spot::Header);
        let mut segments = Vec::new();
        let mut rest = text;
        while let Some(at) = rest.find(['$', '\\', '%']) {
            segments.push(Segment::Literal(rest[..at].to_owned()));
            rest = &rest[at..];
            let (segment, length) = reference(rest, twice)
                .unwrap_or_else(|| (Segment::Literal(rest[..1].to_owned()), 1));
            segments.push(segment);
            rest = &rest[length..];
        }
        segments.push(Segment::Literal(rest.to_owned()));
        normal(&segments)
    }

    fn spell(&self, segment: &Segment, _: Spot) -> Spelling {
        Spelling::Exact(match segment {
            Segment::Literal(text) | Segment::Native(text) => text.clone(),
            Segment::Env(EnvRef { name, default: None }) => format!("${{{name}}}"),
            Segment::Env(EnvRef { name, default: Some(default) }) => {
                format!("${{{name}:-{default}}}")
            }
            Segment::Place(Place::UserHome) => {
                let detail = "Gemini CLI knows no home folder: written as `${HOME}`, which is \
                              not set on Windows";
                return Spelling::Close(env("HOME"), detail.to_owned());
            }
            Segment::Place(Place::WorkspaceFolder) | Segment::Input(_) | Segment::File(_) => {
                return impossible("Gemini CLI", segment);
            }
        })
    }
}

/// What stands at the start of `text`, and its length, if it is more than text. `twice`:
/// it is expanded a second time.
fn reference(text: &str, twice: bool) -> Option<(Segment, usize)> {
    match text.as_bytes().first()? {
        b'$' => variable(text),
        b'\\' if twice && text[1..].starts_with('$') => {
            // A dollar, or what a variable holds with a backslash before it.
            let native = |(_, length)| (Segment::Native(text[..=length].to_owned()), length + 1);
            variable(&text[1..]).map(native).or_else(|| Some((Segment::Literal("$".into()), 2)))
        }
        b'%' if twice => {
            // A variable on Windows, text elsewhere. Shorter ones are percent-encoding.
            let length = word(&text[1..]);
            let closed = length > 2 && text[1 + length..].starts_with('%');
            closed.then(|| (Segment::Native(text[..length + 2].to_owned()), length + 2))
        }
        _ => None,
    }
}

fn variable(text: &str) -> Option<(Segment, usize)> {
    let Some(braced) = text.strip_prefix("${") else {
        // `$5` is left alone: no variable's name begins with a digit.
        let length = word(&text[1..]);
        return (length > 0).then(|| (env(&text[1..=length]), length + 1));
    };
    let body = &braced[..braced.find('}').filter(|&end| end > 0)?];
    let whole = &text[..body.len() + 3];
    let segment = match body.split_once(":-") {
        None if is_name(body) => env(body),
        Some((name, default)) if is_name(name) && !default.contains('$') => {
            Segment::Env(EnvRef { name: name.to_owned(), default: Some(default.to_owned()) })
        }
        _ => Segment::Native(whole.to_owned()),
    };
    Some((segment, whole.len()))
}

/// The length of the name at the start of `text`, if a letter or `_` begins it.
fn word(text: &str) -> usize {
    let is_word = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
    if text.starts_with(|first: char| first.is_ascii_digit()) {
        return 0;
    }
    text.bytes().take_while(|&byte| is_word(byte)).count()
}

/// Braces hold more names than a bare dollar: `${ProgramFiles(x86)}`.
fn is_name(text: &str) -> bool {
    let is_part = |byte: u8| byte.is_ascii_alphanumeric() || b"_.()".contains(&byte);
    !text.is_empty() && !text.as_bytes()[0].is_ascii_digit() && text.bytes().all(is_part)
}
