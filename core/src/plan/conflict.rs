//! Servers that hatch put on a host, that someone changed there since, and that a plan would
//! change again or take away.

use std::collections::{BTreeMap, BTreeSet};

use super::planner::Target;
use super::{ChangeKind, Plan};
use crate::host::HostId;
use crate::managed::Managed;
use crate::server::{Server, ServerName};

/// Servers by name, host by host.
pub type HostServers = BTreeMap<HostId, BTreeSet<ServerName>>;

/// The servers whose change would be lost. `targets` are those that the plan was made for.
pub fn conflicts(plan: &Plan, targets: &[Target], managed: &Managed) -> HostServers {
    let mut conflicts = HostServers::new();
    for (target, planned) in targets.iter().zip(&plan.targets) {
        let host = &target.host.id;
        let found = by_name(&target.configuration.reading.servers);
        let lost = planned.changes.iter().filter(|change| {
            let is_lost = matches!(change.kind, ChangeKind::Update(_) | ChangeKind::Remove);
            let server = found.get(&change.server);
            is_lost && server.is_some_and(|server| managed.was_edited(host, server))
        });
        let lost: BTreeSet<_> = lost.map(|change| change.server.clone()).collect();
        if !lost.is_empty() {
            conflicts.insert(host.clone(), lost);
        }
    }
    conflicts
}

fn by_name(servers: &[Server]) -> BTreeMap<&ServerName, &Server> {
    servers.iter().map(|server| (&server.name, server)).collect()
}
