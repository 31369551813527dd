//! References in values, as environments spell them and as each host does.

use hatch_adapter_claude_desktop::ClaudeDesktop;
use hatch_adapter_cursor::Cursor;
use hatch_adapter_gemini::Gemini;
use hatch_adapter_lmstudio::LmStudio;
use hatch_adapter_sdk::case::spec;
use hatch_adapter_sdk::json::Value;
use hatch_adapter_sdk::{self as sdk, Adapter, Remote, RemoteKind, Section, Server, Stdio};
use hatch_core::host::HostId;
use hatch_core::template::{Place, Segment, Template};

use crate::adapter;
use crate::choices::{Choices, split};

/// A text up to the first NUL, and choices of segments.
///
/// A template that was spelt is the same once it is read, and so is one that was read once it is
/// spelt. Literal text never comes back as a reference, from an environment or from a host, and
/// masking shows nothing of it.
pub fn template(data: &[u8]) {
    let (text, mut choices) = split(data);
    let text = String::from_utf8_lossy(text);
    let read = Template::parse(&text);
    assert_eq!(Template::parse(&read.expose()).segments(), read.segments());
    let literal = Template::literal(text.as_ref());
    assert_eq!(Template::parse(&literal.expose()).as_literal(), Some(text.as_ref()));
    let made = Template::new(choices.several(6, segment));
    assert_eq!(Template::parse(&made.expose()).segments(), made.segments(), "{}", made.expose());

    match choices.pick(4) {
        0 => in_host::<ClaudeDesktop>(&text),
        1 => in_host::<Cursor>(&text),
        2 => in_host::<Gemini>(&text),
        _ => in_host::<LmStudio>(&text),
    }
}

fn segment(choices: &mut Choices<'_>) -> Segment {
    // A variable's name that has a colon in it may look like one with a default.
    let named = |choices: &mut Choices<'_>| match choices.text(6).replace(':', "_") {
        name if name.is_empty() => "A".to_owned(),
        name => name,
    };
    match choices.pick(8) {
        0..=2 => Segment::Literal(choices.text(10)),
        3 => {
            Segment::Env { name: named(choices), default: choices.maybe(|choices| choices.text(8)) }
        }
        4 => Segment::Input(named(choices)),
        5 => Segment::File(named(choices)),
        6 => Segment::Place(choices.one_of(&[Place::UserHome, Place::WorkspaceFolder])),
        _ => Segment::Native {
            adapter: HostId::new("cursor").expect("a host's name"),
            text: choices.text(8),
        },
    }
}

/// The text in every place of an entry: once as the host has it, once as text that is meant.
fn in_host<A: Adapter>(text: &str) {
    let quoted = Value::string(text).to_text();
    let entries = format!(
        r#"{{"a":{{"command":{quoted},"args":[{quoted},{quoted}],"env":{{"K":{quoted}}},"cwd":{quoted},"envFile":{quoted}}},"b":{{"url":{quoted},"headers":{{"K":{quoted}}},"description":{quoted}}},"c":{{"httpUrl":{quoted},"oauth":{{"clientId":{quoted}}}}}}}"#
    );
    let host = sections::<A>(&entries);
    if A::read(&host).is_ok() {
        adapter::check_put_of_what_was_read::<A>(&host);
    }
    let empty = sections::<A>("{}");
    for server in [stdio(text), remote(text)] {
        adapter::check_put::<A>(&empty, &server);
    }
}

fn sections<A: Adapter>(servers: &str) -> Vec<Section> {
    let spec = spec::<A>();
    let mut value = Some(servers.to_owned());
    let section = |path| Section { document: spec.id.clone(), path, value: value.take() };
    spec.sections.into_iter().map(section).collect()
}

fn literal(text: &str) -> sdk::Template {
    vec![sdk::Segment::Literal(text.to_owned())]
}

fn stdio(text: &str) -> Server {
    server(sdk::Transport::Stdio(Stdio {
        command: literal(text),
        args: vec![literal(text)],
        env: vec![("K".to_owned(), literal(text))],
        env_forward: vec![],
        env_file: None,
        cwd: None,
    }))
}

fn remote(text: &str) -> Server {
    server(sdk::Transport::Remote(Remote {
        kind: RemoteKind::Auto,
        url: literal(text),
        headers: vec![("K".to_owned(), literal(text))],
        oauth: None,
    }))
}

fn server(transport: sdk::Transport) -> Server {
    Server {
        name: "a".to_owned(),
        transport,
        enabled: None,
        description: None,
        timeouts: sdk::Timeouts { request: None, startup: None, tool_call: None },
        tools: sdk::ToolFilter { allow: None, deny: None, auto_approve: None },
        extras: vec![],
    }
}
