//! Servers and lists by choice, with anything in them that the contract allows.

use hatch_adapter_sdk::json::Value;
use hatch_adapter_sdk::{
    EnvRef, Extra, Oauth, Place, Remote, RemoteKind, Segment, Server, Stdio, Template, Timeouts,
    ToolFilter, Transport,
};

use crate::choices::Choices;
use crate::values::any_json;

const NAMES: [&str; 6] = ["a", "A", "b", "my server", "c", "メモ"];

/// Text that some host takes for more than text.
const TEXTS: [&str; 24] = [
    "",
    "x",
    "${env:A}",
    "${userHome}/x",
    "${workspaceFolder}",
    "${/}",
    "$HOME",
    "${HOME}",
    "${A:-b}",
    "%APPDATA%",
    r"\$A",
    r"a\$ b",
    "http",
    "sse",
    "streamable-http",
    "https://x.example/mcp",
    "npx -y tool",
    "${",
    "$${env:A}",
    "${A:-$B}",
    "${A-b}",
    "a \"b c\" 'd'",
    "\u{1}\n\t",
    "}",
];

/// A list of servers' names.
pub(super) fn any_list(choices: &mut Choices<'_>) -> String {
    let names = choices.several(4, |choices| Value::string(choices.one_of(&NAMES)));
    match choices.once_in(8) {
        true => any_json(choices, 2),
        false => Value::Array(names).to_text(),
    }
}

/// A server.
pub(crate) fn any_server(choices: &mut Choices<'_>) -> Server {
    let strings = |choices: &mut Choices<'_>| choices.several(3, text);
    Server {
        name: choices.one_of(&NAMES).to_owned(),
        transport: if choices.once_in(2) { remote(choices) } else { stdio(choices) },
        enabled: choices.one_of(&[None, Some(true), Some(false)]),
        description: choices.maybe(text),
        timeouts: Timeouts {
            request: choices.maybe(number),
            startup: choices.maybe(number),
            tool_call: choices.maybe(number),
        },
        tools: ToolFilter {
            allow: choices.maybe(strings),
            deny: choices.maybe(strings),
            auto_approve: choices.maybe(strings),
        },
        extras: extras(choices),
    }
}

fn text(choices: &mut Choices<'_>) -> String {
    match choices.once_in(4) {
        true => choices.text(12),
        false => choices.one_of(&TEXTS).to_owned(),
    }
}

fn number(choices: &mut Choices<'_>) -> u64 {
    let fixed = [0, 1, 999, 1000, 1001, 15_000, 60_000, u64::from(u32::MAX), 1 << 53, u64::MAX];
    choices.one_of(&fixed)
}

fn segment(choices: &mut Choices<'_>) -> Segment {
    match choices.pick(12) {
        0..=6 => Segment::Literal(text(choices)),
        7 | 8 => {
            let name = choices.one_of(&["A", "B", "HOME", "a_1"]).to_owned();
            Segment::Env(EnvRef { name, default: choices.maybe(text) })
        }
        9 => Segment::Place(choices.one_of(&[Place::UserHome, Place::WorkspaceFolder])),
        10 => Segment::Input("key".to_owned()),
        _ => Segment::File("/key".to_owned()),
    }
}

fn template(choices: &mut Choices<'_>) -> Template {
    choices.several(4, segment)
}

fn pairs(choices: &mut Choices<'_>) -> Vec<(String, Template)> {
    choices.several(3, |choices| {
        (choices.one_of(&["A", "B", "a", "Authorization"]).to_owned(), template(choices))
    })
}

fn stdio(choices: &mut Choices<'_>) -> Transport {
    Transport::Stdio(Stdio {
        command: template(choices),
        args: choices.several(4, template),
        env: pairs(choices),
        env_forward: choices.several(3, |choices| choices.one_of(&["D", "E"]).to_owned()),
        env_file: choices.maybe(template),
        cwd: choices.maybe(template),
    })
}

fn remote(choices: &mut Choices<'_>) -> Transport {
    let oauth = |choices: &mut Choices<'_>| Oauth {
        client_id: choices.maybe(template),
        client_secret: choices.maybe(template),
        scopes: choices.maybe(|choices| choices.several(3, text)),
        authorization_url: choices.maybe(template),
        token_url: choices.maybe(template),
        redirect_uri: choices.maybe(template),
    };
    Transport::Remote(Remote {
        kind: choices.one_of(&[RemoteKind::StreamableHttp, RemoteKind::Sse, RemoteKind::Auto]),
        url: template(choices),
        headers: pairs(choices),
        oauth: choices.maybe(oauth),
    })
}

/// None in the place of another.
fn extras(choices: &mut Choices<'_>) -> Vec<Extra> {
    let keys = ["x-team", "trust", "oauth", "enabled", "timeout", "command", "authProviderType"];
    let mut extras: Vec<Extra> = Vec::new();
    for _ in 0..choices.pick(3) {
        let mut path = vec![choices.one_of(&keys).to_owned()];
        path.extend(choices.maybe(|choices| choices.one_of(&keys).to_owned()));
        if extras.iter().all(|extra| extra.path[0] != path[0]) {
            extras.push(Extra { path, value: any_json(choices, 3) });
        }
    }
    extras
}
