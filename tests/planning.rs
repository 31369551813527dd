//! What holds for every plan, tried with servers and documents that nobody thought of: the
//! adapters linked natively, documents of real hosts, a store in memory.

use std::path::Path;
use std::sync::Arc;

use hatch_adapter_claude_desktop::ClaudeDesktop;
use hatch_adapter_cursor::Cursor;
use hatch_adapter_gemini::Gemini;
use hatch_adapter_lmstudio::LmStudio;
use hatch_adapter_sdk::Adapter;
use hatch_core::adapter::HostAdapter;
use hatch_core::configuration::{Configuration, File};
use hatch_core::environment::Environment;
use hatch_core::location::Location;
use hatch_core::plan::conflict::HostServers;
use hatch_core::plan::planner::{self, Sync, Target};
use hatch_core::plan::prepare::Preparation;
use hatch_core::plan::saved::SavedPlan;
use hatch_core::plan::{Change, ChangeKind, Plan, TargetPlan};
use hatch_core::registry::Host;
use hatch_core::server::ServerName;
use hatch_core::source::{Origin, Source};
use hatch_tests::native::NativeAdapter;
use hatch_tests::workspace;
use proptest::prelude::*;
use serde_json::{Map, Value, json};

fn native<A: Adapter + 'static>() -> Host {
    let adapter: Arc<dyn HostAdapter> = Arc::new(NativeAdapter::<A>::new().expect("an id"));
    Host::of(adapter)
}

fn adapters() -> Vec<(Host, &'static [&'static str])> {
    vec![
        (
            native::<ClaudeDesktop>(),
            &["claude-desktop/typical.json", "claude-desktop/windows-crlf.json"],
        ),
        (native::<Cursor>(), &["cursor/global.json", "cursor/project-tabs.json"]),
        (native::<LmStudio>(), &["lmstudio/typical.json", "lmstudio/oauth-and-extra.json"]),
        (native::<Gemini>(), &["gemini/settings-commented.json", "gemini/settings-oauth.json"]),
    ]
}

fn target(host: &Host, bytes: Option<Vec<u8>>) -> Target {
    let location = Location::new(Path::new("/home/sam/config"), "~/config");
    let files = vec![File { location, bytes }];
    let configuration = Configuration::read(&*host.adapter, files).expect("a readable document");
    Target { host: host.clone(), configuration, project: None }
}

fn plan(source: &Source, names: &[ServerName], target: Target) -> Plan {
    let nothing = HostServers::new();
    planner::sync(Sync {
        source,
        selected: names,
        targets: &[target],
        how: Preparation::default(),
        stale: &nothing,
        kept: &nothing,
    })
    .expect("a sound plan")
}

fn through_a_file(plan: &Plan, host: &Host) -> TargetPlan {
    let created = "2026-11-22T11:04:52Z".parse().expect("a time");
    let saved = SavedPlan::new(plan, None, None, created).expect("Unicode");
    let saved = SavedPlan::parse(&saved.print().expect("JSON")).expect("a plan");
    let file = &plan.targets[0].files[0];
    let found = vec![File { location: file.location.clone(), bytes: file.before.clone() }];
    saved.targets[0].check(host, found).expect("a plan that may be applied")
}

fn text() -> impl Strategy<Value = String> {
    prop_oneof![
        "[a-z]{1,8}",
        "[ -~]{0,10}",
        r"[${}%:a-zA-Z/\\-]{0,10}",
        Just("${env:TOKEN}".to_owned()),
        Just("pre ${env:A:-b} post".to_owned()),
        Just("${userHome}/x".to_owned()),
        "\\PC{0,6}",
    ]
}

fn pairs() -> impl Strategy<Value = Map<String, Value>> {
    proptest::collection::btree_map("[A-Za-z_]{1,6}", text().prop_map(Value::from), 0..4)
        .prop_map(|map| map.into_iter().collect())
}

fn entry() -> impl Strategy<Value = Value> {
    let stdio = ("[a-z]{1,6}", proptest::collection::vec(text(), 0..4), pairs())
        .prop_map(|(command, args, env)| json!({"command": command, "args": args, "env": env}));
    let remote = (prop_oneof![Just("http"), Just("sse"), Just("remote")], "[a-z]{1,6}", pairs())
        .prop_map(|(kind, host, headers)| {
            json!({"type": kind, "url": format!("https://{host}.example/mcp"), "headers": headers})
        });
    let settings = (
        proptest::option::of(any::<bool>()),
        proptest::option::of(1..100_000u32),
        proptest::option::of("[ -~]{0,8}"),
        proptest::option::of(proptest::collection::vec("[a-z]{1,4}", 0..3)),
    );
    (prop_oneof![stdio, remote], settings).prop_map(
        |(mut entry, (enabled, timeout, description, tools))| {
            let mut put = |key: &str, value: Option<Value>| {
                if let Some(value) = value {
                    entry[key] = value;
                }
            };
            put("enabled", enabled.map(Value::from));
            put("timeout", timeout.map(Value::from));
            put("description", description.map(Value::from));
            put("includeTools", tools.map(Value::from));
            entry
        },
    )
}

/// New names, and names that the fixtures have.
fn servers() -> impl Strategy<Value = Map<String, Value>> {
    let name = prop_oneof![
        "[a-z]{1,6}(-[a-z]{1,4})?",
        "\\PC{1,5}",
        proptest::sample::select(vec![
            "filesystem",
            "github",
            "pythonTools",
            "playwright",
            "sqlite"
        ])
        .prop_map(str::to_owned),
    ];
    proptest::collection::btree_map(name, entry(), 1..5).prop_map(|map| map.into_iter().collect())
}

proptest! {
    #[test]
    fn a_plan_does_what_it_says_and_nothing_else(servers in servers(), at in 0..8usize) {
        let environment = json!({"mcpServers": servers}).to_string();
        let environment = Environment::parse(environment.as_bytes()).expect("an environment");
        let names: Vec<_> = environment.servers.iter().map(|(name, _)| name.clone()).collect();
        let source = Source::Environment { origin: Origin::Environment("any".to_owned()), shown: "any".to_owned(), environment };
        let (host, fixtures) = &adapters()[at / 2];
        let fixture = workspace().join("tests/fixtures/hosts").join(fixtures[at % 2]);
        #[expect(clippy::disallowed_methods, reason = "a fixture of the tests' own")]
        let before = std::fs::read(fixture).expect("the fixture");

        let was = target(host, Some(before.clone())).configuration.reading;
        let first = plan(&source, &names, target(host, Some(before.clone())));
        let file = &first.targets[0].files[0];
        prop_assert_eq!(file.before.as_ref(), Some(&before));
        let after = file.after.clone();

        // Planning again after a plan was applied gives an empty plan.
        let second = plan(&source, &names, target(host, after.clone()));
        prop_assert!(second.is_empty(), "{:?}", second.targets[0].changes);

        // A plan that was saved is itself again, and nothing of it is held against it.
        let back = through_a_file(&first, host);
        prop_assert_eq!(&back.files[0].after, &after);
        // Gemini CLI notes apart from a server that it is on, which can't be told of each.
        let are_on = servers.values().filter(|it| it["enabled"] == true).count();
        let is_told = are_on > 0 || !back.warnings.iter().any(|it| it.contains("--diff"));
        prop_assert!(is_told, "{:?}", first.targets);
        let definitions = |changes: &[Change]| -> Vec<_> {
            let noted = changes.iter().filter(|it| !matches!(it.kind, ChangeKind::Refuse(_)));
            let mut noted: Vec<_> =
                noted.map(|it| (it.server.clone(), it.kind.clone(), it.definition.clone())).collect();
            noted.sort_by(|a, b| a.0.cmp(&b.0));
            noted
        };
        prop_assert_eq!(definitions(&back.changes), definitions(&first.targets[0].changes));

        // A plan that says that it changes nothing does not, and the other way round.
        let says = first.targets[0].changes.iter().any(|change| {
            matches!(change.kind, ChangeKind::Add(_) | ChangeKind::Update(_) | ChangeKind::Remove)
        });
        prop_assert_eq!(!says, first.is_empty(), "{:?}", first.targets[0].changes);

        // Everyone else's server is as it was, and so is what is refused.
        let is = target(host, after).configuration.reading;
        for server in &was.servers {
            let change = first.targets[0].changes.iter().find(|it| it.server == server.name);
            let touched = change.is_some_and(|it| matches!(it.kind, ChangeKind::Update(_)));
            if !touched {
                let found = is.servers.iter().find(|it| it.name == server.name);
                prop_assert_eq!(found, Some(server));
            }
        }
    }

    #[test]
    fn what_a_host_has_is_carried_there_without_a_change(at in 0..8usize) {
        let (host, fixtures) = &adapters()[at / 2];
        let fixture = workspace().join("tests/fixtures/hosts").join(fixtures[at % 2]);
        #[expect(clippy::disallowed_methods, reason = "a fixture of the tests' own")]
        let before = std::fs::read(fixture).expect("the fixture");
        let servers = target(host, Some(before.clone())).configuration.reading.servers;
        let names: Vec<_> = servers.iter().map(|server| server.name.clone()).collect();

        // From the host itself, and through an environment made of it.
        let environment = Environment::from_servers(&host.adapter.descriptor().id, &servers);
        let environment = Environment::parse(&environment.print()).expect("an environment");
        let itself = Source::Host { host: host.clone(), servers };
        let through = Source::Environment { origin: Origin::Environment("made".to_owned()), shown: "made".to_owned(), environment };
        for source in [itself, through] {
            let plan = plan(&source, &names, target(host, Some(before.clone())));
            prop_assert!(plan.is_empty(), "{:?}", plan.targets[0].changes);
        }
    }
}
