//! The schema of an environment's file: what it lets through is what hatch reads.

use std::path::Path;

use hatch_core::environment::{Environment, entry};
use hatch_tests::{TestHome, workspace};
use jsonschema::Validator;
use serde_json::{Value, json};

fn schema() -> Value {
    let printed = TestHome::new().line("env schema").expect(0).stdout;
    serde_json::from_str(&printed).unwrap()
}

fn validator() -> Validator {
    jsonschema::draft202012::new(&schema()).unwrap()
}

/// Hatch and the schema are of one mind.
#[track_caller]
fn check(validator: &Validator, value: &Value, is_good: bool) {
    assert_eq!(Environment::parse(value.to_string().as_bytes()).is_ok(), is_good, "{value}");
    assert_eq!(validator.is_valid(value), is_good, "the schema and {value}");
}

#[test]
fn it_is_a_schema_and_names_every_field() {
    let schema = schema();
    jsonschema::draft202012::meta::validate(&schema).unwrap();
    let fields = schema["$defs"]["fields"]["properties"].as_object().unwrap();
    assert_eq!(fields.len(), entry::FIELDS.len());
    let oauth = fields["oauth"]["properties"].as_object().unwrap();
    assert_eq!(oauth.len(), entry::OAUTH.len());
    for (known, named) in [(&entry::FIELDS[..], fields), (&entry::OAUTH[..], oauth)] {
        for field in known {
            assert!(named[*field]["description"].is_string(), "{field}");
        }
    }
}

#[test]
fn every_environment_of_the_tests_is_let_through() {
    let validator = validator();
    let mut seen = 0;
    each_environment(&workspace().join("tests/sample"), &mut |text| {
        seen += 1;
        check(&validator, &serde_json::from_str(text).unwrap(), true);
    });
    assert!(seen > 0, "the sample has environments");
    let server = |entry: Value| json!({"mcpServers": {"a": entry}});
    for value in [
        json!({}),
        json!({"$schema": "x", "description": "d", "extends": ["base"], "mcpServers": {}}),
        server(
            json!({"command": "x", "args": ["a", 1, true], "env": {"A": "b", "P": 8080, "N": null}}),
        ),
        server(json!({"command": "x", "envForward": ["A"], "envFile": "f", "cwd": "/", "own": 1})),
        server(json!({"type": "stdio", "command": "x", "url": null, "args": null})),
        server(json!({"type": "http", "url": "https://x/", "headers": {"H": "v"}, "timeout": 5})),
        server(
            json!({"httpUrl": "https://x/", "oauth": {"clientId": "i", "scopes": ["a"], "own": 1}}),
        ),
        server(json!({"serverUrl": "https://x/", "transport": "sse", "disabled": true})),
        server(json!({"type": "remote", "url": "u", "enabled": false, "disabled": true})),
        server(json!({"command": "x", "includeTools": [], "excludeTools": ["a"],
                      "autoApprove": ["b"], "startupTimeout": 1, "toolTimeout": 2,
                      "description": "d"})),
        json!({"mcpServers": {"a": {"command": "x"}},
               "hosts": {"cursor": {"a": {"env": {"LOG": null}, "cwd": null, "own": {"b": []}}}}}),
    ] {
        check(&validator, &value, true);
    }
}

#[test]
fn what_hatch_can_t_read_is_not() {
    let validator = validator();
    let server = |entry: Value| json!({"mcpServers": {"a": entry}});
    for value in [
        json!([]),
        json!({"mcpServer": {}}),
        json!({"mcpServers": []}),
        json!({"mcpServers": {"": {"command": "x"}}}),
        json!({"mcpServers": {"a": 1}}),
        json!({"description": 5}),
        json!({"extends": "base"}),
        json!({"extends": [1]}),
        json!({"hosts": {"A B": {}}}),
        json!({"hosts": {"cursor": {"a": 1}}}),
        json!({"mcpServers": {"a": {"command": "x"}}, "hosts": {"cursor": {"a": {"command": 5}}}}),
        server(json!({})),
        server(json!({"command": "x", "url": "y"})),
        server(json!({"command": "x", "httpUrl": "y"})),
        server(json!({"command": 1})),
        server(json!({"command": "x", "args": "y"})),
        server(json!({"command": "x", "args": [[]]})),
        server(json!({"command": "x", "env": []})),
        server(json!({"command": "x", "env": {"A": {}}})),
        server(json!({"command": "x", "timeout": 1.5})),
        server(json!({"command": "x", "timeout": -1})),
        server(json!({"command": "x", "enabled": "yes"})),
        server(json!({"command": "x", "enabled": true, "disabled": true})),
        server(json!({"command": "x", "includeTools": [1]})),
        server(json!({"command": "x", "type": "http"})),
        server(json!({"url": "x", "type": "stdio"})),
        server(json!({"url": "x", "type": "carrier-pigeon"})),
        server(json!({"url": "x", "oauth": []})),
        server(json!({"url": "x", "oauth": {"scopes": "a"}})),
    ] {
        check(&validator, &value, false);
    }
}

/// The files in every folder `envs` below `folder`.
fn each_environment(folder: &Path, visit: &mut impl FnMut(&str)) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            each_environment(&path, visit);
        } else if folder.ends_with("envs") {
            visit(&std::fs::read_to_string(path).unwrap());
        }
    }
}
