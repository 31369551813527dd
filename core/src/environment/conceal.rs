//! An environment without its secrets, to be handed to others: a reference stands where a
//! literal that looks like a secret was.

use std::collections::BTreeMap;

use serde_json::Value;

use super::{Entry, Environment, entry};
use crate::disclosure::{Part, argument_places, has_secret, parts};
use crate::secret::{Place, member_name, variable_name};
use crate::server::{Server, ServerName};
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

/// The secrets that a server holds in plain text, with a variable that could hold each.
pub fn plain_secrets(server: &Server) -> Vec<Concealed> {
    let servers = vec![(server.name.clone(), entry::print(server))];
    conceal(&mut Environment { servers, ..Environment::default() })
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
                        let field = format!("env.{name}");
                        self.text(&field, Place::Named(name), &[variable_name(name)], value);
                    }
                }
                ("headers", Value::Object(members)) => {
                    for (name, value) in members {
                        self.text(&format!("headers.{name}"), Place::Header(name), &[], value);
                    }
                }
                ("oauth", Value::Object(members)) => {
                    for (name, value) in members {
                        let known = entry::OAUTH.contains(&name.as_str());
                        let is_text = known && name != "clientSecret";
                        let place = if is_text { Place::Value } else { Place::Named(name) };
                        self.text(&format!("oauth.{name}"), place, &[], value);
                    }
                }
                (_, value) if entry::FIELDS.contains(&field.as_str()) => {
                    self.text(field, Place::Value, &[], value);
                }
                (_, value) => self.own(field, field, value),
            }
        }
    }

    fn arguments(&mut self, args: &mut [Value]) {
        let read: Vec<_> = args.iter().map(|arg| template(arg).unwrap_or_default()).collect();
        for (at, (arg, place)) in args.iter_mut().zip(argument_places(&read)).enumerate() {
            self.text(&format!("args.{at}"), place, &[], arg);
        }
    }

    /// A field that only one host knows: any text of it may be a secret.
    fn own(&mut self, field: &str, name: &str, value: &mut Value) {
        match value {
            Value::Array(items) => items.iter_mut().for_each(|it| self.own(field, name, it)),
            Value::Object(members) => {
                for (member, value) in members {
                    self.own(&format!("{field}.{member}"), member_name(name, member), value);
                }
            }
            value => self.text(field, Place::Named(name), &[], value),
        }
    }

    /// A value, where it stands, and what its variable could be called.
    fn text(&mut self, field: &str, place: Place<'_>, wanted: &[String], value: &mut Value) {
        let Some(template) = template(value) else { return };
        if !has_secret(place, &template) {
            return;
        }
        let segments = parts(place, &template).into_iter().map(|part| match part {
            Part::Shown(segment) => segment,
            Part::Secret { name, text } => {
                let name = self.give(field, &name, wanted, text.as_literal().unwrap_or_default());
                Segment::Env { name, default: None }
            }
            Part::Default { name } => {
                self.note(field, &name);
                Segment::Env { name, default: None }
            }
        });
        *value = Template::new(segments.collect::<Vec<_>>()).expose().into();
    }

    fn give(&mut self, field: &str, name: &str, wanted: &[String], secret: &str) -> String {
        // Of a value that holds several secrets, each is called after its own name.
        let own = field.rsplit('.').next().unwrap_or_default();
        let wanted = if name.is_empty() || name == own { wanted } else { &[] };
        let name = if name.is_empty() { field } else { name };
        let with_server = variable_name(&format!("{}_{name}", self.server));
        let wanted: Vec<_> = wanted.iter().cloned().chain([with_server]).collect();
        let variable = self.names.give(secret, &wanted);
        self.note(field, &variable);
        variable
    }

    fn note(&mut self, field: &str, variable: &str) {
        let (server, field) = (self.server.clone(), field.to_owned());
        self.concealed.push(Concealed { server, field, variable: variable.to_owned() });
    }
}

/// A text, or a number that stands for its text.
fn template(value: &Value) -> Option<Template> {
    match value {
        Value::String(text) => Some(Template::parse(text)),
        Value::Number(number) => Some(Template::literal(number.to_string())),
        _ => None,
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
        assert_eq!(b["url"], "https://${env:B_C_CREDENTIALS}@x/mcp?key=${env:B_C_KEY}&page=2");
        assert_eq!(b["headers"]["Authorization"], "Bearer ${env:B_C_AUTHORIZATION}");
        assert_eq!(b["headers"]["Accept"], "text/plain");
        assert_eq!(
            b["oauth"],
            json!({"clientId": "i", "clientSecret": "${env:B_C_CLIENT_SECRET}"})
        );
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
            "a": {"command": "x", "args": ["$${env:A}", "$5"], "env": {"PASSWORD": "$${x} y"}}}}));
        let entry = &printed["mcpServers"]["a"];
        assert_eq!(entry["args"], json!(["$${env:A}", "$5"]));
        assert_eq!(entry["env"]["PASSWORD"], "${env:PASSWORD}");
        assert_eq!(found.len(), 1);
    }

    /// As Notion's and Smithery's servers are given theirs.
    #[test]
    fn secrets_inside_json_text_are_replaced_inside_it() {
        let (printed, found) = concealed(&json!({"mcpServers": {"n": {
            "command": "npx",
            "args": ["--config", "{\"apiKey\":\"sk-proj-abc123def456\",\"region\":\"eu\"}"],
            "env": {"OPENAPI_MCP_HEADERS": "{\"Authorization\":\"Bearer ntn_5839aaaaaaaa\"}"}}}}));
        let entry = &printed["mcpServers"]["n"];
        assert_eq!(
            entry["args"],
            json!(["--config", "{\"apiKey\":\"${env:N_API_KEY}\",\"region\":\"eu\"}"])
        );
        assert_eq!(
            entry["env"]["OPENAPI_MCP_HEADERS"],
            "{\"Authorization\":\"Bearer ${env:N_AUTHORIZATION}\"}"
        );
        assert_eq!(found, ["n args.1 N_API_KEY", "n env.OPENAPI_MCP_HEADERS N_AUTHORIZATION"]);
    }

    #[test]
    fn a_variable_is_called_after_the_option_that_the_secret_is_given_to() {
        let (printed, _) = concealed(&json!({"mcpServers": {"supa": {
            "command": "npx",
            "args": ["supa", "--access-token=sbp_0123456789abcdef0123456789abcdef01234567",
                     "ghp_0123456789abcdef", "--header", "X-Custom: s3cret9",
                     "DB_PASSWORD=pw", "postgres://me:pw@db/x", "--pin", 1234,
                     "--password", 1234]}}}));
        assert_eq!(
            printed["mcpServers"]["supa"]["args"],
            json!([
                "supa",
                "--access-token=${env:SUPA_ACCESS_TOKEN}",
                "${env:SUPA_GITHUB_TOKEN}",
                "--header",
                "X-Custom: ${env:SUPA_X_CUSTOM}",
                "DB_PASSWORD=${env:SUPA_DB_PASSWORD}",
                "postgres://${env:SUPA_CREDENTIALS}@db/x",
                "--pin",
                1234,
                "--password",
                "${env:SUPA_PASSWORD}"
            ])
        );
    }

    #[test]
    fn numbers_and_defaults_can_be_secrets() {
        let (printed, found) = concealed(&json!({"mcpServers": {"a": {"command": "x", "env": {
            "DB_PASSWORD": 123456, "PORT": 5432, "T": "${env:T_TOKEN:-abc}", "U": "${env:U:-eu}",
            "OPEN": true, "HEADERS": "{\"a\":\"${env:A}\",\"token\":\"x1\"}"}}}}));
        assert_eq!(
            printed["mcpServers"]["a"]["env"],
            json!({"DB_PASSWORD": "${env:DB_PASSWORD}", "PORT": 5432, "T": "${env:T_TOKEN}",
                   "U": "${env:U:-eu}", "OPEN": true,
                   "HEADERS": "{\"a\":\"${env:A}\",\"token\":\"${env:A_TOKEN}\"}"})
        );
        assert_eq!(found.len(), 3);
    }
}
