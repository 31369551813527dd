//! What it takes to read three hosts and to plan a sync into them, without a disk: with
//! their adapters in the sandbox, and with the same adapters linked natively.

use criterion::{BenchmarkId, Criterion, criterion_group, criterion_main};
use hatch_core::configuration::{Configuration, File};
use hatch_core::environment::Environment;
use hatch_core::location::Location;
use hatch_core::plan::Plan;
use hatch_core::plan::conflict::HostServers;
use hatch_core::plan::planner::{self, Sync, Target};
use hatch_core::plan::prepare::Preparation;
use hatch_core::registry::{Host, Registry};
use hatch_core::source::{Origin, Source};
use hatch_tests::made;

/// The hosts that are written to; all of them take any server.
const TARGETS: [&str; 3] = ["cursor", "gemini", "lmstudio"];
const SIZES: [usize; 5] = [1, 10, 100, 1_000, 10_000];

/// One of the two registries, with its name.
type Adapters = (&'static str, Registry);

fn adapters() -> [Adapters; 2] {
    [
        ("sandboxed", hatch_cli::builtin().expect("the built-in adapters")),
        ("native", hatch_tests::native::registry().expect("the native adapters")),
    ]
}

/// Reads a host that has one document with these bytes.
fn read(host: &Host, bytes: &[u8]) -> Configuration {
    let file = File { location: Location::new("/x", "x"), bytes: Some(bytes.to_vec()) };
    Configuration::read(&*host.adapter, vec![file]).expect("a document that is read")
}

/// Reads three hosts that have some servers already, and plans to put more into each.
fn plan(registry: &Registry, source: &Source, present: &[u8]) -> Plan {
    let target = |name: &&str| {
        let host = registry.get(name).expect("a built-in host").clone();
        let configuration = read(&host, present);
        Target { host, configuration, project: None }
    };
    let targets: Vec<_> = TARGETS.iter().map(target).collect();
    let selected: Vec<_> = source.servers().expect("good entries");
    let selected: Vec<_> = selected.into_iter().map(|server| server.name).collect();
    let nothing = HostServers::new();
    let asked = Sync {
        source,
        selected: &selected,
        targets: &targets,
        how: Preparation::default(),
        stale: &nothing,
        kept: &nothing,
    };
    let Ok(plan) = planner::sync(asked) else {
        panic!("the sync can be planned");
    };
    plan
}

fn sync(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("plan a sync into 3 hosts");
    group.sample_size(10);
    let present = made::document("present", 5);
    let adapters = adapters();
    for servers in SIZES {
        let environment =
            Environment::parse(made::document("new", servers).as_bytes()).expect("an environment");
        let source = Source::Environment {
            origin: Origin::Environment("bench".to_owned()),
            shown: "bench".to_owned(),
            environment,
        };
        for (name, registry) in &adapters {
            group.bench_function(BenchmarkId::new(*name, servers), |bencher| {
                bencher.iter(|| plan(registry, &source, present.as_bytes()));
            });
        }
    }
    group.finish();
}

fn documents(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("read a document");
    group.sample_size(10);
    let adapters = adapters();
    for (label, size) in [("1 KB", 1 << 10), ("100 KB", 100 << 10), ("10 MB", 10 << 20)] {
        let document = made::document_of_size(size);
        for (name, registry) in &adapters {
            let host = registry.get("cursor").expect("a built-in host");
            group.bench_function(BenchmarkId::new(*name, label), |bencher| {
                bencher.iter(|| read(host, document.as_bytes()));
            });
        }
    }
    group.finish();
}

criterion_group!(benches, sync, documents);
criterion_main!(benches);
