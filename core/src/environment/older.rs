//! The `environments.json` that the older Python tool of the same name keeps.
//!
//! Its environments hold packages, and a package is one MCP server of the same name. Where
//! the package was put on hosts, the file has the definition that each of them was given:
//! Claude Desktop's is taken, as the older tool would, else the first one, and what other
//! hosts have instead becomes their override. A package that was never put on a host has a
//! definition in its own `hatch_metadata.json` alone.

use std::path::PathBuf;

use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::{Entry, Environment, EnvironmentError, entry};
use crate::host::HostId;
use crate::server::ServerName;

/// The host whose definition the older tool takes for every other one.
const FIRST_CHOICE: &str = "claude-desktop";

/// An environment of the older tool's.
#[derive(Debug)]
pub struct OlderEnvironment {
    /// What it is called there; it may be no name that hatch gives.
    pub name: String,
    /// What it holds.
    pub environment: Environment,
    /// Packages whose server is not known, and why.
    pub undefined: Vec<Undefined>,
}

/// A package that has no definition.
#[derive(Debug, PartialEq, Eq)]
pub struct Undefined {
    /// Which package.
    pub package: String,
    /// Why there is none.
    pub reason: String,
}

/// A package's folder, and its `hatch_metadata.json`.
#[derive(Debug)]
pub struct Metadata {
    /// The folder.
    pub folder: PathBuf,
    /// The file's bytes, or why there are none.
    pub file: Result<Vec<u8>, String>,
}

/// Why a part of the file can't be used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum OlderError {
    /// It is no map of environments.
    #[error("it is not the older hatch's file of environments")]
    NotEnvironments(#[source] serde_json::Error),
    /// One environment has another shape.
    #[error("environment `{name}` has a shape that is not known")]
    Environment {
        /// Which environment.
        name: String,
        /// What is wrong with it.
        source: serde_json::Error,
    },
    /// The definition of one server is bad.
    #[error("package `{package}` of environment `{name}` has a bad definition for `{host}`")]
    Definition {
        /// In which environment.
        name: String,
        /// Which package.
        package: String,
        /// For which host.
        host: String,
        /// What is wrong with it.
        source: EnvironmentError,
    },
}

#[derive(Deserialize)]
struct OldEnvironment {
    #[serde(default)]
    description: Option<String>,
    #[serde(default)]
    packages: Vec<Package>,
    #[serde(default)]
    python_env: Option<PythonEnvironment>,
}

#[derive(Deserialize)]
struct PythonEnvironment {
    #[serde(default)]
    python_executable: Option<String>,
}

#[derive(Deserialize)]
struct Package {
    name: String,
    #[serde(default)]
    configured_hosts: Option<Map<String, Value>>,
}

#[derive(Deserialize)]
struct PackageMetadata {
    entry_point: EntryPoint,
}

/// A text in schema 1.2.0, an object since 1.2.1.
#[derive(Deserialize)]
#[serde(untagged)]
enum EntryPoint {
    File(String),
    Files { mcp_server: String },
}

/// Reads the file. `metadata` finds what a package's own folder has, by the names of its
/// environment and its own. Environments and packages that are wrong are left out, and returned
/// with what is wrong with them.
///
/// # Errors
///
/// [`OlderError::NotEnvironments`] where it is no such file.
pub fn read(
    bytes: &[u8],
    metadata: &mut dyn FnMut(&str, &str) -> Metadata,
) -> Result<(Vec<OlderEnvironment>, Vec<OlderError>), Box<OlderError>> {
    let environments: Map<String, Value> = serde_json::from_slice(bytes)
        .map_err(|error| Box::new(OlderError::NotEnvironments(error)))?;
    let mut faults = Vec::new();
    let mut read = Vec::new();
    for (name, value) in environments {
        match OldEnvironment::deserialize(value) {
            Ok(old) => read.push(convert(name, old, metadata, &mut faults)),
            Err(source) => faults.push(OlderError::Environment { name, source }),
        }
    }
    Ok((read, faults))
}

fn convert(
    name: String,
    old: OldEnvironment,
    metadata: &mut dyn FnMut(&str, &str) -> Metadata,
    faults: &mut Vec<OlderError>,
) -> OlderEnvironment {
    let description = old.description.filter(|text| !text.is_empty());
    let mut environment = Environment { description, ..Environment::default() };
    let mut undefined = Vec::new();
    let python = old.python_env.and_then(|it| it.python_executable);
    for package in old.packages {
        let hosts = package.configured_hosts.unwrap_or_default();
        let Some(server) = ServerName::new(package.name.as_str()) else { continue };
        if hosts.is_empty() {
            match derive(python.as_deref(), metadata(&name, &package.name)) {
                Ok(entry) => environment.servers.push((server, entry)),
                Err(reason) => undefined.push(Undefined { package: package.name, reason }),
            }
            continue;
        }
        let known = faults.len();
        let mut definitions = Vec::new();
        for (host, configured) in &hosts {
            match definition(&server, host, configured) {
                Ok(definition) => definitions.push(definition),
                Err(source) => faults.push(OlderError::Definition {
                    name: name.clone(),
                    package: package.name.clone(),
                    host: host.clone(),
                    source,
                }),
            }
        }
        if faults.len() == known {
            put(&mut environment, &server, definitions);
        }
    }
    OlderEnvironment { name, environment, undefined }
}

/// What a host was given: the common form, and what only that host knows.
struct Definition {
    host: HostId,
    entry: Entry,
    own: Entry,
}

fn definition(
    server: &ServerName,
    host: &str,
    configured: &Value,
) -> Result<Definition, EnvironmentError> {
    let bad = |expected| super::shape(&format!("configured_hosts.{host}"), expected);
    let host = HostId::new(host).map_err(|_| bad("named after a host"))?;
    let config = configured.get("server_config").and_then(Value::as_object);
    let (entry, own) = sort(config.ok_or_else(|| bad("an object with a `server_config`"))?);
    entry::parse(server.clone(), &entry)
        .map_err(|source| EnvironmentError::Entry { server: server.clone(), source })?;
    Ok(Definition { host, entry, own })
}

fn put(environment: &mut Environment, server: &ServerName, definitions: Vec<Definition>) {
    let first = definitions.iter().position(|it| it.host.as_str() == FIRST_CHOICE).unwrap_or(0);
    let chosen = definitions[first].entry.clone();
    for Definition { host, entry, own } in definitions {
        let mut change = differences(&chosen, &entry);
        for (field, value) in own {
            match (change.get_mut(&field), value) {
                (Some(Value::Object(members)), Value::Object(more)) => members.extend(more),
                (_, value) => drop(change.insert(field, value)),
            }
        }
        if !change.is_empty() {
            environment.overrides.entry(host).or_default().push((server.clone(), change));
        }
    }
    environment.servers.push((server.clone(), chosen));
}

/// What must be overridden in `from` to have `to`.
fn differences(from: &Entry, to: &Entry) -> Entry {
    let mut change = Entry::new();
    for (field, value) in to {
        match (from.get(field), value) {
            (Some(old), new) if old == new => {}
            (Some(Value::Object(old)), Value::Object(new))
                if matches!(field.as_str(), "env" | "headers" | "oauth") =>
            {
                change.insert(field.clone(), Value::Object(differences(old, new)));
            }
            _ => {
                change.insert(field.clone(), value.clone());
            }
        }
    }
    for field in from.keys().filter(|field| !to.contains_key(*field)) {
        change.insert(field.clone(), Value::Null);
    }
    change
}

/// Sorts the older tool's fields: it has one name for each host's spelling, and so several
/// for one meaning.
pub(super) fn sort(config: &Map<String, Value>) -> (Entry, Entry) {
    let (mut entry, mut own) = (Entry::new(), Entry::new());
    for (field, value) in config.iter().filter(|(_, value)| !value.is_null()) {
        let mut put = |field: &str, value: Value| drop(entry.insert(field.to_owned(), value));
        match (field.as_str(), value) {
            // The name is the package's, and a command says that it is local.
            ("name" | "oauth_enabled", _) => {}
            ("type", Value::String(kind)) if kind == "stdio" => {}
            ("env" | "headers", Value::Object(members)) if members.is_empty() => {}
            ("startup_timeout_sec", _) => put("startupTimeout", milliseconds(value)),
            ("tool_timeout_sec", _) => put("toolTimeout", milliseconds(value)),
            ("enabled_tools", _) => put("includeTools", value.clone()),
            ("disabled_tools" | "disabledTools", _) => put("excludeTools", value.clone()),
            ("env_vars", _) => put("envForward", value.clone()),
            ("bearer_token_env_var", Value::String(name)) => {
                header(&mut entry, "Authorization", format!("Bearer ${{env:{name}}}").into());
            }
            ("http_headers", Value::Object(headers)) => {
                headers.iter().for_each(|(name, value)| header(&mut entry, name, value.clone()));
            }
            ("env_http_headers", Value::Object(headers)) => {
                for (name, variable) in headers {
                    let variable = variable.as_str().unwrap_or_default();
                    header(&mut entry, name, format!("${{env:{variable}}}").into());
                }
            }
            (field, _) if entry::FIELDS.contains(&field) => put(field, value.clone()),
            (field, _) => match field.strip_prefix("oauth_") {
                Some(member) if entry::OAUTH.contains(&member) => {
                    member_of(&mut entry, "oauth", member, value.clone());
                }
                Some(member) => member_of(&mut own, "oauth", member, value.clone()),
                None => drop(own.insert(field.to_owned(), value.clone())),
            },
        }
    }
    (entry, own)
}

/// The older tool has seconds, which may be fractions.
fn milliseconds(seconds: &Value) -> Value {
    match seconds.as_u64().and_then(|it| it.checked_mul(1000)) {
        Some(milliseconds) => milliseconds.into(),
        None => match seconds.as_f64().map(|it| (it * 1000.0).round()) {
            Some(it) if it >= 0.0 => serde_json::from_str(&format!("{it:.0}")).unwrap_or_default(),
            // Left to be found wrong.
            _ => seconds.clone(),
        },
    }
}

fn header(entry: &mut Entry, name: &str, value: Value) {
    member_of(entry, "headers", name, value);
}

fn member_of(entry: &mut Entry, field: &str, member: &str, value: Value) {
    let members = entry.entry(field).or_insert_with(|| json!({}));
    if let Value::Object(members) = members {
        members.insert(member.to_owned(), value);
    }
}

/// The definition that a package's own metadata gives: the environment's Python, and the
/// file that starts the server.
fn derive(python: Option<&str>, metadata: Metadata) -> Result<Entry, String> {
    let file = metadata.file?;
    let read: PackageMetadata = serde_json::from_slice(&file)
        .map_err(|error| format!("its `hatch_metadata.json` names no entry point: {error}"))?;
    let (EntryPoint::File(file) | EntryPoint::Files { mcp_server: file }) = read.entry_point;
    let path = metadata.folder.join(file);
    let path = path.to_str().ok_or("its folder is not named in Unicode")?;
    let entry = json!({ "command": python.unwrap_or("python"), "args": [path] });
    Ok(entry.as_object().cloned().unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn missing(_: &str, package: &str) -> Metadata {
        Metadata { folder: PathBuf::from("/e").join(package), file: Err("none".to_owned()) }
    }

    fn package(hosts: &Value) -> Value {
        let hosts = hosts.as_object().unwrap().iter().map(|(host, config)| {
            (host.clone(), json!({"config_path": "~/x", "server_config": config}))
        });
        json!({"name": "p", "version": "1", "configured_hosts": Value::Object(hosts.collect())})
    }

    /// The environment's file that a package with these definitions gives.
    fn printed(hosts: &Value) -> Value {
        let file = json!({"e": {"name": "e", "packages": [package(hosts)]}}).to_string();
        let (read, _) = read(file.as_bytes(), &mut missing).unwrap();
        let bytes = read[0].environment.print();
        Environment::parse(&bytes).unwrap();
        serde_json::from_slice(&bytes).unwrap()
    }

    #[test]
    fn claude_desktop_s_definition_is_taken_and_others_override_it() {
        let found = printed(&json!({
            "cursor": {"name": "p", "type": "stdio", "command": "python", "args": ["s"],
                       "env": {"LOG": "debug", "A": "1"}, "envFile": ".env"},
            "claude-desktop": {"name": "p", "command": "python", "args": ["s"],
                       "env": {"LOG": "info", "B": "2"}, "cwd": "/"},
            "lmstudio": {"command": "python", "args": ["s"], "env": {"LOG": "info", "B": "2"},
                         "cwd": "/", "url": null}}));
        assert_eq!(
            found,
            json!({
                "mcpServers": {"p": {"command": "python", "args": ["s"],
                                     "env": {"LOG": "info", "B": "2"}, "cwd": "/"}},
                "hosts": {"cursor": {"p": {"env": {"LOG": "debug", "A": "1", "B": null},
                                           "envFile": ".env", "cwd": null}}}})
        );
    }

    #[test]
    fn each_host_s_spelling_is_the_common_one_and_its_own_stays_its_own() {
        let found = printed(&json!({
            "gemini": {"httpUrl": "https://x/", "timeout": 5000, "trust": true, "env": {},
                       "oauth_enabled": true, "oauth_clientId": "i", "oauth_tokenParamName": "t",
                       "includeTools": ["a"]},
            "codex": {"httpUrl": "https://x/", "timeout": 5000, "oauth_clientId": "i",
                      "enabled_tools": ["a"], "startup_timeout_sec": 10, "tool_timeout_sec": 0.5,
                      "bearer_token_env_var": "T", "env_http_headers": {"X": "V"},
                      "http_headers": {"Y": "w"}}}));
        assert_eq!(
            found["mcpServers"]["p"],
            json!({"httpUrl": "https://x/", "timeout": 5000, "oauth": {"clientId": "i"},
                   "includeTools": ["a"]})
        );
        assert_eq!(
            found["hosts"],
            json!({
                "gemini": {"p": {"trust": true, "oauth": {"tokenParamName": "t"}}},
                "codex": {"p": {"startupTimeout": 10000, "toolTimeout": 500,
                    "headers": {"Authorization": "Bearer ${env:T}", "X": "${env:V}", "Y": "w"}}}})
        );
    }

    #[test]
    fn what_was_never_put_on_a_host_comes_from_its_own_metadata() {
        let file = json!({
            "e": {"name": "e", "description": "", "python_env": {"python_executable": "/py"},
                  "packages": [{"name": "a"}, {"name": "b", "configured_hosts": {}}, {"name": "c"}]},
            "f": {"name": "f", "packages": [{"name": "a"}], "python_env": null}});
        let mut metadata = |environment: &str, package: &str| Metadata {
            folder: PathBuf::from(format!("/h/{environment}/{package}")),
            file: match package {
                "a" => Ok(br#"{"entry_point": "server.py"}"#.to_vec()),
                "b" => {
                    Ok(br#"{"entry_point": {"mcp_server": "m.py", "hatch_mcp_server": "h"}}"#
                        .to_vec())
                }
                _ => Err("it is not there".to_owned()),
            },
        };
        let (read, _) = read(file.to_string().as_bytes(), &mut metadata).unwrap();
        let server = |at: usize, server: usize| read[at].environment.servers[server].1.clone();
        let folder = |rest: &str| PathBuf::from("/h").join(rest).display().to_string();
        assert_eq!(read[0].environment.description, None);
        assert_eq!(
            Value::Object(server(0, 0)),
            json!({"command": "/py", "args": [folder("e/a/server.py")]})
        );
        assert_eq!(server(0, 1)["args"], json!([folder("e/b/m.py")]));
        assert_eq!(server(1, 0)["command"], "python");
        let reason = "it is not there".to_owned();
        assert_eq!(read[0].undefined, [Undefined { package: "c".to_owned(), reason }]);
    }

    #[test]
    fn what_is_wrong_is_left_out_and_named() {
        let file = json!({
            "e": {"packages": [package(&json!({"cursor": {"args": []}, "Bad Host": {}}))]},
            "f": {"packages": 5}, "g": 7,
            "h": {"packages": [package(&json!({"cursor": {"command": 1}}))]},
            "i": {"packages": [package(&json!({"cursor": {"command": "c"}}))]}});
        let (read_ones, faults) = read(file.to_string().as_bytes(), &mut missing).unwrap();
        let servers: Vec<_> =
            read_ones.iter().map(|it| (it.name.as_str(), it.environment.servers.len())).collect();
        assert_eq!(servers, [("e", 0), ("h", 0), ("i", 1)]);
        let faults: Vec<_> = faults.iter().map(ToString::to_string).collect();
        assert_eq!(
            faults,
            [
                "package `p` of environment `e` has a bad definition for `cursor`",
                "package `p` of environment `e` has a bad definition for `Bad Host`",
                "environment `f` has a shape that is not known",
                "environment `g` has a shape that is not known",
                "package `p` of environment `h` has a bad definition for `cursor`",
            ]
        );
        for text in ["", "{", "[]", "5"] {
            let fault = read(text.as_bytes(), &mut missing).unwrap_err();
            let message = "it is not the older hatch's file of environments";
            assert_eq!(fault.to_string(), message, "{text}");
        }
    }
}
