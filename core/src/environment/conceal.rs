//! An environment without its secrets, to be handed to others: a reference stands where a
//! literal that looks like a secret was.

use std::collections::BTreeMap;

use serde_json::Value;

use super::{Entry, Environment, entry};
use crate::secret::{Piece, is_secret_name, looks_like_token, pieces};
use crate::server::ServerName;
use crate::template::{Segment, Template};

/// A secret that a reference stands for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Concealed {
    /// The server that has it.
    pub server: ServerName,
    /// Where: `env.API_KEY`, `args.2`.
    pub field: String,
    /// The variable that is to hold it.
    pub variable: String,
}

/// Replaces every literal that looks like a secret by `${env:NAME}`, and returns what was
/// replaced. One secret has one name wherever it is, and two secrets have two.
pub fn conceal(environment: &mut Environment) -> Vec<Concealed> {
    let mut names = Names::default();
    let mut concealed = Vec::new();
    let own = environment.servers.iter_mut();
    for (server, entry) in own.chain(environment.overrides.values_mut().flatten()) {
        let mut run = Run { server, names: &mut names, concealed: &mut concealed };
        run.entry(entry);
    }
    concealed
}

/// Which variable stands for which secret.
#[derive(Default)]
struct Names(BTreeMap<String, String>);

impl Names {
    /// The first of these names that is free, or stands for this secret already.
    fn give(&mut self, secret: &str, wanted: &[String]) -> String {
        let last = wanted.last().cloned().unwrap_or_default();
        let numbered = (2..).map(|number| format!("{last}_{number}"));
        for name in wanted.iter().cloned().chain(numbered) {
            let holder = self.0.entry(name.clone()).or_insert_with(|| secret.to_owned());
            if holder == secret {
                return name;
            }
        }
        unreachable!("numbers do not end")
    }
}

struct Run<'a> {
    server: &'a ServerName,
    names: &'a mut Names,
    concealed: &'a mut Vec<Concealed>,
}

impl Run<'_> {
    fn entry(&mut self, entry: &mut Entry) {
        for (field, value) in entry {
            match (field.as_str(), value) {
                ("args", Value::Array(args)) => self.arguments(args),
                ("env", Value::Object(members)) => {
                    for (name, value) in members {
                        self.named(&format!("env.{name}"), name, &[variable(name)], value);
                    }
                }
                ("headers", Value::Object(members)) => {
                    for (name, value) in members {
                        self.named(&format!("headers.{name}"), name, &[], value);
                    }
                }
                ("oauth", Value::Object(members)) => {
                    for (name, value) in members {
                        let known = entry::OAUTH.contains(&name.as_str());
                        let name = if known && name != "clientSecret" { "" } else { name };
                        self.named(&format!("oauth.{name}"), name, &[], value);
                    }
                }
                (_, value) if entry::FIELDS.contains(&field.as_str()) => {
                    self.named(field, "", &[], value);
                }
                (_, value) => self.own(field, field, value),
            }
        }
    }

    /// What follows an option with a secret's name is one.
    fn arguments(&mut self, args: &mut [Value]) {
        let mut option = String::new();
        for (at, arg) in args.iter_mut().enumerate() {
            let text = arg.as_str().unwrap_or_default().to_owned();
            self.named(&format!("args.{at}"), &option, &[], arg);
            let is_option = text.starts_with('-') && !text.contains('=') && is_secret_name(&text);
            option = if is_option { text } else { String::new() };
        }
    }

    /// A field that only one host knows: any text of it may be a secret.
    fn own(&mut self, field: &str, name: &str, value: &mut Value) {
        match value {
            Value::Array(items) => items.iter_mut().for_each(|it| self.own(field, name, it)),
            Value::Object(members) => {
                for (name, value) in members {
                    self.own(&format!("{field}.{name}"), name, value);
                }
            }
            value => self.named(field, name, &[], value),
        }
    }

    /// A value, the name that may give it away, and what its variable could be called.
    fn named(&mut self, field: &str, name: &str, wanted: &[String], value: &mut Value) {
        let Value::String(text) = value else { return };
        let template = Template::parse(text);
        let mut segments = Vec::new();
        let is_named = is_secret_name(name) && template.as_literal().is_some();
        for segment in template.segments() {
            let Segment::Literal(literal) = segment else {
                segments.push(segment.clone());
                continue;
            };
            for piece in secrets_in(literal, name, is_named) {
                segments.push(match piece {
                    Piece::Plain(text) => Segment::Literal(text.to_owned()),
                    Piece::Secret { name, text } => {
                        Segment::Env { name: self.give(field, name, wanted, text), default: None }
                    }
                });
            }
        }
        *text = Template::new(segments).expose();
    }

    fn give(&mut self, field: &str, name: &str, wanted: &[String], secret: &str) -> String {
        let name = if name.is_empty() { field } else { name };
        let with_server = variable(&format!("{}_{name}", self.server));
        let wanted: Vec<_> = wanted.iter().cloned().chain([with_server]).collect();
        let variable = self.names.give(secret, &wanted);
        let (server, field) = (self.server.clone(), field.to_owned());
        self.concealed.push(Concealed { server, field, variable: variable.clone() });
        variable
    }
}

/// Of a value with a secret's name all is secret, but for the word before a credential.
fn secrets_in<'a>(literal: &'a str, name: &'a str, is_named: bool) -> Vec<Piece<'a>> {
    if !is_named || literal.is_empty() {
        return match looks_like_token(literal) && !literal.contains("://") {
            true => vec![Piece::Secret { name, text: literal }],
            false => pieces(literal),
        };
    }
    let scheme = ["Bearer ", "Basic ", "Token "].into_iter().find(|scheme| {
        literal.len() > scheme.len()
            && literal.get(..scheme.len()).is_some_and(|it| it.eq_ignore_ascii_case(scheme))
    });
    let (before, text) = literal.split_at(scheme.map_or(0, str::len));
    vec![Piece::Plain(before), Piece::Secret { name, text }]
}

/// A variable's name from any text.
fn variable(text: &str) -> String {
    let upper =
        text.chars().map(|c| if c.is_ascii_alphanumeric() { c.to_ascii_uppercase() } else { '_' });
    let name: String = upper.collect();
    let words: Vec<_> = name.split('_').filter(|word| !word.is_empty()).collect();
    let joined = words.join("_");
    match joined.starts_with(|c: char| c.is_ascii_digit()) || joined.is_empty() {
        true => format!("_{joined}"),
        false => joined,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn concealed(value: &Value) -> (Value, Vec<String>) {
        let mut environment = Environment::parse(value.to_string().as_bytes()).unwrap();
        let found = conceal(&mut environment);
        let printed = serde_json::from_slice(&environment.print()).unwrap();
        let line = |it: &Concealed| format!("{} {} {}", it.server, it.field, it.variable);
        (printed, found.iter().map(line).collect())
    }

    #[test]
    fn references_stand_where_secrets_were() {
        let (printed, found) = concealed(&json!({"mcpServers": {
            "a": {"command": "x", "env": {"API_KEY": "abc", "LOG": "info", "T_TOKEN": "${env:T}"},
                  "args": ["--token", "def", "--api-key=ghi", "-y", "${env:X}", "--secret"]},
            "b-c": {"url": "https://me:pw@x/mcp?key=1&page=2",
                    "headers": {"Authorization": "Bearer jkl", "Accept": "text/plain"},
                    "oauth": {"clientId": "i", "clientSecret": "mno"}}}}));
        let servers = &printed["mcpServers"];
        assert_eq!(
            servers["a"]["env"],
            json!({"API_KEY": "${env:API_KEY}", "LOG": "info", "T_TOKEN": "${env:T}"})
        );
        assert_eq!(
            servers["a"]["args"],
            json!([
                "--token",
                "${env:A_TOKEN}",
                "--api-key=${env:A_API_KEY}",
                "-y",
                "${env:X}",
                "--secret"
            ])
        );
        let b = &servers["b-c"];
        assert_eq!(b["url"], "https://${env:B_C_USER}@x/mcp?key=${env:B_C_KEY}&page=2");
        assert_eq!(b["headers"]["Authorization"], "Bearer ${env:B_C_AUTHORIZATION}");
        assert_eq!(b["headers"]["Accept"], "text/plain");
        assert_eq!(b["oauth"], json!({"clientId": "i", "clientSecret": "${env:B_C_CLIENTSECRET}"}));
        assert_eq!(found.len(), 7);
        assert_eq!(found[0], "a env.API_KEY API_KEY");
    }

    #[test]
    fn one_secret_has_one_name_and_two_have_two() {
        let server = |key: &str| json!({"command": "x", "env": {"API_KEY": key}});
        let (printed, found) = concealed(&json!({"mcpServers": {
            "a": server("one"), "b": server("two"), "c": server("one"), "B": server("three")},
            "hosts": {"cursor": {"a": {"env": {"API_KEY": "two"}, "own": {"password": "pw"}}}}}));
        let of = |name: &str| printed["mcpServers"][name]["env"]["API_KEY"].clone();
        assert_eq!(of("a"), "${env:API_KEY}");
        assert_eq!(of("b"), "${env:B_API_KEY}");
        assert_eq!(of("c"), "${env:API_KEY}");
        assert_eq!(of("B"), "${env:B_API_KEY_2}");
        let cursor = &printed["hosts"]["cursor"]["a"];
        assert_eq!(cursor["env"]["API_KEY"], "${env:A_API_KEY}");
        assert_eq!(cursor["own"]["password"], "${env:A_PASSWORD}");
        assert_eq!(found.len(), 6);
    }

    #[test]
    fn literal_dollars_stay_literal() {
        let (printed, found) = concealed(&json!({"mcpServers": {
            "a": {"command": "x", "args": ["$${env:A}", "$5"], "env": {"PASSWORD": "$${x}"}}}}));
        let entry = &printed["mcpServers"]["a"];
        assert_eq!(entry["args"], json!(["$${env:A}", "$5"]));
        assert_eq!(entry["env"]["PASSWORD"], "${env:PASSWORD}");
        assert_eq!(found.len(), 1);
    }
}
