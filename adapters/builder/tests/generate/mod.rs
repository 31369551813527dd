//! Arbitrary sections and servers.

use hatch_adapter_sdk::case::spec;
use hatch_adapter_sdk::json::{Object, Value};
use hatch_adapter_sdk::{
    Adapter, EnvRef, Extra, Oauth, Place, Remote, RemoteKind, Section, Segment, Server, Stdio,
    Template, Timeouts, ToolFilter, Transport,
};
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use proptest::sample::select;

/// Keys that some host knows, and some that none does.
const KEYS: &[&str] = &[
    "command",
    "command",
    "command",
    "args",
    "env",
    "envFile",
    "cwd",
    "url",
    "url",
    "httpUrl",
    "type",
    "headers",
    "auth",
    "oauth",
    "timeout",
    "trust",
    "description",
    "includeTools",
    "excludeTools",
    "disabled",
    "enabled",
    "serverUrl",
    "transport",
    "autoApprove",
    "toolTimeout",
    "x-team",
    "tcp",
];

const INNER: &[&str] =
    &["A", "B", "CLIENT_ID", "CLIENT_SECRET", "scopes", "clientId", "enabled", "tokenUrl"];

const NAMES: &[&str] = &["a", "A", "b", "my server", "c", "メモ"];

fn text() -> impl Strategy<Value = String> {
    prop_oneof![
        "[a-z/@. -]{0,10}",
        r"[${}%\\:A-Z_a-z5-]{0,10}",
        select(vec![
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
            "stdio",
            "streamable-http",
            "local",
            "events",
            "https://x.example/mcp",
            "npx -y tool",
            "${",
            "$${env:A}",
            "${A:-$B}",
            "${A-b}",
        ])
        .prop_map(str::to_owned),
    ]
}

fn scalar() -> impl Strategy<Value = Value> {
    prop_oneof![
        4 => text().prop_map(Value::String),
        1 => Just(Value::Null),
        1 => any::<bool>().prop_map(Value::Bool),
        1 => select(vec!["0", "1.50", "-0", "3e5", "15000", "123456789012345678901234567890"])
            .prop_map(|digits| Value::Number(digits.to_owned())),
    ]
}

fn value() -> impl Strategy<Value = Value> {
    let inner = select(INNER).prop_map(str::to_owned);
    prop_oneof![
        6 => scalar(),
        1 => vec(scalar(), 0..3).prop_map(Value::Array),
        1 => vec(text().prop_map(Value::String), 0..3).prop_map(Value::Array),
        2 => vec((inner, scalar()), 0..4)
            .prop_map(|members| Value::Object(members.into_iter().collect())),
    ]
}

fn entry() -> impl Strategy<Value = Value> {
    let key = select(KEYS).prop_map(str::to_owned);
    prop_oneof![
        9 => vec((key, value()), 0..6).prop_map(|members| {
            Value::Object(members.into_iter().collect::<Object>())
        }),
        1 => scalar(),
    ]
}

/// A document of servers.
pub(crate) fn any_document() -> impl Strategy<Value = String> {
    let name = select(NAMES).prop_map(str::to_owned);
    vec((name, entry()), 0..5)
        .prop_map(|members| Value::Object(members.into_iter().collect()).to_text())
}

/// Sections as an adapter declares them: the servers first, lists of names after them.
pub(crate) fn any_sections<A: Adapter>() -> impl Strategy<Value = Vec<Section>> {
    let name = || select(NAMES).prop_map(str::to_owned);
    let servers = prop_oneof![
        9 => vec((name(), entry()), 0..5).prop_map(|members| {
            Some(Value::Object(members.into_iter().collect()))
        }),
        1 => select(vec![None, Some(Value::Null)]),
    ];
    let list = || option::of(vec(name().prop_map(Value::String), 0..3).prop_map(Value::Array));
    (servers, list(), list()).prop_map(|(servers, first, second)| {
        let spec = spec::<A>();
        let section = |(path, value): (Vec<String>, Option<Value>)| Section {
            document: spec.id.clone(),
            path,
            value: value.map(|value| value.to_text()),
        };
        spec.sections.clone().into_iter().zip([servers, first, second]).map(section).collect()
    })
}

fn template() -> impl Strategy<Value = Template> {
    let env = ("[A-Z]{1,3}", option::of("[a-z$} ]{0,4}"))
        .prop_map(|(name, default)| Segment::Env(EnvRef { name, default }));
    let segment = prop_oneof![
        8 => text().prop_map(Segment::Literal),
        2 => env,
        1 => select(vec![Place::UserHome, Place::WorkspaceFolder]).prop_map(Segment::Place),
    ];
    let rare = prop_oneof![
        20 => segment,
        1 => Just(Segment::Input("key".to_owned())),
        1 => Just(Segment::File("/key".to_owned())),
    ];
    vec(rare, 0..3)
}

fn pairs() -> impl Strategy<Value = Vec<(String, Template)>> {
    vec(("[A-C]", template()), 0..3)
}

fn transport() -> impl Strategy<Value = Transport> {
    let stdio = (
        template(),
        vec(template(), 0..3),
        pairs(),
        vec("[D-F]", 0..2),
        option::of(template()),
        option::of(template()),
    )
        .prop_map(|(command, args, env, env_forward, env_file, cwd)| {
            Transport::Stdio(Stdio { command, args, env, env_forward, env_file, cwd })
        });
    let oauth = (vec(option::of(template()), 5), option::of(vec("[a-z]{1,3}", 0..2)));
    let oauth = oauth.prop_map(|(mut parts, scopes)| Oauth {
        client_id: parts.swap_remove(0),
        client_secret: parts.swap_remove(0),
        scopes,
        authorization_url: parts.swap_remove(0),
        token_url: parts.swap_remove(0),
        redirect_uri: parts.swap_remove(0),
    });
    let kinds = select(vec![RemoteKind::StreamableHttp, RemoteKind::Sse, RemoteKind::Auto]);
    let remote =
        (kinds, template(), pairs(), option::of(oauth)).prop_map(|(kind, url, headers, oauth)| {
            Transport::Remote(Remote { kind, url, headers, oauth })
        });
    prop_oneof![stdio, remote]
}

fn extra() -> impl Strategy<Value = Extra> {
    let path = vec(select(vec!["x-team", "trust", "oauth", "enabled", "timeout"]), 1..3);
    (path, value()).prop_map(|(path, value)| Extra {
        path: path.into_iter().map(str::to_owned).collect(),
        value: value.to_text(),
    })
}

/// A server with anything in it that the contract allows.
pub(crate) fn any_server() -> impl Strategy<Value = Server> {
    let strings = || option::of(vec("[a-z$A]{1,4}", 0..3));
    let number = || option::of(0..100_000_u64);
    let settings = (option::of(any::<bool>()), option::of(text()), number(), number(), number());
    let tools = (strings(), strings(), strings());
    (select(NAMES), transport(), settings, tools, vec(extra(), 0..2)).prop_map(
        |(name, transport, settings, tools, extras)| Server {
            name: name.to_owned(),
            transport,
            enabled: settings.0,
            description: settings.1,
            timeouts: Timeouts { request: settings.2, startup: settings.3, tool_call: settings.4 },
            tools: ToolFilter { allow: tools.0, deny: tools.1, auto_approve: tools.2 },
            extras,
        },
    )
}
