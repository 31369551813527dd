//! {{name}}: a map from names to servers, in a JSON file.

use hatch_adapter_sdk::template::{env, impossible, parse_braces};
use hatch_adapter_sdk::{
    Adapter, Dialect, Edit, Error, Kinds, Reading, RemoteKeys, Section, Segment, Spelling, Spot,
    StdioKeys, Syntax, Template, Writing,
};

/// The adapter.
#[derive(Debug)]
pub struct Host;

/// The host's names for things. What it has no name for is reported as a loss.
static DIALECT: Dialect = Dialect {
    stdio: StdioKeys::COMMON,
    remote: RemoteKeys::COMMON,
    // A URL is enough: the host finds out which transport it is.
    kinds: Kinds::Detected { key: "type" },
    ..Dialect::new("{{name}}", "config", &["mcpServers"], &Variables)
};

/// `${NAME}` stands for a variable; there is no default and no escape.
struct Variables;

impl Syntax for Variables {
    fn parse(&self, text: &str, _: Spot) -> Template {
        parse_braces(text, |body| {
            let is_name = !body.is_empty()
                && body.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
            is_name.then(|| env(body))
        })
    }

    fn spell(&self, segment: &Segment, _: Spot) -> Spelling {
        match segment {
            Segment::Literal(text) => Spelling::Exact(text.clone()),
            Segment::Env(variable) if variable.default.is_none() => {
                Spelling::Exact(format!("${{{}}}", variable.name))
            }
            // A default may be a secret, so it is not shown.
            Segment::Env(variable) => Spelling::Close(
                env(&variable.name),
                format!("{{name}} knows no defaults: empty where `{}` is not set", variable.name),
            ),
            _ => impossible("{{name}}", segment),
        }
    }
}

impl Adapter for Host {
    const DESCRIPTOR: &'static str = include_str!("../descriptor.json");

    fn read(sections: &[Section]) -> Result<Reading, Error> {
        DIALECT.read(sections)
    }

    fn write(sections: &[Section], edits: &[Edit]) -> Result<Writing, Error> {
        DIALECT.write(sections, edits)
    }
}

hatch_adapter_sdk::export!(Host);
